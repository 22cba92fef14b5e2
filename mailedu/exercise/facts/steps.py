"""Facts that give a step, for `see` and for pointing."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mailedu.exercise.facts import About, FactError, Spot, fact


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
