"""A step of composing or preparing a message: what was done, to what, and the octets concerned."""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    """One thing that a user agent does to a message."""

    verb: str
    """FIELD, BODY, PART when it composes; FILE, MBOX, LINE_ENDS, REMOVE, ADD, ENCODE, FOLD when it prepares a file."""
    name: str
    """The field's name, the part's media type, or what else tells this piece from its like."""
    octets: bytes
    """The field, line or part concerned."""
