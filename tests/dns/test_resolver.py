from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.dns.resolver import Exchanger, Obstacle, addresses, exchangers, is_null_mx, obstacle
from mailedu.dns.zone import Rcode, Record, Result, Zones


def mx(*pairs: tuple[int, str]) -> Result:
    return Result(Rcode.NOERROR, tuple(Record("example.net", "MX", host, preference) for preference, host in pairs))


def hosts(result: Result, **how: object) -> list[str]:
    return [one.host for one in exchangers(result, "example.net", **how)]  # type: ignore[arg-type]


def test_lower_preferences_come_first() -> None:
    assert exchangers(mx((20, "mx2"), (10, "mx1")), "example.net") == (Exchanger(10, "mx1"), Exchanger(20, "mx2"))


def test_no_mx_record_means_the_domain_itself() -> None:
    assert exchangers(Result(Rcode.NOERROR), "Example.net.") == (Exchanger(0, "Example.net"),)


def test_no_mx_record_behind_an_alias_means_what_it_is_an_alias_of() -> None:
    zones = Zones(
        {"a.example": {"CNAME": "b.example"}, "b.example": {"CNAME": "c.example"}}, {"c.example": "192.0.2.1"}
    )
    result = zones.lookup("a.example", "MX")
    assert exchangers(result, "a.example") == (Exchanger(0, "c.example"),)


def test_an_address_is_not_used_where_there_is_an_mx_record() -> None:
    assert hosts(mx((10, "dead.example"))) == ["dead.example"]


def test_a_null_mx_takes_no_mail() -> None:
    assert exchangers(mx((0, ".")), "example.net") == ()
    assert is_null_mx(mx((0, ".")))
    assert obstacle(mx((0, ".")), "example.net") is Obstacle.NULL_MX


def test_a_null_mx_beside_others_is_ignored() -> None:
    result = mx((0, "."), (10, "mx1"))
    assert hosts(result) == ["mx1"]
    assert not is_null_mx(result)
    assert not is_null_mx(Result(Rcode.NOERROR))


def test_a_relay_drops_itself_and_all_that_are_not_better() -> None:
    result = mx((10, "best"), (20, "Relay.Example."), (20, "peer"), (30, "worst"))
    assert hosts(result, drop_self="relay.example") == ["best"]
    assert hosts(result, drop_self={"other", "WORST"}) == ["best", "Relay.Example.", "peer"]
    assert hosts(result, drop_self="nobody") == ["best", "Relay.Example.", "peer", "worst"]
    assert obstacle(result, "example.net", drop_self="relay.example") is None


def test_the_best_exchanger_finds_nobody_to_relay_to() -> None:
    result = mx((10, "relay.example"), (10, "peer"), (20, "mx2"))
    assert hosts(result, drop_self="relay.example") == []
    assert obstacle(result, "example.net", drop_self="relay.example") is Obstacle.SELF
    assert obstacle(Result(Rcode.NOERROR), "relay.example", drop_self="relay.example") is Obstacle.SELF


@pytest.mark.parametrize(
    ("rcode", "why"),
    [
        (Rcode.NXDOMAIN, Obstacle.NO_SUCH_DOMAIN),
        (Rcode.SERVFAIL, Obstacle.NOT_NOW),
        (Rcode.REFUSED, Obstacle.NOT_NOW),
    ],
)
def test_a_failed_lookup_is_no_implicit_mx(rcode: Rcode, why: Obstacle) -> None:
    assert exchangers(Result(rcode), "example.net") == ()
    assert obstacle(Result(rcode), "example.net") is why


def test_equals_are_drawn_by_lot_and_the_same_lot_draws_the_same() -> None:
    result = mx((10, "a"), (10, "b"), (10, "c"), (5, "first"), (20, "last"))
    assert hosts(result) == ["first", "a", "b", "c", "last"], "without a lot in the zone's order"
    drawn = {tuple(hosts(result, shuffle=Random(seed))) for seed in range(60)}
    assert len(drawn) == 6
    assert {order[0] for order in drawn} == {"first"}
    assert {order[-1] for order in drawn} == {"last"}
    assert hosts(result, shuffle=Random("7/place/mx")) == hosts(result, shuffle=Random("7/place/mx"))


def test_addresses_come_in_the_answer_s_order() -> None:
    zones = Zones({"www.example": {"CNAME": "mx.example"}, "mx.example": {"A": ["192.0.2.2", "192.0.2.1"]}})
    assert addresses(zones.lookup("www.example", "A")) == ("192.0.2.2", "192.0.2.1")
    assert addresses(zones.lookup("www.example", "MX")) == ()


@pytest.mark.law(most=400)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ABCDE.")), max_size=8),
    st.sets(st.sampled_from("abcdef")),
    st.integers(0, 9),
)
def test_exchangers_keep_the_rules(pairs: list[tuple[int, str]], own: set[str], seed: int) -> None:
    result = mx(*pairs)
    found = exchangers(result, "f", drop_self=own, shuffle=Random(seed))
    real = [Exchanger(p, h) for p, h in pairs if h != "."] or ([] if pairs else [Exchanger(0, "f")])
    limit = min((one.preference for one in real if one.host.lower() in own), default=99)
    assert sorted(found) == sorted(one for one in real if one.preference < limit)
    assert [one.preference for one in found] == sorted(one.preference for one in found)
    assert (obstacle(result, "f", drop_self=own) is None) == bool(found)
