"""The Makefile, by process: which Python it takes, what it says when it cannot, and that it does nothing twice.

The Pythons on PATH are stubs that write down how they were called, so nothing is installed here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
TOOLS = ("cat", "cp", "echo", "env", "ls", "make", "mkdir", "rm", "sh", "touch")

#: A Python of version 3.%(minor)s, as far as the Makefile can tell. A stub makes a .venv whose Python is itself a stub.
STUB = """#!/bin/sh
echo "${0##*/} $*" >> "$LOG"
case "$1 $2" in
  "-c import sys; sys.version_info"*) [ %(minor)s -ge 11 ] || exit 1; echo 3.%(minor)s ;;
  "-m venv")
    [ -z "$NO_VENV" ] || { echo "ensurepip is not available"; echo "trouble" >&2; exit 1; }
    for folder; do :; done
    mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
  "-c import sysconfig"*) echo .venv ;;
  "-m build") mkdir .venv/dist && touch .venv/dist/mailedu.whl ;;
esac
"""

pytestmark = pytest.mark.needs("make")


@dataclass
class Place:
    """A checkout with nothing made yet, and a machine with few programs on it."""

    checkout: Path
    bin: Path
    home: Path
    log: Path

    def python(self, name: str, minor: int) -> Path:
        stub = self.bin / name
        stub.parent.mkdir(exist_ok=True)
        stub.write_text(STUB % {"minor": minor}, encoding="utf-8")
        stub.chmod(0o755)
        return stub

    def make(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make; the log then holds the calls of this run alone."""
        self.log.write_text("", encoding="utf-8")
        env = {"PATH": str(self.bin), "HOME": str(self.home), "LOG": str(self.log)} | environment
        command = [str(self.bin / "make"), *words]
        return subprocess.run(
            command, cwd=self.checkout, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    def calls(self, what: str = "") -> list[str]:
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if what in line]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    checkout, programs, home = tmp_path / "my checkout", tmp_path / "bin", tmp_path / "home"
    for folder in (checkout, programs, home):
        folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(CHECKOUT / name, checkout)
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (programs / tool).symlink_to(found)
    return Place(checkout, programs, home, tmp_path / "log")


def test_the_first_python_that_is_new_enough_is_taken(place: Place) -> None:
    place.python("python3", 9)
    place.python("python3.14", 10)  # lies about its version; the Makefile asks
    place.python("python3.12", 12)
    place.python("python3.11", 11)
    done = place.make("run")
    assert done.returncode == 0, done.stderr
    assert "Making .venv with python3.12" in done.stdout
    assert place.calls("-m venv") == ["python3.12 -m venv --clear .venv"]


def test_python3_comes_first(place: Place) -> None:
    place.python("python3", 11)
    place.python("python3.13", 13)
    assert "Making .venv with python3 " in place.make("run").stdout


def test_run_installs_the_full_screen_and_starts_it(place: Place) -> None:
    place.python("python3", 11)
    place.make("run")
    installed = place.calls("install")
    assert len(installed) == 1
    assert installed[0].endswith("-c constraints.txt -e .[tui]")
    assert place.calls()[-1] == "python -m mailedu"


def test_the_second_time_nothing_is_installed(place: Place) -> None:
    place.python("python3", 11)
    place.make("run")
    done = place.make("run")
    assert done.stdout == done.stderr == ""
    assert not place.calls("install")
    assert not place.calls("venv --clear")
    assert place.calls()[-1] == "python -m mailedu"


def test_new_dependencies_are_installed(place: Place) -> None:
    place.python("python3", 11)
    place.make("run")
    later = (place.checkout / ".venv" / "run").stat().st_mtime + 2
    os.utime(place.checkout / "pyproject.toml", (later, later))
    place.make("run")
    assert len(place.calls("install")) == 1
    assert not place.calls("venv --clear")


@pytest.mark.parametrize("pythons", [[], [("python3", 10), ("python3.11", 9)]], ids=["none", "too old"])
@pytest.mark.parametrize("target", ["run", "test", "lint"])
def test_no_python_that_is_new_enough_is_one_line(place: Place, pythons: list[tuple[str, int]], target: str) -> None:
    for name, minor in pythons:
        place.python(name, minor)
    done = place.make(target)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "mailedu needs Python 3.11 or newer" in line
    assert "none of python3 python3.14 python3.13 python3.12 python3.11 is" in line
    assert "PYTHON=/path/to/python3" in line
    assert not (place.checkout / ".venv").exists()


def test_a_given_python_is_taken(place: Place) -> None:
    place.python("python3", 11)
    other = place.python("../other place/python", 13)
    assert f"Making .venv with {other}" in place.make("run", f"PYTHON={other}").stdout


@pytest.mark.parametrize("python", ["python2", "/nowhere/python3", "old"])
def test_a_given_python_that_does_not_serve_is_one_line(place: Place, python: str) -> None:
    place.python("python3", 11)
    place.python("old", 10)
    done = place.make("run", f"PYTHON={python}")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert f"mailedu needs Python 3.11 or newer: PYTHON={python} is not" in line


def test_another_python_makes_venv_anew(place: Place) -> None:
    place.python("python3", 11)
    newer = place.python("newer", 13)
    place.make("run")
    done = place.make("run", f"PYTHON={newer}")
    assert "Making .venv with" in done.stdout
    assert len(place.calls("install")) == 1
    assert place.make("run", f"PYTHON={newer}").stdout == ""
    assert place.make("run").stdout == ""


def test_venv_whose_python_is_gone_is_made_anew(place: Place) -> None:
    place.python("python3", 11)
    place.make("run")
    (place.checkout / ".venv" / "bin" / "python").unlink()
    assert "Making .venv" in place.make("run").stdout
    assert len(place.calls("install")) == 1


def test_venv_that_cannot_be_made_is_one_line(place: Place) -> None:
    place.python("python3", 11)
    done = place.make("run", NO_VENV="1")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "python3 cannot make a virtual environment" in line
    assert "apt install python3-venv" in line
    assert "Making .venv with python3 " in place.make("run").stdout  # once the package is there


def test_test_runs_pytest_from_the_installed_wheel_away_from_the_checkout(place: Place) -> None:
    place.python("python3", 11)
    done = place.make("test", "TESTS=-k word")
    assert done.returncode == 0, done.stderr
    assert [call.rpartition("-e ")[2] for call in place.calls("constraints.txt -e")] == [".[tui]", ".[dev]"]
    assert len(place.calls(".whl")) == 1
    assert "--no-deps" in place.calls(".whl")[0]
    run = place.calls("-m pytest")[0]
    assert run.endswith("/my checkout/tests -k word")
    place.make("test")
    assert not place.calls("constraints.txt")


def test_nothing_outside_the_checkout_is_touched(place: Place) -> None:
    place.python("python3", 11)
    place.make("run")
    place.make("test")
    assert list(place.home.iterdir()) == []
    assert {path.name for path in place.checkout.iterdir()} == {
        "Makefile",
        "constraints.txt",
        "pyproject.toml",
        ".venv",
    }
    place.make("clean")
    assert {path.name for path in place.checkout.iterdir()} == {"Makefile", "constraints.txt", "pyproject.toml"}


def test_pip_keeps_its_cache_in_venv(place: Place) -> None:
    stub = place.python("python3", 11)
    stub.write_text(stub.read_text(encoding="utf-8") + 'echo "cache $PIP_CACHE_DIR" >> "$LOG"\n', encoding="utf-8")
    place.make("run")
    assert f"cache {place.checkout}/.venv/cache" in place.calls()
    place.make("clean")
    place.make("run", PIP_CACHE_DIR="/somewhere")
    assert "cache /somewhere" in place.calls()
