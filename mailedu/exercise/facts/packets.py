"""Facts about packets: what they carry, who acknowledges what, ports and sequence numbers.

All are read from the packets alone, as somebody reads them who has the capture and nothing else. `leg` narrows them to
conversations whose name matches, `*` standing for anything; empty: all. Numbers are those that analyzers show: relative
to the SYN, which is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from mailedu.exercise.facts import About, FactError, Spot, fact
from mailedu.network.segments import Packet
from mailedu.network.wire import Endpoint

SIDES = ("client", "server")


def packets(about: About, leg: str = "") -> list[Packet]:
    """The packets of the conversations that match, in order of time."""
    journey = about.played
    return [
        packet for packet in journey.packets if not leg or fnmatchcase(journey.step(packet.step).leg.name, leg)
    ]  # fmt: skip


def client_of(about: About, packet: Packet) -> Endpoint:
    """The side that opened the connection of a packet."""
    return about.played.log.connections[packet.connection].client


def is_client(about: About, packet: Packet) -> bool:
    """Whether the side that opened the connection sent it."""
    return packet.source == client_of(about, packet)


def _nth(about: About, leg: str, nth: int, fits: Callable[[Packet], bool], what: str) -> Packet:
    found = [packet for packet in packets(about, leg) if fits(packet)]
    if not 1 <= nth <= len(found):
        raise FactError(f"no packet {what}" if not found else f"only {len(found)} packets {what}, no number {nth}")
    return found[nth - 1]


def saying(about: About, text: str, nth: int = 1, leg: str = "") -> Packet:
    """The packet whose payload begins with a text, upper and lower case being the same. FactError if there is none."""
    wanted = text.encode().upper()
    return _nth(about, leg, nth, lambda p: p.payload[: len(wanted)].upper() == wanted, f"says {text!r}")


def _side(about: About, packet: Packet, side: str) -> bool:
    if side and side not in SIDES:
        raise FactError(f"side: {side!r} is neither client nor server")
    return not side or is_client(about, packet) == (side == "client")


def _spot(packet: Packet) -> Spot:
    return Spot("packet", packet.n)


# Which packet -----------------------------------------------------------------------------------------------------


@fact("packet.saying")
def saying_(about: About, text: str, nth: int = 1, leg: str = "") -> Spot:
    """The nth packet whose payload begins with a text (upper and lower case are the same)."""
    return _spot(saying(about, text, nth, leg))


@fact("packet.carrying")
def carrying(about: About, text: str, nth: int = 1, leg: str = "") -> Spot:
    """The nth packet whose payload holds a text, letter for letter."""
    wanted = text.encode()
    return _spot(_nth(about, leg, nth, lambda p: wanted in p.payload, f"holds {text!r}"))


@fact("packet.replying")
def replying(about: About, text: str, nth: int = 1, leg: str = "") -> Spot:
    """The first packet of the reply to what begins with a text: the other side's next octets."""
    return _spot(_reply(about, text, nth, leg))


def _reply(about: About, text: str, nth: int, leg: str) -> Packet:
    asked = saying(about, text, nth, leg)
    for packet in packets(about, leg):
        if packet.n > asked.n and packet.connection == asked.connection and packet.payload:
            if packet.source == asked.target:
                return packet
            break
    raise FactError(f"no reply to {text!r}")


@fact("packet.syn")
def syn(about: About, nth: int = 1, leg: str = "") -> Spot:
    """The nth packet that asks for a connection: SYN without ACK."""
    return _spot(_nth(about, leg, nth, lambda p: p.flags == "SYN", "opens a connection"))


@fact("packet.syn_ack")
def syn_ack(about: About, nth: int = 1, leg: str = "") -> Spot:
    """The nth packet that accepts a connection: SYN with ACK."""
    return _spot(_nth(about, leg, nth, lambda p: p.flags == "SYN, ACK", "accepts a connection"))


@fact("packet.established")
def established(about: About, nth: int = 1, leg: str = "") -> Spot:
    """The packet that ends the nth handshake: the client's ACK of the server's SYN."""
    accepted = _nth(about, leg, nth, lambda p: p.flags == "SYN, ACK", "accepts a connection")
    after = (p for p in packets(about, leg) if p.n > accepted.n and p.connection == accepted.connection)
    for packet in after:
        if packet.source == accepted.target and packet.ack == 1:
            return _spot(packet)
    raise FactError("the handshake is not finished")


@fact("packet.fin")
def fin(about: About, nth: int = 1, side: str = "", leg: str = "") -> Spot:
    """The nth packet in which a side says that it sends no more (FIN); side: client, server, or either."""
    return _spot(_nth(about, leg, nth, lambda p: "FIN" in p.flags and _side(about, p, side), "closes"))


@fact("packet.last")
def last(about: About, side: str = "", leg: str = "") -> Spot:
    """The last packet with a payload that a side sends (client, server, or either)."""
    found = [p for p in packets(about, leg) if p.payload and _side(about, p, side)]
    if not found:
        raise FactError("no packet has a payload")
    return _spot(found[-1])


@fact("packet.acknowledging")
def acknowledging(about: About, text: str, nth: int = 1, leg: str = "") -> Spot:
    """The first packet that acknowledges all of the packet that begins with a text."""
    return _spot(_acknowledging(about, text, nth, leg))


def _acknowledging(about: About, text: str, nth: int, leg: str) -> Packet:
    said = saying(about, text, nth, leg)
    for packet in packets(about, leg):
        same = packet.connection == said.connection and packet.source == said.target
        if packet.n > said.n and same and "ACK" in packet.flags and packet.ack >= said.seq + len(said.payload):
            return packet
    raise FactError(f"nobody acknowledges {text!r}")


# Numbers ----------------------------------------------------------------------------------------------------------


@fact("packet.count")
def count(about: About, flags: str = "", side: str = "", leg: str = "") -> int:
    """How many packets there are: all, those with exactly these flags (as `PSH, ACK`), those of one side."""
    return sum((not flags or p.flags == flags) and _side(about, p, side) for p in packets(about, leg))


@fact("packet.with_payload")
def with_payload(about: About, side: str = "", leg: str = "") -> int:
    """How many packets carry octets of the conversation."""
    return sum(bool(p.payload) and _side(about, p, side) for p in packets(about, leg))


@fact("packet.bare")
def bare(about: About, side: str = "", leg: str = "") -> int:
    """How many packets carry no octets: only the TCP header speaks."""
    return sum(not p.payload and _side(about, p, side) for p in packets(about, leg))


@fact("packet.port")
def port(about: About, side: str = "server", leg: str = "") -> int:
    """The TCP port of the client or the server of the first connection."""
    opened = _nth(about, leg, 1, lambda p: p.transport == "tcp", "is TCP")
    return (
        client_of(about, opened).port if _client(side) else about.played.log.connections[opened.connection].server.port
    )


@fact("packet.address")
def address(about: About, side: str = "server", leg: str = "") -> str:
    """The IP address of the client or the server of the first TCP connection."""
    opened = _nth(about, leg, 1, lambda p: p.transport == "tcp", "is TCP")
    connection = about.played.log.connections[opened.connection]
    return connection.client.address if _client(side) else connection.server.address


def _client(side: str) -> bool:
    if side not in SIDES:
        raise FactError(f"side: {side!r} is neither client nor server")
    return side == "client"


@fact("packet.length")
def length(about: About, text: str, nth: int = 1, leg: str = "") -> int:
    """Octets of payload in the packet that begins with a text: what analyzers call Len."""
    return len(saying(about, text, nth, leg).payload)


@fact("packet.seq")
def seq(about: About, text: str, nth: int = 1, leg: str = "") -> int:
    """The sequence number of the packet that begins with a text: the number of its first octet."""
    return saying(about, text, nth, leg).seq


@fact("packet.next_seq")
def next_seq(about: About, text: str, nth: int = 1, leg: str = "") -> int:
    """The sequence number that follows the packet that begins with a text, and so the ACK number that covers it."""
    said = saying(about, text, nth, leg)
    return said.seq + len(said.payload)


@fact("packet.ack")
def ack(about: About, text: str, nth: int = 1, leg: str = "") -> int:
    """The acknowledgment number in the packet that begins with a text: what its sender expects next."""
    return saying(about, text, nth, leg).ack


@fact("packet.window")
def window(about: About, text: str, nth: int = 1, leg: str = "") -> int:
    """The window that the packet which begins with a text offers, in octets."""
    return saying(about, text, nth, leg).window


@fact("packet.octets")
def octets(about: About, side: str, leg: str = "") -> int:
    """Octets of payload that the client, or the server, sends in all."""
    return sum(len(p.payload) for p in packets(about, leg) if _client(side) == is_client(about, p))


@fact("packet.fin_seq")
def fin_seq(about: About, side: str, leg: str = "") -> int:
    """The sequence number of a side's FIN: one more than the octets that it sent, for the SYN counts as one."""
    _client(side)
    return _nth(about, leg, 1, lambda p: "FIN" in p.flags and _side(about, p, side), f"closes for the {side}").seq


# Who, and in which order ------------------------------------------------------------------------------------------


@fact("packet.closes_first")
def closes_first(about: About, leg: str = "") -> str:
    """Which side sends the first FIN: client or server; `nobody` if there is none."""
    first = next((p for p in packets(about, leg) if "FIN" in p.flags), None)
    return "nobody" if first is None else "client" if is_client(about, first) else "server"


@fact("packet.opening")
def opening(about: About, leg: str = "") -> list[str]:
    """How the first connection begins, up to the client's first octets: the flags of each packet, or its first word."""
    found: list[str] = []
    its: int | None = None
    for packet in packets(about, leg):
        if its is None and packet.flags == "SYN":
            its = packet.connection
        if packet.connection != its:
            continue
        word = packet.payload.split(None, 1)[0].decode("ascii", "replace") if packet.payload.strip() else packet.flags
        if word not in found:
            found.append(word)
        if packet.payload and is_client(about, packet):
            break
    return found


@fact("packet.reply_sizes")
def reply_sizes(about: About, leg: str = "") -> dict[str, str]:
    """Command line -> how many octets came back for it, as `41 octets`."""
    sizes: dict[str, int] = {}
    asked = ""
    for packet in packets(about, leg):
        if not packet.payload or packet.transport != "tcp":
            continue
        if is_client(about, packet):
            asked = packet.payload.split(b"\r\n", 1)[0].decode("ascii", "replace")
        elif asked:
            sizes[asked] = sizes.get(asked, 0) + len(packet.payload)
    return {line: f"{size} octets" for line, size in sizes.items()}
