"""The rules of tests/conftest.py, tried on a small suite: examples of laws, skips, foreign programs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """
import os
import pytest
from hypothesis import given, settings, strategies as st

ran = {"law": 0, "slow": 0, "most": 0, "usual": 0}

@pytest.mark.law
@given(st.integers())
def test_law(n):
    ran["law"] += 1

@pytest.mark.law
@settings(max_examples=20)
@given(st.integers())
def test_slow_law(n):
    ran["slow"] += 1

@pytest.mark.law(most=500)
@given(st.integers())
def test_law_with_a_limit(n):
    ran["most"] += 1

class TestUsual:
    @given(st.integers())
    def test_usual(self, n):
        ran["usual"] += 1

def test_counts():
    with open("counts", "w") as out:
        print(*ran.values(), file=out)

def test_home():
    assert "nobody" not in os.environ["HOME"]
    assert "NO_COLOR" not in os.environ
"""
SKIPS = """
import pytest

@pytest.mark.needs("sh", "no-such-program")
def test_foreign():
    raise AssertionError("never called")

@pytest.mark.xfail(strict=True)
def test_expected():
    raise AssertionError
"""
MODULE_SKIPS = "import pytest\npytest.skip('not on this machine', allow_module_level=True)\n"
CONFIG = "[pytest]\nmarkers =\n    law: a law\n    needs: programs\naddopts = -p no:cacheprovider -ra\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    conftest = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def run(suite: Path, **environment: str) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAILEDU_", "PYTEST_"))}
    env |= {"HOME": "/home/nobody", "NO_COLOR": "1"} | environment
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist"]
    return subprocess.run(command, cwd=suite, env=env, capture_output=True, text=True, timeout=300, check=False).stdout


@pytest.mark.parametrize(
    ("examples", "law", "slow", "most"), [("", 200, 20, 200), ("1000", 1000, 100, 500), ("10", 10, 1, 10)]
)
def test_laws_get_their_examples_and_others_do_not(suite: Path, examples: str, law: int, slow: int, most: int) -> None:
    (suite / "test_suite.py").write_text(SUITE, encoding="utf-8")
    assert "6 passed" in run(suite, MAILEDU_EXAMPLES=examples)
    assert (suite / "counts").read_text(encoding="utf-8").split() == [str(law), str(slow), str(most), "200"]


def test_a_missing_program_is_named(suite: Path) -> None:
    (suite / "test_suite.py").write_text(SKIPS, encoding="utf-8")
    (suite / "test_module.py").write_text(MODULE_SKIPS, encoding="utf-8")
    out = run(suite)
    assert "needs the program no-such-program" in out
    assert re.search(r"2 skipped, 1 xfailed", out)


def test_under_strict_a_skip_is_a_failure(suite: Path) -> None:
    (suite / "test_suite.py").write_text(SKIPS, encoding="utf-8")
    out = run(suite, MAILEDU_STRICT="1")
    assert "1 xfailed, 1 error" in out
    assert "needs the program no-such-program" in out
    (suite / "test_module.py").write_text(MODULE_SKIPS, encoding="utf-8")
    out = run(suite, MAILEDU_STRICT="1")
    assert "1 error" in out
    assert "not on this machine" in out
