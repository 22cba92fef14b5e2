"""A journey in a few lines: of each conversation what was asked, and the answer that decided it.

Nothing is written beforehand: the journey is played, and these are its own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

from mailedu.agents.actions import Link
from mailedu.journey.gist import gist
from mailedu.journey.journey import Journey
from mailedu.journey.step import Kind, Leg, Step

#: How many exchanges of a journey with several conversations are shown.
MOST: Final = 3
_TALKS: Final = frozenset(("submission", "smtp", "pop3"))
#: Commands whose reply ends a part of a conversation.
_TURNS: Final = frozenset(("HELO", "EHLO", "DATA", "END_OF_DATA", "PASS", "RETR", "QUIT"))
#: What is not worth a word of its own: it belongs to AUTH, or to the letter.
_UNSAID: Final = frozenset(("RESPONSE", "END_OF_DATA"))
_FAILED_LINKS: Final = frozenset((Link.REFUSED, Link.UNREACHABLE, Link.TIMEOUT, Link.RESET))


class Exchange(NamedTuple):
    """Some commands and the reply that matters."""

    client: str
    server: str
    """Host names."""
    said: tuple[str, ...]
    """The commands' verbs, and `the letter`."""
    reply: str
    """The first line of the reply, safe to show; what became of the connection where there was none."""
    refused: bool
    start: float
    """Seconds since the start, when it began."""
    times: int = 1
    """How often it happened in a row."""


def brief(journey: Journey) -> tuple[Exchange, ...]:
    """The exchanges that tell a journey: all parts of its only conversation, or the deciding one of each of several."""
    legs = _legs(journey.steps)
    talks = [(leg, steps) for leg, steps in legs if leg.protocol in _TALKS and any(s.kind is Kind.LINK for s in steps)]
    if len(talks) == 1:
        return tuple(_parts(*talks[0]))
    found = list(_in_a_row(_deciding(leg, steps) for leg, steps in talks))
    while len(found) > MOST:
        # What went well at first is what every journey begins with: it tells least.
        found.pop(next((at for at, one in enumerate(found[:-1]) if not one.refused), 0))
    return tuple(found)


def _legs(steps: Iterable[Step]) -> list[tuple[Leg, list[Step]]]:
    return [(leg, list(own)) for leg, own in groupby(steps, key=lambda step: step.leg)]


def _is_refusal(step: Step) -> bool:
    head = step.head(4)
    return head[:1] in (b"4", b"5") or head == b"-ERR"


def _commands(steps: Iterable[Step]) -> tuple[str, ...]:
    verbs: list[str] = []
    for step in steps:
        if step.kind is Kind.DATA:
            verbs.append("the letter")
        elif step.kind is Kind.COMMAND and step.verb not in _UNSAID:
            verbs.append(step.verb)
    return tuple(verbs)


def _first_line(step: Step) -> str:
    """The gist without what only counts the lines that follow."""
    return gist(step._replace(octets=step.octets[:1]))


def _exchange(leg: Leg, steps: list[Step], reply: Step) -> Exchange:
    asked = _commands(step for step in steps if reply.answers < 0 or step.n <= reply.answers)
    return Exchange(leg.actor, leg.peer, asked, _first_line(reply), _is_refusal(reply), steps[0].time)


def _deciding(leg: Leg, steps: list[Step]) -> Exchange:
    failed = next((step for step in steps if step.kind is Kind.LINK and step.verb in _FAILED_LINKS), None)
    replies = [step for step in steps if step.kind is Kind.REPLY]
    if failed is not None or not replies:
        how = gist(failed if failed is not None else steps[-1])
        return Exchange(leg.actor, leg.peer, _commands(steps) or ("a connection",), how, True, steps[0].time)
    refused = next((step for step in replies if _is_refusal(step)), None)
    by_verb = {step.verb: step for step in replies}
    done = by_verb.get("END_OF_DATA") or by_verb.get("RETR")
    before_quit = next((step for step in reversed(replies) if step.verb != "QUIT"), replies[-1])
    return _exchange(leg, steps, refused or done or before_quit)


def _parts(leg: Leg, steps: list[Step]) -> Iterator[Exchange]:
    part: list[Step] = []
    for step in steps:
        part.append(step)
        if step.kind is Kind.REPLY and (step.verb in _TURNS or _is_refusal(step)) and _commands(part):
            yield _exchange(leg, part, step)
            part = []


def _in_a_row(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """The same again and again counts as one: servers tried one after another, hour by hour."""
    for _, same in groupby(exchanges, key=lambda one: (one.client, one.said, one.reply, one.refused)):
        alike = list(same)
        yield alike[0]._replace(times=len(alike))
