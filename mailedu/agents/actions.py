"""What a station does with a letter when nobody is talking: the verbs of action steps."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """Its member is the verb of a step, and of its place: `compose/FIELD.3`."""

    # the user agent composes
    FILE = "FILE"
    """A letter was read from a file."""
    MBOX = "MBOX"
    """The `From ` line of a mailbox file was dropped."""
    LINE_ENDS = "LINE_ENDS"
    """Line ends were made CRLF."""
    FIELD = "FIELD"
    """One header field was written."""
    BODY = "BODY"
    """The text was written."""
    PART = "PART"
    """One body part was added."""
    REMOVE = "REMOVE"
    """A field was taken out (Bcc)."""
    ADD = "ADD"
    """A missing field was added."""
    ENCODE = "ENCODE"
    """A body with a line that is too long was encoded."""
    FOLD = "FOLD"
    """A header line that is too long was folded."""
    COMPOSED = "COMPOSED"
    """The letter is complete; its envelope is known."""
    KEEP = "KEEP"
    """The user agent keeps what it could not hand in."""
    # a server's queue
    RECEIVED = "RECEIVED"
    """A server put its Received field on top."""
    QUEUE = "QUEUE"
    """An entry for each domain."""
    LOCAL = "LOCAL"
    """The domain is this server's own; nobody need be asked."""
    ROUTE = "ROUTE"
    """The exchangers were sorted, and one was chosen."""
    DEFER = "DEFER"
    """Not now; there is a time for the next attempt."""
    EXPIRE = "EXPIRE"
    """Waited long enough: given up."""
    BOUNCE = "BOUNCE"
    """A report of failure is begun."""
    DROP = "DROP"
    """A report of failure that cannot be delivered is dropped."""
    # final delivery
    RECIPIENT = "RECIPIENT"
    """The mailbox was found."""
    RETURN_PATH = "RETURN_PATH"
    """The reverse-path was written into the letter."""
    STORE = "STORE"
    """The letter was put into the mailbox."""
    # reading
    PARSE = "PARSE"
    """The letter was taken apart."""
    READ = "READ"
    """A person reads it."""
    NOTHING = "NOTHING"
    """There was no mail."""


#: By name, for to ask an enum costs more.
ACTIONS: Final = {action.value: action for action in Action}


class Link(StrEnum):
    """The verbs of link steps: what becomes of a connection."""

    CONNECT = "CONNECT"
    REFUSED = "REFUSED"
    UNREACHABLE = "UNREACHABLE"
    TIMEOUT = "TIMEOUT"
    """A client gave up waiting for a reply."""
    CLOSE = "CLOSE"
    RESET = "RESET"
