"""The pane message."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from mailedu.tui.view import View


class MessagePane(VerticalScroll):
    """The pane message."""

    def compose(self) -> ComposeResult:
        yield Static("message", markup=False)

    def show(self, view: View) -> None:
        self.query_one(Static).update("message")
