"""What the player does, asserted through its keys and what is seen; the looks are held by the pictures."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from mailedu.journey import Edit, Journey, Kind, phrases, play
from mailedu.journey import scenario as scenarios
from mailedu.journey.guess import question
from mailedu.journey.own_letter import own_letter
from mailedu.tui import keys
from mailedu.tui.app import MaileduApp
from mailedu.tui.memory import Memory
from mailedu.tui.panes import PANES
from mailedu.tui.screens.player import Player
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.note_card import NoteCard
from tests.tui.look import Cell, cells, rows, text

NARROW, WIDE, HUGE = (80, 24), (120, 40), (160, 50)
SIZES = (NARROW, WIDE, HUGE)


@asynccontextmanager
async def player(
    journey: Journey | str = "alice-to-bob", n: int = 1, size: tuple[int, int] = NARROW, **more: object
) -> AsyncIterator[tuple[Pilot[None], Player]]:
    """The player, open."""
    app = MaileduApp(Memory())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.open_journey(play(journey) if isinstance(journey, str) else journey, n, **more)  # type: ignore[arg-type]
        await pilot.pause()
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Player)
        yield pilot, screen


async def press(pilot: Pilot[None], *names: str) -> None:
    for name in names:
        await pilot.press(name)
    await pilot.pause()
    await pilot.pause()


def journeys() -> Iterator[Journey]:
    """Every scenario, and every fault of it."""
    for name in scenarios.names():
        yield play(name)
        for fault in scenarios.faults_of(name):
            yield play(scenarios.load(name, (fault.name,)))


# Moving ---------------------------------------------------------------------------------------------------------------


async def test_n_and_p_go_on_and_back_and_the_arrows_too() -> None:
    async with player() as (pilot, screen):
        await press(pilot, "n", "n", "right", "p", "left")
        assert screen.seat.n == 2
        assert "step 2 of 78" in rows(pilot.app)[0]


async def test_digits_are_stages_and_home_and_end_are_the_ends() -> None:
    async with player() as (pilot, screen):
        for digit, stage in zip("12345", ("compose", "submit", "deliver", "process", "access"), strict=True):
            await press(pilot, digit)
            assert screen.seat.step.leg.stage == stage
        await press(pilot, "end")
        assert screen.seat.ended
        await press(pilot, "home")
        assert screen.seat.n == 1


async def test_a_stage_that_is_not_there_is_told() -> None:
    async with player("figure-21-10") as (pilot, screen):
        await press(pilot, "2")
        assert screen.seat.n == 1
        assert "no stage 2 submit" in rows(pilot.app)[-1]
        await press(pilot, "n")
        assert "next" in rows(pilot.app)[-1]


async def test_the_end_says_what_became_of_the_letter() -> None:
    async with player() as (pilot, _):
        await press(pilot, "end", "n")
        assert "This is the end" in text(pilot.app)
        assert "The letter was delivered to bob@example.net." in text(pilot.app)
        await press(pilot, "p")
        assert "This is the end" not in text(pilot.app)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_end_card_is_whole_and_says_something_on_every_journey(size: tuple[int, int]) -> None:
    app = MaileduApp(Memory())
    async with app.run_test(size=size) as pilot:
        for name in scenarios.names():
            journey = play(name)
            app.open_journey(journey)
            await press(pilot, "end", "n")
            (card,) = app.screen.query(NoteCard)
            seen = rows(app)[card.region.y : card.region.bottom]
            inside = [row[card.region.x : card.region.right] for row in seen]
            assert inside[0].startswith("┌─ This is the end ─"), name
            assert inside[-1].endswith("q leave ─┘"), name
            said = " ".join(" ".join(row.strip("│ ") for row in inside[1:-1]).split())
            expected = [*phrases.outcome(journey), phrases.whereabouts(journey.scene(len(journey)))]
            assert f"{expected[0]}." in said, name


async def test_stages_are_offered_where_there_are_several() -> None:
    async with player("figure-21-10") as (pilot, _):
        assert "stage" not in rows(pilot.app)[-1]
    async with player() as (pilot, _):
        assert "1-5 stage" in rows(pilot.app)[-1]


async def test_find_goes_to_the_next_step_that_holds_the_word() -> None:
    async with player() as (pilot, screen):
        await press(pilot, "slash", *"mail from", "enter")
        assert screen.seat.step.verb == "MAIL"
        first = screen.seat.n
        assert f"Step {first}." in rows(pilot.app)[-1]
        await press(pilot, "slash", "enter")
        assert screen.seat.n > first
        await press(pilot, "n")
        assert screen.seat.n > first + 1


async def test_find_looks_into_explanations_and_into_base64_too() -> None:
    async with player() as (pilot, screen):
        await press(pilot, "slash", *"lone dot", "enter")
        assert screen.seat.n > 1
        await press(pilot, "home", "slash", *["backspace"] * 8, *"username:", "enter")
        assert screen.seat.step.verb == "AUTH"
        met = set()
        for _ in range(3):
            await press(pilot, "slash", *["backspace"] * 9, *"login", "enter")
            met.add(screen.seat.n)
        assert len(met) > 1


async def test_find_says_when_nothing_is_found() -> None:
    async with player() as (pilot, screen):
        await press(pilot, "slash", *"qqqq", "enter")
        assert screen.seat.n == 1
        assert "no step holds qqqq" in text(pilot.app)


async def test_space_plays_and_any_key_stops_it() -> None:
    async with player() as (pilot, screen):
        await press(pilot, "space")
        assert screen.seat.n == 2
        assert screen.is_playing
        await press(pilot, "s")
        assert not screen.is_playing
        await press(pilot, "space", "q")
        assert not screen.is_playing


async def test_a_click_on_stage_machine_track_row_tab_or_key_is_its_key() -> None:
    async with player(n=23, size=WIDE) as (pilot, screen):
        line = rows(pilot.app)
        stage = screen.query_one("Map").region
        await pilot.click("Map", offset=(line[stage.y].index("3 deliver") - stage.x, 0))
        await press(pilot)
        assert screen.seat.step.leg.stage == "deliver"
        await pilot.click("Track", offset=(line[screen.query_one("Track").region.y].index("5", 60), 0))
        await press(pilot)
        assert screen.seat.step.leg.stage == "access"
        screen.seat.go(23)
        await press(pilot, "x")
        screen.show()
        await press(pilot)
        ladder = screen.query_one("Ladder").region
        row = next(y for y, text_ in enumerate(rows(pilot.app)) if "  20   " in text_)
        await pilot.click("Ladder", offset=(12, row - ladder.y))
        await press(pilot)
        assert screen.seat.n == 20
        tabs = screen.query_one("PaneTabs").region
        await pilot.click("PaneTabs", offset=(rows(pilot.app)[tabs.y].index("Packets") - tabs.x, 0))
        await press(pilot)
        assert screen.pane == "packets"
        await pilot.click("KeyBar", offset=(rows(pilot.app)[-1].index("next"), 0))
        await press(pilot)
        assert screen.seat.n == 21


async def test_it_goes_on_where_it_was_left_after_a_restart() -> None:
    journey = play("alice-to-bob", [Edit("submit/MAIL.1", (b"RCPT TO:<bob@example.net>",))])
    async with player(journey, 22) as (pilot, _):
        await press(pilot, "s", "q", "q")
    app = MaileduApp()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        assert "step 22 of" in text(app)
        await press(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, Player)
        assert (screen.seat.n, screen.pane, screen.seat.mine.edits) == (22, "state", journey.edits)


# Nothing moves --------------------------------------------------------------------------------------------------------


def region(screen: Player, selector: str) -> set[tuple[int, int]]:
    box = screen.query_one(selector).region
    return {(x, y) for x in range(box.x, box.right) for y in range(box.y, box.bottom)}


def changed(before: list[list[Cell]], after: list[list[Cell]]) -> set[tuple[int, int]]:
    return {
        (x, y)
        for y, (old, new) in enumerate(zip(before, after, strict=True))
        for x, (one, other) in enumerate(zip(old, new, strict=True))
        if one != other
    }


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", ["submit/EHLO.1", "submit/MAIL.1", "deliver:example.net/RCPT.1", "access:bob/STAT.1"])
async def test_at_n_only_ladder_rows_wire_caption_pane_and_numbers_change(size: tuple[int, int], place: str) -> None:
    journey = play("alice-to-bob")
    places = [
        one for one in journey.by_place if one.startswith(place.partition(":")[0]) and place.partition("/")[2] in one
    ]
    n = journey.by_place[places[0]].n
    async with player(journey, n, size) as (pilot, screen):
        before = cells(pilot.app)
        row = screen.query_one("Ladder").present_row  # type: ignore[attr-defined]
        scroll = screen.query_one("Ladder").scroll_offset
        await press(pilot, "n")
        after = cells(pilot.app)
        ladder = screen.query_one("Ladder").region
        if screen.query_one("Ladder").scroll_offset == scroll:
            rows_of_ladder = {
                (x, y) for x in range(ladder.x, ladder.right) for y in range(ladder.y + row, ladder.y + row + 3)
            }
        else:  # the page is full: it scrolls by a row
            rows_of_ladder = region(screen, "Ladder")
        may = rows_of_ladder | region(screen, "#panes") | region(screen, "Map") | region(screen, "#below")
        may |= region(screen, "Track") | {(x, 0) for x in range(size[0] - 20, size[0])}
        assert changed(before, after) <= may
        assert changed(before, after) & rows_of_ladder


# Panes and sizes ------------------------------------------------------------------------------------------------------


async def test_each_pane_has_its_key_and_comma_and_dot_go_around() -> None:
    async with player(n=25) as (pilot, screen):
        for pane in PANES:
            await press(pilot, pane.key)
            assert screen.pane == pane.name
            assert screen.query_one(f"#{pane.name}").display
        await press(pilot, "full_stop")
        assert screen.pane == "explain"
        await press(pilot, "comma")
        assert screen.pane == "mailbox"


async def test_z_gives_the_pane_the_room_and_z_or_escape_gives_it_back() -> None:
    async with player(n=25) as (pilot, screen):
        small = screen.query_one("#panes").size.height
        await press(pilot, "z")
        assert screen.query_one("#panes").size.height > small + 8
        await press(pilot, "escape")
        assert screen.query_one("#panes").size.height == small
        await press(pilot, "n")
        assert screen.seat.n == 26


async def test_place_pane_and_open_card_survive_another_size_and_back() -> None:
    async with player(n=23, size=HUGE) as (pilot, screen):
        await press(pilot, "s", "g")
        before = rows(pilot.app)
        await pilot.resize_terminal(*NARROW)
        await pilot.pause()
        await press(pilot)
        assert (screen.seat.hidden, screen.pane) == (True, "state")
        assert "What will the server answer?" in text(pilot.app)
        await pilot.resize_terminal(*HUGE)
        await press(pilot)
        assert rows(pilot.app) == before


async def test_scroll_of_a_pane_survives_another_size_and_back() -> None:
    async with player(n=78, size=WIDE) as (pilot, screen):
        await press(pilot, "m", "z", "down", "down", "down")
        at = screen.query_one("#message").scroll_offset.y
        assert at > 0
        await pilot.resize_terminal(118, 38)
        await press(pilot)
        await pilot.resize_terminal(*WIDE)
        await press(pilot)
        assert screen.query_one("#message").scroll_offset.y == at


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (20, 5), (1, 1)])
async def test_too_small_a_terminal_is_told_so_in_one_line(size: tuple[int, int]) -> None:
    async with player(n=23) as (pilot, screen):
        await pilot.resize_terminal(*size)
        await press(pilot)
        if size[0] > 30:
            (line,) = (row.strip() for row in rows(pilot.app) if row)
            assert line.startswith("Please make this larger")
        await pilot.resize_terminal(*NARROW)
        await press(pilot, "n")
        assert screen.seat.n == 24


async def test_the_footer_fits_80_columns() -> None:
    async with player() as (pilot, screen):
        for names in ((), ("g",), ("n", "x")):
            await press(pilot, *names)
            bar = screen.query_one(KeyBar)
            line = rows(pilot.app)[-1]
            assert all(f"{key.shown} {key.word}" in line for key in bar.keys), line
            assert len(line) <= 80
            assert "q leave" in line


def test_a_key_has_one_meaning_and_each_is_told() -> None:
    tables = [getattr(keys, name) for name in ("PLAYER", "HOME", "COMPOSE", "TALK") if hasattr(keys, name)]
    for table in tables:
        names = [name for key in table for name in key.keys.split(",") if name]
        assert len(names) == len(set(names))
        assert all(key.about for key in table if key.shown)


# A version of one's own -----------------------------------------------------------------------------------------------


async def test_o_flips_between_original_and_ones_own_and_u_takes_back() -> None:
    journey = play("alice-to-bob", [Edit("submit/RCPT.1", (b"RCPT TO:<nobody@example.net>",))])
    n = journey.by_place["submit/RCPT.1"].n
    async with player(journey, n, WIDE) as (pilot, screen):
        assert "Your version: 1 change" in text(pilot.app)
        assert "nobody@example.net" in text(pilot.app)
        await press(pilot, "o")
        assert "The original" in text(pilot.app)
        assert "nobody@example.net" not in text(pilot.app)
        await press(pilot, "o", "u")
        assert not screen.seat.mine.edits
        assert "Your version" not in text(pilot.app)
        assert "Taken back" in rows(pilot.app)[-1]


async def test_the_first_step_that_differs_has_its_sign() -> None:
    journey = play("alice-to-bob", [Edit("submit/MAIL.1", (b"RCPT TO:<bob@example.net>",))])
    n = journey.first_difference
    assert n is not None
    async with player(journey, n + 1, NARROW) as (pilot, _):
        seen = text(pilot.app)
        assert "✎" in seen or "≠" in seen


# Saving ---------------------------------------------------------------------------------------------------------------


async def test_a_journey_is_saved_and_no_file_is_written_over_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with player(n=60) as (pilot, _):
        for row, ending in enumerate((".txt", ".eml", ".jsonl", ".pcapng")):
            await press(pilot, "w", *["down"] * row, "enter")
            path = Path(f"alice-to-bob{ending}")
            assert path.stat().st_size > 100  # noqa: ASYNC240
            assert "✓ Saved as " in rows(pilot.app)[-1]
        await press(pilot, "w", "enter")
        assert "exists already" in text(pilot.app)
        await press(pilot, "enter")
        assert "Saved as" in rows(pilot.app)[-1]


# Anything at all ------------------------------------------------------------------------------------------------------

_KEYS = (
    *"npppnnnnnegouxysmklzwi/,.?:q12345abcd+-", "space", "enter", "escape", "tab", "shift+tab", "up", "down", "left",
    "right", "home", "end", "pageup", "pagedown", "backspace", "é", "ctrl+p",
)  # fmt: skip
_NAMES = {"/": "slash", ",": "comma", ".": "full_stop", "?": "question_mark", ":": "colon", "+": "plus", "-": "minus"}


@pytest.mark.parametrize("seed", range(4))
async def test_500_random_keys_at_random_sizes_never_crash_it_and_q_leads_out(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # keys may well save something
    draw = random.Random(seed)
    app = MaileduApp(Memory())
    async with app.run_test(size=draw.choice(SIZES)) as pilot:
        await pilot.pause()
        for count in range(500):
            if draw.random() < 0.04:
                await pilot.resize_terminal(draw.randint(1, 180), draw.randint(1, 60))
            key = draw.choice(_KEYS)
            if key == "q" and len(app.screen_stack) <= 2:
                continue
            app.simulate_key(_NAMES.get(key, key))
            if count % 3 == 0:
                await pilot.pause()
            if app.return_code is not None:  # a `q` at home, or Quit of the palette
                return
        assert app.is_running
        await pilot.resize_terminal(*NARROW)
        for _ in range(12):
            await pilot.press("escape", "q")
            if app.return_code is not None:
                break
        assert app.return_code is not None, text(app)


# Every step -----------------------------------------------------------------------------------------------------------


async def test_every_pane_at_every_step_of_every_journey_shows_something() -> None:
    """Pane after pane, size after size, at every step that no other journey has.

    That each pane shows each step at each size is asserted pane by pane elsewhere, without a screen around it.
    """
    met: set[object] = set()
    every = list(journeys())
    for which, size in enumerate((NARROW, WIDE)):
        async with player(every[0], size=size) as (pilot, screen):
            for journey in every[which::2]:
                screen.seat = type(screen.seat)(journey)
                for step in journey.steps:
                    moment = (step.place, step.octets, step.time, step.after, step.effects)
                    if moment in met:
                        continue
                    met.add(moment)
                    screen.seat.go(step.n)
                    if len(met) % 8 == 0:
                        await press(pilot, PANES[len(met) // 8 % len(PANES)].key)
                    screen.show()
                    assert "".join(_lines_of(screen, screen.pane)).strip(), (step.place, screen.pane)
    assert len(met) > 200


async def test_what_and_why_of_every_step_are_whole_at_80_columns() -> None:
    async with player() as (_, screen):
        for journey in journeys():
            screen.seat = type(screen.seat)(journey)
            for n in range(1, len(journey) + 1):
                screen.seat.go(n)
                screen.show()
                shown = [line.strip() for line in _lines_of(screen, "explain")]
                explained = journey.scene(n).explanation
                seen = " ".join(filter(None, shown))
                for said in (explained.title, explained.what, explained.why):
                    assert " ".join(said.split()) in seen, (journey.scenario.name, n, seen)


def _lines_of(screen: Player, pane: str) -> list[str]:
    widget = screen.query_one(f"#{pane}")
    return [widget.render_line(y).text for y in range(widget.size.height)]


# Guessing -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("pane", [pane.name for pane in PANES])
async def test_a_hidden_reply_is_betrayed_nowhere(size: tuple[int, int], pane: str) -> None:
    """Two journeys that differ in the reply alone look the same while it is hidden, but for the four choices."""
    seen = []
    for reply in (b"250 2.1.5 Recipient ok", b"550 5.1.1 No such mailbox here"):
        scenario = replace(scenarios.load("alice-to-bob"), edits=(Edit("submit/RCPT.1!", (reply,)),))
        journey = play(scenario)
        n = journey.by_place["submit/RCPT.1"].n
        async with player(journey, n, size, pane=pane) as (pilot, screen):
            await press(pilot, "g")
            assert screen.seat.hidden
            assert "? ? ?" in text(pilot.app)
            grid = cells(pilot.app)
            for x, y in region(screen, "GuessCard") | region(screen, "Track"):
                grid[y][x] = Cell("", "", "")
            for x in range(size[0] - 20, size[0]):  # how many steps there will be is no secret
                grid[0][x] = Cell("", "", "")
            seen.append([[(cell.character, cell.background) for cell in row] for row in grid])
    assert seen[0] == seen[1]


async def test_a_to_d_answer_the_question_and_are_told_why() -> None:
    async with player(n=23) as (pilot, screen):
        await press(pilot, "g")
        asked = question(screen.seat.journey, 24)
        wrong = next(n for n in range(4) if n != asked.right)
        await press(pilot, "abcd"[wrong])
        seen = " ".join(text(pilot.app).split())
        assert f"✗ you said {asked.choices[wrong].code}:" in seen
        assert "250 2.1.5 Recipient ok" in seen
        assert screen.guesses == [False]
        await press(pilot, "n", "n")  # DATA, and its reply is hidden again
        assert screen.seat.hidden
        await press(pilot, "abcd"[question(screen.seat.journey, screen.seat.n).right])
        assert "as you said" in text(pilot.app)
        assert screen.guesses == [False, True]


async def test_n_just_shows_it_and_g_stops_guessing() -> None:
    async with player(n=23) as (pilot, screen):
        await press(pilot, "g", "n")
        assert (screen.seat.n, screen.seat.hidden) == (24, False)
        assert "250 2.1.5 Recipient ok" in text(pilot.app)
        await press(pilot, "g", "n", "n")
        assert not screen.seat.hidden


async def test_letters_answer_nothing_while_nothing_is_asked() -> None:
    async with player(n=23) as (pilot, screen):
        await press(pilot, *"abcd")
        assert screen.seat.n == 23
        assert not screen.guesses


async def test_esc_in_the_large_pane_betrays_nothing() -> None:
    async with player(n=23) as (pilot, screen):
        await press(pilot, "g", "z", "escape")
        assert screen.seat.hidden
        assert "What will the server answer?" in text(pilot.app)


@pytest.mark.parametrize("key", ["o", "u", "e"])
async def test_a_key_that_has_nothing_to_do_leaves_the_question(key: str) -> None:
    async with player(n=23) as (pilot, screen):
        await press(pilot, "g", key, "x")
        assert screen.seat.hidden
        assert "What will the server answer?" in text(pilot.app)
        await press(pilot, "a")
        assert len(screen.guesses) == 1


async def test_a_hidden_reply_is_hidden_after_a_restart_too() -> None:
    async with player(n=23) as (pilot, _):
        await press(pilot, "g", "q", "q")
    app = MaileduApp()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        await press(pilot, "enter")
        assert "? ? ?" in text(app)
        assert "Recipient ok" not in text(app)


async def test_to_find_a_step_takes_the_question_away() -> None:
    async with player(n=23) as (pilot, screen):
        await press(pilot, "g", "slash", *"mail from", "enter")
        assert screen.seat.step.verb == "MAIL"
        assert "What will the server answer?" not in text(pilot.app)


@pytest.mark.parametrize("size", [(60, 16), (80, 18)])
async def test_a_card_is_whole_in_a_low_terminal(size: tuple[int, int]) -> None:
    async with player(n=23, size=size) as (pilot, _):
        await press(pilot, "g")
        seen = text(pilot.app)
        assert all(f"{letter}  " in seen for letter in "abcd")
        assert "a-d answer" in seen
        await press(pilot, "n", "n", "e")
        assert "enter send" in text(pilot.app)
        await press(pilot, "escape")
        assert "Explain" in text(pilot.app)


# Editing --------------------------------------------------------------------------------------------------------------


async def test_e_says_something_else_and_the_first_step_that_differs_is_named() -> None:
    async with player(n=23) as (pilot, screen):
        await press(pilot, "e", "down", "enter")
        assert screen.seat.mine.edits == (Edit("submit/RCPT.1", (b"RCPT TO:<nobody@example.net>",)),)
        assert screen.seat.n == 23
        assert "comes out otherwise. o shows the original." in rows(pilot.app)[-1]
        await press(pilot, "n")
        assert "≠" in text(pilot.app) or "✎" in text(pilot.app)


async def test_a_line_can_be_typed_and_escape_keeps_it() -> None:
    async with player(n=23) as (pilot, screen):
        await press(pilot, "e", "escape")
        assert not screen.seat.mine.edits
        await press(pilot, "e", *["backspace"] * 30, *"NOOP", "enter")
        assert screen.seat.mine.edits == (Edit("submit/RCPT.1", (b"NOOP",)),)
        await press(pilot, "n")
        assert screen.seat.n == 24


async def test_at_a_reply_e_opens_the_next_command_of_the_client() -> None:
    async with player(n=22) as (pilot, screen):
        await press(pilot, "e")
        assert screen.seat.n == 23
        assert "Say something else at step 23" in text(pilot.app)


async def test_a_fault_is_switched_on_and_off() -> None:
    async with player(n=23) as (pilot, screen):
        for expected in (("unknown-user",), ()):
            await press(pilot, "e", "down")
            options = screen.query_one("EditCard OptionList")
            await press(pilot, *["down"] * 5)
            assert options.highlighted_option.id == "fault unknown-user"  # type: ignore[attr-defined]
            await press(pilot, "enter")
            assert screen.seat.mine.scenario.active == expected
        assert screen.seat.n == 23


async def test_a_fault_is_a_change_it_is_named_compared_and_taken_back() -> None:
    async with player(n=23, size=WIDE) as (pilot, screen):
        await press(pilot, "e", "down", *["down"] * 5, "enter")
        assert "From step 48: Bob’s server knows no Bob" in text(pilot.app)
        differs = screen.seat.mine.first_difference
        assert differs is not None
        assert f"step {differs} comes out otherwise" in rows(pilot.app)[-1]
        screen.seat.go(differs)
        await press(pilot, "x", "p", "n")
        assert "≠" in text(pilot.app)
        assert "No such mailbox here" in text(pilot.app)
        await press(pilot, "o")
        assert "The original" in text(pilot.app)
        assert "No such mailbox here" not in text(pilot.app)
        await press(pilot, "o", "u")
        assert "Taken back: Bob’s server knows no Bob" in rows(pilot.app)[-1]
        assert not screen.seat.mine.is_changed


async def test_the_key_bar_has_the_keys_of_the_line_that_is_changed() -> None:
    async with player(n=23) as (pilot, _):
        await press(pilot, "e")
        assert rows(pilot.app)[-1].strip() == "enter send  ↓ mistakes and faults  esc keep it"
        await press(pilot, "escape")
        assert "n next" in rows(pilot.app)[-1]


async def test_the_place_is_ones_own_while_the_original_is_looked_at() -> None:
    journey = play("alice-to-bob", [Edit("submit/MAIL.1", (b"RCPT TO:<bob@example.net>",))])
    async with player(journey, 22) as (pilot, screen):
        await press(pilot, "o", "end")
        place = screen.mailedu.memory.place
        assert place is not None
        assert place.n <= place.total == len(journey)
        assert not screen.mailedu.memory.done


async def test_quick_enters_at_home_open_one_journey() -> None:
    app = MaileduApp(Memory())
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        for _ in range(3):
            app.simulate_key("enter")
        await press(pilot)
        assert [type(screen).__name__ for screen in app.screen_stack[1:]] == ["Home", "Player"]


async def test_enter_at_home_goes_on_with_what_was_left() -> None:
    app = MaileduApp(Memory())
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        await press(pilot, "enter", "n", "n", "n", "q")
        await press(pilot, "enter")
        assert isinstance(app.screen, Player)
        assert app.screen.seat.n == 4


async def test_the_palette_leads_from_over_the_help_too() -> None:
    async with player(n=23) as (pilot, _):
        app = pilot.app
        assert isinstance(app, MaileduApp)
        await press(pilot, "question_mark")
        app.open_compose()
        await press(pilot)
        assert [type(screen).__name__ for screen in app.screen_stack[1:]] == ["Home", "Compose"]
        app.action_home()
        await press(pilot)
        assert len(app.screen_stack) == 2


async def test_a_letter_of_ones_own_is_called_by_its_subject() -> None:
    loaded = scenarios.load("alice-to-bob")
    octets = b"From: mia@example.org\nTo: bob@example.net\nSubject: Cinema on Friday\n\nAt eight?\n"
    async with player(play(scenarios.load("alice-to-bob", (), own_letter(octets, loaded)))) as (pilot, screen):
        assert "Your letter: Cinema on Friday" in rows(pilot.app)[0]
        await press(pilot, "end")
        assert not screen.mailedu.memory.done


async def test_where_nothing_can_be_changed_it_is_said_why() -> None:
    journey = play("alice-to-bob")
    n = next(step.n for step in journey.steps if step.kind is Kind.LINK)
    async with player(journey, n) as (pilot, screen):
        await press(pilot, "e")
        assert "Nothing is said here" in rows(pilot.app)[-1]
        assert not screen.query("EditCard")


# Strangers ------------------------------------------------------------------------------------------------------------

HOSTILE = "\x1b]0;owned\x07\x1b[2J [/b][red] \u202egnp.exe \u5bff\u53f8 e\u0301\u0301\u0301 \u200b [@click=app.quit]x"


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_subject_is_harmless_on_every_screen(size: tuple[int, int]) -> None:
    octets = f"From: Alice <alice@example.com>\nTo: bob@example.net\nSubject: {HOSTILE}\n\n{HOSTILE}\n".encode()
    loaded = scenarios.load("alice-to-bob")
    journey = play(scenarios.load("alice-to-bob", (), own_letter(octets, loaded)))
    async with player(journey, 1, size) as (pilot, screen):
        for n in range(1, len(journey) + 1, 7 if size == NARROW else 23):
            screen.seat.go(n)
            screen.show()
            for pane in PANES:
                await press(pilot, pane.key)
                seen = text(pilot.app)
                assert not any(ord(sign) < 32 and sign != "\n" for sign in seen)
                assert not set(seen) & {"\u202e", "\u200b", "\x1b", "\x07"}
        await press(pilot, "end", "m")
        assert "[/b][red]" in "".join(text(pilot.app).split("\n"))
