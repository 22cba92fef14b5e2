"""The packets of a journey as frames: with the numbers that its seed draws, and layers down to what its steps say."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from mailedu.agents import draw
from mailedu.network import frames
from mailedu.network.frames import Layer, Numbers
from mailedu.network.segments import Packet

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey

PROTOCOLS: Final = {"dns": "DNS", "pop3": "POP3", "smtp": "SMTP", "submission": "SMTP"}


class Frames:
    """Frames and layers of the packets of one journey. Equal journeys have equal frames."""

    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self._firsts: dict[int, tuple[int, int]] = {}

    def frame(self, packet: Packet) -> bytes:
        """The packet's octets on the wire. ValueError if it is too long for a datagram."""
        return frames.frame(packet, self.numbers(packet))

    def layers(self, packet: Packet) -> tuple[Layer, ...]:
        """The same, taken apart. Raises as `frame`.

        What a step says is named where the packet carries the whole step: the grammar knows no pieces.
        """
        journey = self._journey
        if packet.step < 1:
            return frames.layers(packet, self.numbers(packet))
        step = journey.step(packet.step)
        protocol = PROTOCOLS.get(step.leg.protocol, "")
        size = len(packet.payload)
        if not size:
            return frames.layers(packet, self.numbers(packet), protocol)
        if size != step.size:
            text = f"a piece of {size:,} octets, of {step.size:,} of step {step.n}"
            return frames.layers(packet, self.numbers(packet), protocol, (), text)
        scene = journey.scene(step.n)
        return frames.layers(packet, self.numbers(packet), protocol, scene.explanation.spans, scene.gist)

    def numbers(self, packet: Packet) -> Numbers:
        """What the seed and the packets before add to this one."""
        firsts = self._firsts.get(packet.connection)
        if firsts is None:
            firsts = self._firsts[packet.connection] = self._drawn(packet)
        connection = self._journey.log.connections[packet.connection]
        side = 0 if packet.source == connection.client else 1
        return Numbers(firsts[side], firsts[1 - side], self._idents[packet.n - 1], self._journey.scenario.profile.mss)

    def _drawn(self, packet: Packet) -> tuple[int, int]:
        """The initial sequence numbers of client and server (RFC 9293 section 3.4.1)."""
        journey = self._journey
        leg = packet.place.rpartition("/")[0]
        client, server = (draw.number(journey.seed, leg, side) & 0xFFFF_FFFF for side in ("client isn", "server isn"))
        return client, server

    @cached_property
    def _idents(self) -> list[int]:
        """The identification of each datagram: every host counts its own, from a number that is drawn."""
        seed, found = self._journey.seed, []
        last: dict[str, int] = {}
        for packet in self._journey.packets:
            host = packet.source.host
            before = last.get(host)
            if before is None:
                before = draw.number(seed, host, "ident")
            last[host] = before + 1 & 0xFFFF
            found.append(last[host])
        return found
