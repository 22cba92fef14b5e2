"""Exercises and sets by name: where their files are, and which ones a word means."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import mailedu
from mailedu.content.locate import line_of
from mailedu.exercise import form
from mailedu.exercise.model import Exercise, ExerciseError, Set

#: The folder of sets, beside those of the topics.
SETS: Final = "sets"
_SUFFIX: Final = ".toml"
_SET_KEYS: Final = ("title", "about", "exercises")


def shipped() -> Path:
    """The folder of the exercises that come with the program: in the wheel, else in the checkout."""
    package = Path(mailedu.__file__).parent
    inside = package / "_exercises"
    return inside if inside.is_dir() else package.parent / "exercises"


def folders(own: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Where exercises are looked for: own folders first, so that theirs win. ExerciseError for one that is none."""
    for folder in own:
        if not folder.is_dir():
            why = "it is a file; name the folder above its topic" if folder.exists() else "there is no such folder"
            raise ExerciseError(f"{folder}: {why}")
    there = shipped()
    return (*own, there) if there.is_dir() else tuple(own)


def _index(own: Sequence[Path]) -> dict[str, tuple[Path, str]]:
    """Path, and name in errors, of every exercise by its id."""
    found: dict[str, tuple[Path, str]] = {}
    for folder in reversed(folders(own)):
        is_shipped = folder not in own
        for path in sorted(folder.glob(f"*/*{_SUFFIX}")):
            topic, name = path.parent.name, path.name.removesuffix(_SUFFIX)
            if topic != SETS and not topic.startswith((".", "_")) and not name.startswith("."):
                found[f"{topic}/{name}"] = path, f"exercises/{topic}/{path.name}" if is_shipped else str(path)
    return found


def ids(own: Sequence[Path] = ()) -> tuple[str, ...]:
    """All exercises, `topic/name`, in alphabetical order. Raises ExerciseError."""
    return tuple(sorted(_index(own)))


def topics(own: Sequence[Path] = ()) -> tuple[str, ...]:
    """All topics, in alphabetical order. Raises ExerciseError."""
    return tuple(sorted({id.partition("/")[0] for id in _index(own)}))


def find(id: str, own: Sequence[Path] = ()) -> Exercise:
    """An exercise by its id; `pop3.reply-octets` is the same as `pop3/reply-octets`.

    Raises ExerciseError for an id that is none, naming the nearest, and for a file that is no exercise.
    """
    index = _index(own)
    name = _slashed(id)
    if name not in index:
        raise ExerciseError(f"no exercise {id!r}: {_nearest(name, index, 'mailedu quiz --list names them')}")
    path, file = index[name]
    return read(path, name, file)


def everything(own: Sequence[Path] = ()) -> tuple[Exercise, ...]:
    """All exercises, by topic and name. Raises ExerciseError for the first file that is none."""
    return tuple(read(path, id, file) for id, (path, file) in sorted(_index(own).items()))


def all_of(what: str, own: Sequence[Path] = ()) -> tuple[Exercise, ...]:
    """The exercises that a word means: an id, a topic, a set or an objective, looked for in this order.

    Raises ExerciseError for a word that is none of them, naming the nearest.
    """
    index = _index(own)
    word = what.strip().rstrip("/")
    if _slashed(word) in index:
        return (find(word, own),)
    of_topic = tuple(read(path, id, file) for id, (path, file) in sorted(index.items()) if id.startswith(f"{word}/"))
    if of_topic:
        return of_topic
    chosen = next((one for one in sets(own) if one.name == word), None)
    if chosen is not None:
        return tuple(find(id, own) for id in chosen.ids)
    known = everything(own)
    of_objective = tuple(one for one in known if one.objective == word)
    if of_objective:
        return of_objective
    names = {*index, *topics(own), *(one.name for one in sets(own)), *(one.objective for one in known)}
    raise ExerciseError(
        f"no exercise, topic, set or objective {what!r}: {_nearest(word, names, 'mailedu quiz --list names them')}"
    )


def sets(own: Sequence[Path] = ()) -> tuple[Set, ...]:
    """All sets, by name. Raises ExerciseError for a file that is none."""
    found: dict[str, tuple[Path, str]] = {}
    for folder in reversed(folders(own)):
        for path in sorted((folder / SETS).glob(f"*{_SUFFIX}")):
            shown = str(path) if folder in own else f"exercises/{SETS}/{path.name}"
            found[path.name.removesuffix(_SUFFIX)] = path, shown
    return tuple(_set(name, *found[name]) for name in sorted(found))


def read_set(path: Path) -> Set:
    """A set from a file. Raises ExerciseError."""
    return _set(path.name.removesuffix(_SUFFIX), path, str(path))


def _set(name: str, path: Path, file: str) -> Set:
    text = _text(path, file)
    table = _table(text, file)

    def wrong(key: str, why: str) -> ExerciseError:
        return ExerciseError(f"{file}, line {line_of(text, (key,))}: {key}: {why}")

    for key in table:
        if key not in _SET_KEYS:
            raise wrong(key, f"a set has no such key; it has {', '.join(_SET_KEYS)}")
    for key in ("title", "about"):
        if not isinstance(table.get(key, ""), str):
            raise wrong(key, f"{table[key]!r} is no text; put it in quotes")
    listed = table.get("exercises")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
        raise wrong("exercises", 'a set lists the ids of its exercises, as ["pop3/login", "pop3/stat"]')
    return Set(name, table.get("title", name), table.get("about", ""), tuple(map(_slashed, listed)))


def read(path: Path, id: str = "", file: str = "") -> Exercise:
    """An exercise from a file. `id`: without it, the names of its folder and its file; `file`: its name in errors.

    Raises ExerciseError with file, line, key, what is wrong and what to do, for the first of its faults.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise ExerciseError(f"{file or path}: {error.strerror or error}") from None
    name = id or f"{path.resolve().parent.name}/{path.name.removesuffix(_SUFFIX)}"
    return _read(path, name, file or str(path), (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=1024)
def _read(path: Path, id: str, file: str, _version: tuple[int, int]) -> Exercise:
    text = _text(path, file)
    made, problems = form.exercise(_table(text, file), id, file)
    if made is None or problems:
        more = f" (and {len(problems) - 1} more: mailedu quiz --check {file})" if len(problems) > 1 else ""
        raise ExerciseError(in_line(file, text, *problems[0]) + more)
    return made


def form_of(path: Path, id: str = "", file: str = "") -> tuple[Exercise | None, list[form.Problem], str]:
    """For the checker: the exercise as far as it can be read, all that is wrong with its form, and its text.

    Raises ExerciseError for what is no TOML at all.
    """
    file = file or str(path)
    text = _text(path, file)
    name = id or f"{path.resolve().parent.name}/{path.name.removesuffix(_SUFFIX)}"
    made, problems = form.exercise(_table(text, file), name, file)
    return made, problems, text


def in_line(file: str, text: str, path: form.Path, why: str) -> str:
    """A problem as it is told: file, line, key, why. Elements of lists are counted from 1, as people do."""
    line = line_of(text, path)
    if line == 1:  # of an array of tables as a whole: its first table
        line = line_of(text, (*path, 0))
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
    return f"{file}, line {line}: {key}: {why}" if key else f"{file}: {why}"


def _text(path: Path, file: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise ExerciseError(f"{file}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ExerciseError(f"{file}: octet {error.start} is no UTF-8; save the file as UTF-8") from None


def _table(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        why, _, where = str(error).partition(" (at ")
        line = where.partition(",")[0] if where.startswith("line ") else f"line {text.count(chr(10)) + 1}"
        raise ExerciseError(f"{file}, {line}: this is no TOML: {why}") from None
    except RecursionError:
        raise ExerciseError(f"{file}: this is no exercise: its tables are nested too deep") from None


def _slashed(id: str) -> str:
    """An id with its slash: older notes write a dot."""
    return id if "/" in id else id.replace(".", "/", 1)


def _nearest(name: str, known: Iterable[str] | Mapping[str, Any], else_: str) -> str:
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else else_
