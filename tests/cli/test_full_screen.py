"""`mailedu` alone is the full screen. Whatever ends it, the terminal is as it was and no process is left."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mailedu import tui
from mailedu.cli import USAGE

from .conftest import Call, command, environment

#: An application with a key that fails, run as the real one is.
SMALL = """
import sys
from textual.app import App
from textual.widgets import Label
from mailedu import cli, tui
from mailedu.tui import running

class Small(App):
    BINDINGS = [("x", "fail", ""), ("q", "quit", "")]

    def compose(self):
        yield Label("ready")

    def action_fail(self):
        raise ValueError("[/b] fails")

    async def action_quit(self):
        open("kept", "a").write("kept")
        self.exit()

tui.run = lambda: running.run(Small())
cli.main([])
"""
SECONDS = 20.0
ALTERNATE, USUAL = b"\x1b[?1049h", b"\x1b[?1049l"


class Session:
    """A process whose terminal we are."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self._end, self._terminal = pty.openpty()
        termios.tcsetwinsize(self._end, (24, 80))
        # Who leads a session and opens a terminal is told when it closes.
        opens = ["/bin/sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(self._terminal), *words]
        self._process = subprocess.Popen(
            opens, cwd=folder, env=environment(TERM="xterm-256color", MAILEDU_HOME=str(folder)), start_new_session=True
        )
        self.heard = b""

    def hear(self, what: bytes) -> None:
        """Wait until it has written this."""
        until = time.monotonic() + SECONDS
        while what not in self.heard:
            assert time.monotonic() < until, self.heard
            self._read(0.1)

    def _read(self, seconds: float) -> bool:
        if self._end == -1 or not select.select([self._end], [], [], seconds)[0]:
            return False
        self.heard += os.read(self._end, 65536)
        return True

    def type(self, keys: bytes) -> None:
        os.write(self._end, keys)

    def close(self) -> None:
        if self._end != -1:
            os.close(self._end)
            self._end = -1

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self.close()
        os.close(self._terminal)
        self._process.kill()
        self._process.wait()

    def status(self) -> int:
        """Its exit status, once it has ended by itself."""
        until = time.monotonic() + SECONDS
        while (ended := self._process.poll()) is None:
            assert time.monotonic() < until, "it goes on"
            if not self._read(0.02):
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.02)
        while self._read(0):
            pass
        return ended


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Callable[..., Session]]:
    made: list[Session] = []

    def start(*words: str) -> Session:
        made.append(Session(list(words), tmp_path))
        return made[-1]

    yield start
    for one in made:
        one.kill()


@pytest.mark.parametrize("key", [b"q", b"\x03"], ids=["q", "ctrl+c"])
def test_alone_at_a_terminal_it_is_the_full_screen(session: Callable[..., Session], key: bytes) -> None:
    one = session(*command())
    one.hear(b"\x1b[?2004h")
    one.hear(b"Alice")
    one.type(key)
    assert one.status() == 0
    assert ALTERNATE in one.heard.rpartition(USUAL)[0]
    assert one.heard.count(ALTERNATE) == one.heard.count(USUAL) == 1


def test_a_fault_of_ours_is_one_line_on_a_terminal_that_is_as_before(session: Callable[..., Session]) -> None:
    one = session(sys.executable, "-c", SMALL)
    one.hear(b"ready")
    one.type(b"x")
    assert one.status() == 1
    last = one.heard.rpartition(USUAL)[2]
    assert last.count(b"\n") == 1
    assert b"mailedu: this should not have happened: ValueError: [/b] fails (MAILEDU_DEBUG=1 shows where)" in last
    assert b"Traceback" not in one.heard


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_as_leaving_does(session: Callable[..., Session], tmp_path: Path, number: int) -> None:
    one = session(sys.executable, "-c", SMALL)
    one.hear(b"ready")
    one.send(number)
    assert one.status() == 128 + number
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"
    if number != signal.SIGHUP:
        assert USUAL in one.heard


def test_a_closed_terminal_ends_it_and_the_place_is_kept(session: Callable[..., Session], tmp_path: Path) -> None:
    one = session(sys.executable, "-c", SMALL)
    one.hear(b"ready")
    one.close()
    assert one.status() == 128 + signal.SIGHUP
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"


def test_so_does_one_that_closes_without_a_signal(session: Callable[..., Session], tmp_path: Path) -> None:
    ignored = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])\n"
    one = session(sys.executable, "-c", ignored + SMALL)
    one.hear(b"ready")
    one.close()
    assert one.status() == 128 + signal.SIGHUP
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_without_a_terminal_it_welcomes(process: Call, term: str) -> None:
    done = process(TERM=term)
    assert done.status == 0
    assert "mailedu walk" in done.out
    assert "\x1b" not in done.out


def test_a_dumb_terminal_is_welcomed(session: Callable[..., Session]) -> None:
    one = session("/usr/bin/env", "TERM=dumb", *command())
    assert one.status() == 0
    assert b"mailedu walk" in one.heard
    assert b"\x1b" not in one.heard


def test_without_textual_it_says_what_to_install() -> None:
    # A process of its own: modules that are loaded twice are two of everything.
    script = (
        "import sys; sys.modules['textual'] = None; import mailedu.cli as cli; "
        "cli.at_a_terminal = lambda: True; sys.exit(cli.run([]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == USAGE
    assert done.stderr == f"mailedu: {tui.MISSING}\n"


def test_a_locale_without_utf8_is_told_so(session: Callable[..., Session]) -> None:
    one = session("/usr/bin/env", "PYTHONIOENCODING=latin-1", *command())
    assert one.status() == USAGE
    assert b"UTF-8" in one.heard
    assert one.heard.count(b"\n") == 1
