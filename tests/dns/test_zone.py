from __future__ import annotations

import ipaddress
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.dns.address import ipv4, ipv6, ipv6_text
from mailedu.dns.zone import Rcode, Record, Result, Zones, canonical

ZONES = Zones(
    {
        "example.net": {"MX": [[10, "mx1.example.net"], [20, "mx2.example.net"]], "TXT": "v=spf1 mx -all"},
        "nomail.example": {"MX": [[0, "."]]},
        "Alias.example": {"CNAME": "example.net"},
        "stale.example": {"CNAME": "gone.example"},
        "loop1.example": {"CNAME": "loop2.example"},
        "loop2.example": {"CNAME": "loop1.example"},
        "ill.example": {"RCODE": "SERVFAIL"},
        "two.example": {"A": ["192.0.2.1", "192.0.2.2"], "AAAA": "2001:db8::1", "TTL": 60},
    },
    {
        "mx1.example.net": "203.0.113.10",
        "mx2.example.net": ["203.0.113.20", "2001:db8::20"],
        "deep.in.the.example": "192.0.2.9",
    },
)


def values(result: Result) -> list[tuple[str, str, int]]:
    return [(record.type, record.value, record.preference) for record in result.records]


def test_mx_records_come_in_the_zone_s_order() -> None:
    result = ZONES.lookup("example.net", "MX")
    assert result.rcode is Rcode.NOERROR
    assert values(result) == [("MX", "mx1.example.net", 10), ("MX", "mx2.example.net", 20)]


@pytest.mark.parametrize("name", ["EXAMPLE.net", "example.net.", "eXample.Net."])
def test_names_are_compared_in_any_case_and_with_or_without_the_last_dot(name: str) -> None:
    assert ZONES.lookup(name, "MX") == ZONES.lookup("example.net", "MX")


def test_a_null_mx_names_the_root() -> None:
    assert values(ZONES.lookup("nomail.example", "MX")) == [("MX", ".", 0)]


def test_hosts_have_addresses() -> None:
    assert values(ZONES.lookup("mx2.example.net", "A")) == [("A", "203.0.113.20", 0)]
    assert values(ZONES.lookup("mx2.example.net", "AAAA")) == [("AAAA", "2001:db8::20", 0)]


def test_a_name_without_such_data_is_not_a_name_that_does_not_exist() -> None:
    assert ZONES.lookup("mx1.example.net", "MX") == Result(Rcode.NOERROR)
    assert ZONES.lookup("mx9.example.net", "MX") == Result(Rcode.NXDOMAIN)
    assert ZONES.lookup("in.the.example", "A") == Result(Rcode.NOERROR), "a name on the way to another exists"
    assert ZONES.lookup("no.where", "A") == Result(Rcode.NXDOMAIN)


def test_an_alias_is_followed() -> None:
    result = ZONES.lookup("alias.EXAMPLE", "MX")
    assert values(result)[0] == ("CNAME", "example.net", 0)
    assert result.records[0].name == "Alias.example", "names keep the case that the zone gives them"
    assert result.records[1:] == ZONES.lookup("example.net", "MX").records
    assert values(ZONES.lookup("alias.example", "CNAME")) == [("CNAME", "example.net", 0)]


def test_an_alias_may_lead_nowhere() -> None:
    assert ZONES.lookup("stale.example", "MX") == Result(
        Rcode.NXDOMAIN, (Record("stale.example", "CNAME", "gone.example"),)
    )


def test_a_loop_of_aliases_is_a_failure() -> None:
    assert ZONES.lookup("loop1.example", "MX") == Result(Rcode.SERVFAIL)


def test_a_failing_zone_fails_for_all_below_it() -> None:
    assert ZONES.lookup("ill.example", "MX").rcode is Rcode.SERVFAIL
    assert ZONES.lookup("mx.ILL.example", "A").rcode is Rcode.SERVFAIL


def test_records_know_how_long_they_hold() -> None:
    assert {record.ttl for record in ZONES.lookup("two.example", "A").records} == {60}
    assert ZONES.lookup("example.net", "MX").records[0].ttl == 3600


def test_the_zone_s_word_goes_before_the_host_s() -> None:
    zones = Zones(
        {"mx.example": {"A": "192.0.2.7"}, "off.example": {"A": []}, "www.example": {"CNAME": "mx.example"}},
        {"mx.example": "192.0.2.1", "off.example": "192.0.2.2", "www.example": "192.0.2.3"},
    )
    assert values(zones.lookup("mx.example", "A")) == [("A", "192.0.2.7", 0)]
    assert values(zones.lookup("off.example", "A")) == []
    assert values(zones.lookup("www.example", "A")) == [("CNAME", "mx.example", 0), ("A", "192.0.2.7", 0)]


def test_the_addresses_of_exchangers_are_additional() -> None:
    found = ZONES.additional(ZONES.lookup("example.net", "MX"))
    assert [record.value for record in found] == ["203.0.113.10", "203.0.113.20", "2001:db8::20"]
    assert ZONES.additional(ZONES.lookup("example.net", "TXT")) == ()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a..b", "x" * 64 + ".example", "y." * 127 + "z", "ab c\x00", "\ud800", "ß" * 70]
)
def test_asking_never_raises(name: str) -> None:
    assert ZONES.lookup(name, "MX").records == ()


@pytest.mark.parametrize("name", ["a..b", ".a", "x" * 64, "y." * 126 + "zz", "\ud800.example", "ü" * 64])
def test_a_name_that_no_message_can_hold_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(ValueError, match="is no domain name") as wrong:
        canonical(name)
    assert "\n" not in str(wrong.value)


def test_letters_beyond_ascii_become_ascii() -> None:
    assert canonical("BÜCHER.example") == "xn--bcher-kva.example"
    zones = Zones({"bücher.example": {"MX": [[5, "post.bücher.example"]]}})
    assert values(zones.lookup("xn--bcher-kva.example", "MX")) == [("MX", "post.xn--bcher-kva.example", 5)]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("'a..b' = {}", "zone a..b: 'a..b' is no domain name"),
        ("'x.example' = 5", "zone x.example: wants a table of records, not 5"),
        ("'x.example' = {}\n'X.example.' = {}", "zone X.example.: given twice"),
        ("'x.example'.SRV = 'a'", "zone x.example: unknown record type 'SRV' (known: MX, A"),
        ("'x.example'.MX = 'mx.example'", "zone x.example: MX: wants [[preference, host], ...], not 'mx.example'"),
        ("'x.example'.MX = [10, 'mx.example']", "zone x.example: MX: wants [preference, host], not 10"),
        ("'x.example'.MX = [[70000, 'a']]", "zone x.example: MX: a preference is a number from 0 to 65535, not 70000"),
        ("'x.example'.MX = [[true, 'a']]", "zone x.example: MX: a preference"),
        ("'x.example'.MX = [[1, 'a b']]", "zone x.example: MX: 'a b' is no host name"),
        ("'x.example'.MX = [[1, '']]", "zone x.example: MX: '' is no host name"),
        ("'x.example'.A = '256.0.0.1'", "zone x.example: A: '256.0.0.1' is no such address"),
        ("'x.example'.A = [7]", "zone x.example: A: wants a string or a list of strings"),
        ("'x.example'.AAAA = '192.0.2.1'", "zone x.example: AAAA: '192.0.2.1' is no such address"),
        ("'x.example'.CNAME = ['a']", "zone x.example: CNAME: ['a'] is no host name"),
        ("'x.example'.CNAME = '.'", "zone x.example: CNAME: '.' is no host name"),
        ("'x.example'.TTL = -1", "zone x.example: TTL: wants whole seconds"),
        ("'x.example'.RCODE = 'OOPS'", "zone x.example: RCODE: wants one of SERVFAIL"),
        (f"'x.example'.TXT = '{'x' * 401}'", "zone x.example: TXT: a text has at most 400 octets"),
    ],
)
def test_what_cannot_be_read_is_named_in_one_line(table: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"^zone ") as wrong:
        Zones(tomllib.loads(table))
    assert str(wrong.value).startswith(says)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(("host", "address"), [("a..b", "192.0.2.1"), ("a.example", "1.2.3"), ("a.example", "")])
def test_a_host_needs_a_name_and_an_address(host: str, address: str) -> None:
    with pytest.raises(ValueError, match=f"^host {host}: "):
        Zones({}, {host: address})


def test_a_broken_zone_can_be_read_and_its_problems_are_told() -> None:
    zones = Zones(
        {
            "a.example": {"MX": [[10, "203.0.113.5"], [20, "2001:db8::5"]]},
            "b.example": {"MX": [[10, "www.example"]]},
            "c.example": {"MX": [[10, "nowhere.example"]]},
            "d.example": {"MX": [[0, "."], [10, "mx.example"]]},
            "e.example": {"CNAME": "mx.example", "TXT": "x"},
            "f.example": {"CNAME": "f.example"},
            "www.example": {"CNAME": "mx.example"},
        },
        {"mx.example": "192.0.2.1"},
    )
    assert [line.rpartition(" (RFC")[0] for line in zones.problems()] == [
        "zone a.example: MX: 203.0.113.5 is an address, an MX names a host",
        "zone a.example: MX: 2001:db8::5 is an address, an MX names a host",
        "zone b.example: MX: www.example is an alias",
        "zone c.example: MX: nowhere.example has no address",
        "zone d.example: MX: a null MX stands alone",
        "zone e.example: CNAME: an alias has no other records",
        "zone f.example: CNAME: f.example leads nowhere",
    ]
    assert zones.additional(zones.lookup("b.example", "MX")) == (), "no addresses of an alias"


def test_a_sound_zone_has_no_problems() -> None:
    zones = Zones(
        {"example.net": {"MX": [[10, "MX1.example.net."]]}, "no.example": {"MX": [[0, "."]]}},
        {"mx1.example.net": "192.0.2.1"},
    )
    assert zones.problems() == ()


@pytest.mark.law(most=400)
@given(st.one_of(st.ip_addresses(v=4).map(str), st.from_regex(r"[0-9.]{1,15}", fullmatch=True)))
def test_ipv4_agrees_with_the_standard_library(text: str) -> None:
    try:
        expected = ipaddress.IPv4Address(text).packed
    except ValueError:
        expected = None
    assert ipv4(text) == expected


# Python 3.13 writes ::ffff:192.0.2.1 with dots, which ipv6 refuses.
in_groups = st.ip_addresses(v=6).filter(lambda address: address.ipv4_mapped is None)


@pytest.mark.law(most=400)
@given(
    st.one_of(
        in_groups.map(str),
        in_groups.map(lambda address: address.exploded.upper()),
        st.from_regex(r"(::?|[0-9a-f]{1,4}){0,16}", fullmatch=True),
        st.lists(st.sampled_from(["::", ":", "0", "db8", "::1", "1:2:3"]), max_size=6).map("".join),
    )
)
def test_ipv6_agrees_with_the_standard_library(text: str) -> None:
    try:
        expected = ipaddress.IPv6Address(text).packed
    except ValueError:
        expected = None
    assert ipv6(text) == expected


@pytest.mark.law(most=400)
@given(st.lists(st.sampled_from([0, 0, 1, 0x10, 0xABCD]), min_size=8, max_size=8))
def test_ipv6_is_written_as_the_standard_library_does(groups: list[int]) -> None:
    octets = b"".join(group.to_bytes(2, "big") for group in groups)
    text = ipv6_text(octets)
    assert text == str(ipaddress.IPv6Address(octets))
    assert ipv6(text) == octets


@pytest.mark.parametrize("text", ["٣.0.0.1", "1.2.3.4\n", "::1\n", "1::%eth0", "::ffff:1.2.3.4"])
def test_odd_addresses_are_refused(text: str) -> None:
    assert ipv4(text) is None
    assert ipv6(text) is None
