"""A conversation with edits around its script, of which neither script nor client machine knows.

The client machine follows what is said, edited or not, and tells it. Silence on both sides fires the nearest timeout,
to which the clock jumps: so nothing hangs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final, Protocol

from mailedu.agents.actions import Link
from mailedu.agents.effects import Effect
from mailedu.agents.errand import Leg
from mailedu.journey.edit import Plans, Then
from mailedu.journey.pump import ASSUMED, CLOSED, SILENT, Conversation, Serve, place_of
from mailedu.journey.step import Step
from mailedu.machine import Answer, Content, Event, Kind, Machine, Say, StandIn
from mailedu.network.clock import Clock
from mailedu.network.profile import Profile

#: Without their reply a script cannot go on: when such a line is dropped, it waits (RFC 5321 section 4.1.1.4).
_NEEDS_REPLY: Final = frozenset({"DATA", "END_OF_DATA"})
#: How long a script waits for the reply to a line that an edit dropped, seconds (RFC 5321 section 4.5.3.2).
_PATIENCE: Final = {"DATA": 120.0, "END_OF_DATA": 600.0}
_DEFAULT_PATIENCE: Final = 300.0

_COMMAND, _REPLY = Kind.COMMAND, Kind.REPLY


class Following(Protocol):
    """A client machine, as far as it is used here: `smtp.Client` and `pop3.Client`."""

    @property
    def closed(self) -> bool: ...

    @property
    def timeout(self) -> float | None: ...

    def follow(self, data: bytes) -> list[Event]: ...

    def receive(self, data: bytes) -> list[Event]: ...

    def eof(self) -> list[Event]: ...

    def timed_out(self) -> list[Event]: ...


class _Said:
    """A stretch of the client's octets: from which place it came, and when it was said."""

    __slots__ = ("chunks", "edited", "end", "event", "heard", "place", "time")

    def __init__(self, place: str, edited: bool, time: float, end: int, chunks: tuple[bytes, ...]) -> None:
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


class EditedConversation(Conversation):
    """One connection while it lasts, with what edits make of it."""

    def __init__(
        self,
        leg: Leg,
        clock: Clock,
        profile: Profile,
        steps: list[Step],
        serve: Serve,
        effects: list[Effect],
        client: Following,
        plans: Plans,
    ) -> None:
        self._client = client
        self._plans = plans
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
        super().__init__(leg, clock, profile, steps, serve, effects)

    def _serve(self, serve: Serve) -> Machine:
        return serve(self._stand_in)

    def _greet(self) -> None:
        self._clock.now += self._delay(self._asking + "!")
        self._hear(self._server.to_send())

    def _hang_up(self) -> None:
        self._tell(self._client.eof())
        self._server.eof()

    # What a script wishes ---------------------------------------------------------------------------------------------

    def _listen(self) -> Answer:
        """Wait for what the server says by itself."""
        if self._unasked is None:
            self._silence(_DEFAULT_PATIENCE)
        return self._take_unasked()

    def _take_unasked(self) -> Answer:
        heard, self._unasked = self._unasked, None
        return heard or (CLOSED if self._server.closed else SILENT)

    def _say(self, wish: Say) -> Answer:
        place = self._place(wish.verb)
        if self._over():
            return CLOSED
        lines, falls_silent = self._lines(place, wish.line)
        if not lines and not falls_silent:
            return self._without(wish.verb, place) if wish.verb in _NEEDS_REPLY else ASSUMED
        answer, unanswered = CLOSED, None
        for at, line, edited in lines:
            if self._client.closed:
                break
            self._pause(at)
            said = self._speak(at, edited, (line + b"\r\n",))
            self._carry(said)
            if said.event < 0 and self._client.timeout is None:
                # A line of content: there is no reply to wait for.
                unanswered = unanswered or said
                continue
            answer = self._answer_to(said)
        if falls_silent:
            return self._fall_silent()
        return answer if unanswered is None or answer is not CLOSED else self._answer_to(unanswered)

    def _say_together(self, wishes: list[Say]) -> list[Answer]:
        """Say a pipelined group: all lines first, then hear the replies (RFC 2920). Edits have their places in it."""
        answers: list[Answer] = [CLOSED] * len(wishes)
        said: list[tuple[int, list[_Said]]] = []
        group: list[_Said] = []
        dropped = ""
        falls_silent = False
        for number, wish in enumerate(wishes):
            place = self._place(wish.verb)
            if falls_silent or self._client.closed:
                continue
            lines, falls_silent = self._lines(place, wish.line)
            if not lines and not falls_silent:
                answers[number] = ASSUMED
                dropped = place if wish.verb in _NEEDS_REPLY else dropped
            before = len(group)
            for at, line, edited in lines:
                self._pause(at)
                self._goes_on = True
                group.append(self._speak(at, edited, (line + b"\r\n",)))
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
        plan = self._plans.at(place)
        stretches: list[tuple[str, tuple[bytes, ...], bool]] = []
        kept = plan is None or plan.then is Then.KEEP
        for number, line in enumerate(plan.say if plan is not None else (), start=int(kept)):
            stretches.append(
                (f"{place}+{number}" if number else place, (line + b"\r\n",), plan is not None and plan.own)
            )
        if kept:
            stretches.append((place, content.stuffed, False))
        for at, chunks, edited in stretches:
            self._carry(self._speak(at, edited, chunks))
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
        return self._answers.get(said.event) or self._wait_for(said.event)

    def _wait_for(self, command: int) -> Answer:
        """No reply has come to this one of the client's events: time passes until one comes, or something else does."""
        if self._over():
            return CLOSED
        self._silence(None)
        return self._answers.get(command) or self._take_unasked()

    # Carrying octets and telling of them ------------------------------------------------------------------------------

    def _over(self) -> bool:
        """Whether nothing more can be said."""
        return self._client.closed or self._server.closed

    def _delay(self, place: str) -> float:
        return self._delays.get(place, self._latency)

    def _speak(self, place: str, edited: bool, chunks: tuple[bytes, ...]) -> _Said:
        """The client says these octets; they are told of as far as it understands them already."""
        self._octets += sum(map(len, chunks))
        said = _Said(place, edited, self._clock.now, self._octets, chunks)
        self._stretches.append(said)
        self._asking = place
        for chunk in chunks:
            self._tell(self._client.follow(chunk))
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

    def _stand_in(self, verb: str) -> StandIn | None:
        """What an edit wants the server to answer now."""
        plan = self._plans.at(self._asking + "!")
        if plan is None:
            return None
        self._stood_in = plan.own
        return StandIn(plan.say)

    def _tell(self, events: list[Event]) -> None:
        """Make a step of each event."""
        for event in events:
            index = self._events
            self._events = index + 1
            if event.kind is _REPLY:
                self._tell_answer(event)
                continue
            said = self._stretch(event.octets)
            # What was said behind an unanswered DATA or AUTH is understood, and told, after the reply to that.
            time = max(said.time, self._steps[-1].time)
            place = self._place("LINE") if said.heard else said.place
            said.heard = True
            self._tell_said(event, place, time, event.octets, said.edited)
            if event.kind is _COMMAND:
                said.event = index
                self._told_steps[index] = self._steps[-1]

    def _tell_answer(self, event: Event) -> None:
        asked = self._told_steps.get(event.answers)
        edited = self._stood_in is True
        self._stood_in = None
        if asked is not None:
            self._answers[event.answers] = self._tell_reply(event, asked.place + "!", asked.n, edited)
            return
        place = self._asking + "!"
        if any(step.place == place for step in self._own_steps()):
            place = self._place("CLOSING") + "!"
        self._unasked = self._tell_reply(event, place, -1, edited)

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
