"""Next: what does the server say? A code, or +OK and -ERR; the machine itself gives the answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mailedu.exercise.kinds.number import general
from mailedu.exercise.marking import Again, Mark

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

_CODE = re.compile(r"([2-5]\d\d)(?:[ -].*)?")
_STATUS = re.compile(r"([+-]?)\s*(ok|err)\b.*", re.IGNORECASE)


def read(question: Question, text: str) -> Any:
    said = text.strip()
    if str(question.answer).lstrip("+-").isalpha():
        found = _STATUS.fullmatch(said) or (None if said not in ("+", "-") else re.fullmatch(r"([+-])()", said))
        if found is None:
            raise Again("+OK or -ERR, please")
        return "+OK" if (found[2] or "").lower() == "ok" or found[1] == "+" else "-ERR"
    code = _CODE.fullmatch(said)
    if code is None:
        raise Again("a reply code, please: three digits, the first from 2 to 5")
    return int(code[1])


def mark(question: Question, answer: Any) -> Mark:
    said = read(question, str(answer))
    if str(said) == str(question.answer):
        return question.right()
    for known in question.known:
        if str(known.value) == str(said):
            return question.not_right(said, known.feedback, known.misconception, known.see)
    return question.not_right(said, general(question))


def solution(question: Question) -> str:
    """The whole reply."""
    journey = question.journey
    step = journey.by_place.get(question.at + "!") if journey is not None else None
    if step is None:
        return str(question.answer)
    return step.head(512).decode("utf-8", "backslashreplace").split("\r\n")[0]


def how(question: Question) -> str:
    return "+OK or -ERR" if str(question.answer).lstrip("+-").isalpha() else "the code: three digits"
