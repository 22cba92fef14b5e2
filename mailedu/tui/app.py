"""The application: themes, the keys that work everywhere, and which screen comes first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from mailedu.tui import theme
from mailedu.tui.memory import Memory


class MaileduApp(App[None]):
    """Watch a letter travel."""

    TITLE = "mailedu"
    CSS_PATH = "mailedu.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (112, "-wide"), (140, "-huge")]  # noqa: RUF012 - an instance variable there
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall"), (46, "-high")]  # noqa: RUF012 - an instance variable there
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p,colon", "command_palette", "commands", show=False, priority=True),
        Binding("ctrl+q", "quit", "quit", show=False, priority=True),
        Binding("ctrl+c", "quit", "quit", show=False, priority=True),
        Binding("question_mark", "keys", "keys", show=False),
    ]

    def __init__(self, memory: Memory | None = None) -> None:
        super().__init__()
        self.memory = Memory.load() if memory is None else memory
        for one in theme.THEMES:
            self.register_theme(one)
        self.theme = theme.DARK if self.memory.dark else theme.LIGHT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults()

    def on_mount(self) -> None:
        from mailedu.journey import load, play
        from mailedu.tui.screens.player import Player

        self.push_screen(Player(play(load("alice-to-bob"))))
