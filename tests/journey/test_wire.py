"""Wire = steps: whoever listens to the packets of a journey hears what its steps tell, however the octets are cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu import pop3, smtp
from mailedu.journey import Journey, Kind, Leg
from mailedu.machine import Event
from mailedu.network.reassembly import Stream, reassemble

from .plays import Run, runs

pytestmark = pytest.mark.law

SAID = (Kind.COMMAND, Kind.REPLY, Kind.DATA)


class Told(NamedTuple):
    """What a step and an event have in common."""

    verb: str
    octets: bytes
    before: str
    after: str
    answers: int
    """Index among what was told of this conversation."""
    foreseen: bool


def of_steps(journey: Journey, leg: Leg) -> list[Told]:
    steps = [step for step in journey.steps if step.leg.name == leg.name and step.kind in SAID]
    index = {step.n: n for n, step in enumerate(steps)}
    return [
        Told(s.verb, b"".join(s.octets), s.before, s.after, index.get(s.answers, -1), s.foreseen) for s in steps
    ]  # fmt: skip


def of_events(events: Iterable[Event]) -> list[Told]:
    return [Told(e.verb, b"".join(e.octets), e.before, e.after, e.answers, e.foreseen) for e in events]


def conversations(journey: Journey) -> Iterator[tuple[Leg, Stream]]:
    """The connections on which something was said, with their streams."""
    streams = [stream for stream in reassemble(journey.packets) if stream.transport == "tcp"]
    legs = [leg for leg in journey.legs if leg.protocol in ("submission", "smtp", "pop3")]
    assert len(streams) == len(legs)
    yield from zip(legs, streams, strict=True)


def heard(leg: Leg, pieces: Iterable[tuple[int, bytes]]) -> list[Told]:
    """What a listener makes of these octets; 0 is the client's side."""
    listener = pop3.Client() if leg.protocol == "pop3" else smtp.Client()
    events: list[Event] = []
    for sender, octets in pieces:
        events += listener.receive(octets) if sender else listener.follow(octets)
    return of_events([*events, *listener.eof()])


def check_wire(journey: Journey) -> None:
    for leg, stream in conversations(journey):
        assert heard(leg, ((piece.sender, piece.octets) for piece in stream.pieces)) == of_steps(journey, leg), leg.name


@given(runs())
def test_segments_tell_a_listener_what_the_steps_tell(made: tuple[Run, Journey]) -> None:
    check_wire(made[1])


@given(runs(), st.integers(0, 999), st.integers(1, 40))
def test_any_split_tells_the_same(made: tuple[Run, Journey], seed: int, most: int) -> None:
    """The turns of the two sides stay; within a turn the octets come in any cuts."""
    journey, random = made[1], Random(seed)
    for leg, stream in conversations(journey):
        pieces: list[tuple[int, bytes]] = []
        for sender, turn in groupby(stream.pieces, key=lambda piece: piece.sender):
            octets = b"".join(piece.octets for piece in turn)
            while octets:
                cut = random.randint(1, most)
                pieces.append((sender, octets[:cut]))
                octets = octets[cut:]
        assert heard(leg, pieces) == of_steps(journey, leg), leg.name
