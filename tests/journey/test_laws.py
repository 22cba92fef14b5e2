"""Laws of journeys, played with up to three edits and two faults: they hold whatever a learner does."""

from __future__ import annotations

import pytest
from hypothesis import given

from mailedu.explain import explain
from mailedu.journey import Journey, Kind

from .plays import Run, runs

pytestmark = pytest.mark.law


@given(runs())
def test_each_step_is_numbered_placed_timed_and_explained(made: tuple[Run, Journey]) -> None:
    _, journey = made
    steps = journey.steps
    assert [step.n for step in steps] == list(range(1, len(steps) + 1))
    places = [step.place for step in steps]
    assert len(set(places)) == len(places), sorted(place for place in places if places.count(place) > 1)
    assert all(one.time <= other.time for one, other in zip(steps, steps[1:], strict=False))
    for step in steps:
        assert step.place.startswith(step.leg.name + "/")
        if step.answers != -1:
            asked = journey.step(step.answers)
            assert step.answers < step.n
            assert asked.leg == step.leg
            assert (asked.kind, step.kind) in ((Kind.COMMAND, Kind.REPLY), (Kind.QUERY, Kind.ANSWER))
        made_plain = explain(journey.scene(step.n).key)
        assert made_plain.title
        assert made_plain.what
        assert made_plain.why


@given(runs())
def test_legs_have_names_of_their_own_and_never_overlap(made: tuple[Run, Journey]) -> None:
    _, journey = made
    seen: list[str] = []
    for step in journey.steps:
        if not seen or seen[-1] != step.leg.name:
            assert step.leg.name not in seen
            seen.append(step.leg.name)
    assert [leg.name for leg in journey.legs] == seen
    for leg in journey.legs:
        assert not leg.parent or leg.parent in seen[: seen.index(leg.name)]
