"""SMTP replies: three digits, perhaps an enhanced status code (RFC 3463), words for people (RFC 5321 section 4.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from mailedu.framing import CRLF
from mailedu.machine import ReplyClass

_BY_DIGIT: Final = {
    2: ReplyClass.OK,
    3: ReplyClass.CONTINUE,
    4: ReplyClass.TRANSIENT,
    5: ReplyClass.PERMANENT,
}


def reply_class(code: int) -> ReplyClass:
    """What a code means for the state: its first digit, and 421 for itself (RFC 5321 section 4.2.1)."""
    if code == 421:
        return ReplyClass.CLOSING
    return _BY_DIGIT.get(code // 100, ReplyClass.GARBLED)


class Reply(NamedTuple):
    """One whole reply, of one line or many."""

    code: int
    """0 for what is no reply at all."""
    enhanced: str
    """The enhanced status code of its last line, or nothing (RFC 2034)."""
    lines: tuple[bytes, ...]
    """The words of each line, without code and CRLF; an enhanced code, where there is one, is still in them."""
    octets: tuple[bytes, ...]
    """As it travels, a line an item."""
    cls: ReplyClass

    @property
    def text(self) -> str:
        """The words of the last line, for people: no program may depend on them (RFC 5321 section 4.2)."""
        words = self.lines[-1].decode("utf-8", "backslashreplace")
        return words[len(self.enhanced) :].lstrip() if self.enhanced else words

    def __str__(self) -> str:
        return f"{self.code} {self.lines[-1].decode('utf-8', 'backslashreplace')}"


@lru_cache(maxsize=512)
def reply(code: int, enhanced: str, *texts: str) -> Reply:
    """Make a reply; `texts` are its lines, each of which gets the code and the enhanced code."""
    prefix = f"{enhanced} " if enhanced else ""
    lines = tuple((prefix + text).encode("utf-8", "surrogateescape") for text in texts) or (b"",)
    last = len(lines) - 1
    octets = tuple(b"%d%b%b\r\n" % (code, b" " if n == last else b"-", line) for n, line in enumerate(lines))
    return Reply(code, enhanced, lines, octets, reply_class(code))


# QUIRK: RFC 5321 section 4.2 has no second digit above 5; there are servers that say 571 all the same.
_LINE: Final = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_ENHANCED: Final = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |$)")


def parse(octets: tuple[bytes, ...]) -> Reply:
    """Read one reply, its lines given with their ends. What is none gets code 0 and class GARBLED; nothing raises."""
    short = len(octets[0]) < 512 and (len(octets) == 1 or sum(map(len, octets)) < 2048)
    return _parse_short(octets) if short else _parse(octets)


def _parse(octets: tuple[bytes, ...]) -> Reply:
    lines = [line.rstrip(b"\r\n") for line in octets]
    last = _LINE.fullmatch(lines[-1])
    if last is None:
        return Reply(0, "", tuple(lines), octets, ReplyClass.GARBLED)
    texts = tuple((m[3] or b"") if (m := _LINE.fullmatch(line)) else line for line in lines)
    code = int(last[1])
    found = _ENHANCED.match(texts[-1])
    enhanced = found[1].decode() if found and found[1][:1] == last[1][:1] else ""
    return Reply(code, enhanced, texts, octets, reply_class(code))


#: Servers say the same again and again.
_parse_short = lru_cache(maxsize=512)(_parse)


def of_texts(texts: Sequence[bytes]) -> list[Reply]:
    """The replies that these lines make, which have no CRLF: what an edit wants a server to say."""
    made: list[Reply] = []
    lines: list[bytes] = []
    for number, text in enumerate(texts, 1):
        lines.append(text + CRLF)
        if number == len(texts) or not goes_on(text):
            made.append(parse(tuple(lines)))
            lines = []
    return made


def plain(made: Reply) -> Reply:
    """The same reply without its enhanced code: a reply to EHLO or HELO has none (RFC 2034 section 4)."""
    prefix = f"{made.enhanced} ".encode()
    texts = (line.removeprefix(prefix).decode("utf-8", "surrogateescape") for line in made.lines)
    return reply(made.code, "", *texts)


def goes_on(line: bytes) -> bool:
    """True if more lines of the same reply follow this one (RFC 5321 section 4.2.1: a hyphen after the code)."""
    return line[3:4] == b"-" and line[:3].isdigit()


#: Every reply of the server by name: code, enhanced status code, words. A host may put other words in their place.
#: No enhanced code on the greeting, on HELO and EHLO, and on 3yz (RFC 2034 section 4).
CATALOGUE: Final[Mapping[str, tuple[int, str, str]]] = {
    "GREETING": (220, "", "{domain} ESMTP ready"),
    "HELLO": (250, "", "{domain}"),
    "BYE": (221, "2.0.0", "Goodbye"),
    "RESET": (250, "2.0.0", "Reset"),
    "NOOP": (250, "2.0.0", "Still here"),
    "WILL_NOT_SAY": (252, "2.0.0", "Cannot say, but will take a letter and try"),
    "SENDER_OK": (250, "2.1.0", "Sender ok"),
    "RECIPIENT_OK": (250, "2.1.5", "Recipient ok"),
    "START": (354, "", "Send the letter; end with a dot on a line of its own"),
    "ACCEPTED": (250, "2.0.0", "Ok, queued as {id}"),
    "CHALLENGE": (334, "", "{challenge}"),
    "LOGIN_OK": (235, "2.7.0", "Authentication succeeded"),
    "LOGIN_FAILED": (535, "5.7.8", "User name or password is wrong"),
    "LOGIN_CANCELLED": (501, "5.7.0", "Login cancelled"),
    "LOGIN_GARBLED": (501, "5.5.2", "That is not base64"),
    "LOGIN_SYNTAX": (501, "5.5.4", "That is not what the mechanism asks for"),
    "LOGIN_FIRST": (530, "5.7.0", "Log in first"),
    "LOGIN_LIMIT": (421, "4.7.0", "{domain} Too many failed logins"),
    "AUTH_TWICE": (503, "5.5.1", "You are logged in already"),
    "AUTH_NOT_OFFERED": (502, "5.5.1", "No login here"),
    "MECHANISM_UNKNOWN": (504, "5.5.4", "No such mechanism here"),
    "OUT_OF_ORDER": (503, "5.5.1", "Not now: {expected}"),
    "NOT_IMPLEMENTED": (502, "5.5.1", "This server does not have that command"),
    "UNKNOWN_COMMAND": (500, "5.5.2", "No such command"),
    "LINE_TOO_LONG": (500, "5.5.2", "Line too long"),
    "RESPONSE_TOO_LONG": (500, "5.5.6", "Line too long"),
    "BARE_LINE_END": (500, "5.5.2", "A line ends in CR LF together"),
    "NOT_PRINTABLE": (500, "5.5.2", "A command holds no control characters"),
    "HELLO_SYNTAX": (501, "", "Say who you are: EHLO and a host name"),
    "SYNTAX": (501, "5.5.4", "That argument does not belong here"),
    "MAIL_SYNTAX": (501, "5.5.4", "Write MAIL FROM:<address>"),
    "RCPT_SYNTAX": (501, "5.5.4", "Write RCPT TO:<address>"),
    "SENDER_SYNTAX": (501, "5.1.7", "That is no address"),
    "RECIPIENT_SYNTAX": (501, "5.1.3", "That is no address"),
    "PARAMETER_UNKNOWN": (555, "5.5.4", "That parameter is not offered here"),
    "PARAMETER_SYNTAX": (501, "5.5.4", "That parameter is malformed"),
    "TOO_LARGE": (552, "5.3.4", "{size} octets are more than the {limit} allowed here"),
    "TOO_MANY_RECIPIENTS": (452, "4.5.3", "Too many recipients in one letter"),
    "NO_RECIPIENTS": (554, "5.5.1", "No valid recipients"),
    "BARE_IN_CONTENT": (554, "5.6.0", "CR and LF stand only together"),
    "TEXT_LINE_TOO_LONG": (554, "5.6.0", "A line of the letter is longer than 998 octets"),
    "LOOP": (554, "5.4.6", "This letter goes round in circles"),
    "TIMEOUT": (421, "4.4.2", "{domain} Timed out, closing"),
    "TOO_MANY_ERRORS": (421, "4.7.0", "{domain} Too many errors, closing"),
    "NO_SUCH_USER": (550, "5.1.1", "No such mailbox here"),
    "NO_RELAY": (550, "5.7.1", "Not our recipient, and you are not logged in"),
    "TRY_LATER": (451, "4.7.1", "Not yet, try again later"),
    "MAILBOX_FULL": (452, "4.2.2", "Mailbox full"),
}


class Voice:
    """What one server says: the catalogue, with the words that this host puts in their place."""

    __slots__ = ("_domain", "_enhanced", "_fixed", "_texts")

    def __init__(self, domain: str, texts: Mapping[str, str] | None = None, *, enhanced: bool = True) -> None:
        """`texts`: name -> other words. `enhanced`: whether enhanced status codes are said (RFC 2034)."""
        self._domain = domain
        self._texts = texts or {}
        self._enhanced = enhanced
        self._fixed: dict[str, Reply] = {}
        """What it says without a number or a word to fill in but its domain."""

    def __call__(self, name: str, **values: object) -> Reply:
        """The reply called `name`; `values` fill the places in its words."""
        known = self._fixed.get(name)
        if known is not None:
            return known
        code, enhanced, text = CATALOGUE[name]
        text = self._texts.get(name, text)
        if not self._enhanced:
            enhanced = ""
        if "{" in text and values:
            return _filled(code, enhanced, text, (("domain", self._domain), *values.items()))
        if "{" in text:
            text = text.format_map({"domain": self._domain})
        made = self._fixed[name] = reply(code, enhanced, text)
        return made


@lru_cache(maxsize=1024)
def _filled(code: int, enhanced: str, text: str, values: tuple[tuple[str, object], ...]) -> Reply:
    return reply(code, enhanced, text.format_map(dict(values)))


@lru_cache(maxsize=256)
def _voice(domain: str, texts: tuple[tuple[str, str], ...], enhanced: bool) -> Voice:
    return Voice(domain, dict(texts), enhanced=enhanced)


def voice(domain: str, texts: Mapping[str, str] | None, *, enhanced: bool) -> Voice:
    """The voice of a host: one for all its connections, for it says the same again and again."""
    return _voice(domain, tuple(texts.items()) if texts else (), enhanced)
