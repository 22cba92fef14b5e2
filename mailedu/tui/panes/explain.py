"""The pane explain."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from mailedu.tui.view import View


class ExplainPane(VerticalScroll):
    """The pane explain."""

    def compose(self) -> ComposeResult:
        yield Static("explain", markup=False)

    def show(self, view: View) -> None:
        self.query_one(Static).update("explain")
