"""A person at a terminal who types to a server, line by line, and calls again when the connection is gone.

Three lines are no lines but deeds: `<close>` hangs up without a word, `<connect>` calls again, `<wait 10m>` lets time
pass. Everything else is said as it stands.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

from mailedu.agents.errand import Agent, Sleep, Stage, Talk
from mailedu.agents.world import World
from mailedu.machine import Say, Script
from mailedu.network.clock import seconds

CLOSE: Final = b"<close>"
CONNECT: Final = b"<connect>"
#: Verb under which a script says that time is to pass; its line is the span in seconds.
WAIT: Final = "WAIT"
#: Verb of a line that somebody typed; what it is, the conversation finds out.
TYPED: Final = "TYPED"
_WAITS: Final = re.compile(rb"<wait\s+([0-9]{1,9}(?:\.[0-9]{1,3})?\s*[A-Za-z]*)>", re.IGNORECASE)
#: The longest wait, in seconds: 30 days.
_LONGEST: Final = 30 * 86400.0


class Desk(NamedTuple):
    """Where somebody sits and types, and to whom."""

    protocol: str
    """`pop3`, `submission` or `smtp`."""
    client: str
    """Name of the host that calls."""
    server: str
    """Name of the host that is called."""
    port: int
    user: str
    """Address of whose account it is; empty between servers."""

    @property
    def stage(self) -> Stage:
        """The stage of an email that such a conversation belongs to."""
        return _STAGES[self.protocol]


_STAGES: Final = {"pop3": Stage.ACCESS, "submission": Stage.SUBMIT, "smtp": Stage.DELIVER}


def _is(line: bytes, deed: bytes) -> bool:
    return line.strip().lower() == deed


def waits(line: bytes) -> float | None:
    """The seconds of a `<wait 10m>`, 30 days at most; None for any other line."""
    found = _WAITS.fullmatch(line.strip())
    if found is None:
        return None
    try:
        return min(seconds(found[1].decode("ascii")), _LONGEST)
    except ValueError:
        return None


def type_lines(world: World, desk: Desk, lines: Iterable[bytes], legs: set[str]) -> Agent:
    """Call the server, say the lines, call again where one says so. What is typed to nobody is said to nobody.

    `legs`: the names of the connections are put there as they are made.
    """
    left = deque(lines)
    name = {"pop3": f"access:{world.label(desk.user)}", "submission": "submit"}.get(
        desk.protocol, f"deliver:{desk.server}"
    )
    while True:
        leg = world.leg("letter", name, desk.stage, desk.client, desk.server, desk.protocol)
        legs.add(leg.name)
        yield Talk(leg, _script(left), desk.port)
        while left and not _is(left[0], CONNECT):
            span = waits(left.popleft())
            if span is not None:
                yield Sleep(world.clock.now + span)
        if not left:
            return
        left.popleft()
        # What is due already goes first: a letter that was just taken is on its way before anybody calls again.
        yield Sleep(world.clock.now)


def _script(left: deque[bytes]) -> Script:
    """Lines of one connection, taken off one after the other: up to `<close>`, or to the next `<connect>`.

    Returns whether somebody wanted the connection to end; False at the end of the lines.
    """
    while left and not _is(left[0], CONNECT):
        line = left.popleft()
        if _is(line, CLOSE):
            return True
        span = waits(line)
        yield Say(TYPED, line) if span is None else Say(WAIT, repr(span).encode())
    return bool(left)
