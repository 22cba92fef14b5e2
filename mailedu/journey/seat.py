"""Where somebody stands in a journey: a step, their own version or the original, a reply hidden until it is guessed.

Knows no screen and no key. Whoever steps through a journey, at a prompt or on a screen, sits here.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailedu.journey.edit import Edit
from mailedu.journey.engine import play
from mailedu.journey.journey import Journey
from mailedu.journey.scenario import Scenario, bare, with_faults
from mailedu.journey.scene import Scene
from mailedu.journey.step import Kind, Stage, Step


class Seat:
    """A place in a journey that moves, edits and guesses."""

    def __init__(self, journey: Journey, n: int = 1) -> None:
        self.mine = journey
        """The learner's version: the journey itself while nothing is changed."""
        self.journey = journey
        """The one that is looked at: `mine`, or the original."""
        self.n = max(1, min(n, len(journey)))
        self.guessing = False
        """Replies are hidden until they are guessed."""
        self.hidden = False
        """The step at `n` is a reply that must not be betrayed yet."""
        self._original = journey.compared_with or journey.scenario
        """The scenario without the faults that the learner has switched on."""
        self._before: list[Journey] = []
        """What `undo` goes back to."""

    # What is seen -----------------------------------------------------------------------------------------------------

    @property
    def step(self) -> Step:
        return self.journey.step(self.n)

    @property
    def scene(self) -> Scene:
        """The present step."""
        return self.journey.scene(self.n)

    @property
    def known(self) -> Scene:
        """The last scene that may be shown whole: the present one, or the one before a hidden reply."""
        return self.journey.scene(self.n - 1 if self.hidden and self.n > 1 else self.n)

    @property
    def is_original(self) -> bool:
        """The original is looked at, though there is a version of one's own."""
        return self.mine.is_changed and self.journey is not self.mine

    @property
    def ended(self) -> bool:
        return self.n >= len(self.journey)

    @property
    def n_of_mine(self) -> int:
        """The step of the learner's version at or before the one that is looked at."""
        return self.n if self.journey is self.mine else _beside(self.journey, self.n, self.mine)

    # Moving -----------------------------------------------------------------------------------------------------------

    def on(self) -> bool:
        """To the next step, or show what is hidden; False at the end."""
        if self.hidden:
            self.hidden = False
            return True
        if self.ended:
            return False
        self.n += 1
        self.hidden = self.guessing and self.step.kind is Kind.REPLY
        return True

    def back(self) -> bool:
        """To the step before; False at the beginning. What was seen is not hidden again."""
        self.hidden = False
        if self.n <= 1:
            return False
        self.n -= 1
        return True

    def go(self, n: int) -> None:
        """To a step, or the nearest that there is."""
        self.hidden = False
        self.n = max(1, min(n, len(self.journey)))

    def to_stage(self, stage: Stage) -> bool:
        """To the first step of a stage; False if the journey has none."""
        first = self.journey.first_of(stage)
        if first is None:
            return False
        self.go(first)
        return True

    # Changing ---------------------------------------------------------------------------------------------------------

    def change(self, *edits: Edit) -> bool:
        """Say something else; False if nothing is other for it. The place is kept, or the nearest before it."""
        return self._replay(self.mine.scenario, (*self.mine.edits, *edits))

    def with_faults(self, faults: Sequence[str]) -> bool:
        """The same letter and edits with exactly these faults; False if nothing is other for it."""
        return self._replay(with_faults(self._original, faults), self.mine.edits)

    def undo(self) -> str:
        """Take the last change back; returns its place, or the fault's title; empty if nothing is changed."""
        mine = self.mine
        if self._before:
            before = self._before.pop()
        elif mine.edits:
            before = play(mine.scenario, mine.edits[:-1], mine.seed)
        else:
            before = play(self._original, (), mine.seed)
        taken = mine.edits[-1].place if before.edits != mine.edits else ""
        other = set(before.scenario.active) ^ set(mine.scenario.active)
        taken = taken or ", ".join(mine.scenario.faults[name].title for name in sorted(other))
        if taken:
            self._sit(before)
        return taken

    def other(self) -> bool:
        """Look at the original, or at one's own version again; False if nothing is changed."""
        if not self.mine.is_changed:
            return False
        before, n = self.journey, self.n
        self.journey = self.mine.original if self.journey is self.mine else self.mine
        self._settle(before, n)
        return True

    def _replay(self, scenario: Scenario, edits: tuple[Edit, ...]) -> bool:
        made = play(scenario, edits, self.mine.seed)
        if made.steps == self.mine.steps:
            return False
        self._before.append(self.mine)
        self._sit(made)
        return True

    def _sit(self, made: Journey) -> None:
        if made.scenario is not self._original:
            made.compared_with = self._original
        before, n = self.journey, self.n
        self.mine = self.journey = made
        self._settle(before, n)

    def _settle(self, before: Journey, n: int) -> None:
        self.hidden = False
        self.n = _beside(before, n, self.journey)

    # Guessing ---------------------------------------------------------------------------------------------------------

    def guess(self) -> bool:
        """Hide the next reply and go to it; replies after it stay hidden too until they are guessed. False: none."""
        following = next((step for step in self.journey.steps[self.n :] if step.kind is Kind.REPLY), None)
        if following is None:
            return False
        self.guessing = self.hidden = True
        self.n = following.n
        return True

    def stop_guessing(self) -> None:
        """Show all."""
        self.guessing = self.hidden = False


def _beside(one: Journey, n: int, other: Journey) -> int:
    """The step of another journey at the same place, else the nearest one before it that both have."""
    places = other.by_place
    return next((places[step.place].n for step in reversed(one.steps[:n]) if step.place in places), 1)


def as_version(journey: Journey) -> Journey:
    """A journey whose faults, beyond those that its scenario has of itself, count as changes of the learner."""
    made = journey.scenario
    plain = bare(made)
    if plain.active != made.active:
        journey.compared_with = plain
    return journey


def editable(journey: Journey, step: Step) -> bool:
    """Whether something else can be said or written at a step."""
    if step.kind is Kind.ACTION:
        return step.verb in ("FIELD", "BODY") and step.leg.stage is Stage.COMPOSE and journey.scenario.message is None
    return step.kind in (Kind.COMMAND, Kind.REPLY, Kind.DATA, Kind.ANSWER)
