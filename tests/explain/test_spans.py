"""Which octets mean what: examples for people, and laws for any octets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.agents.actions import Action, Link
from mailedu.explain import Key, explain
from mailedu.explain.spans.dns import name_at
from mailedu.machine import Kind
from mailedu.pop3 import states as pop3_states
from mailedu.smtp import states as smtp_states


def named(key: Key) -> list[tuple[str, bytes]]:
    """Name and octets of each span."""
    return [(span.name, key.octets[span.start : span.end]) for span in explain(key).spans]


def meaning(key: Key, octets: bytes) -> str:
    """What a span with these octets means."""
    return next(span.meaning for span in explain(key).spans if key.octets[span.start : span.end] == octets)


def command(octets: bytes, verb: str, protocol: str = "smtp") -> Key:
    return Key(protocol, Kind.COMMAND, verb, "READY", octets)


def reply(octets: bytes, verb: str, protocol: str = "smtp") -> Key:
    return Key(protocol, Kind.REPLY, verb, "READY", octets)


def test_a_mail_command() -> None:
    assert named(command(b"MAIL FROM:<alice@example.com> SIZE=817 X=1\r\n", "MAIL")) == [
        ("verb", b"MAIL"),
        ("keyword", b"FROM:"),
        ("reverse-path", b"<alice@example.com>"),
        ("local part", b"alice"),
        ("domain", b"example.com"),
        ("parameter", b"SIZE=817"),
        ("parameter", b"X=1"),
        ("CRLF", b"\r\n"),
    ]


def test_only_the_domains_host_may_interpret_the_local_part() -> None:
    assert "only the host of the domain" in meaning(command(b"RCPT TO:<bob@example.net>\r\n", "RCPT"), b"bob")


def test_each_line_of_an_ehlo_reply() -> None:
    key = reply(b"250-mail.example.com\r\n250-SIZE 1000\r\n250-AUTH LOGIN PLAIN\r\n250 XYZZY\r\n", "EHLO")
    assert named(key) == [
        ("code", b"250"), ("hyphen", b"-"), ("server name", b"mail.example.com"), ("CRLF", b"\r\n"),
        ("code", b"250"), ("hyphen", b"-"), ("extension", b"SIZE"), ("extension argument", b"1000"), ("CRLF", b"\r\n"),
        ("code", b"250"), ("hyphen", b"-"), ("extension", b"AUTH"), ("extension argument", b"LOGIN PLAIN"),
        ("CRLF", b"\r\n"),
        ("code", b"250"), ("blank", b" "), ("extension", b"XYZZY"), ("CRLF", b"\r\n"),
    ]  # fmt: skip
    assert "RFC 1870" in meaning(key, b"SIZE")
    assert "table" in meaning(key, b"XYZZY")


@pytest.mark.parametrize(
    "keyword",
    "PIPELINING SIZE 8BITMIME ENHANCEDSTATUSCODES AUTH STARTTLS HELP DSN SMTPUTF8 CHUNKING".split(),
)
def test_every_usual_extension_is_known(keyword: str) -> None:
    unknown = meaning(reply(b"250-x\r\n250 XYZZY\r\n", "EHLO"), b"XYZZY")
    assert (
        meaning(reply(b"250-x\r\n250 " + keyword.lower().encode() + b"\r\n", "EHLO"), keyword.lower().encode())
        != unknown
    )


def test_an_enhanced_code_has_the_class_of_its_reply() -> None:
    assert ("enhanced code", b"5.1.1") in named(reply(b"550 5.1.1 no\r\n", "RCPT"))
    assert "no such mailbox" in meaning(reply(b"550 5.1.1 no\r\n", "RCPT"), b"5.1.1")
    assert ("text", b"2.1.1 no") in named(reply(b"550 2.1.1 no\r\n", "RCPT"))


def test_a_challenge_and_its_answer() -> None:
    assert meaning(reply(b"334 VXNlcm5hbWU6\r\n", "AUTH"), b"VXNlcm5hbWU6").startswith("asks for the user name")
    said = Key("smtp", Kind.COMMAND, "RESPONSE", "AUTH", b"d29uZGVybGFuZA==\r\n", b"334 UGFzc3dvcmQ6\r\n")
    assert "readable" in meaning(said, b"d29uZGVybGFuZA==")


def test_a_scan_listing() -> None:
    key = reply(b"+OK Scan listing follows\r\n1 1108\r\n2 20\r\n.\r\n", "LIST", "pop3")
    assert named(key)[3:] == [
        ("message number", b"1"), ("message size", b"1108"),
        ("message number", b"2"), ("message size", b"20"),
        ("final dot", b"."),
    ]  # fmt: skip


def test_a_response_code() -> None:
    key = reply(b"-ERR [in-use] busy\r\n", "PASS", "pop3")
    assert ("response code", b"[in-use]") in named(key)
    assert explain(key).key == "pop3/replies/PASS -ERR IN-USE"


def test_a_password_may_hold_blanks() -> None:
    assert ("password", b"a b c") in named(command(b"PASS a b c\r\n", "PASS", "pop3"))


def test_a_received_field() -> None:
    octets = (
        b"Received: from laptop.example.com (laptop.example.com [198.51.100.5])\r\n"
        b" by mail.example.com with ESMTPA id AB12 for <bob@example.net>; Tue, 24 Nov 2026 09:00:01 +0000\r\n"
    )
    key = Key("queue", Kind.ACTION, "RECEIVED", "", octets)
    assert [part.split()[0] for name, part in named(key) if name == "trace part"] == [
        b"from", b"by", b"with", b"id", b"for", b";",
    ]  # fmt: skip
    assert ("comment", b"(laptop.example.com [198.51.100.5])") in named(key)


def test_a_dns_answer() -> None:
    octets = bytes.fromhex(
        "b56981800001000200000000076578616d706c65036e657400000f0001"
        "c00c000f000100000e100008000a036d7831c00cc00c000f000100000e1000080014036d7832c00c"
    )
    key = Key("dns", Kind.ANSWER, "MX", "", octets)
    names = [name for name, _ in named(key)]
    assert names[:6] == ["ID", "flags", "counts", "QNAME", "QTYPE", "QCLASS"]
    assert names.count("preference") == names.count("exchange") == 2
    assert explain(key).what.startswith("10 mx1.example.net is tried first, 20 mx2.example.net")


def test_a_circle_of_pointers_is_no_name() -> None:
    assert name_at(b"\xc0\x02\xc0\x00", 0) == ("", None)


def test_doubled_dots_are_shown() -> None:
    key = Key("smtp", Kind.DATA, "CONTENT", "DATA", b"Subject: x\r\n\r\n..profile\r\nend\r\n")
    assert [span.start for span in explain(key).spans if span.name == "doubled dot"] == [14]


def test_a_part_and_its_delimiter() -> None:
    octets = b"\r\n--=_x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n"
    assert [name for name, _ in named(Key("ua", Kind.ACTION, "PART", "", octets))] == [
        "CRLF", "delimiter", "field name", "colon", "field body", "media type", "MIME parameter", "CRLF", "empty line",
        "body",
    ]  # fmt: skip


def test_the_last_part_ends_with_the_closing_delimiter() -> None:
    octets = b"\r\n--=_x\r\nContent-Type: text/csv\r\n\r\nSG8=\r\n--=_x--\r\n"
    spans = {span.name: span for span in explain(Key("ua", Kind.ACTION, "PART", "", octets)).spans}
    assert spans["body"].end == spans["delimiter"].start
    assert "no part follows" in spans["delimiter"].meaning


def test_the_fields_of_a_report_are_told() -> None:
    octets = (
        b"--=_x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.com\r\n\r\n"
        b"Final-Recipient: rfc822; bob@example.net\r\nStatus: 5.1.1\r\n"
    )
    names = [part for name, part in named(Key("bounce", Kind.ACTION, "PART", "", octets)) if name == "field name"]
    assert names == [b"Content-Type", b"Reporting-MTA", b"Final-Recipient", b"Status"]


def test_an_outline_is_a_tree_of_types() -> None:
    key = Key("pop3", Kind.ACTION, "PARSE", "", b"multipart/mixed  2 parts\r\n  text/csv  menu.csv\r\n")
    assert named(key) == [("media type", b"multipart/mixed"), ("media type", b"text/csv")]


# Laws -----------------------------------------------------------------------------------------------------------------

_TELLING = st.sampled_from(
    b"MAIL FROM:<|>|@|a.example|250-|250 |5.1.1|334 |\r\n|\n|.|..|+OK|-ERR|[IN-USE]| 1 2|Received: from |; |--|="
    b"|Content-Type: text/plain; |From: |\xc0\x0c|\x00\x0f|\x03mx1|attempt 2 in |VXNl|\xe2\x96\xba 10 x".split(b"|")
)
_OCTETS = st.one_of(
    st.binary(max_size=200), st.lists(st.one_of(_TELLING, st.binary(max_size=6)), max_size=30).map(b"".join)
)
_VERBS = st.sampled_from([*smtp_states.Verb, *pop3_states.Verb, *Action, *Link, "MX", "A", "AAAA", "STARTTLS", ""]).map(
    str
)
_STATES = st.sampled_from(["", *(state.name for state in (*smtp_states.State, *pop3_states.State))])
_PROTOCOLS = st.sampled_from("ua submission smtp dns queue bounce process pop3 other".split())


@pytest.mark.law(most=400)
@given(_PROTOCOLS, st.sampled_from(Kind), _VERBS, _STATES, _OCTETS, _OCTETS)
def test_any_octets_are_explained_and_spans_nest(
    protocol: str, kind: Kind, verb: str, state: str, octets: bytes, prompt: bytes
) -> None:
    found = explain(Key(protocol, kind, verb, state, octets, prompt))
    assert found.title
    assert found.what
    assert found.why
    assert found.rfc
    open_ends: list[int] = []
    last = (0, -len(octets))
    for span in found.spans:
        assert 0 <= span.start < span.end <= len(octets)
        assert span.name
        assert span.meaning
        assert (span.start, -span.end) >= last
        last = (span.start, -span.end)
        while open_ends and open_ends[-1] <= span.start:
            open_ends.pop()
        assert not open_ends or span.end <= open_ends[-1], found.spans
        open_ends.append(span.end)


@pytest.mark.law(most=400)
@given(_OCTETS, st.integers(0, 300))
def test_any_octets_have_a_name_or_none(octets: bytes, at: int) -> None:
    name, end = name_at(octets, at)
    assert end is None or at < end <= len(octets)
    assert isinstance(name, str)
