"""Facts about POP3 sessions, packets and mailboxes: by hand on Figure 21.10, and by a small model on any session."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.exercise.facts import About, FactError, Spot, ask, facts
from mailedu.exercise.model import Call
from mailedu.journey.edit import Then, make
from mailedu.journey.engine import play
from mailedu.journey.scenario import load, patched
from mailedu.journey.typed import desk_of, play_typed

FIGURE = About(play(load("figure-21-10"), (), 0))
THREE = load("mailbox-of-three")
DESK = desk_of(THREE, "pop3")
LOGIN = ("USER bob", "PASS looking-glass")


def said(*lines: str) -> About:
    """What facts are asked about after somebody typed this to the mailbox of three."""
    return About(play_typed(THREE, DESK, [line.encode() for line in lines]))


def value(about: About, fact: str, **arguments: Any) -> Any:
    return ask(Call(fact, arguments), about)


@pytest.mark.parametrize(
    ("fact", "arguments", "wanted"),
    [
        ("pop3.port", {}, 110),
        ("pop3.user", {}, "admin1"),
        ("pop3.password", {}, "admin11"),
        ("pop3.commands", {}, ["USER", "PASS", "STAT", "LIST", "RETR", "DELE", "QUIT"]),
        ("pop3.status", {"command": "DELE 1"}, "+OK"),
        ("pop3.refused", {}, "none"),
        ("pop3.count", {}, 1),
        ("pop3.others", {}, 0),
        ("pop3.message_size", {"message": 1}, 1108),
        ("pop3.reply_octets", {"command": "retr 1"}, 1128),
        ("pop3.all_octets", {}, 1108),
        ("pop3.told", {"command": "STAT", "nth": 2}, 1108),
        ("pop3.listed", {}, [1]),
        ("pop3.fetched", {"message": 1}, True),
        ("pop3.marked", {"message": 1}, True),
        ("pop3.message_survives", {"message": 1}, False),
        ("pop3.fate", {"message": 1}, "deleted"),
        ("mailbox.left", {}, []),
        ("packet.count", {}, 23),
        ("packet.bare", {}, 8),
        ("packet.port", {"side": "client"}, 2447),
        ("packet.address", {"side": "server"}, "10.10.11.66"),
        ("packet.established", {}, Spot("packet", 3)),
        ("packet.carrying", {"text": "admin11"}, Spot("packet", 8)),
        ("packet.saying", {"text": "stat"}, Spot("packet", 10)),
        ("packet.replying", {"text": "RETR"}, Spot("packet", 15)),
        ("packet.acknowledging", {"text": "USER"}, Spot("packet", 6)),
        ("packet.acknowledging", {"text": "QUIT"}, Spot("packet", 19)),
        ("packet.fin", {"side": "client"}, Spot("packet", 22)),
        ("packet.last", {"side": "server"}, Spot("packet", 19)),
        ("packet.seq", {"text": "QUIT"}, 56),
        ("packet.next_seq", {"text": "QUIT"}, 62),
        ("packet.ack", {"text": "DELE"}, 1307),
        ("packet.window", {"text": "USER"}, 17470),
        ("packet.length", {"text": "+OK 1108"}, 1128),
        ("packet.octets", {"side": "client"}, 61),
        ("packet.octets", {"side": "server"}, 1341),
        ("packet.fin_seq", {"side": "server"}, 1342),
        ("packet.closes_first", {}, "server"),
    ],
)
def test_the_figure(fact: str, arguments: dict[str, Any], wanted: Any) -> None:
    assert value(FIGURE, fact, **arguments) == wanted


@pytest.mark.parametrize(
    ("edit", "fate", "place"),
    [
        (make("access:admin1/DELE.1", []), "kept", "access:admin1/RETR.1"),
        (make("access:admin1/DELE.1", ["RSET"]), "kept", "access:admin1/RETR.1"),
        (make("access:admin1/QUIT.1", ["RSET"], Then.KEEP), "unmarked", "access:admin1/QUIT.1+1!"),
        (make("access:admin1/QUIT.1", []), "cut", "access:admin1/LINK.2"),
        (make("access:admin1/QUIT.1", [], Then.WAIT), "cut", "access:admin1/LINK.2"),
        (make("access:admin1/RETR.1", ["RSET"], Then.KEEP), "deleted", "access:admin1/QUIT.1!"),
    ],
)
def test_what_becomes_of_a_message_is_decided_at_a_step(edit: Any, fate: str, place: str) -> None:
    journey = play(load("figure-21-10"), (edit,), 0)
    about = About(journey)
    assert value(about, "pop3.fate", message=1) == fate
    assert value(about, "pop3.message_survives", message=1) is (fate != "deleted")
    assert journey.step(value(about, "pop3.decided", message=1).first).place == place


def test_a_size_counts_no_doubled_dot_and_no_end() -> None:
    owner = "admin1@lnxserver.booklab.englab.juniper.net"
    patch = {"world": {"users": {owner: {"messages": [{"octets": 1600}, {"octets": 444, "times": 2}]}}}}
    about = About(play(patched("figure-21-10", patch), (), 0))
    assert [value(about, "pop3.message_size", message=n) for n in (1, 2, 3)] == [1600, 444, 444]
    assert value(about, "pop3.reply_octets", command="RETR 1") == len("+OK 1600 octets\r\n") + 1600 + 3
    assert value(about, "pop3.count") == 3
    assert value(about, "pop3.others") == 0  # all were fetched


def test_numbers_are_those_of_the_first_login() -> None:
    about = said(*LOGIN, "DELE 1", "QUIT", "<connect>", *LOGIN, "RETR 2", "DELE 1", "<close>")
    assert value(about, "pop3.logins") == 2
    assert value(about, "pop3.fetched_numbers") == [3]
    assert value(about, "pop3.fetched", message=3, login=2)
    assert not value(about, "pop3.fetched", message=3, login=1)
    assert value(about, "pop3.marked_numbers") == [1, 2]
    assert value(about, "mailbox.left") == [2, 3]
    assert value(about, "mailbox.number", message=3) == 2


@pytest.mark.parametrize(
    ("fact", "arguments", "why"),
    [
        ("pop3.reply_octets", {"command": "TOP 1 0"}, "nobody says TOP 1 0"),
        ("pop3.message_size", {"message": 4}, "no message 4"),
        ("pop3.told", {"command": "STAT", "nth": 3}, "2 numbers"),
        ("pop3.allowed", {"state": "LOST"}, "no state 'LOST'"),
        ("packet.saying", {"text": "APOP"}, "no packet says 'APOP'"),
        ("packet.syn", {"nth": 2}, "only 1"),
        ("packet.port", {"side": "middle"}, "neither client nor server"),
        ("packet.count", {"side": "middle"}, "neither client nor server"),
        ("mailbox.number", {"message": 1}, "gone"),
        ("mailbox.left", {"user": "nobody"}, "no user 'nobody'"),
    ],
)
def test_what_has_no_value_is_told_in_one_line(fact: str, arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(FactError) as told:
        value(FIGURE, fact, **arguments)
    assert why in str(told.value)
    assert "\n" not in str(told.value)


def test_who_never_got_in_has_fetched_nothing() -> None:
    about = said("USER bob", "PASS wrong", "RETR 1", "QUIT")
    assert value(about, "pop3.refused") == "PASS"
    assert value(about, "pop3.fetched", message=1) is False
    assert value(about, "pop3.marked_numbers") == []
    assert value(about, "mailbox.left") == [1, 2, 3]


def test_owners_are_those_whose_mailbox_the_letter_came_to() -> None:
    edit = make("submit/RCPT.1", ["RCPT TO:<carol@example.net>"])
    about = About(play(load("alice-to-bob"), (edit,), 0))
    assert value(about, "mailbox.owners", message=1) == ["carol"]
    assert value(FIGURE, "mailbox.owners", message=1) == []


def test_every_fact_says_what_it_is() -> None:
    for one in facts().values():
        if one.name.split(".")[0] in ("pop3", "packet", "mailbox"):
            assert 20 < len(one.about) < 260, one.name
            assert one.about.endswith("."), one.name


# A small model of a maildrop ------------------------------------------------------------------------------------------

LINES = st.sampled_from(
    [f"{verb} {n}" for verb in ("DELE", "RETR") for n in (1, 2, 3, 4)] + ["RSET", "NOOP", "STAT", "LIST"]
)  # fmt: skip


class Maildrop:
    """Three letters, by the numbers that they had first, and what RFC 1939 says of DELE, RETR, RSET and QUIT."""

    def __init__(self) -> None:
        self.left = [1, 2, 3]
        self.fetched: set[int] = set()
        self.marked_at_an_end: set[int] = set()

    def session(self, lines: list[str], *, ends_well: bool) -> None:
        there, marked = list(self.left), set[int]()
        for line in lines:
            verb, _, number = line.partition(" ")
            if verb == "RSET":
                marked.clear()
            elif number and int(number) <= len(there) and (letter := there[int(number) - 1]) not in marked:
                (self.fetched if verb == "RETR" else marked).add(letter)
        self.marked_at_an_end |= marked
        if ends_well:
            self.left = [letter for letter in self.left if letter not in marked]


@pytest.mark.law
@given(st.lists(st.tuples(st.lists(LINES, max_size=7), st.booleans()), min_size=1, max_size=3))
def test_facts_of_any_sessions_are_those_of_the_model(sessions: list[tuple[list[str], bool]]) -> None:
    model, typed = Maildrop(), list[str]()
    for lines, ends_well in sessions:
        model.session(lines, ends_well=ends_well)
        typed += [*(["<connect>"] if typed else []), *LOGIN, *lines, "QUIT" if ends_well else "<close>"]
    about = said(*typed)
    assert value(about, "mailbox.left") == model.left
    assert value(about, "pop3.fetched_numbers") == sorted(model.fetched)
    assert value(about, "pop3.marked_numbers") == sorted(model.marked_at_an_end)
    for letter in (1, 2, 3):
        assert value(about, "pop3.message_survives", message=letter) is (letter in model.left)
        assert (value(about, "pop3.fate", message=letter) == "deleted") is (letter not in model.left)


@pytest.mark.law
@given(st.lists(st.binary(max_size=30), max_size=6))
def test_any_octets_typed_have_facts_or_a_reason(lines: list[bytes]) -> None:
    about = About(play_typed(THREE, DESK, lines))
    for name, one in facts().items():
        if not name.startswith(("pop3.", "packet.", "mailbox.")):
            continue
        known = {"message": 1, "command": "RETR 1", "text": "RETR", "side": "client", "state": "UPDATE", "user": "bob"}
        arguments = {p.name: known[p.name] for p in one.parameters if p.required}
        with suppress(FactError):
            value(about, name, **arguments)
