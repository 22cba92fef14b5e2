"""The answers offered, each with its letter: choose one, several, put them in order, match them."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.widget import Widget

from mailedu.exercise.model import Kind
from mailedu.text.screen import wrapped
from mailedu.tui.widgets.exercise_picks import Picks
from mailedu.visible import pad, visible


class _Line(NamedTuple):
    item: int
    """Index of the item; -1: none."""
    content: Content


class Options(Widget, can_focus=True):
    """Rows of `a  text`, wrapped."""

    DEFAULT_CSS = "Options { height: auto; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1)", show=False),
        Binding("down", "walk(1)", show=False),
        Binding("space", "pick", show=False),
    ]

    class Picked(Message):
        """An item was clicked, or picked with space."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        super().__init__()
        self._picks: Picks | None = None
        self.cursor = -1
        self._over = False
        self._tried: set[int] = set()

    def show(self, picks: Picks, *, over: bool, tried: set[int]) -> None:
        """These, and how they were answered; `over`: which are right may be seen."""
        if picks is not self._picks:
            self.cursor = -1
        self._picks, self._over, self._tried = picks, over, tried
        self.refresh(layout=True)

    def allow_focus(self) -> bool:
        return super().allow_focus() and self._picks is not None and bool(self._picks.texts)

    def go(self, at: int) -> None:
        """Put the cursor at an item."""
        if self._picks is not None and self._picks.texts:
            self.cursor = max(0, min(at, len(self._picks.texts) - 1))
            self.refresh()
            rows = [y for y, line in enumerate(self._lines(self.size.width)) if line.item == self.cursor]
            if rows and self.parent is not None:
                self.scroll_visible_rows(rows[0], len(rows))

    def scroll_visible_rows(self, y: int, height: int) -> None:
        """Have these rows seen, where the question is longer than its room."""
        region = Region(0, y, max(self.size.width, 1), height).translate(self.virtual_region.offset)
        if isinstance(self.parent, Widget):
            self.parent.scroll_to_region(region, animate=False, force=True)

    def action_walk(self, by: int) -> None:
        self.go(self.cursor + by if self.cursor >= 0 else 0)

    def action_pick(self) -> None:
        if self.cursor >= 0:
            self.post_message(self.Picked(self.cursor))

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        lines = self._lines(self.size.width)
        if offset is not None and 0 <= offset.y < len(lines) and lines[offset.y].item >= 0:
            self.post_message(self.Picked(lines[offset.y].item))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(line.content for line in self._lines(self.size.width))

    # Rows -------------------------------------------------------------------------------------------------------------

    def _lines(self, cells: int) -> list[_Line]:
        picks = self._picks
        if picks is None or cells < 12:
            return []
        lines: list[_Line] = []
        for at, text in enumerate(picks.texts):
            lines += self._item(picks, at, text, cells)
        if picks.partners:
            lines.append(_Line(-1, Content("")))
            for n, partner in enumerate(picks.partners, 1):
                for k, part in enumerate(wrapped(visible(partner), cells - 5)):
                    lines.append(_Line(-1, Content.assemble((f" {n}" if k == 0 else "  ", "bold $accent"), "  ", part)))
        return lines

    def _item(self, picks: Picks, at: int, text: str, cells: int) -> list[_Line]:
        box = self._box(picks, at)
        sign, hue = self._sign(picks, at)
        parts = wrapped(visible(text), max(cells - 4 - len(box) - 3, 8)) or [""]
        banded = at == self.cursor or (picks.kind is Kind.CHOICE and at in picks.taken)
        lines: list[_Line] = []
        for k, part in enumerate(parts):
            letter = "►" if at == self.cursor and self.has_focus and k == 0 else " "
            head = Content.assemble(
                (letter, "$accent"), (picks.letters[at] if k == 0 else " ", "bold $accent"), "  ",
                (box if k == 0 else " " * len(box), "$foreground"),
            )  # fmt: skip
            tail = Content.assemble("  ", (sign, f"bold {hue}")) if sign and k == len(parts) - 1 else Content("")
            row = Content.assemble(head, (part, "bold" if banded else ""), tail)
            row = row.pad_right(max(cells - row.cell_length, 0))
            lines.append(_Line(at, row.stylize_before("on $band") if banded else row))
        return lines

    def _box(self, picks: Picks, at: int) -> str:
        """What shows how an item was picked."""
        if picks.kind is Kind.SEVERAL:
            return "[x] " if at in picks.taken else "[ ] "
        if picks.kind is Kind.ORDER:
            return f"{picks.taken.index(at) + 1}. " if at in picks.taken else "·  "
        if picks.kind is Kind.MATCH:
            return pad(str(picks.matched[at] + 1) if at in picks.matched else "·", 3)
        return ""

    def _sign(self, picks: Picks, at: int) -> tuple[str, str]:
        options = picks.question.options
        if options and self._over and options[at].right:
            return "✓", "$success"
        if at in self._tried or (options and self._over and picks.kind is Kind.SEVERAL and at in picks.taken):
            return "✗", "$error"
        return "", ""

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
