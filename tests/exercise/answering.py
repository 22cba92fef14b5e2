"""How a person answers: what they type for the right answer, and for each wrong one that an exercise foresees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailedu.exercise import load
from mailedu.exercise.facts import Spot
from mailedu.exercise.model import Exercise, Kind
from mailedu.exercise.question import Question

LETTERS = "abcdefghij"
#: Kinds that are answered freely, so that typical wrong answers are foreseen as `[[wrong]]`.
FREE = frozenset(Kind) - {Kind.CHOICE, Kind.SEVERAL, Kind.REPAIR, Kind.LAB}


def bank() -> tuple[Exercise, ...]:
    """All exercises that are shipped."""
    return load.everything()


def typed_right(question: Question) -> str:
    """What somebody types who knows the answer. Of a lab or a repair: the first way, a line each."""
    kind = question.kind
    if kind is Kind.CHOICE:
        return next(option.letter for option in question.options if option.right)
    if kind is Kind.SEVERAL:
        return "".join(option.letter for option in question.options if option.right) or "none"
    if kind is Kind.ORDER:
        letters = {str(value): letter for letter, (_, value) in zip(LETTERS, question.items, strict=False)}
        return "".join(letters[str(value)] for value in question.answer if str(value) in letters)
    if kind is Kind.MATCH:
        wanted = [str(question.answer[str(value)]) for _, value in question.items]
        pairs = zip(LETTERS, wanted, strict=False)
        return " ".join(f"{letter}{question.partners.index(partner) + 1}" for letter, partner in pairs)
    if kind is Kind.POINT:
        return pointed(question.answer)
    if kind in (Kind.LAB, Kind.REPAIR):
        way = question.exercise.solutions[0]
        return way if isinstance(way, str) else "\n".join(way)
    if kind is Kind.TEXT and isinstance(question.answer, list):
        return str(question.answer[0])
    return str(question.answer)


def pointed(answer: Any) -> str:
    """A place as somebody types it: a number, or from which octet to which."""
    if isinstance(answer, Spot):
        return f"{answer.first}-{answer.last - 1}" if answer.what == "octets" else str(answer.first)
    return str(answer)


def wrong_answers(question: Question) -> Iterator[tuple[Any, str]]:
    """Each wrong answer that is foreseen, as `mark` takes it, with what the exercise says to it."""
    if question.kind is Kind.CHOICE:
        yield from ((one.letter, one.feedback) for one in question.options if not one.right)
    elif question.kind is Kind.SEVERAL:
        rights = {one.letter for one in question.options if one.right}
        yield from ((sorted(rights ^ {one.letter}), one.feedback) for one in question.options)
    elif question.kind is Kind.MATCH:
        for known in question.known:
            item, partner = (str(one) for one in known.value)
            said = {str(value): str(question.answer[str(value)]) for _, value in question.items}
            other = next(name for name, its in said.items() if its == partner)
            said[item], said[other] = partner, said[item]
            yield said, known.feedback
    else:
        for known in question.known:
            spot = isinstance(known.value, Spot)
            yield (question.read(pointed(known.value)) if spot else known.value), known.feedback
