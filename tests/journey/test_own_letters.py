"""Letters of one's own arrive octet for octet, but for what is named; the standard library's `email` is the judge."""

from __future__ import annotations

import base64
import email
import email.policy
import re
from email.message import EmailMessage, Message
from functools import cache
from pathlib import Path

import pytest

from mailedu.agents import effects
from mailedu.agents.actions import Action
from mailedu.framing import dot_unstuff
from mailedu.journey import Journey, Kind, Stage, load, play
from mailedu.journey.own_letter import own_letter

FOLDER = Path(__file__).parent.parent / "data" / "messages"
FILES = sorted(path.name for path in FOLDER.glob("[!.]*"))
#: Their bodies or headers are encoded or folded anew: only what is decoded can be equal.
SHORTENED = {"long-line.eml", "long-field.eml"}
DRAWN = b"From: Alice <alice@example.com>\r\nTo: Bob <bob@example.net>\r\n"


@cache
def octets_of(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def sent(octets: bytes, *faults: str, reader: str = "") -> Journey:
    """The journey of a file's octets."""
    return play(load("alice-to-bob", faults, own_letter(octets, load("alice-to-bob")), reader))


@cache
def journey_of(name: str) -> Journey:
    return sent(octets_of(name))


def with_crlf(octets: bytes) -> bytes:
    plain = re.sub(rb"\r\n|\r|\n", b"\n", octets)
    return (plain if plain.endswith(b"\n") else plain + b"\n").replace(b"\n", b"\r\n")


def without_blind_copies(octets: bytes) -> bytes:
    header, gap, body = octets.partition(b"\r\n\r\n")
    fields = re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", header + b"\r\n")
    return b"".join(f for f in fields if not re.match(rb"(?i)(resent-)?bcc:", f)) + (gap and b"\r\n" + body)


def expected(journey: Journey, octets: bytes) -> bytes:
    """What issue 9 promises: line ends, Bcc, and fields that were missing, behind the others; nothing else."""
    text = with_crlf(octets)
    if text.startswith(b"From "):
        text = text.partition(b"\r\n")[2]
    added = [step.octets[0] for step in journey.steps if step.verb == Action.ADD]
    if b"".join(step.octets[0] for step in journey.steps if step.verb == Action.FILE) and is_text(octets):
        return b"".join(added) + b"\r\n" + text
    header, gap, body = without_blind_copies(text).partition(b"\r\n\r\n")
    if not gap:
        return header + b"".join(added)
    return header + b"\r\n" + b"".join(added) + b"\r\n" + body


def is_text(octets: bytes) -> bool:
    return octets == octets_of("text.txt")


def arrived(copy: effects.Stored) -> bytes:
    """A letter as it lies in a mailbox, without what hops put on top."""
    return b"".join(copy.letter.chunks)[sum(map(len, copy.letter.added)) :]


def opened(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def decoded(message: Message) -> list[tuple[str, str | None, bytes]]:
    """Type, file name and decoded octets of each leaf. Text ends its lines in CRLF, encoded or not."""
    return [
        (part.get_content_type(), part.get_filename(), with_crlf(bytes(part.get_payload(decode=True) or b"")))
        for part in message.walk()
        if not part.is_multipart()
    ]


# Octet for octet ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in FILES if name not in SHORTENED])
def test_it_arrives_octet_for_octet(name: str) -> None:
    journey = journey_of(name)
    wanted = expected(journey, octets_of(name))
    copies = [one for one in journey.stored if one.letter.id == "letter"]
    assert copies
    for copy in copies:
        assert arrived(copy) == wanted
    # COMPOSED shows it as it leaves, RETR as it comes: dots doubled on the way are no part of it.
    composed = next(step for step in journey.steps if step.verb == Action.COMPOSED)
    assert b"".join(composed.octets) == wanted
    fetched = [step for step in journey.steps if step.verb == "RETR" and step.kind is Kind.REPLY]
    for step in fetched:
        body = b"".join(dot_unstuff(step.octets[1:-1]))
        assert any(body == b"".join(copy.letter.chunks) for copy in journey.stored)
    assert fetched


@pytest.mark.parametrize("name", FILES)
def test_what_is_decoded_is_equal(name: str) -> None:
    journey = journey_of(name)
    copy = next(one for one in journey.stored if one.letter.id == "letter")
    theirs, ours = opened(octets_of(name)), opened(arrived(copy))
    if name == "text.txt":
        assert ours.get_content().replace("\r\n", "\n") == octets_of(name).decode()
        return
    assert decoded(ours) == decoded(theirs)
    for field in ("subject", "to", "cc", "references"):
        assert re.sub(r"\s+", " ", str(ours[field])) == re.sub(r"\s+", " ", str(theirs[field]))


@pytest.mark.parametrize("name", FILES)
def test_no_line_that_travels_is_too_long(name: str) -> None:
    for copy in journey_of(name).stored:
        assert max(map(len, b"".join(copy.letter.chunks).split(b"\r\n"))) <= 998


@pytest.mark.parametrize("name", FILES)
def test_hops_put_fields_on_top_and_nothing_else(name: str) -> None:
    for copy in journey_of(name).stored:
        names = [field.partition(b":")[0] for field in copy.letter.added]
        assert names[0] == b"Return-Path"
        # A report is written at Alice's own server and goes no hop.
        assert set(names[1:]) == ({b"Received"} if copy.letter.id == "letter" else set())
        assert opened(b"".join(copy.letter.chunks))["return-path"] is not None


# Each kind ------------------------------------------------------------------------------------------------------------


def verbs(journey: Journey) -> list[str]:
    return [step.verb for step in journey.steps if step.leg.stage is Stage.COMPOSE]


def test_each_change_is_a_step() -> None:
    assert verbs(journey_of("plain.eml")) == ["FILE", "COMPOSED"]
    assert verbs(journey_of("bcc.eml")) == ["FILE", "REMOVE", "REMOVE", "COMPOSED"]
    assert verbs(journey_of("bare-bones.eml")) == ["FILE", "ADD", "ADD", "ADD", "COMPOSED"]
    assert verbs(journey_of("long-line.eml")) == ["FILE", "ENCODE", "COMPOSED"]
    assert verbs(journey_of("long-field.eml")) == ["FILE", "FOLD", "COMPOSED"]
    assert verbs(journey_of("mailbox.eml")) == ["FILE", "MBOX", "LINE_ENDS", "COMPOSED"]


def test_blind_copies_go_out_and_are_not_told_of() -> None:
    journey = journey_of("bcc.eml")
    reached = {one.recipient for one in journey.stored}
    assert reached == {
        "bob@example.net", "alice@example.com", "carol@example.net", "dave@example.net", "erin@example.org"
    }  # fmt: skip
    for copy in journey.stored:
        octets = b"".join(copy.letter.chunks)
        assert opened(octets)["bcc"] is None
        assert b"Bcc: not a field" in octets
        # A Received field may name whom its letter was for, if there was but one (RFC 5321 section 7.2).
        for blind in ("carol@example.net", "dave@example.net", "erin@example.org"):
            assert blind.encode() not in octets or copy.recipient == blind


def test_a_forwarded_message_keeps_its_own_blind_copies() -> None:
    """Bcc goes from the letter's own header; what is inside another message is not ours to change."""
    assert b"Bcc: secret@example.net" in arrived(journey_of("forwarded.eml").stored[0])


def test_terminal_escapes_arrive_but_are_never_shown_raw() -> None:
    journey = journey_of("hostile-subject.eml")
    assert b"\x1b]0;owned\x07" in arrived(journey.stored[0])
    for n in range(1, len(journey) + 1):
        scene = journey.scene(n)
        said = scene.explanation
        shown = (scene.gist, said.title, said.what, said.why, said.today, said.erratum)
        assert all(text.isprintable() for text in shown), scene.step.place
        assert all("\u202e" not in text for text in shown)
        assert all(span.meaning.isprintable() for span in said.spans)


def test_resent_fields_decide_over_the_older_ones() -> None:
    journey = journey_of("resent.eml")
    assert [one.recipient for one in journey.stored] == ["dave@example.net", "carol@example.net"]
    assert journey.by_place["submit/MAIL.1"].octets[0].startswith(b"MAIL FROM:<bob@example.net>")
    assert b"carol" not in arrived(journey.stored[0])


def test_from_stays_and_is_the_reverse_path_while_the_login_is_alices() -> None:
    journey = journey_of("foreign-sender.eml")
    said = journey.by_place["submit/MAIL.1"].octets[0]
    assert said.startswith(b'MAIL FROM:<"odd local part"@University.Example>')
    assert journey.world(len(journey)).logged_in == (("mail.example.com", "alice@example.com"),)
    assert journey.stored[0].letter.added[0] == b'Return-Path: <"odd local part"@University.Example>\r\n'


def test_a_bounce_to_a_foreign_sender_reaches_alice() -> None:
    journey = sent(octets_of("foreign-sender.eml"), "unknown-user")
    assert [(one.mailbox, one.recipient) for one in journey.stored] == [
        ("alice@example.com", '"odd local part"@University.Example')
    ]
    assert journey.stored[0].letter.parent == "letter"


def test_an_unknown_user_comes_back_as_a_report_and_others_have_theirs() -> None:
    journey = journey_of("unknown-user.eml")
    assert [one.mailbox for one in journey.stored] == ["bob@example.net", "alice@example.com"]
    world = journey.world(len(journey))
    assert world.bounced == (("letter", "zoe@example.net"),)
    report = opened(b"".join(journey.stored[1].letter.chunks))
    assert report.get_content_type() == "multipart/report"
    assert "zoe@example.net" in report.as_string()
    assert [leg.name for leg in journey.legs if leg.stage is Stage.ACCESS] == ["access:bob", "bounce1.access:alice"]


def test_a_foreign_domain_gets_a_world_and_a_note() -> None:
    journey = journey_of("elsewhere.eml")
    assert journey.scenario.note == "gmail.com is played by a simulated host; nothing leaves this computer"
    assert "mx.gmail.com" in journey.scenario.geography.hosts
    assert [one.mailbox for one in journey.stored] == ["friend@gmail.com"]
    assert [machine.name for machine in journey.scenario.machines] == [
        "laptop.example.com", "mail.example.com", "mx.gmail.com", "friend.gmail.com"
    ]  # fmt: skip
    assert journey_of("plain.eml").scenario.note == ""


def test_somebody_else_may_read() -> None:
    journey = sent(octets_of("bcc.eml"), reader="dave@example.net")
    assert [leg.name for leg in journey.legs if leg.stage is Stage.ACCESS] == ["access:dave"]


# The large ones -------------------------------------------------------------------------------------------------------


def large(size: int) -> bytes:
    """A letter with an attachment of so many octets."""
    payload = base64.encodebytes(bytes(range(256)) * (size // 256)).replace(b"\n", b"\r\n")
    return b"".join(
        (
            DRAWN, b"Date: Mon, 23 Nov 2026 18:30:00 +0100\r\nMessage-ID: <large@laptop.example.com>\r\n",
            b"Subject: Photographs\r\nMIME-Version: 1.0\r\n",
            b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n\r\n",
            b"Here they are.\r\n--cut\r\nContent-Type: image/raw\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            payload, b"--cut--\r\n",
        )
    )  # fmt: skip


def test_25_megabytes_arrive_octet_for_octet() -> None:
    octets = large(25_000_000)
    journey = sent(octets)
    assert arrived(journey.stored[0]) == octets
    chunk = journey.stored[0].letter.content[5]
    assert any(chunk is one for step in journey.steps if step.kind is Kind.DATA for one in step.octets)


def test_what_is_too_large_is_refused_with_both_numbers() -> None:
    octets = large(38_500_000)
    assert len(octets) > 52_428_800
    journey = sent(octets)
    reply = journey.by_place["submit/MAIL.1!"].octets[0]
    assert reply.startswith(b"552 5.3.4 ")
    assert b"%d" % len(octets) in reply
    assert b"52428800" in reply
    assert journey.world(len(journey)).kept == (("letter", ("bob@example.net",)),)
    said = journey.scene(journey.by_place["submit/MAIL.1!"].n).explanation
    assert said.key.endswith("MAIL 552 5.3.4")


def test_a_hundred_recipients_in_three_domains_each_have_a_copy() -> None:
    people = [f"reader{n}@{('alpha', 'beta', 'gamma')[n % 3]}.example" for n in range(100)]
    octets = (
        b"From: Alice <alice@example.com>\r\nTo: "
        + ",\r\n ".join(people).encode()
        + b"\r\nSubject: To all\r\n\r\nHello.\r\n"
    )
    journey = sent(octets)
    assert sorted(one.recipient for one in journey.stored) == sorted(people)
    assert {one.mailbox for one in journey.stored} == set(people)
    world = journey.world(len(journey))
    assert not world.queue
    assert not world.kept
    assert len([leg for leg in journey.legs if leg.name.startswith("deliver:")]) == 3
    assert journey.scenario.note == (
        "alpha.example, beta.example, gamma.example are played by simulated hosts; nothing leaves this computer"
    )
    bodies = {arrived(one) for one in journey.stored}
    assert len(bodies) == 1
