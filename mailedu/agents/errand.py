"""What an agent wants done: it yields errands and is sent what came of them.

The simulator answers with virtual time and machines joined back to back, a server with sockets and a database; the
agents (queue, retry, bounce, delivery, fetching) are the same.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from mailedu.agents.actions import Action
from mailedu.agents.effects import Effect, Letter
from mailedu.machine import Script


class Stage(StrEnum):
    """The five stages of an email, in their order."""

    COMPOSE = "compose"
    SUBMIT = "submit"
    DELIVER = "deliver"
    PROCESS = "process"
    ACCESS = "access"


class Leg(NamedTuple):
    """A stretch of a journey: one conversation, one question to the DNS, or one station's work on a letter."""

    name: str
    """Unique in a journey: `submit`, `deliver:example.net#2`, `bounce1.process:alice`."""
    stage: Stage
    letter: str
    """Id of the letter that it is about."""
    actor: str
    """Host name of who acts, or of the client."""
    peer: str
    """Host name of the server; empty where nobody is talked to."""
    protocol: str
    """ua, submission, smtp, dns, queue, bounce, process or pop3."""
    secure: bool = False
    parent: str = ""
    """Name of the leg that led to this one."""


class Talk(NamedTuple):
    """Connect to `leg.peer` and let a client say its script. Answered by the script's outcome, or by a NoConnection."""

    leg: Leg
    script: Script
    port: int
    letter: Letter | None = None
    """The letter that the script will hand over, so that the server can know it again."""


class NoConnection(NamedTuple):
    """There was nobody to talk to."""

    refused: bool
    """True: the host answers, but nobody listens there. False: no answer at all."""


class Lookup(NamedTuple):
    """Ask the DNS. Answered by a `dns.zone.Result`."""

    leg: Leg
    name: str
    type: str


class Do(NamedTuple):
    """Note that something was done. Answered by nothing."""

    leg: Leg
    action: Action
    octets: tuple[bytes, ...]
    effects: tuple[Effect, ...] = ()


class Sleep(NamedTuple):
    """Go on at that moment (seconds since the start), or at once if it is past."""

    until: float


class Start(NamedTuple):
    """Let another agent begin as soon as this one pauses or ends, or at the moment `at`."""

    agent: Agent
    at: float = 0.0


Errand: TypeAlias = "Talk | Lookup | Do | Sleep | Start"
Agent: TypeAlias = "Generator[Errand, Any, None]"
