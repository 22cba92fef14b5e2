"""Laws of journeys, played with up to three edits and two faults: they hold whatever a learner does."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.agents import effects
from mailedu.explain import explain
from mailedu.journey import Edit, Journey, Kind, Then, load, play
from mailedu.journey.edit import parse

from .plays import Run, runs

law = pytest.mark.law


def steps_stand_in_order_and_legs_never_overlap(made: tuple[Run, Journey], data: st.DataObject) -> None:
    journey = made[1]
    steps = journey.steps
    assert [step.n for step in steps] == list(range(1, len(steps) + 1))
    assert not [place for place, count in Counter(step.place for step in steps).items() if count > 1]
    assert all(step.place.startswith(step.leg.name + "/") for step in steps)
    assert all(one.time <= other.time for one, other in itertools.pairwise(steps))

    seen: list[str] = []
    for step in steps:
        if not seen or seen[-1] != step.leg.name:
            assert step.leg.name not in seen
            seen.append(step.leg.name)
    assert [leg.name for leg in journey.legs] == seen
    for leg in journey.legs:
        assert not leg.parent or leg.parent in seen[: seen.index(leg.name)]

    answered: set[int] = set()
    for step in steps:
        if step.answers == -1:
            assert step.kind is not Kind.ANSWER
            continue
        asked = journey.step(step.answers)
        assert step.answers < step.n
        assert asked.leg == step.leg
        assert (asked.kind, step.kind) in ((Kind.COMMAND, Kind.REPLY), (Kind.QUERY, Kind.ANSWER))
        assert step.place == (asked.place + "!" if step.kind is Kind.REPLY else asked.place.replace("QUERY", "ANSWER"))
        assert step.answers not in answered
        answered.add(step.answers)


def each_step_is_explained(made: tuple[Run, Journey], data: st.DataObject) -> None:
    journey = made[1]
    for step in journey.steps:
        said = explain(journey.scene(step.n).key)
        assert said.title, step.place
        assert said.what, step.place
        assert said.why, step.place
        assert said.rfc, step.place


def equal_input_makes_an_equal_journey(made: tuple[Run, Journey], data: st.DataObject) -> None:
    run, journey = made
    again = run.play()
    assert again.steps == journey.steps
    assert again.unused == journey.unused
    assert again.log == journey.log


def before_the_first_edited_place_all_is_as_it_was(made: tuple[Run, Journey], data: st.DataObject) -> None:
    run, journey = made
    places = {edit.place for edit in run.edits}
    original = journey.original.steps
    first = next((n for n, step in enumerate(original) if step.place in places), len(original))
    if first < len(original) and original[first].verb == "END_OF_DATA" and original[first - 1].kind is Kind.DATA:
        # What is said in the place of the dot is one stretch of content with what was said before it.
        first -= 1
    assert journey.steps[:first] == original[:first]
    difference = journey.first_difference
    assert difference is None or difference > min(first, len(journey) - 1)


def the_first_difference_is_where_the_two_part(made: tuple[Run, Journey], data: st.DataObject) -> None:
    journey = made[1]
    original = journey.original
    assert not original.edits
    assert original.original is original
    assert original.first_difference is None
    assert journey.by_place == {step.place: step for step in journey.steps}
    first = journey.first_difference
    if first is None:
        assert len(journey) == len(original)
    for step, other in zip(journey.steps[: first and first - 1], original.steps, strict=False):
        assert step.place == other.place
        assert step.same(other)
        assert journey.scene(step.n).original is other
        assert not journey.scene(step.n).differs
    if first is not None:
        step = journey.step(first)
        there = original.steps[first - 1 : first]
        only_shorter = first == len(journey) < len(original)
        assert only_shorter or not there or step.place != there[0].place or not step.same(there[0])
        assert journey.scene(first).original is original.by_place.get(step.place)
        assert journey.scene(first).differs
        assert journey.scene(len(journey)).differs


def the_world_is_the_fold_of_all_effects(made: tuple[Run, Journey], data: st.DataObject) -> None:
    journey = made[1]
    until = data.draw(st.integers(0, len(journey)))
    boxes = {address: [mail.uid for mail in mails] for address, mails in journey.scenario.geography.mailboxes.items()}
    locked: set[str] = set()
    marked: Counter[str] = Counter()
    kept: list[tuple[str, tuple[str, ...]]] = []
    for step in journey.steps[:until]:
        for effect in step.effects:
            if isinstance(effect, effects.Stored):
                box = boxes.setdefault(effect.mailbox, [])
                assert effect.uid not in box
                box.append(effect.uid)
            elif isinstance(effect, effects.Expunged):
                for uid in effect.uids:
                    boxes[effect.mailbox].remove(uid)
            elif isinstance(effect, effects.Locked):
                assert effect.mailbox not in locked
                locked.add(effect.mailbox)
            elif isinstance(effect, effects.Unlocked):
                locked.remove(effect.mailbox)
                marked.pop(effect.mailbox, None)
            elif isinstance(effect, effects.Marked):
                assert effect.uid in boxes[effect.mailbox]
                marked[effect.mailbox] += 1
            elif isinstance(effect, effects.Unmarked):
                marked.pop(effect.mailbox, None)
            elif isinstance(effect, effects.Kept):
                kept.append((effect.letter, effect.recipients))
    view = journey.world(until)
    assert {address: uids for address, uids in boxes.items() if uids} == {
        address: [lying.uid for lying in box.letters] for address, box in view.boxes.items() if box.letters
    }
    assert locked == {address for address, box in view.boxes.items() if box.locked}
    for address, seen in view.boxes.items():
        gone = sum(lying.marked for lying in seen.letters)
        assert gone == marked[address] or address not in locked
    assert tuple(kept) == view.kept
    assert not {address for address, box in journey.world(len(journey)).boxes.items() if box.locked}


def every_scene_can_be_looked_at(made: tuple[Run, Journey], data: st.DataObject) -> None:
    journey = made[1]
    # All of them, if there are not too many.
    for n in range(1, len(journey) + 1, 1 + len(journey) // 200):
        scene = journey.scene(n)
        assert scene.gist.isprintable()
        assert scene.ladder[-1] is scene.step
        assert scene.actor
        assert scene.who_is_next in ("client", "server", "nobody")
        assert isinstance(scene.may_come_next, tuple)
        assert scene.holder.how
        _ = scene.envelope, scene.letter, scene.world, scene.packets


def an_edit_that_is_never_reached_changes_nothing(made: tuple[Run, Journey], data: st.DataObject) -> None:
    """Conversations that no edit touches may be played a shorter way: what they tell is the same."""
    run, journey = made
    never = tuple(parse(f"{leg.name}/VRFY.99=VRFY bob") for leg in journey.legs)
    watched = run._replace(edits=(*run.edits, *never)).play()
    assert watched.steps == journey.steps
    assert watched.log == journey.log
    assert watched.unused == (*journey.unused, *never)


LAWS = (
    steps_stand_in_order_and_legs_never_overlap,
    each_step_is_explained,
    equal_input_makes_an_equal_journey,
    before_the_first_edited_place_all_is_as_it_was,
    the_first_difference_is_where_the_two_part,
    the_world_is_the_fold_of_all_effects,
    every_scene_can_be_looked_at,
    an_edit_that_is_never_reached_changes_nothing,
)


@law
@given(runs(), st.data())
def test_every_law_holds_of_every_journey(made: tuple[Run, Journey], data: st.DataObject) -> None:
    """All of them on the same journey: to draw and play one costs more than to look at it."""
    for one in LAWS:
        one(made, data)


ELSEWHERE = """
import hashlib, sys
from mailedu.journey import load, play
from mailedu.journey.edit import parse
journey = play(load(sys.argv[1], sys.argv[2].split()), [parse(edit) for edit in sys.argv[3:]], 7)
print(hashlib.sha256(repr((journey.steps, journey.packets, journey.world(len(journey)))).encode()).hexdigest())
"""
PLAYED = [
    ("alice-to-bob", "", []),
    ("alice-to-bob", "greylisting unknown-user", ["submit/RCPT.1=RCPT TO:<carol@example.net>", "submit/DATA.1="]),
    ("figure-21-10", "", ["access:admin1/RETR.1!=-ERR no"]),
    ("server-down", "", ["deliver:example.net/END_OF_DATA.1!=451 4.3.0 no"]),
]


@pytest.mark.parametrize(("name", "faults", "edits"), PLAYED)
def test_another_process_with_other_hashes_plays_the_same(name: str, faults: str, edits: list[str]) -> None:
    journey = play(load(name, faults.split()), [parse(edit) for edit in edits], 7)
    here = hashlib.sha256(repr((journey.steps, journey.packets, journey.world(len(journey)))).encode()).hexdigest()
    for seed in ("1", "2"):
        command = [sys.executable, "-c", ELSEWHERE, name, faults, *edits]
        env = os.environ | {"PYTHONHASHSEED": seed}
        assert subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip() == here


def test_another_seed_draws_other_words_and_nothing_else() -> None:
    one, other = play(seed=0), play(seed=1)
    assert [step.place for step in one.steps] == [step.place for step in other.steps]
    assert one.steps != other.steps
    assert one.by_place["compose/FIELD.5"].octets != other.by_place["compose/FIELD.5"].octets
    assert one.by_place["submit/RCPT.1"].octets == other.by_place["submit/RCPT.1"].octets


def test_what_is_drawn_does_not_shift_by_an_edit_elsewhere() -> None:
    edited = play(edits=[Edit("submit/EHLO.1", (b"NOOP",), Then.KEEP)])
    plain = edited.original
    for place in ("submit/END_OF_DATA.1!", "mx:example.net/QUERY.1", "deliver:example.net/END_OF_DATA.1!"):
        assert edited.by_place[place].octets == plain.by_place[place].octets
