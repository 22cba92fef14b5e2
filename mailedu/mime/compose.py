"""A letter composed by a user agent, field by field and part by part (RFC 5322 section 3.6, RFC 2045, 2046).

US-ASCII text in short lines is a plain message without MIME fields. Other text becomes UTF-8 in quoted-printable
(base64 where that is shorter), and with an attachment the message becomes a multipart/mixed. The octets of the
pieces, joined, are the message. The empty line that ends the header begins the BODY; of a multipart it is the line
end of the first delimiter, so that each PART begins with the CRLF of its own delimiter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from mailedu.mime.encodings import choose_encoding, encode_base64, encode_quoted_printable, has_only_crlf, long_line
from mailedu.mime.fields.addresses import AddressError as AddressError
from mailedu.mime.fields.addresses import Mailbox, addresses, format_mailbox
from mailedu.mime.fields.dates import format_date
from mailedu.mime.fields.folding import SHOULD, fold, unstructured
from mailedu.mime.fields.parameters import format_parameters
from mailedu.mime.fields.words import MAX_WORD_LINE
from mailedu.mime.piece import Piece as Piece

#: Pieces of more octets are chunks of their own.
LARGE: Final = 65_536


class Attachment(NamedTuple):
    """A file that travels with the text."""

    filename: str
    type: str
    """Its media type, such as `image/png`."""
    octets: bytes


class Draft(NamedTuple):
    """What the writer has filled in. Each address may carry a name: `Alice <alice@example.com>`."""

    sender: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class Composed(NamedTuple):
    """A message and its envelope."""

    pieces: tuple[Piece, ...]
    """FIELD per header field, then one BODY, or a PART per body part; their octets joined are the message."""
    chunks: tuple[bytes, ...]
    """The message again; a large part is a chunk of its own, the same object as in its piece."""
    reverse_path: str
    recipients: tuple[str, ...]
    """Those of To, Cc and Bcc, each once, in this order."""


class BodyPart(NamedTuple):
    """A body part that is ready: its header fields, each with CRLF, and its encoded body."""

    type: str
    fields: tuple[bytes, ...]
    body: bytes


# The letter -----------------------------------------------------------------------------------------------------------


def compose(draft: Draft, *, date: float, zone: int | None = 0, message_id: str, boundary: str) -> Composed:
    """The message that a draft becomes, and its envelope.

    `date`: seconds since 1970; `zone`: minutes east of UTC; `message_id`: with its angle brackets; `boundary`: used
    if there are attachments. Bcc is part of the envelope alone. AddressError names the first bad address.
    """
    large = sum(len(each.octets) for each in draft.attachments) > LARGE
    return (_compose_large if large else _compose_small)(draft, date, zone, message_id, boundary)


def _compose(draft: Draft, date: float, zone: int | None, message_id: str, boundary: str) -> Composed:
    sender = one_mailbox(draft.sender, "From")
    people = [
        (name, [mailbox for each in listed for mailbox in addresses(each, name)])
        for name, listed in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc))
    ]
    pieces = [
        Piece("FIELD", "Date", fold("Date", format_date(date, zone))),
        Piece("FIELD", "From", address_field("From", (sender,))),
    ]
    pieces += (Piece("FIELD", name, address_field(name, named)) for name, named in people[:2] if named)
    if draft.subject:
        pieces.append(Piece("FIELD", "Subject", unstructured("Subject", draft.subject)))
    pieces.append(Piece("FIELD", "Message-ID", fold("Message-ID", message_id)))
    pieces += _content(draft, boundary)
    return Composed(
        tuple(pieces),
        gather(piece.octets for piece in pieces),
        sender.address,
        unique(mailbox.address for _, named in people for mailbox in named),
    )


# A journey that is played again composes the same letter again.
_compose_small = lru_cache(maxsize=64)(_compose)
_compose_large = lru_cache(maxsize=1)(_compose)


def one_mailbox(text: str, field: str) -> Mailbox:
    """The one mailbox that `text` names; AddressError if it names none or more."""
    found = addresses(text, field)
    if len(found) != 1:
        raise AddressError(text, "one address is wanted" if found else "no address", field)
    return found[0]


def address_field(name: str, mailboxes: Iterable[Mailbox]) -> bytes:
    """A folded field that lists mailboxes."""
    value = ", ".join(map(format_mailbox, mailboxes))
    return fold(name, value, MAX_WORD_LINE if "=?" in value else SHOULD)


def unique(found: Iterable[str]) -> tuple[str, ...]:
    """Each address once, as it was first written; domains are the same in any case (RFC 5321 section 2.4)."""
    seen: dict[str, str] = {}
    for address in found:
        local, _, domain = address.rpartition("@")
        seen.setdefault(f"{local}@{domain.lower()}", address)
    return tuple(seen.values())


def gather(octets: Iterable[bytes]) -> tuple[bytes, ...]:
    """Small pieces joined to chunks; a large one stays the object that it is."""
    chunks: list[bytes] = []
    small: list[bytes] = []
    for each in octets:
        if len(each) > LARGE:
            if small:
                chunks.append(b"".join(small))
                small = []
            chunks.append(each)
        else:
            small.append(each)
    if small:
        chunks.append(b"".join(small))
    return tuple(chunks)


# Its content ----------------------------------------------------------------------------------------------------------


def _content(draft: Draft, boundary: str) -> list[Piece]:
    """The MIME fields, if any are needed, and what follows the header."""
    text = text_part(draft.text)
    if draft.attachments:
        parts = [*([text] if draft.text else []), *map(_attachment_part, draft.attachments)]
        return multipart("multipart/mixed", parts, boundary)
    if len(text.fields) == 1:  # no encoding: a plain message needs no MIME
        return [Piece("BODY", text.type, b"\r\n" + text.body)]
    mime = [Piece("FIELD", field.partition(b":")[0].decode("ascii"), field) for field in (MIME_VERSION, *text.fields)]
    return [*mime, Piece("BODY", text.type, b"\r\n" + text.body)]


MIME_VERSION: Final = b"MIME-Version: 1.0\r\n"


def multipart(
    type_: str, parts: Sequence[BodyPart], boundary: str, params: Sequence[tuple[str, str]] = ()
) -> list[Piece]:
    """MIME-Version, Content-Type and a PART for each part; `type_` is `multipart/mixed` or another multipart.

    A PART goes from the line end before its delimiter to the one before the next; the last has the closing delimiter
    too. A boundary that occurs in a part gets an `x` at its end until it does not.
    """
    while any(b"--" + boundary.encode("ascii") in part.body for part in parts):
        boundary += "x"
    content_type = fold("Content-Type", format_parameters(type_, (*params, ("boundary", boundary))))
    pieces = [Piece("FIELD", "MIME-Version", MIME_VERSION), Piece("FIELD", "Content-Type", content_type)]
    delimiter = b"\r\n--" + boundary.encode("ascii")
    last = len(parts) - 1
    for number, part in enumerate(parts):
        closing = delimiter + b"--\r\n" if number == last else b""
        octets = b"".join((delimiter, b"\r\n", *part.fields, b"\r\n", part.body, closing))
        pieces.append(Piece("PART", part.type, octets))
    return pieces


def text_part(text: str) -> BodyPart:
    """A text with CRLF line ends, the last line's too, as a body part: US-ASCII as it stands, else encoded UTF-8."""
    octets = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    if octets and not octets.endswith(b"\r\n"):
        octets += b"\r\n"
    encoding = choose_encoding(octets)
    if encoding == "7bit":
        return BodyPart("text/plain", (fold("Content-Type", "text/plain; charset=us-ascii"),), octets)
    fields = (
        fold("Content-Type", "text/plain; charset=utf-8"),
        fold("Content-Transfer-Encoding", encoding),
    )
    body = encode_quoted_printable(octets) if encoding == "quoted-printable" else encode_base64(octets)
    return BodyPart("text/plain", fields, body)


def _attachment_part(attachment: Attachment) -> BodyPart:
    """A file as base64, with its type and name. A message is not encoded but stays as it is (RFC 2046 section 5.2.1).

    If it cannot, for a long line, or is a multipart without its header, it goes as application/octet-stream.
    """
    name, type_, octets = attachment
    disposition = fold("Content-Disposition", format_parameters("attachment", [("filename", name)] if name else []))
    if type_.lower() == "message/rfc822":
        message = octets if has_only_crlf(octets) else b"\r\n".join(octets.splitlines())
        if long_line(message) < 0 and b"\0" not in message:
            eight = () if message.isascii() else (fold("Content-Transfer-Encoding", "8bit"),)
            return BodyPart(type_, (fold("Content-Type", type_), disposition, *eight), message)
    if type_.lower().startswith(("message/", "multipart/")):
        type_ = "application/octet-stream"
    fields = (fold("Content-Type", type_), disposition, fold("Content-Transfer-Encoding", "base64"))
    return BodyPart(type_, fields, encode_base64(octets).removesuffix(b"\r\n"))
