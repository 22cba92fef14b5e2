"""What all grammars of octets use: marks that are never empty, values safe to show, lines with their places."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from mailedu.explain.model import Mark, Reading
from mailedu.visible import visible

#: So many marks are enough for what a screen can show.
MAX_MARKS: Final = 200


class Scan:
    """Collects what is found in some octets."""

    __slots__ = ("code", "enhanced", "labels", "marks", "octets", "values")

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.marks: list[Mark] = []
        self.values: dict[str, str] = {}
        self.labels: list[str] = []
        self.code = self.enhanced = ""

    def mark(self, start: int, end: int, name: str, about: str = "", value: str = "") -> None:
        """Call `octets[start:end]` by `name`; with `value`, keep them for that place in texts. Nothing is no span."""
        if start < end and len(self.marks) < MAX_MARKS:
            self.marks.append(Mark(start, end, name, about))
        if value:
            self.keep(value, self.octets[start:end])

    def group(self, found: re.Match[bytes], number: int | str, name: str, about: str = "", value: str = "") -> None:
        """The same for a group of a match; a group that took no part is passed over."""
        start, end = found.span(number)
        if start >= 0:
            self.mark(start, end, name, about, value)

    def keep(self, value: str, octets: bytes) -> None:
        """A value for texts; the first one found stays."""
        if octets:
            self.values.setdefault(value, visible(octets))

    def line_end(self, start: int, end: int) -> None:
        """Mark the CRLF that ends `octets[start:end]`, if one does."""
        if self.octets[start:end].endswith(b"\r\n"):
            self.mark(end - 2, end, "CRLF")

    def reading(self) -> Reading:
        """All that was found, marks in order, the outer before the inner."""
        self.marks.sort(key=lambda mark: (mark.start, -mark.end))
        return Reading(tuple(self.marks), self.values, tuple(self.labels), self.code, self.enhanced)


def lines(octets: bytes, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Start, end of the text and end of each line, CRLF or LF; the last one may have no end."""
    size = len(octets)
    while start < size:
        at = octets.find(b"\n", start)
        end = size if at < 0 else at + 1
        text = end
        if at >= 0:
            text = at - 1 if octets[at - 1 : at] == b"\r" and at > start else at
        yield start, text, end
        start = end


_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


def undress(line: bytes) -> bytes | None:
    """The octets behind base64 (RFC 4648 section 4), or None if it is none."""
    if not _BASE64.fullmatch(line):
        return None
    try:
        return base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        return None
