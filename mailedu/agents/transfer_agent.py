"""The mail transfer agent: takes charge of a letter, adds its Received field, parts recipients by where they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mailedu.agents import bounce, delivery, queue
from mailedu.agents.actions import Action
from mailedu.agents.bounce import Failure
from mailedu.agents.effects import Letter
from mailedu.agents.errand import Agent, Do, Stage, Start
from mailedu.agents.policy import Accepted
from mailedu.agents.world import World
from mailedu.mime import trace

#: A journey is played again at each edit, and mostly the same field is written.
_received = lru_cache(maxsize=256)(trace.received)


def take_charge(world: World, accepted: Accepted) -> Agent:
    """What a server does with a letter that it acknowledged: a Received field, then a mailbox here or a queue entry."""
    letter = accepted.letter
    recipients = letter.envelope.recipients
    field = _received(
        from_said=accepted.hello,
        from_seen_name=accepted.client.name,
        from_seen_address=accepted.client.address,
        by=accepted.host,
        protocol=accepted.protocol,
        id=accepted.queue_id,
        recipient=recipients[0] if len(recipients) == 1 else None,
        when=world.clock.start + accepted.time,
    )
    yield from forward(world, accepted.host, letter.with_field(field), field, accepted.leg)


def forward(world: World, host: str, letter: Letter, field: bytes, parent: str) -> Agent:
    """Part the recipients into those whose mailbox is here and an entry for each other domain.

    `field`: the Received field just put on top, or empty for a letter written here.
    """
    here = tuple(r for r in letter.envelope.recipients if world.is_final(host, r))
    domains: dict[str, list[str]] = {}
    for recipient in letter.envelope.recipients:
        if recipient not in here:
            domains.setdefault(recipient.rpartition("@")[2].lower(), []).append(recipient)
    if domains:
        leg = world.leg(letter.id, "queue", Stage.DELIVER, host, "", "queue", parent=parent)
        if field:
            yield Do(leg, Action.RECEIVED, (field,))
        rows = tuple(f"{domain}: {', '.join(to)}\r\n".encode() for domain, to in domains.items())
        yield Do(leg, Action.QUEUE, rows)
        for domain, to in domains.items():
            yield Start(queue.deliver(world, host, letter, domain, tuple(to), leg.name, _report))
    if here:
        yield Start(_deliver_here(world, host, letter, here, b"" if domains else field, parent))


def _deliver_here(
    world: World, host: str, letter: Letter, recipients: tuple[str, ...], field: bytes, parent: str
) -> Agent:
    failures = yield from delivery.deliver_here(world, host, letter, recipients, field, parent)
    if failures:
        yield Start(_report(world, host, letter, failures, parent))


def _report(world: World, host: str, letter: Letter, failures: Sequence[Failure], parent: str) -> Agent:
    """Write a report of failure and send it on its way."""
    written = yield from bounce.report(world, host, letter, failures, parent)
    if written is not None:
        yield from forward(world, host, written, b"", parent)
