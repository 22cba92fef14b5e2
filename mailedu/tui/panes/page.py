"""A pane of rows: made when it is shown, from nothing but the view and the room there is, and scrolled if need be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from mailedu.tui.view import View

#: Panes below the conversation are so wide, and what they tell is made to fit them; beside it they are narrower.
_NARROW, _FULL = 40, 58
#: Cells under which nothing is laid out.
_LEAST = 16


class _Look(NamedTuple):
    """How text is painted in a theme."""

    theme: str
    base: Style
    ground: RichStyle
    parse: Callable[[str | Style], Style]


class _Seen(NamedTuple):
    """What a pane shows: the content of each row, and what decides the rest of how they are painted."""

    room: tuple[int, int]
    top: int
    scrolled: int
    """How many rows there are in all, if there is a bar to tell it."""
    rows: Sequence[Content | None]


class Page(ScrollView, can_focus=True, inherit_bindings=False):
    """What a pane that shows text is made of: a subclass says its `rows`.

    It keeps no more keys than it needs: home, end, ← and → stay the player's.
    """

    # No scrollbar of Textual's: where one comes, or the number of rows changes, it lays out the whole screen anew.
    DEFAULT_CSS = "Page { overflow: hidden hidden; background: transparent; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "up", show=False),
        Binding("down", "scroll_down", "down", show=False),
        Binding("pageup", "page_up", "page up", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: View | None = None
        self._rows: Sequence[Content] = ()
        self._fixed = 0
        self._begins = False
        self._moved = False
        self._laid_out = (0, 0)
        self._seen: _Seen | None = None
        self._styled: _Look | None = None

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        """What is shown in so many cells and rows: a content a row, none longer than `width`. More rows scroll."""
        return ()

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
        self._rows = self.rows(self._view, width, height)
        self._fixed = self.fixed(self._view, height)
        self._laid_out = (width, height)
        if self._begins or not self._moved:
            self.scroll_to(y=self.top(self._view, len(self._rows), height), animate=False, force=True)
            self._begins = self._moved = False
        self._repaint()

    def _repaint(self) -> None:
        """Paint the rows that are others than before: to paint a row takes far longer than to compare it."""
        count, height = len(self._rows), self._laid_out[1]
        scrolled = count if count > height else 0
        now = _Seen(self._laid_out, self.scroll_offset.y, scrolled, [self._row(y) for y in range(height)])
        before, self._seen = self._seen, now
        if before is None or before[:-1] != now[:-1]:
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before.rows, now.rows, strict=True)) if not _same(old, new)]
        if changed:
            self.refresh(*(Region(0, y, self.content_size.width, 1) for y in changed))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Where the learner scrolls to is kept; what a change of size does to it is not the learner's doing."""
        super().watch_scroll_y(old_value, new_value)
        self._moved |= self._room() == self._laid_out

    @property
    def max_scroll_y(self) -> int:
        return max(0, len(self._rows) - self._room()[1])

    @property
    def allow_vertical_scroll(self) -> bool:
        return self.max_scroll_y > 0

    def _room(self) -> tuple[int, int]:
        """Cells and rows for the text. The last column is the bar's, or stays blank; where there is room, a blank
        stands before it.
        """
        size = self.content_size
        return size.width - (1 if size.width > _FULL or size.width < _NARROW else 2), size.height

    def on_resize(self, event: Resize) -> None:
        self.lay_out()

    def _row(self, y: int) -> Content | None:
        """The content of a row at its place; None below the last."""
        at = y if y < self._fixed else y + self.scroll_offset.y
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def render_line(self, y: int) -> Strip:
        """A row at its place. `Visual.to_strips` would do for any content, at ten times the cost for one row."""
        width, height = self._laid_out
        look, row = self._look(), self._row(y)
        if row is None or width <= 0:
            strip = Strip.blank(max(width, 0), look.ground)
        else:
            pieces = [Segment(text, style.rich_style) for text, style in row.render(look.base, "", look.parse)]
            strip = Strip(pieces, row.cell_length).adjust_cell_length(width, look.ground)
        return Strip([*strip, self._bar(y, height, look)], strip.cell_length + 1)

    def _look(self) -> _Look:
        """The styles as they are now; they change with the theme."""
        if self._styled is None or self._styled.theme != self.app.theme:
            variables = self.app.theme_variables

            @cache
            def parse(style: str | Style) -> Style:
                return style if isinstance(style, Style) else Style.parse(style, variables)

            self._styled = _Look(self.app.theme, self.visual_style, self.rich_style, parse)
        return self._styled

    def _bar(self, y: int, height: int, look: _Look) -> Segment:
        """The cell of the scroll bar in a row: where what is seen lies among all rows; blank where all is seen."""
        more = len(self._rows) - height
        if more <= 0:
            return Segment(" ", look.ground)
        long = max(1, height * height // len(self._rows))
        start = round((height - long) * self.scroll_offset.y / more)
        here = start <= y < start + long
        style = look.parse("$accent" if here and self.has_focus else "$quiet" if here else "$line")
        return Segment("┃" if here else "│", look.ground + style.rich_style)


def _same(one: Content | None, other: Content | None) -> bool:
    """Whether two rows are painted the same: `==` compares no more than their text."""
    return one is other if one is None or other is None else one.is_same(other)
