"""What stands in an SMTP command line: verb, path, mailbox, parameters (RFC 5321 section 4.1.2)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from mailedu.framing import CRLF
from mailedu.smtp.states import COMMANDS, Verb

_VERBS: Final = {verb.value.encode(): verb for verb in COMMANDS}
_VERBS.update({verb.value.lower().encode(): verb for verb in COMMANDS})

_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
#: What is remembered: lines that begin like this and have at most so many octets.
_USUAL: Final = frozenset(verb.value.encode() for verb in COMMANDS - {Verb.AUTH})
_SHORT: Final = 128

#: RFC 5321 section 4.5.3.1: local part, domain, path with its brackets.
MAX_LOCAL_PART, MAX_DOMAIN, MAX_PATH = 64, 255, 256

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = rf'(?:{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*")'
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_DOMAIN: Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[\x21-\x5a\x5e-\x7e]+\])"
_MAILBOX: Final = re.compile(rf"({_LOCAL})@({_DOMAIN})", re.ASCII)
_ROUTE: Final = re.compile(rf"(?:@{_DOMAIN},)*@{_DOMAIN}:", re.ASCII)
# QUIRK: RFC 5321 section 4.1.1.2 has no blank after the colon; clients write one, and nothing is lost by taking it.
_PATH: Final = {
    Verb.MAIL: re.compile(r'FROM: *(<(?:[^<>"]|"(?:[^"\\]|\\.)*")*>)(?: (.*))?', re.IGNORECASE | re.ASCII),
    Verb.RCPT: re.compile(r'TO: *(<(?:[^<>"]|"(?:[^"\\]|\\.)*")*>)(?: (.*))?', re.IGNORECASE | re.ASCII),
}
_PARAMETER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e]+))?", re.ASCII)


class Command(NamedTuple):
    """A command line, parted after its first word."""

    verb: Verb
    word: bytes
    """The first word as it was said."""
    argument: bytes
    """What follows it, without the blanks around."""
    fault: str = ""
    """The name of the reply that the line deserves as a line, whatever it asks for; nothing if it is sound."""


#: What stands in the place of a command.
GREETING: Final = Command(Verb.GREETING, b"", b"")
END_OF_DATA: Final = Command(Verb.END_OF_DATA, b".", b"")


def command(line: bytes) -> Command:
    """Part a line at its first blank. Any octets will do; a word that is no command gives UNKNOWN.

    White space at the end of the line is tolerated (RFC 5321 section 4.1.1).
    """
    word, _, argument = line.rstrip(b" \t").partition(b" ")
    verb = _VERBS.get(word) or _VERBS.get(word.upper(), Verb.UNKNOWN)
    return Command(verb, word, argument.lstrip(b" ") if argument else b"")


def text(octets: bytes) -> bytes:
    """A line without its end."""
    return octets[:-2] if octets[-2:] == CRLF else octets.rstrip(CRLF)


def fault(octets: bytes) -> str:
    """The name of the reply that a line, given with its end, deserves as a line; nothing if it is sound."""
    if octets[-2:] != CRLF or octets.count(b"\r") > 1:
        return "BARE_LINE_END"
    return "NOT_PRINTABLE" if _CONTROL.search(octets[:-2].rstrip(b" \t")) else ""


def response(octets: bytes) -> Command:
    """A line, given with its end, that goes on with a login."""
    return Command(Verb.RESPONSE, b"", text(octets), fault(octets))


def line(octets: bytes) -> Command:
    """Part a line, given with its end, and see whether it is sound."""
    verb, word, argument, _ = command(text(octets))
    return Command(verb, word, argument, fault(octets))


_known_line = lru_cache(maxsize=1024)(line)


def usual_line(octets: bytes) -> Command:
    """The same, from memory if it can be: much is said again and again. What may hold a password is not remembered."""
    return _known_line(octets) if octets[:4] in _USUAL and len(octets) <= _SHORT else line(octets)


class Mailbox(NamedTuple):
    """Local part and domain: only the domain's own host may interpret the first (RFC 5321 section 2.3.11)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}" if self.domain else self.local


class Path(NamedTuple):
    """The argument of MAIL or RCPT."""

    mailbox: str
    """The address between the brackets, source route dropped; empty for the null reverse-path."""
    parameters: tuple[tuple[str, str], ...]
    """Keyword in upper case and value, in their order."""


class PathError(ValueError):
    """Why an argument is no path: the catalogue's name of the reply."""


@lru_cache(maxsize=4096)
def path(verb: Verb, argument: bytes) -> Path:
    """Read `FROM:<reverse-path>` or `TO:<forward-path>` with parameters. Raises PathError with a reply's name.

    RFC 5321 sections 4.1.1.2, 4.1.1.3 and 4.1.2. A source route is recognised and dropped (appendix C).
    """
    matched = _PATH[verb].fullmatch(argument.decode("utf-8", "replace"))
    if matched is None:
        raise PathError(f"{verb.value}_SYNTAX")
    inner = matched[1][1:-1]
    parameters = _parameters(matched[2] or "")
    if (inner == "" and verb is Verb.MAIL) or (inner.lower() == "postmaster" and verb is Verb.RCPT):
        return Path(inner, parameters)
    if inner.startswith("@"):
        route = _ROUTE.match(inner)
        inner = inner[route.end() :] if route else inner
    if len(matched[1]) > MAX_PATH or split(inner) is None:
        raise PathError("SENDER_SYNTAX" if verb is Verb.MAIL else "RECIPIENT_SYNTAX")
    return Path(inner, parameters)


def _parameters(text: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for word in text.split():
        matched = _PARAMETER.fullmatch(word)
        if matched is None or matched[1].upper() in found:
            raise PathError("PARAMETER_SYNTAX")
        found[matched[1].upper()] = matched[2] or ""
    return tuple(found.items())


@lru_cache(maxsize=4096)
def split(address: str) -> Mailbox | None:
    """Local part and domain of an address, or None if it is none (RFC 5321 section 4.1.2, limits of 4.5.3.1)."""
    matched = _MAILBOX.fullmatch(address)
    if matched is None or len(matched[1]) > MAX_LOCAL_PART or len(matched[2]) > MAX_DOMAIN:
        return None
    return Mailbox(matched[1], matched[2])


def loose_path(argument: bytes) -> str:
    """The address that a malformed MAIL or RCPT seems to mean, for a listener who heard it accepted all the same."""
    text = argument.decode("utf-8", "replace")
    inner = (
        text.partition("<")[2].partition(">")[0] if "<" in text else text.partition(":")[2].strip().partition(" ")[0]
    )
    return inner
