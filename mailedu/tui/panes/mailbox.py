"""The pane mailbox: who has the letter now. Mailboxes, queues and how long they wait, fates; what a step changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from textual.content import Content

from mailedu.journey import phrases
from mailedu.journey.scene import Scene
from mailedu.text import facts
from mailedu.text.facts import Fact
from mailedu.text.screen import wrapped
from mailedu.tui.panes.page import Page
from mailedu.tui.view import View
from mailedu.visible import clip, pad, width

NEW, GONE, SAME = "+", "-", " "
#: Cells in front of a row, for its sign.
_GUTTER: Final = 2
#: The longest that waiting is drawn, and the least that it takes to be seen as waiting.
_LONGEST: Final = 24
_SHORTEST: Final = 4


class Told(NamedTuple):
    """A fact, and what this step did to it."""

    sign: str
    """+ it is new, - it is no more, blank: as before."""
    fact: Fact
    note: str = SAME
    """The same of its note."""


class MailboxPane(Page):
    """Mailboxes, queues and fates."""

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        return mailbox_rows(view.scene, width)

    def top(self, view: View, rows: int, height: int) -> int:
        """The beginning, unless what this step changed would not be seen."""
        changed = [nth for nth, row in enumerate(self._rows) if row.plain[:1] in (NEW, GONE)]
        return max(min(changed[-1] - height + 1, changed[0]), 0) if changed else 0


def mailbox_rows(scene: Scene, cells: int) -> list[Content]:
    """Mailboxes first, then queues, then what became of whom, in rows of so many cells."""
    told = changes(scene)
    rows: list[Content] = []
    for whats, none in ((("mailbox", "letter"), "The mailboxes are empty."), (("queue",), "The queues are empty.")):
        its = [one for one in told if _kind(one.fact) in whats]
        rows += [row for one in its for row in _rows(one, scene, cells)]
        if all(one.sign == GONE for one in its):
            rows += _prose(SAME, none, cells, "$quiet")
    for one in told:
        if _kind(one.fact) in facts.FATES:
            rows += _rows(one, scene, cells)
    return rows


def changes(scene: Scene) -> list[Told]:
    """All facts after a step, and among them those that it ended."""
    journey, n = scene.journey, scene.n
    now = scene.world
    before = journey.world(n - 1)
    if now is before:
        return [Told(SAME, fact) for fact in facts.world(now)]
    old = {_which(fact): fact for fact in facts.world(before, changed_since=now)}
    told = [_told(fact, old) for fact in facts.world(now, changed_since=before)]
    kept = {_which(one.fact) for one in told}
    after: Fact | None = None
    for which, fact in old.items():
        if which not in kept and fact.what != "more":
            told.insert(_behind(told, after), Told(GONE, fact))
        after = fact
    return told


def _told(fact: Fact, old: dict[tuple[str, str, str], Fact]) -> Told:
    was = old.get(_which(fact))
    if fact.what == "more":
        return Told(SAME, fact)
    if was is None or (was.text != fact.text and fact.what == "queue") or (fact.until != was.until):
        return Told(NEW, fact, NEW if fact.note else SAME)
    if was.note != fact.note:
        gone = not fact.note
        return Told(SAME, fact._replace(note=was.note) if gone else fact, GONE if gone else NEW)
    return Told(SAME, fact)


def _which(fact: Fact) -> tuple[str, str, str]:
    return fact.what, fact.where, fact.key


def _behind(told: list[Told], fact: Fact | None) -> int:
    if fact is not None:
        for nth, one in enumerate(told):
            if _which(one.fact) == _which(fact):
                return nth + 1
    return 0


def _kind(fact: Fact) -> str:
    return fact.where if fact.what == "more" else fact.what


# Rows -----------------------------------------------------------------------------------------------------------------


def _rows(one: Told, scene: Scene, cells: int) -> Iterable[Content]:
    fact = one.fact
    style = {NEW: "$changed", GONE: "$quiet strike"}.get(one.sign, "")
    if fact.what == "more":
        return _prose(SAME, f"… {fact.text}", cells, "$quiet")
    if fact.what == "mailbox":
        head = _head(one.sign, "Mailbox", fact.where, style)
        return _joined([head, *_pieces(one, style)], cells)
    if fact.what == "letter":
        number = f"{pad(one.sign, _GUTTER)}  {fact.number:>2}  "
        text = clip(fact.text, max(cells - width(number), 0))
        return _joined([Content.assemble((number + text, style)), *_note(one, style)], cells)
    if fact.what == "queue":
        head = _head(one.sign, "Queue of", fact.where, style)
        rows = list(_joined([head, *_pieces(one, style)], cells))
        return rows if one.sign == GONE else [*rows, *_waiting(one, scene.step.time, cells)]
    return _joined([_head(one.sign, facts.FATES[fact.what], fact.where, style), *_pieces(one, style)], cells)


def _head(sign: str, what: str, where: str, style: str) -> Content:
    return Content.assemble(
        (pad(sign, _GUTTER), style), (f"{what} ", style or "$quiet"), (where, f"bold {style}".strip())
    )


def _pieces(one: Told, style: str) -> Iterator[Content]:
    yield Content.assemble((one.fact.text, style))
    yield from _note(one, style)


def _note(one: Told, style: str) -> Iterator[Content]:
    if one.fact.note:
        sign = "" if one.note == SAME or one.sign != SAME else f"{one.note} "
        changed = {NEW: "$changed", GONE: "$quiet strike"}.get(one.note, style)
        yield Content.assemble((sign + one.fact.note, changed))


def _joined(pieces: list[Content], cells: int) -> Iterator[Content]:
    """Pieces two blanks apart in one row, or, where they do not fit, in rows of their own below the first."""
    row = pieces[0]
    indent = " " * (_GUTTER + 2)
    for piece in pieces[1:]:
        if row.cell_length + 2 + piece.cell_length <= cells:
            row = Content.assemble(row, "  ", piece)
        else:
            yield _cut(row, cells)
            row = Content.assemble(indent, piece)
    yield _cut(row, cells)


def _cut(row: Content, cells: int) -> Content:
    return row if row.cell_length <= cells else row.truncate(cells, ellipsis=True)


def _waiting(one: Told, now: float, cells: int) -> Iterator[Content]:
    """How long a letter still waits on the clock, as a stretch of time to come."""
    until = one.fact.until
    style = "$changed" if one.sign == NEW else ""
    indent = " " * (_GUTTER + 2)
    if until <= now:
        yield Content.assemble(indent, ("● its turn is now", style))
        return
    due = f"due at {phrases.duration(until)}, in {about(until - now)}"
    room = min(cells - width(indent) - width(due) - 4, _LONGEST)
    if room >= _SHORTEST:
        yield Content.assemble(indent, ("●", style or "$accent"), ("┄" * room + "►", "$quiet"), " ", (due, style))
    else:
        yield Content.assemble(indent, (clip(due, cells - width(indent)), style))


def about(seconds: float) -> str:
    """A stretch of time, as one says it: `40 s`, `29 min`, `2 h`, `3 d`."""
    for unit, word in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= unit * 0.9995:
            whole = seconds / unit
            return f"{whole:.0f} {word}" if abs(whole - round(whole)) < 0.05 else f"{whole:.1f} {word}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def _prose(sign: str, text: str, cells: int, style: str) -> Iterator[Content]:
    for line in wrapped(text, max(cells - _GUTTER, 1)):
        yield Content.assemble(pad(sign, _GUTTER), (line, style))
