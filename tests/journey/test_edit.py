"""Edits as people write them, and what the plans make of several."""

from __future__ import annotations

import pytest

from mailedu.journey import Edit, EditError, Then, play
from mailedu.journey.edit import MAX_LINE, Plan, Plans, full_place, make, nearest, parse

from .plays import steps_of


@pytest.mark.parametrize(
    ("text", "place", "say", "then"),
    [
        ("submit/RCPT.1=RSET", "submit/RCPT.1", (b"RSET",), Then.GO_ON),
        ("submit/RCPT=RSET", "submit/RCPT.1", (b"RSET",), Then.GO_ON),
        ("submit/RCPT.2=RSET", "submit/RCPT.2", (b"RSET",), Then.GO_ON),
        ("+submit/RCPT=NOOP", "submit/RCPT.1", (b"NOOP",), Then.KEEP),
        ("submit/RCPT=", "submit/RCPT.1", (), Then.GO_ON),
        ("submit/RCPT=~", "submit/RCPT.1", (), Then.WAIT),
        ("submit/RCPT!=550 no", "submit/RCPT.1!", (b"550 no",), Then.GO_ON),
        ("submit/RCPT.3!=", "submit/RCPT.3!", (), Then.GO_ON),
        ("submit/MAIL=MAIL FROM:<a@b> SIZE=7", "submit/MAIL.1", (b"MAIL FROM:<a@b> SIZE=7",), Then.GO_ON),
        ("submit/MAIL.1+2=X", "submit/MAIL.1+2", (b"X",), Then.GO_ON),
        ("bounce1.deliver:example.com#2/END_OF_DATA=.", "bounce1.deliver:example.com#2/END_OF_DATA.1", (b".",),
         Then.GO_ON),
        ("deliver:example.net@mx2.example.net/EHLO= ", "deliver:example.net@mx2.example.net/EHLO.1", (b" ",),
         Then.GO_ON),
        ("deliver:*/RCPT!=550 no", "deliver:*/RCPT.1!", (b"550 no",), Then.GO_ON),
        ("submit/RCPT=caf\udce9 é", "submit/RCPT.1", (b"caf\xe9 \xc3\xa9",), Then.GO_ON),
    ],
)  # fmt: skip
def test_the_first_equals_sign_parts(text: str, place: str, say: tuple[bytes, ...], then: Then) -> None:
    assert parse(text) == Edit(place, say, then)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("submit/RCPT", "write PLACE=LINE"),
        ("", "write PLACE=LINE"),
        ("=x", "is no place"),
        ("submit=x", "is no place"),
        ("submit/rcpt=x", "is no place"),
        ("submit/RCPT.0=x", "is no place"),
        ("submit/RCPT.1.2=x", "is no place"),
        ("sub mit/RCPT=x", "is no place"),
        ("/RCPT=x", "is no place"),
        ("+submit/RCPT=", "nothing to say before it"),
        ("submit/RCPT=a\nb", "holds no CR, LF or NUL"),
        ("submit/RCPT=a\rb", "holds no CR, LF or NUL"),
        ("submit/RCPT=a\0b", "holds no CR, LF or NUL"),
        ("submit/RCPT=" + "x" * (MAX_LINE + 1), f"this one has {MAX_LINE + 1}"),
    ],
)
def test_what_is_no_edit_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(EditError) as caught:
        parse(text)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_place_in_full() -> None:
    assert full_place("submit/RCPT") == "submit/RCPT.1"
    assert full_place("submit/RCPT!") == "submit/RCPT.1!"
    assert full_place("submit/RCPT.12!") == "submit/RCPT.12!"
    with pytest.raises(EditError):
        full_place("submit/")


def test_many_lines_make_one_edit() -> None:
    assert make("submit/RSET", ["NOOP", b"NOOP x"], Then.KEEP) == Edit("submit/RSET.1", (b"NOOP", b"NOOP x"), Then.KEEP)


def test_the_later_of_two_edits_at_one_place_counts() -> None:
    plans = Plans([], [parse("submit/RCPT=A"), parse("submit/RCPT=B")])
    assert plans.at("submit/RCPT.1") == Plan((b"B",), Then.GO_ON, True)


def test_the_learners_edit_counts_more_than_the_scenarios() -> None:
    plans = Plans([parse("submit/RCPT=A")], [parse("submit/RCPT=B")])
    assert plans.at("submit/RCPT.1") == Plan((b"B",), Then.GO_ON, True)
    assert Plans([parse("submit/RCPT=A")], []).at("submit/RCPT.1") == Plan((b"A",), Then.GO_ON, False)


def test_an_edit_that_waits_is_gone_on_by_the_next() -> None:
    """So a learner types line after line: each falls silent until there is another."""
    edits = [make("submit/EHLO", [line], Then.WAIT) for line in ("EHLO a", "NOOP", "RSET")]
    assert Plans([], edits).at("submit/EHLO.1") == Plan((b"EHLO a", b"NOOP", b"RSET"), Then.WAIT, True)
    journey = play(edits=edits)
    said = [step for step in steps_of(journey, "submit") if step.kind == "command"]
    assert [step.octets[0] for step in said] == [b"EHLO a\r\n", b"NOOP\r\n", b"RSET\r\n"]
    assert [step.place for step in said] == ["submit/EHLO.1", "submit/EHLO.1+1", "submit/EHLO.1+2"]
    assert journey.world(len(journey)).kept


def test_a_pattern_is_that_place_of_every_such_leg() -> None:
    plans = Plans([], [parse("deliver:*/RCPT!=550 no"), parse("deliver:example.org/RCPT!=450 busy")])
    for leg in ("deliver:example.net", "deliver:sub.example"):
        assert plans.at(f"{leg}/RCPT.1!") == Plan((b"550 no",), Then.GO_ON, True)
    assert plans.at("deliver:example.org/RCPT.1!") == Plan((b"450 busy",), Then.GO_ON, True)
    for place in ("deliver:example.net#2/RCPT.1!", "deliver:example.net/RCPT.1", "deliver:example.net/RCPT.2!"):
        assert plans.at(place) is None


def test_the_learners_pattern_counts_more_than_the_scenarios() -> None:
    plans = Plans([parse("deliver:*/RCPT!=550 no")], [parse("deliver:*/RCPT!=250 yes")])
    assert plans.at("deliver:example.net/RCPT.1!") == Plan((b"250 yes",), Then.GO_ON, True)
    journey = play("unknown-user", [parse("deliver:*/RCPT!=250 yes")])
    assert [one.recipient for one in journey.stored] == ["bob@example.net"]


def test_an_edit_by_a_pattern_is_used() -> None:
    journey = play(edits=[parse("deliver:*/RCPT!=550 5.1.1 no")])
    assert journey.by_place["deliver:example.net/RCPT.1!"].octets == (b"550 5.1.1 no\r\n",)
    assert not journey.unused


def test_edits_that_are_never_reached_are_told() -> None:
    never = parse("submit/VRFY=VRFY bob")
    assert play(edits=[never, parse("submit/RCPT=RSET")]).unused == (never,)


def test_the_nearest_places_are_named() -> None:
    places = [step.place for step in play().steps]
    assert "submit/RCPT.1" in nearest("submit/RCTP.1", places)
    assert "deliver:example.net/DATA.1" in nearest("deliver:exmaple.net/DATA.1", places)
    assert nearest("xyzzy", places) == []
    assert len(nearest("submit/EHLO.2", places)) <= 3


def test_lines_of_one_edit_have_places_of_their_own_and_can_be_edited_again() -> None:
    edits = [make("submit/MAIL", ["NOOP one", "NOOP two"], Then.KEEP), parse("submit/MAIL.1+2=NOOP three")]
    journey = play(edits=edits)
    said = {step.place: step.octets[0] for step in steps_of(journey, "submit") if step.verb in ("NOOP", "MAIL")}
    assert said["submit/MAIL.1+1"] == b"NOOP one\r\n"
    assert said["submit/MAIL.1+2"] == b"NOOP three\r\n"
    assert said["submit/MAIL.1"].startswith(b"MAIL FROM")
    assert not journey.unused


def test_an_edited_step_says_so_and_a_planned_one_does_not() -> None:
    journey = play(edits=[parse("+submit/MAIL=NOOP"), parse("submit/RCPT!=250 yes")])
    assert {step.place for step in journey.steps if step.edited} == {"submit/MAIL.1+1", "submit/RCPT.1!"}


def test_the_letter_itself_can_be_edited() -> None:
    edits = [
        parse("compose/FIELD.4=Subject: Lunch"),
        parse("+compose/FIELD.4=X-Note: before"),
        parse("compose/FIELD.5="),
    ]
    edits[0], edits[1] = edits[1], edits[0]
    journey = play(edits=edits)
    composed = b"".join(journey.by_place["compose/COMPOSED.1"].octets)
    assert b"Subject: Lunch\r\n" in composed
    assert b"Message-ID" not in composed
    assert b"".join(journey.stored[0].letter.content) == composed
    before = play(edits=[parse("+compose/FIELD.4=X-Note: before")])
    assert b"X-Note: before\r\nSubject:" in b"".join(before.stored[0].letter.content)
