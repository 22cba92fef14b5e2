"""The whole bank, exercise by exercise: each can be solved, each wrong answer has its own word, guessing does not pay.

What is tested goes through what faces use: `Question`, `Trying`, and the command itself.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from itertools import permutations
from math import factorial, sqrt
from pathlib import Path
from typing import Any

import pytest

from mailedu.exercise import check, course, load
from mailedu.exercise.facts import Spot
from mailedu.exercise.marking import Again, Mark
from mailedu.exercise.model import CHOOSING, GRADED_BY_GOALS, Exercise, ExerciseError, Kind
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
from tests.exercise.answering import bank, typed_right, wrong_answers

BANK = {one.id: one for one in bank()}
SEEDS = (0, 1, 2)
by_id = pytest.mark.parametrize("id", BANK)


@lru_cache(maxsize=1024)
def asked(id: str, seed: int = 0) -> Question:
    return Question(BANK[id], seed)


def of_kind(*kinds: Kind) -> list[str]:
    return [id for id, one in BANK.items() if one.kind in kinds]


# Each exercise --------------------------------------------------------------------------------------------------------


@by_id
def test_the_right_answer_earns_all_points(id: str) -> None:
    for seed in SEEDS:
        question = asked(id, seed)
        trying = Trying(question)
        result = trying.answer(question.read(typed_right(question)))
        assert result.mark.right, (seed, typed_right(question), result.mark)
        assert result.over
        assert result.score == trying.most == question.points
        assert result.mark.feedback == question.exercise.why != ""


@by_id
def test_the_solution_that_is_shown_is_right(id: str) -> None:
    for seed in SEEDS:
        question = asked(id, seed)
        if question.kind in (Kind.NUMBER, Kind.TEXT, Kind.NEXT, Kind.DECODE, Kind.ENCODE, *GRADED_BY_GOALS):
            assert question.mark(question.read(question.solution.split(" or ")[0])).right, question.solution
        else:
            assert question.solution


@by_id
def test_each_wrong_answer_has_its_own_word_and_a_place_that_refutes_it(id: str) -> None:
    for seed in SEEDS:
        question = asked(id, seed)
        told: list[str] = []
        for answer, feedback in wrong_answers(question):
            mark = question.mark(answer)
            assert (mark.right, mark.share) == (False, 0), (seed, answer)
            assert not re.search(r"^$|\{\w+\}|\?\?| \? |Not so\.$", mark.feedback), (seed, mark.feedback)
            if question.kind is not Kind.SEVERAL:
                assert feedback.split("{")[0].strip()[:10] in mark.feedback
            told.append(mark.feedback)
            if question.exercise.scenario or question.exercise.message:
                in_question(question, mark)
        if question.kind is not Kind.SEVERAL:
            assert len(set(told)) == len(told), told
        if question.kind is Kind.CHOICE:
            assert len(told) >= 2


def in_question(question: Question, mark: Mark) -> None:
    """What is to be seen is there: a step of the journey, a packet or a line of what is shown."""
    seen = mark.see
    assert seen is not None, mark.feedback
    journey = question.journey
    if seen.line:
        assert question.exhibit.row(seen.line) is not None
        return
    assert journey is not None
    assert journey.step(seen.step).n == seen.step
    if seen.packet:
        assert journey.packets[seen.packet - 1].step == seen.step


@by_id
def test_a_misconception_that_is_found_out_is_in_the_course(id: str) -> None:
    one = BANK[id]
    parts: tuple[Any, ...] = (*one.choices, *one.wrong, *one.mistakes)
    named = [part.misconception for part in parts if part.misconception]
    assert set(named) <= set(course.misconceptions())
    assert one.objective in course.objectives()


@by_id
def test_hints_cost_and_leave_something(id: str) -> None:
    one = BANK[id]
    assert all(hint.cost > 0 for hint in one.hints)
    assert sum(hint.cost for hint in one.hints) < 1
    assert one.hints or one.card, "a hint, please"
    if one.hints:
        question = asked(id)
        trying = Trying(question)
        assert trying.hint() == question.hints[0]
        trying.answer(question.read(typed_right(question)))
        assert trying.score == pytest.approx(question.points * (1 - one.hints[0].cost))


@by_id
def test_the_same_seed_asks_the_same_and_others_ask_other_things(id: str) -> None:
    one = BANK[id]
    first, again = Question(one, 5), Question(one, 5)
    assert (first.prompt, first.options, first.answer, first.items) == (
        again.prompt, again.options, again.answer, again.items,
    )  # fmt: skip
    if one.vary:
        assert len({repr(asked(id, seed).values) for seed in range(8)}) > 2


@by_id
def test_in_no_variant_a_wrong_answer_is_right(id: str) -> None:
    for seed in range(3, 23) if BANK[id].vary else ():
        question = asked(id, seed)
        assert question.seed == seed
        assert question.mark(question.read(typed_right(question))).right
        values = [repr(one.value) for one in question.options]
        assert len(set(values)) == len(values)
        for answer, _ in wrong_answers(question):
            assert not question.mark(answer).right, (seed, answer)


def test_a_variant_whose_wrong_answer_is_right_is_drawn_anew_or_refused(tmp_path: Path) -> None:
    text = """
objective = "pop3.numbers"
kind = "number"
prompt = "How many?"
answer = "{right}"
wrong = [{ value = "{wrong}", feedback = "No." }]
[vary]
right = [1, 2]
wrong = [WRONG]
"""
    file = tmp_path / "some.toml"
    file.write_text(text.replace("WRONG", "2, 1"))
    for seed in range(40):
        question = Question(load.read(file), seed)
        assert question.answer != question.known[0].value
    file.write_text(text.replace("WRONG", "1, 1"))
    with pytest.raises(ExerciseError, match="right answer"):
        Question(load.read(file), 0)


@by_id
def test_texts_are_short_and_set_as_people_read_them(id: str) -> None:
    one = BANK[id]
    texts = [one.prompt, one.why]
    parts: tuple[Any, ...] = (*one.choices, *one.wrong, *one.goals, *one.mistakes)
    texts += [part.feedback for part in parts]
    texts += [hint.text for hint in one.hints]
    for text in texts:
        prose = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r"\w'\w", prose), f"an apostrophe is ’ in prose: {text}"
        assert len(re.findall(r"[.!?](?:\s|$)", prose)) <= 4, f"three short sentences at the most: {text}"
        assert len(text) <= 420, text


@by_id
def test_the_checker_finds_nothing(id: str) -> None:
    topic, _, name = id.partition("/")
    assert check.problems(load.shipped() / topic / f"{name}.toml") == []


# Labs and repairs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", of_kind(*GRADED_BY_GOALS))
def test_goals_are_false_at_the_start_and_any_way_reaches_them(id: str) -> None:
    for seed in SEEDS:
        question = asked(id, seed)
        exercise = question.exercise
        at_start = question.mark([] if exercise.kind is Kind.LAB else exercise.start)
        assert not any(goal.reached for goal in at_start.goals), seed
        assert at_start.share == 0
        ways = [way if isinstance(way, str) else "\n".join(way) for way in exercise.solutions]
        assert len(set(ways)) >= 2, "two ways, please"
        for way in ways:
            mark = question.mark(question.read(way))
            assert (mark.right, mark.share) == (True, 1), (seed, way, mark.goals)


@pytest.mark.parametrize("id", of_kind(*GRADED_BY_GOALS))
def test_each_typical_mistake_earns_its_points_and_hears_why(id: str) -> None:
    for seed in SEEDS:
        question = asked(id, seed)
        assert question.exercise.mistakes
        told = []
        for mistake in question.exercise.mistakes:
            answer = list(mistake.lines) if question.kind is Kind.LAB else "\n".join(mistake.lines) + "\n"
            result = Trying(question).answer(answer)
            assert (result.mark.right, result.left) == (False, 1)
            assert result.score == pytest.approx(mistake.points), (seed, mistake.lines, result.mark.goals)
            assert result.mark.feedback.split("{")[0].startswith(mistake.feedback.split("{")[0])
            told.append(mistake.feedback)
        assert len(set(told)) == len(told)


@pytest.mark.parametrize("id", of_kind(Kind.LAB))
def test_any_prefix_of_a_way_is_a_session_and_its_marks_never_crash(id: str) -> None:
    question = asked(id)
    way = question.exercise.solutions[-1]
    for count in range(len(way)):
        assert 0 <= question.mark(list(way[:count])).share <= 1


# What is shown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", of_kind(Kind.NEXT))
def test_a_reply_that_is_asked_for_is_not_shown(id: str) -> None:
    for seed in SEEDS:
        question = asked(id, seed)
        journey = question.journey
        assert journey is not None
        asked_at = journey.by_place[question.at].n
        assert all(row.step <= asked_at for row in question.exhibit.rows)


@pytest.mark.parametrize("id", of_kind(Kind.POINT))
def test_what_is_to_be_pointed_at_is_shown(id: str) -> None:
    for seed in SEEDS:
        question = asked(id, seed)
        answer = question.answer
        if isinstance(answer, Spot) and answer.what == "octets":
            assert 0 <= answer.first < answer.last <= len(question.exhibit.octets)
        else:
            assert question.exhibit.row(answer.first if isinstance(answer, Spot) else answer) is not None


# From the command line ------------------------------------------------------------------------------------------------


def mailedu(*arguments: str, said: str = "", home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a home of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mailedu", *arguments],
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        env={"MAILEDU_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONUTF8": "1"},
        check=False,
    )


def as_json(question: Question) -> Any:
    said = question.read(typed_right(question))
    return said.splitlines() if question.kind is Kind.LAB and isinstance(said, str) else said


def test_a_file_of_right_answers_earns_everything(tmp_path: Path) -> None:
    answers = {id: as_json(asked(id, 3)) for id in BANK}
    ran = mailedu(
        "quiz", "--answers", "-", "--json", said=json.dumps({"seed": 3, "answers": answers}), home=tmp_path
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    marks = {one["id"]: one for one in json.loads(ran.stdout)}
    assert set(marks) == set(BANK)
    assert [id for id, one in marks.items() if one["score"] != one["max"]] == []
    assert [id for id, one in marks.items() if not one["feedback"]] == []


def test_a_file_of_wrong_answers_earns_nothing_and_hears_why(tmp_path: Path) -> None:
    wrongs = {id: list(wrong_answers(asked(id, 3))) for id in BANK}
    answers = {id: one[0][0] for id, one in wrongs.items() if one}
    ran = mailedu(
        "quiz", "--answers", "-", "--json", said=json.dumps({"seed": 3, "answers": answers}), home=tmp_path
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    for one in json.loads(ran.stdout):
        assert one["score"] == 0
        assert one["feedback"] == asked(one["id"], 3).mark(answers[one["id"]]).feedback


@pytest.mark.parametrize("topic", load.topics())
def test_a_topic_is_answered_at_the_prompt(topic: str, tmp_path: Path) -> None:
    """One exercise of each topic, in a pipe."""
    id = next(id for id, one in BANK.items() if id.startswith(f"{topic}/") and one.kind not in GRADED_BY_GOALS)
    ran = mailedu("quiz", id, said=f"{typed_right(asked(id))}\n", home=tmp_path)
    assert ran.returncode == 0, ran.stderr
    shown = " ".join(ran.stdout.split())
    assert " ".join(BANK[id].why.replace("`", "").split()[:4]) in shown.replace("`", "")


# Guessing -------------------------------------------------------------------------------------------------------------


def junk(chance: random.Random) -> Any:
    """Anything that a program, or a cat on the keys, may hand in."""
    signs = "abcj 0123456789-+.,;:<>@\r\n\t\0é∂`{}[]\\\"'%\u202e"
    text = "".join(chance.choice(signs) for _ in range(chance.randrange(12)))
    return chance.choice(
        [text, text * 50, chance.randrange(-10, 10**6), chance.random() * 1000, None, True, False, [], {}, [text],
         {text: text}, [chance.randrange(99)], [[text]], {"a": 1}, [None], float("nan"), float("inf"), 10**50]
    )  # fmt: skip


def guess(question: Question, chance: random.Random) -> tuple[Any, float]:
    """A blind answer of the right form, and how likely it is to be right."""
    kind = question.kind
    if kind is Kind.CHOICE:
        return chance.choice(question.options).letter, 1 / len(question.options)
    if kind is Kind.SEVERAL:
        return [one.letter for one in question.options if chance.random() < 0.5], 0.5 ** len(question.options)
    if kind is Kind.ORDER:
        letters = [letter for letter, _ in zip("abcdefghij", question.items, strict=False)]
        return chance.sample(letters, len(letters)), 1 / factorial(len(letters))
    if kind is Kind.MATCH:
        partners = chance.sample(question.partners, len(question.partners))
        said = {str(value): one for (_, value), one in zip(question.items, partners, strict=True)}
        return said, 1 / factorial(len(partners))
    if kind is Kind.POINT:
        if question.exhibit.octets and isinstance(question.answer, Spot) and question.answer.what == "octets":
            first = chance.randrange(len(question.exhibit.octets))
            return [first, chance.randrange(first, len(question.exhibit.octets)) + 1], 0.0
        rows = question.exhibit.rows
        return chance.choice(rows).n, 1 / len(rows)
    if kind is Kind.NEXT:
        if str(question.answer).lstrip("+-").isalpha():
            return chance.choice(["+OK", "-ERR"]), 0.5
        return chance.choice([200, 400, 500]) + chance.randrange(0, 60), 1 / 180
    if kind is Kind.NUMBER:
        return chance.randrange(10**6), 0.0
    if kind in GRADED_BY_GOALS:  # commands about nothing that is there: those that are needed would be no guess
        words = "USER nobody|PASS nothing|QUIT|EHLO|MAIL FROM:<|RCPT TO:|DATA|..|RETR 77|NOOP".split("|")
        lines = [chance.choice(words) for _ in range(chance.randrange(6))]
        return lines if kind is Kind.LAB else "\n".join(lines), 0.0
    return "".join(chance.choice("abcdeXYZ019=") for _ in range(chance.randrange(1, 9))), 0.0


@pytest.mark.parametrize("kind", [kind for kind in Kind if of_kind(kind)])
def test_a_thousand_random_answers_win_no_more_than_chance(kind: Kind) -> None:
    chance = random.Random(f"guess {kind}")
    ids = of_kind(kind)
    won, expected, variance = 0, 0.0, 0.0
    for _ in range(1000):
        question = asked(chance.choice(ids), chance.randrange(3))
        answer, likely = guess(question, chance)
        try:
            mark = question.mark(answer)
        except Again:
            continue
        assert 0 <= mark.share <= 1
        assert (mark.share == 1) == mark.right
        won += mark.right
        expected += likely
        variance += likely * (1 - likely)
    assert won <= expected + 4 * sqrt(variance), (won, expected)


@pytest.mark.parametrize("kind", [kind for kind in Kind if of_kind(kind)])
def test_a_thousand_senseless_answers_crash_nothing(kind: Kind) -> None:
    chance = random.Random(f"junk {kind}")
    ids = of_kind(kind)
    for _ in range(1000):
        question = asked(chance.choice(ids), 0)
        answer = junk(chance)
        for mark in (question.mark, lambda said, its=question: its.mark(its.read(str(said)))):
            told = again(mark, answer)
            assert told is None or (told and "\n" not in told), answer


def again(mark: Callable[[Any], Mark], answer: Any) -> str | None:
    """What is said to what is no answer; None if it is one."""
    try:
        mark(answer)
    except Again as why:
        return str(why)
    return None


@pytest.mark.parametrize("id", of_kind(Kind.CHOICE))
def test_guessing_until_it_is_right_earns_at_most_half(id: str) -> None:
    question = asked(id)
    scores = []
    for order in permutations(question.options, 2):
        trying = Trying(question)
        for option in order:
            trying.answer(option.letter)
        scores.append(trying.score / trying.most)
    assert sum(scores) / len(scores) <= 0.5


@pytest.mark.parametrize("id", [id for id, one in BANK.items() if one.kind not in (Kind.CHOICE, *GRADED_BY_GOALS)])
def test_free_answers_are_too_many_to_be_guessed(id: str) -> None:
    """With n equally likely answers two tries earn 1.5 / n on average."""
    question = asked(id)
    ways = {
        Kind.SEVERAL: 2 ** len(question.options),
        Kind.ORDER: factorial(len(question.items)),
        Kind.MATCH: factorial(len(set(question.partners))),
        Kind.POINT: max(len(question.exhibit.rows), len(question.exhibit.octets)),
        Kind.NEXT: 2 if str(question.answer).lstrip("+-").isalpha() else 3,
    }.get(question.kind, 3)
    assert 1.5 / ways <= 0.5


# The bank as a whole --------------------------------------------------------------------------------------------------


def test_every_kind_is_there() -> None:
    assert {one.kind for one in BANK.values()} == set(Kind)


def test_every_objective_whose_scenario_exists_has_two_exercises() -> None:
    counts = {id: sum(one.objective == id for one in BANK.values()) for id in course.objectives()}
    lacking = {id: n for id, n in counts.items() if n < 2 and id not in course.waiting() and id in UNITS}
    assert lacking == {}


#: The objectives of the units that have their bank: 1 to 5, 7 and 8.
UNITS = {id for unit in course.units() if unit.number in (1, 2, 3, 4, 5, 7, 8) for id in unit.objectives}


def test_sets_list_exercises_that_exist() -> None:
    for one in load.sets():
        assert set(one.ids) <= set(BANK), one.name
        assert one.title
        assert one.about


def has_no_scenario(one: Exercise) -> bool:
    return not one.scenario and not one.message


@pytest.mark.parametrize("id", of_kind(*CHOOSING))
def test_choices_of_an_exercise_with_a_scenario_lead_to_the_place(id: str) -> None:
    one = BANK[id]
    if has_no_scenario(one):
        return
    assert one.see or all(choice.see for choice in one.choices if choice.feedback), id
