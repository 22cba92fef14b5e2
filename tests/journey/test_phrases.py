"""A scene in plain words, and the order of a conversation as learners see it."""

from __future__ import annotations

import pytest

from mailedu.explain import explain
from mailedu.journey import Kind, order, phrases, play
from mailedu.journey.edit import parse
from mailedu.journey.talk import Talk
from mailedu.pop3 import states as pop3
from mailedu.smtp import states as smtp

SCENARIOS = (
    "alice-to-bob",
    "unknown-user",
    "server-down",
    "wrong-password",
    "greylisting",
    "too-large",
    "figure-21-10",
)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scene_has_its_words(name: str) -> None:
    journey = play(name)
    for step in journey.steps:
        scene = journey.scene(step.n)
        assert phrases.who(scene)[0] != " "
        assert "{" not in phrases.who(scene) + phrases.whereabouts(scene)
        if step.kind in (Kind.COMMAND, Kind.REPLY, Kind.DATA):
            assert phrases.state(scene)
            assert phrases.next_turn(scene)
        if step.leg.protocol in ("smtp", "submission") and step.kind is not Kind.LINK:
            assert phrases.envelope(scene)


def test_whose_turn_it_is() -> None:
    journey = play()
    turns = [
        phrases.next_turn(journey.scene(step.n)) for step in journey.steps if step.leg.name == "deliver:example.net"
    ]
    assert turns[:2] == ["the server greets", "the client may say EHLO, HELO, RSET, NOOP, VRFY, QUIT"]
    at = turns.index("the client goes on without waiting for the answer")
    assert turns[at : at + 8] == [
        "the client goes on without waiting for the answer",
        "the client goes on without waiting for the answer",
        "the server answers",
        "the server's next answer",
        "the server's next answer",
        "the letter, then a dot alone on a line",
        "the lone dot that ends the letter",
        "the server answers",
    ]
    assert turns[-2:] == ["nothing: this conversation is over", ""]


def test_the_letter_is_where_somebody_answers_for_it() -> None:
    journey = play()
    places = list(dict.fromkeys(phrases.whereabouts(journey.scene(step.n)) for step in journey.steps))
    assert places == [
        "being written on Alice’s laptop",
        "on Alice’s laptop",
        "on its way from Alice’s laptop to mail.example.com, which is not responsible for it yet",
        "in the queue of mail.example.com, which is responsible for it",
        "on its way from mail.example.com to mx1.example.net, which is not responsible for it yet",
        "in the queue of mx1.example.net, which is responsible for it",
        "in the mailbox of bob@example.net, on mx1.example.net",
        "in the mailbox on mx1.example.net, with a copy on Bob’s phone",
        "on Bob’s phone alone; the mailbox has it no more",
    ]


def test_a_letter_that_is_already_written_is_with_its_sender() -> None:
    journey = play("figure-21-6")
    assert phrases.whereabouts(journey.scene(1)) == "on Alice’s laptop"


def test_while_a_report_is_written_it_is_what_is_spoken_of() -> None:
    journey = play("unknown-user")
    for verb in ("BOUNCE.1", "PART.1", "PART.2", "PART.3"):
        scene = journey.scene(journey.by_place[f"bounce:example.net/{verb}"].n)
        assert phrases.kind_of(scene.holder.letter) == "report"
        assert phrases.envelope(scene) == ("from <>, nobody", "to alice@example.com")
        assert scene.standing[0].startswith(b"From: Mail delivery")
        assert scene.added == ()
    assert phrases.whereabouts(journey.scene(journey.by_place["bounce:example.net/PART.1"].n)) == (
        "being written on mail.example.com"
    )


def test_what_is_put_off_is_not_refused() -> None:
    journey = play("greylisting")
    assert phrases.envelope(journey.scene(journey.by_place["deliver:example.net/RCPT.1!"].n)) == (
        "from alice@example.com, accepted",
        "to bob@example.net, put off",
    )


def test_a_copy_stays_where_nothing_was_deleted() -> None:
    journey = play(edits=[parse("access:bob/DELE=NOOP")])
    assert phrases.whereabouts(journey.scene(len(journey))) == "a copy on Bob’s phone"


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("alice-to-bob", ("The letter was delivered to bob@example.net",)),
        ("wrong-password", ("The letter was kept by its sender, not sent to bob@example.net",)),
        (
            "unknown-user",
            (
                "The report was delivered to alice@example.com",
                "The letter came back, not delivered to bob@example.net",
            ),
        ),
    ],
)
def test_what_became_of_the_letter(name: str, facts: tuple[str, ...]) -> None:
    assert phrases.outcome(play(name)) == facts


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.000 s"),
        (59.9994, "59.999 s"),
        (60.5, "1 min 0.500 s"),
        (7205.2, "2 h 0 min 5 s"),
        (432_000, "5 d 0 h 0 min"),
    ],
)
def test_a_moment_is_said_in_units_of_its_size(seconds: float, words: str) -> None:
    assert phrases.duration(seconds) == words


@pytest.mark.parametrize("protocol", ["smtp", "submission", "pop3"])
def test_the_order_is_the_table(protocol: str) -> None:
    states = list(pop3.State if protocol == "pop3" else smtp.State)
    commands = pop3.COMMANDS if protocol == "pop3" else smtp.COMMANDS
    for state in states:
        assert order.words(protocol, state.name) == state.value
        moves = order.moves(protocol, state.name)
        assert {move.to for move in moves} <= {other.name for other in states}
        said = {move.verb for move in moves} & {verb.value for verb in commands}
        assert said.isdisjoint(order.out_of_order(protocol, state.name))
        assert said | set(order.out_of_order(protocol, state.name)) == {verb.value for verb in commands}
    assert order.words("dns", "") == ""
    assert order.moves(protocol, "NOWHERE") == order.out_of_order(protocol, "NOWHERE") == ()


# A talk is its lines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["smtp", "pop3"])
def test_a_talk_says_what_a_journey_says(protocol: str) -> None:
    journey = play()
    leg = "submit" if protocol == "smtp" else "access:bob"
    lines = [s.octets[0].rstrip(b"\r\n") for s in journey.steps if s.leg.name == leg and s.kind is Kind.COMMAND]
    talk = Talk(protocol, lines)
    assert talk.closed
    if protocol == "smtp":
        greeting = next(s for s in journey.steps if s.leg.name == leg and s.kind is Kind.REPLY)
        assert talk.said[0].key == journey.scene(greeting.n).key
    for said in talk.said:
        assert explain(said.key).title


def test_undo_is_the_same_lines_without_the_last() -> None:
    lines = [b"EHLO me", b"AUTH LOGIN", b"YWxpY2U=", b"d29uZGVybGFuZA==", b"MAIL FROM:<>", b"RCPT TO:<bob@example.net>"]
    talk = Talk("smtp")
    seen = []
    for line in lines:
        seen.append((talk.state, talk.may_come_next, [said.event for said in talk.said]))
        talk.say(line)
    while talk.lines:
        talk = talk.without_last()
        assert (talk.state, talk.may_come_next, [said.event for said in talk.said]) == seen.pop()


def test_the_mailbox_of_a_talk_is_as_it_was_after_a_session_without_quit() -> None:
    talk = Talk("pop3", [b"USER bob", b"PASS looking-glass", b"DELE 1"])
    assert talk.without_last().without_last().state == "AUTHORIZATION"
    assert Talk("pop3", [b"USER bob", b"PASS looking-glass", b"STAT"]).said[-1].event.octets[0].startswith(b"+OK 3 ")
