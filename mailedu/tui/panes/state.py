"""The pane state."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from mailedu.tui.view import View


class StatePane(VerticalScroll):
    """The pane state."""

    def compose(self) -> ComposeResult:
        yield Static("state", markup=False)

    def show(self, view: View) -> None:
        self.query_one(Static).update("state")
