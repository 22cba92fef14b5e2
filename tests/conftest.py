"""What all tests share: how many examples a law gets, what a skip means, and a home that is nobody's.

MAILEDU_EXAMPLES=5000 gives each law (`@pytest.mark.law`) so many examples; MAILEDU_STRICT=1 makes a skip a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

USUAL = 200
EXAMPLES = int(os.environ.get("MAILEDU_EXAMPLES") or USUAL)
STRICT = os.environ.get("MAILEDU_STRICT") == "1"

settings.register_profile(
    "mailedu",
    max_examples=USUAL,
    deadline=None,
    derandomize=True,
    # Journeys are large and slow to draw; that their number is kept matters more than the time.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.load_profile("mailedu")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the laws their examples. One that sets a number of its own gets that many times more, or fewer.

    `law(most=400)` says that beyond so many examples its time is better spent on the laws of journeys and machines.
    """
    if EXAMPLES == USUAL:
        return
    for item in items:
        law: Any = getattr(item, "obj", None)
        marker = item.get_closest_marker("law")
        if marker and getattr(law, "is_hypothesis_test", False):
            function: Any = getattr(law, "__func__", law)
            own: settings = function._hypothesis_internal_use_settings
            more = min(max(1, own.max_examples * EXAMPLES // USUAL), marker.kwargs.get("most", EXAMPLES))
            function._hypothesis_internal_use_settings = settings(own, max_examples=more)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose foreign program is missing, and name it."""
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            if shutil.which(program) is None:
                pytest.skip(f"needs the program {program}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under MAILEDU_STRICT a skipped test has failed."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _strict(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Under MAILEDU_STRICT a skipped file has failed."""
    report = yield
    _strict(report)
    return report


def _strict(report: Any) -> None:
    if STRICT and report.skipped:
        where, line, why = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{where}:{line}: under MAILEDU_STRICT=1 nothing may skip. {why}"


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or writes what the person at this machine owns, nor follows their taste in colours."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "MAILEDU_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(home))
        for name in ("NO_COLOR", "FORCE_COLOR", "TEXTUAL_THEME", "PYTHONPATH"):
            patch.delenv(name, raising=False)
        yield home
