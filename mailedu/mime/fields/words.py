"""Encoded words, by which a header field of US-ASCII says anything (RFC 2047), and unfolding."""

from __future__ import annotations

import re
from binascii import a2b_qp, b2a_base64
from typing import Final

from mailedu.mime.encodings import decode_base64
from mailedu.mime.fields.charsets import from_charset, readable

#: Characters of an encoded word, and of a line that holds one (RFC 2047 section 2).
MAX_WORD: Final = 75
MAX_WORD_LINE: Final = 76

_WORD: Final = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([QqBb])\?([^?\s]*)\?=")
_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")
#: What stands for itself in a Q-encoded word wherever that word may stand, a phrase included (RFC 2047 section 5).
_Q_SAFE: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q: Final = tuple("_" if octet == 0x20 else chr(octet) if octet in _Q_SAFE else f"={octet:02X}" for octet in range(256))
_Q_HEAD, _B_HEAD, _TAIL = "=?utf-8?Q?", "=?utf-8?B?", "?="
_ROOM: Final = MAX_WORD - len(_Q_HEAD) - len(_TAIL)


def unfold(octets: bytes) -> bytes:
    """Take out each line end that is followed by a blank or tab, and the last one (RFC 5322 section 2.2.3)."""
    if octets[-1:] == b"\n":
        octets = octets[:-2] if octets[-2:] == b"\r\n" else octets[:-1]
    return _FOLD.sub(b"", octets) if b"\n" in octets else octets


def decoded(octets: bytes) -> str:
    """The body of a header field as a person reads it: unfolded, blanks around it gone, encoded words decoded.

    Total. Octets above 127, which RFC 5322 does not allow here, are read as UTF-8, else as ISO 8859-1.
    """
    return decode_words(readable(unfold(octets).strip(b" \t")))


def decode_words(text: str) -> str:
    """Decode the encoded words in a text; what is none, or has an unknown charset, stays as it is.

    Blanks between two of them go (RFC 2047 section 6.2). QUIRK: section 5 wants blanks around each, and whole
    characters in each; words that lack the first are decoded all the same, and a character cut in two is put together
    again.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    octets, charset = b"", ""  # words of one charset, not decoded yet
    source = ""  # what stood there
    at = 0
    for word in _WORD.finditer(text):
        gap = text[at : word.start()]
        if source and (gap.strip(" \t") or word[1].lower() != charset):
            out.append(_characters(octets, charset, source))
            octets, source = b"", ""
            gap = gap if gap.strip(" \t") else ""
        elif source:
            gap = ""
        out.append(gap)
        charset = word[1].lower()
        octets += _octets(word[2], word[3])
        source += word[0]
        at = word.end()
    if source:
        out.append(_characters(octets, charset, source))
    out.append(text[at:])
    return "".join(out)


def _octets(encoding: str, text: str) -> bytes:
    octets = text.encode("utf-8", "surrogateescape")
    return decode_base64(octets) if encoding in "Bb" else a2b_qp(octets, header=True)


def _characters(octets: bytes, charset: str, source: str) -> str:
    found = from_charset(octets, charset)
    return source if found is None else found


def encoded_words(text: str, first: int = MAX_WORD) -> list[str]:
    """A text as encoded words of at most 75 characters (the first: at most `first`), in UTF-8, Q or B.

    Q, which people can read, where most characters are US-ASCII (RFC 2047 section 4). Each word holds whole characters.
    Put blanks or folds between them.
    """
    if 2 * sum(map(str.isascii, text)) >= len(text):
        quoted = ["".join(map(_Q.__getitem__, _utf8(character))) for character in text]
        return [_Q_HEAD + "".join(chunk) + _TAIL for chunk in _cut(quoted, first)]
    words: list[str] = []
    room = (min(first, MAX_WORD) - MAX_WORD + _ROOM) // 4 * 3
    octets = b""
    for character in text:
        more = _utf8(character)
        if octets and len(octets) + len(more) > room:
            words.append(_base64_word(octets))
            octets, room = b"", _ROOM // 4 * 3
        octets += more
    words.append(_base64_word(octets))
    return words


def _cut(pieces: list[str], first: int) -> list[list[str]]:
    chunks: list[list[str]] = [[]]
    room = min(first, MAX_WORD) - MAX_WORD + _ROOM
    used = 0
    for piece in pieces:
        if used + len(piece) > room and chunks[-1]:
            chunks.append([])
            used, room = 0, _ROOM
        chunks[-1].append(piece)
        used += len(piece)
    return chunks


def _base64_word(octets: bytes) -> str:
    return _B_HEAD + b2a_base64(octets, newline=False).decode("ascii") + _TAIL


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


#: An ASCII word longer than this is encoded too: it could not be folded.
_MAX_PLAIN: Final = 200


def encode_text(text: str, used: int = 0) -> str:
    """An unstructured text, such as a Subject, for a header field: US-ASCII, encoded words where it needs them.

    Line ends become blanks. `used`: characters that stand on its first line already. Words are separated by one
    blank, so that folding at blanks gives lines of at most 76. `decode_words` gives the text back.
    """
    text = text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")
    if _is_plain(text):
        return text
    words = text.split(" ")
    needing = [at for at, word in enumerate(words) if _needs_encoding(word)]
    first, last = (needing[0], needing[-1]) if needing else (0, len(words) - 1)
    if text[0] == " ":
        first = 0
    if text[-1] == " ":
        last = len(words) - 1
    before, after = words[:first], words[last + 1 :]
    column = used + sum(map(len, before)) + len(before)
    # Less room than this on the first line is not worth a word.
    room = MAX_WORD_LINE - column if MAX_WORD_LINE - column >= 24 else MAX_WORD
    return " ".join((*before, *encoded_words(" ".join(words[first : last + 1]), room), *after))


def _is_plain(text: str) -> bool:
    return (
        text.isascii()
        and text.isprintable()
        and "=?" not in text
        and text.strip(" ") == text
        and (len(text) <= _MAX_PLAIN or max(map(len, text.split(" "))) <= _MAX_PLAIN)
    )


def _needs_encoding(word: str) -> bool:
    return len(word) > _MAX_PLAIN or not word.isascii() or not word.isprintable() or "=?" in word
