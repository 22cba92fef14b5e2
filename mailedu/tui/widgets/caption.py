"""The last line of the map: where the letter is, and what is known about its envelope, or about what it waits for."""

from __future__ import annotations

from typing import Final

from mailedu.agents.actions import Link
from mailedu.journey import gist
from mailedu.journey.envelopes import Named
from mailedu.journey.phrases import duration, kind_of, whereabouts
from mailedu.journey.step import Kind
from mailedu.smtp.states import Verb
from mailedu.tui.view import View
from mailedu.tui.widgets.canvas import Piece
from mailedu.visible import clip, visible, width

_ANSWERED: Final = {
    "accepted": (" ✓", "$success"),
    "refused": (" ✗", "bold $error"),
    "put off": (" ✗ for now", "bold $error"),
}
_LINKS: Final = {
    Link.REFUSED: "{peer} refuses the connection",
    Link.UNREACHABLE: "{peer} does not answer",
    Link.TIMEOUT: "{actor} has waited too long for {peer}",
    Link.RESET: "The connection breaks",
}


def caption(view: View, room: int, *, on_map: bool) -> list[Piece]:
    """At most `room` cells. `on_map`: both who talk are machines of the map, so that they need no naming here."""
    where = whereabouts(view.scene, view.name_of)
    if where and kind_of(view.scene.holder.letter) == "report":
        lead: list[Piece] = [("✉✗ ", ""), ("report of failure", "bold $error"), (f" {where}", "$quiet")]
    else:
        lead = [("✉ ", ""), (where, "$quiet")] if where else []
    made: list[Piece] = []
    # While a letter is handed over, who is responsible for it matters more than the envelope.
    tries = ((False, 4), (False, 0)) if _handed_over(view) else ((False, 4), (True, 4), (True, 2), (True, 1))
    for shortened, most in tries:
        if shortened and lead:
            lead[-1] = (lead[-1][0].partition(", which is")[0], "$quiet")
        facts = _facts(view, most, on_map=on_map) if most else []
        gap: list[Piece] = [(".  ", "$quiet")] if lead and facts else []
        made = [*lead, *gap, *facts]
        if sum(width(text) for text, _ in made) <= room:
            return made
    return _clipped(made, room)


def _handed_over(view: View) -> bool:
    """Whether the letter is on its way into a server's hands, or this step has put it there."""
    step = view.scene.step
    return step.kind is Kind.DATA or step.verb == Verb.END_OF_DATA


def _clipped(pieces: list[Piece], room: int) -> list[Piece]:
    made: list[Piece] = []
    for text, style in pieces:
        if width(text) > room:
            made.append((clip(text, room), style))
            break
        made.append((text, style))
        room -= width(text)
    return made


def _facts(view: View, most: int, *, on_map: bool) -> list[Piece]:
    """What there is to say besides where the letter is; `most` addresses. A hidden reply is not looked at."""
    scene = view.scene
    leg, step = scene.leg, scene.step
    if step.kind is Kind.LINK and step.verb in _LINKS:
        says = _LINKS[Link(step.verb)].format(actor=_name(view, leg.actor), peer=_name(view, leg.peer))
        return [(_sentence(says), "$error")]
    if leg.protocol == "dns":
        says = f"{_name(view, leg.actor)} asks {_name(view, leg.peer)}: "
        if step.kind is Kind.ANSWER:
            says = f"{_name(view, leg.peer)} answers: "
        return [(_sentence(says), "$quiet"), (gist.gist(step), "$foreground")]
    if leg.protocol in ("submission", "smtp"):
        return _envelope(view, most, on_map=on_map)
    if leg.protocol == "pop3":
        return _mailbox(view)
    return _queue(view, most)


def _name(view: View, host: str) -> str:
    return visible(view.name_of(host))


def _sentence(text: str) -> str:
    """`the DNS` begins one with a capital; names of hosts stay as they are."""
    return "T" + text[1:] if text.startswith("the ") else text


def _envelope(view: View, most: int, *, on_map: bool) -> list[Piece]:
    said = view.scene.envelope
    label = "Envelope so far: " if on_map else f"Envelope for {_name(view, view.step.leg.peer)}: "
    if said.sender is None and not said.recipients:
        return [(label, "$quiet"), ("empty", "$foreground")]
    made: list[Piece] = [(label, "$quiet")]
    if said.sender is not None:
        made += [("from ", "$quiet"), *_answered(view, said.sender), ("  ", "")]
    # The last ones, for it is about them that the two are talking.
    left = len(said.recipients) - most
    if left > 0:
        made.append((f"to {left} more, ", "$quiet"))
    for one in said.recipients[-most:]:
        made += [("to ", "$quiet"), *_answered(view, one), ("  ", "")]
    return made[:-1]


def _answered(view: View, named: Named) -> list[Piece]:
    waiting = (" ?", "bold $server") if view.hidden else (" …", "$quiet")
    address = visible(named.address) if named.address else "<>"
    return [(address, "$foreground"), _ANSWERED.get(named.answer, waiting)]


def _mailbox(view: View) -> list[Piece]:
    locked = next((box for box in view.scene.world.boxes.values() if box.locked), None)
    if locked is None:
        return []
    marked = sum(1 for lying in locked.letters if lying.marked)
    if not marked:
        return [("The mailbox is locked", "$quiet")]
    goes = "1 letter in it goes" if marked == 1 else f"{marked} letters in it go"
    return [("The mailbox is locked", "$quiet"), (f": {goes} at QUIT", "$foreground")]


def _queue(view: View, most: int) -> list[Piece]:
    """For whom a letter lies in the queue of who is at work, and until when."""
    scene = view.scene
    leg = scene.leg
    its = [entry for entry in scene.world.queue if entry.host == leg.actor and entry.letter == scene.holder.letter]
    recipients = list(dict.fromkeys(to for entry in its for to in entry.recipients))
    if not recipients:
        return []
    names = ", ".join(map(visible, recipients[:most]))
    more = f" and {len(recipients) - most} more" if recipients[most:] else ""
    until = min(entry.until for entry in its)
    made: list[Piece] = [("For ", "$quiet"), (names, "$foreground"), (more, "$quiet")]
    if until > scene.step.time:
        made += [(": waits until ", "$quiet"), (duration(until), "bold $foreground")]
    return made
