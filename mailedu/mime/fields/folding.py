"""The folding of a header field: long lines are parted before a blank (RFC 5322 sections 2.1.1 and 2.2.3)."""

from __future__ import annotations

import re
from typing import Final

from mailedu.mime.encodings import MAX_LINE
from mailedu.mime.fields.words import MAX_WORD_LINE, encode_text

#: Characters that a line should have at the most.
SHOULD: Final = 78

_BLANK_AFTER_TEXT: Final = re.compile(rb"[^ \t][ \t]")


class FoldError(ValueError):
    """A line of more than 998 octets has no blank where it could be folded."""


def fold(name: str, value: str, limit: int = SHOULD) -> bytes:
    """The whole field, folded, with its CRLF. `value` holds no line end; non-ASCII is written as UTF-8.

    Lines have at most `limit` octets where blanks allow it, after a comma or semicolon if there is one in reach.
    FoldError if a word alone is longer than 998.
    """
    return fold_line(f"{name}: {value}".encode("utf-8", "replace"), limit, len(name) + 2) + b"\r\n"


def unstructured(name: str, text: str) -> bytes:
    """A field of free text, such as Subject: encoded words where needed, folded, with its CRLF."""
    value = encode_text(text, len(name) + 2)
    return fold(name, value, MAX_WORD_LINE if "=?" in value else SHOULD)


def fold_line(line: bytes, limit: int = SHOULD, keep: int = 0) -> bytes:
    """One line of a field without its CRLF, parted by CRLFs before blanks. Unfolding gives `line` back.

    `keep`: octets at its start that it is better not to part (name and colon).
    """
    if len(line) <= limit:
        return line
    end = len(line.rstrip(b" \t"))  # a line of blanks alone is no fold
    lines: list[bytes] = []
    start = 0
    while len(line) - start > limit:
        cut = _cut(line, start, start + keep, min(start + limit, end), end)
        if cut < 0:
            if len(line) - start > MAX_LINE:
                raise FoldError(f"a line of {len(line):,} octets without a blank to fold it at")
            break
        if cut - start > MAX_LINE:
            raise FoldError(f"a word of {cut - start:,} octets in a header line")
        lines.append(line[start:cut])
        start, keep = cut, 0
    lines.append(line[start:])
    return b"\r\n".join(lines)


def _cut(line: bytes, start: int, low: int, high: int, end: int) -> int:
    """Where to part line[start:]: after the last comma or semicolon in reach, else at a blank; -1 for nowhere."""
    # A comma only in the second half: an early one would waste the line.
    for mark in (b", ", b"; "):
        at = line.rfind(mark, max(low, start + (high - start) // 2), high + 1)
        if at >= 0 and at + 1 < end:
            return at + 1
    at = max(line.rfind(b" ", low, high + 1), line.rfind(b"\t", low, high + 1))
    if at >= end:
        at = max(line.rfind(b" ", low, end), line.rfind(b"\t", low, end))
    if at >= 0:
        at = start + len(line[start:at].rstrip(b" \t"))
        if at > max(low, start):
            return at
    if low > start + 1 and line[low - 1 : low] in (b" ", b"\t"):
        return low - 1  # after the colon, since nothing else is in reach
    found = _BLANK_AFTER_TEXT.search(line, max(low, start), end)
    return found.start() + 1 if found else -1
