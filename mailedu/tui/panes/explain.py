"""What a step means: its line with the names of its parts, what, why, where it leads, where it is written."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from mailedu.text import panes
from mailedu.tui.panes.page import Page
from mailedu.tui.panes.sheet import Sheet, lines
from mailedu.tui.view import View


class ExplainPane(Page):
    """The pane explain."""

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        return lines(panes.explain(view.scene, Sheet(width), False))
