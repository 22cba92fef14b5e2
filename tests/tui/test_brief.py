"""A journey in a few lines: the words are the journey's own, and they fit."""

from __future__ import annotations

import pytest

from mailedu.journey import play
from mailedu.journey.edit import Then, make
from mailedu.journey.gist import gist
from mailedu.journey.scenario import load, names
from mailedu.tui import entries
from mailedu.tui.brief import MOST, brief
from mailedu.tui.memory import Memory
from mailedu.tui.widgets.idea import idea
from mailedu.tui.widgets.preview import rows


@pytest.mark.parametrize("name", names())
def test_every_line_was_said_in_the_journey(name: str) -> None:
    journey = play(load(name))
    said = {gist(step).partition(" +")[0] for step in journey.steps}
    verbs = {step.verb for step in journey.steps} | {"the letter", "a connection"}
    told = brief(journey)
    assert told
    for exchange in told:
        assert exchange.reply in said
        assert set(exchange.said) <= verbs


def test_the_only_conversation_is_told_in_its_parts() -> None:
    assert [(one.said, one.reply) for one in brief(play(load("figure-21-10")))] == [
        (("USER", "PASS"), "+OK Mailbox open, 1 messages"),
        (("STAT", "LIST", "RETR"), "+OK 1108 octets"),
        (("DELE", "QUIT"), "+OK Sayonara"),
    ]


@pytest.mark.parametrize(
    ("name", "reply"),
    [("wrong-password", "535"), ("too-large", "552"), ("unknown-user", "550"), ("greylisting", "451")],
)
def test_a_refusal_is_what_decides(name: str, reply: str) -> None:
    told = brief(play(load(name)))
    assert [one.reply[:3] for one in told if one.refused] == [reply]
    assert len(told) <= MOST


def test_the_same_again_and_again_is_told_once() -> None:
    first = brief(play(load("server-down")))[0]
    assert (first.reply, first.refused, first.times) == ("no answer", True, 6)


def test_a_conversation_that_breaks_off_is_told_too() -> None:
    cut = play(load("figure-21-6"), (make("submit/MAIL.1", [], Then.WAIT),))
    assert brief(cut)


@pytest.mark.parametrize("cells", [20, 40, 56, 62, 90])
@pytest.mark.parametrize("height", [4, 16, 32])
def test_a_card_keeps_to_its_place(cells: int, height: int) -> None:
    memory = Memory()
    for entry in entries.entries(memory):
        shown = rows(entries.card(entry, memory), cells, height)
        assert all(row.cell_length <= cells or "enter" in row.plain for row in shown), entry.id
        if height == 32:
            assert len(shown) <= height or cells < 56


@pytest.mark.parametrize("cells", [58, 70, 76, 78, 88, 116, 156])
def test_the_idea_is_as_wide_as_the_screen(cells: int) -> None:
    assert idea(cells).cell_length == cells


@pytest.mark.parametrize("name", names())
def test_each_scenario_says_what_there_is_to_see(name: str) -> None:
    scenario = load(name)
    assert 20 < len(scenario.see) < 140
    others = {load(other).see for other in names() if other != name}
    assert scenario.see not in others
