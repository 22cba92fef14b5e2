"""The last line of the map while packets are looked at: where the letter is, in which packets this step travelled."""

from __future__ import annotations

from typing import Final

from mailedu.journey.captures import is_quick
from mailedu.journey.phrases import whereabouts
from mailedu.network.segments import Packet
from mailedu.tui.view import View
from mailedu.tui.widgets.canvas import Piece
from mailedu.visible import clip, visible, width

_GAP: Final = ".  "


def packet_caption(view: View, room: int, *, on_map: bool) -> list[Piece]:
    """At most `room` cells. `on_map` is what all captions are told, and changes nothing here."""
    where = whereabouts(view.scene, view.name_of)
    told = _told(view)
    made: list[Piece] = []
    for lead in (where, where.partition(", which is")[0], ""):
        made = [("✉ ", ""), (lead, "$quiet"), (_GAP, "$quiet"), *told] if lead else told
        if sum(width(text) for text, _ in made) <= room:
            return made
    return [(clip("".join(text for text, _ in made), room), "$quiet")]


def _told(view: View) -> list[Piece]:
    if view.hidden:
        return [(f"Step {view.n} is a reply that you are to guess", "$quiet")]
    if not is_quick(view.journey):
        return []
    its = view.journey.capture.of_step(view.n)
    if not its:
        return [(f"Step {view.n} sends no packet", "$quiet")]
    # The first and the last that say something: acknowledgments stand between them, and behind.
    first = next((packet for packet in its if packet.payload), its[0])
    last = next((packet for packet in reversed(its) if packet.payload), its[-1])
    numbers = f"packet {first.n}" if first is last else f"packets {first.n} to {last.n}"
    return [
        (f"Step {view.n} travelled in ", "$quiet"),
        (numbers, "bold $foreground"),
        (_towards(view, first), "$quiet"),
    ]


def _towards(view: View, packet: Packet) -> str:
    """Where it goes: a server's port has a name that is known, a client's is drawn."""
    leg = view.step.leg
    if packet.source.host == leg.actor:
        return f", to port {packet.target.port} of {visible(view.name_of(leg.peer))}"
    return f", from port {packet.source.port} of {visible(view.name_of(leg.peer))}"
