"""Where a line ends, where a dotted text ends, and the dots that travel: shared by SMTP and POP3.

A line ends in CRLF and nothing else. A message or multi-line response ends in CRLF.CRLF and nothing else (RFC 5321
sections 2.3.8 and 4.5.2, RFC 1939 section 3). Everything here gives the same result however the octets are split.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final, NamedTuple

CRLF: Final = b"\r\n"
END_OF_DATA: Final = b".\r\n"
#: Chunks smaller than this are gathered before they are kept, so that a slow sender costs no list of single octets.
GATHER: Final = 4096


class Chunk(bytes):
    """A piece of a letter that travels again and again: what is found out about it stays with it."""

    @cached_property
    def lines(self) -> Lines:
        return look(self)

    @cached_property
    def may_have_dots(self) -> bool:
        """Whether a line that begins here may begin with a dot."""
        return self.find(b".") >= 0 and (self.find(b"\r\n.") >= 0 or self.startswith((b".", b"\n.")))

    @cached_property
    def is_7bit(self) -> bool:
        return self.isascii()


def _may_have_dots(chunk: bytes) -> bool:
    """False only if no line that begins here begins with a dot. To find one octet takes a tenth of the time."""
    return chunk.may_have_dots if isinstance(chunk, Chunk) else b"." in chunk


def dot_stuff(chunks: Iterable[bytes]) -> tuple[bytes, ...]:
    """Double the dot at the start of each line, so that no line of the message can end it.

    `chunks` are a text whose lines end in CRLF, cut anywhere. Chunks without such a dot come back as they are; the
    octets added are not part of the message, nor of LIST sizes. RFC 5321 section 4.5.2; RFC 1939 section 3.
    """
    out: list[bytes] = []
    tail = CRLF
    for chunk in chunks:
        dotted = chunk
        if _may_have_dots(chunk):
            if b"\r\n." in chunk:
                dotted = chunk.replace(b"\r\n.", b"\r\n..")
            # A line may begin with this chunk (CRLF | .) or its CRLF may straddle the cuts (CR | LF | .).
            if tail == CRLF and chunk[:1] == b".":
                dotted = b"." + dotted
            elif tail[-1:] == b"\r" and chunk[:2] == b"\n.":
                dotted = b"\n.." + dotted[2:]
        out.append(dotted)
        tail = chunk[-2:] if len(chunk) > 1 else (tail + chunk)[-2:]
    return tuple(out)


def dot_unstuff(chunks: Iterable[bytes]) -> tuple[bytes, ...]:
    """Take one dot off each line that begins with one: the inverse of `dot_stuff`, with the same care at the cuts."""
    out: list[bytes] = []
    tail = CRLF
    for chunk in chunks:
        plain = chunk
        if _may_have_dots(chunk):
            if b"\r\n." in chunk:
                plain = chunk.replace(b"\r\n.", b"\r\n")
            if tail == CRLF and chunk[:1] == b".":
                plain = plain[1:]
            elif tail[-1:] == b"\r" and chunk[:2] == b"\n.":
                plain = b"\n" + plain[2:]
        if plain:
            out.append(plain)
        tail = chunk[-2:] if len(chunk) > 1 else (tail + chunk)[-2:]
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

    ended = False
    size = 0
    """Octets so far, as they travelled; once it has ended, without the ending dot line."""
    _tail = CRLF  # the last two octets, for a text may be nothing but its end
    _held = b""  # the beginning of what may be the ending dot line
    _waiting = 0  # octets in `_small`
    _kept = 0
    _dots = 0  # doubled ones, in the first `_counted` chunks and in all that was let go
    _counted = 0
    _over = False
    _seam = CRLF  # the last two octets that were looked at for dots

    def __init__(self, limit: int | None = None) -> None:
        """`limit`: octets that it may have, doubled dots not counted; of a longer text only its beginning is kept."""
        self.limit = limit
        self.chunks: list[bytes] = []
        self._small: list[bytes] = []  # to be gathered

    def feed(self, data: bytes) -> int:
        """Take what belongs to the text out of `data`; returns how many octets that were."""
        if self.ended or not data:
            return 0
        if data == END_OF_DATA and self._tail == CRLF and not self._held:
            self.ended = True  # the usual way
            self._gather()
            if self._over:
                self._trim()
            return len(data)
        held = len(self._held)
        if held:
            data = self._held + data
            self._held = b""
        end = self._find_end(data)
        if end >= 0:
            self.ended = True
            taken = end + len(END_OF_DATA)
            data = data[:end]
        else:
            taken = len(data)
            if data[-1:] in (b".", b"\r"):
                data = self._hold(data)
        self.size += len(data) + len(self._held) - held
        if data:
            self._tail = data[-2:] if len(data) > 1 else (self._tail + data)[-2:]
            if len(data) < GATHER:
                self._small.append(data)
                self._waiting += len(data)
            else:
                self._gather()
                self._keep(data)
        if self.ended or self._waiting >= GATHER:
            self._gather()
        if self._over and self.ended:
            self._trim()
        return taken - held

    def _find_end(self, data: bytes) -> int:
        """Where the ending dot line begins in `data`, or -1. Its line may have begun before."""
        if data.startswith(END_OF_DATA) and self._tail == CRLF:
            return 0
        if data.startswith(b"\n.\r\n") and self._tail[-1:] == b"\r":
            return 1
        at = data.find(b"\r\n.\r\n") if _may_have_dots(data) else -1
        return at + 2 if at >= 0 else -1

    def _hold(self, data: bytes) -> bytes:
        """Put aside what may be the beginning of the ending dot line."""
        last = (self._tail + data)[-4:] if len(data) < 4 else data[-4:]
        for held in (1, 2):
            if last[: len(last) - held].endswith(CRLF) and END_OF_DATA.startswith(last[-held:]):
                self._held = data[-held:]
                return data[:-held]
        return data

    def gathered(self) -> tuple[bytes, ...]:
        """What there is so far, as it travelled."""
        self._gather()
        if self._over:
            self._trim()
        return (*self.chunks, self._held) if self._held else tuple(self.chunks)

    def content(self) -> Content:
        """The text with one dot less on each line that begins with one, and the travelled form beside it."""
        travelled = tuple(self.chunks)
        return Content(dot_unstuff(travelled), travelled)

    @property
    def excess(self) -> int:
        """Octets of the whole text, doubled dots not counted, if they are over the limit, else 0."""
        if self.limit is None or not self._counted:
            return 0
        size = self.size - self._dots
        return size if size > self.limit else 0

    def _gather(self) -> None:
        small = self._small
        if small:
            self._keep(small[0] if len(small) == 1 else b"".join(small))
            self._small = []
            self._waiting = 0

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


class Lines(NamedTuple):
    """What matters of the lines of one chunk."""

    lone_cr: int
    """How many CR are no part of a CRLF inside the chunk."""
    lone_lf: int
    first: int
    """Octets up to its first LF, and with it; 0 if it has none."""
    long: bool
    """A line behind that is longer than allowed, whether it ends here or not."""
    last: int
    """Octets behind its last LF."""


def look(chunk: bytes, limit: int = MAX_TEXT_LINE) -> Lines:
    """Look at the lines of a chunk; `limit`: octets that a line may have. Hops from line end to line end by windows."""
    crlf = chunk.count(CRLF)
    lone_cr, lone_lf = chunk.count(b"\r") - crlf, chunk.count(b"\n") - crlf
    size = len(chunk)
    at = first = chunk.find(b"\n") + 1
    long = False
    while first and size - at > limit:
        end = chunk.rfind(b"\n", at, at + limit)
        long = end < 0
        if long:
            break
        at = end + 1
    return Lines(lone_cr, lone_lf, first, long, size - 1 - chunk.rfind(b"\n"))


class Content:
    """A message as chunks whose last line ends in CRLF, and as it travels, with dots doubled."""

    __slots__ = ("_looked", "_stuffed", "chunks", "size")

    def __init__(self, chunks: Iterable[bytes], stuffed: tuple[bytes, ...] | None = None) -> None:
        """`stuffed`: the travelling form, where it is known already."""
        self.chunks: tuple[bytes, ...] = tuple(chunks)
        self.size = sum(map(len, self.chunks))
        self._stuffed = stuffed
        self._looked: list[Lines] | None = None

    @property
    def stuffed(self) -> tuple[bytes, ...]:
        """The chunks as they travel, and as who hears them will keep them: small ones gathered. Computed once.

        Large chunks without a leading dot are the very same objects.
        """
        if self._stuffed is None:
            kept = DottedText()
            for chunk in dot_stuff(self.chunks):
                kept.feed(chunk)
            self._stuffed = kept.gathered()
        return self._stuffed

    def _lines(self) -> list[Lines]:
        if self._looked is None:
            self._looked = [chunk.lines if isinstance(chunk, Chunk) else look(chunk) for chunk in self.chunks]
        return self._looked

    def has_bare_line_end(self) -> bool:
        """True if a CR or LF stands alone, or the last line has no end."""
        if len(self.chunks) == 1 and self.size < GATHER:
            (chunk,) = self.chunks
            crlf = chunk.count(CRLF)
            return not crlf == chunk.count(b"\r") == chunk.count(b"\n") or chunk[-1:] not in (b"\n", b"")
        lone_cr = lone_lf = 0
        for lines in self._lines():
            lone_cr += lines.lone_cr
            lone_lf += lines.lone_lf
        last = b""
        for chunk in self.chunks if lone_cr or lone_lf else ():
            # A CRLF that is cut in two.
            both = last == b"\r" and chunk[:1] == b"\n"
            lone_cr -= both
            lone_lf -= both
            last = chunk[-1:] or last
        return bool(lone_cr or lone_lf) or not self._ends_a_line()

    def _ends_a_line(self) -> bool:
        last = next((chunk for chunk in reversed(self.chunks) if chunk), CRLF)
        return last[-1:] == b"\n"

    def has_long_line(self, limit: int = MAX_TEXT_LINE) -> bool:
        """True if a line has more than `limit` octets, CRLF included."""
        if self.size <= limit:
            return False
        carried = 0  # octets of a line that began in an earlier chunk
        for lines in self._lines() if limit == MAX_TEXT_LINE else [look(chunk, limit) for chunk in self.chunks]:
            if lines.long or carried + lines.first > limit:
                return True
            carried = lines.last if lines.first else carried + lines.last
        return carried > limit

    def has_8bit(self) -> bool:
        """True if an octet is above 127."""
        return not all(each.is_7bit if isinstance(each, Chunk) else each.isascii() for each in self.chunks)

    def __bytes__(self) -> bytes:
        return b"".join(self.chunks)
