"""The player over a question: what is spoken of, step by step. esc and q come back to the question as it was."""

from __future__ import annotations

from mailedu.tui.screens.player import Player
from mailedu.tui.view import View
from mailedu.tui.widgets.keybar import KeyBar


class ShownPlayer(Player):
    """A journey that is looked at for a while; where somebody stands in their own journey stays as it was."""

    NAME = "a journey, shown for a question"

    def _note(self, view: View) -> None:
        """Nothing is remembered of it."""

    def _bar(self) -> None:
        super()._bar()
        bar = self.query_one(KeyBar)
        bar.show([key._replace(word="back to the question") if key.keys == "q" else key for key in bar.keys])

    def action_close(self) -> None:
        on_top = (
            self.has_class("-zoomed")
            or self.has_class("-finding")
            or self.seat.hidden
            or self._conversation.card is not None
        )
        if on_top:
            super().action_close()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        self._stop()
        self.dismiss(None)
