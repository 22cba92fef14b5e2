"""Service extensions: what an EHLO reply offers and what a MAIL parameter then means (RFC 5321 section 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

#: What this server offers unless a host says otherwise; SIZE and AUTH get their arguments from the host.
DEFAULT: Final = ("PIPELINING", "SIZE 52428800", "8BITMIME", "ENHANCEDSTATUSCODES")

#: Parameter of MAIL -> the keyword that permits it (RFC 1870 section 3, RFC 6152 section 3, RFC 4954 section 5).
MAIL_PARAMETERS: Final[Mapping[str, str]] = {"SIZE": "SIZE", "BODY": "8BITMIME", "AUTH": "AUTH"}

#: Octets that a command line may have, CRLF included, and what the parameters of extensions add (RFC 5321 section
#: 4.5.3.1.4; RFC 1870 section 3; RFC 4954 section 5). One limit for all lines: it only has to bound them.
MAX_COMMAND: Final = 512 + 26 + 500
#: A line of an AUTH dialogue (RFC 4954 section 4).
MAX_RESPONSE: Final = 12288


@lru_cache(maxsize=256)
def keywords(lines: tuple[bytes, ...]) -> Mapping[str, str]:
    """Keyword (upper case) -> its arguments, from the lines of an EHLO reply after the first (RFC 5321 4.1.1.1)."""
    offered: dict[str, str] = {}
    for line in lines:
        word, _, rest = line.decode("utf-8", "replace").partition(" ")
        # QUIRK: `AUTH=LOGIN` was an early misreading of the RFC that some servers still send beside the right form.
        if word and "=" not in word:
            offered[word.upper()] = rest.strip()
    return MappingProxyType(offered)


@lru_cache(maxsize=256)
def offered(lines: tuple[str, ...]) -> Mapping[str, str]:
    """The same of the lines that a server is told to offer."""
    return keywords(tuple(line.encode() for line in lines))


def size_limit(offered: Mapping[str, str]) -> int | None:
    """The most octets that a letter may have, if SIZE names them (RFC 1870 section 4); 0 or nothing means no limit."""
    text = offered.get("SIZE", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 and int(text) else None
