"""How the map is laid out: which cells are a machine's, a wire's, the name of a stage. Pure arithmetic of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from mailedu.visible import clip, width

#: Cells that a machine takes besides its name: a frame and two blanks, or two blanks and the slot for the letter.
_FRAME: Final = 4
_SLOT: Final = 5
#: What a wire should have: room for `DNS, SMTP 25`; and what it must have: room for ` RCPT ` in an arrow.
_GOOD_WIRE: Final = 12
_LEAST_WIRE: Final = 9
_LEAST_NAME: Final = 3
#: Free at both edges.
_EDGE: Final = 1


class Layout(NamedTuple):
    """The cells of places, by place."""

    wide: bool
    names: tuple[str, ...]
    """As there is room for them."""
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    """The cell behind."""

    def at(self, x: int) -> int:
        """The place at a cell, or the nearest."""
        return next((place for place, end in enumerate(self.ends) if x < end), len(self.ends) - 1)


def lay_out(names: Sequence[str], shorts: Sequence[str], cells: int, *, wide: bool) -> Layout:
    """Machines and wires, in `cells` cells. Long names give way to short ones, then they are cut."""
    more = _FRAME if wide else _SLOT
    room = cells - 2 * _EDGE
    wires = max(len(names) - 1, 0)
    if not wide or _left(names, more, room) < _GOOD_WIRE * wires:
        names = shorts if sum(map(width, shorts)) < sum(map(width, names)) or not wide else names
    longest = max(map(width, names), default=0)
    while longest > _LEAST_NAME and _left(names, more, room) < _LEAST_WIRE * wires:
        longest -= 1
        names = [clip(name, longest) for name in names]
    left = max(_left(names, more, room), 0)
    starts, ends = [], []
    at = _EDGE
    for n, name in enumerate(names):
        starts.append(at)
        at += max(width(name), _LEAST_NAME) + more
        ends.append(at)
        if n < wires:
            starts.append(at)
            at += left // wires + (1 if n < left % wires else 0)
            ends.append(at)
    return Layout(wide, tuple(names), tuple(starts), tuple(ends))


def _left(names: Sequence[str], more: int, room: int) -> int:
    """Cells for all wires together."""
    return room - sum(max(width(name), _LEAST_NAME) + more for name in names)


class Label(NamedTuple):
    """The name of a stage: a cell for its mark, a blank where there is room, and its words."""

    start: int
    end: int
    number: int
    text: str


def labels(layout: Layout, places: Mapping[int, int], words: Mapping[int, str], present: int) -> list[Label]:
    """The stages over their places, from left to right: number of a stage -> place, and -> words.

    Where two share a place that is too small for both, those that are not present are only digits.
    """
    mark = 2 if layout.wide else 1
    order = sorted(places, key=lambda number: (places[number], number))
    short: set[int] = set()
    for place in set(places.values()):
        here = [number for number in order if places[number] == place]
        room = layout.ends[place] - layout.starts[place]
        if here[1:] and sum(len(words[number]) + mark + 1 for number in here) - 1 > room:
            short.update(number for number in here if number != present)
    cells = layout.ends[-1] + _EDGE
    for tried in (short, set(order) - {present}, set(order)):
        made = _placed(layout, places, {n: str(n) if n in tried else words[n] for n in order}, order, mark)
        if not made or (made[-1].end <= cells and made[0].start >= 0):
            break
    return made


def _placed(
    layout: Layout, places: Mapping[int, int], words: Mapping[int, str], order: Sequence[int], mark: int
) -> list[Label]:
    """Machines have theirs over the name, wires over the middle; who has no room is pushed to the right, then back."""
    made: list[Label] = []
    for number in order:
        place, text = places[number], words[number]
        length = mark + len(text)
        together = [mark + len(words[n]) for n in order if places[n] == place]
        start = layout.starts[place]
        if place % 2:
            start += (layout.ends[place] - start - sum(together) - len(together) + 1) // 2
        start = max(start, made[-1].end + 1 if made else _EDGE - 1)
        made.append(Label(start, start + length, number, text))
    edge = layout.ends[-1] + _EDGE
    for n in range(len(made) - 1, -1, -1):
        over = max(made[n].end - edge, 0)
        made[n] = made[n]._replace(start=made[n].start - over, end=made[n].end - over)
        edge = made[n].start - 1
    return made
