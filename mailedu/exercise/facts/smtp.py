"""Facts about SMTP: what servers said, who was taken as a recipient, and what came of it.

They are read from the steps of the conversations between a client and a mail server, and from what these left behind.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from mailedu.agents.actions import Link
from mailedu.agents.effects import Bounced, Deferred, Queued, Stored
from mailedu.exercise.facts import About, FactError, Spot, fact
from mailedu.exercise.facts.mailbox import label, mailbox_of
from mailedu.framing import CRLF, END_OF_DATA
from mailedu.journey.step import Kind, Step
from mailedu.smtp import states
from mailedu.smtp.states import State, Verb

_MAIL = ("smtp", "submission")
_PATH = re.compile(rb"<([^>]*)>")


def talk(about: About, leg: str = "") -> list[Step]:
    """The steps of all SMTP conversations; `leg`: of the `first` alone, or of those that match, `*` being anything."""
    steps = [s for s in about.played.steps if s.leg.protocol in _MAIL]
    if leg == "first":
        return [s for s in steps if s.leg.name == steps[0].leg.name]
    return [s for s in steps if not leg or fnmatchcase(s.leg.name, leg)]


def replies(about: About, leg: str = "") -> dict[int, Step]:
    """Number of a command -> its reply."""
    return {s.answers: s for s in talk(about, leg) if s.kind is Kind.REPLY}


def code(step: Step) -> int:
    """The three digits of a reply. FactError for what an edit put in their place."""
    digits = step.head(3)
    if not digits.isdigit():
        raise FactError(f"the reply at {step.place} has no code")
    return int(digits)


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


@fact("smtp.command")
def command(about: About, verb: str, nth: int = 1, leg: str = "") -> Spot:
    """The step of the nth command of that verb; END_OF_DATA is the dot that ends a letter."""
    found = [s for s in talk(about, leg) if s.kind is Kind.COMMAND and s.verb == verb.upper()]
    if not 1 <= nth <= len(found):
        raise FactError(f"{verb} is said {len(found)} times")
    return Spot("step", found[nth - 1].n)


@fact("smtp.greets_as")
def greets_as(about: About, leg: str = "first") -> str:
    """The host that the first EHLO or HELO names: the client's own (RFC 5321 section 4.1.1.1)."""
    for step in talk(about, leg):
        if step.kind is Kind.COMMAND and step.verb in (Verb.EHLO, Verb.HELO):
            return line(step).partition(" ")[2].strip()
    raise FactError("nobody says EHLO or HELO")


@fact("smtp.speaks_first")
def speaks_first(about: About, leg: str = "first") -> str:
    """The host whose octets come first on a new connection (RFC 5321 section 3.1)."""
    for step in talk(about, leg):
        if step.kind in (Kind.COMMAND, Kind.REPLY):
            return step.speaker
    raise FactError("nobody speaks")


@fact("smtp.said")
def said(about: About, verb: str) -> bool:
    """Whether a client said a command."""
    return verb.upper() in commands(about)


@fact("smtp.times")
def times(about: About, verb: str, accepted: bool = False, leg: str = "") -> int:
    """How often clients said a command; with `accepted` only when the reply began with 2 or 3."""
    answers = replies(about, leg)
    found = [s for s in talk(about, leg) if s.kind is Kind.COMMAND and line(s).upper().split(" ")[0] == verb.upper()]
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


@fact("smtp.refusals")
def refusals(about: About, leg: str = "") -> int:
    """How many replies refuse: their codes begin with 4 or 5."""
    return sum(one >= 400 for one in codes(about, leg))


@fact("smtp.refused_at")
def refused_at(about: About, within: str) -> int:
    """Which of the commands said at an edited place is the first to be refused, from 1; 0 if none is."""
    told = replies(about)
    said = [s for s in talk(about) if s.kind is Kind.COMMAND and s.place.partition("+")[0] == within]
    if not said:
        raise FactError(f"nothing is said at {within}")
    return next((n for n, s in enumerate(said, 1) if s.n in told and code(told[s.n]) >= 400), 0)


@fact("smtp.ending")
def ending(_about: About) -> str:
    """The octets that end a letter, named: CRLF, dot, CRLF and no others (RFC 5321 section 4.1.1.4)."""
    names = {0x0D: "CR", 0x0A: "LF", 0x2E: "dot"}
    return " ".join(names[octet] for octet in CRLF + END_OF_DATA)


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


@fact("smtp.copies")
def copies_of_it(about: About, message: int = 0) -> int:
    """How many copies were put into mailboxes, reports of failure not counted; of all letters or of the nth."""
    wanted = {0: "", 1: "letter"}.get(message, f"letter{message}")
    return sum(not one.letter.parent and wanted in ("", one.letter.id) for one in copies(about))


@fact("smtp.handled")
def handled(about: About) -> str:
    """A letter’s fate: `at once` in a mailbox, `later` after being put off, `returned`, or `kept` by its author."""
    effects = [effect for step in about.played.steps for effect in step.effects]
    if any(isinstance(effect, Bounced) for effect in effects):
        return "returned"
    if not any(isinstance(effect, Stored) for effect in effects):
        return "kept"
    return "later" if any(isinstance(effect, Deferred) for effect in effects) else "at once"


@fact("smtp.holder")
def holder(about: About, leg: str = "first") -> str:
    """The host that answers for the letter when a conversation is over: the server if it took it, else the client."""
    steps = talk(about, leg)
    if not steps:
        raise FactError("there is no such conversation")
    took = any(isinstance(effect, Queued) for step in steps for effect in step.effects)
    return steps[0].leg.peer if took else steps[0].leg.actor


@fact("smtp.waits_at")
def waits_at(about: About) -> str:
    """The host in whose queue a letter waits when it is first put off."""
    for step in about.played.steps:
        for effect in step.effects:
            if isinstance(effect, Deferred):
                return effect.host
    raise FactError("no letter is put off")


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
