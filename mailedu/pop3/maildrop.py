"""What a POP3 session sees of a mailbox: numbered messages with sizes and unique-ids (RFC 1939 sections 4, 7, 11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from mailedu.framing import CRLF, Content


class Message(Protocol):
    """One message of a maildrop. A spool may load `content` when it is asked for; `Stored` holds it in memory."""

    @property
    def uid(self) -> str:
        """1 to 70 characters 0x21 to 0x7E, never used again in this mailbox (RFC 1939 section 7)."""
        ...

    @property
    def size(self) -> int:
        """Octets, each line end counted as CRLF, stuffed dots not counted (RFC 1939 section 11)."""
        ...

    @property
    def content(self) -> Content:
        """The message; its last line ends in CRLF."""
        ...


class Stored(NamedTuple):
    """A message in memory."""

    uid: str
    content: Content

    @property
    def size(self) -> int:
        return self.content.size


class Maildrop(NamedTuple):
    """A mailbox as it was when the session locked it: message n is `messages[n - 1]`. What came later is not in it."""

    user: str
    messages: Sequence[Message]


NO_MAILDROP = Maildrop("", ())


def top(content: Content, lines: int) -> Content:
    """The header, the empty line behind it, and the first `lines` lines of the body; all of it if there are no more.

    RFC 1939 section 7 (TOP). Chunks that belong to it whole are the very same objects.
    """
    out: list[bytes] = []
    tail = CRLF  # so that the first line, if empty, ends a header that is none
    in_header = True
    for chunk in content.chunks:
        begin = 0
        if in_header:
            begin = _end_of_header(tail, chunk)
            if not begin:
                out.append(chunk)
                tail = (tail + chunk[-3:])[-3:]
                continue
            in_header = False
        here = chunk.count(b"\n", begin)
        if here < lines:
            out.append(chunk)
            lines -= here
            continue
        end = begin
        for _ in range(lines):
            end = chunk.find(b"\n", end) + 1
        if end:
            out.append(chunk[:end])
        break
    return Content(out)


def _end_of_header(tail: bytes, chunk: bytes) -> int:
    """Where the body begins in `chunk`, or 0 if not in it; `tail`: up to three octets before it."""
    at = (tail + chunk[:3]).find(b"\r\n\r\n")
    if at >= 0:
        return at + 4 - len(tail)
    return chunk.find(b"\r\n\r\n") + 4 if b"\r\n\r\n" in chunk else 0
