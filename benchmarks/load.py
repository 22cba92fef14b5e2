"""The same letters to two servers that forget them, by a client that waits for each reply. CPU of the server counts."""

from __future__ import annotations

import socket
from typing import BinaryIO

from running import running
from servers import HOST

#: Letters a connection.
TOGETHER = 20


def cpu(messages: int, octets: int, rounds: int) -> dict[str, float]:
    """CPU seconds that each server needs for so many letters of so many octets: the best of some interleaved rounds."""
    text = b"Subject: load\r\n\r\n" + b"x" * 76 + b"\r\n"
    text += (b"The quick brown fox jumps over the lazy dog, again and again and once more.\r\n" * (octets // 77 + 1))[
        : octets - len(text) - 2
    ]
    text += b"\r\n"
    used: dict[str, float] = {}
    with running("mailedu") as ours, running("aiosmtpd") as theirs:
        for name, server in (("mailedu", ours), ("aiosmtpd", theirs)) * rounds:
            before = server.cpu()
            _send(server.ports[0], text, messages)
            spent = server.cpu() - before
            used[name] = min(spent, used.get(name, spent))
    return used


def _send(port: int, text: bytes, messages: int) -> None:
    while messages > 0:
        with socket.create_connection((HOST, port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            replies = connection.makefile("rb")

            def say(octets: bytes, to: socket.socket = connection, replies: BinaryIO = replies) -> None:
                to.sendall(octets)
                _reply(replies)

            say(b"")
            say(b"EHLO client.example.com\r\n")
            for _ in range(min(messages, TOGETHER)):
                say(b"MAIL FROM:<alice@example.com>\r\n")
                say(b"RCPT TO:<bob@example.net>\r\n")
                say(b"DATA\r\n")
                say(text + b".\r\n")
            say(b"QUIT\r\n")
            messages -= TOGETHER


def _reply(replies: BinaryIO) -> None:
    while True:
        line = replies.readline()
        if line[:1] not in (b"2", b"3"):
            raise SystemExit(f"the load was refused: {line!r}")
        if line[3:4] != b"-":
            return
