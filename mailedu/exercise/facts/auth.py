"""Facts about logins before a letter is sent: what is asked, what is answered, and what somebody who listens learns.

They are read from the steps of AUTH dialogues (RFC 4954 section 4): AUTH, questions behind 334, answers in base64.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Sequence
from typing import NamedTuple

from mailedu.agents.effects import Authenticated
from mailedu.exercise.facts import About, FactError, Spot, fact
from mailedu.exercise.facts.packets import packets
from mailedu.exercise.facts.smtp import code, line, talk
from mailedu.journey.step import Kind, Step
from mailedu.smtp.states import Verb


class Login(NamedTuple):
    """One AUTH command with all that belongs to it."""

    mechanism: str
    answers: tuple[tuple[Step, Step], ...]
    """Question (334) and answer, in order."""
    end: Step | None
    """The reply that ends it; None where somebody hung up."""
    initial: str
    """What stood behind the mechanism in the command itself."""


def _logins(about: About) -> list[Login]:
    found: list[Login] = []
    question: Step | None = None
    for step in talk(about):
        if step.kind is Kind.COMMAND and step.verb == Verb.AUTH:
            words = [*line(step).split(), "", ""]
            found.append(Login(words[1].upper(), (), None, words[2]))
            question = None
        elif found and step.kind is Kind.REPLY and step.verb in (Verb.AUTH, Verb.RESPONSE):
            if code(step) == 334:
                question = step
            else:
                found[-1] = found[-1]._replace(end=step)
        elif found and step.kind is Kind.COMMAND and step.verb == Verb.RESPONSE and question is not None:
            found[-1] = found[-1]._replace(answers=(*found[-1].answers, (question, step)))
    return found


def _decoded(text: str) -> str:
    """A text in base64 as it reads; FactError for what is none."""
    try:
        return b64decode(text.encode(), validate=True).decode("utf-8", "backslashreplace")
    except (Error, ValueError):
        raise FactError(f"{text!r} is no base64") from None


def _asked(step: Step) -> str:
    """What a 334 asks, decoded."""
    return _decoded(line(step)[4:].strip())


def _exchange(about: About, asks: str) -> tuple[Step, Step]:
    """Question and answer of a login by AUTH LOGIN; `asks` is how the question begins: user or password."""
    for login in _logins(about):
        for question, answer in login.answers:
            if login.mechanism == "LOGIN" and _asked(question).casefold().startswith(asks.casefold()):
                return question, answer
    raise FactError(f"no AUTH LOGIN asks for {asks}")


@fact("auth.user")
def user(about: About) -> str:
    """The name that the first AUTH LOGIN gives, decoded."""
    return _decoded(line(_exchange(about, "user")[1]))


@fact("auth.password")
def password(about: About) -> str:
    """The password that the first AUTH LOGIN gives, decoded: all that a listener needs."""
    return _decoded(line(_exchange(about, "password")[1]))


@fact("auth.answer")
def answer(about: About, asks: str) -> str:
    """The client's line behind a question of AUTH LOGIN, as it was said: `asks` is user or password."""
    return line(_exchange(about, asks)[1])


@fact("auth.question")
def question(about: About, asks: str) -> str:
    """The server's line that asks for it, as it was said: `asks` is user or password."""
    return line(_exchange(about, asks)[0])


@fact("auth.question_step")
def question_step(about: About, asks: str) -> Spot:
    """The step in which AUTH LOGIN asks: `asks` is user or password."""
    return Spot("step", _exchange(about, asks)[0].n)


@fact("auth.answer_step")
def answer_step(about: About, asks: str) -> Spot:
    """The step in which the client answers AUTH LOGIN: `asks` is user or password."""
    return Spot("step", _exchange(about, asks)[1].n)


@fact("auth.answer_packet")
def answer_packet(about: About, asks: str) -> Spot:
    """The packet in which the client answers AUTH LOGIN: `asks` is user or password."""
    wanted = _exchange(about, asks)[1].n
    return Spot("packet", next(one.n for one in packets(about) if one.step == wanted and one.payload))


@fact("auth.code")
def ended(about: About) -> int:
    """The code that ends the first login: 235 if it succeeded (RFC 4954 section 6)."""
    for login in _logins(about):
        if login.end is not None:
            return code(login.end)
    raise FactError("no login comes to an end")


@fact("auth.end")
def end(about: About) -> Spot:
    """The reply that ends the first login."""
    for login in _logins(about):
        if login.end is not None:
            return Spot("step", login.end.n)
    raise FactError("no login comes to an end")


@fact("auth.failures")
def failures(about: About) -> int:
    """How many logins were refused, or given up by the server."""
    return sum(login.end is not None and code(login.end) != 235 for login in _logins(about))


@fact("auth.logged_in")
def logged_in(about: About, user: str = "") -> bool:
    """Whether somebody, or the user of this name or address, has logged in to send."""
    names = [e.user.casefold() for step in talk(about) for e in step.effects if isinstance(e, Authenticated)]
    wanted = user.casefold()
    return any(not wanted or wanted in (name, name.partition("@")[0]) for name in names)


@fact("auth.overheard")
def overheard(about: About, texts: Sequence[str]) -> list[str]:
    """Which of these texts somebody reads who listens to the client's conversations: as they are, or out of base64."""
    said: list[str] = []
    for step in talk(about):
        for one in b"".join(step.octets).split(b"\r\n"):
            shown = one.decode("utf-8", "backslashreplace")
            said.append(shown)
            if step.verb in (Verb.RESPONSE, Verb.AUTH):
                said += [_plain(word) for word in shown.split()]
    return [text for text in texts if any(text.casefold() in one.casefold() for one in said)]


def _plain(word: str) -> str:
    try:
        return _decoded(word)
    except FactError:
        return ""
