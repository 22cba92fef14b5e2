"""The table of POP3: what RFC 1939 says of order, and that nothing in it is out of reach."""

from __future__ import annotations

import pytest

from mailedu.machine import ReplyClass
from mailedu.pop3 import Session, State, Verb
from mailedu.pop3.commands import COMMANDS as FUNCTIONS
from mailedu.pop3.replies import CATALOGUE
from mailedu.pop3.states import COMMANDS, EXPECTED, GUARDS, TRANSITIONS, follow, may_come_next

OK, PERMANENT, ASKED = ReplyClass.OK, ReplyClass.PERMANENT, ReplyClass.ASKED


def test_every_state_is_reachable_from_the_opening() -> None:
    reached, fresh = {State.OPENING}, {State.OPENING}
    while fresh:
        fresh = {after for state in fresh for after in TRANSITIONS[state].values()} - reached
        reached |= fresh
    assert reached == set(State)


def test_only_the_end_has_no_way_on() -> None:
    assert [state for state in State if not TRANSITIONS[state]] == [State.CLOSED]


def test_the_state_moves_on_replies_but_for_one_row() -> None:
    asked = [(state, verb) for state, row in TRANSITIONS.items() for verb, cls in row if cls is ASKED]
    assert asked == [(State.TRANSACTION, Verb.QUIT)]


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_every_command_is_taken_somewhere_and_has_a_function(verb: Verb) -> None:
    assert any(verb in row for row in EXPECTED.values())
    assert verb in FUNCTIONS


def test_rfc_1939_section_9_says_which_command_belongs_to_which_state() -> None:
    transaction = {Verb.STAT, Verb.LIST, Verb.RETR, Verb.DELE, Verb.NOOP, Verb.RSET, Verb.TOP, Verb.UIDL}
    assert set(EXPECTED[State.AUTHORIZATION]) == {Verb.USER, Verb.PASS, Verb.CAPA, Verb.QUIT}
    assert set(EXPECTED[State.TRANSACTION]) == transaction | {Verb.CAPA, Verb.QUIT}
    assert EXPECTED[State.UPDATE] == (Verb.QUIT,)


def test_quit_enters_update_only_after_a_login() -> None:
    assert follow(State.TRANSACTION, Verb.QUIT, ASKED) == (State.UPDATE, True)
    assert follow(State.AUTHORIZATION, Verb.QUIT, ASKED) == (State.AUTHORIZATION, True)
    assert follow(State.AUTHORIZATION, Verb.QUIT, OK) == (State.CLOSED, True)


@pytest.mark.parametrize("cls", [OK, PERMANENT])
def test_update_ends_whether_or_not_all_was_removed(cls: ReplyClass) -> None:
    assert follow(State.UPDATE, Verb.QUIT, cls) == (State.CLOSED, True)


def test_a_class_that_a_listed_verb_lacks_leaves_the_state() -> None:
    assert follow(State.AUTHORIZATION, Verb.PASS, PERMANENT) == (State.AUTHORIZATION, True)
    assert follow(State.TRANSACTION, Verb.DELE, ReplyClass.GARBLED) == (State.TRANSACTION, True)


def test_a_success_out_of_turn_is_unforeseen_and_believed() -> None:
    assert follow(State.AUTHORIZATION, Verb.STAT, OK) == (State.TRANSACTION, False)
    assert follow(State.TRANSACTION, Verb.PASS, OK) == (State.TRANSACTION, False)


def test_an_unforeseen_success_that_may_mean_two_states_leaves_the_state() -> None:
    assert follow(State.UPDATE, Verb.CAPA, OK) == (State.UPDATE, False)
    assert follow(State.TRANSACTION, Verb.UNKNOWN, OK) == (State.TRANSACTION, False)


def test_a_refusal_out_of_turn_is_foreseen() -> None:
    assert follow(State.AUTHORIZATION, Verb.STAT, PERMANENT) == (State.AUTHORIZATION, True)


def test_every_guard_has_its_reply_in_the_catalogue() -> None:
    for guards in GUARDS.values():
        for _name, _strikes, reply in guards:
            ok, _code, _text = CATALOGUE[reply]
            assert not ok


def test_what_may_come_next_is_the_row_less_the_guards() -> None:
    session = Session()
    session.state = State.AUTHORIZATION
    assert may_come_next(session) == (Verb.USER, Verb.CAPA, Verb.QUIT)
    session.user = "bob"
    assert Verb.PASS in may_come_next(session)
    session.state = State.TRANSACTION
    assert {Verb.TOP, Verb.UIDL} <= set(may_come_next(session))
    session.offered = {"USER": ""}
    assert not {Verb.TOP, Verb.UIDL} & set(may_come_next(session))
