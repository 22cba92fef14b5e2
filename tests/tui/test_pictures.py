"""The pictures in the documentation show what the screens look like now."""

from __future__ import annotations

import html
import re

import pytest

from tests.tui.pictures import FOLDER, PICTURES, draw, quiet_home

_TEXT = re.compile(r">([^<>]+)</text>")


@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_is_as_the_screen_is(name: str) -> None:
    with quiet_home():
        now = await draw(PICTURES[name])
    was = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    if now != was:
        words_now, words_was = (html.unescape(" ".join(_TEXT.findall(svg))).split() for svg in (now, was))
        assert words_now == words_was, f"{name} says something else: look at it, then `make pictures`"
        pytest.fail(f"{name} looks other than docs/pictures/{name}.svg: look at it, then `make pictures`")


def test_every_picture_that_is_there_is_drawn() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(PICTURES)


def test_a_picture_asks_for_nothing_from_elsewhere() -> None:
    for path in FOLDER.glob("*.svg"):
        svg = path.read_text(encoding="utf-8")
        assert not re.findall(r"""(?:url\(|href=)["']?(https?:[^"')]+)""", svg)
