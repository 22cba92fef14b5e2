"""Somebody who has only a capture file and Wireshark's command line: reads it with tshark, answers questions about it.

Nothing of mailedu is imported here: what it finds out comes from tshark's fields alone. It is told a question as the
name and the arguments of its fact, such as `pop3.reply_octets` and `command = "RETR 1"`.
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

FIELDS = (
    "frame.number", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "tcp.flags.syn", "tcp.flags.ack", "tcp.flags.fin",
    "tcp.flags.reset", "tcp.flags.push", "tcp.seq", "tcp.ack", "tcp.len", "tcp.window_size_value", "tcp.payload",
)  # fmt: skip
YES = frozenset(("1", "True"))


class Seen(NamedTuple):
    """A TCP packet as tshark reads it."""

    n: int
    source: tuple[str, int]
    target: tuple[str, int]
    flags: str
    """As the Info column names them, without brackets."""
    seq: int
    """Relative to the SYN, as `ack` is."""
    ack: int
    length: int
    window: int
    payload: bytes


def read(file: Path) -> list[Seen | None]:
    """All packets of a capture; None stands for those that are not TCP. Every checksum is checked."""
    options = [f"-o{protocol}.check_checksum:TRUE" for protocol in ("ip", "tcp", "udp")]
    wanted = [part for field in FIELDS for part in ("-e", field)]
    ran = subprocess.run(
        ["tshark", "-n", "-r", str(file), *options, "-T", "fields", "-E", "separator=|", "-E", "occurrence=f", *wanted],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [_seen(line.split("|")) for line in ran.stdout.splitlines()]


def _seen(row: Sequence[str]) -> Seen | None:
    n, source, port, target, other, syn, ack, fin, reset, push, seq, acked, length, window, payload = row
    if not port:
        return None
    set_ = (("FIN", fin), ("SYN", syn), ("RST", reset), ("PSH", push), ("ACK", ack))
    return Seen(
        int(n),
        (source, int(port)),
        (target, int(other)),
        ", ".join(name for name, value in set_ if value in YES),
        int(seq),
        int(acked or 0),
        int(length),
        int(window),
        bytes.fromhex(payload),
    )


class Solver:
    """Answers questions about one capture of one conversation."""

    def __init__(self, packets: Sequence[Seen]) -> None:
        """`packets`: numbered from 1."""
        self.packets = packets
        opened = next(packet for packet in packets if packet.flags == "SYN")
        self.client, self.server = opened.source, opened.target

    def answer(self, fact: str, arguments: Mapping[str, Any]) -> Any:
        """The value of a fact. KeyError if nobody has taught this one."""
        return _TAUGHT[fact](self, **arguments)

    # What everybody looks for -----------------------------------------------------------------------------------------

    def said_by(self, packet: Seen, side: str) -> bool:
        return not side or (packet.source == self.client) == (side == "client")

    def saying(self, text: str, nth: int = 1) -> Seen:
        wanted = text.encode().upper()
        return [p for p in self.packets if p.payload.upper().startswith(wanted)][nth - 1]

    def exchanges(self) -> list[tuple[str, bytes]]:
        """Each command of the client with all that the server sent before the next one."""
        found: list[tuple[str, bytes]] = []
        for packet in self.packets:
            if packet.payload and packet.source == self.client:
                found.append((packet.payload.decode().removesuffix("\r\n"), b""))
            elif packet.payload and found:
                found[-1] = found[-1][0], found[-1][1] + packet.payload
        return found

    def reply(self, command: str) -> bytes:
        wanted = command.upper()
        return next(reply for line, reply in self.exchanges() if line.upper().startswith(wanted))

    # What it is asked -------------------------------------------------------------------------------------------------

    def port(self, side: str = "server") -> int:
        return (self.client if side == "client" else self.server)[1]

    def address(self, side: str = "server") -> str:
        return (self.client if side == "client" else self.server)[0]

    def argument_of(self, verb: str) -> str:
        return next(line for line, _ in self.exchanges() if line.startswith(f"{verb} "))[len(verb) + 1 :]

    def fate(self, message: int) -> str:
        """Follow the marks: DELE sets one, RSET takes all off, QUIT carries them out."""
        marked = was = False
        for line, reply in self.exchanges():
            if not reply.startswith(b"+OK"):
                continue
            if line == f"DELE {message}":
                marked = was = True
            elif line == "RSET":
                marked = False
            elif line == "QUIT" and marked:
                return "deleted"
        return "cut" if marked else "unmarked" if was else "kept"

    def message_size(self, message: int) -> int:
        """What LIST says."""
        rows = self.reply("LIST").split(b"\r\n")[1:-2]
        return int(dict(row.split(b" ") for row in rows)[str(message).encode()])

    def count(self) -> int:
        return int(self.reply("STAT").split()[1])

    def others(self) -> int:
        return self.count() - sum(line.startswith("RETR ") and reply[:3] == b"+OK" for line, reply in self.exchanges())

    def carrying(self, text: str, nth: int = 1) -> int:
        return [p for p in self.packets if text.encode() in p.payload][nth - 1].n

    def established(self) -> int:
        accepted = next(p for p in self.packets if p.flags == "SYN, ACK")
        return next(p.n for p in self.packets if p.n > accepted.n and p.source == self.client and p.ack == 1)

    def acknowledging(self, text: str, nth: int = 1) -> int:
        said = self.saying(text, nth)
        end = said.seq + said.length
        return next(p.n for p in self.packets if p.n > said.n and p.source == said.target and p.ack >= end)

    def next_seq(self, text: str, nth: int = 1) -> int:
        said = self.saying(text, nth)
        return said.seq + said.length

    def octets(self, side: str) -> int:
        return sum(packet.length for packet in self.packets if self.said_by(packet, side))

    def bare(self, side: str = "") -> int:
        return sum(not packet.length and self.said_by(packet, side) for packet in self.packets)

    def closes_first(self) -> str:
        first = next((p for p in self.packets if "FIN" in p.flags), None)
        return "nobody" if first is None else "client" if first.source == self.client else "server"

    def opening(self) -> list[str]:
        end = next(p.n for p in self.packets if p.payload and p.source == self.client)
        return [p.payload.split()[0].decode() if p.payload else p.flags for p in self.packets[:end]]

    def login_answer(self, asks: str) -> Seen:
        """What the client says after the server asked `Username:` or `Password:` in base64."""
        question = base64.b64encode({"user": b"Username:", "password": b"Password:"}[asks])
        asked = self.saying(f"334 {question.decode()}").n
        return next(p for p in self.packets if p.n > asked and p.payload and p.source == self.client)

    def reply_sizes(self) -> dict[str, str]:
        return {line: f"{len(reply)} octets" for line, reply in self.exchanges()}


#: Facts by name: how they are found out from packets.
_TAUGHT: dict[str, Callable[..., Any]] = {
    "pop3.port": Solver.port,
    "pop3.user": lambda solver: solver.argument_of("USER"),
    "pop3.password": lambda solver: solver.argument_of("PASS"),
    "pop3.fate": Solver.fate,
    "pop3.message_size": Solver.message_size,
    "pop3.count": Solver.count,
    "pop3.others": Solver.others,
    "pop3.reply_octets": lambda solver, command: len(solver.reply(command)),
    "auth.answer_packet": lambda solver, asks: solver.login_answer(asks).n,
    "auth.password": lambda solver: base64.b64decode(solver.login_answer("password").payload).decode(),
    "packet.port": Solver.port,
    "packet.address": Solver.address,
    "packet.saying": lambda solver, text, nth=1: solver.saying(text, nth).n,
    "packet.carrying": Solver.carrying,
    "packet.established": Solver.established,
    "packet.acknowledging": Solver.acknowledging,
    "packet.next_seq": Solver.next_seq,
    "packet.seq": lambda solver, text, nth=1: solver.saying(text, nth).seq,
    "packet.ack": lambda solver, text, nth=1: solver.saying(text, nth).ack,
    "packet.length": lambda solver, text, nth=1: solver.saying(text, nth).length,
    "packet.octets": Solver.octets,
    "packet.count": lambda solver: len(solver.packets),
    "packet.bare": Solver.bare,
    "packet.closes_first": Solver.closes_first,
    "packet.opening": Solver.opening,
    "packet.reply_sizes": Solver.reply_sizes,
}
