"""The whole idea in one line: a letter, four who have a hand in it, and what happens between them."""

from __future__ import annotations

from typing import Final, NamedTuple

from textual.content import Content
from textual.widget import Widget

from mailedu.visible import width

_LETTER: Final = " ✉ "


class _Form(NamedTuple):
    """Who has a hand in it, and what happens between them."""

    hands: tuple[str, str, str, str]
    wires: tuple[str, str, str]

    def rest(self, cells: int) -> int:
        """Cells that are left for the lines of the arrows."""
        return cells - width(_LETTER) - 1 - sum(map(width, self.hands)) - sum(width(wire) + 5 for wire in self.wires)


#: From the longest to the shortest.
_FORMS: Final = (
    _Form(("Alice", "her mail server", "his mail server", "Bob"), ("2 submit", "3 deliver", "5 read")),
    _Form(("Alice", "her server", "his server", "Bob"), ("2 submit", "3 deliver", "5 read")),
    _Form(("Alice", "her server", "his server", "Bob"), ("2", "3", "5")),
)


class Idea(Widget):
    """`✉ Alice ── 2 submit ──► her mail server ── 3 deliver ──► his mail server ── 5 read ──► Bob`."""

    DEFAULT_CSS = "Idea { height: 1; padding: 0 1; }"

    def render(self) -> Content:
        return idea(self.size.width)


def idea(cells: int) -> Content:
    """The line, as wide as `cells`, if these are at least 57."""
    form = next((form for form in _FORMS if form.rest(cells) >= 6), _FORMS[-1])
    rest = max(form.rest(cells), 0)
    pieces: list[str | tuple[str, str]] = [(_LETTER, "$letter-fg on $letter-bg"), " "]
    for at, (hand, wire) in enumerate(zip(form.hands, form.wires, strict=False)):
        line = rest // 3 + (at < rest % 3)
        before, behind = "─" * (line // 2), "─" * (line - line // 2)
        pieces += [(hand, "bold" if at == 0 else ""), " ", (before, "$line"), " ", (wire, "$quiet"), " "]
        pieces += [(behind, "$line"), ("►", "$quiet"), " "]
    return Content.assemble(*pieces, (form.hands[-1], "bold"))
