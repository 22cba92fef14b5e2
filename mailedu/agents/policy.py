"""What servers of the simulated world say yes to: answers from the world's data, a policy for each connection."""

from __future__ import annotations

from typing import NamedTuple

from mailedu import pop3
from mailedu.agents.effects import (
    Authenticated,
    Effect,
    Expunged,
    Letter,
    Locked,
    Marked,
    Queued,
    Unlocked,
    Unmarked,
)
from mailedu.agents.world import Host, Mail, World
from mailedu.machine import Content
from mailedu.pop3.maildrop import Maildrop, Stored
from mailedu.pop3.replies import Reply as Pop3Reply
from mailedu.smtp.replies import Reply
from mailedu.smtp.server import Server
from mailedu.smtp.session import Envelope

#: Received fields beyond which a letter is taken to go round in circles (RFC 5321 section 6.3 asks for at least 100).
MAX_HOPS = 100


class Accepted(NamedTuple):
    """A letter that a server has just taken, and how it came."""

    host: str
    letter: Letter
    queue_id: str
    hello: str
    client: Host
    protocol: str
    """As Received says it: SMTP, ESMTP or ESMTPA (RFC 3848)."""
    time: float
    leg: str


class MailPolicy:
    """The policy of one SMTP connection: who may send what to whom, as the world has it."""

    __slots__ = ("_count", "_host", "_origin", "_world", "accepted", "client", "effects", "leg")

    def __init__(self, world: World, host: Host, client: Host, leg: str, origin: Letter | None) -> None:
        """`origin`: the letter that this client is about to hand over."""
        self._world = world
        self._host = host
        self._origin = origin
        self._count = 0
        self.client = client
        self.leg = leg
        self.effects: list[Effect] = []
        self.accepted: list[Accepted] = []

    def login(self, server: Server, user: str, password: bytes) -> Reply | None:
        """By login name or address; the password has to be equal octet for octet."""
        for known in self._world.users.values():
            if user in (known.login, known.address) and known.submits_to[0] == self._host.name:
                if known.password.encode() == password:
                    self.effects.append(Authenticated(self._host.name, known.address))
                    return server.voice("LOGIN_OK")
                break
        return server.voice("LOGIN_FAILED")

    def sender(self, server: Server, reverse_path: str, size: int) -> Reply | None:
        """Any sender will do; the null reverse-path too (RFC 5321 section 4.5.5)."""
        return server.voice("SENDER_OK")

    def recipient(self, server: Server, mailbox: str) -> Reply | None:
        """A mailbox of our own, a domain that we are exchanger for, or a client that may send anywhere."""
        world, host = self._world, self._host
        if world.is_final(host.name, mailbox):
            if world.mailbox(host.name, mailbox) is None:
                return server.voice("NO_SUCH_USER")
            user = world.user(mailbox)
            if user is not None and user.quota and world.box(user.address).size >= user.quota:
                return server.voice("MAILBOX_FULL")
        elif (
            server.session.user is None
            and self.client.address not in host.relay_for
            and not world.exchanges_for(host.name, mailbox.rpartition("@")[2].lower())
        ):
            return server.voice("NO_RELAY")
        if host.greylist and server.session.user is None:
            envelope = server.session.envelope
            triplet = (self.client.address, envelope.reverse_path if envelope else "", mailbox.lower())
            since = world.greylisted.setdefault(triplet, world.clock.now)
            if world.clock.now - since < host.greylist:
                return server.voice("TRY_LATER")
        return server.voice("RECIPIENT_OK")

    def message(self, server: Server, envelope: Envelope, content: Content, *, must: bool) -> Reply | None:
        """Take the letter: from the reply on this host owes delivery or a report (RFC 5321 section 6.1)."""
        world, host = self._world, self._host
        # Whoever is named twice has one copy.
        envelope = Envelope(envelope.reverse_path, tuple(dict.fromkeys(envelope.recipients)), envelope.parameters)
        letter = self._known_again(content, envelope)
        if not must and len(letter.added) > MAX_HOPS:
            return server.voice("LOOP")
        self._count += 1
        queue_id = world.word(f"{self.leg}/{self._count}", "queue id")
        session = server.session
        protocol = ("ESMTPA" if session.user is not None else "ESMTP") if session.extended else "SMTP"
        self.effects.append(Queued(host.name, letter))
        self.accepted.append(
            Accepted(host.name, letter, queue_id, session.hello, self.client, protocol, world.clock.now, self.leg)
        )
        return server.voice("ACCEPTED", id=queue_id)

    def _known_again(self, content: Content, envelope: Envelope) -> Letter:
        """The letter that the client meant to send, if this is it; else a letter of its own."""
        origin = self._origin
        if origin is not None:
            if _same(content, origin.carried):
                return Letter(origin.id, origin.added, origin.content, envelope, origin.parent)
            return Letter(origin.id, (), content.chunks, envelope, origin.parent)
        self._world.letters += 1
        count = self._world.letters
        return Letter("letter" if count == 1 else f"letter{count}", (), content.chunks, envelope)


class MailboxPolicy:
    """The policy of one POP3 connection: the mailboxes that are read at this host (`pop3.server.Policy`)."""

    __slots__ = ("_client", "_host", "_opened", "_world", "effects")

    def __init__(self, world: World, host: Host, client: Host) -> None:
        self._world = world
        self._host = host
        self._client = client
        self._opened = ""
        self.effects: list[Effect] = []

    def login(self, server: pop3.Server, user: str, password: bytes) -> Maildrop | Pop3Reply | None:
        """Open and lock the mailbox, if the password is right and nobody else has it (RFC 1939 section 4)."""
        for known in self._world.users.values():
            if user in (known.login, known.address) and known.reads_from[0] == self._host.name:
                if known.password.encode() != password:
                    break
                box = self._world.box(known.address)
                if box.locked:
                    return server.voice("IN_USE")
                box.locked = True
                self._opened = known.address
                self.effects.append(Locked(known.address))
                return Maildrop(user, [stored_message(mail) for mail in box.mails])
        return server.voice("LOGIN_FAILED")

    def marked(self, server: pop3.Server, maildrop: Maildrop, number: int) -> None:
        """DELE has marked a message."""
        self.effects.append(Marked(self._opened, maildrop.messages[number - 1].uid))

    def unmarked(self, server: pop3.Server, maildrop: Maildrop, numbers: tuple[int, ...]) -> None:
        """RSET has taken the marks off."""
        self.effects.append(Unmarked(self._opened))

    def expunge(self, server: pop3.Server, maildrop: Maildrop, numbers: tuple[int, ...]) -> bool | None:
        """Remove what is marked."""
        uids = tuple(maildrop.messages[number - 1].uid for number in numbers)
        box = self._world.box(self._opened)
        box.mails = [mail for mail in box.mails if mail.uid not in uids]
        self.effects.append(Expunged(self._opened, uids))
        return True

    def unlock(self, server: pop3.Server, maildrop: Maildrop) -> None:
        """The session is over."""
        self._world.box(self._opened).locked = False
        self.effects.append(Unlocked(self._opened))


def stored_message(mail: Mail) -> Stored:
    """A letter of a mailbox as POP3 sees it: numbers come from the order, the size counts CRLF and no stuffed dots."""
    return Stored(mail.uid, mail.letter.carried)


def _same(one: Content, other: Content) -> bool:
    """Whether both hold the same octets. As they travel they are mostly cut alike."""
    return one.stuffed == other.stuffed or (one.size == other.size and bytes(one) == bytes(other))
