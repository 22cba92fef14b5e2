"""From a scenario's tables to hosts, users and zones; for a letter of one's own, also what the world lacks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from mailedu.agents.world import DNS, GIVE_UP, POP3, RETRIES, SMTP, SUBMISSION, Geography, Host, Mail, User
from mailedu.dns.zone import Zones
from mailedu.journey import stored
from mailedu.mime.prepare import Prepared
from mailedu.network.clock import seconds
from mailedu.smtp import extensions

#: Role -> TCP ports on which a machine of that role listens, unless it says otherwise.
_PORTS: Final = {"msa": (SUBMISSION,), "mta": (SMTP,), "maa": (POP3,), "dns": (DNS,)}
_LOGIN: Final = "AUTH LOGIN PLAIN"


class Built(NamedTuple):
    """What comes of the tables."""

    geography: Geography
    machines: Sequence[Mapping[str, Any]]
    """Those on the map, left to right."""
    note: str


def geography_of(
    world: Mapping[str, Any],
    machines: Sequence[Mapping[str, Any]],
    table: Mapping[str, Any],
    sender: str,
    message: Prepared | None,
    reader: str,
    start: float = 0.0,
) -> Built:
    """Build it. `sender`: whose account is used; `message`: a letter of one's own, for which the world is completed.

    `start`: when time begins, seconds since 1970.
    """
    machines = list(machines)
    policies: Mapping[str, Any] = world.get("policies", {})
    more: dict[str, Any] = dict(world.get("hosts", {}))
    hosts: dict[str, Host] = {}
    for machine in machines:
        hosts[machine["name"]] = _host({**machine, **more.pop(machine["name"], {})}, policies.get(machine["name"], {}))
    for name, host in more.items():
        hosts[name] = _host({"name": name, **host}, policies.get(name, {}))
    zones: dict[str, Any] = {domain: dict(zone) for domain, zone in world.get("zones", {}).items()}
    seats = {machine["user"].lower(): machine["name"] for machine in machines if machine.get("user")}
    users: dict[str, User] = {}
    mailboxes: dict[str, tuple[Mail, ...]] = {}
    for address, user in world.get("users", {}).items():
        key = address.lower()
        users[key] = _user(key, user, seats.get(key, ""))
        if user.get("messages"):
            mailboxes[key] = stored.messages(key, users[key].reads_from[0], user["messages"], start)
    note, aliases = "", {}
    if message is not None:
        note = _complete(message, sender.lower(), hosts, users, zones)
        origin = message.reverse_path.lower()
        if origin and origin not in users:
            aliases[origin] = sender.lower()
        machines = _seen_from(reader.lower() or _first(message, users), machines, hosts, users)
    for key, user in list(users.items()):
        if not user.host:
            # Somebody without a machine on the map reads on one of their own.
            name = f"{_label(key)}.{key.rpartition('@')[2]}"
            if name not in hosts:
                hosts[name] = Host(
                    name, _free_address(hosts), f"{_label(key).capitalize()}’s computer", _label(key), ("ua",)
                )
            users[key] = user._replace(host=name)
    locals_ = [key.rpartition("@")[0] for key in users]
    retries = tuple(seconds(pause) for pause in table.get("retries", RETRIES))
    geography = Geography(
        hosts,
        users,
        Zones(zones, {name: host.address for name, host in hosts.items() if host.address}),
        world.get("resolver", next((n for n, h in hosts.items() if "dns" in h.roles), "")),
        aliases,
        mailboxes,
        {key: key.rpartition("@")[0] for key in users if locals_.count(key.rpartition("@")[0]) == 1},
        retries,
        seconds(table.get("give_up", GIVE_UP)),
    )
    return Built(geography, machines, note)


def _host(table: Mapping[str, Any], policy: Mapping[str, Any]) -> Host:
    roles = tuple(table.get("roles", ()))
    ports = tuple(table.get("ports", (port for role in roles for port in _PORTS.get(role, ()))))
    offers = (*extensions.DEFAULT, _LOGIN) if "msa" in roles else extensions.DEFAULT
    return Host(
        name=table["name"],
        address=table.get("address", ""),
        title=table.get("title", table["name"]),
        short=table.get("short", table["name"]),
        roles=roles,
        ports=ports,
        down=tuple((seconds(begin), seconds(end)) for begin, end in table.get("down", ())),
        offers=tuple(table.get("extensions", offers)),
        texts=dict(table.get("texts", {})),
        greylist=seconds(policy.get("greylist", 0)),
        relay_for=tuple(policy.get("relay_for", ())),
    )


def _user(address: str, table: Mapping[str, Any], host: str) -> User:
    return User(
        address,
        table.get("login", address.rpartition("@")[0]),
        table.get("password", ""),
        host,
        _server(table.get("submits_to", ""), SUBMISSION),
        _server(table.get("reads_from", ""), POP3),
        table.get("hello", "EHLO"),
        table.get("quota", 0),
    )


def _server(text: str, port: int) -> tuple[str, int]:
    name, _, number = text.partition(":")
    return name, int(number) if number else port


# A letter of one's own ------------------------------------------------------------------------------------------------


def _complete(
    message: Prepared, sender: str, hosts: dict[str, Host], users: dict[str, User], zones: dict[str, Any]
) -> str:
    """Give each domain that the scenario lacks an exchanger, each recipient there a mailbox; returns what to tell."""
    made: list[str] = []
    known = {domain.lower() for domain in zones} | {address.rpartition("@")[2] for address in users}
    for recipient in message.recipients:
        key = recipient.lower()
        domain = key.rpartition("@")[2]
        if domain in known and domain not in made:
            continue
        exchanger = f"mx.{domain}"
        if domain not in made:
            made.append(domain)
            zones[domain] = {"MX": [[10, exchanger]]}
            if exchanger not in hosts:
                hosts[exchanger] = Host(
                    exchanger, _free_address(hosts), exchanger, domain, ("mta", "mda", "maa"), (SMTP, POP3), (),
                    extensions.DEFAULT,
                )  # fmt: skip
        if key not in users:
            users[key] = User(key, key, "looking-glass", "", ("", SUBMISSION), (exchanger, POP3))
    if not made:
        return ""
    shown = ", ".join(made[:3]) + (f" and {len(made) - 3} more" if len(made) > 3 else "")
    played = "is played by a simulated host" if len(made) == 1 else "are played by simulated hosts"
    return f"{shown} {played}; nothing leaves this computer"


def unplayable(message: Prepared) -> str:
    """Why no world can be made for one of its recipients, in a line; empty if it can."""
    for recipient in message.recipients:
        domain = recipient.rpartition("@")[2]
        if domain.startswith("["):
            return f"{recipient}: a letter to a bare address is not played here; write the name of a domain"
        try:
            Zones({domain: {"MX": [[10, f"mx.{domain}"]]}})
        except ValueError:
            return f"{recipient}: {domain} is no domain name"
    return ""


def _first(message: Prepared, users: Mapping[str, User]) -> str:
    return next((r.lower() for r in message.recipients if r.lower() in users), "")


def _seen_from(
    reader: str, machines: list[Mapping[str, Any]], hosts: dict[str, Host], users: dict[str, User]
) -> list[Mapping[str, Any]]:
    """The map for this reader: the right-hand machines give way to theirs if they are others."""
    user = users.get(reader)
    if user is None or user.host:
        return machines
    server = user.reads_from[0]
    name = f"{_label(reader)}.{reader.rpartition('@')[2]}"
    title = f"{_label(reader).capitalize()}’s computer"
    hosts[name] = Host(name, _free_address(hosts), title, reader.rpartition("@")[0], ("ua",))
    users[reader] = user._replace(host=name)
    seat = {"name": name, "title": title, "short": reader.rpartition("@")[0], "roles": ["ua"], "user": reader}
    left = [m for m in machines if "msa" in m.get("roles", ()) or m.get("user") == machines[0].get("user")]
    if any(machine["name"] == server for machine in machines):
        return [m for m in machines if "ua" not in m.get("roles", ()) or m in left] + [seat]
    host = hosts[server]
    middle = {"name": server, "title": host.title, "short": host.short, "roles": list(host.roles)}
    return [*left, middle, seat]


def _label(address: str) -> str:
    """A host name's first label for the owner of a mailbox."""
    local = address.rpartition("@")[0]
    label = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in local).strip("-")
    return label[:40] or "reader"


def _free_address(hosts: Mapping[str, Host]) -> str:
    """An address that nobody has, from the block for documentation, then from that for benchmarks (RFC 5737, 2544)."""
    number = len(hosts)
    return f"192.0.2.{number}" if number < 250 else f"198.18.{number // 250}.{number % 250 + 1}"
