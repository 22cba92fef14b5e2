"""Two ways to call the command: in this process, which is quick, and as a person's shell does."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from mailedu import cli

PROGRAM = Path(sys.executable).with_name("mailedu")
UTF8 = "C.UTF-8"


class Done(NamedTuple):
    """What a call left behind."""

    status: int
    out: str
    err: str


Call = Callable[..., Done]


@pytest.fixture
def mailedu(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Call it in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", UTF8)

    def call(*arguments: str, typed: str | bytes = b"") -> Done:
        octets = typed.encode("utf-8", "surrogateescape") if isinstance(typed, str) else typed
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets), "utf-8"))
        status = cli.run(arguments)
        return Done(status, *capsys.readouterr())

    return call


def command(*arguments: str) -> list[str]:
    """The installed program, as it is typed."""
    return [str(PROGRAM), *arguments] if PROGRAM.exists() else [sys.executable, "-m", "mailedu", *arguments]


def environment(**more: str) -> Mapping[str, str]:
    """An environment with a UTF-8 locale and no colours of its own, unless `more` says otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "MAILEDU_"))}
    return {**kept, "LC_ALL": UTF8, **more}


def ctrl_c_works() -> None:
    """For a child: a suite in the background of a shell has SIGINT switched off, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def process(tmp_path: Path) -> Call:
    """Call it as a process of its own, in an empty folder."""

    def call(*arguments: str, typed: bytes = b"", **env: str) -> Done:
        done = subprocess.run(
            command(*arguments),
            input=typed,
            capture_output=True,
            cwd=tmp_path,
            env=environment(**env),
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call
