"""Facts from content tables: ports, commands, digits of replies, header fields, stages (`content/tables/*.toml`).

A table has rows by name; a row has columns. What the chapter's tables get wrong stands corrected in them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from mailedu import content
from mailedu.exercise.facts import About, FactError, fact

FOLDER: Final = "tables"


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """All tables."""
    return tuple(name.rpartition("/")[2].removesuffix(".toml") for name in content.names(FOLDER))


@lru_cache(maxsize=16)
def rows(table: str) -> Mapping[str, Mapping[str, Any]]:
    """The rows of a table by name, in their order. FactError for a table that is none."""
    _known(table, names(), "table")
    found: Mapping[str, Mapping[str, Any]] = content.load(f"{FOLDER}/{table}.toml")["rows"]
    return found


def _known(name: str, names: Sequence[str], what: str) -> None:
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
        raise FactError(f"no {what} {name!r}; {hint}")


def _cell(table: str, row: str, column: str) -> Any:
    cells = rows(table)[row]
    _known(column, tuple(cells), f"column of {table}, row {row},")
    return cells[column]


def _chosen(table: str, wanted: Sequence[str]) -> list[str]:
    """Rows in the order of the table: those that are wanted, or all."""
    known = list(rows(table))
    for row in wanted:
        _known(row, known, f"row of {table}")
    return [row for row in known if not wanted or row in wanted]


@fact("table.value")
def value(_about: About, table: str, row: str, column: str) -> Any:
    """What stands in a row and a column of a table."""
    _known(row, list(rows(table)), f"row of {table}")
    return _cell(table, row, column)


@fact("table.map")
def column_of(_about: About, table: str, column: str, rows: Sequence[str] = ()) -> dict[str, Any]:
    """Row to value of one column, for `match`; without `rows` of the whole table."""
    return {row: _cell(table, row, column) for row in _chosen(table, rows)}


@fact("table.mixed_up")
def mixed_up(_about: About, table: str, row: str, other: str, column: str) -> list[Any]:
    """A typical wrong pair of a `match`: a row, and what stands in the column of another row."""
    _chosen(table, (row, other))
    return [row, _cell(table, other, column)]


@fact("table.order")
def order(_about: About, table: str, by: str, rows: Sequence[str] = ()) -> list[str]:
    """Rows by the value of a column, least first."""
    return sorted(_chosen(table, rows), key=lambda row: _cell(table, row, by))


@fact("table.where")
def where(_about: About, table: str, column: str, equals: object, rows: Sequence[str] = ()) -> list[str]:
    """The rows in which a column has a value (numbers and yes or no as they are written), in the table's order."""
    return [row for row in _chosen(table, rows) if _written(_cells(table, row).get(column)) == _written(equals)]


@fact("table.row")
def row_where(_about: About, table: str, column: str, equals: object, rows: Sequence[str] = ()) -> str:
    """The one row in which a column has a value."""
    found = where(_about, table, column, equals, rows)
    if len(found) != 1:
        raise FactError(f"{len(found)} rows of {table} have {equals!r} as {column}; ask for one that only one has")
    return str(found[0])


def _cells(table: str, row: str) -> Mapping[str, Any]:
    return rows(table)[row]


def _written(value: Any) -> str:
    """As TOML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
