"""Each step of what is shipped is explained by a text of its own, and a walk through it never says the same twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from mailedu.journey import Journey, Kind, Step, load, play, scenario
from mailedu.journey.scene import Scene

PLAYED = [(name, "") for name in scenario.names()] + [
    (name, fault.name) for name in scenario.names() for fault in scenario.faults_of(name)
]


@cache
def played(name: str, fault: str) -> Journey:
    return play(load(name, [fault] if fault else []))


def scenes(journey: Journey) -> Iterator[Scene]:
    return (journey.scene(n) for n in range(1, len(journey) + 1))


def code_of(step: Step) -> str:
    first = step.octets[0]
    return first.split()[0].decode() if step.leg.protocol == "pop3" else first[:3].decode()


def is_own(step: Step, key: str) -> bool:
    """Whether the text that served is about this verb, and for a reply about this code."""
    header = key.split("/", 2)[2]
    verb, _, rest = header.partition(" ")
    if verb.partition("@")[0] != step.verb or verb == "UNKNOWN":
        return False
    return step.kind is not Kind.REPLY or rest.split()[:1] == [code_of(step)]


@pytest.mark.parametrize(("name", "fault"), PLAYED)
def test_each_step_is_explained_by_its_own_text(name: str, fault: str) -> None:
    offenders = {}
    for scene in scenes(played(name, fault)):
        step, said = scene.step, scene.explanation
        if not is_own(step, said.key):
            offenders[f"{step.place} {step.kind} {step.verb} {step.head(60)!r}"] = said.key
    assert not offenders


@pytest.mark.parametrize("name", scenario.names())
def test_no_explanation_is_hollow(name: str) -> None:
    for scene in scenes(played(name, "")):
        said = scene.explanation
        assert len(said.what) > 20, scene.step.place
        assert len(said.why) > 20, scene.step.place
        assert said.rfc, scene.step.place
        for text in (said.title, said.what, said.why, said.today, said.erratum):
            assert "{" not in text, scene.step.place
            assert text.isprintable(), scene.step.place


def repeated(texts: dict[int, str]) -> dict[str, list[int]]:
    steps = defaultdict(list)
    for n, text in texts.items():
        steps[text].append(n)
    return {text: numbers for text, numbers in steps.items() if len(numbers) > 1}


def test_no_two_steps_of_the_default_journey_say_the_same() -> None:
    said = {scene.n: scene.explanation for scene in scenes(played("alice-to-bob", ""))}
    assert not repeated({n: f"{one.title}: {one.what}" for n, one in said.items()})
    assert not repeated({n: one.why for n, one in said.items()})
