"""A value with parameters, as in Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2231)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from mailedu.mime.fields.charsets import from_charset, readable
from mailedu.mime.fields.words import decode_words

#: A longer value is written in sections (RFC 2183 section 2, RFC 2231 section 3).
MAX_VALUE: Final = 78
_SECTION: Final = 60

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+", re.ASCII)
_ATTRIBUTE_CHARS: Final = frozenset(b"!#$&+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~")
_PERCENT: Final = tuple(chr(octet) if octet in _ATTRIBUTE_CHARS else f"%{octet:02X}" for octet in range(256))
_HEX: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_NAME: Final = re.compile(r"([^*\s]+)(?:\*([0-9]{1,4}))?(\*)?")
_LEXEME: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|;|\(|[^";(]+|.', re.DOTALL)
_PAREN: Final = re.compile(r"\\.|[()]", re.DOTALL)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)("?)(.*)', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


class Structured(NamedTuple):
    """A value and its parameters."""

    value: str
    """Without comments, as it was written."""
    params: tuple[tuple[str, str], ...]
    """Names in lower case, values decoded."""
    flaws: tuple[str, ...]
    """What is wrong with it, in a few words each."""

    def get(self, name: str) -> str | None:
        """The parameter of that (lower-case) name."""
        for known, value in self.params:
            if known == name:
                return value
        return None


# Reading --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def parse_parameters(text: str) -> Structured:
    """Read `value; name=value; ...`, unfolded. Never raises; `flaws` says what had to be guessed.

    RFC 2231 sections and charsets are put together. QUIRK: encoded words in a value are decoded, though RFC 2047
    section 5 forbids them there; blanks in a value without quotes belong to it.
    """
    head, *rest = _segments(text)
    flaws: list[str] = []
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for segment in rest:
        if not segment.strip():
            continue
        name, equals, raw = segment.partition("=")
        matched = _NAME.fullmatch(name.strip())
        if matched is None or not equals:
            flaws.append("a parameter without a name or value")
            continue
        value = _value(raw.strip(), flaws)
        name = matched[1].lower()
        if matched[2] or matched[3]:
            number = int(matched[2] or 0)
            if number in sections.setdefault(name, {}):
                flaws.append("a parameter given twice")
            else:
                sections[name][number] = bool(matched[3]), value
        elif name in plain:
            flaws.append("a parameter given twice")
        else:
            if "=?" in value and (words := decode_words(value)) != value:
                flaws.append("an encoded word in a parameter")
                value = words
            plain[name] = value
    for name, numbered in sections.items():
        plain[name] = _joined(numbered, flaws)  # RFC 2231's form goes before the plain one, which is for old readers
    return Structured(head.strip(), tuple(plain.items()), tuple(dict.fromkeys(flaws)))


def _segments(text: str) -> Iterator[str]:
    """What stands between the semicolons, comments taken out."""
    part: list[str] = []
    at, size = 0, len(text)
    while at < size:
        lexeme = _LEXEME.match(text, at)
        assert lexeme is not None
        at = lexeme.end()
        found = lexeme[0]
        if found == ";":
            yield "".join(part)
            part = []
        elif found == "(" and (not part or part[-1][-1:] in (" ", "\t", '"')):
            at = _end_of_comment(text, at)
        else:
            # QUIRK: a parenthesis within a word, as in an unquoted `scan(2).pdf`, is taken for part of it.
            part.append(found)
    yield "".join(part)


def _end_of_comment(text: str, at: int) -> int:
    depth = 1
    for paren in _PAREN.finditer(text, at):
        depth += (paren[0] == "(") - (paren[0] == ")")
        if not depth:
            return paren.end()
    return len(text)


def _value(raw: str, flaws: list[str]) -> str:
    quoted = _QUOTED.fullmatch(raw)
    if quoted is None:
        if not _TOKEN.fullmatch(raw):
            flaws.append("a value that needs quotes")
        return raw
    if not quoted[2]:
        flaws.append("a quote that is not closed")
    elif quoted[3].strip():
        flaws.append("text after a quoted value")
    return _ESCAPE.sub(r"\1", quoted[1]) if "\\" in quoted[1] else quoted[1]


def _joined(numbered: dict[int, tuple[bool, str]], flaws: list[str]) -> str:
    """The sections of a value in their order, decoded (RFC 2231 sections 3 and 4)."""
    octets = b""
    charset = ""
    for number in range(len(numbered)):
        if number not in numbered:
            flaws.append("a section of a parameter is missing")
            break
        extended, text = numbered[number]
        if number == 0 and extended:
            charset, _, rest = text.partition("'")
            _, quote, rest = rest.partition("'")
            if quote:
                text = rest
            else:
                charset = ""
                flaws.append("no charset before an encoded value")
        raw = text.encode("utf-8", "surrogateescape" if text.isascii() else "replace")
        octets += _HEX.sub(lambda code: bytes((int(code[1], 16),)), raw) if extended else raw
    found = from_charset(octets, charset) if charset else None
    return readable(octets) if found is None else found


# Writing --------------------------------------------------------------------------------------------------------------


def format_parameters(value: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """`value; name=value; ...` on one line, ready to be folded; RFC 2231 for what is long or not US-ASCII."""
    return "; ".join((value, *(part for name, text in params for part in _parameter(name, text))))


def _parameter(name: str, value: str) -> Iterator[str]:
    if len(value) <= MAX_VALUE and value.isascii() and (value.isprintable() or not value):
        if _TOKEN.fullmatch(value):
            yield f"{name}={value}"
            return
        if "=?" not in value:  # else it would be taken for an encoded word
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            yield f'{name}="{escaped}"'
            return
    sections = ["utf-8''"]
    for character in value:
        code = "".join(map(_PERCENT.__getitem__, character.encode("utf-8", "replace")))
        if len(sections[-1]) + len(code) > _SECTION:
            sections.append("")
        sections[-1] += code
    if len(sections) == 1:
        yield f"{name}*={sections[0]}"
        return
    for number, section in enumerate(sections):
        yield f"{name}*{number}*={section}"
