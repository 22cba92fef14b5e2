"""The texts themselves: short enough, each its own, well cited, and the chapter's errors named where they belong."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from mailedu import content
from mailedu.explain import texts as store
from mailedu.explain.texts import Template, Text

ROW, ROWS, TITLE = 78, 3, 40

#: The longest value that is likely, for each place of a text.
LONGEST: Mapping[str, str] = {
    "address": "2001:db8:1234:5678:9abc:def0:1234:5678",
    "charset": "iso-8859-1",
    "count": "1000",
    "decoded": "alexandra@booklab.englab.juniper.net",
    "domain": "booklab.englab.juniper.net",
    "encoding": "quoted-printable",
    "field": "X-OriginalArrivalTime",
    "filename": "minutes of the meeting in March.docx",
    "host": "bsdserver.booklab.englab.juniper.net",
    "id": "whqtswO00WBw418f9t5JxYwZ",
    "keyword": "AUTHENTICATE",
    "limit": "52428800",
    "lines": "1000",
    "mailbox": "admin@bsdclient.booklab.englab.juniper.net",
    "mechanism": "SCRAM-SHA-256-PLUS",
    "messages": "10000",
    "number": "104857600",
    "octets": "104857600",
    "password": "looking-glass",
    "preference": "100",
    "rcode": "NXDOMAIN",
    "second": "bsdclient.booklab.englab.juniper.net",
    "secondpreference": "100",
    "size": "104857600",
    "text": "Tue, 24 Nov 2026 09:00:00 +0000",
    "type": "multipart/alternative",
    "user": "alexandra@example.com",
    "wait": "2h 30m",
}


def every_text() -> Iterator[Text]:
    for folder in ("smtp", "submission", "pop3", "dns", "any", "ua", "queue", "bounce", "process"):
        names = content.names(f"explain/{folder}")
        assert names, folder
        for name in names:
            if name != "explain/smtp/digits.toml":
                section = name.rpartition("/")[2].removesuffix(".toml")
                yield from store.texts(folder, section).values()
    found, _ = store.digits()
    yield from (text for text in found.values() if text.title and text.why.parts != ("",))


TEXTS = list(every_text())
IDS = [text.key for text in TEXTS]


def filled(template: Template) -> str:
    made = template.fill(LONGEST)
    assert made is not None, template.names - LONGEST.keys()
    return made


def rows(text: str) -> int:
    return len(textwrap.wrap(text, ROW, break_on_hyphens=False))


@pytest.mark.parametrize("text", TEXTS, ids=IDS)
def test_what_and_why_fit_three_rows(text: Text) -> None:
    assert rows(filled(text.what)) + rows(filled(text.why)) <= ROWS


@pytest.mark.parametrize("text", TEXTS, ids=IDS)
def test_a_title_is_short_and_holds_no_place(text: Text) -> None:
    assert 0 < len(text.title) <= TITLE
    assert "{" not in text.title


@pytest.mark.parametrize("text", TEXTS, ids=IDS)
def test_a_text_has_at_most_three_short_sentences_of_each_kind(text: Text) -> None:
    for part in (filled(text.what), filled(text.why)):
        assert part.endswith((".", "?", "!")), part
        assert len(re.findall(r"[.?!](?= [A-Z`0-9])", part)) < 3


@pytest.mark.parametrize("text", TEXTS, ids=IDS)
def test_it_is_said_where_it_is_written(text: Text) -> None:
    assert text.rfc
    assert all(re.fullmatch(r"RFC [0-9]{3,4}(?: [0-9A-Z]+(?:\.[0-9]+)*)?", citation) for citation in text.rfc)


def test_no_two_texts_say_the_same() -> None:
    for field in ("title", "what", "why"):
        said = Counter(
            "".join(value.parts) if isinstance(value := getattr(text, field), Template) else value for text in TEXTS
        )
        allowed = {"The server speaks first."} if field == "title" else set()
        assert [part for part, count in said.items() if count > 1 and part not in allowed] == [], field


def test_a_text_with_places_has_one_without_beside_it() -> None:
    """Where a value is missing the plain header serves, so that no verb falls to UNKNOWN or a code to its digits."""
    keys = {text.key for text in TEXTS}
    for text in TEXTS:
        if text.key.endswith(" *"):
            plain = text.key.removesuffix(" *")
            _, section, header = plain.split("/", 2)
            assert plain in keys or f"smtp/{section}/{header}" in keys, text.key
            assert text.what.names | text.why.names, f"{text.key} has no place and needs no *"
        elif " " not in text.key.rpartition("/")[2] and "@" not in text.key:
            assert not text.what.names | text.why.names, f"{text.key} has places and belongs under *"


#: What FIELD-NOTES finds wrong in the chapter -> a phrase of the erratum, and a text where a learner meets it.
ERRATA = {
    "AUTH is RFC 2554 and 4954, not 2254": ("smtp/commands/AUTH LOGIN", "2254"),
    "form feed is =0C": ("ua/actions/FIELD Content-Transfer-Encoding", "=0C"),
    "1000 octets limit a line, not a message": ("submission/data/CONTENT", "1000"),
    "AUTH does not hide a password": ("smtp/commands/AUTH LOGIN", "clear"),
    "base64 is no encryption": ("smtp/commands/RESPONSE user name", "encrypted"),
    "AUTH opens no mailbox": ("smtp/replies/RESPONSE 235", "receive"),
    "Resent-Date and Resent-From are required": ("ua/actions/FIELD Resent-From", "Resent-Date"),
    "Sender is required with several authors": ("ua/actions/FIELD Sender", "more than one"),
    "one Return-Path": ("process/actions/RETURN_PATH", "one"),
    "1yz is not used": ("smtp/digits/none", "1xx"),
    "x0z is more than syntax": ("smtp/digits/x0", "x0x"),
    "x3z has the codes of AUTH": ("smtp/digits/x3", "235"),
    "RFC 822 has become 5322": ("ua/actions/COMPOSED", "5322"),
    "MIME is 2045 to 2049": ("ua/actions/FIELD MIME-Version", "2049"),
    "more than seven media types": ("ua/actions/FIELD Content-Type", "seven"),
    "mail is checked with POP3 or IMAP": ("pop3/links/CONNECT", "IMAP"),
    "MX names a host": ("dns/answers/MX several", "name"),
    "DNS runs on TCP too": ("dns/answers/MX several", "TCP"),
    "EHLO names a host": ("smtp/commands/EHLO *", "host"),
    "HELO names a host": ("smtp/commands/HELO *", "machine"),
    "the MIME example lacks MIME-Version": ("ua/actions/FIELD MIME-Version", "lacks"),
    "the MIME example lacks hyphens and the close": ("ua/actions/PART text quoted-printable", "hyphens"),
    "its boundary is no folded line": ("ua/actions/FOLD", "first column"),
    "the default encoding is 7bit": ("ua/actions/FIELD Content-Transfer-Encoding", "7bit"),
    "base64 grows by 36.8 %": ("ua/actions/PART attachment base64", "36.8"),
    "of +OK Sayonara only +OK is protocol": ("pop3/replies/QUIT@UPDATE +OK", "Sayonara"),
    "PDT in January": ("ua/actions/FIELD Date", "PDT"),
    "the Message-Id is a day off": ("ua/actions/FIELD Message-ID", "17th"),
    "+0K": ("pop3/replies/GREETING +OK", "+0K"),
    "who refuses does not bounce": ("smtp/replies/RCPT 550 5.1.1", "550"),
    "the sending side bounces": ("bounce/actions/BOUNCE *", "sending side"),
}


@pytest.mark.parametrize("error", ERRATA, ids=ERRATA)
def test_the_chapters_error_is_named(error: str) -> None:
    key, phrase = ERRATA[error]
    folder, section, header = key.split("/", 2)
    text = store.digits()[0][header] if section == "digits" else store.texts(folder, section)[header]
    assert phrase in text.erratum


#: Where practice has moved on (RFC 8314): a text where a learner meets it -> a phrase of its note.
TODAY = {
    "submission/links/CONNECT": "465",
    "smtp/commands/AUTH LOGIN": "TLS",
    "smtp/commands/RESPONSE password": "TLS",
    "smtp/commands/AUTH PLAIN initial": "TLS",
    "pop3/links/CONNECT": "995",
    "pop3/commands/PASS *": "995",
    "ua/actions/FIELD From": "DMARC",
    "smtp/commands/MAIL *": "SPF",
    "smtp/commands/END_OF_DATA": "smuggling",
}


@pytest.mark.parametrize("key", TODAY, ids=TODAY)
def test_todays_practice_is_named(key: str) -> None:
    folder, section, header = key.split("/", 2)
    assert TODAY[key] in store.texts(folder, section)[header].today


def test_octets_are_counted_with_commas_and_other_numbers_left_alone() -> None:
    text = store.template("{octets} of {number}")
    assert text.fill({"octets": "52428800", "number": "52428800"}) == "52,428,800 of 52428800"
    assert text.fill({"octets": "999", "number": "1"}) == "999 of 1"
    assert text.fill({"octets": "many", "number": "1"}) == "many of 1"
