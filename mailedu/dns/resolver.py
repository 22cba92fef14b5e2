"""Which hosts take mail for a domain, and in which order: RFC 5321 section 5.1, RFC 7505.

What was looked up comes in, what to try comes out; nobody here asks or waits.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from random import Random
from typing import NamedTuple

from mailedu.dns.zone import Rcode, Result


class Exchanger(NamedTuple):
    """A host to try."""

    preference: int
    host: str


class Obstacle(StrEnum):
    """Why there is no host to try."""

    NO_SUCH_DOMAIN = "the domain does not exist"
    NOT_NOW = "the domain could not be looked up"
    """Temporary: queue the letter and ask again later."""
    NULL_MX = "the domain takes no mail"
    """556 5.1.10 for a recipient's domain, 550 5.7.27 for a sender's (RFC 7505 section 4.1)."""
    SELF = "this host is the best exchanger and must not relay to itself or to worse ones"


def exchangers(
    result: Result, domain: str, *, drop_self: str | Collection[str] = "", shuffle: Random | None = None
) -> tuple[Exchanger, ...]:
    """The hosts to try for mail to `domain`, best first; `result` is what asking for its MX gave.

    Lower preferences first; equal ones in random order, drawn from `shuffle`, or in the zone's order without it. No MX
    record at all: the domain itself, or what it is an alias of, with preference 0. A relay that finds one of its own
    names (`drop_self`) drops itself and all of that preference and higher ones. Empty if there is no one: `obstacle`
    says why. RFC 5321 section 5.1.
    """
    if result.rcode is not Rcode.NOERROR:
        return ()
    records = [record for record in result.records if record.type == "MX"]
    found = [Exchanger(record.preference, record.value) for record in records if record.value != "."]
    if not records:
        aliases = [record.value for record in result.records if record.type == "CNAME"]
        found = [Exchanger(0, aliases[-1] if aliases else domain.removesuffix("."))]
    own = {_plain(name) for name in ((drop_self,) if isinstance(drop_self, str) else drop_self) if name}
    limit = min((one.preference for one in found if _plain(one.host) in own), default=None)
    if limit is not None:
        found = [one for one in found if one.preference < limit]
    if shuffle:
        # Drawn before sorting, and the sort keeps the order of equals: so each tie is in random order.
        shuffle.shuffle(found)
    found.sort(key=_preference)
    return tuple(found)


def obstacle(result: Result, domain: str, *, drop_self: str | Collection[str] = "") -> Obstacle | None:
    """Why `exchangers` finds no host; None if it finds one. RFC 5321 section 5.1."""
    if result.rcode is Rcode.NXDOMAIN:
        return Obstacle.NO_SUCH_DOMAIN
    if result.rcode is not Rcode.NOERROR:
        return Obstacle.NOT_NOW
    if exchangers(result, domain, drop_self=drop_self):
        return None
    return Obstacle.SELF if exchangers(result, domain) else Obstacle.NULL_MX


def is_null_mx(result: Result) -> bool:
    """Whether the domain says that it takes no mail: one MX, which names the root (RFC 7505 section 3)."""
    hosts = [record.value for record in result.records if record.type == "MX"]
    return bool(hosts) and all(host == "." for host in hosts)


def addresses(result: Result) -> tuple[str, ...]:
    """The addresses that asking for A or AAAA gave, to be tried in this order (RFC 5321 section 5.1)."""
    return tuple(record.value for record in result.records if record.type in ("A", "AAAA"))


def _preference(exchanger: Exchanger) -> int:
    return exchanger.preference


def _plain(name: str) -> str:
    return name.removesuffix(".").lower()
