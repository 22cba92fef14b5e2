"""An SMTP server as a machine: octets in, events and replies out. What it may say yes to is its policy's business.

It takes CRLF alone for the end of a line and CRLF.CRLF alone for the end of a letter. A bare CR or LF is refused; no
RFC asks for that, it is today's answer to letters smuggled inside letters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from mailedu.framing import END_OF_DATA, Content, DottedText, LineBuffer
from mailedu.machine import Event, Kind, ReplyClass, StandIn
from mailedu.smtp import extensions, grammar, replies
from mailedu.smtp.auth import Dialogue
from mailedu.smtp.commands import COMMANDS
from mailedu.smtp.grammar import Command
from mailedu.smtp.replies import Reply
from mailedu.smtp.session import Envelope, Session
from mailedu.smtp.states import EXPECTED, GUARDS, NOT_IMPLEMENTED, UNASKED, State, Verb, guard

_NO_CONTENT: Final = Content(())
#: Seconds that a client may be silent (RFC 5321 section 4.5.3.2.7).
TIMEOUT: Final = 300.0
#: At most so many commands that made no sense, and so many failed logins (RFC 4954 section 4), then 421.
MAX_ERRORS, MAX_LOGINS = 20, 3


# Bound here, for to look up a member in its enum costs more than the comparison; so does a NamedTuple's own `__new__`.
_COMMAND, _REPLY, _CONTENT = Kind.COMMAND, Kind.REPLY, Kind.DATA
_AUTH, _DATA, _CLOSED = State.AUTH, State.DATA, State.CLOSED
_UNKNOWN, _HELLOS = Verb.UNKNOWN, (Verb.EHLO, Verb.HELO)
_MAX_COMMAND: Final = extensions.MAX_COMMAND
_new = tuple.__new__


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
        self._at_line = True  # what comes next is a command, and can be answered at once
        self._said = 0
        self._errors = 0
        self._failed_logins = 0
        self._waiting: tuple[Command, int, Reply | None] | None = None
        self._unanswered: list[tuple[Command, int]] = []  # to these an edit wants silence
        self.closed = False
        self._hear(grammar.GREETING, -1)

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def timeout(self) -> float | None:
        """Seconds that the client may be silent; None while the client waits for us."""
        return None if self._waiting is not None or self.closed else TIMEOUT

    def receive(self, data: bytes) -> list[Event]:
        """Take octets from the client, cut anywhere; returns what was said by both in the order of understanding."""
        if self._at_line and data.find(b"\n") == len(data) - 1 and 0 < len(data) <= _MAX_COMMAND:
            self._line(data)  # one whole line: nearly always
        elif not self.closed:
            text = self._text
            if text is not None and self._waiting is None and not self._buffer:
                # Large letters pass by the line buffer, so that their chunks stay the very objects that came.
                taken = text.feed(data)
                if not text.ended:
                    return self._take_events()
                data = data[taken:]
            self._buffer.feed(data)
            self._read()
        events, self._events = self._events, []
        return events

    def to_send(self) -> list[bytes]:
        out, self._out = self._out, []
        return out

    def answer(self, reply: Reply) -> list[Event]:
        """The policy's answer to what it put off with None. Then what has arrived meanwhile is read."""
        if self._waiting is None:
            raise RuntimeError("no reply is being waited for")
        command, number, instead = self._waiting
        self._waiting = None
        if self.closed:
            return []  # the client has gone; what was done stays done
        made = reply if reply.code != 535 else self._failed_login(reply)
        self._say(command, number, instead or made)
        self._collect()
        self._read()
        return self._take_events()

    def eof(self) -> list[Event]:
        """The client has gone: half a letter is no letter (RFC 5321 section 4.1.1.10)."""
        self._flush_text()
        self._close()
        return self._take_events()

    def timed_out(self) -> list[Event]:
        """The client was silent too long: 421 before hanging up."""
        if not self.closed:
            self._flush_text()
            command, number = self._unanswered[0] if self._unanswered else (self._unasked(), -1)
            self._say(command, number, self.voice("TIMEOUT"))
        return self._take_events()

    def tls_started(self) -> None:
        """Forget what was learned in clear, and what was sent behind STARTTLS (RFC 3207 section 4.2, CVE-2011-0411)."""
        self.session.forget()
        self._buffer.clear()
        self._text = self.dialogue = None
        self._at_line = True

    # ------------------------------------------------------------------------------------------------------------------

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _emit(self, kind: Kind, verb: Verb, octets: tuple[bytes, ...]) -> int:
        state = self.session.state._name_
        self._events.append(_new(Event, (kind, verb._value_, octets, state, state, -1, True, None)))
        number = self._said
        self._said = number + 1
        return number

    def _read(self) -> None:
        """Read commands and content until there is no more, or the policy wants time, or all is over."""
        buffer = self._buffer
        self._at_line = False
        while self._waiting is None and not self.closed:
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
            line = buffer.line(extensions.MAX_RESPONSE if in_login else _MAX_COMMAND)
            if line is None:
                self._at_line = not buffer
                return
            self._line(line.octets, whole=line.whole)

    def _line(self, octets: bytes, *, whole: bool = True) -> None:
        """One line that is a command, or goes on with a login."""
        in_login = self.session.state is _AUTH
        command = grammar.response(octets) if in_login else grammar.usual_line(octets)
        if not whole:
            command = command._replace(fault="RESPONSE_TOO_LONG" if in_login else "LINE_TOO_LONG")
        self._hear(command, self._emit(_COMMAND, command.verb, (octets,)))

    def _end_of_data(self, text: DottedText) -> None:
        self._text = None
        self.content = content = text.content()
        self.content_size = text.excess or content.size
        if text.size:
            self._emit(_CONTENT, Verb.CONTENT, content.stuffed)
        number = self._emit(_COMMAND, Verb.END_OF_DATA, (END_OF_DATA,))
        self._hear(grammar.END_OF_DATA, number)
        if self._waiting is None:
            self._collect()

    def _collect(self) -> None:
        """In DATA what comes is content. If an edited reply keeps the session there after a dot, it starts anew."""
        if self.session.state is _DATA and self._text is None:
            self._at_line = False
            # With an edited reply at hand nothing may be let go: it may acknowledge a letter that is too large.
            self._text = DottedText(None if self._stand_in is not None else self.max_size)

    def _flush_text(self) -> None:
        if self._text is not None and self._text.size and not self._text.ended:
            self._emit(_CONTENT, Verb.CONTENT, self._text.gathered())
        self._text = None

    def _hear(self, command: Command, number: int) -> None:
        """Answer one command: with an edited reply, or by order, guards and the command's own function."""
        stand_in = self._stand_in(command.verb._value_) if self._stand_in is not None else None
        if stand_in is None:
            made = self._handle(command)
            if made is None:
                self._wait(command, number, None)
            else:
                self._say(command, number, made if made.code != 535 else self._failed_login(made))
            return
        if not stand_in.lines:
            self._unanswered.append((command, number))
            return
        instead, *more = replies.of_texts(stand_in.lines)
        cls = instead.cls
        if cls is ReplyClass.OK or (cls is ReplyClass.CONTINUE and command is not grammar.END_OF_DATA):
            # The deed is done, whatever is said about it: nothing that is acknowledged may be lost.
            self.must_take = cls is ReplyClass.OK
            made = self._handle(command)
            self.must_take = False
            if made is None:
                self._wait(command, number, instead)
                return
        self._say(command, number, instead)
        for unasked in more:
            if not self.closed:
                self._say(self._unasked(), -1, unasked)

    def _handle(self, command: Command) -> Reply | None:
        verb, word, argument, fault = command
        session = self.session
        if fault or verb not in EXPECTED[session.state]:
            made: Reply | None = self._mistake(verb, word, fault)
        else:
            refusal = guard(verb, session) if verb in GUARDS else None
            made = self.voice(refusal) if refusal else COMMANDS[verb](self, argument)
        return replies.plain(made) if verb in _HELLOS and made is not None and made.enhanced else made

    def _mistake(self, verb: Verb, word: bytes, fault: str) -> Reply:
        """The reply to what is no command, or not now; the last one to many of them."""
        self._errors += 1
        if self._errors >= MAX_ERRORS:
            return self.voice("TOO_MANY_ERRORS")
        state = self.session.state
        if fault:
            return self.voice(fault)
        if verb is _UNKNOWN and state is not State.REFUSED:
            known = word.upper().decode("ascii", "replace") in NOT_IMPLEMENTED
            return self.voice("NOT_IMPLEMENTED" if known else "UNKNOWN_COMMAND")
        return self.voice("OUT_OF_ORDER", expected=_expected(state, verb))

    def _failed_login(self, reply: Reply) -> Reply:
        self._failed_logins += 1
        return self.voice("LOGIN_LIMIT") if self._failed_logins >= MAX_LOGINS else reply

    def _wait(self, command: Command, number: int, instead: Reply | None) -> None:
        """The policy will answer later: nothing is read until then."""
        self._waiting = (command, number, instead)
        self._at_line = False

    def _unasked(self) -> Command:
        """What a reply answers for which nobody asked."""
        return Command(UNASKED.get(self.state, _UNKNOWN), b"", b"")

    def _say(self, command: Command, number: int, reply: Reply) -> None:
        verb, _, argument, _ = command
        session = self.session
        before = session.state
        after, foreseen = session.advance(verb, argument, reply)
        self._out.extend(reply.octets)
        told = (_REPLY, verb._value_, reply.octets, before._name_, after._name_, number, foreseen, reply)
        self._events.append(_new(Event, told))
        self._said += 1
        if after is not before:
            if after is _CLOSED:
                self._close()
            elif after is _DATA:
                self._collect()
            elif before is _AUTH:
                self.dialogue = None
            elif before is _DATA:
                self.content = _NO_CONTENT

    def _close(self) -> None:
        self.closed = True
        self._at_line = False
        self._buffer.clear()


def _expected(state: State, verb: Verb) -> str:
    """In two or three words, what ought to have come."""
    if state is State.REFUSED:
        return "only QUIT is left"
    if state in (State.MAIL, State.RCPT) and verb in (Verb.MAIL, Verb.AUTH):
        return "a letter is under way"
    return _FIRST.get(state, "finish what you began")


_FIRST: Final = {State.CONNECTED: "EHLO first", State.READY: "MAIL first", State.MAIL: "RCPT first"}
