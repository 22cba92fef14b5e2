"""What all screens have in common: too small a terminal is told so, a key bar shows messages, a click is its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Key as KeyEvent
from textual.screen import Screen
from textual.widgets import Static

from mailedu.tui.keys import EVERYWHERE, Key, bindings
from mailedu.tui.widgets.keybar import KeyBar

if TYPE_CHECKING:
    from mailedu.tui.app import MaileduApp

Result = TypeVar("Result")


class TooSmall(Static):
    """Covers everything under 60 columns or 16 rows."""

    SCOPED_CSS = False  # the size is the screen's
    DEFAULT_CSS = """
    TooSmall {
        display: none; layer: above; width: 100%; height: 100%; content-align: center middle; background: $background;
        text-align: center;
    }
    .-thin TooSmall { display: block; }
    .-flat TooSmall { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(Content("Please make this larger: 60 columns and 16 rows"))


class Room(Screen[Result], Generic[Result]):
    """A screen of mailedu."""

    DEFAULT_CSS = """
    Room { layers: base above; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVERYWHERE)]
    #: The keys of this screen, for key bar, help and command palette.
    KEYS: ClassVar[Sequence[Key]] = ()
    #: Of the screen, for the help.
    NAME: ClassVar[str] = ""

    @property
    def mailedu(self) -> MaileduApp:
        return cast("MaileduApp", self.app)

    def compose(self) -> ComposeResult:
        yield from self.parts()
        yield TooSmall()

    def parts(self) -> ComposeResult:
        """What the screen is made of."""
        yield from ()

    def offers(self, key: Key) -> bool:
        """Whether a key has something to do now."""
        return True

    def places(self) -> Iterable[tuple[str, str, Callable[[], object]]]:
        """Where one can go within the screen, for the command palette: name, a line about it, the way."""
        return ()

    def say(self, text: str, sign: str = "", style: str = "") -> None:
        """A line in the place of the keys, until the next key. Foreign text is made visible there."""
        self.query_one(KeyBar).say(text, sign, style)

    def on_key(self, event: KeyEvent) -> None:
        self.query_one(KeyBar).say("")

    def action_press_key(self, key: str) -> None:
        """A key that was clicked in the key bar."""
        self.app.simulate_key(key)
