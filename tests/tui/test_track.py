"""The track: the place is always in its stage, a click goes where it points, and nothing shifts at `n`."""

from __future__ import annotations

import re

import pytest

from mailedu.journey import Journey, play
from mailedu.journey.phrases import duration
from mailedu.journey.step import Stage
from mailedu.tui.widgets.track import Track, longest_time, stretches

from .moments import journeys
from .parts import Parts, rows, view_of


def long_journey(times: int) -> Journey:
    """Nine steps of compose, the rest submission: far more steps than cells, and stages that fall on one cell."""
    plain = play("alice-to-bob")
    first, rest = plain.steps[:9], plain.steps[10:]
    steps = (*first, *(step for step in rest for _ in range(times)))
    return Journey(plain.scenario, (), 0, tuple(step._replace(n=n) for n, step in enumerate(steps, 1)), ())


JOURNEYS = (*journeys(), long_journey(150))


@pytest.mark.parametrize("cells", [10, 11, 40, 91])
def test_the_place_is_in_its_stage_and_never_on_a_digit(cells: int) -> None:
    for journey in JOURNEYS:
        made = stretches(journey, cells)
        digits = {one.start for one in made}
        assert len(digits) == len(made)
        assert all(0 <= one.start < one.end - 1 < cells for one in made)
        last = -1
        for one in made:
            for n in range(one.first, one.behind, max((one.behind - one.first) // 50, 1)):
                cell = one.cell_of(n)
                assert one.start < cell < one.end
                assert cell >= last
                last = cell
        assert made[0].first == 1
        assert made[-1].behind == len(journey) + 1


@pytest.mark.parametrize("cells", [10, 40, 91, 150])
def test_a_click_goes_to_a_step_that_is_shown_there_or_just_before(cells: int) -> None:
    for journey in JOURNEYS:
        for one in stretches(journey, cells):
            assert one.step_at(one.start) == one.first
            for cell in range(one.start + 1, one.end):
                n = one.step_at(cell)
                assert one.first <= n < one.behind
                assert one.cell_of(n) <= cell
                assert n + 1 == one.behind or one.cell_of(n + 1) > cell or one.cell_of(n) == cell


def test_room_for_the_longest_time_is_kept() -> None:
    for journey in JOURNEYS:
        assert max(len(duration(step.time)) for step in journey.steps) <= longest_time(journey)


async def test_nothing_but_number_place_and_time_changes() -> None:
    part = Track()
    async with Parts(part).run_test(size=(120, 3)) as pilot:
        await pilot.pause()
        for journey in journeys():
            frames = set()
            for n in range(1, len(journey) + 1):
                part.show(view_of(journey, n))
                (row,) = rows(part)
                found = re.match(r" step +\d+ of \d+  ([1-5━┄●]+)", row)
                assert found, row
                frames.add((*found.span(1), *(at for at in range(*found.span(1)) if row[at].isdigit())))
                assert row.endswith(f" {duration(journey.step(n).time)} ")
            assert len(frames) == 1, journey.scenario.name


async def test_a_click_says_which_step() -> None:
    chosen: list[int] = []

    class Listening(Parts):
        def on_track_chosen(self, message: Track.Chosen) -> None:
            chosen.append(message.n)

    part, journey = Track(), play("alice-to-bob")
    async with Listening(part).run_test(size=(120, 3)) as pilot:
        await pilot.pause()
        part.show(view_of(journey, 1))
        (row,) = rows(part)
        for digit in "2345":
            await pilot.click(part, offset=(row.index(digit, 16), 0))
        await pilot.click(part, offset=(2, 0))
        await pilot.pause()
    assert chosen == [journey.first_of(stage) for stage in tuple(Stage)[1:]]


async def test_a_hidden_reply_does_not_tell_how_long_it_took() -> None:
    journey = play("alice-to-bob")
    n = journey.by_place["submit/END_OF_DATA.1!"].n
    part = Track()
    async with Parts(part).run_test(size=(120, 3)) as pilot:
        await pilot.pause()
        part.show(view_of(journey, n, hidden=True))
        (row,) = rows(part)
    assert row.endswith(f" {duration(journey.step(n - 1).time)} ")
    assert journey.step(n).time != journey.step(n - 1).time
