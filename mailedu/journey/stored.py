"""What lies in a mailbox when time begins: messages from files, or made up to have exactly so many octets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any, Final

from mailedu import content
from mailedu.agents.effects import Letter
from mailedu.agents.world import Mail
from mailedu.journey.schema import MisfitError
from mailedu.mime import trace
from mailedu.mime.fields.addresses import AddressError, addresses
from mailedu.mime.fields.dates import format_date
from mailedu.mime.fields.folding import fold, unstructured
from mailedu.smtp.session import Envelope

HOUR: Final = 3600.0
#: Characters of a line of made-up text.
_WIDTH: Final = 70
_WORDS: Final = (
    "This letter was made up so that its size is known. Its text says nothing: it is there to be counted, marked, "
    "fetched and deleted. Each line ends with two octets, CR and LF, and both of them count."
).split()


def messages(owner: str, host: str, tables: Sequence[Mapping[str, Any]], start: float) -> tuple[Mail, ...]:
    """The messages of the mailbox of `owner`, an address, at the server `host`, in their order.

    `tables`: each names a file, or how many octets are to be made (CRLF counted, dots not doubled). `start`: when time
    begins, seconds since 1970; they came in the hours before. Raises FileNotFoundError, and `schema.MisfitError` where
    a message cannot be as small as that.
    """
    mails: list[Mail] = []
    total = sum(table.get("times", 1) for table in tables)
    for number, table in enumerate(tables):
        for _ in range(table.get("times", 1)):
            n = len(mails) + 1
            sender = str(table.get("from", ""))
            if "file" in table:
                octets = content.octets(f"scenarios/{table['file']}").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            else:
                path = ("world", "users", owner, "messages", number)
                octets = _made(owner, host, table, n, start - HOUR * (total - n + 1), path)
                sender = addresses(sender, "From")[0].address if sender else _SOMEBODY
            mails.append(Mail(f"{n:04d}", Letter(f"stored{n}", (), (octets,), Envelope(sender, (owner,)))))
    return tuple(mails)


_SOMEBODY: Final = "alice@example.com"


def _made(owner: str, host: str, table: Mapping[str, Any], n: int, when: float, path: tuple[str | int, ...]) -> bytes:
    """A message of exactly `table["octets"]` octets. What a small one has no room for is left out."""
    size: int = table["octets"]
    author = str(table.get("from", _SOMEBODY))
    try:
        mailboxes = addresses(author, "From")
    except AddressError as error:
        raise MisfitError((*path, "from"), str(error)) from None
    if not mailboxes:
        raise MisfitError((*path, "from"), "wants an address")
    address = mailboxes[0].address
    domain = address.rpartition("@")[2]
    needed = [
        fold("From", author),
        fold("To", owner),
        unstructured("Subject", str(table.get("subject", f"Letter {n}"))),
        b"\r\n",
    ]
    # The most telling first; their order in the letter is another.
    date = fold("Date", format_date(when))
    return_path = trace.return_path(address)
    ident = fold("Message-ID", f"<{n:04d}.{int(when)}@{domain}>")
    received = trace.received(
        from_said=domain,
        from_seen_name=domain,
        from_seen_address="192.0.2.99",
        by=host or owner.rpartition("@")[2],
        protocol="ESMTP",
        id=f"MADE{n:04d}",
        recipient=owner,
        when=when,
    )
    room = size - sum(map(len, needed))
    if room < 0:
        raise MisfitError((*path, "octets"), f"wants at least {size - room} octets: its header alone has so many")
    kept = set(_fitting((date, return_path, ident, received), room - _WIDTH))
    header = b"".join(one for one in (return_path, received, *needed[:3], date, ident) if one in kept or one in needed)
    header += needed[3]
    return header + _filler(size - len(header))


def _fitting(fields: Iterable[bytes], room: int) -> Iterator[bytes]:
    for one in fields:
        if len(one) > room:
            return
        room -= len(one)
        yield one


def _filler(size: int) -> bytes:
    """Lines of text that end with CRLF and have `size` octets together; a lone octet, which no line has, is a blank."""
    if size < 2:
        return b" " * size
    lines: list[str] = []
    left = size
    line = ""
    for word in cycle(_WORDS):
        longer = f"{line} {word}" if line else word
        if len(longer) <= _WIDTH:
            line = longer
            continue
        if len(line) + 4 >= left:
            break
        lines.append(line)
        left -= len(line) + 2
        line = word
    # At least two octets are left, for the line that makes it exact.
    lines.append((f"{line} {' '.join(_WORDS)}")[: left - 2])
    return "".join(f"{one}\r\n" for one in lines).encode()
