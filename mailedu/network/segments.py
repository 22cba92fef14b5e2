"""From the log of writes to the packets that a capture on the wire would hold.

Computed when somebody looks, from the log and the profile alone; a journey that nobody looks into packet by packet
never pays for them. Sequence and acknowledgment numbers are relative, as analyzers show them: 0 is the SYN, 1 the
first octet. A packet's time is when its sender sent it. RFC 9293.

How it works: the writes of each connection are walked in order. Each side remembers what it has heard and not yet
acknowledged; an ACK that is due before the next write becomes a packet of its own, one that is not rides on that write.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

from mailedu.network.profile import Profile
from mailedu.network.wire import Connection, Endpoint, Log, What, Write


class Packet(NamedTuple):
    """One TCP segment, or one UDP datagram."""

    n: int
    """From 1, in order of time, over all connections of the log."""
    time: float
    transport: str
    source: Endpoint
    target: Endpoint
    flags: str
    """As in `PSH, ACK`; empty for UDP."""
    seq: int
    ack: int
    """0 where the flags have no ACK."""
    window: int
    payload: bytes
    step: int
    """The step whose octets it carries, that a bare ACK acknowledges, or that opened or closed; -1 for none."""
    place: str
    connection: int
    """Index into `Log.connections`."""


#: What a packet will be, its number not yet known; in front its time and the index of the write that caused it.
_Row: TypeAlias = tuple[Any, ...]
#: A write and its index in the log.
_Cause: TypeAlias = tuple[int, Write]
_NEVER: Final = float("inf")


def segments(log: Log, profile: Profile) -> tuple[Packet, ...]:
    """All packets of the log, in order of time; those of one moment in order of their causes.

    ValueError if the log has octets that were written after their sender had closed.
    """
    causes: list[list[_Cause]] = [[] for _ in log.connections]
    for cause in enumerate(log.writes):
        causes[cause[1].connection].append(cause)
    rows: list[_Row] = []
    for connection, its in zip(log.connections, causes, strict=True):
        rows += _Wire(connection, profile).walk(its)
    rows.sort(key=itemgetter(0, 1))
    return tuple(Packet(n, row[0], *row[2:]) for n, row in enumerate(rows, 1))


class _Side:
    """What one end of a connection knows."""

    __slots__ = ("acks", "finished", "full", "heard", "index", "next", "octets", "timer")

    def __init__(self, index: int) -> None:
        self.index = index
        self.next = 0  # the sequence number of what it says next
        self.heard = 0  # the one that it expects next from the other side
        self.octets = 0  # heard so far
        self.full = 0  # full segments heard since the last ACK
        self.acks: deque[tuple[float, int, _Cause]] = deque()  # bare ACKs to come: when, what, why
        self.timer: tuple[float, _Cause] | None = None  # the delayed ACK
        self.finished = False

    @property
    def due(self) -> float:
        """When it will send a bare ACK if it has said nothing by then."""
        timed = self.timer[0] if self.timer else _NEVER
        return min(self.acks[0][0], timed) if self.acks else timed

    def acknowledge(self, due: float, cause: _Cause) -> None:
        """Plan a bare ACK of all that was heard, never before those already planned."""
        if self.acks:
            due = max(due, self.acks[-1][0])
        self.acks.append((due, self.heard, cause))
        self.full, self.timer = 0, None

    def caught_up(self) -> None:
        """All that was heard is acknowledged."""
        self.full, self.timer = 0, None
        self.acks.clear()


class _Wire:
    """One connection, write by write."""

    def __init__(self, connection: Connection, profile: Profile) -> None:
        self.connection = connection
        self.profile = profile
        self.ends = (connection.client, connection.server)
        self.sides = (_Side(0), _Side(1))
        self.rows: list[_Row] = []
        self.last = 0.0
        self.cause = 0
        self.reset = False
        self.closing: tuple[float, _Cause] | None = None  # the first FIN

    def walk(self, causes: list[_Cause]) -> list[_Row]:
        """The rows of all packets of this connection."""
        for at, cause in enumerate(causes):
            write = cause[1]
            if write.what is What.SENT:
                following = causes[at + 1][1] if at + 1 < len(causes) else None
                self.send(cause, following)
            else:
                _DEEDS[write.what](self, cause)
        if self.closing and not all(side.finished for side in self.sides):
            # Nobody wrote this FIN: by then the first one is acknowledged for sure, so its ACK does not ride.
            time, cause = self.closing
            self.flush(time + sum(self.profile.close[:2]))
            self.finish(self.sides[self.sides[0].finished], time + sum(self.profile.close[:2]), cause)
        if not self.reset:
            self.flush(_NEVER)
        return self.rows

    # What a write does ------------------------------------------------------------------------------------------------

    def open(self, cause: _Cause) -> None:
        """SYN, SYN+ACK, ACK (RFC 9293 section 3.5)."""
        client, server = self.sides
        first, second = self.profile.handshake
        windows = self.profile.syn_windows
        time = cause[1].time
        self.row(time, client, "SYN", cause, 0, windows[0])
        server.heard = client.next = 1
        self.row(time + first, server, "SYN, ACK", cause, 1, windows[1])
        client.heard = server.next = 1
        self.row(time + first + second, client, "ACK", cause, 1)

    def refuse(self, cause: _Cause) -> None:
        """SYN, answered by RST+ACK with sequence number zero (RFC 9293 section 3.5.2, group 1)."""
        time = cause[1].time
        self.row(time, self.sides[0], "SYN", cause, 0, self.profile.syn_windows[0])
        self.row(time + self.profile.handshake[0], self.sides[1], "RST, ACK", cause, 1, 0)

    def call_in_vain(self, cause: _Cause) -> None:
        """SYN, and again, until the client gives up (RFC 1122 section 4.2.3.5)."""
        for later in (0.0, *self.profile.syn_again):
            if later < self.profile.connect_timeout:
                self.row(cause[1].time + later, self.sides[0], "SYN", cause, 0, self.profile.syn_windows[0])

    def send(self, cause: _Cause, following: Write | None) -> None:
        """Octets, cut into segments; PSH on the last. A long text goes out at the profile's rate.

        If the log gives it less time than that before the next write, it goes faster: the log's times are facts.
        """
        write, profile = cause[1], self.profile
        speaker, hearer = self.sides[write.sender], self.sides[1 - write.sender]
        if speaker.finished or self.reset:
            raise ValueError(
                f"connection {write.connection}: octets at {write.place or 'no place'} after it was closed"
            )
        mss, latency = profile.mss, profile.latency
        payloads = list(_cut(write.chunks, mss))
        gap = mss / profile.rate
        if following and len(payloads) > 1:
            spare = following.time - write.time - (latency if following.sender != write.sender else 0.0)
            gap = min(gap, max(spare, 0.0) / (len(payloads) - 1))
        for nth, payload in enumerate(payloads, 1):
            last = nth == len(payloads)
            time = write.time + (nth - 1) * gap
            self.flush(time, speaker)
            self.row(time, speaker, "PSH, ACK" if last else "ACK", cause, speaker.heard, payload=payload)
            speaker.caught_up()
            speaker.next += len(payload)
            hearer.heard = speaker.next
            hearer.octets += len(payload)
            hearer.full += len(payload) == mss
            quick = profile.quick_acks.get(write.place) if last else None
            if quick is not None:
                hearer.acknowledge(time + quick, cause)
            elif hearer.full == 2:
                hearer.acknowledge(time + latency, cause)
            else:
                due = hearer.timer[0] if hearer.timer else time + latency + profile.delayed_ack
                hearer.timer = (due, cause)

    def close(self, cause: _Cause) -> None:
        speaker = self.sides[cause[1].sender]
        if not (speaker.finished or self.reset):
            self.finish(speaker, cause[1].time, cause)

    def finish(self, speaker: _Side, time: float, cause: _Cause) -> None:
        """FIN+ACK, and soon the ACK to it (RFC 9293 section 3.6)."""
        self.flush(time, speaker)
        self.row(time, speaker, "FIN, ACK", cause, speaker.heard)
        speaker.caught_up()
        speaker.finished = True
        speaker.next += 1
        hearer = self.sides[1 - speaker.index]
        hearer.heard = speaker.next
        hearer.acknowledge(time + self.profile.close[2 if self.closing else 0], cause)
        if not self.closing:
            self.closing = (time, cause)

    def abort(self, cause: _Cause) -> None:
        """RST at once; nobody acknowledges anything any more (RFC 9293 section 3.10.5)."""
        speaker = self.sides[cause[1].sender]
        self.flush(cause[1].time, speaker)
        self.row(cause[1].time, speaker, "RST", cause, 0, 0)
        self.reset, self.closing = True, None

    def datagram(self, cause: _Cause) -> None:
        payload = b"".join(cause[1].chunks)
        self.row(cause[1].time, self.sides[cause[1].sender], "", cause, 0, 0, payload)

    # What goes out ----------------------------------------------------------------------------------------------------

    def flush(self, time: float, speaker: _Side | None = None) -> None:
        """Send the bare ACKs that are due by `time`. What is due to the speaker at that very moment can ride."""
        while True:
            side = min(self.sides, key=_due)
            if side is speaker and side.due == time and self.sides[1 - side.index].due == time:
                side = self.sides[1 - side.index]
            due = side.due
            if due > time or due == _NEVER or (due == time and side is speaker):
                return
            if side.acks and side.acks[0][0] == due:
                _, ack, cause = side.acks.popleft()
                self.row(due, side, "ACK", cause, ack)
            else:
                assert side.timer
                self.row(due, side, "ACK", side.timer[1], side.heard)
                side.caught_up()

    def row(
        self, time: float, side: _Side, flags: str, cause: _Cause, ack: int, window: int = -1, payload: bytes = b""
    ) -> None:
        """One packet more. Neither time nor cause ever goes back within a connection."""
        self.last = time = max(time, self.last)
        self.cause = max(cause[0], self.cause)
        profile, write = self.profile, cause[1]
        if window < 0:
            window = profile.windows[side.index]
            if profile.shrinks[side.index]:
                window = max(window - side.octets % (2 * profile.mss), 0)
        if profile.packet_windows:
            window = profile.packet_windows.get(len(self.rows) + 1, window)
        source, target = self.ends if side.index == 0 else self.ends[::-1]
        of = self.connection
        said = (flags, side.next, ack, window, payload)
        self.rows.append((time, self.cause, of.transport, source, target, *said, write.step, write.place, of.n))


def _due(side: _Side) -> float:
    return side.due


def _cut(chunks: tuple[bytes, ...], size: int) -> Iterator[bytes]:
    """Cut the text that the chunks are into pieces of `size` octets; only the last may be smaller.

    Each octet is copied once, or not at all if a chunk is a piece as it is.
    """
    parts: list[bytes] = []
    room = size
    for chunk in chunks:
        if len(chunk) < room:
            if chunk:
                parts.append(chunk)
                room -= len(chunk)
            continue
        start = 0
        while len(chunk) - start >= room:
            parts.append(chunk[start : start + room])
            start += room
            yield parts[0] if len(parts) == 1 else b"".join(parts)
            parts, room = [], size
        if start < len(chunk):
            parts.append(chunk[start:])
            room -= len(chunk) - start
    if parts:
        yield parts[0] if len(parts) == 1 else b"".join(parts)


_DEEDS: Final = {
    What.OPEN: _Wire.open,
    What.REFUSED: _Wire.refuse,
    What.UNREACHABLE: _Wire.call_in_vain,
    What.FIN: _Wire.close,
    What.RESET: _Wire.abort,
    What.DATAGRAM: _Wire.datagram,
}
