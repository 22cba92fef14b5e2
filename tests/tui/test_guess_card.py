"""The question's card: four choices, and what an answer was worth."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from mailedu.journey.guess import Choice, Question
from mailedu.tui import theme
from mailedu.tui.widgets.guess_card import GuessCard

from .look import rows, text

WHY = "this server takes mail for anyone who has logged in"
QUESTION = Question(
    "What will the server answer?",
    (
        Choice("354", "go ahead, send the letter now", "354 comes after DATA"),
        Choice("250", "accepted: this recipient will do", ""),
        Choice("503", "commands in the wrong order", "a sender has been named"),
        Choice("550", "no such mailbox here", WHY),
    ),
    1,
)


class Cards(App[None]):
    """A screen with nothing but the card."""

    CSS = "Screen { layers: base card; } GuessCard { width: 60; }"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(theme.THEMES[0])
        self.theme = theme.DARK
        self.chosen: list[int] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults()

    def compose(self) -> ComposeResult:
        yield GuessCard()

    def on_mount(self) -> None:
        self.query_one(GuessCard).ask(QUESTION)

    def on_guess_card_chosen(self, message: GuessCard.Chosen) -> None:
        self.chosen.append(message.index)


async def test_four_choices_and_their_keys_fit_seven_rows() -> None:
    app = Cards()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        card = app.query_one(GuessCard)
        assert card.outer_size.height == card.rows <= 7
        seen = rows(app)
        assert "What will the server answer?" in seen[0]
        for row, letter, choice in zip(seen[1:5], "abcd", QUESTION.choices, strict=True):
            assert f"{letter}  {choice.code}  {choice.text}" in row
        assert "a-d answer   n just show it" in seen[5]


async def test_before_an_answer_nothing_tells_which_is_right() -> None:
    app = Cards()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert not {"✓", "✗"} & set(text(app))
        assert WHY not in text(app)


@pytest.mark.parametrize(
    ("index", "said"), [(1, "✓ 250, as you said: accepted: this recipient will do"), (3, "✗ you said 550: ")]
)
async def test_an_answer_is_told_by_sign_and_words(index: int, said: str) -> None:
    app = Cards()
    async with app.run_test(size=(80, 24)) as pilot:
        card = app.query_one(GuessCard)
        card.answered(index)
        await pilot.pause()
        assert said in text(app)
        assert "n goes on" in text(app)
        assert card.outer_size.height <= 7
        words = " ".join(text(app).replace("│", " ").split())
        assert (WHY in words) == (index == 3)


async def test_a_click_on_a_choice_is_its_key_and_once_only() -> None:
    app = Cards()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(GuessCard, offset=(10, 0))
        assert app.chosen == []
        await pilot.click(GuessCard, offset=(10, 4))
        assert app.chosen == [3]
        app.query_one(GuessCard).answered(3)
        await pilot.pause()
        await pilot.click(GuessCard, offset=(10, 1))
        assert app.chosen == [3]
