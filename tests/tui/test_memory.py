"""What is remembered: read whatever stands there, lose nothing, make the same journey again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.journey import play
from mailedu.journey.edit import Edit, Then, make
from mailedu.journey.scenario import load, names
from mailedu.tui import letters
from mailedu.tui.memory import Memory, Place, PlaceError, carrying
from mailedu.tui.panes import PANES

LETTER = b"From: Alice <alice@example.com>\r\nTo: carol@example.net\r\nSubject: Hi\r\n\r\nHello\r\n"


@pytest.fixture
def state() -> Path:
    letters.home().mkdir()
    return letters.home() / "state.json"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
#: Tables that come near to what is written.
tables = st.fixed_dictionaries(
    {},
    optional={
        "dark": json_values,
        "pace": json_values,
        "done": json_values | st.lists(st.sampled_from(names())),
        "place": json_values
        | st.fixed_dictionaries(
            {"scenario": st.sampled_from(names()) | json_values},
            optional={
                **dict.fromkeys(("letter", "seed", "n", "pane", "guessing", "total", "more"), json_values),
                "faults": json_values | st.lists(st.text(max_size=5), max_size=2),
                "edits": json_values
                | st.lists(
                    st.fixed_dictionaries(
                        {"place": json_values | st.just("submit/RCPT.1")},
                        optional={"say": json_values | st.lists(st.text(max_size=5)), "then": json_values},
                    ),
                    max_size=2,
                ),
            },
        ),
        "later": json_values,
    },
)
lines = st.binary(max_size=20).filter(lambda line: not set(line) & {0, 10, 13})
edits = st.builds(
    lambda place, said, then: make(place, said, then),
    st.sampled_from(("submit/RCPT.1", "deliver:example.net/MAIL.1!", "compose/FIELD.3")),
    st.lists(lines, max_size=3),
    st.sampled_from(Then),
)
places = st.builds(
    Place,
    st.sampled_from(names()),
    st.lists(st.text(max_size=8), max_size=3).map(tuple),
    st.lists(edits, max_size=3).map(tuple),
    st.text(max_size=12),
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.sampled_from([pane.name for pane in PANES]),
    st.booleans(),
    st.integers(0, 10**6),
    st.booleans(),
)


@pytest.mark.parametrize("pane", ["foo", "", "a b[", "below", None, 3])
def test_a_pane_that_is_none_is_the_first(state: Path, pane: object) -> None:
    state.write_text(json.dumps({"place": {"scenario": "alice-to-bob", "pane": pane}}), encoding="utf-8")
    place = Memory.load().place
    assert place is not None
    assert place.pane == "explain"


def test_nothing_is_remembered_at_first() -> None:
    assert Memory.load() == Memory()
    assert not letters.home().exists()


@pytest.mark.law(most=400)
@given(
    octets=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()) | st.just(b"[" * 99999)
)
def test_whatever_stands_in_the_file_is_read_or_set_aside_and_kept(
    tmp_path_factory: pytest.TempPathFactory, octets: bytes
) -> None:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILEDU_HOME", str(folder))
        path = folder / "state.json"
        path.write_bytes(octets)
        memory = Memory.load()
        if path.exists():
            assert isinstance(json.loads(octets), dict)
        else:
            assert (folder / "state.json.broken-1").read_bytes() == octets
            assert "state.json.broken-1" in memory.warning
            assert "\n" not in memory.warning
        memory.save()
        again = Memory.load()
        for name in ("place", "done", "dark", "pace"):
            assert getattr(again, name) == getattr(memory, name)
        assert json.dumps(again.others) == json.dumps(memory.others)  # NaN is like no other


@pytest.mark.law(most=400)
@given(table=tables)
def test_values_are_taken_one_by_one_and_keys_of_others_are_kept(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, object]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("MAILEDU_HOME", str(folder))
        (folder / "state.json").write_text(json.dumps(table))
        memory = Memory.load()
        assert memory.place is None or (memory.place.n >= 1 and memory.place.scenario in names())
        if "later" in table:
            memory.save()
            kept = json.loads((folder / "state.json").read_text())
            assert json.dumps(kept["later"]) == json.dumps(json.loads(json.dumps(table["later"])))


@pytest.mark.law(most=400)
@given(place=places, done=st.sets(st.text(max_size=8)), dark=st.booleans(), pace=st.integers(0, 9))
def test_what_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, place: Place, done: set[str], dark: bool, pace: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILEDU_HOME", str(tmp_path_factory.mktemp("home")))
        memory = Memory(place, done, dark, pace)
        memory.save()
        assert memory.warning == ""
        assert Memory.load() == memory


def test_a_good_value_beside_a_bad_one_is_taken(state: Path) -> None:
    state.write_text('{"dark": "perhaps", "pace": 2, "done": ["alice-to-bob", 7], "place": {"scenario": "nowhere"}}')
    memory = Memory.load()
    assert (memory.dark, memory.pace, memory.done, memory.place) == (True, 2, {"alice-to-bob"}, None)
    assert "place" in memory.warning


def test_each_broken_file_is_kept_under_a_name_of_its_own(state: Path) -> None:
    for text in ("{", "[]"):
        state.write_text(text)
        Memory.load()
    assert state.with_name("state.json.broken-1").read_text() == "{"
    assert state.with_name("state.json.broken-2").read_text() == "[]"


def test_what_cannot_be_moved_aside_is_not_written_over(state: Path) -> None:
    state.mkdir()
    (state / "mine").write_text("dear to me")
    memory = Memory.load()
    assert memory.warning
    memory.save()
    assert (state / "mine").read_text() == "dear to me"


def test_a_folder_that_cannot_be_written_costs_one_line() -> None:
    letters.home().write_text("a file where the folder should be")
    memory = Memory.load()
    memory.save()
    assert memory.warning
    assert "\n" not in memory.warning
    assert letters.home().read_text() == "a file where the folder should be"


def test_saving_leaves_nothing_beside_the_file(state: Path) -> None:
    memory = Memory(done={"figure-21-6"})
    memory.save()
    memory.save()
    assert [path.name for path in state.parent.iterdir()] == ["state.json"]


def test_of_two_programs_the_last_one_wins_and_nothing_breaks(state: Path) -> None:
    one, other = Memory.load(), Memory.load()
    one.pace, other.pace = 0, 3
    one.save()
    other.save()
    assert Memory.load().pace == 3


@pytest.mark.parametrize("name", names())
def test_the_journey_of_a_place_is_the_one_that_was_left(name: str) -> None:
    journey = play(load(name), (Edit("access:bob/STAT.1", (b"\xffNOOP",)),), 4)
    again = Place.of(journey, 7).journey()
    assert again.steps == journey.steps
    assert again.edits == journey.edits


def test_a_place_knows_faults_and_a_letter_of_ones_own(state: Path) -> None:
    name = letters.save(LETTER, "Hi")
    journey = play(carrying(load("greylisting"), LETTER))
    memory = Memory(Place.of(journey, 3, "bytes", name, True))
    memory.save()
    place = Memory.load().place
    assert place == Place("greylisting", ("greylisting",), (), name, 0, 3, "bytes", True, len(journey))
    assert place.journey().steps == journey.steps


def test_a_letter_that_is_gone_is_told_in_one_line(state: Path) -> None:
    with pytest.raises(PlaceError, match=r"letter gone\.eml is not there any more"):
        Place("alice-to-bob", letter="gone.eml").journey()


def test_a_fault_that_is_gone_is_told_in_one_line() -> None:
    with pytest.raises(PlaceError, match="no fault 'flood'"):
        Place("alice-to-bob", ("flood",)).journey()
