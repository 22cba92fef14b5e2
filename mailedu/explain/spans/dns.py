"""Which octets of a DNS message mean what (RFC 1035 section 4). Reads just enough, and never past the end."""

from __future__ import annotations

import re
from typing import Final

from mailedu.explain.model import Key, Reading
from mailedu.explain.spans.scan import Scan
from mailedu.visible import visible

_HEADER: Final = 12
TYPES: Final = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 15: "MX", 16: "TXT", 28: "AAAA", 41: "OPT"}
_ZEROS: Final = re.compile(r"(?:^0|:0)(?::0)+(?::|$)")
RCODES: Final = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def message(key: Key) -> Reading:
    """A query or an answer: header, question, resource records."""
    scan = Scan(key.octets)
    octets = key.octets
    if len(octets) < _HEADER:
        return scan.reading()
    scan.mark(0, 2, "ID")
    rcode = RCODES.get(octets[3] & 15, str(octets[3] & 15))
    scan.mark(2, 4, "flags", "answer" if octets[2] & 128 else "query")
    scan.mark(4, _HEADER, "counts")
    scan.values["rcode"] = rcode
    questions, answers, authority, additional = (int.from_bytes(octets[at : at + 2]) for at in (4, 6, 8, 10))
    at: int | None = _HEADER
    if questions:
        at = _question(scan, at or 0)
    found: list[tuple[int, str]] = []
    for number in range(min(answers + authority + additional, 64)):
        if at is None:
            break
        at = _record(scan, at, "answer" if number < answers else "other", found)
    if octets[2] & 128:
        _labels(scan, key.verb, rcode, found)
    return scan.reading()


def _labels(scan: Scan, verb: str, rcode: str, found: list[tuple[int, str]]) -> None:
    """What sort of answer it is; of exchangers the most preferred is kept, and how many there are."""
    if rcode != "NOERROR":
        scan.labels.append(rcode)
    elif not found:
        scan.labels.append("no data")
    elif verb == "MX":
        found.sort()
        preference, host = found[0]
        if host == ".":
            scan.labels.append("null MX")
        else:
            scan.values["preference"], scan.values["host"] = str(preference), host
        if len(found) > 1:
            scan.values["secondpreference"], scan.values["second"] = str(found[1][0]), found[1][1]
            scan.labels.append("several")
    else:
        scan.values["address"] = found[0][1]


def _question(scan: Scan, at: int) -> int | None:
    name, end = name_at(scan.octets, at)
    if end is None or end + 4 > len(scan.octets):
        return None
    scan.mark(at, end, "QNAME")
    scan.values["domain"] = name
    scan.mark(end, end + 2, "QTYPE", TYPES.get(int.from_bytes(scan.octets[end : end + 2]), ""))
    scan.mark(end + 2, end + 4, "QCLASS")
    return end + 4


def _record(scan: Scan, at: int, section: str, found: list[tuple[int, str]]) -> int | None:
    octets = scan.octets
    _, end = name_at(octets, at)
    if end is None or end + 10 > len(octets):
        return None
    rtype = TYPES.get(int.from_bytes(octets[end : end + 2]), "")
    data, size = end + 10, int.from_bytes(octets[end + 8 : end + 10])
    after = data + size
    if after > len(octets):
        return None
    if rtype == "OPT":
        scan.mark(at, after, "record", "OPT")
        return after
    scan.mark(at, end, "owner name")
    scan.mark(end, end + 2, "TYPE", rtype)
    scan.mark(end + 2, end + 4, "CLASS")
    scan.mark(end + 4, end + 8, "TTL")
    scan.mark(end + 8, data, "RDLENGTH")
    if rtype == "MX" and size > 2:
        scan.mark(data, data + 2, "preference")
        scan.mark(data + 2, after, "exchange")
        if section == "answer":
            found.append((int.from_bytes(octets[data : data + 2]), name_at(octets, data + 2)[0]))
    elif (rtype, size) in (("A", 4), ("AAAA", 16)):
        scan.mark(data, after, "address record", rtype)
        if section == "answer":
            found.append((0, address(octets[data:after])))
    else:
        scan.mark(data, after, "RDATA", rtype)
    return after


def address(octets: bytes) -> str:
    """Four octets with dots, sixteen in hexadecimal with the zeros left out."""
    if len(octets) == 4:
        return ".".join(map(str, octets))
    groups = ":".join(f"{int.from_bytes(octets[at : at + 2]):x}" for at in range(0, 16, 2))
    return _ZEROS.sub("::", groups, count=1)


def name_at(octets: bytes, at: int) -> tuple[str, int | None]:
    """The domain name at `at`, and where what follows it begins; None if it is cut off or turns in a circle.

    Labels with their lengths, or a pointer to an earlier place (RFC 1035 sections 3.1 and 4.1.4).
    """
    labels: list[str] = []
    end: int | None = None
    for _ in range(128):
        if at >= len(octets):
            return "", None
        length = octets[at]
        if length == 0:
            return ".".join(labels) or ".", at + 1 if end is None else end
        if length >= 192:
            if at + 2 > len(octets):
                return "", None
            end = at + 2 if end is None else end
            at = int.from_bytes(octets[at : at + 2]) & 0x3FFF
        elif length < 64:
            labels.append(visible(octets[at + 1 : at + 1 + length]))
            at += 1 + length
        else:
            return "", None
    return "", None
