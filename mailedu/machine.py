"""What every protocol machine is: octets in, events and octets out, and nothing else.

A machine knows no clock, socket, thread or file. Whoever owns it (the pump, asyncio, a browser) carries octets to
`receive`, fetches what `to_send` has, and keeps the time that `timeout` allows. A client that decides nothing can also
be fed both directions of somebody else's conversation; then it *follows* it, and its events tell what happened.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from mailedu.framing import Content as Content


class Kind(StrEnum):
    """What sort of step a step is."""

    LINK = "link"
    COMMAND = "command"
    REPLY = "reply"
    DATA = "data"
    QUERY = "query"
    ANSWER = "answer"
    ACTION = "action"


class ReplyClass(StrEnum):
    """What a reply means for the state: its first digit in SMTP (RFC 5321 section 4.2.1), its sign in POP3."""

    OK = "ok"
    CONTINUE = "continue"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    CLOSING = "closing"
    """421, in any state: the server hangs up."""
    ASKED = "asked"
    """Not a reply: the command itself moves the state (POP3's QUIT, RFC 1939 section 6)."""
    GARBLED = "garbled"
    """No reply that the protocol knows."""


class Event(NamedTuple):
    """One thing said in a conversation, as both sides and every listener understand it."""

    kind: Kind
    verb: str
    octets: tuple[bytes, ...]
    before: str
    after: str
    answers: int
    """Index of the command that a reply answers among the events of this conversation; -1 for none."""
    foreseen: bool
    reply: Any = None
    """The reply, parsed (`smtp.replies.Reply` or `pop3.replies.Reply`); None for what a client says."""


class Machine(Protocol):
    """The one interface of servers and clients, simulated or on a socket."""

    @property
    def state(self) -> StrEnum: ...

    @property
    def closed(self) -> bool: ...

    @property
    def timeout(self) -> float | None:
        """Seconds that the peer may be silent in this state; None: for ever."""
        ...

    def receive(self, data: bytes) -> list[Event]: ...

    def to_send(self) -> list[bytes]:
        """The chunks to carry to the peer, in order, never joined. They are handed out once."""
        ...

    def eof(self) -> list[Event]:
        """The peer has gone."""
        ...

    def timed_out(self) -> list[Event]:
        """The peer was silent for longer than `timeout`."""
        ...

    def tls_started(self) -> None:
        """Forget all that was learned in clear, octets not yet read included (RFC 3207 section 4.2)."""
        ...


class StandIn(NamedTuple):
    """A reply that an edit puts in the place of a server's own. See `Server.stand_in`."""

    lines: tuple[bytes, ...]
    """Without CRLF; none: the server stays silent."""


# What a script says and hears -----------------------------------------------------------------------------------------


class Say(NamedTuple):
    """A line that a script is about to say: the verb names its place, the line has no CRLF."""

    verb: str
    line: bytes


#: Say nothing; wait for the server's next reply (its greeting).
LISTEN: Final = Say("GREETING", b"")


class Heard(StrEnum):
    """What came of a line that a script said."""

    REPLY = "reply"
    ASSUMED = "assumed"
    """The line was dropped by an edit; the script is to go on as if all were well."""
    SILENT = "silent"
    """No reply within the client's patience."""
    CLOSED = "closed"
    """The connection is gone, or never was."""


# Bound here, for to look up a member in its enum costs more than the comparison.
_OK, _CLOSING = ReplyClass.OK, ReplyClass.CLOSING
_ASSUMED, _SILENT, _CLOSED = Heard.ASSUMED, Heard.SILENT, Heard.CLOSED


class Answer(NamedTuple):
    """The reply to one line of a script."""

    heard: Heard
    cls: ReplyClass = ReplyClass.GARBLED
    reply: Any = None

    @property
    def ok(self) -> bool:
        """True for success, and for a dropped line, so that the script goes on."""
        return self.cls is _OK or self.heard is _ASSUMED

    @property
    def over(self) -> bool:
        """True when nothing more can be said on this connection."""
        return self.heard is _CLOSED or self.heard is _SILENT or self.cls is _CLOSING


#: A client's plan: yields what to say, is sent what came back, returns its outcome. A `Content` is answered at once
#: with ASSUMED (the reply comes to the dot that follows); a list of lines is a pipelined group, answered by a list.
Script: TypeAlias = "Generator[Say | list[Say] | Content, Any, Any]"
