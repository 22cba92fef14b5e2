"""Choice: one of several answers is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailedu.exercise.marking import Again, Mark
from mailedu.exercise.model import plain

if TYPE_CHECKING:
    from mailedu.exercise.question import Option, Question


def read(question: Question, text: str) -> str:
    return pick(question, text).letter


def mark(question: Question, answer: Any) -> Mark:
    option = pick(question, answer)
    if option.right:
        return question.right()
    return question.not_right(option.text, option.feedback, option.misconception, option.see)


def pick(question: Question, answer: Any) -> Option:
    """The option that is meant: by its value, its text, its letter or what its text begins with, in this order."""
    options = question.options
    wanted = plain(answer)
    for option in options:
        if option.value == wanted and type(option.value) is type(wanted):
            return option
    said = str(answer).strip().casefold()
    for option in options:
        if said == " ".join(option.text.split()).casefold() or said == str(option.value).casefold():
            return option
    for option in options:
        if said.rstrip(".)") == option.letter:
            return option
    short = [option for option in options if option.text.casefold().startswith(f"{said}:")]
    if len(short) == 1:  # `yes`, where only one answer begins so
        return short[0]
    raise Again(f"answer with {letters(question)}")


def letters(question: Question) -> str:
    """As `a, b or c`."""
    names = [option.letter for option in question.options]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def solution(question: Question) -> str:
    return next(f"{option.letter}  {option.text}" for option in question.options if option.right)


def how(question: Question) -> str:
    return letters(question)
