"""A journey is a pure function of a scenario, edits and a seed: `play` runs the agents and returns all that happened.

Agents wait in an agenda by due time; one runs until it sleeps or ends, so legs never overlap and time never falls.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from mailedu import pop3, smtp
from mailedu.agents import draw, fetch, transfer_agent, user_agent
from mailedu.agents.actions import Action, Link
from mailedu.agents.effects import Delivered, Effect, Letter, Stored
from mailedu.agents.errand import Agent, Do, Leg, Lookup, NoConnection, Sleep, Stage, Start, Talk
from mailedu.agents.policy import Accepted, MailboxPolicy, MailPolicy
from mailedu.agents.world import SUBMISSION, World
from mailedu.dns import message as dns
from mailedu.dns.zone import Rcode, Result
from mailedu.journey.edit import Edit, Plans
from mailedu.journey.edited import EditedConversation, Following
from mailedu.journey.journey import Journey
from mailedu.journey.pump import Conversation, Serve, place_of
from mailedu.journey.scenario import Scenario, load
from mailedu.journey.step import Step
from mailedu.machine import Kind, Script
from mailedu.network.clock import Clock
from mailedu.smtp.scripts import Fate, Outcome

#: A reader looks for mail so long after it came (seconds).
READER_WAITS: Final = 60.0
#: What a learner may write another way (`Scenario.task`).
_WRITTEN: Final = frozenset((Action.FIELD, Action.BODY))

# Bound here, for to look up a member in its enum costs more than the comparison; so does a NamedTuple's own `__new__`.
_ACTION = Kind.ACTION
_new = tuple.__new__


def play(scenario: Scenario | str = "alice-to-bob", edits: Sequence[Edit] = (), seed: int = 0) -> Journey:
    """Play a scenario to its end. Equal input, equal journey.

    `edits` are the learner's, on top of the scenario's own. Raises `scenario.ScenarioError` for a name that is none.
    """
    if isinstance(scenario, str):
        scenario = load(scenario)
    return Engine(scenario, tuple(edits), seed).run()


class Engine:
    """One playing of a scenario. `typed.py` begins it another way."""

    def __init__(self, scenario: Scenario, edits: tuple[Edit, ...], seed: int) -> None:
        self._scenario = scenario
        self._edits = edits
        self._seed = seed
        self._plans = Plans(scenario.edits, edits)
        self._has_plans = bool(self._plans)
        self._clock = Clock(scenario.start)
        self._world = World(scenario.geography, self._clock, seed)
        self._steps: list[Step] = []
        self._agenda: list[tuple[float, int, Agent]] = []
        self._started = 0
        self._counts: dict[tuple[str, str], int] = {}
        self._fetches: dict[str, float] = {}
        """Mailbox -> when its reader looks next."""
        self._reader = scenario.reader
        self._stages = scenario.stages

    def run(self) -> Journey:
        task = self._scenario.task(self._seed, self._plans)
        if Stage.COMPOSE in self._stages:
            self._push(user_agent.compose(self._world, task), 0.0)
        sender = self._world.users.get(task.user)
        at_home = sender is not None and user_agent.is_at_home(sender)
        if (Stage.DELIVER if at_home else Stage.SUBMIT) in self._stages:
            self._push(user_agent.submit(self._world, task), 0.0)
        self._run_agenda()
        if Stage.ACCESS in self._stages and not self._fetches:
            reader = self._reader or self._scenario.first_reader
            if reader:
                waits = READER_WAITS if self._steps else 0.0
                self._push(fetch.fetch(self._world, reader), self._clock.now + waits)
                self._run_agenda()
        unused = tuple(edit for edit in self._edits if edit.place not in self._plans.reached)
        return Journey(self._scenario, self._edits, self._seed, tuple(self._steps), unused)

    def _push(self, agent: Agent, due: float) -> None:
        self._started += 1
        heapq.heappush(self._agenda, (due, self._started, agent))

    def _run_agenda(self) -> None:
        agenda, clock = self._agenda, self._clock
        while agenda:
            due, _, agent = heapq.heappop(agenda)
            if due > clock.now:
                clock.now = due
            answer: Any = None
            try:
                while True:
                    errand = agent.send(answer)
                    handler = _HANDLERS.get(type(errand))
                    if handler is None:
                        self._push(agent, errand.until if isinstance(errand, Sleep) else clock.now)
                        break
                    answer = handler(self, errand)
            except StopIteration:
                continue

    # Errands ----------------------------------------------------------------------------------------------------------

    def _place(self, leg: str, verb: str) -> str:
        count = self._counts.get((leg, verb), 0) + 1
        self._counts[leg, verb] = count
        return place_of(leg, verb, count)

    def _tell(
        self,
        leg: Leg,
        place: str,
        kind: Kind,
        verb: str,
        octets: tuple[bytes, ...] = (),
        effects: tuple[Effect, ...] = (),
        *,
        answers: int = -1,
        edited: bool = False,
    ) -> int:
        """Make a step of what happens now outside of conversations; returns its number."""
        n = len(self._steps) + 1
        told = (n, place, self._clock.now, leg, kind, verb, octets, "", "", answers, effects, edited, True)
        self._steps.append(_new(Step, told))
        return n

    def _start(self, errand: Start) -> None:
        self._push(errand.agent, max(errand.at, self._clock.now))

    def _do(self, errand: Do) -> None:
        leg, action, octets, effects = errand
        place = self._place(leg.name, action)
        edited = self._has_plans and action in _WRITTEN and self._is_rewritten(leg, place)
        self._tell(leg, place, _ACTION, action, octets, effects, edited=edited)
        for effect in effects:
            if isinstance(effect, Stored):
                self._letter_came(effect)

    def _is_rewritten(self, leg: Leg, place: str) -> bool:
        """Whether the learner wrote this field or text of the letter."""
        plan = self._plans.at(place) if leg.stage is Stage.COMPOSE and self._scenario.message is None else None
        return plan is not None and plan.own

    def _letter_came(self, effect: Stored) -> None:
        """A reader looks for mail a minute after it came: the journey's reader, and who gets a report of failure."""
        if Stage.ACCESS not in self._stages:
            return
        mailbox, letter = effect.mailbox, effect.letter
        if mailbox not in self._world.users:
            return
        if letter.parent:
            wanted = mailbox == self._scenario.sender or mailbox == self._reader
        else:
            if not self._reader:
                self._reader = mailbox
            wanted = mailbox == self._reader
        due = self._clock.now + READER_WAITS
        if wanted and self._fetches.get(mailbox, -1.0) < self._clock.now:
            self._fetches[mailbox] = due
            self._push(fetch.fetch(self._world, mailbox, letter.id), due)

    def _lookup(self, errand: Lookup) -> Result:
        leg, name, kind = errand
        clock = self._clock
        result = self._scenario.geography.zones.lookup(name, kind)
        place = self._place(leg.name, "QUERY")
        answer_place = self._place(leg.name, "ANSWER")
        ident = draw.number(self._seed, place, "id") & 0xFFFF
        clock.now += self._scenario.profile.delay(place)
        question = dns.query(name, kind, ident)
        asked = self._tell(leg, place, Kind.QUERY, kind, (question,))
        plan = self._plans.at(answer_place) if self._has_plans else None
        edited = False
        if plan is not None:
            rcode = plan.say[0].decode("ascii", "replace").upper() if plan.say else ""
            if not rcode:
                clock.now += DNS_PATIENCE
                return Result(Rcode.SERVFAIL)
            edited = plan.own and rcode in Rcode.__members__
            if rcode in Rcode.__members__:
                result = Result(Rcode[rcode])
        clock.now += self._scenario.profile.delay(answer_place)
        answer = (dns.answer(question, result),)
        self._tell(leg, answer_place, Kind.ANSWER, kind, answer, answers=asked, edited=edited)
        return result

    def _talk(self, errand: Talk) -> Any:
        leg, script, port, letter = errand
        world, clock, profile = self._world, self._clock, self._scenario.profile
        host = world.hosts.get(leg.peer)
        client_host = world.hosts[leg.actor]
        up = host is not None and host.is_up(clock.now)
        if host is None or not up or port not in host.ports:
            script.close()
            verb = Link.REFUSED if up else Link.UNREACHABLE
            self._tell(leg, self._place(leg.name, "LINK"), Kind.LINK, verb)
            clock.now += profile.opening if up else profile.connect_timeout
            return NoConnection(up)
        if leg.protocol == "pop3":
            mailboxes = MailboxPolicy(world, host, client_host)
            return self._converse(
                leg,
                script,
                mailboxes.effects,
                pop3.Client,
                lambda stand_in: pop3.Server(host.name, mailboxes, texts=host.texts, stand_in=stand_in),
            )
        policy = MailPolicy(world, host, client_host, leg.name, letter)
        submission = port == SUBMISSION
        offers = host.offers if submission else _without_login(host.offers)
        outcome: Outcome = self._converse(
            leg,
            script,
            policy.effects,
            smtp.Client,
            lambda stand_in: smtp.Server(
                host.name, policy, texts=host.texts, offers=offers, wants_login=submission, stand_in=stand_in
            ),
        )
        if self._has_plans:
            outcome = _as_taken(outcome, policy.accepted)
        if letter is not None and leg.stage is Stage.DELIVER:
            self._hand_over(leg, letter, outcome)
        if Stage.DELIVER in self._stages:
            for accepted in policy.accepted:
                self._push(transfer_agent.take_charge(world, accepted), clock.now)
        return outcome

    def _converse(
        self, leg: Leg, script: Script, effects: list[Effect], client: Callable[[], Following], serve: Serve
    ) -> Any:
        """Let a client say its script to a server, with the edits that concern this leg."""
        about = leg, self._clock, self._scenario.profile, self._steps, serve, effects
        if self._has_plans and self._plans.concern(leg.name):
            return EditedConversation(*about, client(), self._plans).run(script)
        return Conversation(*about).run(script)

    def _hand_over(self, leg: Leg, letter: Letter, outcome: Outcome) -> None:
        """Note at the reply to the dot for whom it was: there a client is rid of them."""
        gone = tuple(result.recipient for result in outcome.results if result.fate is Fate.ACCEPTED)
        if not gone:
            return
        steps = self._steps
        at = last = len(steps) - 1
        while steps[at].verb != "END_OF_DATA" or steps[at].kind is not Kind.REPLY:
            at -= 1
            if steps[at].leg is not leg:
                at = last
                break
        step = steps[at]
        effects = (*step.effects, Delivered(leg.actor, letter.id, gone, leg.peer))
        steps[at] = _new(Step, (*step[:10], effects, *step[11:]))


_HANDLERS: Final[dict[type, Callable[[Engine, Any], Any]]] = {
    Do: Engine._do,
    Talk: Engine._talk,
    Lookup: Engine._lookup,
    Start: Engine._start,
}


def _as_taken(outcome: Outcome, accepted: Sequence[Accepted]) -> Outcome:
    """The outcome as it is after edits: a recipient for whom no server took the letter stays with who had it."""
    taken = {recipient for one in accepted for recipient in one.letter.envelope.recipients}
    results = tuple(
        result._replace(fate=Fate.REFUSED) if result.fate is Fate.ACCEPTED and result.recipient not in taken else result
        for result in outcome.results
    )
    return outcome._replace(results=results)


@lru_cache(maxsize=64)
def _without_login(offers: tuple[str, ...]) -> tuple[str, ...]:
    """Between servers nobody logs in."""
    return tuple(line for line in offers if not line.startswith("AUTH "))


#: Seconds after which a question that nobody answers is given up (RFC 1035 section 7.2 leaves it to the resolver).
DNS_PATIENCE: Final = 5.0
