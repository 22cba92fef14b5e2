"""The octets of a frame, in hexadecimal and as text: those of the chosen part reversed, those of its layer bright."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message

from mailedu.tui.panes.page import Page

if TYPE_CHECKING:
    from mailedu.tui.view import View

#: What stands in the text for an octet that cannot be printed; a dot is a dot.
_UNSEEN: Final = "·"
_TEXT: Final = "".join(chr(octet) if 32 <= octet < 127 else _UNSEEN for octet in range(256))
_DIGITS, _GAP = 4, 2
_LIT, _HERE = "reverse $accent", "bold reverse underline $accent"


def cells_of(per_row: int) -> int:
    """The cells that a row of so many octets takes."""
    return _DIGITS + _GAP + _place(per_row - 1) + 2 + _GAP + per_row


def _place(nth: int) -> int:
    """Cells before an octet of a row: three an octet, one more from the ninth on."""
    return nth * 3 + (nth > 7)


class PacketBytes(Page):
    """The octets, sixteen a row, or eight where it is narrow."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "back", show=False),
        Binding("right", "move(1)", "on", show=False),
        Binding("up", "move_row(-1)", "up", show=False),
        Binding("down", "move_row(1)", "down", show=False),
        Binding("pageup", "move_page(-1)", "page up", show=False),
        Binding("pagedown", "move_page(1)", "page down", show=False),
    ]

    class Chosen(Message):
        """An octet is chosen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.octets = b""
        self.bright = (0, 0)
        """Where the octets of the chosen layer begin and end."""
        self.lit = (0, 0)
        """The same of the chosen part."""
        self.cursor = -1
        """The chosen octet; -1 while a part is chosen as a whole."""

    def _room(self) -> tuple[int, int]:
        """All cells but the bar's: a row of octets just fits."""
        return self.content_size.width - 1, self.content_size.height

    def allow_focus(self) -> bool:
        """The cursor moves even where all is seen."""
        return self.can_focus

    def put(self, view: View, octets: bytes, bright: tuple[int, int], lit: tuple[int, int], cursor: int = -1) -> None:
        """Show these octets, and what of them is chosen."""
        self.octets, self.bright, self.lit, self.cursor = octets, bright, lit, cursor
        self._begins = True
        self.show(view)

    @property
    def per_row(self) -> int:
        """Octets of a row, for the room that there is."""
        return 16 if self._room()[0] >= cells_of(16) else 8

    # What is painted --------------------------------------------------------------------------------------------------

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        return [self._octets(at) for at in range(0, len(self.octets), self.per_row)]

    def _style(self, at: int) -> str:
        if self.lit[0] <= at < self.lit[1]:
            return _HERE if at == self.cursor else _LIT
        return "" if self.bright[0] <= at < self.bright[1] else "$quiet"

    def _octets(self, start: int) -> Content:
        row, per_row = self.octets[start : start + self.per_row], self.per_row
        styles = [self._style(start + nth) for nth in range(len(row))]
        pieces: list[tuple[str, str]] = [(f"{start:0{_DIGITS}x}" + " " * _GAP, "$quiet")]
        for nth, octet in enumerate(row):
            pieces.append((f"{octet:02x}", styles[nth]))
            if nth + 1 < len(row):
                # What lies between two chosen octets is chosen too, so that they are one.
                joined = {styles[nth], styles[nth + 1]} <= {_LIT, _HERE}
                gap = " " * (_place(nth + 1) - _place(nth) - 2)
                pieces.append((gap, _LIT if joined else ""))
        pieces.append((" " * (_place(per_row - 1) - _place(len(row) - 1) + _GAP), ""))
        pieces += [(_TEXT[octet], style) for octet, style in zip(row, styles, strict=True)]
        return Content.assemble(*pieces)

    def top(self, view: View, rows: int, height: int) -> int:
        """No row moves that need not; the chosen octet is seen, or as much of the chosen part as there is room for."""
        first, last = (self.cursor, self.cursor + 1) if self.cursor >= 0 else self.lit
        first, last = first // self.per_row, max(last - 1, first) // self.per_row
        now = self.scroll_offset.y
        return max(min(max(now, last - height + 1), first, rows - height), 0)

    # Moving -----------------------------------------------------------------------------------------------------------

    def choose(self, at: int) -> None:
        """Put the cursor on an octet, or on the nearest that there is."""
        at = max(0, min(at, len(self.octets) - 1))
        if self.octets and at != self.cursor:
            self.cursor = at
            self.post_message(self.Chosen())

    def action_move(self, by: int) -> None:
        # The first key finds the octet where the chosen part begins.
        self.choose(self.lit[0] if self.cursor < 0 else self.cursor + by)

    def action_move_row(self, by: int) -> None:
        at = self.lit[0] if self.cursor < 0 else self.cursor
        if 0 <= at + by * self.per_row < len(self.octets):
            self.choose(at + by * self.per_row)

    def action_move_page(self, by: int) -> None:
        at = self.lit[0] if self.cursor < 0 else self.cursor
        self.choose(at + by * max(1, self.content_size.height) * self.per_row)

    def on_click(self, event: Click) -> None:
        place = event.get_content_offset_capture(self)
        at = self._at(place.x)
        if at is not None:
            octet = (place.y + self.scroll_offset.y) * self.per_row + at
            if octet < len(self.octets):
                self.choose(octet)

    def _at(self, x: int) -> int | None:
        """Which octet of a row stands at a cell, in hexadecimal or as text."""
        text = cells_of(self.per_row) - self.per_row
        if text <= x < text + self.per_row:
            return x - text
        hexadecimal = x - _DIGITS - _GAP
        places = (nth for nth in range(self.per_row) if _place(nth) <= hexadecimal < _place(nth) + 2)
        return next(places, None)
