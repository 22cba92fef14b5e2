"""The packets of a journey as somebody who captures one conversation sees them: those that have crossed so far."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from mailedu.network.segments import Packet

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey

#: More steps, or octets, than this take packets that are noticed: some 20 ms.
_MANY_STEPS: Final = 1000
_MANY_OCTETS: Final = 1_000_000


class Crossed:
    """Packets in order of time, with what finds the place of a step among them."""

    __slots__ = ("highest", "lowest", "packets")

    def __init__(self, packets: list[Packet]) -> None:
        self.packets = packets
        steps = [packet.step for packet in packets]
        self.highest = list(accumulate(steps, max))
        self.lowest = list(accumulate(reversed(steps), min))[::-1]

    def until(self, n: int) -> list[Packet]:
        """The packets of steps up to `n`. An acknowledgment that comes late stands between packets of later steps."""
        whole, end = bisect_right(self.highest, n), bisect_right(self.lowest, n)
        return self.packets[:whole] + [packet for packet in self.packets[whole:end] if packet.step <= n]

    def before(self, n: int) -> list[Packet]:
        """Those that were sent before any of step `n`: nothing in them depends on it, not even a number."""
        return self.packets[: bisect_left(self.highest, n)]

    def those(self, fits: Callable[[Packet], bool]) -> Crossed:
        """The packets among them that fit."""
        return Crossed([packet for packet in self.packets if fits(packet)])


class Capture:
    """All packets of a journey, found by step. It takes a pass over all of them, so it is made once."""

    def __init__(self, journey: Journey) -> None:
        self._steps = journey.steps
        self._packets = journey.packets
        by_leg: dict[str, list[Packet]] = {}
        self._by_step: dict[int, list[Packet]] = {}
        for packet in journey.packets:
            by_leg.setdefault(self._steps[packet.step - 1].leg.name, []).append(packet)
            self._by_step.setdefault(packet.step, []).append(packet)
        self._conversations = {leg: Crossed(packets) for leg, packets in by_leg.items()}

    @cached_property
    def every(self) -> Crossed:
        """The packets of all conversations."""
        return Crossed(list(self._packets))

    def conversation(self, leg: str) -> Crossed:
        """The packets of one leg, by its name; none if it sends nothing."""
        return self._conversations.get(leg) or Crossed([])

    def of_step(self, n: int) -> tuple[Packet, ...]:
        """The packets that step `n` sent."""
        return tuple(self._by_step.get(n, ()))

    def so_far(self, n: int) -> list[Packet]:
        """The packets of the conversation of step `n`, up to this step; in order of time."""
        return self.conversation(self._steps[n - 1].leg.name).until(n)

    def before(self, n: int) -> list[Packet]:
        """The packets of the conversation of step `n` that were sent before this step; in order of time."""
        return self.conversation(self._steps[n - 1].leg.name).before(n)


def is_quick(journey: Journey) -> bool:
    """Whether the packets are made already, or will be before anybody notices."""
    if "capture" in vars(journey):
        return True
    return len(journey) <= _MANY_STEPS and sum(step.size for step in journey.steps) <= _MANY_OCTETS
