"""A world of one mailbox, and a client and a server joined back to back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

from mailedu.framing import Content
from mailedu.machine import LISTEN, Answer, Event, Heard, Kind, Say, StandIn
from mailedu.pop3 import Client, Maildrop, Server, Stored
from mailedu.pop3.replies import Reply

FIRST = b"Subject: one\r\n\r\nHello\r\n.hidden\r\n..\r\n"
SECOND = b"Subject: two\r\n\r\n" + b"".join(b"line %d\r\n" % n for n in range(5))
THIRD = b"\r\nno header\r\n"


class World:
    """One user, one mailbox; tells in `facts` what the server said had happened."""

    def __init__(self, messages: Iterable[bytes] = (FIRST, SECOND, THIRD), *, later: bool = False) -> None:
        self.messages = {n: Stored(f"uid-{n}", Content((m,) if m else ())) for n, m in enumerate(messages, 1)}
        self.facts: list[object] = []
        self.later = later
        self.fails_to_remove = False
        self.locked = False

    def login(self, server: Server, user: str, password: bytes) -> Maildrop | Reply | None:
        if self.later:
            return None
        if (user, password) != ("bob", b"looking glass"):
            return server.voice("LOGIN_FAILED")
        if self.locked:
            return server.voice("IN_USE")
        self.locked = True
        self.facts.append("locked")
        return self.maildrop()

    def maildrop(self) -> Maildrop:
        return Maildrop("bob", tuple(self.messages.values()))

    def marked(self, server: Server, maildrop: Maildrop, number: int) -> None:
        self.facts.append(("marked", number))

    def unmarked(self, server: Server, maildrop: Maildrop, numbers: tuple[int, ...]) -> None:
        self.facts.append(("unmarked", numbers))

    def expunge(self, server: Server, maildrop: Maildrop, numbers: tuple[int, ...]) -> bool | None:
        if self.later:
            return None
        if self.fails_to_remove:
            return False
        for n in numbers:
            del self.messages[n]
        self.facts.append(("expunged", numbers))
        return True

    def unlock(self, server: Server, maildrop: Maildrop) -> None:
        self.locked = False
        self.facts.append("unlocked")


def server(world: World | None = None, **options: Any) -> Server:
    return Server("mail.example.net", world or World(), **options)


def hear(machine: Server, *lines: bytes) -> bytes:
    """What the server says to these lines, said one after the other; its greeting too, if nobody took it."""
    for line in lines:
        machine.receive(line + b"\r\n")
    return b"".join(machine.to_send())


def logged_in(world: World | None = None, **options: Any) -> Server:
    machine = server(world, **options)
    hear(machine, b"USER bob", b"PASS looking glass")
    return machine


def edited(**lines: list[bytes]) -> Callable[[str], StandIn | None]:
    """Replies to put in the place of the server's own, each once, by verb; an empty list is silence."""
    waiting = {verb: StandIn(tuple(texts)) for verb, texts in lines.items()}
    return lambda verb: waiting.pop(verb, None)


class Pair:
    """A client and a server; `say` carries everything to and fro until both are silent."""

    def __init__(self, machine: Server | None = None, *, octet_by_octet: bool = False) -> None:
        self.server = machine or server()
        self.client = Client()
        self.octet_by_octet = octet_by_octet
        self.heard_by_server: list[Event] = []
        self.heard_by_client: list[Event] = []
        self.heard_by_server += self.server.receive(b"")
        self.carry()

    def say(self, *lines: bytes) -> list[Event]:
        """The client's events, of these lines said at once and of what came back."""
        before = len(self.heard_by_client)
        for line in lines:
            self.heard_by_client += self.client.send(line)
        self.carry()
        return self.heard_by_client[before:]

    def carry(self) -> None:
        moving = True
        while moving:
            moving = False
            for chunk in self.cut(self.client.to_send()):
                self.heard_by_server += self.server.receive(chunk)
                moving = True
            for chunk in self.cut(self.server.to_send()):
                self.heard_by_client += self.client.receive(chunk)
                moving = True
        if self.server.closed and not self.client.closed:
            self.heard_by_client += self.client.eof()

    def cut(self, chunks: list[bytes]) -> list[bytes]:
        if self.octet_by_octet:
            return [bytes((octet,)) for chunk in chunks for octet in chunk]
        return chunks


def told(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """What has to be equal for any split and on both sides: everything but where chunks were cut."""
    return [(e.kind, e.verb, b"".join(e.octets), e.before, e.after, e.answers, e.foreseen) for e in events]


def play(script: Generator[Say, Any, Any], pair: Pair, drop: Iterable[str] = ()) -> Any:
    """Run a script over a pair; lines of the verbs in `drop` are not said and answered ASSUMED."""
    dropped = set(drop)
    heard = list(pair.heard_by_client)
    try:
        say = next(script)
        while True:
            if say is not LISTEN:
                if say.verb in dropped:
                    say = script.send(Answer(Heard.ASSUMED))
                    continue
                heard = pair.say(say.line)
            replies = [event.reply for event in heard if event.kind is Kind.REPLY]
            if replies:
                answer = Answer(Heard.REPLY, replies[-1].cls, replies[-1])
            else:
                answer = Answer(Heard.CLOSED if pair.client.closed else Heard.SILENT)
            say = script.send(answer)
    except StopIteration as stop:
        return stop.value
