"""A packet as a row: number, time, who speaks, protocol, length, what is said. For the pane and for the screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, overload

from textual.content import Content

from mailedu.journey.gist import gist
from mailedu.journey.step import Kind, Leg, Step
from mailedu.network.segments import Packet
from mailedu.text.facts import plural
from mailedu.tui.view import View
from mailedu.visible import clip, pad, visible, width

#: Octets of a packet that are looked at for its first line.
_LOOKED_AT: Final = 512
_GAP: Final = "  "
_RIGHT, _LEFT = "──►", "◄──"
_PROTOCOL, _LENGTH, _FLAGS, _WINDOW = 5, 4, 8, 6
_PROTOCOLS: Final = {"submission": "SMTP", "smtp": "SMTP", "pop3": "POP3", "dns": "DNS"}
#: How a reply begins.
CODE: Final = re.compile(r"[2-5]\d\d(?=[ -]|$)|\+OK|-ERR")
_VERB: Final = re.compile(r"[A-Za-z]+")
#: Lines of a client that begin with no verb.
_NO_VERB: Final = frozenset(("RESPONSE", "END_OF_DATA"))


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

    gutter: int
    number: int
    time: int
    client: int
    server: int
    """Of what the ends are called; both zero where there is no room for it."""
    short: bool
    """The ends have their short names."""
    sequence: int
    """Of sequence and acknowledgment numbers: with them come flags and window."""
    cells: int

    @property
    def info(self) -> int:
        """Cells left for what was said."""
        taken = self.gutter + self.number + self.time + _LENGTH + 3 * len(_GAP)
        taken += len(_RIGHT) + len(_GAP)
        if self.client:
            taken += self.client + self.server + 2 + _PROTOCOL + len(_GAP)
        if self.sequence:
            taken += _FLAGS + 2 * self.sequence + _WINDOW + 4 * len(_GAP)
        return self.cells - taken


def columns(
    view: View, legs: Iterable[Leg], last: Packet | None, cells: int, *, gutter: int = 2, roomy: int = 36
) -> Columns:
    """As much as leaves room for what was said. `legs`: whose packets there are; `last`: the one with the highest
    number; `roomy`: cells for what was said, under which flags and numbers have no columns.
    """
    number = max(len(str(last.n if last else 0)), 3)
    time = max(len(_time(last)) if last else 0, len("Time"))
    pairs = {(leg.actor, leg.peer) for leg in legs}
    wide: dict[bool, tuple[int, int]] = {}
    for short in (False, True):
        names = [[width(visible(view.name_of(host, short=short))) for host in pair] for pair in pairs]
        wide[short] = (max((one for one, _ in names), default=0), max((other for _, other in names), default=0))
    sequence = max(number + 3, 6)
    least_of_all = 12 if view.addresses else 20  # who asks for addresses is to see them
    tries = ((False, sequence, roomy), (True, sequence, roomy - 2), (False, 0, 36), (True, 0, least_of_all))
    for short, header, least in tries:
        found = Columns(gutter, number, time, *wide[short], short, header, cells)
        if found.info >= least:
            return found
    return Columns(gutter, number, time, 0, 0, True, 0, cells)


def _time(packet: Packet) -> str:
    return f"{packet.time:.3f}"


def column_names(columns: Columns) -> Content:
    """The row that names the columns."""
    cells = [" " * (columns.gutter - len(_GAP)), f"{'No':>{columns.number}}", pad("Time", columns.time)]
    who = columns.client + columns.server + 2 + len(_RIGHT) if columns.client else len(_RIGHT)
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


def protocol(packet: Packet, step: Step) -> str:
    """What a packet speaks, as analyzers call it: a bare acknowledgment is TCP."""
    return _PROTOCOLS.get(step.leg.protocol, "TCP") if packet.payload else "TCP"


def packet_row(packet: Packet, view: View, columns: Columns, *, chosen: bool | None = None) -> Content:
    """A packet of a step that may be shown. `chosen`: the cursor is on it; None where there is no cursor, and the
    packets of the present step have the band.
    """
    step = view.journey.step(packet.step)
    now = packet.step == view.n
    banded = now if chosen is None else chosen
    from_client = packet.source.host == step.leg.actor
    bare = not packet.payload
    hue = "$quiet" if bare else "$client" if from_client else "$server"
    text = "$quiet" if bare else ""
    pieces: list[Content | str | tuple[str, str]] = [
        *_gutter(columns, now=now, chosen=chosen),
        (f"{packet.n:>{columns.number}}  {pad(_time(packet), columns.time)}", "bold" if banded else "$quiet"),
        _GAP,
        *_who(view, step.leg, columns, from_client, hue),
        _GAP,
    ]
    if columns.client:
        pieces += [(pad(protocol(packet, step), _PROTOCOL), text), _GAP]
    pieces += [(f"{len(packet.payload):>{_LENGTH}}", text), _GAP]
    if columns.sequence:
        pieces.append((_tcp(packet, columns), "$quiet"))
    pieces.append(_info(packet, step, columns))
    return _banded(Content.assemble(*pieces), columns) if banded else Content.assemble(*pieces)


def _gutter(columns: Columns, *, now: bool, chosen: bool | None) -> list[tuple[str, str]]:
    """`▌` where the cursor is, `►` where one is in the journey."""
    if chosen is None:
        return [(pad("►" if now else "", columns.gutter), "$accent")]
    return [("▌" if chosen else " ", "$accent"), (pad("►" if now else "", columns.gutter - 1), "$accent")]


def _banded(row: Content, columns: Columns) -> Content:
    return row.pad_right(max(columns.cells - row.cell_length, 0)).stylize_before("on $band")


def _who(view: View, leg: Leg, columns: Columns, from_client: bool, hue: str) -> list[tuple[str, str]]:
    """Client at the left, server at the right, an arrow between them; who speaks is in its hue."""
    arrow = (_RIGHT if from_client else _LEFT, hue)
    if not columns.client:
        return [arrow]
    names = (visible(view.name_of(host, short=columns.short)) for host in (leg.actor, leg.peer))
    client, server = (pad(clip(name, room), room) for name, room in zip(names, columns[3:5], strict=True))
    speaks, hears = (hue, "$quiet") if from_client else ("$quiet", hue)
    return [(client + " ", speaks), arrow, (" " + server, hears)]


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
    if step.kind is Kind.REPLY and (found := CODE.match(text)) is not None:
        refused = found[0][0] in "45-"
        return [(found[0], "bold $error" if refused else "bold $server"), (text[found.end() :], "")]
    if step.kind is Kind.COMMAND and step.verb not in _NO_VERB and (found := _VERB.match(text)) is not None:
        return [(found[0], "bold $client"), (text[found.end() :], "")]
    return [(text, "")]


def header_row(packet: Packet, columns: Columns) -> Content:
    """The TCP header of a packet, where it has no columns."""
    indent = " " * (columns.gutter + columns.number + len(_GAP))
    if packet.transport == "udp":
        text = f"UDP port {packet.source.port} to {packet.target.port}"
    else:
        text = f"{packet.flags}  Seq={packet.seq} Ack={packet.ack} Win={packet.window}"
    return _banded(Content.assemble((clip(indent + text, columns.cells), "$quiet")), columns)


def secret_row(view: View, columns: Columns, *, chosen: bool | None = None) -> Content:
    """A reply that is still to be guessed: who speaks, and no more."""
    pieces: list[Content | str | tuple[str, str]] = [
        *_gutter(columns, now=True, chosen=chosen),
        " " * (columns.number + columns.time + 2 * len(_GAP)),
        *_who(view, view.step.leg, columns, False, "$server"),
        _GAP,
        ("? ? ?", "bold"),
    ]
    row = Content.assemble(*pieces)
    return row if chosen is False else _banded(row, columns)
