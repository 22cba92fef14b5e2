"""What somebody has tried, in one SQLite file: every try, hint and answer shown, and when facts come back.

Nothing is summed up in the file: scores and mastery are read from the tries (`course.py`). A row is on the disk before
`append` returns, so a kill at any moment loses nothing that was answered; copying the file is how progress moves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from mailedu.exercise import cards
from mailedu.exercise.cards import Recall
from mailedu.exercise.model import ExerciseError
from mailedu.home import home

if TYPE_CHECKING:
    from sqlite3 import Connection, Error

FILE: Final = "progress.sqlite3"
#: The form of the file (`user_version`), and the mark by which it is known as ours (`application_id`, "medu").
VERSION: Final = 1
APPLICATION: Final = 0x6D656475
#: Seconds to wait for another program that is writing.
PATIENCE: Final = 10.0
#: Seconds after which the same variant can count again: what was shown today is read off, not known.
SLEPT: Final = 20 * 3600.0

_FORM: Final = (
    """CREATE TABLE tries (
    id INTEGER PRIMARY KEY,
    exercise TEXT NOT NULL, seed TEXT NOT NULL, round INTEGER NOT NULL, nth INTEGER NOT NULL, at REAL NOT NULL,
    what TEXT NOT NULL, answer TEXT NOT NULL, is_right INTEGER NOT NULL, share REAL NOT NULL, hints INTEGER NOT NULL,
    score REAL NOT NULL, most REAL NOT NULL, is_over INTEGER NOT NULL,
    objective TEXT NOT NULL, misconception TEXT NOT NULL, variant TEXT NOT NULL)""",
    "CREATE INDEX tries_of_exercise ON tries (exercise, seed, round)",
    "CREATE TABLE cards (exercise TEXT PRIMARY KEY, card TEXT NOT NULL, due REAL NOT NULL)",
)
_COLUMNS: Final = (
    "exercise, seed, round, nth, at, what, answer, is_right, share, hints, score, most, is_over, objective, "
    "misconception, variant"
)
_HOLES: Final = ", ".join("?" * 16)


class ProgressError(ExerciseError):
    """The progress file cannot be used: one line that says which, why, and what to do."""


class What(StrEnum):
    """What a row of the file tells."""

    TRY = "try"
    HINT = "hint"
    SHOWN = "shown"
    """The answer was asked for."""


class Tried(NamedTuple):
    """One thing done in a round: an answer given, a hint taken, or the answer shown."""

    exercise: str
    seed: int
    round: int
    """From 1; each time that an exercise is begun anew."""
    nth: int
    """From 1: which try of the round, or which hint."""
    when: float
    """Seconds since 1970."""
    what: What = What.TRY
    answer: str = ""
    """What was answered, as JSON."""
    right: bool = False
    share: float = 0.0
    """Of a try what it was marked, of a hint what it cost: 0 to 1."""
    hints: int = 0
    """Hints taken in this round so far."""
    score: float = 0.0
    """Points of the round so far, out of `most`."""
    most: float = 1.0
    over: bool = False
    """The round ended with it."""
    objective: str = ""
    misconception: str = ""
    variant: str = ""
    """What tells variants of an exercise apart; empty where it has none."""


class Score(NamedTuple):
    """The best round of an exercise."""

    score: float
    most: float
    rounds: int
    """How often it was begun."""
    when: float
    """Of the last thing done in any of them, seconds since 1970."""

    @property
    def full(self) -> bool:
        return self.score >= self.most


class Due(NamedTuple):
    """A card: a fact that comes back."""

    exercise: str
    due: float
    """Seconds since 1970."""
    card: str
    """The library's JSON."""


_T = TypeVar("_T")


class Progress:
    """The progress file of one learner. It is opened when first needed; two programs may use it at once.

    Where the disk cannot be written, progress is kept in memory until the program ends, and `notice` says so, once.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """`path`: of the file; none: in the learner's data folder. `clock` gives seconds since 1970."""
        self.path = path if path is not None else home() / FILE
        self.clock = clock
        self._opened: Connection | None = None
        self._in_memory = False
        self._notice = ""
        self._lock = threading.RLock()

    def notice(self) -> str:
        """What has to be told, such as that nothing can be written; empty the next time."""
        said, self._notice = self._notice, ""
        return said

    def close(self) -> None:
        """Close the file; it is opened again when needed. What was kept in memory only is gone."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened, self._in_memory = None, False

    def __del__(self) -> None:
        # A face that is left at once closes nothing; Python 3.13 warns of a connection that is collected open.
        opened: Connection | None = getattr(self, "_opened", None)
        if opened is not None:
            opened.close()

    # To be written ----------------------------------------------------------------------------------------------------

    def record(self, tried: Tried, *, card: bool = False) -> None:
        """Keep one row as it is. With `card` the first answer of a round says when the exercise comes back.

        Raises ProgressError if the file is not ours.
        """
        self._write(lambda db: _insert(db, tried, card))

    def append(self, exercise: str, seed: int, number: int, make: Made, *, card: bool = False) -> tuple[Tried, ...]:
        """Go on with a round, or begin one (`number` 0): `make` is given its number and what it has so far, and says
        what is new. All at one moment, whatever another program does. Gives the round with what is new.

        Raises ProgressError if the file is not ours.
        """

        def work(db: Connection) -> tuple[Tried, ...]:
            n = number or _last_round(db, exercise, seed) + 1
            so_far = _rows(db, "WHERE exercise = ? AND seed = ? AND round = ?", (_text(exercise), str(seed), n))
            new = make(n, so_far)
            _insert(db, new, card)
            return (*so_far, new)

        return self._write(work)

    # To be read -------------------------------------------------------------------------------------------------------

    def round(self, exercise: str, seed: int) -> tuple[Tried, ...]:
        """What was done in the last round of that exercise and seed, if it is not over. Raises ProgressError."""

        def work(db: Connection) -> tuple[Tried, ...]:
            n = _last_round(db, exercise, seed)
            return _rows(db, "WHERE exercise = ? AND seed = ? AND round = ?", (_text(exercise), str(seed), n))

        nothing: tuple[Tried, ...] = ()
        found = self._read(work, nothing)
        return () if any(one.over for one in found) else found

    def tried(self, exercise: str = "") -> tuple[Tried, ...]:
        """All that was done, of one exercise or of all, oldest first. Raises ProgressError."""
        where, values = ("WHERE exercise = ?", (_text(exercise),)) if exercise else ("", ())
        return self._read(lambda db: _rows(db, where, values), ())

    def scores(self) -> dict[str, Score]:
        """The best round of each exercise that was tried. Raises ProgressError."""
        return _scores(self.tried())

    def best(self, exercise: str) -> Score | None:
        """The best round of an exercise; None if it was never tried. Raises ProgressError."""
        return _scores(self.tried(exercise)).get(_text(exercise))

    def due(self, by: float | None = None) -> tuple[Due, ...]:
        """The cards that are due at a time (seconds since 1970; now, if none is given), longest due first."""
        when = self.clock() if by is None else by
        return tuple(one for one in self.cards() if one.due <= when)

    def cards(self) -> tuple[Due, ...]:
        """All cards, by the time when they are due. Raises ProgressError."""
        select = "SELECT exercise, due, card FROM cards ORDER BY due, exercise"
        return self._read(lambda db: tuple(Due(str(e), float(due), str(c)) for e, due, c in db.execute(select)), ())

    # The file ---------------------------------------------------------------------------------------------------------

    def _read(self, work: Callable[[Connection], _T], nothing: _T) -> _T:
        """Do it with what there is. Reading creates no file."""
        with self._lock:
            if self._opened is None and not self._exists():
                return nothing
            return self._tried_twice(work)

    def _write(self, work: Callable[[Connection], _T]) -> _T:
        def whole(db: Connection) -> _T:
            db.execute("BEGIN IMMEDIATE")
            try:
                done = work(db)
                db.execute("COMMIT")
            except BaseException:
                with suppress(Exception):  # the disk may be full for this, too; closing undoes it as well
                    db.execute("ROLLBACK")
                raise
            return done

        with self._lock:
            return self._tried_twice(whole)

    def _tried_twice(self, work: Callable[[Connection], _T]) -> _T:
        """In the file; where the disk does not let us, in memory."""
        import sqlite3

        try:
            return work(self._connection())
        except (sqlite3.Error, OSError) as error:
            if self._in_memory or not _is_of_the_disk(error):
                raise self._broken(error) from None
            self._move_to_memory(error)
        except (ValueError, TypeError) as error:
            raise self._broken(error) from None
        try:
            return work(self._connection())
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self._broken(error) from None

    def _exists(self) -> bool:
        try:
            return self.path.exists()
        except OSError:  # a folder that may not be looked into
            return False

    def _connection(self) -> Connection:
        if self._opened is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._opened = self._open(str(self.path))
        return self._opened

    def _open(self, where: str) -> Connection:
        import sqlite3

        # Transactions are begun by hand, and one lock keeps threads apart.
        db = sqlite3.connect(where, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA synchronous = FULL")
            db.execute("BEGIN")  # one look: another program may be making the file
            version = self._version(db)
            db.execute("COMMIT")
            if version == 0:
                db.execute("PRAGMA journal_mode = DELETE")  # one file, which can be copied
                self._create(db)
        except BaseException:
            db.close()
            raise
        return db

    def _create(self, db: Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        if self._version(db) == 0:  # else another program was first
            for statement in _FORM:
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")

    def _version(self, db: Connection) -> int:
        """The form of the file; 0: it is empty. Raises ProgressError for one that is not ours or is newer."""
        application, version, tables = (
            db.execute(statement).fetchone()[0]
            for statement in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
        if application == 0 and version == 0 and tables == 0:
            return 0
        if application != APPLICATION:
            raise ProgressError(
                f"{self.path} is a database of another program; move it away, then progress begins anew"
            )
        if version > VERSION:
            raise ProgressError(
                f"{self.path} was written by a newer mailedu (form {version}, this one knows {VERSION}); "
                "update mailedu, or set MAILEDU_HOME to another folder"
            )
        return int(version)

    def _move_to_memory(self, error: Error | OSError) -> None:
        file, self._opened, self._in_memory = self._opened, None, True
        memory = self._open(":memory:")
        try:
            if file is not None:
                with suppress(Exception):  # what cannot be read any more is not there
                    file.rollback()
                file.backup(memory)
            elif self._exists():
                self._copy(memory)
        except Exception:  # noqa: BLE001 - whatever is wrong with the disk, the learner goes on
            memory.close()
            memory = self._open(":memory:")
        finally:
            if file is not None:
                file.close()
        self._opened = memory
        why = getattr(error, "strerror", None) or str(error)
        self._notice = f"progress cannot be written to {self.path} ({why}); it is kept only until the program ends"

    def _copy(self, memory: Connection) -> None:
        """What the file holds, read without writing anything near it."""
        import sqlite3

        file = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
        try:
            self._version(file)
            file.backup(memory)
        finally:
            file.close()

    def _broken(self, error: Exception) -> ProgressError:
        if isinstance(error, ProgressError):
            return error
        return ProgressError(
            f"{self.path} is no progress file, or is damaged ({error}); move it away, then progress begins anew"
        )


#: Given the number of a round and what it has so far: what is new.
Made = Callable[[int, tuple[Tried, ...]], Tried]


def _is_of_the_disk(error: Exception) -> bool:
    """Whether the file may be in order, and only cannot be written, or not be reached."""
    import sqlite3

    if isinstance(error, OSError):
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY),
        *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH),
    )


def _last_round(db: Connection, exercise: str, seed: int) -> int:
    select = "SELECT coalesce(max(round), 0) FROM tries WHERE exercise = ? AND seed = ?"
    return int(db.execute(select, (_text(exercise), str(seed))).fetchone()[0])


def _rows(db: Connection, where: str, values: Iterable[Any]) -> tuple[Tried, ...]:
    found = db.execute(f"SELECT {_COLUMNS} FROM tries {where} ORDER BY id", tuple(values))
    return tuple(_tried(row) for row in found)


def _tried(row: tuple[Any, ...]) -> Tried:
    (exercise, seed, number, nth, when, what, answer, right, share, hints, score, most, over, *words) = row
    return Tried(
        *(exercise, int(seed), int(number), int(nth), float(when), What(what), answer, bool(right), float(share)),
        *(int(hints), float(score), float(most), bool(over), *words),
    )


def _insert(db: Connection, tried: Tried, card: bool) -> None:
    values = [_text(one) if isinstance(one, str) else one for one in tried]
    values[1] = str(tried.seed)  # a seed may be larger than what SQLite counts with
    db.execute(f"INSERT INTO tries ({_COLUMNS}) VALUES ({_HOLES})", values)
    recall = recalled(tried) if card else None
    if recall is not None:
        found = db.execute("SELECT card FROM cards WHERE exercise = ?", (_text(tried.exercise),)).fetchone()
        state, due = cards.reviewed(str(found[0]) if found else "", tried.exercise, recall, tried.when)
        db.execute("INSERT OR REPLACE INTO cards VALUES (?, ?, ?)", (_text(tried.exercise), state, due))


def recalled(tried: Tried) -> Recall | None:
    """How well something was remembered; None if it does not tell: only the first answer of a round does."""
    if tried.what is What.HINT or tried.nth > 1:
        return None
    if not tried.right:
        return Recall.AGAIN
    return Recall.HARD if tried.hints else Recall.GOOD


def _text(text: str) -> str:
    """What SQLite can keep: no half of a character, as names of files may have."""
    return text.encode("utf-8", "backslashreplace").decode()


def _scores(tried: Iterable[Tried]) -> dict[str, Score]:
    """The best round of each exercise. One begun while the answer of its variant is still fresh counts nothing."""
    rounds: dict[str, dict[tuple[int, int], Tried]] = {}
    counts: dict[tuple[str, int, int], bool] = {}
    known: dict[tuple[str, str], float] = {}
    for one in tried:  # of each round the last thing done has its score
        variant = (one.exercise, one.variant)
        counts.setdefault((one.exercise, one.seed, one.round), one.when - known.get(variant, -SLEPT) >= SLEPT)
        if one.over:
            known[variant] = one.when
        rounds.setdefault(one.exercise, {})[one.seed, one.round] = one
    found: dict[str, Score] = {}
    for exercise, ends in rounds.items():
        valid = [end for key, end in ends.items() if counts[exercise, *key]]
        best = max(valid, key=lambda end: end.score / end.most if end.most else 0.0)
        found[exercise] = Score(best.score, best.most, len(ends), max(end.when for end in ends.values()))
    return found
