"""Mailbox: who has the letter, how long it waits, what became of whom; and what this step changed."""

from __future__ import annotations

import pytest

from mailedu.journey import Journey, load, play
from mailedu.journey.edit import parse
from mailedu.journey.own_letter import own_letter
from mailedu.tui.panes.mailbox import MailboxPane, about, mailbox_rows
from mailedu.visible import visible, width
from tests.tui import moments
from tests.tui.look import rows
from tests.tui.parts import Parts, view_of

PLAIN = play(load("alice-to-bob"))


def at(place: str, cells: int = 76, journey: Journey = PLAIN) -> list[str]:
    return [row.plain.rstrip() for row in mailbox_rows(journey.scene(journey.by_place[place].n), cells)]


@pytest.mark.parametrize("cells", [78, 50, 40])
def test_every_step_has_rows_that_fit(cells: int) -> None:
    for journey in moments.journeys():
        for n in range(1, len(journey) + 1):
            lines = [row.plain for row in mailbox_rows(journey.scene(n), cells)]
            assert any(lines)
            assert max(map(width, lines)) <= cells


def test_the_250_puts_the_letter_into_the_queue_and_the_next_one_takes_it_out() -> None:
    assert at("submit/END_OF_DATA.1") == at("submit/END_OF_DATA.1", 200)
    assert "+ Queue of mail.example.com  letter for bob@example.net" in at("submit/END_OF_DATA.1!")
    moved = at("deliver:example.net/END_OF_DATA.1!")
    assert "- Queue of mail.example.com  letter for bob@example.net" in moved
    assert "+ Queue of mx1.example.net  letter for bob@example.net" in moved
    assert not any(line[:1] in "+-" for line in at("deliver:example.net/QUIT.1"))


def test_a_letter_in_the_mailbox_is_locked_marked_and_gone() -> None:
    stored = at("process:bob/STORE.1")
    assert stored[:2] == ["+ Mailbox bob@example.net  1 letter", "+    1  1,198 octets  Dinner at the café"]
    assert "- Queue of mx1.example.net  letter for bob@example.net" in stored
    assert "+ Delivered to bob@example.net  letter" in stored
    assert at("access:bob/PASS.1!")[0] == "  Mailbox bob@example.net  1 letter  + open and locked by its reader"
    assert at("access:bob/STAT.1")[0] == "  Mailbox bob@example.net  1 letter  open and locked by its reader"
    assert at("access:bob/DELE.1!")[1] == "     1  1,198 octets  Dinner at the café  + marked as deleted"
    gone = at("access:bob/QUIT.1!")
    assert gone[0] == "  Mailbox bob@example.net  no letters  - open and locked by its reader"
    assert gone[1] == "-    1  1,198 octets  Dinner at the café  marked as deleted"
    assert at("access:bob/LINK.2")[0] == "  Mailbox bob@example.net  no letters"


def test_waiting_is_seen_as_time_to_come() -> None:
    journey = play(load("server-down"))
    waiting = at("queue:example.net/DEFER.1", journey=journey)
    assert "    ●┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄► due at 30 min 30.280 s, in 30 min" in waiting
    later = at("queue:example.net#2/DEFER.1", journey=journey)
    assert later[1].startswith("+ Queue of mail.example.com")
    assert later[2].endswith("in 1 h")
    assert "    ● its turn is now" in at("mx:example.net#3/QUERY.1", journey=journey)


def test_what_came_back_and_what_was_kept_is_told() -> None:
    unknown, large = play(load("unknown-user")), play(load("too-large"))
    assert "+ Came back for bob@example.net  letter" in at("bounce:example.net/PART.3", journey=unknown)
    assert "+ Kept by the sender for bob@example.net  letter" in at("submit/KEEP.1", journey=large)


@pytest.mark.parametrize(
    ("seconds", "said"), [(3.25, "3.2 s"), (59.0, "59 s"), (1800, "30 min"), (5400, "1.5 h"), (86400 * 4, "4 d")]
)
def test_a_stretch_of_time_is_said_in_short(seconds: float, said: str) -> None:
    assert about(seconds) == said


def test_a_hidden_reply_is_betrayed_by_nothing() -> None:
    other = play(load("alice-to-bob"), [parse("submit/END_OF_DATA!=552 5.3.4 Too big")])
    n = PLAIN.by_place["submit/END_OF_DATA.1!"].n
    shown = [
        [row.plain for row in mailbox_rows(view_of(journey, n, hidden=True).scene, 76)] for journey in (PLAIN, other)
    ]
    assert shown[0] == shown[1]
    assert at("submit/END_OF_DATA.1!") != at("submit/END_OF_DATA.1!", journey=other)


async def test_a_hostile_subject_is_harmless() -> None:
    letter = "To: bob@example.net\r\nSubject: [/b]\x1b]0;x\x07\u202e漢字\r\n\r\nx\r\n".encode()
    journey = play(load("alice-to-bob", message=own_letter(letter, load("alice-to-bob"))))
    pane = MailboxPane()
    async with Parts(pane).run_test(size=(50, 12)) as pilot:
        pane.show(view_of(journey, journey.by_place["process:bob/STORE.1"].n))
        await pilot.pause()
        shown = rows(pilot.app)
        assert all(visible(row) == row for row in shown)
        assert any("[/b]␛]0;x␇\\u202e漢字" in row for row in shown)


async def test_a_small_pane_shows_what_this_step_changed() -> None:
    pane = MailboxPane()
    async with Parts(pane).run_test(size=(79, 2)) as pilot:
        pane.show(view_of(PLAIN, PLAIN.by_place["submit/RESPONSE.2!"].n))
        await pilot.pause()
        assert rows(pilot.app)[-1].startswith("+ Logged in at mail.example.com  alice@example.com")
