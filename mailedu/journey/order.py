"""The order of a conversation as a learner sees it: what a state means, and where each command leads from there.

Read from the tables of the protocols; nothing here knows a rule.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from mailedu.machine import ReplyClass
from mailedu.pop3 import session as pop3_session
from mailedu.pop3 import states as pop3
from mailedu.smtp import session as smtp_session
from mailedu.smtp import states as smtp

_SMTP: Final = {
    ReplyClass.OK: "2yz",
    ReplyClass.CONTINUE: "3yz",
    ReplyClass.TRANSIENT: "4yz",
    ReplyClass.PERMANENT: "5yz",
    ReplyClass.CLOSING: "421",
}
_POP3: Final = {ReplyClass.OK: "+OK", ReplyClass.PERMANENT: "-ERR", ReplyClass.ASKED: "at once"}


class Move(NamedTuple):
    """A row of the table."""

    verb: str
    reply: str
    """Which replies lead there: 2yz, +OK ...; `at once` where the command itself does."""
    to: str
    """Name of the next state."""


def words(protocol: str, state: str) -> str:
    """What a state means; empty for a name that is none, or where nobody talks."""
    if protocol == "pop3":
        return pop3.State[state].value if state in pop3.State.__members__ else ""
    return smtp.State[state].value if state in smtp.State.__members__ else ""


def moves(protocol: str, state: str) -> tuple[Move, ...]:
    """The row of a state. What is not in it is out of order there."""
    if protocol == "pop3":
        if state not in pop3.State.__members__:
            return ()
        row = pop3.TRANSITIONS[pop3.State[state]]
        return tuple(Move(verb.value, _POP3[cls], to.name) for (verb, cls), to in row.items())
    if state not in smtp.State.__members__:
        return ()
    return tuple(Move(v.value, _SMTP[cls], to.name) for (v, cls), to in smtp.TRANSITIONS[smtp.State[state]].items())


def objection(session: smtp_session.Session | pop3_session.Session, verb: str) -> str:
    """The name of the guard that objects to a command now, such as `login wanted`; empty if none does."""
    if isinstance(session, pop3_session.Session):
        return next((name for name, strikes, _ in pop3.GUARDS.get(pop3.Verb(verb), ()) if strikes(session)), "")
    return next((name for name, strikes, _ in smtp.GUARDS.get(smtp.Verb(verb), ()) if strikes(session)), "")


def out_of_order(protocol: str, state: str) -> tuple[str, ...]:
    """Commands that a state does not take."""
    if protocol == "pop3":
        if state not in pop3.State.__members__:
            return ()
        taken = pop3.EXPECTED[pop3.State[state]]
        return tuple(verb.value for verb in pop3.Verb if verb in pop3.COMMANDS and verb not in taken)
    if state not in smtp.State.__members__:
        return ()
    expected = smtp.EXPECTED[smtp.State[state]]
    return tuple(verb.value for verb in smtp.Verb if verb in smtp.COMMANDS and verb not in expected)
