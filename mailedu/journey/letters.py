"""Each letter as it stood from step to step: fields that hops have put on top come first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from mailedu.agents.actions import Action
from mailedu.agents.effects import Letter
from mailedu.journey.series import Series
from mailedu.journey.step import Step

Versions: TypeAlias = dict[str, Series[Letter | None]]
"""Id of a letter -> what it was after each step; None before there was one."""


def versions(steps: Sequence[Step]) -> Versions:
    """Follow every letter through the steps, once."""
    found: Versions = {}
    for step in steps:
        for effect in step.effects:
            for value in effect:
                if isinstance(value, Letter):
                    found.setdefault(value.id, Series(None)).add(step.n, value)
        if step.verb in _ADDS and step.leg.letter in found:
            series = found[step.leg.letter]
            letter = series.last
            if letter is not None and step.octets[0] not in letter.added:
                series.add(step.n, letter.with_field(step.octets[0]))
    return found


_ADDS = frozenset((Action.RECEIVED, Action.RETURN_PATH))
