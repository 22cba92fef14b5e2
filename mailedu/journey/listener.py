"""A listener to one conversation of a journey: what it knows after each step, and which states were entered.

It listens only as far as it was ever asked, and keeps what it knew wherever that changed. So on and back cost the same
at step 10 and at step 9,990.
"""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

from mailedu import pop3, smtp
from mailedu.journey.series import Series
from mailedu.journey.step import Step
from mailedu.machine import Kind

#: All that a session knows but for what only grows, recipients and marks: no guard asks for these.
_FACTS: Final = {
    cls: attrgetter(*(slot for slot in cls.__slots__ if slot not in ("envelope", "marked")))
    for cls in (smtp.Session, pop3.Session)
}


class Listener:
    """Long texts are spared it: only their ends matter to the state."""

    def __init__(self, steps: Sequence[Step], first: int, *, wants_login: bool) -> None:
        """`steps`: of the whole journey; `first`: number of the conversation's first one."""
        self._steps = steps
        self._heard = first - 1
        self._client: smtp.Client | pop3.Client
        if steps[first - 1].leg.protocol == "pop3":
            self._client = pop3.Client()
        else:
            self._client = smtp.Client()
            self._client.session.wants_login = wants_login
        session = self._client.session
        self._facts: Callable[[object], tuple[object, ...]] = _FACTS[type(session)]
        self._known = self._facts(session)
        self._sessions: Series[smtp.Session | pop3.Session] = Series(copy.copy(session))
        self._entered: list[str] = []
        self._when: list[int] = []

    def session(self, n: int) -> smtp.Session | pop3.Session:
        """What is known after step `n` of this conversation. Recipients and marks are left out."""
        self._listen(n)
        return self._sessions.at(n)

    def states(self, n: int) -> tuple[str, ...]:
        """Names of the states in the order in which they were entered, the present one last."""
        self._listen(n)
        return tuple(self._entered[: bisect_right(self._when, n)])

    def _listen(self, until: int) -> None:
        for step in self._steps[self._heard : until]:
            self._hear(step)
            if step.after and (not self._entered or self._entered[-1] != step.after):
                if not self._entered and step.before != step.after:
                    self._enter(step.n, step.before)
                self._enter(step.n, step.after)
        self._heard = max(self._heard, until)

    def _hear(self, step: Step) -> None:
        client = self._client
        if step.kind is Kind.COMMAND:
            client.follow(step.octets[0])
        elif step.kind is not Kind.REPLY:
            return
        elif isinstance(client, pop3.Client):
            client.receive(step.octets[0])
            if len(step.octets) > 1:
                client.receive(b"".join(step.octets[1:]) if step.verb == "CAPA" else b".\r\n")
        else:
            client.receive(b"".join(step.octets))
        known = self._facts(client.session)
        if known != self._known:
            self._known = known
            self._sessions.add(step.n, copy.copy(client.session))

    def _enter(self, n: int, state: str) -> None:
        self._when.append(n)
        self._entered.append(state)
