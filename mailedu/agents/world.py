"""The world in which agents act: hosts, users, mailboxes, zones. Plain data, made anew for each journey."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from mailedu.agents import draw
from mailedu.agents.effects import Letter
from mailedu.agents.errand import Leg, Stage
from mailedu.dns.zone import Zones
from mailedu.network.clock import Clock

SUBMISSION, SMTP, POP3, DNS = 587, 25, 110, 53
HOUR: Final = 3600.0
RETRIES: Final = (0.5 * HOUR, HOUR, 2 * HOUR, 4 * HOUR)
GIVE_UP: Final = 120 * HOUR
_new = tuple.__new__  # a NamedTuple's own takes three times as long
_ODD: Final = re.compile(r"[^!-~]|[/=#!*+]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9@:._-]+")


class Host(NamedTuple):
    """A machine on the network, and how its servers behave."""

    name: str
    address: str
    title: str = ""
    short: str = ""
    roles: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    """TCP ports on which somebody listens."""
    down: tuple[tuple[float, float], ...] = ()
    """Spans of seconds since the start in which nobody answers."""
    offers: tuple[str, ...] = ()
    """Lines of its EHLO reply."""
    texts: Mapping[str, str] = {}
    """Other words for replies, by name."""
    greylist: float = 0.0
    """Seconds for which an unknown triplet of client, sender and recipient is put off; 0: not at all."""
    relay_for: tuple[str, ...] = ()
    """Addresses of clients from which it takes letters for anybody without a login."""

    def is_up(self, moment: float) -> bool:
        """Whether it answers at `moment` seconds since the start."""
        return not any(begin <= moment < end for begin, end in self.down)


class User(NamedTuple):
    """Somebody with a mailbox."""

    address: str
    login: str
    password: str
    host: str = ""
    """The machine that the user sits at."""
    submits_to: tuple[str, int] = ("", SUBMISSION)
    reads_from: tuple[str, int] = ("", POP3)
    hello: str = "EHLO"
    """How this user's agent introduces itself."""
    quota: int = 0
    """Octets that the mailbox may hold; 0: as many as come."""


class Mail(NamedTuple):
    """A letter in a mailbox."""

    uid: str
    letter: Letter


class Box:
    """A mailbox. Only one reader at a time may have it open (RFC 1939 section 4)."""

    __slots__ = ("locked", "mails", "uids")

    def __init__(self, mails: tuple[Mail, ...] = ()) -> None:
        self.mails: list[Mail] = list(mails)
        self.uids = len(mails)
        self.locked = False

    def next_uid(self) -> str:
        """A unique id, never given twice (RFC 1939 section 7)."""
        self.uids += 1
        return f"{self.uids:04d}"

    @property
    def size(self) -> int:
        """Octets of all that lies here."""
        return sum(mail.letter.size for mail in self.mails)


class Geography(NamedTuple):
    """The part of a world that no journey changes."""

    hosts: Mapping[str, Host]
    users: Mapping[str, User]
    """By address, in lower case."""
    zones: Zones
    resolver: str
    """Name of the host that answers DNS questions."""
    aliases: Mapping[str, str] = {}
    """Address -> address of the mailbox that is meant, at the host where that is read."""
    mailboxes: Mapping[str, tuple[Mail, ...]] = {}
    """What lies in mailboxes when time begins."""
    labels: Mapping[str, str] = {}
    """Address -> how legs call it: the local part where no other user has the same."""
    retries: tuple[float, ...] = RETRIES
    """Seconds from one attempt to the next; the last goes on (RFC 5321 section 4.5.4.1)."""
    give_up: float = GIVE_UP
    """Seconds after which a letter is returned."""


class World:
    """A geography, a clock, and what changes: mailboxes, memories, names that have been given."""

    __slots__ = (
        "bounces",
        "boxes",
        "clock",
        "geography",
        "greylisted",
        "hosts",
        "letters",
        "names",
        "owners",
        "seed",
        "users",
    )

    def __init__(self, geography: Geography, clock: Clock, seed: int) -> None:
        self.geography = geography
        self.hosts = geography.hosts
        self.users = geography.users
        self.clock = clock
        self.seed = seed
        self.boxes: dict[str, Box] = {}
        self.greylisted: dict[tuple[str, str, str], float] = {}
        self.names: dict[str, int] = {}
        self.owners: dict[str, str] = {}
        """Name of a leg -> the host that was the first to have one of that name."""
        self.letters = 0
        self.bounces = 0

    def user(self, address: str) -> User | None:
        """Whose mailbox an address means. Only letters of one's own domain are compared without case (RFC 5321 2.4)."""
        key = address.lower()
        user = self.users.get(key)
        if user is None:
            alias = self.geography.aliases.get(key)
            if alias is not None:
                user = self.users.get(alias)
        return user

    def mailbox(self, host: str, address: str) -> str | None:
        """Which mailbox at `host` an address means, or None. `postmaster` is always there (RFC 5321 section 4.5.1)."""
        user = self.user(address)
        if user is not None:
            return user.address
        local, _, domain = address.lower().partition("@")
        return f"postmaster@{domain or host}" if local == "postmaster" else None

    def box(self, address: str) -> Box:
        """The mailbox of that address."""
        box = self.boxes.get(address)
        if box is None:
            box = self.boxes[address] = Box(self.geography.mailboxes.get(address, ()))
        return box

    def is_final(self, host: str, address: str) -> bool:
        """True if `host` is where mailboxes of that address's domain are."""
        user = self.user(address)
        if user is not None:
            return user.reads_from[0] == host
        _, at, domain = address.lower().rpartition("@")
        return not at or any(
            other.reads_from[0] == host and key.endswith("@" + domain) for key, other in self.users.items()
        )

    def exchanges_for(self, host: str, domain: str) -> bool:
        """True if the DNS names `host` as an exchanger of `domain`."""
        records = self.geography.zones.lookup(domain, "MX").records
        return any(record.type == "MX" and record.value.lower() == host for record in records)

    def leg(
        self,
        letter: str,
        name: str,
        stage: Stage,
        actor: str,
        peer: str = "",
        protocol: str = "",
        *,
        parent: str = "",
    ) -> Leg:
        """A leg under a name of its own: another host's gets `@host`, as a relay does; a second attempt `#2`."""
        if not _PLAIN.fullmatch(name):
            # Addresses may hold what no place can.
            name = _ODD.sub("_", name)
        if letter not in ("", "letter"):
            name = f"{letter}.{name}"
        if self.owners.setdefault(name, actor) != actor:
            name = f"{name}@{actor}"
        count = self.names.get(name, 0) + 1
        self.names[name] = count
        if count > 1:
            name = f"{name}#{count}"
        return _new(Leg, (name, stage, letter, actor, peer, protocol, False, parent))

    def label(self, address: str) -> str:
        """How legs call the owner of a mailbox."""
        return self.geography.labels.get(address.lower(), address)

    def word(self, place: str, name: str, length: int = 10) -> str:
        """A drawn value (`draw.word`)."""
        return draw.word(self.seed, place, name, length)
