"""Where the conversation stands: its states as a path, the present one marked, and where each command leads from it.

All of it is read from the tables of the protocols: what is drawn is what the engine goes by.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from textual.content import Content

from mailedu.journey import order, phrases
from mailedu.journey.scene import Scene
from mailedu.text import panes
from mailedu.text.screen import wrapped
from mailedu.tui.panes.page import Page
from mailedu.tui.panes.sheet import Sheet, line_of, lines, mark
from mailedu.tui.view import View
from mailedu.visible import pad, width

#: Rows from which on there is room for the whole path, one below the other.
ROOMY: Final = 12
_FIRST, _LAST = "OPENING", "CLOSED"
#: What is said where the table has no word that is sent.
_SAID: Final = {"GREETING": "the greeting", "END_OF_DATA": "the lone dot", "RESPONSE": "an answer"}
_LABEL: Final = 9
#: Between two states of a row, if one has been in both, and if not.
_GAP, _GAP_TO_COME = "──", "┄┄"

Rows = list[Content]
BLANK: Final = Content("")


class StatePane(Page):
    """The pane state."""

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        return stood(view, width, height)


def stood(view: View, cells: int, height: int) -> Rows:
    """The pane as rows of at most `cells` cells; where `height` is too small for all, the rest is below it."""
    scene = view.scene
    entered = scene.states_so_far
    before = f"Step {view.n} is hidden; this is how things stood before it." if view.hidden else ""
    if not entered:
        none = [row for line in lines(panes.state(scene, Sheet(cells), False)) for row in line.wrap(cells)]
        return [*_quiet(before, cells), *none]
    if height < ROOMY:
        return _short(scene, entered, cells, height, "Before" if view.hidden else "Now")
    note = _quiet(before, cells)
    roomy = [*note, *_path(scene, entered, cells, roomy=True), BLANK, *_moves(scene, entered[-1], cells)]
    if len(roomy) <= height:
        return roomy
    return [*note, *_path(scene, entered, cells, roomy=False), BLANK, *_moves(scene, entered[-1], cells)]


# The states -----------------------------------------------------------------------------------------------------------


@cache
def spine(protocol: str) -> tuple[str, ...]:
    """The states on the way to the one that lies farthest from the beginning, then the end: the path of a success."""
    came: dict[str, str] = {_FIRST: ""}
    queue = [_FIRST]
    for state in queue:
        for move in order.moves(protocol, state):
            if move.to not in came and move.to != _LAST:
                came[move.to] = state
                queue.append(move.to)
    path: list[str] = []
    state = queue[-1]
    while state:
        path.insert(0, state)
        state = came[state]
    return (*path, _LAST)


def _along(protocol: str, entered: Sequence[str]) -> list[str]:
    """The spine, and the side ways that were taken, each behind the state that it was entered from."""
    path = list(spine(protocol))
    for before, state in zip(("", *entered), entered, strict=False):
        if state not in path:
            path.insert(path.index(before) + 1 if before in path else 0, state)
    return path


def _leads(protocol: str, state: str, to: str) -> str:
    """The commands that lead from one state to another."""
    verbs = dict.fromkeys(move.verb for move in order.moves(protocol, state) if move.to == to)
    return ", ".join(_SAID.get(verb, verb) for verb in verbs)


def _path(scene: Scene, entered: Sequence[str], cells: int, *, roomy: bool) -> Rows:
    """A state a row; between two, if `roomy`, what leads from the one to the other."""
    protocol, now = scene.leg.protocol, entered[-1]
    main, path = spine(protocol), _along(protocol, entered)
    room = max(map(width, path)) + 2
    rows: Rows = []
    before = ""
    for state in path:
        known, side = state in entered, state not in main
        if before and not side and roomy:
            rows.append(_step(protocol, before, state, now, known))
        before = before if side else state
        sign = mark("bold $accent", "► ") if state == now else mark("$quiet", "✓ ") if known else mark("$line", "· ")
        if side:
            sign = (mark("bold $accent", "►") if state == now else mark("$line", "│")) + mark("$line", " ╰ ")
        name = mark("bold" if state == now else "" if known else "$quiet", state)
        gap = " " * (room - width(state) - (2 if side else 0))
        text = wrapped(scene.state_words(state) + (", then back" if side else ""), max(cells - 2 - room, 10))
        style = "" if state == now else "$quiet"
        rows.append(line_of(sign + name + gap + mark(style, text[0])))
        rows += [line_of(mark("$line", "│ " if known else "┊ ") + " " * room + mark(style, more)) for more in text[1:]]
    return rows


def _step(protocol: str, state: str, to: str, now: str, known: bool) -> Content:
    """What leads from a state to the next one; from the last before the end, back to where it leads."""
    said = _leads(protocol, state, to)
    if not said:
        back = next((move.to for move in order.moves(protocol, state)), "")
        said = f"{_leads(protocol, state, back)}: back to {back}" if back else ""
    line = mark("$line", "│ " if known else "┊ ")
    return line_of(line + mark("$client" if state == now else "$quiet", said))


# What leads on --------------------------------------------------------------------------------------------------------


def _moves(scene: Scene, now: str, cells: int) -> Rows:
    """The row of the present state in the table: where each command leads, and which are refused, with why."""
    protocol = scene.leg.protocol
    refused: dict[str, str] = {}
    ways: dict[tuple[str, str], list[str]] = {}
    for move in order.moves(protocol, now):
        why = scene.refused_now(move.verb)
        if why:
            refused[move.verb] = why
        else:
            ways.setdefault(("stays" if move.to == now else f"to {move.to}", move.reply), []).append(
                _SAID.get(move.verb, move.verb)
            )
    if not ways and not refused:
        return [Content.styled("From here nothing leads on.", "$quiet")]
    to_room = max((width(to) for to, _ in ways), default=0) + 2
    reply_room = max((width(reply) for _, reply in ways), default=0) + 2
    rows: Rows = [line_of(mark("$quiet", "From ") + mark("bold", now) + mark("$quiet", ", if the reply is"))]
    for (to, reply), verbs in ways.items():
        head = pad(to, to_room) + mark("$server", reply) + " " * (reply_room - width(reply))
        for n, text in enumerate(wrapped(", ".join(verbs), max(cells - to_room - reply_room, 10))):
            rows.append(line_of((" " * (to_room + reply_room) if n else head) + mark("$client", text)))
    for verb, why in refused.items():
        rows.append(line_of(mark("$error", "✗ ") + mark("$quiet", f"{verb}, refused now: {why}")))
    wrong = order.out_of_order(protocol, now)
    if wrong:
        rows += [BLANK, *_quiet(f"Out of order here: {', '.join(wrong)}.", cells)]
    if any(reply == "2yz" for _, reply in ways):
        rows += _quiet("2yz is any reply that begins with 2; 3yz, 4yz and 5yz likewise.", cells)
    return rows


def _quiet(text: str, cells: int) -> Rows:
    return [Content.styled(row, "$quiet") for row in wrapped(text, cells)] if text else []


# Five rows ------------------------------------------------------------------------------------------------------------


def _short(scene: Scene, entered: Sequence[str], cells: int, height: int, label: str) -> Rows:
    """The path in a row, the present state, the way so far, what may come next and what not."""
    protocol, now = scene.leg.protocol, entered[-1]
    wrong = ", ".join(order.out_of_order(protocol, now))
    rows = [
        _row(protocol, entered, cells),
        *_fact(label, mark("bold", now) + f"  {scene.state_words(now)}", cells),
        *_fact("So far", " → ".join((*entered[:-1], f"[{now}]")), cells),
        *_fact("Next", phrases.next_turn(scene), cells),
        *_fact("Not now", wrong, cells),
    ]
    return rows[:height]


def _row(protocol: str, entered: Sequence[str], cells: int) -> Content:
    """The states in a row; where they do not fit, the first ones and then the last ones are left out."""
    now, path = entered[-1], _along(protocol, entered)
    at = path.index(now)
    kept = path
    while width(f" {_GAP} ".join(kept[: kept.index(now) + 1])) + 4 > cells and len(kept) > len(path) - at:
        kept = ["…", *kept[2 if kept[0] == "…" else 1 :]]
    pieces: list[str] = []
    for state in kept:
        known = state in entered or state == "…"
        if pieces:
            pieces.append(mark("$line", f" {_GAP if known else _GAP_TO_COME} "))
        if state == now:
            pieces.append(mark("bold $accent", "►") + " " + mark("bold", state))
        else:
            pieces.append(mark("" if known else "$quiet", state))
    return line_of("".join(pieces)).truncate(cells, ellipsis=True)


def _fact(label: str, marked: str, cells: int) -> Rows:
    """A labelled row, cut at the edge; none for no text."""
    if not marked:
        return []
    begin = mark("$quiet", label) + " " * (_LABEL - width(label))
    return [line_of(begin + marked).truncate(cells, ellipsis=True)]
