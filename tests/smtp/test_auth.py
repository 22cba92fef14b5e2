"""LOGIN and PLAIN, and base64 as RFC 4954 section 4 wants it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.smtp.auth import MECHANISMS, Credentials, claimed, decode, encode, initial_response

BOB = Credentials("bob", b"looking-glass")


def play(mechanism: str, initial: bytes | None, *answers: bytes) -> tuple[list[bytes], Credentials | None]:
    dialogue = MECHANISMS[mechanism](initial)
    asked: list[bytes] = []
    said = iter(answers)
    try:
        asked.append(next(dialogue))
        while True:
            asked.append(dialogue.send(next(said)))
    except StopIteration as end:
        return asked, end.value


def test_login_asks_two_questions() -> None:
    assert play("LOGIN", None, b"bob", b"looking-glass") == ([b"Username:", b"Password:"], BOB)
    assert play("LOGIN", b"bob", b"looking-glass") == ([b"Password:"], BOB)


def test_plain_says_all_at_once() -> None:
    assert play("PLAIN", b"\0bob\0looking-glass") == ([], BOB)
    assert play("PLAIN", None, b"bob\0bob\0looking-glass") == ([b""], BOB)


@pytest.mark.parametrize("message", [b"", b"bob", b"\0bob", b"\0\0x", b"carol\0bob\0x", b"\0bob\0x\0", b"bob\0x"])
def test_plain_that_makes_no_sense(message: bytes) -> None:
    """RFC 4616 section 2. To act for somebody else is not offered."""
    assert play("PLAIN", message)[1] is None


def test_a_password_is_octets() -> None:
    assert play("PLAIN", b"\0bob\0\xff\xfe") == ([], Credentials("bob", b"\xff\xfe"))


@pytest.mark.parametrize(
    "line", [b"bob", b"=AAA", b"AAA=BBB=", b"AA AA", b"AAAA\t", b"A", b"====", b"\xff\xff\xff\xff"]
)
def test_what_is_no_base64(line: bytes) -> None:
    assert decode(line) is None


def test_an_equals_sign_is_an_empty_initial_response() -> None:
    assert initial_response(b"=") == b""
    assert decode(b"=") is None
    assert initial_response(b"Ym9i") == b"bob"


@pytest.mark.law
@given(st.binary(max_size=60))
def test_base64_comes_back(octets: bytes) -> None:
    assert decode(encode(octets)) == octets


@pytest.mark.law
@given(st.binary(max_size=60), st.sampled_from(["LOGIN", "PLAIN", "CRAM-MD5", ""]))
def test_a_listener_reads_who_logs_in_from_any_octets(octets: bytes, mechanism: str) -> None:
    assert isinstance(claimed(mechanism, octets), str)
    assert claimed("PLAIN", encode(b"\0bob\0secret")) == claimed("LOGIN", encode(b"bob")) == "bob"
    assert claimed("CRAM-MD5", encode(octets)) == ""
