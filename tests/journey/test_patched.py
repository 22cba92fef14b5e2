"""A scenario changed by a piece of a scenario file, as a variant of an exercise changes it."""

from __future__ import annotations

from typing import Any

import pytest

from mailedu.journey import Journey, ScenarioError, load, play
from mailedu.journey.scenario import PatchError, Scenario, patched, with_faults
from mailedu.journey.seat import Seat
from mailedu.mime import parser

READER = "admin1@lnxserver.booklab.englab.juniper.net"


def mailbox(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"world": {"users": {READER: {"messages": list(messages)}}}}


def sizes(scenario: Scenario) -> list[int]:
    return [mail.letter.size for mail in scenario.geography.mailboxes.get(READER, ())]


def said(journey: Journey, place: str) -> str:
    return b"".join(journey.by_place[place].octets).decode()


def test_no_patch_is_the_scenario_itself() -> None:
    assert patched("figure-21-10", {}) is load("figure-21-10")


def test_equal_patches_make_one_scenario() -> None:
    assert patched("figure-21-10", mailbox({"octets": 900})) is patched("figure-21-10", mailbox({"octets": 900}))


def test_tables_merge_and_what_is_not_named_stays() -> None:
    made = patched("alice-to-bob", {"letter": {"cc": ["Carol <carol@example.net>"]}})
    assert said(play(made), "compose/FIELD.3") == "To: Bob <bob@example.net>\r\n"
    assert said(play(made), "submit/RCPT.2") == "RCPT TO:<carol@example.net>\r\n"


def test_false_takes_away() -> None:
    assert "submit/CONTENT.1" in play(patched("alice-to-bob", {"letter": {"attachments": False}})).by_place
    assert "compose/PART.1" not in play(patched("alice-to-bob", {"letter": {"attachments": False}})).by_place


def test_login_and_password_are_what_the_reader_says() -> None:
    user = {"login": "walter", "password": "tulip7"}
    journey = play(patched("figure-21-10", {"world": {"users": {READER: user}}}))
    assert said(journey, "access:admin1/USER.1") == "USER walter\r\n"
    assert said(journey, "access:admin1/PASS.1") == "PASS tulip7\r\n"


def test_edits_come_behind_those_of_the_scenario() -> None:
    patch = {"edits": [{"place": "submit/MAIL.1!", "line": "451 4.3.0 Not now"}]}
    assert said(play(patched("alice-to-bob", patch)), "submit/MAIL.1!") == "451 4.3.0 Not now\r\n"


# Messages that are made up --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("octets", [*range(160, 420), *range(470, 560), 1108, 9_999, 100_001])
def test_a_made_up_message_has_exactly_so_many_octets(octets: int) -> None:
    (mail,) = patched("figure-21-10", mailbox({"octets": octets, "from": "a@b.example"})).geography.mailboxes[READER]
    content = b"".join(mail.letter.chunks)
    assert len(content) == octets
    assert content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    assert {"from", "to", "subject"} <= {field.name.lower() for field in parser.parse(content).headers}


def test_they_replace_what_lay_there_and_are_made_so_many_times() -> None:
    made = patched("figure-21-10", mailbox({"octets": 800, "times": 2}, {"octets": 900, "times": 0}, {"octets": 700}))
    assert sizes(made) == [800, 800, 700]
    assert said(play(made), "access:admin1/STAT.1!") == "+OK 3 2300\r\n"


def test_a_mailbox_can_be_empty() -> None:
    assert said(play(patched("figure-21-10", mailbox())), "access:admin1/STAT.1!") == "+OK 0 0\r\n"
    assert sizes(patched("figure-21-10", mailbox({"octets": 800, "times": 0}))) == []


# What is wrong --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patch", "path", "why"),
    [
        ({"wrld": {}}, ("wrld",), "unknown key"),
        ({"base": "figure-21-6"}, ("base",), "no base"),
        (mailbox({}), ("world", "users", READER, "messages", 0), "either a file, or how many octets"),
        (mailbox({"octets": "many"}), ("world", "users", READER, "messages", 0, "octets"), "wants a number"),
        (mailbox({"octets": 40}), ("world", "users", READER, "messages", 0, "octets"), "wants at least"),
        (mailbox({"octets": 900, "from": "@"}), ("world", "users", READER, "messages", 0, "from"), "@"),
        (mailbox({"file": "files/none.eml"}), (), "no file files/none.eml"),
        ({"edits": [{"place": "x"}]}, (), "no place"),
        ({"world": {"zones": {"..": {}}}}, (), "no domain name"),
        ({"machines": [{}]}, (), "name"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(patch: dict[str, Any], path: tuple[str, ...], why: str) -> None:
    with pytest.raises(PatchError, match=why) as caught:
        patched("figure-21-10", patch)
    assert caught.value.path == path
    assert "\n" not in str(caught.value)


def test_a_letter_that_cannot_be_written_is_told_at_once() -> None:
    with pytest.raises(PatchError, match="nonsense"):
        patched("alice-to-bob", {"letter": {"to": ["nonsense"]}})


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(ScenarioError, match="no scenario"):
        patched("figure-99", {"title": "x"})
    with pytest.raises(ScenarioError, match="no fault"):
        patched("alice-to-bob", {"title": "x"}, ["rain"])


# What is made of it later ---------------------------------------------------------------------------------------------


def test_faults_leave_the_patch_in_place() -> None:
    made = patched("alice-to-bob", {"letter": {"subject": "Tulips"}})
    assert with_faults(with_faults(made, ["greylisting"]), []).letter["subject"] == "Tulips"
    seat = Seat(play(made))
    assert seat.with_faults(["server-down"])
    assert seat.mine.scenario.letter["subject"] == seat.mine.original.scenario.letter["subject"] == "Tulips"
