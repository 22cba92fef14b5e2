"""The script where no conversation file leads: lines that an edit dropped, silence, hanging up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mailedu.framing import Content
from mailedu.machine import LISTEN, Answer, Heard, Say
from mailedu.smtp.replies import of_texts
from mailedu.smtp.scripts import Fate, Login, Outcome, Result, send

LETTER = Content((b"Subject: x\r\n\r\ntext\r\n",))
ASSUMED, SILENT, CLOSED = Answer(Heard.ASSUMED), Answer(Heard.SILENT), Answer(Heard.CLOSED)


def hears(text: bytes) -> Answer:
    (reply,) = of_texts([text])
    return Answer(Heard.REPLY, reply.cls, reply)


USUAL = {
    "GREETING": b"220 hello",
    "EHLO": b"250 mail",
    "MAIL": b"250 ok",
    "RCPT": b"250 ok",
    "DATA": b"354 go",
    "END_OF_DATA": b"250 ok",
    "QUIT": b"221 bye",
}


def play(answers: Mapping[str, Answer], *recipients: str, login: Login | None = None) -> tuple[list[str], Outcome]:
    """What is said, by verb, where these answers stand in the place of the usual ones."""
    script = send("a", "a@example.com", recipients or ("b@example.net",), LETTER, login=login)
    said: list[str] = []
    wish: Any = next(script)
    try:
        while True:
            if isinstance(wish, Content):
                said.append("CONTENT")
                wish = script.send(ASSUMED)
                continue
            assert isinstance(wish, Say)
            if wish is not LISTEN:
                said.append(wish.verb)
            wish = script.send(answers.get(wish.verb) or hears(USUAL[wish.verb]))
    except StopIteration as end:
        return said, end.value


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT"])
def test_a_dropped_line_stops_nothing(verb: str) -> None:
    said, outcome = play({verb: ASSUMED})
    assert said == ["EHLO", "MAIL", "RCPT", "DATA", "CONTENT", "END_OF_DATA", "QUIT"]
    assert outcome.results[0].fate is Fate.ACCEPTED


def test_a_dropped_login_goes_on() -> None:
    assert play({}, login=Login("a", "b"))[0][:2] == ["EHLO", "MAIL"]
    (offer,) = of_texts([b"250-mail", b"250 AUTH LOGIN"])
    said, _ = play({"EHLO": Answer(Heard.REPLY, offer.cls, offer), "AUTH": ASSUMED}, login=Login("a", "b"))
    assert said[:3] == ["EHLO", "AUTH", "MAIL"]


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [SILENT, CLOSED], ids=["silent", "closed"])
def test_before_the_dot_a_silent_server_has_no_letter(verb: str, answer: Answer) -> None:
    said, outcome = play({verb: answer}, "b@example.net", "c@example.net")
    assert outcome.stage == verb
    assert "QUIT" not in said
    assert "CONTENT" not in said
    assert [r.fate for r in outcome.results] == [Fate.REFUSED, Fate.REFUSED]
    assert not any(r.final for r in outcome.results)


@pytest.mark.parametrize("answer", [SILENT, CLOSED, hears(b"what?")], ids=["silent", "closed", "garbled"])
def test_after_the_dot_nobody_knows(answer: Answer) -> None:
    """RFC 1047: the letter may have been taken, or not."""
    said, outcome = play({"END_OF_DATA": answer})
    assert outcome.results[0].fate is Fate.UNKNOWN
    assert not outcome.results[0].final
    assert ("QUIT" in said) is (answer.heard is Heard.REPLY)


def test_421_after_the_dot_is_a_refusal_for_now() -> None:
    said, outcome = play({"END_OF_DATA": hears(b"421 bye")})
    assert outcome.results[0].fate is Fate.REFUSED
    assert not outcome.results[0].final
    assert "QUIT" not in said


def test_what_is_final() -> None:
    (no,), (later,) = of_texts([b"550 no"]), of_texts([b"450 later"])
    assert Result("b", Fate.ACCEPTED).final
    assert Result("b", Fate.REFUSED, no).final
    assert not Result("b", Fate.REFUSED, later).final
    assert not Result("b", Fate.REFUSED).final
    assert not Result("b", Fate.UNKNOWN).final
