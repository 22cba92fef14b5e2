"""Facts about SMTP: what servers said, who was taken as a recipient, and what came of it.

They are read from the steps of the conversations between a client and a mail server, and from what these left behind.
"""

from __future__ import annotations

import re

from mailedu.agents.actions import Link
from mailedu.agents.effects import Bounced, Deferred, Queued, Stored
from mailedu.exercise.facts import About, FactError, Spot, fact
from mailedu.exercise.facts.mailbox import label, mailbox_of
from mailedu.journey.step import Kind, Step
from mailedu.smtp import states
from mailedu.smtp.states import State, Verb

_MAIL = ("smtp", "submission")
_PATH = re.compile(rb"<([^>]*)>")


def talk(about: About, leg: str = "") -> list[Step]:
    """The steps of all SMTP conversations, or of the first one alone (`leg` = `first`), or of those of that name."""
    steps = [s for s in about.played.steps if s.leg.protocol in _MAIL]
    if leg == "first":
        return [s for s in steps if s.leg.name == steps[0].leg.name]
    return [s for s in steps if s.leg.name.partition("#")[0] == leg] if leg else steps


def replies(about: About, leg: str = "") -> dict[int, Step]:
    """Number of a command -> its reply."""
    return {s.answers: s for s in talk(about, leg) if s.kind is Kind.REPLY}


def code(step: Step) -> int:
    """The three digits of a reply."""
    return int(step.head(3))


def line(step: Step) -> str:
    """The first line that a step says."""
    return step.head(1024).split(b"\r\n", 1)[0].decode("utf-8", "backslashreplace")


# What was said --------------------------------------------------------------------------------------------------------


@fact("smtp.next_code")
def next_code(about: About) -> int:
    """The code of the reply to the command that the question is about."""
    found = about.played.by_place.get(about.at + "!")
    if found is None or found.kind is not Kind.REPLY:
        raise FactError(f"no reply to {about.at or 'anything: say where with `at`'}")
    return code(found)


@fact("smtp.code")
def code_at(about: About, place: str) -> int:
    """The code of the reply at a place, with or without its `!`."""
    found = about.played.by_place.get(place.removesuffix("!") + "!")
    if found is None:
        raise FactError(f"no reply at {place}")
    return code(found)


@fact("smtp.codes")
def codes(about: About, leg: str = "") -> list[int]:
    """The codes of all replies in order, of one leg or of all."""
    return [code(s) for s in talk(about, leg) if s.kind is Kind.REPLY]


@fact("smtp.commands")
def commands(about: About, leg: str = "") -> list[str]:
    """The verbs that clients said in order, answers in a login left out; the dot that ends a letter is `.`."""
    said = [s for s in talk(about, leg) if s.kind is Kind.COMMAND and s.verb != Verb.RESPONSE]
    return ["." if s.verb == Verb.END_OF_DATA else line(s).split(" ")[0].upper() for s in said]


@fact("smtp.said")
def said(about: About, verb: str) -> bool:
    """Whether a client said a command."""
    return verb.upper() in commands(about)


@fact("smtp.times")
def times(about: About, verb: str, accepted: bool = False) -> int:
    """How often clients said a command; with `accepted` only when the reply began with 2 or 3."""
    answers = replies(about)
    found = [s for s in talk(about) if s.kind is Kind.COMMAND and line(s).upper().split(" ")[0] == verb.upper()]
    return sum(not accepted or (s.n in answers and code(answers[s.n]) < 400) for s in found)


@fact("smtp.allowed")
def allowed(about: About, state: str) -> list[str]:
    """The verbs that a state takes, whatever a guard may say (RFC 5321 section 4.1.4)."""
    try:
        row = states.TRANSITIONS[State[state]]
    except KeyError:
        raise FactError(f"state: no state {state!r}, only {', '.join(one.name for one in State)}") from None
    return sorted({verb.name for verb, _ in row})


@fact("smtp.keywords")
def keywords(about: About, leg: str = "first") -> list[str]:
    """The keywords that the server offered in its reply to EHLO."""
    for step in talk(about, leg):
        if step.kind is Kind.REPLY and step.verb == Verb.EHLO:
            lines = b"".join(step.octets).split(b"\r\n")[1:-1]
            return [one[4:].split(b" ")[0].decode("ascii", "replace") for one in lines]
    raise FactError("nobody says EHLO")


@fact("smtp.reply_lines")
def reply_lines(about: About, place: str) -> int:
    """How many lines the reply at a place has."""
    found = about.played.by_place.get(place.removesuffix("!") + "!")
    if found is None:
        raise FactError(f"no reply at {place}")
    return b"".join(found.octets).count(b"\r\n")


@fact("smtp.limit")
def limit(about: About, leg: str = "first") -> int:
    """The octets that the server offers with SIZE (RFC 1870 section 3)."""
    for step in talk(about, leg):
        found = re.search(rb"250[ -]SIZE (\d+)", b"".join(step.octets)) if step.kind is Kind.REPLY else None
        if found:
            return int(found[1])
    raise FactError("no server says SIZE")


@fact("smtp.port")
def port(about: About, leg: str = "first") -> int:
    """The TCP port of the server in a conversation."""
    steps = talk(about, leg)
    for packet in about.played.packets:
        if packet.transport == "tcp" and steps and about.played.step(packet.step).leg.name == steps[0].leg.name:
            return about.played.log.connections[packet.connection].server.port
    raise FactError("there is no such conversation")


@fact("smtp.connections")
def connections(about: About, server: str = "") -> int:
    """How many connections were opened to a mail server, or to all of them."""
    return sum(
        s.kind is Kind.LINK and s.verb == Link.CONNECT and (not server or s.leg.peer == server) for s in talk(about)
    )


# The envelope ---------------------------------------------------------------------------------------------------------


def path(step: Step) -> str:
    """The address between angle brackets in MAIL or RCPT."""
    found = _PATH.search(step.head(2048))
    return found[1].decode("utf-8", "backslashreplace") if found else ""


@fact("smtp.reverse_path")
def reverse_path(about: About, leg: str = "first") -> str:
    """The address in the last MAIL that was accepted; empty for the null reverse-path."""
    answers = replies(about, leg)
    found = [s for s in talk(about, leg) if s.verb == Verb.MAIL and s.n in answers and code(answers[s.n]) == 250]
    if not found:
        raise FactError("no MAIL was accepted")
    return path(found[-1])


@fact("smtp.recipients")
def recipients(about: About, accepted: bool = True, leg: str = "") -> list[str]:
    """The addresses of all RCPT that servers accepted, or refused; each once, in order."""
    answers = replies(about, leg)
    found = [
        path(s)
        for s in talk(about, leg)
        if s.kind is Kind.COMMAND and s.verb == Verb.RCPT and s.n in answers and (code(answers[s.n]) < 300) == accepted
    ]
    return list(dict.fromkeys(found))


@fact("smtp.responsible")
def responsible(about: About, leg: str = "first") -> Spot:
    """The reply with which a server takes a letter over: its 250 to the dot (RFC 5321 section 6.1)."""
    for step in talk(about, leg):
        if step.kind is Kind.REPLY and step.verb == Verb.END_OF_DATA and code(step) == 250:
            return Spot("step", step.n)
    raise FactError("no server takes a letter over")


@fact("smtp.refusal")
def refusal(about: About, nth: int = 1, leg: str = "") -> Spot:
    """The nth reply that refuses: its code begins with 4 or 5."""
    found = [s for s in talk(about, leg) if s.kind is Kind.REPLY and code(s) >= 400]
    if not 1 <= nth <= len(found):
        raise FactError(f"only {len(found)} replies refuse")
    return Spot("step", found[nth - 1].n)


@fact("smtp.reply")
def reply(about: About, verb: str, nth: int = 1, leg: str = "") -> Spot:
    """The reply to the nth command of that verb; GREETING is the server's first line, END_OF_DATA answers the dot."""
    found = [s for s in talk(about, leg) if s.kind is Kind.REPLY and s.verb == verb.upper()]
    if not 1 <= nth <= len(found):
        raise FactError(f"{verb} has {len(found)} replies")
    return Spot("step", found[nth - 1].n)


# What came of it ------------------------------------------------------------------------------------------------------


def copies(about: About, user: str = "") -> list[Stored]:
    """What was put into a mailbox, or into any."""
    mailbox = mailbox_of(about, user) if user else ""
    return [one for one in about.played.stored if not mailbox or one.mailbox == mailbox]


@fact("smtp.delivered")
def delivered(about: About, user: str) -> int:
    """How many letters were put into somebody's mailbox, reports of failure not counted."""
    return sum(not one.letter.parent for one in copies(about, user))


@fact("smtp.who_got_it")
def who_got_it(about: About) -> list[str]:
    """Who got a letter into their mailbox, reports of failure not counted: short names, in order."""
    return sorted({label(about, one.mailbox) for one in copies(about) if not one.letter.parent})


@fact("smtp.return_path")
def return_path(about: About, user: str) -> str:
    """The reverse-path in the Return-Path field of the last letter in a mailbox."""
    found = copies(about, user)
    if not found:
        raise FactError(f"{user} got nothing")
    field = next((one for one in found[-1].letter.added if one.lower().startswith(b"return-path:")), b"")
    inside = _PATH.search(field)
    return inside[1].decode("utf-8", "backslashreplace") if inside else ""


def content(stored: Stored) -> tuple[str, str]:
    """Header and body of a stored letter, as its author's agent sent it."""
    text = b"".join(stored.letter.content).decode("utf-8", "backslashreplace")
    head, _, body = text.partition("\r\n\r\n") if not text.startswith("\r\n") else ("", "", text[2:])
    return head, body


@fact("smtp.body")
def body(about: About, user: str) -> str:
    """The body of the last letter in a mailbox; each line ends in one line feed."""
    found = copies(about, user)
    if not found:
        raise FactError(f"{user} got nothing")
    return content(found[-1])[1].replace("\r\n", "\n")


@fact("smtp.header")
def header(about: About, user: str, field: str) -> str:
    """A header field of the last letter in a mailbox, as its author wrote it; empty if there is none."""
    found = copies(about, user)
    if not found:
        raise FactError(f"{user} got nothing")
    for one in content(found[-1])[0].split("\r\n"):
        name, colon, value = one.partition(":")
        if colon and name.strip().casefold() == field.casefold():
            return value.strip()
    return ""


@fact("smtp.names")
def names(about: About, user: str, text: str) -> bool:
    """Whether the octets of somebody's copy, fields of the servers included, hold a text."""
    found = copies(about, user)
    if not found:
        raise FactError(f"{user} got nothing")
    wanted = text.casefold().encode()
    return any(wanted in b"".join(one.letter.chunks).lower() for one in found)


@fact("smtp.bounces")
def bounces(about: About) -> int:
    """How many reports of failure were written."""
    return sum(isinstance(effect, Bounced) for step in about.played.steps for effect in step.effects)


@fact("smtp.deferrals")
def deferrals(about: About) -> int:
    """How often a server put a letter off, to try again later."""
    return sum(isinstance(effect, Deferred) for step in about.played.steps for effect in step.effects)


@fact("smtp.taken")
def taken(about: About, server: str = "") -> int:
    """How many letters a server took over, reports of failure not counted; without a name, the first server."""
    steps = talk(about)
    host = server or (steps[0].leg.peer if steps else "")
    return sum(
        isinstance(e, Queued) and e.host == host and not e.letter.parent for s in about.played.steps for e in s.effects
    )


@fact("smtp.queued")
def queued(about: About) -> int:
    """How many letters are in queues when all is over."""
    return len(about.played.world(len(about.played)).queue)
