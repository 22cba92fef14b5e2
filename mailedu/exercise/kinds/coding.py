"""Decode and encode: by hand, letter for letter. In codings, case matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailedu.exercise.kinds import text as texts
from mailedu.exercise.kinds.number import general
from mailedu.exercise.marking import Again, Mark

if TYPE_CHECKING:
    from mailedu.exercise.question import Question


def read(question: Question, text: str) -> str:
    return texts.read(question, text)


def mark(question: Question, answer: Any) -> Mark:
    if not isinstance(answer, (str, int, float)) or isinstance(answer, bool):
        raise Again("the answer is a text")
    said = read(question, str(answer))
    if said == str(question.answer).strip():
        return question.right()
    for known in question.known:
        if said == str(known.value).strip():
            return question.not_right(said, known.feedback, known.misconception, known.see)
    if said.casefold() == str(question.answer).strip().casefold():
        return question.not_right(said, "Nearly: upper and lower case are different letters here.")
    return question.not_right(said, general(question))


def solution(question: Question) -> str:
    return str(question.answer)


def how(question: Question) -> str:
    return f"type the {'decoded' if question.kind == 'decode' else 'encoded'} text; upper and lower case matter"
