"""Laws: any split is the whole, nothing crashes, nothing grows, and both sides tell the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.framing import Content
from mailedu.pop3 import Client, State
from mailedu.pop3.maildrop import top

from .helpers import Pair, World, edited, server, told

pytestmark = pytest.mark.law

VERBS = "USER PASS STAT LIST UIDL RETR TOP DELE RSET NOOP CAPA QUIT STLS X".split()
LOGIN = [b"USER bob", b"PASS looking glass"]

arguments = st.sampled_from(
    [b"", b" 1", b" 2", b" 3", b" 4", b" 0", b" 1 1", b" 2 99", b" bob", b" looking glass", b" ", b"\0"]
)
sensible = st.builds(lambda verb, argument: verb.encode() + argument, st.sampled_from(VERBS), arguments)
ends = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r\r\n"])
lines = st.builds(
    lambda line, end: line + end,
    st.one_of(sensible, sensible, st.binary(max_size=300).map(lambda b: b.replace(b"\n", b""))),
    ends,
)
conversations = st.builds(
    lambda login, rest: b"".join(line + b"\r\n" for line in LOGIN[: 2 * login]) + b"".join(rest),
    st.booleans(),
    st.lists(lines, max_size=12),
)
text_lines = st.one_of(st.sampled_from([b"", b".", b"..", b".a", b"\r", b"+OK", b"a."]), st.binary(max_size=20))
messages = st.lists(text_lines.map(lambda line: line.replace(b"\n", b"") + b"\r\n"), max_size=8).map(b"".join)
maildrops = st.lists(messages, max_size=3).map(tuple)


def cut(draw: st.DrawFn, octets: bytes) -> list[bytes]:
    """`octets` in pieces."""
    places = sorted(draw(st.sets(st.integers(0, len(octets)), max_size=12)))
    return [octets[a:b] for a, b in zip([0, *places], [*places, len(octets)], strict=True)]


@st.composite
def split_conversations(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    octets = draw(conversations)
    return octets, cut(draw, octets)


@given(split_conversations())
def test_a_server_hears_any_split_as_the_whole(conversation: tuple[bytes, list[bytes]]) -> None:
    octets, pieces = conversation
    whole, split, single = server(), server(), server()
    expected = told(whole.receive(octets))
    assert told(event for piece in pieces for event in split.receive(piece)) == expected
    assert (
        told(event for n in range(len(octets)) for event in single.receive(octets[n : n + 1])) == expected or not octets
    )
    assert b"".join(whole.to_send()) == b"".join(split.to_send())
    assert whole.state is split.state


@given(st.data(), maildrops, st.lists(sensible, max_size=10))
def test_a_client_hears_any_split_as_the_whole(data: st.DataObject, drop: tuple[bytes, ...], said: list[bytes]) -> None:
    machine = server(World(drop))
    whole, split = Client(), Client()
    for line in [*LOGIN, *said]:
        machine.receive(line + b"\r\n")
        assert told(whole.send(line)) == told(split.send(line))
    octets = b"".join(machine.to_send())
    pieces = data.draw(st.composite(cut)(octets))
    assert told(whole.receive(octets)) == told(event for piece in pieces for event in split.receive(piece))
    assert told(whole.eof()) == told(split.eof())


@given(maildrops, st.booleans(), st.lists(lines, max_size=12), st.booleans())
def test_both_sides_tell_the_same(drop: tuple[bytes, ...], login: bool, said: list[bytes], slow: bool) -> None:
    pair = Pair(server(World(drop)), octet_by_octet=slow)
    for line in [line + b"\r\n" for line in LOGIN * login] + said:
        if pair.client.closed:
            break
        pair.heard_by_client += pair.client.send_octets((line,))
        pair.carry()
    heard_by_server = [
        # The server keeps of a line no more than it has to.
        event._replace(octets=(event.octets[0][:255],)) if event.kind == "command" else event
        for event in pair.heard_by_server
    ]
    heard_by_client = [
        event._replace(octets=(event.octets[0][:255],)) if event.kind == "command" else event
        for event in pair.heard_by_client
    ]
    assert told(heard_by_client) == told(heard_by_server)
    assert pair.client.state is pair.server.state
    assert pair.client.session.marked == pair.server.session.marked


@given(st.lists(st.binary(max_size=400), max_size=10), st.booleans())
def test_no_octets_crash_a_server(pieces: list[bytes], login: bool) -> None:
    world = World()
    machine = server(world)
    if login:
        machine.receive(b"USER bob\r\nPASS looking glass\r\n")
    for piece in pieces:
        for event in machine.receive(piece):
            assert event.foreseen
        for chunk in machine.to_send():
            assert chunk.endswith(b"\n")
            assert len(chunk) <= 512
    machine.eof()
    assert not world.locked


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=200)), max_size=12))
def test_no_octets_crash_a_client(pieces: list[tuple[bool, bytes]]) -> None:
    client = Client()
    count = 0
    for mine, piece in pieces:
        for event in client.follow(piece) if mine else client.receive(piece):
            assert -1 <= event.answers < count
            count += 1
    client.eof()
    assert client.state is State.CLOSED


@given(st.sampled_from(VERBS[:12]), st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"\n", b"")), max_size=3))
def test_no_edited_reply_crashes_either_side(verb: str, texts: list[bytes]) -> None:
    world = World()
    pair = Pair(server(world, stand_in=edited(**{verb: texts})))
    for line in [
        *LOGIN,
        b"STAT",
        b"LIST",
        b"UIDL",
        b"RETR 1",
        b"TOP 1 1",
        b"DELE 1",
        b"NOOP",
        b"RSET",
        b"CAPA",
        b"QUIT",
    ]:
        pair.say(line)
    pair.server.eof()
    assert not world.locked
    assert {2, 3} <= set(world.messages)


@given(maildrops, st.lists(st.integers(1, 3)), st.booleans())
def test_gone_is_what_was_marked_and_only_after_quit(drop: tuple[bytes, ...], numbers: list[int], leave: bool) -> None:
    world = World(drop)
    pair = Pair(server(world))
    pair.say(*LOGIN, *[b"DELE %d" % number for number in numbers])
    if leave:
        pair.say(b"QUIT")
    pair.server.eof()
    gone = set(numbers) if leave else set()
    assert set(world.messages) == {n for n in range(1, len(drop) + 1) if n not in gone}


@given(messages)
def test_a_letter_arrives_octet_for_octet(message: bytes) -> None:
    pair = Pair(server(World((message,))))
    pair.say(*LOGIN)
    assert b"".join(pair.say(b"RETR 1")[-1].reply.body.chunks) == message
    assert int(pair.say(b"LIST 1")[-1].reply.text.split()[1]) == len(message)


@given(st.data(), messages, st.integers(0, 6))
def test_top_is_the_same_for_any_chunks(data: st.DataObject, message: bytes, count: int) -> None:
    header, blank, body = (b"\r\n" + message).partition(b"\r\n\r\n")
    rows = body.split(b"\r\n")[:-1] if blank else []
    expected = (header + blank)[2:] + b"".join(row + b"\r\n" for row in rows[:count])
    pieces = data.draw(st.composite(cut)(message))
    assert b"".join(top(Content(pieces), count).chunks) == expected
