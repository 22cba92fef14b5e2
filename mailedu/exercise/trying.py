"""One person at one question: two tries, hints that cost, a score. What was done is in the progress file at once.

The first try counts full, the second half, then the answer is shown. Of a lab or a repair the best hand-in counts.

    score = most * max(0, best(share * what its try counts) - costs of the hints taken)
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mailedu.exercise.model import Hint
from mailedu.exercise.progress import Progress, Tried, What

if TYPE_CHECKING:
    from mailedu.exercise.question import Mark, Question

#: What the tries count, in their order; no try beyond counts.
COUNTS: Final = (1.0, 0.5)


class Result(NamedTuple):
    """What became of an answer."""

    mark: Mark
    over: bool
    """Right, or tried often enough: no try is left, the answer may be shown."""
    score: float
    """Points of the round so far, hints paid."""
    left: int
    """Tries that are left."""


class Trying:
    """A round: from the first try or hint to the right answer, or to the answer shown.

    With a progress file, everything done is in it before the method returns, and a round that was not finished goes on
    where it was: killing the program between two tries changes nothing.
    """

    def __init__(
        self,
        question: Question,
        progress: Progress | None = None,
        *,
        fresh: bool = False,
        done: Sequence[Tried] = (),
    ) -> None:
        """`fresh`: begin a new round even if one was not finished (answers from a file count as first tries).
        `done`: a round that is over, to be looked at where none is open; nothing is added to it.

        Raises ProgressError if the file is not ours.
        """
        self.question = question
        self.progress = progress
        self._done: tuple[Tried, ...] = ()
        self._round = 0  # not begun
        if progress is not None and not fresh:
            self._done = progress.round(self._id, question.seed)
        self._done = self._done or tuple(done)
        if self._done:
            self._round = self._done[0].round

    # How it stands ----------------------------------------------------------------------------------------------------

    @property
    def most(self) -> float:
        """Full points."""
        return float(self.question.points)

    @property
    def score(self) -> float:
        """Points so far, never below 0; 0 before the first try."""
        return _score(self._done, self.most)

    @property
    def worth(self) -> float:
        """The points that a right answer would now bring in all; once it is over, the score."""
        if self.over:
            return self.score
        best = max(_earned(self._done), COUNTS[self.tries] if self.tries_left else 0.0)
        return self.most * max(0.0, best - _costs(self._done))

    @property
    def tries(self) -> int:
        """Tries made."""
        return _count(self._done, What.TRY)

    @property
    def tries_left(self) -> int:
        return 0 if self.over else max(0, len(COUNTS) - self.tries)

    @property
    def answers(self) -> tuple[Any, ...]:
        """What was answered in this round so far, as `question.mark` takes it."""
        return tuple(json.loads(one.answer) for one in self._done if one.what is What.TRY)

    @property
    def shown(self) -> bool:
        """The answer was asked for."""
        return _count(self._done, What.SHOWN) > 0

    @property
    def hints_taken(self) -> tuple[Hint, ...]:
        return self.question.hints[: _count(self._done, What.HINT)]

    @property
    def hints_left(self) -> int:
        return 0 if self.over else len(self.question.hints) - len(self.hints_taken)

    @property
    def next_hint(self) -> Hint | None:
        """The hint that `hint` would give, so that its cost can be said before."""
        return self.question.hints[len(self.hints_taken)] if self.hints_left else None

    @property
    def over(self) -> bool:
        """It was answered right, or no try is left, or the answer was shown."""
        return any(one.over for one in self._done)

    @property
    def right(self) -> bool:
        """It was answered right."""
        return any(one.right for one in self._done)

    # What can be done -------------------------------------------------------------------------------------------------

    def answer(self, value: Any) -> Result:
        """Mark an answer: what `question.read` gave, or a JSON value. Once it is over, it is marked and counts nothing.

        Raises marking.Again if it is no answer of this kind (that is no try); ProgressError if the file is not ours.
        """
        mark = self.question.mark(value)
        if not self.over:
            self._do(What.TRY, json.dumps(value, default=str), mark)
        return Result(mark, self.over, self.score, self.tries_left)

    def hint(self) -> Hint | None:
        """Take the next hint, which costs from now on; None if none is left or it is over. Raises ProgressError."""
        taken = self.next_hint
        if taken is not None:
            self._do(What.HINT, cost=taken.cost)
        return taken

    def give_up(self) -> float:
        """End it and have the answer shown (`question.solution`). Gives the score: of a lab what was reached, else 0.

        Raises ProgressError.
        """
        if not self.over:
            self._do(What.SHOWN)
        return self.score

    # How it is kept ---------------------------------------------------------------------------------------------------

    @property
    def _id(self) -> str:
        return self.question.exercise.id

    def _do(self, what: What, answer: str = "", mark: Mark | None = None, cost: float = 0.0) -> None:
        exercise, seed = self.question.exercise, self.question.seed

        def made(number: int, so_far: tuple[Tried, ...]) -> Tried:
            """What is new, from how the round stands in the file: another program may have gone on with it."""
            new = Tried(
                exercise.id,
                seed,
                number,
                _count(so_far, what) + 1,
                self.progress.clock() if self.progress else time.time(),
                what,
                answer,
                mark is not None and mark.right,
                mark.share if mark is not None else cost,
                _count(so_far, What.HINT) + (what is What.HINT),
                most=self.most,
                objective=exercise.objective,
                misconception=mark.misconception if mark is not None else "",
                variant=str(seed) if self.question.written.vary else "",
            )
            if what is What.SHOWN:
                new = new._replace(nth=_count(so_far, What.TRY) + 1)
            everything = (*so_far, new)
            over = what is What.SHOWN or new.right or _count(everything, What.TRY) >= len(COUNTS)
            return new._replace(score=_score(everything, self.most), over=over)

        if self.progress is not None:
            self._done = self.progress.append(exercise.id, seed, self._round, made, card=exercise.card)
        else:
            self._done = (*self._done, made(1, self._done))
        self._round = self._done[0].round


def _count(done: Iterable[Tried], what: What) -> int:
    return sum(one.what is what for one in done)


def _earned(done: Iterable[Tried]) -> float:
    """The best share of the tries, each for what it counts. A try after the end counts nothing."""
    best, n, over = 0.0, 0, False
    for one in done:
        if one.what is What.TRY:
            counts = 0.0 if over or n >= len(COUNTS) else COUNTS[n]
            best, n = max(best, min(1.0, one.share) * counts), n + 1
        over = over or one.over
    return best


def _costs(done: Iterable[Tried]) -> float:
    return sum(one.share for one in done if one.what is What.HINT)


def _score(done: tuple[Tried, ...], most: float) -> float:
    return most * max(0.0, _earned(done) - _costs(done))
