"""Virtual time, and how people write durations. Nobody here reads a real clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = {
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
}
#: Seconds; no scenario needs longer, and dates stay dates.
LONGEST: Final = 1e9
_DURATION: Final = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([a-zA-Z]*)\s*")


class Clock:
    """Seconds since the start of a scenario. It jumps, and never goes back."""

    __slots__ = ("now", "start")

    def __init__(self, start: datetime | float = 0.0) -> None:
        """`start`: when virtual time begins, as a datetime (UTC if it names no zone) or seconds since 1970."""
        if isinstance(start, datetime):
            start = (start if start.tzinfo else start.replace(tzinfo=UTC)).timestamp()
        self.start = float(start)
        self.now = 0.0

    def advance(self, seconds: float) -> float:
        """Let `seconds` pass; returns the new `now`. ValueError if they are negative."""
        if seconds < 0:
            raise ValueError(f"virtual time cannot go back by {-seconds:g} s")
        self.now += seconds
        return self.now

    def jump(self, to: float) -> float:
        """Make it `to` seconds since the start; returns that. ValueError if that moment is past."""
        if to < self.now:
            raise ValueError(f"virtual time cannot go back from {self.now:g} s to {to:g} s")
        self.now = to
        return to

    @property
    def date(self) -> datetime:
        """The moment as a calendar shows it, in UTC."""
        return self.date_at(self.now)

    def date_at(self, seconds: float) -> datetime:
        """The calendar's moment `seconds` after the start, in UTC."""
        return datetime.fromtimestamp(self.start, UTC) + timedelta(seconds=seconds)


def seconds(text: object) -> float:
    """How many seconds `90s`, `5m`, `2h`, `5d`, `5 minutes`, `1 hour` or a plain number (of seconds) are.

    ValueError, one clear line, for anything else: negative numbers and more than a thousand million seconds, too.
    """
    span = -1.0
    if isinstance(text, str):
        if found := _DURATION.fullmatch(text):
            unit = found[2].lower()
            span = float(found[1]) * (_UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"), -1.0) if unit else 1.0)
    elif isinstance(text, (int, float)) and not isinstance(text, bool):
        span = float(text) if -1 < text < LONGEST + 1 else -1.0
    if 0 <= span <= LONGEST:
        return span
    raise ValueError(f"not a duration: {text!r} (write 90s, 5m, 2h, 5d or a number of seconds)")


def duration(span: float) -> str:
    """`span` seconds in words for people, at most two units: `30 min`, `2 h`, `1 h 30 min`, `5 days`, `4 ms`."""
    if span < 0:
        return "-" + duration(-span)
    if span < 0.9995:
        return f"{span * 1000:.3g} ms" if round(span * 1000, 3) else "0 s"
    if span < 60:
        tenths = round(span, 1)
        if tenths < 60:
            return f"{tenths:g} s"
    # Beyond a minute whole seconds will do, beyond an hour whole minutes, beyond a day whole hours.
    if round(span) < 3600:
        return _two(round(span), "min", 60, "s")
    if round(span / 60) < 1440:
        return _two(round(span / 60), "h", 60, "min")
    hours = round(span / 3600)
    return _two(hours, "day" if hours < 48 else "days", 24, "h")


def _two(count: int, big: str, size: int, small: str) -> str:
    """`count` small units, `size` of which make a big one; the small ones left out if there are none."""
    whole, rest = divmod(count, size)
    return f"{whole} {big} {rest} {small}" if rest else f"{whole} {big}"
