from __future__ import annotations

from mailedu.mime.parser import parse
from mailedu.mime.reading import outline, reading

MIXED = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"


def test_text_and_what_is_enclosed() -> None:
    message = parse(
        MIXED
        + b"--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\ncaf=C3=A9\n\n"
        + b"--b\nContent-Type: image/png; name=menu.png\nContent-Transfer-Encoding: base64\n\niVBORw==\n"
        + b"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nnot shown\n--b--\n"
    )
    read = reading(message)
    assert read.text == "café\n"
    assert read.enclosed == (("menu.png", "image/png", 4), ("a.txt", "text/plain", 9))
    assert outline(message) == (
        "multipart/mixed  3 parts",
        "  text/plain  utf-8, quoted-printable, 6 octets",
        "  image/png  menu.png, base64, 4 octets",
        "  text/plain  a.txt, 7bit, 9 octets",
    )


def test_of_alternatives_the_plain_one() -> None:
    octets = (
        MIXED.replace(b"mixed", b"alternative") + b"--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>rich</p>\n--b--\n"
    )
    assert reading(parse(octets)).text == "plain"
    assert reading(parse(octets.replace(b"--b\n\nplain\n", b""))).text == "rich\n"
    pictures = MIXED.replace(b"mixed", b"alternative") + b"--b\nContent-Type: image/png\n\nx\n--b--\n"
    assert reading(parse(pictures)) == ("", (("", "image/png", 1),))


def test_html_loses_its_tags() -> None:
    html = (
        b"<html><head><title>no</title><style>p {}</style></head><body><!-- no --><h1>Caf\xc3\xa9 &amp; bar</h1>"
        b"<p>1 &lt; 2 &#233; &nope;<br>two<script>alert(1)</script></p></body></html>"
    )
    message = parse(b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n" + html)
    assert reading(message).text == "Café & bar\n1 < 2 é &nope;\ntwo\n"


def test_html_that_is_never_closed() -> None:
    header = b"MIME-Version: 1.0\nContent-Type: text/html\n\n"
    for html in (b"seen<!-- hidden", b"seen<script>hidden", b"seen<a hidden", b"seen" + b"<!--" * 50_000):
        assert reading(parse(header + html)).text == "seen\n"


def test_a_message_inside_is_shown_with_its_header() -> None:
    inner = b"Content-Type: message/rfc822\n\nFrom: a@b.c\nSubject: =?utf-8?Q?=C3=A9?=\nX-Other: no\n\nits text"
    message = parse(MIXED + b"--b\n\nSee below.\n\n--b\n" + inner + b"\n--b--\n")
    assert reading(message).text == "See below.\n\nFrom: a@b.c\nSubject: é\n\nits text"
    assert outline(message)[2:] == ("  message/rfc822  a message", "    text/plain  7bit, 8 octets")


def test_a_plain_message() -> None:
    assert reading(parse(b"From: a@b.c\r\n\r\nHello\r\nthere\r\n")) == ("Hello\nthere\n", ())
