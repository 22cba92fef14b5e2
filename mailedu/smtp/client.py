"""An SMTP client that decides nothing: it says what it is told, even nonsense, and follows what comes of it.

Fed both directions of somebody else's conversation (`follow` and `receive`) it is a listener. So the client of a
journey, the explainer of a capture and `talk` are the same class, and one table says what they understand.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from mailedu.framing import CRLF, END_OF_DATA, Content, DottedText, LineBuffer
from mailedu.machine import Event, Kind, ReplyClass
from mailedu.smtp import grammar, replies
from mailedu.smtp.session import Session
from mailedu.smtp.states import UNASKED, State, Verb

#: Seconds to wait for a reply (RFC 5321 section 4.5.3.2); a line not listed waits five minutes.
TIMEOUTS: Final = {Verb.DATA: 120.0, Verb.END_OF_DATA: 600.0}
TIMEOUT: Final = 300.0
#: A listener keeps a line, and a reply of many lines, up to here; both sides of a true conversation stop far earlier.
MAX_LINE: Final = 1 << 20
MAX_REPLY: Final = 1 << 20

# Bound here, for to look up a member in its enum costs more than the comparison; so does a NamedTuple's own `__new__`.
_COMMAND, _REPLY = Kind.COMMAND, Kind.REPLY
_new = tuple.__new__
_AUTH, _DATA, _CLOSED, _RESPONSE = State.AUTH, State.DATA, State.CLOSED, Verb.RESPONSE

#: What follows these is understood only when their reply is known.
_CHANGES_FRAMING: Final = frozenset({Verb.DATA, Verb.AUTH, Verb.RESPONSE, Verb.END_OF_DATA})


class Client:
    """One connection, seen from the client's side."""

    def __init__(self) -> None:
        self.session = Session()
        self._out: list[bytes] = []
        self._events: list[Event] = []
        self._said = 0
        self._pending: deque[tuple[Verb, bytes, int]] = deque([(Verb.GREETING, b"", -1)])
        self._mine = LineBuffer()
        self._text: DottedText | None = None
        self._theirs = LineBuffer()
        self._lines: list[bytes] = []
        self._unread = self._unfollowed = False  # whether the line buffers hold anything
        self._heard = 0
        self.closed = False

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def timeout(self) -> float | None:
        """Seconds that the server may be silent now; None when nothing is awaited."""
        if self.closed:
            return None
        return TIMEOUTS.get(self._pending[0][0], TIMEOUT) if self._pending else None

    def send(self, line: bytes) -> list[Event]:
        """Say a line; CRLF is added. In DATA it is part of the content, and a lone dot ends it."""
        return self.send_octets((line + CRLF,))

    def send_content(self, content: Content) -> list[Event]:
        """Say a letter, dots doubled, without the dot that ends it."""
        return self.send_octets(content.stuffed)

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
        if not self._unread and data.find(b"\n") == len(data) - 1 and 0 < len(data) < MAX_LINE:
            self._line(data)  # one whole line: nearly always
            events, self._events = self._events, []
            return events
        theirs = self._theirs
        theirs.feed(data)
        while not self.closed:
            line = theirs.line(MAX_LINE)
            if line is None:
                break
            self._line(line.octets)
        self._unread = bool(theirs)
        return self._take_events()

    def to_send(self) -> list[bytes]:
        out, self._out = self._out, []
        return out

    def eof(self) -> list[Event]:
        """The other side has gone, or this one stops: what was begun is told as far as it came."""
        if self._lines and not self.closed:
            self._half_answered()
        self._flush()
        self.closed = True
        return self._take_events()

    def timed_out(self) -> list[Event]:
        """The server was silent too long: hang up."""
        return self.eof()

    def tls_started(self) -> None:
        self.session.forget()
        self._mine.clear()
        self._theirs.clear()
        self._lines.clear()
        self._unread = self._unfollowed = False
        self._pending.clear()
        self._text = None

    # ------------------------------------------------------------------------------------------------------------------

    def _line(self, octets: bytes) -> None:
        """A line of a reply; the last one makes it whole."""
        goes_on = octets[3:4] == b"-" and octets[:3].isdigit()
        if not goes_on and not self._lines:
            self._answered(replies.parse((octets,)))
            return
        self._lines.append(octets)
        if goes_on:
            self._heard += len(octets)
            if self._heard < MAX_REPLY:
                return
        lines = tuple(self._lines)
        self._lines.clear()
        self._heard = 0
        self._answered(replies.parse(lines))

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _emit(self, kind: Kind, verb: Verb, octets: tuple[bytes, ...]) -> int:
        state = self.session.state._name_
        self._events.append(_new(Event, (kind, verb._value_, octets, state, state, -1, True, None)))
        number = self._said
        self._said = number + 1
        return number

    def _hear_client(self, data: bytes) -> None:
        if not self._unfollowed:
            if self._text is not None:
                data = data[self._text.feed(data) :]
                self._end_text()
                if not data:
                    return
            elif data.find(b"\n") == len(data) - 1 and 0 < len(data) < MAX_LINE and not self._holds():
                self._command(data)  # one whole line: nearly always
                return
        self._mine.feed(data)
        self._read_client()
        self._unfollowed = bool(self._mine)

    def _holds(self) -> bool:
        """Whether what the client says now is only understood when an earlier line has been answered."""
        pending = self._pending
        return bool(pending) and pending[-1][0] in _CHANGES_FRAMING

    def _read_client(self) -> None:
        """Part what the client said into commands and content, as far as the replies so far allow."""
        mine = self._mine
        while True:
            if self._text is not None:
                rest = mine.rest()
                if not rest:
                    return
                mine.feed(rest[self._text.feed(rest) :])
                if not self._end_text():
                    return
                continue
            if self._holds():
                return
            line = mine.line(MAX_LINE)
            if line is None:
                return
            self._command(line.octets)

    def _command(self, octets: bytes) -> None:
        if self.session.state is _AUTH:
            verb, argument = _RESPONSE, grammar.text(octets)
        else:
            verb, _, argument, _ = grammar.usual_line(octets)
        self._pending.append((verb, argument, self._emit(_COMMAND, verb, (octets,))))

    def _end_text(self) -> bool:
        text = self._text
        if text is None or not text.ended:
            return False
        self._text = None
        if text.size:
            self._emit(Kind.DATA, Verb.CONTENT, text.gathered())
        number = self._emit(Kind.COMMAND, Verb.END_OF_DATA, (END_OF_DATA,))
        self._pending.append((Verb.END_OF_DATA, b"", number))
        return True

    def _answered(self, reply: replies.Reply) -> None:
        session = self.session
        before = session.state
        if self._pending:
            verb, argument, number = self._pending.popleft()
        else:
            if reply.cls is ReplyClass.CLOSING:
                self._flush_text()
            verb, argument, number = UNASKED.get(before, Verb.UNKNOWN), b"", -1
        after, foreseen = session.advance(verb, argument, reply)
        told = (_REPLY, verb._value_, reply.octets, before._name_, after._name_, number, foreseen, reply)
        self._events.append(_new(Event, told))
        self._said += 1
        if after is _CLOSED:
            self._flush()
            self.closed = True
            return
        if after is _DATA and self._text is None:
            self._text = DottedText()
        if self._unfollowed:
            self._read_client()
            self._unfollowed = bool(self._mine)

    def _half_answered(self) -> None:
        """Tell of a reply of several lines whose last one never came. It is none, and changes nothing."""
        verb, _, number = self._pending.popleft() if self._pending else (Verb.UNKNOWN, b"", -1)
        octets = tuple(self._lines)
        self._lines.clear()
        half = replies.Reply(0, "", tuple(line.rstrip(CRLF) for line in octets), octets, ReplyClass.GARBLED)
        state = self.session.state.name
        self._events.append(Event(Kind.REPLY, verb.value, octets, state, state, number, False, half))
        self._said += 1

    def _flush_text(self) -> None:
        """Tell of content that was cut off."""
        text = self._text
        if text is not None and text.size:
            self._emit(Kind.DATA, Verb.CONTENT, text.gathered())
            self._text = DottedText()

    def _flush(self) -> None:
        """At the end tell of all that was said, understood or not."""
        self._flush_text()
        while (line := self._mine.line(MAX_LINE)) is not None:
            self._command(line.octets)
