"""The client that decides nothing: pairs replies and commands, keeps time, and listens to others."""

from __future__ import annotations

import pytest

from mailedu.framing import Content
from mailedu.machine import Event, Kind, ReplyClass
from mailedu.smtp import Client

from .helpers import UP_TO_DATA, Pair, codes, told


def client(*replies: bytes) -> Client:
    """A client that has been greeted and answered."""
    machine = Client()
    machine.receive(b"220 mail.example.net\r\n")
    for reply in replies:
        machine.send(b"NOOP")
        machine.receive(reply)
    machine.to_send()
    return machine


def test_it_says_what_it_is_told_even_nonsense() -> None:
    machine = Client()
    (event,) = machine.send(b"what is this")
    assert machine.to_send() == [b"what is this\r\n"]
    assert (event.kind, event.verb) == (Kind.COMMAND, "UNKNOWN")
    assert machine.to_send() == []


def test_replies_answer_the_oldest_command() -> None:
    machine = client()
    said = [machine.send(line)[0] for line in (b"EHLO a", b"MAIL FROM:<>", b"RCPT TO:<b@example.net>")]
    assert [e.verb for e in said] == ["EHLO", "MAIL", "RCPT"]
    heard = machine.receive(b"250-mail\r\n250 SIZE\r\n250 ok\r\n550 no\r\n")
    assert [(e.verb, e.answers, e.reply.code) for e in heard] == [
        ("EHLO", 1, 250),
        ("MAIL", 2, 250),
        ("RCPT", 3, 550),
    ]
    assert machine.state.name == "MAIL"


def test_the_first_reply_is_the_greeting_even_if_the_client_spoke_first() -> None:
    machine = Client()
    machine.send(b"EHLO a")
    greeting, hello = machine.receive(b"220 mail.example.net\r\n250 mail.example.net\r\n")
    assert (greeting.verb, greeting.answers) == ("GREETING", -1)
    assert (hello.verb, hello.answers) == ("EHLO", 0)
    assert machine.state.name == "READY"


def test_a_reply_that_nobody_asked_for_answers_nothing() -> None:
    machine = client()
    (event,) = machine.receive(b"250 by the way\r\n")
    assert (event.verb, event.answers, event.after) == ("UNKNOWN", -1, "CONNECTED")
    (event,) = machine.receive(b"421 going down\r\n")
    assert (event.verb, event.answers, event.after) == ("UNKNOWN", -1, "CLOSED")
    assert machine.closed


def test_content_is_heard_as_content_only_after_354() -> None:
    pair = Pair()
    for line in UP_TO_DATA:
        pair.say(line)
    content = Content((b"one\r\n", b".two\r\n"))
    assert pair.client.send_content(content) == []
    assert pair.client.state.name == "DATA"
    events = pair.client.send(b".")
    assert [(e.kind, e.verb, b"".join(e.octets)) for e in events] == [
        (Kind.DATA, "CONTENT", b"one\r\n..two\r\n"),
        (Kind.COMMAND, "END_OF_DATA", b".\r\n"),
    ]


def test_what_follows_data_is_held_until_its_reply_tells_what_it_is() -> None:
    for reply, verbs in (
        (b"354 go\r\n", ["DATA", "CONTENT", "END_OF_DATA"]),
        (b"503 no\r\n", ["DATA", "NOOP", "UNKNOWN"]),
    ):
        machine = client()
        assert [e.verb for e in machine.follow(b"DATA\r\nNOOP\r\n.\r\n")] == ["DATA"]
        assert [e.verb for e in machine.receive(reply)] == verbs


def test_what_follows_auth_is_held_until_its_reply_tells_what_it_is() -> None:
    for reply, verbs in ((b"334 \r\n", ["AUTH", "RESPONSE"]), (b"504 no\r\n", ["AUTH", "NOOP"])):
        machine = client(b"250 ok\r\n")
        machine.send(b"EHLO a")
        machine.receive(b"250 a\r\n")
        assert [e.verb for e in machine.follow(b"AUTH PLAIN\r\nNOOP\r\n")] == ["AUTH"]
        assert [e.verb for e in machine.receive(reply)] == verbs


def test_how_long_it_waits() -> None:
    """RFC 5321 section 4.5.3.2."""
    machine = Client()
    waited = [machine.timeout]
    machine.receive(b"220 hello\r\n")
    for line, reply in zip(
        (*UP_TO_DATA, b"text\r\n."), (b"250 a", b"250 b", b"250 c", b"354 d", b"250 e"), strict=True
    ):
        machine.send(line)
        waited.append(machine.timeout)
        machine.receive(reply + b"\r\n")
        assert machine.timeout is None
    assert waited == [300, 300, 300, 300, 120, 600]


def test_in_the_middle_of_a_letter_nothing_is_awaited() -> None:
    """So a letter without its dot ends by the server's patience."""
    pair = Pair()
    for line in (*UP_TO_DATA, b"no dot"):
        pair.say(line)
    assert pair.client.timeout is None
    assert pair.server.timeout == 300


def test_the_end_closes_and_tells_of_what_was_left() -> None:
    machine = client()
    machine.follow(b"AUTH PLAIN\r\nAAAA\r\nhalf a li")
    events = machine.timed_out()
    assert [(e.verb, e.octets) for e in events] == [("UNKNOWN", (b"AAAA\r\n",))]
    assert machine.closed
    assert machine.timeout is None
    assert machine.send(b"NOOP") == machine.receive(b"250 ok\r\n") == machine.follow(b"x\r\n") == []
    assert machine.to_send() == []


def test_endless_replies_are_bounded() -> None:
    machine = client()
    for octets in (b"x" * 10_000, b"250-" + b"x" * 60 + b"\r\n"):
        events: list[Event] = []
        for _ in range(10_000_000 // len(octets)):
            events += machine.receive(octets)
        events += machine.receive(b"\r\n250 end\r\n")
        assert sum(len(o) for e in events for o in e.octets) < 12_000_000
        assert all(sum(map(len, e.octets)) < 2_200_000 for e in events)


@pytest.mark.parametrize(
    ("octets", "code", "cls"),
    [
        (b"250\r\n", 250, ReplyClass.OK),
        (b"250 \r\n", 250, ReplyClass.OK),
        (b"250-a\r\n250\r\n", 250, ReplyClass.OK),
        (b"571 5.7.1 no\r\n", 571, ReplyClass.PERMANENT),
        (b"450 no\n", 450, ReplyClass.TRANSIENT),
        (b"250-a\r\n550 b\r\n", 550, ReplyClass.PERMANENT),
        (b"199 what\r\n", 0, ReplyClass.GARBLED),
        (b"+OK\r\n", 0, ReplyClass.GARBLED),
        (b"2500\r\n", 0, ReplyClass.GARBLED),
        (b"\r\n", 0, ReplyClass.GARBLED),
        (b"\xff\xfe\r\n", 0, ReplyClass.GARBLED),
    ],
)
def test_replies_of_all_kinds(octets: bytes, code: int, cls: ReplyClass) -> None:
    machine = client()
    machine.send(b"NOOP")
    (event,) = machine.receive(octets)
    assert (event.reply.code, event.reply.cls) == (code, cls)
    assert b"".join(event.octets) == octets
    assert event.before == event.after == "CONNECTED"


def test_a_server_that_answers_in_the_middle_of_a_letter_is_understood() -> None:
    machine = client()
    for line, reply in zip(UP_TO_DATA, (b"250 a", b"250 b", b"250 c", b"354 d"), strict=True):
        machine.send(line)
        machine.receive(reply + b"\r\n")
    machine.send(b"one")
    (early,) = machine.receive(b"552 too much\r\n")
    assert (early.verb, early.answers, early.after) == ("END_OF_DATA", -1, "READY")
    events = machine.follow(b"two\r\n.\r\n")
    assert [(e.verb, b"".join(e.octets)) for e in events] == [("CONTENT", b"one\r\ntwo\r\n"), ("END_OF_DATA", b".\r\n")]


def test_421_in_the_middle_of_a_letter_tells_of_the_half() -> None:
    pair = Pair()
    for line in (*UP_TO_DATA, b"half"):
        pair.say(line)
    events = pair.client.receive(b"421 bye\r\n")
    assert [(e.kind, e.verb) for e in events] == [(Kind.DATA, "CONTENT"), (Kind.REPLY, "END_OF_DATA")]
    assert pair.client.closed


def test_a_listener_hears_what_the_client_and_the_server_understood() -> None:
    pair = Pair()
    listener = Client()
    heard = listener.receive(b"220 mail.example.net ESMTP ready\r\n")
    lines = (*UP_TO_DATA, b"..text", b".", b"AUTH LOGIN", b"Ym9i", b"bG9va2luZy1nbGFzcw==", b"QUIT")
    for line in lines:
        heard += listener.follow(line + b"\r\n")
        for event in pair.say(line):
            if event.kind is Kind.REPLY:
                heard += listener.receive(b"".join(event.octets))
    assert told(heard) == told(pair.heard_by_client) == told(pair.heard_by_server)
    assert codes(heard) == [220, 250, 250, 250, 354, 250, 334, 334, 235, 221]
    assert listener.closed
    assert listener.session.user == "bob"
