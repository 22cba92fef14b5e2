"""Facts come back after days: when, says FSRS, a model of how people forget (the library `fsrs`).

A card is one exercise with `card = true`. Its state is the library's own JSON; nothing is added to it.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsrs import Card, Scheduler


class Recall(StrEnum):
    """How well it was remembered: by the first answer alone."""

    AGAIN = "wrong, or not known"
    HARD = "right, with a hint"
    GOOD = "right"


def reviewed(stored: str, exercise: str, recall: Recall, when: float) -> tuple[str, float]:
    """A card after one more review: its JSON, and when it is due. Times are seconds since 1970.

    `stored` is what this gave the last time; empty: it is new. What is no card counts as new.
    """
    from fsrs import Rating

    card = _card(stored) or _new(exercise, when)
    last = card.last_review
    now = datetime.fromtimestamp(when, UTC)
    if last is not None:  # a clock that was set back: FSRS knows no negative days
        now = max(now, last.astimezone(UTC))
    rating = {Recall.AGAIN: Rating.Again, Recall.HARD: Rating.Hard, Recall.GOOD: Rating.Good}[recall]
    card, _ = _scheduler().review_card(card, rating, now)
    return card.to_json(), card.due.timestamp()


def _card(stored: str) -> Card | None:
    from fsrs import Card

    try:
        return Card.from_json(stored) if stored else None
    except (ValueError, TypeError, KeyError):
        return None


def _new(exercise: str, when: float) -> Card:
    from fsrs import Card

    # A number of its own: the library would take it, and the date, from the system's clock.
    return Card(card_id=zlib.crc32(exercise.encode("utf-8", "backslashreplace")), due=datetime.fromtimestamp(when, UTC))


@lru_cache(maxsize=1)
def _scheduler() -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(enable_fuzzing=False)  # fuzz draws from the random numbers of the whole process
