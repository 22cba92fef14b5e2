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
from hypothesis import given
from hypothesis import strategies as st

from mailedu.agents import effects
from mailedu.agents.actions import Action
from mailedu.framing import dot_unstuff
from mailedu.journey import Journey, Kind, ScenarioError, Stage, load, play
from mailedu.journey.own_letter import own_letter
from mailedu.mime.prepare import InputError

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


def without_blind_copies(header: bytes) -> bytes:
    fields = re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", header)
    return b"".join(field for field in fields if not re.match(rb"(?i)(resent-)?bcc:", field))


def expected(journey: Journey, octets: bytes) -> bytes:
    """What is promised: line ends, no Bcc, and fields that were missing, behind the others; nothing else changes."""
    message = journey.scenario.message
    assert message is not None
    changes = [(change.verb, change.name) for change in message.changes]
    added = b"".join(change.octets for change in message.changes if change.verb == Action.ADD)
    text = with_crlf(octets)
    if ("MBOX", "From") in changes:
        text = text.partition(b"\r\n")[2]
    if ("FILE", "text") in changes:
        return added + b"\r\n" + text
    empty = re.search(rb"(?m)^\r\n", text)
    end = empty.start() if empty else len(text)
    return without_blind_copies(text[:end]) + added + text[end:]


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


# Any octets -----------------------------------------------------------------------------------------------------------

header_lines = st.sampled_from(
    [
        b"From: Alice <alice@example.com>", b"To: bob@example.net", b"Cc: carol@example.net,", b" dave@example.net",
        b"Bcc: erin@example.org", b"bcc: carol@example.net", b"\tfrank@example.org", b"Subject: x", b"Subject:",
        b"Date: y", b"Message-ID: <z@x>", b"MIME-Version: 1.0", b"Content-Type: text/plain; charset=utf-8",
        b"X: " + b"long " * 300, b"Content-Type: multipart/mixed; boundary=b", b"Content-Transfer-Encoding: base64",
        b"Resent-To: bob@example.net", b"Resent-From: bob@example.net", b"From alice Mon Nov 23 18:30:00 2026",
        b"no field", b"From:", b"To: a b c", b"", b"X: \xff\x1b[0m", b"Sender: s@example.com",
        b"From: a@example.com, b@example.com", b"To: undisclosed:;",
    ]
)  # fmt: skip
body_lines = st.one_of(
    st.sampled_from(
        [b"", b".", b"..", b".x", b"From me", b"--b", b"--b--", b"\xc3\xa9", b"\xff", b"y" * 998, b"y" * 999, b"QUFB",
         b"z " * 1500, b"=", b"=3D", b" ", b"\t", b"Content-Type: message/rfc822", b"Bcc: in the body"]
    ),
    st.binary(max_size=30).map(lambda octets: octets.translate(None, b"\r\n\0")),
)  # fmt: skip
ends = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file that is a letter, or nearly."""
    lines = [*draw(st.lists(header_lines, max_size=8)), b"", *draw(st.lists(body_lines, max_size=8))]
    if draw(st.booleans()):
        lines.insert(0, b"To: bob@example.net")
    ended = b"".join(line + draw(ends) for line in lines)
    return ended if draw(st.booleans()) else ended.rstrip(b"\r\n")


@pytest.mark.law
@given(st.one_of(files(), files(), st.binary(max_size=200)))
def test_any_octets_are_refused_in_one_line_or_arrive(octets: bytes) -> None:
    try:
        journey = sent(octets)
    except (InputError, ScenarioError) as error:
        refused = str(error)
        journey = None
    if journey is None:
        assert refused.isprintable()
        return
    view = journey.world(len(journey))
    assert not view.queue
    assert len(view.delivered) + len(view.bounced) + sum(len(to) for _, to in view.kept) + len(view.dropped) >= 1
    composed = next(step for step in journey.steps if step.verb == Action.COMPOSED)
    sent_off = b"".join(composed.octets)
    assert all(len(line) <= 998 for line in sent_off.split(b"\r\n"))
    assert sent_off.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", sent_off)
    for copy in journey.stored:
        if copy.letter.id == "letter":
            assert arrived(copy) == sent_off
    if not {"ENCODE", "FOLD"} & {step.verb for step in journey.steps}:
        assert sent_off == expected(journey, octets)
    assert all(journey.scene(n).gist.isprintable() for n in range(1, len(journey) + 1))


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
