"""What the simulated domain name system knows: records by name and type, from the tables of a scenario.

RFC 1034 section 3; for mail RFC 1035 section 3.3.9 (MX), RFC 7505 (null MX).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from mailedu.dns.address import ipv4, ipv6

HOUR: Final = 3600
#: A chain of aliases longer than this is taken for a loop (RFC 1034 section 3.6.2: followed, and loops are errors).
MOST_ALIASES: Final = 8
_LABEL: Final = re.compile(r"[A-Za-z0-9_-]{1,63}")


class Rcode(StrEnum):
    """How an answer went (RFC 1035 section 4.1.1)."""

    NOERROR = "NOERROR"
    FORMERR = "FORMERR"
    SERVFAIL = "SERVFAIL"
    """A temporary failure: ask again later."""
    NXDOMAIN = "NXDOMAIN"
    """There is no such name."""
    NOTIMP = "NOTIMP"
    REFUSED = "REFUSED"


class Record(NamedTuple):
    """One resource record of class IN."""

    name: str
    """Its owner, without the last dot."""
    type: str
    value: str
    """An address, a host name without the last dot (`.` for the root), or a text."""
    preference: int = 0
    """MX only; lower is preferred."""
    ttl: int = HOUR


class Result(NamedTuple):
    """What a lookup gives. NOERROR without a record of the type asked for: the name exists, such data does not."""

    rcode: Rcode
    records: tuple[Record, ...] = ()
    """In the zone's order, after the aliases that led there."""


def canonical(name: str) -> str:
    """The name as it is compared: lower case, no last dot (RFC 1034 section 3.1); letters beyond ASCII by IDNA.

    ValueError, one clear line, if no message can hold it: an empty label, one over 63 octets, a name over 255.
    """
    try:
        plain = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(f"{name!r} is no domain name") from None
    plain = plain.removesuffix(".").lower()
    # Each label has a length octet before it, and the root one more (RFC 1035 section 2.3.4).
    if plain and (len(plain) + 2 > 255 or not all(0 < len(label) < 64 for label in plain.split("."))):
        raise ValueError(f"{name!r} is no domain name (labels have 1 to 63 octets, names at most 255)")
    return plain


class Zones:
    """All zones of a scenario, as if one server knew them all."""

    def __init__(self, zones: Mapping[str, object], hosts: Mapping[str, str | Sequence[str]] | None = None) -> None:
        """`zones`: name -> {type: data}, `hosts`: name -> its address or addresses, unless `zones` says otherwise.

        Data: MX `[[preference, host], ...]`; A, AAAA and TXT a string or several; CNAME one name. Two more keys: TTL in
        seconds, and RCODE, with which all questions about this name and those below it are answered (SERVFAIL).
        ValueError, one clear line that names zone and record, for what cannot be read. See `problems` for the rest.
        """
        self._records: dict[str, dict[str, tuple[Record, ...]]] = {}
        self._failing: dict[str, Rcode] = {}
        for name, table in zones.items():
            self._add(name, table)
        for name, given in (hosts or {}).items():
            self._add_host(name, (given,) if isinstance(given, str) else tuple(given))
        #: Every name that exists, those between included: they have no data but are no NXDOMAIN (RFC 1034 section 3.1).
        self._nodes = {"", *self._records}
        for name in self._records:
            while name:
                name = name.partition(".")[2]
                self._nodes.add(name)

    def lookup(self, name: str, type: str) -> Result:  # noqa: A002  # the field's word
        """What a resolver answers for `name` and `type`, aliases followed. Never raises.

        RFC 1034 sections 4.3.1 (a name error may follow aliases) and 4.3.2.
        """
        try:
            key = canonical(name)
        except ValueError:
            return Result(Rcode.NXDOMAIN)
        aliases: tuple[Record, ...] = ()
        while True:
            if self._failing and (rcode := self._failure(key)):
                return Result(rcode, aliases)
            data = self._records.get(key)
            if data is None:
                return Result(Rcode.NOERROR if key in self._nodes else Rcode.NXDOMAIN, aliases)
            alias = data.get("CNAME")
            if not alias or type == "CNAME":
                return Result(Rcode.NOERROR, aliases + data.get(type, ()))
            aliases += alias
            if len(aliases) > MOST_ALIASES:
                return Result(Rcode.SERVFAIL)
            key = alias[0].value.lower()

    def additional(self, result: Result) -> tuple[Record, ...]:
        """The addresses of the hosts that MX records in `result` name: what a server adds unasked.

        None for a host that is an alias. RFC 1035 section 3.3.9; RFC 2181 section 10.3.
        """
        found: dict[Record, None] = {}
        for record in result.records:
            if record.type == "MX":
                data = self._records.get(record.value.lower(), {})
                found.update(dict.fromkeys((*data.get("A", ()), *data.get("AAAA", ()))))
        return tuple(found)

    def problems(self) -> tuple[str, ...]:
        """Tell, a line each, what can be read but is against the rules: to mend a broken zone is a lesson."""
        return tuple(line for name, data in self._records.items() for line in self._problems(name, data))

    # Reading ----------------------------------------------------------------------------------------------------------

    def _add(self, name: str, table: object) -> None:
        where = f"zone {name}"
        try:
            key = canonical(name)
        except ValueError as wrong:
            raise ValueError(f"{where}: {wrong}") from None
        if key in self._records:
            raise ValueError(f"{where}: given twice")
        if not isinstance(table, Mapping):
            raise ValueError(f"{where}: wants a table of records, not {table!r}")
        ttl = table.get("TTL", HOUR)
        if isinstance(ttl, bool) or not isinstance(ttl, int) or not 0 <= ttl < 1 << 31:
            raise ValueError(f"{where}: TTL: wants whole seconds, not {ttl!r}")
        if "RCODE" in table:
            if table["RCODE"] not in _FAILURES:
                raise ValueError(f"{where}: RCODE: wants one of {', '.join(_FAILURES)}, not {table['RCODE']!r}")
            self._failing[key] = Rcode(table["RCODE"])
        owner = name.removesuffix(".") if name.isascii() else key
        data: dict[str, tuple[Record, ...]] = {}
        for type_, given in table.items():
            if type_ in ("TTL", "RCODE"):
                continue
            read = _READ.get(type_)
            if read is None:
                raise ValueError(f"{where}: unknown record type {type_!r} (known: {', '.join(_READ)})")
            pairs = read(f"{where}: {type_}", given)
            data[type_] = tuple(Record(owner, type_, value, preference, ttl) for preference, value in pairs)
        self._records[key] = data

    def _add_host(self, name: str, addresses: Iterable[str]) -> None:
        try:
            key = canonical(name)
        except ValueError as wrong:
            raise ValueError(f"host {name}: {wrong}") from None
        data = self._records.setdefault(key, {})
        found: dict[str, list[Record]] = {}
        for address in addresses:
            type_ = "A" if ipv4(address) else "AAAA" if ipv6(address) else None
            if type_ is None:
                raise ValueError(f"host {name}: {address!r} is no IP address")
            found.setdefault(type_, []).append(Record(name.removesuffix("."), type_, address))
        if "CNAME" not in data:
            for type_, records in found.items():
                data.setdefault(type_, tuple(records))

    def _failure(self, key: str) -> Rcode | None:
        while key:
            if rcode := self._failing.get(key):
                return rcode
            key = key.partition(".")[2]
        return None

    def _problems(self, name: str, data: Mapping[str, tuple[Record, ...]]) -> list[str]:
        where = f"zone {name}"
        lines = []
        if data.get("CNAME") and sum(bool(records) for records in data.values()) > 1:
            lines.append(f"{where}: CNAME: an alias has no other records (RFC 1034 3.6.2)")
        if data.get("CNAME") and self.lookup(name, "A").rcode is not Rcode.NOERROR:
            lines.append(f"{where}: CNAME: {data['CNAME'][0].value} leads nowhere (RFC 1034 3.6.2)")
        exchangers = data.get("MX", ())
        for record in exchangers:
            host = record.value
            if host == ".":
                if len(exchangers) > 1:
                    lines.append(f"{where}: MX: a null MX stands alone (RFC 7505 3)")
            elif ipv4(host) or ipv6(host):
                lines.append(f"{where}: MX: {host} is an address, an MX names a host (RFC 1035 3.3.9)")
            elif self._records.get(host.lower(), {}).get("CNAME"):
                lines.append(f"{where}: MX: {host} is an alias (RFC 2181 10.3)")
            elif not self.additional(Result(Rcode.NOERROR, (record,))):
                lines.append(f"{where}: MX: {host} has no address (RFC 5321 5.1)")
        return lines


_FAILURES: Final = ("SERVFAIL", "REFUSED", "NXDOMAIN", "FORMERR", "NOTIMP")


def _host(where: str, given: object, root: bool = False) -> str:
    if root and given == ".":
        return "."
    if isinstance(given, str):
        try:
            key = canonical(given)
        except ValueError:
            key = ""
        # An address is no host name but has the form of one; `problems` tells.
        if key and (all(_LABEL.fullmatch(label) for label in key.split(".")) or (root and ipv6(given))):
            return given.removesuffix(".") if given.isascii() else key
    raise ValueError(f"{where}: {given!r} is no host name")


def _strings(where: str, given: object) -> tuple[str, ...]:
    several = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, (list, tuple)) else (None,)
    if not all(isinstance(one, str) for one in several):
        raise ValueError(f"{where}: wants a string or a list of strings, not {given!r}")
    return several


def _read_addresses(parse: Callable[[str], bytes | None]) -> Callable[[str, object], list[tuple[int, str]]]:
    def read(where: str, given: object) -> list[tuple[int, str]]:
        for address in _strings(where, given):
            if parse(address) is None:
                raise ValueError(f"{where}: {address!r} is no such address")
        return [(0, address) for address in _strings(where, given)]

    return read


def _read_mx(where: str, given: object) -> list[tuple[int, str]]:
    if not isinstance(given, (list, tuple)):
        raise ValueError(f"{where}: wants [[preference, host], ...], not {given!r}")
    pairs = []
    for pair in given:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ValueError(f"{where}: wants [preference, host], not {pair!r}")
        preference = pair[0]
        if isinstance(preference, bool) or not isinstance(preference, int) or not 0 <= preference <= 65535:
            raise ValueError(f"{where}: a preference is a number from 0 to 65535, not {preference!r}")
        pairs.append((preference, _host(where, pair[1], root=True)))
    return pairs


def _read_text(where: str, given: object) -> list[tuple[int, str]]:
    texts = _strings(where, given)
    for text in texts:
        if len(text.encode()) > 400:
            raise ValueError(f"{where}: a text has at most 400 octets, so that an answer fits into a datagram")
    return [(0, text) for text in texts]


_READ: Final[Mapping[str, Callable[[str, object], list[tuple[int, str]]]]] = {
    "MX": _read_mx,
    "A": _read_addresses(ipv4),
    "AAAA": _read_addresses(ipv6),
    "CNAME": lambda where, given: [(0, _host(where, given))],
    "TXT": _read_text,
}
