"""The table itself: whole, reachable, and read the same way by everybody."""

from __future__ import annotations

from itertools import product

import pytest

from mailedu.machine import ReplyClass
from mailedu.smtp import Session, State, Verb
from mailedu.smtp.commands import COMMANDS as FUNCTIONS
from mailedu.smtp.replies import CATALOGUE
from mailedu.smtp.states import COMMANDS, EXPECTED, GUARDS, NOT_IMPLEMENTED, TRANSITIONS, follow, guard, may_come_next

SUCCESS = (ReplyClass.OK, ReplyClass.CONTINUE)


def test_every_state_has_a_row_and_is_reached() -> None:
    assert TRANSITIONS.keys() == set(State)
    reached = {State.OPENING}
    for _ in State:
        reached |= {after for state in reached for after in TRANSITIONS[state].values()}
    assert reached == set(State)


def test_every_verb_has_a_function_and_a_row() -> None:
    listed = {verb for row in TRANSITIONS.values() for verb, _ in row}
    assert listed == FUNCTIONS.keys()
    assert COMMANDS | {Verb.GREETING, Verb.RESPONSE, Verb.END_OF_DATA} == FUNCTIONS.keys()
    assert not NOT_IMPLEMENTED & {verb.value for verb in Verb}


def test_every_guard_names_a_reply_and_a_verb_that_is_listed() -> None:
    assert GUARDS.keys() <= COMMANDS
    for guards in GUARDS.values():
        for name, _, reply in guards:
            assert name
            assert CATALOGUE[reply][0] >= 500
    for verb, guards in GUARDS.items():
        assert len({name for name, _, _ in guards}) == len(guards), verb


def test_only_a_success_moves_a_transaction_on() -> None:
    """RFC 5321 section 4.1.4: a command that fails leaves the state."""
    for state, row in TRANSITIONS.items():
        for (verb, cls), after in row.items():
            if cls not in SUCCESS:
                assert (state, verb) in {
                    (State.OPENING, Verb.GREETING),
                    (State.AUTH, Verb.RESPONSE),
                    (State.DATA, Verb.END_OF_DATA),
                }, (verb, cls, after)


def test_follow_is_total() -> None:
    for state, verb, cls in product(State, Verb, ReplyClass):
        after, foreseen = follow(state, verb, cls)
        row = TRANSITIONS[state]
        if cls is ReplyClass.CLOSING:
            assert (after, foreseen) == (State.CLOSED, True)
        elif (verb, cls) in row:
            assert (after, foreseen) == (row[verb, cls], True)
        elif cls in SUCCESS and verb not in EXPECTED[state]:
            assert not foreseen
        else:
            assert (after, foreseen) == (state, True)


def test_an_unforeseen_success_leads_where_it_leads_anywhere() -> None:
    assert follow(State.CONNECTED, Verb.MAIL, ReplyClass.OK) == (State.MAIL, False)
    assert follow(State.READY, Verb.RCPT, ReplyClass.OK) == (State.RCPT, False)
    assert follow(State.MAIL, Verb.DATA, ReplyClass.CONTINUE) == (State.DATA, False)
    assert follow(State.RCPT, Verb.MAIL, ReplyClass.OK) == (State.MAIL, False)
    assert follow(State.REFUSED, Verb.EHLO, ReplyClass.OK) == (State.READY, False)
    assert follow(State.MAIL, Verb.AUTH, ReplyClass.CONTINUE) == (State.AUTH, False)


@pytest.mark.parametrize("verb", [Verb.NOOP, Verb.VRFY, Verb.RSET])
def test_an_unforeseen_success_of_a_verb_that_moves_nothing_moves_nothing(verb: Verb) -> None:
    """Their successes lead to more than one place, so none of these says where the two are."""
    assert follow(State.REFUSED, verb, ReplyClass.OK) == (State.REFUSED, False)


def test_what_may_come_next_is_the_row_less_the_guards() -> None:
    session = Session()
    session.state = State.READY
    assert Verb.AUTH not in may_come_next(session)
    session.offered = {"AUTH": "LOGIN"}
    assert Verb.AUTH in may_come_next(session)
    session.wants_login = True
    assert Verb.MAIL not in may_come_next(session)
    assert guard(Verb.MAIL, session) == "LOGIN_FIRST"
    session.user = "bob"
    assert Verb.MAIL in may_come_next(session)
    assert guard(Verb.AUTH, session) == "AUTH_TWICE"
    assert may_come_next(session) == tuple(v for v in EXPECTED[State.READY] if v is not Verb.AUTH)
