"""Fetching mail: the order of Figures 21.9 and 21.10, and what a client makes of refusals and dropped lines."""

from __future__ import annotations

from typing import Any

import pytest

from mailedu.pop3.maildrop import Maildrop
from mailedu.pop3.scripts import Fetched, fetch

from .helpers import FIRST, SECOND, THIRD, Pair, World, edited, play, server

FIGURE = {
    "GREETING": "POP3 lnxserver.englab.jnpr.net service ready",
    "USER_OK": "User name accepted, password please",
    "OPENED": "Mailbox open, {messages} messages",
    "LIST": "Mailbox scan listing follows",
    "DELE": "Message deleted",
    "BYE": "Sayonara",
}


def run(world: World, *, drop: tuple[str, ...] = (), password: str = "looking glass", **options: Any) -> Any:
    delete = options.pop("delete", True)
    pair = Pair(server(world, **options))
    outcome = play(fetch("bob", password, delete=delete), pair, drop)
    if not pair.client.closed:
        pair.client.eof()
        pair.server.eof()
    return outcome, [event.verb for event in pair.heard_by_client if event.kind == "command"]


def letters(outcome: Fetched) -> dict[int, bytes]:
    return {number: b"".join(content.chunks) for number, content in outcome.letters}


def test_figure_21_10_line_by_line() -> None:
    class Lnxserver(World):
        def login(self, server: object, user: str, password: bytes) -> Maildrop:
            assert (user, password) == ("admin1", b"admin11")
            return self.maildrop()

    world = Lnxserver((b"Subject: 1108 octets\r\n\r\n" + b"x" * 1082 + b"\r\n",))
    pair = Pair(server(world, texts=FIGURE))
    outcome = play(fetch("admin1", "admin11"), pair)
    said = [b"".join(event.octets) for event in pair.heard_by_client]
    assert [len(octets) for octets in said] == [50, 13, 41, 14, 30, 6, 12, 6, 45, 8, 17 + 1108 + 3, 8, 21, 6, 14]
    assert said[0] == b"+OK POP3 lnxserver.englab.jnpr.net service ready\r\n"
    assert said[1:6] == [
        b"USER admin1\r\n",
        b"+OK User name accepted, password please\r\n",
        b"PASS admin11\r\n",
        b"+OK Mailbox open, 1 messages\r\n",
        b"STAT\r\n",
    ]
    assert said[6:10] == [
        b"+OK 1 1108\r\n",
        b"LIST\r\n",
        b"+OK Mailbox scan listing follows\r\n1 1108\r\n.\r\n",
        b"RETR 1\r\n",
    ]
    assert said[10].startswith(b"+OK 1108 octets\r\n")
    assert said[11:] == [b"DELE 1\r\n", b"+OK Message deleted\r\n", b"QUIT\r\n", b"+OK Sayonara\r\n"]
    # The relative sequence numbers of the FINs: 1 for the SYN, then every octet.
    assert 1 + sum(len(octets) for octets in said[0::2]) == 1342
    assert 1 + sum(len(octets) for octets in said[1::2]) == 62
    assert outcome.deleted == (1,)
    assert world.messages == {}


def test_fetches_and_deletes_all() -> None:
    world = World()
    outcome, said = run(world)
    assert letters(outcome) == {1: FIRST, 2: SECOND, 3: THIRD}
    assert outcome[1:] == ((1, 2, 3), None, "QUIT")
    assert said == ["USER", "PASS", "STAT", "LIST", *["RETR", "DELE"] * 3, "QUIT"]
    assert world.messages == {}


def test_may_leave_all_on_the_server() -> None:
    world = World()
    outcome, said = run(world, delete=False)
    assert len(outcome.letters) == 3
    assert outcome.deleted == ()
    assert "DELE" not in said
    assert len(world.messages) == 3


def test_nothing_there() -> None:
    outcome, said = run(World(()))
    assert said == ["USER", "PASS", "STAT", "QUIT"]
    assert outcome == Fetched()


def test_a_wrong_password_ends_with_quit() -> None:
    outcome, said = run(World(), password="wrong")
    assert said == ["USER", "PASS", "QUIT"]
    assert (outcome.refused.code, outcome.stage, outcome.letters) == ("AUTH", "PASS", ())


@pytest.mark.parametrize(("verb", "said"), [("GREETING", []), ("USER", ["USER", "QUIT"])])
def test_refusals_before_the_login(verb: str, said: list[str]) -> None:
    outcome, lines = run(World(), stand_in=edited(**{verb: [b"-ERR no"]}))
    assert lines == said
    assert outcome.stage == verb


def test_a_refused_retr_is_not_deleted() -> None:
    world = World()
    outcome, said = run(world, stand_in=edited(RETR=[b"-ERR damaged"]))
    assert letters(outcome) == {2: SECOND, 3: THIRD}
    assert outcome.deleted == (2, 3)
    assert list(world.messages) == [1]
    assert said.count("DELE") == 2


def test_a_refused_dele_stops_nothing() -> None:
    world = World()
    outcome, _ = run(world, stand_in=edited(DELE=[b"-ERR no"]))
    assert (len(outcome.letters), outcome.deleted, list(world.messages)) == (3, (2, 3), [1])


def test_numbers_come_from_stat_where_list_is_refused() -> None:
    outcome, _ = run(World(), stand_in=edited(LIST=[b"-ERR no"]))
    assert list(letters(outcome)) == [1, 2, 3]


def test_when_quit_is_refused_nothing_counts_as_deleted() -> None:
    outcome, _ = run(World(), stand_in=edited(QUIT=[b"-ERR full"]))
    assert (len(outcome.letters), outcome.deleted, str(outcome.refused)) == (3, (), "-ERR full")


@pytest.mark.parametrize("verb", ["STAT", "LIST"])
def test_without_stat_or_list_it_goes_on(verb: str) -> None:
    outcome, said = run(World(), drop=(verb,))
    assert len(outcome.letters) == 3
    assert verb not in said


def test_without_both_it_knows_no_numbers_and_leaves() -> None:
    outcome, said = run(World(), drop=("STAT", "LIST"))
    assert outcome.letters == ()
    assert said == ["USER", "PASS", "QUIT"]


def test_what_did_not_come_is_not_deleted() -> None:
    world = World()
    outcome, said = run(world, drop=("RETR",))
    assert outcome == Fetched()
    assert "DELE" not in said
    assert len(world.messages) == 3


def test_a_dropped_dele_leaves_the_message() -> None:
    world = World()
    outcome, _ = run(world, drop=("DELE",))
    assert (len(outcome.letters), outcome.deleted, len(world.messages)) == (3, (), 3)


def test_a_dropped_quit_deletes_nothing() -> None:
    world = World()
    outcome, _ = run(world, drop=("QUIT",))
    assert (len(outcome.letters), outcome.deleted, outcome.refused, len(world.messages)) == (3, (), None, 3)


@pytest.mark.parametrize("verb", ["USER", "PASS"])
def test_without_a_login_the_server_refuses_the_rest(verb: str) -> None:
    outcome, said = run(World(), drop=(verb,))
    assert outcome.letters == ()
    assert said[-1] == "QUIT"


@pytest.mark.parametrize("verb", ["USER", "PASS", "STAT", "LIST", "RETR", "DELE", "QUIT"])
def test_silence_ends_it_and_deletes_nothing(verb: str) -> None:
    world = World()
    outcome, said = run(world, stand_in=edited(**{verb: []}))
    assert said[-1] == verb
    assert (outcome.stage, outcome.deleted, len(world.messages)) == (verb, (), 3)
