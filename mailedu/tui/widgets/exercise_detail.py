"""What is under the cursor of an exhibit, in full: a packet with its octets, a step, a line, the chosen octets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual.content import Content
from textual.widget import Widget

from mailedu.exercise.exhibit import Exhibit, Row
from mailedu.exercise.model import Show
from mailedu.network.segments import Packet
from mailedu.text.screen import wrapped
from mailedu.visible import clip, visible

_PROTOCOLS: Final = {"submission": "SMTP", "smtp": "SMTP", "pop3": "POP", "dns": "DNS"}
#: Octets of Ethernet, IPv4 and TCP (UDP) before what a packet carries: there analyzers begin to count.
_BEFORE: Final = {"tcp": 54, "udp": 42}
#: Octets that are looked at.
_MOST: Final = 4096


class Detail(Widget):
    """A few rows of its own, cut where the room ends."""

    DEFAULT_CSS = """
    Detail { border: solid $line; border-title-color: $foreground; border-title-style: bold; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._exhibit: Exhibit | None = None
        self._row: Row | None = None
        self._chosen = (0, 0)

    def show(self, exhibit: Exhibit, row: Row | None, chosen: tuple[int, int] = (0, 0)) -> None:
        """A row of an exhibit; of octets those that are chosen."""
        self._exhibit, self._row, self._chosen = exhibit, row, chosen
        self.border_title = Content(title(exhibit, row, chosen))
        self.refresh()

    def render(self) -> Content:
        if self._exhibit is None or self._row is None:
            return Content.styled("tab, then ↑ and ↓: what each row holds.", "$quiet")
        found = list(rows(self._exhibit, self._row, self._chosen, self.content_size.width))
        return Content("\n").join(found[: max(self.content_size.height, 1)])


def title(exhibit: Exhibit, row: Row | None, chosen: tuple[int, int]) -> str:
    """What is shown, such as `Packet 16`."""
    if row is None:
        return ""
    if exhibit.show is Show.OCTETS:
        first, end = chosen
        return f"Octet {first}" if end - first < 2 else f"Octets {first} to {end - 1}"
    return f"{exhibit.what.capitalize()} {row.n}"


def rows(exhibit: Exhibit, row: Row, chosen: tuple[int, int], cells: int) -> Iterator[Content]:
    """What is to be told of a row."""
    if exhibit.show is Show.OCTETS:
        part = exhibit.octets[chosen[0] : chosen[1]]
        many = "octet" if len(part) == 1 else "octets"
        yield Content.assemble(("Long   ", "$quiet"), f"{len(part)} {many}")
        yield Content.assemble(("Text   ", "$quiet"), clip(visible(part[:_MOST]), max(cells - 7, 0)))
        yield Content("")
        yield from _hex(part, chosen[0], cells)
        return
    packet, hue = row.packet, "$server" if row.from_server else "$client"
    if packet is not None:
        yield header(packet, cells)
        if packet.payload and exhibit.journey is not None:
            protocol = _PROTOCOLS.get(exhibit.journey.step(row.step).leg.protocol, "")
            yield from _text(packet.payload, protocol, hue, cells)
            yield Content("")
            yield from _hex(packet.payload, _BEFORE.get(packet.transport, 0), cells)
        return
    if exhibit.show is Show.STEPS and exhibit.journey is not None:
        octets = exhibit.journey.step(row.step).head(_MOST)
        if octets:
            protocol = _PROTOCOLS.get(exhibit.journey.step(row.step).leg.protocol, "")
            yield from _text(octets, protocol, hue, cells)
            yield Content("")
            yield from _hex(octets, 0, cells)
            return
    for line in wrapped(row.text, cells):
        yield Content(line)


def header(packet: Packet, cells: int) -> Content:
    """Ports and numbers of a packet, in so many cells."""
    ends = f"{packet.source.port} to {packet.target.port}"
    if packet.transport == "udp":
        return Content.assemble(("UDP  ", "$quiet"), clip(f"{ends}, Len={len(packet.payload)}", max(cells - 5, 0)))
    flags = f" [{packet.flags}]" if not packet.payload else ""
    ack = f", Ack={packet.ack}" if "ACK" in packet.flags else ""
    told = f"{ends}{flags}, Seq={packet.seq}{ack}, Win={packet.window}, Len={len(packet.payload)}"
    return Content.assemble(("TCP  ", "$quiet"), clip(told, max(cells - 5, 0)))


def _text(octets: bytes, protocol: str, hue: str, cells: int) -> Iterator[Content]:
    """The lines, with their ends."""
    label = f"{protocol:<5}"
    for line in octets[:_MOST].splitlines(keepends=True)[:12]:
        end = line[len(line.rstrip(b"\r\n")) :].replace(b"\r", rb"\r").replace(b"\n", rb"\n").decode()
        text = clip(visible(line.rstrip(b"\r\n")), max(cells - 5 - len(end), 0))
        head, blank, rest = text.partition(" ")
        yield Content.assemble((label, "$quiet"), (head, f"bold {hue}"), blank, rest, (end, "$quiet"))
        label = " " * 5


def _hex(octets: bytes, first: int, cells: int) -> Iterator[Content]:
    count = 16 if cells >= 74 else 8
    for start in range(0, min(len(octets), _MOST), count):
        part = octets[start : start + count]
        text = "".join(chr(one) if 32 <= one < 127 else "·" for one in part)
        dump = part.hex(" ").ljust(3 * min(count, len(octets)) - 1)
        yield Content.assemble((f"{first + start:04x}  ", "$quiet"), dump, ("   " + text, ""))
