"""How one step becomes a row of the ladder: its text at the side of who speaks, an arrow to who listens.

A row is a list of segments that fill its width. Foreign text comes from `gist`, which has made it visible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from rich.segment import Segment
from rich.style import Style

from mailedu.agents.actions import Action, Link
from mailedu.dns import message as dns
from mailedu.journey import phrases
from mailedu.journey.gist import gist, hidden
from mailedu.journey.holders import BOUNCE
from mailedu.journey.step import Kind, Step
from mailedu.visible import clip, visible, width

#: Below so many columns all text stands at one edge.
LADDER: Final = 64
#: Cells between the right lifeline and the edge.
MARGIN: Final = 3

#: A text and its ink: the name of a colour, with `!` behind it where it is bold.
Piece: TypeAlias = tuple[str, str]

_MORE: Final = re.compile(r" \+[\d,]+ (?:lines?|octets)$")
_ACTS: Final = {
    "COMPOSED": "the {letter} is ready",
    "FILE": "the file",
    "PART": "a part of the {letter}",
    "BODY": "the text",
    "READ": "the {letter} as it is read",
}
#: What marks the exchanger that was chosen among those of ROUTE, and how many of them are looked at.
_CHOSEN: Final = "► "
_ROWS: Final = 64
#: What is told beside a text is kept while the text is cut, if it is no longer than this.
_LONGEST_ASIDE: Final = 24
_LEAST_SHAFT: Final = 2
_SHAFT, _PRESENT, _LETTER, _SHORT = "╌", "━", "═", "─"
_BROKEN: Final = frozenset((Link.REFUSED, Link.UNREACHABLE, Link.TIMEOUT, Link.RESET))


class Inks:
    """The colours of a theme as Rich styles."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._band = variables["band"]
        self._made: dict[tuple[str, bool], Style] = {}

    def __call__(self, ink: str, band: bool = False) -> Style:
        """`ink`: name of a colour; `!` behind it is bold, `~` reversed."""
        made = self._made.get((ink, band))
        if made is None:
            made = self._made[ink, band] = Style(
                color=self._variables[ink.rstrip("!~")],
                bgcolor=self._band if band else None,
                bold="!" in ink or None,
                reverse="~" in ink or None,
            )
        return made


class Columns(NamedTuple):
    """Where things stand in a row, in cells from its left edge."""

    width: int
    left: int
    """The lifeline of who acts, or of the client."""
    paired: bool
    """There is a server, and a lifeline for it."""

    @property
    def right(self) -> int:
        """The lifeline of the server."""
        return self.width - 1 - MARGIN

    @property
    def is_transcript(self) -> bool:
        """There is no room for a ladder."""
        return self.width < LADDER


class Mark(NamedTuple):
    """What is known of a row besides its step."""

    present: bool = False
    hidden: bool = False
    """A reply to be guessed."""
    sign: str = ""
    """✎ ≠ │ or nothing, for the gutter."""
    packets: int = 0
    """How many a link took, 0 where nobody counted."""


def left_of(total: int) -> int:
    """The column of the left lifeline in a journey of so many steps: their numbers stand before it."""
    return max(3, len(str(total))) + 4


def rule(title: str, columns: Columns, inks: Inks) -> list[Segment]:
    """`├─── 2 submit ─────────┤`: where a page begins."""
    end = columns.right
    pieces = [(" " * columns.left, "line"), ("├─── ", "line"), (clip(title, end - columns.left - 7), "foreground!")]
    used = sum(width(text) for text, _ in pieces)
    last = "┤" if columns.paired and not columns.is_transcript else "─"
    return _filled([*pieces, (" " + "─" * (end - used - 1) + last, "line")], columns.width, inks)


def future(columns: Columns, inks: Inks, text: Iterable[Piece] = (), *, at_right: bool = False) -> list[Segment]:
    """A row below the present one: lifelines, and maybe a hint at one side of it."""
    ladder = columns.paired and not columns.is_transcript
    start = columns.left + (6 if columns.is_transcript and columns.paired else 2)
    end = columns.right - 1 if ladder else columns.width - 1
    said = _clipped(tuple(text), end - start)
    room = end - start - _width(said)
    before = " " * (start - columns.left - 1 + (room if at_right and ladder else 0))
    after = " " * (0 if at_right and ladder else room) + " "
    pieces = [(" " * columns.left, "line"), ("┊", "line"), (before, "line"), *said]
    return _filled([*pieces, (after, "line"), ("┊", "line")] if ladder else pieces, columns.width, inks)


def rung(step: Step, mark: Mark, columns: Columns, inks: Inks) -> list[Segment]:
    """The row of a step that has been."""
    number = str(step.n).rjust(columns.left - 4)
    gutter = [("►" if mark.present else " ", "accent!"), (number, "foreground!" if mark.present else "quiet")]
    if mark.hidden:
        gutter.append(("   ", "changed"))
        text: tuple[Piece, ...] = ((" ? ? ? ", "accent!~"),)
    else:
        gutter.append((f" {mark.sign or ' '} ", "changed"))
        text = said(step, mark.packets)
    if mark.present:
        text = tuple((part, ink if "!" in ink or ink == "quiet" else f"{ink}!") for part, ink in text)
    if step.kind is Kind.ACTION:
        row = _action(text, mark, columns)
    elif columns.is_transcript:
        row = _transcript(step, text, mark, columns)
    else:
        row = _ladder(step, text, mark, columns)
    return _filled([*gutter, *row], columns.width, inks, band=mark.present)


# What is said ---------------------------------------------------------------------------------------------------------


def said(step: Step, packets: int = 0) -> tuple[Piece, ...]:
    """A step in one line, with its inks: verb or code bold, what is told beside it quiet, a refusal with ✗."""
    kind, line = step.kind, gist(step)
    if kind is Kind.LINK:
        return _link(step, line, packets)
    if kind is Kind.ACTION:
        return _act(step, line)
    if kind is Kind.DATA:
        return ((line, "foreground"),)
    if kind is Kind.QUERY:
        name, _, type_ = line.rpartition(" ")
        return ((f"{name} ", "foreground"), (type_, "client!"))
    if kind is Kind.ANSWER:
        return _answer(step, line)
    line, aside = _aside(step, line)
    if kind is Kind.COMMAND:
        if step.verb == "RESPONSE":
            return ((line, "foreground"), *aside)
        verb, blank, rest = line.partition(" ")
        return ((verb, "client!"), (blank + rest, "foreground"), *aside)
    return (*_reply(step, line), *aside)


def is_refusal(step: Step) -> bool:
    """Whether a step says no: 4yz, 5yz, -ERR, a name that the DNS has not, a connection that came to nothing."""
    if step.kind is Kind.LINK:
        return step.verb in _BROKEN
    if step.kind is Kind.ANSWER:
        return not dns.read(step.octets[0]).answers
    return step.kind is Kind.REPLY and step.head(4).startswith((b"4", b"5", b"-ERR"))


def _reply(step: Step, line: str) -> tuple[Piece, ...]:
    size = 3 if line[:3].isdigit() else len(line.partition(" ")[0]) if line.startswith(("+", "-")) else 0
    code, rest = line[:size], line[size:]
    if len(step.octets) > 1 and size == 3 and rest.startswith("-"):
        rest = " " + rest[1:]  # the sign that more lines follow: how many stands behind
    if is_refusal(step):
        return (("✗ ", "error!"), (code, "error!"), (rest, "foreground"))
    return ((code, "server!"), (rest, "foreground"))


def _answer(step: Step, line: str) -> tuple[Piece, ...]:
    if is_refusal(step):
        code, colon, rest = line.partition(":")
        return (("✗ ", "error!"), (code, "error!"), (colon + rest, "foreground"))
    pieces: list[Piece] = []
    for record in line.split(", "):
        type_, blank, rest = record.partition(" ")
        pieces += [(", " if pieces else "", "foreground"), (type_, "server!"), (blank + rest, "foreground")]
    return tuple(pieces)


def _link(step: Step, line: str, packets: int) -> tuple[Piece, ...]:
    what = f"{line} opened" if step.verb == Link.CONNECT else line
    count = f" · {packets} packet{'' if packets == 1 else 's'}" if packets else ""
    if step.verb in _BROKEN:
        return ((f"✗ {what}", "error!"), (count, "quiet"))
    return ((what + count, "quiet"),)


def _act(step: Step, line: str) -> tuple[Piece, ...]:
    if step.verb in _ACTS:
        what = _ACTS[step.verb].format(
            letter=phrases.kind_of(BOUNCE if step.leg.protocol == BOUNCE else step.leg.letter)
        )
        return ((what, "foreground!"), (f", {step.size:,} octets", "quiet"))
    if not line:
        return (("no mail", "quiet"),)
    rows = [visible(row.rstrip()) for row in step.octets[:_ROWS]]
    if step.verb == Action.ROUTE:
        chosen = next((row for row in rows if row.startswith(_CHOSEN)), rows[0])
        count = f"  chosen among {len(step.octets)}" if rows[1:] else ""
        return ((chosen.removeprefix(_CHOSEN), "foreground!"), (count, "quiet"))
    if step.verb in (Action.DEFER, Action.EXPIRE) and rows[1:]:
        return ((rows[-1], "foreground!"), (f"  {'; '.join(rows[:-1])}", "quiet"))
    line, aside = _aside(step, line)
    name, colon, rest = line.partition(":")
    if not colon or not rest.startswith(" "):
        return ((line, "foreground"), *aside)
    return ((name, "foreground!"), (colon + rest, "foreground"), *aside)


def _aside(step: Step, line: str) -> tuple[str, tuple[Piece, ...]]:
    """A line without what `gist` tells beside it, and that: what base64 hides, how much more there is."""
    decoded = hidden(step)
    if decoded is not None:
        aside = f" “{visible(decoded)}”"
        return line.removesuffix(aside), ((aside, "quiet"),)
    if _brings_letter(step, Mark()) and step.kind is Kind.REPLY:
        return visible(step.octets[0].rstrip()), ((" then the letter", "quiet"),)
    more = _MORE.search(line) if len(step.octets) > 1 or step.kind is Kind.ACTION else None
    return (line[: more.start()], ((more[0], "quiet"),)) if more else (line, ())


# Where it stands ------------------------------------------------------------------------------------------------------


def _hue(step: Step, mark: Mark) -> str:
    """The ink of the speaker, or of a refusal."""
    if not mark.hidden and is_refusal(step):
        return "error!"
    if step.kind in (Kind.REPLY, Kind.ANSWER):
        return "server!"
    return "foreground!" if step.kind is Kind.LINK and step.verb == Link.CLOSE else "client!"


def _brings_letter(step: Step, mark: Mark) -> bool:
    """Whether the letter itself is under way at this step."""
    if step.kind is Kind.DATA:
        return True
    return not mark.hidden and step.kind is Kind.REPLY and step.verb == "RETR" and len(step.octets) > 1


def _shaft(step: Step, mark: Mark) -> str:
    return _LETTER if _brings_letter(step, mark) else _PRESENT if mark.present else _SHAFT


def _ladder(step: Step, text: tuple[Piece, ...], mark: Mark, columns: Columns) -> list[Piece]:
    """Lifelines at both sides, text at the side of who speaks."""
    room = columns.right - columns.left - 1
    ink = _hue(step, mark) if mark.present else "line"
    shaft = _shaft(step, mark)
    text = _clipped(text, room - 4 - 2 * _LEAST_SHAFT if step.kind is Kind.LINK else room - 3 - _LEAST_SHAFT)
    left = room - _width(text)
    if step.kind is Kind.LINK:
        before, after = (left - 4) // 2, (left - 3) // 2
        if step.verb in (Link.UNREACHABLE, Link.TIMEOUT):  # what was sent came to nothing on its way
            row = [(shaft * (before + 1) + " ", ink), *text, (" " * (after + 2), ink)]
        else:
            heads = ("◄", "►") if step.verb != Link.RESET else (shaft, shaft)
            row = [(heads[0] + shaft * before + " ", ink), *text, (" " + shaft * after + heads[1], ink)]
    elif step.kind in (Kind.REPLY, Kind.ANSWER):
        gap = "" if mark.hidden else " "
        row = [("◄" + shaft * (left - 2 - len(gap)) + gap, ink), *text, (" ", ink)]
    else:
        row = [(" ", ink), *text, (" " + shaft * (left - 3) + "►", ink)]
    return [("│", "line"), *row, ("│", "line")]


def _transcript(step: Step, text: tuple[Piece, ...], mark: Mark, columns: Columns) -> list[Piece]:
    """All text at one edge, behind a short arrow."""
    ink = _hue(step, mark).rstrip("" if mark.present else "!")
    shaft = _LETTER if _brings_letter(step, mark) else _PRESENT if mark.present else _SHORT
    if step.kind is Kind.LINK:
        arrow = f"{shaft * 2} " if step.verb in _BROKEN else f"◄{shaft}►"
    else:
        arrow = f"◄{shaft * 2}" if step.kind in (Kind.REPLY, Kind.ANSWER) else f"{shaft * 2}►"
    gap = "" if mark.hidden else " "
    room = columns.width - columns.left - 6 - len(gap)
    return [("│", "line"), (f" {arrow}{gap}", ink), *_clipped(text, room)]


def _action(text: tuple[Piece, ...], mark: Mark, columns: Columns) -> list[Piece]:
    """One lifeline, where there is nobody to talk to."""
    head = [("■", "client!" if mark.present else "client"), (" ", "line")]
    if not columns.paired or columns.is_transcript:
        return [*head, *_clipped(text, columns.width - columns.left - 3)]
    room = columns.right - columns.left - 3
    text = _clipped(text, room)
    return [*head, *text, (" " * (room - _width(text) + 1), "line"), ("│", "line")]


# Cells ----------------------------------------------------------------------------------------------------------------


#: Shafts are measured again and again.
_cells: Final = lru_cache(maxsize=512)(width)


def _width(pieces: Iterable[Piece]) -> int:
    return sum(_cells(text) for text, _ in pieces)


def _clipped(pieces: tuple[Piece, ...], cells: int) -> tuple[Piece, ...]:
    """Cut to at most `cells` cells; an ellipsis ends what was cut."""
    if not pieces or _width(pieces) <= cells:
        return pieces
    beside = (
        pieces[-1:] if pieces[-1][1] == "quiet" and 0 < width(pieces[-1][0]) <= min(_LONGEST_ASIDE, cells // 2) else ()
    )
    kept: list[Piece] = []
    room = cells - 1 - _width(beside)
    for text, ink in pieces:
        whole = width(text)
        if whole > room:
            kept.append((clip(text, room, "") + "…", ink))
            break
        kept.append((text, ink))
        room -= whole
    return (*kept, *beside)


def _filled(pieces: Iterable[Piece], cells: int, inks: Inks, *, band: bool = False) -> list[Segment]:
    """Segments, blanks behind them up to `cells` cells."""
    pieces = tuple(pieces)
    rest = " " * max(0, cells - _width(pieces))
    return [Segment(text, inks(ink, band)) for text, ink in (*pieces, (rest, "line")) if text]
