"""The pane packets: what has crossed the network in this conversation so far, as somebody who captures it sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from textual import work
from textual.content import Content

from mailedu.journey.captures import is_quick
from mailedu.journey.journey import Journey
from mailedu.network.segments import Packet
from mailedu.text.screen import wrapped
from mailedu.tui.panes.page import Page
from mailedu.tui.view import View
from mailedu.tui.widgets.packet_rows import Rows, column_names, columns, header_row, packet_row, secret_row
from mailedu.visible import clip, pad, visible, width

#: The height from which on a pane has room for more than the list.
_TALL: Final = 10
#: Packets of one step that are shown with a row of their own for the TCP header.
_FEW: Final = 40
_GUTTER: Final = 2
COUNTING: Final = "counting packets …"
NONE: Final = "No packet: nothing of this step crosses the network."


class PacketsPane(Page):
    """The packets of this conversation so far."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._counting: Journey | None = None

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        if not is_quick(view.journey):
            if self._counting is not view.journey:
                self._counting = view.journey
                self._count(view.journey)
            return [Content.assemble((COUNTING, "$quiet"))]
        return packet_rows(view, width, height)

    def fixed(self, view: View, height: int) -> int:
        """The names of the columns."""
        return self._rows.names if isinstance(self._rows, Rows) and self._rows.names < height else 0

    def top(self, view: View, rows: int, height: int) -> int:
        """The last packet of this step, and above it as many as there is room for."""
        last = self._rows.last if isinstance(self._rows, Rows) else rows
        return max(min(rows, last + 1) - height, 0)

    @work
    async def _count(self, journey: Journey) -> None:
        """Make the packets of a long letter beside what the learner does."""
        await asyncio.to_thread(lambda: journey.capture)
        self._counting = None
        if self._view is not None and self._view.journey is journey:
            self.lay_out()


def packet_rows(view: View, cells: int, height: int) -> Sequence[Content]:
    """The conversation so far in rows of so many cells: what is said at `view.n` last, or that it is hidden."""
    journey = view.journey
    packets = journey.capture.before(view.n) if view.hidden else journey.capture.so_far(view.n)
    if not packets and not view.hidden:
        return [Content.assemble((line, "$quiet")) for line in wrapped(NONE, cells)]
    room = columns(view, (view.step.leg,), packets[-1] if packets else None, cells)
    below: list[Content] = []
    if view.hidden:
        below = [secret_row(view, room)]
    elif not journey.capture.of_step(view.n):
        below = [Content.assemble((clip(" " * _GUTTER + NONE, cells), "$quiet"))]
    late = 0
    if not view.hidden and not below:
        late = next(nth for nth, packet in enumerate(reversed(packets)) if packet.step == view.n)
    first = len(packets) if room.sequence or height < _TALL else _first_of_step(packets, view)
    twice = [(packet, header) for packet in packets[first:] for header in (False, True)]

    def row(at: int) -> Content:
        packet, header = (packets[at], False) if at < first else twice[at - first]
        return header_row(packet, room) if header else packet_row(packet, view, room)

    above = [*(_ends(view, packets[0], cells) if packets and height >= _TALL else ()), column_names(room)]
    return Rows(above, first + len(twice), row, below, late)


def _first_of_step(packets: list[Packet], view: View) -> int:
    """From which packet on there is a row for the TCP header too: the step's, unless they are many."""
    first = len(packets)
    while first and packets[first - 1].step == view.n:
        first -= 1
        if len(packets) - first > _FEW:
            return len(packets)
    return first


def _ends(view: View, packet: Packet, cells: int) -> list[Content]:
    connection = view.journey.log.connections[packet.connection]
    rows: list[Content] = []
    for role, style, end in (("client", "$client", connection.client), ("server", "$server", connection.server)):
        name = visible(view.scene.title_of(end.host))
        where = clip(f"  {visible(end.address)} port {end.port}", max(cells - 8, 0))
        name = clip(name, max(cells - 8 - width(where), 0))
        rows.append(Content.assemble((pad(role, 8), "$quiet"), (name, style), (where, "$quiet")))
    return [*rows, Content("")]
