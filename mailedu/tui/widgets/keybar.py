"""The last row: the keys that matter now, or a line that says what a key has done. A click on one is its key."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from mailedu.tui.keys import Key
from mailedu.visible import clip, visible, width

#: Between two keys.
GAP = "  "


class KeyBar(Widget):
    """`n next  p back  space play`, as many as there is room for."""

    DEFAULT_CSS = "KeyBar { height: 1; padding: 0 1; }"

    def __init__(self, keys: Sequence[Key] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.keys = tuple(keys)
        self._said = ("", "", "")
        self.auto_links = False  # a key that can be clicked keeps its own colours

    def show(self, keys: Sequence[Key]) -> None:
        """These keys from now on."""
        if tuple(keys) != self.keys:
            self.keys = tuple(keys)
            self.refresh()

    def say(self, text: str, sign: str = "", style: str = "") -> None:
        """A line in their place; an empty one brings the keys back."""
        if (text, sign, style) != self._said:
            self._said = (text, sign, style)
            self.refresh()

    @property
    def said(self) -> str:
        """The line that is shown in the place of the keys, if one is."""
        return self._said[0]

    def render(self) -> Content:
        text, sign, style = self._said
        if text:
            head = f"{sign} " if sign else ""
            return Content.assemble(
                (head, style or "$accent"), (clip(visible(text), self.size.width - width(head)), "$foreground")
            )
        return Content(GAP).join(self._piece(key) for key in self._fitting())

    def _fitting(self) -> list[Key]:
        """As many as there is room for; the last two, help and the way out, are there as long as may be."""
        chosen = list(self.keys)
        while len(chosen) > 1 and _cells(chosen) > self.size.width:
            del chosen[-3 if len(chosen) > 2 else -1]
        return chosen

    def _piece(self, key: Key) -> Content:
        click = f"screen.press_key('{key.keys.partition(',')[0]}')" if key.keys else key.action
        return Content.assemble((key.shown, "bold $accent"), " ", (key.word, "$quiet")).stylize(f"@click={click}")


def _cells(keys: Sequence[Key]) -> int:
    return sum(width(f"{key.shown} {key.word}") for key in keys) + len(GAP) * (len(keys) - 1)
