"""The pane bytes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from mailedu.tui.view import View


class BytesPane(VerticalScroll):
    """The pane bytes."""

    def compose(self) -> ComposeResult:
        yield Static("bytes", markup=False)

    def show(self, view: View) -> None:
        self.query_one(Static).update("bytes")
