"""What the panes message and mailbox tell, found once for every face: no width, no colour, all of it made visible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from mailedu.journey import phrases
from mailedu.journey.scene import Scene
from mailedu.journey.step import Kind, Stage
from mailedu.journey.worlds import Box, Entry, WorldView
from mailedu.mime.fields.words import decoded
from mailedu.visible import clip, visible

#: Of boxes, of letters in each, and of fates of one kind, no more than this are told unless all are asked for.
MOST: Final = 10
#: What became of a letter, or who is known: its words, behind which `where` stands.
FATES: Final = {
    "kept": "Kept by the sender for",
    "delivered": "Delivered to",
    "bounced": "Came back for",
    "dropped": "Dropped for",
    "login": "Logged in at",
}
_SUBJECT_CELLS: Final = 44
_SUBJECT: Final = re.compile(rb"^Subject:[ \t]*(.*?)\r\n(?![ \t])", re.IGNORECASE | re.MULTILINE | re.DOTALL)


def plural(word: str, count: int) -> str:
    """`letter`, `letters`."""
    return word if count == 1 else word + "s"


def first_octets(chunks: Iterable[bytes], limit: int) -> bytes:
    """The first octets of a text, without a copy of the rest."""
    out: list[bytes] = []
    for chunk in chunks:
        out.append(chunk[:limit])
        limit -= len(out[-1])
        if limit <= 0:
            break
    return b"".join(out)


# The letter -----------------------------------------------------------------------------------------------------------


class Standing(NamedTuple):
    """A letter, or a report, as it stands at a step. Octets; their chunks are shared."""

    now: tuple[bytes, ...]
    """The fields that this step put on top."""
    before: tuple[bytes, ...]
    """Those that were put there on the way, the last one first."""
    written: tuple[bytes, ...]
    """As its author's user agent handed it over, or as far as it is written."""
    size: int

    @property
    def is_added_to(self) -> bool:
        """Whether a hop has put anything on top."""
        return bool(self.now or self.before)


def standing(scene: Scene) -> Standing | None:
    """The letter as it stands; None where nothing of it has been seen."""
    chunks = scene.standing or _carried(scene)
    if not chunks:
        return None
    added = scene.added
    now = tuple(field for field in added if field == scene.just_added)
    before = tuple(field for field in added if field != scene.just_added)
    return Standing(now, before, chunks[len(added) :], sum(map(len, chunks)))


def _carried(scene: Scene) -> tuple[bytes, ...]:
    """In a journey that begins where a letter lies ready: what this conversation has carried of it."""
    for step in reversed(scene.ladder):
        if step.kind is Kind.DATA:
            return step.octets
        if step.kind is Kind.REPLY and step.verb == "RETR" and len(step.octets) > 1:
            return step.octets[1:]
    return ()


def no_letter(scene: Scene) -> str:
    """Why there is nothing to be seen of a letter."""
    if scene.leg.stage is Stage.COMPOSE:
        return "There is no message yet."
    when = "fetched" if scene.leg.stage is Stage.ACCESS else "sent"
    return f"There is no message yet: here it is first seen when it is {when}."


# Mailboxes, queues, fates ---------------------------------------------------------------------------------------------


class Fact(NamedTuple):
    """Something that is so in the world after a step."""

    what: str
    """mailbox, letter, queue, delivered, bounced, dropped, kept, login, or more: a number of things left out."""
    where: str
    """The mailbox, or the host; of a fate the recipient."""
    text: str
    note: str = ""
    """What may come and go while it lasts."""
    until: float = 0.0
    """Of a letter in a queue: when it is due, seconds since the start."""
    number: int = 0
    """Of a letter in a mailbox, from 1."""
    key: str = ""
    """With what and where: which thing this is, from one step to the next."""


def world(now: WorldView, *, most: int = MOST, changed_since: WorldView | None = None) -> Iterator[Fact]:
    """All facts: mailboxes with their letters, queues, fates, who is logged in; of each kind `most` at most.

    Boxes that changed since the world of another step are among them in any case.
    """
    before = changed_since.boxes if changed_since is not None else now.boxes
    changed = {address for address, box in now.boxes.items() if before.get(address) is not box}
    room = most - len(changed)
    for address, box in now.boxes.items():
        if address in changed or room > 0:
            room -= address not in changed
            yield from _box(address, box, most)
    yield from _more("mailbox", len(now.boxes) - most)
    for entry in now.queue[:most]:
        yield _queued(entry)
    yield from _more("queue", len(now.queue) - most)
    for nth, (letter, recipients) in enumerate(now.kept[:most]):
        yield Fact("kept", some(recipients), phrases.kind_of(letter), key=str(nth))
    for what, fates in (("delivered", now.delivered), ("bounced", now.bounced), ("dropped", now.dropped)):
        left = max(len(fates) - most, 0)
        yield from _more(what, left)
        for nth, (letter, recipient) in enumerate(fates[left:], left):
            yield Fact(what, visible(recipient), phrases.kind_of(letter), key=str(nth))
    left = max(len(now.logged_in) - most, 0)
    for nth, (host, user) in enumerate(now.logged_in[left:], left):
        yield Fact("login", visible(host), visible(user), key=str(nth))


def _box(address: str, box: Box, most: int) -> Iterator[Fact]:
    count = len(box.letters)
    note = "open and locked by its reader" if box.locked else ""
    yield Fact("mailbox", visible(address), f"{count or 'no'} {plural('letter', count)}", note)
    left = max(count - most, 0)
    for number, lying in enumerate(box.letters[left:], left + 1):
        text = f"{lying.letter.size:,} octets  {clip(subject(lying.letter.chunks), _SUBJECT_CELLS)}"
        marked = "marked as deleted" if lying.marked else ""
        yield Fact("letter", visible(address), text, marked, number=number, key=lying.uid)


def _queued(entry: Entry) -> Fact:
    text = f"{phrases.kind_of(entry.letter)} for {some(entry.recipients)}"
    return Fact("queue", visible(entry.host), text, until=entry.until, key=f"{entry.letter} {entry.recipients[:4]}")


def _more(what: str, left: int) -> Iterator[Fact]:
    if left > 0:
        yield Fact("more", what, f"and {left:,} more", key=what)


def some(addresses: tuple[str, ...], most: int = 4) -> str:
    """A few addresses, visible, and a sign that there are more."""
    return ", ".join(map(visible, addresses[:most])) + (" …" if len(addresses) > most else "")


def subject(chunks: tuple[bytes, ...]) -> str:
    """The Subject of a letter as a person reads it, visible."""
    found = _SUBJECT.search(first_octets(chunks, 8192))
    return visible(decoded(found[1])) if found else "(no subject)"
