from __future__ import annotations

import email
import email.policy
import os
import time

import pytest

from mailedu.mime.defects import TEXTS
from mailedu.mime.encodings import encode_base64
from mailedu.mime.parser import MAX_DEPTH, MAX_PARTS, Part, parse

LETTER = (
    b"From: Alice <alice@example.com>\r\n"
    b"Subject: =?utf-8?Q?Caf=C3=A9?=\r\n"
    b" at six\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="cut"\r\n'
    b"\r\n"
    b"A reader without MIME sees this.\r\n"
    b"--cut\r\n"
    b"Content-Type: text/plain; charset=UTF-8\r\n"
    b"Content-Transfer-Encoding: Quoted-Printable\r\n"
    b"\r\n"
    b"at the caf=C3=A9\r\n"
    b"\r\n"
    b"--cut\r\n"
    b"Content-Type: image/png; name=old.png\r\n"
    b'Content-Disposition: ATTACHMENT; filename="menu.png"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b"\r\n"
    b"iVBORw==\r\n"
    b"--cut--\r\n"
    b"epilogue\r\n"
)


def names(message: Part) -> list[str]:
    return [defect.name for defect in message.all_defects()]


def test_a_letter_with_an_attachment() -> None:
    letter = parse(LETTER)
    text, image = letter.parts
    assert letter.type == "multipart/mixed"
    assert letter.params == {"boundary": "cut"}
    assert letter.value("subject") == "Café at six"
    assert letter.preamble_span is not None
    assert LETTER[slice(*letter.preamble_span)] == b"A reader without MIME sees this."
    assert letter.epilogue_span is not None
    assert LETTER[slice(*letter.epilogue_span)] == b"epilogue\r\n"
    assert (text.type, text.charset, text.encoding) == ("text/plain", "utf-8", "quoted-printable")
    assert text.text() == "at the café\n"
    assert (image.type, image.filename, image.disposition) == ("image/png", "menu.png", "attachment")
    assert image.decoded() == b"\x89PNG"
    assert names(letter) == []
    assert [part.type for part in letter.walk()] == ["multipart/mixed", "text/plain", "image/png"]


def test_spans_point_into_the_input() -> None:
    letter = parse(LETTER)
    text = letter.parts[0]
    assert LETTER[slice(*text.header_span)].endswith(b"Quoted-Printable\r\n")
    assert LETTER[slice(*text.body_span)] == b"at the caf=C3=A9\r\n"  # the CRLF before the delimiter is not in it
    field = text.field("CONTENT-TYPE")
    assert field is not None
    assert LETTER[slice(*field.span)] == field.raw == b"Content-Type: text/plain; charset=UTF-8\r\n"
    assert field.body == b" text/plain; charset=UTF-8\r\n"


def test_the_tree_shares_the_input() -> None:
    letter = parse(LETTER)
    assert letter.as_bytes() is LETTER
    assert all(part.source is LETTER for part in letter.walk())


# Defaults -------------------------------------------------------------------------------------------------------------


def test_what_declares_nothing_is_plain_text() -> None:
    message = parse(b"From: a@b.c\r\n\r\nHello\r\n")
    assert (message.type, message.charset, message.encoding, message.parts) == ("text/plain", None, "7bit", ())
    assert message.filename is None
    assert message.disposition is None
    assert names(message) == []


def test_in_a_digest_it_is_a_message() -> None:
    digest = b"MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nfirst\n--b--\n"
    (part,) = parse(digest).parts
    assert part.type == "message/rfc822"
    assert part.parts[0].value("Subject") == "one"
    assert part.parts[0].text() == "first"


def test_a_message_within_a_message() -> None:
    message = parse(b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody\r\n")
    (inner,) = message.parts
    assert inner.value("Subject") == "inner"
    assert inner.as_bytes() == message.decoded() == b"Subject: inner\r\n\r\nbody\r\n"


def test_nested_multiparts_whose_boundaries_begin_alike() -> None:
    octets = (
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        b"Content-Type: multipart/alternative; boundary=b1\n\n"
        b"--b1\n\nplain\n--b1\nContent-Type: text/html\n\n<p>\n--b1--\n"
        b"--b\n\nlast\n--b--\n"
    )
    message = parse(octets)
    assert [part.type for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/plain",
    ]  # fmt: skip
    assert names(message) == []


def test_only_a_whole_line_is_a_delimiter() -> None:
    octets = (
        b"MIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\na --b\n--bc\n --b\n-b\n--b --\n--b-- \t\n"
    )
    message = parse(octets)
    assert [part.body() for part in message.parts] == [b"a --b\n--bc\n --b\n-b\n--b --"]
    assert names(message) == []


def test_empty_parts() -> None:
    message = parse(
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\n--b\r\n\r\n\r\n--b--"
    )
    assert [part.as_bytes() for part in message.parts] == [b"", b"", b"\r\n"]


@pytest.mark.parametrize(
    ("declared", "octets", "text"),
    [
        ("utf-8", b"caf\xc3\xa9", "café"),
        ("iso-8859-1", b"caf\xe9", "café"),
        ("windows-1252", b"\x93caf\xe9\x94", "“café”"),
        ("us-ascii", b"caf\xc3\xa9", "café"),
        ("us-ascii", b"caf\xe9", "café"),
        ("x-nobody-knows", b"caf\xe9", "café"),
        ("unicode_escape", b"\\x41", "\\x41"),
        ("utf-8", b"caf\xe9!", "caf\ufffd!"),
        ("utf-16", "é".encode("utf-16"), "é"),
        ("utf-7", b"+2AA-", "\ufffd"),
    ],
)
def test_text_is_read_as_well_as_it_can_be(declared: str, octets: bytes, text: str) -> None:
    header = (
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset={declared}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    assert parse(header.encode() + octets).text() == text


# Defects --------------------------------------------------------------------------------------------------------------

#: A story sent to an editor, with every mistake that a book once printed in such a message.
AS_PRINTED = (
    b"From: writer@example.com\n"
    b"To: editor@example.net\n"
    b"Content-Type: multipart/mixed;\n"
    b'boundary = "--- = _Story_000_0A1B"\n'
    b"These lines are for readers of old.\n"
    b"--- = _Story 000_0A1B\n"
    b"Content-Type: text/plain\n"
    b"\n"
    b"Here is my story.\n"
    b"--- = _Story_000_0A1B\n"
    b"Content-Type: application/msword;\n"
    b'    name = "my story.doc"\n'
    b"Content-Transfer-Encoding: base64\n"
    b"Content-Disposition: attachment;\n"
    b'    filename = "my story.doc"\n'
    b"T25jZSB1cG9uIGEgdGltZQ==\n"
    b"--- = _Story_000_0A1B\n"
)


def test_every_defect_of_the_printed_message_is_found_at_its_line() -> None:
    message = parse(AS_PRINTED)
    assert message.parts == ()
    found = [(defect.name, AS_PRINTED[defect.octet :].partition(b"\n")[0]) for defect in message.all_defects()]
    assert found == [
        ("no-mime-version", b"Content-Type: multipart/mixed;"),
        ("no-boundary", b"Content-Type: multipart/mixed;"),
        ("unfolded-parameter", b'boundary = "--- = _Story_000_0A1B"'),
        ("no-blank-line", b"These lines are for readers of old."),
        ("delimiter-differs", b"--- = _Story 000_0A1B"),
        ("delimiter-without-hyphens", b"--- = _Story_000_0A1B"),
        ("no-blank-line", b"T25jZSB1cG9uIGEgdGltZQ=="),
        ("delimiter-without-hyphens", b"--- = _Story_000_0A1B"),
        ("no-closing-delimiter", b""),
    ]


def test_repaired_it_has_none() -> None:
    boundary = b"--- = _Story_000_0A1B"
    repaired = (
        AS_PRINTED.replace(b"Content-Type: multipart", b"MIME-Version: 1.0\nContent-Type: multipart")
        .replace(b"\nboundary", b"\n boundary")
        .replace(b"These", b"\nThese")
        .replace(b"Story 000", b"Story_000")
        .replace(b"\n" + boundary, b"\n--" + boundary)
        .replace(b"T25j", b"\nT25j")
    )[:-1] + b"--\n"
    message = parse(repaired)
    assert names(message) == []
    assert [part.type for part in message.parts] == ["text/plain", "application/msword"]
    assert message.parts[1].filename == "my story.doc"
    assert message.parts[1].decoded() == b"Once upon a time"
    theirs = email.message_from_bytes(repaired, policy=email.policy.default)
    assert [part.get_content_type() for part in theirs.iter_parts()] == ["text/plain", "application/msword"]
    assert not theirs.defects


MIME = b"MIME-Version: 1.0\n"
MIXED = MIME + b"Content-Type: multipart/mixed; boundary=b\n\n"

#: What each defect looks like, and where it is.
SAMPLES = {
    "mbox-line": (b"From alice Wed Jan 16 13:04:50 2008\nFrom: a@b.c\n\n", b"From alice"),
    "no-mime-version": (b"To: a@b.c\nContent-Type: text/plain\n\n", b"Content-Type"),
    "no-blank-line": (b"To: a@b.c\nHello\n", b"Hello"),
    "unfolded-parameter": (MIME + b"Content-Type: text/plain;\ncharset=utf-8\n\n", b"charset"),
    "fold-without-field": (b" folded\nTo: a@b.c\n\n", b" folded"),
    "bad-content-type": (MIME + b"Content-Type: text\n\n", b"Content-Type"),
    "bad-parameter": (MIME + b"Content-Type: text/plain; charset=a b\n\n", b"Content-Type"),
    "field-repeated": (MIME + b"Content-Type: text/plain\nContent-type: text/html\n\n", b"Content-type"),
    "unknown-encoding": (MIME + b"Content-Transfer-Encoding: uuencode\n\n", b"Content-Transfer"),
    "encoded-composite": (MIXED[:-1] + b"Content-Transfer-Encoding: base64\n\n--b\n\n--b--", b"Content-Transfer"),
    "8bit-in-7bit": (b"To: a@b.c\n\ncaf\xc3\xa9\n", b"caf"),
    "long-line": (b"To: a@b.c\n\nx\n" + b"y" * 1000, b"yyy"),
    "no-boundary": (MIME + b"Content-Type: multipart/mixed\n\n", b"Content-Type"),
    "bad-boundary": (MIME + b'Content-Type: multipart/mixed; boundary="#"\n\n--#\n\n--#--', b"Content-Type"),
    "no-delimiter": (MIXED + b"no parts\n--b--\n", b"no parts"),
    "no-closing-delimiter": (MIXED + b"--b\n\none\n", b""),
    "delimiter-without-hyphens": (MIXED.replace(b"=b", b"=bb") + b"bb\n\none\n--bb--\n", b"bb\n\none"),
    "delimiter-differs": (MIXED.replace(b"=b", b"=b_b") + b"--b b\n\none\n--b_b--\n", b"--b b"),
    "too-deep": (
        MIME + b"".join(b"Content-Type: multipart/x; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(MAX_DEPTH + 1)),
        b"--b100",
    ),
    "too-many-parts": (MIXED + b"--b\n" * (MAX_PARTS + 2) + b"--b--", b"--b\n--b--"),
    "bad-base64": (MIME + b"Content-Transfer-Encoding: base64\n\nSGVs!G8=", b"!G8="),
    "bad-quoted-printable": (MIME + b"Content-Transfer-Encoding: quoted-printable\n\na=3D =x", b"=x"),
}  # fmt: skip


def test_each_defect_has_a_sample() -> None:
    assert set(SAMPLES) == set(TEXTS)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_defect_is_named_at_its_place(name: str) -> None:
    octets, at = SAMPLES[name]
    message = parse(octets)
    inner = message.encoding_defect()
    found = {defect.name: defect for defect in (*message.all_defects(), *([inner] if inner else ()))}
    assert name in found
    assert octets[found[name].octet :].startswith(at)
    assert found[name].text.endswith((".", "?"))
    assert "{" not in found[name].text


def test_without_the_two_hyphens_at_the_close_a_torn_letter_looks_whole() -> None:
    message = parse(MIXED.replace(b"=b", b"=b1") + b"b1\n\nThe story.\n--b1\nContent-Type: text/html\n\n<p>\n--b1\n")
    assert [part.type for part in message.parts] == ["text/html", "text/plain"]
    assert names(message) == ["delimiter-without-hyphens", "no-closing-delimiter"]


def test_a_quoted_delimiter_is_no_defect() -> None:
    assert names(parse(MIXED.replace(b"=b", b"=b1") + b"--b1\n\nYou wrote:\n> --b1\n> hello\n--b1--\n")) == []


def test_a_header_without_a_body_has_no_defect() -> None:
    assert names(parse(b"From: a@b.c\r\nTo: d@e.f\r\n")) == []
    assert names(parse(b"")) == []


# Size -----------------------------------------------------------------------------------------------------------------


def test_a_large_attachment_is_not_read_through() -> None:
    """Generous: the aim is well under 100 ms for 25 MB; what must not be is a regular expression over it, or copies."""
    large = LETTER.replace(b"iVBORw==", encode_base64(os.urandom(4 << 20)))
    best = 9.0
    for _ in range(5):
        start = time.perf_counter()
        message = parse(large)
        best = min(best, time.perf_counter() - start)
    assert len(message.parts) == 2
    assert best < 0.1


@pytest.mark.parametrize(
    "octets",
    [
        b"a:\n" + b" a\n" * 500_000,
        b"a: b\n" * 200_000,
        MIXED + b"\n--b" * 300_000,
        MIXED + b"--b\n" * 300_000,
        b"Content-Type: text/plain; " + b"(" * 100_000,
        b"Content-Type: text/plain" + b"; a=b" * 50_000,
        b"\n" * 500_000,
        MIXED.replace(b"=b", b'="' + b"x" * 100_000 + b'"') + b"\n--" + b"x" * 100_000,
    ],
)
def test_hostile_input_takes_no_long_time(octets: bytes) -> None:
    start = time.perf_counter()
    assert parse(octets).as_bytes() == octets
    assert time.perf_counter() - start < 5
