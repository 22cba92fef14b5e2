"""A journey is saved: as text, as the letter that it carries, as its steps for other programs, or as its packets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mailedu.text.writing import TakenError, open_file, text_file
from mailedu.tui.view import View
from mailedu.tui.widgets.entry import Entry
from mailedu.tui.widgets.marked import Marked
from mailedu.visible import visible


class Form(NamedTuple):
    """A way to save."""

    name: str
    about: str
    ending: str
    write: Callable[[View, str, bool], None]


def _text(view: View, name: str, force: bool) -> None:
    from mailedu.text.transcript import transcript

    with text_file(name, force) as screen:
        screen.say_all(transcript(view.journey, screen, explain=True))


def _letter(view: View, name: str, force: bool) -> None:
    chunks = view.scene.standing
    if not chunks:
        raise ValueError("there is no letter yet at this step")
    with open_file(name, force) as file:
        file.writelines(chunks)


def _steps(view: View, name: str, force: bool) -> None:
    from mailedu.journey.jsonl import jsonl

    with open_file(name, force) as file:
        file.writelines(line.encode() for line in _lines(jsonl(view.journey)))


def _packets(view: View, name: str, force: bool) -> None:
    from mailedu.journey.pcap import capture_file

    octets = capture_file(view.journey)
    with open_file(name, force) as file:
        file.writelines(octets)


def _lines(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else line + "\n"


FORMS: Final = (
    Form("text", "the whole conversation, explained", ".txt", _text),
    Form("letter", "the letter as it stands at this step", ".eml", _letter),
    Form("steps", "a JSON object a step, for other programs", ".jsonl", _steps),
    Form("packets", "a capture to open in Wireshark, explained", ".pcapng", _packets),
)


class SaveScreen(ModalScreen[str | None]):
    """Which form, and under which name. Returns a line that says what was done."""

    DEFAULT_CSS = """
    SaveScreen { align: center middle; background: $background 60%; }
    SaveScreen Vertical {
        min-width: 24;
        width: 64; max-width: 100%; height: auto; padding: 0 1; background: $surface;
        border: round $accent; border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet;
    }
    SaveScreen Marked { height: auto; background: $surface; }
    SaveScreen Entry { padding: 0; background: $band; }
    SaveScreen #error { color: $error; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "close", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("up", "choose(-1)", show=False),
    ]

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self._asked = ""
        """A name that is taken, and that may be written over if it is asked for again."""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Save this journey"
            box.border_subtitle = Content.assemble(
                ("enter", "bold $accent"),
                " save   ",
                ("↑↓", "bold $accent"),
                " form   ",
                ("esc", "bold $accent"),
                " close",
            )
            yield Marked(
                *(
                    Option(Content.assemble((f"  {form.name:8}", "bold"), (form.about, "$quiet")), id=form.name)
                    for form in FORMS
                )
            )
            yield Static("file")
            yield Entry(id="name")
            yield Static(id="error")

    def on_mount(self) -> None:
        self.query_one(Marked).can_focus = False  # ↑ and ↓ reach it from where the name is typed
        self.query_one(Marked).highlighted = 0
        self.query_one(Input).focus()

    def action_choose(self, by: int) -> None:
        """Another form: the name keeps what was typed, and takes the form's ending."""
        forms = self.query_one(Marked)
        forms.highlighted = ((forms.highlighted or 0) + by) % len(FORMS)

    @property
    def _form(self) -> Form:
        return FORMS[self.query_one(Marked).highlighted or 0]

    def on_option_list_option_highlighted(self, message: OptionList.OptionHighlighted) -> None:
        field = self.query_one(Input)
        stem, dot, _ = field.value.rpartition(".")
        field.value = (stem if dot else field.value or self._stem) + self._form.ending
        field.cursor_position = len(field.value)
        self._tell("")

    @property
    def _stem(self) -> str:
        scenario = self._view.journey.scenario
        return scenario.name if scenario.message is None else "my-letter"

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, message: Input.Changed) -> None:
        self._tell("")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        name = os.path.expanduser(message.value.strip())  # noqa: PTH111 - what follows ~ need not be a user
        if not name:
            self._tell("a file needs a name")
            return
        try:
            self._form.write(self._view, name, self._asked == name)
        except TakenError:
            self._tell(f"{visible(name)} exists already; enter again writes over it")
            self._asked = name
            return
        except (OSError, ValueError) as error:
            self._tell(f"{visible(name)}: {getattr(error, 'strerror', None) or error}")
            return
        self.dismiss(f"Saved as {visible(os.path.abspath(name))}")  # noqa: PTH100 - Path.resolve would follow links

    def _tell(self, error: str) -> None:
        self._asked = ""
        self.query_one("#error", Static).update(Content(f"✗ {error}" if error else ""))
