"""A home of its own for each test of the full screen; nothing in it moves."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import constants


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "mailedu"
    monkeypatch.setenv("MAILEDU_HOME", str(home))
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    return home
