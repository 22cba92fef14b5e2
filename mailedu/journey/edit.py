"""Edits: other lines at a place, and the form in which people write them.

A place is leg, planned verb, occurrence, so edits elsewhere do not shift it. `PLACE=LINE` says LINE there instead,
`+PLACE=LINE` before what was planned, `PLACE=` drops it, `PLACE=~` falls silent; `PLACE!=` is about the reply.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

#: Octets of a line that a learner may say; servers stop long before, and that is worth seeing.
MAX_LINE: Final = 65536


class Then(StrEnum):
    """What follows the lines of an edit."""

    GO_ON = "go on"
    """The script, as if its own line had been said."""
    KEEP = "keep"
    """The planned line, and then the script."""
    WAIT = "wait"
    """Nothing: this side falls silent."""


class EditError(ValueError):
    """What is wrong with an edit, in one line."""


class Edit(NamedTuple):
    """Say something else at one place. Equal places: the later edit counts, unless the earlier one waits for it."""

    place: str
    say: tuple[bytes, ...] = ()
    """Lines without CRLF; none: the planned line is dropped."""
    then: Then = Then.GO_ON


_PLACE: Final = re.compile(
    r"(?P<leg>[^/\s=]+)/(?P<verb>[A-Z_]+)(?:\.(?P<k>[1-9][0-9]{0,5}(?:\+[1-9][0-9]{0,3})*))?(?P<reply>!)?"
)


def full_place(text: str) -> str:
    """A place written in full: `submit/RCPT` is `submit/RCPT.1`. EditError if it is none."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise EditError(f"{text!r} is no place: write LEG/VERB or LEG/VERB.2, with ! behind it for the reply")
    return f"{found['leg']}/{found['verb']}.{found['k'] or 1}{found['reply'] or ''}"


def make(place: str, lines: Sequence[str | bytes], then: Then = Then.GO_ON) -> Edit:
    """An edit, checked. EditError for a place that is none or a line that is not one line."""
    said = tuple(line.encode("utf-8", "surrogateescape") if isinstance(line, str) else line for line in lines)
    for line in said:
        if b"\r" in line or b"\n" in line or b"\0" in line:
            raise EditError(f"{place}: a line holds no CR, LF or NUL; use one edit a line")
        if len(line) > MAX_LINE:
            raise EditError(f"{place}: a line may have {MAX_LINE} octets, this one has {len(line)}")
    return Edit(full_place(place), said, then)


def parse(text: str) -> Edit:
    """Read `PLACE=LINE`, `+PLACE=LINE`, `PLACE=` or `PLACE=~`; the first `=` parts. EditError if it is none of them."""
    place, sign, line = text.partition("=")
    if not sign:
        raise EditError(f"{text!r}: write PLACE=LINE, +PLACE=LINE (before it), PLACE= (drop it) or PLACE=~ (silence)")
    before = place.startswith("+")
    place = place[1:] if before else place
    if line == "~":
        return make(place, (), Then.WAIT)
    if not line:
        if before:
            raise EditError(f"{text!r}: nothing to say before it")
        return make(place, ())
    return make(place, (line,), Then.KEEP if before else Then.GO_ON)


class Plan(NamedTuple):
    """What is to be said at a place in the end."""

    say: tuple[bytes, ...]
    then: Then
    own: bool
    """A learner's, not one of the scenario's."""


class Plans:
    """All edits of a journey by place, and which of them were reached."""

    __slots__ = ("_by_place", "_legs", "_patterns", "reached")

    def __init__(self, given: Iterable[Edit], own: Iterable[Edit]) -> None:
        """`given`: the scenario's and its faults'; `own`: the learner's, which count more."""
        self._by_place: dict[str, Plan] = {}
        self._patterns: list[tuple[re.Pattern[str], str, Plan]] = []
        self._legs: set[re.Pattern[str]] = set()
        self.reached: set[str] = set()
        for edits, mine in ((given, False), (own, True)):
            for edit in edits:
                self._add(edit, mine)

    def _add(self, edit: Edit, own: bool) -> None:
        before = self._by_place.get(edit.place)
        waits = before is not None and before.then is Then.WAIT and before.own == own
        say = (*before.say, *edit.say) if before is not None and waits else edit.say
        plan = Plan(say, edit.then, own)
        self._by_place[edit.place] = plan
        self._legs.add(_pattern(edit.place.partition("/")[0]))
        if "*" in edit.place:
            # `deliver:*/RCPT.1!` is that place of every such leg: so a fault works on any letter.
            self._patterns.insert(0, (_pattern(edit.place), edit.place, plan))

    def __bool__(self) -> bool:
        return bool(self._by_place)

    def concern(self, leg: str) -> bool:
        """Whether there are any for this leg."""
        return any(pattern.fullmatch(leg) for pattern in self._legs)

    def at(self, place: str) -> Plan | None:
        """What to say at `place` instead, or None."""
        plan = self._by_place.get(place)
        if plan is not None:
            self.reached.add(place)
            return plan
        for pattern, written, plan in self._patterns:
            if pattern.fullmatch(place):
                self.reached.add(written)
                return plan
        return None


def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(re.escape(written).replace(r"\*", "[^/#@]*"))


def nearest(place: str, places: Iterable[str]) -> list[str]:
    """Up to three places that somebody may have meant."""
    return difflib.get_close_matches(place, list(dict.fromkeys(places)), n=3, cutoff=0.4)
