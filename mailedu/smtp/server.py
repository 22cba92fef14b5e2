"""An SMTP server as a machine: octets in, events and replies out. What it may say yes to is its policy's business.

It takes CRLF alone for the end of a line and CRLF.CRLF alone for the end of a letter. A bare CR or LF is refused; no
RFC asks for that, it is today's answer to letters smuggled inside letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from mailedu.framing import CRLF, END_OF_DATA, Content, DottedText, Line, LineBuffer
from mailedu.machine import Event, Kind, ReplyClass, StandIn
from mailedu.smtp import extensions, grammar, replies
from mailedu.smtp.auth import Dialogue
from mailedu.smtp.commands import COMMANDS
from mailedu.smtp.replies import Reply
from mailedu.smtp.session import Envelope, Session
from mailedu.smtp.states import EXPECTED, NOT_IMPLEMENTED, UNASKED, State, Verb, guard

_NO_CONTENT: Final = Content(())
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
#: Seconds that a client may be silent (RFC 5321 section 4.5.3.2.7).
TIMEOUT: Final = 300.0
#: At most so many commands that made no sense, and so many failed logins (RFC 4954 section 4), then 421.
MAX_ERRORS, MAX_LOGINS = 20, 3


# Bound here, for to look up a member in its enum costs more than the comparison.
_COMMAND, _REPLY = Kind.COMMAND, Kind.REPLY
_AUTH, _DATA, _CLOSED = State.AUTH, State.DATA, State.CLOSED
_RESPONSE, _GREETING, _UNKNOWN, _HELLOS = Verb.RESPONSE, Verb.GREETING, Verb.UNKNOWN, (Verb.EHLO, Verb.HELO)


class Policy(Protocol):
    """What a server asks the world. Each answers a reply (`server.voice` has them) or None: by `answer`, later."""

    def login(self, server: Server, user: str, password: bytes) -> Reply | None: ...

    def sender(self, server: Server, reverse_path: str, size: int) -> Reply | None: ...

    def recipient(self, server: Server, mailbox: str) -> Reply | None: ...

    def message(self, server: Server, envelope: Envelope, content: Content, *, must: bool) -> Reply | None:
        """Take the letter or refuse it. `must`: it will be acknowledged whatever the answer, so it has to be kept."""
        ...


class Server:
    """One connection of an SMTP server. Says its greeting when it is made; `to_send` has it."""

    def __init__(
        self,
        domain: str,
        policy: Policy,
        *,
        texts: Mapping[str, str] | None = None,
        offers: Sequence[str] = extensions.DEFAULT,
        wants_login: bool = False,
        max_recipients: int = 1000,
        stand_in: Callable[[str], StandIn | None] | None = None,
    ) -> None:
        """`texts`: other words for replies, by name. `offers`: lines of the EHLO reply, `SIZE n` and `AUTH ...` among
        them.

        `stand_in` is asked for another reply before each one: lines to say, or none for silence (`machine.StandIn`).
        """
        offered = extensions.offered(tuple(offers))
        self.policy = policy
        self.extensions = tuple(offers)
        self.max_size = extensions.size_limit(offered)
        self.max_recipients = max_recipients
        self.voice = replies.voice(domain, texts, enhanced="ENHANCEDSTATUSCODES" in offered)
        self.session = Session()
        self.session.wants_login = wants_login
        self.dialogue: Dialogue | None = None
        self.content = _NO_CONTENT
        """The letter that the lone dot has just ended."""
        self.content_size = 0
        self.must_take = False
        self._stand_in = stand_in
        self._buffer = LineBuffer()
        self._text: DottedText | None = None
        self._out: list[bytes] = []
        self._events: list[Event] = []
        self._unread = False  # whether the line buffer holds anything
        self._said = 0
        self._errors = 0
        self._failed_logins = 0
        self._waiting: tuple[Verb, bytes, int, Reply | None] | None = None
        self._unanswered: list[tuple[Verb, int]] = []  # to these an edit wants silence
        self._closed = False
        self._hear(Verb.GREETING, b"", -1)

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def timeout(self) -> float | None:
        """Seconds that the client may be silent; None while the client waits for us."""
        return None if self._waiting is not None or self._closed else TIMEOUT

    def receive(self, data: bytes) -> list[Event]:
        """Take octets from the client, cut anywhere; returns what was said by both in the order of understanding."""
        if self._closed:
            return self._take_events()  # of a greeting that was a refusal
        text = self._text
        if text is not None and self._waiting is None and not self._buffer:
            # Large letters pass by the line buffer, so that their chunks stay the very objects that came.
            taken = text.feed(data)
            if not text.ended:
                return self._take_events()
            data = data[taken:]
        if (
            not self._unread
            and data.find(b"\n") == len(data) - 1
            and self._waiting is None
            and self._text is None
            and 0 < len(data) <= extensions.MAX_COMMAND
        ):
            # One whole line: nearly always.
            self._line(
                Line(data[:-2], b"\r" not in data[:-2], True, data)
                if data[-2:] == CRLF
                else Line(data[:-1], False, True, data)
            )
        else:
            self._buffer.feed(data)
            self._read()
            self._unread = bool(self._buffer)
        events, self._events = self._events, []
        return events

    def to_send(self) -> list[bytes]:
        out, self._out = self._out, []
        return out

    def answer(self, reply: Reply) -> list[Event]:
        """The policy's answer to what it put off with None. Then what has arrived meanwhile is read."""
        if self._waiting is None:
            raise RuntimeError("no reply is being waited for")
        verb, argument, number, instead = self._waiting
        self._waiting = None
        if self._closed:
            return []  # the client has gone; what was done stays done
        self._say(verb, argument, number, instead or self._count_login(reply))
        self._collect()
        self._read()
        return self._take_events()

    def eof(self) -> list[Event]:
        """The client has gone: half a letter is no letter (RFC 5321 section 4.1.1.10)."""
        self._flush_text()
        self._closed = True
        self._buffer.clear()
        return self._take_events()

    def timed_out(self) -> list[Event]:
        """The client was silent too long: 421 before hanging up."""
        if not self._closed:
            self._flush_text()
            verb, number = self._unanswered[0] if self._unanswered else (UNASKED.get(self.state, Verb.UNKNOWN), -1)
            self._say(verb, b"", number, self.voice("TIMEOUT"))
        return self._take_events()

    def tls_started(self) -> None:
        """Forget what was learned in clear, and what was sent behind STARTTLS (RFC 3207 section 4.2, CVE-2011-0411)."""
        self.session.forget()
        self._buffer.clear()
        self._text = self.dialogue = None

    # ------------------------------------------------------------------------------------------------------------------

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _emit(self, kind: Kind, verb: Verb, octets: tuple[bytes, ...]) -> int:
        state = self.session.state._name_
        self._events.append(Event(kind, verb._value_, octets, state, state, -1, True))
        self._said += 1
        return self._said - 1

    def _read(self) -> None:
        """Read commands and content until there is no more, or the policy wants time, or all is over."""
        buffer = self._buffer
        while self._waiting is None and not self._closed:
            text = self._text
            if text is not None:
                if not text.ended:
                    rest = buffer.rest()
                    if not rest:
                        return
                    buffer.feed(rest[text.feed(rest) :])
                    if not text.ended:
                        return
                self._end_of_data(text)
                continue
            in_login = self.session.state is _AUTH
            line = buffer.line(extensions.MAX_RESPONSE if in_login else extensions.MAX_COMMAND)
            if line is None:
                return
            self._line(line)

    def _line(self, line: Line) -> None:
        """One line that is a command, or goes on with a login."""
        text, clean, whole, octets = line
        in_login = self.session.state is _AUTH
        verb, word, argument = grammar.command(text)
        if in_login:
            verb, argument = _RESPONSE, text
        number = self._emit(_COMMAND, verb, (octets,))
        fault = ""
        if not whole:
            fault = "RESPONSE_TOO_LONG" if in_login else "LINE_TOO_LONG"
        elif not clean:
            fault = "BARE_LINE_END"
        elif _CONTROL.search(text.rstrip(b" \t")):
            fault = "NOT_PRINTABLE"
        self._hear(verb, argument, number, word, fault)

    def _end_of_data(self, text: DottedText) -> None:
        self._text = None
        self.content = text.content()
        self.content_size = text.excess or self.content.size
        if text.size:
            self._emit(Kind.DATA, Verb.CONTENT, text.gathered())
        number = self._emit(Kind.COMMAND, Verb.END_OF_DATA, (END_OF_DATA,))
        self._hear(Verb.END_OF_DATA, b"", number)
        if self._waiting is None:
            self._collect()

    def _collect(self) -> None:
        """In DATA what comes is content. If an edited reply keeps the session there after a dot, it starts anew."""
        if self.session.state is State.DATA and self._text is None:
            # With an edited reply at hand nothing may be let go: it may acknowledge a letter that is too large.
            self._text = DottedText(None if self._stand_in is not None else self.max_size)

    def _flush_text(self) -> None:
        if self._text is not None and self._text.size and not self._text.ended:
            self._emit(Kind.DATA, Verb.CONTENT, self._text.gathered())
        self._text = None

    def _hear(self, verb: Verb, argument: bytes, number: int, word: bytes = b"", fault: str = "") -> None:
        """Answer one command: with an edited reply, or by order, guards and the command's own function."""
        stand_in = self._stand_in(verb._value_) if self._stand_in is not None else None
        if stand_in is None:
            made = self._handle(verb, argument, word, fault)
            if made is None:
                self._waiting = (verb, argument, number, None)
            else:
                self._say(verb, argument, number, self._count_login(made))
            return
        if not stand_in.lines:
            self._unanswered.append((verb, number))
            return
        instead, *more = replies.of_texts(stand_in.lines)
        cls = instead.cls
        if cls is ReplyClass.OK or (cls is ReplyClass.CONTINUE and verb is not Verb.END_OF_DATA):
            # The deed is done, whatever is said about it: nothing that is acknowledged may be lost.
            self.must_take = cls is ReplyClass.OK
            made = self._handle(verb, argument, word, fault)
            self.must_take = False
            if made is None:
                self._waiting = (verb, argument, number, instead)
                return
        self._say(verb, argument, number, instead)
        for unasked in more:
            if not self._closed:
                self._say(UNASKED.get(self.state, Verb.UNKNOWN), b"", -1, unasked)

    def _handle(self, verb: Verb, argument: bytes, word: bytes, fault: str) -> Reply | None:
        made = self._decide(verb, argument, word, fault)
        if made is not None and made.enhanced and verb in _HELLOS:
            return replies.plain(made)
        return made

    def _decide(self, verb: Verb, argument: bytes, word: bytes, fault: str) -> Reply | None:
        if verb is _GREETING:
            return self.voice("GREETING")
        state = self.session.state
        if fault:
            return self._mistake(self.voice(fault))
        if verb is _UNKNOWN and state is not State.REFUSED:
            known = word.upper().decode("ascii", "replace") in NOT_IMPLEMENTED
            return self._mistake(self.voice("NOT_IMPLEMENTED" if known else "UNKNOWN_COMMAND"))
        if verb not in EXPECTED[state]:
            return self._mistake(self.voice("OUT_OF_ORDER", expected=_expected(state, verb)))
        refusal = guard(verb, self.session)
        return self.voice(refusal) if refusal else COMMANDS[verb](self, argument)

    def _mistake(self, reply: Reply) -> Reply:
        self._errors += 1
        return self.voice("TOO_MANY_ERRORS") if self._errors >= MAX_ERRORS else reply

    def _count_login(self, reply: Reply) -> Reply:
        if reply.code != 535:
            return reply
        self._failed_logins += 1
        return self.voice("LOGIN_LIMIT") if self._failed_logins >= MAX_LOGINS else reply

    def _say(self, verb: Verb, argument: bytes, number: int, reply: Reply) -> None:
        session = self.session
        before = session.state
        after, foreseen = session.advance(verb, argument, reply)
        self._out.extend(reply.octets)
        self._events.append(
            Event(_REPLY, verb._value_, reply.octets, before._name_, after._name_, number, foreseen, reply)
        )
        self._said += 1
        if after is not before:
            if after is _CLOSED:
                self._closed = True
                self._buffer.clear()
            elif after is _DATA:
                self._collect()
            elif before is _AUTH:
                self.dialogue = None
            elif before is State.DATA:
                self.content = _NO_CONTENT


def _expected(state: State, verb: Verb) -> str:
    """In two or three words, what ought to have come."""
    if state is State.REFUSED:
        return "only QUIT is left"
    if state in (State.MAIL, State.RCPT) and verb in (Verb.MAIL, Verb.AUTH):
        return "a letter is under way"
    return _FIRST.get(state, "finish what you began")


_FIRST: Final = {State.CONNECTED: "EHLO first", State.READY: "MAIL first", State.MAIL: "RCPT first"}
