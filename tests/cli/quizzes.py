"""What tests of `mailedu quiz` share: a small bank of exercises, a kind or two each, that never changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .conftest import Call, Done

BANK = str(Path(__file__).with_name("bank"))

Ask = Callable[..., str]


def asked(mailedu: Call, *what: str, lines: str = "") -> Done:
    """Ask from the bank; `lines`: what is typed, a line each."""
    return mailedu("quiz", "--exercises", BANK, *what, typed=lines)


def told(mailedu: Call, *what: str, lines: str = "") -> str:
    """The same, where nothing goes wrong: all that was printed, as one line a paragraph would have it."""
    done = asked(mailedu, *what, lines=lines)
    assert done.status == 0, done.err
    assert not done.err
    return " ".join(done.out.split())


def answers_to(out: str) -> list[str]:
    """What was said to each line: the verdicts, in their order."""
    return [line for line in out.splitlines() if line.startswith(("✓", "✗", "That is no answer"))]
