from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.mime.fields.dates import format_date, parse_date

SECONDS = st.integers(-2_208_988_800, 32_503_680_000 - 1)  # 1900 to 2999
ZONES = st.integers(-99 * 60 - 59, 99 * 60 + 59)


@pytest.mark.law(most=400)
@given(SECONDS, ZONES)
def test_a_date_comes_back(seconds: int, zone: int) -> None:
    date = parse_date(format_date(seconds, zone))
    assert date is not None
    assert (date.seconds, date.zone) == (seconds, zone)


@pytest.mark.law(most=400)
@given(SECONDS, st.integers(-1439, 1439))
def test_the_standard_library_writes_and_reads_the_same(seconds: int, zone: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    written = format_date(seconds, zone)
    try:
        local = moment.astimezone(timezone(timedelta(minutes=zone)))
    except OverflowError:
        return
    assert written == email.utils.format_datetime(local)
    assert email.utils.parsedate_to_datetime(written) == moment
    assert format_date(moment, zone) == written


def test_a_zone_that_says_nothing() -> None:
    assert format_date(0, None) == "Thu, 01 Jan 1970 00:00:00 -0000"
    date = parse_date("Thu, 01 Jan 1970 00:00:00 -0000")
    assert date is not None
    assert date.zone is None


def test_a_datetime_without_zone_is_utc() -> None:
    assert format_date(datetime(2026, 11, 24, 9), 60) == "Tue, 24 Nov 2026 10:00:00 +0100"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "iso", "zone"),
    [
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06", -360),
        ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06", 0),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06", -360),
        ("Wed, 16 Jan 2008\r\n 13:04:17 -0800 (PST)", "2008-01-16T21:04:17", -480),
        ("Wed, 16 Jan 2008 13:04 PST", "2008-01-16T21:04:00", -480),
        ("16 Jan 49 13:04:17 Z", "2049-01-16T13:04:17", None),
        ("16 Jan 50 13:04:17 UT", "1950-01-16T13:04:17", 0),
        ("16 Jan 108 13:04:17 CEST", "2008-01-16T13:04:17", None),
        ("Sat, 31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00", 0),
        ("Mon, 24 Nov 2026 09:00:00 +0530", "2026-11-24T03:30:00", 330),
        ("wednesday, 16 january 2008 13:04:17 +0000 (a (nested) comment)", "2008-01-16T13:04:17", 0),
    ],
)
def test_dates_old_and_odd(text: str, iso: str, zone: int | None) -> None:
    date = parse_date(text)
    assert date is not None
    assert date.seconds == datetime.fromisoformat(iso + "+00:00").timestamp()
    assert date.zone == zone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "(",
        "32 Jan 2008 00:00:00 +0000",
        "30 Feb 2008 00:00:00 +0000",
        "1 Foo 2008 00:00:00 +0000",
        "1 Jan 0000 00:00:00 +0000",
        "1 Jan 2008 25:00:00 +0000",
        "1 Jan 2008 00:00:61 +0000",
        "1 Jan 2008 00:00:00 +9999999",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.law(most=400)
@given(st.text() | st.text("0123456789:+-, JanFeb()GMT"))
def test_reading_is_total(text: str) -> None:
    parse_date(text)


def test_many_parentheses_take_no_time() -> None:
    assert parse_date("(" * 5_000 + ")" * 5_000) is None
