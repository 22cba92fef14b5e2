"""The pictures of the documentation, which are the snapshots of the screens too.

`make pictures` draws them anew into docs/pictures; look at them, and commit them with what has changed them.
tests/tui/test_pictures.py holds them true.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"


class Picture(NamedTuple):
    """A screen at one moment."""

    size: tuple[int, int]
    keys: str
    """Keys by Textual's names, parted by blanks."""
    dark: bool = True


#: From home: A letter from Alice to Bob; by a word, A letter to somebody unknown and the questions; Talk SMTP.
_OPEN: Final = "enter"
_UNKNOWN: Final = "slash u n k n o w n enter"
_QUESTIONS: Final = "slash r e a d e r s enter 1 1 0 enter n a d m i n 1 1 enter n"
_TALK: Final = "end up enter"
_RCPT: Final = f"{_OPEN} 2" + 12 * " n"
_SMALL, _USUAL, _LARGE = (80, 24), (120, 40), (160, 50)

PICTURES: Final = {
    "home": Picture(_USUAL, ""),
    "home-80": Picture(_SMALL, "down down"),
    "submit": Picture(_USUAL, _RCPT),
    "submit-80": Picture(_SMALL, _RCPT),
    "submit-light": Picture(_USUAL, _RCPT, dark=False),
    "guess": Picture(_USUAL, f"{_RCPT} g"),
    "guess-80": Picture(_SMALL, f"{_RCPT} g b"),
    "edit-80": Picture(_SMALL, f"{_OPEN} 2" + 10 * " n" + " e down"),
    "packets": Picture(_USUAL, f"{_RCPT} k k tab" + 2 * " down"),
    "changed": Picture(_USUAL, f"{_OPEN} 2" + 10 * " n" + " e down enter n"),
    "deliver": Picture(_USUAL, f"{_OPEN} 3 n n n"),
    "bounce": Picture(_USUAL, f"{_UNKNOWN} 4 n n l"),
    "read": Picture(_LARGE, f"{_OPEN} end m"),
    "exercise": Picture(_USUAL, f"{_QUESTIONS} d"),
    "exercise-80": Picture(_SMALL, f"{_QUESTIONS} d"),
    "compose": Picture(_USUAL, "e"),
    "talk": Picture(_USUAL, f"{_TALK} E H L O space m e enter"),
    "help-80": Picture(_SMALL, f"{_OPEN} question_mark"),
}


async def draw(picture: Picture) -> str:
    """A picture as SVG, in a home that is nobody's."""
    from mailedu.tui.app import MaileduApp
    from mailedu.tui.memory import Memory

    app = MaileduApp(Memory(dark=picture.dark))
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause()
        for key in picture.keys.split():
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause()
        svg = app.export_screenshot(title="mailedu", simplify=True)
    # The web font would be asked for from elsewhere; the fonts of the reader do as well.
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"terminal-[0-9]+-", "terminal-", svg)


@contextmanager
def quiet_home() -> Iterator[None]:
    """Nothing moves, nothing is coloured by the environment, and nothing is written where somebody lives."""
    with tempfile.TemporaryDirectory() as home:
        wanted = {"MAILEDU_HOME": home, "TEXTUAL_ANIMATIONS": "none"}
        old = {name: os.environ.pop(name, None) for name in (*wanted, "NO_COLOR", "TEXTUAL_THEME", "FORCE_COLOR")}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in old.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def main() -> None:
    """Draw all pictures, or those that are named."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        with quiet_home():
            (FOLDER / f"{name}.svg").write_text(asyncio.run(draw(PICTURES[name])), encoding="utf-8")
        print(f"docs/pictures/{name}.svg")


if __name__ == "__main__":
    main()
