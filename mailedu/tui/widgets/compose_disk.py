"""Files that somebody names by typing a path: completed, looked at, and read; or why not, in a line."""

from __future__ import annotations

import mimetypes
import os
import stat
from pathlib import Path
from typing import Final

from textual.suggester import Suggester

from mailedu.visible import visible

#: Names in a folder that are looked at, and offered.
_LOOKED_AT: Final = 5000
_OFFERED: Final = 12
#: The tables that come with Python, and nothing of this computer's: the same file has the same type everywhere.
_TYPES: Final = mimetypes.MimeTypes()


class FileError(ValueError):
    """Why a file cannot be taken, in one line."""


def path_of(typed: str) -> Path:
    """The path that was typed, or dropped into the terminal: quotes around it go, `~` is the home folder."""
    typed = typed.strip()
    if len(typed) > 1 and typed[0] == typed[-1] and typed[0] in "'\"":
        typed = typed[1:-1]
    elif os.sep == "/" and "\\ " in typed:
        typed = typed.replace("\\ ", " ")
    return Path(os.path.expanduser(typed))  # noqa: PTH111 - Path.expanduser raises where nobody has that name


def size_of(path: Path, most: int) -> int:
    """Octets of a plain file. FileError if there is none, or it has more than `most`."""
    try:
        about = path.stat()
    except (OSError, ValueError) as error:
        raise FileError(f"{_shown(path)}: {_why(error)}") from None
    if stat.S_ISDIR(about.st_mode):
        raise FileError(f"{_shown(path)} is a folder: name a file in it")
    if not stat.S_ISREG(about.st_mode):
        raise FileError(f"{_shown(path)} is no plain file")
    if about.st_size > most:
        raise FileError(f"{_shown(path)} has {about.st_size:,} octets: at most {most:,} can be sent")
    return about.st_size


def read(path: Path, most: int) -> bytes:
    """The octets of a plain file of at most `most`. FileError."""
    size_of(path, most)
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise FileError(f"{_shown(path)}: {_why(error)}") from None


def type_of(name: str) -> str:
    """The media type that goes with a file's name."""
    if name.lower().endswith(".eml"):
        return "message/rfc822"
    guessed, coding = _TYPES.guess_type(f"file/{name}")
    return guessed if guessed and not coding else "application/octet-stream"


def matches(typed: str) -> list[str]:
    """What may be meant by the beginning of a path: each as it would be typed, folders with a slash at the end."""
    if not typed.strip():
        return []
    head, _, start = typed.replace(os.sep, "/").rpartition("/")
    folder = path_of(head or ("/" if typed.startswith("/") else "."))
    before = typed[: len(typed) - len(start)]
    found = []
    try:
        with os.scandir(folder) as entries:
            for _n, entry in zip(range(_LOOKED_AT), entries, strict=False):
                name = entry.name
                if not name.startswith(start) or (name.startswith(".") and not start) or visible(name) != name:
                    continue
                found.append(before + name + ("/" if entry.is_dir() else ""))
    except (OSError, ValueError):
        return []
    return sorted(found)[:_OFFERED]


class Paths(Suggester):
    """Completes a path."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        found = [one for one in matches(value) if one != value]
        return found[0] if found else None


def octets_in_words(size: int) -> str:
    """`1 octet`, `25,600,000 octets`."""
    return f"{size:,} octet{'' if size == 1 else 's'}"


def _shown(path: Path) -> str:
    return visible(path.name or str(path))


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read"
    return "it cannot be read"
