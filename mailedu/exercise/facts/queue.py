"""Facts about queues, retries and reports of failure: read from what the steps left behind."""

from __future__ import annotations

from mailedu.agents.effects import Bounced, Deferred, Delivered, Queued, Stored
from mailedu.exercise.facts import About, FactError, Spot, fact
from mailedu.exercise.facts.mailbox import label
from mailedu.exercise.facts.smtp import code, path, replies, talk
from mailedu.journey.step import Kind, Step
from mailedu.smtp.states import Verb


def _deferrals(about: About) -> list[tuple[Step, Deferred]]:
    return [(step, e) for step in about.played.steps for e in step.effects if isinstance(e, Deferred)]


def _bounces(about: About) -> list[tuple[Step, Bounced]]:
    return [(step, e) for step in about.played.steps for e in step.effects if isinstance(e, Bounced)]


@fact("queue.attempts")
def attempts(about: About, more: int = 0) -> int:
    """How often a server set out to deliver the letter: one more than it was put off. `more`: for who counts wrong."""
    return len(_deferrals(about)) + 1 + more


@fact("queue.wait")
def wait(about: About, nth: int = 1) -> int:
    """Minutes from the nth time that a letter was put off until it is tried again."""
    found = _deferrals(about)
    if not 1 <= nth <= len(found):
        raise FactError(f"the letter was put off {len(found)} times")
    step, effect = found[nth - 1]
    return round((effect.until - step.time) / 60)


@fact("queue.delay")
def delay(about: About) -> int:
    """Minutes from taking the letter over at the first server until it lay in a mailbox."""
    taken = next((s.time for s in about.played.steps for e in s.effects if isinstance(e, Queued)), None)
    stored = next((s.time for s in about.played.steps for e in s.effects if isinstance(e, Stored)), None)
    if taken is None or stored is None:
        raise FactError("the letter did not get into a mailbox")
    return round((stored - taken) / 60)


@fact("queue.holder")
def holder(about: About) -> str:
    """The host that keeps the letter while it is put off."""
    found = _deferrals(about)
    if not found:
        raise FactError("the letter was never put off")
    return found[0][1].host


@fact("queue.fate")
def fate(about: About) -> str:
    """What came of the letter: `delivered`, `late` (it was put off), `returned` (a report), `kept` (not taken)."""
    if _bounces(about):
        return "returned"
    if not any(isinstance(e, (Stored, Delivered)) for s in about.played.steps for e in s.effects):
        return "kept"
    return "late" if _deferrals(about) else "delivered"


@fact("queue.greylist_minutes")
def greylist_minutes(about: About) -> int:
    """For how many minutes the server that greylists says no to whom it does not know."""
    for host in about.played.scenario.geography.hosts.values():
        if host.greylist:
            return round(host.greylist / 60)
    raise FactError("no server greylists")


@fact("queue.let_in_later")
def let_in_later(about: About, address: str) -> bool:
    """Whether a server that had put off a recipient took the same one later."""
    put_off = False
    answers = replies(about)
    for step in talk(about):
        if step.kind is Kind.COMMAND and step.verb == Verb.RCPT and step.n in answers and path(step) == address:
            said = code(answers[step.n])
            if said < 300 and put_off:
                return True
            put_off = put_off or 400 <= said < 500
    return False


@fact("queue.deferred")
def deferred(about: About, nth: int = 1) -> Spot:
    """The step at which the letter is put off for the nth time."""
    found = _deferrals(about)
    if not 1 <= nth <= len(found):
        raise FactError(f"the letter was put off {len(found)} times")
    return Spot("step", found[nth - 1][0].n)


@fact("queue.unanswered")
def unanswered(about: About) -> Spot:
    """The first connection that nobody took."""
    for step in about.played.steps:
        if step.kind is Kind.LINK and step.verb in ("UNREACHABLE", "REFUSED"):
            return Spot("step", step.n)
    raise FactError("every call was taken")


# Reports --------------------------------------------------------------------------------------------------------------


@fact("bounce.writer")
def writer(about: About) -> str:
    """The host that wrote the report of failure (Reporting-MTA, RFC 3464 section 2.2.2)."""
    found = _bounces(about)
    if not found:
        raise FactError("nobody wrote a report")
    return found[0][1].host


@fact("bounce.refuser")
def refuser(about: About) -> str:
    """The host that said no, with a reply that begins with 5."""
    for step in about.played.steps:
        if step.kind is Kind.REPLY and step.leg.protocol in ("smtp", "submission") and step.head(1) == b"5":
            return step.leg.peer
    raise FactError("nobody refused")


@fact("bounce.to")
def to(about: About) -> str:
    """The address that the report goes to: the reverse-path of the letter."""
    found = _bounces(about)
    if not found:
        raise FactError("nobody wrote a report")
    return found[0][1].report.envelope.recipients[0]


@fact("bounce.reverse_path")
def reverse_path(about: About) -> str:
    """The reverse-path of the report as MAIL says it: `<>` (RFC 5321 section 4.5.5)."""
    found = _bounces(about)
    if not found:
        raise FactError("nobody wrote a report")
    return f"<{found[0][1].report.envelope.reverse_path}>"


@fact("bounce.parts")
def parts(about: About) -> dict[str, str]:
    """Who plays which part in a failure: refuser and writer are hosts, reader and sender addresses of the report."""
    return {"refuser": refuser(about), "writer": writer(about), "reader": to(about), "sender": reverse_path(about)}


@fact("bounce.step")
def step_of(about: About) -> Spot:
    """The step at which the report is written."""
    found = _bounces(about)
    if not found:
        raise FactError("nobody wrote a report")
    return Spot("step", found[0][0].n)


@fact("bounce.read_by")
def read_by(about: About) -> list[str]:
    """Who finds a report in their mailbox: short names."""
    return sorted({label(about, one.mailbox) for one in about.played.stored if one.letter.parent})


# Final delivery -------------------------------------------------------------------------------------------------------


@fact("process.added")
def added(about: About, user: str = "") -> list[str]:
    """The names of the fields that servers put on top of the letter on its way, the newest first."""
    found = [one for one in about.played.stored if not user or label(about, one.mailbox) == user]
    if not found:
        raise FactError("nothing was stored")
    return [field.split(b":")[0].decode("ascii", "replace") for field in found[0].letter.added]


@fact("process.added_by_last")
def added_by_last(about: About) -> list[str]:
    """The fields that the host with the mailbox adds, in the order in which it adds them."""
    stored = next(((s, e) for s in about.played.steps for e in s.effects if isinstance(e, Stored)), None)
    if stored is None:
        raise FactError("nothing was stored")
    host = stored[0].leg.actor
    return [
        s.octets[0].split(b":")[0].decode("ascii", "replace")
        for s in about.played.steps[: stored[0].n]
        if s.leg.actor == host and s.verb in ("RECEIVED", "RETURN_PATH") and s.octets
    ]
