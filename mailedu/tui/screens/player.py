"""The player: map, conversation, panes, track. `n` goes on, and nothing else moves."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Rule

from mailedu.journey import phrases
from mailedu.journey.journey import Journey
from mailedu.journey.seat import Seat
from mailedu.journey.step import Stage
from mailedu.tui import keys
from mailedu.tui.panes import PANES
from mailedu.tui.panes.bytes import BytesPane
from mailedu.tui.panes.explain import ExplainPane
from mailedu.tui.panes.mailbox import MailboxPane
from mailedu.tui.panes.message import MessagePane
from mailedu.tui.panes.packets import PacketsPane
from mailedu.tui.panes.state import StatePane
from mailedu.tui.view import View
from mailedu.tui.widgets.ends import Ends
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.ladder import Ladder
from mailedu.tui.widgets.map import Map
from mailedu.tui.widgets.tabs import PaneTabs
from mailedu.tui.widgets.title import Title
from mailedu.tui.widgets.track import Track

STAGES: Final = tuple(Stage)
#: Seconds a step while playing by itself.
PACES: Final = (3.0, 1.5, 0.7, 0.3)


class Player(Screen[None]):
    """A journey, step by step."""

    DEFAULT_CSS = """
    Player #body { height: 1fr; layout: vertical; }
    Player #conversation { height: 1fr; layers: base card; }
    Player #side { height: 7; }
    Player #side Rule { margin: 0; color: $line; }
    Player #panes { height: 1fr; }
    Player #panes > * { padding: 0 1; scrollbar-size-vertical: 1; }
    Player Track { display: none; }
    Player.-zoomed #conversation { display: none; }
    Player.-zoomed #side { height: 1fr; }

    Player.-wide #body, Player.-huge #body { layout: horizontal; }
    Player.-wide #conversation, Player.-huge #conversation {
        width: 66; height: 1fr; margin-left: 1;
        border: solid $line; border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $quiet;
    }
    Player.-huge #conversation { width: 84; }
    Player.-wide #conversation:focus-within, Player.-huge #conversation:focus-within { border: solid $accent; }
    Player.-changed #conversation { border: solid $changed; border-title-color: $changed; }
    Player.-narrow.-changed #conversation { border: none; }
    Player.-wide #side, Player.-huge #side { width: 1fr; height: 1fr; padding: 0 1 0 2; }
    Player.-wide #side Rule, Player.-huge #side Rule { display: none; }
    Player.-wide #panes, Player.-huge #panes { padding-top: 1; }
    Player.-wide Track, Player.-huge Track { display: block; }
    Player.-tall Title { margin-bottom: 1; }
    Player.-tall Map { margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.PLAYER)]

    def __init__(self, journey: Journey, n: int = 1, pane: str = "explain") -> None:
        super().__init__()
        self.seat = Seat(journey, n)
        self._pane = pane
        self._addresses = False
        self._playing: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Title(self.seat.mine.scenario.title)
        yield Map()
        with Container(id="body"):
            with Vertical(id="conversation"):
                yield Ends()
                yield Ladder()
            with Vertical(id="side"):
                yield Rule()
                yield PaneTabs()
                with ContentSwitcher(initial=self._pane, id="panes"):
                    yield ExplainPane(id="explain")
                    yield BytesPane(id="bytes")
                    yield StatePane(id="state")
                    yield MessagePane(id="message")
                    yield PacketsPane(id="packets")
                    yield MailboxPane(id="mailbox")
        yield Track()
        yield KeyBar([key for key in (*keys.PLAYER, *keys.EVERYWHERE) if key.footer])

    def on_mount(self) -> None:
        self.query_one(Ladder).focus()
        self.show()

    # Showing ----------------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What all parts are shown."""
        seat = self.seat
        title = ""
        if seat.mine.edits:
            title = "The original" if seat.is_original else "Your version"
        return View(
            seat.journey, seat.n, seat.hidden, seat.known, title, bool(seat.mine.edits) and not seat.is_original,
            self._addresses,
        )  # fmt: skip

    def show(self) -> None:
        """Show the present step everywhere."""
        view = self.view
        place = f"step {view.n} of {len(view.journey)}"
        figures = view.journey.scenario.figures
        wide = not self.has_class("-narrow")
        right = (f"Figure{'s' if figures[1:] else ''} {', '.join(figures)}" if figures else "") if wide else place
        self.query_one(Title).show(view.journey.scenario.title, right)
        self.query_one(Map).show(view)
        self.query_one(Ends).show(view)
        self.query_one(Ladder).show(view)
        self.query_one(Track).show(view)
        self.query_one("#conversation").border_title = view.title or "Conversation"
        self.set_class(view.changed, "-changed")
        self.query_one(PaneTabs).current = self._pane
        self.query_one(f"#{self._pane}").show(view)  # type: ignore[attr-defined]

    # Keys -------------------------------------------------------------------------------------------------------------

    def action_press_key(self, key: str) -> None:
        """A key that was clicked."""
        self.app.simulate_key(key)

    def action_on(self) -> None:
        if self.seat.on():
            self.show()
        else:
            self.notify("; ".join(phrases.outcome(self.seat.journey)), title="That was the last step")

    def action_back(self) -> None:
        if self.seat.back():
            self.show()

    def action_stage(self, number: int) -> None:
        if self.seat.to_stage(STAGES[number - 1]):
            self.show()

    def action_first(self) -> None:
        self.seat.go(1)
        self.show()

    def action_last(self) -> None:
        self.seat.go(len(self.seat.journey))
        self.show()

    def action_pane(self, name: str) -> None:
        self._pane = name
        self.query_one("#panes", ContentSwitcher).current = name
        self.show()

    def action_pane_by(self, by: int) -> None:
        names = [pane.name for pane in PANES]
        self.action_pane(names[(names.index(self._pane) + by) % len(names)])

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")

    def action_addresses(self) -> None:
        self._addresses = not self._addresses
        self.show()

    def action_leave(self) -> None:
        self.app.exit()

    def on_pane_tabs_chosen(self, message: PaneTabs.Chosen) -> None:
        self.action_pane(message.name)

    def on_ladder_chosen(self, message: Ladder.Chosen) -> None:
        self.seat.go(message.n)
        self.show()
