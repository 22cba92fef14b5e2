"""A letter that is filled in on a form: told what is wrong field by field, composed, and made again from its file."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailedu.journey import Journey, Stage, load, play
from mailedu.journey.form import (
    BCC,
    CC,
    FILES,
    MARK,
    MAX_ATTACHED,
    SENDER,
    TO,
    Typed,
    check,
    draft_of,
    made_up,
    octets_of,
    recipients,
    wrong,
)
from mailedu.journey.own_letter import own_letter
from mailedu.mime.compose import Attachment, compose

WORLD = load("alice-to-bob")
MENU = Attachment("menu.csv", "text/csv", b"soup,4\r\nfish,9\r\n")
LETTER = Typed(
    to="Bob <bob@example.net>, carol@example.net",
    cc="Dave <dave@example.net>",
    bcc="Mallory <mallory@hidden.example>",
    subject="Grüße from the café",
    text="Hello,\n\n.. and so on: ☕\n",
    attachments=(MENU, Attachment("notes.eml", "message/rfc822", b"Subject: hi\r\n\r\nyes\r\n")),
)


def sent(octets: bytes) -> Journey:
    return play(load("alice-to-bob", message=own_letter(octets, WORLD)))


def letter_of(typed: Typed) -> bytes:
    assert check(typed) == []
    return octets_of(draft_of(typed), WORLD)


# What is wrong --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (SENDER, "", "a letter has a sender"),
        (SENDER, "a@x.example, b@x.example", "one address is wanted"),
        (TO, "bob", "no domain; an address is like"),
        (TO, "bob@@example.net", "more than one @"),
        (CC, "Bob <bob@example.net", "no > at the end"),
        (BCC, "bob@example.net carol@example.net", "a comma goes between two addresses"),
        (TO, "bob@[192.0.2.1]", "a letter to a bare address is not played here"),
        (TO, "bob@exa_mple.net", "is no name for a host"),
        (TO, "bøb@example.net", "not US-ASCII"),
    ],
)
def test_bad_address_is_told_at_its_field_in_one_line(field: str, value: str, words: str) -> None:
    typed = Typed()._replace(**{{"from": "sender"}.get(field, field): value})
    (error,) = check(typed)
    assert error.field == field
    assert words in error.message
    assert "\n" not in error.message


def test_a_letter_for_nobody_is_told_at_to() -> None:
    assert [error.field for error in check(Typed(to=" "))] == [TO]
    assert check(Typed(to="", bcc="bob@example.net")) == []


def test_each_bad_field_is_told_in_the_order_of_the_fields() -> None:
    assert [error.field for error in check(Typed("x", "y", "z", "w"))] == [SENDER, TO, CC, BCC]


def test_attachments_that_no_letter_can_hold_are_refused() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return MAX_ATTACHED + 1

    (error,) = check(Typed(attachments=(Attachment("a.iso", "application/octet-stream", Huge()),)))
    assert error.field == FILES


@given(st.text(max_size=40))
def test_no_text_at_all_makes_the_check_fail(value: str) -> None:
    assert "\n" not in wrong(TO, value) or "\n" in value


def test_recipients_are_those_that_can_be_read_each_once() -> None:
    typed = Typed(to="bob@example.net", cc="bob@EXAMPLE.net, x", bcc="Eve <eve@far.example>, bob@example.net")
    assert recipients(typed) == ("bob@example.net", "eve@far.example")


def test_only_what_the_world_lacks_is_made_up() -> None:
    assert made_up(("bob@example.net",)) == ""
    assert made_up(("eve@far.example",)) == "far.example is played by a simulated host; nothing leaves this computer"
    assert made_up(()) == ""


# The letter -----------------------------------------------------------------------------------------------------------


def test_the_letter_is_composed_field_by_field_and_part_by_part() -> None:
    journey = sent(letter_of(LETTER))
    written = [(s.verb, s.octets[0].partition(b":")[0]) for s in journey.steps if s.leg.stage is Stage.COMPOSE]
    assert [name for verb, name in written if verb == "FIELD"] == [
        b"Date", b"From", b"To", b"Cc", b"Subject", b"Message-ID", b"MIME-Version", b"Content-Type",
    ]  # fmt: skip
    assert [verb for verb, _ in written if verb != "FIELD"] == ["REMOVE", "PART", "PART", "PART", "COMPOSED"]


@pytest.mark.parametrize("typed", [LETTER, Typed(text="plain\n"), Typed(), Typed(text="é"), Typed(attachments=(MENU,))])
def test_its_pieces_are_those_that_the_composer_wrote(typed: Typed) -> None:
    draft = draft_of(typed)
    message = own_letter(octets_of(draft, WORLD), WORLD)
    made = compose(draft, date=WORLD.start, message_id=_message_id(message.chunks), boundary=_boundary(message.chunks))
    assert tuple(piece for piece in message.changes if piece.verb != "REMOVE") == made.pieces
    assert b"".join(message.chunks) == b"".join(made.chunks)
    assert (message.reverse_path, message.recipients) == (made.reverse_path, made.recipients)


def _message_id(chunks: tuple[bytes, ...]) -> str:
    return str(email.message_from_bytes(b"".join(chunks))["Message-ID"])


def _boundary(chunks: tuple[bytes, ...]) -> str:
    return email.message_from_bytes(b"".join(chunks)).get_boundary() or "none"


def test_the_same_file_makes_the_same_journey_again() -> None:
    octets = letter_of(LETTER)
    first, again = sent(octets), sent(bytes(bytearray(octets)))
    assert first.steps == again.steps


def test_blind_copy_arrives_and_no_copy_tells_of_it() -> None:
    journey = sent(letter_of(LETTER))
    assert {effect.mailbox for effect in journey.stored} == {
        "bob@example.net", "carol@example.net", "dave@example.net", "mallory@hidden.example",
    }  # fmt: skip
    for effect in journey.stored:
        copy = b"".join(effect.letter.chunks).lower()
        header = copy.partition(b"\r\n\r\n")[0]
        assert b"bcc" not in header
        assert MARK.lower() not in copy
        assert b"mallory" not in header or effect.mailbox == "mallory@hidden.example"


def test_international_text_arrives_as_it_was_typed() -> None:
    journey = sent(letter_of(LETTER))
    read = email.message_from_bytes(b"".join(journey.stored[0].letter.chunks), policy=email.policy.default)
    assert read["Subject"] == LETTER.subject
    parts = list(read.walk())
    assert parts[1].get_content().replace("\r\n", "\n") == LETTER.text
    assert parts[2].get_content().encode() == MENU.octets


@settings(max_examples=50)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20), st.binary(max_size=60))
def test_any_subject_text_and_attachment_travel(subject: str, text: str, name: str, octets: bytes) -> None:
    typed = Typed(subject=subject, text=text, attachments=(Attachment(name, "application/octet-stream", octets),))
    journey = sent(letter_of(typed))
    assert journey.stored
    read = email.message_from_bytes(b"".join(journey.stored[0].letter.chunks))
    assert list(read.walk())[-1].get_payload(decode=True) == octets


def test_a_file_that_somebody_had_in_hand_stays_a_file() -> None:
    octets = letter_of(LETTER).replace(b"\r\n", b"\n")
    assert octets.startswith(MARK.replace(b"\r\n", b"\n"))
    message = own_letter(octets, WORLD)
    assert message.changes[0].verb == "FILE"


def test_a_large_attachment_is_sent() -> None:
    typed = Typed(attachments=(Attachment("film.bin", "application/octet-stream", bytes(range(256)) * 100_000),))
    journey = sent(letter_of(typed))
    assert journey.stored
