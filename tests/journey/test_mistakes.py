"""What can be said instead: where, and three mistakes, each of which makes another journey."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailedu.journey import Journey, Step, load, play, scenario
from mailedu.journey.edit import EditError, Then, parse
from mailedu.journey.mistakes import DROP, SILENT, Mistake, change, drop, mistakes, present, silence, target, why_not
from mailedu.journey.own_letter import own_letter
from mailedu.journey.seat import editable
from mailedu.journey.step import Kind
from mailedu.visible import width


def spoken(journey: Journey) -> Iterator[Step]:
    """Every step at which something else can be said by a client, a writer or the DNS."""
    return (step for step in journey.steps if editable(journey, step) and step.kind is not Kind.REPLY)


def at(journey: Journey, place: str) -> tuple[Mistake, ...]:
    return mistakes(journey, journey.by_place[place])


def lines(journey: Journey, place: str) -> list[str]:
    return [one.line for one in at(journey, place)]


# Mistakes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenario.names())
def test_each_of_three_mistakes_makes_another_journey_and_is_reached(name: str) -> None:
    journey = play(load(name))
    tried = set()
    for step in spoken(journey):
        made = mistakes(journey, step)
        assert len(made) == 3, step.place
        assert len({one.edit for one in made}) == 3, step.place
        for one in made:
            assert 0 < width(one.about) <= 44
            kind = (step.leg.name.partition("#")[0], step.place.rpartition("/")[2], step.head(40), one.line)
            if kind in tried:
                continue
            tried.add(kind)
            played = play(load(name), (one.edit,))
            assert not played.unused, one
            assert played.steps != journey.steps, one


def test_a_mistake_is_made_of_what_is_said_around_it() -> None:
    journey = play(load("alice-to-bob"))
    assert lines(journey, "submit/MAIL.1")[0] == "RCPT TO:<bob@example.net>"
    assert "RCPT TO:bob@example.net" in lines(journey, "submit/RCPT.1")
    assert "RCPT TO:<nobody@example.net>" in lines(journey, "submit/RCPT.1")
    assert lines(journey, "submit/EHLO.1")[0] == "HELO laptop.example.com"
    assert lines(journey, "submit/RESPONSE.2")[:2] == ["d29uZGVybGFuZHM=", "wonderland"]
    assert lines(journey, "access:bob/PASS.1")[0] == "PASS looking-glasss"
    assert lines(journey, "access:bob/RETR.1")[1] == "DELE 1"
    assert lines(journey, "access:bob/QUIT.1") == [DROP, "RSET", SILENT]
    assert at(journey, "submit/END_OF_DATA.1")[0].edit.say == ()
    assert at(journey, "access:bob/QUIT.1")[2].edit.then is Then.WAIT


def test_after_a_mistake_others_for_the_same_command_are_offered() -> None:
    journey = play(load("alice-to-bob"), (parse("submit/MAIL.1=RCPT TO:<bob@example.net>"),))
    again = lines(journey, "submit/MAIL.1")
    assert len(again) == 3
    assert "RCPT TO:<bob@example.net>" not in again


def test_the_letter_of_a_journey_lends_its_own_names() -> None:
    letter = own_letter(b"From: ann@a.example\r\nTo: ben@b.example\r\n\r\nHello\r\n", load("alice-to-bob"))
    journey = play(load("alice-to-bob", (), letter))
    assert lines(journey, "submit/MAIL.1")[0] == "RCPT TO:<ben@b.example>"
    assert mistakes(journey, journey.step(1)) == () or not editable(journey, journey.step(1))


def test_lines_that_no_script_plans_have_mistakes_too() -> None:
    journey = play(load("alice-to-bob"), (parse("+submit/MAIL.1=NOOP"), parse("submit/CONTENT.1=.")))
    for step in spoken(journey):
        assert len(mistakes(journey, step)) == 3, step.place


def test_a_reply_has_no_mistakes() -> None:
    journey = play(load("alice-to-bob"))
    assert at(journey, "submit/RCPT.1!") == ()


# Where ----------------------------------------------------------------------------------------------------------------


def edited_at(journey: Journey, place: str) -> str:
    step = target(journey, journey.by_place[place].n)
    return step.place if step is not None else ""


@pytest.mark.parametrize(
    ("place", "opens"),
    [
        ("submit/RCPT.1", "submit/RCPT.1"),
        ("submit/RCPT.1!", "submit/DATA.1"),
        ("submit/GREETING.1!", "submit/EHLO.1"),
        ("submit/DATA.1!", "submit/CONTENT.1"),
        ("submit/QUIT.1!", "submit/QUIT.1"),
        ("deliver:example.net/MAIL.1!", "deliver:example.net/CONTENT.1"),
        ("mx:example.net/QUERY.1", "mx:example.net/ANSWER.1"),
        ("mx:example.net/ANSWER.2", "mx:example.net/ANSWER.2"),
        ("compose/FIELD.4", "compose/FIELD.4"),
        ("submit/LINK.1", ""),
        ("compose/PART.1", ""),
        ("queue/QUEUE.1", ""),
    ],
)
def test_what_is_edited_is_what_the_client_says_here_or_next(place: str, opens: str) -> None:
    assert edited_at(play(load("alice-to-bob")), place) == opens


@pytest.mark.parametrize("name", scenario.names())
def test_where_nothing_can_be_edited_it_is_told_why(name: str) -> None:
    journey = play(load(name))
    for step in journey.steps:
        found = target(journey, step.n)
        assert found is not None or why_not(journey, step).endswith(".")
        assert found is None or editable(journey, found)


def test_the_fields_of_ones_own_letter_are_changed_in_its_file() -> None:
    journey = play(
        load(
            "alice-to-bob",
            (),
            own_letter(b"From: ann@a.example\r\nTo: ben@b.example\r\n\r\nHello\r\n", load("alice-to-bob")),
        )
    )
    assert target(journey, 1) is None
    assert "Your own letter" in why_not(journey, journey.step(1))


# What is typed --------------------------------------------------------------------------------------------------------


def test_a_line_is_edited_as_it_was_said_and_a_letter_from_nothing() -> None:
    journey = play(load("alice-to-bob"))
    assert present(journey.by_place["submit/RCPT.1"]) == "RCPT TO:<bob@example.net>"
    assert present(journey.by_place["submit/CONTENT.1"]) == ""
    assert present(journey.by_place["mx:example.net/ANSWER.1"]) == ""
    strange = play(load("alice-to-bob"), (parse("submit/RCPT.1=RCPT \x1b[2J\udcff"),))
    assert present(strange.by_place["submit/RCPT.1"]) == "RCPT ␛[2J\\xff"


def test_a_typed_line_becomes_an_edit_or_an_error_in_one_line() -> None:
    journey = play(load("alice-to-bob"))
    rcpt, answer = journey.by_place["submit/RCPT.1"], journey.by_place["mx:example.net/ANSWER.1"]
    assert change(rcpt, "NOOP") == parse("submit/RCPT.1=NOOP")
    assert drop(rcpt) == parse("submit/RCPT.1=")
    assert silence(rcpt) == parse("submit/RCPT.1=~")
    assert change(answer, " nxdomain") == parse("mx:example.net/ANSWER.1=NXDOMAIN")
    for step, line in ((rcpt, "a\nb"), (rcpt, "x" * 70000), (answer, "HELLO")):
        with pytest.raises(EditError) as raised:
            change(step, line)
        assert "\n" not in str(raised.value)
