"""A scene in plain words, as every face says it: who speaks to whom, who holds the letter, what the envelope says.

Foreign names are made safe here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from mailedu.agents.actions import Action, Link
from mailedu.journey.envelopes import Named
from mailedu.journey.holders import Holder
from mailedu.journey.step import Kind, Stage, Step
from mailedu.visible import visible

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey
    from mailedu.journey.scene import Scene

T = TypeVar("T")

#: The five stages as people see them.
STAGES: Final = {
    Stage.COMPOSE: "1 compose",
    Stage.SUBMIT: "2 submit",
    Stage.DELIVER: "3 deliver",
    Stage.PROCESS: "4 process",
    Stage.ACCESS: "5 read",
}
#: What a conversation, or a station's work, is called.
PROTOCOLS: Final = {
    "ua": "user agent",
    "submission": "SMTP submission",
    "smtp": "SMTP",
    "queue": "queue",
    "bounce": "report of failure",
    "dns": "DNS",
    "process": "local delivery",
    "pop3": "POP3",
}
_CONVERSATIONS: Final = frozenset(("submission", "smtp", "pop3"))
_LINKS: Final = {
    Link.CONNECT: "{actor} opens a connection to {peer}",
    Link.REFUSED: "{actor} tries to connect to {peer}, which refuses",
    Link.UNREACHABLE: "{actor} tries to connect to {peer}, which does not answer",
    Link.TIMEOUT: "{actor} has waited too long for {peer}, and gives up",
    Link.CLOSE: "{actor} and {peer} close the connection",
    Link.RESET: "The connection of {actor} and {peer} breaks",
}
_ACTIONS: Final = {
    Action.FILE: "{actor} opens the {letter}",
    Action.MBOX: "{actor} takes off the line of a mailbox file",
    Action.LINE_ENDS: "{actor} ends every line with CR LF",
    Action.FIELD: "{actor} writes a field of the header",
    Action.BODY: "{actor} writes the text",
    Action.PART: "{actor} adds a part",
    Action.REMOVE: "{actor} takes a field out",
    Action.ADD: "{actor} adds a field that was missing",
    Action.ENCODE: "{actor} encodes a text whose lines are too long",
    Action.FOLD: "{actor} folds a field that is too long",
    Action.COMPOSED: "{actor} has the {letter} ready",
    Action.KEEP: "{actor} keeps the {letter} for",
    Action.RECEIVED: "{actor} puts a field on top of the {letter}",
    Action.QUEUE: "{actor} puts the {letter} into its queue",
    Action.LOCAL: "{actor} finds that it need ask nobody",
    Action.ROUTE: "{actor} chooses where to deliver",
    Action.DEFER: "{actor} will try again",
    Action.EXPIRE: "{actor} gives up",
    Action.BOUNCE: "{actor} has to report a failure",
    Action.DROP: "{actor} drops the report",
    Action.RECIPIENT: "{actor} looks for the mailbox",
    Action.RETURN_PATH: "{actor} puts a field on top of the {letter}",
    Action.STORE: "{actor} puts the {letter} into the mailbox",
    Action.PARSE: "{actor} takes the {letter} apart",
    Action.READ: "{actor} shows",
    Action.NOTHING: "{actor} finds no mail",
}
_HELD: Final = {
    "writing": "being written on {host}",
    "holding": "on {host}",
    "sending": "on its way from {host} to {to}, which is not responsible for it yet",
    "queued": "in the queue of {host}, which is responsible for it",
    "mailbox": "in the mailbox of {to}, on {host}",
    "fetching": "in the mailbox on {host}, with a copy on {to}",
    "fetched": "on {host} alone; the mailbox has it no more",
    "reading": "a copy on {host}",
}


def duration(seconds: float) -> str:
    """A moment since the start: `0.140 s`, `5 min 0.400 s`, `2 h 0 min 5 s`, `5 d 1 h 0 min`."""
    if seconds < 60:
        return f"{seconds:.3f} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{int(minutes)} min {rest:.3f} s"
    hours, left = divmod(int(minutes), 60)
    if hours < 24:
        return f"{hours} h {left} min {int(rest)} s"
    return f"{hours // 24} d {hours % 24} h {left} min"


def who(scene: Scene) -> str:
    """Who speaks to whom, or acts, as a sentence without its end: what was said follows."""
    step = scene.step
    kind = step.kind
    if kind is Kind.ACTION:
        form = _ACTIONS.get(Action(step.verb), "{actor} is at work")
    elif kind is Kind.LINK:
        form = _LINKS[Link(step.verb)]
    elif kind is Kind.COMMAND:
        form = "{actor} says to {peer}"
    elif kind is Kind.DATA:
        form = "{actor} sends {peer} the {letter}"
    elif kind is Kind.QUERY:
        form = "{actor} asks {peer}"
    elif step.answers < 0:
        form = "{peer} greets {actor}" if step.verb == "GREETING" else "{peer} says to {actor}"
    else:
        form = "{peer} answers {actor}"
    letter = kind_of(scene.leg.letter)
    sentence = form.format(actor=visible(scene.actor), peer=visible(scene.peer), letter=letter)
    return "T" + sentence[1:] if sentence.startswith("the ") else sentence


def goes_on(step: Step) -> bool:
    """Whether the octets of a step belong behind the sentence of `who`: a link has none, finding no mail neither."""
    return bool(step.octets)


def whereabouts(scene: Scene, name_of: Callable[[str], str] | None = None) -> str:
    """Where the letter is and who is responsible for it; empty where there is no letter yet.

    `name_of` says how a host is called; without it by its title.
    """
    holder: Holder = scene.holder
    if not holder.host:
        return ""
    name_of = name_of or scene.title_of
    to = holder.to if holder.how == "mailbox" else name_of(holder.to)
    return _HELD[holder.how].format(host=visible(name_of(holder.host)), to=visible(to))


def envelope(scene: Scene, most: int = 4) -> tuple[str, ...]:
    """The envelope so far, a fact an entry: from whom and to whom, with the server's answers; `most` recipients.

    In a conversation it is what has been said there; at a station between, the letter's. Empty where there is none.
    """
    protocol = scene.leg.protocol
    if protocol in ("submission", "smtp"):
        said = scene.envelope
        if said.sender is None and not said.recipients:
            met = scene.step.kind is not Kind.LINK or scene.step.verb == Link.CONNECT
            return ("the server has not been told yet",) if met else ()
        facts = [f"from {_answered(said.sender)}"] if said.sender is not None else []
        return (*facts, *_recipients(said.recipients, most, _answered))
    letter = scene.letter
    if protocol == "pop3" or letter is None or scene.leg.stage is Stage.ACCESS:
        return ()
    if protocol == "bounce" and scene.step.verb != Action.DROP:  # what is written here is the report
        return (f"from {_address('')}", f"to {_address(letter.envelope.reverse_path)}")
    return (
        f"from {_address(letter.envelope.reverse_path)}",
        *_recipients(letter.envelope.recipients, most, visible),
    )


def _recipients(recipients: Sequence[T], most: int, told: Callable[[T], str]) -> tuple[str, ...]:
    shown = tuple(f"to {told(recipient)}" for recipient in recipients[:most])
    left = len(recipients) - most
    return (*shown, f"and {left} more") if left > 0 else shown


def _answered(named: Named) -> str:
    return f"{_address(named.address)}, {'not yet answered' if named.answer == 'asked' else named.answer}"


def _address(address: str) -> str:
    return visible(address) if address else "<>, nobody"


def state(scene: Scene) -> str:
    """The state of the conversation before and after this step; empty where nobody talks."""
    before, after = scene.step.before, scene.step.after
    if not after:
        return ""
    words = scene.state_words(after)
    return f"{after}, as before: {words}" if before == after else f"{before} before, now {after}: {words}"


def next_turn(scene: Scene) -> str:
    """Whose turn it is and what may be said; empty where nobody talks."""
    if scene.leg.protocol == "dns":
        return "the answer" if scene.step.kind is Kind.QUERY else ""
    if scene.leg.protocol not in _CONVERSATIONS or scene.step.kind is Kind.ACTION:
        return ""
    if scene.step.kind is Kind.LINK:
        return "the server greets" if scene.step.verb == Link.CONNECT else ""
    turn = scene.who_is_next
    if turn == "server":
        return "the server answers" if scene.step.kind is Kind.COMMAND else "the server's next answer"
    if turn == "nobody":
        return "nothing: this conversation is over"
    if scene.step.kind is Kind.COMMAND:
        return "the client goes on without waiting for the answer"
    if scene.step.kind is Kind.DATA:
        return "the lone dot that ends the letter"
    if scene.step.after == "DATA":
        return "the letter, then a dot alone on a line"
    if scene.step.after == "AUTH":
        return "the client answers, in base64"
    return f"the client may say {', '.join(scene.may_come_next) or 'nothing more'}"


def outcome(journey: Journey, most: int = 4) -> tuple[str, ...]:
    """What became of each letter in the end, a fact an entry, for the recipients as the envelope named them."""
    world = journey.world(len(journey))
    fates: dict[tuple[str, str], list[str]] = {}
    for pairs, what in (
        (tuple(dict.fromkeys(world.delivered)), "was delivered to"),
        (world.bounced, "came back, not delivered to"),
        (world.dropped, "was dropped, not delivered to"),
        (tuple((letter, to) for letter, its in world.kept for to in its), "was kept by its sender, not sent to"),
    ):
        for letter, to in pairs:
            fates.setdefault((kind_of(letter), what), []).append(to)
    for entry in world.queue:
        fates.setdefault((kind_of(entry.letter), f"waits in the queue of {entry.host} for"), []).extend(
            entry.recipients
        )
    return tuple(f"The {letter} {visible(what)} {_some(its, most)}" for (letter, what), its in fates.items())


def _some(addresses: list[str], most: int) -> str:
    shown = ", ".join(visible(address) for address in addresses[:most])
    left = len(addresses) - most
    return f"{shown} and {left} more" if left > 0 else shown


def kind_of(letter: str) -> str:
    """What a letter is, by its id: `letter`, or `report` for a bounce."""
    return "report" if letter.startswith("bounce") else "letter"
