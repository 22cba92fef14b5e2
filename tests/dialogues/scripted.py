"""Plays a conversation file whose S lines are given: our script and client have to say exactly its C lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mailedu.conversation import Closes, Conversation, Passes, Said, Side, Turn
from mailedu.framing import Content
from mailedu.machine import LISTEN, Answer, Event, Heard, Kind, Say, Script
from mailedu.pop3 import scripts as pop3_scripts
from mailedu.smtp import scripts as smtp_scripts

from .runner import Cut, listener

LETTER = Content((b"From: alice@example.com\r\nSubject: Dinner\r\n\r\nAt eight?\r\n.\r\n..or nine\r\n",))
EIGHT_BIT = Content(("Subject: Caf\u00e9\r\n\r\nAm Caf\u00e9?\r\n".encode(),))
ALICE, BOB, CAROL = "alice@example.com", "bob@example.net", "carol@example.net"
HOST = "client.example.com"


def _send(*recipients: str, content: Content = LETTER, **options: Any) -> Callable[[], Script]:
    return lambda: smtp_scripts.send(HOST, ALICE, recipients, content, **options)


#: What a client may mean to do, by the key `scenario` of a file.
SCRIPTS: dict[str, Callable[[], Script]] = {
    "send": _send(BOB),
    "send-two": _send(BOB, CAROL),
    "send-8bit": _send(BOB, content=EIGHT_BIT),
    "send-helo": _send(BOB, hello="HELO"),
    "send-login": _send(BOB, login=smtp_scripts.Login("alice", "wonder-land")),
    "send-pipelined": _send(BOB, CAROL, pipelining=True),
    "fetch": lambda: pop3_scripts.fetch("bob", "looking-glass"),
    "fetch-keep": lambda: pop3_scripts.fetch("bob", "looking-glass", delete=False),
}


class ClientRun:
    """`outcome`: what the script returned. `events`: all that the client said and heard."""

    def __init__(self, conversation: Conversation, cut: Cut = Cut.GROUP) -> None:
        self.conversation = conversation
        self.client = listener(conversation)
        self.events: list[Event] = []
        self.outcome: Any = None
        self._cut = cut
        self._turns = list(conversation.turns)
        self._said = b""
        self._answers: dict[int, Answer] = {}
        self._silent = 0.0
        script = SCRIPTS[conversation.scenario]()
        try:
            wish = next(script)
            while True:
                wish = script.send(self._fulfil(wish))
        except StopIteration as end:
            self.outcome = end.value
        self._end()

    def _fulfil(self, wish: Say | list[Say] | Content) -> Any:
        if wish is LISTEN:
            return self._answer(-1)
        if isinstance(wish, Content):
            self._say(self.client.send_content(wish))
            return Answer(Heard.ASSUMED)
        if isinstance(wish, list):
            numbers = [self._say(self.client.send(one.line)) for one in wish]
            return [self._answer(number) for number in numbers]
        return self._answer(self._say(self.client.send(wish.line)))

    def _say(self, events: list[Event]) -> int:
        """Returns the index of the command that has been said."""
        first = len(self.events)
        self.events += events
        self._said += b"".join(self.client.to_send())
        return max((n for n, e in enumerate(self.events) if n >= first and e.kind is Kind.COMMAND), default=-2)

    def _answer(self, number: int) -> Answer:
        while number not in self._answers:
            if self.client.closed or not self._turns:
                return Answer(Heard.CLOSED)
            if isinstance(self._turns[0], Passes):
                if self._pass(self._turns.pop(0)):
                    return Answer(Heard.SILENT)
                continue
            self._take(self._turns.pop(0))
        return self._answers.pop(number)

    def _pass(self, turn: Turn) -> bool:
        assert isinstance(turn, Passes)
        self._silent += turn.seconds
        allowed = self.client.timeout
        if allowed is None or self._silent < allowed:
            return False
        self.events += self.client.timed_out()
        return True

    def _take(self, turn: Turn) -> None:
        where = f"{self.conversation.name}:{turn.line}"
        self._silent = 0.0
        if isinstance(turn, Closes):
            assert turn.side is Side.SERVER, f"{where}: when the client closes is its own business"
            self.events += self.client.eof()
            return
        assert isinstance(turn, Said), where
        octets = list(turn.octets())
        if turn.side is Side.CLIENT:
            wanted = b"".join(octets)
            assert self._said.startswith(wanted), f"{where}: the client said {self._said!r}"
            self._said = self._said[len(wanted) :]
            return
        for piece in self._cut.pieces(octets):
            for event in self.client.receive(piece):
                self.events.append(event)
                if event.kind is Kind.REPLY:
                    self._answers[event.answers] = Answer(Heard.REPLY, event.reply.cls, event.reply)

    def _end(self) -> None:
        while self._turns and not self.client.closed:
            turn = self._turns.pop(0)
            assert not isinstance(turn, Passes), f"{self.conversation.name}:{turn.line}: the script did not wait"
            self._take(turn)
        assert not self._said, f"{self.conversation.name}: the client also said {self._said!r}"
        left = [turn.line for turn in self._turns if not (isinstance(turn, Closes) and turn.side is Side.SERVER)]
        assert not left, f"{self.conversation.name}:{left[0]}: the client has closed before"
        if not self.client.closed:
            self.events += self.client.eof()
