"""The packets so far, one a row, with a cursor: what is chosen is taken apart beside it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message

from mailedu.journey.step import Leg
from mailedu.network.segments import Packet
from mailedu.text.screen import wrapped
from mailedu.tui.panes.page import Page
from mailedu.tui.view import View
from mailedu.tui.widgets.packet_rows import Rows, column_names, columns, packet_row, secret_row
from mailedu.visible import clip

#: Cells of the cursor, of ► and of a blank.
_GUTTER: Final = 3
#: Cells for what is said, under which flags and numbers have no columns: the fields show them too.
_ROOMY: Final = 46


class PacketList(Page):
    """The list. `packets` is set by the screen before it is shown, and never holds a packet that is still to come."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
    ]

    class Chosen(Message):
        """The cursor is on another packet."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.packets: Sequence[Packet] = ()
        self.legs: Sequence[Leg] = ()
        """Of the packets that there are, filtered or not: so a filter moves no column."""
        self.note = ""
        """Said below the packets, or in their place."""
        self.cursor = 0
        """Index of the chosen packet; behind the last one while a reply is hidden: there its row is."""
        self._anew = False

    def allow_focus(self) -> bool:
        """The cursor moves even where all is seen."""
        return self.can_focus

    @property
    def chosen(self) -> Packet | None:
        """The packet at the cursor; None where there is none, or where it is hidden."""
        return self.packets[self.cursor] if 0 <= self.cursor < len(self.packets) else None

    def put(self, view: View, packets: Sequence[Packet], legs: Sequence[Leg], note: str, *, keep: bool) -> None:
        """Show these packets. The cursor goes to what the step says first; with `keep` to the packet where it was."""
        was = self.chosen if keep else None
        self.packets, self.legs, self.note = packets, legs, note
        kept = None if was is None else _place(packets, was.n)
        self.cursor = self._usual(view) if kept is None else kept
        self._anew = self._begins = True
        self.show(view)

    def _usual(self, view: View) -> int:
        """Where the cursor is when a step is first shown: its first packet with octets, or its first, or the last."""
        if view.hidden or not self.packets:
            return len(self.packets)
        its = view.journey.capture.of_step(view.n)
        order = chain((one for one in its if one.payload), its)
        places = (_place(self.packets, one.n) for one in order)
        return next((at for at in places if at is not None), len(self.packets) - 1)

    # What is painted --------------------------------------------------------------------------------------------------

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        packets, count = self.packets, len(self.packets)
        room = columns(view, self.legs, packets[-1] if packets else None, width, gutter=_GUTTER, roomy=_ROOMY)

        def row(at: int) -> Content:
            return packet_row(packets[at], view, room, chosen=at == self.cursor)

        below: list[Content] = []
        if view.hidden:
            below = [secret_row(view, room, chosen=self.cursor == count)]
        if self.note and packets:
            below.append(Content.styled(clip(" " * _GUTTER + self.note, width), "$quiet"))
        elif self.note:
            below += [Content.styled(" " * _GUTTER + line, "$quiet") for line in wrapped(self.note, width - _GUTTER)]
        return Rows([column_names(room)], count, row, below)

    def fixed(self, view: View, height: int) -> int:
        return 1 if height > 1 else 0

    def top(self, view: View, rows: int, height: int) -> int:
        """At a new moment the last packets are seen, then no more moves than the cursor needs; it is always seen."""
        row, most = self.cursor + 1, max(rows - height, 0)
        wanted = most if self._anew else self.scroll_offset.y
        return max(min(max(wanted, row - height + 1), row - 1, most), 0)

    # Moving -----------------------------------------------------------------------------------------------------------

    def choose(self, at: int) -> None:
        """Put the cursor on a packet, or on the nearest that there is."""
        view = self._view
        if view is None:
            return
        last = len(self.packets) - (0 if view.hidden else 1)
        at = max(0, min(at, last))
        if at != self.cursor and last >= 0:
            self.cursor = at
            self._anew, self._begins = False, True
            self.lay_out()
            self.post_message(self.Chosen())

    def action_move(self, by: int) -> None:
        self.choose(self.cursor + by)

    def action_page(self, by: int) -> None:
        self.choose(self.cursor + by * max(1, self.content_size.height - 2))

    def on_click(self, event: Click) -> None:
        y = event.get_content_offset_capture(self).y
        row = y if y < self._fixed else y + self.scroll_offset.y
        if 1 <= row <= len(self.packets) + bool(self._view and self._view.hidden):
            self.choose(row - 1)


def _place(packets: Sequence[Packet], n: int) -> int | None:
    """The index of a packet by its number; None if it is not among them."""
    at = bisect_left(packets, n, key=lambda packet: packet.n)
    return at if at < len(packets) and packets[at].n == n else None
