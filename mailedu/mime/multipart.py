"""Where the delimiters of a multipart stand, and what only resembles one (RFC 2046 section 5.1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from mailedu.mime.defects import Defect, defect
from mailedu.mime.header import Span, read_header

#: 1 to 70 characters of a robust set, the last one no blank.
BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
#: Lines that only resemble a delimiter are looked for in so many octets.
_LOOK: Final = 65_536
#: What scanners, printers and hurried writers add or lose: left out when lines are compared.
_EASILY_LOST: Final = b" \t\r_-="


class Delimiter(NamedTuple):
    """A delimiter line."""

    start: int
    """Its first hyphen; the line end before it belongs to it too."""
    end: int
    """Behind its own line end."""
    closing: bool


def delimiters(octets: bytes, start: int, end: int, boundary: bytes) -> Iterator[Delimiter]:
    """The delimiter lines in octets[start:end], up to the closing one.

    Two hyphens and the boundary at the start of a line, then nothing but blanks. Each octet is looked at once, by
    `find`.
    """
    mark = b"--" + boundary
    needle = b"\n" + mark
    at = start if octets.startswith(mark, start, end) else octets.find(needle, start, end) + 1
    while at >= start and octets.startswith(mark, at, end):
        behind = at + len(mark)
        stop = octets.find(b"\n", behind, end) + 1 or end
        rest = octets[behind:stop]
        closing = rest[:2] == b"--"
        if (rest[2:] if closing else rest).strip(b" \t\r\n"):
            stop = behind + 1  # another boundary that only begins like this one
        else:
            yield Delimiter(at, stop, closing)
            if closing:
                return
        # The line end of this line may be the one before the next delimiter.
        at = octets.find(needle, stop - 1, end) + 1
        if not at:
            return


class Cut(NamedTuple):
    """The body of a multipart, cut at its delimiters."""

    preamble: Span
    parts: tuple[Span, ...]
    epilogue: Span
    closed: bool
    whole: bool
    """False if there were more parts than allowed."""


def cut(octets: bytes, start: int, end: int, boundary: bytes, limit: int) -> Cut:
    """Cut octets[start:end] into at most `limit` parts. Without a closing delimiter the last part goes to the end."""
    preamble = (start, end)
    parts: list[Span] = []
    begun = -1  # where the part begins that is open
    for found in delimiters(octets, start, end, boundary):
        before = _before_line_end(octets, found.start, max(begun, start))
        if begun < 0:
            preamble = (start, before)
        else:
            parts.append((begun, before))
        if found.closing:
            return Cut(preamble, tuple(parts), (found.end, end), True, True)
        begun = found.end
        if len(parts) >= limit:
            return Cut(preamble, tuple(parts), (begun, end), False, False)
    if begun >= 0:
        parts.append((begun, end))
    return Cut(preamble, tuple(parts), (end, end), False, True)


def _before_line_end(octets: bytes, at: int, low: int) -> int:
    """Where the CRLF or LF before `at` begins, but not before `low`."""
    if at > low and octets[at - 1] == 0x0A:
        at -= 1
        if at > low and octets[at - 1] == 0x0D:
            at -= 1
    return at


def lookalikes(octets: bytes, start: int, end: int, boundary: bytes) -> list[Defect]:
    """Lines that a writer may have meant as delimiters, each with what it lacks, and the headers below them likewise.

    Blanks, hyphens, underscores and equals signs may differ. Looks at the first 64 KiB.
    """
    wanted = _bare(boundary)
    if len(wanted) < 2:
        return []
    found: list[Defect] = []
    places: list[int] = []
    at = start
    stop = min(end, start + _LOOK)
    for line in octets[start:stop].split(b"\n"):
        if _bare(line) == wanted:
            text = line.rstrip(b" \t\r")
            if text in (boundary, boundary + b"--"):
                found.append(defect("delimiter-without-hyphens", at))
                places.append(at + len(line) + 1)
            elif text not in (b"--" + boundary, b"--" + boundary + b"--"):
                found.append(defect("delimiter-differs", at))
                places.append(at + len(line) + 1)
        at += len(line) + 1
    for below, next_place in pairwise(places):
        found.extend(read_header(octets, below, next_place).defects)
    return found


def _bare(line: bytes) -> bytes:
    return line.translate(None, _EASILY_LOST) if len(line) < 200 else b""
