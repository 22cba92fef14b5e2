"""What is to be said instead: a line to be changed, mistakes worth making, and faults of the world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mailedu.journey import scenario as scenarios
from mailedu.journey.edit import Edit, EditError
from mailedu.journey.gist import hidden
from mailedu.journey.journey import Journey
from mailedu.journey.mistakes import DROP, SILENT, change, drop, mistakes, present, silence
from mailedu.journey.step import Kind, Step
from mailedu.text.octets import base64_of
from mailedu.tui.widgets.entry import Entry
from mailedu.tui.widgets.marked import Marked
from mailedu.visible import clip, pad, visible

#: Cells of what a mistake is about; its line has the rest of the row.
_ABOUT: Final = 28
_BASE64: Final = "base64"
_SUBTITLE: Final = Content.assemble(
    ("enter", "bold $accent"), " send   ", ("↓", "bold $accent"), " mistakes and faults   ",
    ("esc", "bold $accent"), " keep it",
)  # fmt: skip


class EditCard(Vertical):
    """Shown right below the row of the step that is changed."""

    DEFAULT_CSS = """
    EditCard {
        layer: card; position: absolute; height: auto; padding: 0 1; background: $surface;
        border: solid $changed; border-title-color: $changed; border-title-style: bold; border-subtitle-color: $quiet;
    }
    EditCard Entry.-textual-compact { padding: 0; background: $band; }
    EditCard Marked { height: auto; background: $surface; }
    EditCard #wrong { color: $error; height: auto; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "list", show=False),
        Binding("up", "line", show=False),
        Binding("escape", "close", show=False),
    ]

    class Sent(Message):
        """Something else is to be said."""

        def __init__(self, edit: Edit) -> None:
            super().__init__()
            self.edit = edit

    class Faults(Message):
        """Exactly these faults are to be switched on."""

        def __init__(self, names: tuple[str, ...]) -> None:
            super().__init__()
            self.names = names

    class Closed(Message):
        """All is to stay as it is."""

    def __init__(self, journey: Journey, step: Step, most: int = 7) -> None:
        """`most`: rows of the list that there is room for."""
        super().__init__()
        self._journey = journey
        self._step = step
        self._mistakes = mistakes(journey, step)
        self._is_choosing = False
        self._typed = present(step)
        self._field = Entry(present(step))
        self._wrong = Static(id="wrong")
        self._list = Marked(*self._options())
        self._most = max(min(most, self._list.option_count), 3)
        self._list.styles.max_height = self._most

    @property
    def rows(self) -> int:
        """How high it is at first, frame included."""
        return 1 + self._most + 2

    def compose(self) -> ComposeResult:
        yield self._field
        yield self._wrong
        yield self._list

    def on_mount(self) -> None:
        step = self._step
        self._field.focus()
        self.border_title = Content(f"✎ Say something else at step {step.n}")
        self.border_subtitle = _SUBTITLE
        if step.kind is Kind.ANSWER:
            self._field.placeholder = "the answer’s code, such as NXDOMAIN or SERVFAIL"
        elif not present(step):
            self._field.placeholder = "a line to be sent instead of it all"

    def _options(self) -> Iterator[Option]:
        for at, mistake in enumerate(self._mistakes):
            yield Option(_row(mistake.about, mistake.line), id=f"mistake {at}")
        offered = {mistake.line for mistake in self._mistakes}
        if _is_login(self._step):
            said = hidden(self._step)
            now = f"now “{visible(said)}”" if said else ""
            yield Option(_row("make base64 of what is typed", now), id=_BASE64)
        if DROP not in offered:
            yield Option(_row("leave it out", DROP), id=DROP)
        if SILENT not in offered:
            yield Option(_row("say nothing from here on", SILENT), id=SILENT)
        scenario = self._journey.scenario
        # What a scenario is about cannot be switched off in it.
        always = scenarios.load(scenario.name).active
        for fault in scenarios.faults_of(scenario.name):
            on = fault.name in scenario.active
            told = _row(
                f"{'✓' if on else '·'} {fault.title}", "always on" if fault.name in always else "on" if on else "off"
            )
            yield Option(told, id=f"fault {fault.name}", disabled=fault.name in always)

    # Keys -------------------------------------------------------------------------------------------------------------

    def action_list(self) -> None:
        self._list.focus()
        self._list.highlighted = 0

    def action_line(self) -> None:
        self._field.focus()

    def action_close(self) -> None:
        self.post_message(self.Closed())

    def on_option_list_option_highlighted(self, message: OptionList.OptionHighlighted) -> None:
        message.stop()
        if self._is_choosing:
            self._preview(message.option_id or "")

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Only who is in the list has chosen what is highlighted in it."""
        self._is_choosing = event.widget is self._list
        if self._is_choosing and self._list.highlighted_option is not None:
            self._preview(self._list.highlighted_option.id or "")

    def _preview(self, name: str) -> None:
        """The line of a mistake is seen before it is sent."""
        if not name.startswith("mistake "):
            self._field.value = self._typed
        else:
            line = self._mistakes[int(name.partition(" ")[2])].line
            self._field.value = "" if line in (DROP, SILENT) else line
            self._field.cursor_position = len(self._field.value)

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        name = message.option_id or ""
        kind, _, rest = name.partition(" ")
        if kind == "mistake":
            self.post_message(self.Sent(self._mistakes[int(rest)].edit))
        elif kind == "fault":
            active = self._journey.scenario.active
            names = tuple(one for one in active if one != rest) if rest in active else (*active, rest)
            self.post_message(self.Faults(names))
        elif name == DROP:
            self.post_message(self.Sent(drop(self._step)))
        elif name == SILENT:
            self.post_message(self.Sent(silence(self._step)))
        elif name == _BASE64:
            self._field.value = base64_of(self._field.value)
            self._field.focus()

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        self._wrong.display = False
        if not self._is_choosing:
            self._typed = message.value

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        if message.value == present(self._step):
            self.post_message(self.Closed())
            return
        try:
            edit = change(self._step, message.value) if message.value else drop(self._step)
        except EditError as error:
            self._wrong.update(Content(f"✗ {visible(str(error))}"))
            self._wrong.display = True
            return
        self.post_message(self.Sent(edit))


def _is_login(step: Step) -> bool:
    return step.kind is Kind.COMMAND and step.verb == "RESPONSE"


def _row(about: str, line: str) -> Content:
    """The lines stand below each other as far as what they are about lets them; what is too long is cut by the list."""
    return Content.assemble("  ", pad(about, _ABOUT), "  ", (clip(visible(line), 60), "$quiet"))
