"""A real message or text from a file, made ready to be sent."""

from __future__ import annotations

from typing import Final, NamedTuple

from mailedu.mime.piece import Piece as Piece

#: Octets of the largest file that is taken.
MAX_INPUT: Final = 104_857_600


class InputError(ValueError):
    """Why a file cannot be sent: one clear line."""


class Prepared(NamedTuple):
    """A message ready to be sent, and what was done to make it so."""

    changes: tuple[Piece, ...]
    chunks: tuple[bytes, ...]
    reverse_path: str
    recipients: tuple[str, ...]


def prepare(
    octets: bytes,
    *,
    sender: str = "Alice <alice@example.com>",
    recipient: str = "Bob <bob@example.net>",
    date: float,
    zone: int = 0,
    message_id: str,
    name: str = "",
) -> Prepared:
    """`name` of the file, for FILE. `date`: seconds since 1970; `zone`: minutes east of UTC. Raises InputError."""
    raise NotImplementedError
