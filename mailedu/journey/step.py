"""A journey's line of steps: small values in wire order. What can be looked up is not stored."""

from __future__ import annotations

from typing import NamedTuple

from mailedu.agents.effects import Effect
from mailedu.agents.effects import Letter as Letter
from mailedu.agents.errand import Leg as Leg
from mailedu.agents.errand import Stage as Stage
from mailedu.machine import Kind as Kind


class Step(NamedTuple):
    """One command, reply, stretch of content, question, answer, link event or action."""

    n: int
    """Its number, from 1."""
    place: str
    """Leg, planned verb, occurrence: `submit/RCPT.1`, `submit/RCPT.1!` for the reply."""
    time: float
    """Seconds since the start, when it was said."""
    leg: Leg
    kind: Kind
    verb: str
    octets: tuple[bytes, ...]
    """What was said or done, as octets; the chunks of a letter are shared."""
    before: str
    """Name of the state before; empty outside of conversations."""
    after: str
    answers: int
    """Number of the step that this one answers; -1 for none."""
    effects: tuple[Effect, ...]
    edited: bool
    """A learner's edit put it here."""
    foreseen: bool
    """False for a success that the table does not have in this state."""

    @property
    def size(self) -> int:
        """Octets."""
        return sum(map(len, self.octets))

    @property
    def speaker(self) -> str:
        """Host name of who speaks or acts."""
        return self.leg.peer if self.kind in (Kind.REPLY, Kind.ANSWER) else self.leg.actor

    @property
    def listener(self) -> str:
        """Host name of who is spoken to; empty for an action."""
        if self.kind is Kind.ACTION:
            return ""
        return self.leg.actor if self.kind in (Kind.REPLY, Kind.ANSWER) else self.leg.peer

    def head(self, limit: int = 4096) -> bytes:
        """The first octets of it."""
        octets = self.octets
        if len(octets) == 1:
            return octets[0][:limit]
        taken = []
        for chunk in octets:
            taken.append(chunk[:limit])
            limit -= len(taken[-1])
            if limit <= 0:
                break
        return b"".join(taken)

    def same(self, other: Step) -> bool:
        """Whether both say the same: kind, verb, octets, states and effects (not when, nor under which number)."""
        return (
            self.kind == other.kind
            and self.verb == other.verb
            and (self.octets == other.octets or b"".join(self.octets) == b"".join(other.octets))
            and self.before == other.before
            and self.after == other.after
            and self.effects == other.effects
        )
