"""The octets of a step in hexadecimal and as text, with the names of their parts below; 25 MB or three, all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, overload

from textual.content import Content

from mailedu.explain import Span
from mailedu.journey.scene import Scene
from mailedu.journey.step import Kind
from mailedu.text import panes
from mailedu.text.screen import wrapped
from mailedu.tui.panes.brackets import outermost
from mailedu.tui.panes.page import Page
from mailedu.tui.panes.sheet import Sheet, lines
from mailedu.tui.view import View
from mailedu.visible import clip

#: Columns from which on sixteen octets stand in a row; eight where it is narrower.
WIDE: Final = 76
#: What stands in the text for an octet that cannot be printed; a dot is a dot.
UNSEEN: Final = "·"
#: A name that would be cut to fewer cells says nothing.
_SHORTEST: Final = 4
_TEXT: Final = "".join(chr(octet) if 32 <= octet < 127 else UNSEEN for octet in range(256))


class BytesPane(Page):
    """The pane bytes."""

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        return dumped(view, width)


def dumped(view: View, cells: int) -> Sequence[Content]:
    """The pane as rows of at most `cells` cells. They are made when looked at: a letter has a million and more."""
    scene = view.scene
    hidden = f"of step {scene.n}: step {view.n} is hidden" if view.hidden else ""
    if not scene.step.octets:
        return _why_none(scene, hidden, cells)
    size = scene.step.size
    head = f"{size:,} {'octet' if size == 1 else 'octets'}, {hidden or 'in hexadecimal and as text'}"
    return Dump(scene.step.octets, scene.explanation.spans, scene.key.octets, cells, head)


def _why_none(scene: Scene, hidden: str, cells: int) -> list[Content]:
    if scene.step.kind is Kind.LINK:
        said = " ".join(line.plain for line in lines(panes.octets(scene, Sheet(cells), False)))
    else:
        said = "No octets: nothing is said or written at this step."
    return [Content(row) for row in wrapped(f"{hidden[0].upper()}{hidden[1:]}. {said}" if hidden else said, cells)]


class Dump(Sequence[Content]):
    """Rows: what it is, then octets, and below those of the explained beginning what their parts are called."""

    def __init__(
        self, chunks: Sequence[bytes], spans: Sequence[Span], explained: bytes, cells: int, head: str = ""
    ) -> None:
        """`chunks`: what is shown, never joined. `spans` lie in its first octets, `explained`."""
        self._chunks = chunks
        self._ends = list(accumulate(map(len, chunks)))
        self._cells = cells
        self._head = head
        self.per_row = 16 if cells >= WIDE else 8
        self.size = self._ends[-1] if self._ends else 0
        self._digits = max(4, len(f"{self.size:x}"))
        self._parts = outermost(spans, explained)
        self._starts = [span.start for span in self._parts]
        #: Of the explained beginning: offset of each row of octets, and -1 - offset of each row of names.
        self._first: list[int] = []
        for at in range(0, min(len(explained), self.size), self.per_row):
            self._first.append(at)
            if any(at <= span.start < at + self.per_row for span in self._parts_from(at)):
                self._first.append(-1 - at)
        self._rest = -(-min(len(explained), self.size) // self.per_row)

    def __len__(self) -> int:
        return 1 + len(self._first) + max(0, -(-self.size // self.per_row) - self._rest)

    @overload
    def __getitem__(self, index: int) -> Content: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Content]: ...
    def __getitem__(self, index: int | slice) -> Content | Sequence[Content]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        if index == 0:
            return Content.styled(clip(self._head, self._cells), "$quiet")
        index -= 1
        if index < len(self._first):
            at = self._first[index]
            return self._row(at) if at >= 0 else self._names(-1 - at)
        return self._row((index - len(self._first) + self._rest) * self.per_row)

    def octets(self, start: int, end: int) -> bytes:
        """Some octets, from as many chunks as they lie in."""
        out: list[bytes] = []
        at = bisect_right(self._ends, start)
        while start < end and at < len(self._chunks):
            begin = self._ends[at] - len(self._chunks[at])
            out.append(bytes(self._chunks[at][start - begin : end - begin]))
            start, at = self._ends[at], at + 1
        return b"".join(out)

    def _parts_from(self, at: int) -> list[Span]:
        """The parts that have octets in the row at an offset."""
        found = []
        for part in self._parts[max(bisect_right(self._starts, at) - 1, 0) :]:
            if part.start >= at + self.per_row:
                break
            if part.end > at:
                found.append(part)
        return found

    def _row(self, at: int) -> Content:
        octets = self.octets(at, min(at + self.per_row, self.size))
        styles = ["$quiet" if self._parts else ""] * len(octets)
        if self._parts and at > self._parts[-1].end:
            styles = [""] * len(octets)
        for part in self._parts_from(at):
            bright = "bold" if self._parts.index(part) % 2 == 0 else ""
            for octet in range(max(part.start - at, 0), min(part.end - at, len(octets))):
                styles[octet] = bright
        pieces: list[tuple[str, str]] = [(f"{at:0{self._digits}x}  ", "$quiet")]
        for n, octet in enumerate(octets):
            pieces.append((f"{octet:02x}" + ("  " if n == 7 else " "), styles[n]))
        pieces.append((" " * (_place(self.per_row) - _place(len(octets)) + 1), ""))
        pieces += [(_TEXT[octet], style) for octet, style in zip(octets, styles, strict=True)]
        return Content.assemble(*pieces)

    def _names(self, at: int) -> Content:
        """The names of the parts that begin in the row at an offset, each below its first octet."""
        beginning = [part for part in self._parts_from(at) if part.start >= at]
        places = [_place(part.start - at) for part in beginning]
        row = " " * (self._digits + 2)
        for n, (part, place) in enumerate(zip(beginning, places, strict=True)):
            end = places[n + 1] - 1 if n + 1 < len(places) else self._cells - self._digits - 2
            if end - place >= min(len(part.name), _SHORTEST):
                row += " " * (place - (len(row) - self._digits - 2)) + clip(part.name, end - place)
        return Content.styled(row, "$quiet")


def _place(n: int) -> int:
    """Cells before octet `n` of a row: three an octet, one more from the ninth on."""
    return n * 3 + (n > 7)
