"""The pane message: the letter as it stands, what hops put on top of it, and in the end as its reader sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from textual.content import Content

from mailedu.agents.actions import Action
from mailedu.journey import phrases
from mailedu.journey.scene import Scene
from mailedu.journey.step import Stage, Step
from mailedu.text import facts
from mailedu.text.facts import Standing
from mailedu.text.screen import wrapped
from mailedu.tui.panes.page import Page
from mailedu.tui.view import View
from mailedu.visible import pad, visible, width

#: Of a letter no more octets and lines than this are laid out.
_OCTETS: Final = 65536
_LINES: Final = 2000
#: Cells in front of a line of the letter: what this step added has a sign there.
_GUTTER: Final = 2
_LABEL: Final = 10
#: Octets at the end of what a reader sees, among which the attachments are listed.
_TAIL: Final = 8192
_ATTACHED: Final = re.compile(rb"\[([^\n]*), ([^\s,\]]+/[^\s,\]]+), ([0-9,]+) octets\]\n?\Z")
_FIELD: Final = re.compile(r"([!-9;-~]+)(:)(.*)", re.DOTALL)
#: Actions that write a letter piece by piece.
_WRITES: Final = frozenset((Action.FIELD, Action.BODY, Action.PART, Action.BOUNCE))

#: Rows under which a letter that is read begins with its subject.
_SMALL: Final = 12


class MessagePane(Page):
    """The letter as it stands."""

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        return message_rows(view.scene, width, view.hidden)

    def top(self, view: View, rows: int, height: int) -> int:
        """While it is written, what is new; when it is read in a small pane, subject and text; else the beginning."""
        if view.scene.step.verb == Action.READ and not view.hidden:
            subject = next((nth for nth, row in enumerate(self._rows) if row.plain.startswith("Subject")), 0)
            return min(max(rows - height, 0), subject if height < _SMALL else 0)
        if view.hidden or not written_now(view.scene):
            return 0
        new = next((nth for nth, row in enumerate(self._rows) if row.plain.startswith("+")), 0)
        return min(max(rows - height, 0), new)


def written_now(scene: Scene) -> bool:
    """Whether this step writes at the end of a letter."""
    return scene.step.verb in _WRITES and scene.leg.stage in (Stage.COMPOSE, Stage.PROCESS)


def message_rows(scene: Scene, cells: int, past: bool = False) -> list[Content]:
    """The letter in rows of so many cells. `past`: the scene is that of the step before, so it adds nothing now."""
    if scene.step.verb == Action.READ:
        return _as_read(scene, cells)
    stands = facts.standing(scene)
    if stands is None:
        return [Content.assemble((line, "$quiet")) for line in wrapped(facts.no_letter(scene), cells)]
    return _as_it_stands(scene, stands, cells, past)


# As it stands ---------------------------------------------------------------------------------------------------------


def _as_it_stands(scene: Scene, stands: Standing, cells: int, past: bool) -> list[Content]:
    writing = written_now(scene)
    letter = phrases.kind_of(scene.leg.letter)
    so_far = "so far" if writing else "as it stands"
    rows = list(_headline(scene, stands, f"The {letter} {so_far}", cells, past))
    for fields, sign, style in ((stands.now, " " if past else "+", "$changed"), (stands.before, " ", "$quiet")):
        if fields and sign == " ":
            rows.append(Content.assemble(("added on the way", "$quiet italic")))
        rows += laid_out(b"".join(fields), cells, sign, "" if past and fields is stands.now else style)
    if stands.is_added_to:
        rows.append(Content.assemble(("as it was written", "$quiet italic")))
    new = len(scene.step.octets) if writing and not past else 0
    return rows + _text(stands.written, cells, new)


def _headline(scene: Scene, stands: Standing, words: str, cells: int, past: bool) -> Iterator[Content]:
    size = f"{stands.size:,} {facts.plural('octet', stands.size)}"
    text = f"{words}: {size}"
    by = f"+ added by {visible(scene.actor)}" if stands.now and not past else ""
    if not by or width(text) + 2 + width(by) <= cells:
        yield Content.assemble((words, "bold"), (f": {size}", "$quiet"), ("  " + by if by else "", "$changed"))
        return
    yield Content.assemble((words, "bold"), (f": {size}", "$quiet"))
    yield from (Content.assemble((line, "$changed")) for line in wrapped(by, cells))


def _text(chunks: tuple[bytes, ...], cells: int, new: int = 0) -> list[Content]:
    """A letter from its first field on; the last `new` of its chunks are there since this step."""
    old = facts.first_octets(chunks[: len(chunks) - new], _OCTETS)
    rows, shown = _first_lines(old, cells)
    if new and shown == sum(map(len, chunks[:-new])):
        added = facts.first_octets(chunks[-new:], _OCTETS)
        in_body = b"\r\n\r\n" in old or added.startswith(b"\r\n")
        more, and_shown = _first_lines(added, cells, "+", in_body)
        rows, shown = [*rows, *more], shown + and_shown
    left = sum(map(len, chunks)) - shown
    if left > 0:
        rows = [*rows, Content.assemble((f"  … {left:,} more {facts.plural('octet', left)}", "$quiet"))]
    return rows


@lru_cache(maxsize=8)
def _first_lines(head: bytes, cells: int, sign: str = " ", in_body: bool = False) -> tuple[list[Content], int]:
    """The lines that are laid out, and how many octets they are."""
    at = len(head)
    if head.count(b"\n") > _LINES:
        at = -1
        for _ in range(_LINES):
            at = head.find(b"\n", at + 1)
        at += 1
    return laid_out(head[:at], cells, sign, "$changed" if sign == "+" else "", in_body=in_body), at


def laid_out(octets: bytes, cells: int, sign: str = " ", style: str = "", *, in_body: bool = False) -> list[Content]:
    """Lines of a letter, folded to so many cells: names of fields bold, a sign in front of the first line of each.

    `in_body`: they begin behind the empty line that ends the header.
    """
    rows: list[Content] = []
    room = max(cells - _GUTTER, 1)
    lines = octets.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n") if octets else []
    for line in lines:
        in_body = in_body or not line
        text = visible(line)
        field = None if in_body else _FIELD.match(text)
        pieces = ((field[1], f"bold {style}".strip()), (field[2] + field[3], style)) if field else ((text, style),)
        content = Content.assemble((pad(sign, _GUTTER), style), *pieces)
        if width(text) <= room:
            rows.append(content)
            continue
        for nth, part in enumerate(Content.assemble(*pieces).wrap(room)):
            rows.append(Content.assemble((pad(sign if nth == 0 else " ", _GUTTER), style), part))
    return rows


# As it is read --------------------------------------------------------------------------------------------------------


class Read(NamedTuple):
    """What a reader shows of a letter. Foreign text, not yet visible."""

    head: tuple[tuple[str, str], ...]
    """Names and values of the fields that are shown."""
    text: str
    left: int
    """Octets of the text that are not in `text`."""
    attached: tuple[tuple[str, str, str], ...]
    """Name, type and size."""


def as_read(step: Step) -> Read:
    """The octets of a READ, taken apart again: head, text, attachments. Of a long text its first 64 KiB."""
    head = step.head(_OCTETS)
    size = step.size
    fields, _, rest = head.partition(b"\n\n")
    attached: list[tuple[str, str, str]] = []
    tail = _last_octets(step.octets, min(_TAIL, size))
    end = size
    while (found := _ATTACHED.search(tail[tail.rfind(b"\n", 0, -1) + 1 :])) is not None:
        attached.insert(0, tuple(each.decode("utf-8", "replace") for each in found.groups()))  # type: ignore[arg-type]
        end -= len(found[0])
        tail = tail[: -len(found[0])]
    if attached and not tail.endswith(b"\n\n") and end > 0:  # a line of the text that only looks like one
        attached, end = [], size
    stop = max(end - len(fields) - 2, 0)
    text = rest[:stop]
    pairs = (field.partition(b": ") for field in fields.split(b"\n"))
    return Read(
        tuple((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, _, value in pairs),
        text.decode("utf-8", "replace"),
        max(stop - len(text), 0),
        tuple(attached),
    )


def _last_octets(chunks: tuple[bytes, ...], count: int) -> bytes:
    out: list[bytes] = []
    for chunk in reversed(chunks):
        out.append(chunk[-count:] if count else b"")
        count -= len(out[-1])
        if count <= 0:
            break
    return b"".join(reversed(out))


def _as_read(scene: Scene, cells: int) -> list[Content]:
    read = as_read(scene.step)
    rows = [Content.assemble(("As it is read on ", "bold"), (visible(scene.actor), "bold"))]
    for name, value in read.head:
        style = "bold" if name == "Subject" else ""
        rows += _labelled(name, visible(value), cells, style)
    rows.append(Content(""))
    lines = read.text.strip("\n").split("\n")
    for line in lines[:_LINES]:
        text = visible(line)
        rows += [Content(part) for part in (wrapped(text, cells) if width(text) > cells else (text,))]
    left = read.left + sum(len(line) + 1 for line in lines[_LINES:])
    if left > 0:
        rows.append(Content.assemble((f"… {left:,} more octets", "$quiet")))
    if read.attached:
        rows.append(Content(""))
    for name, kind, size in read.attached:
        rows += _labelled("attached", f"{visible(name)}  {visible(kind)}  {visible(size)} octets", cells)
    stands = facts.standing(scene)
    if stands is not None:
        rows += [Content(""), Content.assemble((f"as it came: {stands.size:,} octets", "$quiet italic"))]
        rows += _text(stands.now + stands.before + stands.written, cells)
    return rows


def _labelled(label: str, text: str, cells: int, style: str = "") -> Iterator[Content]:
    for nth, line in enumerate(wrapped(text, max(cells - _LABEL, 8))):
        yield Content.assemble((pad("" if nth else label, _LABEL), "$quiet"), (line, style))
