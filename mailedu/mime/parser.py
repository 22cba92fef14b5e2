"""Octets to a tree of parts, for any octets at all, with spans into them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

Span = tuple[int, int]
"""[start, end) octets of the input."""


class Field(NamedTuple):
    """A header field."""

    name: str
    raw: bytes
    """The whole field as it stands in the input, its last line end included."""
    span: Span

    @property
    def value(self) -> str:
        """Unfolded, encoded words decoded."""
        raise NotImplementedError


class Defect(NamedTuple):
    """Something that a message should not have."""

    name: str
    octet: int
    text: str


class Part:
    """A message or body part: its header, its body and the parts in it."""

    headers: tuple[Field, ...]
    header_span: Span
    body_span: Span
    type: str
    params: dict[str, str]
    encoding: str
    parts: tuple[Part, ...]
    defects: tuple[Defect, ...]

    @property
    def charset(self) -> str: ...  # type: ignore[empty-body]
    @property
    def filename(self) -> str: ...  # type: ignore[empty-body]
    @property
    def disposition(self) -> str: ...  # type: ignore[empty-body]
    def decoded(self) -> bytes: ...  # type: ignore[empty-body]
    def text(self) -> str: ...  # type: ignore[empty-body]
    def walk(self) -> Iterator[Part]: ...  # type: ignore[empty-body]
    def as_bytes(self) -> bytes: ...  # type: ignore[empty-body]


def parse(octets: bytes) -> Part:
    """Never raises."""
    raise NotImplementedError
