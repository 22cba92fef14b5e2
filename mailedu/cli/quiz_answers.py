"""Answers from a file: `{"seed": N, "answers": {ID: VALUE}}`, each marked as a first try.

What other programs rely on is the form of this file and of what `--json` prints; both only ever grow.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from mailedu.cli import quiz_show as show
from mailedu.exercise import load
from mailedu.exercise.marking import Again
from mailedu.exercise.model import Exercise, ExerciseError
from mailedu.exercise.progress import Progress, ProgressError
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
from mailedu.text.screen import Screen
from mailedu.visible import clip, visible

FORM: Final = '{"seed": 0, "answers": {"pop3/reply-octets": 1128}}'
#: Octets of a file of answers.
_LARGEST: Final = 16_000_000
_NOT_ANSWERED: Final = "Not answered."


class Answers(NamedTuple):
    """What a file says."""

    seed: int | None
    """None where it says none: then the exercises are as they are written."""
    values: Mapping[str, Any]
    """By id, as it was written."""


class Graded(NamedTuple):
    """What became of an answer."""

    id: str
    score: float
    most: float
    feedback: str

    @property
    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {"id": self.id, "score": number(self.score), "max": number(self.most), "feedback": self.feedback}


def number(points: float) -> float | int:
    """Points for JSON: a whole number where they are one, six decimals at the most."""
    rounded = round(points, 6)
    return int(rounded) if rounded == int(rounded) else rounded


# The file -------------------------------------------------------------------------------------------------------------


def octets_of(name: str) -> bytes:
    """The octets of a file, or of standard input for `-`. Raises ExerciseError."""
    try:
        if name != "-":
            with Path(name).open("rb") as file:
                octets = file.read(_LARGEST + 1)
        elif sys.stdin is None:
            raise ExerciseError("there is no standard input")
        else:
            octets = sys.stdin.buffer.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise ExerciseError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
    if len(octets) > _LARGEST:
        raise ExerciseError(f"{name}: more than {_LARGEST:,} octets are no answers")
    return octets


def read(octets: bytes, name: str) -> Answers:
    """What a file of answers says. `name`: as errors call it. Raises ExerciseError: name, line, what, remedy."""
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise ExerciseError(f"{name}, line {line}: an octet that is no UTF-8; save the file as UTF-8") from None
    try:
        table = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ExerciseError(f"{name}, line {error.lineno}: this is no JSON: {error.msg}; as {FORM}") from None
    except _TwiceError as error:
        raise ExerciseError(f"{name}{_line(text, error.key, last=True)}: {error}") from None
    except RecursionError:
        raise ExerciseError(f"{name}: nested too deep to be answers; as {FORM}") from None
    except ValueError as error:  # a number of thousands of digits
        raise ExerciseError(f"{name}: {str(error).partition(';')[0]}") from None
    if not isinstance(table, dict) or not isinstance(table.get("answers"), dict):
        raise ExerciseError(f"{name}: a table with the key answers is wanted, as {FORM}")
    seed = table.get("seed")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        where = _line(text, "seed")
        raise ExerciseError(f"{name}{where}: seed: {clip(visible(json.dumps(seed)), 40)} is no whole number, as 7")
    return Answers(seed, table["answers"])


class _TwiceError(ValueError):
    """A key that stands twice in one table: nobody knows which is meant."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{clip(visible(key), 60)} is there twice; leave one")
        self.key = key


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise _TwiceError(key)
        table[key] = value
    return table


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number in JSON")


def _line(text: str, key: str, *, last: bool = False) -> str:
    """As `, line 3`: where a key stands; nothing if it is not found."""
    quoted = json.dumps(key)
    at = text.rfind(quoted) if last else text.find(quoted)
    return f", line {text.count(chr(10), 0, at) + 1}" if at >= 0 else ""


# Marking --------------------------------------------------------------------------------------------------------------


def grade(
    answers: Answers,
    name: str,
    chosen: Sequence[Exercise],
    seed: int | None,
    own: Sequence[Path],
    progress: Progress | None,
) -> list[Graded]:
    """Mark all answers, each as a first try, and keep them as such in `progress`.

    `chosen`: where not empty, what was asked; of these, what the file leaves out was not answered. `seed`: as the
    command line says; None if it says none. Raises ExerciseError, before anything is marked, for an id that is none.
    """
    if seed is not None and answers.seed is not None and seed != answers.seed:
        raise ExerciseError(f"{name}: seed: the file says {answers.seed}, --seed says {seed}; leave one")
    values = _by_exercise(answers.values, name, own)
    by_id = {one.id: one for one in (*chosen, *(exercise for exercise, _ in values.values()))}
    others = [id for id in values if chosen and id not in {one.id for one in chosen}]
    if others:
        raise ExerciseError(f"{name}: {others[0]} is answered, but was not asked for; name it, or name nothing")
    variant = seed if seed is not None else answers.seed or 0
    questions = {one.id: show.made(one, variant) for one in by_id.values()}
    return [_graded(question, values[id][1] if id in values else None, progress) for id, question in questions.items()]


def _by_exercise(values: Mapping[str, Any], name: str, own: Sequence[Path]) -> dict[str, tuple[Exercise, Any]]:
    found: dict[str, tuple[Exercise, Any]] = {}
    for id, value in values.items():
        try:
            exercise = load.find(id, own)
        except ExerciseError as error:
            raise ExerciseError(f"{name}: {visible(str(error))}") from None
        if exercise.id in found:
            raise ExerciseError(f"{name}: {exercise.id} is answered twice; leave one")
        found[exercise.id] = exercise, value
    return found


def _graded(question: Question, value: Any, progress: Progress | None) -> Graded:
    most = float(question.points)
    if value is None:
        return Graded(question.id, 0, most, _NOT_ANSWERED)
    trying = Trying(question, progress, fresh=True)
    try:
        mark = trying.answer(value).mark
    except ProgressError:
        raise
    except Again as again:
        return Graded(question.id, 0, most, f"This is no answer: {again}.")
    except RecursionError:
        return Graded(question.id, 0, most, "This is no answer: it is nested too deep.")
    feedback = " ".join(mark.feedback.split()) or ("Right." if mark.right else "Not so.")
    return Graded(question.id, trying.score, most, feedback)


def table(graded: Sequence[Graded], screen: Screen) -> list[str]:
    """The same for people."""
    lines: list[str] = []
    for one in graded:
        full = one.score >= one.most
        sign = "✓" if full else "✗"
        head = f"{sign} {one.id}: {show.amount(one.score)} of {show.points(one.most)}"
        lines.append(screen.paint("right" if full else "wrong", visible(head)))
        lines += screen.prose(visible(one.feedback), "  ")
    lines.append(f"{show.amount(sum(one.score for one in graded))} of {show.points(sum(o.most for o in graded))}.")
    return lines
