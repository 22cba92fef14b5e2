"""DNS messages as they travel in UDP datagrams: RFC 1035 section 4.

Queries and answers are written here and not by dnspython, because that shuffles the records of an answer (equal
journeys would differ) and because a journey should not load it: about 90 ms, with `email` and `threading` among it. The
tests hold our octets against dnspython's. Reading, where anything may come, is dnspython's work. What was written is
cached by content; only the id differs from one time to the next.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mailedu.dns.address import ipv4, ipv6
from mailedu.dns.zone import Rcode, Record, Result, canonical

if TYPE_CHECKING:
    import dns.name
    import dns.rrset

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
_CACHED: Final = 1024


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


def query(name: str, type: str, id: int) -> bytes:  # noqa: A002  # the field's words
    """The octets of a question with recursion desired; `type` is one of TYPES, `id` has 16 bits.

    ValueError, one clear line, if `name` is no domain name or `type` none of them.
    """
    return id.to_bytes(2, "big") + _query(name, type)


def answer(question: bytes, result: Result, additionals: tuple[Record, ...] = ()) -> bytes:
    """The octets of the answer to the query whose octets are `question`: its id, its question, and the result.

    Additional records that do not fit into a datagram are left out; if the others do not, those that fit are there and
    TC is set (RFC 1035 section 4.2.1). ValueError if `question` holds no question.
    """
    return question[:2] + _answer(question[2:], result, additionals)


def read(octets: bytes) -> Message:
    """Read a query or an answer, of whatever origin. ValueError, one clear line, if it is none.

    Records of types that `Record` has no form for have their text form (RFC 1035 section 5.1) as value.
    """
    import dns.exception
    import dns.message
    import dns.rcode
    import dns.rdatatype

    try:
        message = dns.message.from_wire(octets)
    except (dns.exception.DNSException, ValueError) as wrong:
        raise ValueError(f"no DNS message: {wrong}") from None
    if not message.question:
        raise ValueError("no DNS message: it asks nothing")
    asked = message.question[0]
    return Message(
        message.id,
        bool(message.flags & _ANSWER),
        dns.rcode.to_text(message.rcode()),
        _plain(asked.name),
        dns.rdatatype.to_text(asked.rdtype),
        _records(message.answer),
        _records(message.additional),
        bool(message.flags & _TRUNCATED),
    )


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True) if name.labels != (b"",) else "."


def _records(section: list[dns.rrset.RRset]) -> tuple[Record, ...]:
    import dns.rdatatype

    found = []
    for rrset in section:
        owner, type_ = _plain(rrset.name), dns.rdatatype.to_text(rrset.rdtype)
        for data in rrset:
            preference = 0
            if type_ == "MX":
                preference, value = data.preference, _plain(data.exchange)
            elif type_ == "CNAME":
                value = _plain(data.target)
            elif type_ == "TXT":
                value = b"".join(data.strings).decode(errors="replace")
            else:
                value = data.to_text()
            found.append(Record(owner, type_, value, preference, rrset.ttl))
    return tuple(found)


# Writing --------------------------------------------------------------------------------------------------------------


@lru_cache(_CACHED)
def _query(name: str, type_: str) -> bytes:
    if type_ not in TYPES:
        raise ValueError(f"{type_!r} is no type to ask for (known: {', '.join(TYPES)})")
    flags = _RECURSION_DESIRED.to_bytes(2, "big")
    return flags + b"\x00\x01" + bytes(6) + _labels(name) + TYPES[type_].to_bytes(2, "big") + _IN


@lru_cache(_CACHED)
def _answer(question: bytes, result: Result, additionals: tuple[Record, ...]) -> bytes:
    """The message without its id; `question` is the query without its id."""
    end = _question_end(question)
    writer = _Writer(bytes(2) + question[:end])
    flags = _ANSWER | _RECURSION_AVAILABLE | RCODES[result.rcode] | (question[0] << 8 & _RECURSION_DESIRED)
    there = writer.add(result.records)
    extra = writer.add(additionals) if there == len(result.records) else 0
    if there < len(result.records):
        flags |= _TRUNCATED
    counts = b"".join(count.to_bytes(2, "big") for count in (flags, 1, there, 0, extra))
    return counts + bytes(writer.octets[12:])


def _question_end(question: bytes) -> int:
    """Where the question section of a query without its id ends."""
    at = 10
    while at < len(question) and question[at]:
        at += question[at] + 1
    if question[2:4] != b"\x00\x01" or at + 5 > len(question):
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
        self.remember(12, octets[12:-4])

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
