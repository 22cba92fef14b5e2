"""The texts of explanations, from TOML, each file when it is first needed.

A file is `content/explain/PROTOCOL/SECTION.toml`; a table is a key of the chain, such as `["RCPT@READY 503"]`. A text
may hold `{name}` of a value that the grammar found; where it was not found, the text does not serve and the next of the
chain does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from mailedu import content

_PLACE: Final = re.compile(r"\{([a-z]+)\}")
#: A value longer than this is cut in the middle: a text has three rows.
LONGEST: Final = 44
#: Values that count octets: from 1,000 on they are written as all our numbers are.
_COUNTS: Final = frozenset(("limit", "octets", "size"))


class Template(NamedTuple):
    """A text with places: literal, name, literal, name ... literal."""

    parts: tuple[str, ...]

    def fill(self, values: Mapping[str, str]) -> str | None:
        """The text with its places filled, or None if a value is missing."""
        parts = self.parts
        if len(parts) == 1:
            return parts[0]
        out = list(parts)
        for at in range(1, len(parts), 2):
            value = values.get(parts[at])
            if value is None:
                return None
            counts = parts[at] in _COUNTS and len(value) > 3 and value.isdecimal()
            out[at] = shortened(f"{int(value):,}" if counts and len(value) <= LONGEST else value)
        return "".join(out)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.parts[1::2])


def template(text: str) -> Template:
    """Cut a text at its places. Raises ValueError for braces that are none."""
    parts = tuple(_PLACE.split(text))
    if any("{" in part or "}" in part for part in parts[::2]):
        raise ValueError("a brace that is no {place}")
    return Template(parts)


def shortened(value: str) -> str:
    """A value fit for a sentence: at most LONGEST characters, its middle left out."""
    if len(value) <= LONGEST:
        return value
    head = LONGEST // 2
    return f"{value[:head]}…{value[-(LONGEST - head - 1) :]}"


class Text(NamedTuple):
    """One table of a file."""

    title: str
    what: Template
    why: Template
    rfc: tuple[str, ...]
    today: str
    erratum: str
    key: str


_STRINGS: Final = ("title", "what", "why", "today", "erratum")
_NEEDED: Final = ("title", "what", "why", "rfc")
#: A text of digits is put together: title and what from the first digit, why from the second.
_NEEDED_OF_FIRST: Final = ("title", "what", "rfc")
_NEEDED_OF_SECOND: Final = ("why", "rfc")


@cache
def texts(protocol: str, section: str) -> Mapping[str, Text]:
    """All texts of a file by their headers; none if there is no such file. Raises `content.ContentError`."""
    name = f"explain/{protocol}/{section}.toml"
    try:
        tables = content.load(name)
    except FileNotFoundError:
        return {}
    return {header: _text(name, header, table, f"{protocol}/{section}/{header}") for header, table in tables.items()}


def _text(name: str, header: str, table: Any, key: str, needed: Iterable[str] = _NEEDED) -> Text:
    if not isinstance(table, dict):
        raise content.wrong(name, (header,), "stands outside a table")
    for field, value in table.items():
        if field in _STRINGS:
            if not isinstance(value, str):
                raise content.wrong(name, (header, field), "a text is wanted")
        elif field != "rfc":
            raise content.wrong(name, (header, field), f"unknown; known are {', '.join((*_STRINGS, 'rfc'))}")
    for field in needed:
        if not table.get(field):
            raise content.wrong(name, (header,), f"lacks {field}")
    rfc = table["rfc"]
    if not isinstance(rfc, list) or not all(isinstance(item, str) for item in rfc):
        raise content.wrong(name, (header, "rfc"), "a list of citations is wanted")
    made = {}
    for field in ("what", "why"):
        try:
            made[field] = template(table.get(field, ""))
        except ValueError as error:
            raise content.wrong(name, (header, field), str(error)) from None
    extra = table.get("today", ""), table.get("erratum", "")
    return Text(table.get("title", ""), made["what"], made["why"], tuple(rfc), *extra, key)


@cache
def meanings() -> Mapping[str, Mapping[str, Template]]:
    """Name of a span -> what it is about -> what it means; the empty one serves all others."""
    name = "explain/spans.toml"
    found: dict[str, dict[str, Template]] = {}
    for span, entries in content.load(name).items():
        if not isinstance(entries, dict) or not isinstance(entries.get(""), str):
            raise content.wrong(name, (span,), 'lacks "", which serves all others')
        for about, text in entries.items():
            if not isinstance(text, str):
                raise content.wrong(name, (span, about), "a text is wanted")
            try:
                found.setdefault(span, {})[about] = template(text)
            except ValueError as error:
                raise content.wrong(name, (span, about), str(error)) from None
    return found


@cache
def digits() -> tuple[Mapping[str, Text], Mapping[str, str]]:
    """What digits say: by the first (`5`) and the second (`x5`), and the meaning of each `position.digit`."""
    name = "explain/smtp/digits.toml"
    tables = content.load(name)
    meaning = tables.pop("digits", None)
    if not isinstance(meaning, dict) or not all(isinstance(text, str) for text in meaning.values()):
        raise content.wrong(name, ("digits",), "a table of texts is wanted")
    found = {}
    for header, table in tables.items():
        needed = _NEEDED_OF_SECOND if header[0] == "x" else _NEEDED_OF_FIRST if header.isdigit() else _NEEDED
        found[header] = _text(name, header, table, f"smtp/digits/{header}", needed)
    return found, meaning
