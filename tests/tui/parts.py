"""A stage for single parts of the player: they are shown a view, and their cells are read."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widget import Widget

from mailedu.journey import Journey
from mailedu.tui import theme
from mailedu.tui.view import View


class Parts(App[None]):
    """Parts below each other, with the classes that the application gives its screens."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (112, "-wide"), (140, "-huge")]  # noqa: RUF012 - an instance variable there

    def __init__(self, *parts: Widget) -> None:
        super().__init__()
        self.parts = parts
        self.messages: list[object] = []
        for one in theme.THEMES:
            self.register_theme(one)
        self.theme = theme.DARK

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults()

    def compose(self) -> ComposeResult:
        yield from self.parts


def view_of(journey: Journey, n: int, *, hidden: bool = False, addresses: bool = False) -> View:
    """A view as the player makes it."""
    return View(journey, n, hidden, journey.scene(n - 1 if hidden and n > 1 else n), "", False, addresses)


def rows(part: Widget) -> list[str]:
    """What a part paints, row by row, as wide as it is."""
    lines = []
    for y in range(part.size.height):
        strip = part.render_line(y)
        assert strip.cell_length == sum(segment.cell_length for segment in strip) == part.size.width
        lines.append(strip.text)
    return lines
