r"""The names of a line's parts, drawn below it: a bracket for each part, and a stem down to what it is called.

RCPT TO:<bob@example.net>\r\n
└┬─┘ └┬┘└───────┬───────┘└┬─┘
 │    │         │         end of the line
 │    │         forward-path: to whom the letter is to go
 │    keyword: the address of a recipient follows
 verb: what is asked for
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from textual.content import Content

from mailedu.explain import Span
from mailedu.visible import visible, width

#: More parts are told in a list.
MOST: Final = 5
#: Signs between parts: the parts that they separate say enough.
SEPARATORS: Final = frozenset(("blank", "colon", "hyphen"))
_END: Final = "CRLF"
#: What parts the first words of a meaning from the rest.
_CLAUSE: Final = re.compile(r"[:;,.]")


class _Part(NamedTuple):
    """Where a part stands, in cells, and what it is called."""

    start: int
    end: int
    name: str
    meaning: str

    @property
    def stem(self) -> int:
        return self.start + (self.end - self.start - 1) // 2


def outermost(spans: Iterable[Span], octets: bytes) -> list[Span]:
    """The parts that lie in no other, in their order, without what only separates them."""
    found: list[Span] = []
    end = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        named = span.name == _END or octets[span.start : span.end].strip()
        if span.start >= end and named and span.name not in SEPARATORS:
            found.append(span)
        end = max(end, span.end)
    return found


def diagram(line: Content, octets: bytes, spans: Sequence[Span], cells: int) -> list[Content]:
    r"""A line and its parts below it, in at most so many cells; nothing if it has no room, no parts, or too many.

    `line` is how `octets`, without their CRLF, are to be shown; the CRLF is shown as `\r\n`.
    """
    said = octets.removesuffix(b"\r\n")
    if b"\n" in said:
        return []
    parts = [_part(span, octets, said) for span in outermost(spans, octets)]
    whole = Content.assemble(line, (r"\r\n", "$quiet")) if len(said) < len(octets) else line
    if not 1 <= len(parts) <= MOST or whole.cell_length > cells:
        return []
    rows = [whole, Content.assemble((_brackets(parts), "$line"))]
    for at in range(len(parts) - 1, -1, -1):
        row = _label(parts, at, cells)
        if row is None:
            return []
        rows.append(row)
    return rows


def _part(span: Span, octets: bytes, said: bytes) -> _Part:
    start = width(visible(octets[: span.start]))
    if span.name == _END and span.end > len(said):
        return _Part(start, start + 4, "end of the line", "")
    return _Part(start, width(visible(octets[: span.end])), span.name, _CLAUSE.split(span.meaning)[0])


def _brackets(parts: list[_Part]) -> str:
    row = [" "] * parts[-1].end
    for part in parts:
        row[part.start : part.end] = "└" + "─" * (part.end - part.start - 2) + "┘" if part.end - part.start > 1 else "│"
        if part.end - part.start > 1:
            row[part.stem] = "├" if part.stem == part.start else "┬"
    return "".join(row)


def _label(parts: list[_Part], at: int, cells: int) -> Content | None:
    """The row that names part `at`, with the stems of those before it; None if there is no room for the name."""
    part = parts[at]
    stems = [" "] * (part.stem + 1)
    for before in parts[:at]:
        stems[before.stem] = "│"
    free = parts[at - 1].stem + 1 if at else 0
    meaning = f": {visible(part.meaning)}" if part.meaning else ""
    start = min(part.stem, cells - width(part.name + meaning))
    if start < max(part.start, free + 1 if at else 0):  # it would seem to belong to another part
        meaning = ""
        start = min(part.stem, cells - width(part.name))
    if start < free:
        return None
    return Content.assemble(("".join(stems[:start]), "$line"), part.name, (meaning, "$quiet"))
