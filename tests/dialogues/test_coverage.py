"""The files as a whole: every row of both tables and every guard is walked, every reply heard; no two say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mailedu.machine import Event, Kind, ReplyClass
from mailedu.pop3 import replies as pop3_replies
from mailedu.pop3 import states as pop3_states
from mailedu.smtp import replies as smtp_replies
from mailedu.smtp import states as smtp_states

from .runner import ServerRun, conversations
from .scripted import ClientRun

SECTIONS = Path(__file__).parent.parent / "data" / "sections.tsv"
#: Replies that no client can bring about: only an edit leads to them (see tests/smtp/test_stand_in.py).
UNHEARD = {"smtp": {"NO_RECIPIENTS"}, "pop3": set[str]()}


def events(protocol: str) -> list[Event]:
    """What was said in all files of a protocol."""
    found: list[Event] = []
    for conversation in conversations():
        if conversation.protocol == protocol:
            run = ServerRun(conversation) if conversation.role == "server" else ClientRun(conversation)
            found += run.events
    return found


def heard_by_our_server(protocol: str) -> list[Event]:
    runs = [ServerRun(c) for c in conversations() if c.protocol == protocol and c.role == "server"]
    return [event for run in runs for event in run.events if event.kind is Kind.REPLY]


@pytest.mark.parametrize(("protocol", "states"), [("smtp", smtp_states), ("pop3", pop3_states)])
def test_every_row_is_walked(protocol: str, states: ModuleType) -> None:
    walked = set()
    for event in events(protocol):
        if event.kind is Kind.REPLY:
            walked.add((event.before, event.verb, event.reply.cls, event.after))
        elif event.before != event.after:
            walked.add((event.before, event.verb, ReplyClass.ASKED, event.after))
    rows = {
        (state.name, verb.value, cls, after.name)
        for state, row in states.TRANSITIONS.items()
        for (verb, cls), after in row.items()
    }
    assert sorted(rows - walked) == [], "no conversation walks these rows"


@pytest.mark.parametrize(
    ("protocol", "states", "replies"), [("smtp", smtp_states, smtp_replies), ("pop3", pop3_states, pop3_replies)]
)
def test_every_guard_strikes(protocol: str, states: ModuleType, replies: ModuleType) -> None:
    names = named(replies.CATALOGUE)
    struck = {(event.verb, name) for event in heard_by_our_server(protocol) for name in names(event.reply)}
    guards = {(verb.value, reply) for verb, rows in states.GUARDS.items() for _, _, reply in rows}
    assert sorted(guards - struck) == [], "no conversation meets these guards"


@pytest.mark.parametrize(("protocol", "replies"), [("smtp", smtp_replies), ("pop3", pop3_replies)])
def test_every_reply_is_heard(protocol: str, replies: ModuleType) -> None:
    names = named(replies.CATALOGUE)
    heard = {name for event in heard_by_our_server(protocol) for name in names(event.reply)}
    unheard = replies.CATALOGUE.keys() - heard - UNHEARD[protocol]
    assert sorted(unheard) == [], "no conversation hears these replies"


def named(catalogue: Mapping[str, tuple[Any, ...]]) -> Any:
    """A function that tells which replies of the catalogue a reply may be."""
    expressions = {
        name: re.compile(re.sub(r"\\\{\w+\\\}", ".*", re.escape(text))) for name, (*_, text) in catalogue.items()
    }

    def names(reply: Any) -> list[str]:
        found = []
        for name, (sign, code, _) in catalogue.items():
            if isinstance(reply, smtp_replies.Reply):
                same = reply.code == sign and reply.enhanced in (code, "")
                text = reply.lines[0].decode()[len(reply.enhanced) :].lstrip()
            else:
                same, text = reply.ok == sign and reply.code == code, reply.text
            if same and expressions[name].fullmatch(text):
                found.append(name)
        return found

    return names


def test_there_are_enough_files_and_each_states_its_own_rule() -> None:
    files = conversations()
    assert len(files) >= 75
    comments = [" ".join(c.comment.split()) for c in files]
    twice = {c for c in comments if comments.count(c) > 1}
    assert not twice, "these comments stand over more than one file"
    lines = [(*(t[1:] for t in c.turns), c.scenario, c.port, c.role) for c in files]
    same = [c.name for c, turns in zip(files, lines, strict=True) if lines.count(turns) > 1]
    assert not same, "these files hold the same conversation"


def test_each_comment_cites_sections_that_exist() -> None:
    rows = (line.split("\t") for line in SECTIONS.read_text(encoding="utf-8").splitlines())
    sections = {(row[0].removeprefix("rfc").removeprefix("RFC "), row[1]) for row in rows}
    for conversation in conversations():
        cited = re.findall(r"RFC (\d+)((?:,? (?:and )?\d+(?:\.\d+)*)*)", conversation.comment)
        assert cited, f"{conversation.name} cites no RFC"
        for rfc, numbers in cited:
            found = re.findall(r"\d+(?:\.\d+)*", numbers)
            assert found, f"{conversation.name} cites RFC {rfc} without a section"
            assert not [n for n in found if (rfc, n) not in sections], f"{conversation.name}: RFC {rfc}{numbers}"


def test_nothing_but_conversations_lies_in_the_folders() -> None:
    names = {c.name for c in conversations()}
    here = Path(__file__).parent
    for folder in ("smtp", "pop3"):
        assert all(f"{folder}/{path.name}" in names for path in (here / folder).iterdir())
        assert all(re.fullmatch(r"[a-z0-9-]+\.txt", path.name) for path in (here / folder).iterdir())
    assert all(c.name.startswith(c.protocol) for c in conversations())
