"""What a reader's client means to say: fetch the mail in the order of Figures 21.9 and 21.10."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any, Final, NamedTuple

from mailedu.framing import Content
from mailedu.machine import LISTEN, Answer, Heard, Say
from mailedu.pop3.replies import Reply

_STAT: Final = re.compile(r"([0-9]{1,10}) [0-9]")
_LISTED: Final = re.compile(rb"([0-9]{1,10}) [0-9]")


_SAY_STAT, _SAY_LIST, _SAY_QUIT = Say("STAT", b"STAT"), Say("LIST", b"LIST"), Say("QUIT", b"QUIT")


class Fetched(NamedTuple):
    """The end of a session."""

    letters: tuple[tuple[int, Content], ...] = ()
    """Message-number and message, without stuffed dots, in the order in which they came."""
    deleted: tuple[int, ...] = ()
    """What is gone from the maildrop: DELE and the QUIT after it were both answered +OK (RFC 1939 section 6)."""
    refused: Reply | None = None
    """The reply that kept the client out, or the -ERR to QUIT; None if all went well or the connection failed."""
    stage: str = "QUIT"
    """The verb at which it ended: GREETING, USER, PASS, STAT, LIST, RETR, DELE or QUIT."""


def fetch(user: str, password: str, *, delete: bool = True) -> Generator[Say, Any, Fetched]:
    """USER, PASS, STAT, LIST; RETR and, if `delete`, DELE for each message; QUIT.

    A line that was dropped (ASSUMED) stops nothing but what needs its reply: numbers come from LIST, else from STAT,
    and no DELE is said for a message that did not come.
    """
    answer: Answer = yield LISTEN
    if not answer.ok:
        return Fetched(refused=answer.reply, stage="GREETING")
    for verb, word in (("USER", user), ("PASS", password)):
        answer = yield Say(verb, f"{verb} {word}".encode())
        if not answer.ok:
            if not answer.over:
                yield _SAY_QUIT
            return Fetched(refused=answer.reply, stage=verb)

    answer = yield _SAY_STAT
    if answer.over:
        return Fetched(stage="STAT")
    numbers: Sequence[int] = _counted(answer)
    if answer.heard is Heard.ASSUMED or numbers:
        answer = yield _SAY_LIST
        if answer.over:
            return Fetched(stage="LIST")
        numbers = _listed(answer, numbers)

    letters: list[tuple[int, Content]] = []
    marked: list[int] = []
    for number in numbers:
        answer = yield Say("RETR", b"RETR %d" % number)
        if answer.over:
            return Fetched(tuple(letters), stage="RETR")
        if answer.reply is None or not answer.ok or answer.reply.body is None:
            continue
        letters.append((number, answer.reply.body))
        if delete:
            answer = yield Say("DELE", b"DELE %d" % number)
            if answer.over:
                return Fetched(tuple(letters), stage="DELE")
            if answer.ok and answer.heard is Heard.REPLY:
                marked.append(number)

    answer = yield _SAY_QUIT
    if answer.ok and answer.heard is Heard.REPLY:
        return Fetched(tuple(letters), tuple(marked))
    return Fetched(tuple(letters), refused=answer.reply)


def _counted(answer: Answer) -> range:
    """The message-numbers that the drop listing of STAT implies: nothing has been deleted yet, so there are no gaps."""
    found = _STAT.match(answer.reply.text) if answer.reply is not None and answer.ok else None
    return range(1, int(found[1]) + 1) if found else range(0)


def _listed(answer: Answer, otherwise: Sequence[int]) -> Sequence[int]:
    """The message-numbers of the scan listing, or `otherwise` if there is none."""
    if answer.reply is None or not answer.ok or answer.reply.body is None:
        return otherwise
    return [int(found[1]) for line in answer.reply.lines if (found := _LISTED.match(line))]
