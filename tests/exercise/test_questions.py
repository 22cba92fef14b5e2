"""The chapter's five questions on Figure 21.10: answered right and wrongly, as written and in other variants."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailedu.exercise import load
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
from mailedu.journey.engine import play
from mailedu.journey.scenario import load as scenario

FIVE = ("port", "password", "deleted", "length", "others")
#: What the figure says.
RIGHT: dict[str, Any] = {"port": "110", "password": "admin11", "deleted": "yes", "length": "1108", "others": "0"}


def asked(name: str, seed: int = 0) -> Question:
    return Question(load.find(f"pop3/figure-21-10-{name}"), seed)


def test_they_are_a_set_in_the_order_of_the_chapter() -> None:
    found = next(one for one in load.sets() if one.name == "chapter-questions")
    assert found.title == "Questions for readers"
    assert found.ids == tuple(f"pop3/figure-21-10-{name}" for name in FIVE)


@pytest.mark.parametrize("name", FIVE)
def test_seed_0_is_the_figure_itself(name: str) -> None:
    journey = asked(name).journey
    assert journey is not None
    figure = play(scenario("figure-21-10"), (), 0)
    assert journey.packets == figure.packets
    assert len(journey.packets) == 23
    assert not journey.is_changed


@pytest.mark.parametrize("name", FIVE)
def test_it_is_answered_as_the_figure_says(name: str) -> None:
    question = asked(name)
    result = Trying(question).answer(question.read(RIGHT[name]))
    assert result.mark.right
    assert result.score == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("port", "110/tcp"), ("port", " port 110 "), ("port", "TCP 110"), ("port", "tcp/110"),
        ("password", '"admin11"'), ("length", "1,108"), ("length", "1108 octets"),
        ("length", "1108 bytes"), ("others", "0 messages"),
    ],
)  # fmt: skip
def test_what_does_not_matter_is_forgiven(name: str, said: str) -> None:
    question = asked(name)
    assert question.mark(question.read(said)).right


@pytest.mark.parametrize(
    ("name", "said", "word", "packet", "misconception"),
    [
        ("port", "2447", "client’s own", 1, ""),
        ("port", "25", "SMTP", 1, "pop3-sends"),
        ("password", "admin1", "after USER", 8, ""),
        ("password", "Admin11", "Look at packet 8", 8, ""),
        ("length", "1128", "closing dot", 15, "size-wire"),
        ("length", "45", "the list", 15, ""),
        ("others", "1", "too", 11, ""),
        ("others", "1108", "octets", 11, ""),
    ],
)
def test_typical_wrong_answers_are_told_why_and_where(
    name: str, said: str, word: str, packet: int, misconception: str
) -> None:
    question = asked(name)
    mark = question.mark(question.read(said))
    assert not mark.right
    assert word in mark.feedback
    assert mark.misconception == misconception
    assert mark.see is not None
    assert mark.see.packet == packet


@pytest.mark.parametrize("fate", ["unmarked", "cut", "kept"])
def test_who_believes_that_it_was_not_deleted_is_shown_the_quit(fate: str) -> None:
    question = asked("deleted")
    mark = question.mark(fate)
    assert not mark.right
    assert mark.see is not None
    assert question.journey is not None
    assert question.journey.step(mark.see.step).place == "access:admin1/QUIT.1!"


def test_other_seeds_end_the_session_in_each_way() -> None:
    """What is right then is read from the packets here, word by word."""
    seen = set()
    for seed in range(40):
        question = asked("deleted", seed)
        assert question.journey is not None
        said = [p.payload.split(b"\r\n")[0] for p in question.journey.packets if p.source.port != 110 and p.payload]
        marked = b"DELE 1" in said
        wanted = (
            "kept" if not marked else "unmarked" if b"RSET" in said else "deleted" if b"QUIT" in said else "cut"
        )  # fmt: skip
        assert question.answer == wanted
        seen.add(wanted)
    assert seen == {"deleted", "unmarked", "cut", "kept"}


@pytest.mark.parametrize("name", ["password", "length", "others"])
def test_other_seeds_have_other_answers(name: str) -> None:
    assert len({asked(name, seed).answer for seed in range(30)}) >= 5


def test_a_first_try_counts_full_a_second_half_then_it_is_shown() -> None:
    trying = Trying(asked("others"))
    first = trying.answer(1)
    assert (first.over, first.score, first.left) == (False, 0, 1)
    second = trying.answer(0)
    assert (second.over, second.score, second.left) == (True, 0.5, 0)


@pytest.mark.parametrize("seed", [0, 11])
def test_they_are_answered_from_a_file(seed: int, tmp_path: Path) -> None:
    answers = {f"pop3/figure-21-10-{name}": RIGHT[name] if seed == 0 else asked(name, seed).answer for name in FIVE}
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"seed": seed, "answers": answers}))
    marks = quiz("--answers", str(file), "--json", home=tmp_path)
    assert [(one["id"], one["score"], one["max"]) for one in json.loads(marks)] == [(id, 1, 1) for id in answers]


def test_they_are_answered_at_the_prompt(tmp_path: Path) -> None:
    told = quiz("chapter-questions", said="2447\n110\nadmin11\nyes\n1128\n1108\n0\n", home=tmp_path)
    assert "client’s own port" in told
    assert "closing dot" in told
    assert "4 of 5 points" in told


def quiz(*arguments: str, said: str = "", home: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "mailedu", "quiz", *arguments],
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        env={"MAILEDU_HOME": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return " ".join(ran.stdout.split())


def test_all_messages_together_is_a_foreseen_mistake_where_there_is_more_than_one() -> None:
    exercise = load.find("pop3/figure-21-10-length")
    alone = Question(exercise, 0)
    assert not any("all messages together" in one.feedback for one in alone.known)
    for seed in range(1, 20):
        made = Question(exercise, seed)
        total = next((one.value for one in made.known if "all messages together" in one.feedback), None)
        if total is not None:
            assert "STAT" in made.mark(total).feedback
            return
    raise AssertionError("no variant has several messages")


def test_who_points_elsewhere_is_not_sent_to_a_packet_that_looks_like_the_answer() -> None:
    made = Question(load.find("packets/password"))
    right = made.answer.first
    wrong = next(n for n in range(1, right) if all(getattr(one.value, "first", 0) != n for one in made.known))
    assert "Look at" not in made.mark(wrong).feedback
    seen = made.mark(right).see
    assert seen is not None
    assert seen.packet == right
    assert made.seen_answer == seen


def test_a_variant_is_only_like_the_figure() -> None:
    assert asked("length").exercise.chapter.endswith("; Figure 21.10")
    assert asked("length", 3).exercise.chapter.endswith("; like Figure 21.10")


def test_a_step_is_said_to_be_of_the_journey_where_no_steps_stand_beside_the_question() -> None:
    made = Question(load.find("access/where-it-waits"))
    said = [made.mark(one.letter).feedback for one in made.options if not one.right]
    assert any(" of the journey" in one for one in said)
