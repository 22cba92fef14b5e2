"""Find the line of a TOML file at which a key stands: `tomllib` gives values without their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_PART: Final = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED: Final = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY: Final = re.compile(rf"\s*({_DOTTED})\s*=(.*)", re.DOTALL)
_PARTS: Final = re.compile(_PART)
_QUOTES: Final = ('"""', "'''")


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line (from 1) of what `path` names: tables, numbers of an array of tables (from 0), then perhaps a key.

    Where the path leads into an inline table or array it is the line of the key that holds it; 1 where nothing fits.
    """
    wanted = tuple(path)
    best, depth = 1, 0
    for line, found in _places(text):
        common = 0
        for a, b in zip(found, wanted, strict=False):
            if a != b:
                break
            common += 1
        # A deeper match is better; of equal ones the first, but only if all of the found path lies on the way.
        if common == len(found) and common > depth:
            best, depth = line, common
    return best


def _places(text: str) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """Every header and key with its line and its whole path."""
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    ending = ""
    for number, line in enumerate(text.split("\n"), 1):
        if ending:
            if ending in line:
                ending = ""
            continue
        header = _HEADER.match(line)
        if header:
            table = _numbered(_names(header[2]), counts, new=header[1] == "[[")
            yield number, table
            continue
        key = _KEY.match(line)
        if key:
            yield number, (*table, *_names(key[1]))
            value = key[2].lstrip()
            quotes = value[:3]
            if quotes in _QUOTES and quotes not in value[3:]:
                ending = quotes


def _names(dotted: str) -> list[str]:
    return [part[1:-1] if part[0] in "\"'" else part for part in _PARTS.findall(dotted)]


def _numbered(names: list[str], counts: dict[tuple[str | int, ...], int], *, new: bool) -> tuple[str | int, ...]:
    """The path of a header, with the number of the current element after each name of an array of tables."""
    path: tuple[str | int, ...] = ()
    for at, name in enumerate(names, 1):
        path = (*path, name)
        if at == len(names) and new:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
