"""The connection itself: time, half closes, peers that take nothing, policies that take their time, a crowd."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from mailedu import pop3, smtp
from mailedu.conversation import Conversation, parse
from mailedu.framing import Content
from mailedu.machine import Event, Kind
from mailedu.pop3 import Maildrop, Stored
from mailedu.serve.connection import LINGER, Connection, Hub
from tests.dialogues.worlds import World

from .background import PATIENCE, Background

LARGE = b"Subject: large\r\n\r\n" + b"0123456789" * 90 + b"\r\n" + (b"x" * 998 + b"\r\n") * 1024


def conversation(protocol: str = "smtp", scenario: str = "") -> Conversation:
    return parse(f"protocol {protocol}\n{f'scenario {scenario}' if scenario else ''}\nC: NOOP", "made here")


class Served:
    """A world served on a port; `connections` in the order in which they came."""

    def __init__(self, background: Background, world: World, **options: Any) -> None:
        self.background = background
        self.world = world
        self.hub = Hub(**options)
        self.connections: list[Connection] = []
        self.events: list[Event] = []
        self.port = background.listen(self._make, self.hub, busy=b"421 too many\r\n")

    def _make(self, connection: Connection) -> Any:
        self.connections.append(connection)
        connection.on_events = self.events.extend
        return self.world.server()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def later(self, seconds: float) -> None:
        """Look at the connections as if so many seconds had gone by."""
        loop = self.background.loop
        self.background.call(lambda: self.hub.sweep(loop.time() + seconds))

    def answer(self, answer: Any) -> None:
        self.background.call(lambda: self.connections[0].answer(answer))

    def gone(self) -> None:
        self.background.until(lambda: not self.hub)


@pytest.fixture
def serve(background: Background) -> Callable[..., Served]:
    def serving(protocol: str = "smtp", scenario: str = "", **options: Any) -> Served:
        return Served(background, World(conversation(protocol, scenario)), **options)

    return serving


def line(wire: socket.socket) -> bytes:
    heard = b""
    while not heard.endswith(b"\n"):
        octet = wire.recv(1)
        assert octet, heard
        heard += octet
    return heard


def all_of(wire: socket.socket) -> bytes:
    heard = []
    while octets := wire.recv(1 << 16):
        heard.append(octets)
    return b"".join(heard)


def test_one_sweep_times_out_the_silent_and_nobody_else(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as early, served.connect() as silent:
        line(early), line(silent)
        served.later(299)
        silent.sendall(b"NOOP\r\n")
        line(silent)
        early.sendall(b"NOOP\r\n")
        line(early)
        served.later(301)
        assert all_of(early).startswith(b"421 4.4.2 ")
        assert all_of(silent).startswith(b"421 4.4.2 ")
    served.gone()


def test_a_pop3_client_that_is_silent_is_hung_up_on_without_a_word(serve: Callable[..., Served]) -> None:
    served = serve("pop3")
    with served.connect() as wire:
        line(wire)
        wire.sendall(b"USER bob\r\nPASS looking-glass\r\nDELE 1\r\n")
        line(wire), line(wire), line(wire)
        served.later(601)
        assert all_of(wire) == b""
    served.gone()
    assert len(served.world.boxes["bob"]) == 2
    assert served.world.unlocked == 1


def test_a_hub_looks_by_itself(serve: Callable[..., Served]) -> None:
    """With a tick so short that nobody waits for it, and a machine whose patience is as short."""
    served = serve(tick=0.001)
    with served.connect() as wire:
        line(wire)
        machine: Any = served.connections[0].machine

        class Hasty(type(machine)):  # type: ignore[misc]
            timeout = 0.0

        machine.__class__ = Hasty
        assert line(wire).startswith(b"421 4.4.2 ")
    served.gone()


def test_events_reach_the_hook(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as wire:
        line(wire)
        wire.sendall(b"NOOP\r\nQUIT\r\n")
        all_of(wire)
    served.gone()
    assert [(e.kind, e.verb) for e in served.events] == [
        (Kind.REPLY, "GREETING"),
        (Kind.COMMAND, "NOOP"),
        (Kind.REPLY, "NOOP"),
        (Kind.COMMAND, "QUIT"),
        (Kind.REPLY, "QUIT"),
    ]


def test_who_shuts_one_half_still_hears_all_replies(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as wire:
        wire.sendall(b"EHLO client.example.com\r\nNOOP\r\nVRFY bob\r\n")
        wire.shutdown(socket.SHUT_WR)
        heard = all_of(wire)
    assert heard.count(b"\r\n") == 8
    assert heard.endswith(b"252 2.0.0 Cannot say, but will take a letter and try\r\n")
    served.gone()


def test_who_shuts_one_half_while_the_policy_thinks_hears_all_replies(serve: Callable[..., Served]) -> None:
    served = serve(scenario="late")
    with served.connect() as wire:
        wire.sendall(b"HELO client.example.com\r\nMAIL FROM:<>\r\nNOOP\r\n")
        wire.shutdown(socket.SHUT_WR)
        line(wire), line(wire)
        served.background.until(lambda: bool(served.world.late))
        served.later(10_000)  # the client waits for us, so nothing times out
        served.answer(served.world.late.popleft())
        assert all_of(wire) == b"250 2.1.0 Sender ok\r\n250 2.0.0 Still here\r\n"
    served.gone()


def test_a_reset_is_the_end_of_the_session(serve: Callable[..., Served]) -> None:
    served = serve("pop3")
    wire = served.connect()
    line(wire)
    wire.sendall(b"USER bob\r\nPASS looking-glass\r\nDELE 1\r\n")
    line(wire), line(wire), line(wire)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()
    served.gone()
    assert len(served.world.boxes["bob"]) == 2
    assert served.world.unlocked == 1


def test_an_answer_that_comes_when_the_client_has_gone_is_taken(serve: Callable[..., Served]) -> None:
    served = serve("pop3", "late")
    wire = served.connect()
    line(wire)
    wire.sendall(b"USER bob\r\nPASS looking-glass\r\n")
    line(wire)
    served.background.until(lambda: bool(served.world.late))
    served.background.call(served.connections[0].abort)
    served.gone()
    served.answer(served.world.late.popleft())
    assert served.world.unlocked == 1
    wire.close()


def test_the_last_reply_is_heard_even_if_more_was_said(serve: Callable[..., Served]) -> None:
    """A close with octets unread would be a reset, which takes the reply with it."""
    served = serve()
    with served.connect() as wire:
        wire.sendall(b"QUIT\r\n" + b"NOOP\r\n" * 10_000)
        heard = all_of(wire)
        assert heard.endswith(b"221 2.0.0 Goodbye\r\n")
        wire.sendall(b"still here\r\n")
    served.gone()


def test_who_does_not_close_after_us_is_dropped(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as wire:
        wire.sendall(b"QUIT\r\n")
        all_of(wire)
        assert len(served.hub) == 1
        served.later(LINGER + 1)
        served.gone()


def test_who_talks_on_without_end_after_us_is_dropped(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as wire:
        wire.sendall(b"QUIT\r\n")
        all_of(wire)
        with pytest.raises(OSError, match=r"reset|pipe"):
            wire.sendall(b"x" * 100_000_000)
    served.gone()


def test_there_is_a_limit_to_connections(serve: Callable[..., Served]) -> None:
    served = serve(limit=2)
    with served.connect() as one, served.connect() as two:
        line(one), line(two)
        with served.connect() as three:
            assert all_of(three) == b"421 too many\r\n"
        one.sendall(b"QUIT\r\n")
        all_of(one)
        one.close()
        served.background.until(lambda: len(served.hub) == 1)
        with served.connect() as four:
            assert line(four).startswith(b"220 ")


def test_connections_do_not_mix(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as one, served.connect() as two:
        line(one), line(two)
        for octet in b"NOOP\r\n":
            one.sendall(bytes((octet,)))
            two.sendall(b"X")
        two.sendall(b"\r\n")
        assert line(one) == b"250 2.0.0 Still here\r\n"
        assert line(two) == b"500 5.5.2 No such command\r\n"


# Peers that do not take what they are sent ----------------------------------------------------------------------------


def push(wire: socket.socket, octets: bytes, most: int) -> int:
    """Send `octets` over and over until nobody takes them any more, or `most` have been; returns how many."""
    sent = 0
    wire.setblocking(False)
    while sent < most and select.select([], [wire], [], 0.5)[1]:
        sent += wire.send(octets)
    wire.settimeout(PATIENCE)
    return sent


def large(served: Served) -> socket.socket:
    """Someone logged in who has one large message, and small buffers."""
    served.world.boxes["bob"] = {}
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    wire.settimeout(PATIENCE)
    wire.connect(("127.0.0.1", served.port))
    line(wire)
    served.world.boxes["bob"] = {"large": LARGE}
    wire.sendall(b"USER bob\r\nPASS looking-glass\r\n")
    line(wire), line(wire)
    return wire


def test_nothing_is_read_while_the_peer_takes_no_replies(serve: Callable[..., Served]) -> None:
    served = serve("pop3")
    with large(served) as wire:
        request = b"RETR 1\r\n" * 1000
        sent = push(wire, request, 50_000_000)
        assert sent < 10_000_000, "the server reads on"
        # It takes what it has asked for, slowly, and is not held to be silent, however long that lasts.
        expected = b"+OK %d octets\r\n%b.\r\n" % (len(LARGE), LARGE)
        for _ in range(3):
            served.later(0)
            wanted = len(expected)
            heard = b""
            while len(heard) < wanted:
                heard += wire.recv(wanted - len(heard))
            assert heard == expected
            served.later(500)
        assert served.hub


def test_who_takes_nothing_is_timed_out_like_the_silent(serve: Callable[..., Served]) -> None:
    served = serve("pop3")
    with large(served) as wire:
        push(wire, b"RETR 1\r\n" * 1000, 50_000_000)
        looks = count(1)  # the kernels in between may still take a little when we first look
        while not served.connections[0].machine.closed:
            served.later(next(looks) * 601)
        assert served.hub, "its last octets have a little time still"
        while served.hub:
            served.later(next(looks) * 601)


def test_nothing_is_read_while_the_policy_thinks(serve: Callable[..., Served]) -> None:
    served = serve(scenario="late")
    with served.connect() as wire:
        line(wire)
        wire.sendall(b"HELO client.example.com\r\nMAIL FROM:<>\r\n")
        line(wire)
        served.background.until(lambda: bool(served.world.late))
        noops = b"NOOP\r\n" * 1000
        sent = push(wire, noops, 50_000_000)
        assert sent < 20_000_000, "the server reads on"
        served.answer(served.world.late.popleft())
        assert line(wire) == b"250 2.1.0 Sender ok\r\n"
        for _ in range(100):
            assert line(wire) == b"250 2.0.0 Still here\r\n"


def test_a_long_reply_arrives_whole(background: Background) -> None:
    """25 MB in many chunks, at a peer that takes them at its leisure."""
    chunks = tuple(b"%06d" % n * 10_922 + b"\r\n" for n in range(400))
    content = Content(chunks)

    class Policy(World):
        def login(self, server: Any, user: str, password: bytes) -> Any:
            self.locked.add(user)
            return Maildrop(user, (Stored("uid", content),))

    world = Policy(conversation("pop3", "empty"))
    port = background.listen(lambda _: pop3.Server("mail.example.net", world))
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
        wire.sendall(b"USER bob\r\nPASS x\r\nRETR 1\r\nQUIT\r\n")
        heard = all_of(wire)
    assert b"".join(chunks) in heard
    assert heard.endswith(b"\r\n.\r\n+OK Goodbye\r\n")


def test_peer_is_known_when_the_machine_is_made(background: Background) -> None:
    peers: list[Any] = []

    def make(connection: Connection) -> Any:
        peers.append(connection.peer)
        return smtp.Server("mail.example.net", World(conversation()))

    port = background.listen(make)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
        line(wire)
        assert peers == [wire.getsockname()]
