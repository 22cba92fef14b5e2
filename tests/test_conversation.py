"""The written form of a conversation: what it means, and what is said of what it is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.conversation import (
    Closes,
    ConversationError,
    Holds,
    Passes,
    Said,
    Side,
    duration,
    parse,
    pattern,
)

EXAMPLE = """\
# RFC 5321 4.1.4: RCPT is out of order until MAIL has been accepted.
# A second line of it.
protocol smtp
port 587
scenario submission
user bob looking-glass
user carol two words

S: 220 *
C: EHLO client.example
S: 250-*
S: 250 *
# a remark
C> "a\\r\\n\\x00\\"\\\\"
C: RCPT TO:<u{n}@x> x 3
~ 5m
M: bob 2
C!
S!
"""


def said(text: str) -> list[Said]:
    return [turn for turn in parse(text, "x").turns if isinstance(turn, Said)]


def test_all_that_the_form_knows() -> None:
    conversation = parse(EXAMPLE, "smtp/example.txt")
    assert conversation.name == "smtp/example.txt"
    assert conversation.comment.startswith("RFC 5321 4.1.4: RCPT")
    assert conversation.comment.endswith("A second line of it.")
    assert (conversation.protocol, conversation.port, conversation.role) == ("smtp", 587, "server")
    assert conversation.scenario == "submission"
    assert conversation.users == (("bob", "looking-glass"), ("carol", "two words"))
    assert conversation.turns == (
        Said(9, Side.SERVER, "220 *"),
        Said(10, Side.CLIENT, "EHLO client.example"),
        Said(11, Side.SERVER, "250-*"),
        Said(12, Side.SERVER, "250 *"),
        Said(14, Side.CLIENT, 'a\r\n\x00"\\', raw=True),
        Said(15, Side.CLIENT, "RCPT TO:<u{n}@x>", times=3),
        Passes(16, 300.0),
        Holds(17, "bob", 2),
        Closes(18, Side.CLIENT),
        Closes(19, Side.SERVER),
    )


def test_octets_of_what_is_said() -> None:
    lines = said('C: héllo\nC:\nC:  two blanks \nC> "\\xff\\0é"\nC: u{n} x 2\nC: {n}\nC> "ab" x 2')
    assert [list(line.octets()) for line in lines] == [
        ["héllo\r\n".encode()],
        [b"\r\n"],
        [b" two blanks \r\n"],
        [b"\xff\0" + "é".encode()],
        [b"u1\r\n", b"u2\r\n"],
        [b"{n}\r\n"],
        [b"ab", b"ab"],
    ]


def test_lines_may_end_in_crlf() -> None:
    assert parse("C: a\r\nS: b\r\n", "x").turns == (Said(1, Side.CLIENT, "a"), Said(2, Side.SERVER, "b"))


@pytest.mark.parametrize(
    ("lines", "heard", "fits"),
    [
        ("S: 250 *", b"250 whatever\r\n", True),
        ("S: 250 *", b"250 \r\n", True),
        ("S: 250 *", b"250\r\n", False),
        ("S: 250 *", b"251 whatever\r\n", False),
        ("S: 250 a*c", b"250 abc\r\n", True),
        ("S: 250 (a.c)", b"250 abcd\r\n", False),
        ("S: 250-*\nS: 250 *", b"250 one\r\n", True),
        ("S: 250-*\nS: 250 *", b"250-one\r\n250-two\r\n250 three\r\n", True),
        ("S: 250-*\nS: 250-SIZE *\nS: 250-*\nS: 250 *", b"250-a\r\n250-b\r\n250-SIZE 5\r\n250 c\r\n", True),
        ("S: 250-*\nS: 250-SIZE *\nS: 250-*\nS: 250 *", b"250-a\r\n250-b\r\n250 c\r\n", False),
        ("S: 250 *", b"250 one\r\n250 two\r\n", False),
        ("S: 250 * x 2", b"250 one\r\n250 two\r\n", True),
        ('S> "334 \\r\\n"', b"334 \r\n", True),
        ('S> "334 *\\r\\n"', b"334 x\r\n", False),
        ("S: *", b"", False),
        ("S: *", b"\r\n", True),
    ],
)
def test_what_the_server_says_fits_its_lines(lines: str, heard: bytes, fits: bool) -> None:
    assert bool(pattern(said(lines)).fullmatch(heard)) is fits


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("", 1, "nobody says anything"),
        ("# only a comment\n", 2, "nobody says anything"),
        ("X: what", 1, "a line begins with C: S: "),
        ("protocol imap\nC: x", 1, "protocol is smtp or pop3"),
        ("role both\nC: x", 1, "role is server or client"),
        ("protocol smtp\nprotocol smtp\nC: x", 2, "protocol stands there twice"),
        ("protocol\nC: x", 1, "protocol wants a value"),
        ("port smtp\nC: x", 1, "port is a number"),
        ("port 0\nC: x", 1, "port is a number"),
        ("port 99999999999999999999\nC: x", 1, "port is a number"),
        ("user bob\nC: x", 1, "user wants a name and a password"),
        ("C: x\nuser bob secret", 2, "user stands before the first line"),
        ("C: x\n~ soon", 2, "after ~ comes a duration"),
        ("~ 5\nC: x", 1, "after ~ comes a duration"),
        ("M: bob", 1, "after M: come a user and a number"),
        ("M: 2", 1, "after M: come a user and a number"),
        ("M: bob two", 1, "after M: come a user and a number"),
        ("C> NOOP", 1, "after C> come octets in quotes"),
        ('C> "a" b', 1, "after C> come octets in quotes"),
        ('C> "\\q"', 1, "\\q is unknown"),
        ('C> "\\x1"', 1, "\\x is unknown"),
        ("C! now", 1, "nothing may follow C!"),
        ("C: a x 0", 1, "a line is repeated 1 to "),
        ("C: a x 99999999999", 1, "a line is repeated 1 to "),
    ],
)
def test_an_error_names_file_line_and_reason(text: str, where: int, why: str) -> None:
    with pytest.raises(ConversationError, match=f"^some/file.txt:{where}: {re.escape(why)}"):
        parse(text, "some/file.txt")


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5m", 300), ("2h", 7200), ("5d", 432_000), ("1.5m", 90)])
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 m", "5w", "5m5", "٥m"])
def test_what_is_no_duration(text: str) -> None:
    assert duration(text) is None


@pytest.mark.law(most=400)
@given(
    st.lists(
        st.sampled_from(["C: a", "S: *", 'C> "a"', "C!", "~ 5m", "M: b 1", "# c", "", "port 25", "C: a x 2"])
        | st.text(max_size=12)
    )
)
def test_any_text_is_a_conversation_or_is_refused(lines: list[str]) -> None:
    try:
        conversation = parse("\n".join(lines), "x")
    except ConversationError:
        return
    for turn in conversation.turns:
        if isinstance(turn, Said) and turn.times < 10:
            octets = b"".join(turn.octets())
            if turn.raw or ("*" not in turn.text and "{n}" not in turn.text):
                assert pattern([turn]).fullmatch(octets)
