"""A journey as text, to be read from top to bottom: a heading a conversation, then a step a line or more."""

from __future__ import annotations

from collections.abc import Iterator

from mailedu.journey import phrases
from mailedu.journey.gist import gist, hidden
from mailedu.journey.journey import Journey
from mailedu.journey.scene import Scene
from mailedu.journey.step import Kind, Leg, Stage, Step
from mailedu.text import octets
from mailedu.text.screen import Screen
from mailedu.visible import visible

#: What stands before the text: number, time, speaker.
_MARGIN = 19
#: Lines of a step that are shown.
_MOST = 40
#: Actions that are told by their size: the letter is shown when it is read.
_BULKY = frozenset(("PART", "BODY", "COMPOSED", "FILE"))
#: What was done to a letter of one's own, before the octets concerned.
_DONE = {
    "MBOX": "taken off: ",
    "LINE_ENDS": "now ends in CR LF: ",
    "REMOVE": "taken out: ",
    "ADD": "added: ",
    "FOLD": "folded: ",
    "ENCODE": "encoded: ",
    "KEEP": "kept for ",
}


def transcript(journey: Journey, screen: Screen, *, stage: Stage | None = None, explain: bool = False) -> Iterator[str]:
    """The lines; with `stage` only the steps of that one, with `explain` what each step means."""
    scenario = journey.scenario
    yield screen.paint("head", visible(scenario.title))
    faults = f", with {', '.join(scenario.active)}" if scenario.active else ""
    yield screen.paint("quiet", f"{scenario.name}{faults}: {len(journey)} steps")
    leg: Leg | None = None
    for step in journey.steps:
        if stage is not None and step.leg.stage is not stage:
            continue
        scene = Scene(journey, step)
        if step.leg is not leg and step.leg != leg:
            leg = step.leg
            yield ""
            yield screen.paint("head", heading(scene))
        yield from _step(scene, screen)
        if explain:
            yield from _explained(scene, screen)
    if stage is None:
        yield ""
        yield from (f"{fact}." for fact in phrases.outcome(journey))


def heading(scene: Scene) -> str:
    """What a leg is about: `2 submit   Alice’s laptop (C) and mail.example.com (S), SMTP submission`."""
    leg = scene.leg
    actor, peer = visible(scene.actor), visible(scene.peer)
    protocol = phrases.PROTOCOLS.get(leg.protocol, leg.protocol)
    if leg.protocol == "dns":
        who = f"{actor} asks {peer}"
    elif leg.peer:
        who = f"{actor} (C) and {peer} (S), {protocol}"
    else:
        who = f"{actor}, {protocol}"
    report = "the report of failure: " if leg.letter.startswith("bounce") else ""
    return f"{phrases.STAGES[leg.stage]}   {report}{who}"


def _step(scene: Scene, screen: Screen) -> Iterator[str]:
    step = scene.step
    margin = screen.paint("quiet", f"{step.n:4} {step.time:10.3f}")
    sign = _sign(step)
    first = True
    for line in _lines(step, screen):
        yield f"{margin if first else ' ' * 15} {sign}{line}".rstrip()
        first = False
    for change in _change(scene):
        yield from screen.prose(change, " " * _MARGIN, role="changed")


def _sign(step: Step) -> str:
    """Who speaks, in the three cells before a line."""
    if step.kind in (Kind.COMMAND, Kind.DATA):
        return "C: "
    if step.kind is Kind.REPLY:
        return "S: "
    return "   "


def _lines(step: Step, screen: Screen) -> list[str]:
    if step.kind in (Kind.LINK, Kind.DATA) or (step.kind is Kind.ACTION and step.verb in _BULKY):
        return [screen.paint("quiet", f"({gist(step)})")]
    if (
        step.kind is Kind.REPLY
        and step.leg.protocol == "pop3"
        and step.verb in ("RETR", "TOP")
        and len(step.octets) > 1
    ):
        letter = screen.paint("quiet", f"(the letter, and a dot: {step.size - len(step.octets[0]):,} octets)")
        head = step._replace(octets=step.octets[:1])
        return [*octets.shown(head, screen, _MOST, ""), letter]
    lines = octets.shown(step, screen, _MOST, "")
    if lines and step.kind is Kind.ACTION:
        lines[0] = screen.paint("quiet", _DONE.get(step.verb, "")) + lines[0]
    lines = lines or [screen.paint("quiet", "(no mail)" if step.verb == "NOTHING" else "(nothing)")]
    decoded = hidden(step)
    if decoded is not None:
        lines[0] += "  " + screen.paint("quiet", f"“{visible(decoded)}”")
    return lines


def _change(scene: Scene) -> Iterator[str]:
    if scene.step.edited:
        original = scene.original
        yield "changed by you" + (f"; in the original: {gist(original)}" if original is not None else "")


def _explained(scene: Scene, screen: Screen) -> Iterator[str]:
    explained = scene.explanation
    text = visible(f"{explained.title} {explained.what} {explained.why}")
    yield from screen.prose(text, " " * _MARGIN)
