"""What `docs/authoring.md` tells authors is so: its example passes, the files it names exist, its lists are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailedu.exercise import check, course, form, load, variants
from mailedu.exercise.facts import table
from mailedu.exercise.model import Kind

TEXT = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text("utf-8")


def part(title: str) -> str:
    """What stands below a title, up to the next."""
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_example_is_in_order(tmp_path: Path) -> None:
    example = part("One, whole").partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "pop3" / "reply-octets.toml"
    path.parent.mkdir()
    path.write_text(example, "utf-8")
    assert check.problems(path) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_an_example_of_each_kind_is_named_and_is_one(kind: Kind) -> None:
    row = re.search(rf"^\| `{kind}` \|.*$", part("Kinds"), re.MULTILINE)
    assert row, kind
    named = re.findall(r"`([a-z0-9-]+/[a-z0-9-]+)`", row[0])
    assert named, kind
    there = [load.find(id).kind for id in named if id in load.ids()]
    assert set(there) <= {kind}
    assert there or kind not in {one.kind for one in load.everything()}, f"an example of {kind} exists: name it"


def test_every_key_is_told() -> None:
    told = set(re.findall(r"`\[*([a-z]+)\]*", part("Keys"))) | {"vary"}
    assert set(form.keys.KEYS) <= told | {"wrong"}, set(form.keys.KEYS) - told


def test_every_table_is_told() -> None:
    assert all(f"`{name}`" in part("Facts") for name in table.names())


def test_objectives_that_wait_are_those_of_the_course() -> None:
    assert set(re.findall(r"^\| `([a-z.]+)`", part("Objectives that wait"), re.MULTILINE)) == set(course.waiting())


def test_the_variants_that_are_shown_can_be_drawn() -> None:
    import tomllib

    ways = tomllib.loads(part("Variants").partition("```toml\n")[2].partition("```")[0])["vary"]
    assert {name: variants.first(way) for name, way in ways.items()} == {
        "user": "admin1",
        "others": 0,
        "ending": "QUIT",
    }
