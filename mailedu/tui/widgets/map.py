"""The map of machines and wires, with the letter where it truly is."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from mailedu.tui.view import View


class Map(Widget):
    """The map of machines and wires, with the letter where it truly is."""

    DEFAULT_CSS = "Map { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._view: View | None = None

    def show(self, view: View) -> None:
        self._view = view
        self.refresh()

    def render(self) -> Content:
        return Content("Map")
