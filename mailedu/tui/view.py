"""What every part of the player is shown: one value a key press, made by the screen and read by all."""

from __future__ import annotations

from typing import NamedTuple

from mailedu.journey.journey import Journey
from mailedu.journey.scene import Scene
from mailedu.journey.step import Step


class View(NamedTuple):
    """A moment of the player."""

    journey: Journey
    n: int
    """The present step."""
    hidden: bool
    """The present step is a reply to be guessed: show who speaks, and nothing of what is said or what it does."""
    scene: Scene
    """What may be shown: the scene of `n`, or of the step before where `n` is hidden."""
    title: str
    """Of the conversation pane: empty, or whose version this is."""
    changed: bool
    """The learner's own version is shown: gutter marks and differences."""
    addresses: bool = False
    """Hosts by their addresses, not by names (`i`)."""

    @property
    def step(self) -> Step:
        """The present step; of a hidden one only leg, kind, number and speaker may be shown."""
        return self.journey.step(self.n)

    def name_of(self, host: str, *, short: bool = False) -> str:
        """A host as it is to be called now: title, short name, or address. To be made visible by whoever shows it."""
        if self.addresses:
            found = self.journey.scenario.geography.hosts.get(host)
            return found.address if found is not None and found.address else host
        if short:
            named = next((one.short for one in self.journey.scenario.machines if one.name == host), "")
            if named:
                return named
        return self.scene.title_of(host)
