"""Variants: drawn by seed, always the same; filled in wherever a file names them and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.exercise import load, variants
from mailedu.exercise.model import Call, Exercise, Kind

EXERCISE = Exercise("mine/one", "one.toml", Kind.NUMBER, "a.b", "?")

NAMES = st.sampled_from(["user", "n", "message.octets", "a_b", "x1"])
VALUES = st.one_of(st.integers(), st.text("ab{}", max_size=4), st.lists(st.integers(), max_size=2))
GIVEN = st.dictionaries(NAMES, VALUES, max_size=4)
TEXTS = st.lists(
    st.one_of(st.text("ab {}", max_size=3), NAMES.map("{{{}}}".format), NAMES.map("{{{{{}}}}}".format)), max_size=5
).map("".join)
TREES = st.recursive(
    st.one_of(TEXTS, st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
WAYS = st.one_of(
    st.lists(st.one_of(st.integers(), st.text(max_size=3), st.just({"octets": 3})), min_size=1, max_size=4),
    st.builds(
        lambda a, b, step: {"range": sorted((a, b)), "step": step},
        st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 9),
    ),
    st.sampled_from([{"from": name} for name in ("people", "passwords", "words")]),
)  # fmt: skip


def varied(**ways: Any) -> Exercise:
    return replace(EXERCISE, vary=ways)


# Drawing --------------------------------------------------------------------------------------------------------------


def test_seed_0_is_the_exercise_as_it_is_written() -> None:
    one = varied(
        user={"from": "people", "first": "admin1"}, who={"from": "people"}, n={"range": [3, 9]}, port=[110, 25],
        size={"range": [1, 9], "first": 7},
    )  # fmt: skip
    assert variants.draw(one, 0) == {"user": "admin1", "who": "alice", "n": 3, "port": 110, "size": 7}
    assert variants.draw(one, 0, 5) == variants.draw(one, 0)


def test_other_seeds_differ_and_each_value_comes_up() -> None:
    one = varied(n={"range": [1, 4]})
    assert {variants.draw(one, seed)["n"] for seed in range(1, 60)} == {1, 2, 3, 4}


def test_a_range_may_go_in_steps() -> None:
    one = varied(n={"range": [10, 31], "step": 10})
    assert {variants.draw(one, seed)["n"] for seed in range(1, 60)} == {10, 20, 30}


def test_a_drawn_table_gives_its_keys() -> None:
    assert variants.draw(varied(message=[{"octets": 3}]), 1) == {"message": {"octets": 3}, "message.octets": 3}


def test_what_one_name_draws_does_not_depend_on_the_others() -> None:
    few, more = varied(n={"range": [1, 999]}), varied(a={"from": "people"}, n={"range": [1, 999]}, z=[1, 2])
    assert [variants.draw(few, seed)["n"] for seed in range(9)] == [variants.draw(more, seed)["n"] for seed in range(9)]


def test_the_same_name_in_another_exercise_is_drawn_anew() -> None:
    one = varied(n={"range": [1, 10**9]})
    assert variants.draw(one, 1) != variants.draw(replace(one, id="mine/two"), 1)


def test_an_attempt_that_could_not_be_used_is_followed_by_another() -> None:
    one = varied(n={"range": [1, 10**9]})
    assert len({variants.draw(one, 1, attempt)["n"] for attempt in range(10)}) == 10


@pytest.mark.law(most=500)
@given(WAYS, st.integers(0, 10**9), st.integers(0, 9))
def test_the_same_seed_draws_the_same_out_of_what_is_allowed(way: Any, seed: int, attempt: int) -> None:
    one = varied(n=way)
    drawn = variants.draw(one, seed, attempt)
    assert drawn == variants.draw(one, seed, attempt)
    value = drawn["n"]
    if isinstance(way, list):
        assert value in way
    elif "range" in way:
        assert way["range"][0] <= value <= way["range"][1]
        assert (value - way["range"][0]) % way["step"] == 0
    else:
        assert value in variants.lists()[way["from"]]


def test_every_list_of_names_has_enough_that_are_safe_everywhere() -> None:
    for name, words in variants.lists().items():
        assert len(words) >= 6, name
        assert len(set(words)) == len(words), name
        for word in words:
            assert word.isascii(), word
            assert word.isprintable(), word
            assert "{" not in word
    for name in ("people", "strangers", "passwords", "hosts", "clients", "domains", "files", "words"):
        for word in variants.lists()[name]:
            assert word.replace("-", "").replace(".", "").isalnum(), word
            assert len(word) <= 40, word  # RFC 1939 section 3: an argument of POP3


def test_the_shipped_bank_varies() -> None:
    one = load.find("pop3/figure-21-10-password")
    assert variants.draw(one, 0)["user"] == "admin1"
    assert len({str(variants.draw(one, seed)) for seed in range(20)}) == 20


# Filling in -----------------------------------------------------------------------------------------------------------


def test_names_are_filled_in_deep_down_and_in_keys() -> None:
    tree = {"users": {"{user}": {"login": "{user}", "times": "{n}", "note": "{n} of {user}"}}, "list": ["{n}", 7, True]}
    assert variants.fill(tree, {"user": "erin", "n": 3}) == {
        "users": {"erin": {"login": "erin", "times": 3, "note": "3 of erin"}},
        "list": [3, 7, True],
    }


def test_a_text_that_is_only_a_name_becomes_the_value_unless_a_text_is_wanted() -> None:
    assert variants.fill("{n}", {"n": [1, 2]}) == [1, 2]
    assert variants.fill("{n}", {"n": 3}, whole=False) == "3"
    assert variants.fill(" {n}", {"n": 3}) == " 3"


def test_names_that_are_not_given_stay() -> None:
    assert variants.fill("{value} of {user}, {packet}", {"user": "erin"}) == "{value} of erin, {packet}"


def test_doubled_braces_keep_a_name_as_text() -> None:
    assert variants.fill("{{user}} is {user}", {"user": "erin"}) == "{user} is erin"
    assert variants.fill("{{value}}", {"user": "erin"}) == "{{value}}"


def test_values_are_not_filled_in_again() -> None:
    assert variants.fill("{a}{b}", {"a": "{b}", "b": "{a}"}) == "{b}{a}"


def test_calls_keep_their_form() -> None:
    call = Call("pop3.message_size", {"message": "{n}"})
    assert variants.fill(call, {"n": 2}) == Call("pop3.message_size", {"message": 2})


@pytest.mark.law(most=500)
@given(TREES)
def test_nothing_given_changes_nothing(tree: Any) -> None:
    assert variants.fill(tree, {}) == tree


@pytest.mark.law(most=500)
@given(TREES, GIVEN)
def test_only_names_that_are_looked_for_change_anything(tree: Any, values: Mapping[str, Any]) -> None:
    others = {name: value for name, value in values.items() if name not in str(tree)}
    assert variants.fill(tree, others) == tree
    wanted = {name: value for name, value in values.items() if name not in others}
    assert variants.fill(tree, values) == variants.fill(tree, wanted)


@pytest.mark.law(most=500)
@given(TREES)
def test_after_all_names_are_filled_in_none_is_left(tree: Any) -> None:
    names = variants.placeholders(tree)
    filled = variants.fill(tree, dict.fromkeys(names, "x"))
    if "{{" not in str(tree):
        assert not variants.placeholders(filled) & names


@pytest.mark.law(most=500)
@given(TREES, GIVEN)
def test_filling_in_leaves_the_tree_as_it_was(tree: Any, values: Mapping[str, Any]) -> None:
    before = repr(tree)
    variants.fill(tree, values)
    assert repr(tree) == before


def test_every_name_that_the_bank_uses_is_found_in_its_files() -> None:
    """Placeholders of the whole bank: `quiz --check` builds on it."""
    one = load.find("pop3/figure-21-10-port")
    assert variants.placeholders(one.patch) == {"port", "user", "password", "message"}
    assert Path(one.file).name == "figure-21-10-port.toml"
