"""What has been said of the envelope at each step, and what the server answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, overload

from mailedu.journey.series import Series
from mailedu.journey.step import Leg, Step
from mailedu.machine import Kind
from mailedu.smtp.states import Verb


class Named(NamedTuple):
    """An address of an envelope and what the server said to it."""

    address: str
    answer: str
    """asked, accepted, put off (4yz) or refused."""


#: First digit of a reply -> what it says to an address; any other refuses it.
_ANSWERS: Final = {b"2": "accepted", b"4": "put off"}
_NOT_TAKEN: Final = frozenset(("put off", "refused"))


class Recipients(Sequence[Named]):
    """Those who had been named at a step, in order. Steps of a transaction share one list, each up to its own end."""

    __slots__ = ("_count", "_n", "_named")

    def __init__(self, named: list[_Recipient], n: int) -> None:
        self._named = named
        self._n = n
        self._count = len(named)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Named: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Named, ...]: ...
    def __getitem__(self, index: int | slice) -> Named | tuple[Named, ...]:
        if isinstance(index, slice):
            return tuple(self._at(i) for i in range(*index.indices(self._count)))
        return self._at(range(self._count)[index])

    def _at(self, index: int) -> Named:
        named = self._named[index]
        return Named(named.address, named.answer if 0 < named.answered <= self._n else "asked")

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (Recipients, tuple)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class _Recipient:
    """An address as RCPT named it, and what became of it."""

    __slots__ = ("address", "answer", "answered", "n")

    def __init__(self, n: int, address: str) -> None:
        self.n = n
        """Number of the command."""
        self.address = address
        self.answer = ""
        self.answered = 0
        """Number of the reply; 0 until there is one. There is one at the most, for the oldest command is answered."""


class EnvelopeSoFar(NamedTuple):
    """What has been said of the envelope in this conversation."""

    sender: Named | None = None
    recipients: Sequence[Named] = ()


def envelopes(steps: Sequence[Step]) -> Series[EnvelopeSoFar]:
    """From MAIL and RCPT and their replies; a new conversation, RSET, EHLO or a letter that is through begins anew."""
    series: Series[EnvelopeSoFar] = Series(EnvelopeSoFar())
    leg: Leg | None = None
    # By the number of the command that named it, for in a pipelined group the replies come later.
    sender: tuple[int, Named] | None = None
    to: list[_Recipient] = []
    asked: dict[int, _Recipient] = {}
    through = False
    for step in steps:
        verb, asks = step.verb, step.kind is Kind.COMMAND
        if step.leg.protocol not in ("smtp", "submission"):
            if step.leg.protocol in ("queue", "process") and (sender is not None or to):
                sender, to, asked = None, [], {}
                series.add(step.n, EnvelopeSoFar())
            continue
        if step.leg is not leg and (leg is None or step.leg.name != leg.name):
            leg, sender, to, asked, through = step.leg, None, [], {}, False
        elif not asks and step.kind is not Kind.REPLY:
            continue
        elif asks and verb == "MAIL":
            if through or sender is None or sender[1].answer in _NOT_TAKEN:
                sender, to, asked, through = (step.n, Named(_address(step), "asked")), [], {}, False
        elif asks and verb == "RCPT":
            asked[step.n] = named = _Recipient(step.n, _address(step))
            to.append(named)
        elif asks:
            continue
        else:
            # Of several lines the last one counts, as it does for the session.
            answer = _ANSWERS.get(step.octets[-1][:1], "refused")
            if verb == "MAIL" and sender is not None and sender[0] == step.answers:
                sender = (step.answers, sender[1]._replace(answer=answer))
            elif verb == "MAIL" and answer == "accepted" and step.answers != -1:
                sender = (step.answers, Named(_address(steps[step.answers - 1]), answer))
            elif verb == "RCPT" and step.answers in asked:
                named = asked[step.answers]
                named.answer, named.answered = answer, step.n
            elif verb in ("RSET", "EHLO", "HELO") and answer == "accepted":
                # In a pipelined group a new envelope may have been asked for behind it already.
                sender = sender if sender is not None and sender[0] > step.answers else None
                to = [named for named in to if named.n > step.answers]
            else:
                through = through or (verb == "END_OF_DATA" and step.after == "READY")
                continue
        series.add(step.n, EnvelopeSoFar(sender[1] if sender else None, Recipients(to, step.n)))
    return series


def _address(step: Step) -> str:
    from mailedu.smtp import grammar

    argument = grammar.command(step.octets[0].rstrip(b"\r\n")).argument
    try:
        return grammar.path(Verb(step.verb), argument).mailbox
    except grammar.PathError:
        return grammar.loose_path(argument)
