"""The course: units, what the learner can do after them, what people believe instead; how far somebody has come.

What is taught stands in `content/course.toml`. How far somebody has come is read from the tries, never stored.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from mailedu import content
from mailedu.exercise import variants
from mailedu.exercise.model import Exercise
from mailedu.exercise.progress import SLEPT, Due, Progress, Tried, What
from mailedu.journey import scenario

FILE: Final = "course.toml"
#: So many right first tries without a hint, in different exercises or variants, are mastery.
ENOUGH: Final = 3
#: Skills of a unit come back so many units later.
RETURNS: Final = (1, 3, 6)
#: So many facts come back at a sitting, at the most; after so many seconds without any answer another one begins.
CARDS: Final = 5
SITTING: Final = 3600.0
#: Seeds that are looked at for one that draws something new.
_TRIES: Final = 40


class Objective(NamedTuple):
    """What the learner can do."""

    id: str
    can: str
    """Goes on after "You can"."""
    unit: int
    chapter: str
    seen: tuple[str, ...]
    """Scenarios that show it."""
    cures: tuple[str, ...]
    """Ids of misconceptions."""
    waits: str = ""
    """What else than a scenario has to exist first."""


class Unit(NamedTuple):
    """A part of the course: 12 to 20 minutes."""

    number: int
    title: str
    minutes: int
    after: tuple[int, ...]
    """Units that come first."""
    watch: tuple[str, ...]
    """Scenarios; some may not exist yet."""
    objectives: tuple[str, ...]


class Misconception(NamedTuple):
    """What people often believe."""

    id: str
    belief: str
    """As learners say it."""
    refutation: str
    """What in a transcript speaks against it."""


class Standing(NamedTuple):
    """How far somebody has come with an objective."""

    objective: str
    right: int
    """Different exercises or variants that were right at the first try, without a hint."""

    @property
    def mastered(self) -> bool:
        return self.right >= ENOUGH


class Next(NamedTuple):
    """What to do next."""

    exercise: Exercise
    seed: int
    why: str
    """In a few words, for the learner."""

    @property
    def id(self) -> str:
        return self.exercise.id


# What is taught -------------------------------------------------------------------------------------------------------


def objectives() -> Mapping[str, Objective]:
    """By id, in the order of the course. Raises ContentError."""
    return _course().objectives


def units() -> tuple[Unit, ...]:
    """In their order. Raises ContentError."""
    return _course().units


def misconceptions() -> Mapping[str, Misconception]:
    """By id. Raises ContentError."""
    return _course().misconceptions


def waiting() -> dict[str, tuple[str, ...]]:
    """Objectives of which nothing can be shown yet, by id, with what they wait for: scenarios, or a thing in words."""
    there = set(scenario.names())
    return {
        one.id: (one.waits,) if one.waits else one.seen
        for one in objectives().values()
        if one.waits or not there.intersection(one.seen)
    }


# How far somebody has come --------------------------------------------------------------------------------------------


def mastered(progress: Progress) -> dict[str, Standing]:
    """How far somebody has come with each objective. Raises ProgressError."""
    found: dict[str, set[tuple[str, str]]] = {}
    for one in _mastering(progress.tried()):
        found.setdefault(one.objective, set()).add((one.exercise, one.variant))
    return {goal: Standing(goal, len(found.get(goal, ()))) for goal in objectives()}


def review(progress: Progress) -> tuple[Due, ...]:
    """The cards that are due now, longest due first: facts that come back after days. Raises ProgressError."""
    return progress.due()


def next_up(progress: Progress, exercises: Sequence[Exercise]) -> Next | None:
    """What to do next: what was left in the middle; facts that are due, at most five at a sitting; then the course.

    Of the first objective that is not mastered: an exercise that was never tried, else a new variant of the one least
    tried. Between them skills of earlier units come back once, in other variants. None if there is nothing that could
    be mastered today. Raises ProgressError.
    """
    tried = progress.tried()
    now = progress.clock()
    by_id = {one.id: one for one in exercises}
    if tried and not tried[-1].over and tried[-1].exercise in by_id:
        return Next(by_id[tried[-1].exercise], tried[-1].seed, "you were in the middle of it")
    seeds = _seeds(tried)
    if _reviewed(tried, {one.id for one in exercises if one.card}, now) < CARDS:
        for card in review(progress):
            if card.exercise in by_id:
                one = by_id[card.exercise]
                return Next(one, _fresh(one, seeds.get(one.id, ())), "a fact that is to stay: you have seen it before")
    standing = mastered(progress)
    known = {(one.exercise, one.variant) for one in _mastering(tried)}
    last = {(one.exercise, one.variant): one.when for one in tried}

    def can_count(one: Exercise) -> bool:
        """Whether it can bring the objective nearer today."""
        same = (one.id, "")
        return bool(one.vary) or (same not in known and (same not in last or now - last[same] >= SLEPT))

    def least_tried(fitting: Sequence[Exercise]) -> tuple[Exercise, int]:
        one = min(fitting, key=lambda one: len(seeds.get(one.id, ())))  # of equals the first
        return one, _fresh(one, seeds.get(one.id, ()))

    for unit in units():
        for goal in unit.objectives:
            fitting = [one for one in exercises if one.objective == goal and can_count(one)]
            if not fitting or standing[goal].mastered:
                continue
            for old in _coming_back(unit, tried, standing):
                varied = [one for one in exercises if one.objective == old and one.vary and not one.card]
                if varied:
                    return Next(*least_tried(varied), f"once again, so that it stays: {objectives()[old].can}")
            one, seed = least_tried(fitting)
            return Next(one, seed, _why(unit, objectives()[goal], standing[goal], one, seed))
    return None


def _coming_back(unit: Unit, tried: Sequence[Tried], standing: Mapping[str, Standing]) -> list[str]:
    """Objectives of earlier units that come back now: mastered, and not tried since this unit was begun.

    They take turns with what is new: none comes right after another.
    """
    if not tried or tried[-1].objective not in unit.objectives:
        return []
    begun = next(n for n, one in enumerate(tried) if one.objective in unit.objectives)
    since = {one.objective for one in tried[begun:]}
    earlier = [one for one in units() if unit.number - one.number in RETURNS]
    return [goal for one in earlier for goal in one.objectives if standing[goal].mastered and goal not in since]


def _why(unit: Unit, objective: Objective, standing: Standing, one: Exercise, seed: int) -> str:
    where = f"unit {unit.number}, {unit.title}"
    if seed:
        other = ", with other values" if one.vary else ""
        return f"{where}: once more{other} ({standing.right} of {ENOUGH})"
    return f"{where}: after it you can {objective.can}"


def _mastering(tried: Iterable[Tried]) -> list[Tried]:
    """The tries that count for mastery: right at the first try, no hint, and not just after the answer was seen."""
    last: dict[tuple[str, str], float] = {}
    found = []
    for one in tried:
        variant = (one.exercise, one.variant)
        slept = variant not in last or one.when - last[variant] >= SLEPT
        if slept and one.what is What.TRY and one.nth == 1 and one.right and not one.hints:
            found.append(one)
        last[variant] = one.when
    return found


def _seeds(tried: Iterable[Tried]) -> dict[str, set[int]]:
    """The seeds with which each exercise was tried."""
    found: dict[str, set[int]] = {}
    for one in tried:
        found.setdefault(one.exercise, set()).add(one.seed)
    return found


def _fresh(exercise: Exercise, used: Iterable[int]) -> int:
    """The least seed that was not used and draws what none of those drew; 0 is the exercise as it is written."""
    taken = set(used)
    drawn = [variants.draw(exercise, seed) for seed in taken]
    free = (seed for seed in itertools.count() if seed not in taken)
    first = next(free)
    for seed in itertools.chain((first,), itertools.islice(free, _TRIES)):
        if variants.draw(exercise, seed) not in drawn:
            return seed
    return first


def _reviewed(tried: Iterable[Tried], cards: AbstractSet[str], now: float) -> int:
    """How many rounds of cards that had been tried before were begun since the last long pause."""
    rounds: set[tuple[str, int, int]] = set()
    seen: set[str] = set()
    count, before = 0, 0.0
    for one in tried:
        if one.when - before > SITTING:
            count = 0
        number = (one.exercise, one.seed, one.round)
        count += one.exercise in cards and one.exercise in seen and number not in rounds
        rounds.add(number)
        seen.add(one.exercise)
        before = one.when
    return 0 if now - before > SITTING else count


# The file -------------------------------------------------------------------------------------------------------------


class _Course(NamedTuple):
    units: tuple[Unit, ...]
    objectives: Mapping[str, Objective]
    misconceptions: Mapping[str, Misconception]


_KEYS: Final[Mapping[str, Mapping[str, type]]] = {
    "units": {"title": str, "minutes": int, "after": list, "watch": list, "objectives": list},
    "objectives": {"can": str, "chapter": str, "seen": list, "cures": list, "waits": str},
    "misconceptions": {"belief": str, "refutation": str},
}
_OPTIONAL: Final = frozenset(("waits",))


@lru_cache(maxsize=1)
def _course() -> _Course:
    tables = content.load(FILE)
    for kind, keys in _KEYS.items():
        for name, table in tables[kind].items():
            _check((kind, name), table, keys)
    beliefs = {name: Misconception(name, **table) for name, table in tables["misconceptions"].items()}
    parts = tuple(
        sorted(
            Unit(int(number), t["title"], t["minutes"], tuple(t["after"]), tuple(t["watch"]), tuple(t["objectives"]))
            for number, t in tables["units"].items()
        )
    )
    goals: dict[str, Objective] = {}
    for unit in parts:
        for name in unit.objectives:
            if name not in tables["objectives"]:
                raise content.wrong(FILE, ("units", str(unit.number), "objectives"), f"there is no objective {name!r}")
            goals[name] = _objective(name, unit.number, beliefs, **tables["objectives"][name])
    for name in tables["objectives"]:
        if name not in goals:
            raise content.wrong(FILE, ("objectives", name), "it stands in no unit")
    return _Course(parts, MappingProxyType(goals), MappingProxyType(beliefs))


def _objective(
    name: str,
    unit: int,
    beliefs: Mapping[str, Misconception],
    *,
    can: str,
    chapter: str,
    seen: Sequence[str],
    cures: Sequence[str],
    waits: str = "",
) -> Objective:
    for belief in cures:
        if belief not in beliefs:
            raise content.wrong(FILE, ("objectives", name, "cures"), f"there is no misconception {belief!r}")
    return Objective(name, can, unit, chapter, tuple(seen), tuple(cures), waits)


def _check(path: tuple[str, str], table: Mapping[str, Any], keys: Mapping[str, type]) -> None:
    for key in table:
        if key not in keys:
            raise content.wrong(FILE, (*path, key), f"an unknown key; known are {', '.join(keys)}")
    for key, wanted in keys.items():
        if key not in table and key not in _OPTIONAL:
            raise content.wrong(FILE, path, f"the key {key} is missing")
        if key in table and not isinstance(table[key], wanted):
            raise content.wrong(FILE, (*path, key), f"{table[key]!r} is no {wanted.__name__}")
