"""Every conversation file, played whole, line by line and octet by octet, and heard by a listener."""

from __future__ import annotations

from typing import Any

import pytest

from mailedu.conversation import Conversation
from mailedu.machine import Event, Kind
from mailedu.smtp.scripts import Outcome

from .runner import Cut, ServerRun, conversations, facts, follow, said_by_client, said_by_server, told
from .scripted import ClientRun

ALL = conversations()
OURS = [c for c in ALL if c.role == "server"]
SCRIPTED = [c for c in ALL if c.role == "client"]


def name(conversation: object) -> str:
    return getattr(conversation, "name", "").removesuffix(".txt")


@pytest.mark.parametrize("conversation", OURS, ids=name)
def test_our_server_says_what_the_file_says_however_the_octets_are_cut(conversation: Conversation) -> None:
    whole = ServerRun(conversation, Cut.GROUP)
    for cut in (Cut.LINE, Cut.OCTET):
        run = ServerRun(conversation, cut)
        assert told(run.events) == told(whole.events)
        assert facts(run.server) == facts(whole.server)
        assert run.world.boxes == whole.world.boxes
    assert not whole.world.locked or not whole.server.closed, "a maildrop stays locked"


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.name)
@pytest.mark.parametrize("conversation", OURS, ids=name)
def test_a_listener_understands_the_same(conversation: Conversation, cut: Cut) -> None:
    run = ServerRun(conversation)
    client, events = follow(run, cut)
    ours, heard = said_by_client(run.events), said_by_client(events)
    # What a client says behind its QUIT is said all the same, only nobody reads it; a long line is cut by the server.
    assert [verb for verb, _ in heard[: len(ours)]] == [verb for verb, _ in ours]
    assert len(heard) == len(ours) or run.server.closed
    for (_, said), (_, understood) in zip(heard, ours, strict=False):
        assert said.startswith(understood)
    assert said_by_server(events) == said_by_server(run.events)
    assert facts(client) == facts(run.server)
    assert client.closed == run.server.closed


@pytest.mark.parametrize("conversation", OURS, ids=name)
def test_a_listener_sees_the_same_states_where_nobody_runs_ahead(conversation: Conversation) -> None:
    run = ServerRun(conversation)
    pipelined = any(exchange.commands > 1 for exchange in run.exchanges) or len(run.exchanges[-1].said) > 1
    _, events = follow(run, Cut.GROUP)

    def seen(events: list[Event]) -> list[tuple[object, ...]]:
        """In a pipelined group the client says all before it hears anything, so only the replies can be compared."""
        if pipelined:
            return [(e.verb, e.after, e.foreseen) for e in events if e.kind is Kind.REPLY]
        return [e._replace(octets=(), reply=None) for e in events]

    assert seen(events)[: len(seen(run.events))] == seen(run.events)


@pytest.mark.parametrize("conversation", SCRIPTED, ids=name)
def test_our_client_says_what_the_file_says_however_the_octets_are_cut(conversation: Conversation) -> None:
    whole = ClientRun(conversation, Cut.GROUP)
    assert described(whole.outcome) == OUTCOMES[name(conversation)]
    for cut in (Cut.LINE, Cut.OCTET):
        run = ClientRun(conversation, cut)
        assert told(run.events) == told(whole.events)
        assert described(run.outcome) == described(whole.outcome)


#: What the scripts make of the conversations in which they speak.
OUTCOMES = {
    "smtp/client-announces-eight-bits": "END_OF_DATA: bob accepted 250",
    "smtp/client-data-refused": "DATA: bob refused 451",
    "smtp/client-falls-back-to-helo": "END_OF_DATA: bob accepted 250",
    "smtp/client-hears-421": "MAIL: bob refused 421",
    "smtp/client-hears-odd-replies": "END_OF_DATA: bob accepted 200",
    "smtp/client-is-asked-too-much": "AUTH: bob refused 501",
    "smtp/client-is-hung-up-on": "MAIL: bob refused",
    "smtp/client-is-not-known": "AUTH: bob refused 535",
    "smtp/client-is-told-to-come-back": "GREETING: bob refused 450",
    "smtp/client-is-turned-away": "GREETING: bob refused 554",
    "smtp/client-logs-in": "END_OF_DATA: bob accepted 250",
    "smtp/client-loses-patience": "MAIL: bob refused",
    "smtp/client-no-recipient-left": "RCPT: bob refused 550, carol refused 450",
    "smtp/client-one-recipient-refused": "END_OF_DATA: bob refused 550, carol accepted 250",
    "smtp/client-pipelines": "END_OF_DATA: bob refused 550, carol accepted 250",
    "smtp/client-pipelines-in-vain": "RCPT: bob refused 550, carol refused 550",
    "smtp/client-refused-at-the-end": "END_OF_DATA: bob refused 554",
    "smtp/client-says-helo": "MAIL: bob refused 553",
    "smtp/client-sends-a-letter": "END_OF_DATA: bob accepted 250",
    "smtp/client-waits-for-the-last-reply": "END_OF_DATA: bob unknown",
    "pop3/client-fetches": "QUIT: fetched 1 2, deleted 1 2",
    "pop3/client-finds-a-gap": "QUIT: fetched 7, deleted none, heard -ERR some messages are still there",
    "pop3/client-finds-nothing": "QUIT: fetched none, deleted none",
    "pop3/client-is-hung-up-on": "RETR: fetched none, deleted none",
    "pop3/client-is-not-known": "PASS: fetched none, deleted none, heard -ERR [IN-USE] do you have another session?",
    "pop3/client-is-turned-away": "GREETING: fetched none, deleted none, heard -ERR too busy",
    "pop3/client-keeps-mail-on-the-server": "QUIT: fetched 1, deleted none",
}


def described(outcome: Any) -> str:
    if isinstance(outcome, Outcome):
        fates = (
            f"{r.recipient.partition('@')[0]} {r.fate}{f' {r.reply.code}' if r.reply else ''}" for r in outcome.results
        )
        return f"{outcome.stage}: {', '.join(fates)}"
    numbers = " ".join(str(number) for number, _ in outcome.letters) or "none"
    deleted = " ".join(map(str, outcome.deleted)) or "none"
    heard = f", heard {outcome.refused}" if outcome.refused else ""
    return f"{outcome.stage}: fetched {numbers}, deleted {deleted}{heard}"
