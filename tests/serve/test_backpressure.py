"""Peers that take nothing, or little at a time: a connection around a transport that does as it is told.

The transport calls `pause_writing` as asyncio's does, or forgets it in `writelines` as Python 3.12.0 to 3.12.8 and
3.13.0 do (CVE-2024-12254).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from functools import wraps
from typing import Any

import pytest

from mailedu import pop3
from mailedu.conversation import parse
from mailedu.framing import Content
from mailedu.pop3 import Maildrop, Stored
from mailedu.serve.connection import LINGER, UNTAKEN, WRITE, Connection, Hub
from tests.dialogues.worlds import World

LETTER = Content((b"x" * 60_000 + b"\r\n",) * 50)
LOGIN = b"USER bob\r\nPASS looking-glass\r\n"


class Wire(asyncio.Transport):
    """Keeps what is written until the peer takes it."""

    def __init__(self, *, forgetful: bool) -> None:
        super().__init__()
        self.forgetful = forgetful
        self.connection: Any = None
        self.held = 0
        self.most = 0
        """The most octets that lay here at a time."""
        self.reading = True
        self.half_closed = self.closed = self.aborted = self.full = False
        self.limit = 65536

    def get_write_buffer_size(self) -> int:
        return self.held

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.limit = high or 0
        self._weigh()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        assert not self.closed, "nothing can be written any more"
        self.held += sum(map(len, list_of_data))
        self.most = max(self.most, self.held)
        if not self.forgetful:
            self._weigh()

    def _weigh(self) -> None:
        if self.held > self.limit and not self.full:
            self.full = True
            self.connection.pause_writing()

    def take(self, octets: int) -> None:
        """The peer takes so many octets."""
        self.held = max(0, self.held - octets)
        if self.full and self.held <= self.limit // 4:
            self.full = False
            self.connection.resume_writing()

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.half_closed = True

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def close(self) -> None:
        """What lies here is still sent."""
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


class Mailbox(World):
    """One large letter for bob."""

    later = False

    def login(self, server: Any, user: str, password: bytes) -> Any:
        if self.later:
            return None
        self.locked.add(user)
        return Maildrop(user, (Stored("large", LETTER),))


@pytest.fixture(params=[False, True], ids=["asyncio", "CVE-2024-12254"])
def joined(request: pytest.FixtureRequest) -> Callable[..., tuple[Connection, Wire]]:
    def join(hub: Hub | None = None, *, later: bool = False) -> tuple[Connection, Wire]:
        world = Mailbox(parse("protocol pop3\nscenario empty\nC: NOOP", "made here"))
        world.later = later
        wire = Wire(forgetful=request.param)
        connection = Connection(hub if hub is not None else Hub(), lambda _: pop3.Server("mail.example.net", world))
        wire.connection = connection
        connection.connection_made(wire)
        return connection, wire

    return join


def say(connection: Connection, octets: bytes) -> None:
    buffer = connection.get_buffer(-1)
    buffer[: len(octets)] = octets
    connection.buffer_updated(len(octets))


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(**fixtures: Any) -> None:
        asyncio.run(test(**fixtures))

    return run


def now() -> float:
    return asyncio.get_running_loop().time()


@in_a_loop
async def test_what_lies_in_the_transport_is_bounded(joined: Any) -> None:
    connection, wire = joined()
    say(connection, LOGIN + b"RETR 1\r\n" * 100)
    assert not wire.reading
    taken = 0
    while wire.held:
        wire.take(50_000)
        taken += 50_000
    assert wire.most <= 3 * WRITE
    assert taken >= 100 * LETTER.size
    assert wire.reading


@in_a_loop
async def test_who_takes_little_at_a_time_is_not_silent(joined: Any) -> None:
    connection, wire = joined()
    say(connection, LOGIN + b"RETR 1\r\n")
    start = now()
    for minute in range(0, 40, 9):
        connection.look(start + 60 * minute)
        wire.take(50_000)
    assert not connection.machine.closed
    assert wire.held


@in_a_loop
async def test_who_takes_nothing_is_silent(joined: Any) -> None:
    connection, wire = joined()
    say(connection, LOGIN + b"RETR 1\r\n")
    start = now()
    connection.look(start + 599)
    assert not connection.machine.closed
    connection.look(start + 601)
    assert connection.machine.closed
    connection.look(start + 601 + LINGER + 1)
    assert not wire.aborted, "its last octets have a little time still"
    connection.look(start + 601 + UNTAKEN + 1)
    assert wire.aborted


@in_a_loop
async def test_all_is_sent_before_the_end(joined: Any) -> None:
    connection, wire = joined()
    say(connection, LOGIN + b"RETR 1\r\nQUIT\r\n")
    assert connection.machine.closed
    while wire.held:
        assert not wire.half_closed or wire.held < WRITE
        wire.take(WRITE)
    assert wire.half_closed
    assert not wire.aborted
    connection.eof_received()
    assert connection.eof_received() is False


@in_a_loop
async def test_a_half_closed_client_is_sent_all(joined: Any) -> None:
    connection, wire = joined()
    say(connection, LOGIN + b"RETR 1\r\n")
    assert connection.eof_received() is True
    taken = 0
    while wire.held:
        assert not wire.aborted
        taken += min(wire.held, WRITE)
        wire.take(WRITE)
    assert taken > LETTER.size
    assert wire.closed, "for both sides have said all"


@in_a_loop
async def test_who_half_closes_while_the_policy_thinks_is_answered(joined: Any) -> None:
    connection, wire = joined(later=True)
    say(connection, LOGIN + b"CAPA\r\n")
    assert not wire.reading
    assert connection.eof_received() is True, "some transports tell of the end though reading is paused"
    before = wire.held
    connection.look(now() + 10_000)
    assert not connection.machine.closed
    connection.answer(connection.machine.voice("LOGIN_FAILED"))
    assert wire.held > before
    assert wire.closed


@in_a_loop
async def test_one_who_is_dropped_is_out_of_the_hub(joined: Any) -> None:
    hub = Hub()
    connection, wire = joined(hub)
    assert len(hub) == 1
    hub.abort()
    assert wire.aborted
    connection.connection_lost(None)
    assert len(hub) == 0
    assert connection.machine.closed
