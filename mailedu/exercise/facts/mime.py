"""Facts about the parts of a message: their types, and what is wrong with them (RFC 2045, 2046)."""

from __future__ import annotations

from mailedu.exercise.facts import About, fact
from mailedu.exercise.facts.letter import message


@fact("mime.types")
def types(about: About) -> list[str]:
    """The types of all parts that hold something, in their order: `text/plain`, `image/png`."""
    return [part.type for part in message(about).walk() if not part.parts and not part.type.startswith("multipart/")]


@fact("mime.defects")
def defects(about: About) -> list[str]:
    """The names of all defects, in the order in which they stand; empty: the message is whole."""
    return [one.name for one in message(about).all_defects()]


@fact("mime.parts")
def parts(about: About) -> int:
    """How many parts the message has that hold something."""
    return len(types(about))
