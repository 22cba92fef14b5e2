"""What becomes of each recipient: nobody is lost, whatever a learner does.

Who has a letter owes it to each recipient of its envelope: a server from its 250 to the dot on (`Queued`), or from
when it wrote a report itself (`Bounced`). The debt ends when a mailbox has the letter (`Stored`), when the next
server's 250 to the dot is *heard* (`Delivered`), with a report (`Bounced`) or, for a letter from <>, without one
(`Dropped`). Where a reply is lost or changed, two hosts may owe the same letter: SMTP delivers at least once (RFC 5321
section 6.1, RFC 1047).
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given

from mailedu.agents import effects
from mailedu.journey import Journey, Kind, Stage

from .plays import Run, runs

pytestmark = pytest.mark.law


class Debt(NamedTuple):
    """One recipient of one letter, at the host that has to see to it."""

    host: str
    letter: str
    recipient: str


class Ledger:
    """Debts as the effects of a journey make and end them."""

    def __init__(self, journey: Journey) -> None:
        self.open: Counter[Debt] = Counter()
        self.ended: Counter[tuple[str, str, str]] = Counter()
        """(what, letter, recipient) of debts that ended for good: Stored, Bounced, Dropped."""
        for step in journey.steps:
            for effect in step.effects:
                if isinstance(effect, effects.Queued):
                    self.owe(effect.host, effect.letter)
                elif isinstance(effect, effects.Deferred):
                    for recipient in effect.recipients:
                        assert self.open[Debt(effect.host, effect.letter, recipient)], step.place
                elif isinstance(effect, effects.Stored):
                    self.pay(step.place, step.leg.actor, effect.letter.id, effect.recipient)
                    self.ended["Stored", effect.letter.id, effect.recipient] += 1
                elif isinstance(effect, effects.Delivered | effects.Bounced | effects.Dropped):
                    for recipient in effect.recipients:
                        self.pay(step.place, effect.host, effect.letter, recipient)
                        if not isinstance(effect, effects.Delivered):
                            self.ended[type(effect).__name__, effect.letter, recipient] += 1
                    if isinstance(effect, effects.Bounced):
                        self.owe(effect.host, effect.report)

    def owe(self, host: str, letter: effects.Letter) -> None:
        for recipient in letter.envelope.recipients:
            self.open[Debt(host, letter.id, recipient)] += 1

    def pay(self, place: str, host: str, letter: str, recipient: str) -> None:
        debt = Debt(host, letter, recipient)
        assert self.open[debt], f"{place}: {host} did not owe {letter} to {recipient}"
        self.open[debt] -= 1
        if not self.open[debt]:
            del self.open[debt]


def check_ledger(journey: Journey) -> None:
    ledger = Ledger(journey)
    view = journey.world(len(journey))
    waiting: Counter[Debt] = Counter()
    for entry in view.queue:
        waiting.update(Debt(entry.host, entry.letter, recipient) for recipient in entry.recipients)
    assert waiting == ledger.open
    if Stage.DELIVER in journey.scenario.stages:
        assert not waiting, f"nobody sees to {waiting}"
    for what, view_of in (("Stored", view.delivered), ("Bounced", view.bounced), ("Dropped", view.dropped)):
        assert Counter(view_of) == Counter(
            {(letter, to): n for (kind, letter, to), n in ledger.ended.items() if kind == what}
        )


def acknowledged(journey: Journey) -> list[tuple[int, tuple[str, ...]]]:
    """The steps at which a client heard success for its dot, and whom the server had accepted by then."""
    return [
        (
            step.n,
            tuple(named.address for named in journey.envelopes.at(step.n - 1).recipients if named.answer == "accepted"),
        )
        for step in journey.steps
        if step.kind is Kind.REPLY and step.verb == "END_OF_DATA" and step.answers != -1 and step.octets[-1][:1] == b"2"
    ]


def check_acknowledged(journey: Journey) -> None:
    for n, recipients in acknowledged(journey):
        queued = [effect for effect in journey.step(n).effects if isinstance(effect, effects.Queued)]
        if recipients:
            assert len(queued) == 1, journey.step(n).place
            # Who is named twice is owed one copy.
            assert queued[0].letter.envelope.recipients == tuple(dict.fromkeys(recipients)), journey.step(n).place
        else:
            assert not queued, journey.step(n).place


def touches_replies_or_the_dot(run: Run, journey: Journey) -> bool:
    given = (*run.edits, *(edit for edit in journey.scenario.edits))
    return any(edit.place.endswith("!") or "/END_OF_DATA" in edit.place or b"." in edit.say for edit in given)


def check_once(run: Run, journey: Journey) -> None:
    """Each recipient of the letter that was composed has one fate."""
    composed = [effect for step in journey.steps for effect in step.effects if isinstance(effect, effects.Composed)]
    fates = Ledger(journey)
    for effect in (effect for step in journey.steps for effect in step.effects):
        if isinstance(effect, effects.Kept):
            fates.ended.update(("Kept", effect.letter, recipient) for recipient in effect.recipients)
    count: Counter[tuple[str, str]] = Counter()
    for (_, letter, recipient), n in fates.ended.items():
        count[letter, recipient] += n
    for debt, n in fates.open.items():
        count[debt.letter, debt.recipient] += n
    once = not touches_replies_or_the_dot(run, journey)
    for one in composed:
        for recipient in one.letter.envelope.recipients:
            n = count[one.letter.id, recipient]
            assert n == 1 if once else n >= 1, f"{recipient} has {n} fates: {fates.ended} {fates.open}"


@given(runs())
def test_no_recipient_is_lost(made: tuple[Run, Journey]) -> None:
    run, journey = made
    check_ledger(journey)
    check_acknowledged(journey)
    check_once(run, journey)
