"""What stands in a POP3 command line, and which replies go on for more than a line (RFC 1939, 2449)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from mailedu.framing import CRLF
from mailedu.pop3.states import COMMANDS, Verb

#: Octets of a command line, CRLF included (RFC 2449 section 4; RFC 1939 alone would give it 47).
MAX_COMMAND: Final = 255
#: Octets of the first line of a reply, CRLF included (RFC 1939 section 3, RFC 2449 section 4).
MAX_STATUS: Final = 512

_VERBS: Final = {verb.value.encode(): verb for verb in COMMANDS}
_VERBS.update({verb.value.lower().encode(): verb for verb in COMMANDS})
# QUIRK: RFC 1939 section 3 has printable ASCII only; octets above it pass, for names and passwords do hold them.
_PASS, _UNKNOWN = Verb.PASS, Verb.UNKNOWN
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")


class Command(NamedTuple):
    """A command line, parted after its first word."""

    verb: Verb
    argument: bytes
    """What follows the word, without the blanks around; of PASS everything, for blanks belong to the password."""
    fault: str = ""
    """The name of the reply that the line deserves as a line, whatever it asks for; nothing if it is sound."""

    @property
    def bare(self) -> bool:
        """True for a sound line that is its verb alone, as QUIT has to be."""
        return not self.argument and not self.fault

    @property
    def multiline(self) -> bool:
        """True if +OK to it is followed by lines up to a lone dot (RFC 1939 sections 5 and 7, RFC 2449 section 5)."""
        verb = self.verb
        return verb in _ALWAYS or (verb in _WITHOUT_ARGUMENT and not self.argument)


_ALWAYS: Final = frozenset({Verb.RETR, Verb.TOP, Verb.CAPA})
_WITHOUT_ARGUMENT: Final = frozenset({Verb.LIST, Verb.UIDL})

GREETING: Final = Command(Verb.GREETING, b"")
#: What a reply answers that nobody asked for.
NOTHING: Final = Command(Verb.UNKNOWN, b"")


def command(octets: bytes) -> Command:
    """Part a line, given with its end, at its first blank. Any octets will do; a word that is no command gives UNKNOWN.

    The verb of a faulty line is told all the same: other servers are laxer, and a listener has to understand their
    replies.
    """
    return _known(octets) if octets[:4] in _USUAL and len(octets) <= _SHORT else _read(octets)


def _read(octets: bytes) -> Command:
    ended = octets[-2:] == CRLF
    text = octets[:-2] if ended else octets.rstrip(CRLF)
    word, _, argument = text.partition(b" ")
    verb = _VERBS.get(word) or _VERBS.get(word.upper(), _UNKNOWN)
    if argument and verb is not _PASS:
        argument = argument.strip(b" ")
    if len(octets) > MAX_COMMAND:
        return Command(verb, argument, "LINE_TOO_LONG")
    if not ended:
        return Command(verb, argument, "BARE_LINE_END")
    if _CONTROL.search(text):
        return Command(verb, argument, "BARE_LINE_END" if b"\r" in text or b"\n" in text else "NOT_PRINTABLE")
    return Command(verb, argument)


_known = lru_cache(maxsize=1024)(_read)
#: What is remembered, for it is said again and again: lines that begin like this and are short. No passwords.
_USUAL: Final = frozenset(verb.value.encode()[:4] for verb in COMMANDS - {Verb.PASS})
_SHORT: Final = 64


def number(text: bytes) -> int | None:
    """A message-number or a count of lines, in decimal (RFC 1939 section 4); None for anything else, signs included."""
    return int(text) if len(text) <= 10 and text.isdigit() else None
