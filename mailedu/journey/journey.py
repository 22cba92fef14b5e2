"""A journey, complete when it is made: to step or jump is an index. What can be looked up is made when looked at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from mailedu.agents.effects import Letter, Stored
from mailedu.agents.errand import Leg, Stage
from mailedu.agents.world import SUBMISSION
from mailedu.journey import envelopes, holders, letters, worlds
from mailedu.journey.captures import Capture
from mailedu.journey.edit import Edit
from mailedu.journey.listener import Listener
from mailedu.journey.log import log_of
from mailedu.journey.series import Series
from mailedu.journey.step import Step
from mailedu.journey.worlds import WorldView
from mailedu.network.segments import Packet, segments
from mailedu.network.wire import Log

if TYPE_CHECKING:
    from mailedu.journey.frames import Frames
    from mailedu.journey.scenario import Scenario
    from mailedu.journey.scene import Scene


class Journey:
    """All steps from the first field to the reader's eyes, made by `engine.play`: equal if its arguments are."""

    def __init__(
        self, scenario: Scenario, edits: tuple[Edit, ...], seed: int, steps: tuple[Step, ...], unused: tuple[Edit, ...]
    ) -> None:
        self.scenario = scenario
        self.edits = edits
        self.seed = seed
        self.steps = steps
        self.unused = unused
        """Edits whose place was never reached."""
        self.compared_with: Scenario | None = None
        """The scenario as it was before the learner switched faults on; None: it is this one."""
        self._listeners: dict[str, Listener] = {}

    def __len__(self) -> int:
        return len(self.steps)

    def step(self, n: int) -> Step:
        """Step `n`, from 1. IndexError if there is none."""
        if not 1 <= n <= len(self.steps):
            raise IndexError(f"there is no step {n}: the journey has {len(self.steps)}")
        return self.steps[n - 1]

    def scene(self, n: int) -> Scene:
        """Everything that a face shows at step `n`."""
        from mailedu.journey.scene import Scene

        return Scene(self, self.step(n))

    @cached_property
    def legs(self) -> tuple[Leg, ...]:
        """In their order; they never overlap."""
        return tuple(self.steps[n - 1].leg for n in self.leg_starts.values())

    @cached_property
    def leg_starts(self) -> dict[str, int]:
        """Name of a leg -> number of its first step; the others follow, for legs never overlap."""
        starts: dict[str, int] = {}
        for step in self.steps:
            starts.setdefault(step.leg.name, step.n)
        return starts

    @cached_property
    def by_place(self) -> dict[str, Step]:
        """Place -> step."""
        return {step.place: step for step in self.steps}

    def first_of(self, stage: Stage) -> int | None:
        """Number of the first step of a stage, or None."""
        return self._stage_starts.get(stage)

    @cached_property
    def _stage_starts(self) -> dict[Stage, int]:
        starts: dict[Stage, int] = {}
        for n in self.leg_starts.values():
            starts.setdefault(self.steps[n - 1].leg.stage, n)
        return starts

    def wants_login(self, leg: Leg) -> bool:
        """Whether the server of a submission takes no letter before a login."""
        user = self.scenario.geography.users.get(self.scenario.sender)
        return user is not None and user.submits_to == (leg.peer, SUBMISSION)

    def listener(self, leg: Leg) -> Listener:
        """Who listens to a conversation of this journey."""
        found = self._listeners.get(leg.name)
        if found is None:
            wants_login = leg.protocol == "submission" and self.wants_login(leg)
            found = Listener(self.steps, self.leg_starts[leg.name], wants_login=wants_login)
            self._listeners[leg.name] = found
        return found

    # Looked at by scenes ----------------------------------------------------------------------------------------------

    @cached_property
    def holders(self) -> Series[holders.Holder]:
        return holders.holders(self.steps)

    @cached_property
    def envelopes(self) -> Series[envelopes.EnvelopeSoFar]:
        return envelopes.envelopes(self.steps)

    @cached_property
    def versions(self) -> letters.Versions:
        return letters.versions(self.steps)

    @cached_property
    def worlds(self) -> Series[WorldView]:
        boxes = {
            address: worlds.Box(tuple(worlds.Lying(mail.uid, mail.letter) for mail in mails))
            for address, mails in self.scenario.geography.mailboxes.items()
        }
        return worlds.worlds(self.steps, boxes)

    def world(self, n: int) -> WorldView:
        """Mailboxes, queues and fates after step `n`: the fold of the effects so far."""
        return self.worlds.at(n)

    @cached_property
    def stored(self) -> tuple[Stored, ...]:
        """Every letter that was put into a mailbox, in order, even if it was deleted later."""
        return tuple(effect for step in self.steps for effect in step.effects if isinstance(effect, Stored))

    @cached_property
    def letters(self) -> dict[str, Letter]:
        """Id -> the letter in its latest form."""
        found: dict[str, Letter] = {}
        for step in self.steps:
            for effect in step.effects:
                for value in effect:
                    if isinstance(value, Letter):
                        found[value.id] = value
        return found

    @cached_property
    def log(self) -> Log:
        """What was written to the network."""
        return log_of(self)

    @cached_property
    def packets(self) -> tuple[Packet, ...]:
        """The segments and datagrams under all of it, made from the log."""
        return segments(self.log, self.scenario.profile)

    @cached_property
    def capture(self) -> Capture:
        """The packets, found by step."""
        return Capture(self)

    @cached_property
    def frames(self) -> Frames:
        """The packets as octets on the wire, whole and layer by layer."""
        from mailedu.journey.frames import Frames

        return Frames(self)

    @cached_property
    def original(self) -> Journey:
        """The same journey without the learner's edits and faults: itself where there are none."""
        if not self.edits and self.compared_with is None:
            return self
        return _original(self.compared_with or self.scenario, self.seed)

    @property
    def is_changed(self) -> bool:
        """Whether this is a version of the learner's own."""
        return self.original is not self

    @cached_property
    def first_difference(self) -> int | None:
        """Number of the first step that is not the original's: another place, or something else there.

        None if there is none; the last step if the original only goes on.
        """
        if not self.is_changed:
            return None
        mine, theirs = self.steps, self.original.steps
        for step, other in zip(mine, theirs, strict=False):
            if step.place != other.place or not step.same(other):
                return step.n
        return None if len(mine) == len(theirs) else min(len(mine), len(theirs) + 1)


@lru_cache(maxsize=16)
def _original(scenario: Scenario, seed: int) -> Journey:
    from mailedu.journey.engine import play

    return play(scenario, (), seed)


def places(steps: Sequence[Step]) -> list[str]:
    """Every place at which an edit can be made."""
    return [step.place for step in steps]
