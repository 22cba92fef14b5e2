"""State: the path of a conversation as the tables have it, the present state marked, and where it leads."""

from __future__ import annotations

from itertools import pairwise

import pytest
from textual.content import Content

from mailedu.journey import Edit, load, order, play
from mailedu.journey.journey import Journey
from mailedu.journey.step import Kind
from mailedu.tui.panes.state import spine, stood
from tests.tui import moments

FIVE_ROWS = (79, 5)
WIDE = (48, 28)


def texts(rows: list[Content]) -> list[str]:
    return [row.plain.rstrip() for row in rows]


def alice() -> Journey:
    return play(load("alice-to-bob"))


def at(place: str, size: tuple[int, int]) -> list[str]:
    journey = alice()
    return texts(stood(moments.view(journey, journey.by_place[place].n), *size))


def test_the_path_is_read_from_the_tables() -> None:
    assert spine("smtp") == ("OPENING", "CONNECTED", "READY", "MAIL", "RCPT", "DATA", "CLOSED")
    assert spine("pop3") == ("OPENING", "AUTHORIZATION", "TRANSACTION", "UPDATE", "CLOSED")
    for protocol in ("smtp", "pop3"):
        path = spine(protocol)
        for state, to in pairwise(path[:-1]):
            assert to in [move.to for move in order.moves(protocol, state)]


def test_the_present_state_is_marked_among_those_that_were_and_those_that_may_come() -> None:
    told = at("submit/RCPT.1", WIDE)
    assert told[:7] == [
        "✓ OPENING    connected, not yet greeted",
        "│ the greeting",
        "✓ CONNECTED  greeted, not yet introduced",
        "│ EHLO, HELO",
        "✓ READY      introduced, no letter under way",
        "│ ╰ AUTH     in the middle of a login, then back",
        "│ MAIL",
    ]
    assert told[7] == "► MAIL       sender named, no recipient yet"
    assert "· RCPT       sender and at least one recipient" in told
    assert "┊ the lone dot: back to READY" in told


def test_a_side_way_is_marked_while_one_is_on_it() -> None:
    assert "► ╰ AUTH     in the middle of a login, then back" in at("submit/AUTH.1!", WIDE)


def test_the_row_of_the_table_says_where_each_command_leads() -> None:
    told = at("submit/RCPT.1", WIDE)
    begin = told.index("From MAIL, if the reply is")
    assert told[begin + 1 : begin + 5] == [
        "to RCPT    2yz  RCPT",
        "to READY   2yz  RSET, EHLO, HELO",
        "stays      2yz  NOOP, VRFY",
        "to CLOSED  2yz  QUIT",
    ]
    assert "Out of order here: AUTH, MAIL, DATA." in told


def test_what_a_guard_refuses_is_told_with_why() -> None:
    assert "✗ MAIL, refused now: login wanted" in at("submit/EHLO.1!", WIDE)


def test_five_rows_tell_the_way_the_state_and_what_may_come() -> None:
    assert at("submit/RCPT.1!", FIVE_ROWS) == [
        "OPENING ── CONNECTED ── READY ── AUTH ── MAIL ── ► RCPT ┄┄ DATA ┄┄ CLOSED",
        "Now      RCPT  sender and at least one recipient named",
        "So far   OPENING → CONNECTED → READY → AUTH → READY → MAIL → [RCPT]",
        "Next     the client may say DATA, RCPT, RSET, NOOP, VRFY, EHLO, HELO, QUIT",
        "Not now  AUTH, MAIL",
    ]


def test_where_nobody_talks_there_is_no_state() -> None:
    assert texts(stood(moments.view(alice(), 1), *WIDE)) == ["Nobody talks here, so there is no state."]


def test_every_step_fits_its_pane_marks_one_state_and_is_never_empty() -> None:
    for view in moments.every_view():
        for cells, height in (FIVE_ROWS, WIDE, (58, 5), (68, 40)):
            rows = stood(view, cells, height)
            told = texts(rows)
            assert any(told)
            assert all(row.cell_length <= cells for row in rows), (view.n, told)
            if view.scene.states_so_far:
                assert sum(row.count("►") for row in told) == 1
                assert view.scene.states_so_far[-1] in next(row for row in told if "►" in row)
            if height == 5:
                assert len(rows) <= 5


@pytest.mark.parametrize("size", [FIVE_ROWS, WIDE])
def test_a_hidden_reply_is_betrayed_by_nothing(size: tuple[int, int]) -> None:
    journey = alice()
    for step in journey.steps:
        if step.kind is Kind.REPLY:
            other = b"-ERR other" if step.leg.protocol == "pop3" else b"599 5.9.9 other"
            changed = play(journey.scenario, (Edit(step.place, (other,)),))
            told = texts(stood(moments.view(journey, step.n, hidden=True), *size))
            assert told == texts(stood(moments.view(changed, step.n, hidden=True), *size))
