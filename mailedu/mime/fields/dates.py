"""Date and time as mail writes them (RFC 5322 sections 3.3 and 4.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH: Final = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
#: Minutes east of UTC. Military letters, and names that nobody knows, say nothing about it (RFC 5322 section 4.3).
_ZONES: Final = {
    "ut": 0, "utc": 0, "gmt": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
#: Comments within comments are skipped so many levels deep.
_NESTED: Final = 8
_COMMENT: Final = re.compile(r"\([^()]*\)")
_DATE: Final = re.compile(
    r"\s*(?:(?P<weekday>[A-Za-z]{3})[A-Za-z]*\s*,?\s*)?"
    r"(?P<day>[0-9]{1,2})\s*[ -]\s*(?P<month>[A-Za-z]{3})[A-Za-z]*\s*[ -]\s*(?P<year>[0-9]{2,4})"
    r"\s+(?P<hour>[0-9]{1,2})\s*:\s*(?P<minute>[0-9]{2})(?:\s*:\s*(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"(?:\s*(?P<zone>[+-][0-9]{4}|[A-Za-z]+))?\s*",
    re.ASCII,
)


class Date(NamedTuple):
    """A moment, and where its clock hung."""

    seconds: float
    """Since 1970, in UTC."""
    zone: int | None
    """Minutes east of UTC; None for `-0000` and for a zone that says nothing."""
    weekday: str
    """As it was written: `Mon` to `Sun`, or empty. It may be wrong."""


@lru_cache(maxsize=1024)
def format_date(when: datetime | float, zone: int | None = 0) -> str:
    """`Tue, 24 Nov 2026 09:00:00 +0000`.

    `when`: seconds since 1970, or a datetime, which counts as UTC if it names no zone. `zone`: minutes east of UTC in
    which to write it; None writes UTC with `-0000`, which says nothing about the local clock.
    """
    if isinstance(when, datetime):
        when = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    minutes = zone or 0
    local = datetime(1970, 1, 1) + timedelta(seconds=when, minutes=minutes)  # noqa: DTZ001
    sign = "-" if zone is None or zone < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return (
        f"{DAYS[local.weekday()]}, {local.day:02d} {MONTHS[local.month - 1]} {local.year:04d} "
        f"{local.hour:02d}:{local.minute:02d}:{local.second:02d} {sign}{hours:02d}{rest:02d}"
    )


def parse_date(text: str) -> Date | None:
    """Read a date-time, obsolete forms too; None if it is none. A leap second counts as the one after it."""
    for _ in range(_NESTED):
        if "(" not in text:
            break
        text = _COMMENT.sub(" ", text)
    found = _DATE.fullmatch(text)
    month = _MONTH.get(found["month"].lower()) if found else None
    if found is None or month is None:
        return None
    year = int(found["year"])
    if len(found["year"]) < 4:
        year += 2000 if year < 50 else 1900
    zone = _zone(found["zone"] or "-0000")
    second = int(found["second"] or 0)
    try:
        local = datetime(year, month, int(found["day"]), int(found["hour"]), int(found["minute"]))  # noqa: DTZ001
    except ValueError:
        return None
    if second > 60 or (zone is not None and abs(zone) >= 6000):
        return None
    moment = (local - datetime(1970, 1, 1)).total_seconds() + second - 60 * (zone or 0)  # noqa: DTZ001
    return Date(moment, zone, (found["weekday"] or "").capitalize())


def _zone(text: str) -> int | None:
    if text[0] in "+-":
        if text == "-0000":
            return None
        minutes = int(text[1:3]) * 60 + int(text[3:])
        return -minutes if text[0] == "-" else minutes
    return _ZONES.get(text.lower())
