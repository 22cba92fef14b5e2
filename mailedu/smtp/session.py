"""What both sides know of an SMTP session, by following what is said: state, envelope, what is offered, the login."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from mailedu.machine import ReplyClass
from mailedu.smtp import auth, extensions, grammar
from mailedu.smtp.replies import Reply
from mailedu.smtp.states import TRANSACTION, State, Verb, follow

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
# Bound here, for to look up a member in its enum costs more than the comparison.
_OK, _RESPONSE, _AUTH = ReplyClass.OK, Verb.RESPONSE, Verb.AUTH
_MAIL, _RCPT = Verb.MAIL, Verb.RCPT


class Envelope(NamedTuple):
    """Where a letter goes and where failure is reported (RFC 5321 section 2.3.1). Not to be found inside the letter."""

    reverse_path: str
    """Empty for the null reverse-path."""
    recipients: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


class Session:
    """The facts of one connection. `advance` is the only thing that changes them."""

    __slots__ = ("envelope", "extended", "hello", "login", "mechanism", "offered", "state", "user", "wants_login")

    def __init__(self) -> None:
        self.state = State.OPENING
        self.envelope: Envelope | None = None
        self.hello = ""
        """The name that the client gave in EHLO or HELO."""
        self.extended = False
        """EHLO, not HELO."""
        self.offered: Mapping[str, str] = _NOTHING
        """Keyword -> arguments, as the server offered them."""
        self.user: str | None = None
        """Who logged in."""
        self.login = ""
        """The name that a login under way claims, by LOGIN or PLAIN."""
        self.mechanism = ""
        """Of a login under way, in capitals, until it has said who it is."""
        self.wants_login: bool = False
        """The server takes no letter before a login; a listener learns it from 530 (RFC 4954 section 6)."""

    def forget(self) -> None:
        """Start again as after the greeting: TLS has begun, and what was said in clear may be forged (RFC 3207 4.2)."""
        self.state = State.CONNECTED
        self.envelope = None
        self.hello = self.login = self.mechanism = ""
        self.extended = False
        self.offered = _NOTHING
        self.user = None

    def advance(self, verb: Verb, argument: bytes, reply: Reply) -> tuple[State, bool]:
        """Take in that `reply` answered `verb`. Returns the state after it and whether that was to be foreseen."""
        cls = reply.cls
        if verb is _RESPONSE or verb is _AUTH:
            _claim(self, verb, argument)
        self.state, foreseen = follow(self.state, verb, cls)
        if cls is _OK:
            learn = _LEARN.get(verb)
            if learn is not None:
                learn(self, argument, reply)
        elif reply.code == 530:
            self.wants_login = True
        if self.envelope is not None and self.state not in TRANSACTION:
            self.envelope = None
        return self.state, foreseen


def _hello(session: Session, argument: bytes, reply: Reply) -> None:
    session.hello = argument.decode("utf-8", "replace")
    session.extended = True
    session.offered = extensions.keywords(reply.lines[1:])
    session.envelope = None


def _helo(session: Session, argument: bytes, reply: Reply) -> None:
    session.hello = argument.decode("utf-8", "replace")
    session.extended = False
    session.offered = _NOTHING
    session.envelope = None


def _mail(session: Session, argument: bytes, reply: Reply) -> None:
    try:
        path = grammar.path(_MAIL, argument)
    except grammar.PathError:
        path = grammar.Path(grammar.loose_path(argument), ())
    session.envelope = Envelope(path.mailbox, (), path.parameters)


def _rcpt(session: Session, argument: bytes, reply: Reply) -> None:
    try:
        mailbox = grammar.path(_RCPT, argument).mailbox
    except grammar.PathError:
        mailbox = grammar.loose_path(argument)
    reverse_path, recipients, parameters = session.envelope or Envelope("")
    session.envelope = Envelope(reverse_path, (*recipients, mailbox), parameters)


def _claim(session: Session, verb: Verb, argument: bytes) -> None:
    """Read who a line of a login claims to be."""
    if verb is Verb.AUTH:
        session.login = ""
        mechanism, _, argument = argument.partition(b" ")
        session.mechanism = mechanism.decode("ascii", "replace").upper()
    if session.mechanism and (argument or verb is Verb.RESPONSE):
        session.login = auth.claimed(session.mechanism, argument.strip(b" "))
        session.mechanism = ""


def _logged_in(session: Session, argument: bytes, reply: Reply) -> None:
    session.user = session.login


_LEARN = {
    Verb.EHLO: _hello,
    Verb.HELO: _helo,
    Verb.MAIL: _mail,
    Verb.RCPT: _rcpt,
    Verb.AUTH: _logged_in,
    Verb.RESPONSE: _logged_in,
}
