"""Lines of more than 998 octets, which SMTP does not carry: header lines are folded, bodies encoded.

Only the part concerned changes, and its decoded octets stay what they are (RFC 5322 section 2.1.1, RFC 2045 section 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailedu.mime.compose import MIME_VERSION
from mailedu.mime.encodings import MAX_LINE, TRANSPARENT, encode_base64, encode_quoted_printable, long_line, soft_end
from mailedu.mime.fields.folding import FoldError, fold_line
from mailedu.mime.header import Field
from mailedu.mime.parser import Part, parse
from mailedu.mime.piece import Piece


class ShortenError(ValueError):
    """A long line stands where it may be neither folded nor encoded: one clear line."""


class Edit(NamedTuple):
    """Octets put in the place of content[start:end]."""

    start: int
    end: int
    octets: bytes


def _start(edit: Edit) -> int:
    return edit.start


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The content with these edits; those at one place stand in the order given, and what is replaced is not again."""
    out: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=_start):
        if edit.start >= at:
            out += (content[at : edit.start], edit.octets)
            at = edit.end
    out.append(content[at:])
    return b"".join(out)


def shorten(content: bytes) -> tuple[bytes, list[Piece]]:
    """The message with no line of more than 998 octets, and FOLD, ADD and ENCODE pieces that say how.

    `content` has CRLF line ends. ShortenError or FoldError if a line cannot be helped.
    """
    message = parse(content)
    folds, encodings = list(_folds(message)), list(_encodings(message))
    shortened = edited(content, (edit for edit, _ in (*encodings, *folds)))
    pieces = [piece for _, piece in (*folds, *encodings) if piece is not None]
    at = long_line(shortened)
    if at >= 0:
        line = shortened[at : shortened.find(b"\r\n", at)]
        raise ShortenError(f"a line of {len(line):,} octets stands outside every body part, where it cannot be encoded")
    return shortened, pieces


def _folds(message: Part) -> Iterator[tuple[Edit, Piece]]:
    for part in message.walk():
        for field in part.headers:
            if long_line(field.raw) >= 0:
                octets = _folded(field)
                yield Edit(*field.span, octets), Piece("FOLD", field.name, octets)


def _folded(field: Field) -> bytes:
    lines = field.raw.split(b"\r\n")
    try:
        return b"\r\n".join(line if long_line(line) < 0 else fold_line(line) for line in lines)
    except FoldError as error:
        raise FoldError(f"{field.name}: {error}") from None


def _encodings(message: Part) -> Iterator[tuple[Edit, Piece | None]]:
    """Edits that encode each leaf with a long line, and say so in its header."""
    parts = list(message.walk())
    messages = {id(message), *(id(part.parts[0]) for part in parts if part.parts and not part.is_multipart)}
    marks = [b"--" + mark.encode("utf-8", "replace") for part in parts if (mark := part.params.get("boundary"))]
    for part in parts:
        if part.parts or long_line(part.source, *part.body_span) < 0:
            continue
        encoding, body = _encoded(part, marks)
        end = part.header_span[1]
        if any(found.name == "unfolded-parameter" for found in part.defects):
            end = part.headers[0].span[0]  # below that line other readers do not look for fields
        if id(part) in messages and part.field("mime-version") is None:
            yield Edit(end, end, MIME_VERSION), Piece("ADD", "MIME-Version", MIME_VERSION)
        declared = part.field("content-transfer-encoding")
        says = b"Content-Transfer-Encoding: %s\r\n" % encoding.encode("ascii")
        if declared is None:
            yield Edit(end, end, says), Piece("ENCODE", part.type, says)
        elif part.encoding != encoding:
            yield Edit(*declared.span, says), Piece("ENCODE", part.type, says)
        else:
            yield Edit(*declared.span, declared.raw), Piece("ENCODE", part.type, declared.raw)
        start = part.body_span[0]
        if start == part.header_span[1]:  # nothing parts header and body: now something must
            body = b"\r\n" + body
        yield Edit(*part.body_span, body), None


def _encoded(part: Part, marks: list[bytes]) -> tuple[str, bytes]:
    """Encoding and encoded body of a leaf: quoted-printable for text, else base64; what is encoded already, anew."""
    body = part.body()
    encoding = part.encoding
    if encoding in TRANSPARENT:
        if part.type.startswith(("multipart/", "message/")):
            raise ShortenError(
                f"a {part.type} part with a line of more than {MAX_LINE} octets, which may not be encoded"
            )
        encoding, payload = "quoted-printable" if part.type.startswith("text/") else "base64", body
    elif encoding in ("quoted-printable", "base64"):
        payload = part.decoded()
    else:
        raise ShortenError(f"a line of more than {MAX_LINE} octets in the unknown encoding {encoding!r}")
    ends = body.endswith(b"\r\n")
    encoded = encode_quoted_printable(payload) if encoding == "quoted-printable" else encode_base64(payload)
    if any(mark in encoded for mark in marks):
        encoding, encoded = "base64", encode_base64(payload)  # it would be cut at what now begins a line
    if encoding == "base64":
        return encoding, encoded if ends else encoded.removesuffix(b"\r\n")
    return encoding, soft_end(encoded) if ends and not encoded.endswith(b"\r\n") else encoded
