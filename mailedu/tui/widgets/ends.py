"""Who stands at the two lifelines of the ladder."""

from __future__ import annotations

from typing import Final

from textual.events import Resize
from textual.strip import Strip
from textual.widget import Widget

from mailedu.tui.view import View
from mailedu.tui.widgets.canvas import Piece, Row
from mailedu.visible import clip, visible, width

#: Where the name at the left lifeline begins, and how many cells are free behind that at the right one.
LEFT: Final = 5
RIGHT: Final = 2
#: What a machine is while it talks to nobody.
_ALONE: Final = {
    "ua": "user agent",
    "queue": "mail server, its queue",
    "bounce": "mail server, reports a failure",
    "process": "mail server, local delivery",
}


class Ends(Widget):
    """`Alice’s laptop client                             mail.example.com server`."""

    DEFAULT_CSS = "Ends { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: View | None = None
        self._row = Row(0)

    def show(self, view: View) -> None:
        self._view = view
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def render_line(self, y: int) -> Strip:
        row = self._row if self._row.width == self.size.width and y == 0 else Row(self.size.width)
        return row.strip(self)

    def _draw(self) -> None:
        cells = self.size.width
        if self._view is None or not cells:
            return
        row = Row(cells)
        (left, role), right = _who(self._view)
        if right is None:
            row.put_all(LEFT, _end(left, role, "$client", cells - LEFT - RIGHT), cells - RIGHT)
        else:
            half = (cells - LEFT - RIGHT - 2) // 2
            # Who needs less than half leaves the rest to the other.
            needed = width(right[0]) + len(right[1]) + 1
            room = cells - LEFT - RIGHT - 2 - min(needed, half)
            behind = row.put_all(LEFT, _end(left, role, "$client", room))
            pieces = _end(*right, "$server", cells - RIGHT - behind - 2)
            row.put_all(cells - RIGHT - sum(width(text) for text, _ in pieces), pieces)
        if row != self._row:
            self._row = row
            self.refresh()


def _who(view: View) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """Name and role at the left lifeline, and at the right one if there is one."""
    leg = view.step.leg
    left, right = visible(view.name_of(leg.actor)), visible(view.name_of(leg.peer))
    if not leg.peer:
        return (left, _ALONE.get(leg.protocol, "mail server")), None
    if leg.protocol == "dns":
        return (left, "asks"), (right, "" if "DNS" in right else "DNS")
    return (left, "client"), (right, "server")


def _end(name: str, role: str, hue: str, room: int) -> list[Piece]:
    """A name that is cut before its role is."""
    name = clip(name, max(room - len(role) - 1, 0) if role else max(room, 0))
    return [(name, f"bold {hue}"), (f" {role}" if role else "", "$quiet")]
