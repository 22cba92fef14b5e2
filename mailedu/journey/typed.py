"""A session that somebody types against a server of a scenario, and what the world makes of it.

`play_typed` is a pure function of scenario, desk, lines and seed, as `engine.play` is of edits: the next line is one
line more, undo is one less. What the session handed over is delivered, returned or stored as always.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, cast

from mailedu import smtp
from mailedu.agents.actions import Link
from mailedu.agents.effects import Effect
from mailedu.agents.errand import Leg, Stage
from mailedu.agents.typist import WAIT, type_lines
from mailedu.agents.typist import Desk as Desk
from mailedu.agents.world import POP3, SMTP
from mailedu.framing import CRLF, END_OF_DATA
from mailedu.journey import order
from mailedu.journey.edit import MAX_LINE
from mailedu.journey.edited import EditedConversation, Following
from mailedu.journey.engine import Engine
from mailedu.journey.journey import Journey
from mailedu.journey.pump import Serve, place_of
from mailedu.journey.scenario import Scenario, ScenarioError
from mailedu.journey.step import Kind, Step
from mailedu.machine import Say, Script
from mailedu.pop3 import grammar as pop3_grammar
from mailedu.smtp import grammar as smtp_grammar
from mailedu.smtp.scripts import Outcome
from mailedu.smtp.states import State, Verb

TALKS: Final = ("pop3", "submission", "smtp")
#: Lines of one connection: who types more is waited for no longer, as if they had fallen silent. And lines in all.
MAX_LINES: Final = 2000
MAX_ALL: Final = 10_000
_LINE_ENDS: Final = re.compile(rb"\r\n|\r|\n")


class Now(NamedTuple):
    """Where a typed session stands after its last line."""

    state: str
    """Name of the state; empty where there is no connection."""
    words: str
    """What that state means."""
    may_come_next: tuple[str, ...]
    """Verbs that would be taken."""
    in_letter: bool
    """The next line is part of a letter, or the dot that ends it."""
    in_login: bool
    """The next line answers a question of a login dialogue, in base64."""
    closed: bool
    """Nobody is there to be talked to; `<connect>` calls again."""


class TypedJourney(Journey):
    """A journey whose first conversations somebody has typed."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        steps: tuple[Step, ...],
        desk: Desk,
        lines: tuple[bytes, ...],
        typed: frozenset[str],
        end: int,
    ) -> None:
        super().__init__(scenario, (), seed, steps, ())
        self.desk = desk
        self.lines = lines
        self._typed = typed
        self._end = end
        """Number of the first step of the hanging up that comes of itself behind the last line; 0: there is none."""

    @property
    def typed_legs(self) -> tuple[Leg, ...]:
        """The connections that were typed, in their order."""
        return tuple(leg for leg in self.legs if leg.name in self._typed)

    @property
    def typed_steps(self) -> tuple[Step, ...]:
        """Their steps, without the hanging up behind the last line: as if the session went on."""
        return tuple(s for s in self.steps if s.leg.name in self._typed and not 0 < self._end <= s.n)

    @property
    def now(self) -> Now:
        """Where the session stands, as if it went on."""
        if not self._end:
            return Now("", "", (), False, False, True)
        scene = self.scene(self.typed_steps[-1].n)
        state = scene.step.after
        protocol = self.desk.protocol
        is_mail = protocol != "pop3"
        words = order.words(protocol, state)
        return Now(
            state,
            words,
            tuple(map(str, scene.may_come_next)),
            is_mail and state == "DATA",
            is_mail and state == "AUTH",
            False,
        )


def typed_steps(journey: Journey) -> tuple[Step, ...]:
    """The steps that a person at the terminal has seen (`TypedJourney.typed_steps`); of other journeys none."""
    return journey.typed_steps if isinstance(journey, TypedJourney) else ()


def play_typed(
    scenario: Scenario, desk: Desk, lines: Sequence[bytes], seed: int = 0, *, reading: bool = False
) -> TypedJourney:
    """Type lines to the desk's server, hang up, and let the world go on until nothing is left to do.

    `lines`: without CRLF; in a letter as they are, dots doubled by who types. `<close>`, `<connect>` and `<wait 10m>`
    are deeds (`agents.typist`). `reading`: readers fetch what was delivered; else it stays in their mailboxes. Any
    octets will do: a line is cut at 65,536 of them, and after 2,000 lines a server waits no longer.
    """
    said = tuple(part[:MAX_LINE] for line in lines for part in _LINE_ENDS.split(line))[:MAX_ALL]
    return _Engine(scenario, desk, said, seed, reading).run_typed()


def desk_of(scenario: Scenario, talk: str, host: str = "", client: str = "") -> Desk:
    """The desk for a sort of talk: the reader's at their mailbox, the sender's at their own server, or a server's.

    `host`: another server, `client`: another machine to call from, both by name. Raises ScenarioError, one line, for a
    talk or host that is none, or where the scenario has nobody who could sit there.
    """
    geography = scenario.geography
    if talk not in TALKS:
        raise ScenarioError(f"no talk {talk!r}: write {', '.join(TALKS[:-1])} or {TALKS[-1]}")
    for name in (host, client):
        if name and name not in geography.hosts:
            close = difflib.get_close_matches(name, geography.hosts, n=3, cutoff=0.4) or list(geography.hosts)
            raise ScenarioError(f"no host {name!r} in {scenario.name}: there are {', '.join(close)}")
    if talk == "smtp":
        servers = [one.name for one in geography.hosts.values() if SMTP in one.ports]
        owner = geography.users.get(scenario.reader or scenario.first_reader)
        host = host or (owner.reads_from[0] if owner else next(iter(servers), ""))
        sender = geography.users.get(scenario.sender)
        own = sender.submits_to[0] if sender else ""
        client = client or (own if own and own != host else "")
        client = client or next((one for one in geography.hosts if one != host), "")
        if not host or not client:
            raise ScenarioError(f"{scenario.name} has no two hosts that could talk SMTP")
        return Desk(talk, client, host, SMTP, "")
    is_pop3 = talk == "pop3"
    address = next((key for key, user in geography.users.items() if client and user.host == client), "")
    address = address or (scenario.reader or scenario.first_reader if is_pop3 else scenario.sender)
    user = geography.users.get(address)
    server, port = (user.reads_from if is_pop3 else user.submits_to) if user else ("", POP3)
    if user is None or not (host or server):
        raise ScenarioError(f"{scenario.name} has nobody who {'reads' if is_pop3 else 'sends'} mail")
    return Desk(talk, client or user.host, host or server, port, address)


def client_lines(journey: Journey, leg: str) -> list[str]:
    """What the client said in a conversation, line by line without CRLF, as somebody could type it.

    `leg`: a leg's name, or a protocol, which means the first conversation in it.
    """
    name = leg if leg in journey.leg_starts else next((one.name for one in journey.legs if one.protocol == leg), "")
    said = (s for s in journey.steps if s.leg.name == name and s.kind in (Kind.COMMAND, Kind.DATA))
    text = b"".join(octets for step in said for octets in step.octets)
    return [line.decode("utf-8", "surrogateescape") for line in text.split(b"\r\n")[:-1]]


class _Engine(Engine):
    """Begins with a typist in the place of the two user agents."""

    def __init__(self, scenario: Scenario, desk: Desk, lines: tuple[bytes, ...], seed: int, reading: bool) -> None:
        super().__init__(scenario, (), seed)
        self._desk = desk
        self._lines = lines
        self._typed: set[str] = set()
        self._end = 0
        self._stages = frozenset(Stage) if reading else frozenset(Stage) - {Stage.ACCESS}

    def run_typed(self) -> TypedJourney:
        self._push(type_lines(self._world, self._desk, self._lines, self._typed), 0.0)
        self._run_agenda()
        return TypedJourney(
            self._scenario, self._seed, tuple(self._steps), self._desk, self._lines, frozenset(self._typed), self._end
        )

    def _converse(
        self, leg: Leg, script: Script, effects: list[Effect], client: Callable[[], Following], serve: Serve
    ) -> Any:
        if leg.name not in self._typed:
            return super()._converse(leg, script, effects, client, serve)
        about = leg, self._clock, self._scenario.profile, self._steps, serve, effects
        typed = _Conversation(*about, client(), self._plans)
        outcome = typed.run(script)
        self._end = typed.hung_up
        return outcome


class _Conversation(EditedConversation):
    """One connection that somebody types at. What edits of the scenario make a server say, they make it say here."""

    hung_up = 0
    """Number of the first step of the hanging up behind the last line; 0: the server closed, or somebody wanted it."""
    _typed = 0
    _quiet = 0.0
    """Seconds of waiting since the last line."""
    _letter = ""
    """Place of the letter that is being typed, and how many lines it has so far."""
    _letter_lines = 0

    def run(self, script: Script) -> Outcome:
        wanted = True
        while not self._over():
            try:
                verb, line = cast(Say, next(script))
            except StopIteration as end:
                wanted = bool(end.value)
                break
            if verb == WAIT:
                self._let_pass(float(line))
            else:
                self._type(line)
        script.close()
        self.hung_up = 0 if wanted else len(self._steps) + 1
        self._hang_up()
        self._clock.now += self._delay(place_of(self._leg.name, "LINK", self._counts["LINK"] + 1))
        self._link(Link.CLOSE)
        return Outcome((), Verb.QUIT)

    def _type(self, line: bytes) -> None:
        self._quiet = 0.0
        self._typed += 1
        if self._typed > MAX_LINES:
            self._silence(None)
            return
        octets = line + CRLF
        place = self._place_for(octets)
        self._pause(place)
        said = self._speak(place, False, (octets,))
        self._carry(said)
        if self._letter:
            self._goes_on = True
        elif said.event not in self._answers and not self._over():
            self._silence(None)

    def _place_for(self, octets: bytes) -> str:
        """The place of a line, by what it is to a server that has said what this one said."""
        client = self._client
        if not isinstance(client, smtp.Client):
            return self._place(pop3_grammar.command(octets).verb)
        if client.state is State.DATA and octets != END_OF_DATA:
            self._letter_lines += 1
            if self._letter:
                return f"{self._letter}+{self._letter_lines}"
            self._letter, self._letter_lines = self._place(Verb.CONTENT), 0
            return self._letter
        self._letter = ""
        if client.state is State.DATA:
            return self._place(Verb.END_OF_DATA)
        return self._place(Verb.RESPONSE if client.state is State.AUTH else smtp_grammar.usual_line(octets)[0])

    def _let_pass(self, span: float) -> None:
        """Time passes without a word. A server that has heard nothing for too long hangs up."""
        allows = self._server.timeout
        if allows is None or self._quiet + span < allows:
            self._quiet += span
            self._clock.now += span
            return
        rest = self._quiet + span - allows
        self._clock.now -= self._quiet
        self._silence(None)
        self._clock.now += rest
