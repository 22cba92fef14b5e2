"""Rows that are painted when they are seen, and of which one has the cursor. Knows no exercise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar, Final

from rich.segment import Segment
from textual.app import App
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Region
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

#: In front of each row: ► at the cursor, ◆ at what is spoken of, ►◆ at both.
GUTTER: Final = 3
#: Theme -> what makes styles in it.
_PARSERS: Final[dict[str, Callable[[str | Style], Style]]] = {}
HERE: Final = "►"
SPOKEN_OF: Final = "◆"


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """A list of rows. A subclass makes them in `made`, for the cells that there are."""

    DEFAULT_CSS = "Lines { overflow: hidden hidden; background: transparent; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1)", show=False),
        Binding("down", "walk(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("enter", "take", show=False),
    ]

    class Moved(Message):
        """The cursor stands elsewhere."""

    class Taken(Message):
        """Enter, at the row of the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = -1
        """Index of a row; -1: in none."""
        self.spoken_of = -1
        """Index of the row that a feedback speaks of; -1: of none."""
        self.good = False
        """What is spoken of is said to a right answer."""
        self._rows: Sequence[Content] = ()
        self._made_for = -1

    def made(self, cells: int) -> Sequence[Content]:
        """The rows, none longer than `cells`."""
        return ()

    def heading(self, cells: int) -> Content | None:
        """What stands above them and does not scroll."""
        return None

    @property
    def has_heading(self) -> bool:
        """Whether there is one."""
        return False

    def remake(self) -> None:
        """The rows are others than before."""
        self._made_for = -1
        self._layout()

    def _layout(self) -> None:
        cells = self._cells
        if cells < 1:
            return
        if self._made_for != cells:
            self._made_for = cells
            self._rows = self.made(max(cells - GUTTER, 1))
            if self.has_focus and self.cursor < 0:  # the keys came before there were rows
                self.go(max(self.spoken_of, 0))
        self.reveal()
        self.refresh()

    @property
    def _cells(self) -> int:
        return self.content_size.width - 1  # the last column is the bar's

    @property
    def _height(self) -> int:
        return max(self.content_size.height - self._above, 0)

    @property
    def _above(self) -> int:
        return 1 if self.content_size.height > 8 and self.has_heading else 0

    def on_resize(self, event: Resize) -> None:
        self._layout()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def max_scroll_y(self) -> int:
        return max(0, len(self._rows) - self._height)

    @property
    def allow_vertical_scroll(self) -> bool:
        return self.max_scroll_y > 0

    # Where the cursor is ----------------------------------------------------------------------------------------------

    def go(self, at: int) -> None:
        """Put the cursor into a row."""
        last = len(self._rows) - 1
        at = max(0, min(at, last)) if last >= 0 else -1
        before, top = self.cursor, self.scroll_offset.y
        if at != before:
            self.cursor = at
            self.post_message(self.Moved())
        self.reveal()
        if self.scroll_offset.y != top:
            self.refresh()
        else:  # to paint a row costs far more than to know which ones changed
            rows = (self._above + one - top for one in (before, at) if one >= 0)
            self.refresh(*(Region(0, y, self.content_size.width, 1) for y in rows))

    def reveal(self) -> None:
        """Scroll so that the cursor, else what is spoken of, is seen, with a row before and behind it."""
        at = self.cursor if self.cursor >= 0 else self.spoken_of
        if at < 0 or self._height < 1:
            return
        top, around = self.scroll_offset.y, 1 if self._height > 4 else 0
        if at - around < top:
            top = at - around
        elif at + around >= top + self._height:
            top = at + around - self._height + 1
        self.scroll_to(y=max(0, min(top, self.max_scroll_y)), animate=False, force=True)

    def action_walk(self, by: int) -> None:
        self.go(self.cursor + by if self.cursor >= 0 else max(self.spoken_of, 0) if by > 0 else self.spoken_of)

    def action_page(self, by: int) -> None:
        self.go(self.cursor + by * max(self._height - 1, 1))

    def action_first(self) -> None:
        self.go(0)

    def action_last(self) -> None:
        self.go(len(self._rows) - 1)

    def action_take(self) -> None:
        self.post_message(self.Taken())

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            at = offset.y - self._above + self.scroll_offset.y
            if offset.y >= self._above and at < len(self._rows):
                self.go(at)

    def on_focus(self) -> None:
        if self.cursor < 0:
            self.go(max(self.spoken_of, 0))

    # Painting ---------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        cells = max(self._cells, 0)
        if y < self._above:
            head = self.heading(max(cells - GUTTER, 1))
            row, at = (head or Content("")), -2
        else:
            at = y - self._above + self.scroll_offset.y
            if at >= len(self._rows):
                return Strip.blank(self.content_size.width, self.rich_style)
            row = self._rows[at]
        return self._painted(row, at, y, cells)

    def _painted(self, row: Content, at: int, y: int, cells: int) -> Strip:
        is_here, is_spoken_of = at >= 0 and at == self.cursor, at >= 0 and at == self.spoken_of
        told = "bold $success" if self.good else "bold $error"
        if is_here and is_spoken_of:
            gutter = [(HERE, "bold $accent"), (SPOKEN_OF, told), (" ", "")]
        elif is_here or is_spoken_of:
            gutter = [(" ", ""), (HERE, "bold $accent") if is_here else (SPOKEN_OF, told), (" ", "")]
        else:
            gutter = [("   ", "")]
        whole = Content.assemble(*gutter, row)
        whole = whole.pad_right(max(cells - whole.cell_length, 0))
        if at >= 0 and at in (self.cursor, self.spoken_of):
            whole = whole.stylize_before("on $band")
        parse = _parser(self.app)
        pieces = [Segment(text, style.rich_style) for text, style in whole.render(self.visual_style, "", parse)]
        strip = Strip(pieces, whole.cell_length).adjust_cell_length(cells, self.rich_style)
        return Strip([*strip, self._bar(y)], cells + 1)

    def _bar(self, y: int) -> Segment:
        more, height = self.max_scroll_y, self._height
        at = y - self._above
        if more <= 0 or at < 0:
            return Segment(" ", self.rich_style)
        long = max(1, height * height // len(self._rows))
        start = round((height - long) * self.scroll_offset.y / more)
        here = start <= at < start + long
        hue = _parser(self.app)("$accent" if here and self.has_focus else "$quiet" if here else "$line")
        return Segment("┃" if here else "│", self.rich_style + hue.rich_style)


def _parser(app: App[Any]) -> Callable[[str | Style], Style]:
    """What makes a style of its name, in the present theme."""
    found = _PARSERS.get(app.theme)
    if found is None:
        found = _PARSERS[app.theme] = _parser_of(app.theme_variables)
    return found


def _parser_of(known: dict[str, str]) -> Callable[[str | Style], Style]:
    @cache
    def parse(style: str | Style) -> Style:
        return style if isinstance(style, Style) else Style.parse(style, known)

    return parse
