from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.mime.fields.dates import parse_date
from mailedu.mime.fields.words import unfold
from mailedu.mime.parser import parse
from mailedu.mime.trace import parse_received, received, return_path

WHEN = 1_795_510_800.0


def test_a_hop_says_who_came_and_who_took_it() -> None:
    field = received(
        from_said="laptop.example.com",
        from_seen_name="dsl-5.example.com",
        from_seen_address="198.51.100.5",
        by="mail.example.com",
        protocol="ESMTPA",
        id="4F1A2",
        recipient="bob@example.net",
        when=WHEN,
    )
    assert field == (
        b"Received: from laptop.example.com (dsl-5.example.com [198.51.100.5])\r\n"
        b" by mail.example.com with ESMTPA id 4F1A2\r\n"
        b" for <bob@example.net>; Tue, 24 Nov 2026 09:00:00 +0000\r\n"
    )


def test_of_several_recipients_none_is_named() -> None:
    field = received(
        from_said="[192.0.2.1]",
        from_seen_name="",
        from_seen_address="2001:db8::1",
        by="mx.example.net",
        protocol="SMTP",
        id="1",
        recipient=None,
        when=WHEN,
        zone=-480,
    )
    assert field == (
        b"Received: from [192.0.2.1] ([IPv6:2001:db8::1])\r\n"
        b" by mx.example.net with SMTP id 1;\r\n"
        b" Tue, 24 Nov 2026 01:00:00 -0800\r\n"
    )


def test_the_return_path() -> None:
    assert return_path("alice@example.com") == b"Return-Path: <alice@example.com>\r\n"
    assert return_path("") == b"Return-Path: <>\r\n"


NAMES = st.from_regex(r"[a-z0-9]{1,9}(?:\.[a-z0-9]{1,60}){0,3}", fullmatch=True).filter(
    lambda name: name not in ("from", "by", "via", "with", "id", "for")
)


@pytest.mark.law(most=400)
@given(NAMES, NAMES | st.just(""), NAMES, NAMES, st.booleans(), st.integers(0, 2**32), st.integers(-720, 840))
def test_what_is_written_is_read(said: str, seen: str, by: str, id_: str, one: bool, when: int, zone: int) -> None:
    recipient = f"bob@{by}" if one else None
    field = received(
        from_said=said,
        from_seen_name=seen,
        from_seen_address="192.0.2.1",
        by=by,
        protocol="ESMTP",
        id=id_,
        recipient=recipient,
        when=when,
        zone=zone,
    )
    assert field.endswith(b"\r\n")
    assert max(map(len, field.split(b"\r\n"))) <= 998
    assert len(parse(field).headers) == 1
    read = parse_received(field.partition(b":")[2])
    assert (read.from_said, read.from_seen_name, read.from_seen_address) == (said, seen, "192.0.2.1")
    assert (read.by, read.protocol, read.id, read.recipient) == (by, "ESMTP", id_, recipient or "")
    assert read.date is not None
    assert (read.date.seconds, read.date.zone) == (when, zone)


#: What hosts write, and what of it is understood: said, seen, by, protocol, id, recipient, date.
WRITTEN = {
    "from localhost (a.example [127.0.0.1])\r\n by b.example (8.12.9) id\r\n\tiBG for <c@d>; 16 Jan 2008 13:04 PST": (
        ("localhost", "127.0.0.1", "b.example", "", "iBG", "c@d"), "16 Jan 2008 13:04 -0800"
    ),
    "from a.example by localhost with POP3 (fetchmail) for c@d (single-drop); 16 Jan 2008 13:04 -0800 (PST)": (
        ("a.example", "", "localhost", "POP3", "", "c@d"), "16 Jan 2008 13:04 -0800"
    ),
    "(from admin@localhost) by b.example (8.12.8/Submit) id k9J for c@d; Thu, 17 Jan 2008 07:36:28 -0700": (
        ("", "", "b.example", "", "k9J", "c@d"), "Thu, 17 Jan 2008 07:36:28 -0700"
    ),
    "from a.example ([10.1.2.3]) by b.example over TLS with Big SMTPSVC(5.0);\r\n 17 Jan 2008 07:37 MST": (
        ("a.example", "10.1.2.3", "b.example", "Big SMTPSVC", "", ""), "17 Jan 2008 07:37 -0700"
    ),
    "from a.example (a.example [10.1.2.3]) by b.example; 17 Jan 2008 07:37 -0700 (PDT) (envelope-from c@d)": (
        ("a.example", "10.1.2.3", "b.example", "", "", ""), "17 Jan 2008 07:37 -0700"
    ),
    "by b.example": (("", "", "b.example", "", "", ""), ""),
    "nonsense": (("", "", "", "", "", ""), ""),
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_what_hosts_write(text: str) -> None:
    facts, date = WRITTEN[text]
    read = parse_received(text.encode())
    assert (read.from_said, read.from_seen_address, read.by, read.protocol, read.id, read.recipient) == facts
    assert (read.date and read.date.seconds) == ((meant := parse_date(date)) and meant.seconds)
    assert parse_received(unfold(text.encode()).decode()) == read


@pytest.mark.law(most=400)
@given(st.binary() | st.text(st.sampled_from('from by with();<>"\\[] \r\n')).map(str.encode))
def test_reading_is_total(body: bytes) -> None:
    parse_received(body)


def test_much_of_anything_takes_no_time() -> None:
    for much in (b"(" * 60_000, b'"' * 60_001, b"a " * 30_000, b"from " * 12_000, b"(a)" * 20_000):
        parse_received(much)
