"""Where a line ends, where a dotted text ends, and the dots that travel: shared by SMTP and POP3.

A line ends in CRLF and nothing else. A message or multi-line response ends in CRLF.CRLF and nothing else (RFC 5321
sections 2.3.8 and 4.5.2, RFC 1939 section 3). Everything here gives the same result however the octets are split.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

CRLF: Final = b"\r\n"
END_OF_DATA: Final = b".\r\n"
#: Chunks smaller than this are gathered before they are kept, so that a slow sender costs no list of single octets.
GATHER: Final = 4096


def dot_stuff(chunks: Iterable[bytes]) -> tuple[bytes, ...]:
    """Double the dot at the start of each line, so that no line of the message can end it.

    `chunks` are a text whose lines end in CRLF, cut anywhere. Chunks without such a dot come back as they are; the
    octets added are not part of the message, nor of LIST sizes. RFC 5321 section 4.5.2; RFC 1939 section 3.
    """
    out: list[bytes] = []
    tail = CRLF
    for chunk in chunks:
        seam = (tail + chunk[:1])[-3:] if chunk else b""
        dotted = chunk
        if b"\r\n." in chunk:
            dotted = chunk.replace(b"\r\n.", b"\r\n..")
        # A line may begin with this chunk (CRLF | .) or its CRLF may straddle the cut (CR | LF .).
        if seam == b"\r\n.":
            dotted = b"." + dotted
        elif tail[-1:] == b"\r" and chunk[:2] == b"\n.":
            dotted = b"\n.." + dotted[2:]
        out.append(dotted)
        tail = (tail + chunk[-2:])[-2:]
    return tuple(out)


def dot_unstuff(chunks: Iterable[bytes]) -> tuple[bytes, ...]:
    """Take one dot off each line that begins with one: the inverse of `dot_stuff`, with the same care at the cuts."""
    out: list[bytes] = []
    tail = CRLF
    for chunk in chunks:
        plain = chunk.replace(b"\r\n.", b"\r\n") if b"\r\n." in chunk else chunk
        if tail == CRLF and chunk[:1] == b".":
            plain = plain[1:]
        elif tail[-1:] == b"\r" and chunk[:2] == b"\n.":
            plain = b"\n" + plain[2:]
        if plain:
            out.append(plain)
        tail = (tail + chunk[-2:])[-2:]
    return tuple(out)


class Line(NamedTuple):
    """One line without its end."""

    text: bytes
    clean: bool
    """False if it held a CR or LF that is no part of CRLF."""
    whole: bool
    """False if it was longer than allowed: `text` is then its beginning, the rest was thrown away as it came."""
    octets: bytes
    """The line as it came, its end included (cut like `text` when not whole)."""


class LineBuffer:
    """Cut a stream into lines of at most `limit` octets, CRLF included. Holds one unfinished line, cut at the limit.

    A line ends at LF. Without the CR before it the line is not clean; what to do then is the protocol's business.
    """

    __slots__ = ("_data", "_lost", "_pos", "_seen")

    def __init__(self) -> None:
        self._data = b""
        self._pos = 0
        self._seen = 0  # octets of the unfinished line already searched for LF
        self._lost = False

    def feed(self, data: bytes) -> None:
        """Add octets. What was read before is let go here, once a chunk and not once a line."""
        self._data = self._data[self._pos :] + data if self._pos < len(self._data) else data
        self._pos = 0

    def line(self, limit: int) -> Line | None:
        """The next line, or None if it has not ended yet."""
        start = self._pos
        end = self._data.find(b"\n", start + self._seen)
        if end < 0:
            self._seen = len(self._data) - start
            if self._seen > limit:
                self._data = self._data[start : start + limit]
                self._pos, self._seen, self._lost = 0, limit, True
            return None
        octets = self._data[start : end + 1]
        self._pos, self._seen = end + 1, 0
        if self._lost or len(octets) > limit:
            self._lost = False
            text = octets[:limit]
            return Line(text.rstrip(b"\r\n"), True, False, text)
        if octets[-2:] == CRLF:
            text = octets[:-2]
            return Line(text, b"\r" not in text, True, octets)
        return Line(octets[:-1], False, True, octets)

    def rest(self) -> bytes:
        """Take all that is left unread."""
        rest = self._data[self._pos :]
        self.clear()
        return rest

    def __len__(self) -> int:
        return len(self._data) - self._pos

    def clear(self) -> None:
        """Forget everything."""
        self._data, self._pos, self._seen, self._lost = b"", 0, 0, False


#: Octets of a text line, CRLF included and a stuffed dot not (RFC 5321 section 4.5.3.1.6).
MAX_TEXT_LINE: Final = 1000


class DottedText:
    """Collect a text up to the lone dot. Keeps it as it travels in `chunks`; `content()` gives it without the dots."""

    __slots__ = ("_counted", "_dots", "_kept", "_over", "_seam", "_small", "_tail", "chunks", "ended", "limit", "size")

    def __init__(self, limit: int | None = None) -> None:
        """`limit`: octets that it may have, doubled dots not counted; of a longer text only its beginning is kept."""
        self.limit = limit
        self.chunks: list[bytes] = []
        self.size = 0
        """Octets so far, as they travelled; once it has ended, without the ending dot line."""
        self.ended = False
        self._kept = 0
        self._small = bytearray()
        self._tail = CRLF
        self._dots = 0  # doubled ones, in the first `_counted` chunks and in all that was let go
        self._counted = 0
        self._over = False
        self._seam = CRLF  # the last two octets that were looked at for dots

    def feed(self, data: bytes) -> int:
        """Take what belongs to the text out of `data`; returns how many octets that were."""
        if self.ended or not data:
            return 0
        tail = self._tail
        taken = 0
        if data[:1] in (b".", b"\r", b"\n"):
            # The end may straddle the cut; a text may also be nothing but its end, hence the CRLF in the first tail.
            at = (tail + data[:4]).find(b"\r\n.\r\n")
            if at >= 0:
                taken = at + 5 - len(tail)
        if not taken:
            at = data.find(b"\r\n.\r\n")
            if at >= 0:
                taken = at + 5
        if taken:
            data = data[:taken] if taken < len(data) else data
            self.ended = True
        else:
            taken = len(data)
            self._tail = (tail + data[-4:])[-4:]
        self.size += taken
        if taken < GATHER:
            self._small += data
            if len(self._small) >= GATHER or self.ended:
                self._gather()
        else:
            if self._small:
                self._gather()
            self._keep(data)
        if self.ended:
            self.size -= len(END_OF_DATA)
            self._drop_end()
            self._trim()
        return taken

    def gathered(self) -> tuple[bytes, ...]:
        """What there is so far, as it travelled."""
        if self._small:
            self._gather()
        self._trim()
        return tuple(self.chunks)

    def content(self) -> Content:
        """The text with one dot less on each line that begins with one, and the travelled form beside it."""
        travelled = tuple(self.chunks)
        return Content(dot_unstuff(travelled), travelled)

    @property
    def excess(self) -> int:
        """Octets of the whole text, doubled dots not counted, if they are over the limit, else 0."""
        if self.limit is None or not self._counted:
            return 0
        size = self.size - self._dots + self.ended  # the dot that ends it doubles none
        return size if size > self.limit else 0

    def _gather(self) -> None:
        self._keep(bytes(self._small))
        self._small.clear()

    def _keep(self, data: bytes) -> None:
        limit = self.limit
        if self._over:
            self._count(data)
            return
        self.chunks.append(data)
        self._kept += len(data)
        if limit is not None and self._kept > limit:
            # Only now is it of interest which dots are doubled: they are no part of the size (RFC 1870 section 5).
            for chunk in self.chunks[self._counted :]:
                self._count(chunk)
            self._counted = len(self.chunks)
            self._over = self._kept - self._dots > limit

    def _count(self, chunk: bytes) -> None:
        self._dots += chunk.count(b"\r\n.") + (self._seam + chunk[:2]).count(b"\r\n.")
        self._seam = (self._seam + chunk[-2:])[-2:]

    def _trim(self) -> None:
        """Let go all but the first `limit` octets of a text that is over it: the same ones, however they came."""
        if not self.excess or self.limit is None:
            return
        left = self.limit
        for number, chunk in enumerate(self.chunks):
            if len(chunk) >= left:
                self.chunks[number:] = [chunk[:left]]
                return
            left -= len(chunk)

    def _drop_end(self) -> None:
        """Take the ending dot line off the chunks, wherever the cuts fell."""
        left = self._kept - self.size
        while left > 0 and self.chunks:
            last = self.chunks.pop()
            taken = min(left, len(last))
            if taken < len(last):
                self.chunks.append(last[:-taken])
            self._kept -= taken
            left -= taken


class Content:
    """A message as chunks whose last line ends in CRLF, and as it travels, with dots doubled."""

    __slots__ = ("_stuffed", "chunks", "size")

    def __init__(self, chunks: Iterable[bytes], stuffed: tuple[bytes, ...] | None = None) -> None:
        """`stuffed`: the travelling form, where it is known already."""
        self.chunks: tuple[bytes, ...] = tuple(chunks)
        self.size = sum(map(len, self.chunks))
        self._stuffed = stuffed

    @property
    def stuffed(self) -> tuple[bytes, ...]:
        """The chunks as they travel. Computed once; chunks without a leading dot are the very same objects."""
        if self._stuffed is None:
            self._stuffed = dot_stuff(self.chunks)
        return self._stuffed

    def has_bare_line_end(self) -> bool:
        """True if a CR or LF stands alone, or the last line has no end."""
        cr = lf = both = 0
        last = b""
        for chunk in self.chunks:
            cr += chunk.count(b"\r")
            lf += chunk.count(b"\n")
            both += chunk.count(CRLF) + (last == b"\r" and chunk[:1] == b"\n")
            last = chunk[-1:] or last
        return not cr == lf == both or last not in (b"\n", b"")

    def has_long_line(self, limit: int = MAX_TEXT_LINE) -> bool:
        """True if a line has more than `limit` octets, CRLF included. Hops from line end to line end by windows."""
        carried = 0  # octets of a line that began in an earlier chunk
        for chunk in self.chunks:
            size = len(chunk)
            end = chunk.find(b"\n", 0, limit + 1)
            if end < 0:
                carried += size
                if carried > limit:
                    return True
                continue
            if carried + end + 1 > limit:
                return True
            at = end + 1
            while size - at > limit:
                end = chunk.rfind(b"\n", at, at + limit)
                if end < 0:
                    return True
                at = end + 1
            carried = size - 1 - chunk.rfind(b"\n")
        return False

    def has_8bit(self) -> bool:
        """True if an octet is above 127."""
        return not all(map(bytes.isascii, self.chunks))

    def __bytes__(self) -> bytes:
        return b"".join(self.chunks)
