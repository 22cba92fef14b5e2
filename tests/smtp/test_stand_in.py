"""An edited reply stands in for the server's handler: nothing acknowledged is lost, nothing refused is done."""

from __future__ import annotations

import pytest

from mailedu.machine import Kind, ReplyClass, StandIn
from mailedu.smtp import State

from .helpers import UP_TO_DATA, Pair, World, codes, edited, hear, server, told


def test_a_refusal_in_the_place_of_the_250_keeps_nothing() -> None:
    world = World()
    machine = server(world, stand_in=edited(END_OF_DATA=[b"451 4.3.0 disk trouble"]))
    heard = hear(machine, *UP_TO_DATA, b"text", b".")
    assert heard.endswith(b"451 4.3.0 disk trouble\r\n")
    assert not world.taken
    assert "message" not in world.asked
    assert machine.state.name == "READY"


def test_a_refusal_in_the_place_of_a_reply_does_not_ask_the_policy() -> None:
    world = World()
    machine = server(world, stand_in=edited(MAIL=[b"550 5.7.1 not you"], EHLO=[b"502 what?"]))
    assert b"502 what?\r\n" in hear(machine, b"EHLO a")
    assert machine.state.name == "CONNECTED"
    assert hear(machine, b"EHLO a", b"MAIL FROM:<a@example.com>").endswith(b"550 5.7.1 not you\r\n")
    assert machine.state.name == "READY"
    assert world.asked == []
    assert hear(machine, b"MAIL FROM:<a@example.com>") == b"250 2.1.0 Sender ok\r\n"


@pytest.mark.parametrize("text", [b"hello", b"bare\nline end", b"x" * 2000])
def test_a_success_in_the_place_of_the_reply_to_the_dot_takes_the_letter_as_it_is(text: bytes) -> None:
    world = World(refuses=True)
    machine = server(world, stand_in=edited(MAIL=[b"250 fine"], END_OF_DATA=[b"250 2.0.0 whatever"]))
    heard = hear(machine, *UP_TO_DATA, text, b".")
    assert heard.endswith(b"250 2.0.0 whatever\r\n")
    (envelope, letter, must), *more = world.taken
    assert not more
    assert must
    assert letter == text + b"\r\n"
    assert (envelope.reverse_path, envelope.recipients) == ("a@example.com", ("b@example.net",))


def test_a_success_takes_a_letter_far_over_the_limit_whole() -> None:
    world = World()
    machine = server(world, offers=("SIZE 1000",), stand_in=edited(END_OF_DATA=[b"250 ok"]))
    hear(machine, *UP_TO_DATA, *[b"x" * 900] * 100, b".")
    assert len(world.taken[0][1]) == 100 * 902


def test_an_ordinary_letter_is_not_one_that_must_be_taken() -> None:
    world = World()
    hear(server(world, stand_in=lambda verb: None), *UP_TO_DATA, b"text", b".")
    assert [must for _, _, must in world.taken] == [False]


def test_a_success_out_of_order_moves_both_sides_alike() -> None:
    pair = Pair(server(stand_in=edited(RCPT=[b"250 why not"], DATA=[b"354 go ahead"])))
    pair.say(b"EHLO a")
    pair.say(b"RCPT TO:<b@example.net>")
    assert pair.states() == (State.RCPT, State.RCPT)
    assert not pair.heard_by_client[-1].foreseen
    pair.say(b"DATA")
    pair.say(b"text")
    pair.say(b".")
    assert codes(pair.heard_by_client)[-1] == 250
    assert told(pair.heard_by_client) == told(pair.heard_by_server)


def test_354_without_a_recipient_ends_in_no_letter() -> None:
    """RFC 2920 section 3.2: after such a 354 nothing may be sent to anybody."""
    world = World()
    pair = Pair(server(world, stand_in=edited(DATA=[b"354 go ahead"])))
    for line in (b"EHLO a", b"MAIL FROM:<a@example.com>", b"DATA", b"text", b"."):
        pair.say(line)
    assert codes(pair.heard_by_client)[-1] == 554
    assert pair.heard_by_client[-1].reply.text == "No valid recipients"
    assert not world.taken


def test_354_in_the_place_of_the_last_reply_is_no_acknowledgement() -> None:
    world = World()
    pair = Pair(server(world, stand_in=edited(END_OF_DATA=[b"354 more?"])))
    for line in (*UP_TO_DATA, b"one", b".", b"two", b"."):
        pair.say(line)
    assert [letter for _, letter, _ in world.taken] == [b"two\r\n"]
    assert pair.states() == (State.READY, State.READY)
    assert told(pair.heard_by_client) == told(pair.heard_by_server)


@pytest.mark.parametrize("words", [b"what is this", b"", b"12", b"999 no such digit"])
def test_what_is_no_reply_leaves_the_state(words: bytes) -> None:
    pair = Pair(server(stand_in=edited(MAIL=[words], END_OF_DATA=[words])))
    pair.say(b"EHLO a")
    pair.say(b"MAIL FROM:<a@example.com>")
    assert pair.heard_by_client[-1].reply.cls is ReplyClass.GARBLED
    assert pair.states() == (State.READY, State.READY)
    for line in (*UP_TO_DATA, b"one", b"."):
        pair.say(line)
    assert pair.states() == (State.DATA, State.DATA)
    pair.say(b"two")
    pair.say(b".")
    assert pair.states() == (State.READY, State.READY)
    assert told(pair.heard_by_client) == told(pair.heard_by_server)


def test_many_lines_are_one_reply() -> None:
    pair = Pair(server(stand_in=edited(EHLO=[b"250-odd", b"250-SIZE 7", b"250 AUTH LOGIN"])))
    pair.say(b"EHLO a")
    assert pair.client.session.offered == pair.server.session.offered == {"SIZE": "7", "AUTH": "LOGIN"}


def test_two_replies_to_one_command_leave_the_second_unasked() -> None:
    pair = Pair(server(stand_in=edited(NOOP=[b"250 one", b"250 two"])))
    pair.say(b"NOOP")
    assert [e.answers for e in pair.heard_by_client] == [-1, -1, 1, -1]
    assert told(pair.heard_by_client) == told(pair.heard_by_server)


def test_421_closes_and_what_comes_behind_it_is_not_said() -> None:
    pair = Pair(server(stand_in=edited(MAIL=[b"421 bye", b"250 what?"])))
    pair.say(b"EHLO a")
    pair.say(b"MAIL FROM:<a@example.com>")
    assert codes(pair.heard_by_client) == [220, 250, 421]
    assert pair.server.closed
    assert pair.client.closed


def test_silence_says_nothing_does_nothing_and_keeps_the_state() -> None:
    world = World()
    pair = Pair(server(world, stand_in=edited(MAIL=[])))
    pair.say(b"EHLO a")
    (said,) = pair.say(b"MAIL FROM:<a@example.com>")
    assert said.kind is Kind.COMMAND
    assert world.asked == []
    assert pair.server.state.name == "READY"
    assert pair.server.timeout == pair.client.timeout == 300
    pair.time_out()
    assert codes(pair.heard_by_client) == [220, 250, 421]
    assert pair.heard_by_client[-1].answers == 3
    assert told(pair.heard_by_client) == told(pair.heard_by_server)


def test_silence_at_the_dot_keeps_no_letter() -> None:
    world = World()
    pair = Pair(server(world, stand_in=edited(END_OF_DATA=[])))
    for line in (*UP_TO_DATA, b"text", b"."):
        pair.say(line)
    assert not world.taken
    assert pair.client.timeout == 600
    pair.time_out()
    assert pair.heard_by_client[-1].verb == "END_OF_DATA"
    assert told(pair.heard_by_client) == told(pair.heard_by_server)
    assert not world.taken


def test_a_silent_greeting_ends_in_421() -> None:
    pair = Pair(server(stand_in=edited(GREETING=[])))
    assert pair.heard_by_client == []
    assert pair.client.timeout == pair.server.timeout == 300
    pair.time_out()
    (greeting,) = pair.heard_by_client
    assert (greeting.verb, greeting.answers, greeting.before, greeting.after) == ("GREETING", -1, "OPENING", "CLOSED")
    assert told(pair.heard_by_client) == told(pair.heard_by_server)


@pytest.mark.parametrize("words", [b"554 no", b"450 not now", b"421 bye", b"hello", b"354 what?"])
def test_greetings_of_all_kinds(words: bytes) -> None:
    pair = Pair(server(stand_in=edited(GREETING=[words])))
    pair.say(b"NOOP")
    pair.say(b"QUIT")
    assert pair.server.state is pair.client.state
    assert told(pair.heard_by_client) == told(pair.heard_by_server)


def test_edited_refusals_of_a_login_do_not_end_the_session() -> None:
    machine = server(stand_in=lambda verb: StandIn((b"535 5.7.8 no",)) if verb == "AUTH" else None)
    heard = hear(machine, b"EHLO a", *[b"AUTH PLAIN AGJvYgBsb29raW5nLWdsYXNz"] * 10)
    assert heard.count(b"535 5.7.8 no\r\n") == 10
    assert not machine.closed


def test_an_edited_235_logs_in_whoever_asked() -> None:
    pair = Pair(server(wants_login=True, stand_in=edited(AUTH=[b"235 come in"])))
    pair.say(b"EHLO a")
    pair.say(b"AUTH PLAIN AG1hbGxvcnkAd3Jvbmc=")
    pair.say(b"MAIL FROM:<a@example.com>")
    assert pair.server.session.user == pair.client.session.user == "mallory"
    assert codes(pair.heard_by_client)[-1] == 250


def test_an_edited_334_keeps_a_login_going() -> None:
    pair = Pair(server(stand_in=edited(AUTH=[b"334 c2F5IG9u"])))
    pair.say(b"EHLO a")
    pair.say(b"AUTH PLAIN")
    pair.say(b"AGJvYgBsb29raW5nLWdsYXNz")
    assert pair.server.session.user == pair.client.session.user == "bob"
