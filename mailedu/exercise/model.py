"""An exercise as its file says it: nothing is drawn, filled in or computed yet.

`docs/authoring.md` describes the form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple


class ExerciseError(ValueError):
    """Something is wrong with an exercise, in one line: which file, where, why, and what to do."""


class Kind(StrEnum):
    """What the learner is to do."""

    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    TEXT = "text"
    ORDER = "order"
    MATCH = "match"
    POINT = "point"
    NEXT = "next"
    DECODE = "decode"
    ENCODE = "encode"
    REPAIR = "repair"
    LAB = "lab"


class Show(StrEnum):
    """What stands beside a question, and is pointed at."""

    PACKETS = "packets"
    STEPS = "steps"
    LETTER = "letter"
    OCTETS = "octets"
    NOTHING = "nothing"


#: Kinds that are answered with a letter of the alphabet, and those graded by goals.
CHOOSING: Final = frozenset((Kind.CHOICE, Kind.SEVERAL))
GRADED_BY_GOALS: Final = frozenset((Kind.REPAIR, Kind.LAB))


class Call(NamedTuple):
    """A fact as it is asked for: `{ fact = "pop3.reply_octets", command = "RETR 1" }`."""

    fact: str
    arguments: Mapping[str, Any]


class Choice(NamedTuple):
    """One of the answers offered (choice, several). Which is right is never said: its value equals the fact's."""

    text: str
    value: Any
    """A literal, or a Call."""
    feedback: str = ""
    """What is said to who takes it though it is wrong; with several, also to who leaves it though it is right."""
    misconception: str = ""
    see: Any = ""
    """A place, or a Call that gives a step, packet or line: what refutes it."""


class Wrong(NamedTuple):
    """A typical wrong answer where answers are free."""

    value: Any
    feedback: str
    misconception: str = ""
    see: Any = ""
    only_if_other: bool = False
    """In variants in which it equals the right answer it is left away, instead of another variant being drawn."""


class Item(NamedTuple):
    """Something to be put in order, or to be matched with a partner."""

    text: str
    value: Any


class Hint(NamedTuple):
    """Help on request."""

    text: str
    cost: float
    """The share of the points that it costs, from 0 to 1."""


class Check(NamedTuple):
    """A condition: a fact equals a value."""

    call: Call
    equals: Any = True


class Goal(NamedTuple):
    """A part of what a lab or a repair is to reach."""

    text: str
    checks: tuple[Check, ...]
    """All of them must hold."""
    points: int = 1
    feedback: str = ""
    """What is said as long as it is not reached."""
    see: Any = ""


class Mistake(NamedTuple):
    """A typical way to miss a goal, with what it still earns."""

    lines: tuple[str, ...]
    points: int
    feedback: str
    misconception: str = ""


class Faded(NamedTuple):
    """A lab that is a worked session without its last lines."""

    scenario: str
    last: int
    """So many lines are left to the learner."""


@dataclass(frozen=True, eq=False)
class Exercise:
    """A file `TOPIC/NAME.toml`, read and checked."""

    id: str
    file: str
    """As errors name it."""
    kind: Kind
    objective: str
    prompt: str
    chapter: str = ""
    why: str = ""
    """Why the right answer is right: said once it was given or shown."""
    points: int = 1
    """Of a lab or a repair: the sum of its goals."""
    card: bool = False
    """A fact to be remembered: it comes back after days."""
    # The world of the question
    scenario: str = ""
    faults: tuple[str, ...] = ()
    patch: Mapping[str, Any] = field(default_factory=dict)
    """A piece of a scenario file, laid over the scenario."""
    edits: tuple[Mapping[str, Any], ...] = ()
    capture: bool = False
    """It is asked about the packets: whoever has the capture alone can answer it."""
    # What is shown
    show: Show = Show.NOTHING
    leg: str = ""
    """Only steps and packets of legs that match, `*` standing for anything; empty: of all."""
    at: str = ""
    """A place. `next`: the command whose reply is asked for. `octets`, `letter`: which, and when. Facts look here."""
    until: str = ""
    """A place: nothing later is shown."""
    # The answer
    answer: Any = None
    """A Call or a literal."""
    unit: str = ""
    exact: bool = False
    """Upper and lower case, and blanks within, matter."""
    choices: tuple[Choice, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    items: tuple[Item, ...] = ()
    see: Any = ""
    """Where the answer can be seen; for wrong answers that have no `see` of their own."""
    hints: tuple[Hint, ...] = ()
    # Labs and repairs
    talk: str = ""
    """`pop3`, `submission` or `smtp`: what is typed."""
    host: str = ""
    client: str = ""
    start: str = ""
    """What is to be mended."""
    message: str = ""
    """A raw message in the file itself: what `show = "letter"` shows and facts of a message are asked about."""
    goals: tuple[Goal, ...] = ()
    solutions: tuple[Any, ...] = ()
    """Ways to reach all goals: of a lab lists of lines, of a repair texts."""
    mistakes: tuple[Mistake, ...] = ()
    faded: Faded | None = None
    # Variants
    vary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        return self.id.partition("/")[2]


class Set(NamedTuple):
    """Exercises that belong together, in their order (`sets/NAME.toml`)."""

    name: str
    title: str
    about: str
    ids: tuple[str, ...]


def call(value: Any) -> Any:
    """A table `{ fact = ..., ... }` as a Call; anything else as it is."""
    if isinstance(value, Mapping) and "fact" in value:
        return Call(str(value["fact"]), {key: one for key, one in value.items() if key != "fact"})
    return value


def calls(one: Exercise) -> list[tuple[tuple[str | int, ...], Call]]:
    """Every fact that an exercise asks for, with the path of its key: tables, numbers from 0, then the key."""
    found: list[tuple[tuple[str | int, ...], Any]] = [(("answer",), one.answer), (("see",), one.see)]
    groups: tuple[tuple[str, Sequence[Any]], ...] = (
        ("choices", one.choices), ("wrong", one.wrong), ("items", one.items), ("goals", one.goals),
    )  # fmt: skip
    for key, group in groups:
        for n, element in enumerate(group):
            found.extend(((key, n, name), getattr(element, name, None)) for name in ("value", "see"))
    for n, goal in enumerate(one.goals):
        found.extend((("goals", n, "check"), check.call) for check in goal.checks)
    return [(path, value) for path, value in found if isinstance(value, Call)]


def plain(value: Any) -> Any:
    """A value so that equal ones compare equal: sequences as lists, sets as sorted lists, octets and names as text."""
    if isinstance(value, (set, frozenset)):
        return sorted((plain(one) for one in value), key=repr)
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    return value
