"""What a person sees of a message: its text, its attachments, the outline of its parts."""

from __future__ import annotations

from typing import NamedTuple

from mailedu.mime.parser import Part


class Enclosed(NamedTuple):
    """An attachment as a reader sees it listed."""

    filename: str
    type: str
    size: int
    """Decoded octets."""


class Reading(NamedTuple):
    """The text as a person reads it, and what else came with it."""

    text: str
    attachments: tuple[Enclosed, ...]


def reading(part: Part) -> Reading:
    raise NotImplementedError


def outline(part: Part) -> tuple[str, ...]:
    raise NotImplementedError
