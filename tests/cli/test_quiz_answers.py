"""What other programs rely on: answers from a file, the list, the facts, the checker."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from mailedu.exercise.progress import Progress

from .conftest import Call
from .quizzes import BANK, asked

LAB = ["USER bob", "PASS looking-glass", "DELE 2", "QUIT"]
REPAIRED = "USER bob\nPASS looking-glass\nDELE 2\nQUIT\n"
RIGHT: dict[str, Any] = {
    "one/choice": "quit",
    "one/several": ["stat", "list"],
    "one/number": 1108,
    "one/order": ["user", "pass", "quit"],
    "one/match": {"pop3": "110", "smtp": "25", "submission": "587"},
    "two/encode": "=C3=A9",
    "two/quit": "q",
    "two/line": 3,
    "two/lab": LAB,
    "two/repair": REPAIRED,
}
WRONG: dict[str, Any] = {
    "one/choice": "RETR",
    "one/several": ["stat"],
    "one/number": "1,128 octets",
    "one/order": ["pass", "user", "quit"],
    "one/match": {"pop3": "25", "smtp": "110", "submission": "587"},
    "two/encode": "=c3=a9",
    "two/quit": "r",
    "two/line": 1,
    "two/lab": ["NOOP"],
    "two/repair": "",
}
FIVE = {
    "pop3/figure-21-10-port": 110,
    "pop3/figure-21-10-password": "admin11",
    "pop3/figure-21-10-deleted": "deleted",
    "pop3/figure-21-10-length": 1108,
    "pop3/figure-21-10-others": 0,
}


@pytest.fixture(autouse=True)
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody who has never answered anything."""
    monkeypatch.setenv("MAILEDU_HOME", str(tmp_path / "learner"))
    return tmp_path / "learner" / "progress.sqlite3"


def graded(mailedu: Call, answers: dict[str, Any], *more: str, **keys: Any) -> list[dict[str, Any]]:
    """What `--json` prints."""
    done = asked(mailedu, "--answers", "-", "--json", *more, lines=json.dumps(keys | {"answers": answers}))
    assert done.status == 0, done.err
    assert not done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


# Answers --------------------------------------------------------------------------------------------------------------


def test_each_kind_is_answered_by_a_json_value(mailedu: Call) -> None:
    found = graded(mailedu, RIGHT)
    assert [one["id"] for one in found] == list(RIGHT)
    assert all(one["score"] == one["max"] and one["feedback"] for one in found), found
    assert all(set(one) == {"id", "score", "max", "feedback"} for one in found)
    assert [one["max"] for one in found] == [1] * 8 + [3, 2]


def test_each_kind_is_answered_wrongly(mailedu: Call) -> None:
    found = graded(mailedu, WRONG)
    assert all(one["score"] == 0 and one["feedback"] for one in found), found
    assert found[0]["feedback"] == "RETR leaves it there."
    assert found[2]["feedback"] == "1,128 is all that came back. Look at 15."


def test_it_is_a_first_try_whatever_was_done_before(mailedu: Call, learner: Path) -> None:
    asked(mailedu, "one/number", lines="h\n7\n")
    for _ in range(2):
        assert graded(mailedu, {"one/number": 1128})[0]["score"] == 0
    assert graded(mailedu, {"one/number": 1108})[0]["score"] == 1
    tried = Progress(learner).tried("one/number")
    assert [(one.round, one.nth, one.right) for one in tried] == [(1, 1, False), (2, 1, False), (3, 1, False),
                                                                 (4, 1, True)]  # fmt: skip


def test_a_part_of_the_goals_is_a_part_of_the_points(mailedu: Call) -> None:
    assert graded(mailedu, {"two/lab": LAB[:-1]})[0] == {
        "id": "two/lab",
        "score": 1,
        "max": 3,
        "feedback": "QUIT is what counts.",
    }


def test_the_seed_of_the_file_makes_the_variant(mailedu: Call, learner: Path) -> None:
    assert graded(mailedu, {"one/number": 1108}, seed=7)[0]["score"] == 1
    assert graded(mailedu, {"one/number": 1108}, "--seed", "8")[0]["score"] == 1
    assert graded(mailedu, {"one/number": 1108}, "--seed", "9", seed=9)[0]["score"] == 1
    assert [one.seed for one in Progress(learner).tried()] == [7, 8, 9]


@pytest.mark.parametrize("value", [True, [], {}, "", [[]], -1, 10**400, "x" * 5000, {"a": "b"}, "\ud800", ["\ud800"]])
def test_a_value_that_is_no_answer_is_told_why_and_is_no_try(mailedu: Call, learner: Path, value: Any) -> None:
    found = graded(mailedu, dict.fromkeys(RIGHT, value))
    assert all(one["score"] == 0 and one["feedback"] for one in found)
    numbers = {one["id"]: one["feedback"] for one in found}
    if not isinstance(value, (int, float)) or value is True:
        assert numbers["one/number"] == "This is no answer: how many octets? a number, please."
        assert not Progress(learner).tried("one/number")


def test_what_is_left_out_was_not_answered(mailedu: Call) -> None:
    assert graded(mailedu, {"one/number": None})[0]["feedback"] == "Not answered."
    found = graded(mailedu, {"one.number": 1108}, "all-of-one")
    assert [(one["id"], one["score"], one["feedback"]) for one in found] == [
        ("one/choice", 0, "Not answered."),
        ("one/number", 1, "Right."),
    ]


def test_people_get_a_table(mailedu: Call, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps({"answers": {"one/number": 1108, "one/choice": "dele"}}))
    done = asked(mailedu, "--answers", "mine.json")
    assert done.out == (
        "✓ one/number: 1 of 1 point\n  Right.\n✗ one/choice: 0 of 1 point\n  DELE only marks.\n1 of 2 points.\n"
    )


def test_the_five_questions_are_answered_from_a_file(mailedu: Call) -> None:
    assert [one["score"] for one in graded(mailedu, FIVE, "chapter-questions")] == [1] * 5
    wrong = {"port": 25, "password": "admin1", "deleted": "kept", "length": 1128, "others": 1}
    found = graded(mailedu, {f"pop3.figure-21-10-{name}": value for name, value in wrong.items()})
    assert [one["score"] for one in found] == [0] * 5
    assert len({one["feedback"] for one in found}) == 5


# Files that are wrong -------------------------------------------------------------------------------------------------

BROKEN = {
    "no JSON": ('{\n "answers": {"one/number": 1108,}}', "line 2: this is no JSON"),
    "no octets": ("", "line 1: this is no JSON"),
    "no table": ("[1]", 'a table with the key answers is wanted, as {"seed": 0, "answers": '),
    "no answers": ('{"answer": {}}', "a table with the key answers is wanted"),
    "answers are no table": ('{"answers": [1]}', "a table with the key answers is wanted"),
    "seed is no number": ('{"answers": {},\n "seed": "7"}', 'line 2: seed: "7" is no whole number, as 7'),
    "seed is true": ('{"seed": true, "answers": {}}', "seed: true is no whole number"),
    "twice": ('{"answers": {"one/number": 1,\n "one/number": 2}}', "line 2: one/number is there twice; leave one"),
    "twice, with a dot": ('{"answers": {"one/number": 1, "one.number": 2}}', "one/number is answered twice"),
    "no exercise": ('{"answers": {"one/nummer": 1}}', "no exercise 'one/nummer': did you mean one/number"),
    "not a number": ('{"answers": {"one/number": NaN}}', "NaN is no number in JSON"),
    "digits": ('{"answers": {"one/number": ' + "9" * 9000 + "}}", "Exceeds the limit"),
    "deep": ("[" * 100_000, "nested too deep to be answers"),
    "hostile": ('{"answers": {"\\u001b[31m\\u202e": 1}}', "no exercise"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_line_and_nothing_is_marked(
    mailedu: Call, tmp_path: Path, learner: Path, name: str
) -> None:
    text, words = BROKEN[name]
    (tmp_path / "mine.json").write_text(text)
    done = asked(mailedu, "--answers", "mine.json", "--json")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("mailedu: mine.json")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", done.err)
    assert not learner.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--answers", "none.json"), "none.json: No such file or directory"),
        (("--answers", "."), ".: Is a directory"),
        (("--answers", "-", "one/choice"), "one/number is answered, but was not asked for"),
        (("--answers", "-", "--seed", "2"), "seed: the file says 1, --seed says 2; leave one"),
        (("--answers", "-", "--list"), "--list and --answers do not go together"),
        (("--answers", "-", "nothing"), "no exercise, topic, set or objective 'nothing'"),
        (("--json",), "--json goes with --list, --answers or --facts"),
        (("--seed", "x"), "'x' is not a valid integer"),
        (("--seed", "3"), "--seed wants something that is asked"),
        (("on/choice",), "did you mean one/choice"),
        (("--check", "none.toml"), "none.toml"),
        (("--exercises", "none"), "none: there is no such folder"),
        (("--list", "nothing"), "no exercise, topic, set or objective 'nothing'"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(mailedu: Call, arguments: tuple[str, ...], words: str) -> None:
    done = asked(mailedu, *arguments, lines='{"seed": 1, "answers": {"one/number": 1108}}')
    assert done.status == 2
    assert words in done.out + done.err
    assert done.err.count("\n") == (arguments[0] != "--check")


def test_octets_that_are_no_utf_8_are_told_with_their_line(mailedu: Call, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_bytes(b'{"answers":\n {"one/number": "\xff"}}')
    assert "mine.json, line 2: an octet that is no UTF-8" in asked(mailedu, "--answers", "mine.json").err
    (tmp_path / "mine.json").write_bytes(b'\xef\xbb\xbf{"answers": {"one/number": 1108}}')
    assert "1 of 1 point." in asked(mailedu, "--answers", "mine.json").out


def test_a_progress_file_that_is_not_ours_stops_the_prompt_but_not_marking(mailedu: Call, learner: Path) -> None:
    learner.parent.mkdir()
    sqlite3.connect(learner).execute("CREATE TABLE theirs (x)").connection.close()
    before = learner.read_bytes()
    done = asked(mailedu, "one/number", lines="1108\n")
    assert done.status == 2
    assert done.err.startswith(f"mailedu: {learner} is a database of another program; move it away")
    assert done.err.count("\n") == 1
    done = asked(mailedu, "--answers", "-", "--json", lines='{"answers": {"one/number": 1108}}')
    assert (done.status, json.loads(done.out)[0]["score"]) == (0, 1)
    assert done.err.startswith("mailedu: note: not kept: ")
    assert learner.read_bytes() == before


# Lists ----------------------------------------------------------------------------------------------------------------


def test_the_list_has_an_object_an_exercise(mailedu: Call) -> None:
    found = json.loads(asked(mailedu, "--list", "--json", "one", "two").out)
    assert [one["id"] for one in found if one["topic"] == "one"] == sorted(id for id in RIGHT if id.startswith("one/"))
    assert found[0] == {
        "id": "one/choice",
        "topic": "one",
        "kind": "choice",
        "objective": "pop3.delete",
        "chapter": "Figure 21.10",
        "points": 1,
    }
    assert {one["id"]: (one["kind"], one["points"]) for one in found}["two/lab"] == ("lab", 3)


def test_the_list_of_all_has_ours_and_those_of_ones_own(mailedu: Call) -> None:
    ids = {one["id"] for one in json.loads(asked(mailedu, "--list", "--json").out)}
    assert ids >= set(RIGHT)
    assert ids >= set(FIVE)
    assert not set(RIGHT) & {one["id"] for one in json.loads(mailedu("quiz", "--list", "--json").out)}


def test_the_list_tells_what_is_done(mailedu: Call) -> None:
    graded(mailedu, RIGHT | {"one/choice": "retr"})
    out = asked(mailedu, "--list").out
    assert re.search(r"^    ✓ one/number +number, 1 of 1 point, Figure 21\.10$", out, re.MULTILINE)
    assert re.search(r"^    ✗ one/choice +choice, 0 of 1 point, Figure 21\.10$", out, re.MULTILINE)
    assert "\n  all-of-one: Two of them (1 of 2)\n" in out
    assert re.search(r"^  · pop3\.numbers\. You can .*\n.*: 1 of 3$", out, re.MULTILINE)
    assert out.index("Unit 1, ") < out.index("Unit 8, ") < out.index("Unit 10, ")
    assert "Sets" not in asked(mailedu, "--list", "one").out


def test_three_at_the_first_try_are_mastery(mailedu: Call) -> None:
    for seed in range(3):
        graded(mailedu, {"one/number": 1108}, seed=seed)
    out = " ".join(asked(mailedu, "--list", "one/number").out.split())
    assert re.search(r"✓ pop3\.numbers\. You can .*: mastered ✓ one/number", out)


def test_facts_are_listed_with_what_they_take_and_what_they_are(mailedu: Call) -> None:
    out = mailedu("quiz", "--facts").out
    assert re.search(r"^pop3\.reply_octets\(command: str\) -> int\n    \S", out, re.MULTILINE)
    found = json.loads(mailedu("quiz", "--facts", "--json").out)
    assert [one["signature"] for one in found if one["name"] == "pop3.port"] == ["pop3.port() -> int"]
    assert all(one["about"].endswith(".") for one in found)


# The checker ----------------------------------------------------------------------------------------------------------


def test_what_is_in_order_is_told(mailedu: Call) -> None:
    done = mailedu("quiz", "--check", BANK)
    assert (done.status, done.out, done.err) == (0, "12 files: no problem.\n", "")
    done = mailedu("quiz", "--check", f"{BANK}/one/choice.toml", f"{BANK}/one/number.toml")
    assert (done.status, done.out) == (0, "2 files: no problem.\n")


def test_each_problem_is_a_line_with_file_line_and_key(mailedu: Call, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "topic"
    mine.mkdir(parents=True)
    good = Path(BANK, "one", "choice.toml").read_text(encoding="utf-8")
    (mine / "good.toml").write_text(good, encoding="utf-8")
    (mine / "bad.toml").write_text(good.replace("prompt", "promt").replace('"quit"', "{ fact = 'x.y' }"))
    (mine / "worse.toml").write_text("kind = \n")
    done = mailedu("quiz", "--check", "mine")
    assert done.status == 2
    lines = done.out.splitlines()
    assert any(re.match(r"mine/topic/bad\.toml, line \d+: promt: ", line) for line in lines)
    assert any(re.match(r"mine/topic/worse\.toml, line 1: this is no TOML", line) for line in lines)
    assert not any("good.toml" in line for line in lines)
    assert re.fullmatch(r"3 files: \d+ problems\.", lines[-1])
    (tmp_path / "empty").mkdir()
    done = mailedu("quiz", "--check", "empty")
    assert (done.status, done.err) == (2, "mailedu: empty: there is no exercise (*.toml) below it\n")
