"""A real message or text from a file, made ready to be sent: what a user agent changes, and nothing else.

What is changed, each with a `Piece` that names it: line ends become CRLF and the last line has one; a leading mbox
`From ` line goes; Bcc and Resent-Bcc go; Date, From and Message-ID come where they are missing; a header line of more
than 998 octets is folded; a body with such a line is encoded. So the message arrives octet for octet, apart from
these.

Plain text becomes a message. Text that is no UTF-8 is sent as it is, labelled ISO 8859-1 (Windows-1252 where it has
octets that ISO 8859-1 keeps for controls), because that is what such files nearly always are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from mailedu.framing import Chunk
from mailedu.mime.compose import MIME_VERSION, address_field, one_mailbox, unique
from mailedu.mime.encodings import has_only_crlf, long_line
from mailedu.mime.fields.addresses import AddressError, Mailbox, addresses
from mailedu.mime.fields.dates import format_date
from mailedu.mime.fields.folding import FoldError, fold
from mailedu.mime.fields.words import unfold
from mailedu.mime.header import FIELD, Field
from mailedu.mime.piece import Piece as Piece
from mailedu.mime.shorten import Edit, ShortenError, edited, shorten

#: Octets of the largest file that is taken: 100 MB.
MAX_INPUT: Final = 104_857_600
#: Octets of a chunk.
CHUNK: Final = 65_536

#: One of these makes lines of the form `name: text` a header.
_TELLING: Final = frozenset(("from", "to", "cc", "bcc", "subject", "date", "mime-version", "message-id"))
_BLIND: Final = frozenset(("bcc", "resent-bcc"))
_LONE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_WINDOWS: Final = re.compile(rb"[\x80-\x9f]")
#: `From `, an address, and the time as ctime writes it (RFC 4155 appendix A).
_MBOX_LINE: Final = re.compile(rb"From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{5,8} .*[0-9]{4}\s*")


class InputError(ValueError):
    """Why a file cannot be sent: one clear line."""


class Prepared(NamedTuple):
    """A message ready to be sent, and what was done to make it so."""

    changes: tuple[Piece, ...]
    """FILE (named `message` or `text`, with the file's octets), then what was needed, in this order: MBOX (the line),
    LINE_ENDS (named by what was there; the first line concerned), REMOVE, ADD, FOLD (the field each), ENCODE (named by
    the part's type; the field that says how)."""
    chunks: tuple[bytes, ...]
    """One if it is small, else the header and slices of 64 KiB. The message is these joined."""
    reverse_path: str
    recipients: tuple[str, ...]


def prepare(
    octets: bytes,
    *,
    sender: str = "Alice <alice@example.com>",
    recipient: str = "Bob <bob@example.net>",
    date: float,
    zone: int | None = 0,
    message_id: str,
) -> Prepared:
    """A file's octets, made a message that SMTP can carry, with its envelope.

    It is a message if the lines before the first empty one are all fields or folds, and one of these is From, To, Cc,
    Bcc, Subject, Date, MIME-Version or Message-ID; else it is text, and goes from `sender` to `recipient`. `date`
    (seconds since 1970), `zone` (minutes east of UTC) and `message_id` (with angle brackets) serve where the message
    has none.

    The reverse-path is the first address of From (Sender's, if From has several); the recipients are those of To, Cc
    and Bcc, or of the newest block of Resent fields. Raises InputError.
    """
    _refuse(octets)
    read = _prepare_large if len(octets) > CHUNK else _prepare_small
    try:
        return read(octets, sender, recipient, format_date(date, zone), message_id)
    except (AddressError, FoldError, ShortenError) as error:
        raise InputError(str(error)) from None


def _refuse(octets: bytes) -> None:
    if not octets:
        raise InputError("there is nothing to send: no octets")
    if len(octets) > MAX_INPUT:
        raise InputError(f"{len(octets):,} octets are too many: at most {MAX_INPUT:,} (100 MB) can be sent")
    nul = octets.find(b"\0")
    if nul >= 0:
        raise InputError(f"octet {nul:,} is NUL, which no message may hold")


def _prepare(octets: bytes, sender: str, recipient: str, date: str, message_id: str) -> Prepared:
    content, changes = _with_crlf(octets)
    mbox, content = _without_mbox_line(content)
    if mbox:
        changes.insert(0, Piece("MBOX", "From", mbox))
    fields, end = _header(content)
    changes.insert(0, Piece("FILE", "message" if fields else "text", octets))
    if fields:
        blind = [field for field in fields if field.name.lower() in _BLIND]
        changes += (Piece("REMOVE", field.name, field.raw) for field in blind)
        added = list(_missing(fields, sender, date, message_id))
        header = edited(content[:end], (Edit(*field.span, b"") for field in blind)) + b"".join(added)
    else:
        added = [fold("Date", date), *_text_header(content, sender, recipient, message_id)]
        header = b"".join((*added, b"\r\n"))
    new = [_field(octets) for octets in added]
    changes += (Piece("ADD", field.name, field.raw) for field in new)
    reverse_path, recipients = _envelope([*(fields or ()), *new])
    if long_line(header) >= 0 or long_line(content, end) >= 0:
        content, pieces = shorten(header + content[end:])
        header, end = b"", 0
        changes += pieces
    return Prepared(tuple(changes), _chunks(header, content, end), reverse_path, recipients)


# A journey that is played again prepares the same file again.
_prepare_small = lru_cache(maxsize=64)(_prepare)
_prepare_large = lru_cache(maxsize=1)(_prepare)


def _chunks(header: bytes, content: bytes, at: int) -> tuple[bytes, ...]:
    """The header, then content[at:] in slices."""
    if len(header) + len(content) - at <= CHUNK:
        return (header + content[at:],)
    view = memoryview(content)
    slices = (Chunk(view[start : start + CHUNK]) for start in range(at, len(content), CHUNK))
    return (header, *slices) if header else tuple(slices)


# Line ends, mbox, header ----------------------------------------------------------------------------------------------


def _with_crlf(octets: bytes) -> tuple[bytes, list[Piece]]:
    """The octets with CRLF line ends, the last line's too, and a LINE_ENDS that says what was there."""
    found = []
    first = b""
    content = octets
    if not has_only_crlf(octets):
        found = ["LF"]
        if b"\r" in octets:
            crlf = octets.count(b"\r\n")
            found = [name for name, mark in (("LF", b"\n"), ("CR", b"\r")) if octets.count(mark) > crlf]
        lone = _LONE.search(octets[:CHUNK])
        if lone is not None:
            before = max(octets.rfind(mark, 0, lone.start()) for mark in (b"\n", b"\r"))
            first = octets[before + 1 : lone.end()]
        if b"\r" in octets:
            content = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        content = content.replace(b"\n", b"\r\n")
    if not content.endswith(b"\r\n"):
        first = first or content[content.rfind(b"\n") + 1 :]
        found.append("no last line end")
        content += b"\r\n"
    return content, [Piece("LINE_ENDS", ", ".join(found), first)] if found else []


def _without_mbox_line(content: bytes) -> tuple[bytes, bytes]:
    """A leading mbox line, and what follows it. A text may begin with `From ` too: its first line stays."""
    if not content.startswith(b"From "):
        return b"", content
    end = content.index(b"\r\n") + 2
    line, rest = content[:end], content[end:]
    if rest and (_MBOX_LINE.fullmatch(line) or _header(rest)[0] is not None):
        return line, rest
    return b"", content


def _header(content: bytes) -> tuple[list[Field] | None, int]:
    """The fields, and where the header ends; None where the content is no message."""
    fields: list[Field] = []
    at, size = 0, len(content)
    while at < size and not content.startswith(b"\r\n", at):
        found = FIELD.match(content, at)
        if found is None:
            return None, 0
        fields.append(Field(found[1].decode("ascii"), found[0], found.span()))
        at = found.end()
    if not any(field.name.lower() in _TELLING for field in fields):
        return None, 0
    return fields, at


def _field(octets: bytes) -> Field:
    return Field(octets.partition(b":")[0].decode("ascii"), octets, (0, len(octets)))


def _text_header(content: bytes, sender: str, recipient: str, message_id: str) -> Iterator[bytes]:
    """The fields that make a text a message; Date goes before them."""
    yield address_field("From", (one_mailbox(sender, "From"),))
    yield address_field("To", addresses(recipient, "To"))
    yield fold("Message-ID", message_id)
    if not content.isascii():
        yield MIME_VERSION
        yield fold("Content-Type", f"text/plain; charset={_charset(content)}")
        yield fold("Content-Transfer-Encoding", "8bit")


def _charset(text: bytes) -> str:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252" if _WINDOWS.search(text) else "iso-8859-1"
    return "utf-8"


def _missing(fields: list[Field], sender: str, date: str, message_id: str) -> Iterator[bytes]:
    """Fields that every message has, where this one lacks them. RFC 5322 section 3.6, RFC 6409 section 8."""
    names = {field.name.lower() for field in fields}
    if "date" not in names:
        yield fold("Date", date)
    if "from" not in names:
        yield address_field("From", (one_mailbox(sender, "From"),))
    if "message-id" not in names:
        yield fold("Message-ID", message_id)


# Envelope -------------------------------------------------------------------------------------------------------------


def _envelope(fields: list[Field]) -> tuple[str, tuple[str, ...]]:
    """Reverse-path and recipients. AddressError if an address among them cannot be read."""
    resent = _newest_resent_block(fields)
    authors = _mailboxes(resent, "resent-from")
    if len(authors) > 1:
        authors = _mailboxes(resent, "resent-sender") or authors
    if not authors:
        authors = _mailboxes(fields, "from")
        if len(authors) > 1:
            authors = _mailboxes(fields, "sender") or authors
    if not authors:
        raise InputError("no sender: From names no address")
    people = _mailboxes(resent, "resent-to", "resent-cc", "resent-bcc") or _mailboxes(fields, "to", "cc", "bcc")
    if not people:
        raise InputError("no recipient: neither To nor Cc nor Bcc names an address")
    return authors[0].address, unique(mailbox.address for mailbox in people)


def _mailboxes(fields: Iterable[Field], *names: str) -> list[Mailbox]:
    """The mailboxes in the fields of these names, in the order of the names."""
    by_name = [field for name in names for field in fields if field.name.lower() == name]
    return [mailbox for field in by_name for mailbox in addresses(unfold(field.body), field.name)]


def _newest_resent_block(fields: list[Field]) -> list[Field]:
    """The topmost block of Resent fields (RFC 5322 section 3.6.6): another field ends it, or a name again."""
    block: dict[str, Field] = {}
    for field in fields:
        name = field.name.lower()
        if name.startswith("resent-") and name not in block:
            block[name] = field
        elif block:
            break
    return list(block.values())
