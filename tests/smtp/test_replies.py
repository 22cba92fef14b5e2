"""The catalogue, and how replies are made and read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.machine import ReplyClass
from mailedu.smtp.replies import CATALOGUE, Voice, goes_on, of_texts, parse, plain, reply, reply_class


def test_every_reply_of_the_catalogue_is_one() -> None:
    """RFC 2034 section 4: the class equals the first digit; no enhanced code on greeting, EHLO, HELO and 3yz."""
    for name, (code, enhanced, text) in CATALOGUE.items():
        assert str(code)[0] in "2345", name
        assert str(code)[1] in "012345", name
        if name in ("GREETING", "HELLO", "HELLO_SYNTAX") or code // 100 == 3:
            assert not enhanced, name
        else:
            assert enhanced.startswith(f"{code // 100}."), name
        assert text.isascii(), name
        assert len(text) < 200, name


def test_those_that_name_the_domain_do_so_first() -> None:
    """RFC 5321 section 4.2: 220 and 421 begin with the server's domain."""
    for name, (code, _, text) in CATALOGUE.items():
        if code in (220, 421):
            assert text.startswith("{domain} "), name


def test_a_voice_says_codes_only_where_they_are_offered() -> None:
    assert Voice("h")("SENDER_OK").octets == (b"250 2.1.0 Sender ok\r\n",)
    assert Voice("h", enhanced=False)("SENDER_OK").octets == (b"250 Sender ok\r\n",)
    assert Voice("h", {"SENDER_OK": "{domain} says yes"})("SENDER_OK").octets == (b"250 2.1.0 h says yes\r\n",)
    assert Voice("h")("TOO_LARGE", size=2, limit=1).text == "2 octets are more than the 1 allowed here"


def test_a_reply_of_many_lines() -> None:
    made = reply(250, "", "mail", "SIZE 7", "PIPELINING")
    assert made.octets == (b"250-mail\r\n", b"250-SIZE 7\r\n", b"250 PIPELINING\r\n")
    assert made.lines == (b"mail", b"SIZE 7", b"PIPELINING")
    assert (made.text, str(made)) == ("PIPELINING", "250 PIPELINING")
    assert reply(550, "5.1.1", "a", "b").octets == (b"550-5.1.1 a\r\n", b"550 5.1.1 b\r\n")


def test_an_enhanced_code_belongs_to_its_class() -> None:
    (made,) = of_texts([b"550 5.1.1 no"])
    assert (made.enhanced, made.text) == ("5.1.1", "no")
    (made,) = of_texts([b"550 2.1.1 no"])
    assert (made.enhanced, made.text) == ("", "2.1.1 no")
    (made,) = of_texts([b"250 2.0.0"])
    assert (made.enhanced, made.text) == ("2.0.0", "")
    assert plain(reply(501, "5.5.2", "a", "b")) == reply(501, "", "a", "b")


def test_classes() -> None:
    assert [reply_class(code) for code in (0, 199, 220, 354, 421, 450, 550, 600)] == [
        ReplyClass.GARBLED,
        ReplyClass.GARBLED,
        ReplyClass.OK,
        ReplyClass.CONTINUE,
        ReplyClass.CLOSING,
        ReplyClass.TRANSIENT,
        ReplyClass.PERMANENT,
        ReplyClass.GARBLED,
    ]


def test_texts_make_as_many_replies_as_they_are() -> None:
    assert [r.code for r in of_texts([b"250-a", b"250 b", b"550 c", b"what"])] == [250, 550, 0]
    assert [r.code for r in of_texts([b"250-a"])] == [250]


@pytest.mark.parametrize("line", [b"250-", b"550-x", b"199-x"])
def test_a_hyphen_says_that_more_follows(line: bytes) -> None:
    assert goes_on(line)
    assert not goes_on(line.replace(b"-", b" "))


@pytest.mark.law
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=5))
def test_reading_never_raises_and_loses_nothing(texts: list[bytes]) -> None:
    made = parse(tuple(text + b"\r\n" for text in texts))
    assert b"".join(made.octets) == b"".join(text + b"\r\n" for text in texts)
    assert (made.code == 0) == (made.cls is ReplyClass.GARBLED)
    assert isinstance(made.text + str(made), str)


@pytest.mark.law
@given(st.sampled_from([220, 250, 354, 421, 550]), st.lists(st.text("ab -5.", max_size=9), min_size=1, max_size=4))
def test_what_is_made_is_read_again(code: int, texts: list[str]) -> None:
    made = reply(code, "", *texts)
    (again,) = of_texts([octets[:-2] for octets in made.octets])
    assert again._replace(enhanced="") == made
