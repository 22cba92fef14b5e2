"""Message: the letter grows, hops put fields on top of it, and in the end it is read."""

from __future__ import annotations

import pytest

from mailedu.journey import Journey, load, play
from mailedu.journey.edit import parse
from mailedu.journey.own_letter import own_letter
from mailedu.tui.panes.message import MessagePane, as_read, message_rows
from mailedu.visible import visible, width
from tests.tui import moments
from tests.tui.look import rows
from tests.tui.parts import Parts, view_of

PLAIN = play(load("alice-to-bob"))


def with_letter(octets: bytes) -> Journey:
    return play(load("alice-to-bob", message=own_letter(octets, load("alice-to-bob"))))


def at(place: str, cells: int = 78, journey: Journey = PLAIN) -> list[str]:
    return [row.plain.rstrip() for row in message_rows(journey.scene(journey.by_place[place].n), cells)]


@pytest.mark.parametrize("cells", [78, 50])
def test_every_step_has_rows_that_fit(cells: int) -> None:
    for view in moments.every_view():
        lines = [row.plain for row in message_rows(view.scene, cells, view.hidden)]
        assert any(lines)
        assert max(map(width, lines)) <= cells


def test_it_grows_field_by_field_and_what_is_new_has_a_sign() -> None:
    assert at("compose/FIELD.1") == ["The letter so far: 39 octets", "+ Date: Tue, 24 Nov 2026 09:00:00 +0000"]
    assert at("compose/FIELD.2")[1:] == ["  Date: Tue, 24 Nov 2026 09:00:00 +0000", "+ From: Alice <alice@example.com>"]
    assert "+ Hello Bob," in at("compose/PART.1")
    assert "  Hello Bob," in at("compose/PART.2")
    assert not any(line.startswith("+") for line in at("compose/COMPOSED.1"))


def test_names_of_fields_are_bold_in_the_header_alone() -> None:
    rows = message_rows(PLAIN.scene(PLAIN.by_place["compose/COMPOSED.1"].n), 78)
    bold = {row.plain[span.start : span.end] for row in rows[1:] for span in row.spans if span.style == "bold"}
    assert {"Date", "From", "Subject", "Content-Type"} == bold - {"To", "Message-ID", "MIME-Version"}


def test_what_a_hop_put_on_top_is_told_apart_from_what_others_did() -> None:
    lines = at("process:bob/RETURN_PATH.1")
    assert lines[0] == "The letter as it stands: 1,198 octets  + added by mx1.example.net"
    assert lines[1] == "+ Return-Path: <alice@example.com>"
    assert lines[2] == "added on the way"
    assert sum(line.startswith("  Received: from") for line in lines) == 2
    assert lines.index("as it was written") > lines.index("added on the way")
    after = at("process:bob/STORE.1")
    assert "added by" not in after[0]
    assert "  Return-Path: <alice@example.com>" in after


def test_in_the_end_it_is_readable() -> None:
    lines = at("access:bob/READ.1")
    assert lines[0] == "As it is read on Bob’s phone"
    assert "Subject   Dinner at the café" in lines
    assert "attached  menu.csv  text/csv  64 octets" in lines
    assert lines.index("Hello Bob,") < lines.index("as it came: 1,198 octets")
    assert "  Subject: Dinner at the =?utf-8?Q?caf=C3=A9?=" in lines


def test_a_line_that_looks_like_an_attachment_is_text() -> None:
    journey = with_letter(b"To: bob@example.net\r\nSubject: x\r\n\r\nHere is\r\n[a.txt, text/plain, 5 octets]\r\n")
    read = as_read(journey.steps[-1])
    assert read.attached == ()
    assert read.text.strip().endswith("[a.txt, text/plain, 5 octets]")


def test_a_journey_that_begins_with_a_letter_shows_it_once_it_was_seen() -> None:
    pop = play(load("figure-21-10"))
    assert at("access:admin1/PASS.1", journey=pop) == [
        "There is no message yet: here it is first seen when it is fetched."
    ]
    assert "  Subject: A longer letter" in at("access:admin1/RETR.1!", journey=pop)


def test_of_a_long_letter_the_beginning_is_laid_out_and_the_rest_counted() -> None:
    journey = with_letter(b"To: bob@example.net\r\nSubject: x\r\n\r\n" + (b"y" * 70 + b"\r\n") * 5000)
    lines = at("compose/COMPOSED.1", journey=journey)
    size = journey.step(journey.by_place["compose/COMPOSED.1"].n).size
    left = int(lines[-1].strip().removeprefix("… ").removesuffix(" more octets").replace(",", ""))
    assert left == size - 65536
    short = with_letter(b"To: bob@example.net\r\nSubject: x\r\n\r\n" + b"\r\n" * 50_000)
    assert len(at("compose/COMPOSED.1", journey=short)) < 2100
    assert at("access:bob/READ.1", journey=journey)[-1].endswith("more octets")


def test_a_hidden_reply_is_betrayed_by_nothing() -> None:
    other = play(load("alice-to-bob"), [parse("submit/END_OF_DATA!=552 5.3.4 Too big")])
    n = PLAIN.by_place["submit/END_OF_DATA.1!"].n
    shown = [
        [row.plain for row in message_rows(view.scene, 78, view.hidden)]
        for view in (view_of(journey, n, hidden=True) for journey in (PLAIN, other))
    ]
    assert shown[0] == shown[1]


async def test_a_hostile_letter_is_harmless() -> None:
    subject = "Re: [/b] \x1b]0;x\x07 \u202e 漢字 e\u0301"
    journey = with_letter(f"To: bob@example.net\r\nSubject: {subject}\r\n\r\n[bold]\x1b[2J[/]\r\n".encode())
    pane = MessagePane()
    async with Parts(pane).run_test(size=(79, 24)) as pilot:
        for place in ("compose/COMPOSED.1", "access:bob/READ.1"):
            pane.show(view_of(journey, journey.by_place[place].n))
            await pilot.pause()
            shown = rows(pilot.app)
            assert all(visible(row) == row for row in shown)
            assert any("[/b]" in row and "漢字" in row for row in shown)
            assert any("[bold]␛[2J[/]" in row for row in shown)


async def test_a_small_pane_begins_with_what_is_new() -> None:
    pane = MessagePane()
    async with Parts(pane).run_test(size=(79, 5)) as pilot:
        pane.show(view_of(PLAIN, PLAIN.by_place["compose/FIELD.6"].n))
        await pilot.pause()
        assert rows(pilot.app)[-1].startswith("+ MIME-Version")
        pane.show(view_of(PLAIN, PLAIN.by_place["compose/PART.1"].n))
        await pilot.pause()
        assert rows(pilot.app)[1].startswith("+ --=_")
        pane.show(view_of(PLAIN, PLAIN.by_place["process:bob/RETURN_PATH.1"].n))
        await pilot.pause()
        assert rows(pilot.app)[1].startswith("+ Return-Path")
