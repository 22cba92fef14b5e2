"""What is remembered from one day to the next: where one was, what was finished, how it is to look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from mailedu.journey.edit import Edit


class Place(NamedTuple):
    """Where somebody left a journey: enough to make it again."""

    scenario: str
    faults: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    letter: str = ""
    """Name of the file among the learner's own letters; empty: the scenario's letter."""
    seed: int = 0
    n: int = 1
    pane: str = "explain"
    guessing: bool = False


@dataclass
class Memory:
    """What `state.json` holds."""

    place: Place | None = None
    done: set[str] = field(default_factory=set)
    """Names of scenarios whose last step was reached."""
    dark: bool = True
    pace: int = 1
    """Index into the player's paces."""
    warning: str = ""
    """One line for the learner if the file could not be read or written."""

    @classmethod
    def load(cls) -> Memory:
        return cls()

    def save(self) -> None:
        """Write it, whole or not at all."""
