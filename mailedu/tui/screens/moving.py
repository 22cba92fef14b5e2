"""Moving in a journey, for every screen that sits in the player's seat: back, ends, stages, by key or click."""

from __future__ import annotations

from typing import Final, Generic

from mailedu.journey import phrases
from mailedu.journey.seat import Seat
from mailedu.journey.step import Stage
from mailedu.tui.screens.room import Result, Room
from mailedu.tui.widgets.map import Map
from mailedu.tui.widgets.track import Track

STAGES: Final = tuple(Stage)


class Moving(Room[Result], Generic[Result]):
    """A screen that shows one step of a journey. How it goes *on* is its own affair."""

    seat: Seat

    def moved(self, moved: bool, why_not: str = "") -> None:
        """Show where one is now; or say why one is where one was."""
        raise NotImplementedError

    def action_back(self) -> None:
        self.moved(self.seat.back(), "This is the first step.")

    def action_first(self) -> None:
        self.seat.go(1)
        self.moved(True)

    def action_last(self) -> None:
        self.seat.go(len(self.seat.journey))
        self.moved(True)

    def action_stage(self, number: int) -> None:
        stage = STAGES[number - 1]
        self.moved(self.seat.to_stage(stage), f"This journey has no stage {phrases.STAGES[stage]}.")

    def on_track_chosen(self, message: Track.Chosen) -> None:
        self.seat.go(message.n)
        self.moved(True)

    def on_map_stage_chosen(self, message: Map.StageChosen) -> None:
        self.action_stage(message.number)
