"""The user agent of the sender: composes a letter, hands it in, and keeps what nobody took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mailedu.agents import transfer_agent
from mailedu.agents.actions import ACTIONS, Action
from mailedu.agents.effects import Composed, Effect, Kept, Letter, Queued
from mailedu.agents.errand import Agent, Do, Leg, NoConnection, Stage, Talk
from mailedu.agents.world import User, World
from mailedu.machine import ReplyClass
from mailedu.mime import trace
from mailedu.mime.piece import Piece
from mailedu.smtp.scripts import Fate, Login, Outcome, Result, send


class Task(NamedTuple):
    """A letter to be sent, and by whom."""

    letter: Letter
    pieces: Sequence[Piece]
    """How it was composed, or made ready."""
    user: str
    """Address of the user whose account is used."""


def compose(world: World, task: Task) -> Agent:
    """Stage 1: a step for each field and part, then the letter and its envelope (RFC 5322 section 3.6, Figure 21.4)."""
    user = world.users[task.user]
    leg = world.leg(task.letter.id, "compose", Stage.COMPOSE, user.host, "", "ua")
    for piece in task.pieces:
        yield Do(leg, ACTIONS[piece.verb], (piece.octets,))
    effects: tuple[Effect, ...] = (Composed(user.host, task.letter),)
    if is_at_home(user):
        effects = (*effects, Queued(user.host, task.letter))
    yield Do(leg, Action.COMPOSED, task.letter.chunks, effects)


def is_at_home(user: User) -> bool:
    """Whether the user's own machine sends letters on by itself, so that none is handed in over the network."""
    return bool(user.host) and user.submits_to[0] == user.host


def submit(world: World, task: Task) -> Agent:
    """Stage 2: hand the letter to the user's own server (RFC 6409 section 3); keep it for whom it was not taken."""
    user, letter = world.users[task.user], task.letter
    server, port = user.submits_to
    if is_at_home(user):
        yield from _hand_over_here(world, user.host, letter)
        return
    parent = "compose" if "compose" in world.names else ""
    leg = world.leg(letter.id, "submit", Stage.SUBMIT, user.host, server, "submission", parent=parent)
    login = Login(user.login, user.password) if "AUTH LOGIN" in _auth_of(world, server) else None
    envelope = letter.envelope
    script = send(user.host, envelope.reverse_path, envelope.recipients, letter.carried, login=login, hello=user.hello)
    outcome: Outcome | NoConnection = yield Talk(leg, script, port, letter)
    if isinstance(outcome, NoConnection):
        why = "refuses connections" if outcome.refused else "does not answer"
        yield _keep(leg, letter, dict.fromkeys(envelope.recipients, f"{server} {why}"))
        return
    kept = {result.recipient: _why(result) for result in outcome.results if result.fate is not Fate.ACCEPTED}
    if kept:
        yield _keep(leg, letter, kept)


def _hand_over_here(world: World, host: str, letter: Letter) -> Agent:
    """Give the letter to the transfer agent of the same machine, as `mail` gives it to `sendmail` (Figure 21.3)."""
    recipients = letter.envelope.recipients
    field = trace.received(
        from_said="localhost",
        from_seen_name="localhost",
        from_seen_address="127.0.0.1",
        by=host,
        protocol="ESMTP",
        id=world.word("compose", "queue id"),
        recipient=recipients[0] if len(recipients) == 1 else None,
        when=world.clock.start + world.clock.now,
    )
    yield from transfer_agent.forward(world, host, letter.with_field(field), field, "compose")


def _auth_of(world: World, server: str) -> str:
    host = world.hosts.get(server)
    return next((line for line in host.offers if line.startswith("AUTH ")), "") if host else ""


def _keep(leg: Leg, letter: Letter, why: Mapping[str, str]) -> Do:
    """`why`: recipient -> why the letter was not taken for them."""
    rows = tuple(f"{recipient}: {reason}\r\n".encode("utf-8", "surrogateescape") for recipient, reason in why.items())
    return Do(leg, Action.KEEP, rows, (Kept(leg.actor, letter.id, tuple(why)),))


def _why(result: Result) -> str:
    if result.reply is None:
        return "no answer"
    if result.reply.cls is ReplyClass.OK:
        return "never named to the server"  # an edit said another name, or none
    return str(result.reply)
