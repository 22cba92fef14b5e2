"""The packets of a conversation so far, as an index finds them, against a look at all of them."""

from __future__ import annotations

import pytest

from mailedu.journey import Journey, load, play
from mailedu.journey.captures import is_quick
from mailedu.journey.own_letter import own_letter


def with_letter(octets: int) -> Journey:
    text = b"To: bob@example.net\r\nSubject: long\r\n\r\n" + (b"x" * 76 + b"\r\n") * (octets // 78)
    return play(load("alice-to-bob", message=own_letter(text, load("alice-to-bob"))))


@pytest.mark.parametrize("journey", [play(), play("server-down"), play("figure-21-10"), with_letter(100_000)])
def test_so_far_is_what_a_look_at_all_packets_finds(journey: Journey) -> None:
    for step in journey.steps:
        its = [packet for packet in journey.packets if journey.step(packet.step).leg is step.leg]
        assert journey.capture.so_far(step.n) == [packet for packet in its if packet.step <= step.n]
        assert journey.capture.of_step(step.n) == tuple(packet for packet in its if packet.step == step.n)
        first = next((nth for nth, packet in enumerate(its) if packet.step >= step.n), len(its))
        assert journey.capture.before(step.n) == its[:first]


def test_a_late_acknowledgment_is_no_part_of_what_was_before() -> None:
    journey = with_letter(100_000)
    n = journey.by_place["submit/END_OF_DATA.1"].n
    before, so_far = journey.capture.before(n), journey.capture.so_far(n)
    late = [packet for packet in so_far if packet.step < n and packet not in before]
    assert late
    assert all(packet.flags == "ACK" and not packet.payload for packet in late)


def test_it_is_known_beforehand_whether_the_packets_are_many() -> None:
    assert is_quick(play())
    journey = with_letter(1_000_000)
    assert not is_quick(journey)
    assert journey.capture.of_step(1) == ()
    assert is_quick(journey)


@pytest.mark.parametrize("journey", [play(), play("server-down"), with_letter(100_000)])
def test_all_conversations_and_those_that_fit_are_found_by_step_too(journey: Journey) -> None:
    every = journey.capture.every
    bare = every.those(lambda packet: not packet.payload)
    for step in journey.steps:
        so_far = [packet for packet in journey.packets if packet.step <= step.n]
        assert every.until(step.n) == so_far
        assert bare.until(step.n) == [packet for packet in so_far if not packet.payload]
        assert journey.capture.conversation(step.leg.name).until(step.n) == journey.capture.so_far(step.n)
