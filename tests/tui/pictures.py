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


#: enter opens A letter from Alice to Bob.
_OPEN: Final = "enter"
PICTURES: Final = {
    "home": Picture((120, 40), ""),
    "home-80": Picture((80, 24), "down down"),
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
