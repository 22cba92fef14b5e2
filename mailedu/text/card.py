"""One step at the prompt: what was said, what it means, where things stand. A fact a line, always in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailedu.agents.actions import Action
from mailedu.explain import Digit, Explanation
from mailedu.journey import phrases
from mailedu.journey.edit import Edit, Then
from mailedu.journey.gist import gist
from mailedu.journey.scene import Scene
from mailedu.journey.step import Kind, Step
from mailedu.text import octets
from mailedu.text.screen import INDENT, LABEL, Screen
from mailedu.visible import clip, visible, width

#: Lines of a step's octets that are shown; the first number that lets the card fit the screen counts.
_OCTET_LINES = (8, 6, 5, 4, 3, 2)
#: What the reader sees is what all was done for: more of it is shown.
_READ_LINES = (16, 12, 10, *_OCTET_LINES)
#: Rows that a card should not exceed where the screen has no end, and what is read there.
_ROWS, _READ_ROWS = 24, 30
#: What parts the first words of a meaning from the rest.
_CLAUSE = re.compile(r"[:;,.]")


def card(scene: Scene, screen: Screen, version: str = "", above: int = 0, *, keys: bool = True) -> list[str]:
    """A step as lines. `version`: `your version` or `original`, where there are two; `above`: lines that stay too.
    `keys`: name the keys of `walk` that show what is left out.

    On a terminal that is too low for all, what `x` shows in full is left out first.
    """
    is_read = scene.step.verb == Action.READ
    room = screen.rows - 1 - above if screen.rows else _READ_ROWS if is_read else _ROWS
    for most in _READ_LINES if is_read else _OCTET_LINES:
        for detail in (2, 1, 0) if screen.rows else (2, 1):
            lines = _card(scene, screen, version, most, detail, keys)
            if len(lines) <= room:
                return lines
    return lines


def _card(scene: Scene, screen: Screen, version: str, most: int, detail: int, keys: bool) -> list[str]:
    said = octets.shown(scene.step, screen, most, keys=keys) + octets.undone(scene.step, screen)
    changed = changes(scene, screen)
    return [
        *head(scene, screen, version),
        *(["", *said] if said else []),
        *changed,
        "",
        *meaning(scene.explanation, screen),
        "",
        *_details(scene, screen, detail, keys),
        *facts(scene, screen),
    ]


def head(scene: Scene, screen: Screen, version: str = "") -> list[str]:
    """Which step it is, and who says it to whom."""
    step = scene.step
    words = [f"Step {step.n} of {scene.total}", phrases.STAGES[scene.leg.stage], phrases.duration(step.time)]
    if scene.leg.letter.startswith("bounce"):
        words.insert(2, "the report of failure")
    if version:
        words.append(version)
    sentence = phrases.who(scene) + (":" if phrases.goes_on(step) else ".")
    return [screen.paint("head", "   ".join(words)), sentence]


def changes(scene: Scene, screen: Screen) -> list[str]:
    """What the learner's edits have to do with this step, in words."""
    if not scene.journey.is_changed:
        return []
    lines: list[str] = []
    instead = False
    for edit in {edit.place: edit for edit in scene.journey.edits}.values():  # the last at a place counts
        seat = None if edit.say or edit in scene.journey.unused else _seat(scene, edit)
        if seat == scene.n:
            instead = instead or edit.place == scene.step.place
            lines += screen.prose(_dropped(scene, edit), "    ", role="changed")
    original = scene.original
    if instead or (original is not None and scene.step.same(original)):
        return lines
    return lines + screen.prose(_change(scene.step, original), "    ", role="changed")


def _seat(scene: Scene, edit: Edit) -> int | None:
    """Where what was dropped is missed: the step that came in its place, else the last one before it."""
    places, original = scene.journey.by_place, scene.journey.original
    dropped = original.by_place.get(edit.place)
    before = original.steps[: dropped.n] if dropped is not None else ()
    return next((places[step.place].n for step in reversed(before) if step.place in places), None)


def _dropped(scene: Scene, edit: Edit) -> str:
    """What is not said here, and what comes next."""
    step = scene.journey.original.by_place[edit.place]
    if step.kind is Kind.DATA:
        what = "the letter"
    else:
        what = "the lone dot" if step.octets == (b".\r\n",) else f"“{clip(gist(step), 50)}”"
    verb = "sent" if step.kind in (Kind.COMMAND, Kind.DATA) else "written" if step.kind is Kind.ACTION else "said"
    silent = ", nor anything after it" if edit.then is Then.WAIT and step.kind is not Kind.ACTION else ""
    if edit.place == scene.step.place:
        follows = "This comes instead."
    elif scene.n < scene.total:
        follows = f"Next comes: {clip(gist(scene.journey.step(scene.n + 1)), 60)}"
    else:
        follows = "Nothing comes next."
    return f"Your change: {what} is not {verb}{silent}. {follows}"


def _change(step: Step, original: Step | None) -> str:
    if original is None:
        return "Your change." if step.edited else "Not in the original."
    if step.edited:
        return f"Your change. In the original: {gist(original)}"
    if step.octets != original.octets and b"".join(step.octets) != b"".join(original.octets):
        return f"In the original it was: {gist(original)}"
    if step.before != original.before:
        return f"In the original the same was said in state {original.before}."
    if step.after != original.after:
        return f"In the original the same led to state {original.after}."
    return ""


def meaning(explained: Explanation, screen: Screen) -> list[str]:
    """Title, what, why."""
    return [
        *screen.prose(visible(explained.title), role="title"),
        *screen.prose(visible(explained.what)),
        *screen.prose(visible(explained.why)),
    ]


def _details(scene: Scene, screen: Screen, detail: int, keys: bool) -> list[str]:
    explained = scene.explanation
    lines = sources(explained, screen)
    if detail > 0:
        lines += screen.fact("Code", *(code(explained, screen) if detail > 1 else (_code_in_short(explained),)))
    if detail > 1:
        lines += screen.fact("Parts", parts(scene, keys=keys))
    return lines


def code(explained: Explanation, screen: Screen) -> list[str]:
    """The digits of a reply code, each at its place, in as few rows as hold them whole: `5..  No.  .5.  The mail`."""
    rows: list[str] = []
    for digit in explained.digits:
        said = f"{_placed(digit)}  {visible(digit.meaning)}"
        if rows and width(rows[-1]) + 2 + width(said) <= screen.measure - len(INDENT) - LABEL:
            rows[-1] += "  " + said
        else:
            rows.append(said)
    return rows


def _code_in_short(explained: Explanation) -> str:
    """The digits in one line, with what their meanings say first."""
    return ", ".join(f"{_placed(digit)} {_CLAUSE.split(digit.meaning)[0]}" for digit in explained.digits)


def _placed(digit: Digit) -> str:
    """A digit of a code of three, dots for the others."""
    return f"{digit.digit:.>{digit.position}}".ljust(3, ".")


def sources(explained: Explanation, screen: Screen) -> list[str]:
    """Where it is written, what has changed since the chapter, and where that errs."""
    return [
        *screen.fact("See", citations(explained.rfc)),
        *screen.fact("Today", visible(explained.today)),
        *screen.fact("The book", visible(explained.erratum)),
    ]


def citations(rfc: Iterable[str]) -> str:
    """`RFC 5321 4.2.1, 4.1.1.1; RFC 1870 4`: the sections of each document together."""
    sections: dict[str, list[str]] = {}
    for one in rfc:
        document, _, section = one.rpartition(" ")
        if document in ("", "RFC"):
            document, section = one, ""
        sections.setdefault(document, []).append(section)
    return "; ".join(f"{document} {', '.join(filter(None, its))}".strip() for document, its in sections.items())


def parts(scene: Scene, most: int = 6, *, keys: bool = True) -> str:
    """Which octets of a command mean what, in one line: its outermost parts and what they are called."""
    if scene.step.kind is not Kind.COMMAND:
        return ""
    found: list[str] = []
    end = 0
    for span in sorted(scene.explanation.spans, key=lambda span: (span.start, -span.end)):
        text = scene.key.octets[span.start : span.end].strip()
        if span.start >= end and text:
            found.append(f"{span.name} {clip(visible(text), 40)}")
        end = max(end, span.end)
    if len(found) < 2:
        return ""
    return ", ".join(found[:most]) + ((", and more: x" if keys else ", and more") if len(found) > most else "")


def facts(scene: Scene, screen: Screen) -> list[str]:
    """State, turn, letter, envelope."""
    letter = phrases.kind_of(scene.holder.letter).capitalize()
    return [
        *screen.fact("State", phrases.state(scene)),
        *screen.fact("Next", phrases.next_turn(scene)),
        *screen.fact(letter, phrases.whereabouts(scene)),
        *screen.fact("Envelope", *phrases.envelope(scene)),
    ]
