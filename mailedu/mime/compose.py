"""A letter composed by a user agent, field by field and part by part."""

from __future__ import annotations

from typing import NamedTuple

from mailedu.mime.piece import Piece as Piece


class Attachment(NamedTuple):
    """A file that travels with the text."""

    filename: str
    type: str
    """Its media type, such as `image/png`."""
    octets: bytes


class Draft(NamedTuple):
    """What the writer has filled in."""

    sender: str
    """`Alice <alice@example.com>`"""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class Composed(NamedTuple):
    """A message and its envelope."""

    pieces: tuple[Piece, ...]
    """FIELD per header field, then BODY or PARTs; their octets joined are the message."""
    chunks: tuple[bytes, ...]
    reverse_path: str
    recipients: tuple[str, ...]


def compose(draft: Draft, *, date: float, zone: int = 0, message_id: str, boundary: str) -> Composed:
    """`date`: seconds since 1970; `zone`: minutes east of UTC; `message_id`: `<left@right>`; AddressError names a bad one."""
    raise NotImplementedError
