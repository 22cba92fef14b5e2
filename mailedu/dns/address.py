"""IP addresses as octets.

The standard library's `ipaddress` is not among what the engine loads.
"""

from __future__ import annotations

import re
from typing import Final

_OCTET: Final = re.compile(r"0|[1-9][0-9]{0,2}")
_GROUP: Final = re.compile(r"[0-9A-Fa-f]{1,4}")
_ZEROS: Final = re.compile(r"(?<![0-9a-f])0(:0)+(?![0-9a-f])")


def ipv4(text: str) -> bytes | None:
    """The four octets of a dotted address, or None if it is none."""
    parts = text.split(".")
    if len(parts) != 4 or not all(_OCTET.fullmatch(part) and int(part) < 256 for part in parts):
        return None
    return bytes(map(int, parts))


def ipv6(text: str) -> bytes | None:
    """The sixteen octets of an address in groups of hexadecimal digits, `::` allowed once; None if it is none."""
    head, gap, tail = text.partition("::")
    front, back = (part.split(":") if part else [] for part in (head, tail))
    missing = 8 - len(front) - len(back)
    if (missing < 1 if gap else missing) or not all(_GROUP.fullmatch(group) for group in front + back):
        return None
    return b"".join(int(group, 16).to_bytes(2, "big") for group in front + ["0"] * missing + back)


def ipv6_text(octets: bytes) -> str:
    """The shortest form of sixteen octets: `::` for the longest run of two or more zero groups, the first of equals."""
    text = ":".join(f"{int.from_bytes(octets[at : at + 2], 'big'):x}" for at in range(0, 16, 2))
    runs = sorted(_ZEROS.finditer(text), key=lambda run: -len(run[0]))
    if not runs:
        return text
    start, end = runs[0].span()
    return f"{text[:start].rstrip(':')}::{text[end:].lstrip(':')}"
