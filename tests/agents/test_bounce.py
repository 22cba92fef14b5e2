"""Reports of failure: `multipart/report` from <>, read by the standard library, and never answered by another."""

from __future__ import annotations

import pytest

from mailedu.agents import effects
from mailedu.agents.actions import Action
from mailedu.journey import Journey, Scenario, Stage, load, play
from mailedu.journey.edit import parse
from tests.agents.reports import for_programs, report
from tests.journey.worlds import other

ALICE = "alice@example.com"


def played(scenario: Scenario | str, *edits: str) -> Journey:
    return play(scenario, [parse(edit) for edit in edits])


def test_the_report_is_one_as_the_standard_library_reads_it() -> None:
    """RFC 6522 section 3: for people, for programs, and what came back."""
    message = report(played("unknown-user"))
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    people, programs, returned = message.iter_parts()
    assert (people.get_content_type(), programs.get_content_type(), returned.get_content_type()) == (
        "text/plain", "message/delivery-status", "text/rfc822-headers"
    )  # fmt: skip
    assert "bob@example.net" in people.get_content()
    assert "550 5.1.1 No such mailbox here" in people.get_content()
    assert "Subject: Dinner at the =?utf-8?Q?caf=C3=A9?=" in returned.get_content()
    assert "Received: from laptop.example.com" in returned.get_content()


def test_the_part_for_programs_has_the_fields_of_rfc_3464() -> None:
    about, recipient = for_programs(played("unknown-user"))
    assert about["Reporting-MTA"] == "dns; mail.example.com"
    assert recipient["Final-Recipient"] == "rfc822; bob@example.net"
    assert recipient["Action"] == "failed"
    assert recipient["Status"] == "5.1.1"
    assert recipient["Remote-MTA"] == "dns; mx1.example.net"
    assert recipient["Diagnostic-Code"] == "smtp; 550 5.1.1 No such mailbox here"


def test_each_recipient_that_failed_has_its_fields() -> None:
    scenario = other(letter={"to": ["bob@example.net", "zoe@example.net", "carol@example.net", "yann@example.net"]})
    failed = [fields["Final-Recipient"] for fields in for_programs(played(scenario))[1:]]
    assert failed == ["rfc822; zoe@example.net", "rfc822; yann@example.net"]


def test_it_goes_to_the_reverse_path_from_the_null_reverse_path() -> None:
    journey = played("unknown-user")
    bounced = next(e for step in journey.steps for e in step.effects if isinstance(e, effects.Bounced))
    assert bounced.report.envelope.reverse_path == ""
    assert bounced.report.envelope.recipients == (ALICE,)
    stored = journey.stored[0]
    assert (stored.mailbox, stored.letter.added[0]) == (ALICE, b"Return-Path: <>\r\n")
    message = report(journey)
    assert message["from"].addresses[0].username == "MAILER-DAEMON"
    assert message["auto-submitted"] == "auto-replied"
    assert message["to"].addresses[0].addr_spec == ALICE


def test_its_parts_are_steps_and_alice_reads_it() -> None:
    journey = played("unknown-user")
    assert [step.place for step in journey.steps if step.leg.protocol == "bounce"] == [
        "bounce:example.net/BOUNCE.1", "bounce:example.net/PART.1", "bounce:example.net/PART.2",
        "bounce:example.net/PART.3",
    ]  # fmt: skip
    assert journey.legs[-1].name == "bounce1.access:alice"
    assert b"could not be delivered" in journey.steps[-1].octets[0]


def test_a_report_travels_to_a_foreign_sender() -> None:
    """The reverse-path may be elsewhere: then the report goes through queue, DNS and SMTP like any letter."""
    journey = played("unknown-user", "submit/MAIL=MAIL FROM:<carol@example.net>")
    assert [one.mailbox for one in journey.stored] == ["carol@example.net"]
    names = [leg.name for leg in journey.legs if leg.letter == "bounce1"]
    assert names[:3] == ["bounce1.queue", "bounce1.mx:example.net", "bounce1.deliver:example.net"]
    said = journey.by_place["bounce1.deliver:example.net/MAIL.1"].octets[0]
    assert said.startswith(b"MAIL FROM:<> SIZE=")


@pytest.mark.parametrize(
    "edit",
    [
        "submit/MAIL=MAIL FROM:<>",
        "submit/MAIL=MAIL FROM:<nobody@example.com>",
        "submit/MAIL=MAIL FROM:<somebody@nowhere.example>",
        "submit/MAIL=MAIL FROM:<zoe@example.net>",
    ],
)
def test_a_report_is_never_answered_by_a_report(edit: str) -> None:
    """RFC 5321 section 4.5.5: what comes from <> and fails is dropped."""
    journey = played("unknown-user", edit)
    world = journey.world(len(journey))
    assert not journey.stored
    assert len(world.dropped) == 1
    assert len(world.bounced) == (0 if edit.endswith("<>") else 1)
    assert not world.queue
    dropped = next(step for step in journey.steps if step.verb == Action.DROP)
    assert dropped.octets[0].strip()


def test_at_the_end_of_data_a_refusal_concerns_all_who_were_accepted() -> None:
    scenario = other(letter={"to": ["bob@example.net", "carol@example.net"]})
    journey = played(scenario, "deliver:example.net/END_OF_DATA!=554 5.7.1 spam")
    assert journey.world(len(journey)).bounced == (("letter", "bob@example.net"), ("letter", "carol@example.net"))
    people = next(report(journey).iter_parts()).get_content()
    assert people.count("554 5.7.1 spam") == 2


def test_what_was_accepted_by_an_edited_reply_and_has_no_mailbox_comes_back() -> None:
    """The host answered for it: no such mailbox is no excuse for losing it without a word."""
    scenario = other(letter={"to": ["zoe@example.net"]})
    journey = played(scenario, "deliver:example.net/RCPT!=250 2.1.5 fine")
    world = journey.world(len(journey))
    assert world.bounced == (("letter", "zoe@example.net"),)
    assert [one.mailbox for one in journey.stored] == [ALICE]
    assert for_programs(journey)[0]["Reporting-MTA"] == "dns; mx1.example.net"


def test_hostile_words_of_a_server_stay_one_line_in_the_report() -> None:
    words = "550 5.7.1 \x1b[31mno\x07 " + "x" * 3000
    journey = played("alice-to-bob", f"deliver:example.net/RCPT!={words}")
    text = b"".join(next(one for one in journey.stored if one.letter.parent).letter.chunks)
    assert max(map(len, text.split(b"\r\n"))) < 998
    assert len(for_programs(journey)) == 2


def test_what_alice_could_not_hand_in_is_kept_and_no_report_is_written() -> None:
    journey = play(load("wrong-password"))
    world = journey.world(len(journey))
    assert world.kept == (("letter", ("bob@example.net",)),)
    assert not any(leg.stage is Stage.DELIVER for leg in journey.legs)
