"""A packet layer by layer: what each opens into, and which part of it is chosen.

Textual's `Tree` would lay out the whole screen whenever a packet has another number of rows than the one before; this
is a page of rows like the panes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message

from mailedu.text.screen import wrapped
from mailedu.tui.panes.page import Page
from mailedu.visible import clip, visible, width

if TYPE_CHECKING:
    from mailedu.network.frames import Field, Layer
    from mailedu.tui.view import View

_CURSOR: Final = "▌"
_GAP: Final = "  "
_LETTERS: Final = re.compile(rb"[A-Za-z0-9-]{2}")
#: Octets that are shown as the value of a field.
_MANY: Final = 32


class Part(NamedTuple):
    """A layer, or a field in it."""

    layer: int
    field: int = -1


class PacketFields(Page):
    """The tree."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("enter,space", "turn", "open or close", show=False),
    ]

    class Chosen(Message):
        """Another part is chosen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.dissected: Sequence[Layer] = ()
        self._octets = b""
        self.note = ""
        """Said where there is no packet."""
        self.cursor = Part(0)
        self._turned: dict[str, bool] = {}
        """Name of a layer -> whether the learner has opened it or closed it. Else only the innermost one is open."""

    def _room(self) -> tuple[int, int]:
        """All cells but the bar's: two addresses just fit."""
        return self.content_size.width - 1, self.content_size.height

    def allow_focus(self) -> bool:
        """The cursor moves even where all is seen."""
        return self.can_focus

    # What is chosen ---------------------------------------------------------------------------------------------------

    def put(self, view: View, layers: Sequence[Layer], octets: bytes, note: str = "") -> None:
        """Show a packet, a frame of these octets; `note` where there is none.

        The part that was chosen stays chosen where this packet has one of the same names.
        """
        names = self._names()
        self.dissected, self._octets, self.note = layers, octets, note
        self.cursor = self._like(*names)
        self._begins = True
        self.show(view)

    def _names(self) -> tuple[str, str]:
        """Of the chosen layer and field."""
        if self.chosen_layer is None:
            return "", ""
        return self.chosen_layer.name, self.chosen_field.name if self.chosen_field is not None else ""

    def _like(self, layer: str, field: str) -> Part:
        """The part of these names; else the layer, else the last one: it is what mail is about."""
        for at, one in enumerate(self.dissected):
            if one.name == layer:
                names = [each.name for each in one.fields]
                return Part(at, names.index(field)) if self._is_open(at) and field in names else Part(at)
        return Part(max(len(self.dissected) - 1, 0))

    def _is_open(self, at: int) -> bool:
        """Whether the fields of a layer are shown."""
        return self._turned.get(self.dissected[at].name, at == len(self.dissected) - 1)

    @property
    def chosen_layer(self) -> Layer | None:
        """The chosen layer, or that of the chosen field."""
        return self.dissected[self.cursor.layer] if self.cursor.layer < len(self.dissected) else None

    @property
    def chosen_field(self) -> Field | None:
        """The chosen field; None if a layer is chosen as a whole."""
        layer = self.chosen_layer
        return layer.fields[self.cursor.field] if layer is not None and self.cursor.field >= 0 else None

    def reveal(self, octet: int) -> None:
        """Choose the smallest part that an octet of the frame lies in, and open what it is in. Says nothing."""
        found: list[tuple[int, Part]] = []
        for at, layer in enumerate(self.dissected):
            if layer.start <= octet < layer.end:
                found.append((layer.end - layer.start, Part(at)))
                spans = ((field.start, field.end, Part(at, nth)) for nth, field in enumerate(layer.fields))
                found += [(end - start, part) for start, end, part in spans if start <= octet < end]
        if found:
            # Of two that are as long the later one: it is the finer one.
            self.cursor = min(found, key=lambda one: (one[0], -one[1].layer, -one[1].field))[1]
            self._turned[self.dissected[self.cursor.layer].name] = True
            self._begins = True
            self.lay_out()

    # What is painted --------------------------------------------------------------------------------------------------

    @property
    def _parts(self) -> list[Part]:
        """A part a row."""
        made: list[Part] = []
        for at, layer in enumerate(self.dissected):
            made.append(Part(at))
            if self._is_open(at):
                made += [Part(at, nth) for nth in range(len(layer.fields))]
        return made

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        if not self.dissected:
            return [Content.styled(f" {line}", "$quiet") for line in wrapped(self.note, width - 1)]
        return [self._row_of(part, width) for part in self._parts]

    def _row_of(self, part: Part, cells: int) -> Content:
        layer = self.dissected[part.layer]
        if part.field < 0:
            sign = " " if not layer.fields else "▾" if self._is_open(part.layer) else "▸"
            name, said = visible(layer.name), visible(layer.text)
        else:
            field = layer.fields[part.field]
            sign = "└" if part.field == len(layer.fields) - 1 else "├"
            name, said = visible(field.name), self._value(layer, field)
        chosen = part == self.cursor
        name = clip(name, cells - 3)
        said = clip(said, max(cells - 3 - width(name) - len(_GAP), 0))
        here = part.layer == self.cursor.layer
        row = Content.assemble(
            (_CURSOR if chosen else " ", "$accent"),
            (f"{sign} ", "$quiet" if part.field < 0 else "$line"),
            (name, "bold" if chosen or (part.field < 0 and here) else "$quiet"),
            _GAP if said else "",
            (said, "bold" if chosen else "" if part.field >= 0 or here else "$quiet"),
        )
        return row.pad_right(max(cells - row.cell_length, 0)).stylize_before("on $band") if chosen else row

    def _value(self, layer: Layer, field: Field) -> str:
        """What stands in a field. Numbers of DNS are octets, not text: only its names have letters."""
        octets = self._octets[field.start : field.end]
        if layer.name == "DNS" and not _LETTERS.search(octets):
            return octets[:_MANY].hex(" ")
        return visible(field.value)

    def top(self, view: View, rows: int, height: int) -> int:
        """No row moves that need not; the chosen one is always seen, and of an open layer as many fields as may be."""
        if not self.dissected:
            return 0
        parts = self._parts
        at = last = parts.index(self.cursor) if self.cursor in parts else 0
        if self.cursor.field < 0:
            last = max(nth for nth, part in enumerate(parts) if part.layer == self.cursor.layer)
        now = self.scroll_offset.y
        return max(min(max(now, last - height + 1), at, rows - height), 0)

    # Moving -----------------------------------------------------------------------------------------------------------

    def _choose(self, at: int) -> None:
        parts = self._parts
        if not parts:
            return
        part = parts[max(0, min(at, len(parts) - 1))]
        if part != self.cursor:
            self.cursor = part
            self._begins = True
            self.lay_out()
            self.post_message(self.Chosen())

    def action_move(self, by: int) -> None:
        parts = self._parts
        self._choose((parts.index(self.cursor) if self.cursor in parts else 0) + by)

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self.content_size.height - 1))

    def action_turn(self) -> None:
        """Open the chosen layer or close it; from a field, close its layer."""
        layer = self.chosen_layer
        if layer is None or not layer.fields:
            return
        opened = self._turned[layer.name] = not self._is_open(self.cursor.layer)
        if not opened and self.cursor.field >= 0:
            self.cursor = Part(self.cursor.layer)
            self.post_message(self.Chosen())
        self._begins = True
        self.lay_out()

    def on_click(self, event: Click) -> None:
        at, parts = event.get_content_offset_capture(self).y + self.scroll_offset.y, self._parts
        if not 0 <= at < len(parts):
            return
        again = parts[at] == self.cursor
        self._choose(at)
        # A click on the sign, or on what is chosen already, opens and closes.
        if parts[at].field < 0 and (again or event.get_content_offset_capture(self).x <= 2):
            self.action_turn()
