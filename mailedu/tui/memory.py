"""What is remembered from one day to the next: where one was, what was finished, how it is to look.

`state.json` may be of an older or newer mailedu, half a file, or somebody else's: what can be read of it is taken, keys
that are not known here are kept, and a file that is none is set aside, never lost.
"""

from __future__ import annotations

import contextlib
import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mailedu.journey import edit as edits_
from mailedu.journey.edit import Edit, EditError, Then
from mailedu.tui import letters
from mailedu.tui.panes import PANES

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey
    from mailedu.journey.scenario import Scenario

FILE: Final = "state.json"
#: Octets that are read: what is larger is no state of ours.
MAX_STATE: Final = 16 * 1024 * 1024
#: No number in the file counts beyond.
_MOST: Final = 10**9


class PlaceError(ValueError):
    """Why a journey cannot be gone on with: one clear line."""


class Place(NamedTuple):
    """Where somebody left a journey: enough to make it again."""

    scenario: str
    faults: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    letter: str = ""
    """Name of the file among the learner's own letters; empty: the scenario's letter."""
    seed: int = 0
    n: int = 1
    pane: str = "explain"
    guessing: bool = False
    total: int = 0
    """How many steps the journey had; 0: not known."""
    hidden: bool = False
    """The reply at `n` had not been guessed yet."""

    @classmethod
    def of(
        cls,
        journey: Journey,
        n: int = 1,
        pane: str = "explain",
        letter: str = "",
        guessing: bool = False,
        hidden: bool = False,
    ) -> Place:
        """The place at step `n` of a journey. `letter`: name of its letter, if it is one of the learner's own."""
        made = journey.scenario
        return cls(made.name, made.active, journey.edits, letter, journey.seed, n, pane, guessing, len(journey), hidden)

    def journey(self) -> Journey:
        """Make the journey again. Raises PlaceError where its letter is gone, or a fault is none any more."""
        from mailedu.journey.engine import play
        from mailedu.journey.scenario import load, with_faults

        try:
            made = load(self.scenario)
            if self.letter:
                made = carrying(made, letters.read(self.letter), self.seed)
            return play(with_faults(made, self.faults), self.edits, self.seed)
        except ValueError as error:
            raise PlaceError(str(error)) from None


class Left(NamedTuple):
    """The question that somebody left."""

    round: str
    """`set:NAME`, `unit:N`, `next`, or the id of one exercise."""
    at: int = 0
    """Which one of the round, from 0."""
    exercise: str = ""
    """Its id; the files of a round may be others by the next time."""
    seed: int = 0
    """Which variant of it."""
    lines: tuple[str, ...] = ()
    """Of a lab: what was typed, handed in or not."""
    last: bool = True
    """No journey was stepped through after it."""

    def place_in(self, ids: Sequence[str]) -> int:
        """Which one of a round it is, as the round is now; 0 if it cannot be told."""
        if self.exercise in ids:
            at_same = self.at < len(ids) and ids[self.at] == self.exercise
            return self.at if at_same else list(ids).index(self.exercise)
        return self.at if self.at < len(ids) else 0


def carrying(scenario: Scenario, octets: bytes, seed: int = 0) -> Scenario:
    """The scenario with a letter of one's own. Raises ValueError, in one line, for octets that cannot be sent."""
    from mailedu.journey.own_letter import own_letter
    from mailedu.journey.scenario import load

    return load(scenario.name, (), own_letter(octets, scenario, seed))


@dataclass
class Memory:
    """What `state.json` holds."""

    place: Place | None = None
    done: set[str] = field(default_factory=set)
    """Names of scenarios whose last step was reached."""
    dark: bool = True
    pace: int = 1
    """Index into the player's paces."""
    warning: str = ""
    """One line for the learner if the file could not be read or written."""
    others: dict[str, Any] = field(default_factory=dict)
    """Keys of the file that are not known here."""
    locked: bool = False
    """What stands in the place of the file is none of ours and cannot be moved: nothing is written over it."""
    question: Left | None = None
    """The question that was left; None: there is none, or its round was gone through."""

    @classmethod
    def load(cls) -> Memory:
        """What is remembered. Never raises: what is wrong is left out, and told in `warning`."""
        path = letters.home() / FILE
        try:
            table = json.loads(_read(path))
            if isinstance(table, dict):
                return _from_table(table)
        except (FileNotFoundError, NotADirectoryError):
            return cls()
        except (OSError, ValueError, RecursionError):  # cannot be read, or is no JSON
            pass
        warning, moved = _set_aside(path)
        return cls(warning=warning, locked=not moved)

    def note_place(self, place: Place) -> None:
        """A journey was stepped through: it is what was left last."""
        self.place = place
        if self.question is not None:
            self.question = self.question._replace(last=False)

    def save(self) -> None:
        """Write it, whole or not at all. Never raises: what goes wrong is told in `warning`."""
        if self.locked:
            return
        path = letters.home() / FILE
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            letters.replace(path, json.dumps(self._table(), indent=1).encode("ascii"))
        except OSError as error:
            self.warning = f"cannot remember your place in {path.parent}: {error.strerror or error}"
        except RecursionError:  # keys that are not ours, nested a thousand deep
            self.others.clear()

    def _table(self) -> dict[str, Any]:
        table = {**self.others, "dark": self.dark, "pace": self.pace, "done": sorted(self.done), "place": None}
        if self.question is not None:
            table["question"] = self.question._asdict()
        if self.place is not None:
            table["place"] = {**self.place._asdict(), "edits": [_written(edit) for edit in self.place.edits]}
        return table


def _read(path: Path) -> bytes:
    """Raises OSError, and ValueError for what cannot be a state of ours."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_STATE:  # a pipe would never end
        raise ValueError("no file, or too large")
    return path.read_bytes()


def _set_aside(path: Path) -> tuple[str, bool]:
    """Move what is no state out of the way. Returns what became of it, in one line, and whether it is gone."""
    k = 1
    while True:
        aside = path.with_name(f"{path.name}.broken-{k}")
        try:
            aside.open("xb").close()  # so that no other program takes this name, and nothing is written over
        except FileExistsError:
            k += 1
            continue
        except OSError as error:
            return f"{path} cannot be read, nor moved aside: {error.strerror or error}", False
        try:
            path.replace(aside)
        except OSError as error:
            with contextlib.suppress(OSError):
                aside.unlink()
            if isinstance(error, FileNotFoundError):  # another mailedu was quicker
                return "", True
            return f"{path} cannot be read, nor moved aside: {error.strerror or error}", False
        return f"{path.name} could not be read: it is kept as {aside.name}", True


# Reading: values one by one -------------------------------------------------------------------------------------------


def _from_table(table: Mapping[str, Any]) -> Memory:
    known = ("place", "question", "done", "dark", "pace")
    memory = Memory(others={key: value for key, value in table.items() if key not in known})
    if isinstance(table.get("dark"), bool):
        memory.dark = table["dark"]
    memory.pace = _number(table.get("pace"), 0, memory.pace)
    if isinstance(table.get("done"), list):
        memory.done = {name for name in table["done"] if isinstance(name, str)}
    memory.question = _left(table.get("question"))
    if table.get("place") is not None:
        try:
            memory.place = _place(table["place"])
        except ValueError as error:
            memory.warning = f"your place is forgotten: {error}"
    return memory


def _number(value: Any, least: int, otherwise: int) -> int:
    right = isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MOST
    return value if right else otherwise


def _text(value: Any, otherwise: str = "") -> str:
    return value if isinstance(value, str) else otherwise


def _place(value: Any) -> Place:
    """A place as it was written. Raises ValueError where it would be another journey: scenario, faults, edits."""
    from mailedu.journey.scenario import names

    if not isinstance(value, dict):
        raise ValueError("it is no table")
    if value.get("scenario") not in names():
        raise ValueError("there is no such journey any more")
    faults, edits = value.get("faults", []), value.get("edits", [])
    if not isinstance(faults, list) or not all(isinstance(fault, str) for fault in faults):
        raise ValueError("its faults are no list of names")
    if not isinstance(edits, list):
        raise ValueError("its changes are no list")
    return Place(
        value["scenario"],
        tuple(faults),
        tuple(_edit(edit) for edit in edits),
        _text(value.get("letter")),
        _number(value.get("seed"), 0, 0),
        _number(value.get("n"), 1, 1),
        next((pane.name for pane in PANES if pane.name == value.get("pane")), PANES[0].name),
        value.get("guessing") is True,
        _number(value.get("total"), 0, 0),
        value.get("hidden") is True,
    )


def _left(value: Any) -> Left | None:
    """A question as it was written; None if it names no round."""
    if not isinstance(value, dict) or not _text(value.get("round")):
        return None
    lines = value.get("lines")
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        lines = []
    return Left(
        value["round"],
        _number(value.get("at"), 0, 0),
        _text(value.get("exercise")),
        _number(value.get("seed"), 0, 0),
        tuple(lines),
        value.get("last") is True,
    )


def _written(edit: Edit) -> dict[str, Any]:
    return {
        "place": edit.place,
        "say": [line.decode("utf-8", "surrogateescape") for line in edit.say],
        "then": edit.then.value,
    }


def _edit(value: Any) -> Edit:
    try:
        place, say, then = value["place"], value["say"], Then(value["then"])
        if not isinstance(place, str) or not isinstance(say, list) or not all(isinstance(line, str) for line in say):
            raise TypeError
        return edits_.make(place, say, then)
    except (KeyError, TypeError, ValueError, EditError):
        raise ValueError("a change of yours cannot be read") from None
