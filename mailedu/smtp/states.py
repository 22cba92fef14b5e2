"""The order of an SMTP conversation: one table, read by client, server, explanations, completion and exercises alike.

The state moves on the *reply*, so client and server share the table and it knows nothing of roles. Who leaves the
states of a transaction drops its envelope; so "EHLO acts as RSET" (RFC 5321 section 4.1.4) is a row, not code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from mailedu.machine import ReplyClass

if TYPE_CHECKING:
    from mailedu.smtp.session import Session


class State(StrEnum):
    """Where an SMTP session stands (RFC 5321 section 4.1.4)."""

    OPENING = "connected, not yet greeted"
    REFUSED = "greeted with a refusal, only QUIT is left"
    CONNECTED = "greeted, not yet introduced"
    READY = "introduced, no letter under way"
    AUTH = "in the middle of a login"
    MAIL = "sender named, no recipient yet"
    RCPT = "sender and at least one recipient named"
    DATA = "the letter itself is being sent"
    CLOSED = "conversation over"


class Verb(StrEnum):
    """The commands, and what stands in the place of one: GREETING, RESPONSE, CONTENT, END_OF_DATA, UNKNOWN."""

    GREETING = "GREETING"
    EHLO = "EHLO"
    HELO = "HELO"
    AUTH = "AUTH"
    RESPONSE = "RESPONSE"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "CONTENT"
    END_OF_DATA = "END_OF_DATA"
    RSET = "RSET"
    NOOP = "NOOP"
    VRFY = "VRFY"
    QUIT = "QUIT"
    UNKNOWN = "UNKNOWN"


#: Words that may open a command line. All others are UNKNOWN.
COMMANDS: Final = frozenset(Verb) - {Verb.GREETING, Verb.RESPONSE, Verb.CONTENT, Verb.END_OF_DATA, Verb.UNKNOWN}
#: Commands of the field that this server does not have (yet): 502, not 500 (RFC 5321 section 4.2.4).
NOT_IMPLEMENTED: Final = frozenset(
    "STARTTLS BDAT HELP EXPN TURN ETRN ATRN SEND SOML SAML XCLIENT XFORWARD BURL".split()
)

OK, CONTINUE = ReplyClass.OK, ReplyClass.CONTINUE
TRANSIENT, PERMANENT = ReplyClass.TRANSIENT, ReplyClass.PERMANENT

Row: TypeAlias = "Mapping[tuple[Verb, ReplyClass], State]"


_HELLO: Final[Row] = {(Verb.EHLO, OK): State.READY, (Verb.HELO, OK): State.READY}


def _row(here: State, moves: Row, *, reset: State | None = None) -> Row:
    """`moves`, then what RFC 5321 section 4.1.4 allows at any time; `reset`: where RSET leads, here if not said."""
    return {
        **moves,
        (Verb.RSET, OK): reset or here,
        (Verb.NOOP, OK): here,
        (Verb.VRFY, OK): here,
        **_HELLO,
        (Verb.QUIT, OK): State.CLOSED,
    }


#: state -> (verb, class of the reply) -> next state. A verb that a state lacks is out of order (503); a class that a
#: listed verb lacks leaves the state as it is. 421 closes from anywhere and needs no row. Usual verbs come first.
TRANSITIONS: Final[Mapping[State, Row]] = {
    State.OPENING: {
        (Verb.GREETING, OK): State.CONNECTED,
        (Verb.GREETING, TRANSIENT): State.REFUSED,
        (Verb.GREETING, PERMANENT): State.REFUSED,
    },
    State.REFUSED: {(Verb.QUIT, OK): State.CLOSED},
    State.CONNECTED: {**_HELLO, **_row(State.CONNECTED, {})},
    State.READY: _row(
        State.READY,
        {(Verb.MAIL, OK): State.MAIL, (Verb.AUTH, CONTINUE): State.AUTH, (Verb.AUTH, OK): State.READY},
    ),
    State.AUTH: {
        (Verb.RESPONSE, CONTINUE): State.AUTH,
        (Verb.RESPONSE, OK): State.READY,
        (Verb.RESPONSE, TRANSIENT): State.READY,
        (Verb.RESPONSE, PERMANENT): State.READY,
    },
    State.MAIL: _row(State.MAIL, {(Verb.RCPT, OK): State.RCPT}, reset=State.READY),
    State.RCPT: _row(
        State.RCPT,
        {(Verb.DATA, CONTINUE): State.DATA, (Verb.RCPT, OK): State.RCPT},
        reset=State.READY,
    ),
    State.DATA: {
        (Verb.END_OF_DATA, OK): State.READY,
        (Verb.END_OF_DATA, TRANSIENT): State.READY,
        (Verb.END_OF_DATA, PERMANENT): State.READY,
    },
    State.CLOSED: {},
}

#: Whose reply it is when the server speaks unasked, 421 above all; in other states nobody's.
UNASKED: Final = {State.DATA: Verb.END_OF_DATA, State.AUTH: Verb.RESPONSE}

#: The states in which an envelope is being written.
TRANSACTION: Final = frozenset({State.MAIL, State.RCPT, State.DATA})

#: state -> the verbs that it takes, in the table's order.
EXPECTED: Final[Mapping[State, tuple[Verb, ...]]] = {
    state: tuple(dict.fromkeys(verb for verb, _ in row)) for state, row in TRANSITIONS.items()
}


def _leads_to() -> Row:
    """Where a verb's success leads from anywhere. NOOP and such lead to more than one place, so they are not in it."""
    ends: dict[tuple[Verb, ReplyClass], set[State]] = {}
    for row in TRANSITIONS.values():
        for move, after in row.items():
            if move[1] in (OK, CONTINUE):
                ends.setdefault(move, set()).add(after)
    return {move: states.pop() for move, states in ends.items() if len(states) == 1}


_LEADS_TO: Final = _leads_to()


_CLOSING, _CLOSED = ReplyClass.CLOSING, State.CLOSED


@cache
def follow(state: State, verb: Verb, cls: ReplyClass) -> tuple[State, bool]:
    """The state after a reply of class `cls` to `verb`, and whether that was to be foreseen.

    Only a success of a verb that the state lacks is unforeseen: then the state is taken to which that verb's success
    leads anywhere, for the two who are talking seem to agree.
    """
    if cls is _CLOSING:
        return _CLOSED, True
    after = TRANSITIONS[state].get((verb, cls))
    if after is not None:
        return after, True
    if (cls is OK or cls is CONTINUE) and verb not in EXPECTED[state]:
        return _LEADS_TO.get((verb, cls), state), False
    return state, True


Guard: TypeAlias = "tuple[str, Callable[[Session], bool], str]"

#: verb -> (name, when it strikes, the catalogue's reply). Checked after the order, before the command's own function.
GUARDS: Final[Mapping[Verb, tuple[Guard, ...]]] = {
    Verb.AUTH: (
        ("not offered", lambda session: "AUTH" not in session.offered, "AUTH_NOT_OFFERED"),
        ("logged in already", lambda session: session.user is not None, "AUTH_TWICE"),
    ),
    Verb.MAIL: (("login wanted", lambda session: session.wants_login and session.user is None, "LOGIN_FIRST"),),
    Verb.VRFY: (("login wanted", lambda session: session.wants_login and session.user is None, "LOGIN_FIRST"),),
}


def guard(verb: Verb, session: Session) -> str | None:
    """The name of the reply that a guard gives to `verb` now, or None if none objects."""
    guards = GUARDS.get(verb)
    if guards:
        for _name, strikes, reply in guards:
            if strikes(session):
                return reply
    return None


def may_come_next(session: Session) -> tuple[Verb, ...]:
    """The verbs that would be taken now: the state's row less what a guard refuses."""
    return tuple(verb for verb in EXPECTED[session.state] if guard(verb, session) is None)
