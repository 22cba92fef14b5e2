"""The keys of a screen, the signs, and the words that a newcomer meets. `?` opens it anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from mailedu.text.screen import wrapped
from mailedu.tui.keys import EVERYWHERE, Key
from mailedu.visible import pad

SIGNS: Final = (
    ("✉", "the letter: it lies with whoever is responsible for it"),
    ("► ◄", "who speaks to whom; ► at the edge: the present step"),
    ("✓ ✗", "done or accepted; refused or wrong"),
    ("✎", "a line that you changed"),
    ("≠", "the first step that is other for it"),
    ("■", "something done on one machine; nobody is spoken to"),
)
WORDS: Final = (
    ("client", "who opens the connection and gives commands"),
    ("server", "who answers each command with a code or +OK, -ERR"),
    ("envelope", "the addresses told to the server by MAIL and RCPT; what stands in the letter is not asked"),
    ("user agent", "the program in which a person writes and reads mail"),
    ("MSA, MTA", "the servers: one takes mail from users, one passes it on"),
    ("MDA, MAA", "who puts mail into the mailbox, and who hands it out"),
    ("SMTP", "the language in which mail is sent"),
    ("POP3, IMAP", "the languages in which mail is fetched; IMAP leaves it on the server"),
    ("DNS, MX", "the Internet’s directory; its MX entries name the hosts that take mail for a domain"),
    ("MIME", "how letters carry other alphabets and files"),
    ("base64", "64 plain characters that stand for any octets; no secret"),
    ("bounce", "the report that comes back when a letter cannot be delivered"),
    ("octet", "a byte: eight bits"),
    ("CRLF", "the two octets at the end of each line: \\r\\n"),
    ("TLS", "encryption around a conversation; port 465 or STARTTLS"),
    ("RFC", "a document of the Internet’s rules; the number after it is a section"),
)
_GROUPS: Final = (("Signs", SIGNS), ("Words", WORDS))
_COLUMN: Final = 12


class HelpScreen(ModalScreen[None]):
    """What can be done here."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen VerticalScroll {
        width: 84; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; background: $surface;
        border: round $accent; border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "close", show=False),
    ]

    def __init__(self, name: str, keys: Sequence[Key]) -> None:
        super().__init__()
        self._title = name
        self._keys = keys

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = f"Keys: {self._title}"
            box.border_subtitle = Content.assemble(("esc", "bold $accent"), " close   ", ("↓", "bold $accent"), " more")
            yield Static(id="text")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self, event: Resize) -> None:
        self.query_one("#text", Static).update(self.text(min(event.size.width, 84) - 7))

    def text(self, columns: int) -> Content:
        """The help, in lines of so many cells."""
        shown = [(key.shown, key.about) for key in (*self._keys, *EVERYWHERE) if key.shown and key.about]
        lines = list(_rows(shown, columns, "bold $accent"))
        for title, rows in _GROUPS:
            lines += [Content(""), Content.styled(title, "bold"), *_rows(rows, columns, "$foreground")]
        return Content("\n").join(lines)


def _rows(rows: Iterable[tuple[str, str]], columns: int, style: str) -> Iterable[Content]:
    for head, about in rows:
        first = pad(head, _COLUMN)
        for line in wrapped(about, columns - _COLUMN):
            yield Content.assemble((first, style), (line, "$quiet"))
            first = " " * _COLUMN
