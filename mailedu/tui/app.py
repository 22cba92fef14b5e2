"""The application: themes, the keys that work everywhere, and the ways from screen to screen."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, TextArea

from mailedu.journey.journey import Journey
from mailedu.tui import theme
from mailedu.tui.commands import Commands, Palette
from mailedu.tui.memory import Left, Memory

#: Seconds after the last key until the place is written down.
_SETTLED: Final = 0.5
#: Columns and rows under which there is no room (TooSmall).
LEAST: Final = (60, 16)
_WAYS_OUT: Final = frozenset(("ctrl+q", "ctrl+c"))


class MaileduApp(App[None]):
    """Watch a letter travel."""

    TITLE = "mailedu"
    CSS_PATH = "mailedu.tcss"
    COMMANDS = {Commands}  # noqa: RUF012 - a class variable there
    HORIZONTAL_BREAKPOINTS = [(0, "-thin"), (LEAST[0], "-narrow"), (112, "-wide"), (140, "-huge")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST[1], "-low"), (36, "-tall"), (46, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority, so that they work while an Input has the focus; it still gets its colons.
        Binding("ctrl+p,colon", "command_palette", "commands", show=False, priority=True),
        Binding("ctrl+q,ctrl+c", "quit", "quit", show=False, priority=True),
    ]

    def __init__(self, memory: Memory | None = None) -> None:
        super().__init__()
        self.memory = Memory.load() if memory is None else memory
        self._settling: Timer | None = None
        for one in theme.THEMES:
            self.register_theme(one)
        self.theme = theme.DARK if self.memory.dark else theme.LIGHT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults()

    def on_mount(self) -> None:
        from mailedu.tui.screens.home import Home

        self.push_screen(Home())

    async def on_event(self, event: Event) -> None:
        """Where nothing can be seen, no key does anything but lead out: it would be done unseen."""
        if self._is_too_small and isinstance(event, (Key, Paste)) and not self._leads_out(event):
            return
        await super().on_event(event)

    def _leads_out(self, event: Key | Paste) -> bool:
        types = isinstance(self.focused, (Input, TextArea))
        return isinstance(event, Key) and (event.key in _WAYS_OUT or (event.key == "q" and not types))

    @property
    def _is_too_small(self) -> bool:
        return self.size.width < LEAST[0] or self.size.height < LEAST[1]

    # From screen to screen --------------------------------------------------------------------------------------------

    def open_journey(
        self, journey: Journey, n: int = 1, pane: str = "explain", guessing: bool = False, letter: str = "",
        hidden: bool = False,
    ) -> None:  # fmt: skip
        """Step through a journey. `letter`: name of the file among the learner's own letters that it carries;
        `hidden`: the reply at step `n` is still to be guessed.
        """
        from mailedu.tui.screens.player import Player

        self._open(Player(journey, n, pane, guessing=guessing, letter=letter, hidden=hidden))

    def open_scenario(self, name: str) -> None:
        """Step through a scenario from its beginning."""
        from mailedu.journey import play

        self.open_journey(play(name))

    def open_compose(self) -> None:
        """Write a letter."""
        from mailedu.tui.screens.compose import Compose

        self._open(Compose())

    def open_talk(self, protocol: str) -> None:
        """Type the commands of `smtp` or `pop3`."""
        from mailedu.tui.screens.talk import TalkScreen

        self._open(TalkScreen(protocol))

    def open_questions(self, name: str, left: Left | None = None) -> None:
        """A round of questions: `set:NAME`, `unit:N`, `next`, or the id of one. Where there is none, it is told why.

        `left`: the question to go on with.
        """
        from mailedu.tui.screens.exercise import open_round
        from mailedu.tui.screens.room import Room

        try:
            screen = open_round(name, left=left)
        except ValueError as error:
            if isinstance(self.screen, Room):
                self.screen.say(str(error), "✗", "$error")
            return
        self._open(screen)

    def _open(self, screen: Screen[None]) -> None:
        """Home stays below; whatever is above it gives way."""
        while len(self.screen_stack) > 3:  # what lies over a screen, such as the help
            self.pop_screen()
        if len(self.screen_stack) > 2:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def action_home(self) -> None:
        """Back to the list of journeys."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def action_command_palette(self) -> None:
        """Every command by its name."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_keys(self) -> None:
        """The keys of the screen that is open."""
        from mailedu.tui.screens.help import HelpScreen
        from mailedu.tui.screens.room import Room

        screen = self.screen
        if isinstance(screen, Room):
            self.push_screen(HelpScreen(screen.NAME, [key for key in screen.KEYS if screen.offers(key)]))

    # What is kept -----------------------------------------------------------------------------------------------------

    def action_dark(self) -> None:
        """Dark colours or light ones."""
        self.memory.dark = not self.memory.dark
        self.theme = theme.DARK if self.memory.dark else theme.LIGHT
        self.remember()

    def remember(self) -> None:
        """Write down what is remembered, soon."""
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLED, self.memory.save)

    async def action_quit(self) -> None:
        """Leave; the place is kept."""
        self.memory.save()
        self.exit()
