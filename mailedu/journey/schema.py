"""The form of a scenario file: which keys there are, what may stand in them. What is wrong is named with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from mailedu import content
from mailedu.network.clock import seconds

Path = tuple[str | int, ...]
Check = Callable[[Any], str]
"""Returns what is wrong with a value, or nothing."""


def _is(kind: type, words: str) -> Check:
    def check(value: Any) -> str:
        right = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        return "" if right else f"wants {words}, not {value!r}"

    return check


def _list_of(check: Check, words: str) -> Check:
    def checked(value: Any) -> str:
        if not isinstance(value, list):
            return f"wants a list of {words}, not {value!r}"
        return next((wrong for one in value if (wrong := check(one))), "")

    return checked


def _duration(value: Any) -> str:
    try:
        seconds(value)
    except ValueError as error:
        return str(error)
    return ""


def _span(value: Any) -> str:
    if not isinstance(value, list) or len(value) != 2:
        return f'wants spans such as ["0s", "2h"], not {value!r}'
    return _duration(value[0]) or _duration(value[1])


def _one_of(*names: str | int) -> Check:
    def check(value: Any) -> str:
        return "" if value in names else f"wants one of {', '.join(map(str, names))}, not {value!r}"

    return check


def _between(least: int, most: int, words: str) -> Check:
    def check(value: Any) -> str:
        right = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if right else f"wants a number of {words} from {least} to {most}, not {value!r}"

    return check


#: A generated message has at most so many octets, and a mailbox so many copies of one.
MAX_OCTETS: Final = 10_000_000
MAX_TIMES: Final = 1000

_TEXT: Final = _is(str, "text")
_TEXTS: Final = _list_of(_TEXT, "texts")
_TABLE: Final = _is(dict, "a table")
_ANY: Final[Check] = lambda value: ""  # noqa: E731
_STAGE: Final = _list_of(_one_of(1, 2, 3, 4, 5), "stage numbers")
_ROLES: Final = _list_of(_one_of("ua", "msa", "mta", "dns", "mda", "maa"), "roles")
_PORTS: Final = _list_of(_is(int, "a port number"), "port numbers")
_TEXT_TABLE: Final[Check] = lambda value: (  # noqa: E731
    "" if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()) else "wants a table of texts"
)

MACHINE: Final[Mapping[str, Check]] = {
    "name": _TEXT,
    "title": _TEXT,
    "short": _TEXT,
    "address": _TEXT,
    "roles": _ROLES,
    "user": _TEXT,
    "ports": _PORTS,
}
HOST: Final[Mapping[str, Check]] = {
    "address": _TEXT,
    "title": _TEXT,
    "roles": _ROLES,
    "ports": _PORTS,
    "down": _list_of(_span, "spans"),
    "extensions": _TEXTS,
    "texts": _TEXT_TABLE,
}
POLICY: Final[Mapping[str, Check]] = {"greylist": _duration, "relay_for": _TEXTS}
USER: Final[Mapping[str, Check]] = {
    "login": _TEXT,
    "hello": _one_of("EHLO", "HELO"),
    "password": _TEXT,
    "submits_to": _TEXT,
    "reads_from": _TEXT,
    "quota": _is(int, "octets"),
    "messages": _list_of(_TABLE, "tables"),
}
MESSAGE: Final[Mapping[str, Check]] = {
    "file": _TEXT,
    "from": _TEXT,
    "octets": _between(1, MAX_OCTETS, "octets"),
    "subject": _TEXT,
    "times": _between(0, MAX_TIMES, "times"),
}
WORLD: Final[Mapping[str, Check]] = {
    "zones": _TABLE,
    "users": _TABLE,
    "hosts": _TABLE,
    "policies": _TABLE,
    "resolver": _TEXT,
}
LETTER: Final[Mapping[str, Check]] = {
    "from": _TEXT,
    "to": _TEXTS,
    "cc": _TEXTS,
    "bcc": _TEXTS,
    "subject": _TEXT,
    "text": _TEXT,
    "attachments": _list_of(_TABLE, "tables"),
}
ATTACHMENT: Final[Mapping[str, Check]] = {"file": _TEXT, "type": _TEXT, "name": _TEXT}
FAULT: Final[Mapping[str, Check]] = {
    "name": _TEXT,
    "title": _TEXT,
    "world": _TABLE,
    "edits": _list_of(_TABLE, "tables"),
}
EDIT: Final[Mapping[str, Check]] = {
    "place": _TEXT,
    "line": _TEXT,
    "lines": _TEXTS,
    "then": _one_of("go on", "keep", "wait"),
}
SCENARIO: Final[Mapping[str, Check]] = {
    "title": _TEXT,
    "about": _TEXT,
    "see": _TEXT,
    "tag": _TEXT,
    "figures": _TEXTS,
    "base": _TEXT,
    "start": _is(datetime, "a date and time"),
    "stages": _STAGE,
    "reader": _TEXT,
    "machines": _list_of(_TABLE, "tables"),
    "world": _TABLE,
    "letter": _TABLE,
    "tcp": _TABLE,
    "faults": _list_of(_ANY, "faults"),
    "edits": _list_of(_TABLE, "tables"),
    "retries": _list_of(_duration, "durations"),
    "give_up": _duration,
}


class MisfitError(ValueError):
    """Something does not fit; `path` leads to it: tables, numbers of an array of tables (from 0), then the key."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(why)
        self.path = path
        self.why = why


def check(file: str, table: Mapping[str, Any]) -> None:
    """Look at a whole scenario file. Raises `content.ContentError` at the first thing that is wrong."""
    try:
        check_table(table)
    except MisfitError as misfit:
        raise content.wrong(file, misfit.path, misfit.why) from None


def check_table(table: Mapping[str, Any]) -> None:
    """Look at a table in the form of a scenario file. Raises `MisfitError` at the first thing that is wrong."""
    _table((), table, SCENARIO)
    for n, machine in enumerate(table.get("machines") or ()):
        _table(("machines", n), machine, MACHINE)
    _world(("world",), table.get("world") or {})
    letter = table.get("letter") or {}
    _table(("letter",), letter, LETTER)
    _tables(("letter", "attachments"), letter.get("attachments") or (), ATTACHMENT)
    _tables(("edits",), table.get("edits") or (), EDIT)
    for n, fault in enumerate(table.get("faults") or ()):
        if isinstance(fault, dict):
            _table(("faults", n), fault, FAULT)
            _world(("faults", n, "world"), fault.get("world") or {})
            _tables(("faults", n, "edits"), fault.get("edits") or (), EDIT)
        elif not isinstance(fault, str):
            raise MisfitError(("faults", n), "wants a fault's name, or a table that describes one")


def _world(path: Path, world: Mapping[str, Any]) -> None:
    _table(path, world, WORLD)
    for kind, known in (("hosts", HOST), ("policies", POLICY), ("users", USER)):
        for name, value in (world.get(kind) or {}).items():
            if value is False:
                continue
            if not isinstance(value, dict):
                raise MisfitError((*path, kind, name), f"wants a table, or false to remove it, not {value!r}")
            _table((*path, kind, name), value, known)
            messages = value.get("messages") or ()
            _tables((*path, kind, name, "messages"), messages, MESSAGE)
            for n, message in enumerate(messages):
                if ("file" in message) == ("octets" in message):
                    raise MisfitError(
                        (*path, kind, name, "messages", n), "wants either a file, or how many octets to make"
                    )


def _tables(path: Path, tables: Sequence[Any], known: Mapping[str, Check]) -> None:
    for n, table in enumerate(tables):
        _table((*path, n), table, known)


def _table(path: Path, table: Mapping[str, Any], known: Mapping[str, Check]) -> None:
    for key, value in table.items():
        checked = known.get(key)
        if checked is None:
            raise MisfitError((*path, key), f"unknown key (known: {', '.join(known)})")
        if value is not False and (why := checked(value)):
            raise MisfitError((*path, key), why)
