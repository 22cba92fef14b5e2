"""The command palette finds by words, at once, however long its lines are."""

from __future__ import annotations

from textual.command import Hit

from mailedu.tui.app import MaileduApp
from mailedu.tui.commands import Commands


async def found(query: str) -> list[str]:
    app = MaileduApp()
    async with app.run_test(size=(80, 24)):
        hits = [hit async for hit in Commands(app.screen).search(query)]
        assert all(isinstance(hit, Hit) for hit in hits)
        return [str(hit.text) for hit in sorted(hits, key=lambda hit: -hit.score)]


async def test_a_name_is_found_by_any_words_of_it() -> None:
    assert (await found("letter alice"))[0] == "Open: A letter from Alice to Bob"
    assert (await found("questions readers"))[0] == "Questions: Questions for readers"
    assert await found("zzz") == []


async def test_letters_that_stand_in_many_ways_in_a_line_are_no_work() -> None:
    """With Textual's own matcher this takes minutes and gigabytes."""
    assert await found("eeaeaeeseesseetteess" * 3) == []
