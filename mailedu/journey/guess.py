"""A reply to be guessed: four choices, one of them right, and why each other one is not what was said here.

The others are replies that somebody may well think of: such as are heard elsewhere in the same scenario or with one of
its faults, if there are enough. What they are called, and why they are wrong, stands in `content/guess`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from mailedu import content
from mailedu.explain.texts import Template, template
from mailedu.journey.gist import gist
from mailedu.journey.journey import Journey
from mailedu.journey.step import Kind, Step
from mailedu.pop3 import replies as pop3
from mailedu.visible import clip, visible

CHOICES: Final = 4
#: What stands in the place of a code where there is none.
GARBLED: Final = "???"
#: Cells of a name or a line within an answer.
_LONGEST: Final = 28
_SMTP: Final = re.compile(rb"([2-5][0-9][0-9])(?:[ -](?:([245]\.[0-9]{1,3}\.[0-9]{1,3})(?= |\r|$))?|\r|$)")
_VERBS: Final = {"END_OF_DATA": "the lone dot", "RESPONSE": "this line", "GREETING": "a new connection"}
#: States in which somebody who had to log in has done so.
_INSIDE: Final = frozenset(("MAIL", "RCPT", "DATA"))


class Choice(NamedTuple):
    """A reply that may be meant."""

    code: str
    """`250`, `+OK`."""
    text: str
    """What it brings, in at most 44 cells."""
    answer: str
    """Why it is not what was said; empty for the right one."""


class Question(NamedTuple):
    """A reply that is hidden, and what it may be."""

    asks: str
    choices: tuple[Choice, ...]
    right: int
    """Index of the true one."""


def question(journey: Journey, n: int) -> Question:
    """The question about the reply at step `n`: the same one whenever it is asked. ValueError for any other step."""
    step = journey.step(n)
    if step.kind is not Kind.REPLY:
        raise ValueError(f"step {n} is no reply")
    draw = random.Random(f"{journey.seed}/{step.place}/guess")
    shelf = _shelf("pop3" if step.leg.protocol == "pop3" else "smtp")
    truth = _key(step)
    known = shelf.find(truth)
    right = Choice(truth.code, known.text, "")
    others = shelf.others(truth, step.verb, _heard(journey.scenario.name), draw)
    values = _values(journey, step)
    wrong = [Choice(entry.key.code, entry.text, shelf.answer(entry, truth, values)) for entry in others]
    choices = [*wrong, right]
    draw.shuffle(choices)
    return Question(_asks(step), tuple(choices), choices.index(right))


def _asks(step: Step) -> str:
    if step.answers > 0:
        return "What will the server answer?"
    return "What will the server say first?" if step.verb == "GREETING" else "What will the server say?"


def _values(journey: Journey, step: Step) -> dict[str, str]:
    """What the places of an answer are filled with."""
    verb = _VERBS.get(step.verb, step.verb)
    asked = gist(journey.step(step.answers)) if step.answers > 0 else verb
    found = journey.scenario.geography.hosts.get(step.leg.peer)
    server = visible((found.title if found else "") or step.leg.peer)
    values = {"verb": verb, "asked": clip(asked, _LONGEST), "server": clip(server, _LONGEST)}
    if step.before in _INSIDE and step.leg.protocol == "submission" and journey.wants_login(step.leg):
        values["login"] = "logged in"
    return values


# What a reply is ------------------------------------------------------------------------------------------------------


class _Key(NamedTuple):
    """A reply as the texts go by it."""

    verb: str
    """The command that it answers; empty: any."""
    code: str
    name: str
    """Enhanced status code, response code, or a name of ours for what is never true."""

    @property
    def digit(self) -> str:
        """What the answers to wrong guesses go by."""
        return self.code[:1] if self.code.isdigit() else self.code


def _key(step: Step) -> _Key:
    if step.leg.protocol == "pop3":
        reply = pop3.parse(step.octets[0])
        word = "+OK" if reply.ok else "-ERR" if reply.octets[0].startswith(b"-ERR") else GARBLED
        return _Key(step.verb, word, reply.code)
    found = _SMTP.match(step.octets[-1][:64])
    if found is None:
        return _Key(step.verb, GARBLED, "")
    return _Key(step.verb, found[1].decode("ascii"), (found[2] or b"").decode("ascii"))


@lru_cache(maxsize=32)
def _heard(scenario: str) -> frozenset[str]:
    """The codes of SMTP that are heard in a scenario, as it is and with each of its faults. Its own letter is short."""
    from mailedu.journey.engine import play
    from mailedu.journey.scenario import faults_of, load

    plays = (play(load(scenario, faults)) for faults in ((), *((fault.name,) for fault in faults_of(scenario))))
    return frozenset(
        _key(step).code
        for journey in plays
        for step in journey.steps
        if step.kind is Kind.REPLY and step.leg.protocol != "pop3"
    )


# The texts ------------------------------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    """One table of a file."""

    key: _Key
    text: str
    wrong: Mapping[str, tuple[Template, ...]]
    """First digit, or word, of the true reply -> why this is not it; the empty one serves all others."""


class _Shelf:
    """All texts of a protocol."""

    def __init__(self, entries: Iterable[_Entry]) -> None:
        self._by_key = {entry.key: entry for entry in entries}
        self._numbers = any(key.code.isdigit() for key in self._by_key)
        """The codes are numbers, of which each is said of one thing; not two words for all."""

    def find(self, key: _Key) -> _Entry:
        """What a true reply is called."""
        verb, code, _ = key
        for one in (key, _Key(verb, code, ""), _Key("", code, ""), _Key("", code[:1], ""), _Key("", GARBLED, "")):
            if one in self._by_key:
                return self._by_key[one]
        raise LookupError(f"nothing is known of {code}")  # the loader makes sure of the last one

    def others(self, truth: _Key, verb: str, heard: frozenset[str], draw: random.Random) -> list[_Entry]:
        """Three that were not said: the likeliest first, then such as are not heard here, then those of any command."""
        own = [entry for entry in self._possible(truth) if entry.key.verb == verb]
        usual = [entry for entry in self._possible(truth) if not entry.key.verb]
        draw.shuffle(own)
        draw.shuffle(usual)
        if self._numbers:
            ranked = [
                *(entry for entry in own if entry.key.code in heard),
                *(entry for entry in usual if entry.key.code in heard),
                *own,
                *usual,
            ]
        else:
            ranked = [*own, *usual]
        taken: list[_Entry] = []
        said = {(truth.code, self.find(truth).text)}
        for entry in ranked:
            code, text = entry.key.code, entry.text
            if (code, text) in said or (self._numbers and any(code == one.key.code for one in taken)):
                continue
            taken.append(entry)
            said.add((code, text))
            if len(taken) == CHOICES - 1:
                break
        return taken

    def _possible(self, truth: _Key) -> Iterable[_Entry]:
        """What is certainly not the true reply, and can be told from it."""
        vague = self.find(truth).key.name != truth.name or not truth.name
        named = {(key.verb, key.code) for key in self._by_key if key.name}
        for key, entry in self._by_key.items():
            if (not entry.wrong and not self._numbers) or len(key.code) < 3:  # only names a true one
                continue
            if self._numbers:
                # Where the kinds of a code have names, the one without is for a true reply that does not say its kind.
                if key.code != truth.code and key.code != GARBLED and (key.name or (key.verb, key.code) not in named):
                    yield entry
            elif key.code == GARBLED or (key.code == "-ERR" and truth.code == "-ERR" and vague):
                continue
            else:
                yield entry

    def answer(self, entry: _Entry, truth: _Key, values: Mapping[str, str]) -> str:
        """Why a choice is not what was said."""
        for one in (entry, self._by_key.get(_Key("", entry.key.code, ""))):
            if one is None:
                continue
            for filled in (text.fill(values) for text in one.wrong.get(truth.digit, one.wrong.get("", ()))):
                if filled is not None:
                    return filled
        return "this server says something else"


@cache
def _shelf(protocol: str) -> _Shelf:
    """The texts of `smtp` or `pop3`. Raises `content.ContentError` at the first thing that is wrong."""
    name = f"guess/{protocol}.toml"
    return _Shelf([_entry(name, header, table) for header, table in content.load(name).items()])


def _entry(name: str, header: str, table: Any) -> _Entry:
    if not isinstance(table, dict):
        raise content.wrong(name, (header,), "stands outside a table")
    for field in table:
        if field not in ("text", "wrong"):
            raise content.wrong(name, (header, field), "unknown; known are text, wrong")
    if not isinstance(table.get("text"), str) or not table["text"]:
        raise content.wrong(name, (header, "text"), "a text is wanted")
    given = table.get("wrong", {})
    wrong = {"": given} if isinstance(given, str) else given
    if not isinstance(wrong, dict):
        raise content.wrong(name, (header, "wrong"), "a text is wanted, or a table of texts")
    templates: dict[str, tuple[Template, ...]] = {}
    for of, texts in wrong.items():
        several = texts if isinstance(texts, list) else [texts]
        if not all(isinstance(text, str) for text in several):
            raise content.wrong(name, (header, "wrong"), f"{of}: a text is wanted, or a list of texts")
        try:
            templates[of] = tuple(template(text) for text in several)
        except ValueError as error:
            raise content.wrong(name, (header, "wrong"), str(error)) from None
    words = header.split(" ")
    if not words[0].isupper() or not words[0].replace("_", "").isalpha():
        words.insert(0, "")
    if not 2 <= len(words) <= 3:
        raise content.wrong(name, (header,), "a header is COMMAND CODE NAME, without what is meant for all")
    return _Entry(_Key(words[0], words[1], words[2] if words[2:] else ""), table["text"], templates)
