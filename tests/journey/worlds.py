"""Scenarios whose world is another: hosts down, other zones, other users. For tests; a scenario file has faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailedu.agents.world import Host, User
from mailedu.dns.zone import Zones
from mailedu.journey import Scenario, load

ALWAYS = ((0.0, float("inf")),)
ZONES: Mapping[str, Any] = {
    "example.com": {"MX": [[10, "mail.example.com"]]},
    "example.net": {"MX": [[10, "mx1.example.net"], [20, "mx2.example.net"]]},
}


def other(
    name: str = "alice-to-bob",
    *,
    faults: tuple[str, ...] = (),
    hosts: Mapping[str, Mapping[str, Any]] | None = None,
    more_hosts: tuple[Host, ...] = (),
    users: Mapping[str, Mapping[str, Any]] | None = None,
    more_users: tuple[User, ...] = (),
    zones: Mapping[str, Any] | None = None,
    letter: Mapping[str, Any] | None = None,
    reader: str = "",
    **geography: Any,
) -> Scenario:
    """A shipped scenario with some of it replaced; `hosts` and `users`: name -> the fields that change."""
    scenario = load(name, faults)
    old = scenario.geography
    known = {**old.hosts, **{host.name: host for host in more_hosts}}
    known |= {host: known[host]._replace(**changes) for host, changes in (hosts or {}).items()}
    people = {**old.users, **{user.address: user for user in more_users}}
    people |= {address: people[address]._replace(**changes) for address, changes in (users or {}).items()}
    records = Zones({**ZONES, **(zones or {})}, {host.name: host.address for host in known.values() if host.address})
    made = old._replace(hosts=known, users=people, zones=records, **geography)
    return replace(
        scenario,
        geography=made,
        letter={**scenario.letter, **(letter or {})},
        reader=reader or scenario.reader,
        drafts={},
    )
