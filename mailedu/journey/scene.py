"""A moment of a journey, as each face shows it: TUI, notebook, page, text and quiz print a Scene and nothing below."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mailedu import pop3, smtp
from mailedu.agents.actions import Action
from mailedu.agents.effects import Letter
from mailedu.explain import Explanation, Key, explain
from mailedu.journey import order
from mailedu.journey.envelopes import EnvelopeSoFar
from mailedu.journey.gist import gist
from mailedu.journey.holders import BOUNCE, Holder
from mailedu.journey.step import Leg, Step
from mailedu.journey.worlds import WorldView
from mailedu.machine import Kind
from mailedu.network.segments import Packet
from mailedu.pop3 import states as pop3_states
from mailedu.smtp import states

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey


class Scene:
    """Step `n` of a journey with all that is known after it. Everything is made when looked at."""

    def __init__(self, journey: Journey, step: Step) -> None:
        self.journey = journey
        self.step = step
        self.n = step.n
        self.total = len(journey)

    @property
    def leg(self) -> Leg:
        return self.step.leg

    @property
    def actor(self) -> str:
        """The client, or who acts, as people call it."""
        return self.title_of(self.leg.actor)

    @property
    def peer(self) -> str:
        """The server, as people call it; empty where nobody is talked to."""
        return self.title_of(self.leg.peer)

    def title_of(self, host: str) -> str:
        """A host as people call it."""
        found = self.journey.scenario.geography.hosts.get(host)
        return (found.title or host) if found else host

    @cached_property
    def gist(self) -> str:
        """The step in one line."""
        return gist(self.step)

    @cached_property
    def ladder(self) -> tuple[Step, ...]:
        """The steps of this leg so far, this one last."""
        return self.journey.steps[self.journey.leg_starts[self.leg.name] - 1 : self.n]

    @property
    def holder(self) -> Holder:
        """Where the letter is."""
        return self.journey.holders.at(self.n)

    @property
    def envelope(self) -> EnvelopeSoFar:
        """What has been said of the envelope in this conversation."""
        return self.journey.envelopes.at(self.n)

    @property
    def world(self) -> WorldView:
        """Mailboxes, queues, fates."""
        return self.journey.world(self.n)

    @cached_property
    def packets(self) -> tuple[Packet, ...]:
        """The packets that this step sent."""
        return self.journey.capture.of_step(self.n)

    @cached_property
    def explanation(self) -> Explanation:
        """Title, what, why, RFC, today, erratum, digits and spans."""
        return explain(self.key)

    @cached_property
    def key(self) -> Key:
        """What the explanation goes by: octets and the table alone."""
        step = self.step
        prompt = b""
        if step.verb == "RESPONSE" and step.kind is Kind.COMMAND:
            prompt = self._prompt
        return Key(step.leg.protocol, step.kind, step.verb, step.before, step.head(), prompt)

    @property
    def _prompt(self) -> bytes:
        """The reply that this line of a login answers; empty if there is none."""
        steps = self.journey.steps
        for n in range(self.n - 2, self.journey.leg_starts[self.leg.name] - 2, -1):
            if steps[n].kind is Kind.REPLY:
                return steps[n].head(512)
        return b""

    @cached_property
    def may_come_next(self) -> tuple[str, ...]:
        """The verbs that would be taken in this state: its row less what a guard refuses. None where nobody talks."""
        if self.leg.protocol not in ("smtp", "submission", "pop3") or self.step.kind is Kind.ACTION:
            return ()
        if self.step.kind is Kind.LINK and self.step.verb != "CONNECT":
            return ()
        session = self._session
        if isinstance(session, pop3.Session):
            return tuple(pop3_states.may_come_next(session))
        return tuple(states.may_come_next(session))

    def refused_now(self, verb: str) -> str:
        """Why a command that the state has would be refused now: the name of the guard; empty if none objects."""
        return order.objection(self._session, verb)

    @property
    def who_is_next(self) -> str:
        """client, server or nobody: whose turn it is after this step."""
        step = self.step
        if step.kind is Kind.LINK:
            return "server" if step.verb == "CONNECT" else "nobody"
        if step.kind is Kind.DATA:
            return "client"
        if step.kind in (Kind.COMMAND, Kind.QUERY):
            return "client" if self._same_side_goes_on() else "server"
        if step.kind is Kind.REPLY and step.after != "CLOSED":
            return "server" if self._same_side_goes_on() else "client"
        return "nobody"

    def _same_side_goes_on(self) -> bool:
        """In a pipelined group all commands are said first, and then all replies (RFC 2920)."""
        following = self.journey.steps[self.n] if self.n < self.total else None
        return following is not None and following.leg is self.leg and following.kind is self.step.kind

    @cached_property
    def letter(self) -> Letter | None:
        """The letter that this step is about, as it stands now: fields that hops have added first."""
        series = self.journey.versions.get(self.leg.letter)
        return series.at(self.n) if series is not None else None

    @property
    def standing(self) -> tuple[bytes, ...]:
        """The octets of the letter, or of the report, as they stand: while it is written, what there is so far."""
        letter = self.letter
        if letter is not None and self.leg.protocol != BOUNCE:
            return letter.chunks
        if self.leg.protocol not in ("ua", BOUNCE):
            return ()
        own = (Action.FIELD, Action.BODY, Action.PART, Action.FILE, Action.BOUNCE)
        return tuple(chunk for step in self.ladder if step.verb in own for chunk in step.octets)

    @property
    def added(self) -> tuple[bytes, ...]:
        """The fields that hops have put on top of what stands, the last one first."""
        letter = self.letter
        return letter.added if letter is not None and self.leg.protocol != BOUNCE else ()

    @property
    def just_added(self) -> bytes:
        """The field that this step put on top of the letter, if it did."""
        return self.step.octets[0] if self.step.verb in (Action.RECEIVED, Action.RETURN_PATH) else b""

    @property
    def original(self) -> Step | None:
        """The step at the same place without the learner's edits; None if there is none."""
        return self.journey.original.by_place.get(self.step.place)

    @property
    def differs(self) -> bool:
        """True from the first step on that is not as in the original."""
        first = self.journey.first_difference
        return first is not None and self.n >= first

    def state_words(self, state: str) -> str:
        """What a state of this conversation means."""
        return order.words(self.leg.protocol, state)

    @property
    def states_so_far(self) -> tuple[str, ...]:
        """The states of this conversation in the order in which they were entered, the present one last."""
        return self.journey.listener(self.leg).states(self.n)

    @property
    def _session(self) -> smtp.Session | pop3.Session:
        """What a listener to this conversation knows."""
        return self.journey.listener(self.leg).session(self.n)
