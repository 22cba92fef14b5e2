"""The conversation: who stands at the two ends, the ladder between them, and a card where one is open."""

from __future__ import annotations

from typing import Final, TypeAlias

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from mailedu.tui.view import View
from mailedu.tui.widgets.edit_card import EditCard
from mailedu.tui.widgets.ends import Ends
from mailedu.tui.widgets.guess_card import GuessCard
from mailedu.tui.widgets.ladder import Ladder
from mailedu.tui.widgets.note_card import NoteCard

Card: TypeAlias = GuessCard | EditCard | NoteCard
#: Rows below the present one that stay free for the hint.
_HINT: Final = 2


class Conversation(Vertical):
    """A card lies right below the present row, on a layer over the future that is not there yet."""

    DEFAULT_CSS = "Conversation { layers: base card; }"

    def __init__(self) -> None:
        super().__init__(id="conversation")
        self.card: Card | None = None
        """The one that is open."""
        self._framed = ("", False, False)

    def compose(self) -> ComposeResult:
        yield Ends()
        yield Ladder()

    @property
    def ladder(self) -> Ladder:
        return self.query_one(Ladder)

    def show(self, view: View) -> None:
        """Show a moment of the player; where a card leaves too little room, the ladder scrolls by what is lacking."""
        ladder = self.ladder
        ladder.reserve = min(self.card.rows, ladder.size.height - 1) if self.card is not None else _HINT
        self.query_one(Ends).show(view)
        ladder.show(view)
        if self.card is not None:
            # A line to be changed needs more room than lies between the lifelines.
            whole = isinstance(self.card, EditCard)
            left = 1 if whole else ladder.left_edge + 1
            wide = ladder.size.width - 2 if whole else ladder.right_edge - ladder.left_edge - 1
            self.card.styles.width = max(wide, 40)
            self.card.styles.offset = (left, ladder.present_row + 2)

    def frame(self, title: str, *, is_changed: bool, is_original: bool) -> None:
        """Whose version it is, and the keys for that. To set what is there already would paint all that it holds."""
        framed = (title, is_changed, is_original)
        if framed != self._framed:
            self._framed = framed
            self.border_title = Content(title)
            self.border_subtitle = _keys(is_original) if is_changed else ""

    def open(self, card: Card) -> None:
        """Put a card there; it gets its place when the moment is shown."""
        self.close()
        self.card = card
        self.mount(card)

    def close(self) -> None:
        """Take the card away."""
        if self.card is not None:
            self.card.remove()
            self.card = None


def _keys(is_original: bool) -> Content:
    return Content.assemble(
        ("o", "bold $accent"), f" see {'your version' if is_original else 'the original'}   ",
        ("u", "bold $accent"), " undo the change",
    )  # fmt: skip
