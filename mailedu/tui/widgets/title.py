"""The first row: what this is, and at its right edge a word more."""

from __future__ import annotations

from typing import Final

from textual.strip import Strip
from textual.widget import Widget

from mailedu.tui.widgets.canvas import Row
from mailedu.visible import clip, visible, width

NAME: Final = "mailedu"
_GAP: Final = 2
_EDGE: Final = 1
#: Cells that are kept for the text, before the word at the right is cut.
_LEAST: Final = 12


class Title(Widget):
    """`mailedu  A letter from Alice to Bob                                   step 22 of 94`."""

    DEFAULT_CSS = "Title { height: 1; }"

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = text
        self._right = ""

    def show(self, text: str, right: str = "") -> None:
        """Foreign text is made visible here."""
        if (text, right) != (self._text, self._right):
            self._text, self._right = text, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        row = Row(self.size.width)
        if y == 0:
            self._write(row)
        return row.strip(self)

    def _write(self, row: Row) -> None:
        start = row.put(_EDGE, NAME, "bold $accent") + _GAP
        room = row.width - _EDGE - start
        text = visible(self._text)
        right = clip(visible(self._right), max(room - _GAP - min(width(text), _LEAST), 0))
        left = room - (width(right) + _GAP if right else 0)
        row.put(start, clip(text, max(left, 0)), "bold")
        row.put(row.width - _EDGE - width(right), right, "$quiet")
