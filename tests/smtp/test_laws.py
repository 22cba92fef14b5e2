"""Laws: no octets break a machine, and no cut of them changes what it understands and says."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.machine import StandIn
from mailedu.smtp import Client, Server

from .helpers import Pair, World, server, told

#: What clients say, right and wrong, in the order in which it makes sense and in others.
SAID = st.sampled_from(
    [
        b"EHLO a", b"HELO a", b"ehlo", b"MAIL FROM:<a@example.com>", b"MAIL FROM:<> SIZE=7", b"MAIL FROM:a",
        b"RCPT TO:<b@example.net>", b"RCPT TO:<nobody@example.net>", b"RCPT TO:<>", b"DATA", b".", b"..", b"text",
        b"RSET", b"NOOP x", b"VRFY b", b"QUIT", b"AUTH LOGIN", b"AUTH PLAIN AGJvYgBsb29raW5nLWdsYXNz", b"AUTH PLAIN",
        b"AUTH LOGIN Ym9i", b"Ym9i", b"bG9va2luZy1nbGFzcw==", b"*", b"=", b"", b"STARTTLS", b"\xff\x00", b"x" * 1200,
    ]
)  # fmt: skip
ENDS = st.sampled_from([b"\r\n"] * 9 + [b"\n", b"\r", b"\r\r\n"])
#: Conversations that get somewhere: mostly whole transactions, with accidents.
USUAL = [b"EHLO a", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.net>", b"DATA", b"text", b"."]
CONVERSATION = st.lists(
    st.tuples(SAID, ENDS).map(b"".join) | st.just(b"".join(line + b"\r\n" for line in USUAL)), max_size=12
).map(b"".join)
ANYTHING = st.binary(max_size=200) | CONVERSATION
CUTS = st.lists(st.integers(0, 400), max_size=12)
#: What servers say, right and wrong.
REPLIES = st.lists(
    st.sampled_from(
        [
            b"220 hello\r\n", b"250 ok\r\n", b"250-a\r\n", b"250 SIZE\r\n", b"354 go\r\n", b"334 \r\n", b"235 in\r\n",
            b"421 bye\r\n", b"450 no\r\n", b"550-5.1.1 no\r\n550 5.1.1 no\r\n", b"530 log in\r\n", b"554 no\r\n",
            b"221 bye\r\n", b"what\r\n", b"\r\n", b"250 ok\n", b"\xff\r\n", b"999-\r\n",
        ]
    )
    | st.binary(max_size=20),
    max_size=20,
)  # fmt: skip
EDITS = st.none() | st.lists(
    st.sampled_from(
        [b"250 ok", b"250-x", b"354 go", b"334 ", b"451 no", b"554 no", b"421 bye", b"what", b"535 no", b""]
    ),
    max_size=2,
).map(lambda lines: StandIn(tuple(lines)))


def pieces(octets: bytes, cuts: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(min(cut, len(octets)) for cut in cuts), len(octets)]
    return [octets[a:b] for a, b in pairwise(ends)]


def heard(machine: Server, cut: Iterable[bytes]) -> tuple[list[tuple[object, ...]], bytes]:
    events = [event for piece in cut for event in machine.receive(piece)] + machine.eof()
    return told(events), b"".join(machine.to_send())


@pytest.mark.law
@given(ANYTHING, CUTS)
def test_a_server_understands_and_says_the_same_however_octets_are_cut(octets: bytes, cuts: list[int]) -> None:
    worlds = World(), World(), World()
    whole = heard(server(worlds[0]), [octets])
    assert heard(server(worlds[1]), pieces(octets, cuts)) == whole
    assert heard(server(worlds[2]), [bytes((octet,)) for octet in octets]) == whole
    assert worlds[0].taken == worlds[1].taken == worlds[2].taken


@pytest.mark.law
@given(ANYTHING, CUTS, st.lists(EDITS, max_size=12))
def test_the_same_with_edited_replies(octets: bytes, cuts: list[int], edits: list[StandIn | None]) -> None:
    def play(cut: Iterable[bytes]) -> tuple[object, ...]:
        waiting = iter(edits)
        world = World()
        machine = server(world, stand_in=lambda verb: next(waiting, None))
        return heard(machine, cut), machine.state, world.taken

    assert play([octets]) == play(pieces(octets, cuts)) == play([bytes((octet,)) for octet in octets])


@pytest.mark.law
@given(CONVERSATION, st.lists(st.booleans(), max_size=30))
def test_a_policy_that_answers_later_changes_nothing_that_is_said(octets: bytes, waits: list[bool]) -> None:
    at_once = World()
    expected = heard(server(at_once), [octets])
    world = World()
    pauses = iter(waits)
    machine = server(world)

    class Later:
        """Puts off what the other policy answers, now and then."""

        def __getattr__(self, name: str) -> object:
            def ask(*args: object, **options: object) -> object:
                reply = getattr(world, name)(*args, **options)
                if next(pauses, False):
                    waiting.append(reply)
                    return None
                return reply

            return ask

    waiting: list[object] = []
    machine.policy = Later()  # type: ignore[assignment]
    events = []
    for piece in pieces(octets, range(0, len(octets), 7)):
        events += machine.receive(piece)
        while waiting:
            assert machine.timeout is None
            events += machine.answer(waiting.pop())  # type: ignore[arg-type]
    events += machine.eof()
    assert (told(events), b"".join(machine.to_send())) == expected
    assert world.taken == at_once.taken


@pytest.mark.law
@given(st.lists(ANYTHING, max_size=4), REPLIES, CUTS, CUTS)
def test_a_listener_understands_the_same_however_octets_are_cut(
    said: list[bytes], replies: list[bytes], cuts: list[int], others: list[int]
) -> None:
    def listen(cut: list[int], other: list[int]) -> tuple[object, ...]:
        client = Client()
        events = []
        for number in range(max(len(said), len(replies))):
            for piece in pieces(said[number] if number < len(said) else b"", cut):
                events += client.follow(piece)
            for piece in pieces(replies[number] if number < len(replies) else b"", other):
                events += client.receive(piece)
        events += client.eof()
        return told(events), client.state, client.session.envelope, client.session.user

    assert listen(cuts, others) == listen([], []) == listen(list(range(400)), list(range(400)))


@pytest.mark.law
@given(st.lists(SAID, max_size=30))
def test_client_server_and_listener_agree(lines: list[bytes]) -> None:
    """One line at a time, so that nobody runs ahead: then all three tell the very same events."""
    pair = Pair()
    listener = Client()
    listened = listener.receive(b"".join(pair.heard_by_client[0].octets))
    for line in lines:
        if pair.client.closed or len(line) > 1000:
            continue  # a line too long is cut by the server, and told whole by the client
        events = pair.say(line)
        listened += listener.follow(line + b"\r\n")
        for event in events:
            if event.reply is not None:
                listened += listener.receive(b"".join(event.octets))
    assert told(pair.heard_by_client) == told(pair.heard_by_server) == told(listened)
    assert pair.client.state is pair.server.state is listener.state
    assert pair.client.session.envelope == pair.server.session.envelope == listener.session.envelope
    assert pair.client.session.user == pair.server.session.user


@pytest.mark.law
@given(st.lists(SAID, max_size=20), st.lists(EDITS, max_size=20))
def test_edited_conversations_end_in_one_state_where_nobody_is_silenced(
    lines: list[bytes], edits: list[StandIn | None]
) -> None:
    heard_out = [e for e in edits if e is None or (e.lines and not e.lines[-1].startswith(b"250-"))]
    waiting = iter(heard_out)
    pair = Pair(server(stand_in=lambda verb: next(waiting, None)))
    for line in lines:
        if not pair.client.closed and len(line) < 1000:
            pair.say(line)
    assert told(pair.heard_by_client) == told(pair.heard_by_server)
    assert pair.client.state is pair.server.state
