"""What changes along a journey, as (step number, value) pairs made once: who holds the letter, its envelope, the world.

A scene looks its moment up by bisection. The world's values share all that did not change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from mailedu.agents.actions import Action
from mailedu.agents.effects import (
    Authenticated,
    Bounced,
    Composed,
    Deferred,
    Delivered,
    Dropped,
    Expunged,
    Fetched,
    Kept,
    Letter,
    Locked,
    Marked,
    Queued,
    Stored,
    Unlocked,
    Unmarked,
)
from mailedu.journey.step import Step
from mailedu.machine import Kind
from mailedu.smtp.session import Envelope, Session
from mailedu.smtp.states import Verb

T = TypeVar("T")


class Series(Generic[T]):
    """A value that holds from a step on until the next one."""

    __slots__ = ("_numbers", "_values")

    def __init__(self, first: T) -> None:
        self._numbers = [0]
        self._values = [first]

    def add(self, n: int, value: T) -> None:
        """From step `n` on. Numbers do not fall; a second value for a step takes the place of the first."""
        if self._numbers[-1] == n:
            self._values[-1] = value
        else:
            self._numbers.append(n)
            self._values.append(value)

    def at(self, n: int) -> T:
        """The value after step `n`."""
        return self._values[bisect_right(self._numbers, n) - 1]

    @property
    def last(self) -> T:
        return self._values[-1]


# Who holds the letter -------------------------------------------------------------------------------------------------

#: The protocol of a leg in which a report is written, and what the report is called until it has an id.
BOUNCE: Final = "bounce"


class Holder(NamedTuple):
    """Where a letter is, and who answers for it."""

    letter: str
    host: str
    """Whose it is: who would have to deliver it or report failure."""
    how: str
    """writing, holding, sending (on the wire to `to`), queued, mailbox, fetching, fetched, reading."""
    to: str = ""


NOBODY: Final = Holder("", "", "")


def holders(steps: Sequence[Step]) -> Series[Holder]:
    """The letter stays with its owner while envelopes are agreed on, is on the wire as content, moves at the 250."""
    series = Series(Holder("", "", "writing"))
    owner: dict[str, Holder] = {}
    for step in steps:
        leg, kind = step.leg, step.kind
        value: Holder | None = None
        if kind is Kind.ACTION and leg.stage == "compose" and leg.letter not in owner:
            value = Holder(leg.letter, leg.actor, "writing")
        elif kind is Kind.DATA:
            value = Holder(leg.letter, leg.actor, "sending", leg.peer)
        elif kind is Kind.REPLY and step.verb == "END_OF_DATA" and not step.effects:
            value = owner.get(leg.letter)
        elif kind is Kind.REPLY and step.verb == "RETR" and len(step.octets) > 1:
            value = Holder(leg.letter, leg.peer, "fetching", leg.actor)
        elif kind is Kind.ACTION and step.verb in (Action.PARSE, Action.READ):
            value = Holder(leg.letter, leg.actor, "fetched" if series.last.how == "fetched" else "reading")
        elif kind is Kind.ACTION and step.verb == Action.BOUNCE:
            value = Holder(BOUNCE, leg.actor, "writing")
        elif leg.letter != series.last.letter and leg.protocol != BOUNCE:
            if leg.letter in owner:
                value = owner[leg.letter]
            elif kind is Kind.LINK and leg.stage == "submit":
                value = Holder(leg.letter, leg.actor, "holding")
        for effect in step.effects:
            if isinstance(effect, Composed):
                value = Holder(effect.letter.id, effect.host, "holding")
            elif isinstance(effect, Kept) and owner.get(effect.letter, NOBODY).how != "queued":
                # Kept for some, while others' copies have been taken: the letter is where somebody answers for it.
                value = Holder(effect.letter, effect.host, "holding")
            elif isinstance(effect, Queued):
                value = Holder(effect.letter.id, effect.host, "queued")
            elif isinstance(effect, Stored):
                value = Holder(effect.letter.id, leg.actor, "mailbox", effect.mailbox)
            elif isinstance(effect, Bounced):
                value = Holder(effect.report.id, effect.host, "queued")
            elif isinstance(effect, Expunged) and effect.uids and series.last.how == "fetching":
                value = Holder(leg.letter, leg.actor, "fetched")
        if value is not None and value != series.last:
            if value.how in ("writing", "holding", "queued", "mailbox"):
                owner[value.letter] = value
            series.add(step.n, value)
    return series


# The envelope so far --------------------------------------------------------------------------------------------------


class Named(NamedTuple):
    """An address of an envelope and what the server said to it."""

    address: str
    answer: str
    """asked, accepted, put off (4yz) or refused."""


#: First digit of a reply -> what it says to an address; any other refuses it.
_ANSWERS: Final = {b"2": "accepted", b"4": "put off"}
_NOT_TAKEN: Final = frozenset(("put off", "refused"))


class EnvelopeSoFar(NamedTuple):
    """What has been said of the envelope in this conversation."""

    sender: Named | None = None
    recipients: tuple[Named, ...] = ()


def envelopes(steps: Sequence[Step]) -> Series[EnvelopeSoFar]:
    """From MAIL and RCPT and their replies; a new conversation, RSET, EHLO or a letter that is through begins anew."""
    series: Series[EnvelopeSoFar] = Series(EnvelopeSoFar())
    leg = ""
    # By the number of the command that named it, for in a pipelined group the replies come later.
    sender: tuple[int, Named] | None = None
    to: dict[int, Named] = {}
    through = False
    for step in steps:
        verb, asks = step.verb, step.kind is Kind.COMMAND
        if step.leg.protocol not in ("smtp", "submission"):
            if step.leg.protocol in ("queue", "process") and series.last != EnvelopeSoFar():
                series.add(step.n, EnvelopeSoFar())
            continue
        if step.leg.name != leg:
            leg, sender, to, through = step.leg.name, None, {}, False
        elif not asks and step.kind is not Kind.REPLY:
            continue
        elif asks and verb == "MAIL":
            if through or sender is None or sender[1].answer in _NOT_TAKEN:
                sender, to, through = (step.n, Named(_address(step), "asked")), {}, False
        elif asks and verb == "RCPT":
            to = {**to, step.n: Named(_address(step), "asked")}
        elif asks:
            continue
        else:
            # Of several lines the last one counts, as it does for the session.
            answer = _ANSWERS.get(step.octets[-1][:1], "refused")
            if verb == "MAIL" and sender is not None and sender[0] == step.answers:
                sender = (step.answers, sender[1]._replace(answer=answer))
            elif verb == "MAIL" and answer == "accepted" and step.answers != -1:
                sender = (step.answers, Named(_address(steps[step.answers - 1]), answer))
            elif verb == "RCPT" and step.answers in to:
                to = {**to, step.answers: to[step.answers]._replace(answer=answer)}
            elif verb in ("RSET", "EHLO", "HELO") and answer == "accepted":
                # In a pipelined group a new envelope may have been asked for behind it already.
                sender = sender if sender is not None and sender[0] > step.answers else None
                to = {n: named for n, named in to.items() if n > step.answers}
            else:
                through = through or (verb == "END_OF_DATA" and step.after == "READY")
                continue
        series.add(step.n, EnvelopeSoFar(sender[1] if sender else None, tuple(to.values())))
    return series


def _address(step: Step) -> str:
    from mailedu.smtp import grammar

    argument = grammar.command(step.octets[0].rstrip(b"\r\n")).argument
    try:
        return grammar.path(Verb(step.verb), argument).mailbox
    except grammar.PathError:
        return grammar.loose_path(argument)


# The world ------------------------------------------------------------------------------------------------------------


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


__all__ = [
    "Box", "Entry", "Envelope", "EnvelopeSoFar", "Fetched", "Holder", "Lying", "Named", "Series", "Session",
    "WorldView", "envelopes", "holders", "worlds",
]  # fmt: skip
