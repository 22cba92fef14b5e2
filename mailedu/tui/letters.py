"""The learner's own letters: files in a folder that other programs can read, and nothing that is not there."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple
from unicodedata import normalize

from mailedu.home import home as home

SUFFIX: Final = ".eml"
#: Octets of a letter that are read to find its subject.
_HEAD: Final = 64 * 1024
_STRANGE: Final = re.compile(r"[^a-z0-9]+")
#: A file name and no way out of the folder: no separator of any system, no drive, nothing hidden.
_NAME: Final = re.compile(r"[^./\\:\0][^/\\:\0]{0,200}\.eml")


class LetterError(ValueError):
    """Why a letter of one's own cannot be read or written: one clear line."""


class Own(NamedTuple):
    """A letter of one's own, as a list shows it."""

    name: str
    """Of the file."""
    subject: str
    """As it was written, so not safe to show; empty if the letter has none."""
    date: float
    """When it was written, seconds since 1970."""


def folder() -> Path:
    """Where the letters lie."""
    return home() / "letters"


def own_letters(most: int | None = None) -> list[Own]:
    """The letters that were kept, newest first; at most so many. What cannot be read is left out."""
    found: list[tuple[float, str]] = []
    with contextlib.suppress(OSError), os.scandir(folder()) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                about = entry.stat()
                if _NAME.fullmatch(entry.name) and stat.S_ISREG(about.st_mode) and about.st_size:
                    found.append((about.st_mtime, entry.name))
    found.sort(reverse=True)
    return list(_described(found, most))


def _described(found: list[tuple[float, str]], most: int | None) -> Iterator[Own]:
    for date, name in found if most is None else found[:most]:
        with contextlib.suppress(OSError):
            yield Own(name, subject_of(_read(folder() / name, _HEAD)), date)


def subject_of(octets: bytes) -> str:
    """The Subject of a letter, its encoded words decoded; empty if it has none. Foreign text."""
    from mailedu.mime.header import read_header

    header = read_header(octets, 0, min(len(octets), _HEAD))
    return next((field.value.strip() for field in header.fields if field.name.lower() == "subject"), "")


def read(name: str) -> bytes:
    """The octets of a letter. Raises LetterError if it is gone, or if this is no name of one."""
    try:
        return _read(_path(name))
    except OSError:
        raise _gone(name) from None


def subject(name: str) -> str:
    """The Subject of a letter that is kept, as `subject_of`. Raises LetterError as `read`."""
    try:
        return subject_of(_read(_path(name), _HEAD))
    except OSError:
        raise _gone(name) from None


def size(name: str) -> int:
    """How many octets a letter has. Raises LetterError as `read`."""
    try:
        return _path(name).stat().st_size
    except OSError:
        raise _gone(name) from None


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise LetterError(f"{name!r} is no name of a letter")
    return folder() / name


def _gone(name: str) -> LetterError:
    return LetterError(f"the letter {name} is not there any more")


def _read(path: Path, most: int = -1) -> bytes:
    if not path.is_file():  # a pipe would never end
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        return file.read(most)


def save(octets: bytes, about: str = "", when: datetime | None = None) -> str:
    """Keep a letter, whole or not at all; never in the place of another. Returns the name of its file.

    The name is made of the time (now, if none is given) and of what `about`, such as the subject, has of
    letters and digits.
    Raises LetterError where nothing can be written.
    """
    words = _STRANGE.sub("-", normalize("NFKD", about).encode("ascii", "ignore").decode().lower()).strip("-")
    stem = f"{when or datetime.now(UTC).astimezone():%Y-%m-%d-%H%M%S}-{words[:40].strip('-') or 'letter'}"
    try:
        folder().mkdir(parents=True, exist_ok=True)
        path = _reserved(stem)
        try:
            replace(path, octets)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LetterError(f"cannot keep the letter in {folder()}: {error.strerror or error}") from None
    return path.name


def _reserved(stem: str) -> Path:
    """A new, empty file, which nobody else can have been given."""
    k = 1
    while True:
        path = folder() / f"{stem}{f'-{k}' if k > 1 else ''}{SUFFIX}"
        try:
            path.open("xb").close()
        except FileExistsError:
            k += 1
            continue
        return path


def replace(path: Path, octets: bytes) -> None:
    """Write a file so that whoever looks sees the old one or the new one, and nothing between. Raises OSError."""
    with tempfile.NamedTemporaryFile(prefix=f".{path.name[:40]}.", dir=path.parent, delete=False) as file:
        written = Path(file.name)
        try:
            file.write(octets)
            file.close()
            written.replace(path)
        except BaseException:
            file.close()
            with contextlib.suppress(OSError):
                written.unlink()
            raise
