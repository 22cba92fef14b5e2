"""Journeys for the laws: shipped scenarios, faults switched on, up to three edits at places that the journey has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from mailedu.journey import Edit, Journey, Stage, Step, Then, load, play, scenario
from mailedu.journey.edit import make
from mailedu.journey.own_letter import own_letter

SCENARIOS = scenario.names()
FAULTS = {name: tuple(fault.name for fault in scenario.faults_of(name)) for name in SCENARIOS}

#: What a learner may say in the place of a command: sensible, out of order, and nonsense.
COMMANDS = [
    b"EHLO laptop.example.com", b"EHLO", b"HELO laptop.example.com", b"AUTH LOGIN", b"AUTH PLAIN", b"AUTH X",
    b"AUTH PLAIN AGFsaWNlAHdvbmRlcmxhbmQ=", b"YWxpY2U=", b"d29uZGVybGFuZA==", b"*", b"=",
    b"MAIL FROM:<alice@example.com>", b"MAIL FROM:<>", b"MAIL FROM:<alice@example.com> SIZE=99999999999",
    b"MAIL FROM:<nobody@nowhere.example>", b"MAIL FROM:alice", b"RCPT TO:<bob@example.net>",
    b"RCPT TO:<carol@example.net>", b"RCPT TO:<alice@example.com>", b"RCPT TO:<zoe@example.net>",
    b"RCPT TO:<postmaster>", b"RCPT TO:<bob@elsewhere.example>", b"RCPT TO:<bob", b"RCPT TO:<@a,@b:bob@example.net>",
    b"RCPT TO:<bob@[192.0.2.7]>", b"RCPT TO:<bob@a..b>", b"RCPT TO:<\xff@example.net>", b"MAIL FROM:<a@b@example.net>",
    b"MAIL FROM:<a b@" + b"y" * 70 + b".example>", b"RCPT TO:<bob@>", b"RCPT TO:<@>", b"RCPT TO:",
    b"DATA", b"DATA now", b"RSET", b"NOOP", b"NOOP again", b"VRFY bob", b"QUIT", b"QUIT now", b"HELP", b"STARTTLS",
    b"BDAT 3 LAST", b"USER bob", b"USER nobody", b"PASS looking-glass", b"PASS wrong", b"STAT", b"LIST", b"LIST 1",
    b"LIST 7", b"RETR 1", b"RETR 2", b"RETR x", b"DELE 1", b"TOP 1 0", b"UIDL", b"UIDL 1", b"CAPA", b"APOP bob x",
]  # fmt: skip
REPLIES = [
    b"220 hello", b"220-hello", b"250 ok", b"250-ok", b"250-ok\t", b"250 2.1.0 ok", b"221 bye", b"235 in", b"251 on",
    b"252 perhaps", b"334 VXNlcm5hbWU6", b"334 ", b"354 go", b"354-go", b"421 closing", b"421 4.4.2 closing", b"421-a",
    b"450 busy", b"451 4.3.0 no", b"452 4.2.2 full", b"499 odd", b"500 what", b"501 5.5.4 no", b"503 order", b"530 in?",
    b"535 5.7.8 no", b"550 5.1.1 none", b"552 large", b"554 no", b"554-no", b"555 what", b"199 odd", b"299 odd", b"250",
    b"+OK", b"+OK 1 100", b"+OK 3 99999999999", b"+OK bye", b"-ERR", b"-ERR [IN-USE] locked", b"-ERR [AUTH] no", b"+",
]  # fmt: skip
GARBAGE = [
    b"", b" ", b".", b"..", b".a", b"\t", b"\x80\xff", b"\x1b[31mred", "café ☕ \u202e".encode(), b"From here",
    b"a" * 600, b"x" * 5000, b"250 " + b"y" * 3000, b"Subject: other", b"To: carol@example.net",
    b"Bcc: dave@example.net", b"SERVFAIL", b"NXDOMAIN", b"REFUSED", b"servfail",
]  # fmt: skip
FOLDER = Path(__file__).parent.parent / "data" / "messages"
LETTERS = ["leading-dots.eml", "bcc.eml", "unknown-user.eml", "resent.eml", "foreign-sender.eml", "elsewhere.eml"]


@cache
def octets_of(name: str) -> bytes:
    """A file of tests/data/messages."""
    return (FOLDER / name).read_bytes()


lines = st.one_of(
    st.sampled_from(COMMANDS),
    st.sampled_from(REPLIES),
    st.sampled_from(GARBAGE),
    st.binary(max_size=40).map(lambda octets: octets.translate(None, b"\r\n\0")),
)


def lines_for(place: str) -> st.SearchStrategy[bytes]:
    """Lines for a place, mostly of the kind that belongs there."""
    usual = REPLIES if place.endswith("!") else COMMANDS
    return st.one_of(st.sampled_from(usual), st.sampled_from(usual), lines)


@st.composite
def edits_at(draw: st.DrawFn, places: Sequence[str]) -> Edit:
    """One edit at one of these places: another line or lines, a line before, nothing, silence."""
    place = draw(st.sampled_from(places))
    then = draw(st.sampled_from([Then.GO_ON, Then.GO_ON, Then.KEEP, Then.WAIT]))
    say = draw(st.lists(lines_for(place), max_size=2)) if draw(st.booleans()) else [draw(lines_for(place))]
    return make(place, say, then)


class Run(NamedTuple):
    """A journey, and how it came about."""

    name: str
    faults: tuple[str, ...]
    edits: tuple[Edit, ...]
    seed: int
    letter: str = ""
    """Name of a file under tests/data/messages that is sent; the scenario's own letter if empty."""

    def play(self) -> Journey:
        message = own_letter(octets_of(self.letter), load(self.name)) if self.letter else None
        return play(load(self.name, self.faults, message), self.edits, self.seed)


@st.composite
def runs(draw: st.DrawFn, names: Sequence[str] = SCENARIOS, most: int = 3) -> tuple[Run, Journey]:
    """A run and its journey. Each edit is at a place of the journey that the edits before it made."""
    name = draw(st.sampled_from(names))
    faults = tuple(draw(st.lists(st.sampled_from(FAULTS[name]), max_size=2, unique=True))) if FAULTS[name] else ()
    seed = draw(st.integers(0, 3))
    letter = draw(st.sampled_from(["", "", *LETTERS])) if Stage.COMPOSE in load(name).stages else ""
    run = Run(name, faults, (), seed, letter)
    journey = run.play()
    for _ in range(draw(st.integers(0, most))):
        places = list(dict.fromkeys(step.place for step in journey.steps))
        run = run._replace(edits=(*run.edits, draw(edits_at(places))))
        journey = run.play()
    return run, journey


def steps_of(journey: Journey, leg: str) -> list[Step]:
    """The steps of one leg."""
    return [step for step in journey.steps if step.leg.name == leg]
