"""What there is to choose from at the beginning, and what is told of each before it is opened."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from mailedu.journey.engine import play
from mailedu.journey.journey import Journey
from mailedu.journey.scenario import Scenario, load, names
from mailedu.text.screen import wrapped
from mailedu.tui import letters
from mailedu.tui.brief import brief
from mailedu.tui.memory import Left, Memory, Place, carrying
from mailedu.tui.widgets import exercise_rounds as rounds
from mailedu.tui.widgets.preview import Card, End
from mailedu.visible import clip

GO_ON: Final = "Go on"
START: Final = "Start here"
JOURNEYS: Final = "Journeys"
QUESTIONS: Final = "Questions"
WRONG: Final = "When it goes wrong"
TRY: Final = "Try it yourself"
LETTERS: Final = "Your letters"
#: The scenario that carries a letter of one's own.
CARRIER: Final = "alice-to-bob"
#: The rounds of questions that somebody new meets first.
_FIRST_ROUNDS: Final = ("quiz:set:chapter-questions", "quiz:next")
#: Letters that are listed; the folder may hold more.
_MOST_LETTERS: Final = 5
#: Letters up to so many octets are played for the preview.
_QUICK: Final = 256 * 1024


class Entry(NamedTuple):
    """Something that can be opened: a journey (of a scenario, a place or a letter), a form, a talk, or questions."""

    id: str
    """`go`, `play:SCENARIO`, `letter:FILE`, `compose`, `talk:PROTOCOL`; of questions `ask:ROUND` for the one that was
    left, `quiz:set:NAME`, `quiz:unit:N`, `quiz:next`.
    """
    group: str
    title: str
    about: str
    tag: str = ""
    done: bool = False

    @property
    def kind(self) -> str:
        return self.id.partition(":")[0]

    @property
    def name(self) -> str:
        """Scenario, file, protocol or round of questions."""
        return self.id.partition(":")[2]

    def matches(self, words: str) -> bool:
        """Whether all the words stand somewhere in it."""
        text = f"{self.group} {self.title} {self.tag} {self.about} {self.name}".casefold()
        return all(word in text for word in words.casefold().split())


def entries(memory: Memory) -> list[Entry]:
    """All that there is, in the order of the list. Nothing is played for it."""
    own = letters.own_letters(_MOST_LETTERS)
    left = [*_going_on(memory.place), *_asked(memory.question)]
    if memory.question is not None and memory.question.last:
        left.reverse()
    return [*left, *_scenarios(memory.done), *_LIVE, *(_letter(one) for one in own)]


_COMPOSE: Final = Entry(
    "compose", START, "Your own letter",
    "Write a letter, or take one from a file, and watch it travel as Alice’s does.", "compose",
)  # fmt: skip
_LIVE: Final = (
    Entry("talk:smtp", TRY, "Talk SMTP as Alice", "You type the commands, and a server answers. Nothing can break."),
    Entry("talk:pop3", TRY, "Talk POP3 as Bob", "There is mail for Bob. Log in, look at it, and take it."),
)


def _going_on(place: Place | None) -> Iterator[Entry]:
    if place is None:
        return
    scenario = load(place.scenario)
    title = scenario.title
    if place.letter:
        try:
            title = _titled(letters.subject(place.letter))
        except letters.LetterError:  # told when it is opened
            title = "A letter that is gone"
    about = "You were here. With your changes." if place.edits else f"You were here. {scenario.about}"
    yield Entry("go", GO_ON, title, about, f"step {place.n}{f' of {place.total}' if place.total else ''}")


def _asked(left: Left | None) -> Iterator[Entry]:
    """The question that was left; none, if its round is none any more."""
    offer = next((one for one in rounds.rounds() if one.name == left.round), None) if left is not None else None
    if left is None or offer is None:
        return
    at = left.place_in(offer.ids)
    tag = f"question {at + 1} of {len(offer.ids)}" if offer.ids else ""
    yield Entry(f"ask:{offer.name}", GO_ON, offer.title, f"You were at this question. {offer.about}", tag)


def _scenarios(done: set[str]) -> Iterator[Entry]:
    found = [load(name) for name in names()]
    good = sorted((one for one in found if not one.active), key=_by_figure)
    faults = [fault for one in good for fault in one.faults]
    questions = {one.id: one for one in _questions()}
    yield from (_scenario(one, START, done) for one in good if one.name == CARRIER)
    yield from (questions.pop(id)._replace(group=START) for id in _FIRST_ROUNDS if id in questions)
    yield _COMPOSE
    yield from (_scenario(one, JOURNEYS, done) for one in good if one.name != CARRIER)
    yield from questions.values()
    for one in sorted((one for one in found if one.active), key=lambda one: faults.index(one.active[0])):
        yield _scenario(one, WRONG, done)


def _questions() -> Iterator[Entry]:
    """Sets of questions, what the course has next, and its units. None is made for it."""
    for one in rounds.rounds():
        yield Entry(f"quiz:{one.name}", QUESTIONS, one.title, one.about, one.tag)


def _by_figure(scenario: Scenario) -> tuple[bool, list[int]]:
    return scenario.name != CARRIER, _numbers((*scenario.figures, "")[0])


def _numbers(figure: str) -> list[int]:
    """21.10 comes after 21.9."""
    return [int(part) for part in figure.split(".") if part.isdigit()]


def _scenario(scenario: Scenario, group: str, done: set[str]) -> Entry:
    return Entry(f"play:{scenario.name}", group, scenario.title, scenario.about, scenario.tag, scenario.name in done)


def _letter(own: letters.Own) -> Entry:
    when = time.localtime(own.date)
    tag = f"{when.tm_mday} {time.strftime('%b %H:%M', when)}"
    return Entry(f"letter:{own.name}", LETTERS, _titled(own.subject), f"Your letter of {tag}, kept as {own.name}.", tag)


def _titled(subject: str) -> str:
    return subject or "A letter without a subject"


# What is told of one --------------------------------------------------------------------------------------------------


def told(about: str, cells: int, most: int) -> str:
    """As much of a description as stands in `most` rows of `cells`: whole sentences, or whole parts of one."""
    if len(wrapped(about, max(cells, 8))) <= most:
        return about
    parts = re.split(r"(?<=[;.]) ", about)
    for count in range(len(parts) - 1, 0, -1):
        left = len(parts) - count
        shown = " ".join(parts[:count])
        if shown.endswith(";"):
            shown = f"{shown} and {left} more."
        if len(wrapped(shown, max(cells, 8))) <= most:
            return shown
    return clip(about, cells * most - cells // 4)


def steps_of(name: str) -> str:
    """How long a scenario is. Plays it."""
    return f"{len(_played(name))} steps"


def card(entry: Entry, memory: Memory) -> Card:
    """What is told of an entry. Plays it, if that is quick."""
    if entry.kind == "play":
        journey = _played(entry.name)
        return _card(entry, journey, "✓ you have seen its last step" if entry.done else "not yet")
    if entry.kind == "go" and memory.place is not None:
        return _card(entry, _remade(memory.place._replace(n=1, pane="", guessing=False, total=0)), "", "go on")
    if entry.kind in ("quiz", "ask"):
        new = entry.kind == "quiz" and (not entry.tag or entry.tag.startswith("0 "))
        verb = "begin" if new else "once more" if entry.done else "go on"
        facts = (
            ("You see", _SEE_QUESTIONS),
            ("Done" if entry.kind == "quiz" else "You are", f"{'at ' if entry.kind == 'ask' else ''}{entry.tag}"),
            ("A hint", "costs a part of the points; a second try counts half"),
        )
        shown = tuple(fact for fact in facts if entry.tag or fact[0] not in ("Done", "You are"))
        return Card(entry.title, entry.about, shown, keys=(("enter", verb),))
    if entry.kind == "letter":
        return _card(entry, _remade(Place(CARRIER, letter=entry.name)), "")
    seen = {"compose": _SEE_COMPOSE, "talk": _SEE_TALK.get(entry.name, "")}.get(entry.kind, "")
    return Card(entry.title, entry.about, (("You see", seen),), keys=(("enter", "open"),))


_SEE_COMPOSE: Final = "what becomes of the fields that you fill in; which of them are for the envelope; where Bcc goes"
_SEE_QUESTIONS: Final = "a question beside the packets, the letter or the session it is about; you answer, and see why"
_SEE_TALK: Final = {
    "smtp": "which commands may come next; what each answer means; that the order of the commands is the protocol",
    "pop3": "how little Bob’s phone has to say; what the server counts; when a message is gone",
}


def _card(entry: Entry, journey: Journey | None, done: str, verb: str = "start") -> Card:
    keys = (("enter", verb), ("g", f"{verb} and guess the replies"))
    if journey is None:
        return Card(entry.title, entry.about, keys=keys)
    scenario = journey.scenario
    figures = sorted(scenario.figures, key=_numbers) if scenario.message is None else []
    facts = (
        ("You see", scenario.see if scenario.message is None else ""),
        ("Length", f"{len(journey)} steps, {len(journey.packets)} packets"),
        ("Book", f"Figure{'s' if figures[1:] else ''} {_listed(figures)}" if figures else ""),
        ("Done", done),
    )
    ends = {name: End(host.title or name, host.address) for name, host in scenario.geography.hosts.items()}
    return Card(entry.title, entry.about, tuple(fact for fact in facts if fact[1]), brief(journey), ends, keys)


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


@lru_cache(maxsize=32)
def _played(name: str) -> Journey:
    return play(load(name))


@lru_cache(maxsize=8)
def _remade(place: Place) -> Journey | None:
    """The journey of a place; None if it would take long, or cannot be made: that is told when it is opened."""
    try:
        if place.letter and letters.size(place.letter) > _QUICK:
            return None
        return place.journey()
    except ValueError:
        return None


def journey_of(entry: Entry, memory: Memory) -> Journey:
    """The journey to be stepped through. Raises ValueError, in one line, where it cannot be made."""
    if entry.kind == "go" and memory.place is not None:
        return memory.place.journey()
    if entry.kind == "letter":
        return play(carrying(load(CARRIER), letters.read(entry.name)))
    return _played(entry.name)
