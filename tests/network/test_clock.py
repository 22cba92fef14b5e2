from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.network.clock import Clock, duration, seconds


def test_time_passes_only_when_told() -> None:
    clock = Clock(datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert clock.now == 0.0
    assert clock.advance(1.5) == clock.now == 1.5
    assert clock.jump(300.0) == clock.now == 300.0
    assert clock.date == datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    assert clock.date_at(1.5) == datetime(2026, 11, 24, 9, 0, 1, 500_000, tzinfo=UTC)


def test_time_never_goes_back() -> None:
    clock = Clock()
    clock.advance(10)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.jump(9.9)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(-0.1)
    assert clock.jump(10) == clock.advance(0) == 10


def test_the_start_is_a_date_or_seconds_since_1970() -> None:
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    east = timezone(timedelta(hours=2))
    starts: list[datetime | float] = [
        at,
        at.replace(tzinfo=None),
        at.timestamp(),
        datetime(2026, 11, 24, 11, tzinfo=east),
    ]
    assert {Clock(start).start for start in starts} == {at.timestamp()}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", 90), ("5m", 300), ("2h", 7200), ("5d", 432000), ("5 minutes", 300), ("1 hour", 3600), ("0s", 0),
        ("30 min", 1800), ("1.5h", 5400), (" 2 Days ", 172800), ("250ms", 0.25), ("7", 7), (42, 42), (0.5, 0.5),
        ("3 mins", 180), ("1 second", 1),
    ],
)  # fmt: skip
def test_durations_are_read(text: object, span: float) -> None:
    assert seconds(text) == span


@pytest.mark.parametrize(
    "text",
    ["", "soon", "5 fortnights", "-5m", "5m 3s", "m", "1e3", "٣s", "5S5", "s5", "999999999d", -1, True, None, [5],
     float("nan"), float("inf"), 10**400],
)  # fmt: skip
def test_what_is_no_duration_is_refused_in_one_line(text: object) -> None:
    with pytest.raises(ValueError, match=r"^not a duration: .*write 90s") as wrong:
        seconds(text)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "0 s"), (0.004, "4 ms"), (0.25, "250 ms"), (1, "1 s"), (1.5, "1.5 s"), (59.96, "1 min"), (60, "1 min"),
        (90, "1 min 30 s"), (1800, "30 min"), (3599.7, "1 h"), (7200, "2 h"), (5400, "1 h 30 min"), (86399, "1 day"),
        (86400, "1 day"), (90000, "1 day 1 h"), (432000, "5 days"), (-60, "-1 min"), (1e-9, "0 s"), (0.9996, "1 s"),
    ],
)  # fmt: skip
def test_durations_are_told(span: float, text: str) -> None:
    assert duration(span) == text


@pytest.mark.law(most=400)
@given(st.integers(1, 900), st.sampled_from(["s", "m", "h", "d"]))
def test_a_told_duration_is_near_the_truth(count: int, unit: str) -> None:
    span = seconds(f"{count}{unit}")
    words = duration(span).split()
    again = sum(seconds(" ".join(words[k : k + 2])) for k in range(0, len(words), 2))
    assert abs(again - span) <= max(0.05, span / 40)
