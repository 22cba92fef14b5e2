"""An answer that is made with letters and digits, key by key: choice, several, order, match. Knows no screen."""

from __future__ import annotations

from typing import Any, Final

from mailedu.exercise.kinds import choice
from mailedu.exercise.marking import Again
from mailedu.exercise.model import Kind
from mailedu.exercise.question import Question

PICKED: Final = frozenset((Kind.CHOICE, Kind.SEVERAL, Kind.ORDER, Kind.MATCH))
_LETTERS: Final = "abcdefghij"


class Picks:
    """What has been picked so far at one question."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.kind = question.kind
        texts = (
            [option.text for option in question.options]
            if question.options
            else [text for text, _ in question.items if self.kind in PICKED]
        )
        self.texts = tuple(texts)
        self.letters = _LETTERS[: len(texts)]
        self.partners = question.partners if self.kind is Kind.MATCH else ()
        self.taken: list[int] = []
        """Of several: those that are taken; of an order: in their order."""
        self.matched: dict[int, int] = {}
        """Of a match: item -> partner, both from 0."""

    def press(self, at: int) -> bool:
        """Pick an item, or take it back. Whether that is an answer to be handed in at once."""
        if not 0 <= at < len(self.texts):
            return False
        if self.kind is Kind.CHOICE:
            self.taken = [at]
            return True
        if self.kind is not Kind.MATCH:
            if at in self.taken:
                self.taken.remove(at)
            else:
                self.taken.append(at)
        return False

    def match(self, at: int, partner: int) -> bool:
        """Give an item its partner, which leaves another that had it. Whether there are such."""
        if self.kind is not Kind.MATCH or not (0 <= at < len(self.texts) and 0 <= partner < len(self.partners)):
            return False
        for other, its in list(self.matched.items()):
            if its == partner or other == at:
                del self.matched[other]
        self.matched[at] = partner
        return True

    def unmatched(self, after: int = -1) -> int:
        """The next item without a partner, behind `after` and then from the first; -1 if all have one."""
        count = len(self.texts)
        return next((n % count for n in range(after + 1, after + 1 + count) if n % count not in self.matched), -1)

    def back(self) -> bool:
        """Take the last pick back; False if there is none."""
        if self.kind is Kind.MATCH and self.matched:
            self.matched.popitem()
            return True
        if self.taken:
            self.taken.pop()
            return True
        return False

    @property
    def is_begun(self) -> bool:
        """Whether there is a pick that can be taken back."""
        return self.kind is not Kind.CHOICE and bool(self.taken or self.matched)

    @property
    def lacks(self) -> str:
        """What has to be done before it can be handed in; empty: nothing."""
        count = len(self.texts)
        if self.kind is Kind.CHOICE and not self.taken:
            return f"answer with {choice.letters(self.question)}"
        if self.kind is Kind.ORDER and len(self.taken) < count:
            return f"type all {count} letters, first to last; {count - len(self.taken)} to go"
        if self.kind is Kind.MATCH and len(self.matched) < count:
            return f"a letter, then its number; {count - len(self.matched)} to go"
        return ""

    @property
    def answer(self) -> Any:
        """As `question.mark` takes it, once nothing `lacks`."""
        if self.kind is Kind.MATCH:
            return {self.letters[at]: self.partners[its] for at, its in sorted(self.matched.items())}
        picked = [self.letters[at] for at in self.taken]
        return picked[0] if self.kind is Kind.CHOICE else picked if self.kind is Kind.ORDER else sorted(picked)

    def restore(self, answer: Any) -> None:
        """Show an answer that was given before, perhaps elsewhere. What it is not is left."""
        try:
            if self.kind is Kind.CHOICE:
                self.taken = [self._option(answer)]
            elif self.kind is Kind.SEVERAL and isinstance(answer, list):
                self.taken = sorted({self._option(one) for one in answer})
            elif self.kind is Kind.ORDER and isinstance(answer, list):
                self.taken = [self.letters.index(one) for one in answer]
            elif self.kind is Kind.MATCH and isinstance(answer, dict):
                self.matched = {
                    self.letters.index(item): self.partners.index(partner) for item, partner in answer.items()
                }
        except (Again, ValueError, TypeError):
            return

    def _option(self, answer: Any) -> int:
        return self.letters.index(choice.pick(self.question, answer).letter)

    def tried(self, answers: tuple[Any, ...]) -> set[int]:
        """Of a choice: which were answered before and are not right."""
        found: set[int] = set()
        if self.kind is Kind.CHOICE:
            for answer in answers:
                try:
                    at = self._option(answer)
                except Again:
                    continue
                if not self.question.options[at].right:
                    found.add(at)
        return found
