"""How a simulated network and its hosts behave in time: the `[tcp]` table of a scenario.

The pump asks it when things are said; `segments` asks it when the packets are sent of which no program knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mailedu.network.clock import seconds

SIDES: Final = ("client", "server")
WINDOW: Final = 65535


@dataclass(frozen=True, slots=True)
class Profile:
    """A TCP profile. All times in seconds, all sizes in octets."""

    latency: float = 0.01
    """One way through the network. It stands for every time that is not given."""
    rate: float = 1_250_000.0
    """Octets a second that a long text travels with."""
    mss: int = 1460
    """The most octets in a segment."""
    handshake: tuple[float, float] = (0.01, 0.01)
    """From SYN to SYN+ACK, and from there to the client's ACK."""
    close: tuple[float, float, float] = (0.01, 0.0, 0.01)
    """From the first FIN to its ACK, from there to the other side's FIN, and from there to its ACK."""
    closes: int = 1
    """Who closes first when both might: 0 the client, 1 the server."""
    delayed_ack: float = 0.2
    """How long an ACK waits for octets that could carry it; less than 0.5 (RFC 9293 section 3.8.6.3)."""
    syn_again: tuple[float, ...] = (1.0, 3.0, 7.0)
    """When a SYN that nobody answers is sent again, from the first one on."""
    connect_timeout: float = 15.0
    """When the client stops waiting for an answer to its SYN."""
    delays: Mapping[str, float] = field(default_factory=dict)
    """place -> seconds before the thing at that place is said, after what came before."""
    quick_acks: Mapping[str, float] = field(default_factory=dict)
    """place -> seconds after which the receiver of its octets sends a bare ACK, if it says nothing sooner."""
    windows: tuple[int, int] = (WINDOW, WINDOW)
    """The window that client and server offer."""
    syn_windows: tuple[int, int] = (WINDOW, WINDOW)
    """The window in their SYNs."""
    shrinks: tuple[bool, bool] = (False, False)
    """Whether the window gets smaller by what arrives; after two full segments it is as before."""
    packet_windows: Mapping[int, int] = field(default_factory=dict)
    """n of a packet within its connection, from 1 -> its window, whatever the rest says."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """leg -> the client's port on it, where it shall not be drawn."""

    def delay(self, place: str, same_speaker: bool = False) -> float:
        """Seconds from what came before to what is said at `place`.

        By default it takes one latency for the other side to hear and answer, and nothing to go on speaking.
        """
        given = self.delays.get(place)
        if given is not None:
            return given
        return 0.0 if same_speaker else self.latency

    def transfer(self, octets: int) -> float:
        """Seconds from the first segment to the last of a text of so many octets: nothing if one segment holds it."""
        return (octets - 1) // self.mss * self.mss / self.rate if octets > self.mss else 0.0

    @property
    def opening(self) -> float:
        """Seconds from the first SYN until the connection stands."""
        return self.handshake[0] + self.handshake[1]

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> Profile:
        """Build one from the `[tcp]` table of a scenario. ValueError, one clear line, for what is wrong in it.

        The keys are the names of the fields above. What is not given follows from `latency` and `windows`.
        """
        given: dict[str, Any] = {}
        for key, value in table.items():
            read = _READ.get(key)
            if read is None:
                raise ValueError(f"tcp: unknown key {key!r} (known: {', '.join(_READ)})")
            given[key] = read(key, value)
        if "latency" in given:
            latency: float = given["latency"]
            given.setdefault("handshake", (latency, latency))
            given.setdefault("close", (latency, 0.0, latency))
        if "windows" in given:
            given.setdefault("syn_windows", given["windows"])
        return cls(**given)


def _time(key: str, value: object) -> float:
    try:
        return seconds(value)
    except ValueError as wrong:
        raise ValueError(f"tcp.{key}: {wrong}") from None


def _times(key: str, value: object, count: int | None = None) -> tuple[float, ...]:
    if not isinstance(value, (list, tuple)) or (count is not None and len(value) != count):
        raise ValueError(f"tcp.{key}: wants a list of {f'{count} ' if count else ''}durations, not {value!r}")
    return tuple(_time(key, one) for one in value)


def _number(key: str, value: object, most: int = 65535) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ValueError(f"tcp.{key}: wants a whole number from 1 to {most}, not {value!r}")
    return value


def _table(key: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"tcp.{key}: wants a table, not {value!r}")
    return value


def _side(key: str, value: object) -> int:
    if value not in SIDES:
        raise ValueError(f"tcp.{key}: wants client or server, not {value!r}")
    return SIDES.index(value)


def _windows(key: str, value: object) -> tuple[int, int]:
    given = {_side(key, side): _number(f"{key}.{side}", size) for side, size in _table(key, value).items()}
    return given.get(0, WINDOW), given.get(1, WINDOW)


def _shrinks(key: str, value: object) -> tuple[bool, bool]:
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"tcp.{key}: wants a list of sides, not {value!r}")
    sides = {_side(key, side) for side in value}
    return 0 in sides, 1 in sides


def _packets(key: str, value: object) -> dict[int, int]:
    table = _table(key, value)
    if wrong := [n for n in table if not str(n).isdecimal()]:
        raise ValueError(f"tcp.{key}: {wrong[0]!r} is no packet's number")
    return {int(n): _number(f"{key}.{n}", size) for n, size in table.items()}


def _delayed_ack(key: str, value: object) -> float:
    if (span := _time(key, value)) >= 0.5:
        raise ValueError(f"tcp.{key}: an ACK must not wait for half a second or more")
    return span


_READ: Final[Mapping[str, Callable[[str, object], Any]]] = {
    "latency": _time,
    "rate": lambda key, value: float(_number(key, value, 10**12)),
    "mss": lambda key, value: _number(key, value, 65535 - 40),  # an IPv4 datagram holds both headers too
    "handshake": lambda key, value: _times(key, value, 2),
    "close": lambda key, value: _times(key, value, 3),
    "closes": _side,
    "delayed_ack": _delayed_ack,
    "syn_again": _times,
    "connect_timeout": _time,
    "delays": lambda key, value: {place: _time(f"{key}.{place}", it) for place, it in _table(key, value).items()},
    "quick_acks": lambda key, value: {place: _time(f"{key}.{place}", it) for place, it in _table(key, value).items()},
    "windows": _windows,
    "syn_windows": _windows,
    "shrinks": _shrinks,
    "packet_windows": _packets,
    "ports": lambda key, value: {leg: _number(f"{key}.{leg}", port) for leg, port in _table(key, value).items()},
}
