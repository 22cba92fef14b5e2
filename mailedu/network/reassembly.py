"""From packets back to what each side of a connection said, in the order in which it could be heard.

For our own packets and for those of a foreign capture: sequence numbers may be relative or the 32 bits of the wire, and
segments may come late, twice, cut anew or not at all. RFC 9293 sections 3.4 and 3.10.7.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from mailedu.network.segments import Packet
from mailedu.network.wire import Endpoint

#: Octets and segments kept per direction while those before them are missing; then the missing ones are given up.
MOST_OCTETS: Final = 1 << 20
MOST_SEGMENTS: Final = 256
_MODULUS: Final = 1 << 32
_HALF: Final = 1 << 31


class Piece(NamedTuple):
    """Octets that became readable at one moment."""

    sender: int
    """0: the client, 1: the server."""
    octets: bytes
    time: float
    """Of the packet that made them readable."""
    step: int
    """Of the packet that carried them."""
    n: int
    """Number of the packet that carried them."""
    lost: int = 0
    """So many octets before them were in no packet."""


class Stream(NamedTuple):
    """One connection, or one exchange of datagrams."""

    transport: str
    client: Endpoint
    server: Endpoint
    pieces: tuple[Piece, ...]
    begun: bool
    """Its first SYN was seen."""
    ended: tuple[str, str]
    """How each side ended: `FIN`, `RST` or empty."""


def reassemble(packets: Iterable[Packet]) -> list[Stream]:
    """The streams in `packets`, in order of their first packet. Feed the pieces of one to a client that follows.

    The client is who sent the SYN; where none was seen, the side with the greater port. Octets that come twice count
    once. What the other side acknowledges though no packet held it is given up as lost. Never raises, whatever the
    packets say.
    """
    streams: list[_Stream] = []
    current: dict[tuple[object, ...], _Stream] = {}
    for packet in packets:
        # The host is but a name for the address.
        ends = sorted((packet.source[1:], packet.target[1:]))
        key = (packet.transport, packet.connection, *ends)
        stream = current.get(key)
        if stream is None or stream.is_over_for(packet):
            stream = current[key] = _Stream(packet)
            streams.append(stream)
        stream.take(packet)
    return [stream.done() for stream in streams]


class _Direction:
    """What one side said."""

    __slots__ = ("ended", "held", "next", "size", "start")

    def __init__(self) -> None:
        self.start: int | None = None  # the sequence number of its first octet
        self.next = 0  # how many octets were handed on: the offset that is wanted next
        self.held: dict[int, tuple[bytes, Packet]] = {}  # offset -> octets that came early
        self.size = 0
        self.ended = ""

    def offset(self, seq: int) -> int:
        """How far from the first octet; the nearest of the places that 32 bits can mean."""
        assert self.start is not None
        near = self.start + self.next
        return self.next + (seq - near + _HALF) % _MODULUS - _HALF


class _Stream:
    """One connection while its packets come in."""

    def __init__(self, first: Packet) -> None:
        syn = "SYN" in first.flags
        from_server = (
            "ACK" in first.flags if syn else first.transport == "tcp" and first.source.port < first.target.port
        )
        client, server = (first.target, first.source) if from_server else (first.source, first.target)
        self.transport, self.client, self.server = first.transport, client, server
        self.pieces: list[Piece] = []
        self.sides = (_Direction(), _Direction())
        self.begun = False
        self.syn: int | None = None
        self.last: Packet = first

    def is_over_for(self, packet: Packet) -> bool:
        """Whether this SYN begins a new connection between the same ports."""
        if packet.flags != "SYN" or packet.transport != "tcp":
            return False
        return self.syn != packet.seq or any(side.ended for side in self.sides)

    def take(self, packet: Packet) -> None:
        sender = int(packet.source[1:] != self.client[1:])
        side = self.sides[sender]
        self.last = packet
        if packet.transport != "tcp":
            self.pieces.append(Piece(sender, packet.payload, packet.time, packet.step, packet.n))
            return
        seq = packet.seq
        if "SYN" in packet.flags:
            if sender == 0:
                self.begun, self.syn = True, seq
            seq += 1
            if side.start is None:
                side.start = seq
        if "ACK" in packet.flags:
            self.heard(1 - sender, packet)
        if "RST" in packet.flags:
            self.hand_on_all(sender)
            side.ended = side.ended or "RST"
            return
        if side.start is None:
            # The beginning was not captured: what comes first is the beginning.
            side.start = seq
        if packet.payload:
            self.hold(sender, side.offset(seq), packet)
        if "FIN" in packet.flags:
            side.ended = side.ended or "FIN"

    def heard(self, sender: int, packet: Packet) -> None:
        """The other side has heard so much of `sender`: what is missing below that was missed by the capture alone."""
        side = self.sides[sender]
        if side.start is None and "SYN" in packet.flags:
            side.start = packet.ack
        while side.held and min(side.held) < side.offset(packet.ack):
            self.give_up(sender)

    def hold(self, sender: int, offset: int, packet: Packet) -> None:
        """Hand on what is wanted next; keep what is early; let go what came before."""
        side = self.sides[sender]
        octets = packet.payload
        if offset > side.next:
            known = side.held.get(offset)
            if known is None or len(known[0]) < len(octets):
                side.size += len(octets) - (len(known[0]) if known else 0)
                side.held[offset] = (octets, packet)
            while side.size > MOST_OCTETS or len(side.held) > MOST_SEGMENTS:
                self.give_up(sender)
            return
        self.hand_on(sender, offset, octets, packet)
        self.catch_up(sender)

    def hand_on(self, sender: int, offset: int, octets: bytes, packet: Packet, lost: int = 0) -> None:
        side = self.sides[sender]
        fresh = octets[side.next - offset :] if offset < side.next else octets
        if fresh:
            side.next += len(fresh)
            self.pieces.append(Piece(sender, fresh, self.last.time, packet.step, packet.n, lost))

    def catch_up(self, sender: int) -> None:
        """Hand on the held segments that are no longer early."""
        side = self.sides[sender]
        while side.held:
            offset = min(side.held)
            if offset > side.next:
                return
            octets, packet = side.held.pop(offset)
            side.size -= len(octets)
            self.hand_on(sender, offset, octets, packet)

    def give_up(self, sender: int) -> None:
        """Go on after a hole that nothing has filled."""
        side = self.sides[sender]
        offset = min(side.held)
        octets, packet = side.held.pop(offset)
        side.size -= len(octets)
        lost = offset - side.next
        side.next = offset
        self.hand_on(sender, offset, octets, packet, lost)
        self.catch_up(sender)

    def hand_on_all(self, sender: int) -> None:
        while self.sides[sender].held:
            self.give_up(sender)

    def done(self) -> Stream:
        for sender in (0, 1):
            self.hand_on_all(sender)
        ended = (self.sides[0].ended, self.sides[1].ended)
        return Stream(self.transport, self.client, self.server, tuple(self.pieces), self.begun, ended)
