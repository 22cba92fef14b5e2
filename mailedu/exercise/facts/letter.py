"""Facts about a message: its fields, its halves, where one ends and the other begins; and about addresses.

They are read from the message that is shown or mended (`message` in the file, or the letter as it stands `at` a place).
"""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from functools import lru_cache

from mailedu.exercise.facts import About, FactError, Spot, fact
from mailedu.exercise.facts.smtp import talk
from mailedu.mime import parser
from mailedu.mime.parser import Part
from mailedu.smtp.states import Verb


@lru_cache(maxsize=64)
def _parsed(octets: bytes) -> Part:
    return parser.parse(octets)


def message(about: About) -> Part:
    """The message that is asked about. FactError if there is none."""
    if not about.message:
        raise FactError("this fact wants a message: `message`, or `scenario` with `at`")
    return _parsed(about.message)


# Header and body ------------------------------------------------------------------------------------------------------


@fact("letter.fields")
def fields(about: About) -> list[str]:
    """The names of all header fields, in their order."""
    return [one.name for one in message(about).headers]


@fact("letter.fields_besides")
def fields_besides(about: About, known: Sequence[str]) -> list[str]:
    """The names of all header fields but those that are known: what nobody has asked for."""
    return [name for name in fields(about) if name not in known]


@fact("letter.times")
def times(about: About, field: str) -> int:
    """How often a header field stands in the message."""
    return sum(one.name.casefold() == field.casefold() for one in message(about).headers)


@fact("letter.value")
def value(about: About, field: str) -> str:
    """A header field as a person reads it: unfolded and decoded; empty if there is none."""
    return message(about).value(field)


@fact("letter.body")
def body(about: About) -> str:
    """What stands behind the empty line; each line ends in one line feed."""
    start, end = message(about).body_span
    return about.message[start:end].decode("utf-8", "backslashreplace").replace("\r\n", "\n")


@fact("letter.body_lines")
def body_lines(about: About, more: int = 0) -> int:
    """How many lines the body has; `more`: so many more or fewer, for who counts wrong."""
    start, end = message(about).body_span
    return about.message[start:end].count(b"\n") + more


@fact("letter.body_begins")
def body_begins(about: About) -> Spot:
    """The first line of the body."""
    return Spot("line", empty_line(about).first + 1)


@fact("letter.lines")
def lines(about: About) -> int:
    """How many lines the whole message has, the empty one between header and body counted."""
    return about.message.count(b"\n")


@fact("letter.lacks")
def lacks(about: About, texts: Sequence[str]) -> list[str]:
    """Which of these texts are no line of the message, as they stand."""
    message(about)
    there = {one.rstrip(b"\r") for one in about.message.split(b"\n")}
    return [text for text in texts if text.encode() not in there]


@fact("letter.has_empty_line")
def has_empty_line(about: About) -> bool:
    """Whether an empty line ends the header: two line ends follow each other."""
    return b"\r\n\r\n" in about.message


@fact("letter.empty_line")
def empty_line(about: About) -> Spot:
    """The empty line that ends the header, by its number (RFC 5322 section 2.1)."""
    for n, line in enumerate(about.message.splitlines(keepends=True), 1):
        if line in (b"\n", b"\r\n"):
            return Spot("line", n)
    raise FactError("no line is empty")


@fact("letter.line")
def line(about: About, begins: str) -> Spot:
    """The first line that begins with a text."""
    wanted = begins.encode().lower()
    for n, one in enumerate(about.message.split(b"\n"), 1):
        if one.lower().startswith(wanted):
            return Spot("line", n)
    raise FactError(f"no line begins with {begins}")


@fact("letter.last_line_of")
def last_line_of(about: About, field: str) -> Spot:
    """The last line of a header field: where it is folded, the continuation (RFC 5322 section 2.2.3)."""
    lines = about.message.split(b"\n")
    first = line(about, field + ":").first
    last = first
    while last < len(lines) and lines[last][:1] in (b" ", b"\t"):
        last += 1
    return Spot("line", last)


@fact("letter.field_names_allowed_once")
def repeated(about: About) -> list[str]:
    """The fields that stand more than once though only one is allowed (RFC 5322 section 3.6)."""
    once = (
        "date",
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "bcc",
        "message-id",
        "in-reply-to",
        "references",
        "subject",
    )
    names = [one.name.casefold() for one in message(about).headers]
    return sorted({name for name in names if name in once and names.count(name) > 1})


@fact("letter.missing")
def missing(about: About) -> list[str]:
    """The fields that every message must have and this one lacks (RFC 5322 section 3.6): Date, From."""
    names = {one.name.casefold() for one in message(about).headers}
    return [name for name in ("Date", "From") if name.casefold() not in names]


@fact("letter.mbox_line")
def mbox_line(about: About) -> Spot:
    """The line `From ` that an mbox file puts before a message; it is no field of it (RFC 4155 appendix A)."""
    for n, one in enumerate(about.message.split(b"\n"), 1):
        if one.startswith(b"From "):
            return Spot("line", n)
    raise FactError("no line begins with From and a blank")


@fact("letter.mbox_address")
def mbox_address(about: About) -> str:
    """The address in the line `From ` of an mbox file: the sender on the envelope (RFC 4155 appendix A)."""
    one = about.message.split(b"\n")[mbox_line(about).first - 1]
    return str(one.split()[1].decode("utf-8", "backslashreplace"))


@fact("letter.dated")
def dated(about: About) -> bool:
    """Whether the first Date field holds a date and time (RFC 5322 section 3.3)."""
    try:
        parsedate_to_datetime(message(about).value("Date"))
    except (TypeError, ValueError, OverflowError):
        return False
    return True


@fact("letter.holds")
def holds(about: About, text: str) -> bool:
    """Whether the octets of the message hold a text, upper and lower case being the same."""
    return text.casefold().encode() in about.message.lower()


# Addresses ------------------------------------------------------------------------------------------------------------


@fact("address.local")
def local(_about: About, address: str) -> str:
    """What stands before the last @: only the host that has the mailbox may read meaning into it (RFC 5321 2.3.11)."""
    return _halves(address)[0]


@fact("address.domain")
def domain(_about: About, address: str) -> str:
    """What stands behind the last @: what the DNS is asked for."""
    return _halves(address)[1]


@fact("address.octets")
def octets(about: About, address: str, half: str = "") -> Spot:
    """Where an address, or its `local` or `domain` half, stands in the step, or message, that the question is about."""
    step = about.journey.by_place.get(about.at) if about.journey is not None else None
    said = b"".join(step.octets) if step is not None else about.message
    start = said.find(address.encode())
    if start < 0:
        raise FactError(f"{address} does not stand there")
    name, where = _halves(address)
    if half == "local":
        return Spot("octets", start, start + len(name.encode()))
    if half == "domain":
        start += len(name.encode()) + 1
        return Spot("octets", start, start + len(where.encode()))
    return Spot("octets", start, start + len(address.encode()))


def _halves(address: str) -> tuple[str, str]:
    name, at, where = address.rpartition("@")
    if not at:
        raise FactError(f"{address!r} has no @")
    return name, where


@fact("address.stands_at")
def stands_at(about: About, address: str, places: Sequence[str]) -> list[str]:
    """At which of these places the octets hold an address, or any other text."""
    wanted = address.casefold().encode()
    found = []
    for place in places:
        step = about.played.by_place.get(place)
        if step is None:
            raise FactError(f"no step at {place}")
        if wanted in b"".join(step.octets).lower():
            found.append(place)
    return found


@fact("address.left_out_by")
def left_out_by(about: About, address: str) -> str:
    """The first host that sends a letter which does not name one of its recipients: who keeps a Bcc to itself."""
    wanted = address.casefold().encode()
    for step in talk(about):
        if step.verb == Verb.CONTENT and wanted not in b"".join(step.octets).lower():
            return step.speaker
    raise FactError(f"every letter that is sent names {address}")


@fact("address.judged_by")
def judged_by(about: About, address: str) -> str:
    """The host that finds out which mailbox an address names: the one that delivers to it (RFC 5321 section 2.3.11)."""
    for step in about.played.steps:
        if step.verb == "RECIPIENT" and address.encode() in b"".join(step.octets):
            return step.leg.actor
    raise FactError(f"no host looks for the mailbox of {address}")


@fact("address.asked")
def asked(about: About) -> list[str]:
    """The names that were asked of the DNS, each once, in order."""
    found: list[str] = []
    for step in about.played.steps:
        if step.leg.protocol == "dns" and step.kind == "query":
            found.append(step.leg.name.partition(":")[2].partition("#")[0])
    return list(dict.fromkeys(found))


@fact("address.first_asked")
def first_asked(about: About) -> str:
    """The name that the DNS is asked about first."""
    return str(asked(about)[0])
