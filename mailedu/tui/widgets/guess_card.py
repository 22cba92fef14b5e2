"""The question under a hidden reply: four choices, and after the answer why it was that one."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from mailedu.journey.guess import Question
from mailedu.text.screen import wrapped
from mailedu.visible import pad, visible, width

LETTERS: Final = "abcd"
_ASKED: Final = Content.assemble(
    ("a-d", "bold $accent"), " answer   ", ("n", "bold $accent"), " just show it   ", ("g", "bold $accent"), " no more"
)
_ANSWERED: Final = Content.assemble(("n", "bold $accent"), " goes on")


class GuessCard(Widget):
    """Shown right below the row of the reply."""

    DEFAULT_CSS = """
    GuessCard {
        layer: card; position: absolute; height: auto; padding: 0 1; background: $surface; text-wrap: nowrap;
        border: solid $accent; border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet;
    }
    """

    class Chosen(Message):
        """A choice was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self._question = Question("", (), 0)
        self._answer = -1

    @property
    def rows(self) -> int:
        """How high it is at first, frame included."""
        return len(self._question.choices) + 2

    def ask(self, question: Question) -> None:
        """Show the choices."""
        self._question, self._answer = question, -1
        self.border_title, self.border_subtitle = Content(question.asks), _ASKED
        self.refresh(layout=True)

    def answered(self, index: int) -> None:
        """Show what the answer was worth: by its sign, its words and its colour."""
        self._answer = index
        self.border_subtitle = _ANSWERED
        self.refresh(layout=True)

    def render(self) -> Content:
        return Content("\n").join(self._verdict() if self._answer >= 0 else self._choices())

    def _choices(self) -> list[Content]:
        room = max((width(choice.code) for choice in self._question.choices), default=0)
        return [
            Content.assemble((f"{letter}  ", "bold $accent"), (pad(choice.code, room), "bold"), f"  {choice.text}")
            for letter, choice in zip(LETTERS, self._question.choices, strict=False)
        ]

    def _verdict(self) -> list[Content]:
        chosen, right = self._question.choices[self._answer], self._question.choices[self._question.right]
        if self._answer == self._question.right:
            lines = wrapped(visible(f"{right.code}, as you said: {right.text}"), self._room())
            sign, style = "✓ ", "$success"
        else:
            lines = wrapped(visible(f"you said {chosen.code}: {chosen.answer}"), self._room())
            sign, style = "✗ ", "$error"
        heads = (sign, *("  " for _ in lines[1:]))
        return [Content.assemble((head, f"bold {style}"), line) for head, line in zip(heads, lines, strict=True)]

    def _room(self) -> int:
        return max(self.content_size.width - 2, 20)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and self._answer < 0 and offset.y < len(self._question.choices):
            self.post_message(self.Chosen(offset.y))
