"""A POP3 server as a machine: octets in, events and replies out. Whose mailbox it opens is its policy's business.

DELE only marks. What is marked goes when a client that has logged in says QUIT, and in no other case: a connection
that breaks or falls silent removes nothing (RFC 1939 section 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from mailedu.framing import END_OF_DATA, Content, LineBuffer, dot_unstuff
from mailedu.machine import Event, Kind, StandIn
from mailedu.pop3 import grammar, replies
from mailedu.pop3.commands import COMMANDS, FINISH
from mailedu.pop3.grammar import MAX_COMMAND, Command
from mailedu.pop3.maildrop import NO_MAILDROP, Maildrop
from mailedu.pop3.replies import Reply
from mailedu.pop3.session import Session, capabilities
from mailedu.pop3.states import EXPECTED, GUARDS, State, Verb, guard

#: Seconds that a client may be silent: at least ten minutes (RFC 1939 section 3).
TIMEOUT: Final = 600.0
#: At most so many commands that made no sense, and so many failed logins; then -ERR, and the server hangs up.
MAX_ERRORS, MAX_LOGINS = 20, 3

#: What CAPA tells, unless a host says otherwise (RFC 2449 section 6).
OFFERS: Final = ("TOP", "USER", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "IMPLEMENTATION mailedu")


# Bound here, for to look up a member in its enum costs more than the comparison; so does a NamedTuple's own `__new__`.
_COMMAND, _REPLY = Kind.COMMAND, Kind.REPLY
_new = tuple.__new__
_CLOSED = State.CLOSED

_offered = lru_cache(maxsize=64)(capabilities)


class Policy(Protocol):
    """What a server asks the world, and what it tells it. None for an answer means: later, by `Server.answer`."""

    def login(self, server: Server, user: str, password: bytes) -> Maildrop | Reply | None:
        """Open and lock the maildrop, or say why not: `server.voice` with LOGIN_FAILED, IN_USE or TRY_LATER."""
        ...

    def marked(self, server: Server, maildrop: Maildrop, number: int) -> None:
        """DELE has marked a message. The session keeps the mark; this is for who wants to show it."""
        ...

    def unmarked(self, server: Server, maildrop: Maildrop, numbers: tuple[int, ...]) -> None:
        """RSET has taken the marks off these."""
        ...

    def expunge(self, server: Server, maildrop: Maildrop, numbers: tuple[int, ...]) -> bool | None:
        """Remove these messages for good. True: all are gone; False: some are not. Asked only if there are any."""
        ...

    def unlock(self, server: Server, maildrop: Maildrop) -> None:
        """The session is over, well or badly. Said exactly once for each maildrop that `login` gave."""
        ...


class _Waiting(NamedTuple):
    """A command whose reply the policy owes."""

    command: Command
    number: int
    instead: Reply | None


class Server:
    """One connection of a POP3 server. Says its greeting when it is made; `to_send` has it."""

    def __init__(
        self,
        domain: str,
        policy: Policy,
        *,
        texts: Mapping[str, str] | None = None,
        offers: Sequence[str] = OFFERS,
        stand_in: Callable[[str], StandIn | None] | None = None,
        max_errors: int = MAX_ERRORS,
        max_logins: int = MAX_LOGINS,
    ) -> None:
        """`texts`: other words for replies, by name. `offers`: what CAPA tells; TOP, UIDL and USER work if named.

        `stand_in` is asked for another reply before each one: lines to say, or none for silence (`machine.StandIn`).
        """
        self.policy = policy
        self.voice = replies.voice(domain, texts)
        self.offers = tuple(offers)
        self.session = Session(_offered(self.offers))
        self.maildrop: Maildrop = NO_MAILDROP
        self.octets = 0
        """Of all messages, marked or not."""
        self._stand_in = stand_in
        self._max_errors, self._max_logins = max_errors, max_logins
        self._errors = self._failed_logins = 0
        self._buffer = LineBuffer()
        self._unread = False
        """Something waits in the buffer, or will have to."""
        self._out: list[bytes] = []
        self._events: list[Event] = []
        self._said = 0
        self._waiting: _Waiting | None = None
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
        if not self.closed:
            if not self._unread and data.find(b"\n") == len(data) - 1 and 0 < len(data) <= MAX_COMMAND:
                self._command(data)  # one whole line: nearly always
            else:
                self._buffer.feed(data)
                self._read()
        events, self._events = self._events, []
        return events

    def to_send(self) -> list[bytes]:
        out, self._out = self._out, []
        return out

    def answer(self, answer: Maildrop | Reply | bool) -> list[Event]:
        """The policy's answer to what it put off with None. Then what has arrived meanwhile is read.

        It must come even if the client has gone in between: a maildrop opened too late is unlocked at once.
        """
        if self._waiting is None:
            raise RuntimeError("no reply is being waited for")
        command, number, instead = self._waiting
        self._waiting = None
        made = FINISH[command.verb](self, answer)
        if self.closed:
            self._release()
            return []
        self._say(command, number, made, instead)
        self._read()
        return self._take_events()

    def eof(self) -> list[Event]:
        """The client has gone. Without QUIT nothing is removed (RFC 1939 section 6); a removal under way goes on."""
        self._close()
        return self._take_events()

    def timed_out(self) -> list[Event]:
        """The client was silent too long: the server hangs up without a word, removing nothing (RFC 1939 section 3)."""
        return self.eof()

    def tls_started(self) -> None:
        """Forget what was learned in clear, USER included, and what was sent behind STLS (RFC 2595 section 4)."""
        self.session.forget(_offered(self.offers))
        self._buffer.clear()
        self._unread = False

    # What the commands use --------------------------------------------------------------------------------------------

    def open(self, maildrop: Maildrop) -> None:
        """The policy has locked this maildrop for the session."""
        self.maildrop = maildrop
        self.octets = sum(message.size for message in maildrop.messages)

    def marked(self) -> tuple[int, ...]:
        """The numbers of the messages that are marked, in order."""
        if not self.session.marked:
            return ()
        last = len(self.maildrop.messages)
        return tuple(sorted(n for n in self.session.marked if n <= last))

    def left(self) -> tuple[int, int]:
        """How many messages are not marked, and their octets."""
        messages = self.maildrop.messages
        if not self.session.marked:
            return len(messages), self.octets
        marked = self.marked()
        return len(messages) - len(marked), self.octets - sum(messages[n - 1].size for n in marked)

    # ------------------------------------------------------------------------------------------------------------------

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _read(self) -> None:
        """Read commands until there are no more, or the policy wants time, or all is over."""
        self._unread = True
        while self._waiting is None and not self.closed:
            # One octet more than allowed, so that what was cut off is too long as well.
            line = self._buffer.line(MAX_COMMAND + 1)
            if line is None:
                self._unread = bool(self._buffer)
                return
            self._command(line.octets)

    def _command(self, octets: bytes) -> None:
        session = self.session
        command = grammar.command(octets)
        before = session.state
        after = session.ask(command)
        told = (_COMMAND, command.verb._value_, (octets,), before._name_, after._name_, -1, True, None)
        self._events.append(_new(Event, told))
        number = self._said
        self._said = number + 1
        self._hear(command, number)

    def _hear(self, command: Command, number: int) -> None:
        """Answer one command: with an edited reply, or by order, guards and the command's own function."""
        instead = None
        if self._stand_in is not None and (stand_in := self._stand_in(command.verb.value)) is not None:
            if not stand_in.lines:
                return
            instead = replies.of_texts(stand_in.lines)
            if not instead.ok:
                self._say(command, number, instead, instead)
                return
            # The deed is done, whatever is said about it: nothing that is acknowledged may be lost.
        made = self._handle(command)
        if made is None:
            self._waiting = _Waiting(command, number, instead)
            self._unread = True
        else:
            self._say(command, number, made, instead)

    def _handle(self, command: Command) -> Reply | None:
        verb = command.verb
        if command.fault:
            return self._mistake(self.voice(command.fault))
        session = self.session
        if verb in EXPECTED[session.state]:
            refusal = guard(verb, session) if verb in GUARDS else None
            return self._mistake(self.voice(refusal)) if refusal else COMMANDS[verb](self, command.argument)
        if verb is Verb.UNKNOWN:
            return self._mistake(self.voice("UNKNOWN_COMMAND"))
        expected = _EXPECTED.get(session.state, "only QUIT is left")
        return self._mistake(self.voice("OUT_OF_ORDER", expected=expected))

    def _mistake(self, reply: Reply) -> Reply:
        self._errors += 1
        return self.voice("TOO_MANY_ERRORS") if self._errors == self._max_errors else reply

    def _say(self, command: Command, number: int, made: Reply, instead: Reply | None) -> None:
        """Send a reply; `instead` is said in place of what the command `made`, but a body of that stays behind it."""
        reply = made
        if instead is not None:
            reply = _with_body(instead, made) if instead.ok and command.multiline else instead
        if reply.code == "AUTH":
            self._failed_logins += 1
            if self._failed_logins == self._max_logins and instead is None:
                reply = self.voice("LOGIN_LIMIT")
        session = self.session
        before = session.state
        after, foreseen = session.advance(command, reply)
        self._out.extend(reply.octets)
        told = (_REPLY, command.verb._value_, reply.octets, before._name_, after._name_, number, foreseen, reply)
        self._events.append(_new(Event, told))
        self._said += 1
        if after is _CLOSED or self._errors >= self._max_errors or self._failed_logins >= self._max_logins:
            self._close()

    def _close(self) -> None:
        self.closed = True
        self.session.state = State.CLOSED
        self._buffer.clear()
        if self._waiting is None:
            self._release()

    def _release(self) -> None:
        if self.maildrop is not NO_MAILDROP:
            maildrop, self.maildrop = self.maildrop, NO_MAILDROP
            self.policy.unlock(self, maildrop)


def _with_body(instead: Reply, made: Reply) -> Reply:
    """The lines of an edited +OK as a multi-line reply: its own further lines, else those that the command made."""
    status, *lines = instead.octets
    if not lines:
        return instead.with_body(made.body if made.body is not None else Content(()))
    if lines[-1] == END_OF_DATA:
        lines.pop()
    body = Content(dot_unstuff(lines), tuple(lines))
    return instead._replace(body=body, octets=(status, *lines, END_OF_DATA))


_EXPECTED: Final[Mapping[State, str]] = {
    State.AUTHORIZATION: "log in first, with USER and PASS",
    State.TRANSACTION: "you are logged in already",
}
