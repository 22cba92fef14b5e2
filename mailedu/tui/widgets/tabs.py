"""The names of the panes; the underlined letter is the key. One row, or two with a bar where there is room."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from mailedu.tui.panes import PANES

_GAP = 2


class PaneTabs(Widget, can_focus=True):
    """Which pane is open."""

    SCOPED_CSS = False  # the size is the screen's
    DEFAULT_CSS = """
    PaneTabs { height: 1; padding: 0 1; }
    .-wide PaneTabs { height: 2; }
    .-huge PaneTabs { height: 2; }
    """
    current: reactive[str] = reactive("explain")

    class Chosen(Message):
        """A pane was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def render(self) -> Content:
        pieces: list[Content] = []
        bar: list[Content] = []
        for pane in PANES:
            at = pane.title.lower().index(pane.key)
            here = pane.name == self.current
            style = "bold $foreground" if here else "$quiet"
            if here and self.size.height == 1:
                style += " on $band"
            if here and self.has_focus:
                style = "bold $accent" + (" on $band" if self.size.height == 1 else "")
            edge = " " if self.size.height == 1 else ""
            pieces.append(
                Content.assemble(
                    (edge + pane.title[:at], style),
                    (pane.title[at], f"{style} underline"),
                    (pane.title[at + 1 :] + edge, style),
                )
            )
            mark = ("━" * len(pane.title), "$accent") if here else ("─" * len(pane.title), "$line")
            bar.append(Content.assemble(mark))
        if self.size.height == 1:
            return Content("").join(pieces)
        gap = " " * _GAP
        line = Content.assemble(("─" * _GAP, "$line")).join(bar)
        rest = max(self.size.width - line.cell_length, 0)
        return Content.assemble(Content(gap).join(pieces), "\n", line, ("─" * rest, "$line"))

    def on_click(self, event: Click) -> None:
        at = 0
        narrow = self.size.height == 1
        x = event.get_content_offset_capture(self).x
        for pane in PANES:
            wide = len(pane.title) + (2 if narrow else _GAP)
            if at <= x < at + wide:
                self.post_message(self.Chosen(pane.name))
                return
            at += wide
