"""The progress file: nothing that was answered is lost, nothing that is not ours is touched."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fsrs import Card, Rating, Scheduler

from mailedu.exercise.progress import PATIENCE, SLEPT, VERSION, Progress, ProgressError, Tried, What

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC).timestamp()


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(tmp_path: Path, clock: Clock) -> Iterator[Progress]:
    one = Progress(tmp_path / "data" / "progress.sqlite3", clock)
    yield one
    one.close()


def tried(exercise: str = "pop3/port", seed: int = 0, number: int = 1, nth: int = 1, **more: object) -> Tried:
    return Tried(exercise, seed, number, nth, START)._replace(**more)


# What was kept is there -----------------------------------------------------------------------------------------------


def test_what_was_recorded_is_read_by_another_program(progress: Progress) -> None:
    one = tried(
        answer='"é\\ud800"', right=True, share=0.5, hints=1, score=0.25, most=2.0, over=True, objective="pop3.capture"
    )
    progress.record(one)
    progress.record(tried("smtp/first", seed=7, what=What.HINT, share=0.25, misconception="to-routes", variant="7"))
    with closing(Progress(progress.path)) as another:
        assert another.tried() == progress.tried()
        assert another.tried()[0] == one
        assert [t.exercise for t in another.tried("smtp/first")] == ["smtp/first"]


@pytest.mark.parametrize("seed", [0, -1, 2**63, 10**60])
def test_every_seed_is_kept(progress: Progress, seed: int) -> None:
    progress.record(tried(seed=seed))
    assert progress.round("pop3/port", seed)[0].seed == seed


def test_a_name_that_is_no_text_is_kept(progress: Progress) -> None:
    name = os.fsdecode(b"own/caf\xe9")
    progress.record(tried(name), card=True)
    assert len(progress.round(name, 0)) == 1
    assert progress.best(name) is not None
    assert len(progress.cards()) == 1


def test_a_round_that_is_not_over_goes_on_and_another_begins_after_it(progress: Progress) -> None:
    progress.record(tried(nth=1))
    progress.record(tried(what=What.HINT))
    assert len(progress.round("pop3/port", 0)) == 2
    assert progress.round("pop3/port", 1) == ()
    progress.record(tried(nth=2, over=True))
    assert progress.round("pop3/port", 0) == ()
    done = progress.append("pop3/port", 0, 0, lambda number, so_far: tried(number=number, nth=len(so_far) + 1))
    assert [(one.round, one.nth) for one in done] == [(2, 1)]


def test_append_sees_what_another_program_did_in_the_same_round(progress: Progress) -> None:
    with closing(Progress(progress.path)) as another:
        first = progress.append("pop3/port", 0, 0, lambda n, so_far: tried(number=n, nth=len(so_far) + 1))
        second = another.append("pop3/port", 0, 1, lambda n, so_far: tried(number=n, nth=len(so_far) + 1))
    assert second == (*first, tried(nth=2))


def test_scores_are_of_the_best_round(progress: Progress) -> None:
    progress.record(tried(number=1, nth=1, score=0.0, most=2.0))
    progress.record(tried(number=1, nth=2, score=1.0, most=2.0, over=True))
    progress.record(tried(seed=3, variant="3", number=1, score=2.0, most=2.0, over=True, when=START + 9))
    progress.record(tried(number=2, score=0.0, most=2.0, over=True))
    best = progress.best("pop3/port")
    assert best == progress.scores()["pop3/port"]
    assert best is not None
    assert (best.score, best.most, best.rounds, best.when, best.full) == (2.0, 2.0, 3, START + 9, True)
    assert progress.best("smtp/never") is None


def test_a_hint_taken_after_a_try_lowers_the_score_of_its_round(progress: Progress) -> None:
    progress.record(tried(score=1.0, most=2.0))
    progress.record(tried(what=What.HINT, score=0.5, most=2.0))
    best = progress.best("pop3/port")
    assert best is not None
    assert best.score == 0.5


# The file -------------------------------------------------------------------------------------------------------------


def test_looking_makes_no_file(progress: Progress) -> None:
    assert (progress.tried(), progress.scores(), progress.due(), progress.round("a/b", 0)) == ((), {}, (), ())
    assert not progress.path.parent.exists()


def test_it_is_in_the_learners_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILEDU_HOME", str(tmp_path / "mine"))
    with closing(Progress()) as progress:
        progress.record(tried())
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["progress.sqlite3"]


def test_one_file_moves_it_to_another_machine(progress: Progress, tmp_path: Path) -> None:
    progress.record(tried(right=True, score=1.0, over=True), card=True)
    before = (progress.tried(), progress.scores(), progress.cards())
    assert [path.name for path in progress.path.parent.iterdir()] == ["progress.sqlite3"], "one file, nothing beside it"
    elsewhere = tmp_path / "elsewhere.sqlite3"
    shutil.copyfile(progress.path, elsewhere)  # while the program still runs
    with closing(Progress(elsewhere)) as moved:
        assert (moved.tried(), moved.scores(), moved.cards()) == before
        moved.record(tried(number=2))
        assert len(moved.tried()) == 2


def _not_sqlite(path: Path) -> None:
    path.write_bytes(b"Dear Bob,\r\n" * 1000)


def _of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE places (url TEXT)")


def _newer(path: Path) -> None:
    with closing(Progress(path)) as progress:
        progress.record(tried())
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")


def _damaged(path: Path) -> None:
    with closing(Progress(path)) as progress:
        for n in range(200):
            progress.record(tried(number=n + 1, answer="x" * 200))
    octets = bytearray(path.read_bytes())
    octets[4096:] = bytes(len(octets) - 4096)
    path.write_bytes(octets)


def _with_words_for_numbers(path: Path) -> None:
    with closing(Progress(path)) as progress:
        progress.record(tried())
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE tries SET score = 'much'")
        db.commit()


def _with_an_unknown_deed(path: Path) -> None:
    with closing(Progress(path)) as progress:
        progress.record(tried())
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE tries SET what = 'dreamt'")
        db.commit()


SPOILT = [_not_sqlite, _of_another_program, _newer, _damaged, _with_words_for_numbers, _with_an_unknown_deed]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_file_that_is_not_ours_is_told_in_one_line_and_left_as_it_is(spoil: object, tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    assert callable(spoil)
    spoil(path)
    before = path.read_bytes()
    with closing(Progress(path)) as progress, pytest.raises(ProgressError) as told:
        progress.tried()
    message = str(told.value)
    assert str(path) in message
    assert "\n" not in message
    assert "move it away" in message or "update mailedu" in message
    if spoil in (_not_sqlite, _of_another_program, _newer):
        with closing(Progress(path)) as progress, pytest.raises(ProgressError):
            progress.record(tried())
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_an_empty_file_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    path.touch()  # a program that was killed while it made it
    with closing(Progress(path)) as progress:
        progress.record(tried())
        assert len(progress.tried()) == 1


# A disk that cannot be written ----------------------------------------------------------------------------------------


def test_where_nothing_can_be_written_it_is_kept_in_memory_and_told_once(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with closing(Progress(tmp_path / "data" / "progress.sqlite3")) as progress:
        assert progress.tried() == ()
        progress.record(tried(), card=True)
        progress.record(tried(nth=2))
        assert len(progress.tried()) == 2
        told = progress.notice()
        assert told.startswith(f"progress cannot be written to {progress.path} (")
        assert "\n" not in told
        assert progress.notice() == ""
    assert (tmp_path / "data").read_text() == "a file where the folder should be"


def test_a_folder_in_its_place_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "progress.sqlite3").mkdir()
    with closing(Progress(tmp_path / "progress.sqlite3")) as progress:
        progress.record(tried())
        assert len(progress.tried()) == 1
        assert "kept only until the program ends" in progress.notice()


def run(code: str, *arguments: object) -> str:
    """What a Python of its own prints for `code`."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_full_disk_loses_nothing_that_was_there_and_the_learner_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    with closing(Progress(path)) as progress:
        progress.record(tried("before/it"))
    printed = run(
        """
        import resource, sys
        from pathlib import Path
        from mailedu.exercise.progress import Progress, Tried
        path = Path(sys.argv[1])
        progress = Progress(path)
        progress.record(Tried("just/before", 0, 1, 1, 0.0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, path.stat().st_size))
        for n in range(100):
            progress.record(Tried("after/it", 0, n + 1, 1, 0.0, answer="x" * 5000))
        print(len(progress.tried()), bool(progress.notice()), bool(progress.notice()))
        """,
        path,
    )
    assert printed.split() == ["102", "True", "False"]
    with closing(Progress(path)) as progress:
        kept = [one.exercise for one in progress.tried()]
    assert kept[:2] == ["before/it", "just/before"]


@contextmanager
def readable_by_all() -> Iterator[Path]:
    """A folder that other users may look into; what pytest gives is for the owner alone."""
    folder = Path(tempfile.mkdtemp(prefix="mailedu-"))
    try:
        yield folder
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_file_that_may_only_be_read_is_read_and_goes_on_in_memory() -> None:
    with readable_by_all() as folder:
        path = folder / "progress.sqlite3"
        with closing(Progress(path)) as progress:
            progress.record(tried("before/it"), card=True)
        path.chmod(0o444)
        folder.chmod(0o555)
        before = path.read_bytes()
        printed = run(
            """
            import os, sys, sqlite3, fsrs
            from pathlib import Path
            from mailedu.exercise.progress import Progress, Tried
            if os.geteuid() == 0:  # whom nothing stops
                os.seteuid(65534)
            progress = Progress(Path(sys.argv[1]))
            print(len(progress.tried()), repr(progress.notice()))
            progress.record(Tried("after/it", 0, 1, 1, 0.0), card=True)
            print(len(progress.tried()), len(progress.cards()), "readonly" in progress.notice())
            """,
            path,
        )
        assert printed.splitlines() == ["1 ''", "2 2 True"]
        assert path.read_bytes() == before


# A kill, and two at once ----------------------------------------------------------------------------------------------

ANSWERING = """
import sys
from pathlib import Path
from mailedu.exercise.model import Exercise, Kind
from mailedu.exercise.progress import Progress
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
exercise = Exercise("pop3/port", "pop3/port.toml", Kind.NUMBER, "pop3.capture", "Which port?", answer=110, card=True)
progress = Progress(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for seed in range(int(sys.argv[2]), int(sys.argv[3])):
    trying = Trying(Question(exercise, seed), progress)
    for value in (25, 110):
        trying.answer(value)
        print(seed, value, flush=True)
assert not progress.notice()
"""


def answering(path: Path, first: int, behind: int) -> subprocess.Popen[str]:
    """A program that, once told to, answers so many questions in two tries each, and says each when it is kept."""
    command = [sys.executable, "-c", ANSWERING, str(path), str(first), str(behind)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_kill_at_any_moment_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    for life, lines in enumerate((1, 2, 5, 8)):
        first = life * 1000
        with answering(path, first, first + 1000) as process:
            assert process.stdout is not None
            go(process)
            read = [process.stdout.readline() for _ in range(lines)]
            process.kill()  # in the midst of the next one
            rest, errors = process.communicate(timeout=30)
            assert process.returncode == -signal.SIGKILL, errors
        whole = ("".join(read) + rest).rpartition("\n")[0]
        said = [tuple(map(int, line.split())) for line in whole.splitlines()]
        assert len(said) >= lines, errors
        with closing(Progress(path)) as progress:
            kept = [(one.seed, int(one.answer)) for one in progress.tried() if one.seed >= first]
            assert kept[: len(said)] == said
            assert len(kept) <= len(said) + 1, "only what was on its way when the kill came"
            assert progress.cards()


def test_two_programs_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    with answering(path, 0, 100) as one, answering(path, 1000, 1100) as another:
        go(one)
        go(another)
        for program in (one, another):
            _, errors = program.communicate(timeout=120)
            assert program.returncode == 0, errors
    with closing(Progress(path)) as progress:
        rows = progress.tried()
    assert sorted((one.seed, one.nth) for one in rows) == [
        (first + n, nth) for first in (0, 1000) for n in range(100) for nth in (1, 2)
    ]
    assert {one.score for one in rows if one.nth == 2} == {0.5}


def test_somebody_who_waits_for_another_program_goes_on_when_it_is_done(progress: Progress) -> None:
    progress.record(tried())
    code = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        print("locked", flush=True)
        sys.stdin.readline()
        db.execute("COMMIT")
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(progress.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        assert len(progress.tried()) == 1, "reading need not wait"
        other.stdin.write("\n")
        other.stdin.flush()
        progress.record(tried(nth=2))
    assert progress.notice() == ""
    assert len(progress.tried()) == 2
    assert PATIENCE >= 5


# Facts come back after days -------------------------------------------------------------------------------------------


def test_a_card_comes_back_when_the_library_says(progress: Progress, clock: Clock) -> None:
    """Right is Good, with a hint Hard, wrong Again; dates are by our clock."""
    scheduler, card = Scheduler(enable_fuzzing=False), Card(card_id=1)
    answers = [
        (tried(number=1, right=True), Rating.Good),
        (tried(number=2, right=True), Rating.Good),
        (tried(number=3, right=True, hints=1), Rating.Hard),
        (tried(number=4, right=False), Rating.Again),
        (tried(number=5, what=What.SHOWN), Rating.Again),
        (tried(number=6, right=True), Rating.Good),
    ]
    for one, rating in answers:
        progress.record(one._replace(when=clock.now), card=True)
        card, _ = scheduler.review_card(card, rating, datetime.fromtimestamp(clock.now, UTC))
        (kept,) = progress.cards()
        assert kept.due == card.due.timestamp()
        stored = Card.from_json(kept.card)
        assert (stored.state, stored.stability, stored.difficulty) == (card.state, card.stability, card.difficulty)
        clock.now = kept.due
    assert clock.now > START + 86400


def test_a_known_fact_comes_back_after_days(progress: Progress, clock: Clock) -> None:
    waits = []
    for number in range(1, 6):
        progress.record(tried(number=number, right=True, when=clock.now), card=True)
        due = progress.cards()[0].due
        assert progress.due() == ()
        waits.append(timedelta(seconds=due - clock.now))
        clock.now = due
        assert [one.exercise for one in progress.due()] == ["pop3/port"]
    assert waits[0] == timedelta(minutes=10)
    assert waits[1] >= timedelta(days=1)
    assert waits == sorted(waits)


def test_only_the_first_answer_of_a_round_moves_a_card(progress: Progress) -> None:
    progress.record(tried(what=What.HINT), card=True)
    assert progress.cards() == ()
    progress.record(tried(nth=1, right=False), card=True)
    before = progress.cards()
    progress.record(tried(nth=2, right=True), card=True)
    assert progress.cards() == before


def test_what_is_no_card_does_not_come_back(progress: Progress) -> None:
    progress.record(tried(right=True))
    assert progress.cards() == ()


def test_a_clock_that_was_set_back_does_not_stop_anybody(progress: Progress) -> None:
    progress.record(tried(number=1, right=True), card=True)
    progress.record(tried(number=2, right=True, when=START - 400 * 86400.0), card=True)
    assert progress.cards()[0].due >= START


def test_a_card_that_cannot_be_read_begins_anew(progress: Progress) -> None:
    progress.record(tried(right=True), card=True)
    with closing(sqlite3.connect(progress.path)) as db:
        db.execute("UPDATE cards SET card = '{}'")
        db.commit()
    progress.record(tried(number=2, right=True), card=True)
    assert Card.from_json(progress.cards()[0].card).step == 1


def test_the_longest_due_comes_first(progress: Progress, clock: Clock) -> None:
    for n, name in enumerate(("a/late", "a/early")):
        progress.record(tried(name, right=True, when=START - n * 3600), card=True)
    clock.now = START + 86400
    assert [one.exercise for one in progress.due()] == ["a/early", "a/late"]
    assert progress.due(START - 86400) == ()


def test_what_was_just_shown_earns_nothing_until_it_has_been_slept_over(tmp_path: Path) -> None:
    now = [0.0]
    progress = Progress(tmp_path / "progress.sqlite3", clock=lambda: now[0])
    shown = Tried("a/b", 0, 1, 1, 0.0, What.SHOWN, over=True, variant="0")
    progress.record(shown)
    right = Tried("a/b", 0, 2, 1, 60.0, What.TRY, "1", True, 1.0, 0, 1.0, 1.0, True, variant="0")
    progress.record(right)
    assert progress.scores()["a/b"].score == 0
    progress.record(right._replace(seed=1, variant="1", when=120.0))
    assert progress.scores()["a/b"].score == 1
    other = Tried("c/d", 0, 1, 1, 0.0, What.SHOWN, over=True)
    progress.record(other)
    progress.record(right._replace(exercise="c/d", variant="", when=SLEPT))
    assert progress.scores()["c/d"].score == 1
