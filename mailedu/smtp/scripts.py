"""What a client means to say: a letter handed in, with or without a login, alone or in pipelined groups."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from mailedu.machine import LISTEN, Answer, Content, Heard, ReplyClass, Say
from mailedu.smtp import auth, extensions
from mailedu.smtp.replies import Reply

_QUIT, _DATA, _DOT = Say("QUIT", b"QUIT"), Say("DATA", b"DATA"), Say("END_OF_DATA", b".")


class Fate(StrEnum):
    """What became of one recipient in one session."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The dot was sent and no reply came: the letter may have been taken or not (RFC 1047)."""


class Result(NamedTuple):
    """What became of one recipient."""

    recipient: str
    fate: Fate
    reply: Reply | None = None
    """The reply that decided; None where the connection failed first."""

    @property
    def final(self) -> bool:
        """True if it makes no sense to try again: accepted, or refused for good (RFC 5321 section 4.2.1)."""
        return self.fate is Fate.ACCEPTED or (
            self.fate is Fate.REFUSED and self.reply is not None and self.reply.cls is ReplyClass.PERMANENT
        )


class Outcome(NamedTuple):
    """The end of a session, recipient by recipient."""

    results: tuple[Result, ...]
    stage: str
    """The verb at which it was decided: GREETING, EHLO, AUTH, MAIL, RCPT, DATA, END_OF_DATA."""


class Login(NamedTuple):
    """Name and password for AUTH."""

    user: str
    password: str


def send(
    host: str,
    reverse_path: str,
    recipients: tuple[str, ...],
    content: Content,
    *,
    login: Login | None = None,
    pipelining: bool = False,
    hello: str = "EHLO",
) -> Generator[Say | list[Say] | Content, Any, Outcome]:
    """Hand in one letter (RFC 5321 section 3.3): greeting, EHLO, perhaps AUTH LOGIN, MAIL, RCPT each, DATA, QUIT.

    `host`: how this client calls itself. `pipelining`: use it where offered (RFC 2920). Returns an Outcome.
    """

    def all_of(answer: Answer, stage: str) -> Outcome:
        return Outcome(tuple(Result(r, Fate.REFUSED, answer.reply) for r in recipients), stage)

    answer: Answer = yield LISTEN
    if not answer.ok:
        if not answer.over:
            yield _QUIT
        return all_of(answer, "GREETING")

    offered: Mapping[str, str] = {}
    name = host.encode()
    if hello == "EHLO":
        answer = yield Say("EHLO", b"EHLO " + name)
        if answer.ok:
            offered = extensions.keywords(answer.reply.lines[1:]) if answer.reply else offered
    if hello == "HELO" or (answer.heard is Heard.REPLY and answer.cls is ReplyClass.PERMANENT):
        answer = yield Say("HELO", b"HELO " + name)
    if not answer.ok:
        if not answer.over:
            yield _QUIT
        return all_of(answer, hello)

    if login is not None and "AUTH" in offered:
        answer = yield from _log_in(login)
        if not answer.ok:
            if not answer.over:
                yield _QUIT
            return all_of(answer, "AUTH")

    mail = b"MAIL FROM:<%b>" % reverse_path.encode()
    if "SIZE" in offered:
        mail += b" SIZE=%d" % content.size
    if "8BITMIME" in offered and content.has_8bit():
        mail += b" BODY=8BITMIME"
    lines = [Say("MAIL", mail), *(Say("RCPT", b"RCPT TO:<%b>" % r.encode()) for r in recipients), _DATA]
    say = _together if pipelining and "PIPELINING" in offered else _one_by_one
    answers: list[Answer] = yield from say(lines)

    sender, *named, start = answers
    if start.over:
        # No 354 came: whatever was said of a recipient, the letter has not been handed over.
        at = next(n for n, answer in enumerate(answers) if answer.over)
        refusals = (_refusal(r, a, answers[at]) for r, a in zip(recipients, named, strict=True))
        return Outcome(tuple(refusals), lines[at].verb)
    if start.cls is not ReplyClass.CONTINUE:
        yield _QUIT
        if not sender.ok:
            return all_of(sender, "MAIL")
        stage = "DATA" if any(a.ok for a in named) else "RCPT"
        return Outcome(tuple(_refusal(r, a, start) for r, a in zip(recipients, named, strict=True)), stage)
    accepted = sender.ok and any(a.ok for a in named)
    if accepted:
        yield content
    # With no recipient left a pipelining client ends the letter at once (RFC 2920 section 3.1).
    end: Answer = yield _DOT
    if not end.over:
        yield _QUIT
    if not accepted:
        return Outcome(tuple(_refusal(r, a, end) for r, a in zip(recipients, named, strict=True)), "RCPT")
    results = []
    for recipient, said in zip(recipients, named, strict=True):
        if not said.ok:
            results.append(_refusal(recipient, said, end))
        elif end.ok:
            results.append(Result(recipient, Fate.ACCEPTED, end.reply))
        elif end.heard is Heard.REPLY and end.cls is not ReplyClass.GARBLED:
            results.append(Result(recipient, Fate.REFUSED, end.reply))
        else:
            results.append(Result(recipient, Fate.UNKNOWN))
    return Outcome(tuple(results), "END_OF_DATA")


def _refusal(recipient: str, said: Answer, otherwise: Answer) -> Result:
    """Why a recipient does not have the letter: the reply to its own RCPT, else what ended the session."""
    decided = otherwise if said.ok or said.reply is None else said
    return Result(recipient, Fate.REFUSED, decided.reply)


def _log_in(login: Login) -> Generator[Say, Any, Answer]:
    """AUTH LOGIN as in Figure 21.7: two questions in base64, two answers in base64."""
    answer: Answer = yield Say("AUTH", b"AUTH LOGIN")
    for text in (login.user, login.password):
        if answer.heard is Heard.ASSUMED:
            continue
        if answer.cls is not ReplyClass.CONTINUE:
            return answer
        answer = yield Say("RESPONSE", auth.encode(text.encode()))
    if answer.cls is ReplyClass.CONTINUE:
        answer = yield Say("RESPONSE", b"*")
    return answer


def _one_by_one(lines: list[Say]) -> Generator[Say, Any, list[Answer]]:
    """Say a line, hear its answer, stop where it makes no sense to go on: what is unsaid has the answer to the last."""
    answers: list[Answer] = []
    last = len(lines) - 1
    for n, line in enumerate(lines):
        if n == last and not any(a.ok for a in answers[1:]):
            answers.append(answers[-1])
            break
        answer = yield line
        answers.append(answer)
        if answer.over or (n == 0 and not answer.ok):
            answers.extend([answer] * (last - n))
            break
    return answers


def _together(lines: list[Say]) -> Generator[list[Say], Any, list[Answer]]:
    answers: list[Answer] = yield lines
    return answers
