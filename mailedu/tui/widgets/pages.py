"""Where the conversations of a journey begin, and what each is called: made once a journey, looked up in no time."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from mailedu.journey import phrases
from mailedu.journey.journey import Journey
from mailedu.journey.step import Leg, Stage

#: A journey of more steps, or of more octets, has its packets not counted: that would take longer than a key may.
_FEW, _SMALL = 2_000, 2_000_000
_WHAT: Final = {"dns": "ask DNS", "queue": "queue", "bounce": "the report"}


class Page(NamedTuple):
    """A conversation, a question to the DNS, or a station's work."""

    first: int
    """Number of its first step."""
    leg: Leg
    title: str
    """Stage and what it is: `3 deliver: ask DNS, 2nd attempt`."""


class Pages:
    """The pages of a journey."""

    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self._pages: list[Page] = []
        waits: Counter[str] = Counter()
        leg: Leg | None = None
        for step in journey.steps:
            if step.leg is leg or step.leg == leg:
                continue
            leg = step.leg
            self._pages.append(Page(step.n, leg, _title(leg, waits)))
            if leg.protocol == "queue":
                waits[leg.name.partition("#")[0]] += 1
        self._starts = [page.first for page in self._pages]

    def at(self, n: int) -> Page:
        """The page of step `n`."""
        return self._pages[bisect_right(self._starts, n) - 1]

    @cached_property
    def packets(self) -> Counter[int]:
        """Step -> how many packets it sent; empty for a journey too large to count them at once."""
        journey = self._journey
        if len(journey) > _FEW or sum(step.size for step in journey.steps) > _SMALL:
            return Counter()
        return Counter(packet.step for packet in journey.packets)

    @cached_property
    def first_other(self) -> int:
        """Number of the first step that came out otherwise, and not by the learner's own hand; past the end if none."""
        journey = self._journey
        first = journey.first_difference
        places = journey.original.by_place
        for step in journey.steps[first - 1 :] if first is not None else ():
            other = places.get(step.place)
            if not step.edited and (other is None or not step.same(other)):
                return step.n
        return len(journey) + 1


def _title(leg: Leg, waits: Counter[str]) -> str:
    """`waits`: how often each queue has been left behind before this leg."""
    what = _WHAT.get(leg.protocol, "")
    if leg.letter.startswith("bounce") and what != "the report":
        what = f"{what} for the report" if leg.protocol == "dns" else f"{what} of the report" if what else "the report"
    title = phrases.STAGES[leg.stage] + (f": {what}" if what else "")
    if leg.stage is Stage.DELIVER and leg.peer:
        line, colon, domain = leg.name.partition("#")[0].rpartition(":")
        attempt = 1 + waits[f"{line.rpartition('.')[0]}.queue:{domain}".removeprefix(".")] if colon else 1
        if attempt > 1:
            title += f", {_ordinal(attempt)} attempt"
    return title


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


@lru_cache(maxsize=4)
def pages_of(journey: Journey) -> Pages:
    """The pages of a journey, made when first asked for: the original and one's own version stay at hand."""
    return Pages(journey)
