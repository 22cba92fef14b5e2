"""The scenarios that exercises ask about: what each is there to show does happen in it."""

from __future__ import annotations

from mailedu.journey import Journey, Kind, Stage, load, play
from mailedu.journey.typed import client_lines

ADMIN = "admin@bsdclient.englab.juniper.net"
BOX = f"process:{ADMIN}"


def said(journey: Journey, leg: str, kind: Kind = Kind.REPLY) -> list[str]:
    """First lines of what was said in a conversation."""
    return [s.octets[0].decode().rstrip("\r\n") for s in journey.steps if s.leg.name == leg and s.kind is kind]


def stored(journey: Journey) -> list[str]:
    return [one.mailbox for one in journey.stored]


# Figure 21.3 ----------------------------------------------------------------------------------------------------------


def test_figure_21_3_needs_no_mail_server() -> None:
    journey = play("figure-21-3")
    talks = [leg for leg in journey.legs if leg.protocol in ("smtp", "submission", "pop3")]
    assert [(leg.actor, leg.peer) for leg in talks] == [
        ("bsdpc2.englab.juniper.net", "bsdclient.englab.juniper.net"),
    ]  # fmt: skip
    assert {leg.stage for leg in journey.legs} == {Stage.COMPOSE, Stage.DELIVER, Stage.PROCESS}
    assert stored(journey) == [ADMIN]


def test_figure_21_3_says_what_is_printed() -> None:
    journey = play("figure-21-3")
    leg = f"deliver:{ADMIN.rpartition('@')[2]}"
    assert said(journey, leg, Kind.COMMAND)[0] == "EHLO bsdpc2.englab.juniper.net"
    replies = said(journey, leg)
    assert replies[0].startswith("220 bsdclient.englab.juniper.net ESMTP Sendma")
    assert replies[1].startswith("250-bsdclient.englab.juniper.net Hello bsdser")
    assert replies[2].startswith("250 2.1.0 <admin@bsdserver.englab.juniper.net")
    assert replies[3].startswith("250 2.1.5 <admin@bsdclient.englab.juniper.net")
    assert replies[5].endswith("Message accepted for delivery")


def test_figure_21_3_until_the_envelope_stands_is_timed_as_printed() -> None:
    journey = play("figure-21-3")
    of_smtp = [packet for packet in journey.packets if {packet.source.port, packet.target.port} == {1710, 25}]
    start = of_smtp[0].time
    assert [f"{packet.time - start:.6f}" for packet in of_smtp[:10]] == [
        "0.000000", "0.000144", "0.000185", "0.004319", "0.004476",
        "0.004716", "0.005205", "0.007395", "0.008219", "0.010303",
    ]  # fmt: skip
    assert {packet.source.address for packet in of_smtp} == {"10.10.12.77", "10.10.11.177"}


def test_a_field_of_the_letter_names_nobody_and_rcpt_does() -> None:
    content = b"".join(play("figure-21-3").stored[0].letter.content)
    assert b"\nTo:" not in content
    assert ADMIN.encode() not in content


def test_the_sender_keeps_trying_while_the_receiver_is_off() -> None:
    journey = play(load("figure-21-3", ["receiver-off"]))
    assert [step.verb for step in journey.steps if step.verb in ("UNREACHABLE", "DEFER", "CONNECT")] == [
        *["UNREACHABLE", "DEFER"] * 3, "CONNECT",
    ]  # fmt: skip
    assert stored(journey) == [ADMIN]


# Figures 21.7 and 21.9 ------------------------------------------------------------------------------------------------


def test_figure_21_7_is_a_login_in_base64() -> None:
    journey = play("figure-21-7")
    assert said(journey, "submit")[2:5] == ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 Authentication succeeded"]
    assert said(journey, "submit", Kind.COMMAND)[1:4] == ["AUTH LOGIN", "YWxpY2U=", "d29uZGVybGFuZA=="]
    assert all(
        "TLS" in journey.scene(journey.by_place[f"submit/{at}"].n).explanation.today for at in ("AUTH.1", "RESPONSE.2")
    )


def test_figure_21_9_is_the_session_of_21_10() -> None:
    lines = client_lines(play("figure-21-9"), "pop3")
    assert lines == ["USER admin1", "PASS admin11", "STAT", "LIST", "RETR 1", "DELE 1", "QUIT"]
    assert lines == client_lines(play("figure-21-10"), "pop3")


# Recipients -----------------------------------------------------------------------------------------------------------


def test_a_blind_copy_is_named_by_rcpt_alone() -> None:
    journey = play("bcc")
    for leg in ("submit", "deliver:example.net"):
        assert "RCPT TO:<dave@example.net>" in said(journey, leg, Kind.COMMAND)
    assert stored(journey) == ["bob@example.net", "dave@example.net"]
    for one in journey.stored:
        assert b"dave@" not in b"".join(one.letter.chunks)


def test_at_two_domains_each_rcpt_has_its_own_answer() -> None:
    journey = play("two-domains")
    assert said(journey, "deliver:example.net")[3] == "250 2.1.5 Recipient ok"
    assert [reply[:3] for reply in said(journey, "deliver:example.org")[3:5]] == ["250", "550"]
    assert stored(journey)[:2] == ["bob@example.net", "erin@example.org"]
    assert journey.world(len(journey)).bounced == (("letter", "frank@example.org"),)
    assert "bounce1" in [one.letter.id for one in journey.stored if one.mailbox == "alice@example.com"]


def test_three_letters_of_three_sizes_lie_in_a_mailbox() -> None:
    journey = play("mailbox-of-three")
    listing = next(s for s in journey.steps if s.verb == "LIST" and s.kind is Kind.REPLY)
    sizes = [int(line.split()[1]) for line in b"".join(listing.octets).splitlines()[1:4]]
    assert len(set(sizes)) == 3
    assert said(journey, "access:bob")[3] == f"+OK 3 {sum(sizes)}"
    assert not journey.world(len(journey)).boxes["bob@example.net"].letters
