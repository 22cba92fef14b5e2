"""A letter filled in on a form: what is wrong with each field, and the letter as a file that keeps how it was composed.

The file is an ordinary message with two fields more: `MARK`, which says that its fields are to be shown one by one as
they were written, and Bcc, which a user agent keeps in its own copy and takes out before it sends. `own_letter` reads
it, so a journey can be made again from its file alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from mailedu.agents import draw
from mailedu.journey.geography import unplayable
from mailedu.journey.scenario import Scenario, load
from mailedu.mime.compose import (
    AddressError,
    Attachment,
    Draft,
    Piece,
    address_field,
    compose,
    one_mailbox,
    unique,
)
from mailedu.mime.fields.addresses import Mailbox, addresses
from mailedu.mime.fields.parameters import parse_parameters
from mailedu.mime.fields.words import unfold
from mailedu.mime.header import read_header
from mailedu.mime.prepare import MAX_INPUT, Prepared

#: The first field of a letter that was filled in here. It never travels.
MARK: Final = b"X-Mailedu: composed, field by field\r\n"
#: Octets of all attachments together: in base64 four characters stand for three octets, and 78 octets make a line.
MAX_ATTACHED: Final = MAX_INPUT // 78 * 57 - 65_536

SENDER, TO, CC, BCC, SUBJECT, TEXT, FILES = "from", "to", "cc", "bcc", "subject", "text", "files"
#: Field -> its name in the header, for those that hold addresses.
_ADDRESSES: Final = {SENDER: "From", TO: "To", CC: "Cc", BCC: "Bcc"}
#: More to say about a reason of AddressError, for somebody who types an address.
_ADVICE: Final = {
    "no domain": "an address is like bob@example.net",
    "nothing before the @": "an address is like bob@example.net",
    "more than one @": "a comma goes between two addresses",
    "a blank in it": "a name goes before < >, and a comma between two addresses",
    "one address is wanted": "a letter has one sender here",
}


class FieldError(NamedTuple):
    """What is wrong, and where."""

    field: str
    message: str
    """One line; it may hold what was typed, so it has to be made visible."""


class Typed(NamedTuple):
    """The form as it stands."""

    sender: str = "Alice <alice@example.com>"
    to: str = "Bob <bob@example.net>"
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()

    def value(self, field: str) -> str:
        """What a field with addresses holds."""
        return {SENDER: self.sender, TO: self.to, CC: self.cc, BCC: self.bcc}[field]


def check(typed: Typed) -> list[FieldError]:
    """Everything that is wrong, in the order of the fields; empty if the letter can be sent."""
    found = [FieldError(field, why) for field in _ADDRESSES if (why := wrong(field, typed.value(field)))]
    if not found and not recipients(typed):
        found.append(FieldError(TO, "nobody gets this letter yet: To, Cc or Bcc wants an address"))
    if why := too_much(typed.attachments):
        found.append(FieldError(FILES, why))
    return found


def wrong(field: str, value: str) -> str:
    """What is wrong with a field that holds addresses, in a line; empty if nothing is. All but From may be empty."""
    name = _ADDRESSES[field]
    try:
        if field == SENDER:
            if not value.strip():
                return "a letter has a sender: an address such as alice@example.com"
            found: Sequence[Mailbox] = (one_mailbox(value, name),)
        else:
            found = addresses(value, name)
    except AddressError as error:
        advice = _ADVICE.get(error.reason)
        shown = error.piece if len(error.piece) <= 40 else error.piece[:39] + "…"
        said = f"{shown}: {error.reason}" if shown else error.reason
        return f"{said}; {advice}" if advice else said
    return unplayable(_envelope("", [mailbox.address for mailbox in found]))


def too_much(attachments: Sequence[Attachment]) -> str:
    """Why the attachments are too much for a letter; empty if they are not."""
    size = sum(len(one.octets) for one in attachments)
    if size <= MAX_ATTACHED:
        return ""
    return f"{size:,} octets are too many: {MAX_ATTACHED:,} can be attached, for base64 makes them a third more"


def recipients(typed: Typed) -> tuple[str, ...]:
    """The addresses of To, Cc and Bcc that can be read; what cannot is left out."""
    found: list[str] = []
    for field in (TO, CC, BCC):
        if not wrong(field, typed.value(field)):
            found += (mailbox.address for mailbox in addresses(typed.value(field)))
    return unique(found)


def made_up(people: Sequence[str]) -> str:
    """What the world has to make up for these recipients, in a line; empty if it knows them all."""
    return load("alice-to-bob", message=_envelope("", people)).note if people else ""


def draft_of(typed: Typed) -> Draft:
    """The letter to be composed, if `check` found nothing."""
    to, cc, bcc = ((value,) if value.strip() else () for value in (typed.to, typed.cc, typed.bcc))
    return Draft(typed.sender, to, cc, bcc, typed.subject, typed.text, typed.attachments)


def octets_of(draft: Draft, scenario: Scenario, seed: int = 0) -> bytes:
    """The letter as it is kept: composed at the scenario's start, with MARK and Bcc. AddressError for a bad address."""
    domain = scenario.sender.rpartition("@")[2]
    made = compose(
        draft,
        date=scenario.start,
        message_id=f"<{draw.word(seed, 'compose', 'message id')}@{domain}>",
        boundary=f"=_{draw.word(seed, 'compose', 'boundary', 12)}",
    )
    blind = [mailbox for each in draft.bcc for mailbox in addresses(each, "Bcc")]
    kept = address_field("Bcc", blind) if blind else b""
    return b"".join((MARK, kept, *made.chunks))


def composed(prepared: Prepared) -> Prepared:
    """A letter that `octets_of` made, prepared without its MARK: its changes are the pieces that it was composed of.

    FIELD for each field, REMOVE for Bcc, then BODY or PARTs. If anything else had to be done to it, somebody has had
    it in hand, and it stays the file that it is.
    """
    _file, *changes = prepared.changes
    if any(piece.verb != "REMOVE" for piece in changes):
        return prepared
    octets = prepared.chunks[0] if len(prepared.chunks) == 1 else b"".join(prepared.chunks)
    header = read_header(octets, 0, len(octets))
    fields = [Piece("FIELD", field.name, field.raw) for field in header.fields]
    return prepared._replace(changes=(*fields, *changes, *_content(octets, header.span[1])))


def _content(octets: bytes, start: int) -> list[Piece]:
    """BODY or PARTs: octets[start:], from the end of the last field on."""
    type_, boundary = _type(octets, 0, start)
    delimiter = b"\r\n--" + boundary.encode("ascii", "replace")
    if not boundary or not octets.startswith(delimiter, start):
        return [Piece("BODY", type_ or "text/plain", octets[start:])]
    pieces = []
    while True:
        end = octets.find(delimiter, start + len(delimiter))
        if end < 0 or octets.startswith(b"--", end + len(delimiter)):
            end = len(octets)
        pieces.append(Piece("PART", _type(octets, start + 2, end)[0], octets[start:end]))
        if end == len(octets):
            return pieces
        start = end


def _type(octets: bytes, start: int, end: int) -> tuple[str, str]:
    """Media type and boundary, from the Content-Type among the fields that begin within octets[start:end]."""
    if octets.startswith(b"--", start):
        start = octets.find(b"\r\n", start) + 2
    for field in read_header(octets, start, end).fields:
        if field.name.lower() == "content-type":
            read = parse_parameters(unfold(field.body).decode("ascii", "replace"))
            return read.value.lower(), read.get("boundary") or ""
    return "", ""


def _envelope(reverse_path: str, people: Sequence[str]) -> Prepared:
    """A letter of which only the envelope is known."""
    return Prepared((), (), reverse_path, tuple(people))
