"""Texts and tables as data: TOML that a teacher can read, translate and add to. Loaded when first needed.

A name is a path below this folder, `explain/smtp/commands.toml`. Whoever finds something wrong in a file raises
`ContentError` with file, line and key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from mailedu.content.locate import line_of


class ContentError(ValueError):
    """Something is wrong in a content file; the message names file, line and key."""


def read(name: str) -> str:
    """The text of a content file. Raises FileNotFoundError."""
    return resources.files(__name__).joinpath(name).read_text("utf-8")


def octets(name: str) -> bytes:
    """The octets of a content file, such as an attachment. Raises FileNotFoundError."""
    return resources.files(__name__).joinpath(name).read_bytes()


def load(name: str) -> dict[str, Any]:
    """A TOML file as a dict. Raises FileNotFoundError, and ContentError where it is no TOML."""
    try:
        return tomllib.loads(read(name))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"content/{name}: {error}") from None


def names(folder: str, suffix: str = ".toml") -> list[str]:
    """The content files right below `folder`, in alphabetical order; none if there is no such folder."""
    place = resources.files(__name__).joinpath(folder)
    if not place.is_dir():
        return []
    return sorted(f"{folder}/{entry.name}" for entry in place.iterdir() if entry.name.endswith(suffix))


def wrong(name: str, path: Sequence[str | int], why: str) -> ContentError:
    """The error for what stands at `path` (tables, then key) in the file `name`: its line, and why it is wrong."""
    line = line_of(read(name), path)
    key = ".".join(str(part) for part in path)
    return ContentError(f"content/{name}, line {line}: {key}: {why}")
