"""Text: a word or a line. Blanks around it never matter; case and blanks within only where the exercise is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mailedu.exercise.kinds.number import general
from mailedu.exercise.marking import Again, Mark

if TYPE_CHECKING:
    from mailedu.exercise.question import Question

#: More is no answer.
_LONGEST: Final = 1000
_QUOTES: Final = "\"'`“”‘’«»"


def read(question: Question, text: str) -> str:
    text = text.strip()
    if not text:
        raise Again("type the answer, please")
    if len(text) > _LONGEST:
        raise Again(f"a shorter answer, please: at most {_LONGEST:,} characters")
    return text


def mark(question: Question, answer: Any) -> Mark:
    if not isinstance(answer, (str, int, float)) or isinstance(answer, bool):
        raise Again("the answer is a text")
    said = read(question, str(answer))
    rights = question.answer if isinstance(question.answer, list) else [question.answer]
    if any(same(question, said, str(one)) for one in rights):
        return question.right()
    for known in question.known:
        if same(question, said, str(known.value)):
            return question.not_right(said, known.feedback, known.misconception, known.see)
    return question.not_right(said, general(question))


def same(question: Question, said: str, wanted: str) -> bool:
    """Whether two texts are the same answer."""
    if said == wanted.strip():
        return True
    bare, right = said.strip(_QUOTES).strip(), wanted.strip()
    if question.exercise.exact:
        return bare == right
    return _loose(bare) == _loose(right)


def _loose(text: str) -> str:
    """Without what does not matter: case, blanks, a full stop, brackets around an address, a colon after a name."""
    text = " ".join(text.split()).casefold().rstrip(".:").strip()
    return text[1:-1] if text.startswith("<") and text.endswith(">") and text != "<>" else text


def solution(question: Question) -> str:
    value = question.answer
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def how(question: Question) -> str:
    return "type it"
