"""The same frames made twice, interleaved: by a journey, and by dpkt alone from the same addresses and numbers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import dpkt
import large

from mailedu.journey import Journey, load, play
from mailedu.mime import prepare
from mailedu.network.frames import Numbers, address
from mailedu.network.segments import Packet

BITS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16}


class Figures(NamedTuple):
    """Packets, octets in their frames, and seconds for all of them."""

    count: int
    octets: int
    ours: float
    theirs: float


def small(count: int, rounds: int) -> Figures:
    """The packets of the letter from Alice to Bob, again and again."""
    journey = play(load("alice-to-bob"))
    packets = journey.packets * (count // len(journey.packets) + 1)
    return _measure(journey, packets[:count], rounds)


def full(count: int, rounds: int) -> Figures:
    """Those of a letter that fills most of them, each way that it goes, and the acknowledgments between."""
    made = prepare.prepare(large.letter(count * 500), date=0.0, message_id="<2@example.com>")
    journey = play(load("alice-to-bob", message=made))
    return _measure(journey, journey.packets[:count], rounds)


def _measure(journey: Journey, packets: Sequence[Packet], rounds: int) -> Figures:
    frames = journey.frames
    numbers = [frames.numbers(packet) for packet in packets]
    if any(frames.frame(packet) != _dpkt(packet, each) for packet, each in zip(packets, numbers, strict=True)):
        raise AssertionError("dpkt makes other frames")
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        ours.append(_seconds(lambda: [frames.frame(packet) for packet in packets]))
        theirs.append(_seconds(lambda: [_dpkt(packet, each) for packet, each in zip(packets, numbers, strict=True)]))
    octets = sum(len(frames.frame(packet)) for packet in packets)
    return Figures(len(packets), octets, statistics.median(ours), statistics.median(theirs))


def _dpkt(packet: Packet, numbers: Numbers) -> bytes:
    """The frame as dpkt makes it: it counts lengths and checksums itself."""
    source, target = address(packet.source.address), address(packet.target.address)
    if packet.transport == "udp":
        of_ip, said = dpkt.ip.IP_PROTO_UDP, dpkt.udp.UDP(
            sport=packet.source.port, dport=packet.target.port, ulen=8 + len(packet.payload), data=packet.payload
        )  # fmt: skip
    else:
        syn = "SYN" in packet.flags
        refuses = packet.flags == "RST, ACK" and packet.seq == 0
        of_ip, said = dpkt.ip.IP_PROTO_TCP, dpkt.tcp.TCP(
            sport=packet.source.port,
            dport=packet.target.port,
            seq=0 if refuses else numbers.first + packet.seq & 0xFFFF_FFFF,
            ack=numbers.other + packet.ack & 0xFFFF_FFFF if "ACK" in packet.flags else 0,
            off=6 if syn else 5,
            flags=sum(BITS[flag] for flag in packet.flags.split(", ")),
            win=packet.window,
            opts=b"\2\4" + numbers.mss.to_bytes(2, "big") if syn else b"",
            data=packet.payload,
        )  # fmt: skip
    ip = dpkt.ip.IP(
        src=source, dst=target, p=of_ip, id=numbers.ident, df=1, ttl=64, len=20 + len(said), data=said
    )  # fmt: skip
    return bytes(dpkt.ethernet.Ethernet(dst=b"\2\0" + target, src=b"\2\0" + source, data=ip))


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
