"""Facts about mailboxes: whose they are, what lies in them when all is over."""

from __future__ import annotations

from mailedu.agents.effects import Bounced, Locked
from mailedu.exercise.facts import About, FactError, fact
from mailedu.journey.journey import Journey


def mailbox_of(about: About, user: str = "") -> str:
    """The address of the mailbox that is meant: by its address or login, else the first that somebody opened.

    If nobody did, the reader's, or the only one in which something lay. FactError if that leaves more than one.
    """
    journey = about.played
    users = journey.scenario.geography.users
    if user:
        wanted = user.lower()
        for address, one in users.items():
            if wanted in (address, one.login.lower(), address.partition("@")[0]):
                return address
        raise FactError(f"no user {user!r}: there are {', '.join(users)}")
    for step in journey.steps:
        for effect in step.effects:
            if isinstance(effect, Locked):
                return effect.mailbox
    if journey.scenario.reader:
        return journey.scenario.reader
    filled = [address for address, mails in journey.scenario.geography.mailboxes.items() if mails]
    if len(filled) == 1:
        return filled[0]
    raise FactError("which mailbox? name its user")


def uids(journey: Journey, mailbox: str) -> list[str]:
    """The unique ids of all that ever lay in a mailbox, in the order in which it came there."""
    found = [mail.uid for mail in journey.scenario.geography.mailboxes.get(mailbox, ())]
    return found + [stored.uid for stored in journey.stored if stored.mailbox == mailbox]


@fact("mailbox.left")
def left(about: About, user: str = "") -> list[int]:
    """Which messages are in a mailbox in the end, by the numbers in which they came there: [1, 3] if 2 is gone."""
    journey = about.played
    mailbox = mailbox_of(about, user)
    box = journey.world(len(journey)).boxes.get(mailbox)
    there = {lying.uid for lying in box.letters} if box is not None else set()
    return [n for n, uid in enumerate(uids(journey, mailbox), 1) if uid in there]


@fact("mailbox.count")
def count(about: About, user: str = "") -> int:
    """How many messages are in a mailbox in the end."""
    return len(left(about, user))


@fact("mailbox.number")
def number(about: About, message: int, user: str = "") -> int:
    """The number that a message, named by the order in which it came, will have at the next login (RFC 1939 4)."""
    there = left(about, user)
    if message not in there:
        raise FactError(f"message {message} is gone")
    return int(there.index(message)) + 1


@fact("mailbox.keeps")
def keeps(about: About, message: int = 1) -> list[str]:
    """The hosts where the nth letter that was sent lies in the end, in a mailbox or a queue."""
    journey = about.played
    view, users = journey.world(len(journey)), journey.scenario.geography.users
    wanted = _sent(message)
    lies = {users[box].reads_from[0] for box, one in view.boxes.items() for x in one.letters if x.letter.id == wanted}
    return sorted(lies | {entry.host for entry in view.queue if entry.letter == wanted})


@fact("mailbox.owners")
def owners(about: About, message: int = 1) -> list[str]:
    """Who got the nth letter that was sent into their mailbox, even if they deleted it: short names, in order."""
    return sorted({label(about, one.mailbox) for one in about.played.stored if one.letter.id == _sent(message)})


def _sent(message: int) -> str:
    """The id of the nth letter that was sent."""
    return "letter" if message == 1 else f"letter{message}"


@fact("mailbox.bounced_to")
def bounced_to(about: About) -> list[str]:
    """Whose mailboxes hold a report that a letter could not be delivered: short names, in order."""
    reports = {
        effect.report.id for step in about.played.steps for effect in step.effects if isinstance(effect, Bounced)
    }
    return sorted({label(about, one.mailbox) for one in about.played.stored if one.letter.id in reports})


def label(about: About, mailbox: str) -> str:
    """How a mailbox is called for short: `bob`, or its address where others have the same local part."""
    return about.played.scenario.geography.labels.get(mailbox, mailbox)


@fact("mailbox.submits_to")
def submits_to(about: About, user: str) -> str:
    """Where a user's letters are handed in, as `SMTP, port 587`: protocol and port of the way out."""
    found = about.played.scenario.geography.users[mailbox_of(about, user)]
    return f"SMTP, port {found.submits_to[1]}"
