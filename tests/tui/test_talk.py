"""Talking: each line goes to the server as it was typed, and is explained with its reply."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from mailedu.tui.app import MaileduApp
from mailedu.tui.memory import Memory
from mailedu.tui.screens.talk import TalkScreen

from .look import text

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
    smtp = ["RCPT TO:<x@y.example>", "EHLO a", "AUTH LOGIN", "YWxpY2U=", "d3Jvbmc=", "AUTH LOGIN", "YWxpY2U="]
    smtp += ["d29uZGVybGFuZA==", "MAIL FROM:<alice@example.com>", "RCPT TO:bob", "RCPT TO:<bob@example.net>", "DATA"]
    smtp += [*LETTER, "VRFY bob", "HELP", "NOOP", "RSET", "FOO", "QUIT"]
    pop3 = ["STAT", "PASS x", "USER bob", "PASS looking-glass", "STAT", "LIST", "LIST 9", "UIDL", "TOP 1 2", "RETR 2"]
    pop3 += ["DELE 3", "RSET", "NOOP", "CAPA", "QUIT"]
    async with talking((80, 24), protocol) as pilot:
        app = pilot.app
        for each in smtp if protocol == "smtp" else pop3:
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
