"""What both sides know of a POP3 session, kept by following what is said: state, login, marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from mailedu.machine import ReplyClass
from mailedu.pop3 import grammar
from mailedu.pop3.grammar import Command
from mailedu.pop3.replies import Reply
from mailedu.pop3.states import State, Verb, follow


def capabilities(lines: Iterable[str]) -> Mapping[str, str]:
    """Tag (in capitals) -> its parameters, from the lines of a CAPA reply (RFC 2449 section 5)."""
    offered: dict[str, str] = {}
    for line in lines:
        tag, _, parameters = line.partition(" ")
        if tag:
            offered[tag.upper()] = parameters.strip()
    return offered


# Bound here, for to look up a member in its enum costs more than the comparison.
_QUIT, _USER = Verb.QUIT, Verb.USER
_OK, _ASKED = ReplyClass.OK, ReplyClass.ASKED


class Session:
    """The facts of one connection. `ask` and `advance` are the only things that change them."""

    __slots__ = ("login", "marked", "offered", "state", "user")

    def __init__(self, offered: Mapping[str, str] | None = None) -> None:
        """`offered`: what a server knows of itself; others learn it from CAPA."""
        self.state = State.OPENING
        self.user: str = ""
        """The name that USER has just given; nothing once another command has come between (RFC 1939 section 7)."""
        self.login: str | None = None
        """Who logged in."""
        self.marked: set[int] = set()
        """The message-numbers that DELE has marked; QUIT carries that out."""
        self.offered = offered
        """Capability -> parameters, or None as long as nobody asked."""

    def forget(self, offered: Mapping[str, str] | None = None) -> None:
        """Start again as after the greeting: TLS has begun, and what was said in clear may be forged (RFC 2595 4)."""
        self.state = State.AUTHORIZATION
        self.user = ""
        self.login = None
        self.marked = set()
        self.offered = offered

    def ask(self, command: Command) -> State:
        """Take in that the client said `command` and nothing else is unanswered. Returns the state after it."""
        if command.verb is _QUIT and command.bare:
            self.state, _ = follow(self.state, _QUIT, _ASKED)
        return self.state

    def advance(self, command: Command, reply: Reply) -> tuple[State, bool]:
        """Take in that `reply` answered `command`. Returns the state after it and whether that was to be foreseen."""
        verb, cls = command.verb, reply.cls
        if verb is _QUIT and (command.bare or cls is _OK):
            # A QUIT in a pipelined group was said before it was its turn: it enters UPDATE only now.
            self.state, _ = follow(self.state, verb, _ASKED)
        self.state, foreseen = follow(self.state, verb, cls)
        if cls is _OK:
            learn = _LEARN.get(verb)
            if learn is not None:
                learn(self, command, reply)
        if verb is not _USER or cls is not _OK:
            self.user = ""
        return self.state, foreseen


def _named(session: Session, command: Command, reply: Reply) -> None:
    session.user = command.argument.decode("utf-8", "backslashreplace")


def _logged_in(session: Session, command: Command, reply: Reply) -> None:
    session.login = session.user
    session.marked = set()


def _marked(session: Session, command: Command, reply: Reply) -> None:
    number = grammar.number(command.argument)
    if number:
        session.marked.add(number)


def _unmarked(session: Session, command: Command, reply: Reply) -> None:
    session.marked = set()


def _offered(session: Session, command: Command, reply: Reply) -> None:
    session.offered = capabilities(line.decode("utf-8", "replace") for line in reply.lines)


_LEARN: Final[Mapping[Verb, Callable[[Session, Command, Reply], None]]] = {
    Verb.USER: _named,
    Verb.PASS: _logged_in,
    Verb.DELE: _marked,
    Verb.RSET: _unmarked,
    Verb.CAPA: _offered,
}
