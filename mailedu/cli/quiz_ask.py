"""Question after question at the prompt: which come, where one goes on, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mailedu.cli import complain
from mailedu.cli import quiz_show as show
from mailedu.cli.keys import Keys
from mailedu.cli.quiz_desk import Lab, Repair
from mailedu.cli.quiz_round import Leave, Lines, Round
from mailedu.exercise import course
from mailedu.exercise.exhibit import Exhibit
from mailedu.exercise.model import Exercise, ExerciseError, Kind
from mailedu.exercise.progress import SLEPT, Progress
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
from mailedu.text.screen import Screen
from mailedu.visible import visible


class Asked(NamedTuple):
    """A question that comes up."""

    exercise: Exercise
    seed: int
    place: str
    """As `Question 3 of 5`."""
    why: str = ""
    """Why it comes now."""


class Quiz:
    """A sitting."""

    def __init__(self, progress: Progress, bank: Sequence[Exercise], screen: Screen, keys: Keys) -> None:
        """`bank`: all exercises there are, of which the course takes the next."""
        self._progress = progress
        self._bank = bank
        self._screen = screen
        self._lines = Lines(screen, keys)
        self._done: list[Trying] = []
        self._unseen: list[str] = []
        """Ids that were to come, had nobody left."""
        self._broken: set[str] = set()
        """Ids of exercises that could not be asked."""

    def these(self, exercises: Sequence[Exercise], seed: int | None) -> None:
        """Ask these. Without a seed: the first variant of which some are not answered yet, and those alone."""
        chosen = seed if seed is not None else _open_variant(self._progress, exercises)
        skipped = 0
        if seed is None:
            over = {one.exercise for one in self._progress.tried() if one.seed == chosen and one.over}
            skipped = sum(one.id in over for one in exercises)
        left = [(n, one) for n, one in enumerate(exercises, 1) if seed is not None or one.id not in over]
        if skipped:
            self._screen.tell(
                f"{skipped} of these {len(exercises)} you have answered before; here are the others. "
                f"`--seed {chosen}` asks all."
            )
            self._screen.say()
        total = len(exercises)
        self._ask(Asked(one, chosen, f"Question {n} of {total}" if total > 1 else "One question") for n, one in left)
        asked = {trying.question.id for trying in self._done} | self._broken
        self._unseen = [one.id for _, one in left if one.id not in asked]
        self._end(is_course=False)

    def course(self) -> None:
        """Ask what the course has next, until the learner leaves."""
        self._ask(self._from_course())
        self._end(is_course=True)

    def _from_course(self) -> Iterator[Asked]:
        n = 0
        while True:
            asked = {trying.question.id for trying in self._done if not trying.over} | self._broken
            up = course.next_up(self._progress, [one for one in self._bank if one.id not in asked])
            if up is None:
                if not n:
                    self._screen.tell("There is nothing new for today; `mailedu quiz TOPIC` asks again.")
                return
            n += 1
            yield Asked(up.exercise, up.seed, f"Question {n}", up.why)

    # One after the other ----------------------------------------------------------------------------------------------

    @property
    def status(self) -> int:
        """Exit status: 2 if something could not be asked."""
        return 2 if self._broken else 0

    def _ask(self, asked: Iterator[Asked]) -> None:
        before: Exhibit | None = None
        for one in asked:
            if one.why:
                self._screen.tell(f"{visible(one.why)[:1].upper()}{visible(one.why)[1:]}.")
            seed, place = one.seed, one.place
            while True:
                try:
                    question = show.made(one.exercise, seed)
                except ExerciseError as error:
                    complain(f"{visible(str(error))}; it is left out")
                    self._broken.add(one.exercise.id)
                    leave = Leave.ON
                    break
                trying = Trying(question, self._progress)
                self._done.append(trying)
                if self._is_fresh(question):
                    self._screen.tell("You have just seen the answer to this one, so it is for practice.")
                leave = _round(trying, self._screen, self._lines, before).run(place)
                before = question.exhibit
                if leave is not Leave.OTHER:
                    break
                self._screen.say()
                seed, place = seed + 1, "With other values"
            if leave in (Leave.QUIT, Leave.END):
                return
            self._screen.say()

    def _is_fresh(self, question: Question) -> bool:
        """Whether its answer was known so short a time ago that the learner's best score stays as it is."""
        since = self._progress.clock() - SLEPT
        same = str(question.seed) if question.written.vary else ""
        known = self._progress.tried(question.id)
        return any(one.over and one.variant == same and one.when > since for one in known)

    def _end(self, is_course: bool) -> None:
        """Points, what was not answered, and what is next."""
        screen = self._screen
        begun = [one for one in self._done if one.tries or one.over]
        screen.say()
        if begun:
            points = show.earned(sum(one.score for one in begun), sum(one.most for one in begun))
            at_once = sum(one.right and one.tries == 1 and not one.hints_taken for one in begun)
            screen.tell(f"{points}. Right at the first try, without a hint: {at_once} of {len(begun)}.")
        over = {one.question.id for one in self._done if one.over}
        missing = dict.fromkeys(one.question.id for one in self._done if one.question.id not in over)
        if names := [*missing, *self._unseen]:
            screen.tell(f"Not answered: {', '.join(map(visible, names))}.")
        if notice := self._progress.notice():
            screen.tell(f"Note: {visible(notice)}.")
        if is_course:
            screen.tell("`mailedu quiz` goes on where you are.")
        elif not names:
            self._next()

    def _next(self) -> None:
        up = course.next_up(self._progress, [one for one in self._bank if one.id not in self._broken])
        if up is not None:
            self._screen.tell(f"Next: {visible(up.id)} ({visible(up.why)}). `mailedu quiz` goes on there.")


def _round(trying: Trying, screen: Screen, lines: Lines, before: Exhibit | None) -> Round:
    kind = trying.question.kind
    made = Lab if kind is Kind.LAB else Repair if kind is Kind.REPAIR else Round
    return made(trying, screen, lines, before)


def _open_variant(progress: Progress, exercises: Sequence[Exercise]) -> int:
    """The least seed with which not all of them were answered."""
    over = {(one.exercise, one.seed) for one in progress.tried() if one.over}
    seed = 0
    while all((one.id, seed) in over for one in exercises):
        seed += 1
    return seed
