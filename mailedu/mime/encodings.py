"""The content transfer encodings: quoted-printable and base64, there and back (RFC 2045 sections 6.7 and 6.8)."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, a2b_qp, b2a_base64, b2a_qp
from typing import Final, Literal, NamedTuple, TypeAlias

Encoding: TypeAlias = Literal["7bit", "quoted-printable", "base64"]

#: Names for octets that stand as they are (RFC 2045 section 6.2).
TRANSPARENT: Final = frozenset(("7bit", "8bit", "binary"))
#: Octets of a line without its CRLF (RFC 5322 section 2.1.1).
MAX_LINE: Final = 998
#: Characters of an encoded line (RFC 2045 sections 6.7 and 6.8).
ENCODED_LINE: Final = 76

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64: Final = bytes(set(range(256)) - set(_BASE64))
_LITERAL: Final = bytes(set(range(33, 127)) - set(b"=")) + b" \t\r\n"
_LONE_SOFT_CR: Final = re.compile(rb"=\r(?!\n)")
_BAD_ESCAPE: Final = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
_QUANTA: Final = re.compile(rb".{%d}" % ENCODED_LINE)
_BLOCK: Final = ENCODED_LINE // 4 * 3 * 1024  # so many octets are encoded at a time: they fit a processor's cache


class Flaw(NamedTuple):
    """Why an encoded body cannot be decoded as it should."""

    text: str
    at: int
    """Where in the encoded octets."""


# Quoted-printable -----------------------------------------------------------------------------------------------------


def encode_quoted_printable(octets: bytes) -> bytes:
    r"""Text to quoted-printable. CRLF stays a line end; a CR or LF alone becomes `=0D` or `=0A`.

    Lines have at most 76 characters and never end in a blank; the text ends in a line end only if `octets` does.
    """
    ends = octets.count(b"\n")
    if ends and ends == octets.count(b"\r") == octets.count(b"\r\n"):
        encoded = b2a_qp(octets, istext=True)
    else:
        encoded = b"\r\n".join(b2a_qp(line, istext=False).replace(b"\n", b"\r\n") for line in octets.split(b"\r\n"))
    lines = encoded.split(b"\r\n")
    if max(map(len, lines)) <= ENCODED_LINE:
        return encoded
    # Before blanks at the end of a line b2a_qp miscounts by one.
    return b"\r\n".join(line if len(line) <= ENCODED_LINE else _parted(line) for line in lines)


def soft_end(encoded: bytes) -> bytes:
    """Quoted-printable whose last line has a line end that is no part of the text: a soft one."""
    start = encoded.rfind(b"\n") + 1
    last = encoded[start:]
    return encoded[:start] + (last if len(last) < ENCODED_LINE else _parted(last)) + b"=\r\n"


def _parted(line: bytes) -> bytes:
    """A line of quoted-printable as two, but no escape in two."""
    cut = ENCODED_LINE - 4
    escape = line.find(b"=", cut - 2, cut)
    cut = cut if escape < 0 else escape
    return line[:cut] + b"=\r\n" + line[cut:]


def decode_quoted_printable(octets: bytes) -> bytes:
    """Quoted-printable to octets, whatever they are: what cannot be decoded stays as it is, blanks at line ends go."""
    if any(blank in octets for blank in (b" \r\n", b"\t\r\n", b" \n", b"\t\n")) or octets[-1:] in (b" ", b"\t"):
        # Blanks at the end of a line were added on the way (RFC 2045 section 6.7, rule 3).
        lines = octets.split(b"\n")
        octets = b"\n".join(
            line[:-1].rstrip(b" \t") + b"\r" if line[-1:] == b"\r" else line.rstrip(b" \t") for line in lines
        )
    if octets.count(b"=\r") != octets.count(b"=\r\n"):
        octets = _LONE_SOFT_CR.sub(b"=3D\r", octets)  # a2b_qp would skip the rest of the line
    return a2b_qp(octets)


# Base64 ---------------------------------------------------------------------------------------------------------------


def encode_base64(octets: bytes) -> bytes:
    """Octets to lines of 76 characters, each ended by CRLF."""
    return b"".join(_base64_block(octets[at : at + _BLOCK]) for at in range(0, len(octets), _BLOCK))


def _base64_block(octets: bytes) -> bytes:
    whole = b2a_base64(octets, newline=False)
    if len(whole) <= ENCODED_LINE:
        return whole + b"\r\n"
    lines: list[bytes] = _QUANTA.findall(whole)
    rest = len(whole) % ENCODED_LINE
    if rest:
        lines.append(whole[-rest:])
    lines.append(b"")
    return b"\r\n".join(lines)


def decode_base64(octets: bytes) -> bytes:
    """Base64 to octets, whatever they are: foreign characters are skipped, and what is cut off ends where it ends."""
    try:
        return a2b_base64(octets)
    except Error:
        found = octets.partition(b"=")[0].translate(None, _NOT_BASE64)
        whole = found[: len(found) - (len(found) % 4 == 1)]  # one character holds six bits, less than an octet
        return a2b_base64(whole + b"=" * (-len(whole) % 4))


# By name --------------------------------------------------------------------------------------------------------------


def decode(octets: bytes, encoding: str) -> bytes:
    """A body to what it holds, by the name in Content-Transfer-Encoding; never raises.

    An unknown encoding leaves the octets as they are (RFC 2045 section 6.4).
    """
    if encoding == "base64":
        return decode_base64(octets)
    if encoding == "quoted-printable":
        return decode_quoted_printable(octets)
    return octets


def flaw(octets: bytes, encoding: str) -> Flaw | None:
    """What is wrong with an encoded body, the first thing only; None if nothing is."""
    if encoding == "base64":
        return _base64_flaw(octets)
    if encoding == "quoted-printable":
        bad = _BAD_ESCAPE.search(octets)
        return Flaw("an equals sign without two hexadecimal digits", bad.start()) if bad else None
    return None


def _base64_flaw(octets: bytes) -> Flaw | None:
    foreign = octets.translate(None, _BASE64 + b"=\r\n\t ")
    if foreign:
        return Flaw("a character that is none of base64", octets.index(foreign[:1]))
    padded = octets.rstrip(b"\r\n\t ")
    text = padded.rstrip(b"=\r\n\t ")
    inner = text.find(b"=")
    if inner >= 0:
        return Flaw("padding before the end", inner)
    pads = padded.count(b"=", len(text))
    count = len(text) - text.count(b"\n") - text.count(b"\r") - text.count(b" ") - text.count(b"\t")
    if (count + pads) % 4 or pads > 2:
        return Flaw("the last group is not whole", len(text))
    return None


def choose_encoding(text: bytes) -> Encoding:
    """The encoding that suits a text with CRLF line ends: none where none is needed, else the shorter one."""
    if text.isascii() and b"\0" not in text and has_only_crlf(text) and long_line(text) < 0:
        return "7bit"
    escaped = len(text.translate(None, _LITERAL))
    # An escape adds two octets; base64 adds 36.8 % with its line ends.
    return "quoted-printable" if 2 * escaped <= 0.368 * len(text) + 8 else "base64"


def has_only_crlf(octets: bytes) -> bool:
    """True if every CR is followed by LF and every LF follows CR."""
    return octets.count(b"\n") == octets.count(b"\r") == octets.count(b"\r\n")


def long_line(octets: bytes, start: int = 0, end: int | None = None, limit: int = MAX_LINE) -> int:
    """Where the first line of more than `limit` octets begins in octets[start:end]; -1 for none. Lines end in CRLF.

    Hops from line end to line end, a window at a time: a regular expression would read each octet.
    """
    stop = len(octets) if end is None else end
    window = limit + 2
    at = start
    while stop - at > limit:
        hop = octets.rfind(b"\n", at, at + window if at + window < stop else stop)
        if hop < 0:
            return at
        at = hop + 1
    return -1
