"""The course: what it says holds together; mastery and what comes next follow from the tries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailedu.exercise import course, variants
from mailedu.exercise.course import CARDS, ENOUGH, SITTING, SLEPT
from mailedu.exercise.model import Exercise, Kind
from mailedu.exercise.progress import Progress, Tried, What
from mailedu.journey import scenario

#: Other seeds draw other numbers.
WIDE = {"n": {"range": [1, 1_000_000]}}
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC).timestamp()


class Learner:
    """Somebody who answers, at times that are said."""

    def __init__(self, path: Path) -> None:
        self.now = START
        self.progress = Progress(path, clock=lambda: self.now)
        self.exercises: list[Exercise] = []

    def exercise(self, id: str, objective: str, **more: Any) -> Exercise:
        one = Exercise(id, f"{id}.toml", Kind.NUMBER, objective, "How many?", answer=1, **more)
        self.exercises.append(one)
        return one

    def answers(self, one: Exercise, *rights: bool, seed: int = 0, hints: int = 0) -> None:
        """A round: tries that are right or wrong, after so many hints."""
        number = 1 + max((t.round for t in self.progress.tried(one.id) if t.seed == seed), default=0)
        base = Tried(one.id, seed, number, 1, self.now, objective=one.objective, variant=str(seed) if one.vary else "")
        for n in range(hints):
            self.progress.record(base._replace(what=What.HINT, nth=n + 1, hints=n + 1), card=one.card)
        for n, right in enumerate(rights, 1):
            over = right or n == 2
            self.progress.record(base._replace(nth=n, right=right, over=over, hints=hints), card=one.card)

    @property
    def next(self) -> tuple[str, int] | None:
        found = course.next_up(self.progress, self.exercises)
        return (found.id, found.seed) if found else None

    def standing(self, objective: str) -> int:
        return course.mastered(self.progress)[objective].right


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    one = Learner(tmp_path / "progress.sqlite3")
    with closing(one.progress):
        yield one


# What is taught -------------------------------------------------------------------------------------------------------


def test_the_course_is_whole() -> None:
    units = course.units()
    assert [unit.number for unit in units] == list(range(1, 13))
    assert sum(len(unit.objectives) for unit in units) == len(course.objectives()) == 38
    assert len(course.misconceptions()) == 37
    for unit in units:
        assert 12 <= unit.minutes <= 20
        assert all(before < unit.number for before in unit.after)
        assert all(course.objectives()[one].unit == unit.number for one in unit.objectives)


def test_every_misconception_is_cured_by_an_objective() -> None:
    cured = {belief for one in course.objectives().values() for belief in one.cures}
    assert cured == set(course.misconceptions())


def test_an_objective_waits_only_for_what_is_not_there() -> None:
    there = set(scenario.names())
    waiting = course.waiting()
    for one in course.objectives().values():
        if one.id in waiting:
            assert waiting[one.id]
            assert not there.intersection(waiting[one.id])
        else:
            assert there.intersection(one.seen)
    assert "stages.five" not in waiting
    assert "pop3.capture" not in waiting
    assert waiting["history.rfcs"] == ("the reference room",)


def texts() -> Iterator[tuple[str, str]]:
    for one in course.objectives().values():
        yield one.id, one.can
    for belief in course.misconceptions().values():
        yield belief.id, belief.belief
        yield belief.id, belief.refutation
    for unit in course.units():
        yield str(unit.number), unit.title


def test_texts_are_short_and_set_as_all_others() -> None:
    for name, text in texts():
        assert text.count("`") % 2 == 0, name
        prose = re.sub("`[^`]*`", "", text)
        assert "'" not in prose, f"{name}: ’ in prose"
        assert '"' not in prose, name
        assert "  " not in text, name
        assert len(text) <= 130, name
    for one in course.objectives().values():
        assert one.can[0].islower(), one.id
        assert not one.can.endswith("."), one.id
    for belief in course.misconceptions().values():
        assert belief.belief.endswith("."), belief.id
        assert belief.refutation.endswith("."), belief.id
        assert len(re.findall(r"\.(?: |$)", re.sub("`[^`]*`", "", belief.refutation))) <= 3, belief.id
    said = [text for _, text in texts()]
    assert len(set(said)) == len(said)


# Mastery --------------------------------------------------------------------------------------------------------------


def test_nobody_begins_as_a_master(learner: Learner) -> None:
    standing = course.mastered(learner.progress)
    assert set(standing) == set(course.objectives())
    assert not any(one.mastered or one.right for one in standing.values())


def test_three_different_exercises_at_the_first_try_are_mastery(learner: Learner) -> None:
    for n in range(ENOUGH):
        assert not course.mastered(learner.progress)["pop3.delete"].mastered
        learner.answers(learner.exercise(f"pop3/e{n}", "pop3.delete"), True)
    assert course.mastered(learner.progress)["pop3.delete"].mastered
    assert learner.standing("pop3.numbers") == 0


def test_three_variants_of_one_exercise_are_mastery(learner: Learner) -> None:
    one = learner.exercise("pop3/many", "pop3.delete", vary=WIDE)
    for seed in range(ENOUGH):
        learner.answers(one, True, seed=seed)
    assert course.mastered(learner.progress)["pop3.delete"].mastered


def test_the_same_again_counts_once(learner: Learner) -> None:
    one = learner.exercise("pop3/same", "pop3.delete")
    varied = learner.exercise("pop3/varied", "pop3.delete", vary=WIDE)
    for seed in range(ENOUGH):  # no values are drawn: another seed is the same exercise
        learner.answers(one, True, seed=seed)
        learner.answers(varied, True, seed=5)
        learner.now += SLEPT
    assert learner.standing("pop3.delete") == 2


def test_a_second_try_a_hint_or_the_answer_shown_counts_nothing(learner: Learner) -> None:
    learner.answers(learner.exercise("pop3/second", "pop3.delete"), False, True)
    learner.answers(learner.exercise("pop3/hint", "pop3.delete"), True, hints=1)
    shown = learner.exercise("pop3/shown", "pop3.delete")
    learner.progress.record(Tried(shown.id, 0, 1, 1, START, What.SHOWN, over=True, objective="pop3.delete"))
    assert learner.standing("pop3.delete") == 0


def test_an_answer_that_was_just_seen_counts_only_on_another_day(learner: Learner) -> None:
    one = learner.exercise("pop3/again", "pop3.delete")
    learner.answers(one, False, False)
    learner.now += 60
    learner.answers(one, True)
    assert learner.standing("pop3.delete") == 0
    learner.now += SLEPT - 1
    learner.answers(one, True)
    assert learner.standing("pop3.delete") == 0
    learner.now += SLEPT
    learner.answers(one, True)
    assert learner.standing("pop3.delete") == 1


# What comes next ------------------------------------------------------------------------------------------------------


def test_the_course_begins_with_its_first_unit(learner: Learner) -> None:
    learner.exercise("pop3/late", "pop3.delete")
    learner.exercise("stages/first", "stages.five")
    learner.exercise("stages/second", "stages.five")
    assert learner.next == ("stages/first", 0)
    found = course.next_up(learner.progress, learner.exercises)
    assert found is not None
    assert "unit 1, The map" in found.why
    assert course.objectives()["stages.five"].can in found.why


def test_without_exercises_there_is_nothing_next(learner: Learner) -> None:
    assert learner.next is None


def test_what_was_not_tried_comes_before_what_was_and_then_new_variants(learner: Learner) -> None:
    first = learner.exercise("stages/first", "stages.five", vary=WIDE)
    second = learner.exercise("stages/second", "stages.five", vary=WIDE)
    learner.answers(first, True)
    assert learner.next == ("stages/second", 0)
    learner.answers(second, False, True)
    assert learner.next == ("stages/first", 1)
    learner.answers(first, True, seed=1)
    assert learner.next == ("stages/second", 1)


def test_what_is_mastered_is_left_behind(learner: Learner) -> None:
    one = learner.exercise("stages/one", "stages.five", vary=WIDE)
    learner.exercise("pop3/late", "pop3.delete")
    for seed in range(ENOUGH):
        assert learner.next == (one.id, seed)
        learner.answers(one, True, seed=seed)
    assert learner.next == ("pop3/late", 0)


def test_what_cannot_count_today_waits_for_another_day(learner: Learner) -> None:
    one = learner.exercise("stages/one", "stages.five")
    learner.answers(one, False, False)
    assert learner.next is None
    learner.now += SLEPT
    assert learner.next == (one.id, 1)
    learner.answers(one, True, seed=1)
    learner.now += SLEPT
    assert learner.next is None, "it counted, and there is no other"


def test_a_fact_that_is_due_comes_first(learner: Learner) -> None:
    card = learner.exercise("pop3/port", "pop3.capture", card=True)
    learner.exercise("stages/first", "stages.five")
    learner.answers(card, True)
    assert learner.next == ("stages/first", 0)
    assert course.review(learner.progress) == ()
    learner.now += 5 * 86400
    assert [one.exercise for one in course.review(learner.progress)] == ["pop3/port"]
    assert learner.next == ("pop3/port", 1)


def test_at_most_five_facts_come_back_at_a_sitting(learner: Learner) -> None:
    cards = [learner.exercise(f"pop3/fact{n}", "pop3.capture", card=True) for n in range(CARDS + 3)]
    learner.exercise("stages/first", "stages.five")
    for card in cards:
        learner.answers(card, True)
    learner.now += 5 * 86400
    asked = []
    for _ in range(CARDS):
        found = learner.next
        assert found is not None
        asked.append(found[0])
        learner.answers(next(card for card in cards if card.id == found[0]), True, seed=found[1])
        learner.now += 30
    assert len(set(asked)) == CARDS
    assert learner.next == ("stages/first", 0)
    learner.now += SITTING + 60
    found = learner.next
    assert found is not None
    assert found[0] in {card.id for card in cards} - set(asked)


def test_new_variants_leave_room_for_facts(learner: Learner) -> None:
    """Only facts are counted against the five."""
    card = learner.exercise("pop3/port", "pop3.capture", card=True)
    many = learner.exercise("stages/many", "stages.five", vary={"n": [1, 2]})
    learner.answers(card, True)
    learner.now += 5 * 86400
    for seed in range(CARDS + 2):
        learner.answers(many, False, False, seed=seed)
    assert learner.next == ("pop3/port", 1)


def test_what_was_left_in_the_middle_goes_on(learner: Learner) -> None:
    one = learner.exercise("pop3/late", "pop3.delete", vary=WIDE)
    learner.exercise("stages/first", "stages.five")
    learner.answers(one, False, seed=7)
    assert learner.next == (one.id, 7)
    learner.exercises.remove(one)
    assert learner.next == ("stages/first", 0)


def test_skills_come_back_in_later_units_and_take_turns_with_what_is_new(learner: Learner) -> None:
    first = learner.exercise("stages/first", "stages.five", vary=WIDE)
    second = learner.exercise("address/second", "address.halves", vary=WIDE)
    learner.exercise("address/alike", "address.halves")
    new = learner.exercise("parts/new", "message.parts", vary=WIDE)
    for seed in range(ENOUGH):
        learner.answers(first, True, seed=seed)
        learner.answers(second, True, seed=seed)
    asked = []
    for _ in range(4):
        found = learner.next
        assert found is not None
        asked.append(found)
        learner.answers(next(one for one in learner.exercises if one.id == found[0]), False, False, seed=found[1])
    assert asked == [(new.id, 0), (first.id, ENOUGH), (new.id, 1), (second.id, ENOUGH)]
    for seed in range(2, 5):  # once a unit, though the answers were wrong
        assert learner.next == (new.id, seed)
        learner.answers(new, True, seed=seed)


def test_a_card_whose_exercise_is_gone_is_passed_over(learner: Learner) -> None:
    learner.answers(learner.exercise("own/gone", "pop3.capture", card=True), True)
    learner.exercises.clear()
    learner.exercise("stages/first", "stages.five")
    learner.now += 5 * 86400
    assert learner.next == ("stages/first", 0)


def test_a_new_variant_draws_what_was_not_drawn_yet(learner: Learner) -> None:
    only = learner.exercise("stages/only", "stages.five", vary={"n": [1, 2, 3]})
    drawn = []
    for _ in range(3):
        found = learner.next
        assert found is not None
        drawn.append(variants.draw(only, found[1])["n"])
        learner.answers(only, False, False, seed=found[1])
    assert sorted(drawn) == [1, 2, 3]
