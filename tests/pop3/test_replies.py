"""Replies: what is sent is within the limits, what is heard is understood."""

from __future__ import annotations

import pytest

from mailedu.framing import Content
from mailedu.machine import ReplyClass
from mailedu.pop3 import replies
from mailedu.pop3.replies import CATALOGUE, Voice

ANYTHING = dict.fromkeys(("messages", "octets", "number", "uid", "expected"), 7)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_reply_says_what_it_is(name: str) -> None:
    ok, code, _ = CATALOGUE[name]
    made = Voice("mail.example.net")(name, **ANYTHING)
    assert made.cls is (ReplyClass.OK if ok else ReplyClass.PERMANENT)
    assert made == replies.parse(made.octets[0])
    assert made.code == code
    assert "{" not in made.text
    assert made.text.isascii()


@pytest.mark.parametrize(
    ("octets", "cls", "code", "text"),
    [
        (b"+OK\r\n", ReplyClass.OK, "", ""),
        (b"+OK 2 320\r\n", ReplyClass.OK, "", "2 320"),
        (b"-ERR [IN-USE] Do you have another POP session running?\r\n", ReplyClass.PERMANENT, "IN-USE", "Do you have"),
        (b"-ERR [sys/temp/disk] full\r\n", ReplyClass.PERMANENT, "SYS/TEMP/DISK", "full"),
        (b"-ERR [half\r\n", ReplyClass.PERMANENT, "", "[half"),
        (b"+OK\tready\r\n", ReplyClass.OK, "", "ready"),
        (b"+OK \xff\n", ReplyClass.OK, "", "\\xff"),
        (b"+OK a\rb\r\n", ReplyClass.OK, "", "a\rb"),
        (b"hello\r\n", ReplyClass.GARBLED, "", "hello"),
    ],
)
def test_heard(octets: bytes, cls: ReplyClass, code: str, text: str) -> None:
    heard = replies.parse(octets)
    assert (heard.cls, heard.code) == (cls, code)
    assert heard.text.startswith(text)
    assert heard.octets == (octets,)


def test_a_status_line_has_at_most_512_octets() -> None:
    made = replies.reply(False, "AUTH", "ä" * 600)
    assert len(made.octets[0]) <= 512
    assert made.octets[0].endswith(b"\r\n")


def test_no_words_smuggle_a_line_end() -> None:
    made = Voice("evil\r\n+OK", {"NOOP": "a\nb"})
    assert made("NOOP").octets == (b"+OK a b\r\n",)
    assert made("GREETING").octets == (b"+OK POP3 evil +OK ready\r\n",)


def test_a_body_travels_stuffed_and_ends_in_a_dot() -> None:
    made = replies.reply(True, "", "follows").with_body(Content((b".\r\n..a\r\nb.\r\n",)))
    assert b"".join(made.octets) == b"+OK follows\r\n..\r\n...a\r\nb.\r\n.\r\n"
    assert made.lines == [b".", b"..a", b"b."]
    assert str(made) == "+OK follows"
