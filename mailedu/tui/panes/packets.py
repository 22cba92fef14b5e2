"""The pane packets: what has crossed the network in this conversation so far, as somebody who captures it sees it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, overload

from textual import work
from textual.content import Content

from mailedu.journey.captures import is_quick
from mailedu.journey.gist import gist
from mailedu.journey.journey import Journey
from mailedu.journey.step import Kind, Step
from mailedu.network.segments import Packet
from mailedu.text.facts import plural
from mailedu.text.screen import wrapped
from mailedu.tui.panes.page import Page
from mailedu.tui.view import View
from mailedu.visible import clip, pad, visible, width

#: The height from which on a pane has room for more than the list.
_TALL: Final = 10
#: Packets of one step that are shown with a row of their own for the TCP header.
_FEW: Final = 40
#: Octets of a packet that are looked at for its first line.
_LOOKED_AT: Final = 512
_GUTTER: Final = 2
_GAP: Final = "  "
_RIGHT, _LEFT = "──►", "◄──"
_PROTOCOL, _LENGTH, _FLAGS, _WINDOW = 5, 4, 8, 6
_PROTOCOLS: Final = {"submission": "SMTP", "smtp": "SMTP", "pop3": "POP3", "dns": "DNS"}
_CODE: Final = re.compile(r"[2-5]\d\d(?=[ -]|$)|\+OK|-ERR")
_VERB: Final = re.compile(r"[A-Za-z]+")
#: Lines of a client that begin with no verb.
_NO_VERB: Final = frozenset(("RESPONSE", "END_OF_DATA"))
COUNTING: Final = "counting packets …"
NONE: Final = "No packet: nothing of this step crosses the network."


class PacketsPane(Page):
    """The packets of this conversation so far."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
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


class Rows(Sequence[Content]):
    """Rows that are made when they are looked at: a long letter is thousands of packets."""

    def __init__(
        self, above: list[Content], count: int, row: Callable[[int], Content], below: list[Content], late: int = 0
    ) -> None:
        """`late`: how many rows stand behind the last one of this step."""
        self.last = len(above) + count + len(below) - late - 1
        self._above = above
        self._count = count
        self._row = row
        self._below = below

    @property
    def names(self) -> int:
        """How many rows name the ends and the columns."""
        return len(self._above)

    def __len__(self) -> int:
        return len(self._above) + self._count + len(self._below)

    @overload
    def __getitem__(self, at: int) -> Content: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Content]: ...
    def __getitem__(self, at: int | slice) -> Content | Sequence[Content]:
        if isinstance(at, slice):
            return [self[nth] for nth in range(*at.indices(len(self)))]
        if at < 0:
            at += len(self)
        if at < len(self._above):
            return self._above[at]
        at -= len(self._above)
        return self._row(at) if at < self._count else self._below[at - self._count]


class Columns(NamedTuple):
    """What there is room for, in cells; zero where there is none."""

    number: int
    time: int
    client: str
    server: str
    """What the ends are called; both empty where there is no room for it."""
    sequence: int
    """Of sequence and acknowledgment numbers: with them come flags and window."""
    cells: int

    @property
    def info(self) -> int:
        """Cells left for what was said."""
        taken = _GUTTER + self.number + self.time + _LENGTH + 3 * len(_GAP)
        taken += len(_RIGHT) + len(_GAP)
        if self.client:
            taken += width(self.client) + width(self.server) + 2 + _PROTOCOL + len(_GAP)
        if self.sequence:
            taken += _FLAGS + 2 * self.sequence + _WINDOW + 4 * len(_GAP)
        return self.cells - taken


def packet_rows(view: View, cells: int, height: int) -> Sequence[Content]:
    """The conversation so far in rows of so many cells: what is said at `view.n` last, or that it is hidden."""
    journey = view.journey
    packets = journey.capture.before(view.n) if view.hidden else journey.capture.so_far(view.n)
    if not packets and not view.hidden:
        return [Content.assemble((line, "$quiet")) for line in wrapped(NONE, cells)]
    columns = _columns(view, packets, cells)
    below: list[Content] = []
    if view.hidden:
        below = [_secret(columns)]
    elif not journey.capture.of_step(view.n):
        below = [Content.assemble((clip(" " * _GUTTER + NONE, cells), "$quiet"))]
    late = 0
    if not view.hidden and not below:
        late = next(nth for nth, packet in enumerate(reversed(packets)) if packet.step == view.n)
    first = len(packets) if columns.sequence or height < _TALL else _first_of_step(packets, view)
    twice = [(packet, header) for packet in packets[first:] for header in (False, True)]

    def row(at: int) -> Content:
        packet, header = (packets[at], False) if at < first else twice[at - first]
        return _header(packet, columns) if header else _row(packet, view, columns)

    above = [*(_ends(view, packets[0], cells) if packets and height >= _TALL else ()), _names(columns)]
    return Rows(above, first + len(twice), row, below, late)


def _first_of_step(packets: list[Packet], view: View) -> int:
    """From which packet on there is a row for the TCP header too: the step's, unless they are many."""
    first = len(packets)
    while first and packets[first - 1].step == view.n:
        first -= 1
        if len(packets) - first > _FEW:
            return len(packets)
    return first


# Columns --------------------------------------------------------------------------------------------------------------


def _columns(view: View, packets: list[Packet], cells: int) -> Columns:
    """As much as leaves room for what was said."""
    last = packets[-1] if packets else None
    number = max(len(str(last.n if last else 0)), 3)
    time = max(len(_time(last)) if last else 0, len("Time"))
    leg = view.step.leg
    full = (visible(view.name_of(leg.actor)), visible(view.name_of(leg.peer)))
    short = (visible(view.name_of(leg.actor, short=True)), visible(view.name_of(leg.peer, short=True)))
    sequence = max(number + 3, 6)
    least_of_all = 12 if view.addresses else 20  # who asks for addresses is to see them
    for ends, header, least in ((full, sequence, 36), (short, sequence, 34), (full, 0, 36), (short, 0, least_of_all)):
        columns = Columns(number, time, *ends, header, cells)
        if columns.info >= least:
            return columns
    return Columns(number, time, "", "", 0, cells)


def _time(packet: Packet) -> str:
    return f"{packet.time:.3f}"


def _names(columns: Columns) -> Content:
    cells = [" " * (_GUTTER - len(_GAP)), f"{'No':>{columns.number}}", pad("Time", columns.time)]
    who = width(columns.client) + width(columns.server) + 2 + len(_RIGHT) if columns.client else len(_RIGHT)
    cells.append(pad("Who speaks" if who >= 10 else "", who))
    if columns.client:
        cells.append(pad("Proto", _PROTOCOL))
    cells.append(f"{'Len':>{_LENGTH}}")
    if columns.sequence:
        cells += [
            pad("Flags", _FLAGS),
            f"{'Seq':>{columns.sequence}}",
            f"{'Ack':>{columns.sequence}}",
            f"{'Win':>{_WINDOW}}",
        ]
    return Content.assemble((clip(_GAP.join([*cells, "Info"]), columns.cells), "$quiet"))


def _ends(view: View, packet: Packet, cells: int) -> list[Content]:
    connection = view.journey.log.connections[packet.connection]
    rows: list[Content] = []
    for role, style, end in (("client", "$client", connection.client), ("server", "$server", connection.server)):
        name = visible(view.scene.title_of(end.host))
        where = clip(f"  {visible(end.address)} port {end.port}", max(cells - 8, 0))
        name = clip(name, max(cells - 8 - width(where), 0))
        rows.append(Content.assemble((pad(role, 8), "$quiet"), (name, style), (where, "$quiet")))
    return [*rows, Content("")]


# Rows -----------------------------------------------------------------------------------------------------------------


def _row(packet: Packet, view: View, columns: Columns) -> Content:
    step = view.journey.step(packet.step)
    now = packet.step == view.n
    from_client = packet.source.host == step.leg.actor
    bare = not packet.payload
    hue = "$quiet" if bare else "$client" if from_client else "$server"
    text = "$quiet" if bare else ""
    pieces: list[Content | str | tuple[str, str]] = [
        (pad("►" if now else "", _GUTTER), "$accent"),
        (f"{packet.n:>{columns.number}}  {pad(_time(packet), columns.time)}", "bold" if now else "$quiet"),
        _GAP,
        *_who(columns, from_client, hue),
        _GAP,
    ]
    if columns.client:
        pieces += [(pad("TCP" if bare else _PROTOCOLS.get(step.leg.protocol, "TCP"), _PROTOCOL), text), _GAP]
    pieces += [(f"{len(packet.payload):>{_LENGTH}}", text), _GAP]
    if columns.sequence:
        pieces.append((_tcp(packet, columns), "$quiet"))
    pieces.append(_info(packet, step, columns))
    return _banded(Content.assemble(*pieces), columns) if now else Content.assemble(*pieces)


def _banded(row: Content, columns: Columns) -> Content:
    return row.pad_right(max(columns.cells - row.cell_length, 0)).stylize_before("on $band")


def _who(columns: Columns, from_client: bool, hue: str) -> list[tuple[str, str]]:
    """Client at the left, server at the right, an arrow between them; who speaks is in its hue."""
    arrow = (_RIGHT if from_client else _LEFT, hue)
    if not columns.client:
        return [arrow]
    client, server = (hue, "$quiet") if from_client else ("$quiet", hue)
    return [(columns.client + " ", client), arrow, (" " + columns.server, server)]


def _tcp(packet: Packet, columns: Columns) -> str:
    """Flags, numbers and window, each in its column; a datagram has none."""
    if packet.transport == "udp":
        return " " * (_FLAGS + 2 * columns.sequence + _WINDOW + 4 * len(_GAP))
    numbers = f"{packet.seq:>{columns.sequence}}  {packet.ack:>{columns.sequence}}  {packet.window:>{_WINDOW}}"
    return f"{pad(packet.flags, _FLAGS)}  {numbers}  "


def _info(packet: Packet, step: Step, columns: Columns) -> Content:
    if packet.transport == "udp":
        return Content(clip(gist(step), columns.info))
    if not packet.payload:
        if columns.sequence:
            return Content("")
        acked = f" Ack={packet.ack}" if "ACK" in packet.flags else ""
        seq = f" Seq={packet.seq}" if packet.flags != "ACK" else ""
        return Content.assemble((clip(f"{packet.flags} {seq}{acked}", columns.info), "$quiet"))
    line, _, rest = packet.payload[:_LOOKED_AT].partition(b"\r\n")
    more = packet.payload.count(b"\n") - 1 if rest else 0
    tail = f" +{more} {plural('line', more)}" if more > 0 else ""
    text = clip(visible(line), max(columns.info - width(tail), 0))
    return Content.assemble(*_said(text, step), (clip(tail, columns.info), "$quiet"))


def _said(text: str, step: Step) -> list[tuple[str, str]]:
    """What was said: the verb in the client's hue, the code in the server's, a refusal as such."""
    if step.kind is Kind.REPLY and (found := _CODE.match(text)) is not None:
        refused = found[0][0] in "45-"
        return [(found[0], "bold $error" if refused else "bold $server"), (text[found.end() :], "")]
    if step.kind is Kind.COMMAND and step.verb not in _NO_VERB and (found := _VERB.match(text)) is not None:
        return [(found[0], "bold $client"), (text[found.end() :], "")]
    return [(text, "")]


def _header(packet: Packet, columns: Columns) -> Content:
    """The TCP header of a packet, where it has no columns."""
    indent = " " * (_GUTTER + columns.number + len(_GAP))
    if packet.transport == "udp":
        text = f"UDP port {packet.source.port} to {packet.target.port}"
    else:
        text = f"{packet.flags}  Seq={packet.seq} Ack={packet.ack} Win={packet.window}"
    return _banded(Content.assemble((clip(indent + text, columns.cells), "$quiet")), columns)


def _secret(columns: Columns) -> Content:
    """A reply that is still to be guessed: who speaks, and no more."""
    pieces: list[Content | str | tuple[str, str]] = [
        (pad("►", _GUTTER), "$accent"),
        " " * (columns.number + columns.time + 2 * len(_GAP)),
        *_who(columns, False, "$server"),
        _GAP,
        ("? ? ?", "bold"),
    ]
    return _banded(Content.assemble(*pieces), columns)
