"""A few lines that answer a key, where the key bar has too little room for them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from mailedu.text.screen import wrapped
from mailedu.visible import visible


class NoteCard(Widget):
    """Shown right below the present row."""

    DEFAULT_CSS = """
    NoteCard {
        layer: card; position: absolute; height: auto; padding: 0 1; background: $surface;
        border: solid $accent; border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet;
    }
    """

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self.border_title = Content(title)
        self.border_subtitle = Content.assemble(
            ("p", "bold $accent"), " back   ", ("m", "bold $accent"), " message   ", ("q", "bold $accent"), " leave"
        )
        self._lines = [visible(line) for line in lines]

    @property
    def rows(self) -> int:
        """How high it may be, frame included."""
        return 2 * len(self._lines) + 2

    def render(self) -> Content:
        room = max(self.content_size.width, 20)
        return Content("\n").join(Content(row) for line in self._lines for row in wrapped(line, room))
