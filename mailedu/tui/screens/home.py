"""The first screen: go on, or choose a journey; what it shows is seen before it is opened."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Input, OptionList, Static

from mailedu.exercise.model import ExerciseError
from mailedu.tui import entries, keys
from mailedu.tui.entries import Entry
from mailedu.tui.memory import Left, Place
from mailedu.tui.screens.room import Room
from mailedu.tui.widgets import exercise_rounds as rounds
from mailedu.tui.widgets.choices import Choice, Choices, Group
from mailedu.tui.widgets.find_line import FindLine
from mailedu.tui.widgets.idea import Idea
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.preview import Preview
from mailedu.tui.widgets.title import Title
from mailedu.visible import visible

_QUIT: Final = keys.HOME[-1]
_COMMANDS: Final = keys.EVERYWHERE[1]


class Home(Room[None]):
    """What there is to do."""

    DEFAULT_CSS = """
    Home #body { height: 1fr; }
    Home #choose {
        width: 1fr; border: solid $line; border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $quiet;
    }
    Home #choose:focus-within { border: solid $accent; border-title-color: $foreground; }
    Home #about { height: 2; padding: 0 2; color: $foreground; }
    Home Preview { display: none; width: 1fr; margin-left: 1; }

    Home.-wide #about, Home.-huge #about { display: none; }
    Home.-wide Preview, Home.-huge Preview { display: block; }
    Home.-wide #choose, Home.-huge #choose { width: 57; }
    Home.-wide #body, Home.-huge #body { padding: 0 1; }
    Home.-huge #choose { width: 60; }
    Home.-tall Title, Home.-high Title { margin: 1 0; padding: 0 1; }
    Home.-tall Idea, Home.-high Idea { margin-bottom: 1; padding: 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings(keys.HOME),
        # While a word is typed, the arrows walk through what is found.
        Binding("down", "walk(1)", show=False),
        Binding("up", "walk(-1)", show=False),
    ]
    KEYS = keys.HOME
    NAME = "the beginning"

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, Entry] = {}
        self._steps: dict[str, str] = {}
        """Entry -> how long it is, as soon as that is known."""
        self._left: tuple[Place | None, Left | None] = (None, None)
        """What was left when this was shown the last time."""

    def parts(self) -> ComposeResult:
        yield Title("Watch a letter travel, one command at a time.")
        yield Idea()
        with Horizontal(id="body"):
            with Vertical(id="choose"):
                yield Choices()
            yield Preview()
        yield Static(id="about")
        yield FindLine("a word; enter opens, esc shows all again")
        yield KeyBar(
            [*(key for key in keys.HOME if key.footer and key is not _QUIT), _COMMANDS, keys.EVERYWHERE[0], _QUIT]
        )

    def on_mount(self) -> None:
        choose = self.query_one("#choose")
        choose.border_title = "Choose"
        self._frame()
        choices = self.query_one(Choices)
        self.watch(choices, "scroll_y", self._frame, init=False)
        choices.focus()

    def _frame(self) -> None:
        """The key that opens, and whether there is more of the list below."""
        choices = self.query_one(Choices)
        more = choices.max_scroll_y - choices.scroll_offset.y
        self.query_one("#choose").border_subtitle = Content.assemble(
            (f"▼ {more} more rows   " if more > 1 else "▼ 1 more row   " if more else "", "$foreground"),
            ("enter", "bold $accent"), " open",
        )  # fmt: skip

    def on_screen_resume(self) -> None:
        """At the beginning, and whenever somebody comes back: the place, what is done and the letters may be new."""
        left = (self.mailedu.memory.place, self.mailedu.memory.question)
        self._entries = {entry.id: entry for entry in entries.entries(self.mailedu.memory)}
        self._fill()
        if left != self._left:  # somebody comes back from a journey or questions, and enter is to go on with them
            self._left = left
            self.query_one(Choices).action_first()
        self.call_after_refresh(self._later)

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._tell)

    def _later(self) -> None:
        """What takes longer than a frame comes after the first one."""
        for entry in self._entries.values():
            if entry.kind == "play" and not entry.tag:
                self._steps[entry.id] = entries.steps_of(entry.name)
        for name, (tag, done) in self._answered().items():
            asked = self._entries.get(f"quiz:{name}")
            if asked is not None:
                self._entries[asked.id] = asked._replace(tag=tag, done=done)
        self._fill()
        self._tell()
        memory = self.mailedu.memory
        if memory.warning:
            self.say(memory.warning, "✗", "$error")
            memory.warning = ""

    def _answered(self) -> dict[str, tuple[str, bool]]:
        """How far somebody has come with each round of questions, such as `2 of 5`, and whether it is all done."""
        from mailedu.exercise.progress import Progress

        try:
            return rounds.answered(Progress())
        except ExerciseError as error:
            self.say(str(error), "✗", "$error")
            return {}

    def _fill(self) -> None:
        words = self.query_one(Input).value
        found = [entry for entry in self._entries.values() if entry.matches(words)]
        groups = [
            Group(heading, tuple(map(self._choice, its))) for heading, its in groupby(found, lambda one: one.group)
        ]
        self.query_one(Choices).fill(groups or [Group("There is none with that word", ())])

    def _choice(self, entry: Entry) -> Choice:
        return Choice(entry.id, entry.title, entry.tag or self._steps.get(entry.id, ""), entry.done)

    # What is highlighted ----------------------------------------------------------------------------------------------

    @property
    def entry(self) -> Entry | None:
        """What is highlighted."""
        return self._entries.get(self.query_one(Choices).chosen)

    def _tell(self) -> None:
        self._frame()
        entry = self.entry
        if entry is None:
            return
        if self.query_one(Preview).display:
            self.query_one(Preview).show(entries.card(entry, self.mailedu.memory))
        else:
            room = self.query_one("#about").content_size
            self.query_one("#about", Static).update(
                Content(entries.told(visible(entry.about), room.width, room.height))
            )

    def on_option_list_option_highlighted(self, message: OptionList.OptionHighlighted) -> None:
        self.call_after_refresh(self._tell)

    # Keys -------------------------------------------------------------------------------------------------------------

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        self.action_open()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        self.action_open()

    def on_input_changed(self, message: Input.Changed) -> None:
        self._fill()

    def action_open(self, guessing: bool = False) -> None:
        """Open what is highlighted."""
        entry, app = self.entry, self.mailedu
        if entry is None or app.screen is not self:  # a second enter comes before the first has been answered
            return
        if entry.kind == "compose":
            app.open_compose()
        elif entry.kind == "talk":
            app.open_talk(entry.name)
        elif entry.kind in ("quiz", "ask"):
            left = app.memory.question
            app.open_questions(entry.name, left if left is not None and left.round == entry.name else None)
        else:
            self._open_journey(entry, guessing)
        self.action_close()

    def _open_journey(self, entry: Entry, guessing: bool) -> None:
        app = self.mailedu
        try:
            journey = entries.journey_of(entry, app.memory)
        except ValueError as error:
            self.say(str(error), "✗", "$error")
            return
        place = app.memory.place
        if entry.kind == "go" and place is not None:
            hidden = place.hidden and place.guessing
            app.open_journey(journey, place.n, place.pane, guessing or place.guessing, place.letter, hidden)
        else:
            app.open_journey(journey, guessing=guessing, letter=entry.name if entry.kind == "letter" else "")

    def action_guess(self) -> None:
        self.action_open(guessing=True)

    def action_write(self) -> None:
        self.mailedu.open_compose()

    def action_find(self) -> None:
        self.query_one(FindLine).open()

    def action_close(self) -> None:
        """Show all again."""
        line = self.query_one(FindLine)
        if line.close():
            line.entry.value = ""
            self.query_one(Choices).focus()

    def action_walk(self, by: int) -> None:
        choices = self.query_one(Choices)
        if by > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()
