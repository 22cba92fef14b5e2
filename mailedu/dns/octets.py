"""DNS messages written, and plain ones read, octet by octet: RFC 1035 section 4.

Not by dnspython, because that shuffles the records of an answer (equal journeys would differ) and because a journey
should not load it: about 90 ms, with `email` and `threading` among it. The tests hold all this against dnspython.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from mailedu.dns.address import ipv4, ipv6, ipv6_text
from mailedu.dns.zone import Rcode, Record, Result, canonical

#: The most octets of a message over UDP (RFC 1035 section 2.3.4).
DATAGRAM: Final = 512
TYPES: Final = {"A": 1, "CNAME": 5, "MX": 15, "TXT": 16, "AAAA": 28}
RCODES: Final = {
    Rcode.NOERROR: 0,
    Rcode.FORMERR: 1,
    Rcode.SERVFAIL: 2,
    Rcode.NXDOMAIN: 3,
    Rcode.NOTIMP: 4,
    Rcode.REFUSED: 5,
}
#: Bits of the header's second word (RFC 1035 section 4.1.1).
_ANSWER: Final = 0x8000
_TRUNCATED: Final = 0x0200
_RECURSION_DESIRED: Final = 0x0100
_RECURSION_AVAILABLE: Final = 0x0080
_IN: Final = b"\x00\x01"
_HEADER: Final = 12
_PLAIN_LABEL: Final = re.compile(rb"[A-Za-z0-9_-]{1,63}")


class Message(NamedTuple):
    """A message, read."""

    id: int
    is_answer: bool
    rcode: str
    name: str
    """What was asked, without the last dot."""
    type: str
    answers: tuple[Record, ...] = ()
    additionals: tuple[Record, ...] = ()
    truncated: bool = False


# Writing --------------------------------------------------------------------------------------------------------------


def question(name: str, type_: str) -> bytes:
    """A query without its id. ValueError for what is no name or none of TYPES."""
    if type_ not in TYPES:
        raise ValueError(f"{type_!r} is no type to ask for (known: {', '.join(TYPES)})")
    flags = _RECURSION_DESIRED.to_bytes(2, "big")
    return flags + b"\x00\x01" + bytes(6) + _labels(name) + TYPES[type_].to_bytes(2, "big") + _IN


def reply(asked: bytes, result: Result, additionals: tuple[Record, ...]) -> bytes:
    """The answer without its id to `asked`, the query without its id. ValueError if that asks nothing."""
    writer = _Writer(bytes(2) + asked[: _question_end(asked)])
    flags = _ANSWER | _RECURSION_AVAILABLE | RCODES[result.rcode] | (asked[0] << 8 & _RECURSION_DESIRED)
    there = writer.add(result.records)
    extra = writer.add(additionals) if there == len(result.records) else 0
    if there < len(result.records):
        flags |= _TRUNCATED
    counts = b"".join(count.to_bytes(2, "big") for count in (flags, 1, there, 0, extra))
    return counts + bytes(writer.octets[_HEADER:])


def _question_end(asked: bytes) -> int:
    """Where the question section of a query without its id ends."""
    at = _HEADER - 2
    while at < len(asked) and asked[at]:
        at += asked[at] + 1
    if asked[2:4] != b"\x00\x01" or at + 5 > len(asked):
        raise ValueError("no DNS query: it asks nothing, or more than one thing")
    return at + 5


def _labels(name: str) -> bytes:
    """A name as it travels, uncompressed (RFC 1035 section 3.1). The case is kept."""
    plain = canonical(name)
    if name.isascii():
        plain = name.removesuffix(".")
    labels = plain.encode("ascii").split(b".") if plain else []
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\x00"


class _Writer:
    """Append records to a message of header and question, names compressed (RFC 1035 section 4.1.4)."""

    def __init__(self, octets: bytes) -> None:
        self.octets = bytearray(octets)
        self.known: dict[bytes, int] = {}
        self.remember(_HEADER, octets[_HEADER:-4])

    def add(self, records: tuple[Record, ...]) -> int:
        """Append as many as a datagram holds; returns how many."""
        for count, record in enumerate(records):
            size = len(self.octets)
            self.record(record)
            if len(self.octets) > DATAGRAM:
                del self.octets[size:]
                self.known = {name: at for name, at in self.known.items() if at < size}
                return count
        return len(records)

    def record(self, record: Record) -> None:
        self.name(record.name)
        self.octets += TYPES[record.type].to_bytes(2, "big") + _IN + record.ttl.to_bytes(4, "big") + bytes(2)
        start = len(self.octets)
        if record.type == "MX":
            self.octets += record.preference.to_bytes(2, "big")
            self.name(record.value)
        elif record.type == "CNAME":
            self.name(record.value)
        else:
            self.octets += _data(record)
        self.octets[start - 2 : start] = (len(self.octets) - start).to_bytes(2, "big")

    def name(self, name: str) -> None:
        """Append a name; the longest end of it that was there before becomes a pointer."""
        rest = _labels(name)
        at = 0
        while rest[at] and rest[at:].lower() not in self.known:
            at += rest[at] + 1
        start = len(self.octets)
        self.octets += rest[:at]
        if rest[at]:
            self.octets += (0xC000 | self.known[rest[at:].lower()]).to_bytes(2, "big")
        else:
            self.octets += b"\x00"
        self.remember(start, rest, at)

    def remember(self, start: int, name: bytes, upto: int | None = None) -> None:
        """Note where the ends of a name begin: those whose first label was written, not pointed to."""
        at = 0
        while name[at] and (upto is None or at < upto):
            self.known.setdefault(name[at:].lower(), start + at)
            at += name[at] + 1


def _data(record: Record) -> bytes:
    """The data of a record that has no name in it."""
    if record.type == "TXT":
        text = record.value.encode()
        parts = [text[at : at + 255] for at in range(0, len(text), 255)] or [b""]
        return b"".join(bytes((len(part),)) + part for part in parts)
    octets = ipv4(record.value) if record.type == "A" else ipv6(record.value)
    if octets is None:
        raise ValueError(f"{record.value!r} is no address for a record of type {record.type}")
    return octets


# Reading --------------------------------------------------------------------------------------------------------------


def read_plain(octets: bytes) -> Message | None:
    """A message of the usual sort: one question, records of TYPES and nothing odd about them. None for any other."""
    try:
        reader = _Reader(octets)
        ident, flags, questions, answers, authorities, additionals = (reader.number(2) for _ in range(6))
        rcode = _RCODES.get(flags & 0x000F)
        if questions != 1 or authorities or flags & _UNUSUAL or rcode is None:
            return None
        name, asked = reader.name(), _TYPES[reader.number(2)]
        if reader.take(2) != _IN:
            return None
        sections = [tuple(reader.record() for _ in range(count)) for count in (answers, additionals)]
    except (LookupError, ValueError):
        return None
    if reader.at != len(octets):
        return None
    return Message(ident, bool(flags & _ANSWER), rcode, name, asked, sections[0], sections[1], bool(flags & _TRUNCATED))


#: Other operations than a query; bits that must be zero or belong to DNSSEC.
_UNUSUAL: Final = 0x7870
_TYPES: Final = {number: name for name, number in TYPES.items()}
_RCODES: Final = {number: rcode for rcode, number in RCODES.items()}


class _Reader:
    """Walk a message. ValueError or LookupError where it is not of the usual sort."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at = 0

    def take(self, count: int) -> bytes:
        self.at += count
        if self.at > len(self.octets):
            raise ValueError("cut short")
        return self.octets[self.at - count : self.at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def name(self) -> str:
        """A name, its pointers followed; each must point further back than the one before."""
        labels = []
        before, end = self.at, 0
        while size := self.number(1):
            if size >= 0xC0:
                to = (size & 0x3F) << 8 | self.number(1)
                if not _HEADER <= to < before:
                    raise ValueError("a pointer that does not point back")
                end = end or self.at
                self.at = before = to
                continue
            label = self.take(size)
            if not _PLAIN_LABEL.fullmatch(label):
                raise ValueError("a label out of the ordinary")
            labels.append(label.decode("ascii"))
        self.at = end or self.at
        canonical(name := ".".join(labels))
        return name or "."

    def record(self) -> Record:
        owner, type_ = self.name(), _TYPES[self.number(2)]
        if self.take(2) != _IN:
            raise ValueError("not of the Internet")
        ttl = self.number(4)
        end = self.number(2) + self.at
        preference = 0
        if type_ == "MX":
            preference, value = self.number(2), self.name()
        elif type_ == "CNAME":
            value = self.name()
        elif type_ == "TXT":
            parts = [self.take(self.number(1))]
            while self.at < end:
                parts.append(self.take(self.number(1)))
            value = b"".join(parts).decode()
        elif type_ == "A":
            value = ".".join(map(str, self.take(4)))
        else:
            value = ipv6_text(self.take(16))
        if self.at != end or ttl >= 1 << 31:
            raise ValueError("a record longer or shorter than it says")
        return Record(owner, type_, value, preference, ttl)
