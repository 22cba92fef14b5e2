"""The first screen: what there is, what it says of each entry, and where each key leads."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from mailedu import tui
from mailedu.journey import play
from mailedu.journey.journey import Journey
from mailedu.journey.scenario import load, names
from mailedu.tui import entries, keys, letters
from mailedu.tui.app import MaileduApp
from mailedu.tui.memory import Left, Memory, Place
from mailedu.tui.screens.home import Home
from mailedu.tui.widgets.choices import Choices
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.preview import Preview

from .look import text

HOSTILE = "\x1b]0;mine\x07 [/b] \u202e文字 e\u0301\u0301 ​x"
LETTER = f"From: a@example.com\r\nTo: carol@example.net\r\nSubject: {HOSTILE}\r\n\r\nHello\r\n".encode()


class App(MaileduApp):
    """Writes down where it is led, and stays."""

    CSS_PATH = str(Path(tui.__file__).with_name("mailedu.tcss"))

    def __init__(self, memory: Memory | None = None) -> None:
        super().__init__(memory)
        self.led: list[tuple[object, ...]] = []

    def open_journey(
        self, journey: Journey, n: int = 1, pane: str = "explain", guessing: bool = False, letter: str = "",
        hidden: bool = False,
    ) -> None:  # fmt: skip
        self.led.append((journey.scenario.name, n, pane, guessing, letter, len(journey)))

    def open_compose(self) -> None:
        self.led.append(("compose",))

    def open_talk(self, protocol: str) -> None:
        self.led.append((protocol,))

    def open_questions(self, name: str, left: Left | None = None) -> None:
        self.led.append((f"quiz:{name}",) if left is None else (f"quiz:{name}", left.at))


@asynccontextmanager
async def home(
    size: tuple[int, int] = (80, 24), memory: Memory | None = None
) -> AsyncIterator[tuple[App, Pilot[None]]]:
    app = App(memory)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, Home)
        yield app, pilot


def ids(app: App) -> list[str]:
    return [option.id for option in app.screen.query_one(Choices).options if option.id]


async def test_everything_that_there_is_stands_in_the_list() -> None:
    async with home((120, 40)) as (app, _):
        assert {one for one in ids(app) if one.startswith("play:")} == {f"play:{name}" for name in names()}
        assert {"compose", "talk:smtp", "talk:pop3"} <= set(ids(app))
        assert "go" not in ids(app)
        seen = text(app)
        for heading in (entries.START, entries.JOURNEYS, entries.QUESTIONS, entries.WRONG, entries.TRY):
            assert heading in seen
        assert f"{len(play(load('alice-to-bob')))} steps" in seen


async def test_enter_opens_what_is_highlighted() -> None:
    async with home() as (app, pilot):
        for one in ids(app):
            app.screen.query_one(Choices).highlighted = app.screen.query_one(Choices).get_option_index(one)
            await pilot.press("enter")
        journeys = [f"play:{led[0]}" for led in app.led if len(led) > 1]
        assert journeys == [one for one in ids(app) if one.startswith("play:")]
        rounds = [(one,) for one in ids(app) if one.startswith("quiz:")]
        assert rounds
        others = [led for led in app.led if len(led) == 1]
        assert others == [*rounds[:2], ("compose",), *rounds[2:], ("smtp",), ("pop3",)]


async def test_a_click_opens_too() -> None:
    async with home() as (app, pilot):
        row = app.screen.query_one(Choices).get_option_index("compose")
        assert await pilot.click(Choices, offset=(5, row))
        assert app.led == [("compose",)]


async def test_what_is_highlighted_has_a_sign_of_its_own() -> None:
    async with home() as (app, pilot):
        for _ in range(4):
            await pilot.press("down")
        await pilot.pause()
        marked = [row for row in text(app).splitlines() if row.startswith("│ ►")]
        assert len(marked) == 1
        assert load(ids(app)[4].removeprefix("play:")).title in marked[0]


async def test_the_first_question_is_one_row_below_the_first_journey() -> None:
    async with home() as (app, pilot):
        await pilot.press("down")
        await pilot.pause()
        assert "asked about the packets of" in text(app)
        await pilot.press("enter")
        assert app.led == [("quiz:set:chapter-questions",)]


async def test_a_question_that_was_left_is_gone_on_with_and_a_journey_too() -> None:
    left = Left("unit:8", 17)
    async with home(memory=Memory(Place("figure-21-6", n=5, total=16), question=left)) as (app, pilot):
        assert ids(app)[:2] == ["ask:unit:8", "go"]
        assert "question 18 of 31" in text(app)
        assert "step 5 of 16" in text(app)
        await pilot.press("enter")
        assert app.led == [("quiz:unit:8", 17)]
        app.memory.note_place(Place("figure-21-7", n=2))
        assert [entry.id for entry in entries.entries(app.memory)][:2] == ["go", "ask:unit:8"]


async def test_a_lab_that_was_left_is_gone_on_with_where_it_was() -> None:
    app = MaileduApp(Memory())
    async with app.run_test() as pilot:
        await pilot.pause()
        app.open_questions("set:smtp-by-hand")
        await pilot.pause()
        await pilot.press(*"HELO", "space", *"there", "enter")
        await pilot.pause()
        app.memory.save()
    app = MaileduApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.screen.entry.id == "ask:set:smtp-by-hand"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        assert "HELO there" in text(app)
        assert app.memory.question == Left("set:smtp-by-hand", 0, "smtp/faded-last-two", 0, ("HELO there",))


async def test_a_question_of_a_round_that_is_none_any_more_is_not_offered() -> None:
    async with home(memory=Memory(question=Left("unit:99", 3))) as (app, _):
        assert entries.GO_ON not in text(app)


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_no_description_is_cut_within_a_sentence(size: tuple[int, int]) -> None:
    async with home(size) as (app, pilot):
        about = app.screen.query_one("#about")
        for one in ids(app):
            choices = app.screen.query_one(Choices)
            choices.highlighted = choices.get_option_index(one)
            await pilot.pause()
            lines = [row.strip() for row in text(app).splitlines()[about.region.y : about.region.bottom]]
            assert " ".join(lines).strip().endswith((".", "…"))


async def test_a_sign_tells_that_there_is_more_of_the_list_below() -> None:
    async with home() as (app, pilot):
        assert "▼" in text(app)
        await pilot.press("end")
        await pilot.pause()
        assert "▼" not in text(app)


@pytest.mark.parametrize("size", [(112, 40), (120, 40), (160, 50)])
async def test_titles_are_whole_where_there_is_room_for_them(size: tuple[int, int]) -> None:
    async with home(size) as (app, _):
        assert load("figure-21-3").title in text(app)
        assert load("figure-21-7").title in text(app)


async def test_g_opens_and_guesses() -> None:
    async with home() as (app, pilot):
        await pilot.press("g")
        assert [led[3] for led in app.led] == [True]


async def test_e_writes_a_letter() -> None:
    async with home() as (app, pilot):
        await pilot.press("e")
        assert app.led == [("compose",)]


async def test_q_quits() -> None:
    async with home() as (app, pilot):
        await pilot.press("q")
        assert app.return_code is not None


async def test_going_on_leads_back_to_the_step_the_pane_and_the_changes() -> None:
    place = Place("wrong-password", n=20, pane="state", guessing=True, total=36)
    async with home(memory=Memory(place)) as (app, pilot):
        assert "step 20 of 36" in text(app)
        await pilot.press("enter")
        assert app.led == [("wrong-password", 20, "state", True, "", 36)]


async def test_a_place_whose_letter_is_gone_is_told_and_nothing_is_opened() -> None:
    async with home(memory=Memory(Place("alice-to-bob", letter="gone.eml"))) as (app, pilot):
        await pilot.press("enter")
        assert app.led == []
        assert "the letter gone.eml is not there any more" in app.screen.query_one(KeyBar).said


async def test_a_warning_is_shown_once() -> None:
    async with home(memory=Memory(warning="state.json could not be read")) as (app, _):
        assert "state.json could not be read" in text(app)
        assert app.memory.warning == ""


async def test_what_is_done_and_where_one_is_are_new_when_one_comes_back() -> None:
    async with home() as (app, pilot):
        before = text(app)
        app.memory.done.add("figure-21-6")
        app.memory.place = Place("figure-21-6", n=5, total=16)
        await app.push_screen(Home())
        app.pop_screen()
        await pilot.pause()
        assert "✓" not in before
        assert "Figure 21.6 ✓" in text(app)
        assert "step 5 of 16" in text(app)
        assert app.screen.query_one(Choices).chosen == "go"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_letter_of_ones_own_is_listed_harmless_and_opened(size: tuple[int, int]) -> None:
    name = letters.save(LETTER, HOSTILE)
    async with home(size) as (app, pilot):
        await pilot.press("end")
        await pilot.pause()
        seen = text(app)
        assert "[/b]" in seen
        assert "\\u202e" in seen
        assert not set(seen) & {"\x1b", "\x07", "\u202e", "​"}
        await pilot.press("enter")
        assert [(led[0], led[4]) for led in app.led] == [("alice-to-bob", name)]


async def test_of_many_letters_the_newest_five_are_listed() -> None:
    for n in range(7):
        name = letters.save(f"Subject: letter {n}\r\n\r\n".encode(), str(n))
        os.utime(letters.folder() / name, (n, n))
    async with home() as (app, _):
        subjects = [app.screen.query_one(Choices).get_option(one).id for one in ids(app) if one.startswith("letter:")]
        assert len(subjects) == 5
        assert subjects[0] == f"letter:{name}"


async def test_a_word_finds_and_esc_shows_all_again() -> None:
    async with home() as (app, pilot):
        everything = ids(app)
        await pilot.press("slash", *"pop3")
        assert ids(app) == ["play:figure-21-9", "play:figure-21-10", "talk:pop3"]
        await pilot.press("down", "down", "enter")
        assert app.led == [("pop3",)]
        assert ids(app) == everything
        await pilot.press("slash", *"zzz")
        assert ids(app) == []
        assert "none with that word" in text(app)
        await pilot.press("enter", "escape")
        assert ids(app) == everything
        assert app.screen.query_one(Choices).has_focus
        assert not app.screen.query_one("FindLine").display


@pytest.mark.parametrize("size", [(120, 40), (112, 24), (160, 50)])
async def test_the_preview_shows_the_journeys_own_words(size: tuple[int, int]) -> None:
    async with home(size) as (app, pilot):
        choices = app.screen.query_one(Choices)
        choices.highlighted = choices.get_option_index("play:wrong-password")
        await pilot.pause()
        seen = text(app)
        assert "EHLO, AUTH" in seen
        assert "✗ 535 5.7.8" in seen
        assert "36 steps" in seen
        assert app.screen.query_one(Preview).card.about == load("wrong-password").about


async def test_where_there_is_no_room_for_a_preview_a_line_tells_about_it() -> None:
    async with home() as (app, pilot):
        await pilot.press("end")
        await pilot.pause()
        assert not app.screen.query_one(Preview).display
        assert "There is mail for Bob." in text(app)


async def test_a_resize_keeps_what_is_highlighted() -> None:
    async with home((160, 50)) as (app, pilot):
        await pilot.press("down", "down", "down", "down")
        chosen = app.screen.query_one(Choices).chosen
        for size in ((80, 24), (60, 16), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.screen.query_one(Choices).chosen == chosen
        assert app.screen.query_one(Preview).card.title == load(ids(app)[4].removeprefix("play:")).title


async def test_the_first_entry_brings_its_heading_into_sight() -> None:
    async with home((80, 16), Memory(Place("figure-21-6"))) as (app, pilot):
        await pilot.press("end", "home")
        await pilot.pause()
        assert entries.GO_ON in text(app)


async def test_the_keys_fit_at_80_columns() -> None:
    async with home() as (app, _):
        for key in (*(key for key in keys.HOME if key.footer), *keys.EVERYWHERE[:2]):
            assert f"{key.shown} {key.word}" in text(app).splitlines()[-1]


async def test_nothing_is_played_for_the_list() -> None:
    memory = Memory(Place("server-down", n=3, total=111))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entries, "play", None)
        assert [entry.kind for entry in entries.entries(memory)][:2] == ["go", "play"]
