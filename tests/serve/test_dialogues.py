"""The conversation files once more, over real sockets; but those in which virtual time passes are named only."""

from __future__ import annotations

import re
import socket
from collections import deque
from typing import Any

import pytest

from mailedu.conversation import Closes, Conversation, Holds, Passes, Said, Side
from mailedu.serve.connection import Connection, Hub
from tests.dialogues.runner import conversations, expected, group
from tests.dialogues.worlds import World

from .background import PATIENCE, Background

OURS = [c for c in conversations() if c.role == "server"]
SPOKEN = [c for c in OURS if not any(isinstance(turn, Passes) for turn in c.turns)]
#: No test sleeps: what depends on time is played in tests/dialogues with a clock that jumps.
NOT_SPOKEN = {
    "smtp/greylisting.txt",
    "smtp/timeout-before-a-command.txt",
    "smtp/timeout-in-a-letter.txt",
    "smtp/timeout-in-a-login.txt",
    "pop3/timeout-removes-nothing.txt",
}


class Later(deque[Any]):
    """What a policy puts off is answered as soon as the loop comes round again."""

    def __init__(self, connection: Connection, background: Background) -> None:
        super().__init__()
        self._connection = connection
        self._loop = background.loop

    def append(self, answer: Any) -> None:
        self._loop.call_soon(self._connection.answer, answer)


def test_only_files_with_virtual_time_are_not_spoken() -> None:
    assert {c.name for c in OURS} - {c.name for c in SPOKEN} == NOT_SPOKEN


@pytest.mark.parametrize("conversation", SPOKEN, ids=lambda c: c.name.removesuffix(".txt"))
def test_over_a_socket(conversation: Conversation, background: Background) -> None:
    world = World(conversation)
    hub = Hub()

    def make(connection: Connection) -> Any:
        world.late = Later(connection, background)
        return world.server()

    port = background.listen(make, hub)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
        at = 0
        while at < len(conversation.turns):
            turn = conversation.turns[at]
            where = f"{conversation.name}:{turn.line}"
            if isinstance(turn, Said):
                said = group(conversation.turns, at, turn.side)
                if turn.side is Side.CLIENT:
                    wire.sendall(b"".join(octets for one in said for octets in one.octets()))
                else:
                    hear(wire, expected(conversation.turns, at, said), where)
                at += len(said)
                continue
            at += 1
            if isinstance(turn, Closes) and turn.side is Side.CLIENT:
                wire.shutdown(socket.SHUT_WR)
                assert wire.recv(1) == b"", where
                background.until(lambda: not hub)
            elif isinstance(turn, Closes):
                assert wire.recv(1) == b"", where
            elif isinstance(turn, Holds):
                assert len(world.boxes[turn.user]) == turn.messages, where
        if not any(isinstance(turn, Closes) for turn in conversation.turns):
            wire.shutdown(socket.SHUT_WR)
            assert wire.recv(1000) == b"", f"{conversation.name}: at the end the server said more"
    background.until(lambda: not hub)
    assert not world.locked


def hear(wire: socket.socket, wanted: bytes, where: str) -> None:
    """Read until it is what is wanted."""
    expression = re.compile(wanted)
    heard = b""
    while not expression.fullmatch(heard):
        try:
            octets = wire.recv(1 << 16)
        except TimeoutError:
            octets = b""
        assert octets, f"{where}: the server said {heard!r}"
        heard += octets
