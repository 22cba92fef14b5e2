"""A word to be found, typed in the place of the key bar."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from mailedu.tui.widgets.entry import Entry


class FindLine(Horizontal):
    """Shown while its screen has the class -finding."""

    SCOPED_CSS = False  # it takes the key bar's place
    DEFAULT_CSS = """
    FindLine { display: none; height: 1; padding: 0 1; background: $band; }
    FindLine Static { color: $accent; text-style: bold; }
    FindLine Entry { width: 1fr; background: $band; }
    .-finding FindLine { display: block; }
    .-finding KeyBar { display: none; }
    """

    def __init__(self, placeholder: str, label: str = "find") -> None:
        super().__init__()
        self._placeholder = placeholder
        self._label = label

    def compose(self) -> ComposeResult:
        label = Static(self._label)
        label.styles.width = label.styles.min_width = len(self._label) + 1
        yield label
        yield Entry(id="find", placeholder=self._placeholder)

    @property
    def entry(self) -> Entry:
        """Where the word is typed."""
        return self.query_one(Entry)

    def open(self) -> None:
        """Show it, and give it the keys."""
        self.screen.add_class("-finding")
        self.entry.focus()

    def close(self) -> bool:
        """Hide it; False if it was not shown. Whoever had the keys before gets them from the screen."""
        if not self.screen.has_class("-finding"):
            return False
        self.screen.remove_class("-finding")
        return True
