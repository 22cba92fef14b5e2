"""What can be looked at beside the conversation: explain, bytes, state, message, packets, mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from mailedu.tui.view import View


class Shows(Protocol):
    """A part of the player."""

    def show(self, view: View) -> None:
        """Show a moment of it."""


class Named(NamedTuple):
    """A pane as the tabs name it."""

    name: str
    title: str
    key: str


#: In the order of the tabs.
PANES: Final = (
    Named("explain", "Explain", "x"),
    Named("bytes", "Bytes", "y"),
    Named("state", "State", "s"),
    Named("message", "Message", "m"),
    Named("packets", "Packets", "k"),
    Named("mailbox", "Mailbox", "l"),
)
