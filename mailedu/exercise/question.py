"""An exercise made for one seed: names filled in, the journey played, the answer computed. Faces print a Question."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from mailedu.exercise import exhibit as exhibits
from mailedu.exercise import kinds, variants
from mailedu.exercise.exhibit import Exhibit
from mailedu.exercise.facts import About, FactError, Spot, ask
from mailedu.exercise.marking import Again as Again
from mailedu.exercise.marking import Mark as Mark
from mailedu.exercise.marking import Met as Met
from mailedu.exercise.marking import Seen as Seen
from mailedu.exercise.model import (
    CHOOSING,
    GRADED_BY_GOALS,
    Call,
    Exercise,
    ExerciseError,
    Goal,
    Hint,
    Kind,
    Show,
    plain,
)
from mailedu.journey import edit as edits_
from mailedu.journey import typed
from mailedu.journey.edit import Edit, Then
from mailedu.journey.engine import play
from mailedu.journey.journey import Journey
from mailedu.journey.scenario import Scenario, patched

#: So often a variant is drawn anew whose wrong answers equal the right one.
_DRAWS: Final = 40
LETTERS: Final = "abcdefghij"
#: Names that texts of a lab may use though nothing of that name is drawn.
IMPLIED: Final = ("user", "password", "address", "client", "server")


class Option(NamedTuple):
    """One of the answers offered, in the order in which this learner sees them."""

    letter: str
    text: str
    value: Any
    right: bool
    feedback: str = ""
    misconception: str = ""
    see: Any = ""


class Known(NamedTuple):
    """A typical wrong answer, computed."""

    value: Any
    feedback: str
    misconception: str
    see: Any


class VariantError(ExerciseError):
    """A variant that cannot be asked: a wrong answer equals the right one, or two of them are alike."""


class Question:
    """Everything that a face needs to ask it, and to mark what is said. Equal for equal exercise and seed."""

    def __init__(self, exercise: Exercise, seed: int = 0) -> None:
        """Raises ExerciseError if no variant of that seed can be asked."""
        self.written = exercise
        self.seed = seed
        for attempt in range(_DRAWS):
            try:
                self._make(attempt)
                return
            except VariantError:
                if attempt == _DRAWS - 1 or not exercise.vary:
                    raise

    def _make(self, attempt: int) -> None:
        drawn = variants.draw(self.written, self.seed, attempt)
        for name in ("journey", "scenario", "message", "exhibit", "at", "given", "partners"):
            self.__dict__.pop(name, None)
        #: The exercise with this learner's values in it.
        self.exercise: Exercise = _filled(self.written, drawn)
        if self.seed and drawn:  # other values than the chapter's own
            self.exercise = replace(self.exercise, chapter=_like(self.exercise.chapter))
        #: What was drawn, and who sits at the desk where something is typed.
        self.values: Mapping[str, Any] = drawn
        if self.exercise.talk:
            self.values = self._at_the_desk() | drawn
            self.exercise = _filled(self.written, self.values)
        self.answer: Any = self._computed(self.exercise.answer) if self.exercise.answer is not None else None
        self.options = self._options()
        self.known = tuple(
            Known(self._computed(one.value), one.feedback, one.misconception, one.see) for one in self.exercise.wrong
        )
        self._drop_equals()
        self._refuse_equals()
        self.items = self._items()

    # What is asked ----------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return self.exercise.id

    @property
    def kind(self) -> Kind:
        return self.exercise.kind

    @property
    def prompt(self) -> str:
        return self.exercise.prompt

    @property
    def points(self) -> int:
        """What full marks are."""
        return self.exercise.points

    @property
    def hints(self) -> tuple[Hint, ...]:
        return self.exercise.hints

    @cached_property
    def scenario(self) -> Scenario | None:
        """The scenario with this variant's patch."""
        one = self.exercise
        return patched(one.scenario, one.patch, one.faults) if one.scenario else None

    @cached_property
    def journey(self) -> Journey | None:
        """The journey that is asked about, played to its end. Of a lab: with nothing typed."""
        if self.scenario is None:
            return None
        if self.exercise.talk:
            return self.typed(())
        return play(self.scenario, self._edits(), self.seed)

    @cached_property
    def at(self) -> str:
        """The place that it is about: as written, or that of the last edit."""
        edits = self.exercise.edits
        return self.exercise.at or (str(edits[-1]["place"]) if edits else "")

    @cached_property
    def message(self) -> bytes:
        """The raw message that is asked about: the file's own, or the letter as it stands `at` (else at the end)."""
        if self.exercise.message:
            return crlf(self.exercise.message)
        journey = self.journey
        if journey is None:
            return b""
        found = journey.by_place.get(self.at) if self.at else None
        letter = journey.scene(found.n if found else len(journey)).letter if len(journey) else None
        return b"".join(letter.chunks) if letter is not None else b""

    @cached_property
    def exhibit(self) -> Exhibit:
        """What stands beside the question. It never holds what is asked for by `next`."""
        one, journey = self.exercise, self.journey
        if one.show is Show.LETTER:
            return exhibits.of_letter(self.message, journey)
        if journey is None or one.show is Show.NOTHING:
            return exhibits.NOTHING
        if one.show is Show.OCTETS:
            found = journey.by_place.get(self.at)
            return exhibits.of_octets(b"".join(found.octets) if found else b"", journey)
        until = one.until or (self.at if one.kind is Kind.NEXT else "")
        make = exhibits.of_packets if one.show is Show.PACKETS else exhibits.of_steps
        return make(journey, one.leg, until)

    @cached_property
    def given(self) -> tuple[str, ...]:
        """Lines of a worked session that a faded lab has typed already."""
        faded = self.exercise.faded
        if faded is None:
            return ()
        worked = play(patched(faded.scenario, self.exercise.patch), (), self.seed)
        lines = typed.client_lines(worked, self._desk.protocol)
        return tuple(lines[: -faded.last])

    @property
    def _desk(self) -> typed.Desk:
        one = self.exercise
        assert self.scenario is not None
        return typed.desk_of(self.scenario, one.talk, one.host, one.client)

    def _at_the_desk(self) -> dict[str, Any]:
        """What texts may name without drawing it (`IMPLIED`): who types, and to whom."""
        desk = self._desk
        assert self.scenario is not None
        user = self.scenario.geography.users.get(desk.user)
        named = (user.login, user.password, user.address) if user is not None else ("", "", "")
        return dict(zip(IMPLIED, (*named, desk.client, desk.server), strict=True))

    def typed(self, lines: Sequence[str]) -> Journey:
        """The journey in which the learner types these lines, after those given, and then hangs up."""
        if self.scenario is None:
            raise ExerciseError(f"{self.exercise.file}: a session wants a scenario")
        octets = [_octets(line) for line in (*self.given, *lines)]
        return typed.play_typed(self.scenario, self._desk, octets, self.seed)

    def about(self, lines: Sequence[str] | None = None, text: str | None = None) -> About:
        """What facts are asked about: the journey as it is, or with what the learner typed or mended."""
        if lines is not None:
            return About(self.typed(lines), b"", self.at, self.values)
        message = crlf(text) if text is not None else self.message
        return About(self.journey, message, self.at, self.values)

    # What is said to it -----------------------------------------------------------------------------------------------

    def read(self, text: str) -> Any:
        """What somebody typed, as an answer. Raises Again, with why, if it is none of this kind."""
        return kinds.of(self.kind).read(self, text)

    def mark(self, answer: Any) -> Mark:
        """Mark an answer: what `read` gave, or a JSON value. Raises Again if it is none of this kind."""
        return kinds.of(self.kind).mark(self, answer)

    @property
    def solution(self) -> str:
        """The right answer in words, for who has tried in vain."""
        return kinds.of(self.kind).solution(self)

    @property
    def how(self) -> str:
        """How it is answered, in a few words: what a prompt says."""
        return kinds.of(self.kind).how(self)

    def right(self, share: float = 1.0) -> Mark:
        """The mark of a right answer."""
        return Mark(True, share, self.exercise.why, "", self.seen_answer)

    @property
    def seen_answer(self) -> Seen | None:
        """Where the right answer can be seen: what is pointed at is the answer itself."""
        if self.kind is Kind.POINT:
            spot = self.answer if isinstance(self.answer, Spot) else Spot(self.exhibit.what, int(self.answer))
            if spot.what in ("packet", "step", "line"):
                return self._seen(spot)
        return self.seen(self.exercise.see)

    def not_right(
        self, value: Any, feedback: str = "", misconception: str = "", see: Any = "", share: float = 0.0
    ) -> Mark:
        """The mark of a wrong answer; `{value}`, `{packet}`, `{step}`, `{line}` in what is said are filled in."""
        seen = self.seen(see or self.exercise.see)
        names: dict[str, Any] = {"value": _shown(value)}
        if seen is not None:
            step = f"{seen.step or '?'}{self._of_what}"
            names |= {"packet": seen.packet or "?", "step": step, "line": seen.line or "?"}
        said = str(variants.fill(feedback, names, whole=False)) if feedback else "Not so."
        return Mark(False, share, said, misconception, seen)

    def seen(self, see: Any) -> Seen | None:
        """Where something can be seen. None for nothing, or for what is not in this variant."""
        if not see:
            return None
        call = see if isinstance(see, Call) else Call("step.at", {"place": see})
        try:
            found = ask(call, self.about())
        except FactError:
            return None
        if isinstance(found, int):
            found = Spot("step", found)
        return self._seen(found) if isinstance(found, Spot) else None

    def _seen(self, found: Spot) -> Seen | None:
        journey = self.journey
        if found.what == "line":
            return Seen(f"line {found.first}", line=found.first)
        if journey is None:
            return None
        if found.what == "packet":
            return Seen(f"packet {found.first}", journey.packets[found.first - 1].step, found.first)
        packet = 0
        if self._wants_packets:  # the first with octets; of a link that opens or closes the first at all
            its = [p for p in journey.packets if p.step == found.first]
            packet = next((p.n for p in its if p.payload), its[0].n if its else 0)
        return Seen(f"packet {packet}" if packet else f"step {found.first}{self._of_what}", found.first, packet)

    @property
    def _of_what(self) -> str:
        """What follows the number of a step that does not stand beside the question."""
        beside = self.exercise.show in (Show.STEPS, Show.PACKETS) or self.exercise.talk
        return "" if beside else " of the journey"

    @property
    def _wants_packets(self) -> bool:
        return self.exercise.show is Show.PACKETS

    # How it is made ---------------------------------------------------------------------------------------------------

    def _edits(self) -> tuple[Edit, ...]:
        return tuple(
            edits_.make(
                table["place"],
                table.get("lines", [table["line"]] if "line" in table else []),
                Then(table.get("then", "go on")),
            )
            for table in self.exercise.edits
        )

    def _computed(self, value: Any) -> Any:
        if isinstance(value, Call):
            try:
                return ask(value, self.about())
            except FactError as error:
                raise ExerciseError(f"{self.exercise.file}: {error}") from None
        return plain(value)

    def _options(self) -> tuple[Option, ...]:
        if self.kind not in CHOOSING:
            return ()
        rights = self.answer if self.kind is Kind.SEVERAL else [self.answer]
        if not isinstance(rights, list):
            raise ExerciseError(f"{self.exercise.file}: answer: of several, the fact must give a list, not {rights!r}")
        made = [
            Option("", one.text, value, value in rights, one.feedback, one.misconception, one.see)
            for one in self.exercise.choices
            for value in [self._computed(one.value)]
        ]
        self._shuffle("choices", made)
        return tuple(one._replace(letter=letter) for letter, one in zip(LETTERS, made, strict=False))

    def _items(self) -> tuple[tuple[str, Any], ...]:
        """Texts and values of what is to be put in order or matched, shuffled; never in the right order already."""
        made = [(one.text, self._computed(one.value)) for one in self.exercise.items]
        self._shuffle("items", made)
        if self.kind is Kind.ORDER and isinstance(self.answer, list) and len(made) > 1:
            shown = [value for _, value in made]
            if shown == [value for value in self.answer if value in shown]:
                made.append(made.pop(0))
        return tuple(made)

    @cached_property
    def partners(self) -> tuple[str, ...]:
        """Of a match: what there is to be matched with, shuffled."""
        found = [str(self.answer[str(value)]) for _, value in self.items] if self.kind is Kind.MATCH else []
        self._shuffle("partners", found)
        return tuple(found)

    def _shuffle(self, what: str, made: list[Any]) -> None:
        random.Random(f"{self.seed}/{self.written.id}/{what}").shuffle(made)

    def _drop_equals(self) -> None:
        """Wrong answers that are wrong `only_if_other`, and are the right one in this variant, are left away."""
        pairs = zip(self.exercise.wrong, self.known, strict=True)
        kept = [(one, k) for one, k in pairs if not one.only_if_other or _key(k.value) != _key(self.answer)]
        if len(kept) < len(self.known):
            self.exercise = replace(self.exercise, wrong=tuple(one for one, _ in kept))
            self.known = tuple(known for _, known in kept)

    def _refuse_equals(self) -> None:
        """Two answers that mean the same cannot be told apart."""
        where = self.exercise.file
        values = [_key(one.value) for one in self.options]
        if len(set(values)) < len(values):
            raise VariantError(f"{where}: choices: two of them have the same value with seed {self.seed}")
        if self.kind is Kind.CHOICE and sum(one.right for one in self.options) != 1:
            raise VariantError(f"{where}: choices: none of them has the value {self.answer!r} with seed {self.seed}")
        wrongs = [_key(one.value) for one in self.known]
        if _key(self.answer) in wrongs:
            raise VariantError(f"{where}: wrong: {self.answer!r} is the right answer with seed {self.seed}")
        if len(set(wrongs)) < len(wrongs):
            raise VariantError(f"{where}: wrong: two of them have the same value with seed {self.seed}")


@lru_cache(maxsize=256)
def question(exercise: Exercise, seed: int = 0) -> Question:
    """A question, made once."""
    return Question(exercise, seed)


def goals_met(goals: Sequence[Goal], about: About) -> tuple[Met, ...]:
    """Which goals are reached. A fact without a value there is a goal not reached."""
    return tuple(
        Met(goal.text, all(_holds(c.call, c.equals, about) for c in goal.checks), goal.points, goal.feedback)
        for goal in goals
    )


def _holds(call: Call, equals: Any, about: About) -> bool:
    try:
        value = ask(call, about)
    except FactError:
        return False
    return bool(plain(value) == plain(equals))


def _filled(exercise: Exercise, values: Mapping[str, Any]) -> Exercise:
    """The exercise with this learner's values wherever its file names them."""
    if not values:
        return exercise
    keep = ("id", "file", "kind", "objective", "vary")
    given = {one.name: getattr(exercise, one.name) for one in fields(exercise) if one.name not in keep}
    return replace(exercise, **{name: _fill(value, values) for name, value in given.items()})


def _fill(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, tuple):
        filled = [_fill(one, values) for one in value]
        return type(value)(*filled) if hasattr(value, "_fields") else tuple(filled)
    return value if isinstance(value, StrEnum) else variants.fill(value, values)


def _like(chapter: str) -> str:
    """As `like Figure 21.10`: a variant has the form of a figure, not its names and numbers."""
    return re.sub(r"(?<!like )\bFigure ", "like Figure ", chapter)


def crlf(text: str) -> bytes:
    """A text as a message: its lines end in CRLF."""
    return _octets(text.replace("\r\n", "\n").replace("\n", "\r\n"))


def _octets(text: str) -> bytes:
    """Octets of a text: those that a terminal sent and that are no UTF-8 as they came; any str has some."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character, as JSON may hold
        return text.encode("utf-8", "surrogatepass")


def _key(value: Any) -> str:
    return repr(plain(value)).casefold()


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


__all__ = [
    "GRADED_BY_GOALS", "Again", "Known", "Mark", "Met", "Option", "Question", "Seen", "VariantError", "goals_met",
    "question",
]  # fmt: skip
