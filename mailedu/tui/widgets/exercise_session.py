"""A lab's session: the lines that were typed, what the server said to each, and where it stands. Knows no screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from mailedu.exercise.question import Question
from mailedu.journey.talk import Said
from mailedu.journey.typed import Now, TypedJourney, play_typed
from mailedu.machine import Event
from mailedu.tui.widgets.talk_turns import Turn


class Session:
    """The conversation of a lab, given lines first. To take a line back is to play the others again."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self.lines: list[str] = []
        """What the learner typed."""
        self._heard: list[int] = []
        """After how many steps each turn ended."""
        self.turns: list[Turn] = []
        self.journey: TypedJourney
        given = [_octets(line) for line in question.given]
        for count in range(len(given) + 1):
            self._play(given[:count])

    def say(self, line: str) -> None:
        """Say one more line."""
        self.lines.append(line)
        self._play([*map(_octets, self._question.given), *map(_octets, self.lines)])

    def undo(self) -> str | None:
        """Take the last line back, but none that was given; returns it."""
        if not self.lines:
            return None
        taken = self.lines.pop()
        self._forget()
        self.journey = self._played([*map(_octets, self._question.given), *map(_octets, self.lines)])
        return taken

    def again(self) -> None:
        """From the beginning: only what was given."""
        while self.undo() is not None:
            pass

    @property
    def now(self) -> Now:
        """Where it stands."""
        return self.journey.now

    def _forget(self) -> None:
        self.turns.pop()
        self._heard.pop()

    def _played(self, lines: Sequence[bytes]) -> TypedJourney:
        empty = cast("Any", self._question.journey)
        return play_typed(self._question.scenario, empty.desk, lines, self._question.seed)  # type: ignore[arg-type]

    def _play(self, lines: list[bytes]) -> None:
        before = self.journey.now if self.turns else None
        self.journey = self._played(lines)
        steps = self.journey.typed_steps
        new = steps[self._heard[-1] if self._heard else 0 :]
        said = tuple(
            Said(Event(s.kind, s.verb, s.octets, s.before, s.after, s.answers, s.foreseen), self.journey.scene(s.n).key)
            for s in new
        )
        line = lines[-1] if lines else b""
        is_letter = before is not None and before.in_letter and line != b"."
        self.turns.append(Turn(line, is_letter, () if is_letter else said, before is not None and before.in_login))
        self._heard.append(len(steps))


def _octets(line: str) -> bytes:
    return line.encode("utf-8", "surrogateescape")
