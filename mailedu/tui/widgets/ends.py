"""Who stands at the two lifelines of the ladder."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from mailedu.tui.view import View


class Ends(Widget):
    """Who stands at the two lifelines of the ladder."""

    DEFAULT_CSS = "Ends { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._view: View | None = None

    def show(self, view: View) -> None:
        self._view = view
        self.refresh()

    def render(self) -> Content:
        return Content("Ends")
