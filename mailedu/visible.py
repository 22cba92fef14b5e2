"""The one way from foreign octets to a screen: what could steer a terminal or deceive the eye becomes a sign.

Mail is written by strangers. A Subject may hold terminal escapes, marks that turn the direction of writing, characters
of no width, or a hundred accents over one letter. Whatever is shown passes through `visible` first. What a face's own
markup means (HTML, Rich) that face escapes after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from unicodedata import category, east_asian_width

#: Accents over one letter. Living languages need four at the most; what comes beyond is shown as escapes.
MAX_MARKS: Final = 4

_PLAIN_WITH_NEWLINES: Final = re.compile(r"[ -~\n]*")
_STRANGE: Final = re.compile(r"[^ -~]+")
_NEWLINE: Final = re.compile(r"\r\n|\n")

#: Categories that never reach a screen as they are: control, format (bidi, zero width, tags), surrogate, private use,
#: unassigned, line and paragraph separator.
_UNSAFE: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
#: Letters and marks that nobody sees, though their category is harmless: combining grapheme joiner, Hangul and Khmer
#: fillers, Mongolian and other variation selectors, braille blank.
_UNSEEN: Final = frozenset(
    (
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0),
        *range(0xFE00, 0xFE0F),
        *range(0xE0100, 0xE01F0),
    )
)
_EMOJI_STYLE: Final = "\ufe0f"
_MARK: Final = ""


def _escape(character: str) -> str:
    r"""One character as US-ASCII: `\x1b` for an octet (a surrogate that stands for one included), else `\u202e`."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    elif code > 0x7F:
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return f"\\x{code:02x}"


def _joins(character: str) -> bool:
    """True for what is drawn over or into the character before it: accents, later parts of a Hangul syllable."""
    return "\u1161" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb" or category(character) in ("Mn", "Me")


class _Signs(dict[str, str]):
    """Character -> what is shown for it; `_MARK` where the neighbours decide. Filled as characters come."""

    def __missing__(self, character: str) -> str:
        code = ord(character)
        if code < 0x20:
            sign = chr(0x2400 + code)
        elif code == 0x7F:
            sign = "\u2421"
        elif code in _UNSEEN or category(character) in _UNSAFE:
            sign = _escape(character)
        else:
            sign = _MARK if _joins(character) else character
        if code < 0x10000:  # so that no letter, however hostile, makes this grow beyond one plane
            self[character] = sign
        return sign


_SIGNS: Final = _Signs()


def _signs(run: str, before: str) -> Iterator[str]:
    """What is shown for a run of strange characters; `before`: the plain character in front of it, or nothing."""
    previous = before
    base = before not in ("", " ")  # can it carry an accent? One over a blank would seem to belong to its neighbour.
    marks = 0
    for character in run:
        sign = _SIGNS[character]
        if sign:
            base, marks = sign == character and not character.isspace(), 0
        elif base and marks < MAX_MARKS and (character != _EMOJI_STYLE or category(previous)[0] in "SNP"):
            sign, marks = character, marks + 1
        else:
            sign, base = _escape(character), False
        previous = character
        yield sign


def visible(text: bytes | str, *, keep_newlines: bool = False, ascii_only: bool = False) -> str:
    r"""Make foreign text safe to show, and hide nothing of it.

    Octets are read as UTF-8; those that are none are shown as `\xff`. Control characters become their pictures (`␛` for
    ESC), all else that steers or hides (C1, bidi, zero width, tags, private, unassigned, lone surrogates, accents
    without a letter or in absurd number) an escape such as `\u202e`. Letters of any script stay. With `keep_newlines`
    a LF or CRLF stays one newline. With `ascii_only` the result is US-ASCII: `\x1b`, `\u00e9`.

    Total (any octets, any str), and applying it again changes nothing.
    """
    if isinstance(text, bytes):
        text = text.decode("ascii") if text.isascii() else text.decode("utf-8", "backslashreplace")
    if text.isascii() and (text.isprintable() or (keep_newlines and _PLAIN_WITH_NEWLINES.fullmatch(text))):
        return text
    if keep_newlines:
        return "\n".join(_line(line, ascii_only) for line in _NEWLINE.split(text))
    return _line(text, ascii_only)


def _line(text: str, ascii_only: bool) -> str:
    def shown(run: re.Match[str]) -> str:
        start = run.start()
        return "".join(map(_escape, run[0]) if ascii_only else _signs(run[0], text[start - 1] if start else ""))

    return _STRANGE.sub(shown, text)


# How much room it takes -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _cells(character: str) -> int:
    return 0 if _joins(character) else 2 if east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """The cells that a line of visible text takes in a terminal: two for a wide character, none for an accent."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def clip(text: str, cells: int, ellipsis: str = "…") -> str:
    """Cut a line of visible text to at most `cells` cells; what was cut ends in `ellipsis`, if there is room for it."""
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    if room < 0:
        ellipsis, room = "", max(cells, 0)
    for end, character in enumerate(text):
        room -= _cells(character)
        if room < 0:
            return text[:end] + ellipsis
    return text


def pad(text: str, cells: int) -> str:
    """Fill a line of visible text with blanks up to `cells` cells."""
    return text + " " * (cells - width(text))
