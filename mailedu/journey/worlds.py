"""Mailboxes, queues and fates at each step: the fold of the effects so far. A value shares all that did not change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mailedu.agents.effects import (
    Authenticated,
    Bounced,
    Deferred,
    Delivered,
    Dropped,
    Expunged,
    Kept,
    Letter,
    Locked,
    Marked,
    Queued,
    Stored,
    Unlocked,
    Unmarked,
)
from mailedu.journey.series import Series
from mailedu.journey.step import Step


class Entry(NamedTuple):
    """A letter in a server's queue."""

    host: str
    letter: str
    recipients: tuple[str, ...]
    until: float
    """When it is due, seconds since the start."""


class Lying(NamedTuple):
    """A letter in a mailbox."""

    uid: str
    letter: Letter
    marked: bool = False


class Box(NamedTuple):
    """A mailbox as it is at one moment."""

    letters: tuple[Lying, ...] = ()
    locked: bool = False


class WorldView(NamedTuple):
    """Mailboxes, queues and fates after a step: the fold of all effects so far."""

    boxes: dict[str, Box]
    queue: tuple[Entry, ...] = ()
    kept: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Letters that a user agent keeps: id and recipients."""
    logged_in: tuple[tuple[str, str], ...] = ()
    """Host and user."""
    delivered: tuple[tuple[str, str], ...] = ()
    """Letter and recipient, each time a letter was put into a mailbox."""
    bounced: tuple[tuple[str, str], ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()


def worlds(steps: Sequence[Step], boxes: dict[str, Box]) -> Series[WorldView]:
    """`boxes`: what lies in mailboxes when time begins."""
    series = Series(WorldView(boxes))
    for step in steps:
        if step.effects:
            view = series.last
            for effect in step.effects:
                view = _fold(view, step, effect)
            series.add(step.n, view)
    return series


def _fold(view: WorldView, step: Step, effect: object) -> WorldView:
    if isinstance(effect, Queued):
        entry = Entry(effect.host, effect.letter.id, effect.letter.envelope.recipients, step.time)
        return view._replace(queue=(*view.queue, entry))
    if isinstance(effect, Delivered):
        return view._replace(queue=_less(view.queue, effect.host, effect.letter, effect.recipients))
    if isinstance(effect, Stored):
        box = view.boxes.get(effect.mailbox, Box())
        box = box._replace(letters=(*box.letters, Lying(effect.uid, effect.letter)))
        queue = _less(view.queue, step.leg.actor, effect.letter.id, (effect.recipient,))
        return view._replace(
            boxes={**view.boxes, effect.mailbox: box},
            queue=queue,
            delivered=(*view.delivered, (effect.letter.id, effect.recipient)),
        )
    if isinstance(effect, Deferred):
        queue = _less(view.queue, effect.host, effect.letter, effect.recipients)
        return view._replace(queue=(*queue, Entry(effect.host, effect.letter, effect.recipients, effect.until)))
    if isinstance(effect, Bounced):
        queue = _less(view.queue, effect.host, effect.letter, effect.recipients)
        entry = Entry(effect.host, effect.report.id, effect.report.envelope.recipients, step.time)
        return view._replace(
            queue=(*queue, entry), bounced=(*view.bounced, *((effect.letter, r) for r in effect.recipients))
        )
    if isinstance(effect, Dropped):
        return view._replace(
            queue=_less(view.queue, effect.host, effect.letter, effect.recipients),
            dropped=(*view.dropped, *((effect.letter, r) for r in effect.recipients)),
        )
    if isinstance(effect, Kept):
        return view._replace(kept=(*view.kept, (effect.letter, effect.recipients)))
    if isinstance(effect, Authenticated):
        return view._replace(logged_in=(*view.logged_in, (effect.host, effect.user)))
    return view._replace(boxes=_fold_box(view.boxes, effect))


def _fold_box(boxes: dict[str, Box], effect: object) -> dict[str, Box]:
    if not isinstance(effect, (Locked, Unlocked, Marked, Unmarked, Expunged)):
        return boxes
    box = boxes.get(effect.mailbox, Box())
    if isinstance(effect, Locked):
        box = box._replace(locked=True)
    elif isinstance(effect, Unlocked):
        box = Box(tuple(lying._replace(marked=False) for lying in box.letters), False)
    elif isinstance(effect, Marked):
        box = box._replace(letters=tuple(x._replace(marked=x.marked or x.uid == effect.uid) for x in box.letters))
    elif isinstance(effect, Unmarked):
        box = box._replace(letters=tuple(x._replace(marked=False) for x in box.letters))
    else:
        box = box._replace(letters=tuple(x for x in box.letters if x.uid not in effect.uids))
    return {**boxes, effect.mailbox: box}


def _less(queue: tuple[Entry, ...], host: str, letter: str, recipients: tuple[str, ...]) -> tuple[Entry, ...]:
    """The queue without these recipients: each is taken out once."""
    out: list[Entry] = []
    left = list(recipients)
    for entry in queue:
        if entry.host == host and entry.letter == letter and left:
            stay = []
            for recipient in entry.recipients:
                if recipient in left:
                    left.remove(recipient)
                else:
                    stay.append(recipient)
            if stay:
                out.append(entry._replace(recipients=tuple(stay)))
        else:
            out.append(entry)
    return tuple(out)
