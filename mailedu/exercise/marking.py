"""What becomes of an answer: a mark, or the request to say it in another way."""

from __future__ import annotations

from typing import NamedTuple


class Again(ValueError):  # noqa: N818 - no error: it is asked again
    """What was said is no answer of this kind, so it is asked again and not marked: why, in one line."""


class Seen(NamedTuple):
    """Where it can be seen: one key goes there."""

    words: str
    """As people say it: `packet 16`, `step 34`, `line 3`."""
    step: int = 0
    """To be shown in the player; 0: it is in no step."""
    packet: int = 0
    line: int = 0


class Met(NamedTuple):
    """A goal, and whether it is reached."""

    text: str
    reached: bool
    points: int
    feedback: str = ""
    """What is said as long as it is not."""


class Mark(NamedTuple):
    """What an answer is worth, and what is said to it."""

    right: bool
    share: float
    """Of the points, from 0 to 1; between them for labs and repairs that reach a part of their goals."""
    feedback: str
    """Of a wrong answer what is said to it; of a right one, why it is."""
    misconception: str = ""
    """Id of what may be behind it."""
    see: Seen | None = None
    goals: tuple[Met, ...] = ()
