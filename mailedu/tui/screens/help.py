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
    ("✉", "the letter, with who answers for it"),
    ("► ◄", "who speaks; ► at the edge: you are here"),
    ("▌", "what is chosen"),
    ("✓ ✗", "done or accepted; refused or wrong"),
    ("✎", "a line that you changed"),
    ("≠", "the first step that is other for it"),
    ("■", "done on one machine, without talk"),
)
WORDS: Final = (
    ("client", "opens the connection, gives commands"),
    ("server", "answers each with a code or +OK, -ERR"),
    ("envelope", "what MAIL and RCPT tell the server; it is not the letter’s From and To"),
    ("user agent", "where a person writes and reads mail"),
    ("MSA, MTA", "servers: takes mail in, passes it on"),
    ("MDA, MAA", "puts mail into mailboxes, hands it out"),
    ("SMTP", "the language in which mail is sent"),
    ("POP3, IMAP", "to fetch mail; IMAP leaves it there"),
    ("DNS, MX", "the Internet’s directory; MX entries name the hosts that take a domain’s mail"),
    ("MIME", "how letters carry any script, and files"),
    ("base64", "plain letters for any octets; no secret"),
    ("bounce", "the report that a letter cannot arrive"),
    ("octet", "a byte: eight bits"),
    ("CRLF", "the end of each line: \\r\\n"),
    ("TLS", "encryption around a conversation"),
    ("RFC", "a document of the Internet’s rules"),
)
_GROUPS: Final = (("Signs", SIGNS), ("Words", WORDS))
_COLUMN: Final = 12
#: Cells of the box, beside and below each other; of its frame, padding and scroll bar; between the halves.
_WIDE, _NARROW, _FRAME, _GAP = 114, 80, 7, 4


class HelpScreen(ModalScreen[None]):
    """What can be done here."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen VerticalScroll {
        width: 80; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; background: $surface;
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
        self.query_one(VerticalScroll).styles.width = _WIDE if event.size.width >= _WIDE + 4 else _NARROW
        self.query_one("#text", Static).update(self.text(event.size.width))

    def text(self, columns: int) -> Content:
        """The help for a terminal of so many columns: in two halves side by side where there is room."""
        shown = [(key.shown, key.about) for key in (*self._keys, *EVERYWHERE) if key.shown and key.about]
        if columns < _WIDE + 4:
            room = max(min(columns, _NARROW) - _FRAME, 2 * _COLUMN)
            return Content("\n").join((*_rows(shown, room, "bold $accent"), *_glossary(room)))
        half = (_WIDE - _FRAME - _GAP) // 2
        left, right = list(_rows(shown, half, "bold $accent")), list(_glossary(half))[1:]
        rows = max(len(left), len(right))
        pairs = zip(_filled(left, rows), _filled(right, rows), strict=True)
        return Content("\n").join(one.pad_right(half + _GAP - one.cell_length).append(other) for one, other in pairs)


def _filled(lines: Sequence[Content], rows: int) -> list[Content]:
    return [*lines, *(Content("") for _ in range(rows - len(lines)))]


def _glossary(columns: int) -> Iterable[Content]:
    for title, rows in _GROUPS:
        yield Content("")
        yield Content.styled(title, "bold")
        yield from _rows(rows, columns, "$foreground")


def _rows(rows: Iterable[tuple[str, str]], columns: int, style: str) -> Iterable[Content]:
    for head, about in rows:
        first = pad(head, _COLUMN)
        for line in wrapped(about, columns - _COLUMN):
            yield Content.assemble((first, style), (line, "$quiet"))
            first = " " * _COLUMN
