"""`mailedu talk`: a person is the client."""

from __future__ import annotations

import re

import pytest

from .conftest import Call

LOGIN = ("EHLO me", "AUTH LOGIN", "YWxpY2U=", "d29uZGVybGFuZA==")
ENVELOPE = ("MAIL FROM:<alice@example.com>", "RCPT TO:<bob@example.net>")


def talk(mailedu: Call, protocol: str, *lines: str) -> str:
    done = mailedu("talk", protocol, typed="".join(line + "\n" for line in lines))
    assert done.status == 0
    assert not done.err
    return done.out


def codes(out: str) -> list[str]:
    """The codes of the replies, one a reply."""
    return re.findall(r"^S: (\d\d\d) |^S: (?:\+OK|-ERR)", out, re.MULTILINE)


def test_a_letter_is_handed_in_by_hand(mailedu: Call) -> None:
    out = talk(mailedu, "smtp", *LOGIN, *ENVELOPE, "DATA", "Subject: Hi", "", "Hello", ".", "QUIT")
    assert codes(out) == ["220", "250", "334", "334", "235", "250", "250", "354", "250", "221"]
    assert "The conversation is over" in out


def test_each_reply_is_explained_and_what_may_follow_is_named(mailedu: Call) -> None:
    out = talk(mailedu, "smtp", "RCPT TO:<bob@example.net>", "EHLO me")
    assert re.search(r"^S: 503 .*\n   \w.*\n(   .*\n)*   May come next: EHLO, .*QUIT", out, re.MULTILINE)
    assert "   May come next: AUTH, " in out


def test_the_prompt_says_when_lines_are_a_letter_or_a_login(mailedu: Call) -> None:
    out = talk(mailedu, "smtp", *LOGIN, *ENVELOPE, "DATA", "QUIT", ":-)", ".")
    assert "[CONNECTED] C: EHLO me\n" in out
    assert "[AUTH] base64 (:base64 TEXT makes it): YWxpY2U=\n" in out
    assert "   which is base64 for “Username:”\n" in out
    assert out.count("   A dot alone on a line ends the letter; :undo takes a line back.\n") == 1
    assert "[DATA] letter: QUIT\n[DATA] letter: :-)\n[DATA] letter: .\nS: 250 " in out


def test_undo_takes_the_last_line_back(mailedu: Call) -> None:
    out = talk(mailedu, "smtp", *LOGIN, *ENVELOPE, "RSET", ":undo", "DATA", "x", ":undo", ".", ":undo", ":undo", "RSET")
    assert codes(out)[-3:] == ["354", "250", "250"]
    assert "Taken back: RSET\n" in out
    assert "[RCPT] C: RSET\n" in out


def test_undo_also_brings_a_conversation_back_that_was_over(mailedu: Call) -> None:
    out = talk(mailedu, "smtp", ":undo", "QUIT", "NOOP", ":undo", "NOOP", ":again", "NOOP")
    assert "There is nothing to take back." in out
    assert codes(out) == ["220", "221", "250", "220", "250"]


@pytest.mark.parametrize("word", ["quit", "exit", "q", "QUIT"])
def test_when_it_is_over_a_bare_quit_leaves(mailedu: Call, word: str) -> None:
    out = talk(mailedu, "pop3", "QUIT", word, ":again")
    assert ":quit leaves." in out
    assert out.count("S: +OK") == 2
    assert talk(mailedu, "pop3", "q", ":again").count("S: ") == 3  # while it goes on, all is for the server


def test_a_mailbox_is_read_by_hand(mailedu: Call) -> None:
    out = talk(mailedu, "pop3", "STAT", "USER bob", "PASS looking-glass", "STAT", "RETR 2", "DELE 3", "QUIT")
    assert "S: -ERR " in out
    assert "S: +OK 3 " in out
    assert "S: ..\nS: Does RETR show you one dot there, or two?\n" in out
    assert "[TRANSACTION] C: DELE 3\n" in out


@pytest.mark.parametrize("protocol", ["smtp", "pop3"])
def test_the_lines_to_try_work_in_their_order(mailedu: Call, protocol: str) -> None:
    shown = talk(mailedu, protocol, "?").split("in this order:\n")[1].split("  Or wrong ones")[0]
    lines = [re.split(r"\s{2,}", line.strip())[0] for line in shown.splitlines()]
    lines[-1:] = ["", "Hello", ".", lines[-1]] if protocol == "smtp" else lines[-1:]
    out = talk(mailedu, protocol, *lines)
    assert not re.search(r"^S: ([45]|-ERR)", out, re.MULTILINE)
    assert "The conversation is over" in out


def test_words_to_mailedu(mailedu: Call) -> None:
    out = talk(mailedu, "smtp", ":base64 \\0alice\\0wonderland", ":nonsense", "::help", "EHLO me", ":explain")
    assert "AGFsaWNlAHdvbmRlcmxhbmQ=" in out
    assert "No word :nonsense: there are :help, " in out
    assert "[CONNECTED] C: :help\nS: 500 " in out
    assert re.search(r"^C: EHLO me\n  \S", out, re.MULTILINE)
    assert re.search(r"^  See .*\n(?: {12}.*\n)*(?:  The book .*\n(?: {12}.*\n)*)?\n  Which octets", out, re.MULTILINE)
    assert re.search(r"^ +\d+  PIPELINING +extension: ", out, re.MULTILINE)
    assert "S: 221" not in talk(mailedu, "smtp", ":quit", "QUIT")


def test_nonsense_of_any_kind_is_survived(mailedu: Call) -> None:
    done = mailedu("talk", "smtp", typed=b"\xff\xfe\n\x1b[31m\n" + b"x" * 100_000 + b"\n\n" + b"BOGUS\n" * 30)
    assert done.status == 0
    assert "\x1b" not in done.out
    assert "S: 421 " in done.out
