"""A journey as one JSON object a line, for other programs. The form only ever grows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from mailedu.journey.scene import Scene
from mailedu.journey.step import Stage, Step

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey

#: Octets of a step that `text` holds at most.
MAX_TEXT: Final = 65_536


def jsonl(journey: Journey, stage: Stage | None = None) -> Iterator[str]:
    """A line a step, without its line end, in US-ASCII; with `stage` only the steps of that one. Numbers are kept."""
    packets: dict[int, list[int]] = {}
    for packet in journey.packets:
        packets.setdefault(packet.step, []).append(packet.n)
    for step in journey.steps:
        if stage is None or step.leg.stage is stage:
            yield json.dumps(as_object(Scene(journey, step), packets.get(step.n, [])))


def as_object(scene: Scene, packets: list[int]) -> dict[str, Any]:
    """A step as JSON values. `packets`: the numbers of those that it sent."""
    step, leg, explained = scene.step, scene.leg, scene.explanation
    return {
        "n": step.n,
        "place": step.place,
        "time": round(step.time, 6),
        "stage": leg.stage.value,
        "leg": leg.name,
        "letter": leg.letter,
        "actor": leg.actor,
        "peer": leg.peer,
        "protocol": leg.protocol,
        "kind": step.kind.value,
        "verb": str(step.verb),
        "text": text_of(step),
        "size": step.size,
        "answers": step.answers,
        "edited": step.edited,
        "state": {"before": step.before, "after": step.after},
        "packets": packets,
        "explain": {
            "title": explained.title,
            "what": explained.what,
            "why": explained.why,
            "rfc": list(explained.rfc),
            "today": explained.today,
            "erratum": explained.erratum,
        },
    }


def text_of(step: Step) -> str:
    r"""The octets without the last CRLF, as UTF-8; what is none of it as `\xff`."""
    octets = step.head(MAX_TEXT)
    if step.size <= MAX_TEXT:
        octets = octets.removesuffix(b"\r\n")
    return octets.decode("utf-8", "backslashreplace")
