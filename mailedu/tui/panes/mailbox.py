"""The pane mailbox."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from mailedu.tui.view import View


class MailboxPane(VerticalScroll):
    """The pane mailbox."""

    def compose(self) -> ComposeResult:
        yield Static("mailbox", markup=False)

    def show(self, view: View) -> None:
        self.query_one(Static).update("mailbox")
