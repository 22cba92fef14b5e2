"""What all panes of rows have in common: no more is painted than has changed, and nothing old stays."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.content import Content
from textual.strip import Strip

from mailedu.journey import load, play
from mailedu.tui.panes.bytes import BytesPane
from mailedu.tui.panes.explain import ExplainPane
from mailedu.tui.panes.mailbox import MailboxPane
from mailedu.tui.panes.message import MessagePane
from mailedu.tui.panes.packets import PacketsPane
from mailedu.tui.panes.page import Page
from mailedu.tui.panes.state import StatePane
from mailedu.tui.view import View
from tests.tui import moments
from tests.tui.parts import Parts

JOURNEY = play(load("alice-to-bob"))


class Told(Page):
    """Shows what it is told, and notes which rows are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Content] = []
        self.painted: list[int] = []

    def rows(self, view: View, width: int, height: int) -> list[Content]:
        return self.told

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class Stage(Parts):
    """A pane alone, with nothing else below it."""

    CSS = "Page { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield from self.parts


def contents(*rows: str) -> list[Content]:
    return [Content.from_markup(row) for row in rows]


@pytest.mark.parametrize(
    ("rows", "painted"),
    [
        (("one", "two", "three"), []),
        (("one", "other", "three"), [1]),
        (("one", "[bold]two[/]", "three"), [1]),
        (("one",), [1, 2]),
        (("one", "two", "three", "four", "five"), [3, 4]),
        (("one", "two", "three", "four", "five", "six"), [0, 1, 2, 3, 4]),  # a bar beside each row
    ],
)
async def test_only_rows_that_change_are_painted(rows: tuple[str, ...], painted: list[int]) -> None:
    pane = Told()
    pane.told = contents("one", "two", "three")
    async with Stage(pane).run_test(size=(40, 5)) as pilot:
        pane.show(moments.view(JOURNEY, 1))
        await pilot.pause()
        pane.painted.clear()
        pane.told = contents(*rows)
        pane.show(moments.view(JOURNEY, 2))
        await pilot.pause()
        assert sorted(set(pane.painted)) == painted


async def test_a_pane_that_was_scrolled_is_painted_whole_when_it_begins_again() -> None:
    pane = Told()
    pane.told = contents(*map(str, range(20)))
    async with Stage(pane).run_test(size=(40, 5)) as pilot:
        pane.show(moments.view(JOURNEY, 1))
        await pilot.pause()
        pane.scroll_to(y=3, animate=False)
        await pilot.pause()
        pane.painted.clear()
        pane.show(moments.view(JOURNEY, 2))
        await pilot.pause()
        assert sorted(set(pane.painted)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("size", [(79, 6), (50, 24)])
@pytest.mark.parametrize("kind", [ExplainPane, BytesPane, StatePane, MessagePane, PacketsPane, MailboxPane])
async def test_what_is_on_the_screen_is_what_a_whole_repaint_would_put_there(
    kind: type[Page], size: tuple[int, int]
) -> None:
    pane = kind()
    app = Stage(pane)
    async with app.run_test(size=size) as pilot:
        pane.focus()
        for n, scroll in ((12, 0), (13, 2), (14, 0), (13, 3), (40, 1), (41, 0), (len(JOURNEY), 2), (3, 0)):
            pane.show(moments.view(JOURNEY, n))
            await pilot.pause()
            pane.scroll_to(y=scroll, animate=False)
            pane.show(moments.view(JOURNEY, n))
            await pilot.pause()
            seen = app.export_screenshot()
            pane.refresh()
            await pilot.pause()
            assert app.export_screenshot() == seen
