"""Facts that give a step, for `see` and for pointing."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from mailedu.exercise.facts import About, FactError, Spot, fact
from mailedu.journey.step import Kind


@fact("step.at")
def at(about: About, place: str) -> Spot:
    """The step at a place; `*` in it stands for anything."""
    for step in about.played.steps:
        if step.place == place or fnmatchcase(step.place, place):
            return Spot("step", step.n)
    raise FactError(f"no step at {place}")


@fact("step.said")
def said(about: About, text: str) -> Spot:
    """The first step whose octets begin with a text, upper and lower case being the same."""
    wanted = text.encode().upper()
    for step in about.played.steps:
        if step.head(len(wanted) + 1).upper().startswith(wanted):
            return Spot("step", step.n)
    raise FactError(f"nobody says {text}")


@fact("step.called")
def called(about: About, place: str) -> str:
    """The host that is called in the conversation to which a place belongs."""
    step = about.played.by_place.get(place)
    if step is None:
        raise FactError(f"no step at {place}")
    return step.leg.peer


@fact("step.happens")
def happens(about: About, place: str) -> bool:
    """Whether there is a step at a place; `*` in it stands for anything."""
    return any(step.place == place or fnmatchcase(step.place, place) for step in about.played.steps)


@fact("step.order")
def order(about: About, places: Sequence[str]) -> list[str]:
    """These places in the order in which they come."""
    missing = [place for place in places if place not in about.played.by_place]
    if missing:
        raise FactError(f"no step at {missing[0]}")
    return sorted(places, key=lambda place: about.played.by_place[place].n)


@fact("step.lines")
def lines(about: About, leg: str) -> list[str]:
    """The first line of each command of a leg, in order, as it was said."""
    return [
        step.head(1024).split(b"\r\n", 1)[0].decode("utf-8", "backslashreplace")
        for step in about.played.steps
        if step.leg.name == leg and step.kind is Kind.COMMAND
    ]
