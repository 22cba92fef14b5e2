"""Match: each item has a partner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mailedu.exercise.marking import Again, Mark

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

LETTERS = "abcdefghij"


def read(question: Question, text: str) -> dict[str, str]:
    """`a2 b1 c3`: item by letter, partner by number."""
    pairs = re.findall(r"([a-j])\s*[-=:>]*\s*(\d+)", text.casefold())
    rest = re.sub(r"([a-j])\s*[-=:>]*\s*(\d+)|[\s,;]", "", text.casefold())
    count = len(question.items)
    if rest or len(pairs) != count or len({letter for letter, _ in pairs}) != count:
        raise Again(f"a number for each letter, such as {example(question)}")
    if any(not 1 <= int(number) <= count for _, number in pairs):
        raise Again(f"the numbers go from 1 to {count}")
    return {letter: question.partners[int(number) - 1] for letter, number in pairs}


def mark(question: Question, answer: Any) -> Mark:
    said = _partners(question, answer)
    rights = {str(value): str(question.answer[str(value)]) for _, value in question.items}
    wrong = [(text, str(value)) for text, value in question.items if said[str(value)] != rights[str(value)]]
    if not wrong:
        return question.right()
    for known in question.known:
        # A typical mistake: [item, partner].
        if (
            isinstance(known.value, list)
            and len(known.value) == 2
            and said.get(str(known.value[0])) == str(known.value[1])
        ):
            return question.not_right(known.value[0], known.feedback, known.misconception, known.see)
    count = len(question.items) - len(wrong)
    return question.not_right(
        wrong[0][0], f"{count} of {len(question.items)} fit. “{wrong[0][0]}” has another partner."
    )


def _partners(question: Question, answer: Any) -> dict[str, str]:
    """Value of an item -> text of its partner."""
    if isinstance(answer, str):
        answer = read(question, answer)
    if not isinstance(answer, Mapping):
        raise Again("a table: item to partner")
    names: dict[str, str] = {}
    for letter, (text, value) in zip(LETTERS, question.items, strict=False):
        names[letter] = str(value)
        names[text.casefold()] = str(value)
    for _, value in question.items:
        names[str(value).casefold()] = str(value)
    said: dict[str, str] = {}
    for item, partner in answer.items():
        found = names.get(str(item).casefold())
        other = next((one for one in question.partners if one.casefold() == str(partner).casefold()), None)
        if other is None and str(partner).isdecimal() and 1 <= int(partner) <= len(question.partners):
            other = question.partners[int(partner) - 1]
        if found is None or other is None:
            raise Again(f"items and partners of this question, such as {example(question)}")
        said[found] = other
    if len(said) != len(question.items):
        raise Again(f"a partner for each of the {len(question.items)}")
    return said


def example(question: Question) -> str:
    """As `a2 b3 c1`."""
    count = len(question.items)
    return " ".join(f"{letter}{n % count + 1}" for n, letter in enumerate(LETTERS[:count], 1))


def solution(question: Question) -> str:
    return "; ".join(f"{text}: {question.answer[str(value)]}" for text, value in question.items)


def how(question: Question) -> str:
    return f"a number for each letter, such as {example(question)}"
