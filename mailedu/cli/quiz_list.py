"""What there is: exercises by unit, facts, and what is wrong with a file of exercises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mailedu.cli import quiz_show as show
from mailedu.exercise import course, facts, load
from mailedu.exercise.model import Exercise, Set
from mailedu.exercise.progress import Progress, Score
from mailedu.text.screen import Screen
from mailedu.visible import pad, visible, width


def as_json(exercises: Sequence[Exercise]) -> list[dict[str, Any]]:
    """The objects that `--list --json` prints."""
    return [
        {
            "id": one.id,
            "topic": one.topic,
            "kind": str(one.kind),
            "objective": one.objective,
            "chapter": one.chapter,
            "points": one.points,
        }
        for one in exercises
    ]


def listing(exercises: Sequence[Exercise], sets: Sequence[Set], progress: Progress, screen: Screen) -> list[str]:
    """Sets, then the units, their objectives and exercises, with what is done. Raises ProgressError."""
    scores, standing = progress.scores(), course.mastered(progress)
    lines: list[str] = []
    for one in sets:
        full = sum(id in scores and scores[id].full for id in one.ids)
        lines += [] if lines else [screen.paint("head", "Sets")]
        lines += screen.prose(f"{visible(one.name)}: {visible(one.title)} ({full} of {len(one.ids)})", "    ", "  ")
    for unit in course.units():
        its = [one for one in exercises if one.objective in unit.objectives]
        if not its:
            continue
        lines += [""] if lines else []
        lines.append(screen.paint("head", f"Unit {unit.number}, {unit.title}: {unit.minutes} minutes"))
        for objective in unit.objectives:
            lines += _objective(objective, [one for one in its if one.objective == objective], scores, standing, screen)
    rest = [one for one in exercises if one.objective not in course.objectives()]
    if rest:
        lines += [*([""] if lines else []), screen.paint("head", "In no unit")]
        lines += [line for one in rest for line in _exercise(one, scores, screen)]
    return lines


def _objective(
    name: str,
    exercises: Sequence[Exercise],
    scores: Mapping[str, Score],
    standing: Mapping[str, course.Standing],
    screen: Screen,
) -> list[str]:
    if not exercises:
        return []
    now = standing[name]
    how_far = "mastered" if now.mastered else f"{min(now.right, course.ENOUGH)} of {course.ENOUGH}"
    about = f"{name}. You can {visible(course.objectives()[name].can)}: {how_far}"
    lines = screen.prose(about, "    ", f"  {'✓' if now.mastered else '·'} ")
    return lines + [line for one in exercises for line in _exercise(one, scores, screen)]


def _exercise(one: Exercise, scores: Mapping[str, Score], screen: Screen) -> list[str]:
    score = scores.get(one.id)
    if score is None:
        sign, done = " ", show.points(one.points)
    else:
        sign = "✓" if score.full else "✗"
        done = f"{show.amount(score.score)} of {show.points(score.most)}"
    line = f"{pad(visible(one.id), 34)} {one.kind}, {done}"
    chapter = f", {visible(one.chapter)}" if one.chapter else ""
    if width(line + chapter) > screen.measure - 6:  # it can be done without
        chapter = ""
    return screen.prose(line + chapter, " " * 10, f"    {sign} ")


def all_facts(screen: Screen) -> list[str]:
    """Every fact: how it is asked for, and what it is."""
    lines: list[str] = []
    for one in facts.facts().values():
        lines += screen.prose(one.signature, "      ", "")
        lines += screen.prose(one.about, "    ")
    return lines


def facts_as_json() -> list[dict[str, Any]]:
    """The objects that `--facts --json` prints."""
    return [{"name": one.name, "signature": one.signature, "about": one.about} for one in facts.facts().values()]


def files_of(names: Sequence[str]) -> list[Path]:
    """The files meant: a folder means all exercises and sets below it."""
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            found += [one for one in sorted(path.rglob("*.toml")) if one.is_file()]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def checked(path: Path, own: Sequence[Path]) -> list[str]:
    """What is wrong with an exercise or a set, a line each. A set may list exercises of the folder that it lies in."""
    from mailedu.exercise.check import problems

    around = path.resolve().parent.parent
    return problems(path, (*own, around) if path.resolve().parent.name == load.SETS else own)
