"""Octets to a tree of parts, for any octets at all, with the place of each part, field and defect (RFC 2045, 2046).

Nothing is copied but header fields: a part knows where it stands in the input, which it shares, and decodes itself when
asked. Bodies are searched by `find` alone, so a large attachment costs a few milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mailedu.mime.defects import Defect as Defect
from mailedu.mime.defects import defect
from mailedu.mime.encodings import TRANSPARENT, decode, flaw, long_line
from mailedu.mime.fields.charsets import readable
from mailedu.mime.fields.parameters import Structured, parse_parameters
from mailedu.mime.fields.words import unfold
from mailedu.mime.header import Field as Field
from mailedu.mime.header import Header, read_header
from mailedu.mime.header import Span as Span
from mailedu.mime.multipart import BOUNDARY, cut, lookalikes

#: Parts nested deeper, and more parts in all, are not looked at.
MAX_DEPTH: Final = 100
MAX_PARTS: Final = 10_000

_TYPE: Final = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+/[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+", re.ASCII)
_KNOWN: Final = TRANSPARENT | {"quoted-printable", "base64"}
_MESSAGES: Final = frozenset(("message/rfc822", "message/global"))
_MIME_FIELDS: Final = frozenset(("content-type", "content-transfer-encoding", "content-disposition", "mime-version"))
_NOWHERE: Final = Structured("", (), ())


@dataclass(frozen=True, slots=True)
class Part:
    """A message or body part. Spans are [start, end) octets of the whole input."""

    source: bytes = field(repr=False)
    """The whole input."""
    headers: tuple[Field, ...]
    header_span: Span
    """The fields, without the empty line that ends them."""
    body_span: Span
    type: str
    """`text/plain`, in lower case: declared, or the default."""
    params: Mapping[str, str]
    """Of Content-Type; names in lower case."""
    encoding: str
    """The content transfer encoding, in lower case; `7bit` where none is declared."""
    parts: tuple[Part, ...]
    """Of a multipart its body parts; of a message/rfc822 the message that it carries."""
    preamble_span: Span | None
    """What stands before the first delimiter of a multipart; None for other types."""
    epilogue_span: Span | None
    """What stands behind its closing delimiter."""
    defects: tuple[Defect, ...]
    """What is wrong with this part itself, in the order of the octets. See `all_defects`."""

    # What the header says ---------------------------------------------------------------------------------------------

    def field(self, name: str) -> Field | None:
        """The first field of that name, in any case."""
        name = name.lower()
        for each in self.headers:
            if each.name.lower() == name:
                return each
        return None

    def value(self, name: str) -> str:
        """The first field of that name as a person reads it; empty if there is none."""
        found = self.field(name)
        return found.value if found else ""

    @property
    def charset(self) -> str | None:
        """As declared, in lower case."""
        charset = self.params.get("charset")
        return charset.lower() if charset else None

    @property
    def disposition(self) -> str | None:
        """`inline`, `attachment` or what else is declared, in lower case (RFC 2183)."""
        return self._disposition.value.lower() or None

    @property
    def filename(self) -> str | None:
        """From Content-Disposition, else the `name` of Content-Type. It may hold anything: paths, controls, escapes."""
        return self._disposition.get("filename") or self.params.get("name") or None

    @property
    def _disposition(self) -> Structured:
        found = self.field("content-disposition")
        return parse_parameters(_unfolded(found)) if found else _NOWHERE

    @property
    def is_multipart(self) -> bool:
        return self.type.startswith("multipart/")

    # What it holds ----------------------------------------------------------------------------------------------------

    def as_bytes(self) -> bytes:
        """The part as it stands in the input; of the whole message, the input."""
        return self.source[self.header_span[0] : self.body_span[1]]

    def body(self) -> bytes:
        """The body as it stands in the input."""
        return self.source[self.body_span[0] : self.body_span[1]]

    def decoded(self) -> bytes:
        """The body without its transfer encoding; of a composite, which has none, as it stands."""
        return self.body() if self.parts else decode(self.body(), self.encoding)

    def text(self) -> str:
        """The decoded body as characters, line ends as newlines. Of an unknown charset: what can be read of it."""
        text = readable(self.decoded(), self.charset or "us-ascii")
        return text.replace("\r\n", "\n") if "\r" in text else text

    def walk(self) -> Iterator[Part]:
        """This part and all in it, in the order of their headers."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))

    # What is wrong with it --------------------------------------------------------------------------------------------

    def all_defects(self) -> tuple[Defect, ...]:
        """The defects of this part and all in it, in the order of the octets. Payloads are not looked at."""
        return tuple(sorted((each for part in self.walk() for each in part.defects), key=_octet))

    def encoding_defect(self) -> Defect | None:
        """What is wrong with the encoded body; it reads the whole of it, so it is asked for apart."""
        found = None if self.parts else flaw(self.body(), self.encoding)
        return defect(f"bad-{self.encoding}", self.body_span[0] + found.at, found.text) if found else None


def _octet(found: Defect) -> int:
    return found.octet


def _unfolded(found: Field) -> str:
    return readable(unfold(found.body))


# Parsing --------------------------------------------------------------------------------------------------------------


def parse(octets: bytes) -> Part:
    """The tree of a message. Total: any octets give one; what is wrong stands in `defects`.

    Lines end in CRLF or LF. `parse(octets).as_bytes() == octets`.
    """
    parser = _Parser(bytes(octets))
    return parser.part(0, len(octets), "text/plain", 0, is_message=True)


class _Parser:
    """What all parts of one input share."""

    __slots__ = ("ascii", "octets", "room")

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.ascii = octets.isascii()
        self.room = MAX_PARTS

    def part(self, start: int, end: int, default: str, depth: int, *, is_message: bool) -> Part:
        """octets[start:end] as a message or body part; `default` is its type if it declares none."""
        header = read_header(self.octets, start, end)
        defects = list(header.defects)
        mime = _mime_fields(header, defects)
        if (
            is_message
            and "mime-version" not in mime
            and ("content-type" in mime or "content-transfer-encoding" in mime)
        ):
            place = mime.get("content-type") or mime["content-transfer-encoding"]
            defects.append(defect("no-mime-version", place.span[0]))
        type_, params = self._type(mime.get("content-type"), default, defects)
        encoding = _encoding(mime.get("content-transfer-encoding"), defects)
        body = (header.body, end)
        parts: tuple[Part, ...] = ()
        preamble = epilogue = None
        major = type_.partition("/")[0]
        if encoding not in TRANSPARENT and (major == "multipart" or type_ in _MESSAGES):
            defects.append(defect("encoded-composite", mime["content-transfer-encoding"].span[0], major, encoding))
        if depth >= MAX_DEPTH and (major == "multipart" or type_ in _MESSAGES):
            defects.append(defect("too-deep", body[0], MAX_DEPTH))
        elif major == "multipart":
            declared = mime["content-type"].span[0]
            preamble, parts, epilogue = self._multipart(header, body, type_, params, depth, declared, defects)
        elif type_ in _MESSAGES and encoding in TRANSPARENT:
            parts = (self.part(*body, "text/plain", depth + 1, is_message=True),)
        if not parts:
            self._leaf(body, encoding, defects)
        if depth == 0:
            at = long_line(self.octets)
            if at >= 0:
                defects.append(defect("long-line", at))
        defects.sort(key=_octet)
        return Part(
            self.octets,
            header.fields,
            header.span,
            body,
            type_,
            params,
            encoding,
            parts,
            preamble,
            epilogue,
            tuple(defects),
        )

    def _type(self, found: Field | None, default: str, defects: list[Defect]) -> tuple[str, Mapping[str, str]]:
        if found is None:
            return default, {}
        declared = parse_parameters(_unfolded(found))
        defects.extend(defect("bad-parameter", found.span[0], _sentence(why), found.name) for why in declared.flaws)
        if _TYPE.fullmatch(declared.value) is None:
            defects.append(defect("bad-content-type", found.span[0]))
            return "text/plain", {}
        return declared.value.lower(), dict(declared.params)

    def _multipart(
        self,
        header: Header,
        body: Span,
        type_: str,
        params: Mapping[str, str],
        depth: int,
        declared: int,
        defects: list[Defect],
    ) -> tuple[Span | None, tuple[Part, ...], Span | None]:
        octets, (start, end) = self.octets, body
        boundary = params.get("boundary", "").rstrip(" ")
        if not boundary:
            defects.append(defect("no-boundary", declared))
            # What the writer may have meant: it serves to name what else is wrong, not to part the body.
            meant = parse_parameters(f"x; {readable(header.stray).strip()}").get("boundary") or ""
            if meant:
                defects.extend(lookalikes(octets, start, end, meant.encode("utf-8", "replace")))
                defects.append(defect("no-closing-delimiter", end))
            return None, (), None
        if BOUNDARY.fullmatch(boundary) is None:
            defects.append(defect("bad-boundary", declared))
        mark = boundary.encode("utf-8", "replace")
        found = cut(octets, start, end, mark, self.room)
        self.room -= len(found.parts)
        default = "message/rfc822" if type_ == "multipart/digest" else "text/plain"
        parts = tuple(self.part(*span, default, depth + 1, is_message=False) for span in found.parts)
        if not parts:
            defects.append(defect("no-delimiter", start))
        if not found.whole:
            defects.append(defect("too-many-parts", found.epilogue[0], MAX_PARTS))
        elif not found.closed:
            defects.append(defect("no-closing-delimiter", end))
        if not found.closed or len(parts) < 2:
            defects.extend(lookalikes(octets, start, end, mark))
        else:
            defects.extend(lookalikes(octets, *found.preamble, mark))
        return found.preamble, parts, found.epilogue

    def _leaf(self, body: Span, encoding: str, defects: list[Defect]) -> None:
        if not self.ascii and encoding == "7bit" and not self.octets[body[0] : body[1]].isascii():
            defects.append(defect("8bit-in-7bit", body[0]))


def _mime_fields(header: Header, defects: list[Defect]) -> dict[str, Field]:
    """The fields that MIME defines, by lower-case name; the first of each counts."""
    mime: dict[str, Field] = {}
    for each in header.fields:
        name = each.name.lower()
        if name in _MIME_FIELDS:
            if name in mime:
                defects.append(defect("field-repeated", each.span[0], each.name))
            else:
                mime[name] = each
    disposition = mime.get("content-disposition")
    if disposition is not None:
        flaws = parse_parameters(_unfolded(disposition)).flaws
        defects.extend(defect("bad-parameter", disposition.span[0], _sentence(why), disposition.name) for why in flaws)
    return mime


def _encoding(found: Field | None, defects: list[Defect]) -> str:
    if found is None:
        return "7bit"
    encoding = parse_parameters(_unfolded(found)).value.lower()
    if encoding not in _KNOWN:
        defects.append(defect("unknown-encoding", found.span[0], encoding or "Nothing"))
    return encoding


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
