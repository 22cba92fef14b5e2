"""The first row: what this is, and at its right edge a word more."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from mailedu.visible import clip, visible, width


class Title(Widget):
    """`mailedu  A letter from Alice to Bob                                   step 22 of 94`."""

    DEFAULT_CSS = "Title { height: 1; padding: 0 1; }"

    def __init__(self, text: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._text = text
        self._right = ""

    def show(self, text: str, right: str = "") -> None:
        """Foreign text is made visible here."""
        if (text, right) != (self._text, self._right):
            self._text, self._right = text, right
            self.refresh()

    def render(self) -> Content:
        right = visible(self._right)
        room = self.size.width - width("mailedu  ") - width(right) - 2
        text = clip(visible(self._text), max(room, 0))
        gap = " " * max(room - width(text) + 2, 0)
        return Content.assemble(("mailedu", "bold $accent"), "  ", (text, "bold"), gap, (right, "$quiet"))
