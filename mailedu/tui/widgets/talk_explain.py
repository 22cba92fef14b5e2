"""What the last line and its reply mean."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from mailedu.explain import Explanation
from mailedu.machine import Kind
from mailedu.text.card import citations
from mailedu.text.screen import wrapped
from mailedu.tui.widgets.talk_turns import Turn
from mailedu.visible import clip, visible, width

#: Rows from which on there is room between what is said.
_ROOMY = 14


class TalkExplain(VerticalScroll):
    """Title, what, why and where it is written, of a line and of its reply."""

    SCOPED_CSS = False  # the size is the screen's
    DEFAULT_CSS = """
    TalkExplain { height: 8; padding: 0 1; scrollbar-size-vertical: 1; }
    .-wide TalkExplain { height: 1fr; }
    .-huge TalkExplain { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._turn: Turn | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="meaning", markup=False)

    def show(self, turn: Turn) -> None:
        self._turn = turn
        self._fill()
        self.scroll_home(animate=False)

    def on_resize(self, event: Resize) -> None:
        self._fill()

    def _fill(self) -> None:
        cells = self.size.width - 2
        if self._turn is not None and cells > 10:
            roomy = self.size.height >= _ROOMY
            self.query_one("#meaning", Static).update(meaning(self._turn, cells, roomy))


def meaning(turn: Turn, cells: int, roomy: bool) -> Content:
    """What is to be said, in rows of at most `cells` cells; `roomy`: with gaps, and what has changed since."""
    rows: list[Content] = []
    for kind, told in turn.meanings():
        if rows and roomy:
            rows.append(Content(""))
        rows += _one(kind, told, cells, roomy)
    return Content("\n").join(rows)


def _one(kind: Kind, told: Explanation, cells: int, roomy: bool) -> list[Content]:
    sign, style = ("◄ ", "bold $server") if kind is Kind.REPLY else ("► ", "bold $client")
    title = clip(visible(told.title), cells - 2)
    written = citations(told.rfc)
    what, why = visible(told.what), visible(told.why)
    if roomy:
        rows = [Content.assemble((sign, style), (title, "bold"))]
        for text in (what, why):
            rows += (Content(line) for line in wrapped(text, cells))
        for label, text in (("Today", visible(told.today)), ("See", written)):
            if text:
                first, *more = wrapped(text, cells - 7)
                rows.append(Content.assemble((f"{label:<7}", "$quiet"), first))
                rows += (Content(" " * 7 + line) for line in more)
        return rows
    written = clip(written, max(cells - width(title) - 4, 0))
    gap = " " * max(cells - 2 - width(title) - width(written), 1)
    head = Content.assemble((sign, style), (title, "bold"), gap, (written, "$quiet"))
    return [head, *(Content(line) for line in wrapped(f"{what} {why}", cells))]
