"""The keys of an exercise's file: which there are, which kinds have them, what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mailedu.exercise.model import CHOOSING, GRADED_BY_GOALS, Kind

#: Kinds whose answers are free.
FREE: Final = frozenset(Kind) - CHOOSING - GRADED_BY_GOALS

KEYS: Final = (
    "kind", "objective", "prompt", "chapter", "why", "points", "card", "scenario", "faults", "patch", "edits",
    "capture", "show", "leg", "at", "until", "answer", "unit", "exact", "choices", "wrong", "items", "see", "hints",
    "talk", "host", "client", "start", "message", "goals", "solutions", "mistakes", "faded", "vary",
)  # fmt: skip
MAY_BE_EMPTY: Final = frozenset(("line", "leg", "at", "until", "see"))
WITH_SCENARIO: Final = ("faults", "patch", "edits", "leg", "at", "until", "talk", "faded")
IN_TOML: Final[Mapping[type, str]] = {
    str: "put it in quotes",
    int: "write digits without quotes",
    bool: "write true or false without quotes",
    dict: "write it as { key = value }",
}
#: Keys that only some kinds have, and keys that some cannot do without.
ONLY: Final[Mapping[str, frozenset[Kind]]] = {
    "choices": CHOOSING,
    "wrong": FREE,
    "answer": frozenset(Kind) - GRADED_BY_GOALS,
    "items": frozenset((Kind.ORDER, Kind.MATCH)),
    "unit": frozenset((Kind.NUMBER,)),
    "exact": frozenset((Kind.TEXT,)),
    "talk": GRADED_BY_GOALS,
    "host": GRADED_BY_GOALS,
    "client": GRADED_BY_GOALS,
    "goals": GRADED_BY_GOALS,
    "solutions": GRADED_BY_GOALS,
    "mistakes": GRADED_BY_GOALS,
    "start": frozenset((Kind.REPAIR,)),
    "faded": frozenset((Kind.LAB,)),
}
NEEDED: Final[Mapping[str, frozenset[Kind]]] = {
    "choices": CHOOSING,
    "items": frozenset((Kind.ORDER, Kind.MATCH)),
    "scenario": frozenset((Kind.LAB,)),
    "talk": frozenset((Kind.LAB,)),
    "goals": GRADED_BY_GOALS,
    "solutions": frozenset((Kind.LAB,)),
    "start": frozenset((Kind.REPAIR,)),
}
#: What a missing key is for.
PURPOSE: Final[Mapping[str, str]] = {
    "objective": "it names what is learned, as pop3.login",
    "prompt": "it is the question",
    "answer": "a fact or a value",
    "choices": "the answers offered, a [[choices]] each",
    "items": "what is ordered or matched, an [[items]] each",
    "scenario": "it names the world of the lab",
    "talk": "pop3, submission or smtp",
    "goals": "what is to be reached, a [[goals]] each",
    "solutions": "lists of lines that reach all goals",
    "start": "it is the text to be mended",
    "text": "it is what the learner reads",
    "value": "a fact or a value",
    "feedback": "it says what this answer overlooks",
    "cost": "a share of the points, such as 0.25",
    "check": "write { fact = ..., equals = ... }",
    "lines": "what is typed, a list of texts",
    "points": "what it still earns",
    "place": "it says where, as submit/RCPT.1",
    "from": "it names a scenario",
    "last": "how many lines the learner types",
}
