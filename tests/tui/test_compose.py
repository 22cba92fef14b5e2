"""The form: bad input is told at its field, nothing that was typed is lost, and the letter is sent."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from mailedu.tui import letters
from mailedu.tui.app import MaileduApp
from mailedu.tui.memory import Memory
from mailedu.tui.screens.compose import Compose
from mailedu.tui.screens.player import Player
from mailedu.tui.widgets.compose_field import Attached, FormNote

from .look import rows, text

SIZES = [(80, 24), (120, 40)]
HOSTILE = "\x1b]0;owned\x07[/b] \u202e漢字e\u0301"


@asynccontextmanager
async def writing(size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """The form, above Home."""
    app = MaileduApp(Memory())
    async with app.run_test(size=size) as pilot:
        app.open_compose()
        await pilot.pause()
        yield pilot


def put(pilot: Pilot[None], field: str, value: str) -> None:
    pilot.app.screen.query_one(f"#{field}", Input).value = value


async def go_to(pilot: Pilot[None], field: str) -> None:
    pilot.app.screen.query_one(f"#{field}").focus()
    for _ in range(3):  # the field that was left is looked at then, and told of when it is painted
        await pilot.pause()


async def send(pilot: Pilot[None]) -> None:
    await go_to(pilot, "send")
    screen = pilot.app.screen
    await pilot.press("enter")
    for _ in range(5):  # it says that it reads the file, is painted, and then reads it
        await pilot.pause()
        if pilot.app.screen is not screen:
            return


def notes(pilot: Pilot[None]) -> list[str]:
    """What is wrong, as it is told below the fields."""
    return [note.text for note in pilot.app.screen.query(FormNote) if note.display and note.bad]


@pytest.mark.parametrize("size", SIZES)
async def test_a_letter_with_copies_and_a_file_is_sent_and_kept(size: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "menu.csv").write_bytes(b"soup,4\r\n")
    async with writing(size) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        await go_to(pilot, "subject")
        await pilot.press(*"Dinner", "enter", *"See you", "tab")
        put(pilot, "cc", "carol@example.net")
        await go_to(pilot, "bcc")
        await pilot.press(*"Eve <eve@far.example>", "enter")
        await go_to(pilot, "files")
        put(pilot, "files", str(tmp_path / "menu.csv"))
        await pilot.press("enter")
        assert "menu.csv" in text(app)
        assert "text/csv" in text(app)
        assert "far.example is played by a simulated host" in text(app)
        await send(pilot)
        assert isinstance(app.screen, Player)
        journey = app.screen.seat.journey
        assert {one.mailbox for one in journey.stored} == {"bob@example.net", "carol@example.net", "eve@far.example"}
        (own,) = letters.own_letters()
        assert own.subject == "Dinner"
        assert b"eve@far.example" in letters.read(own.name)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("from", "", "a letter has a sender"),
        ("to", "bob", "an address is like bob@example.net"),
        ("cc", "a@@b.example", "more than one @"),
        ("bcc", "eve@[192.0.2.1]", "a letter to a bare address"),
        ("files", "/no/such/file", "there is no such file"),
        ("files", "/", "is a folder"),
        ("instead", "/no/such/letter.eml", "there is no such file"),
    ],
)
@pytest.mark.parametrize("size", SIZES)
async def test_bad_input_is_told_at_its_field(size: tuple[int, int], field: str, value: str, words: str) -> None:
    async with writing(size) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        await go_to(pilot, field)
        put(pilot, field, value)
        await go_to(pilot, "text")
        (note,) = notes(pilot)
        assert words in note
        shown = rows(app)
        at = next(n for n, row in enumerate(shown) if "✗" in row)
        assert words[:20] in shown[at]
        await send(pilot)
        assert isinstance(app.screen, Compose)
        assert app.focused is not None
        assert app.focused.id == field


async def test_the_cursor_goes_to_the_first_of_several_bad_fields_and_all_are_told() -> None:
    async with writing((80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        put(pilot, "to", "x")
        put(pilot, "bcc", "y")
        await send(pilot)
        assert len(notes(pilot)) == 2
        assert app.focused is not None
        assert app.focused.id == "to"
        put(pilot, "to", "bob@example.net")
        await pilot.pause()
        assert len(notes(pilot)) == 1


async def test_a_letter_to_nobody_is_told_at_to() -> None:
    async with writing((80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        put(pilot, "to", "")
        await send(pilot)
        assert "nobody gets this letter yet" in notes(pilot)[0]


async def test_a_file_with_nul_is_refused_and_a_text_goes_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "bad.eml").write_bytes(b"Subject: a\r\n\r\n\0")
    (tmp_path / "good.txt").write_bytes(b"hello\n")
    async with writing((80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        put(pilot, "instead", str(tmp_path / "bad.eml"))
        await send(pilot)
        assert "NUL" in notes(pilot)[0]
        put(pilot, "instead", str(tmp_path / "good.txt"))
        await send(pilot)
        assert isinstance(app.screen, Player)
        assert app.screen.seat.journey.step(1).verb == "FILE"


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_what_was_typed_is_there_again(key: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    async with writing((80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        await go_to(pilot, "subject")
        await pilot.press(*"quite", "tab", *"queer")
        put(pilot, "files", str(tmp_path / "a.png"))
        await go_to(pilot, "files")
        await pilot.press("enter")
        await go_to(pilot, "afresh")
        await pilot.press(key)
        await pilot.pause()
        assert not isinstance(app.screen, Compose)
        app.open_compose()
        await pilot.pause()
        assert app.screen.query_one("#subject", Input).value == "quite"
        assert app.screen.query_one("#text", TextArea).text == "queer"
        assert [row.attachment.filename for row in app.screen.query(Attached)] == ["a.png"]


async def test_what_was_typed_is_there_again_after_the_palette_led_away() -> None:
    async with writing((80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        await go_to(pilot, "subject")
        await pilot.press(*"quite")
        app.action_home()
        await pilot.pause()
        app.open_compose()
        await pilot.pause()
        assert app.screen.query_one("#subject", Input).value == "quite"


async def test_an_attachment_is_removed_and_a_form_emptied(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    async with writing((80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        put(pilot, "files", str(tmp_path / "a.png"))
        await go_to(pilot, "files")
        await pilot.press("enter", "shift+tab", "delete")
        await pilot.pause()
        assert not app.screen.query(Attached)
        put(pilot, "subject", "x")
        await go_to(pilot, "afresh")
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one("#subject", Input).value == ""
        assert app.screen.query_one("#to", Input).value == "Bob <bob@example.net>"


async def test_the_name_of_a_file_is_completed(tmp_path: Path) -> None:
    (tmp_path / "menu.csv").write_bytes(b"x")
    async with writing((80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        await go_to(pilot, "files")
        put(pilot, "files", str(tmp_path / "me"))
        app.screen.query_one("#files", Input).cursor_position = 1000
        await pilot.pause()
        assert "menu.csv" in text(app)
        await pilot.press("right")
        assert app.screen.query_one("#files", Input).value == str(tmp_path / "menu.csv")


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_subject_is_harmless(size: tuple[int, int]) -> None:
    async with writing(size) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        put(pilot, "subject", HOSTILE)
        put(pilot, "to", f'"{HOSTILE}" <bob@example.net>')
        app.screen.query_one("#text", TextArea).text = HOSTILE
        await pilot.pause()
        shown = text(app)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "[/b]" in shown
        await send(pilot)
        assert isinstance(app.screen, Player)


@pytest.mark.parametrize("size", SIZES)
async def test_who_types_at_once_types_the_sender_and_is_told_who_sends(size: tuple[int, int]) -> None:
    async with writing(size) as pilot:
        await pilot.press(*"eve@far.example")
        assert pilot.app.screen.query_one("#from", Input).value == "eve@far.example"
        assert rows(pilot.app)[0].rstrip().endswith("Alice’s laptop sends it; nothing leaves this computer")
        assert "Write a letter" in rows(pilot.app)[0]


async def test_up_and_down_go_from_field_to_field_and_through_the_text_first() -> None:
    async with writing((80, 24)) as pilot:
        app = pilot.app

        async def at(*keys: str) -> str | None:
            await pilot.press(*keys)
            await pilot.pause()
            assert app.focused is not None
            return app.focused.id

        assert await at("down") == "to"
        assert await at("up") == "from"
        assert await at("down", "down", "down", "down", "down") == "text"
        assert await at("x", "enter", "y", "up") == "text"
        assert await at("up") == "subject"
        assert await at("down", "down") == "text"
        assert await at("down") == "files"
        assert await at("down", "down") == "send"
        assert await at("up", "up", "up") == "text"


async def test_envelope_and_letter_are_told_apart_where_there_is_room() -> None:
    async with writing((120, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        put(pilot, "bcc", "eve@far.example")
        await pilot.pause()
        shown = text(app)
        assert "Envelope" in shown
        assert "eve@far.example  of Bcc" in shown


@pytest.mark.parametrize("size", SIZES)
async def test_any_keys_leave_it_whole(size: tuple[int, int]) -> None:
    choose = random.Random(size[0])
    some = [*"a@.,<>/~", "tab", "shift+tab", "enter", "backspace", "delete", "left", "right", "up", "down", "home"]
    async with writing(size) as pilot:
        app = pilot.app
        assert isinstance(app, MaileduApp)
        for count in range(300):
            app.simulate_key(choose.choice(some))
            if count % 3 == 0:
                await pilot.pause()
        await pilot.pause()
        assert app.is_running
