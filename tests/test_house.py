"""What the package promises about itself: its names, what it loads, what it ships and what it needs."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import importlib.util
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailedu

CHECKOUT = Path(__file__).parents[1]
PACKAGE = Path(mailedu.__file__).parent
PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]

#: The parts that play a journey; each may be imported where there is no screen, socket or thread.
ENGINE = (
    *("smtp", "pop3", "mime", "dns", "network", "agents", "explain", "journey"),
    *("conversation", "machine", "framing", "visible"),
)
#: What none of them loads.
FOREIGN = {
    *("anywidget", "asyncio", "click", "dns", "email", "http", "importlib.metadata", "ipywidgets", "logging"),
    *("multiprocessing", "platformdirs", "pygments", "socket", "sqlite3", "ssl", "subprocess", "textual", "threading"),
}


def loaded(code: str) -> set[str]:
    """The modules that a fresh Python loads for `code`, beyond what it has loaded at its start."""
    script = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*sorted(set(sys.modules) - before))"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Each module of the package, by its path within it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_bytes())


def imports(tree: ast.Module) -> Iterator[str]:
    """The top-level names that a module imports, wherever in it, but for itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


# Names ----------------------------------------------------------------------------------------------------------------


def test_the_version_is_the_one_that_was_installed() -> None:
    assert mailedu.__version__ == importlib.metadata.version("mailedu")


def test_every_public_name_is_there() -> None:
    assert set(mailedu.__all__) <= set(dir(mailedu))
    for name in mailedu.__all__:
        assert getattr(mailedu, name) is not None


def test_no_public_name_is_that_of_a_submodule() -> None:
    submodules = {module.name for module in pkgutil.iter_modules(mailedu.__path__)}
    assert submodules
    assert not submodules & set(mailedu.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'plya'"):
        mailedu.plya  # noqa: B018


# What the engine loads ------------------------------------------------------------------------------------------------


def test_importing_mailedu_loads_no_part_of_it() -> None:
    assert {name for name in loaded("import mailedu") if name.startswith("mailedu")} == {"mailedu"}


@pytest.mark.parametrize("part", ENGINE)
def test_a_part_of_the_engine_loads_nothing_foreign(part: str) -> None:
    modules = [f"mailedu.{part}"]
    package = PACKAGE / part
    if package.is_dir():
        modules += [f"mailedu.{part}.{module.name}" for module in pkgutil.iter_modules([str(package)])]
    assert not loaded(f"import {', '.join(modules)}") & (FOREIGN | {"mailedu.highlight"})


#: A journey played, and everything that a Scene can show of each step looked at.
LOOK = """
import mailedu
from mailedu.journey.scene import Scene
journey = mailedu.play("alice-to-bob")
shown = [name for name in vars(Scene) if not name.startswith("_")]
for step in journey.steps:
    scene = journey.scene(step.n)
    for name in shown:
        getattr(scene, name)
assert len(journey.steps) > 60 and {"packets", "explanation", "letter", "world"} <= set(shown)
"""


def test_a_journey_loads_nothing_foreign() -> None:
    """But for what the standard library itself loads to find a data file (`zipfile`, and with it `threading`)."""
    data = loaded("import importlib.resources as r\nr.files('mailedu').joinpath('py.typed').read_bytes()")
    assert "mailedu.journey.engine" in loaded("import mailedu\nmailedu.play")
    assert not (loaded(LOOK) - data) & FOREIGN


# What is shipped and needed -------------------------------------------------------------------------------------------


def test_make_test_tests_the_installed_wheel() -> None:
    """`make test` says where the checkout is; then nothing may have come from there."""
    checkout = os.environ.get("MAILEDU_CHECKOUT")
    if checkout:
        assert PACKAGE.is_relative_to(Path(sys.prefix).resolve())
        assert Path(checkout).samefile(CHECKOUT)
        assert not PACKAGE.samefile(CHECKOUT / "mailedu")
        assert not {Path(entry).resolve() for entry in sys.path if entry} & {CHECKOUT, CHECKOUT / "mailedu"}


def test_all_files_of_the_package_are_shipped() -> None:
    def files(folder: Path) -> set[str]:
        found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(folder).as_posix() for path in found}

    assert {"py.typed", "__init__.py", "__main__.py"} <= files(PACKAGE)
    assert files(CHECKOUT / "mailedu") <= files(PACKAGE)


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower() for requirement in requirements}


def test_what_is_imported_is_declared() -> None:
    """The base needs only base dependencies; a face may need its extra."""
    extras = {folder: names(PROJECT["optional-dependencies"][folder]) for folder in ("tui", "notebook", "serve")}
    base = names(PROJECT["dependencies"]) | {"mailedu", "dns"} | sys.stdlib_module_names
    assert base >= {"click", "dnspython", "platformdirs", "pygments"}
    for path, tree in sources():
        allowed = base | extras.get(path.partition("/")[0], set())
        assert set(imports(tree)) <= allowed, path


def test_constraints_hold_exact_versions_of_all_that_is_declared_and_no_address() -> None:
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="ascii").splitlines()
    for line in lines:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[0-9][A-Za-z0-9.+!]*( ; [a-z_A-Z0-9 '\"<>=!.()]+)?", line), line
    declared = [
        *PROJECT["dependencies"],
        *(need for extra in PROJECT["optional-dependencies"].values() for need in extra),
    ]
    assert names(declared) <= names(lines)


def test_contracts_watch_every_part_of_the_engine() -> None:
    contract = next(c for c in PYPROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "forbidden")
    assert set(contract["source_modules"]) == {f"mailedu.{part}" for part in ENGINE}
    assert set(contract["forbidden_modules"]) >= {name for name in FOREIGN if "." not in name}


def test_every_package_says_what_it_is() -> None:
    for path, tree in sources():
        assert not tree.body or ast.get_docstring(tree), f"{path} has no docstring"


def test_ci_calls_the_tests_and_asks_for_no_skip() -> None:
    script = CHECKOUT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.search(r"^MAILEDU_STRICT=1 MAILEDU_EXAMPLES=5000 make test\b", script.read_text("utf-8"), re.MULTILINE)
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=60)


def test_ci_installs_every_program_that_a_test_needs() -> None:
    installed = set(re.findall(r"(\w+)=[\w-]+", (CHECKOUT / ".ci" / "run").read_text("utf-8").partition("NEEDS=(")[2]))
    for path in (CHECKOUT / "tests").rglob("test_*.py"):
        for marker in re.findall(
            r"^(?:pytestmark = |@)pytest\.mark\.needs\((.*)\)", path.read_text("utf-8"), re.MULTILINE
        ):
            programs = set(re.findall(r"\"([^\"]+)\"", marker)) - {"sh", "no-such-program"}
            assert programs <= installed, path


def test_readme_shows_both_commands() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme
