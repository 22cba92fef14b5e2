"""The client: it says what it is told and understands what comes of it, in its own conversation and in others'."""

from __future__ import annotations

import tracemalloc

import pytest

from mailedu.machine import Kind, ReplyClass
from mailedu.pop3 import Client, State
from mailedu.pop3.client import MAX_LINE

from .helpers import FIRST, Pair, World, logged_in, server, told


def greeted() -> Client:
    client = Client()
    client.receive(b"+OK hello\r\n")
    return client


def in_transaction() -> Client:
    client = greeted()
    for line in (b"USER bob", b"PASS x"):
        client.send(line)
        client.receive(b"+OK\r\n")
    client.to_send()
    return client


def test_says_what_it_is_told_even_nonsense() -> None:
    client = greeted()
    client.send(b"RETR all of it")
    client.send(b"")
    client.send_octets((b"QU", b"IT\r\n"))
    assert client.to_send() == [b"RETR all of it\r\n", b"\r\n", b"QU", b"IT\r\n"]
    assert client.to_send() == []


def test_a_session_as_both_sides_tell_it() -> None:
    pair = Pair()
    for line in (b"USER bob", b"PASS looking glass", b"STAT", b"LIST", b"RETR 1", b"DELE 1", b"QUIT"):
        pair.say(line)
    assert told(pair.heard_by_client) == told(pair.heard_by_server)
    assert [e.after for e in pair.heard_by_client if e.verb in ("GREETING", "PASS", "QUIT")] == [
        "AUTHORIZATION",
        "AUTHORIZATION",
        "TRANSACTION",
        "UPDATE",
        "CLOSED",
    ]
    assert [e.answers for e in pair.heard_by_client] == [-1, -1, 1, -1, 3, -1, 5, -1, 7, -1, 9, -1, 11, -1, 13]
    assert pair.client.closed
    assert pair.client.state is State.CLOSED


def test_the_body_comes_without_its_dots() -> None:
    pair = Pair(logged_in())
    pair.client = in_transaction()
    pair.server.to_send()
    _, reply = pair.say(b"RETR 1")
    assert b"".join(reply.reply.body.chunks) == FIRST
    assert reply.octets[0] == b"+OK %d octets\r\n" % len(FIRST)
    assert reply.octets[-1] == b".\r\n"
    assert b"\r\n..hidden\r\n...\r\n.\r\n" in b"".join(reply.octets)


@pytest.mark.parametrize(
    ("line", "many"),
    [
        (b"LIST", True),
        (b"list", True),
        (b"LIST 1", False),
        (b"UIDL", True),
        (b"UIDL 1", False),
        (b"RETR 1", True),
        (b"TOP 1 1", True),
        (b"CAPA", True),
        (b"STAT", False),
        (b"NOOP", False),
        (b"XLST", False),
    ],
)
def test_whether_lines_follow_depends_on_the_command(line: bytes, many: bool) -> None:
    client = in_transaction()
    client.send(line)
    events = client.receive(b"+OK\r\n")
    assert len(events) == (not many)
    events += client.receive(b"a\r\n.\r\n")
    assert events[0].reply.lines == ([b"a"] if many else [])


@pytest.mark.parametrize("line", [b"LIST", b"RETR 1", b"CAPA"])
def test_a_refusal_is_one_line(line: bytes) -> None:
    client = in_transaction()
    client.send(line)
    (refused,) = client.receive(b"-ERR no\r\n")
    assert refused.reply.cls is ReplyClass.PERMANENT
    assert refused.reply.body is None


def test_replies_pair_with_pipelined_commands_in_turn() -> None:
    client = in_transaction()
    commands = [client.send(line)[0] for line in (b"RETR 1", b"DELE 1", b"RETR 2", b"STAT")]
    assert [e.verb for e in commands] == ["RETR", "DELE", "RETR", "STAT"]
    replies = client.receive(b"+OK\r\nMessage\r\n\r\n+OK in it\r\n.\r\n+OK gone\r\n-ERR none\r\n+OK 0 0\r\n")
    assert [(e.verb, e.answers) for e in replies] == [("RETR", 5), ("DELE", 6), ("RETR", 7), ("STAT", 8)]
    assert replies[0].reply.lines == [b"Message", b"", b"+OK in it"]


def test_a_pipelined_session_ends_in_the_same_states() -> None:
    world = World()
    pair = Pair(server(world))
    events = pair.say(b"USER bob", b"PASS looking glass", b"DELE 2", b"QUIT")
    assert [e.kind for e in events] == [Kind.COMMAND] * 4 + [Kind.REPLY] * 4
    assert [e.after for e in events if e.kind is Kind.REPLY] == [
        "AUTHORIZATION",
        "TRANSACTION",
        "TRANSACTION",
        "CLOSED",
    ]
    replies = [e for e in events if e.kind is Kind.REPLY]
    assert [e.before for e in replies[1:]] == [e.after for e in replies[:-1]]
    assert sorted(world.messages) == [1, 3]


def test_both_sides_know_what_is_marked() -> None:
    pair = Pair()
    pair.say(b"USER bob", b"PASS looking glass", b"DELE 1", b"DELE 1", b"DELE 99", b"DELE 3")
    assert pair.client.session.marked == pair.server.session.marked == {1, 3}
    pair.say(b"RSET")
    assert pair.client.session.marked == pair.server.session.marked == set()


def test_what_capa_offers_is_remembered() -> None:
    client = greeted()
    assert client.session.offered is None
    client.send(b"CAPA")
    client.receive(b"+OK\r\nTOP\r\nexpire 5 USER\r\nIMPLEMENTATION A b\r\n.\r\n")
    assert client.session.offered == {"TOP": "", "EXPIRE": "5 USER", "IMPLEMENTATION": "A b"}


def test_what_nobody_asked_for_answers_nothing() -> None:
    client = in_transaction()
    (event,) = client.receive(b"-ERR autologout\r\n")
    assert (event.verb, event.answers, event.before, event.after) == ("UNKNOWN", -1, "TRANSACTION", "TRANSACTION")


@pytest.mark.parametrize(
    "octets", [b"\r\n", b"ok\r\n", b"+ok\r\n", b"+OKAY\r\n", b"220 ready\r\n", b"-ERROR\r\n", b"\xff\n"]
)
def test_what_is_no_reply_is_garbled(octets: bytes) -> None:
    client = in_transaction()
    client.send(b"RETR 1")
    (event,) = client.receive(octets)
    assert event.reply.cls is ReplyClass.GARBLED
    assert (event.after, event.octets) == ("TRANSACTION", (octets,))


def test_a_success_out_of_turn_is_unforeseen_and_moves_the_state() -> None:
    client = greeted()
    client.send(b"STAT")
    (event,) = client.receive(b"+OK 0 0\r\n")
    assert (event.before, event.after, event.foreseen) == ("AUTHORIZATION", "TRANSACTION", False)


def test_a_lax_server_may_take_a_quit_that_is_none() -> None:
    client = in_transaction()
    (command,) = client.send_octets((b"QUIT please\n",))
    assert command.after == "TRANSACTION"
    (reply,) = client.receive(b"+OK bye\r\n")
    assert (reply.before, reply.after, reply.foreseen) == ("TRANSACTION", "CLOSED", True)


def test_a_refused_greeting_closes() -> None:
    client = Client()
    (event,) = client.receive(b"-ERR [SYS/TEMP] try later\r\n")
    assert (event.before, event.after, event.reply.code) == ("OPENING", "CLOSED", "SYS/TEMP")
    assert client.closed


def test_what_comes_after_the_end_is_ignored() -> None:
    client = greeted()
    client.send(b"QUIT")
    client.receive(b"+OK bye\r\n+OK more\r\n")
    assert (client.receive(b"+OK\r\n"), client.send(b"NOOP"), client.follow(b"NOOP\r\n")) == ([], [], [])
    assert client.to_send() == [b"QUIT\r\n"]


def test_half_a_letter_is_told_when_the_connection_breaks() -> None:
    client = in_transaction()
    client.send(b"RETR 1")
    assert client.receive(b"+OK 1000 octets\r\nSubject: cut\r\n\r\nHal") == []
    (event,) = client.eof()
    assert b"".join(event.octets) == b"+OK 1000 octets\r\nSubject: cut\r\n\r\nHal"
    assert (event.reply.cls, event.reply.body, event.foreseen) == (ReplyClass.GARBLED, None, False)
    assert (client.closed, client.eof()) == (True, [])


def test_waits_for_what_it_asked_and_for_nothing_else() -> None:
    client = Client()
    patience = [client.timeout]
    client.receive(b"+OK\r\n")
    patience.append(client.timeout)
    client.send(b"USER x")
    patience.append(client.timeout)
    assert patience == [300, None, 300]


def test_hangs_up_without_a_word_when_it_has_waited_too_long() -> None:
    client = greeted()
    client.send(b"USER x")
    client.to_send()
    assert client.timed_out() == []
    assert (client.closed, client.timeout, client.to_send()) == (True, None, [])


def test_forgets_what_was_said_in_clear_when_tls_begins() -> None:
    client = greeted()
    client.send(b"CAPA")
    client.receive(b"+OK\r\nTOP\r\n.\r\n")
    client.send(b"STLS")
    client.receive(b"+OK begin\r\n+OK forged, behind the reply")
    client.tls_started()
    assert (client.state, client.session.offered) == (State.AUTHORIZATION, None)
    client.send(b"NOOP")
    (event,) = client.receive(b"-ERR not yet\r\n")
    assert event.verb == "NOOP"


def test_a_large_letter_is_not_copied() -> None:
    client = in_transaction()
    client.send(b"RETR 1")
    chunk = b"x" * 70_000 + b"\r\n"
    client.receive(b"+OK\r\n")
    client.receive(chunk)
    (event,) = client.receive(b".\r\n")
    assert event.octets[1] is chunk
    assert event.reply.body.chunks[0] is chunk


def test_lines_far_too_long_are_read_all_the_same() -> None:
    client = in_transaction()
    client.send(b"NOOP")
    (event,) = client.receive(b"-ERR you said " + b"x" * 3000 + b"\r\n")
    assert event.reply.cls is ReplyClass.PERMANENT


def test_an_endless_line_is_let_go_as_it_comes() -> None:
    client = in_transaction()
    client.send(b"NOOP")
    piece = b"x" * 65536
    tracemalloc.start()
    try:
        for _ in range(100):
            assert client.receive(piece) == []
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 2 * MAX_LINE
    (event,) = client.receive(b"\r\n")
    assert event.reply.cls is ReplyClass.GARBLED
