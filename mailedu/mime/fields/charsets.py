"""Octets to characters, by the name of a charset that a stranger wrote."""

from __future__ import annotations

import re
from typing import Final

#: Codecs that Python knows but that are no charset of mail: they interpret escapes, or take quadratic time.
_NO_CHARSET: Final = frozenset(
    ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "charmap", "dbcs", "ansi")
)
_PUNCTUATION: Final = re.compile(r"[^a-z0-9]+")


def from_charset(octets: bytes, charset: str) -> str | None:
    """The characters of `octets`, those that are none replaced by U+FFFD; None for a charset that nobody knows."""
    name = _PUNCTUATION.sub("_", charset.lower())
    if name in _NO_CHARSET:
        return None
    try:
        text = octets.decode(charset, "replace")
    except (LookupError, ValueError):
        return None
    # UTF-7 can say half a surrogate pair, which no output can.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "7" in name else text


def readable(octets: bytes, charset: str = "us-ascii") -> str:
    """The characters of `octets` as a patient reader sees them; any octets, any name.

    Where the charset is unknown, or US-ASCII and yet there are octets above 127: UTF-8 if it is that, else ISO 8859-1.
    """
    name = charset.lower()
    if name not in ("us-ascii", "ascii", ""):
        found = from_charset(octets, name)
        if found is not None:
            return found
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
