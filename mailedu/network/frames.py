"""A packet as the octets that a capture on the wire would hold: Ethernet, IPv4, TCP or UDP, and what they are called.

A `Packet` knows relative sequence numbers, hosts and times; what a frame has beyond that comes in `Numbers`. Checksums
are real: an analyzer that checks them finds them right (RFC 9293 section 3.1, RFC 1122 sections 3.2.1.2 and 4.1.3.4).

How checksums are made quickly: 2**16 is 1 modulo 65535, so the one's complement sum of 16-bit words is the whole text
read as one number, modulo 65535. Header fields may be added as they are, where they end at an even octet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from struct import Struct, pack
from typing import Final, NamedTuple, TypeAlias

from mailedu.network.segments import Packet

#: What the header before an IPv4 payload and the whole of an IPv4 datagram take at most.
ETHERNET: Final = 14
IPV4: Final = 20
MOST: Final = 65_535
#: The address of a host that has none (RFC 1122 section 3.2.1.3).
NOBODY: Final = bytes(4)
_IPV4_TYPE: Final = 0x0800
_TCP, _UDP = 6, 17
_DONT_FRAGMENT: Final = 0x4000
_TTL: Final = 64
_MSS: Final = 0x0204  # kind 2, four octets long: the upper half of the option
_BITS: Final = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16}
_OVER_TCP: Final = Struct("!14sHHHHHH8sHHLLHHHH").pack
_OVER_UDP: Final = Struct("!14sHHHHHH8sHHHH").pack
_PORTS: Final = {25: "SMTP", 53: "DNS", 110: "POP3", 587: "SMTP"}

#: Octets of what a packet carries: where they begin and end there, what they are called, what they mean.
Span: TypeAlias = tuple[int, int, str, str]


class Numbers(NamedTuple):
    """What a frame holds that its packet does not say."""

    first: int = 0
    """The sender's initial sequence number (RFC 9293 section 3.4.1)."""
    other: int = 0
    """That of the other side."""
    ident: int = 0
    """Identification of the datagram, modulo 65536."""
    mss: int = 1460
    """What a SYN offers as maximum segment size (RFC 9293 section 3.7.1)."""


class Field(NamedTuple):
    """Some octets of a frame that have a name."""

    name: str
    value: str
    start: int
    end: int
    """Octets from `start` to before `end`, counted from the frame's first."""
    meaning: str = ""


class Layer(NamedTuple):
    """What one protocol put into a frame. The layers of a frame tile it."""

    name: str
    text: str
    """The layer in a few words."""
    start: int
    end: int
    fields: tuple[Field, ...]
    """Those of Ethernet, IPv4, TCP and UDP tile their layer; those of a text may lie within others, or leave gaps."""


_NONE: Final = Numbers()


def frame(packet: Packet, numbers: Numbers = _NONE) -> bytes:
    """The packet as an Ethernet II frame, without padding and check sequence, as captures hold it.

    ValueError if it is longer than a datagram may be.
    """
    payload = packet.payload
    ethernet, addresses, both = _way(packet.source.address, packet.target.address)
    value = int.from_bytes(payload, "big")
    if len(payload) & 1:
        value <<= 8  # padded with a zero octet on the right
    if packet.transport == "udp":
        total = IPV4 + 8 + len(payload)
        _fits(packet, total)
        of_ip = _checksum(0x4500 + total + numbers.ident + _DONT_FRAGMENT + (_TTL << 8 | _UDP) + both)
        length = total - IPV4
        # The length is summed twice: it stands in the pseudo header too. 0 would mean that there is no checksum.
        of_udp = _checksum(both + _UDP + 2 * length + packet.source.port + packet.target.port + value) or 0xFFFF
        return (
            _OVER_UDP(
                ethernet, 0x4500, total, numbers.ident, _DONT_FRAGMENT, _TTL << 8 | _UDP, of_ip, addresses,
                packet.source.port, packet.target.port, length, of_udp,
            )
            + payload
        )  # fmt: skip
    bits, with_ack = _flags(packet.flags)
    options = _MSS << 16 | numbers.mss if bits & _BITS["SYN"] else 0
    header = 24 if options else 20
    total = IPV4 + header + len(payload)
    _fits(packet, total)
    seq, ack = _absolute(packet, numbers)
    if not with_ack:
        ack = 0
    bits |= header << 10  # its length in words of four octets, in the upper four bits
    of_ip = _checksum(0x4500 + total + numbers.ident + _DONT_FRAGMENT + (_TTL << 8 | _TCP) + both)
    of_tcp = _checksum(
        both + _TCP + total - IPV4 + packet.source.port + packet.target.port
        + seq + ack + bits + packet.window + options + value
    )  # fmt: skip
    made = _OVER_TCP(
        ethernet, 0x4500, total, numbers.ident, _DONT_FRAGMENT, _TTL << 8 | _TCP, of_ip, addresses,
        packet.source.port, packet.target.port, seq, ack, bits, packet.window, of_tcp, 0,
    )  # fmt: skip
    return made + options.to_bytes(4, "big") + payload if options else made + payload


def layers(
    packet: Packet, numbers: Numbers = _NONE, protocol: str = "", spans: Iterable[Span] = (), text: str = ""
) -> tuple[Layer, ...]:
    """The frame's layers, outermost first; raises as `frame`.

    `protocol`: what the payload speaks, by default what its port says. `spans`: what is known of the payload. `text`:
    the payload in a few words, by default its size.
    """
    octets = frame(packet, numbers)
    tcp = packet.transport != "udp"
    start = ETHERNET + IPV4
    end = start + ((octets[start + 12] >> 4) * 4 if tcp else 8)
    source, target = packet.source, packet.target
    found = [
        Layer("Ethernet", f"{_mac(octets[6:12])} to {_mac(octets[:6])}", 0, ETHERNET, tuple(_ethernet(octets))),
        Layer("IPv4", f"{source.address} to {target.address}", ETHERNET, start, tuple(_ipv4(packet, octets))),
    ]
    said = f"{source.port} to {target.port}"
    if tcp:
        found.append(
            Layer("TCP", f"{said}, {packet.flags}", start, end, tuple(_placed(start, _tcp(packet, octets[start:end]))))
        )
    else:
        found.append(Layer("UDP", said, start, end, tuple(_placed(start, _udp(packet, octets[start:end])))))
    if packet.payload:
        name = protocol or _PORTS.get(source.port) or _PORTS.get(target.port) or "Data"
        fields = tuple(
            Field(called[:1].upper() + called[1:], _words(packet.payload[first:last]), end + first, end + last, meaning)
            for first, last, called, meaning in spans
            if 0 <= first < last <= len(packet.payload)
        )
        found.append(Layer(name, text or _count(len(packet.payload)), end, len(octets), fields))
    return tuple(found)


# The octets -----------------------------------------------------------------------------------------------------------


def _checksum(total: int) -> int:
    """The complement of the one's complement sum, given as any sum of the words that is not 0."""
    return 0xFFFF - (total % 0xFFFF or 0xFFFF)


@lru_cache(maxsize=4096)
def _way(source: str, target: str) -> tuple[bytes, bytes, int]:
    """Ethernet header; both addresses; their sum. A hardware address is 02:00 (locally administered), then IPv4's."""
    of_source, of_target = address(source), address(target)
    ethernet = pack("!2s4s2s4sH", b"\2\0", of_target, b"\2\0", of_source, _IPV4_TYPE)
    return ethernet, of_source + of_target, int.from_bytes(of_source, "big") + int.from_bytes(of_target, "big")


def address(written: str) -> bytes:
    """The four octets of `192.0.2.1`; those of 0.0.0.0, which is nobody's, for a host that has no IPv4 address."""
    parts = written.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        return NOBODY
    numbers = [int(part) for part in parts]
    return bytes(numbers) if max(numbers) < 256 else NOBODY


@lru_cache(maxsize=64)
def _flags(flags: str) -> tuple[int, bool]:
    """The bits of `PSH, ACK`, and whether ACK is one of them."""
    bits = sum(_BITS[flag] for flag in flags.split(", ") if flag)
    return bits, bool(bits & _BITS["ACK"])


def _absolute(packet: Packet, numbers: Numbers) -> tuple[int, int]:
    """Sequence and acknowledgment number as sent. Who never opened has no numbers of his own: RST then carries 0."""
    seq = 0 if packet.flags == "RST, ACK" and packet.seq == 0 else numbers.first + packet.seq & 0xFFFF_FFFF
    return seq, numbers.other + packet.ack & 0xFFFF_FFFF


def _fits(packet: Packet, total: int) -> None:
    if total > MOST:
        raise ValueError(f"packet {packet.n}: {total} octets are more than an IPv4 datagram holds ({MOST})")


# What they are called -------------------------------------------------------------------------------------------------

#: Name, value, length in octets.
_Named: TypeAlias = tuple[str, str, int]


def _placed(start: int, named: Iterable[_Named]) -> Iterator[Field]:
    for name, value, length in named:
        yield Field(name, value, start, start + length)
        start += length


def _ethernet(octets: bytes) -> Iterator[Field]:
    yield Field("Destination", _mac(octets[:6]), 0, 6)
    yield Field("Source", _mac(octets[6:12]), 6, 12)
    yield Field("Type", "0x0800, IPv4", 12, ETHERNET)


def _ipv4(packet: Packet, octets: bytes) -> Iterator[Field]:
    transport = "UDP" if packet.transport == "udp" else "TCP"
    return _placed(
        ETHERNET,
        (
            ("Version, header length", f"4, {_count(IPV4)}", 1),
            ("Type of service", "0", 1),
            ("Total length", _count(_number(octets, 16)), 2),
            ("Identification", f"{_number(octets, 18)}", 2),
            ("Flags, fragment offset", "do not fragment, 0", 2),
            ("Time to live", f"{octets[22]} hops", 1),
            ("Protocol", f"{octets[23]}, {transport}", 1),
            ("Header checksum", f"0x{_number(octets, 24):04x}", 2),
            ("Source address", _host(packet.source.address, packet.source.host), 4),
            ("Destination address", _host(packet.target.address, packet.target.host), 4),
        ),
    )


def _tcp(packet: Packet, octets: bytes) -> Iterator[_Named]:
    yield from _both_ports(packet)
    seq, ack = int.from_bytes(octets[4:8], "big"), int.from_bytes(octets[8:12], "big")
    yield "Sequence number", f"{packet.seq} (as sent: {seq})", 4
    yield "Acknowledgment number", f"{packet.ack} (as sent: {ack})" if "ACK" in packet.flags else "0 (not used)", 4
    yield "Header length", _count(len(octets)), 1
    yield "Flags", packet.flags, 1
    yield "Window", _count(packet.window), 2
    yield "Checksum", f"0x{_number(octets, 16):04x}", 2
    yield "Urgent pointer", "0", 2
    if len(octets) > 20:
        yield "Maximum segment size", _count(_number(octets, 22)), 4


def _udp(packet: Packet, octets: bytes) -> Iterator[_Named]:
    yield from _both_ports(packet)
    yield "Length", _count(_number(octets, 4)), 2
    yield "Checksum", f"0x{_number(octets, 6):04x}", 2


def _both_ports(packet: Packet) -> Iterator[_Named]:
    yield "Source port", str(packet.source.port), 2
    yield "Destination port", str(packet.target.port), 2


def _number(octets: bytes, at: int) -> int:
    return int.from_bytes(octets[at : at + 2], "big")


def _mac(octets: bytes) -> str:
    return octets.hex(":")


def _host(written: str, name: str) -> str:
    return f"{written}, {name}" if name else written


def _count(octets: int) -> str:
    return "1 octet" if octets == 1 else f"{octets:,} octets"


def _words(octets: bytes) -> str:
    """Octets as text, with line ends and what is no text escaped; the first few hundred of them."""
    few = octets[:256].decode("utf-8", "backslashreplace").replace("\r", "\\r").replace("\n", "\\n")
    return few if len(octets) <= 256 else few + "…"
