from __future__ import annotations

import email.header
import email.headerregistry
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.mime.fields.folding import unstructured
from mailedu.mime.fields.words import decode_words, decoded, encode_text, encoded_words, unfold

#: What a Subject may hold: no line ends (they become blanks), no lone surrogates (they are no characters).
TEXT = st.text(st.one_of(st.sampled_from("  =?_é漢a\t\x1b"), st.characters(exclude_characters="\r\n", codec="utf-8")))


@pytest.mark.law(most=400)
@given(TEXT, st.integers(0, 90))
def test_text_comes_back(text: str, used: int) -> None:
    encoded = encode_text(text, used)
    assert encoded.isascii()
    assert encoded == "" or encoded.isprintable()
    assert decode_words(encoded) == text


@pytest.mark.law(most=400)
@given(TEXT)
def test_a_field_of_text_obeys_the_limits(text: str) -> None:
    field = unstructured("Subject", text)
    assert field.startswith(b"Subject: ")
    lines = field.removesuffix(b"\r\n").split(b"\r\n")
    for line in lines:
        assert len(line) <= (76 if b"=?" in line else 998)
        assert line.strip() or text == ""
    for word in field.split():
        if word.startswith(b"=?") and b"?=" in word:
            assert len(word) <= 75
    assert decoded(field.partition(b":")[2]) == text


@pytest.mark.law(most=400)
@given(TEXT.filter(lambda text: text.isprintable()))
def test_the_standard_library_reads_the_same(text: str) -> None:
    field = unstructured("Subject", text)
    value = email.policy.default.header_factory("Subject", unfold(field).decode("ascii").partition(": ")[2])
    assert str(value) == text


@pytest.mark.law(most=400)
@given(st.text(st.characters(codec="utf-8"), min_size=1), st.integers(24, 75))
def test_encoded_words_are_short_and_whole(text: str, first: int) -> None:
    words = encoded_words(text, first)
    assert len(words[0]) <= max(first, 12 + 12)  # one character of four octets may need twelve
    assert max(map(len, words)) <= 75
    assert "".join(map(decode_words, words)) == text
    assert decode_words(" ".join(words)) == text
    assert decode_words("\t  ".join(words)) == text


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("Dinner at six", "Dinner at six"),
        ("Café at six?", "=?utf-8?Q?Caf=C3=A9?= at six?"),
        ("at the Café, Søndag", "at the =?utf-8?Q?Caf=C3=A9=2C_S=C3=B8ndag?="),
        ("漢字", "=?utf-8?B?5ryi5a2X?="),
        ("=?utf-8?Q?no?=", "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fno=3F=3D?="),
        ("two\r\nlines", "two lines"),
        ("\x1b[31mred", "=?utf-8?Q?=1B=5B31mred?="),
        ("", ""),
    ],
)
def test_words_as_they_look(text: str, encoded: str) -> None:
    assert encode_text(text) == encoded


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?ISO-8859-1?Q?a?= b", "a b"),
        (b"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        (b"=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
        (b"=?ISO-8859-1?Q?a_b?=", "a b"),
        (b"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
        (b"=?iso-8859-1*en?q?Andr=E9?= Pirard", "André Pirard"),
        (b"=?utf-8?b?w6k=?=", "é"),
        (b"=?utf-8?b?w6k?=", "é"),
        (b"=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),  # QUIRK: a character cut in two
        (b"x=?utf-8?q?=C3=A9?=y", "xéy"),  # QUIRK: no blanks around
        (b"=?nonsense?q?a?=", "=?nonsense?q?a?="),
        (b"=?rot13?q?a?=", "=?rot13?q?a?="),
        (b"=?unicode_escape?q?=5Cx41?=", "=?unicode_escape?q?=5Cx41?="),
        (b"=?utf-8?x?a?=", "=?utf-8?x?a?="),
        (b"=?utf-8?q??= b", " b"),
        (b" folded\r\n text \r\n", "folded text"),
        (b" bare LF\n\ttext\n", "bare LF\ttext"),
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9", "café"),
        (b"=?us-ascii?q?caf=E9?=", "caf\ufffd"),
    ],
)
def test_decoding(raw: bytes, text: str) -> None:
    assert decoded(raw) == text


@pytest.mark.law(most=400)
@given(
    st.binary()
    | st.lists(st.sampled_from([b"=?", b"utf-8", b"?q?", b"?b?", b"?=", b" ", b"=C3", b"\xff", b"\r\n "])).map(b"".join)
)
def test_decoding_is_total(raw: bytes) -> None:
    text = decoded(raw)
    text.encode("utf-8")  # nothing that cannot be printed
    assert "\r\n " not in text


def test_much_that_only_begins_like_a_word_takes_no_time() -> None:
    assert decode_words("=?" * 100_000).startswith("=?=?")
    assert decode_words("=?a?q?" * 100_000).startswith("=?a?q?")
