"""A class is graded: each learner has a variant of their own, so that each answer needs a journey of its own."""

from __future__ import annotations

import time
from typing import NamedTuple

from mailedu.exercise import load
from mailedu.exercise.check import right_answer
from mailedu.exercise.marking import Again
from mailedu.exercise.question import Question


class Figures(NamedTuple):
    """What it took, in seconds."""

    answers: int
    right: int
    made: float
    """To make the questions: names drawn, journeys played, answers computed."""
    marked: float
    """To mark what was answered; labs are played by it."""


def graded(learners: int, each: int) -> Figures:
    """Every learner answers `each` exercises, the shipped ones in turn; every third answer is wrong."""
    exercises = load.everything()
    made = marked = 0.0
    answers = right = 0
    for seed in range(1, learners + 1):
        for nth in range(each):
            exercise = exercises[(seed * each + nth) % len(exercises)]
            start = time.perf_counter()
            question = Question(exercise, seed)
            made += time.perf_counter() - start
            answer = _wrong(question) if nth % 3 == 2 else right_answer(question)
            start = time.perf_counter()
            right += _marked(question, answer)
            marked += time.perf_counter() - start
            answers += 1
    return Figures(answers, right, made, marked)


def _wrong(question: Question) -> object:
    """Something wrong, foreseen if anything was."""
    if question.known:
        return question.known[0].value
    if question.options and question.kind == "choice":
        return next(option.letter for option in question.options if not option.right)
    return [] if question.options or question.exercise.goals else "0"


def _marked(question: Question, answer: object) -> bool:
    try:
        return question.mark(answer).right
    except Again:  # it is asked again, which costs as much
        return False
