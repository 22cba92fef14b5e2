"""The command palette: every key of the screen, and every place there is to go, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from mailedu.journey import scenario as scenarios
from mailedu.tui.widgets.exercise_rounds import rounds

if TYPE_CHECKING:
    from mailedu.tui.app import MaileduApp


class Command(NamedTuple):
    """Something that can be done now."""

    name: str
    about: str
    do: Callable[[], object]


class Commands(Provider):
    """What `:` offers."""

    async def discover(self) -> Hits:
        for command in self._commands():
            yield DiscoveryHit(command.name, command.do, help=command.about)

    async def search(self, query: str) -> Hits:
        # Words, as everywhere in mailedu. Textual’s own matcher tries each way in which letters can stand in a line:
        # for a long line with many of them that takes minutes and gigabytes.
        words = query.casefold().split()
        for command in self._commands():
            score = _score(command, words)
            if score > 0:
                shown = Content(command.name)
                for start, end in _found(command.name.casefold(), words):
                    shown = shown.stylize("bold underline", start, end)
                yield Hit(score, shown, command.do, text=command.name, help=command.about)

    def _commands(self) -> Iterator[Command]:
        from mailedu.tui.screens.room import Room

        app = cast("MaileduApp", self.app)
        screen = self.screen
        if isinstance(screen, Room):
            for key in screen.KEYS:
                if key.about and key.word and "-" not in key.shown[1:] and screen.offers(key):
                    name = f"{key.word.capitalize()}  ({key.shown})" if key.shown else key.word.capitalize()
                    yield Command(name, key.about, partial(screen.run_action, key.action))
            yield from (Command(*one) for one in screen.places())
        yield Command("Write a letter", "compose your own, and watch it travel", app.open_compose)
        yield Command("Talk SMTP", "type the commands as Alice’s computer", partial(app.open_talk, "smtp"))
        yield Command("Talk POP3", "type the commands as Bob’s phone", partial(app.open_talk, "pop3"))
        for name in scenarios.names():
            yield Command(f"Open: {scenarios.title_of(name)}", name, partial(app.open_scenario, name))
        for offer in rounds():
            yield Command(
                f"Questions: {offer.title}",
                offer.tag or "as the course has it",
                partial(app.open_questions, offer.name),
            )
        other = "Light colours" if app.memory.dark else "Dark colours"
        yield Command(other, "change how it looks", app.action_dark)
        yield Command("Keys", "show the keys of this screen, the signs and the words  (?)", app.action_keys)
        yield Command("Home", "back to the list of journeys", app.action_home)
        yield Command("Quit", "leave mailedu; the place is kept  (ctrl+q)", app.action_quit)


def _score(command: Command, words: Sequence[str]) -> float:
    """0 unless every word stands in it; more if they stand in its name, most if the name begins with the first."""
    name, about = command.name.casefold(), command.about.casefold()
    if not words or not all(word in name or word in about for word in words):
        return 0
    return 1 + sum(word in name for word in words) + name.startswith(words[0])


def _found(name: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the words stand in a name."""
    for word in words:
        start = name.find(word)
        if start >= 0:
            yield start, start + len(word)


class Palette(CommandPalette):
    """Textual's, but for a list that is asked for its next page before it has been laid out."""

    def _action_command_list(self, action: str) -> None:
        commands = self.query_one(CommandList)
        if action.startswith("page") and (commands.size.height == 0 or not commands.virtual_size.height):
            return
        super()._action_command_list(action)
