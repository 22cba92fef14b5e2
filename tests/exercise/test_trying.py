"""A round: two tries, hints that cost, never below 0; what was done survives the program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.exercise.marking import Again, Mark
from mailedu.exercise.model import Choice, Exercise, Hint, Kind, Wrong
from mailedu.exercise.progress import Progress, What
from mailedu.exercise.question import Question
from mailedu.exercise.trying import COUNTS, Result, Trying

HINTS = (Hint("Look at packet 1.", 0.25), Hint("It is a well-known port.", 0.5))
PORT = Exercise(
    "pop3/port",
    "pop3/port.toml",
    Kind.NUMBER,
    "pop3.capture",
    "Which port does POP3 use?",
    answer=110,
    points=4,
    why="110 is registered for POP3.",
    wrong=(Wrong(25, "25 is SMTP.", "pop3-sends"),),
    hints=HINTS,
)


class HandIn(Question):
    """A lab whose hand-ins are marked as they say: an answer is its share."""

    def mark(self, answer: Any) -> Mark:
        return Mark(answer >= 1, answer, "", "")


@pytest.fixture
def progress(tmp_path: Path) -> Iterator[Progress]:
    with closing(Progress(tmp_path / "progress.sqlite3")) as one:
        yield one


@pytest.fixture
def question() -> Question:
    return Question(PORT)


def lab(points: int = 4, hints: Sequence[float] = ()) -> HandIn:
    named = tuple(Hint(f"hint {n}", cost) for n, cost in enumerate(hints, 1))
    return HandIn(Exercise("pop3/lab", "pop3/lab.toml", Kind.LAB, "pop3.delete", "Do it.", points=points, hints=named))


def what(result: Result) -> tuple[bool, bool, float, int]:
    return result.mark.right, result.over, result.score, result.left


# Tries and scores -----------------------------------------------------------------------------------------------------


def test_the_first_try_counts_full(question: Question) -> None:
    trying = Trying(question)
    assert (trying.score, trying.worth, trying.tries, trying.tries_left, trying.over) == (0, 4, 0, 2, False)
    result = trying.answer(110)
    assert what(result) == (True, True, 4.0, 0)
    assert result.mark.feedback == "110 is registered for POP3."
    assert (trying.right, trying.worth, trying.tries_left) == (True, 4.0, 0)


def test_the_second_try_counts_half(question: Question) -> None:
    trying = Trying(question)
    first = trying.answer(25)
    assert what(first) == (False, False, 0.0, 1)
    assert (first.mark.feedback, first.mark.misconception) == ("25 is SMTP.", "pop3-sends")
    assert trying.worth == 2.0
    assert what(trying.answer(110)) == (True, True, 2.0, 0)


def test_after_two_tries_it_is_over_and_worth_nothing(question: Question) -> None:
    trying = Trying(question)
    trying.answer(25)
    assert what(trying.answer(143)) == (False, True, 0.0, 0)
    assert not trying.right
    assert (trying.hint(), trying.hints_left, trying.next_hint) == (None, 0, None)


def test_an_answer_after_the_end_is_marked_and_counts_nothing(question: Question, progress: Progress) -> None:
    trying = Trying(question, progress)
    trying.answer(25)
    trying.answer(25)
    assert what(trying.answer(110)) == (True, True, 0.0, 0)
    assert len(progress.tried()) == 2
    assert trying.answers == (25, 25)


def test_hints_cost_what_they_say_and_come_in_their_order(question: Question) -> None:
    trying = Trying(question)
    assert (trying.next_hint, trying.hints_left, trying.hints_taken) == (HINTS[0], 2, ())
    assert trying.hint() == HINTS[0]
    assert trying.worth == 3.0
    assert trying.hint() == HINTS[1]
    assert trying.hints_taken == HINTS
    assert (trying.hint(), trying.hints_left, trying.worth) == (None, 0, 1.0)
    assert what(trying.answer(110)) == (True, True, 1.0, 0)


def test_no_score_is_below_nothing(question: Question) -> None:
    trying = Trying(question)
    trying.hint()
    trying.answer(25)
    trying.hint()
    assert trying.worth == 0.0
    assert what(trying.answer(110)) == (True, True, 0.0, 0)


def test_what_is_no_answer_is_no_try(question: Question, progress: Progress) -> None:
    trying = Trying(question, progress)
    with pytest.raises(Again):
        trying.answer("many")
    assert (trying.tries, progress.tried()) == (0, ())


def test_giving_up_ends_it(question: Question, progress: Progress) -> None:
    trying = Trying(question, progress)
    assert trying.give_up() == 0.0
    assert (trying.over, trying.right, trying.tries_left, trying.worth) == (True, False, 0, 0.0)
    assert trying.give_up() == 0.0
    assert [one.what for one in progress.tried()] == [What.SHOWN]


def test_of_a_lab_the_best_hand_in_counts() -> None:
    trying = Trying(lab())
    assert what(trying.answer(0.75)) == (False, False, 3.0, 1)
    assert trying.worth == 3.0, "all of it would be half now, and more was reached before"
    assert what(trying.answer(0.25)) == (False, True, 3.0, 0)
    second = Trying(lab())
    second.answer(0.25)
    assert second.worth == 2.0
    assert what(second.answer(1)) == (True, True, 2.0, 0)


def test_giving_up_a_lab_leaves_what_was_reached() -> None:
    trying = Trying(lab())
    trying.answer(0.5)
    assert trying.give_up() == 2.0


deeds = st.lists(st.just("hint") | st.just("give up") | st.floats(0, 1), max_size=8)


@pytest.mark.law(most=400)
@given(points=st.integers(1, 20), costs=st.lists(st.floats(0, 1), max_size=4), done=deeds)
def test_a_score_is_never_below_nothing_nor_above_all(points: int, costs: list[float], done: list[Any]) -> None:
    trying = Trying(lab(points, costs))
    for deed in done:
        wrong_before = trying.tries and not trying.over
        best = trying.worth
        was_over = trying.over
        if deed == "hint":
            trying.hint()
        elif deed == "give up":
            trying.give_up()
        else:
            result = trying.answer(deed)
            assert result.score == trying.score
            assert result.left == trying.tries_left <= len(COUNTS)
        assert 0 <= trying.score <= trying.worth <= points
        assert trying.score <= best, "nothing earns more than was promised"
        if wrong_before and trying.right:
            assert trying.over
        if was_over:
            assert trying.score == best, "what is over stays as it is"
    assert trying.over or trying.tries < len(COUNTS)


@pytest.mark.law(most=400)
@given(guesses=st.permutations("abcd"), seed=st.integers(0, 99), hints=st.integers(0, 2))
def test_guessing_until_it_is_right_earns_at_most_half(guesses: list[str], seed: int, hints: int) -> None:
    choices = tuple(Choice(f"{n} octets", n, f"not {n}") for n in (1, 2, 3, 4))
    one = Question(Exercise("a/b", "a/b.toml", Kind.CHOICE, "x", "?", answer=3, choices=choices, hints=HINTS), seed)
    trying = Trying(one)
    for _ in range(hints):
        trying.hint()
    for n, guess in enumerate(guesses):
        result = trying.answer(guess)
        if result.mark.right:
            assert result.score == one.points * max(0, [1, 0.5, 0, 0][n] - sum(hint.cost for hint in HINTS[:hints]))
            break
        assert result.score == 0


# The program ends, and comes again ------------------------------------------------------------------------------------


def test_everything_is_in_the_file_before_it_is_said(question: Question, progress: Progress) -> None:
    trying = Trying(question, progress)
    trying.hint()
    with closing(Progress(progress.path)) as another:
        assert [one.what for one in another.tried()] == [What.HINT]
        trying.answer(25)
        hint, wrong = another.tried()
        trying.answer(110)
        _, _, right = another.tried()
    assert (hint.share, hint.hints, hint.score, hint.most, hint.over) == (0.25, 1, 0.0, 4.0, False)
    assert (wrong.nth, wrong.answer, wrong.right, wrong.misconception) == (1, "25", False, "pop3-sends")
    assert (wrong.objective, wrong.hints, wrong.score, wrong.over) == ("pop3.capture", 1, 0.0, False)
    assert (right.nth, right.answer, right.right, right.score, right.over) == (2, "110", True, 1.0, True)
    assert {one.round for one in (hint, wrong, right)} == {1}


def test_a_kill_between_two_tries_changes_nothing(question: Question, tmp_path: Path) -> None:
    """Each deed by a program of its own, or all by one: the same."""
    path = tmp_path / "progress.sqlite3"
    whole = Trying(question)
    for deed in (whole.hint, lambda: whole.answer(25), whole.hint):
        deed()
        with closing(Progress(path)) as progress:
            part = Trying(Question(PORT), progress)
            if deed == whole.hint:
                part.hint()
            else:
                part.answer(25)
        with closing(Progress(path)) as progress:
            again = Trying(Question(PORT), progress)
            for name in ("tries", "tries_left", "hints_taken", "hints_left", "over", "score", "worth", "answers"):
                assert getattr(again, name) == getattr(whole, name), name


def test_what_is_over_begins_anew_and_another_seed_is_another_round(question: Question, progress: Progress) -> None:
    trying = Trying(question, progress)
    trying.answer(25)
    assert Trying(Question(PORT, 1), progress).tries == 0
    trying.answer(110)
    again = Trying(question, progress)
    assert (again.tries, again.over, again.worth) == (0, False, 4.0)
    again.answer(110)
    assert [one.round for one in progress.tried()] == [1, 1, 2]
    best = progress.best("pop3/port")
    assert best is not None
    assert (best.score, best.rounds) == (2.0, 2)  # the answer had just been seen


def test_a_fresh_round_leaves_the_one_that_was_not_finished(question: Question, progress: Progress) -> None:
    Trying(question, progress).answer(25)
    fresh = Trying(question, progress, fresh=True)
    assert what(fresh.answer(110)) == (True, True, 4.0, 0)
    assert Trying(question, progress).tries == 0


def test_two_programs_in_one_round_share_its_tries(question: Question, progress: Progress) -> None:
    Trying(question, progress).hint()
    with closing(Progress(progress.path)) as other:
        here, there = Trying(question, progress), Trying(question, other)
        assert what(here.answer(25)) == (False, False, 0.0, 1)
        assert what(there.answer(25)) == (False, True, 0.0, 0)
        assert what(here.answer(110)) == (True, True, 0.0, 0)
    assert len(progress.tried()) == 4


def test_two_programs_that_begin_at_once_have_rounds_of_their_own(question: Question, progress: Progress) -> None:
    with closing(Progress(progress.path)) as other:
        here, there = Trying(question, progress), Trying(question, other)
        here.answer(25)
        assert what(there.answer(110)) == (True, True, 4.0, 0)
    assert sorted(one.round for one in progress.tried()) == [1, 2]


def test_only_variants_are_told_apart(progress: Progress) -> None:
    varied = Exercise(
        *("a/varied", "a/varied.toml", Kind.NUMBER, "x", "{n}?"), answer="{n}", vary={"n": {"range": [1, 99]}}
    )
    Trying(Question(varied, 3), progress).give_up()
    Trying(Question(PORT, 3), progress).give_up()
    assert [one.variant for one in progress.tried()] == ["3", ""]


def test_a_card_comes_back_and_other_exercises_do_not(progress: Progress) -> None:
    card = Exercise("a/card", "a/card.toml", Kind.NUMBER, "x", "?", answer=1, card=True)
    Trying(Question(card), progress).answer(1)
    Trying(Question(PORT), progress).answer(110)
    assert [one.exercise for one in progress.cards()] == ["a/card"]


def test_where_nothing_can_be_written_the_round_goes_on(question: Question, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with closing(Progress(tmp_path / "data" / "progress.sqlite3")) as progress:
        trying = Trying(question, progress)
        trying.hint()
        trying.answer(25)
        assert what(trying.answer(110)) == (True, True, 1.0, 0)
        assert progress.notice()
