"""The editor's card: a line, mistakes worth making, faults; and that it sends what was asked for."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, OptionList

from mailedu.journey import Journey, load, play
from mailedu.journey.edit import Edit, parse
from mailedu.journey.mistakes import mistakes
from mailedu.tui import theme
from mailedu.tui.widgets.edit_card import EditCard

from .look import rows, text

RCPT = "submit/RCPT.1"


class Cards(App[None]):
    """A screen with nothing but the card."""

    CSS = "Screen { layers: base card; } EditCard { width: 70; }"

    def __init__(self, place: str = RCPT, journey: Journey | None = None) -> None:
        super().__init__()
        self.register_theme(theme.THEMES[0])
        self.theme = theme.DARK
        self.journey = play(load("alice-to-bob")) if journey is None else journey
        self.step = self.journey.by_place[place]
        self.sent: list[Edit] = []
        self.faults: list[tuple[str, ...]] = []
        self.closed = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults()

    def compose(self) -> ComposeResult:
        yield EditCard(self.journey, self.step)

    @property
    def line(self) -> Input:
        return self.query_one(Input)

    async def on_edit_card_sent(self, message: EditCard.Sent) -> None:
        self.sent.append(message.edit)

    async def on_edit_card_faults(self, message: EditCard.Faults) -> None:
        self.faults.append(message.names)

    async def on_edit_card_closed(self, _: EditCard.Closed) -> None:
        self.closed += 1

    def highlight(self, name: str) -> None:
        """Go to an entry of the list."""
        options = self.query_one(OptionList)
        options.highlighted = options.get_option_index(name)


@pytest.mark.parametrize("place", [RCPT, "submit/RESPONSE.2", "submit/CONTENT.1", "mx:example.net/ANSWER.1"])
async def test_line_mistakes_and_keys_fit_the_ladder_of_80x24(place: str) -> None:
    app = Cards(place)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        card = app.query_one(EditCard)
        assert card.outer_size.height == card.rows <= 12
        for mistake in mistakes(app.journey, app.step):
            assert mistake.about in text(app)
        assert "enter send   ↓ mistakes and faults   esc keep" in text(app)


async def test_a_typed_line_is_sent() -> None:
    app = Cards()
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.line.value == "RCPT TO:<bob@example.net>"
        app.line.value = ""
        await pilot.press(*"NOOP", "enter")
        assert app.sent == [parse(f"{RCPT}=NOOP")]


async def test_the_line_as_it_was_changes_nothing_and_esc_neither() -> None:
    app = Cards()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert app.closed == 1
        await pilot.press("down", "escape")
        assert app.closed == 2
        assert app.sent == []


async def test_a_mistake_is_seen_in_the_line_and_then_sent() -> None:
    app = Cards()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down")
        second = mistakes(app.journey, app.step)[1]
        assert app.line.value == second.line
        await pilot.press("enter")
        assert app.sent == [second.edit]


@pytest.mark.parametrize(("name", "edit"), [("drop this line", f"{RCPT}="), ("fall silent", f"{RCPT}=~")])
async def test_nothing_can_be_said_too(name: str, edit: str) -> None:
    app = Cards()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down")
        app.highlight(name)
        await pilot.press("enter")
        assert app.sent == [parse(edit)]


async def test_faults_are_switched_on_and_off() -> None:
    on = Cards()
    async with on.run_test(size=(80, 24)) as pilot:
        await pilot.press("down")
        on.highlight("fault greylisting")
        await pilot.press("enter")
        assert on.faults == [("greylisting",)]
    off = Cards(journey=play(load("alice-to-bob", ("greylisting",))))
    async with off.run_test(size=(80, 24)) as pilot:
        await pilot.press("down")
        off.highlight("fault greylisting")
        await pilot.pause()
        assert any("not now" in row and "✓" in row for row in rows(off))
        await pilot.press("enter")
        assert off.faults == [()]


async def test_the_fault_that_a_scenario_is_about_cannot_be_switched_off_in_it() -> None:
    app = Cards("submit/RESPONSE.2", play(load("wrong-password")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.query_one(OptionList).get_option("fault wrong-password").disabled
        assert not app.query_one(OptionList).get_option("fault greylisting").disabled


async def test_plain_text_is_made_base64_in_a_login() -> None:
    app = Cards("submit/RESPONSE.2")
    async with app.run_test(size=(80, 24)) as pilot:
        app.line.value = "looking-glass"
        await pilot.press("down")
        app.highlight("base64")
        await pilot.press("enter")
        assert app.line.value == "bG9va2luZy1nbGFzcw=="
        assert app.line.has_focus
        await pilot.press("enter")
        assert app.sent == [parse("submit/RESPONSE.2=bG9va2luZy1nbGFzcw==")]
    elsewhere = Cards()
    async with elsewhere.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "base64" not in text(elsewhere)


@pytest.mark.parametrize(
    ("place", "line", "why"),
    [
        ("mx:example.net/ANSWER.1", "HELLO", "An answer is one of NOERROR,"),
        (RCPT, "x" * 65537, "a line may have 65536"),
    ],
)
async def test_what_cannot_be_said_is_told_below_the_line(place: str, line: str, why: str) -> None:
    app = Cards(place)
    async with app.run_test(size=(80, 24)) as pilot:
        app.line.value = line
        await pilot.press("enter")
        assert app.sent == []
        assert any("✗" in row for row in rows(app)[2:4])
        assert why in " ".join(text(app).replace("│", " ").split())
        await pilot.press("backspace")
        assert "✗" not in text(app)


async def test_foreign_octets_and_what_is_pasted_never_reach_the_screen() -> None:
    journey = play(load("alice-to-bob"), (parse(f"{RCPT}=RCPT \x1b[2J\u202e[/b]\udcff"),))
    app = Cards(journey=journey)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "RCPT ␛[2J\\u202e[/b]\\xff" in text(app)
        app.line.value = "a\x1b]0;x\x07b"
        await pilot.pause()
        assert "a␛]0;x␇b" in text(app)
