"""A TCP connection around a server machine: asyncio carries its octets, keeps its time, and reads no more than the
peer takes.

Theory of operation. What arrives lands in one buffer a connection, is handed to the machine, and what that has to say
is written at once. Nothing more is read while the peer does not take what was written, nor while the machine waits for
its policy (its `timeout` is None then); so a connection holds a bounded number of octets. When the machine has closed
and all is written, the sending half is shut and what still comes is thrown away until the peer closes: a close with
octets unread would be a reset, which may overtake the last reply on its way (RFC 1122 section 4.2.2.13). No connection
has a timer; the hub looks at all of them once a second.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias, cast

from mailedu.machine import Event, Machine

#: Octets taken from the socket at once.
READ: Final = 1 << 16
#: Octets handed to the transport at once, and how many may lie there before reading stops.
WRITE: Final = 1 << 18
#: Seconds that a peer may take to close after us, and octets that it may still say.
LINGER: Final = 2.0
LINGER_OCTETS: Final = 1 << 20
#: Seconds in which the last octets must begin to move when the machine has closed.
UNTAKEN: Final = 60.0


class ServerMachine(Machine, Protocol):
    """`smtp.Server` and `pop3.Server`."""

    def answer(self, answer: Any, /) -> list[Event]:
        """Take what the policy put off."""
        ...


#: Makes the machine of a connection that has just been made; `Connection.peer` is known then.
Make: TypeAlias = "Callable[[Connection], ServerMachine]"


class Hub:
    """The connections of one process."""

    def __init__(self, *, limit: int = 1000, tick: float = 1.0) -> None:
        """`limit`: connections at a time. `tick`: seconds between two looks at who is silent."""
        self.limit = limit
        self._tick = tick
        self._connections: set[Connection] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._connections)

    def accept(self, make: Make, *, busy: bytes = b"") -> Callable[[], asyncio.BaseProtocol]:
        """A factory for `loop.create_server`. `busy`: octets for whom there is no room."""
        return lambda: Connection(self, make) if len(self._connections) < self.limit else _TurnedAway(busy)

    def sweep(self, now: float) -> None:
        """Time out whoever is silent for too long at `now`, seconds by the loop's clock."""
        for connection in tuple(self._connections):
            connection.look(now)

    def abort(self) -> None:
        """Drop all connections."""
        for connection in tuple(self._connections):
            connection.abort()

    def add(self, connection: Connection) -> None:
        """A connection has been made."""
        self._connections.add(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._tick, self._sweep)

    def remove(self, connection: Connection) -> None:
        """A connection is gone."""
        self._connections.discard(connection)
        if not self._connections and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._tick, self._sweep)
        self.sweep(loop.time())


class Connection(asyncio.BufferedProtocol):
    """One connection while it lasts."""

    machine: ServerMachine
    peer: Any
    """The address of the other side, as the socket names it."""

    def __init__(self, hub: Hub, make: Make) -> None:
        self.on_events: Callable[[list[Event]], None] | None = None
        """Called with what was said, in order; for logs. `make` may set it."""
        self._hub = hub
        self._make = make
        self._buffer = bytearray(READ)
        self._view = memoryview(self._buffer)
        self._out: deque[bytes] = deque()
        self._queued = 0  # octets in `_out`
        self._unsent = 0  # octets unsent at the last look
        self._since = 0.0
        self._thrown_away = 0
        self._full = self._paused = self._eof = self._ending = self._lost = False

    def answer(self, answer: Any) -> None:
        """The policy's answer to what it put off. To be called even if the connection is gone."""
        events = self.machine.answer(answer)
        if self._lost:
            self._tell(events)
            return
        self._since = self._time()
        self._carry(events)
        self._end_of_input()

    def abort(self) -> None:
        """Drop the connection, unsent octets too."""
        self._transport.abort()

    def look(self, now: float) -> None:
        """Time out a peer that was silent for too long. One that takes what it is sent is not silent."""
        unsent = self._queued + self._transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._since = now
        self._unsent = unsent
        silent = now - self._since
        if self.machine.closed:
            if silent > (UNTAKEN if unsent else LINGER):
                self._transport.abort()
            return
        timeout = self.machine.timeout
        if timeout is not None and silent > timeout:
            self._since = now
            self._carry(self.machine.timed_out())

    # What asyncio calls -----------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(WRITE)
        self._time = asyncio.get_running_loop().time
        self._since = self._time()
        self.peer = transport.get_extra_info("peername")
        self.machine = self._make(self)
        self._hub.add(self)
        self._carry(self.machine.receive(b""))

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._since = self._time()
        if not self.machine.closed:
            self._carry(self.machine.receive(bytes(self._view[:nbytes])))
            return
        self._thrown_away += nbytes
        if self._thrown_away > LINGER_OCTETS:
            self._transport.abort()

    def eof_received(self) -> bool:
        self._eof = True
        if self._ending:
            return False  # both halves are shut
        self._end_of_input()
        return True

    def pause_writing(self) -> None:
        self._full = True
        self._settle()

    def resume_writing(self) -> None:
        self._full = False
        self._write()
        self._settle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._hub.remove(self)
        self._out.clear()
        self._queued = 0
        if not self.machine.closed:
            self._tell(self.machine.eof())

    # ------------------------------------------------------------------------------------------------------------------

    def _tell(self, events: list[Event]) -> None:
        if events and self.on_events is not None:
            self.on_events(events)

    def _carry(self, events: list[Event]) -> None:
        """Send what the machine has to say, tell of what was said, and see how to go on."""
        chunks = self.machine.to_send()
        if chunks:
            self._out.extend(chunks)
            self._queued += sum(map(len, chunks))
            self._write()
        self._tell(events)
        self._settle()

    def _write(self) -> None:
        transport, out = self._transport, self._out
        while out and not self._full:
            group: list[bytes] = []
            size = 0
            while out and size < WRITE:
                chunk = out.popleft()
                group.append(chunk)
                size += len(chunk)
            self._queued -= size
            transport.writelines(group)
            if transport.get_write_buffer_size() > WRITE:
                # Python 3.12.0 to 3.12.8 and 3.13.0 forget in writelines to call pause_writing (CVE-2024-12254).
                transport.set_write_buffer_limits(WRITE)

    def _settle(self) -> None:
        """Read on, wait, or end, as the machine and the peer have it."""
        if self._transport.is_closing():
            return
        if self.machine.closed:
            if not self._out:
                self._end()
            return
        pause = self._full or self.machine.timeout is None
        if pause is not self._paused and not self._eof:
            self._paused = pause
            if pause:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _end_of_input(self) -> None:
        """Tell the machine that nothing more comes, once it has read all that came."""
        if self._eof and self.machine.timeout is not None and not self.machine.closed:
            self._carry(self.machine.eof())

    def _end(self) -> None:
        """All is said: shut our half, and wait a little for the other."""
        if self._ending:
            return
        self._ending = True
        self._since = self._time()
        if self._eof or not self._transport.can_write_eof():
            self._transport.close()
            return
        self._transport.write_eof()
        if self._paused:
            self._paused = False
            self._transport.resume_reading()


class _TurnedAway(asyncio.Protocol):
    """A connection too many: a word, and away."""

    def __init__(self, word: bytes) -> None:
        self._word = word

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        wire = cast("asyncio.Transport", transport)
        wire.write(self._word)
        wire.close()
