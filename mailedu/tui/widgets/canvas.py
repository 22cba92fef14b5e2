"""A row of cells that is as wide as it is said to be, whatever is put into it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

#: Text and its style, such as "bold $client".
Piece: TypeAlias = "tuple[str, str]"
#: Makes two cells of some signs that take one, and changes nothing that could deceive.
_EMOJI_STYLE = "\ufe0f"


class Row:
    """Cells with styles. What lies outside is cut; foreign text is made visible before it comes here."""

    def __init__(self, width: int) -> None:
        self.width = max(width, 0)
        self._signs = [" "] * self.width
        """A sign with its accents; empty: the second cell of a wide one."""
        self._styles = [""] * self.width

    def put(self, at: int, text: str, style: str = "", end: int | None = None) -> int:
        """Write from cell `at` on, at most up to `end`; returns the cell behind it."""
        signs, styles = self._signs, self._styles
        stop = self.width if end is None else min(end, self.width)
        for sign in text:
            cells = 1 if sign.isascii() else get_character_cell_size(sign)
            if cells == 0:
                if sign != _EMOJI_STYLE and 0 < at <= stop and signs[at - 1]:
                    signs[at - 1] += sign
                continue
            if at + cells > stop:
                break
            if at >= 0:
                self._clear(at, cells)
                signs[at], styles[at] = sign, style
                if cells == 2:
                    signs[at + 1], styles[at + 1] = "", style
            at += cells
        return at

    def put_all(self, at: int, pieces: Iterable[Piece], end: int | None = None) -> int:
        """Write pieces one after another; returns the cell behind them."""
        for text, style in pieces:
            at = self.put(at, text, style, end)
        return at

    def fill(self, start: int, end: int, sign: str, style: str) -> None:
        """One sign, of one cell, from `start` up to `end`."""
        self.put(start, sign * (end - start), style, end)

    def _clear(self, at: int, cells: int) -> None:
        """No half of a wide sign stays."""
        signs = self._signs
        if not signs[at] and at:
            signs[at - 1] = " "
        behind = at + cells
        if behind < self.width and not signs[behind]:
            signs[behind] = " "

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self._signs == other._signs and self._styles == other._styles

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return "".join(self._signs)

    def strip(self, widget: Widget) -> Strip:
        """The row as a line of `widget`, in the colours of the present theme."""
        segments: list[Segment] = []
        start, styles = 0, self._styles
        for at in range(1, self.width + 1):
            if at == self.width or styles[at] != styles[start]:
                style = Style.parse(styles[start]).rich_style if styles[start] else None
                segments.append(Segment("".join(self._signs[start:at]), style))
                start = at
        return Strip(segments, self.width).apply_style(widget.rich_style)
