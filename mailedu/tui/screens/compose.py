"""Write a letter: a form that says at each field what is wrong with it, and sends the letter on its journey."""

from __future__ import annotations

from typing import ClassVar, NamedTuple
from weakref import WeakKeyDictionary

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantBlur, DescendantFocus
from textual.widget import Widget
from textual.widgets import Button, Input, TextArea

from mailedu.journey import form, load, play
from mailedu.journey.form import Typed
from mailedu.journey.own_letter import own_letter
from mailedu.journey.scenario import ScenarioError
from mailedu.mime.compose import Attachment
from mailedu.mime.prepare import MAX_INPUT, InputError, Prepared
from mailedu.tui import keys, letters
from mailedu.tui.keys import Key
from mailedu.tui.screens.room import Room
from mailedu.tui.widgets import compose_disk as disk
from mailedu.tui.widgets.compose_disk import FileError
from mailedu.tui.widgets.compose_field import LABEL, Attached, Form, FormNote, FormRow, LetterText
from mailedu.tui.widgets.compose_preview import LetterPreview
from mailedu.tui.widgets.entry import Entry, Prose
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.title import Title
from mailedu.visible import visible

#: The scenario that carries letters of one's own.
WORLD = "alice-to-bob"
INSTEAD = "instead"
_PEOPLE = (form.SENDER, form.TO, form.CC, form.BCC)
_PATHS = (form.FILES, INSTEAD)


class Kept(NamedTuple):
    """What stands on the form when it is left."""

    typed: Typed = Typed()
    path: str = ""
    """Of an attachment that was not added yet."""
    instead: str = ""


#: What was typed, for as long as the application runs.
_KEPT: WeakKeyDictionary[App[object], Kept] = WeakKeyDictionary()


class Compose(Room[None]):
    """The form."""

    DEFAULT_CSS = f"""
    Compose #form {{ width: 1fr; height: 1fr; scrollbar-size-vertical: 1; padding-right: 1; }}
    Compose #letter {{ height: 1fr; }}
    Compose #body {{ width: 100%; height: 1fr; min-height: 6; max-height: 18; }}
    Compose #body > Horizontal {{ height: 1fr; }}
    Compose #text {{ height: 1fr; }}
    Compose #files-row {{ height: auto; }}
    Compose #made-up {{ height: 1; }}
    Compose #buttons {{ height: 1; padding-left: {LABEL}; }}
    Compose Button {{
        width: auto; min-width: 0; padding: 0 2; margin-right: 2; background: $panel; color: $foreground;
        text-style: none;
    }}
    Compose Button:focus {{ background: $accent; color: $background; text-style: bold; background-tint: transparent; }}
    Compose.-instead .letters {{ opacity: 60%; }}
    Compose.-wide #form, Compose.-huge #form {{ width: 72; margin-right: 1; }}
    Compose.-huge #form {{ width: 92; }}
    Compose.-tall Title {{ margin-bottom: 1; }}
    Compose.-tall #buttons {{ margin-top: 1; }}
    Compose.-tall KeyBar {{ margin-top: 1; }}
    """
    AUTO_FOCUS = ""
    KEYS = keys.COMPOSE
    NAME = "write a letter"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.COMPOSE)]

    def __init__(self) -> None:
        super().__init__()
        self._attached: list[Attached] = []
        self._rows: dict[str, FormRow] = {}
        self._sending = False

    # What stands there ------------------------------------------------------------------------------------------------

    def parts(self) -> ComposeResult:
        kept = _KEPT.get(self.app, Kept())
        typed = kept.typed
        yield Title("Write a letter")
        with Horizontal(id="letter"):
            with Form(id="form"):
                for field, label, value, hint in (
                    (form.SENDER, "From", typed.sender, "who writes"),
                    (form.TO, "To", typed.to, "who gets it; a comma goes between two"),
                    (form.CC, "Cc", typed.cc, "who gets it too, as all can see"),
                    (form.BCC, "Bcc", typed.bcc, "who gets it too, as nobody can see"),
                    (form.SUBJECT, "Subject", typed.subject, "what it is about"),
                ):
                    yield self._row(field, label, Entry(value, placeholder=hint, id=field))
                body = FormRow("Text", LetterText(typed.text, placeholder="Hello Bob, …", id=form.TEXT))
                body.id = "body"
                body.add_class("letters")
                yield body
                with Vertical(id="files-row"):
                    for one in typed.attachments:
                        self._attached.append(Attached(one))
                        yield self._attached[-1]
                    yield self._path(form.FILES, "Attach", kept.path, "path of a file; enter adds it")
                yield self._path(INSTEAD, "Or a file", kept.instead, "path of an .eml or a text, to be sent as it is")
                with Vertical(id="made-up"):
                    yield FormNote()
                with Horizontal(id="buttons"):
                    yield Button("Send it", id="send", compact=True)
                    yield Button("Start afresh", id="afresh", compact=True)
            yield LetterPreview()
        yield KeyBar()

    def _row(self, field: str, label: str, entry: Widget) -> FormRow:
        row = self._rows[field] = FormRow(label, entry)
        if field != INSTEAD:
            row.add_class("letters")
        return row

    def _path(self, field: str, label: str, value: str, hint: str) -> FormRow:
        entry = Entry(value, placeholder=hint, id=field)
        entry.suggester = disk.Paths()
        return self._row(field, label, entry)

    def on_mount(self) -> None:
        self.query_one(Title).show("Write a letter", "Alice’s laptop sends it; nothing leaves this computer")
        for field in (form.SENDER, form.TO):  # what stands there already gives way to what is typed
            self.query_one(f"#{field}", Entry).select_on_focus = True
        if kept := _KEPT.get(self.app):
            self.query_one(f"#{form.TEXT if kept.typed.subject else form.SUBJECT}").focus()
        else:
            self._begin()
        self._tell_made_up()
        self.call_after_refresh(self._preview)

    def _begin(self) -> None:
        """To the first field: who types there types another sender."""
        sender = self.query_one(f"#{form.SENDER}", Entry)
        sender.focus()
        sender.select_all()

    @property
    def typed(self) -> Typed:
        """The letter as it stands."""
        sender, to, cc, bcc, subject = (self._value(field) for field in (*_PEOPLE, form.SUBJECT))
        text = self.query_one(f"#{form.TEXT}", Prose).text
        return Typed(sender, to, cc, bcc, subject, text, tuple(row.attachment for row in self._attached))

    def _value(self, field: str) -> str:
        return self.query_one(f"#{field}", Entry).value

    def on_screen_suspend(self) -> None:
        """However it is left, what was typed is there again."""
        self._keep()

    def _keep(self) -> None:
        _KEPT[self.app] = Kept(self.typed, self._value(form.FILES), self._value(INSTEAD))

    # What is wrong ----------------------------------------------------------------------------------------------------

    def _check(self, field: str) -> bool:
        """Say at a field what is wrong with it; False if something is."""
        note = self._rows[field].note
        if field in _PEOPLE:
            note.show(form.wrong(field, self._value(field)))
        elif field == INSTEAD:
            note.show("")
            self._instead()
        elif field == form.FILES:
            note.show("")
            if self._value(field).strip():
                self._add_file()
        return not (note.text and note.bad)

    def _check_all(self) -> bool:
        """Check everything, and go to the first field with which something is wrong; False if there is one."""
        if self._value(INSTEAD).strip():
            fields: tuple[str, ...] = (INSTEAD,)
        else:
            fields = (*_PEOPLE, form.FILES)
        wrong = [field for field in fields if not self._check(field)]
        if not wrong and fields[0] != INSTEAD:
            for error in form.check(self.typed):
                self._rows[error.field].note.show(error.message)
                wrong.append(error.field)
        if wrong:
            self._rows[wrong[0]].field.focus()
        return not wrong

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        field = event.widget.id or ""
        if field in self._rows and (field in _PATHS or field in _PEOPLE):
            self._check(field)
            self._tell_made_up()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._show_keys()

    def on_input_changed(self, event: Input.Changed) -> None:
        field = event.input.id or ""
        row = self._rows.get(field)
        if row is not None and row.note.text:
            if field in _PEOPLE:
                self._check(field)
            else:
                row.note.show("")
        if field in _PATHS:
            found = disk.matches(event.value) if event.input.has_focus else []
            if row is not None and found and found != [event.value]:
                row.note.show("  ".join(one.rstrip("/").rpartition("/")[2] + "/" * one.endswith("/") for one in found),
                              bad=False)  # fmt: skip
        if field == INSTEAD:
            self.set_class(bool(event.value.strip()), "-instead")
        self._preview()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._preview()

    def _preview(self) -> None:
        if self.is_mounted:
            self.query_one(LetterPreview).show(self.typed)

    def _tell_made_up(self) -> None:
        line = form.made_up(form.recipients(self.typed))
        self.query_one("#made-up FormNote", FormNote).show(line.partition(";")[0], bad=False)  # the title says the rest

    # Files ------------------------------------------------------------------------------------------------------------

    def _add_file(self) -> bool:
        """Read the file whose path stands there, and put it among the attachments; False if it cannot be."""
        entry = self.query_one(f"#{form.FILES}", Entry)
        path = disk.path_of(entry.value)
        note = self._rows[form.FILES].note
        try:
            attachment = Attachment(path.name, disk.type_of(path.name), disk.read(path, form.MAX_ATTACHED))
        except FileError as error:
            note.show(str(error))
            return False
        if why := form.too_much((*self.typed.attachments, attachment)):
            note.show(why)
            return False
        row = Attached(attachment)
        self._attached.append(row)
        self.query_one("#files-row").mount(row, before=self._rows[form.FILES])
        entry.value = ""
        note.show("")
        self._preview()
        return True

    def on_attached_removed(self, message: Attached.Removed) -> None:
        if message.row in self._attached:
            self._attached.remove(message.row)
            self.query_one(f"#{form.FILES}").focus()
            message.row.remove()
            self._preview()

    def _instead(self) -> tuple[bytes, Prepared] | None:
        """The file that is to be sent instead; None, and why at its field, if there is none that can be."""
        typed = self._value(INSTEAD)
        note = self._rows[INSTEAD].note
        if not typed.strip():
            return None
        try:
            octets = disk.read(disk.path_of(typed), MAX_INPUT)
            prepared = own_letter(octets, load(WORLD))
            load(WORLD, message=prepared)
        except (FileError, InputError, ScenarioError) as error:
            note.show(str(error))
            return None
        kind = "a text" if prepared.changes[0].name == "text" else "a letter"
        people = ", ".join(prepared.recipients[:3]) + (" …" if len(prepared.recipients) > 3 else "")
        note.show(f"{kind} from {prepared.reverse_path} to {people}; the form above is not sent", bad=False)
        return octets, prepared

    # Keys -------------------------------------------------------------------------------------------------------------

    def offers(self, key: Key) -> bool:
        focus = self.focused
        if key.action == "remove":
            return isinstance(focus, Attached)
        if key.action == "complete":
            return focus is not None and focus.id in _PATHS
        if key.shown in ("q", "?"):
            return not isinstance(focus, Input | TextArea)
        return True

    def _show_keys(self) -> None:
        shown = [key for key in (*self.KEYS, *keys.EVERYWHERE) if key.footer and self.offers(key)]
        focus = self.focused
        if isinstance(focus, Button):
            shown = [key._replace(word="do it") if key.action == "next" else key for key in shown]
        elif isinstance(focus, TextArea):
            shown = [key for key in shown if key.action != "next"]
        elif focus is not None and focus.id == form.FILES:
            shown = [key._replace(word="add") if key.action == "next" else key for key in shown]
        self.query_one(KeyBar).show(shown)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == form.FILES and event.value.strip():
            self._add_file()
        else:
            self.focus_next()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "send":
            self.action_send()
        else:
            await self.action_afresh()

    def action_next(self) -> None:
        self.focus_next()

    def action_complete(self) -> None:
        """The key belongs to the field: this is here so that it is told of."""

    def action_remove(self) -> None:
        if isinstance(self.focused, Attached):
            self.post_message(Attached.Removed(self.focused))

    async def action_afresh(self) -> None:
        """An empty form."""
        _KEPT.pop(self.app, None)
        fresh = Kept()
        for row in self._attached:
            await row.remove()
        self._attached.clear()
        for field in (*_PEOPLE, form.SUBJECT):
            value = {form.SENDER: fresh.typed.sender, form.TO: fresh.typed.to}.get(field, "")
            self.query_one(f"#{field}", Entry).value = value
        for field in _PATHS:
            self.query_one(f"#{field}", Entry).value = ""
        self.query_one(f"#{form.TEXT}", Prose).text = ""
        for row_ in self._rows.values():
            row_.note.show("")
        self._tell_made_up()
        self._begin()

    def action_leave(self) -> None:
        self._keep()
        self.dismiss(None)

    def action_send(self) -> None:
        """Send it, if nothing is wrong."""
        if not self._sending and self._check_all():
            self._keep()
            self._sending = True
            self.say("reading …")
            self.call_after_refresh(self._send)

    def _send(self) -> None:
        """Compose it, keep it, and go with it."""
        self._sending = False
        self.say("")
        if self._value(INSTEAD).strip():
            found = self._instead()
            if found is None:
                return
            octets, prepared = found
        else:
            octets = form.octets_of(form.draft_of(self.typed), load(WORLD))
            try:
                prepared = own_letter(octets, load(WORLD))
            except InputError as error:
                self._rows[form.FILES].note.show(str(error))
                return
        journey = play(load(WORLD, message=prepared))
        name = ""
        try:
            name = letters.save(octets, letters.subject_of(octets))
        except letters.LetterError as error:
            self.notify(visible(str(error)), markup=False)
        self.mailedu.open_journey(journey, letter=name)
