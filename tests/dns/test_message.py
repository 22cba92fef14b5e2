from __future__ import annotations

import subprocess
import sys

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.dns.message import DATAGRAM, TYPES, Message, answer, query, read
from mailedu.dns.octets import read_plain
from mailedu.dns.zone import Rcode, Record, Result, Zones

MX = (Record("example.net", "MX", "mx1.example.net", 10), Record("example.net", "MX", "mx2.example.net", 20))
A = (Record("mx1.example.net", "A", "203.0.113.10"), Record("mx2.example.net", "A", "203.0.113.20"))


def test_a_query_is_twelve_octets_and_a_question() -> None:
    octets = query("example.net", "MX", 0xBEEF)
    assert octets == b"\xbe\xef\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03net\x00\x00\x0f\x00\x01"
    assert read(octets) == Message(0xBEEF, False, "NOERROR", "example.net", "MX")


def test_an_answer_repeats_id_and_question() -> None:
    octets = answer(query("example.net", "MX", 7), Result(Rcode.NOERROR, MX), A)
    assert read(octets) == Message(7, True, "NOERROR", "example.net", "MX", MX, A)
    assert read(answer(query("Example.NET", "MX", 7), Result(Rcode.NOERROR))).name == "Example.NET"


@pytest.mark.parametrize("rcode", list(Rcode))
def test_failures_travel(rcode: Rcode) -> None:
    message = read(answer(query("x.example", "A", 1), Result(rcode)))
    assert (message.rcode, message.is_answer, message.answers) == (rcode, True, ())


def test_only_the_id_differs_between_equal_messages() -> None:
    one, two = query("example.net", "MX", 1), query("example.net", "MX", 65535)
    assert (one[:2], two[:2], one[2:]) == (b"\x00\x01", b"\xff\xff", two[2:])
    result = Result(Rcode.NOERROR, MX)
    assert answer(one, result)[2:] == answer(two, result)[2:]
    assert answer(two, result)[:2] == b"\xff\xff"


def test_the_root_travels() -> None:
    null = (Record("nomail.example", "MX", "."),)
    assert read(answer(query("nomail.example", "MX", 1), Result(Rcode.NOERROR, null))).answers == null
    assert read(query(".", "MX", 1)).name == "."


def test_additional_records_that_do_not_fit_are_left_out() -> None:
    many = tuple(Record(f"mx{n}.example.net", "A", f"192.0.2.{n}") for n in range(60))
    octets = answer(query("example.net", "MX", 1), Result(Rcode.NOERROR, MX), many)
    message = read(octets)
    assert len(octets) <= DATAGRAM
    assert message.answers == MX
    assert 10 < len(message.additionals) < 60
    assert message.additionals == many[: len(message.additionals)]
    assert not message.truncated


def test_an_answer_that_does_not_fit_is_truncated_and_says_so() -> None:
    many = tuple(Record("example.net", "MX", f"mx{n}.some-long-name-of-a-host.example", n) for n in range(60))
    octets = answer(query("example.net", "MX", 1), Result(Rcode.NOERROR, many), A)
    message = read(octets)
    assert len(octets) <= DATAGRAM
    assert message.truncated
    assert message.answers == many[: len(message.answers)]
    assert message.additionals == ()


@pytest.mark.parametrize("name", ["a..b", "x" * 64, "\ud800"])
def test_a_name_that_cannot_travel_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no domain name"):
        query(name, "MX", 1)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="'SRV' is no type to ask for"):
        query("example.net", "SRV", 1)


@pytest.mark.parametrize("octets", [b"", b"\x00", query("a.example", "A", 1)[:-3], bytes(12), b"x" * 40])
def test_what_asks_nothing_is_not_answered_nor_read(octets: bytes) -> None:
    with pytest.raises(ValueError, match="no DNS query"):
        answer(octets, Result(Rcode.NOERROR))
    with pytest.raises(ValueError, match="no DNS message"):
        read(octets)


def test_foreign_types_are_read_as_text() -> None:
    message = dns.message.make_response(dns.message.make_query("example.net", "ANY", id=3))
    message.answer = [
        dns.rrset.from_text("example.net.", 60, "IN", "NS", "ns.example.net."),
        dns.rrset.from_text("example.net.", 60, "IN", "TYPE731", r"\# 2 abcd"),
        dns.rrset.from_text("example.net.", 60, "IN", "TXT", '"one " "two"'),
    ]
    assert read(message.to_wire()).answers == (
        Record("example.net", "NS", "ns.example.net.", 0, 60),
        Record("example.net", "TYPE731", r"\# 2 abcd", 0, 60),
        Record("example.net", "TXT", "one two", 0, 60),
    )


def test_to_ask_to_answer_and_to_read_that_loads_no_dnspython() -> None:
    code = """if True:
        import sys
        from mailedu.dns import message, resolver, zone
        zones = zone.Zones({"example.net": {"MX": [[10, "mx.example.net"]]}}, {"mx.example.net": "192.0.2.1"})
        result = zones.lookup("example.net", "MX")
        octets = message.answer(message.query("example.net", "MX", 1), result, zones.additional(result))
        assert message.read(octets).answers == result.records
        unwanted = {"dns", "email", "threading", "socket", "ssl", "ipaddress", "importlib.metadata"}
        print(sorted(unwanted & set(sys.modules)))
    """
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# Laws: dnspython is the oracle ----------------------------------------------------------------------------------------

labels = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?", fullmatch=True)
# Few ends, so that names share them, in one case or another.
names = st.builds(
    lambda front, end: ".".join([*front, end]),
    st.lists(labels, max_size=2),
    st.sampled_from(["example.net", "Example.NET", "mx.example.net", "example", "net"]),
)
# In groups of hexadecimal digits alone: Python 3.13 writes ::ffff:192.0.2.1, which no zone may hold.
groups = st.binary(min_size=16, max_size=16).map(lambda octets: octets.hex(":", 2))
data = st.one_of(
    st.tuples(st.just("A"), st.ip_addresses(v=4).map(str), st.just(0)),
    st.tuples(st.just("AAAA"), groups, st.just(0)),
    st.tuples(st.just("CNAME"), names, st.just(0)),
    st.tuples(st.just("MX"), st.one_of(names, st.just(".")), st.integers(0, 65535)),
    st.tuples(
        st.just("TXT"), st.text(st.characters(codec="ascii", categories=["L", "N", "Z", "P"]), max_size=300), st.just(0)
    ),
)
records = st.builds(
    lambda owner, it, ttl: Record(owner, it[0], it[1], it[2], ttl), names, data, st.integers(0, 2**31 - 1)
)  # fmt: skip


def clear(octets: bytes) -> bool:
    """Whether the octets are read, or refused in one clear line."""
    try:
        return isinstance(read(octets), Message)
    except ValueError as wrong:
        return str(wrong).startswith("no DNS message: ") and "\n" not in str(wrong)


def rrset(record: Record) -> dns.rrset.RRset:
    text = record.value
    if record.type in ("MX", "CNAME"):
        text = record.value.removesuffix(".") + "."
        text = f"{record.preference} {text}" if record.type == "MX" else text
    elif record.type == "TXT":
        octets = record.value.encode()
        parts = [octets[at : at + 255] for at in range(0, len(octets), 255)] or [b""]
        wire = b"".join(bytes([len(part)]) + part for part in parts)
        rdata = dns.rdata.from_wire("IN", "TXT", wire, 0, len(wire))
        return dns.rrset.from_rdata(record.name + ".", record.ttl, rdata)
    return dns.rrset.from_text(record.name + ".", record.ttl, "IN", record.type, text)


def meaning(its: dns.rrset.RRset) -> tuple[object, ...]:
    """Owner and data, but for how a text is cut."""
    (rdata,) = its
    return (its.name, b"".join(rdata.strings) if its.rdtype.name == "TXT" else rdata)


@pytest.mark.law(most=400)
@given(names, st.sampled_from(sorted(TYPES)), st.integers(0, 65535))
def test_queries_are_dnspython_s_octet_by_octet(name: str, type_: str, number: int) -> None:
    assert query(name, type_, number) == dns.message.make_query(name, type_, id=number).to_wire()


@pytest.mark.law(most=400)
@given(
    names,
    st.sampled_from(sorted(TYPES)),
    st.sampled_from(list(Rcode)),
    st.lists(records, max_size=4),
    st.lists(records, max_size=3),
)
def test_answers_are_dnspython_s_octet_by_octet(
    name: str, type_: str, rcode: Rcode, answers: list[Record], additionals: list[Record]
) -> None:
    question = query(name, type_, 99)
    theirs = dns.message.make_response(dns.message.from_wire(question), recursion_available=True)
    theirs.set_rcode(dns.rcode.from_text(rcode))
    theirs.answer = [rrset(record) for record in answers]
    theirs.additional = [rrset(record) for record in additionals]
    expected = theirs.to_wire(max_size=65535)
    ours = answer(question, Result(rcode, tuple(answers)), tuple(additionals))
    if len(expected) <= DATAGRAM:
        assert ours == expected
    else:
        assert len(ours) <= DATAGRAM
        read(ours)


@pytest.mark.law(most=400)
@given(
    st.one_of(st.binary(max_size=60), st.builds(lambda b: query("a.example", "MX", 1)[:2] + b, st.binary(max_size=60)))
)
def test_reading_gives_a_message_or_one_clear_line(octets: bytes) -> None:
    assert clear(octets)


@pytest.mark.law(most=400)
@given(st.data(), st.lists(records, min_size=1, max_size=4))
def test_reading_a_damaged_answer_gives_a_message_or_one_clear_line(data: st.DataObject, answers: list[Record]) -> None:
    octets = bytearray(answer(query("example.net", "MX", 1), Result(Rcode.NOERROR, tuple(answers))))
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    assert clear(bytes(octets))


@pytest.mark.law(most=400)
@given(st.data(), st.lists(records, max_size=3), st.lists(records, max_size=2))
def test_what_is_read_without_dnspython_says_the_same_as_with_it(
    data: st.DataObject, answers: list[Record], additionals: list[Record]
) -> None:
    octets = bytearray(answer(query("example.net", "MX", 1), Result(Rcode.NOERROR, tuple(answers)), tuple(additionals)))
    for _ in range(data.draw(st.integers(0, 2))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    ours = read_plain(bytes(octets))
    if ours is None:
        return
    theirs = dns.message.from_wire(bytes(octets), one_rr_per_rrset=True)
    assert (ours.id, ours.is_answer) == (theirs.id, bool(theirs.flags & dns.flags.QR))
    assert (ours.rcode, ours.truncated) == (dns.rcode.to_text(theirs.rcode()), bool(theirs.flags & dns.flags.TC))
    assert ours.name == str(theirs.question[0].name).removesuffix(".")
    assert ours.type == theirs.question[0].rdtype.name
    for section, expected in ((ours.answers, theirs.answer), (ours.additionals, theirs.additional)):
        assert [record.ttl for record in section] == [its.ttl for its in expected]
        assert [meaning(rrset(record)) for record in section] == [meaning(its) for its in expected]


def test_what_was_written_is_read_without_dnspython() -> None:
    for octets in (query("example.net", "MX", 5), answer(query("example.net", "MX", 5), Result(Rcode.NOERROR, MX), A)):
        assert read_plain(octets) == read(octets)


@pytest.mark.parametrize(
    "octets",
    [
        query("a b.example", "A", 1),
        dns.message.make_query("example.net", "NS", id=7).to_wire(),
        dns.message.make_query("example.net", "A", use_edns=0, id=7).to_wire(),
        dns.message.make_query("example.net", "A", rdclass="CH", id=7).to_wire(),
        query("example.net", "A", 1) + b"x",
        query("example.net", "A", 1)[:12] + b"\xc0\x0c\x00\x01\x00\x01",
        query("example.net", "A", 1)[:-1],
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_dnspython(octets: bytes) -> None:
    assert read_plain(octets) is None


def test_what_zones_hold_comes_through_the_wire() -> None:
    zones = Zones(
        {"example.net": {"MX": [[10, "mx.example.net"]], "TXT": "ü" * 150}, "alias.example": {"CNAME": "example.net"}},
        {"mx.example.net": ["192.0.2.1", "2001:db8::1"]},
    )
    for name in ("example.net", "alias.example", "mx.example.net", "no.example"):
        for type_ in TYPES:
            result = zones.lookup(name, type_)
            message = read(answer(query(name, type_, 1), result, zones.additional(result)))
            assert (message.rcode, message.answers) == (result.rcode, result.records)
            assert message.additionals == zones.additional(result)
