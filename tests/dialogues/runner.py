"""Plays conversation files: the server against its C lines, our scripts against its S lines, a listener beside both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from mailedu import pop3, smtp
from mailedu.conversation import Closes, Conversation, Holds, Passes, Said, Side, Turn, parse, pattern
from mailedu.machine import Event, Kind

from .worlds import SCENARIOS, World

HERE = Path(__file__).parent


def load(path: Path) -> Conversation:
    return parse(path.read_text(encoding="utf-8"), str(path.relative_to(HERE)))


def conversations() -> list[Conversation]:
    """All files, in order."""
    return [load(path) for folder in ("smtp", "pop3") for path in sorted((HERE / folder).glob("*.txt"))]


class Cut(Enum):
    """How the octets of a group of lines arrive."""

    GROUP = "all at once"
    LINE = "line by line"
    OCTET = "octet by octet"

    def pieces(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        if self is Cut.GROUP:
            yield b"".join(lines)
        elif self is Cut.LINE:
            yield from lines
        else:
            for line in lines:
                for octet in line:
                    yield bytes((octet,))


def group(turns: tuple[Turn, ...], at: int, side: Side) -> list[Said]:
    """The lines that `side` says from turn `at` on, one after the other."""
    return [t for t in takewhile(lambda t: isinstance(t, Said) and t.side is side, turns[at:]) if isinstance(t, Said)]


def expected(turns: tuple[Turn, ...], at: int, said: list[Said]) -> bytes:
    """The expression that the server's lines from turn `at` on make; behind a repeated line they answer each."""
    before = turns[at - 1] if at else None
    made = pattern(said).pattern
    if isinstance(before, Said) and before.side is Side.CLIENT and before.times > 1:
        made = b"(?:%b){%d}" % (made, before.times)
    return made


class Exchange(NamedTuple):
    """A group of lines that the client said at once."""

    said: list[bytes]
    heard: bytes
    """What the server had said when it had read them."""
    commands: int
    """How many commands that were."""


class ServerRun:
    """A conversation played by our server. `events`: all that it understood and said."""

    def __init__(self, conversation: Conversation, cut: Cut = Cut.GROUP) -> None:
        assert conversation.scenario in SCENARIOS, f"{conversation.name}: no scenario {conversation.scenario}"
        self.conversation = conversation
        self.world = World(conversation)
        self.server = self.world.server()
        self.events: list[Event] = []
        self.exchanges: list[Exchange] = []
        self._cut = cut
        self._silent = 0.0
        self._play()

    def _play(self) -> None:
        turns = self.conversation.turns
        heard = self._hear([])
        at = 0
        while at < len(turns):
            turn = turns[at]
            where = f"{self.conversation.name}:{turn.line}"
            if isinstance(turn, Said):
                said = group(turns, at, turn.side)
                at += len(said)
                if turn.side is Side.CLIENT:
                    assert not heard, f"{where}: before this the server also said {heard!r}"
                    lines = [octets for one in said for octets in one.octets()]
                    self._silent = 0.0
                    heard = self._hear(lines)
                else:
                    wanted = expected(turns, at - len(said), said)
                    assert re.fullmatch(wanted, heard), f"{where}: the server said {heard!r}"
                    heard = b""
                continue
            at += 1
            if isinstance(turn, Passes):
                assert not heard, f"{where}: before this the server also said {heard!r}"
                heard = self._wait(turn.seconds)
            elif isinstance(turn, Closes) and turn.side is Side.CLIENT:
                heard += self._exchanged([], self.server.eof())
            elif isinstance(turn, Closes):
                assert self.server.closed, f"{where}: the server has not closed"
            elif isinstance(turn, Holds):
                assert len(self.world.boxes[turn.user]) == turn.messages, f"{where}: the mailbox holds something else"
        assert not heard, f"{self.conversation.name}: at the end the server also said {heard!r}"

    def _hear(self, lines: list[bytes]) -> bytes:
        events: list[Event] = []
        for piece in self._cut.pieces(lines) if lines else (b"",):
            events += self.server.receive(piece)
            while self.world.late:
                assert self.server.timeout is None, "while the client waits for us, it is not the one who is silent"
                events += self.server.answer(self.world.late.popleft())
        return self._exchanged(lines, events)

    def _exchanged(self, lines: list[bytes], events: list[Event]) -> bytes:
        self.events += events
        heard = b"".join(self.server.to_send())
        self.exchanges.append(Exchange(lines, heard, sum(e.kind is Kind.COMMAND for e in events)))
        return heard

    def _wait(self, seconds: float) -> bytes:
        self._silent += seconds
        timeout = self.server.timeout
        if timeout is None or self._silent < timeout:
            return b""
        return self._exchanged([], self.server.timed_out())


def listener(conversation: Conversation) -> Any:
    return pop3.Client() if conversation.protocol == "pop3" else smtp.Client()


def facts(machine: Any) -> tuple[object, ...]:
    """What both sides have to agree on at the end."""
    session = machine.session
    if isinstance(session, pop3.Session):
        return machine.state, session.login, frozenset(session.marked)
    return machine.state, session.user, session.envelope, session.hello, session.extended


def follow(run: ServerRun, cut: Cut) -> tuple[Any, list[Event]]:
    """A listener who hears both sides of a conversation that was played, and what it understood."""
    client = listener(run.conversation)
    events: list[Event] = []
    for said, heard, _ in run.exchanges:
        for piece in cut.pieces(said) if said else ():
            events += client.follow(piece)
        for piece in cut.pieces(heard.splitlines(keepends=True)):
            events += client.receive(piece)
    if run.server.closed and not client.closed:
        events += client.eof()
    return client, events


def told(events: list[Event]) -> list[tuple[object, ...]]:
    """Events without where their chunks were cut."""
    return [e._replace(octets=(b"".join(e.octets),), reply=None) for e in events]


def said_by_client(events: list[Event]) -> list[tuple[str, bytes]]:
    return [(e.verb, b"".join(e.octets)) for e in events if e.kind is not Kind.REPLY]


def said_by_server(events: list[Event]) -> list[tuple[str, bytes]]:
    return [(e.verb, b"".join(e.octets)) for e in events if e.kind is Kind.REPLY]
