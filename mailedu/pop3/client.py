"""A POP3 client that decides nothing: it says what it is told, even nonsense, and follows what comes of it.

Fed both directions of somebody else's conversation (`follow` and `receive`) it is a listener. So the client of a
journey, the explainer of a capture and `talk` are the same class, and one table says what they understand.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from mailedu.framing import CRLF, DottedText, LineBuffer
from mailedu.machine import Event, Kind, ReplyClass
from mailedu.pop3 import grammar, replies
from mailedu.pop3.grammar import Command
from mailedu.pop3.replies import Reply
from mailedu.pop3.session import Session
from mailedu.pop3.states import State

#: Seconds to wait for a reply. No RFC names a time; it is half of the server's, so that the client gives up first.
TIMEOUT: Final = 300.0
#: A listener keeps a line up to here; both sides of a true conversation stop far earlier.
MAX_LINE: Final = 1 << 20


# Bound here, for to look up a member in its enum costs more than the comparison; so does a NamedTuple's own `__new__`.
_COMMAND, _REPLY = Kind.COMMAND, Kind.REPLY
_new = tuple.__new__
_OK, _CLOSED = ReplyClass.OK, State.CLOSED


class Client:
    """One connection, seen from the client's side."""

    def __init__(self) -> None:
        self.session = Session()
        self._out: list[bytes] = []
        self._events: list[Event] = []
        self._said = 0
        self._pending: deque[tuple[Command, int]] = deque([(grammar.GREETING, -1)])
        self._mine = LineBuffer()
        self._unfollowed = False
        """Part of a line is in `_mine`."""
        self._theirs = LineBuffer()
        self._unread = False
        """Part of a line is in `_theirs`."""
        self._status: Reply | None = None
        self._body: DottedText | None = None
        self.closed = False

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def timeout(self) -> float | None:
        """Seconds that the server may be silent now; None when nothing is awaited."""
        return TIMEOUT if self._pending and not self.closed else None

    def send(self, line: bytes) -> list[Event]:
        """Say a line; CRLF is added."""
        if self.closed:
            return []
        octets = line + CRLF
        self._out.append(octets)
        self._hear_client(octets)
        events, self._events = self._events, []
        return events

    def send_octets(self, chunks: tuple[bytes, ...]) -> list[Event]:
        """Say octets as they are."""
        if self.closed:
            return []
        self._out.extend(chunks)
        for chunk in chunks:
            self._hear_client(chunk)
        return self._take_events()

    def follow(self, data: bytes) -> list[Event]:
        """Take octets that a client said to its server, cut anywhere."""
        if not self.closed:
            self._hear_client(data)
        return self._take_events()

    def receive(self, data: bytes) -> list[Event]:
        """Take octets that the server said, cut anywhere."""
        if self.closed:
            return []
        theirs = self._theirs
        body = self._body
        if body is None:
            if not self._unread and data.find(b"\n") == len(data) - 1 and 0 < len(data) < MAX_LINE:
                self._line(data)  # one whole line: nearly always
                events, self._events = self._events, []
                return events
        elif not self._unread:
            # Large letters pass by the line buffer, so that their chunks stay the very objects that came.
            data = data[body.feed(data) :]
            if body.ended:
                self._end_body(body)
            if not data:
                return self._take_events()
        theirs.feed(data)
        while not self.closed:
            body = self._body
            if body is not None:
                rest = theirs.rest()
                theirs.feed(rest[body.feed(rest) :])
                if not body.ended:
                    break
                self._end_body(body)
            elif (line := theirs.line(MAX_LINE)) is not None:
                self._line(line.octets)
            else:
                break
        self._unread = bool(theirs)
        return self._take_events()

    def to_send(self) -> list[bytes]:
        out, self._out = self._out, []
        return out

    def eof(self) -> list[Event]:
        """The other side has gone, or this one stops: half a reply is told as far as it came, and changes nothing."""
        if self._status is not None and self._body is not None:
            self._half_answered(self._status, self._body)
        self._status = self._body = None
        self.closed = True
        self.session.state = State.CLOSED
        return self._take_events()

    def timed_out(self) -> list[Event]:
        """The server was silent too long: hang up."""
        return self.eof()

    def tls_started(self) -> None:
        """Forget what was learned in clear, and what came behind the reply to STLS (RFC 2595 section 4)."""
        self.session.forget()
        self._mine.clear()
        self._theirs.clear()
        self._unfollowed = self._unread = False
        self._pending.clear()
        self._status = self._body = None

    # ------------------------------------------------------------------------------------------------------------------

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _hear_client(self, data: bytes) -> None:
        if not self._unfollowed and data.find(b"\n") == len(data) - 1 and 0 < len(data) < MAX_LINE:
            self._command(data)  # one whole line: nearly always
            return
        self._mine.feed(data)
        while (line := self._mine.line(MAX_LINE)) is not None:
            self._command(line.octets)
        self._unfollowed = bool(self._mine)

    def _command(self, octets: bytes) -> None:
        session = self.session
        command = grammar.command(octets)
        before = session.state
        # Behind an unanswered command nothing moves yet: whether there is a login to leave is not known.
        after = before if self._pending else session.ask(command)
        told = (_COMMAND, command.verb._value_, (octets,), before._name_, after._name_, -1, True, None)
        self._events.append(_new(Event, told))
        self._pending.append((command, self._said))
        self._said += 1

    def _line(self, octets: bytes) -> None:
        """The first line of a reply; a multi-line one goes on."""
        reply = replies.parse(octets)
        if reply.cls is _OK and self._pending and self._pending[0][0].multiline:
            self._status, self._body = reply, DottedText()
        else:
            self._answered(reply)

    def _end_body(self, body: DottedText) -> None:
        status, self._status, self._body = self._status, None, None
        if status is not None:
            self._answered(status.with_body(body.content()))

    def _answered(self, reply: Reply) -> None:
        session = self.session
        command, number = self._pending.popleft() if self._pending else (grammar.NOTHING, -1)
        before = session.state
        after, foreseen = session.advance(command, reply)
        told = (_REPLY, command.verb._value_, reply.octets, before._name_, after._name_, number, foreseen, reply)
        self._events.append(_new(Event, told))
        self._said += 1
        if after is _CLOSED:
            self.closed = True

    def _half_answered(self, status: Reply, body: DottedText) -> None:
        command, number = self._pending.popleft()
        state = self.session.state.name
        reply = Reply(ReplyClass.GARBLED, status.code, None, (*status.octets, *body.gathered()))
        self._events.append(Event(_REPLY, command.verb.value, reply.octets, state, state, number, False, reply))
        self._said += 1
