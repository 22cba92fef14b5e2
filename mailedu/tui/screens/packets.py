"""Packets: the list of those so far, the chosen one layer by layer, its octets; each lights the other.

It stands in the player's place, between its map and its track, and sits in its seat: `n` and `p` go on and back here
as they do there, and a reply that is still to be guessed stays hidden.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar, Final, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Input, Static

from mailedu.journey import phrases
from mailedu.journey.captures import Crossed, is_quick
from mailedu.journey.journey import Journey
from mailedu.journey.seat import Seat
from mailedu.journey.step import Leg
from mailedu.network.frames import Layer
from mailedu.network.segments import Packet
from mailedu.tui import keys
from mailedu.tui.panes.packets import COUNTING, NONE
from mailedu.tui.screens.moving import STAGES, Moving
from mailedu.tui.view import View
from mailedu.tui.widgets.find_line import FindLine
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.map import Map
from mailedu.tui.widgets.packet_bytes import PacketBytes
from mailedu.tui.widgets.packet_caption import packet_caption
from mailedu.tui.widgets.packet_fields import PacketFields
from mailedu.tui.widgets.packet_filter import FilterError, Fits, read
from mailedu.tui.widgets.packet_list import PacketList
from mailedu.tui.widgets.title import Title
from mailedu.tui.widgets.track import Track
from mailedu.visible import clip, visible, width

_PARTS: Final = ("list", "fields", "octets")
_NONE_FITS: Final = "No packet so far fits the filter."


class Kept(NamedTuple):
    """How somebody looks at packets: what is kept from one time to the next."""

    addresses: bool = False
    """Hosts by their addresses, not by names."""
    filter: str = ""
    """As it was typed; empty: all packets."""
    followed: str = ""
    """Name of the leg whose packets alone are shown; empty: those of all."""


_NOTHING: Final = Kept()


class Packets(Moving[Kept]):
    """The packets of a journey. Returns how they were looked at."""

    CSS_PATH = "packets.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.PACKETS)]
    KEYS = keys.PACKETS
    NAME = "packets"

    def __init__(
        self, seat: Seat, *, called: str, figures: str = "", kept: Kept = _NOTHING,
        moved: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """`seat`: the player's. `called`: what the journey is called; `moved` is told of each move."""
        super().__init__()
        self.seat = seat
        self._called = called
        self._figures = figures
        self._addresses = kept.addresses
        self._moved_to = moved
        self._filter = kept.filter
        self._fits: Fits | None = read(kept.filter, seat.journey)
        self._wrong = ""
        """What is wrong with a filter that was typed."""
        self._followed = ""
        if kept.followed:
            # The ladder may have gone on into another conversation meanwhile, or the journey be another.
            leg = seat.step.leg
            found = leg.name if leg.peer else kept.followed
            self._followed = found if found in seat.journey.leg_starts else ""
        self._found: tuple[tuple[Journey, str, str], Crossed] | None = None
        """The packets that follow and filter leave, and of what."""
        self._counting: Journey | None = None
        self._view: View | None = None

    def parts(self) -> ComposeResult:
        yield Title(self._called)
        yield Map(packet_caption)
        with Vertical(id="parts"):
            yield PacketList(id="list")
            with Horizontal(id="lower"):
                yield PacketFields(id="fields")
                with Vertical(id="octets"):
                    yield PacketBytes(id="bytes")
                    yield Static(id="told")
        yield Track()
        yield FindLine("words, port=110, from=server, flags=SYN, verb=RCPT, len>0; enter", "filter")
        yield KeyBar([key for key in (*keys.PACKETS, *keys.EVERYWHERE) if key.footer])

    @property
    def _list(self) -> PacketList:
        return self.query_one(PacketList)

    @property
    def _fields(self) -> PacketFields:
        return self.query_one(PacketFields)

    @property
    def _bytes(self) -> PacketBytes:
        return self.query_one(PacketBytes)

    def on_mount(self) -> None:
        self._list.focus()
        self.show()

    def on_resize(self, event: Resize) -> None:
        # The parts have their new sizes only after this.
        self.call_after_refresh(self.show, keep=True)

    # Showing ----------------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What all parts are shown."""
        seat, last = self.seat, self._view
        same = last is not None and (last.journey, last.n, last.hidden) == (seat.journey, seat.n, seat.hidden)
        scene = last.scene if last is not None and same else seat.known
        changed = seat.mine.is_changed and not seat.is_original
        self._view = View(seat.journey, seat.n, seat.hidden, scene, "", changed, self._addresses)
        return self._view

    def show(self, *, keep: bool = False) -> None:
        """Show the present step everywhere. `keep`: the packet that is chosen stays so."""
        if not self.is_attached or self.query_one_optional(Track) is None:  # it has been left meanwhile
            return
        view = self.view
        step = f"step {view.n} of {len(view.journey)}"
        self.query_one(Title).show(self._called, self._figures if self.is_wide else step)
        if is_quick(view.journey):
            self._put(view, keep=keep)
        else:
            self._list.put(view, (), (), COUNTING, keep=False)
            self._frame(view, 0, 0)
            self._take_apart(view)
            if self._counting is not view.journey:
                self._counting = view.journey
                self._count(view.journey)
        for part in (self.query_one(Map), self.query_one(Track)):
            part.show(view)

    @property
    def is_wide(self) -> bool:
        """Parts have frames, and the track is shown."""
        return self.has_class("-wide") or self.has_class("-huge")

    @work
    async def _count(self, journey: Journey) -> None:
        """Make the packets of a long letter beside what the learner does."""

        def count() -> None:
            for packet in journey.capture.every.packets[:1]:
                journey.frames.numbers(packet)  # counts what every host has sent

        await asyncio.to_thread(count)
        self._counting = None
        if self.seat.journey is journey:
            self.show()

    def _put(self, view: View, *, keep: bool) -> None:
        """Fill the list, and what hangs on its cursor."""
        journey, capture = view.journey, view.journey.capture
        every = capture.conversation(self._followed) if self._followed else capture.every
        crossed = self._crossed(journey, every)
        packets, all_of_them = _so_far(crossed, view), len(_so_far(every, view))
        note = ""
        if not view.hidden and not capture.of_step(view.n):
            note = NONE
        if not packets and all_of_them:
            note = _NONE_FITS
        self._list.put(view, packets, self._legs(view), note, keep=keep)
        self._frame(view, len(packets), all_of_them)
        self._take_apart(view)

    def _crossed(self, journey: Journey, every: Crossed) -> Crossed:
        """Those of them that fit the filter. To go on a step asks none of them again."""
        fits = self._fits
        if fits is None:
            return every
        made_of = (journey, self._followed, self._filter)
        if self._found is None or self._found[0] != made_of:
            self._found = made_of, every.those(lambda packet: fits(packet, journey.step(packet.step)))
        return self._found[1]

    def _legs(self, view: View) -> list[Leg]:
        """Who has talked so far; of what is followed alone, those two."""
        starts = view.journey.leg_starts
        wanted = [self._followed] if self._followed in starts else [leg for leg, n in starts.items() if n <= view.n]
        legs = [view.journey.step(starts[leg]).leg for leg in wanted]
        return [leg for leg in legs if leg.peer]

    def _frame(self, view: View, count: int, of: int) -> None:
        """What the frame of the list says: how many there are, which of them are shown."""
        room = self._list.size.width - 4
        self._list.border_subtitle = ""
        if self._wrong:
            said = Content.assemble((clip(f"✗ {self._wrong}", max(room - 10, 0)), "$error"))
        else:
            so_far = f"{count:,} of {of:,} so far" if self._fits is not None else f"{of:,} so far"
            chosen = visible(self._filter) or "none"
            whose = "this conversation" if self._followed else "all"
            used = width(f"{so_far}   f follow: {whose}   / filter: ")
            said = Content.assemble(
                (f"{so_far}   ", "$quiet"), ("f", "bold $accent"), (f" follow: {whose}   ", "$quiet"),
                ("/", "bold $accent"), (" filter: ", "$quiet"),
                (clip(chosen, max(room - used - 12, 4)), "bold $foreground" if self._filter else "$quiet"),
            )  # fmt: skip
        if self.is_wide:
            self._list.border_title, self._list.border_subtitle = "Packets", said
        else:
            self._list.border_title = Content.assemble(" Packets   ", said, " ")

    # One packet -------------------------------------------------------------------------------------------------------

    def _take_apart(self, view: View) -> None:
        """Show the chosen packet: its layers, its octets."""
        no_layers: tuple[Layer, ...] = ()
        packet, frames = self._list.chosen, view.journey.frames
        octets, pad = self.query_one("#octets"), "" if self.is_wide else " "
        made, layers, note, title = b"", no_layers, "", "Layer by layer"
        if packet is not None:
            try:
                made, layers = frames.frame(packet), frames.layers(packet)
            except ValueError as error:  # a host of a scenario that has no address, say
                note = str(error)
            title = f"Packet {packet.n}" + (", layer by layer" if self.size.width >= 72 else "")
        elif view.hidden:
            note = f"Step {view.n} is a reply that you are to guess: n just shows it."
        self._bytes.put(view, made, (0, 0), (0, 0))
        self._fields.put(view, layers, made, note)
        octets.border_subtitle = f"{len(made):,} octets" if self.is_wide and made else ""
        self._fields.border_title, octets.border_title = f"{pad}{title}{pad}", f"{pad}Bytes{pad}"
        self._light(view)

    def _light(self, view: View, octet: int = -1) -> None:
        """Light the octets of the chosen part, and say what it is. `octet`: the one that the cursor is on."""
        layer, field = self._fields.chosen_layer, self._fields.chosen_field
        told = self.query_one("#told", Static)
        if layer is None:
            told.update("")
            return
        part = layer if field is None else field
        self._bytes.put(view, self._bytes.octets, (layer.start, layer.end), (part.start, part.end), octet)
        cells = max(told.size.width, 12)
        size = part.end - part.start
        where = f"octets {part.start} to {part.end - 1}, {size} long" if size > 1 else f"octet {part.start}"
        name = clip(visible(part.name), max(cells - width(where) - 2, 8))
        names = [visible(one.name) for one in self._fields.dissected]
        rows = [" in ".join(reversed(names[: names.index(visible(layer.name)) + 1]))]
        if field is not None:
            rows.insert(0, visible(field.meaning or field.value))
        if octet >= 0:
            value = self._bytes.octets[octet]
            sign = f", as text {chr(value)}" if 32 < value < 127 else ""
            rows.insert(0, f"octet {octet}: {value:02x}, which is {value}{sign}")
        below = Content("\n").join(Content.styled(clip(row, cells), "$quiet") for row in rows)
        told.update(Content.assemble((name, "bold $accent"), f"  {where}\n", below))

    def on_packet_list_chosen(self, _: PacketList.Chosen) -> None:
        self._take_apart(self.view)

    def on_packet_fields_chosen(self, _: PacketFields.Chosen) -> None:
        self._light(self.view)

    def on_packet_bytes_chosen(self, _: PacketBytes.Chosen) -> None:
        octet = self._bytes.cursor
        self._fields.reveal(octet)
        self._light(self.view, octet)

    # Moving -----------------------------------------------------------------------------------------------------------

    def action_on(self) -> None:
        self.moved(self.seat.on(), "This is the last step.")

    def action_its_step(self) -> None:
        """To the step of the chosen packet; what came later is not there any more."""
        packet = self._list.chosen
        if packet is not None and packet.step != self.seat.n:
            self.seat.go(packet.step)
            self.moved(True)
        elif packet is not None:
            self.say(f"Packet {packet.n} is of this step. k shows it on the ladder.", "►")

    def moved(self, moved: bool, why_not: str = "") -> None:
        if not moved:
            self.say(why_not, "✗")
            return
        leg = self.seat.step.leg
        if self._followed and leg.peer:
            self._followed = leg.name
        self.show()
        self._moved_to()

    # Which packets ----------------------------------------------------------------------------------------------------

    def action_follow(self) -> None:
        """The conversation of the chosen packet alone, or all again."""
        if self._followed:
            self._followed = ""
        else:
            packet = self._list.chosen
            leg = self.seat.journey.step(packet.step).leg if packet is not None else self.seat.step.leg
            if not leg.peer:
                self.say("Choose a packet first: its conversation is followed.", "✗")
                return
            self._followed = leg.name
        self.show(keep=True)

    def action_addresses(self) -> None:
        self._addresses = not self._addresses
        self.show(keep=True)

    def action_find(self) -> None:
        line = self.query_one(FindLine)
        line.entry.value = self._filter
        line.open()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if message.input.id != "find":
            return
        message.stop()
        try:
            self._fits = read(message.value, self.seat.journey)
        except FilterError as error:
            self._wrong = str(error)
            self.show(keep=True)
            return
        self._filter = message.value.strip()
        self._close_find()

    def _close_find(self) -> bool:
        """Put the line away, and what was wrong with what stood in it; False if it was not open."""
        if not self.query_one(FindLine).close():
            return False
        self._wrong = ""
        self._list.focus()
        self.show(keep=True)
        return True

    # Room, and the way back -------------------------------------------------------------------------------------------

    def action_zoom(self) -> None:
        """All the room for the part that has the keys, and back."""
        zoomed = self._zoomed
        if zoomed:
            self.remove_class(f"-zoom-{zoomed}")
        else:
            focused = self.focused
            parts = [self.query_one(f"#{name}") for name in _PARTS]
            name = next(
                (part.id for part in parts if focused is not None and part in focused.ancestors_with_self), "list"
            )
            self.add_class(f"-zoom-{name}")
            self.say("z or esc brings the other parts back", "►")
        self.call_after_refresh(self.show, keep=True)

    @property
    def _zoomed(self) -> str:
        return next((name for name in _PARTS if self.has_class(f"-zoom-{name}")), "")

    def action_close(self) -> None:
        """The top thing: the filter's line, the large part, the packets."""
        if self._close_find():
            return
        if self._zoomed:
            self.action_zoom()
        else:
            self.action_ladder()

    def action_ladder(self) -> None:
        self.dismiss(Kept(self._addresses, self._filter, self._followed))

    def action_save(self) -> None:
        from mailedu.tui.screens.save import SaveScreen

        self.app.push_screen(SaveScreen(self.view), self._saved)

    def _saved(self, said: str | None) -> None:
        if said:
            self.say(said, "✓")

    def places(self) -> Iterable[tuple[str, str, Callable[[], object]]]:
        for number, stage in enumerate(STAGES, 1):
            if self.seat.journey.first_of(stage) is not None:
                about = f"to its first step  ({number})"
                yield f"Stage {phrases.STAGES[stage]}", about, partial(self.action_stage, number)


def _so_far(crossed: Crossed, view: View) -> Sequence[Packet]:
    """What has crossed at a moment; while a reply is hidden, what was sent before it."""
    return crossed.before(view.n) if view.hidden else crossed.until(view.n)
