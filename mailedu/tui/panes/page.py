"""A pane of rows: made when it is shown, from nothing but the view and the room there is, and scrolled if need be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from mailedu.tui.view import View

#: Cells under which nothing is laid out.
_LEAST = 16


class Page(ScrollView, can_focus=True, inherit_bindings=False):
    """What a pane that shows text is made of: a subclass says its `rows`.

    It keeps no more keys than it needs: home, end, ← and → stay the player's.
    """

    DEFAULT_CSS = """
    Page { overflow-x: hidden; overflow-y: auto; background: transparent; }
    Page:focus { scrollbar-color: $accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "up", show=False),
        Binding("down", "scroll_down", "down", show=False),
        Binding("pageup", "page_up", "page up", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._view: View | None = None
        self._rows: Sequence[Content] = ()
        self._fixed = 0
        self._begins = False
        self._moved = False
        self._laid_out = (0, 0)

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        """What is shown in so many cells and rows: a content a row, none longer than `width`. More rows scroll."""
        raise NotImplementedError

    def top(self, view: View, rows: int, height: int) -> int:
        """The row at the top when a moment is first shown."""
        return 0

    def fixed(self, view: View, height: int) -> int:
        """How many of the first rows stay where they are while the others scroll."""
        return 0

    def allow_focus(self) -> bool:
        """Where all is seen, there is nothing to do."""
        return super().allow_focus() and len(self._rows) > self._room()[1]

    def show(self, view: View) -> None:
        """Show a moment of the player; where it was scrolled to is kept while it is the same."""
        shown = self._view
        self._begins |= shown is None or shown[:3] != view[:3]  # another journey, step, or secret
        self._view = view
        self.lay_out()

    def lay_out(self) -> None:
        """Make the rows for the room that there is now."""
        width, height = self._room()
        if self._view is None or width < _LEAST or height <= 0:
            return
        rows = self.rows(self._view, width, height)
        if len(rows) > height:  # a scroll bar will take its column
            rows = self.rows(self._view, width - self.styles.scrollbar_size_vertical, height)
        self._rows = rows
        self._fixed = self.fixed(self._view, height)
        self.virtual_size = Size(0, max(len(rows), height))  # where it changes, the whole screen is laid out anew
        if self._begins or not self._moved:
            self.scroll_to(y=self.top(self._view, len(rows), height), animate=False, force=True)
            self._begins = self._moved = False
        self._laid_out = (width, height)
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Where the learner scrolls to is kept; what a change of size does to it is not the learner's doing."""
        super().watch_scroll_y(old_value, new_value)
        self._moved |= self._room() == self._laid_out

    def _room(self) -> tuple[int, int]:
        size = self.scrollable_content_region.size
        bar = self.styles.scrollbar_size_vertical if self.show_vertical_scrollbar else 0
        return size.width + bar, size.height

    def on_resize(self, event: Resize) -> None:
        self.lay_out()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        at = y if y < self._fixed else y + self.scroll_offset.y
        if not 0 <= at < len(self._rows) or width <= 0:
            return Strip.blank(width, self.rich_style)
        strips = Visual.to_strips(self, self._rows[at], width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width, self.rich_style)
