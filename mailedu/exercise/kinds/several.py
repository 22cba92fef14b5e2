"""Several: any number of the answers may be right; full marks for exactly these."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mailedu.exercise.kinds import choice
from mailedu.exercise.marking import Again, Mark

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

_NONE = frozenset(("none", "-", "0", "nothing"))


def read(question: Question, text: str) -> list[str]:
    if text.strip().casefold() in _NONE:
        return []
    known = "".join(option.letter for option in question.options)
    compact = re.sub(r"[\s,;+&]|\band\b", "", text.casefold())
    if not compact or set(compact) - set(known):
        raise Again(f"answer with letters, such as {known[0]}{known[2]}, or with none")
    return sorted(set(compact))


def mark(question: Question, answer: Any) -> Mark:
    if isinstance(answer, str):
        answer = read(question, answer)
    if not isinstance(answer, (list, tuple, set, frozenset)):
        raise Again("answer with a list of letters")
    taken = {choice.pick(question, one).letter for one in answer}
    wrong = [option for option in question.options if option.right != (option.letter in taken)]
    if not wrong:
        return question.right()
    # What was taken though it is wrong tells more than what was left out.
    first = min(wrong, key=lambda option: option.right)
    said = first.feedback or ("One is missing." if first.right else "One too many.")
    return question.not_right(first.text, said, first.misconception, first.see)


def solution(question: Question) -> str:
    return ", ".join(f"{option.letter}  {option.text}" for option in question.options if option.right) or "none of them"


def how(question: Question) -> str:
    return "all letters that are right, such as ac; or none"
