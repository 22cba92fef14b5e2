"""What a person sees: the cells of the screen that is open, from the picture that Textual draws of it."""

from __future__ import annotations

import html
import re
from typing import Any, NamedTuple

from textual.app import App

from mailedu.visible import width

_TEXT = re.compile(r'<text class="terminal-(?:[0-9]+-)?(r[0-9]+)" x="([0-9.]+)" y="([0-9.]+)"[^>]*>(.*?)</text>')
_STYLE = re.compile(r"\.terminal-(?:[0-9]+-)?(r[0-9]+) \{ (.*?) \}")
_RECTANGLE = re.compile(r'<rect fill="(#[0-9a-f]{6})" x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)" height="([0-9.]+)"')
_WIDE, _HIGH = 12.2, 24.4


class Cell(NamedTuple):
    """A character and how it looks."""

    character: str
    style: str
    background: str


def cells(app: App[Any]) -> list[list[Cell]]:
    """Every cell, row by row. The second cell of a wide character is empty."""
    svg = app.export_screenshot()
    styles = dict(_STYLE.findall(svg))
    grid = [[Cell(" ", "", "")] * app.size.width for _ in range(app.size.height)]
    # The part that holds the cells; before it the frame of the picture is drawn.
    svg = svg[svg.index("-matrix") :] if "-matrix" in svg else svg
    for colour, x, y, wide, _ in _RECTANGLE.findall(svg):
        row, at, count = round((float(y) - 1.5) / _HIGH), round(float(x) / _WIDE), round(float(wide) / _WIDE)
        for column in range(at, min(at + count, app.size.width)):
            if 0 <= row < len(grid):
                grid[row][column] = grid[row][column]._replace(background=colour)
    for name, x, y, text in _TEXT.findall(svg):
        row, at = round((float(y) - 20) / _HIGH), round(float(x) / _WIDE)
        for character in html.unescape(text).replace("\xa0", " "):
            cells_taken = width(character)
            if 0 <= row < len(grid) and at < app.size.width:
                grid[row][at] = grid[row][at]._replace(character=character, style=styles.get(name, ""))
                if cells_taken == 2 and at + 1 < app.size.width:
                    grid[row][at + 1] = grid[row][at + 1]._replace(character="")
            at += cells_taken
    return grid


def rows(app: App[Any]) -> list[str]:
    """The text of the screen, without blanks at the ends of rows."""
    return ["".join(cell.character for cell in row).rstrip() for row in cells(app)]


def text(app: App[Any]) -> str:
    """The same as one string."""
    return "\n".join(rows(app))
