"""What has been said of the envelope at each step, and what the server answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from mailedu.journey.series import Series
from mailedu.journey.step import Step
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


class EnvelopeSoFar(NamedTuple):
    """What has been said of the envelope in this conversation."""

    sender: Named | None = None
    recipients: tuple[Named, ...] = ()


def envelopes(steps: Sequence[Step]) -> Series[EnvelopeSoFar]:
    """From MAIL and RCPT and their replies; a new conversation, RSET, EHLO or a letter that is through begins anew."""
    series: Series[EnvelopeSoFar] = Series(EnvelopeSoFar())
    leg = ""
    # By the number of the command that named it, for in a pipelined group the replies come later.
    sender: tuple[int, Named] | None = None
    to: dict[int, Named] = {}
    through = False
    for step in steps:
        verb, asks = step.verb, step.kind is Kind.COMMAND
        if step.leg.protocol not in ("smtp", "submission"):
            if step.leg.protocol in ("queue", "process") and series.last != EnvelopeSoFar():
                series.add(step.n, EnvelopeSoFar())
            continue
        if step.leg.name != leg:
            leg, sender, to, through = step.leg.name, None, {}, False
        elif not asks and step.kind is not Kind.REPLY:
            continue
        elif asks and verb == "MAIL":
            if through or sender is None or sender[1].answer in _NOT_TAKEN:
                sender, to, through = (step.n, Named(_address(step), "asked")), {}, False
        elif asks and verb == "RCPT":
            to = {**to, step.n: Named(_address(step), "asked")}
        elif asks:
            continue
        else:
            # Of several lines the last one counts, as it does for the session.
            answer = _ANSWERS.get(step.octets[-1][:1], "refused")
            if verb == "MAIL" and sender is not None and sender[0] == step.answers:
                sender = (step.answers, sender[1]._replace(answer=answer))
            elif verb == "MAIL" and answer == "accepted" and step.answers != -1:
                sender = (step.answers, Named(_address(steps[step.answers - 1]), answer))
            elif verb == "RCPT" and step.answers in to:
                to = {**to, step.answers: to[step.answers]._replace(answer=answer)}
            elif verb in ("RSET", "EHLO", "HELO") and answer == "accepted":
                # In a pipelined group a new envelope may have been asked for behind it already.
                sender = sender if sender is not None and sender[0] > step.answers else None
                to = {n: named for n, named in to.items() if n > step.answers}
            else:
                through = through or (verb == "END_OF_DATA" and step.after == "READY")
                continue
        series.add(step.n, EnvelopeSoFar(sender[1] if sender else None, tuple(to.values())))
    return series


def _address(step: Step) -> str:
    from mailedu.smtp import grammar

    argument = grammar.command(step.octets[0].rstrip(b"\r\n")).argument
    try:
        return grammar.path(Verb(step.verb), argument).mailbox
    except grammar.PathError:
        return grammar.loose_path(argument)
