"""The form of an exercise's file: its keys, what each may hold, and the exercise that they make.

Nothing here raises: what is wrong is collected, so that a teacher is told all of it at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from mailedu.exercise import keys, variants
from mailedu.exercise.model import (
    GRADED_BY_GOALS,
    Call,
    Check,
    Choice,
    Exercise,
    Faded,
    Goal,
    Hint,
    Item,
    Kind,
    Mistake,
    Show,
    Wrong,
    call,
)
from mailedu.journey.edit import Then
from mailedu.journey.typed import TALKS

#: Tables, numbers of their elements from 0, then a key.
Path: TypeAlias = tuple[str | int, ...]


class Problem(NamedTuple):
    """What is wrong, and what to do about it."""

    path: Path
    why: str


def exercise(table: Mapping[str, Any], id: str, file: str) -> tuple[Exercise | None, list[Problem]]:
    """The exercise that a file's table makes, and all that is wrong with its form. None where nothing can be made."""
    form = _Form(table)
    form.keys((), table, keys.KEYS)
    kind = form.one_of("kind", Kind)
    form.kind = kind
    for key in ("objective", "prompt", *(("answer",) if kind and kind not in GRADED_BY_GOALS else ())):
        if key not in table:
            form.tell((), f"the key {key} is missing; {keys.PURPOSE[key]}")
    if kind is None:
        return None, form.problems
    for key, kinds in keys.ONLY.items():
        if key in table and kind not in kinds:
            names = " or ".join(sorted(kinds))
            form.tell((key,), f"a {kind} has none; it belongs to {names}")
    for key, kinds in keys.NEEDED.items():
        if key not in table and kind in kinds:
            form.tell((), f"the key {key} is missing; {keys.PURPOSE[key]}")
    made = _exercise(form, kind, id, file)
    return made, sorted(form.problems, key=lambda one: bool(one.path))


def _asked_about(at: str, edits: Sequence[Mapping[str, Any]], answer: Any, capture: bool) -> Any:
    """What refutes a wrong answer where the file does not say: the place or the command that is asked about."""
    if at or edits:
        place = at or str(edits[-1].get("place", ""))
        return "" if "*" in place else place
    command = answer.arguments.get("command") if isinstance(answer, Call) and capture else None
    return Call("packet.replying", {"text": command}) if isinstance(command, str) else ""


def _exercise(form: _Form, kind: Kind, id: str, file: str) -> Exercise:
    table = form.table
    capture = table.get("capture", False)
    if "capture" in table and not isinstance(capture, (bool, str)):
        form.tell(
            ("capture",), f'{capture!r} is neither the name of a scenario nor true; write capture = "figure-21-10"'
        )
    captured = capture if isinstance(capture, str) else ""
    if captured and "scenario" in table:
        form.tell(("capture",), "the scenario is named twice; write capture = true beside scenario")
    scenario = captured or form.text("scenario")
    for key in keys.WITH_SCENARIO:
        if key in table and not scenario:
            form.tell((key,), "it wants a scenario; name one")
    message = form.text("message")
    show = form.one_of("show", Show) or _usual(kind, scenario, bool(capture), message)
    if "talk" in table:
        form.among(table["talk"], TALKS, ("talk",))
    goals = tuple(form.goal(n, one) for n, one in form.tables("goals"))
    points = form.whole("points", 1)
    if kind in GRADED_BY_GOALS:
        if "points" in table:
            form.tell(("points",), "a lab has the points of its goals; leave it away")
        points = sum(goal.points for goal in goals) or 1
    answer = form.value((), table, "answer")
    edits = tuple(form.edit(n, one) for n, one in form.tables("edits"))
    return Exercise(
        id=id,
        file=file,
        kind=kind,
        objective=form.text("objective"),
        prompt=form.text("prompt").strip(),
        chapter=form.text("chapter"),
        why=form.text("why").strip(),
        points=points,
        card=form.flag("card"),
        scenario=scenario,
        faults=tuple(form.texts("faults")),
        patch=form.table_of("patch"),
        edits=edits,
        capture=bool(capture),
        show=show,
        leg=form.text("leg"),
        at=form.text("at"),
        until=form.text("until"),
        answer=answer,
        unit=form.text("unit"),
        exact=form.flag("exact"),
        choices=tuple(form.choice(n, one) for n, one in form.tables("choices")),
        wrong=tuple(form.wrong(n, one) for n, one in form.tables("wrong")),
        items=tuple(form.item(n, one) for n, one in form.tables("items")),
        see=form.see((), table) or _asked_about(form.text("at"), edits, answer, bool(capture)),
        hints=tuple(form.hint(n, one) for n, one in form.tables("hints")),
        talk=form.text("talk"),
        host=form.text("host"),
        client=form.text("client"),
        start=form.text("start"),
        message=message,
        goals=goals,
        solutions=form.solutions(),
        mistakes=tuple(form.mistake(n, one) for n, one in form.tables("mistakes")),
        faded=form.faded(),
        vary=form.vary(),
    )


def _usual(kind: Kind, scenario: str, capture: bool, message: str) -> Show:
    """What is shown where `show` is not given."""
    if capture:
        return Show.PACKETS
    if message:
        return Show.LETTER
    return Show.STEPS if scenario and kind in (Kind.NEXT, Kind.POINT) else Show.NOTHING


class _Form:
    """Reads keys with their types, and collects what does not fit. What does not is read as if it were not there."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self.kind: Kind | None = None
        self.problems: list[Problem] = []

    def tell(self, path: Path, why: str) -> None:
        self.problems.append(Problem(path, why))

    def keys(self, path: Path, table: Mapping[str, Any], known: Iterable[str], needed: Iterable[str] = ()) -> None:
        """Tell of keys that nobody knows, with the nearest, and of those that are missing."""
        names = tuple(known)
        for key in table:
            if key not in names:
                close = difflib.get_close_matches(key, names, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(names)}"
                self.tell((*path, key), f"no such key; {hint}")
        for key in needed:
            if key not in table:
                self.tell(path, f"the key {key} is missing; {keys.PURPOSE[key]}")

    def get(self, path: Path, table: Mapping[str, Any], key: str, wanted: type, words: str, default: Any) -> Any:
        value = table.get(key, default)
        is_right = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if not is_right and key in table:
            self.tell((*path, key), f"{_short(value)} is no {words}; {keys.IN_TOML[wanted]}")
            return default
        return value

    def text(self, key: str, path: Path = (), table: Mapping[str, Any] | None = None) -> str:
        where = self.table if table is None else table
        value: str = self.get(path, where, key, str, "text", "")
        if key in where and isinstance(where[key], str) and not value.strip() and key not in keys.MAY_BE_EMPTY:
            self.tell((*path, key), "it is empty; fill it in, or leave the key away")
        return value

    def flag(self, key: str) -> bool:
        return bool(self.get((), self.table, key, bool, "true or false", False))

    def whole(self, key: str, default: int, path: Path = (), table: Mapping[str, Any] | None = None) -> int:
        where = self.table if table is None else table
        value: int = self.get(path, where, key, int, "whole number", default)
        least = 0 if path[:1] == ("mistakes",) else 1
        if value < least:
            self.tell((*path, key), f"{value} is too small; at least {least}")
            return default
        return value

    def texts(self, key: str, path: Path = (), table: Mapping[str, Any] | None = None) -> list[str]:
        """A list of texts; of lines one text of several lines is as good."""
        where = self.table if table is None else table
        value = where.get(key, [])
        if key == "lines" and isinstance(value, str):
            return value.splitlines()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.tell((*path, key), f'{_short(value)} is no list of texts; write it as ["...", "..."]')
            return []
        return value

    def table_of(self, key: str) -> dict[str, Any]:
        value: dict[str, Any] = self.get((), self.table, key, dict, "table", {})
        return value

    def tables(self, key: str) -> list[tuple[int, Mapping[str, Any]]]:
        """The tables of `[[key]]`, numbered from 0."""
        value = self.table.get(key, [])
        if not isinstance(value, list):
            self.tell((key,), f"{_short(value)} is no list of tables; begin each with [[{key}]]")
            return []
        for n, one in enumerate(value):
            if not isinstance(one, dict):
                self.tell((key, n), f"{_short(one)} is no table; begin each with [[{key}]]")
        return [(n, one) for n, one in enumerate(value) if isinstance(one, dict)]

    def one_of(self, key: str, names: type[Kind | Show]) -> Any:
        value = self.table.get(key)
        if value is None:
            if key == "kind":
                self.tell((), f"the key kind is missing; it is one of {', '.join(names)}")
            return None
        try:
            return names(value)
        except ValueError:
            close = difflib.get_close_matches(str(value), list(names), n=1)
            hint = f"did you mean {close[0]}?" if close else f"it is one of {', '.join(names)}"
            self.tell((key,), f"{_short(value)} is no {key}; {hint}")
            return None

    def among(self, value: Any, names: Sequence[str], path: Path) -> None:
        """Tell of a word that is none of a few. One to be filled in may become any."""
        if value not in names and not variants.placeholders(value):
            self.tell(path, f"{_short(value)} is none of {', '.join(names)}; write one of them")

    def value(self, path: Path, table: Mapping[str, Any], key: str, default: Any = None) -> Any:
        """A literal or a Call."""
        value = table.get(key, default)
        if isinstance(value, dict) and "fact" not in value and not (self.kind is Kind.MATCH and key == "answer"):
            self.tell((*path, key), 'a table needs a fact; write { fact = "...", ... } or a plain value')
            return None
        return self.called((*path, key), value)

    def called(self, path: Path, value: Any) -> Any:
        made = call(value)
        if isinstance(made, Call) and not isinstance(value["fact"], str):
            self.tell((*path, "fact"), f"{_short(value['fact'])} is no name of a fact; mailedu quiz --facts lists them")
        return made

    def see(self, path: Path, table: Mapping[str, Any]) -> Any:
        value = table.get("see", "")
        if isinstance(value, str) or (isinstance(value, dict) and "fact" in value):
            return self.called((*path, "see"), value)
        self.tell((*path, "see"), f'{_short(value)} is no place; write see = "fetch/RETR.1" or see = {{ fact = ... }}')
        return ""

    def choice(self, n: int, table: Mapping[str, Any]) -> Choice:
        path = ("choices", n)
        self.keys(path, table, Choice._fields, ("text",))
        text = self.text("text", path, table).strip()
        return Choice(
            text,
            self.value(path, table, "value", text),
            self.text("feedback", path, table).strip(),
            self.text("misconception", path, table),
            self.see(path, table),
        )

    def wrong(self, n: int, table: Mapping[str, Any]) -> Wrong:
        path = ("wrong", n)
        self.keys(path, table, Wrong._fields, ("value", "feedback"))
        return Wrong(
            self.value(path, table, "value"),
            self.text("feedback", path, table).strip(),
            self.text("misconception", path, table),
            self.see(path, table),
            bool(self.get(path, table, "only_if_other", bool, "true or false", False)),
        )

    def item(self, n: int, table: Mapping[str, Any]) -> Item:
        path = ("items", n)
        self.keys(path, table, Item._fields, ("text",))
        text = self.text("text", path, table).strip()
        return Item(text, self.value(path, table, "value", text))

    def hint(self, n: int, table: Mapping[str, Any]) -> Hint:
        path = ("hints", n)
        self.keys(path, table, Hint._fields, Hint._fields)
        cost = table.get("cost", 0.25)
        if isinstance(cost, bool) or not isinstance(cost, (int, float)) or not 0 < cost < 1:
            self.tell((*path, "cost"), f"{_short(cost)} is no share of the points; more than 0, less than 1")
            cost = 0.25
        return Hint(self.text("text", path, table).strip(), float(cost))

    def goal(self, n: int, table: Mapping[str, Any]) -> Goal:
        path = ("goals", n)
        self.keys(path, table, ("text", "check", "points", "feedback", "see"), ("text", "check"))
        checks = table.get("check", [])
        checks = checks if isinstance(checks, list) else [checks]
        made = []
        for one in checks:
            if not isinstance(one, dict) or "fact" not in one:
                self.tell((*path, "check"), f"{_short(one)} is no condition; write {{ fact = ..., equals = ... }}")
                continue
            asked = self.called((*path, "check"), {key: value for key, value in one.items() if key != "equals"})
            made.append(Check(asked, one.get("equals", True)))
        if checks == [] and "check" in table:
            self.tell((*path, "check"), "it checks nothing; write { fact = ..., equals = ... }")
        return Goal(
            self.text("text", path, table).strip(),
            tuple(made),
            self.whole("points", 1, path, table),
            self.text("feedback", path, table).strip(),
            self.see(path, table),
        )

    def mistake(self, n: int, table: Mapping[str, Any]) -> Mistake:
        path = ("mistakes", n)
        self.keys(path, table, Mistake._fields, ("lines", "points", "feedback"))
        return Mistake(
            tuple(self.texts("lines", path, table)),
            self.whole("points", 0, path, table),
            self.text("feedback", path, table).strip(),
            self.text("misconception", path, table),
        )

    def edit(self, n: int, table: Mapping[str, Any]) -> Mapping[str, Any]:
        path = ("edits", n)
        self.keys(path, table, ("place", "line", "lines", "then"), ("place",))
        self.text("place", path, table)
        self.text("line", path, table)
        self.texts("lines", path, table)
        self.among(table.get("then", Then.GO_ON), tuple(Then), (*path, "then"))
        return dict(table)

    def solutions(self) -> tuple[Any, ...]:
        """Ways: a text of several lines each, or a list of lines."""
        value = self.table.get("solutions", [])
        if not isinstance(value, list) or (not value and "solutions" in self.table):
            self.tell(("solutions",), 'it is no list of ways; write [["USER ...", "QUIT"], ["USER ...", "QUIT"]]')
            return ()
        made: list[Any] = []
        for n, one in enumerate(value):
            if isinstance(one, str):
                made.append(tuple(one.splitlines()) if self.kind is Kind.LAB else one)
            elif isinstance(one, list) and all(isinstance(line, str) for line in one):
                made.append(tuple(one))
            else:
                self.tell(("solutions", n), f'{_short(one)} is no list of lines; write ["USER ...", "QUIT"]')
        return tuple(made)

    def faded(self) -> Faded | None:
        if "faded" not in self.table:
            return None
        table = self.table_of("faded")
        self.keys(("faded",), table, ("from", "last"), ("from", "last"))
        return Faded(self.text("from", ("faded",), table), self.whole("last", 1, ("faded",), table))

    def vary(self) -> Mapping[str, Any]:
        """What is drawn: only ways that can be drawn from are kept."""
        return {name: way for name, way in self.table_of("vary").items() if self._can_be_drawn(name, way)}

    def _can_be_drawn(self, name: str, way: Any) -> bool:
        path = ("vary", name)
        if not name.isidentifier() or not name.isascii():
            self.tell(path, "no name for a placeholder; letters, digits and _ only")
            return False
        if isinstance(way, list):
            if not way:
                self.tell(path, 'the list is empty; write at least two values, such as ["1", "2"]')
            return bool(way)
        if not isinstance(way, dict) or ("from" in way) == ("range" in way):
            self.tell(
                path, f'{_short(way)} cannot be drawn from; write [...], {{ from = "people" }} or {{ range = [1, 9] }}'
            )
            return False
        count = len(self.problems)
        if "from" in way:
            self.keys(path, way, ("from", "first"))
            if way["from"] not in tuple(variants.lists()):
                self.tell((*path, "from"), f"no list {_short(way['from'])}; there are {', '.join(variants.lists())}")
        else:
            self.keys(path, way, ("range", "first", "step"))
            ends = way["range"]
            if (
                not isinstance(ends, list)
                or len(ends) != 2
                or not all(type(one) is int for one in ends)
                or ends[0] > ends[1]
            ):
                self.tell((*path, "range"), f"{_short(ends)} is no range; the least and the most, as [2, 9]")
            if type(way.get("step", 1)) is not int or way.get("step", 1) < 1:
                self.tell((*path, "step"), f"{_short(way['step'])} is no step; a whole number, at least 1")
        return len(self.problems) == count


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 50 else text[:49] + "…"
