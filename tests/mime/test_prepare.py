from __future__ import annotations

import email
import email.policy
import os
import time
from collections.abc import Callable

import pytest

from mailedu.mime.encodings import encode_base64
from mailedu.mime.parser import parse
from mailedu.mime.prepare import MAX_INPUT, InputError, Prepared, prepare

WHEN = 1_795_510_800.0
DATE = b"Date: Tue, 24 Nov 2026 09:00:00 +0000\r\n"
ID = b"Message-ID: <new@laptop.example.com>\r\n"
#: A header that lacks nothing.
HEADER = (
    b"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
    b"From: Alice <alice@example.com>\r\n"
    b"To: bob@example.net\r\n"
    b"Message-ID: <1@x>\r\n"
)
MIME = HEADER + b"MIME-Version: 1.0\r\n"


def prepared(octets: bytes) -> Prepared:
    return prepare(octets, date=WHEN, message_id="<new@laptop.example.com>")


def message(octets: bytes) -> bytes:
    return b"".join(prepared(octets).chunks)


def verbs(octets: bytes) -> list[tuple[str, str]]:
    return [(change.verb, change.name) for change in prepared(octets).changes]


def leaves(octets: bytes) -> list[bytes]:
    return [part.decoded() for part in parse(octets).walk() if not part.parts]


def their_leaves(octets: bytes) -> list[object]:
    theirs = email.message_from_bytes(octets, policy=email.policy.compat32)
    return [part.get_payload(decode=True) for part in theirs.walk() if not part.is_multipart()]


# Message or text ------------------------------------------------------------------------------------------------------


def test_a_complete_message_is_left_as_it_is() -> None:
    octets = HEADER + b"\r\nHello\r\n"
    assert prepared(octets).chunks == (octets,)
    assert verbs(octets) == [("FILE", "message")]


def test_plain_text_becomes_a_letter_from_alice_to_bob() -> None:
    letter = prepared(b"Hello Bob\n")
    assert b"".join(letter.chunks) == (
        DATE + b"From: Alice <alice@example.com>\r\nTo: Bob <bob@example.net>\r\n" + ID + b"\r\nHello Bob\r\n"
    )
    assert (letter.reverse_path, letter.recipients) == ("alice@example.com", ("bob@example.net",))
    assert verbs(b"Hello Bob\n") == [
        ("FILE", "text"),
        ("LINE_ENDS", "LF"),
        *(("ADD", name) for name in ("Date", "From", "To", "Message-ID")),
    ]


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Grüße\n".encode(), "utf-8"),
        ("Grüße\n".encode("latin-1"), "iso-8859-1"),
        ("“Grüße”\n".encode("windows-1252"), "windows-1252"),
    ],
)
def test_text_of_other_characters_says_which(text: bytes, charset: str) -> None:
    octets = message(text)
    read = parse(octets)
    assert (read.charset, read.encoding) == (charset, "8bit")
    assert read.body() == text.replace(b"\n", b"\r\n")
    assert read.text() == text.decode(charset)


@pytest.mark.parametrize(
    "octets",
    [
        b"Hello\n\nTo: nobody\n",
        b"X-Only: fields\nthat tell: nothing\n\nbody\n",
        b"Subject: begins like one\nbut this line is no field\n\nbody\n",
        b"\nSubject: after an empty line\n",
        b" folded: but nothing above\nTo: a@b.c\n\n",
        b"To : do list\n: buy milk\n",
        b"\xc3\xa9: To\nTo: a@b.c\n\n",
    ],
)
def test_what_is_text(octets: bytes) -> None:
    assert verbs(octets)[0] == ("FILE", "text")
    assert parse(message(octets)).body() == octets.replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    "octets",
    [
        b"To: a@b.c\n\nbody\n",
        b"to: a@b.c\n",
        b"TO : a@b.c\n\n",
        b"Subject: x\n folded\n\tagain\nTo:\n a@b.c\n\nbody",
        b"X-Any: thing\r\nCc: a@b.c\r\n\r\nbody\r\n",
        b"Bcc: a@b.c\n\n",
        b"MIME-Version: 1.0\nTo: a@b.c\n\n",
    ],
)
def test_what_is_a_message(octets: bytes) -> None:
    assert verbs(octets)[0] == ("FILE", "message")
    assert prepared(octets).recipients == ("a@b.c",)


# What is changed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "arrives", "name"),
    [
        (b"a\nb\n", b"a\r\nb\r\n", "LF"),
        (b"a\rb\r", b"a\r\nb\r\n", "CR"),
        (b"a\r\nb\nc\rd", b"a\r\nb\r\nc\r\nd\r\n", "LF, CR, no last line end"),
        (b"a\r\r\nb\r\n", b"a\r\n\r\nb\r\n", "CR"),
        (b"a\r\nb", b"a\r\nb\r\n", "no last line end"),
    ],
)
def test_line_ends(body: bytes, arrives: bytes, name: str) -> None:
    octets = HEADER + b"\r\n" + body
    assert message(octets) == HEADER + b"\r\n" + arrives
    assert verbs(octets) == [("FILE", "message"), ("LINE_ENDS", name)]


def test_the_first_line_that_ends_otherwise_is_shown() -> None:
    assert prepared(HEADER + b"\r\none\r\ntwo\nthree\n").changes[1].octets == b"two\n"
    assert prepared(HEADER + b"\r\none\r\ntwo").changes[1].octets == b"two"


@pytest.mark.parametrize(
    "body", [b"", b".\r\n..\r\n.dots lead\r\n", b"From here\r\n>From there\r\n", b"\r\n\r\n \r\n", b"caf\xc3\xa9\r\n"]
)
def test_the_body_is_sacred(body: bytes) -> None:
    assert message(HEADER + b"\r\n" + body) == HEADER + b"\r\n" + body


def test_a_message_without_a_body() -> None:
    assert message(HEADER) == HEADER
    assert message(HEADER.removesuffix(b"\r\n")) == HEADER


def test_a_leading_mbox_line_goes_and_is_named() -> None:
    octets = b"From alice@example.com Tue Nov 24 09:00:00 2026\n" + HEADER.replace(b"\r\n", b"\n") + b"\n>From me\n"
    assert message(octets) == HEADER + b"\r\n>From me\r\n"
    changes = prepared(octets).changes
    assert [change.verb for change in changes] == ["FILE", "MBOX", "LINE_ENDS"]
    assert changes[1].octets == b"From alice@example.com Tue Nov 24 09:00:00 2026\r\n"
    assert message(b"From MAILER-DAEMON\n" + HEADER) == HEADER
    assert parse(message(b"From a@b.c Tue Nov 24 09:00:00 2026\nHello\n")).body() == b"Hello\r\n"


def test_a_text_may_begin_like_an_mbox() -> None:
    assert parse(message(b"From here on all is well.\nYes.\n")).body() == b"From here on all is well.\r\nYes.\r\n"
    assert parse(message(b"From here on all is well.\n")).body() == b"From here on all is well.\r\n"


def test_a_blind_copy_goes_but_gets_the_letter() -> None:
    octets = b"Bcc: dave@example.net,\r\n Eve <eve@example.org>\r\n" + HEADER + b"bcc:\r\n\r\nHello\r\n"
    assert message(octets) == HEADER + b"\r\nHello\r\n"
    letter = prepared(octets)
    assert letter.recipients == ("bob@example.net", "dave@example.net", "eve@example.org")
    removed = [change.octets for change in letter.changes if change.verb == "REMOVE"]
    assert removed == [b"Bcc: dave@example.net,\r\n Eve <eve@example.org>\r\n", b"bcc:\r\n"]


def test_missing_fields_are_added_at_the_end_of_the_header() -> None:
    octets = b"Subject: x\r\nTo: a@b.c\r\n\r\nHello\r\n"
    assert message(octets) == (
        b"Subject: x\r\nTo: a@b.c\r\n" + DATE + b"From: Alice <alice@example.com>\r\n" + ID + b"\r\nHello\r\n"
    )
    assert verbs(octets)[1:] == [("ADD", "Date"), ("ADD", "From"), ("ADD", "Message-ID")]
    assert message(b"To: a@b.c\r\n").startswith(b"To: a@b.c\r\n" + DATE)


def test_a_missing_subject_stays_missing() -> None:
    assert parse(message(HEADER + b"\r\nHello\r\n")).field("Subject") is None


def test_a_hostile_subject_stays_what_it_is() -> None:
    subject = b"Subject: \x1b]0;owned\x07 \xe2\x80\xae =?utf-8?q?=1B=5B2J?=\r\n"
    assert message(subject + HEADER + b"\r\nHello\r\n") == subject + HEADER + b"\r\nHello\r\n"


# Long lines -----------------------------------------------------------------------------------------------------------


def test_a_line_of_998_is_not_long() -> None:
    octets = HEADER + b"\r\n" + b"x" * 998 + b"\r\n"
    assert message(octets) == octets


def test_a_long_line_of_text_is_encoded() -> None:
    octets = HEADER + b"\r\nshort = fine\r\n" + b"x" * 2000 + b"\r\n"
    sent = message(octets)
    assert sent.startswith(
        HEADER + b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nshort =3D fine\r\n"
    )
    assert leaves(sent) == leaves(octets)
    assert their_leaves(sent) == their_leaves(octets)
    assert verbs(octets) == [("FILE", "message"), ("ADD", "MIME-Version"), ("ENCODE", "text/plain")]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        (b"Content-Type: text/html; charset=utf-8\r\n", "quoted-printable"),
        (
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nX-After: it\r\n",
            "quoted-printable",
        ),
        (b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n", "base64"),
        (b"Content-Type: image/svg+xml\r\n", "base64"),
    ],
)
def test_text_is_quoted_and_what_is_no_text_is_base64(declared: bytes, encoding: str) -> None:
    octets = MIME + declared + b"\r\n" + "é=\r\n".encode() * 9 + b"x" * 1500 + b" \r\n"
    sent = message(octets)
    assert parse(sent).encoding == encoding
    assert leaves(sent) == leaves(octets)
    assert their_leaves(sent) == their_leaves(octets)
    assert sent.isascii()
    assert len(parse(sent).headers) == len(parse(octets).headers) + (b"Transfer" not in declared)


@pytest.mark.parametrize(
    "body",
    [
        encode_base64(os.urandom(3000)).replace(b"\r\n", b"") + b"\r\n",
        b"x" * 1500 + b"=\r\n",
        b"x" * 1500 + b"=3D\r\n",
        b"x" * 75 * 20 + b"=\r\n",
        b"x" * 2000 + b"\r\n" + b"y" * 76 + b"=\r\n",
    ],
)
def test_what_is_encoded_in_too_long_lines_is_encoded_anew(body: bytes) -> None:
    encoding = b"quoted-printable" if body[:1] == b"x" else b"base64"
    octets = MIME + b"Content-Type: image/png\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body
    sent = message(octets)
    assert sent.endswith(b"\r\n")
    assert max(map(len, sent.split(b"\r\n"))) <= 200
    assert max(map(len, sent.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert leaves(sent) == leaves(octets)
    assert their_leaves(sent) == their_leaves(octets)
    assert sent.partition(b"\r\n\r\n")[0] == octets.partition(b"\r\n\r\n")[0]


NESTED = (
    MIME + b'Content-Type: multipart/mixed; boundary="out"\r\n\r\npreamble\r\n--out\r\n'
    b"Content-Type: multipart/alternative; boundary=in\r\n\r\n"
    b"--in\r\n\r\n{plain}\r\n--in\r\nContent-Type: text/html\r\n\r\n<p>\r\n--in--\r\n"
    b"--out\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\n{inner}\r\n"
    b"--out\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--out--\r\nepilogue\r\n"
)


@pytest.mark.parametrize("place", [b"{plain}", b"{inner}"])
def test_only_the_part_concerned_is_encoded(place: bytes) -> None:
    octets = NESTED.replace(place, b"z" * 3000)
    sent = message(octets)
    assert leaves(sent) == leaves(octets)
    assert their_leaves(sent) == their_leaves(octets)
    before, after = list(parse(octets).walk()), list(parse(sent).walk())
    assert [part.type for part in before] == [part.type for part in after]
    changed = [part for part, other in zip(after, before, strict=True) if part.encoding != other.encoding]
    assert [part.encoding for part in changed] == ["quoted-printable"]
    assert [part.type for part in after if part.type.startswith("message/") and part.encoding != "7bit"] == []
    if place == b"{inner}":
        assert changed[0].value("MIME-Version") == "1.0"
        assert changed[0].value("Subject") == "inner"
    else:
        assert changed[0].as_bytes().startswith(b"Content-Transfer-Encoding: quoted-printable\r\n\r\nzzz")


def test_a_part_without_header_and_empty_line_gets_both() -> None:
    octets = MIME + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + b"no field " * 200 + b"\r\n--b--\r\n"
    sent = message(octets)
    assert leaves(sent) == leaves(octets)


def test_no_encoded_line_becomes_a_delimiter() -> None:
    octets = (
        MIME
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
        + b"x" * 75
        + b"--b" * 500
        + b"\r\n--b--\r\n"
    )
    sent = message(octets)
    assert leaves(sent) == leaves(octets)
    assert parse(sent).parts[0].encoding == "base64"


def test_a_long_header_line_is_folded() -> None:
    octets = HEADER + b"Subject: " + b"word " * 300 + b"end\r\nX-Short: a\r\n  b\r\n\r\nHello\r\n"
    sent = message(octets)
    assert max(map(len, sent.split(b"\r\n"))) <= 78
    assert parse(sent).value("Subject") == parse(octets).value("Subject")
    assert sent.endswith(b"\r\nX-Short: a\r\n  b\r\n\r\nHello\r\n")
    assert verbs(octets) == [("FILE", "message"), ("FOLD", "Subject")]
    inner = NESTED.replace(b"Subject: inner", b"Subject: inner" + b" x" * 600)
    assert verbs(inner) == [("FILE", "message"), ("FOLD", "Subject")]


def test_a_long_field_that_goes_anyway_is_not_folded() -> None:
    octets = HEADER + b"Bcc: " + b",".join(b"guest%d@example.net" % n for n in range(100)) + b"\r\n\r\nHello\r\n"
    assert verbs(octets) == [("FILE", "message"), ("REMOVE", "Bcc")]
    assert len(prepared(octets).recipients) == 101


# The envelope ---------------------------------------------------------------------------------------------------------


def test_a_hundred_recipients_in_three_domains() -> None:
    people = [f"guest{n}@{('example.com', 'example.net', 'example.org')[n % 3]}" for n in range(100)]
    octets = f"From: a@b.c\nTo: {', '.join(people[:50])}\nCc: {', '.join(people[40:])}\n\n".encode()
    assert prepared(octets).recipients == tuple(people)


def test_recipients_come_in_the_order_of_to_cc_bcc() -> None:
    octets = b"Bcc: 3@x\nCc: 2@x\nFrom: a@b.c\nTo: 1@X, 2@x\nTo: 1@x\n\n"
    assert prepared(octets).recipients == ("1@X", "2@x", "3@x")


@pytest.mark.parametrize(
    ("fields", "reverse_path"),
    [
        (b"From: Carol <carol@example.org>\n", "carol@example.org"),
        (b"From: a@b.c, d@e.f\n", "a@b.c"),
        (b"From: a@b.c, d@e.f\nSender: g@h.i\n", "g@h.i"),
        (b"From: a@b.c\nSender: g@h.i\n", "a@b.c"),
        (b"Subject: x\n", "alice@example.com"),
    ],
)
def test_from_is_the_reverse_path(fields: bytes, reverse_path: str) -> None:
    letter = prepared(fields + b"To: x@y.z\n\n")
    assert letter.reverse_path == reverse_path
    if fields[:4] == b"From":
        assert fields.replace(b"\n", b"\r\n") in b"".join(letter.chunks)


def test_a_letter_that_is_resent_goes_where_the_newest_block_says() -> None:
    newest = b"Resent-From: carol@x.org\nResent-To: new@x.org\nResent-Bcc: blind@x.org\n"
    older = b"Resent-From: dave@x.org\nResent-To: old@x.org\n"
    octets = b"Received: somewhere\n" + newest + older + HEADER.replace(b"\r\n", b"\n") + b"\n"
    letter = prepared(octets)
    assert letter.recipients == ("new@x.org", "blind@x.org")
    assert letter.reverse_path == "carol@x.org"
    assert b"blind" not in b"".join(letter.chunks)
    assert b"old@x.org" in b"".join(letter.chunks)


# Refused --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda: b"", "there is nothing to send: no octets"),
        (lambda: b"To: a@b.c\n\nx\0", "octet 12 is NUL, which no message may hold"),
        (lambda: b"x" * (MAX_INPUT + 1), "104,857,601 octets are too many: at most 104,857,600 (100 MB) can be sent"),
        (lambda: b"Subject: x\n\nbody\n", "no recipient: neither To nor Cc nor Bcc names an address"),
        (lambda: b"To: nobody:;\nCc:\n\n", "no recipient: neither To nor Cc nor Bcc names an address"),
        (lambda: b"To: a@b.c\nCc: x@y.z, bob@\n\n", "'bob@' in Cc: no domain"),
        (lambda: b"To: a@b.c\nBcc: \x1b[2J@x\n\n", "'\\x1b[2J@x' in Bcc: not one word"),
        (lambda: b"From: root\nTo: a@b.c\n\n", "'root' in From: no domain"),
        (lambda: b"From: \nTo: a@b.c\n\n", "no sender: From names no address"),
        (lambda: b"To: a@b.c\nSubject: " + b"w" * 1300 + b"\n\n",
         "Subject: a line of 1,309 octets without a blank to fold it at"),
        (lambda: b"To: a@b.c\nContent-Transfer-Encoding: x-uuencode\n\n" + b"w" * 1300,
         "a line of more than 998 octets in the unknown encoding 'x-uuencode'"),
        (lambda: b"To: a@b.c\nContent-Type: multipart/mixed\n\n" + b"w" * 1300,
         "a multipart/mixed part with a line of more than 998 octets, which may not be encoded"),
        (lambda: NESTED.replace(b"preamble", b"p" * 1300),
         "a line of 1,300 octets stands outside every body part, where it cannot be encoded"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_in_one_line(make: Callable[[], bytes], line: str) -> None:
    with pytest.raises(InputError) as caught:
        prepared(make())
    assert str(caught.value) == line


# Size -----------------------------------------------------------------------------------------------------------------


def test_a_large_attachment_is_not_copied_more_than_needed() -> None:
    octets = (
        MIME
        + b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + encode_base64(os.urandom(6 << 20))
    )
    best = 9.0
    for moment in range(4):  # each another date, so that none is remembered
        start = time.perf_counter()
        prepare(octets, date=float(moment), message_id="<new@laptop.example.com>")
        best = min(best, time.perf_counter() - start)
    assert best < 0.5  # generous: 25 MB are to take less than 150 ms
    letter = prepared(octets)
    assert b"".join(letter.chunks) == octets
    assert max(map(len, letter.chunks)) <= 65_536
    assert letter.changes[0].octets is octets
    assert prepared(octets) is letter  # played again, not prepared again


def test_the_largest_file_is_taken() -> None:
    letter = prepared(HEADER + b"\r\n" + b"x" * 70 + b"\r\n" * ((MAX_INPUT - len(HEADER) - 72) // 2))
    assert sum(map(len, letter.chunks)) <= MAX_INPUT


def test_each_part_keeps_its_type() -> None:
    assert [each.type for each in parse(message(NESTED)).walk()] == [each.type for each in parse(NESTED).walk()]
