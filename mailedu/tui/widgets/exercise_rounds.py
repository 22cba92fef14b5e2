"""Which rounds of questions there are: sets, what the course has next, its units. None is made for a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mailedu.exercise import load
from mailedu.exercise.model import ExerciseError

if TYPE_CHECKING:
    from mailedu.exercise.progress import Progress
    from mailedu.tui.widgets.exercise_round import Round

#: The objective of an exercise, without reading all of its file: a list of units needs no more.
_OBJECTIVE: Final = re.compile(r"""^objective\s*=\s*["']([^"']+)["']""", re.MULTILINE)


class Offer(NamedTuple):
    """A round that can be opened."""

    name: str
    """`set:NAME`, `unit:N` or `next`."""
    title: str
    about: str
    tag: str
    ids: tuple[str, ...]


@lru_cache(maxsize=1)
def rounds() -> tuple[Offer, ...]:
    """All, in the order in which they are offered. None if the files of the exercises are not there, or not whole."""
    try:
        return tuple(_rounds())
    except ExerciseError:
        return ()


def _rounds() -> Iterator[Offer]:
    from mailedu.exercise import course

    for one in load.sets():
        yield Offer(f"set:{one.name}", one.title, one.about, _count(len(one.ids)), one.ids)
    of_objective = _by_objective()
    if of_objective:
        about = "What you were shown some days ago and should not forget; then the course, from its first unit on."
        yield Offer("next", "What comes next", about, "", ())
    for unit in course.units():
        ids = tuple(id for goal in unit.objectives for id in of_objective.get(goal, ()))
        if ids:
            can = [course.objectives()[goal].can for goal in unit.objectives if of_objective.get(goal)]
            about = f"After it you can {'; '.join(can)}."
            yield Offer(f"unit:{unit.number}", f"Unit {unit.number}: {unit.title}", about, _count(len(ids)), ids)


def _count(number: int) -> str:
    return f"{number} question{'' if number == 1 else 's'}"


def _by_objective() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for folder in load.folders():
        for path in sorted(folder.glob("*/*.toml")):
            if path.parent.name == load.SETS:
                continue
            named = _OBJECTIVE.search(path.read_text("utf-8", "replace"))
            if named is not None:
                found.setdefault(named[1], []).append(f"{path.parent.name}/{path.stem}")
    return found


def answered(progress: Progress) -> dict[str, tuple[str, bool]]:
    """Of each round how many were answered right, `2 of 5`, and whether all were. Raises ProgressError."""
    right = {one.exercise for one in progress.tried() if one.over and one.score > 0}
    return {
        offer.name: (f"{len(right.intersection(offer.ids))} of {len(offer.ids)}", right.issuperset(offer.ids))
        for offer in rounds()
        if offer.ids
    }


def round_of(name: str, progress: Progress | None) -> Round:
    """The questions behind a name: of an `Offer`, or the id of one exercise. Raises ExerciseError, one line."""
    from mailedu.exercise import course
    from mailedu.tui.widgets.exercise_round import Round

    if name == "next":
        found = course.next_up(progress, load.everything()) if progress is not None else None
        if found is None:
            raise ExerciseError("nothing is left that could be mastered today; come back tomorrow")
        why = f"{found.why[:1].upper()}{found.why[1:]}"
        return Round("What comes next", [found.exercise], progress, [found.seed], why)
    offer = next((one for one in rounds() if one.name == name), None)
    if offer is not None:
        return Round(offer.title, [load.find(id) for id in offer.ids], progress)
    return Round(name, [load.find(name)], progress)
