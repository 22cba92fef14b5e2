"""Order: all items, first to last."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mailedu.exercise.marking import Again, Mark
from mailedu.exercise.model import plain

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

LETTERS = "abcdefghij"


def read(question: Question, text: str) -> list[str]:
    count = len(question.items)
    letters = LETTERS[:count]
    said = re.sub(r"[\s,;>-]", "", text.casefold())
    if sorted(said) != sorted(letters):
        raise Again(f"all {count} letters, first to last, such as {letters[::-1]}")
    return list(said)


def mark(question: Question, answer: Any) -> Mark:
    values = _values(question, answer)
    rights = [one for one in question.answer if one in [value for _, value in question.items]]
    if values == rights:
        return question.right()
    for known in question.known:
        if known.value == values:
            return question.not_right(values, known.feedback, known.misconception, known.see)
    first = next(n for n, (said, right) in enumerate(zip(values, rights, strict=True)) if said != right)
    text = {str(value): text for text, value in question.items}[str(values[first])]
    where = (
        "First comes something else"
        if first == 0
        else f"The first {first} {'is' if first == 1 else 'are'} right; then something else comes"
    )
    # Where the right order can be seen says nothing about this mistake, so nothing is named to look at.
    return question.not_right(values, f"{where}, not “{text}”.")


def _values(question: Question, answer: Any) -> list[Any]:
    """Values in the order given: letters, texts or values."""
    if isinstance(answer, str):
        answer = read(question, answer)
    if not isinstance(answer, (list, tuple)):
        raise Again("a list of all letters, first to last")
    known: dict[str, Any] = {}
    for letter, (_text, value) in zip(LETTERS, question.items, strict=False):
        known[letter] = value
    for text, value in question.items:
        known[text.casefold()] = value
        known[str(value).casefold()] = value
    values = [known.get(str(plain(one)).casefold()) for one in answer]
    if len(values) != len(question.items) or any(one is None or values.count(one) > 1 for one in values):
        raise Again(f"all {len(question.items)} of them, each once")
    return values


def solution(question: Question) -> str:
    texts = {str(value): text for text, value in question.items}
    return ", ".join(texts[str(one)] for one in question.answer if str(one) in texts)


def how(question: Question) -> str:
    return f"all letters, first to last, such as {LETTERS[: len(question.items)][::-1]}"
