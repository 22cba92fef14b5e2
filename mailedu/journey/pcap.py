"""A journey as a capture file: what Wireshark would have recorded, each packet with our explanation as its comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from mailedu.agents.actions import Link
from mailedu.machine import Kind
from mailedu.network.capture import Captured, pcap, pcapng
from mailedu.network.frames import NOBODY, address
from mailedu.visible import visible

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey
    from mailedu.journey.step import Stage, Step
    from mailedu.network.segments import Packet

FORMS: Final = ("pcapng", "pcap")
#: The second, since 1970, from which on pcap has no number for it.
LAST: Final = 2**32


def capture_file(journey: Journey, form: str = "pcapng", stage: Stage | None = None) -> Iterator[bytes]:
    """The octets of the file, piece by piece. `form`: pcapng, or pcap, which holds neither comments nor names.

    With `stage` only the packets of that one. Raises ValueError, one line, for another form, and for a time that the
    form does not hold.
    """
    if form not in FORMS:
        raise ValueError(f"a capture is made as {' or '.join(FORMS)}, not as {form!r}")
    packets = _packets(journey, stage)
    start = journey.scenario.start
    last = start + (packets[-1].time if packets else 0.0)
    if start < 0 or (form == "pcap" and last >= LAST):
        raise ValueError(f"{form} holds no time {'before 1970' if start < 0 else 'after 2106; pcapng does'}")
    if form == "pcap":
        return pcap(_captured(journey, packets))
    names: dict[str, str] = {}
    for connection in journey.log.connections:
        for end in (connection.client, connection.server):
            if address(end.address) != NOBODY:
                names.setdefault(end.address, visible(end.host))
    title = visible(journey.scenario.title)
    return pcapng(_commented(journey, packets), names, "mailedu", title)


def comment(journey: Journey, packet: Packet) -> str:
    """What a packet does, and for one that carries octets, what the step means to which they belong. One line."""
    return _Comments(journey).of(packet)


def _packets(journey: Journey, stage: Stage | None) -> list[Packet]:
    if stage is None:
        return list(journey.packets)
    return [packet for packet in journey.packets if journey.step(packet.step).leg.stage is stage]


def _captured(journey: Journey, packets: list[Packet]) -> Iterator[Captured]:
    """Frames with their times."""
    frames = journey.frames
    # A moment of today has no room for microseconds beside its seconds in a float: they are added as whole numbers.
    start = round(journey.scenario.start * 1_000_000)
    for packet in packets:
        yield Captured(start + round(packet.time * 1_000_000), frames.frame(packet))


def _commented(journey: Journey, packets: list[Packet]) -> Iterator[Captured]:
    comments = _Comments(journey)
    for one, packet in zip(_captured(journey, packets), packets, strict=True):
        yield one._replace(comment=comments.of(packet))


class _Comments:
    """What is said about packets; each step is explained once."""

    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self._said: dict[int, str] = {}
        self._pieces: dict[int, dict[int, int]] = {}
        """Step -> the numbers of its packets -> which piece each is, from 1."""

    def of(self, packet: Packet) -> str:
        step = self._journey.step(packet.step)
        if packet.payload:
            says = self._carried(packet, step)
        elif step.kind is not Kind.LINK or packet.flags == "ACK":
            says = _BARE.get(packet.flags, _nothing)(packet, step)
        elif self._journey.capture.of_step(step.n)[0] is packet:
            says = f"{_BARE.get(packet.flags, _nothing)(packet, step)} {self._explained(step)}"
        elif packet.flags == "SYN":
            says = f"SYN, again: nothing has come back from {packet.target.host}."
        else:
            says = _BARE.get(packet.flags, _nothing)(packet, step)
        return visible(f"{says} (step {step.n})")

    def _carried(self, packet: Packet, step: Step) -> str:
        if len(packet.payload) == step.size:
            return self._explained(step)
        pieces = self._pieces.get(step.n)
        if pieces is None:
            sent = (one.n for one in self._journey.capture.of_step(step.n) if one.payload)
            pieces = self._pieces[step.n] = {n: nth for nth, n in enumerate(sent, 1)}
        nth = pieces[packet.n]
        piece = f"Piece {nth} of {len(pieces)} of what is sent here, {len(packet.payload):,} octets."
        return f"{piece} {self._explained(step)}" if nth == 1 else piece

    def _explained(self, step: Step) -> str:
        """Title, what, why and RFC of a step."""
        said = self._said.get(step.n)
        if said is None:
            text = self._journey.scene(step.n).explanation
            about = " ".join(filter(None, (text.title, text.what, text.why)))
            said = self._said[step.n] = about + (f" [{', '.join(text.rfc)}]" if text.rfc else "")
        return said


def _syn(packet: Packet, step: Step) -> str:
    return f"SYN: {packet.source.host} asks for a connection to port {packet.target.port} of {packet.target.host}."


def _agree(packet: Packet, step: Step) -> str:
    return f"SYN, ACK: {packet.source.host} agrees, and asks for the other direction."


def _acknowledge(packet: Packet, step: Step) -> str:
    if step.verb == Link.CONNECT:
        return "ACK: both sides know it: the connection stands."
    if step.verb == Link.CLOSE:
        return f"ACK: {packet.source.host} has heard that nothing more comes from {packet.target.host}."
    heard = packet.ack - 1
    octets = "the first octet" if heard == 1 else f"the first {heard:,} octets"
    return f"ACK: {packet.source.host} has {octets} of what {packet.target.host} says."


def _finish(packet: Packet, step: Step) -> str:
    return f"FIN: {packet.source.host} has no more to say."


def _refuse(packet: Packet, step: Step) -> str:
    return f"RST: on port {packet.source.port} of {packet.source.host} nobody listens."


def _break(packet: Packet, step: Step) -> str:
    return f"RST: {packet.source.host} breaks the connection off; nothing more is acknowledged."


def _nothing(packet: Packet, step: Step) -> str:
    return "A datagram without content."


_BARE: Final = {
    "SYN": _syn,
    "SYN, ACK": _agree,
    "ACK": _acknowledge,
    "FIN, ACK": _finish,
    "RST, ACK": _refuse,
    "RST": _break,
}
