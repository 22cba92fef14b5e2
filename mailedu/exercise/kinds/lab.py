"""Lab: type real commands until the goals are reached. Graded by the state that results, so any valid way counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mailedu.exercise.marking import Again, Mark, Met

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

#: More lines than any session needs.
MOST_LINES = 500


def read(question: Question, text: str) -> list[str]:
    return text.splitlines()


def mark(question: Question, answer: Any) -> Mark:
    lines = _lines(answer)
    met = goals(question, lines)
    for mistake in question.exercise.mistakes:
        if [_plain(line) for line in mistake.lines] == [_plain(line) for line in lines] and not all(
            g.reached for g in met
        ):
            return by_goals(question, met, mistake.feedback, mistake.misconception)
    return by_goals(question, met)


def goals(question: Question, lines: Sequence[str]) -> tuple[Met, ...]:
    """Which goals these lines reach, after those that are given."""
    from mailedu.exercise.question import goals_met

    return goals_met(question.exercise.goals, question.about(lines=lines))


def by_goals(question: Question, met: tuple[Met, ...], feedback: str = "", misconception: str = "") -> Mark:
    """The mark for goals reached."""
    total = sum(one.points for one in met)
    share = sum(one.points for one in met if one.reached) / total if total else 0.0
    missed = [(one, goal) for one, goal in zip(met, question.exercise.goals, strict=True) if not one.reached]
    if not missed:
        return question.right()._replace(goals=met)
    one, goal = missed[0]
    said = feedback or one.feedback or f"Not yet: {one.text}."
    return question.not_right("", said, misconception, goal.see, share)._replace(goals=met)


def _lines(answer: Any) -> list[str]:
    if isinstance(answer, str):
        answer = answer.splitlines()
    if not isinstance(answer, (list, tuple)) or not all(isinstance(one, str) for one in answer):
        raise Again("the lines that you type, as a list of texts")
    if len(answer) > MOST_LINES:
        raise Again(f"at most {MOST_LINES} lines, please")
    return list(answer)


def _plain(line: str) -> str:
    return " ".join(line.split()).casefold()


def solution(question: Question) -> str:
    """The shortest way that is known, a line each."""
    ways: list[list[str]] = sorted(map(list, question.exercise.solutions), key=len)
    return "\n".join(ways[0]) if ways else ""


def how(question: Question) -> str:
    return "type the commands"
