"""DNS messages as they travel in UDP datagrams: queries and answers to octets and back. RFC 1035 section 4.

What was written is cached by content; only the id differs from one time to the next. What is out of the ordinary is
read by dnspython, which is imported then and not before.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mailedu.dns.octets import DATAGRAM, RCODES, TYPES, Message, question, read_plain, reply
from mailedu.dns.zone import Record, Result

if TYPE_CHECKING:
    import dns.name
    import dns.rrset

__all__ = ["DATAGRAM", "RCODES", "TYPES", "Message", "answer", "query", "read"]

_CACHED: Final = 1024
_question = lru_cache(_CACHED)(question)
_reply = lru_cache(_CACHED)(reply)


def query(name: str, type: str, id: int) -> bytes:  # noqa: A002  # the field’s words
    """The octets of a question with recursion desired; `type` is one of TYPES, `id` has 16 bits.

    ValueError, one clear line, if `name` is no domain name or `type` none of them.
    """
    return id.to_bytes(2, "big") + _question(name, type)


def answer(asked: bytes, result: Result, additionals: tuple[Record, ...] = ()) -> bytes:
    """The octets of the answer to the query whose octets are `asked`: its id, its question, and the result.

    Additional records that do not fit into a datagram are left out; if the others do not, those that fit are there and
    TC is set (RFC 1035 section 4.2.1). ValueError if `asked` holds no question.
    """
    return asked[:2] + _reply(asked[2:], result, additionals)


def read(octets: bytes) -> Message:
    """Read a query or an answer, of whatever origin. ValueError, one clear line, if it is none.

    Records of types that `Record` has no form for have their text form (RFC 1035 section 5.1) as value.
    """
    return read_plain(octets) or _read_anything(octets)


def _read_anything(octets: bytes) -> Message:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.rcode
    import dns.rdatatype

    try:
        message = dns.message.from_wire(octets, one_rr_per_rrset=True)
    except (dns.exception.DNSException, ValueError) as wrong:
        raise ValueError(f"no DNS message: {wrong}") from None
    if not message.question:
        raise ValueError("no DNS message: it asks nothing")
    asked = message.question[0]
    return Message(
        message.id,
        bool(message.flags & dns.flags.QR),
        dns.rcode.to_text(message.rcode()),
        _plain(asked.name),
        dns.rdatatype.to_text(asked.rdtype),
        _records(message.answer),
        _records(message.additional),
        bool(message.flags & dns.flags.TC),
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
