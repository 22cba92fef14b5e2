"""Repair: mend a broken message or session. Graded by what it then is, so any way of mending counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mailedu.exercise.kinds import lab
from mailedu.exercise.marking import Again, Mark, Met

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

_LONGEST: Final = 100_000


def read(question: Question, text: str) -> str:
    return text


def mark(question: Question, answer: Any) -> Mark:
    if isinstance(answer, (list, tuple)) and all(isinstance(one, str) for one in answer):
        answer = "\n".join(answer) + "\n"
    if not isinstance(answer, str):
        raise Again("the whole mended text")
    if len(answer) > _LONGEST:
        raise Again(f"at most {_LONGEST:,} characters, please")
    met = goals(question, answer)
    for mistake in question.exercise.mistakes:
        if [line.rstrip() for line in mistake.lines] == [line.rstrip() for line in answer.splitlines()]:
            return lab.by_goals(question, met, mistake.feedback, mistake.misconception)
    return lab.by_goals(question, met)


def goals(question: Question, text: str) -> tuple[Met, ...]:
    """Which goals the text reaches: a session is played, a message is parsed."""
    from mailedu.exercise.question import goals_met

    about = question.about(lines=text.splitlines()) if question.exercise.talk else question.about(text=text)
    return goals_met(question.exercise.goals, about)


def solution(question: Question) -> str:
    found = question.exercise.solutions
    if not found:
        return ""
    return found[0] if isinstance(found[0], str) else "\n".join(found[0])


def how(question: Question) -> str:
    return "mend the text"
