"""The pane packets."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from mailedu.tui.view import View


class PacketsPane(VerticalScroll):
    """The pane packets."""

    def compose(self) -> ComposeResult:
        yield Static("packets", markup=False)

    def show(self, view: View) -> None:
        self.query_one(Static).update("packets")
