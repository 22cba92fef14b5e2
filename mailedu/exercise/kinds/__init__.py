"""The kinds of exercises: how an answer is read from what somebody typed, and marked. A file each."""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from mailedu.exercise.model import Kind

if TYPE_CHECKING:
    from mailedu.exercise.marking import Mark
    from mailedu.exercise.question import Question


class Grader(Protocol):
    """What each module here offers."""

    def read(self, question: Question, text: str) -> Any:
        """What was typed, as an answer. Raises `marking.Again` if it is none."""

    def mark(self, question: Question, answer: Any) -> Mark:
        """An answer that `read` gave, or a JSON value. Raises `marking.Again` for what is no answer of the kind."""

    def solution(self, question: Question) -> str:
        """The right answer in words."""

    def how(self, question: Question) -> str:
        """How it is answered, in a few words."""


_MODULES: Final = {
    Kind.CHOICE: "choice",
    Kind.SEVERAL: "several",
    Kind.NUMBER: "number",
    Kind.TEXT: "text",
    Kind.ORDER: "order",
    Kind.MATCH: "match",
    Kind.POINT: "point",
    Kind.NEXT: "next",
    Kind.DECODE: "coding",
    Kind.ENCODE: "coding",
    Kind.REPAIR: "repair",
    Kind.LAB: "lab",
}


@lru_cache
def of(kind: Kind) -> Grader:
    """The grader of a kind."""
    return cast("Grader", importlib.import_module(f"{__name__}.{_MODULES[kind]}"))
