"""The whole journey in one row: where the stages begin, and where one is."""

from __future__ import annotations

from typing import Final, NamedTuple

from textual.events import Click, Resize
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from mailedu.journey.journey import Journey
from mailedu.journey.phrases import duration
from mailedu.journey.step import Stage
from mailedu.tui.view import View
from mailedu.tui.widgets.canvas import Row

_STAGES: Final = tuple(Stage)
#: Between the three parts.
_GAP: Final = 2
_EDGE: Final = 1


class Stretch(NamedTuple):
    """Steps of one stage on the line: a digit and at least one cell behind it."""

    number: int
    """Of the stage."""
    first: int
    """Number of its first step."""
    behind: int
    """Number of the step behind its last."""
    start: int
    """Cell of the digit, from the beginning of the line."""
    end: int

    def cell_of(self, n: int) -> int:
        """Never the digit's."""
        return self.start + 1 + (n - self.first) * (self.end - self.start - 1) // (self.behind - self.first)

    def step_at(self, cell: int) -> int:
        """The first step at a cell, or the one before it; the digit is the first of all."""
        if cell <= self.start + 1:
            return self.first
        cells = self.end - self.start - 1
        steps = self.behind - self.first
        n = self.first - (-(cell - self.start - 1) * steps // cells)
        return min(n if self.cell_of(min(n, self.behind - 1)) == cell else n - 1, self.behind - 1)


def stretches(journey: Journey, cells: int) -> list[Stretch]:
    """The stages of a journey, in the order in which they begin, on a line of so many cells.

    A stage that begins more than once has a digit each time; if that would be too many, only the first time.
    """
    starts: list[tuple[int, Stage]] = []
    for step in journey.steps:
        if not starts or step.leg.stage is not starts[-1][1]:
            starts.append((step.n, step.leg.stage))
    if len(starts) > cells // 4:
        seen: dict[Stage, int] = {}
        for n, stage in starts:
            seen.setdefault(stage, n)
        starts = [(n, stage) for stage, n in seen.items()]
    at = [(n - 1) * cells // len(journey) for n, _ in starts]
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + 2)
    limit = cells
    for i in range(len(at) - 1, -1, -1):
        at[i] = limit = min(at[i], limit - 2)
    ends = [*at[1:], cells]
    behind = [*(n for n, _ in starts[1:]), len(journey) + 1]
    return [
        Stretch(_STAGES.index(stage) + 1, n, until, start, end)
        for (n, stage), until, start, end in zip(starts, behind, at, ends, strict=True)
    ]


def longest_time(journey: Journey) -> int:
    """Cells that the time of any step takes, at most."""
    last = journey.steps[-1].time
    longest = [duration(last)]
    if last >= 60:
        longest.append(f"{int(min(last, 3599) // 60)} min 59.999 s")
    if last >= 3600:
        longest.append(f"{int(min(last, 86399) // 3600)} h 59 min 59 s")
    if last >= 86400:
        longest.append(f"{int(last // 86400)} d 23 h 59 min")
    return max(map(len, longest))


class Track(Widget):
    """`step 22 of 94  1━━━━2━━━●┄┄┄3┄┄┄4┄┄5┄┄  0.412 s`."""

    DEFAULT_CSS = "Track { height: 1; }"

    class Chosen(Message):
        """A cell of the line was clicked."""

        def __init__(self, n: int) -> None:
            super().__init__()
            self.n = n

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: View | None = None
        self._row = Row(0)
        self._made: tuple[Journey, int] | None = None
        self._stretches: list[Stretch] = []
        self._start = self._end = 0
        """Of the line: its first cell, and the one behind."""

    def show(self, view: View) -> None:
        self._view = view
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def render_line(self, y: int) -> Strip:
        row = self._row if self._row.width == self.size.width and y == 0 else Row(self.size.width)
        return row.strip(self)

    def _draw(self) -> None:
        view, cells = self._view, self.size.width
        if view is None or not cells:
            return
        self._place(view.journey, cells)
        total = len(view.journey)
        row = Row(cells)
        row.put(_EDGE, f"step {view.n:{len(str(total))}} of {total}", "bold $foreground")
        # A hidden reply does not tell how long it took.
        time = duration(view.scene.step.time)
        row.put(cells - _EDGE - len(time), time, "$quiet")
        if self._stretches:
            here = next(one for one in reversed(self._stretches) if one.first <= view.n)
            dot = self._start + here.cell_of(view.n)
            row.fill(self._start, dot, "━", "$accent")
            row.fill(dot, self._end, "┄", "$line")
            for one in self._stretches:
                row.put(self._start + one.start, str(one.number), "bold $accent" if one.first <= view.n else "$quiet")
            row.put(dot, "●", "bold $accent")
        if row != self._row:
            self._row = row
            self.refresh()

    def _place(self, journey: Journey, cells: int) -> None:
        if self._made == (journey, cells):
            return
        self._made = (journey, cells)
        total = len(str(len(journey)))
        self._start = _EDGE + len("step  of ") + 2 * total + _GAP
        self._end = cells - _EDGE - longest_time(journey) - _GAP
        # A digit and a cell for each of the five stages; with less there is no line.
        room = self._end - self._start
        self._stretches = stretches(journey, room) if room >= 2 * len(_STAGES) else []

    def on_click(self, event: Click) -> None:
        cell = event.x - self._start
        found = next((one for one in self._stretches if one.start <= cell < one.end), None)
        if found is not None and event.x < self._end:
            self.post_message(self.Chosen(found.step_at(cell)))
