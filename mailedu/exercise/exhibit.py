"""What stands beside a question: packets, steps, the lines of a letter, octets. Faces print its rows."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from mailedu.exercise.model import Show
from mailedu.journey.gist import gist
from mailedu.journey.journey import Journey
from mailedu.journey.step import Kind, Step
from mailedu.network.segments import Packet
from mailedu.visible import visible

#: Lines of a letter, packets and steps that are shown at the most.
MOST_ROWS = 400


class Row(NamedTuple):
    """One row: what has a number, and can be pointed at."""

    n: int
    """Number of the packet, step or line; of octets the offset of its first."""
    text: str
    """Made safe to show."""
    step: int = 0
    """The step that it belongs to; 0: none."""
    from_server: bool = False
    packet: Packet | None = None


class Exhibit(NamedTuple):
    """What is shown."""

    show: Show
    rows: tuple[Row, ...]
    journey: Journey | None = None
    octets: bytes = b""
    """With `octets` and `letter`: all of it, so that offsets can be found."""

    @property
    def what(self) -> str:
        """What a row is called: packet, step, line, octets."""
        return _ROWS.get(self.show, "")

    def row(self, n: int) -> Row | None:
        """The row of that number."""
        return next((row for row in self.rows if row.n == n), None)


_ROWS = {Show.PACKETS: "packet", Show.STEPS: "step", Show.LETTER: "line", Show.OCTETS: "octets"}
#: What /etc/services calls them, and with it the figures.
_SERVICES = {25: "smtp", 53: "domain", 110: "pop3", 465: "submissions", 587: "submission"}
NOTHING = Exhibit(Show.NOTHING, ())


def steps_of(journey: Journey, leg: str, until: str) -> list[Step]:
    """The steps of the legs that match, up to the place `until`."""
    end = next((s.n for s in journey.steps if s.place == until or fnmatchcase(s.place, until)), 0) if until else 0
    return [s for s in journey.steps if (not end or s.n <= end) and (not leg or fnmatchcase(s.leg.name, leg))]


def of_steps(journey: Journey, leg: str = "", until: str = "") -> Exhibit:
    """The steps that are talk: all that crossed the network, and what the stations did."""
    found = steps_of(journey, leg, until)[:MOST_ROWS]
    rows = tuple(Row(s.n, gist(s), s.n, s.speaker == s.leg.peer) for s in found)
    return Exhibit(Show.STEPS, rows, journey)


def of_packets(journey: Journey, leg: str = "", until: str = "") -> Exhibit:
    """The packets under them, numbered as in the capture of the whole journey."""
    wanted = {step.n for step in steps_of(journey, leg, until)}
    rows = []
    for packet in journey.packets:
        if packet.step in wanted:
            from_server = packet.source.host == journey.step(packet.step).leg.peer
            rows.append(Row(packet.n, info(packet, journey.step(packet.step)), packet.step, from_server, packet))
    return Exhibit(Show.PACKETS, tuple(rows[:MOST_ROWS]), journey)


def info(packet: Packet, step: Step) -> str:
    """What an analyzer says of a packet in one line, in the words of Figures 21.3, 21.8 and 21.10.

    The first line of what it carries, or the ports and the TCP header.
    """
    if packet.transport == "udp":
        return f"{_service(packet.source.port)} > {_service(packet.target.port)} Len={len(packet.payload)}"
    if not packet.payload:
        ports = f"{_service(packet.source.port)} > {_service(packet.target.port)}"
        return f"{ports} [{packet.flags}] Seq={packet.seq} Ack={packet.ack} Win={packet.window}"
    if step.kind is Kind.DATA:
        return "Message Body"
    line, _, rest = packet.payload[:512].partition(b"\r\n")
    said = "Response" if step.kind is Kind.REPLY else "Request" if step.leg.protocol == "pop3" else "Command"
    return f"{said}: {visible(line)}{' ...' if rest else ''}"


def _service(port: int) -> str:
    """A port by the name that analyzers give it."""
    return _SERVICES.get(port, str(port))


def of_letter(octets: bytes, journey: Journey | None = None) -> Exhibit:
    """The lines of a message, from 1."""
    lines = octets.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    rows = tuple(Row(n, visible(line.removesuffix(b"\r"))) for n, line in enumerate(lines[:MOST_ROWS], 1))
    return Exhibit(Show.LETTER, rows, journey, octets)


def of_octets(octets: bytes, journey: Journey | None = None) -> Exhibit:
    """Octets, 16 a row: hexadecimal and as text."""
    rows = []
    for start in range(0, min(len(octets), 16 * MOST_ROWS), 16):
        part = octets[start : start + 16]
        text = "".join(chr(one) if 32 <= one < 127 else "·" for one in part)
        rows.append(Row(start, f"{part.hex(' '):47}  {text}"))
    return Exhibit(Show.OCTETS, tuple(rows), journey, octets)
