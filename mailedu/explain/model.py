"""What goes into an explanation and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mailedu.machine import Kind


class Key(NamedTuple):
    """What is to be explained. Live, simulated and imported steps all have one."""

    protocol: str
    """ua, submission, smtp, dns, queue, bounce, process or pop3."""
    kind: Kind
    verb: str
    state: str
    """Name of the state before, such as READY; empty where there is none."""
    octets: bytes
    """What was said, or its first few KiB."""
    prompt: bytes = b""
    """For a line of a login dialogue: the server's line that it answers, where that is known."""


class Span(NamedTuple):
    """Some octets of the key's, what they are called and what they mean. A span may lie within another."""

    start: int
    end: int
    name: str
    meaning: str


class Digit(NamedTuple):
    """One digit of a reply code (RFC 5321 section 4.2.1)."""

    digit: str
    position: int
    """1 to 3."""
    meaning: str


class Explanation(NamedTuple):
    """What happened, why it is so, where it is written."""

    title: str
    what: str
    why: str
    rfc: tuple[str, ...]
    today: str
    """Where practice has moved on since the chapter; mostly empty."""
    erratum: str
    """Where the chapter errs; mostly empty."""
    digits: tuple[Digit, ...]
    spans: tuple[Span, ...]
    key: str
    """Which text served: protocol/section/header, such as `smtp/replies/RCPT 550 5.1.1`."""


class Mark(NamedTuple):
    """A span whose meaning is still to be looked up: by name and, if there is such an entry, by what it is about."""

    start: int
    end: int
    name: str
    about: str = ""


class Reading(NamedTuple):
    """What a grammar found in the octets of a key."""

    marks: tuple[Mark, ...] = ()
    values: Mapping[str, str] = {}
    """For the places in texts: `{mailbox}`, `{size}` ..."""
    labels: tuple[str, ...] = ()
    """What makes a verb more special, most special first: a field's name, the mechanism of AUTH, `<>` of MAIL."""
    code: str = ""
    """Of a reply: three digits, or +OK or -ERR."""
    enhanced: str = ""
    """Of a reply: the enhanced status code, or POP3's response code such as IN-USE."""
