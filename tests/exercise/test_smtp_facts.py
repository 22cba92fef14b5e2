"""Facts about SMTP: by hand on the scenarios that exercises use, and by a small model on any session that is typed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.exercise.facts import About, FactError, Spot, ask, facts
from mailedu.exercise.model import Call
from mailedu.journey.edit import Then, make
from mailedu.journey.engine import play
from mailedu.journey.journey import Journey
from mailedu.journey.scenario import patched
from mailedu.journey.typed import desk_of, play_typed

WORLD = patched("alice-to-bob", {})
DESK = desk_of(WORLD, "smtp", "mx1.example.net", "mail.example.com")


def played(
    name: str, *edits: tuple[str, Sequence[str], str], faults: tuple[str, ...] = (), patch: dict[str, Any] | None = None
) -> Journey:
    made = tuple(make(place, lines, Then(then)) for place, lines, then in edits)
    return play(patched(name, patch or {}, faults), made, 0)


def typed(*lines: str) -> About:
    """What facts are asked about after Alice's server said this to Bob's."""
    return About(play_typed(WORLD, DESK, [line.encode() for line in lines]))


def value(about: About, fact: str, **arguments: Any) -> Any:
    return ask(Call(fact, arguments), about)


SIX = About(played("figure-21-6"), at="submit/RCPT.1")
THREE = About(played("figure-21-3"))
ALICE = About(played("alice-to-bob"))
TWO = About(played("two-domains"))
BCC = About(played("bcc"))
UNKNOWN = About(
    played("alice-to-bob", ("submit/MAIL.1", ["MAIL FROM:<carol@example.net>"], "go on"), faults=("unknown-user",))
)
LATER = About(played("alice-to-bob", ("deliver:example.net/RCPT.1!", ["451 OK"], "go on")))


# What was said --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "fact", "arguments", "wanted"),
    [
        (SIX, "smtp.next_code", {}, 250),
        (SIX, "smtp.code", {"place": "submit/DATA.1"}, 354),
        (SIX, "smtp.codes", {}, [220, 250, 250, 250, 354, 250, 221]),
        (SIX, "smtp.commands", {}, ["HELO", "MAIL", "RCPT", "DATA", ".", "QUIT"]),
        (SIX, "smtp.said", {"verb": "ehlo"}, False),
        (SIX, "smtp.times", {"verb": "rcpt"}, 1),
        (SIX, "smtp.greets_as", {}, "laptop.example.com"),
        (SIX, "smtp.speaks_first", {}, "mail.example.com"),
        (SIX, "smtp.port", {}, 25),
        (SIX, "smtp.command", {"verb": "RCPT"}, Spot("step", 7)),
        (SIX, "smtp.reply", {"verb": "RCPT"}, Spot("step", 8)),
        (SIX, "smtp.reply", {"verb": "GREETING"}, Spot("step", 2)),
        (SIX, "smtp.responsible", {}, Spot("step", 13)),
        (SIX, "smtp.refusals", {}, 0),
        (THREE, "smtp.speaks_first", {"leg": "deliver:*"}, "bsdclient.englab.juniper.net"),
        (THREE, "smtp.greets_as", {"leg": "deliver:*"}, "bsdpc2.englab.juniper.net"),
        (THREE, "smtp.connections", {}, 1),
        (THREE, "smtp.port", {}, 25),
        (ALICE, "smtp.connections", {}, 2),
        (ALICE, "smtp.connections", {"server": "mx1.example.net"}, 1),
        (ALICE, "smtp.commands", {"leg": "submit"}, ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"]),
        (ALICE, "smtp.greets_as", {"leg": "deliver:*"}, "mail.example.com"),
        (ALICE, "smtp.port", {}, 587),
        (ALICE, "smtp.times", {"verb": "QUIT"}, 2),
        (ALICE, "smtp.times", {"verb": "QUIT", "leg": "first"}, 1),
        (ALICE, "smtp.limit", {}, 52428800),
        (ALICE, "smtp.reply_lines", {"place": "submit/EHLO.1"}, 6),
        (TWO, "smtp.codes", {"leg": "deliver:example.org"}, [220, 250, 250, 250, 550, 354, 250, 221]),
        (TWO, "smtp.refusals", {}, 1),
        (BCC, "smtp.times", {"verb": "RCPT", "leg": "submit", "accepted": True}, 2),
        (LATER, "smtp.refusal", {"nth": 1}, Spot("step", 48)),
        (LATER, "smtp.connections", {"server": "mx1.example.net"}, 2),
        (About(), "smtp.allowed", {"state": "CONNECTED"}, ["EHLO", "HELO", "NOOP", "QUIT", "RSET", "VRFY"]),
        (About(), "smtp.ending", {}, "CR LF dot CR LF"),
    ],
)  # fmt: skip
def test_what_was_said(about: About, fact: str, arguments: dict[str, Any], wanted: Any) -> None:
    assert value(about, fact, **arguments) == wanted


def test_keywords_are_those_behind_the_first_line_of_the_reply_to_ehlo() -> None:
    offered = value(ALICE, "smtp.keywords")
    assert offered[:2] == ["PIPELINING", "SIZE"]
    assert "mail.example.com" not in offered


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["HELO x.example", "RCPT TO:<bob@example.net>"], 2),
        (["MAIL FROM:<alice@example.com>", "HELO x.example"], 1),
        (["HELO x.example", "NOOP", "RSET"], 0),
    ],
)
def test_which_command_is_the_first_to_be_refused(lines: list[str], wanted: int) -> None:
    about = About(played("figure-21-6", ("submit/HELO.1", lines, "wait")))
    assert value(about, "smtp.refused_at", within="submit/HELO.1") == wanted


# Envelope, and what came of it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "fact", "arguments", "wanted"),
    [
        (ALICE, "smtp.reverse_path", {}, "alice@example.com"),
        (ALICE, "smtp.return_path", {"user": "bob"}, "alice@example.com"),
        (ALICE, "smtp.header", {"user": "bob", "field": "to"}, "Bob <bob@example.net>"),
        (ALICE, "smtp.header", {"user": "bob", "field": "Bcc"}, ""),
        (ALICE, "smtp.handled", {}, "at once"),
        (ALICE, "smtp.holder", {}, "mail.example.com"),
        (ALICE, "smtp.holder", {"leg": "deliver:*"}, "mx1.example.net"),
        (ALICE, "smtp.taken", {}, 1),
        (ALICE, "smtp.deferrals", {}, 0),
        (ALICE, "smtp.queued", {}, 0),
        (THREE, "smtp.body", {"user": "admin@bsdclient.englab.juniper.net"}, "testing to 10.10.11.177\n"),
        (TWO, "smtp.recipients", {"leg": "deliver:*"}, ["bob@example.net", "erin@example.org"]),
        (TWO, "smtp.recipients", {"accepted": False}, ["frank@example.org"]),
        (TWO, "smtp.who_got_it", {}, ["bob", "erin"]),
        (TWO, "smtp.copies", {}, 2),
        (TWO, "smtp.bounces", {}, 1),
        (TWO, "smtp.delivered", {"user": "alice"}, 0),
        (BCC, "smtp.who_got_it", {}, ["bob", "dave"]),
        (BCC, "smtp.names", {"user": "bob", "text": "dave@"}, False),
        (BCC, "smtp.names", {"user": "dave", "text": "Bob@example.NET"}, True),
        (UNKNOWN, "smtp.handled", {}, "returned"),
        (UNKNOWN, "smtp.bounces", {}, 1),
        (UNKNOWN, "smtp.copies", {}, 0),
        (UNKNOWN, "smtp.return_path", {"user": "carol"}, ""),
        (UNKNOWN, "mailbox.bounced_to", {}, ["carol"]),
        (LATER, "smtp.handled", {}, "later"),
        (LATER, "smtp.deferrals", {}, 1),
        (LATER, "smtp.waits_at", {}, "mail.example.com"),
        (LATER, "smtp.copies", {}, 1),
    ],
)
def test_what_came_of_it(about: About, fact: str, arguments: dict[str, Any], wanted: Any) -> None:
    assert value(about, fact, **arguments) == wanted


@pytest.mark.parametrize(
    ("place", "holder"),
    [
        ("submit/MAIL.1", "laptop.example.com"),
        ("submit/DATA.1", "laptop.example.com"),
        ("submit/END_OF_DATA.1", "laptop.example.com"),
        ("submit/QUIT.1", "mail.example.com"),
    ],
)
def test_a_letter_is_the_clients_until_the_dot_is_answered(place: str, holder: str) -> None:
    """RFC 5321 section 6.1."""
    about = About(played("alice-to-bob", (place, [], "wait")))
    assert value(about, "smtp.holder") == holder
    assert value(about, "smtp.copies") == (holder == "mail.example.com")
    assert value(about, "smtp.handled") == ("at once" if holder == "mail.example.com" else "kept")


def test_a_receiver_that_is_off_makes_the_sender_wait() -> None:
    about = About(played("figure-21-3", faults=("receiver-off",)))
    assert value(about, "smtp.waits_at") == "bsdpc2.englab.juniper.net"
    assert value(about, "smtp.handled") == "later"


@pytest.mark.parametrize(
    ("fact", "arguments", "why"),
    [
        ("smtp.next_code", {}, "no reply"),
        ("smtp.code", {"place": "submit/RCPT.9"}, "no reply at submit/RCPT.9"),
        ("smtp.command", {"verb": "VRFY"}, "VRFY is said 0 times"),
        ("smtp.command", {"verb": "RCPT", "nth": 0}, "RCPT is said"),
        ("smtp.reply", {"verb": "RCPT", "nth": 9}, "RCPT has"),
        ("smtp.refusal", {}, "only 0 replies refuse"),
        ("smtp.refused_at", {"within": "submit/VRFY.1"}, "nothing is said at"),
        ("smtp.allowed", {"state": "SLEEPING"}, "no state 'SLEEPING'"),
        ("smtp.body", {"user": "carol"}, "carol got nothing"),
        ("smtp.names", {"user": "carol", "text": "x"}, "carol got nothing"),
        ("smtp.return_path", {"user": "nobody"}, "no user 'nobody'"),
        ("smtp.waits_at", {}, "no letter is put off"),
        ("smtp.holder", {"leg": "nowhere"}, "no such conversation"),
        ("smtp.greets_as", {"leg": "nowhere"}, "nobody says EHLO"),
        ("smtp.speaks_first", {"leg": "nowhere"}, "nobody speaks"),
    ],
)
def test_what_has_no_value_is_told_in_one_line(fact: str, arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(FactError, match=why) as told:
        value(ALICE, fact, **arguments)
    assert "\n" not in str(told.value)


def test_a_reply_without_a_code_has_none() -> None:
    about = About(played("figure-21-6", ("submit/RCPT.1!", ["Sure!"], "go on")), at="submit/RCPT.1")
    with pytest.raises(FactError, match=r"the reply at submit/RCPT\.1! has no code"):
        value(about, "smtp.next_code")


# Whatever is typed ----------------------------------------------------------------------------------------------------


class Told(NamedTuple):
    """What the model expects."""

    codes: list[int]
    calls: int
    taken: int
    copies: dict[str, int]
    refusals: int


def model(lines: Sequence[str]) -> Told:
    """Bob's server in a few lines: it knows bob and carol, and no other mailbox (RFC 5321 sections 4.1.4 and 3.3)."""
    codes, calls, taken = [220], 1, 0
    copies = {"bob": 0, "carol": 0}
    open_, hello, sender, rcpt, content = True, False, False, list[str](), False
    for line in lines:
        if line == "<connect>":
            if open_ or content:  # who calls again hangs up first
                open_ = False
            codes, calls = [*codes, 220], calls + 1
            open_, hello, sender, rcpt, content = True, False, False, [], False
        elif not open_:
            continue
        elif line == "<close>":
            open_ = False
        elif content:
            if line == ".":
                codes.append(250)
                taken += 1
                for one in set(rcpt):
                    copies[one] += 1
                sender, rcpt, content = False, [], False
        elif line.startswith("HELO"):
            codes.append(250)
            hello, sender, rcpt = True, False, []
        elif line.startswith("MAIL"):
            fits = hello and not sender
            codes.append(250 if fits else 503)
            sender = sender or fits
        elif line.startswith("RCPT"):
            who = line[len("RCPT TO:<") : -len("@example.net>")]
            codes.append(503 if not sender else 250 if who in copies else 550)
            if codes[-1] == 250:
                rcpt.append(who)
        elif line == "DATA":
            codes.append(354 if rcpt else 503)
            content = bool(rcpt)
        elif line == "RSET":
            codes.append(250)
            sender, rcpt = False, []
        elif line == "NOOP":
            codes.append(250)
        elif line == "QUIT":
            codes.append(221)
            open_ = False
        else:
            codes.append(500)
    return Told(codes, calls, taken, copies, sum(one >= 400 for one in codes))


#: Lines one by one, and some that belong together: else hardly a letter would come to its end.
CHUNKS = st.sampled_from(
    [
        ("HELO mail.example.com",), ("MAIL FROM:<alice@example.com>",), ("MAIL FROM:<>",),
        ("RCPT TO:<bob@example.net>",), ("RCPT TO:<hugo@example.net>",), ("DATA",), ("",), (".",), ("RSET",),
        ("NOOP",), ("QUIT",), ("<close>",), ("<connect>",),
        ("RCPT TO:<bob@example.net>", "RCPT TO:<carol@example.net>"),
        ("DATA", "", "."), ("DATA", "Subject: x", "", "RSET", "."),
        ("MAIL FROM:<alice@example.com>", "RCPT TO:<hugo@example.net>", "RCPT TO:<carol@example.net>"),
    ]
)  # fmt: skip
LINES = st.lists(CHUNKS, max_size=9).map(lambda chunks: [line for chunk in chunks for line in chunk])
#: What a session of one letter begins with: else most that is drawn never comes to a letter.
OPENING = ("HELO mail.example.com", "MAIL FROM:<alice@example.com>", "RCPT TO:<bob@example.net>")


@given(st.integers(0, len(OPENING)), LINES)
def test_facts_of_any_session_are_those_of_a_small_model(opening: int, lines: list[str]) -> None:
    said = [*OPENING[:opening], *lines]
    told = model(said)
    about = typed(*said)
    typed_legs = {"leg": "deliver:mx1.example.net*"}
    assert value(about, "smtp.codes", **typed_legs) == told.codes
    assert value(about, "smtp.refusals", **typed_legs) == told.refusals
    assert value(about, "smtp.connections", server="mx1.example.net") == told.calls
    assert value(about, "smtp.taken", server="mx1.example.net") == told.taken
    assert {user: value(about, "smtp.delivered", user=user) for user in told.copies} == told.copies
    assert value(about, "smtp.copies") == sum(told.copies.values())
    assert value(about, "smtp.who_got_it") == sorted(user for user, count in told.copies.items() if count)


@given(st.lists(st.one_of(st.sampled_from([*OPENING, "DATA", ".", "<connect>"]), st.text(max_size=20)), max_size=12))
def test_facts_have_a_value_or_say_why_not_whatever_is_typed(lines: list[str]) -> None:
    about = About(play_typed(WORLD, DESK, [line.encode("utf-8", "surrogatepass") for line in lines]))
    arguments = {"verb": "RCPT", "user": "bob", "place": "deliver:mx1.example.net/RCPT.1", "state": "MAIL",
                 "field": "Subject", "text": "bob", "within": "deliver:mx1.example.net/HELO.1"}  # fmt: skip
    for name, one in facts().items():
        if name.startswith("smtp."):
            given_ = {p.name: arguments[p.name] for p in one.parameters if p.required}
            with suppress(FactError):
                value(about, name, **given_)


@pytest.mark.parametrize(
    ("line", "arrives"), [("..", "."), ("...", ".."), ("..profile", ".profile"), ("a.b", "a.b"), (".x", "x")]
)
def test_a_body_is_what_the_reader_has_after_dots_were_undone(line: str, arrives: str) -> None:
    about = typed(*OPENING, "DATA", "Subject: dots", "", line, ".", "QUIT")
    assert value(about, "smtp.body", user="bob") == f"{arrives}\n"
    assert value(about, "smtp.header", user="bob", field="subject") == "dots"


def test_without_an_empty_line_there_is_no_body() -> None:
    about = typed(*OPENING, "DATA", "Hello Bob", ".", "QUIT")
    assert value(about, "smtp.body", user="bob") == ""
