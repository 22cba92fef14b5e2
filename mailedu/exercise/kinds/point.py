"""Point: at the packet, the step, the line or the octets that are meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mailedu.exercise.facts import Spot
from mailedu.exercise.marking import Again, Mark

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

_NUMBER = re.compile(r"(?:packet|step|line|no\.?|#)?\s*(\d{1,9})", re.IGNORECASE)
_RANGE = re.compile(r"(?:octets?)?\s*(\d{1,9})\s*(?:-|–|to|\.\.)\s*(\d{1,9})", re.IGNORECASE)


def read(question: Question, text: str) -> Any:
    """A number; of octets the first and the last, `62-78`, or the text itself where it stands only once."""
    if wanted(question).what == "octets":
        return _octets(question, text)
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise Again(f"the number of the {wanted(question).what}, please")
    n = int(found[1])
    if question.exhibit.row(n) is None:
        raise Again(f"there is no {wanted(question).what} {n} here")
    return n


def _octets(question: Question, text: str) -> list[int]:
    octets = question.exhibit.octets
    found = _RANGE.fullmatch(text.strip())
    if found is not None:
        first, last = int(found[1]), int(found[2])
        if not first <= last < len(octets):
            raise Again(f"the octets go from 0 to {len(octets) - 1}")
        return [first, last + 1]
    said = text.strip().encode("utf-8", "replace").replace(rb"\r", b"\r").replace(rb"\n", b"\n")
    if not said or octets.count(said) != 1:
        raise Again("copy the octets, or say from which to which, such as 4-9")
    start = octets.index(said)
    return [start, start + len(said)]


def mark(question: Question, answer: Any) -> Mark:
    right = wanted(question)
    said = _place(question, answer)
    if said == _value(right):
        return question.right()
    for known in question.known:
        if _value(known.value) == said:
            return question.not_right(_words(right.what, said), known.feedback, known.misconception, known.see)
    seen = question.seen(question.exercise.see)
    if seen is None or not _hints(question):  # what may be seen is the answer itself
        return Mark(False, 0.0, "Not that one.", "", None)
    return question.not_right("", f"Not that one. {seen.words.capitalize()} is where to start, not the answer.")


def _hints(question: Question) -> bool:
    """Whether what may be seen is not just the answer itself."""
    seen = question.seen(question.exercise.see)
    return seen is not None and (seen.packet or seen.step or seen.line) != wanted(question).first


def _place(question: Question, answer: Any) -> Any:
    if isinstance(answer, str):
        return read(question, answer)
    if isinstance(answer, (list, tuple)) and len(answer) == 2 and all(type(one) is int for one in answer):
        return list(answer)
    if type(answer) is int:
        return read(question, str(answer)) if wanted(question).what != "octets" else [answer, answer + 1]
    raise Again(f"the number of the {wanted(question).what}, please")


def wanted(question: Question) -> Spot:
    """What is to be pointed at."""
    answer = question.answer
    return answer if isinstance(answer, Spot) else Spot(question.exhibit.what, int(answer))


def _value(spot: Any) -> Any:
    if isinstance(spot, Spot):
        return [spot.first, spot.last] if spot.what == "octets" else spot.first
    return spot


def _words(what: str, said: Any) -> str:
    return f"octets {said[0]} to {said[1] - 1}" if isinstance(said, list) else f"{what} {said}"


def solution(question: Question) -> str:
    right = wanted(question)
    if right.what == "octets":
        part = question.exhibit.octets[right.first : right.last].decode("ascii", "backslashreplace")
        return f"octets {right.first} to {right.last - 1}: {part}"
    row = question.exhibit.row(right.first)
    return f"{right.what} {right.first}" + (f": {row.text}" if row is not None else "")


def how(question: Question) -> str:
    if wanted(question).what == "octets":
        return "copy the octets, or say from which to which, such as 4-9"
    return f"the number of the {wanted(question).what}"
