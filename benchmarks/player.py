"""The full screen as somebody at a terminal has it: a process of its own behind a pty, timed from the other end.

From spawn to the first picture; from a key to the first octets that come back; from an edit to the new step.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SIZES = ((80, 24), (120, 40))
#: Seconds: to the first picture, to the first octets behind a key (p95), to the new step behind an edit.
FIRST, KEY, EDIT = 0.8, 0.033, 0.150
#: Seconds without an octet after which a screen is taken to be whole.
_QUIET = 0.03
_LONG = 30.0


class Terminal:
    """The other end of a program's terminal."""

    def __init__(self, end: int) -> None:
        self._end = end

    def press(self, keys: bytes) -> float:
        """Press; returns the seconds until the first octets come back. The rest of them is waited for."""
        began = time.perf_counter()
        os.write(self._end, keys)
        self._read(_LONG)
        took = time.perf_counter() - began
        self.settle()
        return took

    def press_until(self, keys: bytes, word: bytes) -> float:
        """Press; returns the seconds until a word comes."""
        began = time.perf_counter()
        os.write(self._end, keys)
        took = self.until(word) - began
        self.settle()
        return took

    def until(self, word: bytes) -> float:
        """Wait for a word; returns the moment at which it came."""
        heard = b""
        while word not in heard:
            got = self._read(_LONG)
            if not got:
                raise SystemExit(f"the full screen never showed {word!r}, but: {heard[-500:]!r}")
            heard += got
        return time.perf_counter()

    def settle(self) -> None:
        """Wait until nothing more comes."""
        while self._read(_QUIET):
            pass

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._end], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._end, 1 << 16)
        except OSError:  # nobody is at the other end any more
            return b""


@contextmanager
def terminal(words: Sequence[str], size: tuple[int, int]) -> Iterator[Terminal]:
    """A program in a terminal of so many columns and rows, with nothing remembered; it is ended."""
    end, theirs = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "TERM": "xterm-256color", "MAILEDU_HOME": home, "TEXTUAL_ANIMATIONS": "none"}
        for name in ("NO_COLOR", "COLORTERM", "COLUMNS", "LINES"):
            env.pop(name, None)
        with subprocess.Popen(
            [sys.executable, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        ) as process:
            os.close(theirs)
            try:
                yield Terminal(end)
            finally:
                process.kill()
                os.close(end)


def opened(what: str, size: tuple[int, int], count: int = 0, n: int = 1) -> Iterator[Terminal]:
    """One of opened.py, its first picture there."""
    words = [str(Path(__file__).with_name("opened.py")), what, str(count), str(n)]
    with terminal(words, size) as one:
        one.until(b"step ")
        one.settle()
        yield one


def started(words: Sequence[str], size: tuple[int, int], shows: bytes) -> float:
    """Seconds from spawn to a word of the first picture."""
    began = time.perf_counter()
    with terminal(words, size) as one:
        return one.until(shows) - began


def keys(one: Terminal, presses: int, far: int) -> tuple[float, float]:
    """Median and 95th percentile of so many presses: `far` steps on and as many back, again and again."""
    for key in (b"n", b"p"):  # what is made once, when first looked at
        one.press(key)
    there_and_back = b"n" * far + b"p" * far
    took = [one.press(there_and_back[i % (2 * far)].to_bytes(1, "big")) for i in range(presses)]
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def measure(presses: int, rounds: int, steps: int, octets: int) -> Iterator[tuple[str, str]]:
    """Rows: what was measured, and the figure."""
    empty = [str(Path(__file__).with_name("opened.py")), "empty"]
    for size in SIZES:
        at = f"{size[0]}x{size[1]}"
        least = statistics.median(started(empty, size, b"ready") for _ in range(rounds))
        ours = statistics.median(started(["-m", "mailedu"], size, b"quit") for _ in range(rounds))
        yield f"{at}: spawn to the first picture of an empty Textual application", f"{least * 1e3:.0f} ms"
        yield f"  of mailedu{_aim(ours, FIRST)}", f"{ours * 1e3:.0f} ms"
        yield "  times as long", f"{ours / least:.1f}"
        for one in opened("empty", size):
            middle, least = keys(one, presses, 60)
        yield f"{at}: key to first octets in the empty application: median, p95", _pair(middle, least)
        for what, count, n, far, name in (
            ("journey", 0, 1, 60, "a letter from Alice to Bob"),
            ("steps", steps, 10, 75, f"{steps:,} steps, at the beginning"),
            ("steps", steps, -90, 75, f"{steps:,} steps, near the end"),
            ("letter", octets, 1, 30, f"a letter of {octets / 1e6:g} MB, at the beginning"),
            ("letter", octets, -40, 35, f"a letter of {octets / 1e6:g} MB, near the end"),
        ):
            for one in opened(what, size, count, n):
                middle, late = keys(one, presses, far)
            yield f"  {name}{_aim(late, KEY)}", _pair(middle, late)
            yield "    times as long, p95", f"{late / least:.1f}"
        for one in opened("letter", size, octets, 20):
            edits = [one.press_until(b"E", _CHANGED) for _ in range(1)]
            for _ in range(rounds - 1):
                one.press(b"u")
                edits.append(one.press_until(b"E", _CHANGED))
        took = statistics.median(edits)
        yield f"  an edit of it, until the new step is there{_aim(took, EDIT)}", f"{took * 1e3:.0f} ms"


#: Only a changed journey shows it.
_CHANGED = "✎".encode()


def _pair(middle: float, late: float) -> str:
    return f"{middle * 1e3:.1f}, {late * 1e3:.1f} ms"


def _aim(figure: float, most: float) -> str:
    return f" (aim {most * 1e3:.0f} ms{'' if figure <= most else ', MISSED'})"
