"""`mailedu quiz` as a process of its own: at a terminal, in a pipe, and when it is killed."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from mailedu.exercise.progress import Progress

from .conftest import Call, command, environment
from .quizzes import BANK

COLOURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?2004[hl]")
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f]")
QUIZ = ("quiz", "--exercises", BANK)


def at_terminal(folder: Path, *arguments: str, keys: str, columns: int = 80, **env: str) -> str:
    """What a terminal gets while `keys` are typed; it ends with what was asked."""
    mine, theirs = pty.openpty()
    size = {"COLUMNS": str(columns), "LINES": "24", "TERM": "xterm-256color", "MAILEDU_HOME": str(folder / "learner")}
    child = subprocess.Popen(
        command(*arguments), stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, close_fds=True,
        env=environment(**(size | env)),
    )  # fmt: skip
    os.close(theirs)
    os.write(mine, keys.encode())
    out = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and select.select([mine], [], [], 30)[0]:
        try:
            out += os.read(mine, 65536)
        except OSError:
            break
    child.wait(30)
    os.close(mine)
    return out.decode().replace("\r\n", "\n")


# At a terminal --------------------------------------------------------------------------------------------------------


def test_at_a_terminal_there_are_colours_and_nothing_moves(tmp_path: Path) -> None:
    out = at_terminal(tmp_path, *QUIZ, "one/number", keys="1128\n1108\nq\n")
    assert "\x1b[1m" in out
    assert not re.search(r"\x1b\[(?!\?2004[hl]|[0-9;]*m)", out)
    assert "✓ Right: 0.5 of 1 point." in COLOURS.sub("", out)
    # The question stands again below what takes a screen of its own.
    assert COLOURS.sub("", out).count("How long is the message of admin1?") == 2


def test_at_a_terminal_what_is_no_key_is_not_taken_for_the_next_answer(tmp_path: Path) -> None:
    out = COLOURS.sub("", at_terminal(tmp_path, *QUIZ, "two/quit", "one/number", keys=":=q\n7\n\n1108\nq\n"))
    first, second = out.split("Question 2 of 2")
    assert first.count("Done: enter goes on") == 2
    assert "✓ Right: 1 point." in second


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_meaning_hangs_on_a_colour(tmp_path: Path, env: dict[str, str]) -> None:
    out = at_terminal(tmp_path, *QUIZ, "one/number", keys="1128\n1108\nq\n", **env)
    assert "\x1b[1m" not in out
    assert "38;5" not in out
    assert "✗ Not quite." in out
    assert "✓ Right:" in out


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_a_narrow_terminal_misses_nothing(tmp_path: Path, columns: int) -> None:
    keys = "1128\nv\np\np 15\n?\n1108\n?\n\nNOOP\n:help\n:quit\n"
    out = COLOURS.sub("", at_terminal(tmp_path, *QUIZ, "one/number", "two/lab", keys=keys, columns=columns))
    wide = [line for line in out.split("\n") if len(line) > columns and not line.startswith(("[", "> ", "    … "))]
    assert not wide
    assert "afterwards 1 and 3" in " ".join(out.split())
    assert "PASS admin11" in out
    assert out.count("+OK 1 1108") >= 2


def test_ctrl_c_keeps_what_was_answered(tmp_path: Path) -> None:
    mine, theirs = pty.openpty()
    child = subprocess.Popen(
        command(*QUIZ, "one/number"), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env=environment(TERM="xterm", MAILEDU_HOME=str(tmp_path)), preexec_fn=_own_terminal,
    )  # fmt: skip
    os.close(theirs)
    os.write(mine, b"1128\n")
    out = _until(mine, b"One more try")
    os.write(mine, b"\x03")
    out += _until(mine, b"")
    assert child.wait(30) == 130
    os.close(mine)
    assert b"Traceback" not in out
    assert len(Progress(tmp_path / "progress.sqlite3").tried()) == 1


def _own_terminal() -> None:
    import fcntl
    import termios

    signal.signal(signal.SIGINT, signal.default_int_handler)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _until(terminal: int, words: bytes) -> bytes:
    """What comes until `words` do, or until nothing comes any more."""
    out = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and select.select([terminal], [], [], 30)[0]:
        try:
            out += os.read(terminal, 65536)
        except OSError:
            break
        if words and words in out:
            break
    return out


# In a pipe ------------------------------------------------------------------------------------------------------------


def test_a_pipe_without_answers_ends_cleanly(process: Call, tmp_path: Path) -> None:
    done = process(*QUIZ, "one", MAILEDU_HOME=str(tmp_path / "learner"))
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("Not answered: one/choice, one/match, one/number, one/order, one/several.\n")
    assert "\x1b" not in done.out
    assert not (tmp_path / "learner").exists()
    assert process("quiz", MAILEDU_HOME=str(tmp_path / "learner")).status == 0


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"LC_ALL": "", "LC_CTYPE": "", "LANG": "C"}])
def test_a_locale_that_is_not_utf8_gets_us_ascii(process: Call, tmp_path: Path, env: dict[str, str]) -> None:
    typed = "1128\nv\n1108\n§\n3\nNOOP\n:done\n\xe9\n".encode()
    home = {"MAILEDU_HOME": str(tmp_path / "learner")}
    done = process(*QUIZ, "one/number", "two/line", "two/lab", typed=typed, **env, **home)
    assert done.status == 0
    assert (done.out + done.err).isascii()
    assert "x Not quite. 1,128 is all that came back." in done.out
    assert "+ Right: 0.5 of 1 point." in done.out
    for words in (("--list",), ("--facts",), ("--answers", "none")):
        done = process(*QUIZ, *words, **env, **home)
        assert (done.out + done.err).isascii()


def test_nothing_foreign_reaches_a_terminal_as_it_is(process: Call, tmp_path: Path) -> None:
    typed = b"\x1b[2J\xe2\x80\xae\nh\x1b\np 1\n\x00\n3\xff\n" + b"9" * 100_000 + b"\n\x1b]0;x\x07\n"
    for what in ("two/line", "two/quit", "two/lab", "two/repair", "one/order", "one/match"):
        done = process(*QUIZ, what, typed=typed, MAILEDU_HOME=str(tmp_path / what))
        assert done.status == 0
        assert not STEERS.search(done.out + done.err), what
    assert "    1  Subject: ␛[31mred \\u202e\n" in process(*QUIZ, "two/line", MAILEDU_HOME=str(tmp_path / "x")).out


def test_a_reader_that_stops_listening_ends_it_quietly(tmp_path: Path) -> None:
    env = environment(MAILEDU_HOME=str(tmp_path))
    with subprocess.Popen(
        command(*QUIZ, "one"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        child.stdin.write(b"p\n" * 1000)
        child.stdin.close()
        assert child.stderr.read() == b""
        assert child.wait(30) == 141


# Killed ---------------------------------------------------------------------------------------------------------------


def test_what_was_marked_is_kept_though_it_is_killed(tmp_path: Path) -> None:
    """Kill -9 right after a line of the verdict came: each try and hint is in the file, and it goes on there."""
    env = environment(MAILEDU_HOME=str(tmp_path))
    steps = ((b"h\n", b"A right answer now"), (b"b\n", b"One more try"), (b"c\n", b"Done: enter"))
    for n, (typed, words) in enumerate(steps, 1):
        with subprocess.Popen(
            command(*QUIZ, "one/choice", "--seed", "0"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(typed)
            child.stdin.flush()
            _until(child.stdout.fileno(), words)
            child.kill()
        assert len(Progress(tmp_path / "progress.sqlite3").tried("one/choice")) == n
    done = subprocess.run(command(*QUIZ, "--list", "--json"), env=env, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)
    assert Progress(tmp_path / "progress.sqlite3").tried("one/choice")[-1].over
