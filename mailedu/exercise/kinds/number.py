"""Number: digits, perhaps with a unit. A word where a number belongs is asked again, not marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mailedu.exercise.marking import Again, Mark

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

#: What means the same unit.
_UNITS: Final = (
    frozenset(("octets", "octet", "bytes", "byte", "b", "o")),
    frozenset(("messages", "message", "letters", "letter", "mails", "mail")),
    frozenset(("seconds", "second", "secs", "sec", "s")),
    frozenset(("minutes", "minute", "mins", "min", "m")),
    frozenset(("hours", "hour", "h")),
    frozenset(("days", "day", "d")),
    frozenset(("packets", "packet", "segments", "segment")),
    frozenset(("lines", "line")),
    frozenset(("commands", "command")),
    frozenset(("percent", "%", "per cent")),
    frozenset(("port", "tcp", "udp", "/tcp", "/udp", "tcp/")),
)
_NUMBER: Final = re.compile(
    r"(?:(?:tcp|udp)[ /-]?)?(?:port|packet|no|nr|code)?[.:# ]*"
    r"([+-]?(?:\d{1,3}(?:[,_' ’\u202f]\d{3})+|\d+)(?:\.\d+)?)\s*([a-z%/ ]*)\.?",
    re.IGNORECASE,
)


def read(question: Question, text: str) -> int | float:
    found = _NUMBER.fullmatch(" ".join(text.split()))
    if found is None or len(found[1]) > 40:
        raise Again(f"{_how_many(question)}a number, please")
    unit = found[2].strip().casefold()
    if unit and not _same_unit(unit, question.exercise.unit):
        wanted = question.exercise.unit
        raise Again(f"in {wanted}, please, not in {unit}" if wanted else f"a number alone, please, without {unit!r}")
    digits = re.sub(r"[,_' ’\u202f]", "", found[1])
    return (
        float(digits)
        if "." in digits and not digits.endswith(".0")
        else int(float(digits))
        if "." in digits
        else int(digits)
    )


def mark(question: Question, answer: Any) -> Mark:
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        answer = read(question, str(answer))
    if answer == question.answer:
        return question.right()
    for known in question.known:
        if known.value == answer:
            return question.not_right(answer, known.feedback, known.misconception, known.see)
    return question.not_right(answer, general(question))


def general(question: Question) -> str:
    """What is said to an answer that nobody foresaw."""
    seen = question.seen(question.exercise.see)
    return f"Not so. Look at {seen.words}." if seen is not None else "Not so."


def _same_unit(said: str, wanted: str) -> bool:
    wanted = wanted.casefold()
    if said == wanted:
        return True
    if any(said in names for names in _UNITS if "tcp" in names):
        return not wanted or wanted == "port"
    return any(said in names and wanted in names for names in _UNITS)


def _in(question: Question) -> str:
    unit = question.exercise.unit
    return f", in {unit}" if unit and unit != "port" else ""


def _how_many(question: Question) -> str:
    """As `how many messages? `; nothing for what is not counted."""
    unit = question.exercise.unit
    return f"how many {unit}? " if unit.endswith("s") else ""


def solution(question: Question) -> str:
    value = question.answer
    if question.exercise.unit == "port":
        return f"port {value}"
    shown = f"{value:,}" if isinstance(value, int) and question.exercise.unit else str(value)
    return f"{shown} {question.exercise.unit}".strip()


def how(question: Question) -> str:
    unit = question.exercise.unit
    return f"a number of {unit}" if unit and unit != "port" else "a number"
