"""Facts about POP3 sessions: who logged in, what was said, which messages were fetched, marked, removed.

They are read from the steps of the conversations with a POP3 server and from what these left behind. A message's
number is the one that it had when its mailbox was opened for the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mailedu.agents.effects import Expunged, Locked, Marked, Unlocked, Unmarked
from mailedu.exercise.facts import About, FactError, Spot, fact
from mailedu.exercise.facts.mailbox import mailbox_of, uids
from mailedu.journey.step import Kind, Step
from mailedu.journey.worlds import Lying
from mailedu.pop3.states import EXPECTED, State, Verb


class Exchange(NamedTuple):
    """A command and its reply."""

    command: Step
    reply: Step | None

    @property
    def words(self) -> list[str]:
        """The words of the command line."""
        return line(self.command).split()

    @property
    def ok(self) -> bool:
        return self.reply is not None and self.reply.head(3) == b"+OK"


def line(step: Step) -> str:
    """The first line that a step says."""
    return step.head(1024).split(b"\r\n", 1)[0].decode("utf-8", "backslashreplace")


def talk(about: About) -> list[Step]:
    """The steps of all POP3 conversations, what links and programs do left out."""
    return [s for s in about.played.steps if s.leg.protocol == "pop3" and s.kind in (Kind.COMMAND, Kind.REPLY)]


def exchanges(about: About) -> list[Exchange]:
    """All commands with their replies, in order."""
    steps = talk(about)
    replies = {step.answers: step for step in steps if step.kind is Kind.REPLY}
    return [Exchange(step, replies.get(step.n)) for step in steps if step.kind is Kind.COMMAND]


def first(about: About, command: str) -> Exchange:
    """The first command that begins with these words. FactError if nobody says it."""
    wanted = command.upper().split()
    for one in exchanges(about):
        if [word.upper() for word in one.words[: len(wanted)]] == wanted:
            return one
    raise FactError(f"nobody says {command}")


def opened(about: About) -> Step:
    """The reply that opened the mailbox. FactError if nobody got in."""
    for step in talk(about):
        if any(isinstance(effect, Locked) for effect in step.effects):
            return step
    raise FactError("nobody logged in")


# Who, and where ---------------------------------------------------------------------------------------------------


@fact("pop3.port")
def port(about: About) -> int:
    """The TCP port at which the POP3 server listens."""
    journey = about.played
    for packet in journey.packets:
        if packet.transport == "tcp" and journey.step(packet.step).leg.protocol == "pop3":
            return journey.log.connections[packet.connection].server.port
    raise FactError("there is no POP3 conversation")


@fact("pop3.user")
def user(about: About) -> str:
    """The name that USER gave first."""
    return " ".join(first(about, "USER").words[1:])


@fact("pop3.password")
def password(about: About) -> str:
    """What PASS gave first, blanks included (RFC 1939 section 7)."""
    return line(first(about, "PASS").command)[len("PASS ") :]


@fact("pop3.logins")
def logins(about: About) -> int:
    """How often somebody logged in with success."""
    return sum(isinstance(effect, Locked) for step in talk(about) for effect in step.effects)


# What was said ----------------------------------------------------------------------------------------------------


@fact("pop3.commands")
def commands(about: About) -> list[str]:
    """The verbs that the client said, in order."""
    return [one.words[0].upper() for one in exchanges(about) if one.words]


@fact("pop3.times")
def times(about: About, command: str) -> int:
    """How often the client said a command that begins with these words."""
    wanted = command.upper().split()
    return sum([word.upper() for word in one.words[: len(wanted)]] == wanted for one in exchanges(about))


@fact("pop3.lines")
def lines(about: About) -> list[str]:
    """The command lines that the client said, in order."""
    return [line(one.command) for one in exchanges(about)]


@fact("pop3.status")
def status(about: About, command: str = "") -> str:
    """+OK or -ERR: the reply to the first such command; without a command, to the one that the question is about."""
    found = about.played.by_place.get(about.at + "!") if not command else first(about, command).reply
    if found is None:
        raise FactError(f"no reply to {command or about.at}")
    return line(found).split(" ", 1)[0]


@fact("pop3.replies")
def replies(about: About) -> dict[str, str]:
    """Command line -> the first line of its reply."""
    return {line(one.command): line(one.reply) for one in exchanges(about) if one.reply is not None}


@fact("pop3.refused")
def refused(about: About) -> str:
    """The verb that got the first -ERR; `none` if there was none."""
    return next((one.words[0].upper() for one in exchanges(about) if one.words and not one.ok), "none")


@fact("pop3.allowed")
def allowed(about: About, state: str) -> list[str]:
    """The verbs that a server takes in a state: AUTHORIZATION or TRANSACTION (RFC 1939 sections 4 and 5)."""
    try:
        return [verb.name for verb in EXPECTED[State[state]] if verb is not Verb.GREETING]
    except KeyError:
        raise FactError(f"state: no state {state!r}, only {', '.join(one.name for one in State)}") from None


# Sizes and numbers ------------------------------------------------------------------------------------------------


@fact("pop3.count")
def count(about: About) -> int:
    """How many messages were in the mailbox at the first login."""
    return len(_boxful(about))


@fact("pop3.others")
def others(about: About) -> int:
    """How many messages were in the mailbox at the first login beside those that were fetched."""
    return len(_boxful(about)) - len(fetched_numbers(about))


@fact("pop3.reply_octets")
def reply_octets(about: About, command: str) -> int:
    """Octets that the server sent in answer to the first such command: first line, text, and the dot at its end."""
    found = first(about, command).reply
    if found is None:
        raise FactError(f"{command} was not answered")
    return found.size


@fact("pop3.message_size")
def message_size(about: About, message: int) -> int:
    """Octets of a message, each line end counted as two, no dot doubled (RFC 1939 section 11): what LIST says."""
    return _boxful(about)[_index(about, message)].letter.size


@fact("pop3.all_octets")
def all_octets(about: About) -> int:
    """Octets of all messages at the first login: what STAT then says."""
    return sum(lying.letter.size for lying in _boxful(about))


@fact("pop3.told")
def told(about: About, command: str, nth: int = 1) -> int:
    """The nth whole number in the first line of the reply to the last such command: STAT's 1 is messages, 2 octets."""
    wanted = command.upper().split()
    found = [one for one in exchanges(about) if [w.upper() for w in one.words[: len(wanted)]] == wanted]
    if not found or found[-1].reply is None:
        raise FactError(f"nobody answers {command}")
    numbers = [word for word in line(found[-1].reply).split() if word.isdecimal()]
    if not 1 <= nth <= len(numbers):
        raise FactError(f"the reply to {command} has {len(numbers)} numbers")
    return int(numbers[nth - 1])


@fact("pop3.listed")
def listed(about: About) -> list[int]:
    """The message numbers in the reply to the last LIST."""
    found = [one.reply for one in exchanges(about) if one.words[:1] == ["LIST"] and one.reply is not None]
    if not found:
        raise FactError("nobody says LIST")
    rows = b"".join(found[-1].octets).split(b"\r\n")[1:-2]
    return [int(row.split(b" ")[0]) for row in rows if row[:1].isdigit()]


# What becomes of messages -----------------------------------------------------------------------------------------


@fact("pop3.fetched")
def fetched(about: About, message: int, login: int = 0) -> bool:
    """Whether RETR brought a message down; `login`: in the session of the nth login, else in any."""
    return any(n == message and login in (0, session) for n, session in _retrieved(about))


@fact("pop3.fetched_numbers")
def fetched_numbers(about: About) -> list[int]:
    """The messages that RETR brought down, each once, by their first numbers."""
    return sorted({n for n, _ in _retrieved(about)})


@fact("pop3.marked")
def marked(about: About, message: int) -> bool:
    """Whether a message was marked when a session ended, with QUIT or without."""
    return message in marked_numbers(about)


@fact("pop3.marked_numbers")
def marked_numbers(about: About) -> list[int]:
    """The messages that were marked when a session ended, with QUIT or without, by their first numbers."""
    known = _first_numbers(about)
    ended: set[int] = set()
    now: set[str] = set()
    for step in about.played.steps:
        for effect in step.effects:
            if isinstance(effect, Marked):
                now.add(effect.uid)
            elif isinstance(effect, Unmarked):
                now.clear()
            elif isinstance(effect, Unlocked):
                ended |= {known[uid] for uid in now if uid in known}
                now.clear()
    return sorted(ended)


@fact("pop3.message_survives")
def message_survives(about: About, message: int) -> bool:
    """Whether a message is still in the mailbox in the end."""
    journey = about.played
    uid = _boxful(about)[_index(about, message)].uid
    box = journey.world(len(journey)).boxes.get(mailbox_of(about))
    return box is not None and any(lying.uid == uid for lying in box.letters)


@fact("pop3.fate")
def fate(about: About, message: int) -> str:
    """What became of a message: `deleted` (DELE, then QUIT), `unmarked` (RSET), `cut` (no QUIT), `kept` (no DELE)."""
    if not message_survives(about, message):
        return "deleted"
    if message in marked_numbers(about):
        return "cut"
    uid = _boxful(about)[_index(about, message)].uid
    was = any(isinstance(e, Marked) and e.uid == uid for step in about.played.steps for e in step.effects)
    return "unmarked" if was else "kept"


@fact("pop3.decided")
def decided(about: About, message: int) -> Spot:
    """The step that decided what became of a message: QUIT's reply, RSET's, the end of the line, or the fetching."""
    boxful = _boxful(about)
    uid = boxful[_index(about, message)].uid
    found: Step | None = None
    was = False
    for step in about.played.steps:
        for effect in step.effects:
            if isinstance(effect, Marked) and effect.uid == uid:
                was, found = True, step
            elif isinstance(effect, Expunged) and uid in effect.uids:
                return Spot("step", step.n)
            elif isinstance(effect, (Unmarked, Unlocked)) and was:
                was, found = False, step
    if found is None:
        found = next((one.command for one, n, _ in _meant(about) if n == message), None) or exchanges(about)[-1].command
    return Spot("step", found.n)


@fact("pop3.ended")
def ended(about: About) -> Spot:
    """The step at which the last session ended: the reply to QUIT, or the end of the connection."""
    for one in reversed(exchanges(about)):
        if one.words[:1] == ["QUIT"] and one.reply is not None:
            return Spot("step", one.reply.n)
        break
    found = [s for s in about.played.steps if s.leg.protocol == "pop3" and s.kind in (Kind.LINK, Kind.REPLY)]
    if not found:
        raise FactError("there is no POP3 conversation")
    return Spot("step", found[-1].n)


# How messages are counted -----------------------------------------------------------------------------------------


def _boxful(about: About) -> tuple[Lying, ...]:
    """What was in the mailbox when it was first opened."""
    return _opened_by(about, opened(about))


def _opened_by(about: About, step: Step) -> tuple[Lying, ...]:
    """What is in the mailbox that a step opens."""
    box = about.played.world(step.n).boxes.get(mailbox_of(about))
    return box.letters if box is not None else ()


def _index(about: About, message: int) -> int:
    if not 1 <= message <= len(_boxful(about)):
        raise FactError(f"there is no message {message}")
    return message - 1


def _first_numbers(about: About) -> dict[str, int]:
    """Unique id -> the number at the first login; what came later goes on from there. Nothing if nobody got in."""
    try:
        known = [lying.uid for lying in _boxful(about)]
    except FactError:
        return {}
    later = [uid for uid in uids(about.played, mailbox_of(about)) if uid not in known]
    return {uid: n for n, uid in enumerate((*known, *later), 1)}


def _retrieved(about: About) -> set[tuple[int, int]]:
    """The first number of each message that RETR brought down, and which login that was, from 1."""
    return {(n, login) for one, n, login in _meant(about) if one.words[0].upper() == "RETR" and one.ok}


def _meant(about: About) -> Iterator[tuple[Exchange, int, int]]:
    """Commands that name a message, each with the number that the message had first, and which login that was.

    Numbers are given anew at each login (RFC 1939 section 4).
    """
    known = _first_numbers(about)
    box: tuple[Lying, ...] = ()
    login = 0
    for one in exchanges(about):
        words = one.words
        if len(words) > 1 and words[1].isdecimal() and 1 <= int(words[1]) <= len(box):
            yield one, known[box[int(words[1]) - 1].uid], login
        if one.reply is not None and any(isinstance(effect, Locked) for effect in one.reply.effects):
            box, login = _opened_by(about, one.reply), login + 1
