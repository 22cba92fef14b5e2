"""What stands beside a question, as a list: packets, steps, the lines of a letter, octets. One can point into it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content

from mailedu.exercise.exhibit import NOTHING, Exhibit, Row
from mailedu.exercise.model import Show
from mailedu.journey.journey import Journey
from mailedu.tui.widgets.exercise_lines import Lines
from mailedu.visible import clip, pad, visible, width

_GAP: Final = "  "
#: How a reply begins, and a command.
_CODE: Final = re.compile(r"[2-5]\d\d(?=[ -]|$)|\+OK|-ERR")
_VERB: Final = re.compile(r"[A-Za-z]+")
#: What an analyzer puts before it (`exhibit.info`).
_WHO: Final = re.compile(r"(?:Request|Command|Response): ")
_FIELD: Final = re.compile(r"[!-9;-~]+:")
#: Cells that what was said is to have, before names give way to `client` and `server`.
_ROOMY: Final = 26
#: Cells of a list in which who speaks is said to whom; in fewer the verbs and codes have the room.
_WIDE: Final = 84
#: Octets a row, and the cells that as many take with offset and text.
_MANY: Final = 16
_FEW: Final = 8
_CELLS: Final = 6 + 3 * _MANY + 1 + _MANY


class ExhibitList(Lines):
    """The rows of an exhibit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "octet(-1)", show=False),
        Binding("right", "octet(1)", show=False),
        Binding("space", "anchor", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.exhibit: Exhibit = NOTHING
        self._pair, self._both = False, 0
        self.octet = 0
        """With octets: the one under the cursor."""
        self._a_row = _MANY
        self.began: int | None = None
        """With octets: where the chosen ones begin, or end."""

    def show(self, exhibit: Exhibit) -> None:
        """Another exhibit, or the same."""
        if exhibit is self.exhibit:
            return
        self.exhibit = exhibit
        self._pair, self._both = _ends(exhibit)
        self.cursor, self.spoken_of, self.octet, self.began = -1, -1, 0, None
        self.remake()

    def speak_of(self, n: int, *, follow: bool = True) -> None:
        """Mark a row by its number; 0: none. `follow`: the cursor goes there, as it must not while it answers."""
        at = self._index(n)
        if at != self.spoken_of:
            self.spoken_of = at
            if at >= 0 and follow:
                self.cursor = at
                self.post_message(self.Moved())
            self.reveal()
            self.refresh()

    def _index(self, n: int) -> int:
        return next((at for at, row in enumerate(self.exhibit.rows) if row.n == n and n), -1)

    @property
    def row(self) -> Row | None:
        """The row under the cursor, else that which is spoken of."""
        at = self.cursor if self.cursor >= 0 else self.spoken_of
        if self.is_octets:
            at = self.octet // _MANY if at >= 0 else -1
        return self.exhibit.rows[at] if 0 <= at < len(self.exhibit.rows) else None

    # Octets -----------------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> tuple[int, int]:
        """First octet and the one behind the last."""
        first, last = sorted((self.octet, self.octet if self.began is None else self.began))
        return first, last + 1

    @property
    def is_octets(self) -> bool:
        return self.exhibit.show is Show.OCTETS

    def action_octet(self, by: int) -> None:
        if self.is_octets and self.exhibit.octets:
            self.octet = max(0, min(self.octet + by, len(self.exhibit.octets) - 1))
            self.cursor = self.octet // self._a_row
            self._changed()

    def action_anchor(self) -> None:
        """Begin to choose here, or choose no more."""
        if self.is_octets:
            self.began = self.octet if self.began is None else None
            self._changed()

    def _changed(self) -> None:
        self.post_message(self.Moved())
        self.remake()

    def go(self, at: int) -> None:
        super().go(at)
        if self.is_octets and self.exhibit.octets:
            self.octet = min(self.cursor * self._a_row + self.octet % self._a_row, len(self.exhibit.octets) - 1)
            self.remake()

    # Rows -------------------------------------------------------------------------------------------------------------

    @property
    def has_heading(self) -> bool:
        return self.exhibit.show is Show.PACKETS

    def heading(self, cells: int) -> Content | None:
        if self.has_heading:
            number, who = self._numbers(), self._who_cells(cells)
            head = f"{'No':>{number}}{_GAP}{pad('Time', self._times())}{_GAP}"
            head += f"{pad('Who', who)}{_GAP}Info" if who else "Info"
            return Content.styled(clip(head, cells), "$quiet")
        return None

    def made(self, cells: int) -> Sequence[Content]:
        exhibit = self.exhibit
        if self.is_octets:
            self._a_row = _MANY if cells >= _CELLS else _FEW
            if self.cursor >= 0:
                self.cursor = self.octet // self._a_row
            most = min(len(exhibit.octets), _MANY * len(exhibit.rows))
            return [self._octets(start) for start in range(0, most, self._a_row)]
        make = {
            Show.PACKETS: self._packet, Show.STEPS: self._step, Show.LETTER: self._line,
        }.get(exhibit.show)  # fmt: skip
        return [make(row, cells) for row in exhibit.rows] if make is not None else []

    def _numbers(self) -> int:
        return max(2, len(str(self.exhibit.rows[-1].n)) if self.exhibit.rows else 0)

    def _times(self) -> int:
        packets = [row.packet for row in self.exhibit.rows if row.packet is not None]
        return max(4, len(f"{packets[-1].time:.6f}") if packets else 0)

    def _packet(self, row: Row, cells: int) -> Content:
        packet = row.packet
        assert packet is not None
        bare = not packet.payload
        hue = "$quiet" if bare else "$server" if row.from_server else "$client"
        head = f"{row.n:>{self._numbers()}}{_GAP}{packet.time:>{self._times()}.6f}{_GAP}"
        who = self._who(row, cells)
        room = max(cells - width(head) - width(who) - (len(_GAP) if who else 0), 0)
        said = Content.styled(clip(row.text, room), "$quiet") if bare else _said(clip(row.text, room), row.from_server)
        return Content.assemble((head, "$quiet"), (who + (_GAP if who else ""), hue), said)

    def _step(self, row: Row, cells: int) -> Content:
        head = f"{row.n:>{self._numbers()}}{_GAP}"
        who = self._who(row, cells)
        room = max(cells - width(head) - width(who) - (len(_GAP) if who else 0), 0)
        hue = "$server" if row.from_server else "$client"
        said = _said(clip(row.text, room), row.from_server)
        return Content.assemble((head, "$quiet"), (who + (_GAP if who else ""), hue), said)

    def _line(self, row: Row, cells: int) -> Content:
        head = f"{row.n:>{self._numbers()}}{_GAP}"
        text = clip(row.text, max(cells - width(head), 0))
        found = _FIELD.match(text)
        name, rest = (text[: found.end()], text[found.end() :]) if found and self._in_header(row.n) else ("", text)
        return Content.assemble((head, "$quiet"), (name, "bold"), rest)

    def _in_header(self, n: int) -> bool:
        return all(row.text for row in self.exhibit.rows[: n - 1])

    def _octets(self, start: int) -> Content:
        part = self.exhibit.octets[start : start + self._a_row]
        first, last = self.chosen if self.has_focus else (-1, -1)
        pieces: list[tuple[str, str]] = [(f"{start:04d}{_GAP}", "$quiet")]
        signs: list[tuple[str, str]] = []
        for at, octet in enumerate(part):
            lit = "bold reverse $accent" if first <= start + at < last else ""
            pieces += [(f"{octet:02x}", lit), (" ", lit if start + at + 1 < last else "")]
            signs.append((chr(octet) if 32 <= octet < 127 else "·", lit))
        pieces.append(("   " * (self._a_row - len(part)) + " ", ""))
        return Content.assemble(*pieces, *signs)

    def on_blur(self) -> None:
        if self.is_octets:
            self.remake()

    def on_focus(self) -> None:
        super().on_focus()
        if self.is_octets:
            self.remake()

    # Who speaks -------------------------------------------------------------------------------------------------------

    def _who_cells(self, cells: int) -> int:
        return max((width(self._who(row, cells)) for row in self.exhibit.rows), default=0)

    def _who(self, row: Row, cells: int) -> str:
        """`client ► server`, or the machines by name where there are more than two; no more than an arrow if narrow."""
        arrow = "◄" if row.from_server else "►"
        journey = self.exhibit.journey
        if journey is None or not row.step or cells < _ROOMY + 24:
            return arrow
        leg = journey.step(row.step).leg
        if not leg.peer:
            return pad(f"{_name(journey, leg.actor)} ■", self._both)
        if self._pair:
            if cells < _WIDE:
                return "server" if row.from_server else "client"
            return f"client {arrow} server"
        return pad(f"{_name(journey, leg.actor)} {arrow} {_name(journey, leg.peer)}", self._both)


def _ends(exhibit: Exhibit) -> tuple[bool, int]:
    """Whether all is said between the same two, and the cells of the longest `A ► B`."""
    journey = exhibit.journey
    if journey is None:
        return False, 0
    legs = {journey.step(row.step).leg for row in exhibit.rows if row.step}
    if len({(leg.actor, leg.peer) for leg in legs}) == 1 and all(leg.peer for leg in legs):
        return True, len("client ► server")
    shown = (f"{_name(journey, leg.actor)} {f'► {_name(journey, leg.peer)}' if leg.peer else '■'}" for leg in legs)
    return False, max(map(width, shown), default=0)


def _name(journey: Journey, host: str) -> str:
    """A host by a short name, made safe to show."""
    named = next((one.short for one in journey.scenario.machines if one.name == host), "")
    return clip(visible(named or host.partition(".")[0]), 12)


def _said(text: str, from_server: bool) -> Content:
    """What was said: the verb in the client's hue, the code in the server's, a refusal as such."""
    who = _WHO.match(text)
    start = who.end() if who is not None else 0
    found = (_CODE if from_server else _VERB).match(text, start)
    if found is None:
        return Content(text)
    hue = "$client" if not from_server else "$error" if found[0][0] in "45-" else "$server"
    return Content.assemble((text[:start], "$quiet"), (found[0], f"bold {hue}"), text[found.end() :])
