"""A policy that says yes to almost everything, and a client and a server joined back to back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mailedu.framing import Content
from mailedu.machine import Event, Kind, StandIn
from mailedu.smtp import Client, Envelope, Server, State
from mailedu.smtp.replies import Reply

#: Both offered, so that a login can be had at port 25 too.
OFFERS = ("PIPELINING", "SIZE 100000", "8BITMIME", "ENHANCEDSTATUSCODES", "AUTH LOGIN PLAIN")
UP_TO_DATA = (b"EHLO a", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.net>", b"DATA")


class World:
    """Who logs in, and which letters were taken, with what the server made of `must`."""

    def __init__(self, *, later: bool = False, refuses: bool = False) -> None:
        self.later = later
        self.refuses = refuses
        self.taken: list[tuple[Envelope, bytes, bool]] = []
        self.asked: list[str] = []

    def _say(self, server: Server, question: str, name: str, **values: object) -> Reply | None:
        self.asked.append(question)
        return None if self.later else server.voice(name, **values)

    def login(self, server: Server, user: str, password: bytes) -> Reply | None:
        right = (user, password) == ("bob", b"looking-glass")
        return self._say(server, "login", "LOGIN_OK" if right else "LOGIN_FAILED")

    def sender(self, server: Server, reverse_path: str, size: int) -> Reply | None:
        return self._say(server, "sender", "TRY_LATER" if self.refuses else "SENDER_OK")

    def recipient(self, server: Server, mailbox: str) -> Reply | None:
        return self._say(server, "recipient", "NO_SUCH_USER" if mailbox.startswith("nobody") else "RECIPIENT_OK")

    def message(self, server: Server, envelope: Envelope, content: Content, *, must: bool) -> Reply | None:
        if self.refuses and not must:
            return self._say(server, "message", "TRY_LATER")
        self.taken.append((envelope, bytes(content), must))
        return self._say(server, "message", "ACCEPTED", id=str(len(self.taken)))


def server(world: World | None = None, **options: Any) -> Server:
    options.setdefault("offers", OFFERS)
    return Server("mail.example.net", world or World(), **options)


def hear(machine: Server, *lines: bytes) -> bytes:
    """What the server says to these lines; its greeting too, if nobody took it."""
    for line in lines:
        machine.receive(line + b"\r\n")
    return b"".join(machine.to_send())


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
        self.heard_by_server: list[Event] = list(self.server.receive(b""))
        self.heard_by_client: list[Event] = []
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

    def states(self) -> tuple[State, State]:
        """The server's, and the client's."""
        return self.server.state, self.client.state

    def time_out(self) -> None:
        """The server loses patience."""
        self.heard_by_server += self.server.timed_out()
        self.carry()

    def cut(self, chunks: list[bytes]) -> list[bytes]:
        if self.octet_by_octet:
            return [bytes((octet,)) for chunk in chunks for octet in chunk]
        return chunks


def told(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """What has to be equal for any split and on both sides: everything but where chunks were cut."""
    return [(e.kind, e.verb, b"".join(e.octets), e.before, e.after, e.answers, e.foreseen) for e in events]


def codes(events: Iterable[Event]) -> list[int]:
    return [e.reply.code for e in events if e.kind is Kind.REPLY]
