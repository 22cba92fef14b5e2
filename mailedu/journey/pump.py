"""The pump of one conversation: carries octets between client and server machine, tells each thing said as a step.

It runs a script, with edits around it that neither script nor client knows of, and keeps time: what is said takes the
network's latency, and silence on both sides fires the nearest timeout, to which the clock jumps. So nothing hangs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, Protocol

from mailedu.agents.actions import Link
from mailedu.agents.effects import Effect
from mailedu.agents.errand import Leg
from mailedu.journey.edit import Plans, Then
from mailedu.journey.step import Step
from mailedu.machine import LISTEN, Answer, Content, Event, Heard, Kind, Machine, Say, Script, StandIn
from mailedu.network.clock import Clock
from mailedu.network.profile import Profile

#: Without their reply a script cannot go on: when such a line is dropped, it waits (RFC 5321 section 4.1.1.4).
_NEEDS_REPLY: Final = frozenset({"DATA", "END_OF_DATA"})
#: How long a script waits for the reply to a line that an edit dropped, seconds (RFC 5321 section 4.5.3.2).
_PATIENCE: Final = {"DATA": 120.0, "END_OF_DATA": 600.0}
_DEFAULT_PATIENCE: Final = 300.0

_HEARD: Final = Heard.REPLY
_ASSUMED: Final = Answer(Heard.ASSUMED)
_SILENT: Final = Answer(Heard.SILENT)
_CLOSED: Final = Answer(Heard.CLOSED)


# Bound here, for to look up a member in its enum costs more than the comparison; so does a NamedTuple's own `__new__`.
_COMMAND, _REPLY, _LINK = Kind.COMMAND, Kind.REPLY, Kind.LINK
_new = tuple.__new__


@lru_cache(maxsize=4096)
def place_of(leg: str, verb: str, count: int) -> str:
    """Leg, verb, occurrence. Journeys are played again and again with the same places."""
    return f"{leg}/{verb}.{count}"


class Talking(Protocol):
    """A client machine, as far as the pump uses it: `smtp.Client` and `pop3.Client`."""

    @property
    def closed(self) -> bool: ...

    @property
    def timeout(self) -> float | None: ...

    def follow(self, data: bytes) -> list[Event]: ...

    def send_octets(self, chunks: tuple[bytes, ...]) -> list[Event]: ...

    def receive(self, data: bytes) -> list[Event]: ...

    def to_send(self) -> list[bytes]: ...

    def eof(self) -> list[Event]: ...

    def timed_out(self) -> list[Event]: ...


class _Said:
    """A stretch of the client's octets: from which place it came, and when it was said."""

    __slots__ = ("chunks", "edited", "end", "event", "heard", "place", "time")

    def __init__(self, place: str, edited: bool, time: float, end: int, chunks: list[bytes]) -> None:
        self.place = place
        self.edited = edited
        self.time = time
        self.end = end
        """How many octets the client had said when this was said."""
        self.chunks = chunks
        self.event = -1
        """Index of the command that it turned out to be among the client's events; -1: content, or not known yet."""
        self.heard = False
        """Something in it was told of; what follows in the same stretch needs another place."""


class Conversation:
    """One connection while it lasts."""

    def __init__(
        self,
        leg: Leg,
        clock: Clock,
        profile: Profile,
        plans: Plans,
        steps: list[Step],
        serve: Callable[[Callable[[str], StandIn | None] | None], Machine],
        client: Talking,
        effects: list[Effect],
    ) -> None:
        """`serve` makes the server, given what to ask for edited replies; `effects`: where its policy puts its deeds.

        Steps are appended to `steps`. The connection stands already; the server's greeting is the first thing said.
        """
        self._leg = leg
        self._name = leg.name
        self._clock = clock
        self._profile = profile
        self._delays = profile.delays
        self._latency = profile.latency
        self._plans = plans
        self._steps = steps
        self._effects = effects
        self._client = client
        self._counts: dict[str, int] = {}
        self._stretches: deque[_Said] = deque()
        self._octets = 0
        """How many octets the client has said, and of how many its events have told."""
        self._told = 0
        self._told_steps: dict[int, Step] = {}
        """Index of a command among the client's events -> its step."""
        self._events = 0
        self._answers: dict[int, Answer] = {}
        self._unasked: Answer | None = None
        self._asking = place_of(leg.name, "GREETING", 1)
        """The place whose reply the server is about to give."""
        self._stood_in: bool | None = None
        """Whether a learner's edit gave the reply; None: no edit did."""
        self._replied = False
        self._goes_on = False
        """The client has spoken and goes on without waiting."""
        self._link(Link.CONNECT)
        self._clock.now += profile.opening
        self._server = serve(self._stand_in if plans else None)
        self._clock.now += self._delay(self._asking + "!")
        self._hear(self._server.to_send())

    def run(self, script: Script) -> Any:
        """Let `script` speak until it is through; returns its outcome."""
        try:
            wish = next(script)
            while True:
                if isinstance(wish, Say):
                    answer: Any = self._listen() if wish is LISTEN else self._say_one(wish)
                elif isinstance(wish, list):
                    answer = self._say_together(wish)
                else:
                    self._say_content(wish)
                    answer = _ASSUMED
                wish = script.send(answer)
        except StopIteration as end:
            self._tell(self._client.eof())
            self._server.eof()
            self._clock.now += self._delay(place_of(self._name, "LINK", self._counts["LINK"] + 1))
            self._link(Link.CLOSE)
            return end.value

    # What a script wishes ---------------------------------------------------------------------------------------------

    def _listen(self) -> Answer:
        """Wait for what the server says by itself."""
        if self._unasked is None:
            self._silence(_DEFAULT_PATIENCE)
        return self._take_unasked()

    def _take_unasked(self) -> Answer:
        heard, self._unasked = self._unasked, None
        return heard or (_CLOSED if self._server.closed else _SILENT)

    def _place(self, verb: str) -> str:
        count = self._counts.get(verb, 0) + 1
        self._counts[verb] = count
        return place_of(self._name, verb, count)

    def _say_one(self, wish: Say) -> Answer:
        place = self._place(wish.verb)
        if self._over():
            return _CLOSED
        if not self._plans and not self._stretches:
            return self._say_plain(place, wish.line + b"\r\n")
        lines, falls_silent = self._lines(place, wish.line)
        if not lines and not falls_silent:
            return self._without(wish.verb, place) if wish.verb in _NEEDS_REPLY else _ASSUMED
        answer, unanswered = _CLOSED, None
        for at, line, edited in lines:
            if self._client.closed:
                break
            self._pause(at)
            said = self._say(at, edited, (line + b"\r\n",))
            self._carry(said)
            if said.event < 0 and self._client.timeout is None:
                # A line of content: there is no reply to wait for.
                unanswered = unanswered or said
                continue
            answer = self._answer_to(said)
        if falls_silent:
            return self._fall_silent()
        return answer if unanswered is None or answer is not _CLOSED else self._answer_to(unanswered)

    def _say_plain(self, place: str, octets: bytes) -> Answer:
        """Say a line that no edit touches: the short way, which nearly all lines take."""
        self._pause(place)
        server, clock = self._server, self._clock
        events = self._client.follow(octets)
        self._octets += len(octets)
        if len(events) != 1 or events[0][0] is not _COMMAND:
            said = _Said(place, False, clock.now, self._octets, [octets])
            self._stretches.append(said)
            self._tell(events)
            self._carry(said)
            return self._answer_to(said)
        self._told = self._octets
        _, verb, told, before, after, _, foreseen, _ = events[0]
        index = self._events
        self._events = index + 1
        steps = self._steps
        step = _new(
            Step,
            (len(steps) + 1, place, clock.now, self._leg, _COMMAND, verb, told, before, after, -1, (), False, foreseen),
        )
        steps.append(step)
        self._told_steps[index] = step
        self._asking = place
        server.receive(octets)
        reply = server.to_send()
        if reply:
            clock.now += self._delays.get(place + "!", self._latency)
            self._hear(reply)
            answer = self._answers.get(index)
            if answer is not None:
                return answer
        if self._over():
            return _CLOSED
        self._silence(None)
        return self._answers.get(index) or self._take_unasked()

    def _say_together(self, wishes: list[Say]) -> list[Answer]:
        """Say a pipelined group: all lines first, then hear the replies (RFC 2920). Edits have their places in it."""
        answers: list[Answer] = [_CLOSED] * len(wishes)
        said: list[tuple[int, list[_Said]]] = []
        group: list[_Said] = []
        dropped = ""
        falls_silent = False
        for number, wish in enumerate(wishes):
            place = self._place(wish.verb)
            if falls_silent or self._client.closed:
                continue
            lines = [(place, wish.line, False)]
            if self._plans:
                lines, falls_silent = self._lines(place, wish.line)
            if not lines and not falls_silent:
                answers[number] = _ASSUMED
                dropped = place if wish.verb in _NEEDS_REPLY else dropped
            before = len(group)
            for at, line, edited in lines:
                self._pause(at)
                self._goes_on = True
                group.append(self._say(at, edited, (line + b"\r\n",)))
            if lines:
                said.append((number, group[before:]))
        self._goes_on = self._replied = False
        for one in group:
            self._carry(one, together=True)
        for number, ones in said:
            # The last that is a command; behind a DATA that was said early there may be content.
            answers[number] = self._answer_to(next((one for one in reversed(ones) if one.event >= 0), ones[-1]))
        if falls_silent:
            answers[-1] = self._fall_silent()
        elif dropped:
            answers[-1] = self._without(wishes[-1].verb, dropped)
        return answers

    def _say_content(self, content: Content) -> None:
        place = self._place("CONTENT")
        if self._client.closed:
            return
        self._pause(place)
        plan = self._plans.at(place) if self._plans else None
        stretches: list[tuple[str, tuple[bytes, ...], bool]] = []
        kept = plan is None or plan.then is Then.KEEP
        for number, line in enumerate(plan.say if plan is not None else (), start=int(kept)):
            stretches.append(
                (f"{place}+{number}" if number else place, (line + b"\r\n",), plan is not None and plan.own)
            )
        if kept:
            stretches.append((place, content.stuffed, False))
        for at, chunks, edited in stretches:
            self._carry(self._say(at, edited, chunks))
        self._goes_on = True
        if content.size > self._profile.mss:
            self._clock.now += self._profile.transfer(content.size)
        if plan is not None and plan.then is Then.WAIT:
            self._fall_silent()

    def _lines(self, place: str, line: bytes) -> tuple[list[tuple[str, bytes, bool]], bool]:
        """What is said at a place, each line with a place of its own, and whether the client falls silent then."""
        plan = self._plans.at(place)
        if plan is None:
            return [(place, line, False)], False
        kept = plan.then is Then.KEEP
        out: list[tuple[str, bytes, bool]] = []
        for number, say in enumerate(plan.say, start=int(kept)):
            if not number:
                out.append((place, say, plan.own))
                continue
            at = f"{place}+{number}"
            if self._plans.at(at) is None:
                out.append((at, say, plan.own))
                continue
            inner, falls_silent = self._lines(at, say)
            out.extend(inner)
            if falls_silent:
                return out, True
        if kept:
            out.append((place, line, False))
        return out, plan.then is Then.WAIT

    def _without(self, verb: str, place: str) -> Answer:
        """A line was dropped whose reply the script needs: wait until somebody loses patience."""
        self._asking = place
        self._silence(_PATIENCE[verb])
        return self._take_unasked()

    def _fall_silent(self) -> Answer:
        """The client says no more: time passes until one side hangs up."""
        self._silence(None)
        return self._take_unasked()

    def _answer_to(self, said: _Said) -> Answer:
        answer = self._answers.get(said.event)
        if answer is not None:
            return answer
        if self._over():
            return _CLOSED
        self._silence(None)
        return self._answers.get(said.event) or self._take_unasked()

    # Carrying octets and telling of them ------------------------------------------------------------------------------

    def _over(self) -> bool:
        """Whether nothing more can be said."""
        return self._client.closed or self._server.closed

    def _delay(self, place: str) -> float:
        return self._delays.get(place, self._latency)

    def _pause(self, place: str) -> None:
        """Let the time pass that comes before the client speaks: none if it only goes on."""
        delay = self._delays.get(place)
        if delay is None:
            delay = 0.0 if self._goes_on else self._latency
        self._goes_on = False
        self._clock.now += delay

    def _say(self, place: str, edited: bool, chunks: tuple[bytes, ...]) -> _Said:
        self._octets += len(chunks[0]) if len(chunks) == 1 else sum(map(len, chunks))
        said = _Said(place, edited, self._clock.now, self._octets, [])
        self._stretches.append(said)
        self._asking = place
        events = self._client.send_octets(chunks)
        said.chunks = self._client.to_send()
        self._tell(events)
        return said

    def _carry(self, said: _Said, *, together: bool = False) -> None:
        """Bring a stretch to the server and its reply back."""
        server = self._server
        if server.closed:
            return
        self._asking = said.place
        self._stood_in = None
        for chunk in said.chunks:
            server.receive(chunk)
        reply = server.to_send()
        if reply:
            place = said.place + "!"
            self._clock.now += self._delays.get(place, 0.0) if together and self._replied else self._delay(place)
            self._hear(reply)
        self._replied = bool(reply)

    def _hear(self, chunks: list[bytes]) -> None:
        """The client hears what the server has said."""
        receive = self._client.receive
        for chunk in chunks:
            if events := receive(chunk):
                self._tell(events)
        if len(chunks) > 2:
            self._clock.now += self._profile.transfer(sum(map(len, chunks)))

    def _stand_in(self, verb: str) -> StandIn | None:
        """What an edit wants the server to answer now."""
        plan = self._plans.at(self._asking + "!")
        if plan is None:
            return None
        self._stood_in = plan.own
        return StandIn(plan.say)

    def _tell(self, events: list[Event]) -> None:
        """Make a step of each event."""
        steps, leg = self._steps, self._leg
        for kind, verb, octets, before, after, answers, foreseen, reply in events:
            index = self._events
            self._events = index + 1
            n = len(steps) + 1
            if kind is _REPLY:
                asked = self._told_steps.get(answers)
                answer = _new(Answer, (_HEARD, reply.cls, reply))
                if asked is not None:
                    place = asked.place + "!"
                    self._answers[answers] = answer
                else:
                    place = self._asking + "!"
                    if steps and steps[-1].leg is leg and any(step.place == place for step in self._own_steps()):
                        place = self._place("CLOSING") + "!"
                    self._unasked = answer
                effects: tuple[Effect, ...] = ()
                if self._effects:
                    effects = tuple(self._effects)
                    self._effects.clear()
                asked_n = asked.n if asked is not None else -1
                edited = self._stood_in is True
                self._stood_in = None
                now = self._clock.now
                step = _new(
                    Step,
                    (n, place, now, leg, kind, verb, octets, before, after, asked_n, effects, edited, foreseen),
                )
            else:
                said = self._stretch(octets)
                # What was said behind an unanswered DATA or AUTH is understood, and told, after the reply to that.
                time = max(said.time, steps[-1].time)
                place = self._place("LINE") if said.heard else said.place
                said.heard = True
                step = _new(
                    Step,
                    (n, place, time, leg, kind, verb, octets, before, after, -1, (), said.edited, foreseen),
                )
                if kind is _COMMAND:
                    said.event = index
                    self._told_steps[index] = step
            steps.append(step)

    def _own_steps(self) -> Iterator[Step]:
        for step in reversed(self._steps):
            if step.leg is not self._leg:
                return
            yield step

    def _stretch(self, octets: tuple[bytes, ...]) -> _Said:
        """The stretch in which the next thing told of begins."""
        stretches = self._stretches
        while stretches[0].end <= self._told:
            stretches.popleft()
        self._told += len(octets[0]) if len(octets) == 1 else sum(map(len, octets))
        first = stretches[0]
        while stretches and stretches[0].end <= self._told:
            stretches.popleft()
        return first

    # Time -------------------------------------------------------------------------------------------------------------

    def _silence(self, patience: float | None) -> None:
        """Nobody speaks: the nearest timeout fires; the clock jumps there. `patience`: the script's own, in seconds."""
        server, client = self._server, self._client
        if self._over():
            return
        self._unasked = None
        waits = client.timeout
        waits = patience if waits is None else waits
        allows = server.timeout
        if allows is not None and (waits is None or allows <= waits):
            self._clock.now += allows
            server.timed_out()
            self._stood_in = None
            self._hear(server.to_send())
            if not client.closed and server.closed:
                self._tell(client.eof())
        else:
            self._tell(client.timed_out())
            self._clock.now += waits if waits is not None else 0.0
            self._link(Link.TIMEOUT)

    def _link(self, verb: Link) -> None:
        effects = tuple(self._effects)
        self._effects.clear()
        n, place, now = len(self._steps) + 1, self._place("LINK"), self._clock.now
        told = (n, place, now, self._leg, _LINK, verb, (), "", "", -1, effects, False, True)
        self._steps.append(_new(Step, told))
