"""Questions in a row, as somebody goes through them: a set, a unit, what is due. Knows no screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mailedu.exercise.kinds import lab, repair
from mailedu.exercise.kinds.point import wanted
from mailedu.exercise.marking import Again, Mark, Met, Seen
from mailedu.exercise.model import Exercise, Kind, Show
from mailedu.exercise.progress import Progress, Tried
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
from mailedu.tui.widgets.exercise_picks import PICKED, Picks
from mailedu.tui.widgets.exercise_session import Session

#: Where more may be seen in the player than may be known yet.
_BETRAYED: Final = frozenset((Kind.NEXT,))
#: What is answered by typing a line.
_TYPED: Final = frozenset((Kind.NUMBER, Kind.TEXT, Kind.NEXT, Kind.DECODE, Kind.ENCODE))
_HOW: Final = {
    Kind.CHOICE: "",
    Kind.LAB: "",
    Kind.REPAIR: "",
    Kind.SEVERAL: "All that are right: letters choose, enter hands in.",
    Kind.ORDER: "Type the letters, first to last; backspace takes one back, enter hands in.",
    Kind.MATCH: "A letter, then its number; enter hands in.",
}
_POINT_OR_TYPE: Final = "Choose with ← → and space, or type it; enter hands in."


class Sitting:
    """One question, and all that somebody has done at it so far."""

    def __init__(self, exercise: Exercise, seed: int, progress: Progress | None, done: Sequence[Tried] = ()) -> None:
        """`done`: how it was answered before, if it is over and only looked at.

        Raises ExerciseError if the question cannot be made, or the progress file is not ours.
        """
        self.question = Question(exercise, seed)
        self.trying = Trying(self.question, progress, done=done)
        self.mark: Mark | None = None
        """Of the last answer."""
        self.typed = ""
        """What stands in the line, not handed in yet."""
        self.text = self.question.exercise.start.strip("\n") if self.kind is Kind.REPAIR else ""
        """Of a repair: as far as it is mended."""
        self.picks = Picks(self.question) if self.kind in PICKED else None
        self.session = Session(self.question) if self.kind is Kind.LAB else None
        self.shown = self.trying.shown
        """The answer was asked for."""
        self._restore()

    @property
    def kind(self) -> Kind:
        return self.question.kind

    # How it is answered -----------------------------------------------------------------------------------------------

    @property
    def is_pointed(self) -> bool:
        """Whether the cursor in the exhibit can answer."""
        if self.kind is not Kind.POINT:
            return False
        shown, what = self.question.exhibit, wanted(self.question).what
        return shown.what == what or (what == "step" and shown.show is Show.PACKETS)

    @property
    def is_typed(self) -> bool:
        """Whether a line that is typed can answer."""
        if self.kind is Kind.POINT:
            return not self.is_pointed or self.question.exhibit.show is Show.OCTETS
        return self.kind in _TYPED

    @property
    def how(self) -> str:
        """How it is answered, where the keys do not tell."""
        if self.kind in _HOW:
            return _HOW[self.kind]
        if self.is_pointed:
            return _POINT_OR_TYPE if self.is_typed else "↑ and ↓ to it, then enter."
        return f"{self.question.how[:1].upper()}{self.question.how[1:]}."

    @property
    def goals(self) -> Sequence[Met]:
        """What is reached: of a lab by what was typed so far, of a repair when it was handed in last."""
        if self.session is not None:
            return lab.goals(self.question, self.session.lines)
        if self.kind is not Kind.REPAIR:
            return ()
        if self.mark is not None and self.mark.goals:
            return self.mark.goals
        return repair.goals(self.question, self.question.exercise.start)

    # How it stands ----------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        """A round that was left goes on, one that is over is seen: the last answer and what was said to it."""
        answers = self.trying.answers
        if not answers:
            return
        try:
            self.mark = self.question.mark(answers[-1])
        except Again:  # the exercise is another than it was
            return
        if self.shown:
            self.mark = None
        if self.over and self.is_typed:
            self.typed = _as_typed(answers[-1])
        if self.picks is not None and self.kind is not Kind.CHOICE:
            self.picks.restore(answers[-1])
        if self.kind is Kind.REPAIR and isinstance(answers[-1], str):
            self.text = answers[-1]
        if self.session is not None and isinstance(answers[-1], list):
            for line in answers[-1]:
                self.session.say(line)

    def answer(self, value: Any) -> Mark:
        """Mark an answer, and keep it. Raises Again, ProgressError."""
        self.mark = self.trying.answer(value).mark
        return self.mark

    @property
    def over(self) -> bool:
        return self.trying.over

    @property
    def tried(self) -> set[int]:
        """Of a choice: what was answered and is wrong."""
        return self.picks.tried(self.trying.answers) if self.picks is not None else set()

    @property
    def seen(self) -> Seen | None:
        """Where what is spoken of can be seen, once somebody has answered: once it is over, where the answer is."""
        told = self.mark.see if self.mark is not None else None
        if not self.over:
            return told
        return self._pointed_at or self.question.seen(self.question.exercise.see) or told

    @property
    def _pointed_at(self) -> Seen | None:
        """The packet, step or line that was to be pointed at; None of octets, and of what is answered otherwise."""
        if self.kind is not Kind.POINT:
            return None
        spot, shown = wanted(self.question), self.question.exhibit
        if spot.what == "step":
            its = [row for row in shown.rows if row.step == spot.first and row.packet is not None]
            row = next((row for row in its if row.packet is not None and row.packet.payload), its[0] if its else None)
            return Seen(f"step {spot.first}", spot.first, row.n if row is not None else 0)
        found = shown.row(spot.first)
        if found is None or spot.what not in ("packet", "line"):
            return None
        is_packet = spot.what == "packet"
        return Seen(f"{spot.what} {found.n}", found.step, found.n if is_packet else 0, 0 if is_packet else found.n)

    @property
    def may_be_shown(self) -> bool:
        """Whether the player may be opened at it: where it shows more than is known yet, only once it is over."""
        if self.session is not None:
            return len(self.session.turns) > 1
        if self.seen is None or not self.seen.step:
            return False
        return self.over or not (self.kind in _BETRAYED or self.question.exercise.until)


def _as_typed(answer: Any) -> str:
    """An answer, as somebody could have typed it."""
    if isinstance(answer, list) and len(answer) == 2 and all(isinstance(one, int) for one in answer):
        return f"{answer[0]}-{answer[1] - 1}"  # octets: the first, and the one behind the last
    return str(answer)


class Round:
    """Some questions in their order."""

    def __init__(
        self,
        title: str,
        exercises: Sequence[Exercise],
        progress: Progress | None,
        seeds: Sequence[int] = (),
        why: str = "",
    ) -> None:
        """`seeds`: of each question; none: as they are written. `why`: these were chosen by the course, which goes on
        behind them. Raises ProgressError.
        """
        self.title = title
        self.why = why
        self.exercises = tuple(exercises)
        self.progress = progress
        self.seeds = list(seeds) or [0] * len(self.exercises)
        self._sittings: dict[int, Sitting] = {}
        self._before = _before(progress)
        self._is_new = bool(seeds)
        if not seeds:  # each as it was seen last
            self.seeds = [self._before[one.id][-1].seed if one.id in self._before else 0 for one in self.exercises]
        self.at = next((n for n in range(len(self.exercises)) if not self._is_over(n)), len(self.exercises))
        if self.ended and seeds:  # what was begun anew is not over
            self.at = 0

    @property
    def ended(self) -> bool:
        """All were gone through: how it went is shown."""
        return self.at >= len(self.exercises)

    @property
    def exercise(self) -> Exercise:
        return self.exercises[self.at]

    def sitting(self) -> Sitting:
        """The present question. Raises ExerciseError."""
        if self.at not in self._sittings:
            self._sittings[self.at] = Sitting(self.exercise, self.seeds[self.at], self.progress, self._done(self.at))
        return self._sittings[self.at]

    def go(self, by: int) -> bool:
        """To another question; behind the last stands how it went. False if there is none."""
        to = self.at + by
        if not 0 <= to <= len(self.exercises):
            return False
        self.at = to
        return True

    def anew(self) -> bool:
        """The present question in another variant; False if it has but one."""
        if not self.exercise.vary:
            return False
        used = {one.seed for one in self._tried(self.at)} | {self.seeds[self.at]}
        self.seeds[self.at] = next(seed for seed in range(len(used) + 1) if seed not in used)
        self._sittings.pop(self.at, None)
        return True

    def all_anew(self) -> None:
        """Once more from the first; those that have variants in a new one."""
        for n in range(len(self.exercises)):
            self.at = n
            self._sittings.pop(n, None)
            self.anew()
        self._before = {}
        self.at = 0

    # How it stands ----------------------------------------------------------------------------------------------------

    def _tried(self, n: int) -> Sequence[Tried]:
        return self.progress.tried(self.exercises[n].id) if self.progress is not None else ()

    def _done(self, n: int) -> Sequence[Tried]:
        """The last round of a question that is over, in the variant in which it is asked; of a new one none."""
        its = [one for one in self._before.get(self.exercises[n].id, ()) if one.seed == self.seeds[n]]
        ended = next((one.round for one in reversed(its) if one.over), None)
        return () if self._is_new or ended is None else [one for one in its if one.round == ended]

    def _is_over(self, n: int) -> bool:
        sitting = self._sittings.get(n)
        if sitting is not None and sitting.over:
            return True
        return any(one.over for one in self._before.get(self.exercises[n].id, ()))

    def score(self, n: int) -> float:
        """Points of a question: the best of this round and of earlier ones."""
        before = max((one.score for one in self._before.get(self.exercises[n].id, ()) if one.over), default=0.0)
        sitting = self._sittings.get(n)
        return max(before, sitting.trying.score if sitting is not None else 0.0)

    @property
    def points(self) -> float:
        return sum(map(self.score, range(len(self.exercises))))

    @property
    def most(self) -> float:
        return float(sum(one.points for one in self.exercises))

    @property
    def signs(self) -> list[str]:
        """Of each question: ✓ right, ✗ not, ► the present one, · to come."""
        return [self._sign(n) for n in range(len(self.exercises))]

    def _sign(self, n: int) -> str:
        if n == self.at:
            return "►"
        return ("✓" if self.score(n) > 0 else "✗") if self._is_over(n) else "·"

    def report(self) -> list[tuple[str, str, float, float]]:
        """Of each question: its sign, what it asked, points, and the most there are."""
        return [
            (sign, self._asked(n), self.score(n), float(one.points))
            for n, (sign, one) in enumerate(zip(self.signs, self.exercises, strict=True))
        ]

    def _asked(self, n: int) -> str:
        sitting = self._sittings.get(n)
        return (sitting.question.prompt if sitting is not None else self.exercises[n].prompt).strip()

    def next_open(self) -> int:
        """The first question that is not over, from the first on; behind the last if all are."""
        return next((n for n in range(len(self.exercises)) if not self._is_over(n)), len(self.exercises))


def _before(progress: Progress | None) -> dict[str, list[Tried]]:
    found: dict[str, list[Tried]] = {}
    if progress is not None:
        for one in progress.tried():
            found.setdefault(one.exercise, []).append(one)
    return found
