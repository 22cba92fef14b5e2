"""The conversation as a ladder: a lifeline a side, an arrow a step, the text at the side of who speaks.

Row 0 of a page is its rule, row i its step i; then comes the hint. What is not seen is not made: a row is painted when
the terminal needs it, no step has a widget, and no more than a few screens of rows are kept.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mailedu.agents.actions import Action, Link
from mailedu.journey.journey import Journey
from mailedu.journey.step import Kind
from mailedu.tui.view import View
from mailedu.tui.widgets.pages import Page, pages_of
from mailedu.tui.widgets.rungs import Columns, Inks, Mark, Piece, future, left_of, rule, rung
from mailedu.visible import visible

#: Rows that are kept as they were painted.
_PAINTED: Final = 256


class Ladder(ScrollView, can_focus=True, inherit_bindings=False):
    """One page a conversation; it grows down from the top, and then scrolls by a row."""

    DEFAULT_CSS = "Ladder { height: 1fr; overflow: hidden hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [  # home, end, left and right are the player's
        Binding("up", "scroll(-1)", "up", show=False),
        Binding("down", "scroll(1)", "down", show=False),
        Binding("pageup", "scroll_page(-1)", "page up", show=False),
        Binding("pagedown", "scroll_page(1)", "page down", show=False),
    ]

    class Chosen(Message):
        """The row of another step was clicked."""

        def __init__(self, n: int) -> None:
            super().__init__()
            self.n = n

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: View | None = None
        self._page: Page | None = None
        self._reserve = 2
        self._painted: dict[tuple[int, Mark], Strip] = {}
        self._painted_in: tuple[Journey, Inks, Columns] | None = None
        self._height = 0
        self._back = 0
        self._inks: Inks | None = None
        self._theme = ""

    # What the player asks and sets ------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Bring the present step into sight; if nothing scrolls, only the rows that change are painted."""
        old, self._view = self._view, view
        page = pages_of(view.journey).at(view.n)
        same = old is not None and page is self._page and old._replace(n=view.n, scene=view.scene) == view
        top = self.scroll_offset.y
        self._page = page
        self._place()
        if same and old is not None and top == self.scroll_offset.y:
            rows = sorted(n - page.first + 1 for n in (old.n, view.n))
            self.refresh_lines(rows[0], rows[1] - rows[0] + 2)
        else:
            self.refresh()

    @property
    def reserve(self) -> int:
        """Rows below the present one that stay free: for the hint, or for a card. To set it scrolls what is needed."""
        return self._reserve

    @reserve.setter
    def reserve(self, rows: int) -> None:
        if rows != self._reserve:
            self._reserve = rows
            self._place()

    @property
    def present_row(self) -> int:
        """The row of the present step, counted from the top of what is seen; outside of it after a scroll by hand."""
        return self._present - self.scroll_offset.y

    @property
    def left_edge(self) -> int:
        """The column of the left lifeline. Text of the client begins two columns right of it."""
        return self._columns.left

    @property
    def right_edge(self) -> int:
        """The column of the right lifeline, even if none is drawn. Text of the server ends two columns left of it."""
        return self._columns.right

    @property
    def is_transcript(self) -> bool:
        """Whether there is no room for a ladder, so that all text stands at the left and there is no right lifeline."""
        return self._columns.is_transcript

    # Scrolling --------------------------------------------------------------------------------------------------------

    @property
    def _present(self) -> int:
        """The row of the present step on its page."""
        return self._view.n - self._page.first + 1 if self._view is not None and self._page is not None else 0

    @property
    def max_scroll_y(self) -> int:
        """Rows above what is seen when the present step has its place."""
        return max(0, min(self._present, self._present + 1 + self._reserve - self.size.height))

    @property
    def allow_vertical_scroll(self) -> bool:
        """Without a scrollbar too: it would take a column as soon as the page is full."""
        return self.max_scroll_y > 0

    def _place(self, back: int = 0) -> None:
        """Scroll to the present step, or `back` rows above that."""
        self._height, self._back = self.size.height, back
        self.scroll_to(y=self.max_scroll_y - back, animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Note how far one has looked back; not while a new size pulls at it."""
        super().watch_scroll_y(old_value, new_value)
        if self._height == self.size.height:
            self._back = self.max_scroll_y - round(new_value)

    def on_resize(self, event: Resize) -> None:
        """Who has looked back stays as far back."""
        self._place(self._back)

    def action_scroll(self, rows: int) -> None:
        """Look up or down the page; the step stays."""
        if not self.allow_vertical_scroll:
            raise SkipAction
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        self.action_scroll(pages * max(1, self.size.height - 1))

    def on_click(self, event: Click) -> None:
        """A row is its step, the hint its key."""
        if self._view is None or self._page is None:
            return
        n = self._page.first + event.get_content_offset_capture(self).y + self.scroll_offset.y - 1
        if self._page.first <= n < self._view.n:
            self.post_message(self.Chosen(n))
        elif n == self._view.n + 1:
            self.app.simulate_key("n")

    # Painting ---------------------------------------------------------------------------------------------------------

    @property
    def _columns(self) -> Columns:
        view, page = self._view, self._page
        return Columns(self.size.width, left_of(len(view.journey) if view else 1), bool(page and page.leg.peer))

    @property
    def _colours(self) -> Inks:
        if self._inks is None or self._theme != self.app.theme:
            self._theme, self._inks = self.app.theme, Inks(self.app.get_css_variables())
        return self._inks

    def render_line(self, y: int) -> Strip:
        """Row `y` of what is seen."""
        if self._view is None or self._page is None:
            return Strip.blank(self.size.width, self.rich_style)
        view, page, row = self._view, self._page, y + self.scroll_offset.y
        n = page.first + row - 1
        if not page.first <= n <= view.n:
            return self._whole(self._row(view, page, row))
        # A full page scrolls by a row at each step, and most of its rows are those that were painted before.
        mark, columns, inks = _mark(view, n), self._columns, self._colours
        if self._painted_in != (view.journey, inks, columns) or len(self._painted) > _PAINTED:
            self._painted_in = (view.journey, inks, columns)
            self._painted.clear()
        strip = self._painted.get((n, mark))
        if strip is None:
            strip = self._painted[n, mark] = self._whole(rung(view.journey.step(n), mark, columns, inks))
        return strip

    def _whole(self, segments: list[Segment]) -> Strip:
        return Strip(segments).adjust_cell_length(self.size.width).apply_style(self.rich_style)

    def _row(self, view: View, page: Page, row: int) -> list[Segment]:
        """The rule of the page, the hint, or the future."""
        columns, inks = self._columns, self._colours
        if row == 0:
            return rule(page.title, columns, inks)
        n = page.first + row - 1
        if n > view.n + 1:
            return future(columns, inks)
        said, at_right = _hint(view)
        return future(columns, inks, said, at_right=at_right)


def _mark(view: View, n: int) -> Mark:
    """What the gutter and the row show besides the step."""
    step, pages = view.journey.step(n), pages_of(view.journey)
    present = n == view.n
    sign = ""
    if view.changed:
        first = pages.first_other
        sign = "✎" if step.edited else "≠" if n == first else "│" if n > first else ""
    packets = pages.packets[n] if step.kind is Kind.LINK else 0
    return Mark(present, present and view.hidden, sign, packets)


def _hint(view: View) -> tuple[tuple[Piece, ...], bool]:
    """Who is next, not what; and whether that is the server, at the right."""
    if view.hidden:
        return _key("just show it"), True
    if view.n == len(view.journey):
        read = (("m", "accent!"), ("  reads it   ", "quiet")) if view.step.verb == Action.READ else ()
        return (*read, ("end of the journey", "quiet")), False
    step, following = view.step, view.journey.step(view.n + 1)
    turn = view.scene.who_is_next
    if following.leg != step.leg or following.kind is Kind.ACTION:
        return _key(f"{visible(view.name_of(following.leg.actor))} goes on"), False
    if turn == "server":
        does = "greets" if step.verb == Link.CONNECT else "goes on" if step.kind is Kind.REPLY else "answers"
        return _key(f"the server {does}"), True
    if turn == "client" or following.kind is not Kind.LINK:
        return _key(f"the client {'goes on' if step.kind in (Kind.COMMAND, Kind.DATA) else 'speaks'}"), False
    return _key("both hang up"), False


def _key(what: str) -> tuple[Piece, ...]:
    return ("n", "accent!"), (f"  {what}", "quiet")
