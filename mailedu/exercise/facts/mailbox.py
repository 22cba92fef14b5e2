"""Facts about mailboxes: whose they are, what lies in them when all is over."""

from __future__ import annotations

from mailedu.agents.effects import Bounced, Locked, Stored
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


@fact("mailbox.owners")
def owners(about: About, message: int = 1) -> list[str]:
    """Who got the nth letter that was sent into their mailbox, even if they deleted it: short names, in order."""
    wanted = "letter" if message == 1 else f"letter{message}"
    return sorted({label(about, one.mailbox) for one in about.played.stored if _origin(one) == wanted})


def _origin(stored: Stored) -> str:
    return stored.letter.id


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
