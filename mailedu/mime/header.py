"""A header section parted into fields, with the place of each."""

from __future__ import annotations

import re
from typing import Final, NamedTuple, TypeAlias

from mailedu.mime.defects import Defect, defect
from mailedu.mime.fields.words import decoded

Span: TypeAlias = tuple[int, int]
"""[start, end): offsets of octets in the whole input."""

#: Name, colon, the rest of the line and the lines folded to it (RFC 5322 sections 2.2 and 3.6.8).
#: QUIRK: blanks before the colon are obsolete and taken (section 4.5.8). Possessive, so that no input takes long.
FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z)")
_PARAMETER: Final = re.compile(rb"[A-Za-z][A-Za-z0-9*-]*[ \t]*=[ \t]*[^\r\n]")
_MBOX: Final = re.compile(rb">?From [^\n]*\n")


class Field(NamedTuple):
    """A header field."""

    name: str
    raw: bytes
    """The whole field as it stands in the input, from its name to its last line end."""
    span: Span
    """Where `raw` stands."""

    @property
    def body(self) -> bytes:
        """What follows the colon, still folded."""
        return self.raw[self.raw.index(b":") + 1 :]

    @property
    def value(self) -> str:
        """The body as a person reads it: unfolded, encoded words decoded."""
        return decoded(self.body)


class Header(NamedTuple):
    """A header section, and where the body begins."""

    fields: tuple[Field, ...]
    span: Span
    """The fields; the empty line that ends them is not in it."""
    body: int
    """Where the body begins: behind the empty line, if there is one."""
    defects: tuple[Defect, ...]
    stray: bytes
    """A parameter that stood in the first column, else empty."""


def read_header(octets: bytes, start: int, end: int) -> Header:
    """Part octets[start:end] into fields, up to the empty line or to the first line that is neither field nor fold.

    That line then begins the body, as if the empty line had been there. Lines end in CRLF or LF.
    """
    fields: list[Field] = []
    defects: list[Defect] = []
    stray = b""
    at = start
    mbox = _MBOX.match(octets, start, end)
    if mbox is not None:
        defects.append(defect("mbox-line", start))
        at = mbox.end()
    match = FIELD.match
    while at < end:
        found = match(octets, at, end)
        if found is not None:
            stop = found.end()
            fields.append(Field(found[1].decode("ascii"), found[0], (at, stop)))
            at = stop
            continue
        line = octets[at : at + 2]
        if line == b"\r\n":
            return Header(tuple(fields), (start, at), min(at + 2, end), tuple(defects), stray)
        if line[:1] == b"\n":
            return Header(tuple(fields), (start, at), at + 1, tuple(defects), stray)
        next_line = octets.find(b"\n", at, end) + 1 or end
        if fields and fields[-1].raw.rstrip().endswith(b";") and _PARAMETER.match(octets, at, end):
            defects.append(defect("unfolded-parameter", at))
            stray = stray or octets[at:next_line]
        elif line[:1] in (b" ", b"\t") and not fields and FIELD.match(octets, next_line, end):
            defects.append(defect("fold-without-field", at))
        else:
            defects.append(defect("no-blank-line", at))
            break
        at = next_line
    return Header(tuple(fields), (start, at), at, tuple(defects), stray)
