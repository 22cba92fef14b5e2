"""The queue: which exchanger, when again, when given up, and what the DNS says (RFC 5321 sections 4.5.4 and 5)."""

from __future__ import annotations

import itertools

import pytest

from mailedu.agents import effects
from mailedu.agents.world import Host
from mailedu.journey import Journey, Kind, Scenario, Stage, play
from mailedu.journey.edit import full_place, make, parse
from tests.agents.reports import report, status
from tests.journey.plays import steps_of
from tests.journey.worlds import ALWAYS, other

HOUR = 3600.0
BOB = "bob@example.net"


def legs(journey: Journey, stage: Stage = Stage.DELIVER) -> list[str]:
    return [leg.name for leg in journey.legs if leg.stage is stage]


def reasons(journey: Journey) -> list[str]:
    """The first line of each DEFER and EXPIRE."""
    return [
        step.octets[0].decode().strip() for step in journey.steps if step.verb in ("DEFER", "EXPIRE")
    ]  # fmt: skip


def played(scenario: Scenario, *edits: str) -> Journey:
    return play(scenario, [parse(edit) for edit in edits])


# Exchangers -----------------------------------------------------------------------------------------------------------


def test_the_second_exchanger_takes_the_letter_when_the_first_is_down_and_relays_it_later() -> None:
    journey = played(other(hosts={"mx1.example.net": {"down": ((0.0, 2 * HOUR),)}}))
    assert [one.recipient for one in journey.stored] == [BOB]
    peers = [(leg.name, leg.actor, leg.peer) for leg in journey.legs if leg.protocol == "smtp"]
    assert peers[:2] == [
        ("deliver:example.net", "mail.example.com", "mx1.example.net"),
        ("deliver:example.net#2", "mail.example.com", "mx2.example.net"),
    ]
    assert peers[2] == ("deliver:example.net@mx2.example.net", "mx2.example.net", "mx1.example.net")
    assert all(actor == "mx2.example.net" for _, actor, _ in peers[2:])
    assert journey.by_place["deliver:example.net/LINK.1"].verb == "UNREACHABLE"
    # mx2 is its own worse exchanger: it tries mx1 only (RFC 5321 section 5.1).
    assert all(peer == "mx1.example.net" for _, _, peer in peers[2:])
    assert [reason for reason in reasons(journey) if "mx2" in reason] == []
    assert journey.stored[0].letter.size > 0
    received = [field for field in journey.stored[0].letter.added if field.startswith(b"Received:")]
    assert [b"by mx1.example.net" in received[0], b"by mx2.example.net" in received[1], len(received)] == [
        True,
        True,
        3,
    ]
    stored = next(step for step in journey.steps if step.verb == "STORE")
    assert stored.time > 2 * HOUR


def test_a_host_that_answers_but_does_not_listen_is_refused() -> None:
    journey = played(other(hosts={"mx1.example.net": {"ports": (110,)}}))
    assert journey.by_place["deliver:example.net/LINK.1"].verb == "REFUSED"
    assert journey.by_place["deliver:example.net#2/LINK.1"].leg.peer == "mx2.example.net"


@pytest.mark.parametrize("reply", ["554 5.3.2 no service", "421 4.3.2 going down", "450 busy"])
def test_an_exchanger_that_turns_a_client_away_at_once_is_passed_over(reply: str) -> None:
    journey = played(other(), f"deliver:example.net/GREETING!={reply}")
    second = next(leg for leg in journey.legs if leg.name == "deliver:example.net#2")
    assert second.peer == "mx2.example.net"
    assert [one.recipient for one in journey.stored] == [BOB]


def test_if_all_exchangers_turn_a_client_away_for_good_that_is_final() -> None:
    replies = (
        "deliver:example.net/GREETING!=554 5.3.2 no service",
        "deliver:example.net#2/GREETING!=554 5.3.2 nor here",
    )
    assert status(played(other(), *replies))["diagnostic-code"] == "smtp; 554 5.3.2 nor here"
    # While one of them is only down, it may take the letter yet.
    down = other(hosts={"mx1.example.net": {"down": ((0.0, 600.0),)}})
    journey = played(down, "deliver:example.net#2/GREETING!=554 5.3.2 no service")
    assert reasons(journey) == ["mx2.example.net: 554 5.3.2 no service"]
    assert [one.recipient for one in journey.stored] == [BOB]


def test_equal_exchangers_are_tried_in_drawn_order() -> None:
    hosts = tuple(Host(f"mx{n}.example.net", f"203.0.113.{n}", roles=("mta",)) for n in range(3, 7))
    zones = {"example.net": {"MX": [[10, "mx1.example.net"], *([5, host.name] for host in hosts)]}}
    scenario = other(more_hosts=hosts, zones=zones)
    firsts = set()
    for seed in range(12):
        journey = play(scenario, (), seed)
        peers = [leg.peer for leg in journey.legs if leg.protocol == "smtp"]
        assert peers == [leg.peer for leg in play(scenario, (), seed).legs if leg.protocol == "smtp"]
        assert peers[-1] == "mx1.example.net"
        firsts.add(peers[0])
    assert len(firsts) > 1


def test_without_mx_the_domain_itself_is_the_exchanger() -> None:
    host = Host("example.net", "203.0.113.99", roles=("mta", "mda", "maa"), ports=(25, 110))
    journey = played(
        other(more_hosts=(host,), zones={"example.net": {}}, users={BOB: {"reads_from": ("example.net", 110)}})
    )
    assert journey.by_place["deliver:example.net/LINK.1"].leg.peer == "example.net"
    assert [one.recipient for one in journey.stored] == [BOB]


# What the DNS says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "code", "words"),
    [
        ({"MX": [[0, "."]]}, "5.1.10", "takes no mail"),
        ({"RCODE": "NXDOMAIN"}, "5.1.2", "does not exist"),
        ({"MX": [[10, "nowhere.example.net"]]}, "5.1.2", "nowhere.example.net has no address"),
        ({"MX": [[10, "mail.example.com"]]}, "5.4.6", "best exchanger"),
        ({"TXT": "no mail here"}, "5.1.2", "example.net has no address"),
    ],
)
def test_what_no_time_will_mend_is_reported_at_once(zone: dict[str, object], code: str, words: str) -> None:
    """Null MX (RFC 7505 section 4.1), no such domain, no address, a circle (RFC 5321 section 5.1)."""
    journey = played(other(zones={"example.net": zone}))
    assert reasons(journey) == []
    assert status(journey)["status"] == code
    assert words in report(journey).as_string()
    assert journey.world(len(journey)).bounced == (("letter", BOB),)


def test_a_failing_dns_is_asked_again() -> None:
    journey = played(other(), "mx:example.net/ANSWER=SERVFAIL")
    assert reasons(journey) == ["the DNS did not answer"]
    answer = journey.by_place["mx:example.net/ANSWER.1"]
    assert answer.edited
    assert answer.octets[0][3] & 15 == 2
    assert [one.recipient for one in journey.stored] == [BOB]
    assert "mx:example.net#2" in legs(journey)


def test_an_answer_that_never_comes_is_waited_for_and_asked_again() -> None:
    journey = played(other(), "mx:example.net/ANSWER=")
    assert "mx:example.net/ANSWER.1" not in journey.by_place
    assert reasons(journey) == ["the DNS did not answer"]
    defer = journey.by_place["queue:example.net/DEFER.1"]
    assert defer.time - journey.by_place["mx:example.net/QUERY.1"].time == pytest.approx(5, abs=0.1)
    assert [one.recipient for one in journey.stored] == [BOB]


def test_an_answer_edited_to_nxdomain_is_final() -> None:
    journey = played(other(), "mx:example.net/ANSWER=NXDOMAIN")
    assert status(journey)["status"] == "5.1.2"


def test_a_failing_address_is_asked_again() -> None:
    journey = played(other(), "mx:example.net/ANSWER.2=SERVFAIL", "mx:example.net#2/ANSWER=SERVFAIL")
    assert [one.recipient for one in journey.stored] == [BOB]
    assert reasons(journey) == ["mx2.example.net has no address"]


def test_a_line_that_is_no_rcode_changes_nothing() -> None:
    journey = played(other(), "mx:example.net/ANSWER=perhaps")
    assert journey.first_difference is None
    assert not any(step.edited for step in journey.steps)


# Retries --------------------------------------------------------------------------------------------------------------


def attempts(journey: Journey) -> list[float]:
    """When each round over the exchangers began, in hours since the first."""
    begun = [step.time for step in journey.steps if step.place.endswith("/QUERY.1") and step.leg.name.startswith("mx:")]
    firsts = [begun[0]]
    for time in begun:
        if time - firsts[-1] > 600:
            firsts.append(time)
    return [round((time - firsts[0]) / HOUR, 1) for time in firsts]


def test_retries_come_after_30_minutes_one_two_and_then_every_four_hours_for_five_days() -> None:
    scenario = other(hosts={name: {"down": ALWAYS} for name in ("mx1.example.net", "mx2.example.net")})
    journey = played(scenario)
    times = attempts(journey)
    assert times[:6] == [0, 0.5, 1.5, 3.5, 7.5, 11.5]
    assert all(later - earlier == pytest.approx(4, abs=0.2) for earlier, later in itertools.pairwise(times[3:]))
    assert 116 < times[-1] <= 120
    assert len([step for step in journey.steps if step.verb == "EXPIRE"]) == 1
    fields = status(journey)
    assert fields["status"] == "4.4.7"
    assert fields["final-recipient"] == f"rfc822; {BOB}"
    assert "does not answer" in report(journey).as_string()
    assert [leg.name for leg in journey.legs if leg.stage is Stage.ACCESS] == ["bounce1.access:alice"]


def test_a_scenario_sets_its_own_retries() -> None:
    scenario = other(hosts={name: {"down": ((0.0, 130.0),)} for name in ("mx1.example.net", "mx2.example.net")},
                     retries=(60.0, 120.0), give_up=1000.0)  # fmt: skip
    journey = played(scenario)
    defers = [step for step in journey.steps if step.verb == "DEFER"]
    pauses = [
        effect.until - step.time for step in defers for effect in step.effects if isinstance(effect, effects.Deferred)
    ]
    assert pauses == [60.0, 120.0]
    assert [one.recipient for one in journey.stored] == [BOB]


def test_a_transient_refusal_is_tried_again_and_a_final_one_is_not() -> None:
    journey = played(other(), "deliver:example.net/RCPT!=451 4.7.1 later")
    assert reasons(journey) == ["mx1.example.net: 451 4.7.1 later"]
    assert [one.recipient for one in journey.stored] == [BOB]
    journey = played(other(), "deliver:example.net/RCPT!=550 5.7.1 never")
    assert reasons(journey) == []
    assert status(journey)["diagnostic-code"] == "smtp; 550 5.7.1 never"


def test_of_several_recipients_each_has_its_own_fate() -> None:
    letter = {"to": ["bob@example.net", "carol@example.net", "dave@example.net"]}
    journey = played(
        other(letter=letter), "deliver:example.net/RCPT.1!=550 5.1.1 none", "deliver:example.net/RCPT.2!=452 4.2.2 full"
    )
    world = journey.world(len(journey))
    assert world.bounced == (("letter", "bob@example.net"),)
    assert [one.recipient for one in journey.stored] == ["dave@example.net", "alice@example.com", "carol@example.net"]
    again = [step.octets[0] for step in steps_of(journey, "deliver:example.net#2") if step.verb == "RCPT"]
    assert again[0] == b"RCPT TO:<carol@example.net>\r\n"
    assert b"bob" not in b"".join(again)


def test_a_lost_reply_to_the_dot_makes_two_copies() -> None:
    """The server took the letter, the client never heard: SMTP delivers at least once (RFC 1047)."""
    journey = play(edits=[make("deliver:example.net/END_OF_DATA!", ["250-2.0.0 taken"])])
    assert [one.recipient for one in journey.stored] == [BOB, BOB]
    first = journey.stored[0].letter
    second = journey.stored[1].letter
    assert first.content == second.content
    assert first.id == second.id


def test_a_recipient_whom_nobody_named_waits_for_the_next_attempt() -> None:
    journey = played(other(), "deliver:example.net/RCPT=RCPT TO:<carol@example.net>")
    assert reasons(journey) == ["mx1.example.net took nothing for bob@example.net"]
    assert [one.recipient for one in journey.stored] == ["carol@example.net", BOB]


def test_greylisting_remembers_client_sender_and_recipient() -> None:
    """Asked again too soon it still says no; after five minutes it knows the three."""
    scenario = other(faults=("greylisting",), retries=(120.0, 120.0, 120.0))
    journey = played(scenario)
    refused = [step for step in journey.steps if step.kind is Kind.REPLY and step.octets[0].startswith(b"451 4.7.1")]
    assert len(refused) == 3
    assert [one.recipient for one in journey.stored] == [BOB]
    stored = next(step for step in journey.steps if step.verb == "STORE")
    assert stored.time > 300


def test_who_is_logged_in_is_not_greylisted() -> None:
    scenario = other(hosts={"mail.example.com": {"greylist": 300.0}})
    assert played(scenario).by_place["submit/RCPT.1!"].octets[0].startswith(b"250")


def test_a_letter_to_the_own_server_asks_no_mx() -> None:
    journey = played(other(letter={"to": ["alice@example.com"]}))
    assert [one.mailbox for one in journey.stored] == ["alice@example.com"]
    assert not [leg for leg in journey.legs if leg.protocol in ("dns", "smtp")]


def test_the_received_fields_tell_the_way_from_the_bottom_up() -> None:
    added = play().stored[0].letter.added
    assert [field.split(b"\r\n")[0].split(b" (")[0] for field in added] == [
        b"Return-Path: <alice@example.com>", b"Received: from mail.example.com", b"Received: from laptop.example.com"
    ]  # fmt: skip
    assert b"with ESMTPA" in added[2]
    assert b"with ESMTP " in added[1] or b"with ESMTP\r\n" in added[1]


@pytest.mark.parametrize(
    "domain", ["a" * 64 + ".example", "a..b", "[192.0.2.7]", "[IPv6:::1]", "\udcff.example", "é" * 80, "x" * 300, ""]
)
def test_what_no_question_to_the_dns_can_hold_comes_back_at_once(domain: str) -> None:
    """Edits get names accepted that no server would take; nobody can be asked for them."""
    scenario = other()
    journey = played(scenario, f"submit/RCPT=RCPT TO:<bob@{domain}>", "submit/RCPT!=250 2.1.5 fine")
    world = journey.world(len(journey))
    assert len(world.bounced) == 1
    assert world.kept == (("letter", (BOB,)),)
    assert not [leg for leg in journey.legs if leg.protocol == "dns"]
    assert status(journey)["status"] == "5.1.2"


@pytest.mark.parametrize("local", ['"a b"', '"a/b"', '"a=b#2!"', "x*y", "a+b"])
def test_legs_are_named_so_that_their_places_can_be_written(local: str) -> None:
    journey = played(other(), f"submit/RCPT=RCPT TO:<{local}@example.com>", "submit/RCPT!=250 2.1.5 fine")
    for step in journey.steps:
        assert full_place(step.place) == step.place
