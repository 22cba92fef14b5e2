"""Beside the form: the envelope that comes of it, and the header. That they are two things is the point."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.widgets import Static

from mailedu.journey import form
from mailedu.journey.form import Typed
from mailedu.mime.fields.addresses import addresses
from mailedu.visible import clip, visible, width

#: Recipients, and attachments, that are named.
_MOST: Final = 6
_HEADER: Final = (("From", "sender"), ("To", "to"), ("Cc", "cc"), ("Subject", "subject"))


class LetterPreview(Static):
    """What will travel."""

    SCOPED_CSS = False  # the size is the screen's
    DEFAULT_CSS = """
    LetterPreview {
        width: 1fr; height: auto; padding: 0 1; border: solid $line; border-title-color: $foreground;
        border-title-style: bold; display: none;
    }
    .-wide LetterPreview { display: block; }
    .-huge LetterPreview { display: block; }
    """

    def on_mount(self) -> None:
        self.border_title = "What will travel"

    def show(self, typed: Typed) -> None:
        self.update(content(typed, max(self.size.width, 40)))


def content(typed: Typed, columns: int) -> Content:
    """Envelope and header, clipped to so many cells."""

    def row(head: str, text: str, style: str = "$foreground", after: str = "") -> Content:
        room = columns - 11 - width(after)
        return Content.assemble((f"  {head:<9}", "$quiet"), (clip(visible(text), room), style), (after, "$quiet"))

    sender = "" if form.wrong(form.SENDER, typed.sender) else addresses(typed.sender)[0].address
    seen = set(form.recipients(typed._replace(bcc="")))
    people = form.recipients(typed)
    rows = [
        Content.assemble((" ✉ ", "$letter-fg on $letter-bg"), (" Envelope", "bold"), ("  for the servers", "$quiet")),
        row("from", sender or "…", "$client"),
        *(
            row("" if n else "to", one, "$client", "" if one in seen else "  of Bcc")
            for n, one in enumerate(people[:_MOST])
        ),
    ]
    if len(people) > _MOST:
        rows.append(row("", f"and {len(people) - _MOST} more", "$quiet"))
    if not people:
        rows.append(row("to", "…", "$client"))
    rows += [Content(""), Content.assemble(("    Letter", "bold"), ("  for the people", "$quiet"))]
    rows += (row(name + ":", value) for name, attribute in _HEADER if (value := getattr(typed, attribute).strip()))
    if typed.bcc.strip():
        rows.append(Content.assemble("  ", ("Bcc is not in it: so nobody sees it", "$quiet")))
    lines = typed.text.count("\n") + 1 if typed.text else 0
    rows += [Content(""), row("text", f"{lines} line{'' if lines == 1 else 's'}" if lines else "none yet", "$quiet")]
    rows += (row("" if n else "files", one.filename, "$quiet") for n, one in enumerate(typed.attachments[:_MOST]))
    return Content("\n").join(rows)
