from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.mime.encodings import (
    choose_encoding,
    decode,
    decode_base64,
    decode_quoted_printable,
    encode_base64,
    encode_quoted_printable,
    flaw,
    has_only_crlf,
    long_line,
    soft_end,
)

#: Octets with what matters to encodings more often than chance has it.
OCTETS = st.lists(
    st.sampled_from(
        [b"\r\n", b"\n", b"\r", b"=", b" ", b"\t", b".", b"From ", b"a", b"\xc3\xa9", b"\0", b"=3D", b"x" * 70]
    )
    | st.binary(max_size=9)
).map(b"".join)


@pytest.mark.law(most=400)
@given(OCTETS)
def test_quoted_printable_gives_back_what_it_got(octets: bytes) -> None:
    encoded = encode_quoted_printable(octets)
    assert decode_quoted_printable(encoded) == octets
    assert quopri.decodestring(encoded) == octets


@pytest.mark.law(most=400)
@given(OCTETS)
def test_quoted_printable_obeys_its_rules(octets: bytes) -> None:
    encoded = encode_quoted_printable(octets)
    assert encoded.isascii()
    assert has_only_crlf(encoded)
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert line[-1:] not in (b" ", b"\t")
    assert encoded.endswith(b"\r\n") == octets.endswith(b"\r\n")
    assert flaw(encoded, "quoted-printable") is None


def test_no_line_is_too_long_even_before_blanks() -> None:
    """The standard library's encoder makes lines of 77 here."""
    octets = b"\0" * 19 + b"  " + b"\0" * 5 + b"   " + b"\0" * 6 + b"   " + b"\0" * 5 + b"  \n"
    for start in range(len(octets)):
        lines = encode_quoted_printable(octets[start:]).split(b"\r\n")
        assert max(map(len, lines)) <= 76


@pytest.mark.law(most=400)
@given(OCTETS)
def test_a_soft_line_end_adds_nothing(octets: bytes) -> None:
    ended = soft_end(encode_quoted_printable(octets))
    assert ended.endswith(b"=\r\n")
    assert decode_quoted_printable(ended) == octets
    assert max(map(len, ended.split(b"\r\n"))) <= 76


@pytest.mark.law(most=400)
@given(OCTETS)
def test_base64_gives_back_what_it_got(octets: bytes) -> None:
    encoded = encode_base64(octets)
    assert decode_base64(encoded) == octets
    assert encoded == base64.encodebytes(octets).replace(b"\n", b"\r\n")
    assert flaw(encoded, "base64") is None


def test_base64_of_many_blocks() -> None:
    octets = bytes(range(256)) * 1000
    assert encode_base64(octets) == base64.encodebytes(octets).replace(b"\n", b"\r\n")


@pytest.mark.law(most=400)
@given(OCTETS, st.sampled_from(["base64", "quoted-printable", "7bit", "8bit", "binary", "x-uuencode", ""]))
def test_decoding_is_total(octets: bytes, encoding: str) -> None:
    decoded = decode(octets, encoding)
    found = flaw(octets, encoding)
    assert found is None or 0 <= found.at <= len(octets)
    if encoding not in ("base64", "quoted-printable"):
        assert decoded == octets


@pytest.mark.parametrize(
    ("octets", "encoded"),
    [
        (b"caf\xc3\xa9 at six?\r\n", b"caf=C3=A9 at six?\r\n"),
        (b"1 + 1 = 2", b"1 + 1 =3D 2"),
        (b"ends in a blank \r\n", b"ends in a blank=20\r\n"),
        (b"form feed \x0c, NUL \x00", b"form feed =0C, NUL =00"),
        (b"lone \r and \n", b"lone =0D and =0A"),
        (b"", b""),
    ],
)
def test_quoted_printable_as_it_looks(octets: bytes, encoded: bytes) -> None:
    assert encode_quoted_printable(octets) == encoded


@pytest.mark.parametrize(
    ("encoded", "octets"),
    [
        (b"soft=\r\n break", b"soft break"),
        (b"soft= \t\r\n break", b"soft break"),
        (b"blanks added on the way  \t\r\nnext \n", b"blanks added on the way\r\nnext\n"),
        (b"lower =c3=a9", b"lower \xc3\xa9"),
        (b"100 % = all", b"100 % = all"),
        (b"end =", b"end "),
        (b"bare =\rCR kept", b"bare =\rCR kept"),
    ],
)
def test_quoted_printable_is_read_tolerantly(encoded: bytes, octets: bytes) -> None:
    assert decode_quoted_printable(encoded) == octets


@pytest.mark.parametrize(
    ("encoded", "octets"),
    [
        (b"SGVsbG8=", b"Hello"),
        (b"SGVs\r\nbG8=\r\n", b"Hello"),
        (b"S G-V*s bG8=", b"Hello"),
        (b"SGVsbG8", b"Hello"),
        (b"SGVsbG", b"Hell"),
        (b"SGVsb", b"Hel"),
        (b"S", b""),
        (b"", b""),
        (b"====", b""),
    ],
)
def test_base64_is_read_tolerantly(encoded: bytes, octets: bytes) -> None:
    assert decode_base64(encoded) == octets


@pytest.mark.parametrize(
    ("encoded", "encoding", "at"),
    [
        (b"SGVs!bG8=", "base64", 4),
        (b"SG=sbG8=", "base64", 2),
        (b"SGVsbG8", "base64", 7),
        (b"SGVsbG8=", "base64", -1),
        (b"a =3D =3d =\r\n= \r\n b", "quoted-printable", -1),
        (b"a =3D b=c", "quoted-printable", 7),
        (b"anything = goes", "8bit", -1),
    ],
)
def test_a_flaw_is_found_at_its_place(encoded: bytes, encoding: str, at: int) -> None:
    found = flaw(encoded, encoding)
    assert (found.at if found else -1) == at


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (b"plain\r\n", "7bit"),
        (b"", "7bit"),
        ("café\r\n".encode(), "quoted-printable"),
        (b"x" * 999 + b"\r\n", "quoted-printable"),
        (b"x" * 998 + b"\r\n", "7bit"),
        (b"bare\nLF", "quoted-printable"),
        (b"NUL \0 here", "quoted-printable"),
        ("Привет, как дела?\r\n".encode(), "base64"),
    ],
)
def test_the_encoding_suits_the_text(text: bytes, encoding: str) -> None:
    assert choose_encoding(text) == encoding


@pytest.mark.law(most=400)
@given(st.lists(st.sampled_from([0, 1, 3, 8, 9, 10, 11, 12, 30])), st.integers(0, 12))
def test_the_first_long_line_is_found(lengths: list[int], last: int) -> None:
    text = b"".join(b"x" * length + b"\r\n" for length in lengths) + b"x" * last
    expected, at = -1, 0
    for length in [*lengths, last]:
        if length > 10:
            expected = at
            break
        at += length + 2
    assert long_line(text, limit=10) == expected
    assert long_line(b"y" * 50 + b"\n" + text + b"y" * 50, 51, 51 + len(text), 10) == (
        expected + 51 if expected >= 0 else -1
    )
