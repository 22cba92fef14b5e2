"""Files that are written: never over one that exists, unless that is asked for."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mailedu.text.screen import Screen


class TakenError(Exception):
    """There is such a file."""


def is_free(name: str, force: bool) -> bool:
    """Whether a file of that name may be written. What is no file of a disk (a pipe, /dev/null) has nothing to lose."""
    return force or not Path(name).is_file()


def open_file(name: str, force: bool) -> BinaryIO:
    """Open a file to be written. Raises TakenError, OSError, and ValueError for a name that is none."""
    path = Path(name)
    new = not force and not (path.exists() and not path.is_file())
    try:
        return path.open("xb" if new else "wb")
    except FileExistsError:
        raise TakenError from None


@contextmanager
def text_file(name: str, force: bool) -> Iterator[Screen]:
    """A file as a screen without colours, in UTF-8 with LF line ends. Raises as `open_file`."""
    with open_file(name, force) as file, io.TextIOWrapper(file, encoding="utf-8", newline="\n") as text:
        yield Screen(text)
