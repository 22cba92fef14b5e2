"""Guessing: four choices, one of them right, and an answer to each other one."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

import pytest

from mailedu.journey import Journey, load, play, scenario
from mailedu.journey.edit import parse
from mailedu.journey.guess import Choice, Question, question
from mailedu.journey.step import Kind, Step
from mailedu.visible import width

PLAYS = [
    (name, fault) for name in scenario.names() for fault in ("", *(fault.name for fault in scenario.faults_of(name)))
]


def replies(journey: Journey) -> Iterator[tuple[Step, Question]]:
    return ((step, question(journey, step.n)) for step in journey.steps if step.kind is Kind.REPLY)


def played(name: str, fault: str = "") -> Journey:
    return play(load(name, (fault,) if fault else ()))


def at(journey: Journey, place: str) -> Question:
    return question(journey, journey.by_place[place].n)


@pytest.mark.parametrize(("name", "fault"), PLAYS)
def test_every_reply_has_four_choices_one_right_and_an_answer_to_each_other(name: str, fault: str) -> None:
    for step, asked in replies(played(name, fault)):
        assert len(asked.choices) == 4, step.place
        assert len({(choice.code, choice.text) for choice in asked.choices}) == 4, step.place
        true = asked.choices[asked.right]
        assert step.octets[-1 if true.code.isdigit() else 0].startswith(true.code.encode()), step.place
        assert true.answer == ""
        for choice in asked.choices:
            assert choice is true or choice.answer, (step.place, choice)
            assert 0 < width(choice.text) <= 44
            assert len(wrap(f"✗ you said {choice.code}: {choice.answer}", 60)) <= 2
            assert step.leg.protocol == "pop3" or (choice.code == true.code) == (choice is true), step.place


@pytest.mark.parametrize("name", scenario.names())
def test_the_same_seed_asks_the_same(name: str) -> None:
    for step, asked in replies(played(name)):
        assert question(play(load(name)), step.n) == asked


def test_the_right_one_stands_anywhere() -> None:
    assert {asked.right for _, asked in replies(played("alice-to-bob"))} == {0, 1, 2, 3}


@pytest.mark.parametrize(("name", "fault"), PLAYS)
def test_nothing_of_the_reply_is_betrayed(name: str, fault: str) -> None:
    journey = played(name, fault)
    for step, asked in replies(journey):
        told = " ".join((asked.asks, *(f"{choice.code} {choice.text}" for choice in asked.choices)))
        words = step.octets[-1].decode("ascii", "replace").split()[1:] if step.leg.protocol != "pop3" else []
        for word in words:
            if "." in word or word.isdigit():
                assert word not in told.split(), step.place
        assert asked.asks in ("What will the server answer?", "What will the server say first?")


def test_who_speaks_first_is_asked_for_it() -> None:
    journey = played("alice-to-bob")
    assert at(journey, "submit/GREETING.1!").asks == "What will the server say first?"
    assert at(journey, "submit/RCPT.1!").asks == "What will the server answer?"


def test_other_choices_are_heard_elsewhere_in_the_scenario_or_its_faults() -> None:
    heard = {
        step.head(3).decode()
        for name, fault in PLAYS
        if name == "alice-to-bob"
        for step in played(name, fault).steps
        if step.kind is Kind.REPLY
    }
    for step, asked in replies(played("alice-to-bob")):
        if step.leg.protocol != "pop3":
            assert {choice.code for choice in asked.choices} <= heard, step.place


def test_an_answer_looks_at_the_truth() -> None:
    """Where a login opened the door, that is why nobody is refused; where a server puts off, that it is no refusal."""
    said = [choice.answer for seed in range(20) for choice in _choices("submit/RCPT.1!", seed, "550")]
    assert "this server takes mail for anyone who has logged in" in said
    put_off = [
        choice.answer
        for seed in range(20)
        for choice in _choices("deliver:example.net/RCPT.1!", seed, "550", "greylisting")
    ]
    assert put_off
    assert all("for good" in answer for answer in put_off)


def _choices(place: str, seed: int, code: str, *faults: str) -> list[Choice]:
    asked = at(play(load("alice-to-bob", faults), (), seed), place)
    return [choice for choice in asked.choices if choice.code == code]


@pytest.mark.parametrize("line", ["571 No", "299 Fine", "Hello", "421 4.0.0 x", "550", "999 x", "", "250-a", "\x1b[2J"])
@pytest.mark.parametrize("place", ["submit/RCPT.1!", "submit/GREETING.1!", "submit/END_OF_DATA.1!"])
def test_whatever_is_made_a_reply_can_be_asked_for(line: str, place: str) -> None:
    for _, asked in replies(play(load("alice-to-bob"), (parse(f"{place}={line} "),))):
        assert len({(choice.code, choice.text) for choice in asked.choices}) == 4
        assert all("\x1b" not in choice.answer + choice.text + choice.code for choice in asked.choices)


@pytest.mark.parametrize("line", ["-ERR", "-ERR [IN-USE] x", "+OK", "Hello", "-ERR [SYS/TEMP] later", "+OKAY"])
@pytest.mark.parametrize("verb", "GREETING USER PASS STAT LIST RETR DELE QUIT".split())
def test_a_refusal_whose_reason_is_not_said_has_no_other_refusal_beside_it(line: str, verb: str) -> None:
    journey = play(load("alice-to-bob"), (parse(f"access:bob/{verb}.1!={line}"),))
    asked = at(journey, f"access:bob/{verb}.1!")
    assert len(asked.choices) == 4
    if line == "-ERR":
        assert sum(choice.code == "-ERR" for choice in asked.choices) == 1


@pytest.mark.parametrize("line", ["UIDL", "CAPA", "TOP 1 0", "NOOP", "RSET", "HELLO", "LAST"])
def test_commands_that_no_script_says_can_be_guessed_too(line: str) -> None:
    journey = play(load("alice-to-bob"), (parse(f"access:bob/LIST.1={line}"),))
    assert len(at(journey, "access:bob/LIST.1!").choices) == 4


def test_only_replies_are_guessed() -> None:
    with pytest.raises(ValueError, match="step 1 is no reply"):
        question(played("alice-to-bob"), 1)
