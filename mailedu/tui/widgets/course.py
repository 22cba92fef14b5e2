"""Where everything of a journey happens, as the map sees it: machines in a row, and the wires between them.

A place is a number, from left to right: machine `i` is `2 * i`, the wire to its right `2 * i + 1`. All is read from the
scenario's machines and the journey's legs, once for a journey.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from mailedu.agents.effects import Bounced, Composed, Dropped, Kept, Queued, Stored
from mailedu.journey.journey import Journey
from mailedu.journey.phrases import kind_of
from mailedu.journey.series import Series
from mailedu.journey.step import Kind, Leg, Stage

STAGES: Final = tuple(Stage)
#: What is spoken on a wire -> as the map writes it, with the port.
SPOKEN: Final = {"submission": "SMTP 587", "dns": "DNS", "smtp": "SMTP 25", "pop3": "POP3 110"}


class Spot(NamedTuple):
    """Where a leg happens."""

    place: int
    client_left: bool = True
    """On a wire: the client is at its left end."""
    client_here: bool = True
    """The client, or who acts, is a machine of the map."""
    server_here: bool = True


class Passed(NamedTuple):
    """What has come of a stage that has begun."""

    place: int
    """Where it was last at work, if that is elsewhere than where it usually is."""
    done: bool = False
    failed: bool = False


class Course:
    """The places of one journey."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.machines = journey.scenario.machines
        self._at = {machine.name: 2 * n for n, machine in enumerate(self.machines)}
        self._last = max(2 * len(self.machines) - 2, 0)
        self._spots: dict[Leg, Spot] = {}
        begun = {leg.stage for leg in journey.legs}
        self.stages = tuple(stage for stage in STAGES if stage in begun or stage in journey.scenario.stages)
        self._roles = self._by_roles()
        self.usual = {stage: self._usually(stage) for stage in self.stages}
        self.spoken = self._spoken()
        self.passed = self._passed()

    # Places -----------------------------------------------------------------------------------------------------------

    def has(self, host: str) -> bool:
        """Whether a host is a machine of the map."""
        return host in self._at

    def place_of(self, host: str) -> int:
        """A machine, or for a host that is not on the map the wire at which it hangs."""
        if host in self._at:
            return self._at[host]
        found = self.journey.scenario.geography.hosts.get(host)
        place = self._roles[Stage.ACCESS if found is not None and "ua" in found.roles else Stage.DELIVER]
        return place if place % 2 else self._wire_at(place, to_the_right=place == 0)

    def spot(self, leg: Leg) -> Spot:
        """Where a leg happens."""
        found = self._spots.get(leg)
        if found is None:
            found = self._spots[leg] = self._find(leg)
        return found

    def _find(self, leg: Leg) -> Spot:
        here, there = self._at.get(leg.actor), self._at.get(leg.peer)
        if not leg.peer:
            return Spot(self.place_of(leg.actor), client_here=here is not None)
        reads = leg.stage is Stage.ACCESS
        if here is not None and there is not None and here != there:
            return Spot(here + 1 if there > here else here - 1, here < there)
        if here is not None:
            place = self._wire_at(here, to_the_right=not reads)
            return Spot(place, here < place, server_here=there is not None)
        if there is not None:
            place = self._wire_at(there, to_the_right=reads)
            return Spot(place, there > place, client_here=False)
        return Spot(self.place_of(leg.actor), not reads, False, False)

    def _wire_at(self, machine: int, *, to_the_right: bool) -> int:
        """The wire on that side of a machine, else that on the other, else (of one machine alone) the machine."""
        sides = (machine + 1, machine - 1) if to_the_right else (machine - 1, machine + 1)
        return next((wire for wire in sides if 0 < wire < self._last), machine)

    def _by_roles(self) -> dict[Stage, int]:
        """Where each stage belongs by what the machines are for."""
        agents = [2 * n for n, machine in enumerate(self.machines) if "ua" in machine.roles]
        writer, reader = (agents[0], agents[-1]) if agents else (0, self._last)
        boxes = [2 * n for n, machine in enumerate(self.machines) if {"mda", "maa"} & set(machine.roles)]
        box = next((place for place in reversed(boxes) if place < reader or reader == writer), self._last)
        first = min(writer + 2, self._last)
        return {
            Stage.COMPOSE: writer,
            Stage.SUBMIT: self._wire_at(writer, to_the_right=True),
            Stage.DELIVER: self._wire_at(first, to_the_right=True) if first < box else first,
            Stage.PROCESS: box,
            Stage.ACCESS: self._wire_at(reader, to_the_right=reader == writer),
        }

    def _usually(self, stage: Stage) -> int:
        """Where the letter itself has this stage in this journey, in a conversation if there is one."""
        legs = [leg for leg in self.journey.legs if leg.stage is stage and kind_of(leg.letter) == "letter"]
        both = next((leg for leg in legs if leg.actor in self._at and leg.peer in self._at), None)
        one = both or next((leg for leg in legs if leg.actor in self._at or leg.peer in self._at), None)
        return self.spot(one).place if one else self._roles[stage]

    def _spoken(self) -> dict[int, str]:
        """Wire -> what is spoken on it, in the order of the stages: `DNS, SMTP 25`."""
        spoken: dict[int, dict[str, None]] = {}
        for stage, protocols in (
            (Stage.SUBMIT, ("submission",)), (Stage.DELIVER, ("dns", "smtp")), (Stage.ACCESS, ("pop3",))
        ):  # fmt: skip
            if self.usual.get(stage, 0) % 2:
                spoken.setdefault(self.usual[stage], {}).update(dict.fromkeys(protocols))
        for leg in self.journey.legs:
            place = self.spot(leg).place
            if place % 2 and leg.protocol in SPOKEN and kind_of(leg.letter) == "letter":
                spoken.setdefault(place, {})[leg.protocol] = None
        return {
            place: ", ".join(word for protocol, word in SPOKEN.items() if protocol in its)
            for place, its in spoken.items()
        }

    # The letter's progress --------------------------------------------------------------------------------------------

    def _passed(self) -> Series[dict[Stage, Passed]]:
        series: Series[dict[Stage, Passed]] = Series({})
        leg: Leg | None = None
        for step in self.journey.steps:
            now = series.last
            was = now.get(step.leg.stage)
            one = was
            if step.leg is not leg or one is None:
                leg = step.leg
                one = (one or Passed(0))._replace(place=self._named_at(leg))
            for effect in step.effects:
                # An entry in a queue is a success only for who hands a letter over.
                if isinstance(effect, Composed | Stored) or (isinstance(effect, Queued) and step.kind is Kind.REPLY):
                    one = one._replace(done=True)
                elif isinstance(effect, Kept | Bounced | Dropped):
                    one = one._replace(failed=True)
            if one != was:
                series.add(step.n, {**now, leg.stage: one})
        return series

    def _named_at(self, leg: Leg) -> int:
        """Where the map names the stage of a leg: where it usually is, unless the leg is further off than its ends."""
        usual, place = self.usual[leg.stage], self.spot(leg).place
        return usual if usual % 2 and abs(place - usual) == 1 else place
