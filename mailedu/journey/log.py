"""From steps to the log of writes: each step that crossed the network is one write. None is kept while playing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailedu.agents import draw
from mailedu.agents.actions import Link
from mailedu.agents.world import DNS, POP3, SMTP
from mailedu.machine import Kind
from mailedu.network.wire import Endpoint, Log, What, Write

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey
    from mailedu.journey.step import Step

_LINKS = {
    Link.CONNECT: What.OPEN,
    Link.REFUSED: What.REFUSED,
    Link.UNREACHABLE: What.UNREACHABLE,
    Link.CLOSE: What.FIN,
    Link.RESET: What.RESET,
}


def log_of(journey: Journey) -> Log:
    """The connections and writes of a journey, in the order of its steps."""
    log = Log()
    of_leg: dict[str, int] = {}
    for step in journey.steps:
        if step.kind is Kind.ACTION:
            continue
        leg = step.leg.name
        connection = of_leg.get(leg)
        if connection is None:
            transport = "udp" if step.leg.protocol == "dns" else "tcp"
            connection = of_leg[leg] = log.connect(transport, *_ends(journey, step))
        sender = int(step.kind in (Kind.REPLY, Kind.ANSWER))
        if step.kind is Kind.LINK:
            what = _LINKS.get(Link(step.verb))
            if what is None:
                continue
            if what is What.FIN:
                sender = _closes(journey, step)
            log.writes.append(Write(step.time, what, connection, sender, (), step.n, step.place))
        else:
            what = What.DATAGRAM if step.leg.protocol == "dns" else What.SENT
            log.writes.append(Write(step.time, what, connection, sender, step.octets, step.n, step.place))
    return log


def _closes(journey: Journey, step: Step) -> int:
    """Who closes first: the server if it had the last word, which after QUIT and 421 is its part; else the client."""
    for earlier in reversed(journey.steps[: step.n - 1]):
        if earlier.leg.name == step.leg.name:
            return int(earlier.kind is Kind.REPLY and earlier.after == "CLOSED")
    return 0


def _ends(journey: Journey, step: Step) -> tuple[Endpoint, Endpoint]:
    """Client and server of a leg, with ports; the client's own is drawn."""
    hosts = journey.scenario.geography.hosts
    leg = step.leg
    client, server = hosts[leg.actor], hosts.get(leg.peer)
    port = journey.scenario.profile.ports.get(leg.name) or 49152 + draw.number(journey.seed, leg.name, "port") % 16384
    to = {"dns": DNS, "smtp": SMTP, "pop3": POP3}.get(leg.protocol)
    users = journey.scenario.geography.users.values()
    if leg.protocol == "submission":
        to = next((user.submits_to[1] for user in users if user.submits_to[0] == leg.peer), None)
    elif leg.protocol == "pop3":
        to = next((user.reads_from[1] for user in users if user.reads_from[0] == leg.peer), to)
    return (
        Endpoint(client.name, client.address, port),
        Endpoint(leg.peer, server.address if server else "", to or 587),
    )
