"""Packets: this conversation as it has crossed the network so far, this step's at the end, and never a later one."""

from __future__ import annotations

import re

import pytest

from mailedu.journey import Journey, Kind, load, play
from mailedu.journey.edit import parse
from mailedu.journey.own_letter import own_letter
from mailedu.tui.panes.packets import COUNTING, NONE, PacketsPane, packet_rows
from mailedu.tui.view import View
from mailedu.visible import width
from tests.tui import moments
from tests.tui.look import rows
from tests.tui.parts import Parts, view_of

SIZES = ((77, 5), (48, 25), (116, 18))
PLAIN = play(load("alice-to-bob"))


def told(view: View, size: tuple[int, int] = (77, 5)) -> list[str]:
    return [row.plain.rstrip() for row in packet_rows(view, *size)]


def at(place: str, size: tuple[int, int] = (77, 5), *, hidden: bool = False, journey: Journey = PLAIN) -> list[str]:
    return told(view_of(journey, journey.by_place[place].n, hidden=hidden), size)


@pytest.mark.parametrize("size", SIZES)
def test_every_step_has_rows_that_fit(size: tuple[int, int]) -> None:
    for view in moments.every_view():
        lines = told(view, size)
        assert any(lines)
        assert max(map(width, lines)) <= size[0]


def test_what_was_said_is_read_in_the_list() -> None:
    lines = at("submit/RCPT.1")
    assert lines[0] == "   No  Time   Who speaks       Proto   Len  Info"
    assert lines[-1] == "►  15  0.140  Alice ──► ISP A  SMTP     27  RCPT TO:<bob@example.net>"
    assert lines[-2] == "   14  0.130  Alice ◄── ISP A  SMTP     21  250 2.1.0 Sender ok"
    assert at("submit/LINK.1")[1:] == [
        "►   1  0.000  Alice ──► ISP A  TCP       0  SYN  Seq=0",
        "►   2  0.010  Alice ◄── ISP A  TCP       0  SYN, ACK  Seq=0 Ack=1",
        "►   3  0.020  Alice ──► ISP A  TCP       0  ACK  Ack=1",
    ]
    assert at("mx:example.net/QUERY.1")[-1].endswith("DNS      29  example.net MX?")


def test_no_packet_is_shown_before_its_step() -> None:
    for step in PLAIN.steps:
        numbers = [int(found[1]) for line in told(view_of(PLAIN, step.n)) if (found := re.match(r"[► ] +(\d+)", line))]
        assert numbers == sorted(numbers)
        assert [n for n in numbers if PLAIN.packets[n - 1].step > step.n] == []
        marked = [line for line in told(view_of(PLAIN, step.n)) if line.startswith("►")]
        assert len(marked) == len(PLAIN.capture.of_step(step.n))


def test_an_action_sends_nothing_and_says_so() -> None:
    assert at("compose/FIELD.1") == [NONE]
    assert at("access:bob/READ.1")[-1].strip() == NONE


def test_a_wide_pane_has_columns_and_a_narrow_one_a_row_for_the_header() -> None:
    wide = at("submit/RCPT.1", (116, 18))
    assert re.search(r"Flags +Seq +Ack +Win  Info$", wide[3])
    assert re.search(r"PSH, ACK +106 +246 +65535  RCPT TO", wide[-1])
    narrow = at("submit/RCPT.1", (48, 25))
    assert narrow[0] == "client  Alice’s laptop  198.51.100.5 port 52183"
    assert narrow[1] == "server  mail.example.com  198.51.100.25 port 587"
    assert narrow[-1].strip() == "PSH, ACK  Seq=106 Ack=246 Win=65535"


def test_hosts_can_be_called_by_their_addresses() -> None:
    n = PLAIN.by_place["submit/RCPT.1"].n
    assert "198.51.100.5 ──► 198.51.100.25" in told(view_of(PLAIN, n, addresses=True))[-1]


@pytest.mark.parametrize("size", SIZES)
def test_a_hidden_reply_is_betrayed_by_nothing(size: tuple[int, int]) -> None:
    other = play(load("alice-to-bob"), [parse("submit/RCPT!=550 5.1.1 A much longer answer than the one it was")])
    there = at("submit/RCPT.1!", size, hidden=True)
    assert there == at("submit/RCPT.1!", size, hidden=True, journey=other)
    assert there[-1].endswith("? ? ?")
    assert at("submit/RCPT.1!", size) != at("submit/RCPT.1!", size, journey=other)
    for step in PLAIN.steps:
        if step.kind is Kind.REPLY:
            numbers = [re.match(r"[► ] +(\d+) ", line) for line in told(view_of(PLAIN, step.n, hidden=True), size)]
            assert all(PLAIN.packets[int(found[1]) - 1].step < step.n for found in numbers if found)


def test_a_refusal_has_a_colour_of_its_own() -> None:
    other = play(load("alice-to-bob"), [parse("submit/RCPT!=550 no")])
    row = packet_rows(view_of(other, other.by_place["submit/RCPT.1!"].n), 77, 5)[-1]
    assert any("$error" in str(span.style) and row.plain[span.start : span.end] == "550" for span in row.spans)


async def test_the_pane_ends_with_this_step_and_keeps_the_names_of_its_columns() -> None:
    pane = PacketsPane()
    async with Parts(pane).run_test(size=(79, 5)) as pilot:
        pane.show(view_of(PLAIN, PLAIN.by_place["submit/RCPT.1"].n))
        await pilot.pause()
        shown = rows(pilot.app)
        assert shown[0].startswith("   No  Time")
        assert shown[-1].startswith("►  15")
        pane.focus()
        await pilot.press("up", "up")
        shown = rows(pilot.app)
        assert shown[0].startswith("   No  Time")
        assert shown[-1].startswith("   13")
        await pilot.resize_terminal(79, 6)
        assert rows(pilot.app)[1].startswith("   10")


async def test_the_packets_of_a_long_letter_are_counted_beside() -> None:
    letter = b"To: bob@example.net\r\nSubject: long\r\n\r\n" + (b"x" * 76 + b"\r\n") * 20_000
    journey = play(load("alice-to-bob", message=own_letter(letter, load("alice-to-bob"))))
    n = journey.by_place["submit/END_OF_DATA.1"].n
    pane = PacketsPane()
    app = Parts(pane)
    async with app.run_test(size=(79, 5)) as pilot:
        pane.show(view_of(journey, n))
        assert "capture" not in vars(journey)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert COUNTING not in rows(pilot.app)[0]
        assert re.match(r"► +\d+ .*SMTP +3  \.", rows(pilot.app)[-1])
