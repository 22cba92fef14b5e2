"""The conversation as a ladder: a lifeline a side, an arrow a step, the text at the side of who speaks."""

from __future__ import annotations

from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mailedu.tui.view import View


class Ladder(ScrollView, can_focus=True):
    """One page a conversation; it grows down from the top, and then scrolls by a row."""

    DEFAULT_CSS = "Ladder { height: 1fr; }"

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, n: int) -> None:
            super().__init__()
            self.n = n

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._view: View | None = None
        self.reserve = 2
        """Rows below the present one that stay free: for the hint, or for a card."""

    def show(self, view: View) -> None:
        self._view = view
        self.refresh()

    @property
    def present_row(self) -> int:
        """The row of the present step, counted from the top of what is seen."""
        return 0

    def render_line(self, y: int) -> Strip:
        return Strip.blank(self.size.width)
