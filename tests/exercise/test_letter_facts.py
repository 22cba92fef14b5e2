"""Facts about messages, addresses, logins, replies, queues and reports: by hand on scenarios, and laws."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.exercise.facts import About, FactError, Spot, ask
from mailedu.exercise.model import Call
from mailedu.journey.edit import make
from mailedu.journey.engine import play
from mailedu.journey.scenario import load, patched
from mailedu.journey.typed import desk_of, play_typed

MESSAGE = (
    b"From bounces@lists.example Tue Nov 24 09:00:01 2026\r\n"
    b"Date: Tue, 24 Nov 2026 08:59:00 +0000\r\n"
    b"From: erin@example.com\r\n"
    b"Subject: =?utf-8?Q?caf=C3=A9?=\r\n"
    b" at noon\r\n"
    b"Cc: carol@example.net\r\n"
    b"cc: dave@example.net\r\n"
    b"\r\n"
    b"Hello,\r\n"
    b"\r\n"
    b"Date: Friday\r\n"
)
MAIL = About(message=MESSAGE)
TWO_RECIPIENTS = About(play(load("bcc"), (), 0))
PLAIN = About(play(load("alice-to-bob"), (), 0))
LOGIN = About(play(load("figure-21-7"), (), 0))
DOWN = About(play(load("server-down"), (), 0))
GREY = About(play(load("greylisting"), (), 0))
UNKNOWN = About(play(load("unknown-user"), (), 0))


def value(about: About, fact: str, **arguments: Any) -> Any:
    return ask(Call(fact, arguments), about)


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def one_line(about: About, fact: str) -> None:
    """It has a value, or says in one line why not."""
    why = ""
    try:
        value(about, fact)
    except FactError as told:
        why = str(told)
    assert "\n" not in why


# Messages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "arguments", "wanted"),
    [
        ("letter.times", {"field": "CC"}, 2),
        ("letter.value", {"field": "subject"}, "café at noon"),
        ("letter.value", {"field": "To"}, ""),
        ("letter.body", {}, "Hello,\n\nDate: Friday\n"),
        ("letter.body_lines", {}, 3),
        ("letter.body_lines", {"more": -1}, 2),
        ("letter.lines", {}, 11),
        ("letter.lacks", {"texts": ["Hello,", "Hello", "Date: Friday"]}, ["Hello"]),
        ("letter.has_empty_line", {}, True),
        ("letter.empty_line", {}, Spot("line", 8)),
        ("letter.body_begins", {}, Spot("line", 9)),
        ("letter.line", {"begins": "date:"}, Spot("line", 2)),
        ("letter.last_line_of", {"field": "Subject"}, Spot("line", 5)),
        ("letter.last_line_of", {"field": "Cc"}, Spot("line", 6)),
        ("letter.field_names_allowed_once", {}, ["cc"]),
        ("letter.missing", {}, []),
        ("letter.dated", {}, True),
        ("letter.mbox_line", {}, Spot("line", 1)),
        ("letter.mbox_address", {}, "bounces@lists.example"),
        ("letter.holds", {"text": "HELLO"}, True),
        ("letter.holds", {"text": "Bye"}, False),
        ("letter.fields_besides", {"known": ["Date", "From", "Subject"]}, ["Cc", "cc"]),
        ("address.local", {"address": "a@b@example.net"}, "a@b"),
        ("address.domain", {"address": "a@b@example.net"}, "example.net"),
    ],
)
def test_what_a_message_says(fact: str, arguments: dict[str, Any], wanted: Any) -> None:
    assert value(MAIL, fact, **arguments) == wanted


def test_octets_of_an_address_are_where_it_stands() -> None:
    for half, wanted in (("", b"erin@example.com"), ("local", b"erin"), ("domain", b"example.com")):
        spot = value(MAIL, "address.octets", address="erin@example.com", half=half)
        assert MESSAGE[spot.first : spot.last] == wanted


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Foo 2026", "24", "\0"])
def test_what_is_no_date_is_told_from_one(date: str) -> None:
    assert value(About(message=f"Date: {date}\r\n\r\n".encode()), "letter.dated") is False


@pytest.mark.parametrize(
    ("about", "fact", "arguments"),
    [
        (About(), "letter.fields", {}),
        (About(message=b"Date: x\r\n"), "letter.empty_line", {}),
        (About(message=b"Date: x\r\n"), "letter.mbox_line", {}),
        (MAIL, "letter.line", {"begins": "Sender"}),
        (MAIL, "address.octets", {"address": "zoe@example.net"}),
        (MAIL, "address.local", {"address": "zoe"}),
        (MAIL, "address.asked", {}),
        (MAIL, "reply.end", {}),
        (LOGIN, "address.first_asked", {}),
        (LOGIN, "address.judged_by", {"address": "bob@example.net"}),
        (LOGIN, "address.left_out_by", {"address": "bob@example.net"}),
        (LOGIN, "address.stands_at", {"address": "bob", "places": ["nowhere/RCPT.1"]}),
        (LOGIN, "auth.question", {"asks": "shoe size"}),
        (PLAIN, "queue.wait", {}),
        (PLAIN, "queue.holder", {}),
        (PLAIN, "queue.unanswered", {}),
        (PLAIN, "queue.greylist_minutes", {}),
        (PLAIN, "bounce.writer", {}),
        (PLAIN, "bounce.refuser", {}),
        (PLAIN, "step.called", {"place": "nowhere/LINK.1"}),
    ],
)
def test_what_has_no_value_is_told_in_a_line(about: About, fact: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(FactError) as told:
        value(about, fact, **arguments)
    assert str(told.value)
    assert "\n" not in str(told.value)


LINES = st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20), max_size=8)
FIELDS = st.lists(st.sampled_from(["To", "Subject", "X-Some", "Date", "Received"]), max_size=6)


@pytest.mark.law
@given(FIELDS, LINES)
def test_a_message_is_its_fields_an_empty_line_and_its_body(names: list[str], lines: list[str]) -> None:
    octets = "".join(f"{name}: some\r\n" for name in names) + "\r\n" + "".join(f"{line}\r\n" for line in lines)
    about = About(message=octets.encode())
    assert value(about, "letter.fields") == names
    assert value(about, "letter.empty_line").first == len(names) + 1
    assert value(about, "letter.body") == "".join(f"{line}\n" for line in lines)
    assert value(about, "letter.lines") == len(names) + 1 + value(about, "letter.body_lines")
    assert value(about, "letter.lacks", texts=lines) == []
    assert sorted(value(about, "letter.missing")) == sorted({"Date", "From"} - set(names))


@pytest.mark.law
@given(st.binary(max_size=200))
def test_no_octets_make_a_fact_of_messages_fall_over(octets: bytes) -> None:
    about = About(message=octets)
    for fact in ("letter.fields", "letter.missing", "letter.dated", "letter.body_lines", "letter.empty_line"):
        one_line(about, fact)
    for fact in ("letter.mbox_address", "letter.field_names_allowed_once", "reply.end", "reply.before_end"):
        one_line(about, fact)


# Replies --------------------------------------------------------------------------------------------------------------


@pytest.mark.law
@given(st.sampled_from(["220", "250", "354", "550"]), st.lists(st.sampled_from(["ok", "250 ok", "-", ""]), max_size=5))
def test_the_line_without_a_hyphen_ends_a_reply(code: str, more: list[str]) -> None:
    lines = [f"{code}-{text}" for text in more] + [f"{code} last", "220-another"]
    about = About(message="".join(f"{line}\r\n" for line in lines).encode())
    assert value(about, "reply.end") == Spot("line", len(more) + 1)
    assert value(about, "reply.lines") == len(more) + 1
    assert value(about, "reply.first") == Spot("line", 1)
    if more:
        assert value(about, "reply.before_end") == Spot("line", len(more))


# Addresses on their way -----------------------------------------------------------------------------------------------


def test_a_blind_recipient_stands_on_the_envelope_alone() -> None:
    journey = TWO_RECIPIENTS.played
    found = value(TWO_RECIPIENTS, "address.stands_at", address="dave@example.net", places=list(journey.by_place))
    said = [place for place in found if not place.startswith(("queue/QUEUE", "process:dave/"))]
    assert said == ["submit/RCPT.2", "deliver:example.net/RCPT.2"]
    assert value(TWO_RECIPIENTS, "address.left_out_by", address="dave@example.net") == "laptop.example.com"


def test_halves_of_an_address_are_for_different_machines() -> None:
    assert value(PLAIN, "address.judged_by", address="bob@example.net") == "mx1.example.net"
    assert value(PLAIN, "address.asked") == ["example.net"]
    assert value(PLAIN, "step.called", place="submit/LINK.1") == "mail.example.com"
    assert value(PLAIN, "step.called", place="access:bob/USER.1") == "mx1.example.net"
    assert value(PLAIN, "step.happens", place="process:*/STORE.1") is True
    assert value(PLAIN, "step.happens", place="bounce:*") is False


def test_places_and_lines_come_in_the_order_of_the_journey() -> None:
    places = list(PLAIN.played.by_place)
    assert value(PLAIN, "step.order", places=places[::-1]) == places
    assert value(LOGIN, "step.lines", leg="submit")[:4] == [
        "EHLO laptop.example.com", "AUTH LOGIN", "YWxpY2U=", "d29uZGVybGFuZA==",
    ]  # fmt: skip
    with pytest.raises(FactError, match="nowhere"):
        value(PLAIN, "step.order", places=["nowhere/LINK.1"])


# Logins ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "arguments", "wanted"),
    [
        ("auth.user", {}, "alice"),
        ("auth.password", {}, "wonderland"),
        ("auth.question", {"asks": "user"}, "334 VXNlcm5hbWU6"),
        ("auth.question", {"asks": "pass"}, "334 UGFzc3dvcmQ6"),
        ("auth.answer", {"asks": "user"}, "YWxpY2U="),
        ("auth.question_step", {"asks": "password"}, Spot("step", 8)),
        ("auth.answer_step", {"asks": "password"}, Spot("step", 9)),
        ("auth.code", {}, 235),
        ("auth.end", {}, Spot("step", 10)),
        ("auth.failures", {}, 0),
        ("auth.logged_in", {}, True),
        ("auth.logged_in", {"user": "alice"}, True),
        ("auth.logged_in", {"user": "bob"}, False),
    ],
)
def test_the_login_of_the_figure(fact: str, arguments: dict[str, Any], wanted: Any) -> None:
    assert value(LOGIN, fact, **arguments) == wanted


def test_the_packet_with_the_password_carries_it() -> None:
    spot = value(LOGIN, "auth.answer_packet", asks="password")
    assert LOGIN.played.packets[spot.first - 1].payload == b"d29uZGVybGFuZA==\r\n"


def test_who_listens_hears_all_that_is_said_and_nothing_else() -> None:
    texts = ["alice", "wonderland", "bob@example.net", "Shall we meet", "looking-glass", "mx1.example.net"]
    assert value(LOGIN, "auth.overheard", texts=texts) == texts[:4]


SUBMISSION = load("figure-21-7")
DESK = desk_of(SUBMISSION, "submission")


def typed(*lines: str) -> About:
    return About(play_typed(SUBMISSION, DESK, [line.encode() for line in lines]))


def test_a_password_is_overheard_in_plain_too() -> None:
    about = typed("EHLO laptop.example.com", "AUTH PLAIN " + b64("\0alice\0wonderland"))
    assert value(about, "auth.overheard", texts=["wonderland", "tulip7"]) == ["wonderland"]
    assert value(about, "auth.logged_in") is True
    with pytest.raises(FactError):
        value(about, "auth.password")


@pytest.mark.law
@given(st.lists(st.sampled_from(["alice", "wonderland", "alice\r\n", "", "bob"]), min_size=1, max_size=6))
def test_a_login_succeeds_with_the_right_two_words_alone(words: list[str]) -> None:
    """The words are said two by two, each pair behind an AUTH LOGIN; who is in says no more of them."""
    pairs = [tuple(words[n : n + 2]) for n in range(0, len(words), 2)]
    lines, failures, known = ["EHLO laptop.example.com"], 0, False
    for pair in pairs:
        lines += ["AUTH LOGIN", *map(b64, pair)]
        if len(pair) < 2 or pair == ("alice", "wonderland"):
            known = pair == ("alice", "wonderland")
            break
        failures += 1
    about = typed(*lines, "<close>")
    assert value(about, "auth.logged_in") is known
    assert value(about, "auth.failures") == failures


def test_what_is_no_base64_and_an_open_question_make_no_fact_fall_over() -> None:
    for lines in (
        ["AUTH LOGIN"],
        ["AUTH"],
        ["AUTH LOGIN", "§§"],
        ["AUTH LOGIN", "*"],
        ["AUTH LOGIN", "YWxpY2U=", "no!"],
    ):
        about = typed("EHLO x", *lines)
        assert value(about, "auth.logged_in") is False
        for fact in ("auth.user", "auth.password", "auth.code"):
            one_line(about, fact)


# Queues and reports ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "fact", "arguments", "wanted"),
    [
        (DOWN, "queue.attempts", {}, 4),
        (DOWN, "queue.attempts", {"more": -1}, 3),
        (DOWN, "queue.wait", {}, 30),
        (DOWN, "queue.wait", {"nth": 2}, 60),
        (DOWN, "queue.delay", {}, 212),
        (DOWN, "queue.holder", {}, "mail.example.com"),
        (DOWN, "queue.fate", {}, "late"),
        (DOWN, "queue.unanswered", {}, Spot("step", 40)),
        (DOWN, "queue.deferred", {"nth": 2}, Spot("step", 56)),
        (GREY, "queue.greylist_minutes", {}, 5),
        (GREY, "queue.deferred", {}, Spot("step", 53)),
        (GREY, "queue.let_in_later", {"address": "bob@example.net"}, True),
        (GREY, "queue.let_in_later", {"address": "dave@example.net"}, False),
        (PLAIN, "queue.let_in_later", {"address": "bob@example.net"}, False),
        (PLAIN, "queue.fate", {}, "delivered"),
        (LOGIN, "queue.fate", {}, "kept"),
        (UNKNOWN, "queue.fate", {}, "returned"),
        (UNKNOWN, "bounce.writer", {}, "mail.example.com"),
        (UNKNOWN, "bounce.refuser", {}, "mx1.example.net"),
        (UNKNOWN, "bounce.to", {}, "alice@example.com"),
        (UNKNOWN, "bounce.reverse_path", {}, "<>"),
        (
            UNKNOWN,
            "bounce.parts",
            {},
            {"refuser": "mx1.example.net", "writer": "mail.example.com", "reader": "alice@example.com", "sender": "<>"},
        ),
        (UNKNOWN, "bounce.step", {}, Spot("step", 56)),
        (UNKNOWN, "bounce.read_by", {}, ["alice"]),
        (PLAIN, "process.added", {}, ["Return-Path", "Received", "Received"]),
        (PLAIN, "process.added_by_last", {}, ["Received", "Return-Path"]),
    ],
)
def test_what_became_of_letters(about: About, fact: str, arguments: dict[str, Any], wanted: Any) -> None:
    assert value(about, fact, **arguments) == wanted


@pytest.mark.law(most=300)
@given(st.integers(3, 240), st.integers(5, 60), st.integers(30, 120))
def test_attempts_are_as_many_as_the_waits_say(down: int, first: int, second: int) -> None:
    """Two servers that do not answer for `down` minutes; each call in vain takes a quarter of a minute."""
    silent = {"down": [["0s", f"{down}m"]]}
    patch = {
        "retries": [f"{first}m", f"{second}m", "6h"],
        "stages": [1, 2, 3, 4],
        "world": {"hosts": {"mx1.example.net": silent, "mx2.example.net": silent}},
    }
    about = About(play(patched("alice-to-bob", patch), (), 0))
    tries, minute = 1, 0.0
    for wait in (first, second, 360):
        if minute >= down:
            break
        minute += wait + (0.51 if minute + 0.26 < down else 0.26)
        tries += 1
    # Who calls just when a server comes back may be lucky at the second one: then one attempt less.
    assert value(about, "queue.attempts") in {tries, tries - (0 < down - (minute - 0.3) < 1)}
    assert value(about, "queue.wait") == first
    assert value(about, "queue.fate") == "late"
    assert value(about, "queue.delay") >= down - 1


@pytest.mark.parametrize(("reply", "fate"), [
    ("250 Sure", "delivered"), ("450 4.2.1 Busy", "late"), ("452 4.2.2 Full", "late"), ("550 5.1.1 No", "returned"),
    ("553 5.1.3 Later, perhaps", "returned"),
])  # fmt: skip
def test_the_first_digit_decides_what_becomes_of_a_letter(reply: str, fate: str) -> None:
    edited = About(play(load("alice-to-bob"), (make("deliver:example.net/RCPT.1!", [reply]),), 0))
    assert value(edited, "queue.fate") == fate


@pytest.mark.parametrize("envelope", ["office", "alice"])
def test_a_report_goes_to_the_sender_on_the_envelope(envelope: str) -> None:
    users = {"office@example.com": {"password": "x", "reads_from": "mail.example.com"}}
    scenario = patched("unknown-user", {"world": {"users": users}})
    about = About(play(scenario, (make("submit/MAIL.1", [f"MAIL FROM:<{envelope}@example.com>"]),), 0))
    assert value(about, "bounce.to") == f"{envelope}@example.com"
    assert value(about, "bounce.read_by") == [envelope]


GREYLISTED = load("greylisting")
CALLER = desk_of(GREYLISTED, "smtp", host="mx1.example.net", client="mail.example.com")


@pytest.mark.law(most=300)
@given(st.integers(0, 20), st.sampled_from(["alice@example.com", "zoe@example.com"]))
def test_who_comes_back_later_as_the_same_is_let_in(minutes: int, sender: str) -> None:
    hello = ["EHLO mail.example.com"]
    first = [*hello, "MAIL FROM:<alice@example.com>", "RCPT TO:<bob@example.net>", "QUIT", f"<wait {minutes}m>"]
    again = ["<connect>", *hello, f"MAIL FROM:<{sender}>", "RCPT TO:<bob@example.net>", "QUIT"]
    about = About(play_typed(GREYLISTED, CALLER, [line.encode() for line in first + again]))
    let_in = minutes >= 5 and sender == "alice@example.com"
    assert value(about, "queue.let_in_later", address="bob@example.net") is let_in
