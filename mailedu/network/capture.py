"""Capture files as Wireshark and tcpdump read them: pcapng, and pcap as it was before.

Both are generators of octets: what comes in are frames with their times, what comes out goes into a file, a pipe or a
download. pcapng (draft-ietf-opsawg-pcapng) also holds a comment a packet and the names of hosts; pcap has room for
neither. Numbers are written little-endian, times in microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from struct import Struct, pack
from typing import Final, NamedTuple

from mailedu.network.frames import address

_SECTION, _INTERFACE, _NAMES, _PACKET = 0x0A0D0D0A, 1, 4, 6
_MAGIC: Final = 0x1A2B3C4D
_MAGIC_PCAP: Final = 0xA1B2C3D4
_ETHERNET: Final = 1
#: More than any frame has.
_SNAP: Final = 262_144
_COMMENT, _APPLICATION, _NAME, _RESOLUTION = 1, 4, 2, 9
_MICROSECONDS: Final = 6
#: Whether a header of an option has room for the length of its text.
_LONGEST: Final = 65_535
_ENHANCED: Final = Struct("<LLLLLLL").pack
_RECORD: Final = Struct("<LLLL").pack
_LENGTH: Final = Struct("<L").pack


class Captured(NamedTuple):
    """A frame, and when it was seen."""

    time: int
    """Microseconds since 1970, UTC."""
    octets: bytes
    comment: str = ""


def pcapng(
    frames: Iterable[Captured], names: Mapping[str, str], application: str = "", comment: str = ""
) -> Iterator[bytes]:
    """One section, one interface, the names (IPv4 address -> host), then the packets; a block each.

    ValueError for a time before 1970.
    """
    about = (*_option(_COMMENT, comment), *_option(_APPLICATION, application))
    yield _block(_SECTION, pack("<LHHq", _MAGIC, 1, 0, -1), *_options(about))
    resolution = pack("<HHB3x", _RESOLUTION, 1, _MICROSECONDS)
    yield _block(_INTERFACE, pack("<HHL", _ETHERNET, 0, 0), *_options((*_option(_NAME, "simulated"), resolution)))
    if names:
        yield _block(_NAMES, *(_name(written, name) for written, name in names.items()), b"\0\0\0\0")
    for one in frames:
        octets = one.octets
        head = 0, _above(one.time) >> 32, one.time & 0xFFFF_FFFF, len(octets), len(octets)
        rest = b"".join(_options(_option(_COMMENT, one.comment)))
        padding = -len(octets) % 4
        length = 32 + len(octets) + padding + len(rest)
        yield _ENHANCED(_PACKET, length, *head) + octets + bytes(padding) + rest + _LENGTH(length)


def pcap(frames: Iterable[Captured]) -> Iterator[bytes]:
    """The header of the file, then a record a frame. ValueError for a time that 32 bits of seconds do not hold."""
    yield pack("<LHHlLLL", _MAGIC_PCAP, 2, 4, 0, 0, _SNAP, _ETHERNET)
    for one in frames:
        seconds, micro = divmod(_above(one.time), 1_000_000)
        if seconds > 0xFFFF_FFFF:
            raise ValueError("a pcap file holds no time after 2106; pcapng does")
        yield _RECORD(seconds, micro, len(one.octets), len(one.octets)) + one.octets


def _above(time: int) -> int:
    if time < 0:
        raise ValueError("a capture holds no time before 1970")
    return time


def _block(kind: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = len(body) + 12
    return pack("<LL", kind, length) + body + _LENGTH(length)


def _option(code: int, text: str) -> tuple[bytes, ...]:
    """An option, or none if there is nothing to say."""
    octets = text.encode("utf-8", "replace")
    if len(octets) > _LONGEST:
        octets = octets[: _LONGEST - 3].decode("utf-8", "ignore").encode() + "…".encode()
    return (pack("<HH", code, len(octets)) + octets + bytes(-len(octets) % 4),) if octets else ()


def _options(options: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """With the mark of their end, which stands only where there are some."""
    return (*options, b"\0\0\0\0") if options else ()


def _name(written: str, name: str) -> bytes:
    """A record of IPv4 address and host name."""
    text = address(written) + name.encode("utf-8", "replace") + b"\0"
    return pack("<HH", 1, len(text)) + text + bytes(-len(text) % 4)
