"""The last row: the keys that matter now. A click on one is its key."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from mailedu.tui.keys import Key

#: Between two keys.
GAP = "  "


class KeyBar(Widget):
    """`n next  p back  space play`, as many as there is room for."""

    DEFAULT_CSS = "KeyBar { height: 1; padding: 0 1; }"

    def __init__(self, keys: Sequence[Key] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.keys = tuple(keys)

    def show(self, keys: Sequence[Key]) -> None:
        if tuple(keys) != self.keys:
            self.keys = tuple(keys)
            self.refresh()

    def render(self) -> Content:
        pieces: list[Content] = []
        for key in self.keys:
            piece = Content.assemble((key.shown, "bold $accent"), " ", (key.word, "$quiet"))
            pieces.append(piece.stylize(f"@click=screen.press_key('{key.keys.partition(',')[0]}')"))
        return Content(GAP).join(pieces)
