from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.formatters.terminal256 import Terminal256Formatter
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, Punctuation, String, Text, _TokenType

from mailedu.highlight import (
    CODED,
    LETTER,
    Pop3SessionLexer,
    SessionLexer,
    SessionStyle,
    SmtpSessionLexer,
    ansi,
)

SMTP = """\
# RFC 5321 4.1.4, by example
protocol smtp
S: 220 mx.example.net ESMTP
C: EHLO client.example
S: 250-mx.example.net
S: 250-SIZE 52428800
S: 250 AUTH LOGIN PLAIN
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: YWxpY2U=
S: 235 2.7.0 Accepted
C: MAIL FROM:<alice@example.com> SIZE=120
S: 250 2.1.0 OK
C: RCPT TO:<zed@example.net>
S: 550 5.1.1 no such mailbox
C: DATA
S: 354 go on
C: Subject: Quit
C:
C: QUIT smoking: 250 ways
C: ..
C: .
S: 250 2.0.0 queued
C> "QUIT\\r\\n"
"""
POP3 = """\
S: +OK POP3 ready
C: PASS looking-glass
S: -ERR [AUTH] no
C: LIST
S: +OK 2 messages
S: 1 120
S: .
C: RETR 1
C: DELE 1
S: +OK 120 octets
S: Subject: Quit
S:
S: +OK is no reply here
S: .
S: +OK deleted
S: +OK to nothing
"""

Tokens = list[tuple[_TokenType, str]]


def lines(lexer: SessionLexer, text: str) -> list[Tokens]:
    """The tokens of each line, white space left out."""
    result: list[Tokens] = [[]]
    for _, kind, piece in lexer.get_tokens_unprocessed(text):
        if piece.strip():
            result[-1].append((kind, piece.strip()))
        if "\n" in piece:
            result.append([])
    return result[:-1]


def bare(text: str) -> str:
    """The same session as it travelled: no prefixes, no comments."""
    return re.sub(r"^[CS]: ?", "", re.sub(r"^(#|protocol|C>).*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)


def test_smtp_dialogue() -> None:
    shown = lines(SmtpSessionLexer(), SMTP)
    assert shown[0] == [(Comment, "# RFC 5321 4.1.4, by example")]
    assert shown[1] == [(Comment, "protocol smtp")]
    assert shown[2][:2] == [(Generic.Prompt, "S:"), (Number.Integer, "220")]
    assert shown[3][1] == (Keyword, "EHLO")
    assert shown[5][1:] == [
        (Number.Integer, "250"),
        (Operator, "-"),
        (Name.Builtin, "SIZE"),
        (Number.Integer, "52428800"),
    ]
    assert shown[7][1:] == [(Keyword, "AUTH"), (Name.Builtin, "LOGIN")]
    assert shown[8][-1] == (CODED, "VXNlcm5hbWU6")
    assert shown[9][-1] == (CODED, "YWxpY2U=")
    assert shown[10][1:3] == [(Number.Integer, "235"), (Number.Float, "2.7.0")]
    assert (Name.Entity, "alice@example.com") in shown[11]
    assert (Name.Attribute, "SIZE") in shown[11]
    assert shown[14][1] == (Generic.Error, "550")


@pytest.mark.parametrize("text", [SMTP, bare(SMTP)], ids=["dialogue", "as it travelled"])
def test_a_letter_lasts_from_354_to_its_lone_dot(text: str) -> None:
    shown = [[token for token in line if token[0] != Generic.Prompt] for line in lines(SmtpSessionLexer(), text)]
    start = next(n for n, line in enumerate(shown) if (Number.Integer, "354") in line) + 1
    assert shown[start][0] == (Name.Tag, "Subject")
    assert shown[start + 2] == [(LETTER, "QUIT smoking: 250 ways")]
    assert shown[start + 3] == [(String.Escape, "."), (LETTER, ".")]
    assert shown[start + 4] == [(Keyword, ".")]
    assert shown[start + 5][0] == (Number.Integer, "250")


@pytest.mark.parametrize("text", [POP3, bare(POP3)], ids=["dialogue", "as it travelled"])
def test_pop3_knows_which_reply_brings_more_lines(text: str) -> None:
    shown = [[token for token in line if token[0] != Generic.Prompt] for line in lines(Pop3SessionLexer(), text)]
    assert shown[0][0] == (Number.Integer, "+OK")
    assert shown[1] == [(Keyword, "PASS"), (Text, "looking-glass")]
    assert shown[2][:2] == [(Generic.Error, "-ERR"), (Number.Float, "[AUTH]")]
    assert shown[5] == [(Number.Integer, "1"), (Number.Integer, "120")]
    assert shown[6] == [(Keyword, ".")]
    assert shown[10][0] == (Name.Tag, "Subject")
    assert shown[12] == [(LETTER, "+OK is no reply here")]
    assert shown[13] == [(Keyword, ".")]
    assert shown[14][0] == (Number.Integer, "+OK")
    assert shown[15][0] == (Number.Integer, "+OK")


def test_a_challenge_of_pop3_is_answered_in_base64() -> None:
    shown = lines(Pop3SessionLexer(), "C: AUTH PLAIN\nS: + \nC: AGFsaWNlAHg=\nS: +OK\n")
    assert shown[2][-1] == (CODED, "AGFsaWNlAHg=")
    assert shown[3][-1] == (Number.Integer, "+OK")


def test_the_server_speaking_ends_a_letter() -> None:
    shown = lines(SmtpSessionLexer(), "S: 354 go on\nC: half a le\nS: 421 4.4.2 too slow\nC: QUIT\n")
    assert shown[2][1] == (Generic.Error, "421")
    assert shown[3][1] == (Keyword, "QUIT")


def test_what_is_no_command_stands_out() -> None:
    assert lines(SmtpSessionLexer(), "HELLO there\n") == [[(Name.Other, "HELLO there")]]
    assert lines(SmtpSessionLexer(), "quit\n") == [[(Keyword, "quit")]]


PARTS = [*(SMTP + POP3).splitlines(True), *bare(SMTP + POP3).splitlines(True)]
ODD = ["\n", ".\r\n", "250*", "S: *", "AUTH", "é\x1b", "\r"]


@pytest.mark.law(most=400)
@given(
    st.sampled_from((SmtpSessionLexer, Pop3SessionLexer)),
    st.lists(st.sampled_from(PARTS + ODD)),
    st.booleans(),
    st.text(),
)
def test_tokens_joined_are_the_text(lexer: type[SessionLexer], parts: list[str], letter: bool, more: str) -> None:
    text = "".join(parts) + more
    tokens = list(lexer(letter=letter).get_tokens_unprocessed(text))
    assert "".join(piece for _, _, piece in tokens) == text
    at = 0
    for index, _, piece in tokens:
        assert index == at
        at += len(piece)


def test_ansi_adds_colour_and_nothing_else() -> None:
    coloured = ansi(SMTP, "smtp")
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == SMTP
    assert ansi(SMTP, "submission") == coloured
    assert ansi("QUERY MX", "dns") == "QUERY MX"


def test_ansi_lets_no_foreign_escape_through() -> None:
    coloured = ansi("C: MAIL FROM:<\x1b]0;owned\x07@x>\r\n\x1b[2J", "smtp")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == "C: MAIL FROM:<␛]0;owned␇@x>\n␛[2J"
    assert ansi("\x1b[2J", "dns") == "␛[2J"


def test_a_letter_alone_has_no_commands() -> None:
    assert ansi("QUIT\n", "smtp", letter=True) != ansi("QUIT\n", "smtp")
    shown = lines(SmtpSessionLexer(letter=True), "Subject: x\n\nC: QUIT\n")
    assert shown == [[(Name.Tag, "Subject"), (Punctuation, ":"), (LETTER, "x")], [], [(LETTER, "C: QUIT")]]


def luminance(colour: str) -> float:
    """Relative luminance of `rrggbb`, as WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_stands_out_from_black_and_from_white() -> None:
    colours = {style["color"] for _, style in SessionStyle} - {None}
    assert len(colours) >= 6
    palette = {f"{r:02x}{g:02x}{b:02x}" for r, g, b in Terminal256Formatter(style=SessionStyle).xterm_colors[16:]}
    for colour in colours:
        assert colour in palette
        light = luminance(colour) + 0.05
        assert min(light / 0.05, 1.05 / light) >= 4


def test_pygments_finds_the_lexers_by_name(tmp_path: Path) -> None:
    assert type(get_lexer_by_name("smtp-session")) is SmtpSessionLexer
    assert type(get_lexer_by_name("pop3-session")) is Pop3SessionLexer
    session = tmp_path / "session"
    session.write_text(SMTP, encoding="utf-8")
    command = [sys.executable, "-m", "pygments", "-l", "smtp-session", "-f", "raw", str(session)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "Token.Keyword\t'EHLO'" in done.stdout
