"""The queue of a server: for each (letter, domain) an agent that tries, waits, tries again and gives up in the end.

Who is tried comes from the DNS; how long it waits and when it gives up from the scenario (RFC 5321 section 4.5.4.1).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from random import Random
from typing import Any, Final, TypeAlias

from mailedu.agents import draw
from mailedu.agents.actions import Action
from mailedu.agents.bounce import Failure
from mailedu.agents.effects import Deferred, Letter
from mailedu.agents.errand import Agent, Do, Errand, Lookup, NoConnection, Sleep, Stage, Start, Talk
from mailedu.agents.world import SMTP, World
from mailedu.dns import resolver
from mailedu.dns.resolver import Obstacle
from mailedu.dns.zone import Result as Found
from mailedu.dns.zone import canonical
from mailedu.machine import ReplyClass
from mailedu.network.clock import duration
from mailedu.smtp.scripts import Fate, Outcome, Result, send

#: Why there is no way to a domain -> enhanced status code (RFC 3463 section 3, RFC 7505 section 4.1).
_STATUS: Final = {Obstacle.NO_SUCH_DOMAIN: "5.1.2", Obstacle.NULL_MX: "5.1.10", Obstacle.SELF: "5.4.6"}
_NEXT_HOST: Final = frozenset({"GREETING", "EHLO", "HELO"})

#: What is to be done about recipients who will not have the letter.
Report: TypeAlias = "Callable[[World, str, Letter, Sequence[Failure], str], Agent]"


def deliver(
    world: World, host: str, letter: Letter, domain: str, recipients: tuple[str, ...], parent: str, report: Report
) -> Agent:
    """Stage 3 for one domain: attempt after attempt until each recipient is taken, refused for good, or given up."""
    geography = world.geography
    since = world.clock.now
    attempt = 0
    waiting = recipients
    while True:
        attempt += 1
        failures, waiting, why = yield from _attempt(world, host, letter, domain, waiting, parent)
        if failures:
            yield Start(report(world, host, letter, failures, parent))
        if not waiting:
            return
        entry = world.leg(letter.id, f"queue:{domain}", Stage.DELIVER, host, "", "queue", parent=parent)
        pause = geography.retries[min(attempt, len(geography.retries)) - 1]
        rows = (f"{why}\r\n".encode("utf-8", "surrogateescape"),) if why else ()
        if world.clock.now + pause - since > geography.give_up:
            waited = duration(world.clock.now - since)
            yield Do(entry, Action.EXPIRE, (*rows, f"waited {waited}: given up\r\n".encode()))
            yield Start(report(world, host, letter, [Failure(r, "", why, "4.4.7") for r in waiting], parent))
            return
        until = world.clock.now + pause
        rows = (*rows, f"attempt {attempt + 1} in {duration(pause)}\r\n".encode())
        yield Do(entry, Action.DEFER, rows, (Deferred(host, letter.id, waiting, until),))
        yield Sleep(until)


def _attempt(
    world: World, host: str, letter: Letter, domain: str, recipients: tuple[str, ...], parent: str
) -> Generator[Errand, Any, tuple[list[Failure], tuple[str, ...], str]]:
    """One round over the exchangers of `domain`. Returns failures for good, who is left, and why."""
    if not _can_be_asked(domain):
        why = f"{domain or 'nothing'} is no domain that the DNS could be asked for"
        return [Failure(r, "", why, "5.1.2") for r in recipients], (), why
    leg = world.leg(letter.id, f"mx:{domain}", Stage.DELIVER, host, world.geography.resolver, "dns", parent=parent)
    answer: Found = yield Lookup(leg, domain, "MX")
    exchangers = resolver.exchangers(answer, domain, drop_self=host, shuffle=_shuffle(world, answer, leg.name))
    if not exchangers:
        obstacle = resolver.obstacle(answer, domain, drop_self=host) or Obstacle.NOT_NOW
        if obstacle is Obstacle.NOT_NOW:
            return [], recipients, "the DNS did not answer"
        return [Failure(r, "", obstacle, _STATUS[obstacle]) for r in recipients], (), obstacle
    why, remote, said = "", "", None
    for_good = True
    for number, exchanger in enumerate(exchangers):
        if number:
            leg = world.leg(
                letter.id, f"mx:{domain}", Stage.DELIVER, host, world.geography.resolver, "dns", parent=parent
            )
        found: Found = yield Lookup(leg, exchanger.host, "A")
        if not any(record.type == "A" for record in found.records):
            why = f"{exchanger.host} has no address"
            for_good = for_good and found.rcode in ("NOERROR", "NXDOMAIN")
            continue
        rows = tuple(f"{'►' if e is exchanger else ' '} {e.preference} {e.host}\r\n".encode() for e in exchangers)
        yield Do(leg, Action.ROUTE, rows)
        talk = world.leg(letter.id, f"deliver:{domain}", Stage.DELIVER, host, exchanger.host, "smtp", parent=leg.name)
        letter_now = letter._replace(envelope=letter.envelope._replace(recipients=recipients))
        script = send(host, letter.envelope.reverse_path, recipients, letter.carried, pipelining=True)
        outcome: Outcome | NoConnection = yield Talk(talk, script, SMTP, letter_now)
        if isinstance(outcome, NoConnection):
            why = f"{exchanger.host} {'refuses connections' if outcome.refused else 'does not answer'}"
            for_good = False
            continue
        if outcome.stage in _NEXT_HOST:
            # Turned away before a word about the letter: another exchanger may take it (RFC 5321 section 5.1).
            first = outcome.results[0]
            why, remote, said = _why(exchanger.host, first), exchanger.host, first.reply
            for_good = for_good and first.final
            continue
        failures = [
            Failure(r.recipient, exchanger.host, str(r.reply), r.reply.enhanced if r.reply else "", r.reply)
            for r in outcome.results
            if r.final and r.fate is not Fate.ACCEPTED
        ]
        left = tuple(r.recipient for r in outcome.results if not r.final)
        last = next((r for r in reversed(outcome.results) if not r.final), None)
        return failures, left, _why(exchanger.host, last) if last is not None else ""
    if not for_good:
        return [], recipients, why
    # None of the exchangers can be used, and that is no matter of time (RFC 5321 section 5.1).
    if said is None:
        return [Failure(r, "", why, "5.1.2") for r in recipients], (), why
    return [Failure(r, remote, str(said), said.enhanced, said) for r in recipients], (), why


def _can_be_asked(domain: str) -> bool:
    """Whether a question about it fits into a message. An address in brackets has no name (RFC 5321 section 4.1.3)."""
    try:
        return bool(canonical(domain)) and not domain.startswith("[")
    except ValueError:
        return False


def _shuffle(world: World, answer: Found, leg: str) -> Random | None:
    """What draws the order of exchangers that are equally preferred; None where no two are."""
    preferences = [record.preference for record in answer.records if record.type == "MX"]
    return Random(draw.number(world.seed, leg, "order")) if len(set(preferences)) < len(preferences) else None


def _why(host: str, result: Result) -> str:
    """Why a recipient has to wait, in a line."""
    if result.reply is None:
        return f"{host}: no answer"
    if result.reply.cls is ReplyClass.OK:
        return f"{host} took nothing for {result.recipient}"
    return f"{host}: {result.reply}"
