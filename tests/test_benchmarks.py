"""The benchmarks run and print all their rows. What the figures are, no test says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(os.environ.get("MAILEDU_CHECKOUT") or Path(__file__).parents[1])


def test_every_row_is_printed() -> None:
    pytest.importorskip("aiosmtpd")
    pytest.importorskip("dpkt")
    pytest.importorskip("twisted")
    command = [sys.executable, str(CHECKOUT / "benchmarks"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert len([row for row in rows if row.startswith("  ")]) == 59
    assert all(any(sign.isdigit() for sign in row[-8:]) for row in rows if row.startswith("  "))
