"""POP3 replies: +OK or -ERR, perhaps a response code, words for people, and for some commands lines up to a lone dot.

Only the sign counts, with the exception of STAT, LIST and UIDL, whose numbers do (RFC 1939 section 9).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from mailedu.framing import CRLF, END_OF_DATA, Content
from mailedu.machine import ReplyClass
from mailedu.pop3.grammar import MAX_STATUS

OK, PERMANENT = ReplyClass.OK, ReplyClass.PERMANENT


class Reply(NamedTuple):
    """One whole reply."""

    cls: ReplyClass
    code: str
    """The response code in capitals, without its brackets (RFC 2449 section 8), or nothing."""
    body: Content | None
    """The lines of a multi-line reply, without stuffed dots and without the last; None if it has none."""
    octets: tuple[bytes, ...]
    """As it travels: the first line, chunks of the body with dots doubled, the line with the lone dot."""

    @property
    def ok(self) -> bool:
        return self.cls is OK

    @property
    def text(self) -> str:
        """The words after sign and response code."""
        status = self.octets[0]
        found = _STATUS.match(status)
        return status[found.end() if found else 0 :].decode("utf-8", "backslashreplace").strip()

    @property
    def lines(self) -> list[bytes]:
        """The lines of the body, each without its CRLF."""
        return b"".join(self.body.chunks).split(CRLF)[:-1] if self.body is not None else []

    def with_body(self, body: Content) -> Reply:
        """The same reply with lines behind it (RFC 1939 section 3). The last chunk of `body` ends in CRLF."""
        return Reply(self.cls, self.code, body, (self.octets[0], *body.stuffed, END_OF_DATA))

    def __str__(self) -> str:
        return self.octets[0].decode("utf-8", "backslashreplace").rstrip("\r\n")


_STATUS: Final = re.compile(rb"(?:(\+OK)|-ERR)(?![A-Za-z0-9])(?:[ \t]*\[([^\]\r\n]*)\])?")


def reply(ok: bool, code: str, text: str) -> Reply:
    """Make a reply of one line. Line ends in `text` become blanks, and what is more than 512 octets is cut off."""
    if "\n" in text or "\r" in text:
        text = " ".join(text.split())
    line = f"{'+OK' if ok else '-ERR'} {f'[{code}] ' if code else ''}{text}".encode("utf-8", "backslashreplace")
    return Reply(OK if ok else PERMANENT, code, None, (line[: MAX_STATUS - 2].rstrip(b" ") + CRLF,))


def parse(octets: bytes) -> Reply:
    """Read the first line of a reply, given with its end. What is none gets class GARBLED; nothing raises.

    QUIRK: there are servers whose lines are far longer than 512 octets, or have a CR inside; they are read as well.
    """
    return _known(octets) if len(octets) <= MAX_STATUS else _read(octets)


def _read(octets: bytes) -> Reply:
    found = _STATUS.match(octets)
    if found is None:
        return Reply(ReplyClass.GARBLED, "", None, (octets,))
    ok, code = found.groups()
    return Reply(OK if ok else PERMANENT, code.decode("utf-8", "replace").upper() if code else "", None, (octets,))


_known: Final = lru_cache(maxsize=1024)(_read)


def of_texts(texts: tuple[bytes, ...]) -> Reply:
    """The reply that these lines make (without CRLF): the first decides, any others are sent behind it as they are."""
    octets = tuple(text + CRLF for text in texts)
    return parse(octets[0])._replace(octets=octets)


#: Every reply of the server by name: sign, response code, words. A host may put other words in their place.
#: IN-USE: RFC 2449 section 8.1.2. AUTH: the name or password is wrong; SYS/TEMP: they are not, try again later.
CATALOGUE: Final[Mapping[str, tuple[bool, str, str]]] = {
    "GREETING": (True, "", "POP3 {domain} ready"),
    "USER_OK": (True, "", "Now the password"),
    "OPENED": (True, "", "Open and locked; messages: {messages}, octets: {octets}"),
    "STAT": (True, "", "{messages} {octets}"),
    "LIST": (True, "", "Scan listing follows"),
    "LIST_ONE": (True, "", "{number} {octets}"),
    "UIDL": (True, "", "Unique-id listing follows"),
    "UIDL_ONE": (True, "", "{number} {uid}"),
    "RETR": (True, "", "{octets} octets"),
    "TOP": (True, "", "Top of message follows"),
    "DELE": (True, "", "Message {number} marked as deleted"),
    "RESET": (True, "", "All marks taken off: {messages} messages, {octets} octets"),
    "NOOP": (True, "", "Still here"),
    "CAPA": (True, "", "Capability list follows"),
    "BYE": (True, "", "Goodbye"),
    "NOT_REMOVED": (False, "SYS/TEMP", "Some deleted messages are still there"),
    "LOGIN_FAILED": (False, "AUTH", "User name or password is wrong"),
    "LOGIN_LIMIT": (False, "AUTH", "Too many failed logins, closing"),
    "IN_USE": (False, "IN-USE", "Another session has the maildrop open"),
    "TRY_LATER": (False, "SYS/TEMP", "The maildrop cannot be opened now, try later"),
    "USER_FIRST": (False, "", "PASS comes right after USER"),
    "NO_SUCH_MESSAGE": (False, "", "No such message, there are {messages}"),
    "MARKED": (False, "", "Message {number} is marked as deleted"),
    "NUMBER_WANTED": (False, "", "A message-number is wanted"),
    "TOP_SYNTAX": (False, "", "Write TOP, a message-number and a number of lines"),
    "USER_SYNTAX": (False, "", "Write USER and a name"),
    "PASS_SYNTAX": (False, "", "Write PASS and a password"),
    "SYNTAX": (False, "", "That command takes no argument"),
    "OUT_OF_ORDER": (False, "", "Not now: {expected}"),
    "NOT_OFFERED": (False, "", "This server does not offer that command"),
    "UNKNOWN_COMMAND": (False, "", "No such command"),
    "LINE_TOO_LONG": (False, "", "Line too long"),
    "BARE_LINE_END": (False, "", "A line ends in CR LF together"),
    "NOT_PRINTABLE": (False, "", "A command is printable ASCII"),
    "TOO_MANY_ERRORS": (False, "", "Too many errors, closing"),
}


class Voice:
    """What one server says: the catalogue, with the words that this host puts in their place."""

    __slots__ = ("_domain", "_fixed", "_texts")

    def __init__(self, domain: str, texts: Mapping[str, str] | None = None) -> None:
        """`texts`: name -> other words, without sign and response code."""
        self._domain = domain
        self._texts = texts or {}
        self._fixed: dict[str, Reply] = {}
        """What it says without a number or a word to fill in but its domain."""

    def __call__(self, name: str, **values: object) -> Reply:
        """The reply called `name`; `values` fill the places in its words."""
        known = self._fixed.get(name)
        if known is not None:
            return known
        ok, code, text = CATALOGUE[name]
        text = self._texts.get(name, text)
        if "{" in text and values:
            return _filled(ok, code, text, (("domain", self._domain), *values.items()))
        if "{" in text:
            text = text.format_map({"domain": self._domain})
        made = self._fixed[name] = reply(ok, code, text)
        return made


@lru_cache(maxsize=1024)
def _filled(ok: bool, code: str, text: str, values: tuple[tuple[str, object], ...]) -> Reply:
    return reply(ok, code, text.format_map(dict(values)))


@lru_cache(maxsize=256)
def _voice(domain: str, texts: tuple[tuple[str, str], ...]) -> Voice:
    return Voice(domain, dict(texts))


def voice(domain: str, texts: Mapping[str, str] | None) -> Voice:
    """The voice of a host: one for all its connections, for it says the same again and again."""
    return _voice(domain, tuple(texts.items()) if texts else ())
