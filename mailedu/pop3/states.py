"""The order of a POP3 conversation: one table, read by client, server, explanations, completion and exercises alike.

The state moves on the *reply*, so client and server share the table and it knows nothing of roles. The one exception
is a row too: QUIT after a login enters UPDATE when it is asked, for the
messages go before the reply does (RFC 1939 section 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from mailedu.machine import ReplyClass

if TYPE_CHECKING:
    from mailedu.pop3.session import Session


class State(StrEnum):
    """Where a POP3 session stands (RFC 1939 section 3)."""

    OPENING = "connected, not yet greeted"
    AUTHORIZATION = "greeted, nobody logged in"
    TRANSACTION = "logged in, maildrop locked"
    UPDATE = "leaving, marked messages are being removed"
    CLOSED = "conversation over"


class Verb(StrEnum):
    """The commands, and what stands in the place of one: GREETING, RESPONSE, UNKNOWN."""

    GREETING = "GREETING"
    USER = "USER"
    PASS = "PASS"
    RESPONSE = "RESPONSE"
    STAT = "STAT"
    LIST = "LIST"
    UIDL = "UIDL"
    RETR = "RETR"
    TOP = "TOP"
    DELE = "DELE"
    RSET = "RSET"
    NOOP = "NOOP"
    CAPA = "CAPA"
    QUIT = "QUIT"
    UNKNOWN = "UNKNOWN"


#: Words that may open a command line. All others are UNKNOWN.
COMMANDS: Final = frozenset(Verb) - {Verb.GREETING, Verb.RESPONSE, Verb.UNKNOWN}

OK, PERMANENT, ASKED = ReplyClass.OK, ReplyClass.PERMANENT, ReplyClass.ASKED

Row: TypeAlias = "Mapping[tuple[Verb, ReplyClass], State]"

#: state -> (verb, class of the reply) -> next state. A verb that a state lacks is out of order (-ERR); a class that
#: a listed verb lacks leaves the state as it is.
TRANSITIONS: Final[Mapping[State, Row]] = {
    State.OPENING: {
        (Verb.GREETING, OK): State.AUTHORIZATION,
        (Verb.GREETING, PERMANENT): State.CLOSED,
    },
    State.AUTHORIZATION: {
        (Verb.USER, OK): State.AUTHORIZATION,
        (Verb.PASS, OK): State.TRANSACTION,
        (Verb.CAPA, OK): State.AUTHORIZATION,
        (Verb.QUIT, OK): State.CLOSED,
    },
    State.TRANSACTION: {
        (Verb.STAT, OK): State.TRANSACTION,
        (Verb.LIST, OK): State.TRANSACTION,
        (Verb.UIDL, OK): State.TRANSACTION,
        (Verb.RETR, OK): State.TRANSACTION,
        (Verb.TOP, OK): State.TRANSACTION,
        (Verb.DELE, OK): State.TRANSACTION,
        (Verb.RSET, OK): State.TRANSACTION,
        (Verb.NOOP, OK): State.TRANSACTION,
        (Verb.CAPA, OK): State.TRANSACTION,
        (Verb.QUIT, ASKED): State.UPDATE,
    },
    State.UPDATE: {
        (Verb.QUIT, OK): State.CLOSED,
        (Verb.QUIT, PERMANENT): State.CLOSED,
    },
    State.CLOSED: {},
}

#: state -> the verbs that it takes, in the table's order.
EXPECTED: Final[Mapping[State, tuple[Verb, ...]]] = {
    state: tuple(dict.fromkeys(verb for verb, _ in row)) for state, row in TRANSITIONS.items()
}


def _leads_to() -> Mapping[Verb, State]:
    """Where a verb's success leads from anywhere. CAPA leads to more than one place, so it is not in it."""
    ends: dict[Verb, set[State]] = {}
    for row in TRANSITIONS.values():
        for (verb, cls), after in row.items():
            if cls is OK:
                ends.setdefault(verb, set()).add(after)
    return {verb: states.pop() for verb, states in ends.items() if len(states) == 1}


_LEADS_TO: Final = _leads_to()


@cache
def follow(state: State, verb: Verb, cls: ReplyClass) -> tuple[State, bool]:
    """The state after a reply of class `cls` to `verb` (ASKED: after the command), and whether that was to be foreseen.

    Only a success of a verb that the state lacks is unforeseen: then the state is taken to which that verb's success
    leads anywhere, for the two who are talking seem to agree.
    """
    after = TRANSITIONS[state].get((verb, cls))
    if after is not None:
        return after, True
    if cls is OK and verb not in EXPECTED[state]:
        return _LEADS_TO.get(verb, state), False
    return state, True


Guard: TypeAlias = "tuple[str, Callable[[Session], bool], str]"


def _not_offered(keyword: str) -> Guard:
    """A listener who has heard no CAPA knows of nothing that is not offered."""
    return (
        "not offered",
        lambda session: session.offered is not None and keyword not in session.offered,
        "NOT_OFFERED",
    )


#: verb -> (name, when it strikes, the catalogue's reply). Checked after the order, before the command's own function.
GUARDS: Final[Mapping[Verb, tuple[Guard, ...]]] = {
    Verb.USER: (_not_offered("USER"),),
    Verb.PASS: (
        _not_offered("USER"),
        ("no USER just before", lambda session: not session.user, "USER_FIRST"),
    ),
    Verb.TOP: (_not_offered("TOP"),),
    Verb.UIDL: (_not_offered("UIDL"),),
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
