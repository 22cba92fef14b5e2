"""Facts that a step leaves behind. Mailboxes, queues and labs are read from the fold of these and from nothing else."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from mailedu.machine import Content
from mailedu.smtp.session import Envelope


class Letter(NamedTuple):
    """A letter as it stands at one moment, without a copy of its text."""

    id: str
    """`letter`, or `bounce1`, ..."""
    added: tuple[bytes, ...]
    """Fields that hops put on top, the newest first, each ending in CRLF."""
    content: tuple[bytes, ...]
    """As its author's user agent handed it over; chunks shared by all who hold it."""
    envelope: Envelope
    parent: str = ""
    """The id of the letter whose failure this one reports."""

    @property
    def chunks(self) -> tuple[bytes, ...]:
        """All of it, added fields first."""
        return self.added + self.content

    @property
    def size(self) -> int:
        """Octets, added fields included."""
        return sum(map(len, self.added)) + sum(map(len, self.content))

    def with_field(self, field: bytes) -> Letter:
        """The same with a field put on top."""
        return Letter(self.id, (field, *self.added), self.content, self.envelope, self.parent)

    @property
    def carried(self) -> Content:
        """As SMTP and POP3 carry it: its size, its dots."""
        return _carried_again(self.chunks) if self.size < _SMALL else Content(self.chunks)


#: A journey is played again at each edit, and mostly the same letters travel: of small ones all is found out once.
_carried_again = lru_cache(maxsize=64)(Content)
_SMALL: Final = 65536


class Composed(NamedTuple):
    """A user agent finished a letter."""

    host: str
    letter: Letter


class Kept(NamedTuple):
    """A user agent keeps a letter for recipients that the server did not take it for."""

    host: str
    letter: str
    recipients: tuple[str, ...]


class Authenticated(NamedTuple):
    """A server knows who is talking to it."""

    host: str
    user: str


class Queued(NamedTuple):
    """A server took a letter and now owes delivery or a report (RFC 5321 section 6.1)."""

    host: str
    letter: Letter


class Deferred(NamedTuple):
    """A server will try again."""

    host: str
    letter: str
    recipients: tuple[str, ...]
    until: float
    """Seconds since the start."""


class Bounced(NamedTuple):
    """A server gave up on recipients and wrote a report of it."""

    host: str
    letter: str
    recipients: tuple[str, ...]
    report: Letter


class Dropped(NamedTuple):
    """A server gave up on recipients of a letter with a null reverse-path, so that nobody is told (RFC 5321 4.5.5)."""

    host: str
    letter: str
    recipients: tuple[str, ...]


class Delivered(NamedTuple):
    """A server has heard another's 250 to the dot, and with it is rid of recipients (RFC 5321 section 6.1)."""

    host: str
    letter: str
    recipients: tuple[str, ...]
    to: str


class Stored(NamedTuple):
    """A letter lies in a mailbox."""

    mailbox: str
    letter: Letter
    uid: str
    recipient: str
    """As the envelope named it."""


class Locked(NamedTuple):
    """A reader has a mailbox to itself (RFC 1939 section 4)."""

    mailbox: str


class Unlocked(NamedTuple):
    """The reader is through; others may open the mailbox."""

    mailbox: str


class Marked(NamedTuple):
    """DELE: to be deleted when the session ends well."""

    mailbox: str
    uid: str


class Unmarked(NamedTuple):
    """RSET, or the end of a session without QUIT."""

    mailbox: str


class Expunged(NamedTuple):
    """QUIT carried the marks out."""

    mailbox: str
    uids: tuple[str, ...]


class Fetched(NamedTuple):
    """A reader's machine has a copy of a letter."""

    mailbox: str
    uid: str
    host: str


Effect: TypeAlias = (
    Composed
    | Kept
    | Authenticated
    | Queued
    | Deferred
    | Bounced
    | Dropped
    | Delivered
    | Stored
    | Locked
    | Unlocked
    | Marked
    | Unmarked
    | Expunged
    | Fetched
)
