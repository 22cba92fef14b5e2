"""A row of the form: its name, where to type, and below it what is wrong, if anything is."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from mailedu.mime.compose import Attachment
from mailedu.tui.widgets.compose_disk import octets_in_words
from mailedu.tui.widgets.entry import Prose
from mailedu.visible import clip, visible, width

#: Cells of the column of names.
LABEL = 11


class FormNote(Widget):
    """A line below a field: ✗ and what is wrong, or something to know. Without one it takes no room."""

    DEFAULT_CSS = f"FormNote {{ height: 1; padding-left: {LABEL + 1}; display: none; }}"

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.bad = False

    def show(self, text: str, bad: bool = True) -> None:
        """Foreign text is made visible here."""
        self.text, self.bad = visible(text), bad
        self.display = bool(text)
        self.refresh()

    def render(self) -> Content:
        if self.bad:
            return Content.assemble(("✗ ", "bold $error"), (clip(self.text, self.size.width - 2), "$error"))
        return Content.assemble((clip(self.text, self.size.width), "$quiet"))


class Form(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls to the field that has the cursor, and by the mouse: ↑ and ↓ are the screen's."""


class FormRow(Vertical):
    """Name, field, note."""

    DEFAULT_CSS = f"""
    FormRow {{ height: auto; }}
    FormRow > Horizontal {{ height: auto; }}
    FormRow .name {{ width: {LABEL}; color: $quiet; padding-left: 1; }}
    FormRow Entry, FormRow Prose {{ width: 1fr; }}
    FormRow.-here .name {{ color: $accent; text-style: bold; }}
    """

    def __init__(self, label: str, field: Widget) -> None:
        super().__init__()
        self._label = label
        self.field = field
        self.note = FormNote()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(self._label, classes="name", markup=False)
            yield self.field
        yield self.note

    def on_descendant_focus(self) -> None:
        self.add_class("-here")

    def on_descendant_blur(self) -> None:
        self.remove_class("-here")


class LetterText(Prose):
    """The text; ↑ from its first row and ↓ from its last lead to the fields around it."""

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location):
            self.screen.focus_previous()
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location):
            self.screen.focus_next()
        else:
            super().action_cursor_down(select)


class Attached(Widget, can_focus=True):
    """A file that goes with the letter: its name, type and size. Delete, or a click on the cross, removes it."""

    DEFAULT_CSS = f"""
    Attached {{ height: 1; padding-left: {LABEL + 1}; }}
    Attached:focus {{ background: $band; }}
    """
    _CROSS = " ✗ "

    class Removed(Message):
        """It is to go."""

        def __init__(self, row: Attached) -> None:
            super().__init__()
            self.row = row

    def __init__(self, attachment: Attachment) -> None:
        super().__init__()
        self.attachment = attachment

    def render(self) -> Content:
        about = f"  {visible(self.attachment.type)}  {octets_in_words(len(self.attachment.octets))}"
        room = self.size.width - width(about) - width(self._CROSS) - 2
        name = clip(visible(self.attachment.filename), max(room, 8))
        gap = " " * max(room - width(name), 0)
        style = "bold $accent" if self.has_focus else "$quiet"
        return Content.assemble("· ", (name, "bold"), (about, "$quiet"), gap, (self._CROSS, style))

    def key_delete(self) -> None:
        self.post_message(self.Removed(self))

    key_backspace = key_delete

    def on_click(self, event: Click) -> None:
        if event.get_content_offset_capture(self).x >= self.size.width - width(self._CROSS):
            self.post_message(self.Removed(self))
