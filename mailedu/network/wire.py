"""What was written to the network, by whom, when and at which step: the log from which packets are made when looked at.

The pump appends to it; that has to be cheap, so nothing is checked or computed here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Endpoint(NamedTuple):
    """One end of a connection."""

    host: str
    address: str
    port: int


class Connection(NamedTuple):
    """A TCP connection, tried or made, or a UDP exchange between two sockets."""

    n: int
    """Its index in `Log.connections`."""
    transport: str
    """`tcp` or `udp`."""
    client: Endpoint
    server: Endpoint


class What(StrEnum):
    """What a write is."""

    OPEN = "connection made"
    """By the client. Its time is that of the SYN; the connection stands `Profile.opening` seconds later."""
    REFUSED = "connection refused"
    """By the client: its SYN is answered by RST."""
    UNREACHABLE = "nobody answers"
    """By the client: its SYNs are answered by nobody."""
    SENT = "octets sent"
    FIN = "closed"
    """The sender says no more. The log may leave the other side's FIN out: it then follows by itself."""
    RESET = "reset"
    DATAGRAM = "datagram"
    """One UDP datagram."""


class Write(NamedTuple):
    """One thing that one side of a connection did."""

    time: float
    """Seconds since the start, never less than that of the write before it on the same connection."""
    what: What
    connection: int
    """Index into `Log.connections`."""
    sender: int
    """0: the client, 1: the server."""
    chunks: tuple[bytes, ...] = ()
    step: int = -1
    """Number of the step that it belongs to; -1 for none."""
    place: str = ""


class Log:
    """All that was written in a journey, in order of causes: what comes later was written knowing what came before."""

    __slots__ = ("connections", "writes")

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.writes: list[Write] = []

    def connect(self, transport: str, client: Endpoint, server: Endpoint) -> int:
        """Add a connection; returns its index. That it is opened is a `Write` of its own."""
        n = len(self.connections)
        self.connections.append(Connection(n, transport, client, server))
        return n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Log) and self.connections == other.connections and self.writes == other.writes

    __hash__ = None  # type: ignore[assignment]
