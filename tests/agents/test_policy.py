"""What servers say yes to: logins, recipients, relaying, quota, circles, locked mailboxes; and what readers do."""

from __future__ import annotations

import pytest

from mailedu import pop3
from mailedu.agents import effects
from mailedu.agents.policy import MailboxPolicy
from mailedu.agents.world import Mail, World
from mailedu.journey import Journey, Scenario, load, play
from mailedu.journey.edit import parse
from mailedu.network.clock import Clock
from mailedu.smtp.session import Envelope
from tests.journey.plays import steps_of
from tests.journey.worlds import ALWAYS, other

BOB = "bob@example.net"


def played(scenario: Scenario | str, *edits: str) -> Journey:
    return play(scenario, [parse(edit) for edit in edits])


def reply(journey: Journey, place: str) -> str:
    return journey.by_place[place].octets[0].decode().strip()


@pytest.mark.parametrize(
    ("mailbox", "answer"),
    [
        (BOB, "250 2.1.5"), ("BOB@EXAMPLE.NET", "250 2.1.5"), ("zoe@example.net", "550 5.1.1"),
        ("postmaster@example.net", "250 2.1.5"), ("Postmaster@example.net", "250 2.1.5"), ("postmaster", "250 2.1.5"),
        ("bob@elsewhere.example", "550 5.7.1"), ("alice@example.com", "550 5.7.1"),
    ],
)  # fmt: skip
def test_an_exchanger_takes_its_own_mailboxes_and_relays_for_nobody(mailbox: str, answer: str) -> None:
    journey = played(other(), f"+deliver:example.net/RCPT=RCPT TO:<{mailbox}>")
    assert reply(journey, "deliver:example.net/RCPT.1+1!").startswith(answer)


def test_a_worse_exchanger_takes_what_it_can_hand_on() -> None:
    journey = played(other(hosts={"mx1.example.net": {"down": ((0.0, 60.0),)}}))
    assert reply(journey, "deliver:example.net#2/RCPT.1!").startswith("250")


def test_who_is_logged_in_may_send_anywhere_and_others_may_not() -> None:
    assert reply(played(other()), "submit/RCPT.1!").startswith("250")
    journey = played(other(), "submit/AUTH=")
    assert reply(journey, "submit/MAIL.1!").startswith("530 5.7.0")


def test_a_wrong_password_is_refused_octet_for_octet() -> None:
    assert reply(played("wrong-password"), "submit/RESPONSE.2!").startswith("535 5.7.8")
    # Wonderland with a capital.
    assert reply(played(other(), "submit/RESPONSE.2=V29uZGVybGFuZA=="), "submit/RESPONSE.2!").startswith("535")


def test_a_login_name_may_be_the_address() -> None:
    # alice@example.com in base64
    journey = played(other(), "submit/RESPONSE.1=YWxpY2VAZXhhbXBsZS5jb20=")
    assert reply(journey, "submit/RESPONSE.2!").startswith("235")


def test_a_client_on_the_list_needs_no_login() -> None:
    journey = play(load("figure-21-6"))
    assert [reply(journey, f"submit/{verb}.1!")[:3] for verb in ("HELO", "MAIL", "RCPT", "DATA")] == [
        "250", "250", "250", "354"
    ]  # fmt: skip
    stranger = other("figure-21-6", hosts={"mail.example.com": {"relay_for": ()}})
    assert reply(played(stranger), "submit/RCPT.1!").startswith("550")


def test_a_full_mailbox_is_not_now_and_tried_again() -> None:
    """452, not 552: room may come. The queue tries until five days are over (FIELD-NOTES, RFC 5321 section 4.5.4.1)."""
    lying = Mail("0001", effects.Letter("old", (), (b"x" * 500,), Envelope("", (BOB,))))
    scenario = other(users={BOB: {"quota": 500}}, mailboxes={BOB: (lying,)})
    journey = played(scenario)
    assert reply(journey, "deliver:example.net/RCPT.1!").startswith("452 4.2.2")
    assert journey.by_place["deliver:example.net#2/RCPT.1!"].octets[0].startswith(b"452")
    assert journey.world(len(journey)).bounced == (("letter", BOB),)
    roomy = other(users={BOB: {"quota": 501}}, mailboxes={BOB: (lying,)})
    assert [one.recipient for one in played(roomy).stored] == [BOB]


def test_an_exchanger_without_the_mailbox_is_the_end_of_the_way() -> None:
    """RFC 5321 section 5.1: what finds no better exchanger than itself is an error, no circle."""
    zones = {"example.net": {"MX": [[10, "mx1.example.net"]]}}
    scenario = other(users={BOB: {"reads_from": ("mx9.example.net", 110)}}, zones=zones)
    journey = played(scenario)
    # mx1 is the only exchanger and the mailbox is nowhere: mx1 is its own best exchanger.
    assert journey.world(len(journey)).bounced == (("letter", BOB),)


def test_too_large_is_said_at_mail_where_size_is_declared_and_at_the_dot_where_not() -> None:
    assert reply(played("too-large"), "submit/MAIL.1!").startswith("552 5.3.4 817 octets are more than the 512")
    journey = played("too-large", "submit/MAIL=MAIL FROM:<alice@example.com>")
    assert reply(journey, "submit/END_OF_DATA.1!").startswith("552 5.3.4 817 octets are more than the 512")
    assert journey.world(len(journey)).kept == (("letter", (BOB,)),)


# Mailboxes ------------------------------------------------------------------------------------------------------------


def test_a_mailbox_is_one_readers_at_a_time() -> None:
    """RFC 1939 section 4: an exclusive lock; RFC 2449 section 8.1.1: [IN-USE]."""
    scenario = load("figure-21-10")
    world = World(scenario.geography, Clock(scenario.start), 0)
    host = world.hosts["lnxserver.booklab.englab.juniper.net"]
    client = world.hosts["lnxclient.booklab.englab.juniper.net"]

    def session() -> tuple[pop3.Server, MailboxPolicy]:
        policy = MailboxPolicy(world, host, client)
        server = pop3.Server(host.name, policy)
        server.receive(b"USER admin1\r\nPASS admin11\r\n")
        return server, policy

    first, policy = session()
    second, other_policy = session()
    assert first.state is pop3.State.TRANSACTION
    assert second.state is pop3.State.AUTHORIZATION
    assert second.to_send()[-1].startswith(b"-ERR [IN-USE]")
    assert other_policy.effects == []
    first.receive(b"DELE 1\r\n")
    first.eof()
    kinds = [type(effect).__name__ for effect in policy.effects]
    assert kinds[:2] == ["Locked", "Marked"]
    assert kinds[-1] == "Unlocked"
    assert "Expunged" not in kinds
    third, policy = session()
    assert third.state is pop3.State.TRANSACTION
    third.receive(b"DELE 1\r\nQUIT\r\n")
    assert [type(effect).__name__ for effect in policy.effects] == ["Locked", "Marked", "Expunged", "Unlocked"]


def test_a_connection_that_drops_deletes_nothing() -> None:
    journey = play(edits=[parse("access:bob/QUIT=")])
    view = journey.world(len(journey))
    assert [lying.marked for lying in view.boxes[BOB].letters] == [False]
    assert not view.boxes[BOB].locked
    marked = journey.world(journey.by_place["access:bob/DELE.1!"].n)
    assert [lying.marked for lying in marked.boxes[BOB].letters] == [True]
    assert marked.boxes[BOB].locked


def test_a_refused_quit_still_carries_out_what_it_says() -> None:
    """An edited +OK does the deed, an edited -ERR does not."""
    assert play(edits=[parse("access:bob/QUIT!=+OK bye")]).world(10**6).boxes[BOB].letters == ()
    assert len(play(edits=[parse("access:bob/QUIT!=-ERR some not removed")]).world(10**6).boxes[BOB].letters) == 1


def test_an_acknowledged_dele_marks_and_a_refused_one_does_not() -> None:
    assert not play(edits=[parse("access:bob/DELE!=+OK gone")]).world(10**6).boxes[BOB].letters
    assert play(edits=[parse("access:bob/DELE!=-ERR no")]).world(10**6).boxes[BOB].letters


def test_a_reader_without_mail_finds_nothing() -> None:
    journey = played("wrong-password")
    assert journey.steps[-1].verb == "NOTHING"
    assert reply(journey, "access:bob/STAT.1!").startswith("+OK 0 0")


def test_a_reader_who_cannot_log_in_reads_nothing() -> None:
    journey = played(other(), "access:bob/PASS=PASS wrong")
    assert not [step for step in steps_of(journey, "access:bob") if step.verb in ("READ", "NOTHING", "RETR")]
    assert len(journey.world(len(journey)).boxes[BOB].letters) == 1


def test_a_reader_whose_server_is_down_gets_no_connection() -> None:
    scenario = other(users={BOB: {"reads_from": ("mx1.example.net", 111)}})
    journey = played(scenario)
    assert [step.verb for step in steps_of(journey, "access:bob")] == ["REFUSED"]


def test_a_submission_server_that_is_down_leaves_the_letter_with_alice() -> None:
    journey = played(other(hosts={"mail.example.com": {"down": ALWAYS}}))
    assert [step.verb for step in steps_of(journey, "submit")] == ["UNREACHABLE", "KEEP"]
    assert journey.world(len(journey)).kept == (("letter", (BOB,)),)


def test_several_letters_are_fetched_in_order_and_all_deleted() -> None:
    scenario = load("figure-21-10")
    address = scenario.reader
    mails = tuple(
        Mail(f"{n:04d}", effects.Letter(f"m{n}", (), (b"Subject: %d\r\n\r\n.\r\n" % n,), Envelope("", (address,))))
        for n in range(1, 4)
    )
    journey = play(other("figure-21-10", mailboxes={address: mails}))
    said = [step.octets[0].split()[0] + step.octets[0].split()[-1] for step in steps_of(journey, "access:admin1")
            if step.kind == "command" and step.verb in ("RETR", "DELE")]  # fmt: skip
    assert said == [b"RETR1", b"DELE1", b"RETR2", b"DELE2", b"RETR3", b"DELE3"]
    assert journey.world(len(journey)).boxes[address].letters == ()
    assert len([step for step in journey.steps if step.verb == "READ"]) == 3


def test_numbers_come_from_list_else_from_stat() -> None:
    journey = played(other(), "access:bob/LIST=")
    assert reply(journey, "access:bob/RETR.1!").startswith("+OK")


def test_postmaster_has_a_mailbox() -> None:
    """RFC 5321 section 4.5.1. Nobody reads it here, but what is acknowledged is kept."""
    for address, mailbox in (("Postmaster", "postmaster@mx1.example.net"), ("postmaster@example.net",) * 2):
        journey = played(other(), f"deliver:example.net/RCPT=RCPT TO:<{address}>")
        assert [one.mailbox for one in journey.stored] == [mailbox, BOB]
