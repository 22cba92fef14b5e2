"""Moments of the shipped journeys, as the player shows them to its parts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from mailedu.journey import load, play
from mailedu.journey.journey import Journey
from mailedu.journey.scenario import faults_of, names
from mailedu.tui.view import View


def view(journey: Journey, n: int, *, hidden: bool = False, changed: bool = False) -> View:
    """Step `n`, or a reply at `n` that is hidden: then the scene is that of the step before."""
    return View(journey, n, hidden, journey.scene(n - 1 if hidden else n), "", changed)


@cache
def journeys() -> tuple[Journey, ...]:
    """Every scenario, and every one with each of its faults."""
    kinds = [(name, faults) for name in names() for faults in ((), *((fault.name,) for fault in faults_of(name)))]
    return tuple(play(load(name, faults)) for name, faults in kinds)


def every_view() -> Iterator[View]:
    """Every step of them; one that says and explains what another did comes once."""
    seen = set()
    for journey in journeys():
        for step in journey.steps:
            scene = journey.scene(step.n)
            same = (scene.key, step.size, step.after, step.leg.name, scene.states_so_far)
            if same not in seen:
                seen.add(same)
                yield view(journey, step.n)
