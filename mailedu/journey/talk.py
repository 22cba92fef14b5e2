"""A conversation in which a person is the client: the lines that were typed, and what a server of the world says.

A talk is its lines. To take one back is to play the others again, so nothing has to be remembered or restored. No
network is used: the server is that of `alice-to-bob`, in this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from mailedu import content, pop3, smtp
from mailedu.agents.effects import Letter
from mailedu.agents.policy import MailboxPolicy, MailPolicy
from mailedu.agents.world import POP3, SUBMISSION, Box, Host, Mail, User, World
from mailedu.explain import Explanation, Key, explain
from mailedu.journey import order
from mailedu.journey.scenario import load
from mailedu.machine import Event, Kind, ReplyClass
from mailedu.network.clock import Clock
from mailedu.pop3 import states as pop3_states
from mailedu.smtp import states as smtp_states
from mailedu.smtp.session import Envelope

PROTOCOLS: Final = ("smtp", "pop3")
#: Octets of something said that its explanation looks at.
_LOOKED_AT: Final = 4096


class Said(NamedTuple):
    """Something said, and what it means."""

    event: Event
    key: Key

    @property
    def explanation(self) -> Explanation:
        return explain(self.key)


class Talk:
    """A connection to a server, some lines on."""

    def __init__(self, protocol: str, lines: Sequence[bytes] = ()) -> None:
        """`protocol`: `smtp` (Alice hands in a letter at port 587) or `pop3` (Bob reads his mail at port 110)."""
        scenario = load("alice-to-bob")
        geography = scenario.geography
        world = World(geography, Clock(scenario.start), 0)
        self._world = world
        self.is_pop3 = protocol == "pop3"
        self.protocol = "pop3" if self.is_pop3 else "submission"
        self.user: User = geography.users["bob@example.net" if self.is_pop3 else scenario.sender]
        self.seat: Host = world.hosts[self.user.host]
        name = (self.user.reads_from if self.is_pop3 else self.user.submits_to)[0]
        self.server: Host = world.hosts[name]
        self.port = POP3 if self.is_pop3 else SUBMISSION
        self.lines: list[bytes] = []
        self.said: list[Said] = []
        self._client: smtp.Client | pop3.Client
        self._machine: smtp.Server | pop3.Server
        if self.is_pop3:
            world.boxes[self.user.address] = Box(_letters(self.user.address))
            self._client = pop3.Client()
            self._machine = pop3.Server(name, MailboxPolicy(world, self.server, self.seat), texts=self.server.texts)
        else:
            self._client = smtp.Client()
            self._client.session.wants_login = True
            self._machine = smtp.Server(
                name,
                MailPolicy(world, self.server, self.seat, "talk", None),
                texts=self.server.texts,
                offers=self.server.offers,
                wants_login=True,
            )
        self._hear()
        for line in lines:
            self.say(line)

    @property
    def closed(self) -> bool:
        return self._client.closed

    @property
    def state(self) -> str:
        """Name of the state."""
        return self._client.state.name

    @property
    def state_words(self) -> str:
        """What the state means."""
        return order.words(self.protocol, self.state)

    @property
    def in_letter(self) -> bool:
        """Whether the next line is part of a letter, or the dot that ends it."""
        return self._client.state is smtp_states.State.DATA

    @property
    def in_login(self) -> bool:
        """Whether the next line answers a question of a login dialogue, in base64."""
        return self._client.state is smtp_states.State.AUTH

    @property
    def may_come_next(self) -> tuple[str, ...]:
        """The verbs that would be taken now."""
        session = self._client.session
        verbs = (
            pop3_states.may_come_next(session)
            if isinstance(session, pop3.Session)
            else smtp_states.may_come_next(session)
        )
        return tuple(map(str, verbs))

    @property
    def accepted(self) -> frozenset[str]:
        """The verbs that the server has said yes to at least once."""
        yes = (ReplyClass.OK, ReplyClass.CONTINUE)
        return frozenset(str(e.verb) for e, _ in self.said if e.kind is Kind.REPLY and e.reply and e.reply.cls in yes)

    @property
    def marked(self) -> bool:
        """Whether a message is marked to be deleted."""
        session = self._client.session
        return isinstance(session, pop3.Session) and bool(session.marked)

    @property
    def messages(self) -> tuple[int, ...]:
        """Numbers of the messages in the mailbox that is open and that are not marked to be deleted."""
        session = self._client.session
        if not isinstance(session, pop3.Session) or session.login is None:
            return ()
        for user in self._world.users.values():
            if session.login in (user.login, user.address) and user.reads_from[0] == self.server.name:
                total = len(self._world.box(user.address).mails)
                return tuple(n for n in range(1, total + 1) if n not in session.marked)
        return ()

    def say(self, line: bytes) -> list[Said]:
        """Say a line, without its line end; returns what was said by both since: nothing while a letter goes on."""
        if self.closed:
            return []
        start = len(self.said)
        self.lines.append(line)
        self._note(self._client.send(line))
        for chunk in self._client.to_send():
            self._machine.receive(chunk)
        self._hear()
        return self.said[start:]

    def without_last(self) -> Talk:
        """The same talk without its last line."""
        return Talk("pop3" if self.is_pop3 else "smtp", self.lines[:-1])

    def _hear(self) -> None:
        for chunk in self._machine.to_send():
            self._note(self._client.receive(chunk))

    def _note(self, events: Sequence[Event]) -> None:
        for event in events:
            prompt = b""
            if event.verb == "RESPONSE" and event.kind is Kind.COMMAND:
                asked = next((one for one in reversed(self.said) if one.event.kind is Kind.REPLY), None)
                prompt = asked.key.octets if asked is not None else b""
            head = b"".join(event.octets)[:_LOOKED_AT]
            self.said.append(Said(event, Key(self.protocol, event.kind, event.verb, event.before, head, prompt)))


def _letters(address: str) -> tuple[Mail, ...]:
    """What lies in the mailbox."""
    mails = []
    for number, name in enumerate(content.names("talk", ".eml"), 1):
        octets = content.octets(name).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        letter = Letter(f"stored{number}", (), (octets,), Envelope("", (address,)))
        mails.append(Mail(f"{number:04d}", letter))
    return tuple(mails)
