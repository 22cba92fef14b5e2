"""There is always an explanation: every verb, every state, every code, without sampling."""

from __future__ import annotations

import re

import pytest

from mailedu import pop3, smtp
from mailedu.agents.actions import Action, Link
from mailedu.explain import Digit, Explanation, Key, explain
from mailedu.machine import Kind
from mailedu.pop3 import states as pop3_states
from mailedu.smtp import states as smtp_states
from mailedu.smtp.replies import CATALOGUE

CODES = range(200, 600)


def sound(key: Key) -> Explanation:
    """The explanation of a key, looked at from all sides."""
    found = explain(key)
    assert found.title, key
    assert found.what, key
    assert found.why, key
    assert found.rfc, key
    assert found.key, key
    text = found.title + found.what + found.why + found.today + found.erratum
    assert "{" not in text, key
    assert "}" not in text, key
    assert all(span.meaning and 0 <= span.start < span.end <= len(key.octets) for span in found.spans), key
    return found


@pytest.mark.parametrize("protocol", ["smtp", "submission"])
@pytest.mark.parametrize("verb", list(smtp_states.Verb))
def test_every_reply_of_smtp_is_explained(protocol: str, verb: smtp_states.Verb) -> None:
    for state in smtp_states.State:
        for code in CODES:
            found = sound(Key(protocol, Kind.REPLY, verb.value, state.name, b"%d Words\r\n" % code))
            assert [digit.digit for digit in found.digits] == list(str(code))
            assert all(digit.meaning for digit in found.digits)


@pytest.mark.parametrize("protocol", ["smtp", "submission"])
@pytest.mark.parametrize("line", [b"", b"%s\r\n", b"%s x@y.example\r\n", b"%s FROM:<a@b.example>\r\n", b"\xff\x00\r\n"])
def test_every_command_of_smtp_is_explained(protocol: str, line: bytes) -> None:
    for verb in smtp_states.Verb:
        for state in smtp_states.State:
            octets = line.replace(b"%s", verb.value.encode())
            found = sound(Key(protocol, Kind.COMMAND, verb.value, state.name, octets))
            spoken = verb not in (smtp_states.Verb.GREETING, smtp_states.Verb.CONTENT)
            if spoken:
                assert found.key.split("/", 2)[2].startswith(verb.value)


def test_every_reply_of_pop3_is_explained() -> None:
    for verb in pop3_states.Verb:
        for state in pop3_states.State:
            for sign in (b"+OK", b"-ERR", b"+OK 1 2", b"-ERR [IN-USE] busy", b"-ERR [X/Y]", b"+ ", b"nonsense", b""):
                sound(Key("pop3", Kind.REPLY, verb.value, state.name, sign + b"\r\n"))


def test_every_command_of_pop3_is_explained() -> None:
    for verb in pop3_states.Verb:
        for state in pop3_states.State:
            for rest in (b"", b" 1", b" 1 2", b" a name"):
                found = sound(Key("pop3", Kind.COMMAND, verb.value, state.name, verb.value.encode() + rest + b"\r\n"))
                if verb is not pop3_states.Verb.GREETING:
                    assert found.key.split("/", 2)[2].startswith(verb.value)


@pytest.mark.parametrize("protocol", ["submission", "smtp", "pop3", "dns", "ua", "queue", "bounce", "process", ""])
def test_every_link_is_explained(protocol: str) -> None:
    for verb in Link:
        found = sound(Key(protocol, Kind.LINK, verb.value, "", b""))
        assert found.key.endswith(f"/links/{verb.value}")
        if protocol in ("submission", "smtp", "pop3"):
            assert found.key.startswith(protocol)


@pytest.mark.parametrize("protocol", ["ua", "queue", "bounce", "process", "dns", "pop3", "submission", "elsewhere"])
def test_every_action_is_explained(protocol: str) -> None:
    for verb in Action:
        for octets in (b"", b"Subject: x\r\n", b"x\r\n", b"bob@example.net: a mailbox of this host\r\n"):
            found = sound(Key(protocol, Kind.ACTION, verb.value, "", octets))
            assert found.key.split("/", 2)[2].startswith(verb.value)


def test_questions_and_answers_of_any_type_are_explained() -> None:
    for kind in (Kind.QUERY, Kind.ANSWER):
        for verb in ("MX", "A", "AAAA", "TXT"):
            sound(Key("dns", kind, verb, "", b""))


def test_content_is_explained_by_protocol() -> None:
    for protocol in ("smtp", "submission"):
        assert sound(Key(protocol, Kind.DATA, "CONTENT", "DATA", b"A: b\r\n\r\nText\r\n")).key.startswith(protocol)


# Its own key ----------------------------------------------------------------------------------------------------------


#: Replies that a verb may get, other than by its own name in the catalogue.
VERB_OF = {
    "GREETING": "GREETING", "HELLO": "EHLO", "BYE": "QUIT", "RESET": "RSET", "NOOP": "NOOP", "WILL_NOT_SAY": "VRFY",
    "SENDER_OK": "MAIL", "RECIPIENT_OK": "RCPT", "START": "DATA", "ACCEPTED": "END_OF_DATA", "CHALLENGE": "AUTH",
    "LOGIN_OK": "RESPONSE", "LOGIN_FAILED": "RESPONSE", "LOGIN_CANCELLED": "RESPONSE", "LOGIN_GARBLED": "RESPONSE",
    "LOGIN_FIRST": "MAIL", "LOGIN_LIMIT": "RESPONSE", "AUTH_TWICE": "AUTH", "AUTH_NOT_OFFERED": "AUTH",
    "MECHANISM_UNKNOWN": "AUTH", "OUT_OF_ORDER": "RCPT", "HELLO_SYNTAX": "EHLO", "SYNTAX": "DATA",
    "MAIL_SYNTAX": "MAIL", "RCPT_SYNTAX": "RCPT", "SENDER_SYNTAX": "MAIL", "RECIPIENT_SYNTAX": "RCPT",
    "PARAMETER_UNKNOWN": "MAIL", "PARAMETER_SYNTAX": "MAIL", "TOO_LARGE": "MAIL", "TOO_MANY_RECIPIENTS": "RCPT",
    "NO_RECIPIENTS": "END_OF_DATA", "BARE_IN_CONTENT": "END_OF_DATA", "TEXT_LINE_TOO_LONG": "END_OF_DATA",
    "LOOP": "END_OF_DATA", "NO_SERVICE": "GREETING", "NO_SUCH_USER": "RCPT", "NO_RELAY": "RCPT", "TRY_LATER": "RCPT",
    "MAILBOX_FULL": "RCPT", "LOGIN_SYNTAX": "AUTH",
}  # fmt: skip


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_our_server_says_has_a_text_of_its_own(name: str) -> None:
    code, enhanced, _ = CATALOGUE[name]
    verb = VERB_OF.get(name, "UNKNOWN")
    words = b"VXNlcm5hbWU6" if code == 334 else b"Words"
    line = b" ".join(part for part in (b"%d" % code, enhanced.encode(), words) if part) + b"\r\n"
    found = explain(Key("smtp", Kind.REPLY, verb, "READY", line))
    assert re.match(rf"{verb}(@\w+)? {code}", found.key.split("/", 2)[2])


def test_every_verb_and_code_that_rfc_5321_lists_has_a_text_of_its_own() -> None:
    """The command-reply sequences of RFC 5321 section 4.3.2, and what AUTH adds (RFC 4954 section 6)."""
    sequences = {
        "GREETING": "220 554 521", "EHLO": "250 504 550 502", "HELO": "250",
        "MAIL": "250 552 451 452 550 553 503 455 555",
        "RCPT": "250 251 550 551 552 553 450 451 452 503 455 555 556", "DATA": "354 503 554", "RSET": "250",
        "END_OF_DATA": "250 552 554 451 452 450 550", "VRFY": "250 251 252 550 551 553 502 504", "NOOP": "250",
        "QUIT": "221", "AUTH": "334 235 432 454 534 535 500 538 504 503 501", "RESPONSE": "334 235 535 501 500",
    }  # fmt: skip
    for verb, codes in sequences.items():
        for code in codes.split():
            found = explain(Key("smtp", Kind.REPLY, verb, "READY", code.encode() + b" x\r\n"))
            assert re.match(rf"{verb}(@\w+)? {code}", found.key.split("/", 2)[2]), (verb, code, found.key)


# The chain ------------------------------------------------------------------------------------------------------------


def key_of(octets: bytes, verb: str, state: str = "READY", protocol: str = "smtp", kind: Kind = Kind.REPLY) -> str:
    return explain(Key(protocol, kind, verb, state, octets)).key


def test_a_reply_is_looked_up_by_state_then_enhanced_code_then_code_then_digits() -> None:
    assert key_of(b"503 5.5.1 No\r\n", "RCPT", "READY") == "smtp/replies/RCPT@READY 503"
    assert key_of(b"550 5.1.1 No\r\n", "RCPT", "MAIL") == "smtp/replies/RCPT 550 5.1.1"
    assert key_of(b"550 5.9.9 No\r\n", "RCPT", "MAIL") == "smtp/replies/RCPT 550"
    assert key_of(b"550 No\r\n", "NOOP") == "smtp/replies/550"
    assert key_of(b"557 No\r\n", "RCPT") == "smtp/digits/557"
    assert key_of(b"777 What?\r\n", "RCPT") == "smtp/digits/none"


def test_at_each_link_the_more_special_protocol_comes_first() -> None:
    assert key_of(b"354 Go\r\n", "DATA", protocol="submission") == "submission/replies/DATA 354"
    assert key_of(b"354 Go\r\n", "DATA", protocol="smtp") == "smtp/replies/DATA 354"
    assert key_of(b"550 5.7.1 No\r\n", "RCPT", protocol="submission") == "smtp/replies/RCPT 550 5.7.1"


def test_where_a_value_is_missing_the_next_text_serves() -> None:
    mail = explain(Key("smtp", Kind.COMMAND, "MAIL", "READY", b"MAIL FROM:<alice@example.com>\r\n"))
    assert (mail.key, "alice@example.com" in mail.what) == ("smtp/commands/MAIL *", True)
    assert key_of(b"MAIL alice\r\n", "MAIL", kind=Kind.COMMAND) == "smtp/commands/MAIL"
    assert key_of(b"MAIL FROM:<>\r\n", "MAIL", kind=Kind.COMMAND) == "smtp/commands/MAIL <>"


def test_the_two_numbers_of_a_letter_that_is_too_large_are_given() -> None:
    line = b"552 5.3.4 9000 octets are more than the 512 allowed here\r\n"
    found = explain(Key("submission", Kind.REPLY, "MAIL", "READY", line))
    assert "9,000" in found.what
    assert "512" in found.what


def test_a_login_is_told_by_its_questions() -> None:
    asked = {b"334 VXNlcm5hbWU6\r\n": "user name", b"334 UGFzc3dvcmQ6\r\n": "password"}
    for prompt, label in asked.items():
        said = Key("submission", Kind.COMMAND, "RESPONSE", "AUTH", b"YWxpY2U=\r\n", prompt)
        assert explain(said).key == f"smtp/commands/RESPONSE {label}"
        assert "alice" in explain(said).what
    assert key_of(b"334 VXNlcm5hbWU6\r\n", "AUTH") == "smtp/replies/AUTH 334 user name"
    assert key_of(b"334 UGFzc3dvcmQ6\r\n", "RESPONSE", "AUTH") == "smtp/replies/RESPONSE 334 password"
    assert key_of(b"YWxpY2U=\r\n", "RESPONSE", "AUTH", kind=Kind.COMMAND) == "smtp/commands/RESPONSE *"
    assert key_of(b"*\r\n", "RESPONSE", "AUTH", kind=Kind.COMMAND) == "smtp/commands/RESPONSE cancel"
    assert key_of(b"a b\r\n", "RESPONSE", "AUTH", kind=Kind.COMMAND) == "smtp/commands/RESPONSE garbled"


def test_foreign_octets_are_safe_in_a_text() -> None:
    evil = explain(Key("smtp", Kind.COMMAND, "RCPT", "MAIL", b"RCPT TO:<\x1b[2J\xe2\x80\xae@example.net>\r\n"))
    assert "\x1b" not in evil.what + evil.why
    assert "\u202e" not in evil.what + evil.why


def test_a_very_long_value_does_not_break_the_rows() -> None:
    found = explain(Key("smtp", Kind.COMMAND, "RCPT", "MAIL", b"RCPT TO:<" + b"a" * 3000 + b"@example.net>\r\n"))
    assert len(found.what) < 100


def test_digits_follow_rfc_5321() -> None:
    assert explain(Key("smtp", Kind.REPLY, "RCPT", "MAIL", b"550 no\r\n")).digits == (
        Digit("5", 1, "No: the same request will fail again."),
        Digit("5", 2, "The mail system: mailboxes, room, rules."),
        Digit("0", 3, "Which of these."),
    )
    assert explain(Key("pop3", Kind.REPLY, "STAT", "TRANSACTION", b"+OK 1 2\r\n")).digits == ()


# Live conversations ---------------------------------------------------------------------------------------------------


def test_what_two_machines_say_is_explained_by_its_own_key() -> None:
    """Keys made from events, as `talk` makes them."""
    client = smtp.Client()
    client.receive(b"220 mx.example.net ready\r\n")
    for line, reply in (
        (b"EHLO a.example", b"250-mx.example.net\r\n250 SIZE 1000\r\n"),
        (b"MAIL FROM:<a@a.example>", b"250 2.1.0 ok\r\n"),
        (b"RCPT TO:<b@example.net>", b"550 5.1.1 no\r\n"),
        (b"QUIT", b"221 2.0.0 bye\r\n"),
    ):
        for event in (*client.send(line), *client.receive(reply)):
            found = sound(Key("smtp", event.kind, event.verb, event.before, b"".join(event.octets)))
            assert found.key.split("/", 2)[2].startswith(event.verb)
    assert pop3.Client().state.name == "OPENING"
