"""Where something is typed: one line, or a text. What was pasted may hold anything, and is shown sign by sign."""

from __future__ import annotations

from unicodedata import category

from rich.text import Text
from textual.events import Paste
from textual.widgets import Input, TextArea

from mailedu.visible import MAX_MARKS, visible

#: For what has no sign of one cell.
_UNKNOWN = "\ufffd"


def signs(text: str) -> str:
    """As many characters as `text` has, none of which steers a terminal: so the cursor stands where it should."""
    if visible(text) == text:
        return text
    out: list[str] = []
    marks = 0
    for character in text:
        shown = visible("a" + character)[1:]
        marks = marks + 1 if category(character) in ("Mn", "Me") else 0
        out.append(shown if len(shown) == 1 and marks <= MAX_MARKS else _UNKNOWN)
    return "".join(out)


class Entry(Input):
    """One line."""

    DEFAULT_CSS = """
    Entry { background: $surface; }
    Entry.-textual-compact { padding: 0 1; }
    Entry:focus { background: $band; background-tint: transparent; }
    Entry > .input--placeholder, Entry > .input--suggestion { color: $quiet; }
    Entry:focus > .input--selection { background: $accent; color: $background; }
    """

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, select_on_focus=False, id=id)

    @property
    def _value(self) -> Text:
        return Text(signs(self.value), no_wrap=True, overflow="ignore", end="")

    def _on_paste(self, event: Paste) -> None:
        """All that was pasted, in one line."""
        event.prevent_default()
        event.stop()
        start, end = sorted(self.selection)
        self.replace(" ".join(event.text.split("\n")).replace("\r", ""), start, end)


class Prose(TextArea):
    """A text of several lines."""

    DEFAULT_CSS = """
    Prose { background: $surface; padding: 0 1; border: none; scrollbar-size-vertical: 1; }
    Prose:focus { border: none; background: $band; background-tint: transparent; }
    Prose .text-area--cursor-line { background: transparent; }
    Prose .text-area--cursor { background: $foreground; color: $background; }
    Prose .text-area--selection { background: $accent; color: $background; }
    Prose .text-area--placeholder { color: $quiet; }
    """

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(text, compact=True, highlight_cursor_line=False, placeholder=placeholder, id=id)

    def get_line(self, line_index: int) -> Text:
        pieces = self.document.get_line(line_index).split("\t")  # a tab is room, which the area makes itself
        return Text("\t".join(map(signs, pieces)), end="", no_wrap=True)
