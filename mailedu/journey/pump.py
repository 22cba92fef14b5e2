"""The pump of one conversation: carries a script's octets to a server machine, tells each thing said as a step.

Where no edit touches a conversation, what the server tells is enough: client and server understand the same of all
that is said (the tests hold them to it, and whoever listens to the packets). So the client is only its script here.
`edited.py` has a client machine as well; what an edit makes of a conversation, only a client may understand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias

from mailedu.agents.actions import Link
from mailedu.agents.effects import Effect
from mailedu.agents.errand import Leg
from mailedu.journey.step import Step
from mailedu.machine import LISTEN, Answer, Content, Event, Heard, Kind, Machine, Say, Script, StandIn
from mailedu.network.clock import Clock
from mailedu.network.profile import Profile

_HEARD: Final = Heard.REPLY
ASSUMED: Final = Answer(Heard.ASSUMED)
SILENT: Final = Answer(Heard.SILENT)
CLOSED: Final = Answer(Heard.CLOSED)

# Bound here, for to look up a member in its enum costs more than the comparison; so does a NamedTuple's own `__new__`.
_COMMAND, _DATA, _LINK = Kind.COMMAND, Kind.DATA, Kind.LINK
_new = tuple.__new__

#: Makes the server of a conversation, given what it is to ask for edited replies.
Serve: TypeAlias = "Callable[[Callable[[str], StandIn | None] | None], Machine]"


@lru_cache(maxsize=4096)
def place_of(leg: str, verb: str, count: int) -> str:
    """Leg, verb, occurrence. Journeys are played again and again, with the same places."""
    return f"{leg}/{verb}.{count}"


class Conversation:
    """One connection while it lasts."""

    def __init__(
        self, leg: Leg, clock: Clock, profile: Profile, steps: list[Step], serve: Serve, effects: list[Effect]
    ) -> None:
        """Steps are appended to `steps`. `effects`: where the server's policy puts what it did.

        The connection stands already; the server's greeting is the first thing said.
        """
        self._leg = leg
        self._clock = clock
        self._profile = profile
        self._delays = profile.delays
        self._latency = profile.latency
        self._steps = steps
        self._effects = effects
        self._counts: dict[str, int] = {}
        self._goes_on = False
        """The client has spoken and goes on without waiting."""
        self._link(Link.CONNECT)
        clock.now += profile.opening
        self._server = self._serve(serve)
        self._greet()

    def run(self, script: Script) -> Any:
        """Let `script` speak until it is through; returns its outcome."""
        try:
            wish = next(script)
            while True:
                if isinstance(wish, Say):
                    answer: Any = self._listen() if wish is LISTEN else self._say(wish)
                elif isinstance(wish, list):
                    answer = self._say_together(wish)
                else:
                    self._say_content(wish)
                    answer = ASSUMED
                wish = script.send(answer)
        except StopIteration as end:
            self._hang_up()
            place = place_of(self._leg.name, "LINK", self._counts["LINK"] + 1)
            self._clock.now += self._delays.get(place, self._latency)
            self._link(Link.CLOSE)
            return end.value

    # What a script wishes ---------------------------------------------------------------------------------------------

    def _serve(self, serve: Serve) -> Machine:
        return serve(None)

    def _greet(self) -> None:
        place = place_of(self._leg.name, "GREETING", 1) + "!"
        self._clock.now += self._delays.get(place, self._latency)
        (greeting,) = self._server.receive(b"")
        self._greeting = self._tell_reply(greeting, place, -1)

    def _listen(self) -> Answer:
        """Hear what the server says by itself."""
        return self._greeting

    def _say(self, wish: Say) -> Answer:
        """Say a line and hear the reply. The policies of a simulated world answer at once."""
        verb, line = wish
        place = self._place(verb)
        if self._server.closed:
            return CLOSED
        clock, delays, latency = self._clock, self._delays, self._latency
        clock.now += delays.get(place, 0.0 if self._goes_on else latency)
        self._goes_on = False
        octets = line + b"\r\n"
        command, reply = self._server.receive(octets)[-2:]  # with a dot comes the content, of which has been told
        self._tell_said(command, place, clock.now, (octets,))
        asked = len(self._steps)
        place += "!"
        clock.now += delays.get(place, latency)
        return self._tell_reply(reply, place, asked)

    def _say_together(self, wishes: list[Say]) -> list[Answer]:
        """Say a pipelined group: all lines first, then hear the replies (RFC 2920)."""
        server = self._server
        state = server.state._name_
        clock = self._clock
        group: list[tuple[int, str, bytes]] = []
        for verb, line in wishes:
            place = self._place(verb)
            if server.closed:
                continue
            self._pause(place)
            self._goes_on = True
            octets = line + b"\r\n"
            # What the lines before have led to, the client does not know yet.
            self._tell_said(Event(_COMMAND, verb, (), state, state, -1, True), place, clock.now, (octets,))
            group.append((len(self._steps), place + "!", octets))
        self._goes_on = False
        answers = [CLOSED] * len(wishes)
        delay = self._latency
        for number, (asked, place, octets) in enumerate(group):
            if not server.closed:
                clock.now += self._delays.get(place, delay)
                delay = 0.0
                answers[number] = self._tell_reply(server.receive(octets)[-1], place, asked)
        return answers

    def _say_content(self, content: Content) -> None:
        place = self._place("CONTENT")
        server = self._server
        if server.closed:
            return
        self._pause(place)
        for chunk in content.stuffed:
            server.receive(chunk)
        if content.size:
            state = server.state._name_
            event = Event(_DATA, "CONTENT", content.stuffed, state, state, -1, True)
            self._tell_said(event, place, self._clock.now, event.octets)
        self._goes_on = True
        if content.size > self._profile.mss:
            self._clock.now += self._profile.transfer(content.size)

    def _hang_up(self) -> None:
        self._server.eof()

    # Telling ----------------------------------------------------------------------------------------------------------

    def _place(self, verb: str) -> str:
        count = self._counts.get(verb, 0) + 1
        self._counts[verb] = count
        return place_of(self._leg.name, verb, count)

    def _pause(self, place: str) -> None:
        """Let the time pass that comes before the client speaks: none if it only goes on."""
        self._clock.now += self._delays.get(place, 0.0 if self._goes_on else self._latency)
        self._goes_on = False

    def _tell_said(
        self, event: Event, place: str, time: float, octets: tuple[bytes, ...], edited: bool = False
    ) -> None:
        """Make a step of what the client said: a command, or content."""
        kind, verb, _, before, after, _, foreseen, _ = event
        steps = self._steps
        told = (len(steps) + 1, place, time, self._leg, kind, verb, octets, before, after, -1, (), edited, foreseen)
        steps.append(_new(Step, told))

    def _tell_reply(self, event: Event, place: str, asked: int, edited: bool = False) -> Answer:
        """Make a step of a reply to step `asked`."""
        kind, verb, octets, before, after, _, foreseen, reply = event
        effects: tuple[Effect, ...] = ()
        if self._effects:
            effects = tuple(self._effects)
            self._effects.clear()
        n, now = len(self._steps) + 1, self._clock.now
        told = (n, place, now, self._leg, kind, verb, octets, before, after, asked, effects, edited, foreseen)
        self._steps.append(_new(Step, told))
        if len(octets) > 2:
            self._clock.now += self._profile.transfer(sum(map(len, octets)))
        return _new(Answer, (_HEARD, reply.cls, reply))

    def _link(self, verb: Link) -> None:
        effects = tuple(self._effects)
        self._effects.clear()
        n, place, now = len(self._steps) + 1, self._place("LINK"), self._clock.now
        told = (n, place, now, self._leg, _LINK, verb, (), "", "", -1, effects, False, True)
        self._steps.append(_new(Step, told))
