"""Command lines, paths and parameters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.smtp import Verb
from mailedu.smtp.grammar import Command, Mailbox, Path, PathError, command, loose_path, path, split


@pytest.mark.parametrize(
    ("line", "verb", "word", "argument"),
    [
        (b"NOOP", Verb.NOOP, b"NOOP", b""),
        (b"noop", Verb.NOOP, b"noop", b""),
        (b"nOoP  x y ", Verb.NOOP, b"nOoP", b"x y"),
        (b"QUIT\t ", Verb.QUIT, b"QUIT", b""),
        (b"MAIL FROM:<a@b>", Verb.MAIL, b"MAIL", b"FROM:<a@b>"),
        (b"MAILFROM:<a@b>", Verb.UNKNOWN, b"MAILFROM:<a@b>", b""),
        (b" NOOP", Verb.UNKNOWN, b"", b"NOOP"),
        (b"", Verb.UNKNOWN, b"", b""),
        (b"STARTTLS", Verb.UNKNOWN, b"STARTTLS", b""),
        (b"GREETING", Verb.UNKNOWN, b"GREETING", b""),
        (b"END_OF_DATA", Verb.UNKNOWN, b"END_OF_DATA", b""),
        (b"\xff\xfe", Verb.UNKNOWN, b"\xff\xfe", b""),
    ],
)
def test_a_command_line(line: bytes, verb: Verb, word: bytes, argument: bytes) -> None:
    assert command(line) == Command(verb, word, argument)


@pytest.mark.parametrize(
    ("argument", "mailbox", "parameters"),
    [
        (b"FROM:<a@example.com>", "a@example.com", ()),
        (b"from: <a@example.com>", "a@example.com", ()),
        (b"FROM:<>", "", ()),
        (b"FROM:<> SIZE=7", "", (("SIZE", "7"),)),
        (b"FROM:<a@example.com>  SIZE=7   body=8BITMIME", "a@example.com", (("SIZE", "7"), ("BODY", "8BITMIME"))),
        (b"FROM:<a@example.com> SMTPUTF8", "a@example.com", (("SMTPUTF8", ""),)),
        (b"FROM:<@x.example,@y.example:a@example.com>", "a@example.com", ()),
        (b'FROM:<"a b"@example.com>', '"a b"@example.com', ()),
        (b'FROM:<"<>\\"@"@example.com>', '"<>\\"@"@example.com', ()),
        (b"FROM:<a.b+c=d@[192.0.2.1]>", "a.b+c=d@[192.0.2.1]", ()),
        (b"FROM:<A@EXAMPLE.COM>", "A@EXAMPLE.COM", ()),
    ],
)
def test_reverse_paths(argument: bytes, mailbox: str, parameters: tuple[tuple[str, str], ...]) -> None:
    assert path(Verb.MAIL, argument) == Path(mailbox, parameters)


@pytest.mark.parametrize(
    ("verb", "argument", "reply"),
    [
        (Verb.MAIL, b"", "MAIL_SYNTAX"),
        (Verb.MAIL, b"FROM:a@example.com", "MAIL_SYNTAX"),
        (Verb.MAIL, b"FROM:<a@example.com", "MAIL_SYNTAX"),
        (Verb.MAIL, b"FROM:<a@example.com>x", "MAIL_SYNTAX"),
        (Verb.MAIL, b"TO:<a@example.com>", "MAIL_SYNTAX"),
        (Verb.MAIL, b"FROM:<<a@example.com>>", "MAIL_SYNTAX"),
        (Verb.MAIL, b'FROM:<"a@example.com>', "MAIL_SYNTAX"),
        (Verb.MAIL, b"FROM:<Postmaster>", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:<a@example..com>", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:<.a@example.com>", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:<a.@example.com>", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:<a@b@example.com>", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:<a@exa_mple.com>", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:< >", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:<\xc3\xa4@example.com>", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:<a@" + b"a." * 130 + b"com>", "SENDER_SYNTAX"),
        (Verb.MAIL, b"FROM:<a@example.com> A=B=C", "PARAMETER_SYNTAX"),
        (Verb.MAIL, b"FROM:<a@example.com> SIZE=1 size=2", "PARAMETER_SYNTAX"),
        (Verb.RCPT, b"TO:<>", "RECIPIENT_SYNTAX"),
        (Verb.RCPT, b"TO:a", "RCPT_SYNTAX"),
        (Verb.RCPT, b"TO:<@x.example>", "RECIPIENT_SYNTAX"),
    ],
)
def test_what_is_no_path_names_its_reply(verb: Verb, argument: bytes, reply: str) -> None:
    with pytest.raises(PathError, match=f"^{reply}$"):
        path(verb, argument)


def test_postmaster_is_a_recipient_in_any_case() -> None:
    assert path(Verb.RCPT, b"TO:<PostMaster>") == Path("PostMaster", ())


def test_an_address_has_two_parts() -> None:
    assert split("a.b@example.com") == Mailbox("a.b", "example.com")
    assert str(split("a.b@example.com")) == "a.b@example.com"
    assert split("a" * 64 + "@example.com") is not None
    assert split("a" * 65 + "@example.com") is None
    assert split("a\r\n@example.com") is None
    assert split("a@example.com\n") is None


def test_a_listener_makes_the_best_of_a_malformed_path() -> None:
    assert loose_path(b"FROM:<not an address> X") == "not an address"
    assert loose_path(b"FROM: a@example.com SIZE=1") == "a@example.com"
    assert loose_path(b"") == ""


@pytest.mark.law
@given(st.binary(max_size=80), st.sampled_from([Verb.MAIL, Verb.RCPT]))
def test_any_octets_are_a_path_or_are_not(octets: bytes, verb: Verb) -> None:
    for argument in (octets, b"FROM:<" + octets + b">", b"TO:<" + octets + b"@example.com> " + octets):
        try:
            found = path(verb, argument)
        except PathError:
            continue
        assert "\n" not in found.mailbox
        assert "\r" not in found.mailbox
        assert ">" not in found.mailbox or '"' in found.mailbox


@pytest.mark.parametrize(
    "octets", [b"a" * 1000, b"a." * 500, b'"' * 1000, b'"\\' * 500, b"<" * 1000, b"@a," * 300, b"a-" * 500, b"[" * 999]
)
def test_no_argument_takes_long_to_refuse(octets: bytes) -> None:
    """Each is read in a few milliseconds at most; one that was not would take for ever."""
    for argument in (octets, b"FROM:<" + octets, b"FROM:<" + octets + b">", b"FROM:<a@" + octets + b"!>"):
        for _ in range(20):
            with pytest.raises(PathError):
                path(Verb.MAIL, argument)
