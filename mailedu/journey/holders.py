"""Who holds the letter at each step, and who would have to deliver it or report failure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from mailedu.agents.actions import Action
from mailedu.agents.effects import Bounced, Composed, Expunged, Kept, Queued, Stored
from mailedu.journey.series import Series
from mailedu.journey.step import Step
from mailedu.machine import Kind

#: The protocol of a leg in which a report is written, and what the report is called until it has an id.
BOUNCE: Final = "bounce"


class Holder(NamedTuple):
    """Where a letter is, and who answers for it."""

    letter: str
    host: str
    """Whose it is: who would have to deliver it or report failure."""
    how: str
    """writing, holding, sending (on the wire to `to`), queued, mailbox, fetching, fetched, reading."""
    to: str = ""


NOBODY: Final = Holder("", "", "")


def holders(steps: Sequence[Step]) -> Series[Holder]:
    """The letter stays with its owner while envelopes are agreed on, is on the wire as content, moves at the 250."""
    series = Series(Holder("", "", "writing"))
    owner: dict[str, Holder] = {}
    for step in steps:
        leg, kind = step.leg, step.kind
        value: Holder | None = None
        if kind is Kind.ACTION and leg.stage == "compose" and leg.letter not in owner:
            value = Holder(leg.letter, leg.actor, "writing")
        elif kind is Kind.DATA:
            value = Holder(leg.letter, leg.actor, "sending", leg.peer)
        elif kind is Kind.REPLY and step.verb == "END_OF_DATA" and not step.effects:
            value = owner.get(leg.letter)
        elif kind is Kind.REPLY and step.verb == "RETR" and len(step.octets) > 1:
            value = Holder(leg.letter, leg.peer, "fetching", leg.actor)
        elif kind is Kind.ACTION and step.verb in (Action.PARSE, Action.READ):
            value = Holder(leg.letter, leg.actor, "fetched" if series.last.how == "fetched" else "reading")
        elif kind is Kind.ACTION and step.verb == Action.BOUNCE:
            value = Holder(BOUNCE, leg.actor, "writing")
        elif leg.letter != series.last.letter and leg.protocol != BOUNCE:
            if leg.letter in owner:
                value = owner[leg.letter]
            elif kind is Kind.LINK and leg.stage == "submit":
                value = Holder(leg.letter, leg.actor, "holding")
        for effect in step.effects:
            if isinstance(effect, Composed):
                value = Holder(effect.letter.id, effect.host, "holding")
            elif isinstance(effect, Kept) and owner.get(effect.letter, NOBODY).how != "queued":
                # Kept for some, while others' copies have been taken: the letter is where somebody answers for it.
                value = Holder(effect.letter, effect.host, "holding")
            elif isinstance(effect, Queued):
                value = Holder(effect.letter.id, effect.host, "queued")
            elif isinstance(effect, Stored):
                value = Holder(effect.letter.id, leg.actor, "mailbox", effect.mailbox)
            elif isinstance(effect, Bounced):
                value = Holder(effect.report.id, effect.host, "queued")
            elif isinstance(effect, Expunged) and effect.uids and series.last.how == "fetching":
                value = Holder(leg.letter, leg.actor, "fetched")
        if value is not None and value != series.last:
            if value.how in ("writing", "holding", "queued", "mailbox"):
                owner[value.letter] = value
            series.add(step.n, value)
    return series
