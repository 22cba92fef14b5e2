"""Talking: each line goes to the server as it was typed, and is explained with its reply."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input

from mailedu.journey.talk import Talk
from mailedu.pop3 import states as pop3
from mailedu.smtp import states as smtp
from mailedu.tui.app import MaileduApp
from mailedu.tui.memory import Memory
from mailedu.tui.screens.talk import TalkScreen
from mailedu.tui.widgets.talk_turns import Turns

from .look import rows, text

SIZES = [(80, 24), (120, 40)]
LETTER = ["From: Alice <alice@example.com>", "Subject: Hello", "", "Hello Bob!", "."]


@asynccontextmanager
async def talking(size: tuple[int, int], protocol: str = "smtp") -> AsyncIterator[Pilot[None]]:
    """The talk, above Home."""
    app = MaileduApp(Memory())
    async with app.run_test(size=size) as pilot:
        app.open_talk(protocol)
        await pilot.pause()
        yield pilot


def line(pilot: Pilot[None]) -> Input:
    return pilot.app.screen.query_one("#speak", Input)


async def say(pilot: Pilot[None], *lines: str) -> None:
    for each in lines:
        line(pilot).value = each
        await pilot.press("enter")
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_a_letter_is_handed_in_by_hand(size: tuple[int, int]) -> None:
    async with talking(size) as pilot:
        app = pilot.app
        await say(pilot, "EHLO laptop.example.com", "AUTH LOGIN")
        assert "“Username:”" in text(app)
        await say(pilot, "YWxpY2U=")
        assert "“alice”" in text(app)
        await say(pilot, "d29uZGVybGFuZA==", "MAIL FROM:<alice@example.com>", "RCPT TO:<bob@example.net>")
        assert "The front of the envelope." in text(app)
        assert "RFC 5321" in text(app)
        assert "may come  DATA" in text(app)
        await say(pilot, "DATA", *LETTER)
        assert "Hello Bob!" in text(app)
        assert "The baton changes hands." in text(app)
        await say(pilot, "QUIT")
        assert "the connection is closed" in text(app)
        assert "enter begins anew" in text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "CONNECTED" in text(app)


@pytest.mark.parametrize("size", SIZES)
async def test_mail_is_read_by_hand(size: tuple[int, int]) -> None:
    async with talking(size, "pop3") as pilot:
        app = pilot.app
        await say(pilot, "USER bob", "PASS looking-glass", "STAT", "LIST", "RETR 1")
        assert "Are you there?" in text(app)
        await say(pilot, "DELE 1", "QUIT")
        assert "the connection is closed" in text(app)


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_offered_leads_through_a_whole_conversation(size: tuple[int, int]) -> None:
    for protocol in ("smtp", "pop3"):
        async with talking(size, protocol) as pilot:
            app = pilot.app
            for _ in range(25):
                await pilot.press("right", "enter")
                if "the connection is closed" in text(app):
                    break
            assert "the connection is closed" in text(app)
            assert "✗" not in text(app)


#: Lines that a new user may type anywhere, many of which are wrong there.
ANYTHING = {
    "smtp": ["MAIL FROM:<alice@example.com>", "RCPT TO:<bob@example.net>", "DATA", "EHLO a", "HELO a", "RSET", ".", "",
             "AUTH LOGIN", "YWxpY2U=", "d29uZGVybGFuZA==", "AUTH PLAIN", "*", "no", "Subject: x", "MAIL", "VRFY bob"],
    "pop3": ["USER bob", "USER eve", "PASS looking-glass", "PASS x", "STAT", "LIST", "RETR 1", "RETR 9", "DELE 1",
             "DELE 2", "DELE 3", "RSET", "no", "TOP 1 1", "UIDL", "CAPA", "QUIT now"],
}  # fmt: skip
GOAL = {"smtp": {"END_OF_DATA"}, "pop3": {"STAT", "LIST", "RETR", "DELE"}}


@pytest.mark.parametrize("protocol", ["smtp", "pop3"])
@given(st.data())
def test_whatever_was_typed_what_is_offered_leads_to_the_goal_before_the_end(
    protocol: str, data: st.DataObject
) -> None:
    turns = Turns(protocol)
    for typed in data.draw(st.lists(st.sampled_from([*ANYTHING[protocol], ">"]), max_size=18)):
        turns.say((turns.natural() if typed == ">" and turns.natural() != "QUIT" else typed).encode())
    for _ in range(40):
        offered = turns.natural()
        if turns.talk.closed or offered == "QUIT":
            break
        turns.say(offered.encode())
    assert turns.talk.closed or turns.talk.accepted >= GOAL[protocol]
    assert turns.talk.closed or turns.natural() == "QUIT"


def test_after_an_early_sender_and_a_login_the_sender_is_offered_again() -> None:
    turns = Turns("smtp")
    for each in (b"MAIL FROM:<alice@example.com>", b"EHLO a", b"AUTH LOGIN", b"YWxpY2U=", b"d29uZGVybGFuZA=="):
        turns.say(each)
    assert turns.natural() == "MAIL FROM:<alice@example.com>"


@pytest.mark.parametrize("protocol", ["smtp", "pop3"])
async def test_no_state_is_cut_in_the_title(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking((80, 24), protocol) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TalkScreen)
        states = pop3.State if protocol == "pop3" else smtp.State
        for state in states:
            monkeypatch.setattr(Talk, "state", state.name)
            monkeypatch.setattr(Talk, "state_words", state.value)
            screen.show()
            await pilot.pause()
            first = rows(pilot.app)[0]
            assert state.value in first
            assert f"Talk {protocol.upper()}" in first
            assert "…" not in first


async def test_the_empty_line_is_offered_where_a_text_begins_without_one() -> None:
    async with talking((80, 24)) as pilot:
        app = pilot.app
        await say(pilot, "EHLO a", "AUTH LOGIN", "YWxpY2U=", "d29uZGVybGFuZA==", "MAIL FROM:<alice@example.com>")
        await say(pilot, "RCPT TO:<bob@example.net>", "DATA")
        assert "An empty line ends it, and the text follows." in text(app)
        await say(pilot, "Subject: Hi", "Hello Bob")
        assert "an empty line: just enter" in text(app)
        assert "An empty line ends the header; what follows it is the text." in text(app)
        await say(pilot, "", "Hello Bob")
        assert "A dot alone on a line ends the letter." in text(app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_refusal_is_marked_explained_and_taken_back(size: tuple[int, int]) -> None:
    async with talking(size) as pilot:
        app = pilot.app
        await say(pilot, "RCPT TO:<bob@example.net>")
        assert "✗ 503" in text(app)
        assert "No hello, no letter, no recipient." in text(app)
        await pilot.press("escape", "u")
        await pilot.pause()
        assert "503" not in text(app)
        assert "taken back: RCPT TO:<bob@example.net>" in text(app)
        await pilot.press("u")
        assert "nothing to take back" in text(app)


async def test_a_line_of_a_letter_is_taken_back_alone() -> None:
    async with talking((80, 24)) as pilot:
        app = pilot.app
        await say(pilot, "EHLO a", "AUTH LOGIN", "YWxpY2U=", "d29uZGVybGFuZA==", "MAIL FROM:<alice@example.com>")
        await say(pilot, "RCPT TO:<bob@example.net>", "DATA", "one", "two")
        await pilot.press("escape", "u", "enter")
        await pilot.pause()
        assert "one" in text(app)
        assert "two" not in text(app).replace("two ", "")
        assert "letter:" in text(app)


async def test_a_plain_answer_to_a_login_is_made_base64() -> None:
    async with talking((80, 24)) as pilot:
        app = pilot.app
        await say(pilot, "EHLO a", "AUTH LOGIN")
        await pilot.press(*"mallory")
        assert "makes it base64: bWFsbG9yeQ==" in text(app)
        await pilot.press("right")
        assert line(pilot).value == "bWFsbG9yeQ=="


async def test_an_argument_is_completed_as_it_was_begun() -> None:
    async with talking((80, 24)) as pilot:
        await pilot.press(*"eh", "right")
        assert line(pilot).value == "ehLO laptop.example.com"


async def test_up_brings_the_last_line_and_outside_of_the_line_looks_back() -> None:
    async with talking((80, 24)) as pilot:
        app = pilot.app
        await say(pilot, "EHLO a", "NOOP")
        await pilot.press("up", "up")
        assert line(pilot).value == "EHLO a"
        await pilot.press("escape", "up")
        assert "Hello, I am this machine." in text(app)


async def test_a_word_that_is_clicked_fills_the_line() -> None:
    async with talking((80, 24)) as pilot:
        await pilot.click("#words", offset=(12, 0))
        await pilot.pause()
        assert line(pilot).value == "EHLO laptop.example.com"


@pytest.mark.parametrize("protocol", ["smtp", "pop3"])
async def test_every_explanation_is_whole_at_80_by_24(protocol: str) -> None:
    smtp_lines = ["RCPT TO:<x@y.example>", "EHLO a", "AUTH LOGIN", "YWxpY2U=", "d3Jvbmc=", "AUTH LOGIN", "YWxpY2U="]
    smtp_lines += [
        "d29uZGVybGFuZA==",
        "MAIL FROM:<alice@example.com>",
        "RCPT TO:bob",
        "RCPT TO:<bob@example.net>",
        "DATA",
    ]
    smtp_lines += [*LETTER, "VRFY bob", "HELP", "NOOP", "RSET", "FOO", "QUIT"]
    pop3_lines = [
        "STAT",
        "PASS x",
        "USER bob",
        "PASS looking-glass",
        "STAT",
        "LIST",
        "LIST 9",
        "UIDL",
        "TOP 1 2",
        "RETR 2",
    ]
    pop3_lines += ["DELE 3", "RSET", "NOOP", "CAPA", "QUIT"]
    async with talking((80, 24), protocol) as pilot:
        app = pilot.app
        for each in smtp_lines if protocol == "smtp" else pop3_lines:
            await say(pilot, each)
            assert app.screen.query_one("TalkExplain").max_scroll_y == 0, each


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_text_is_harmless(size: tuple[int, int]) -> None:
    async with talking(size) as pilot:
        app = pilot.app
        await say(pilot, "\x1b]0;owned\x07[/b]\u202e 漢字\udc80")
        assert "\x1b" not in text(app)
        assert "\u202e" not in text(app)
        assert "[/b]" in text(app)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["q", "escape"])
async def test_the_way_out_is_two_keys(size: tuple[int, int], key: str) -> None:
    async with talking(size) as pilot:
        app = pilot.app
        await pilot.press("escape")
        assert key in {"q"} or "esc leave" in text(app)
        await pilot.press(key)
        await pilot.pause()
        assert not isinstance(app.screen, TalkScreen)


@pytest.mark.parametrize("protocol", ["smtp", "pop3"])
async def test_any_keys_leave_it_whole(protocol: str) -> None:
    choose = random.Random(protocol)
    some = [*"aur:<.", "tab", "shift+tab", "enter", "backspace", "right", "right", "up", "down", "home", "left"]
    async with talking((80, 24), protocol) as pilot:
        app = pilot.app
        for count in range(300):
            app.simulate_key(choose.choice(some))
            if count % 3 == 0:
                await pilot.pause()
        await pilot.pause()
        assert app.is_running
