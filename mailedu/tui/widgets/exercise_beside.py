"""What stands beside a question: the exhibit with the row under its cursor, the text to be mended, or the session."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget

from mailedu.exercise.model import Kind, Show
from mailedu.tui.widgets.entry import Prose
from mailedu.tui.widgets.exercise_detail import Detail, header
from mailedu.tui.widgets.exercise_exhibit import ExhibitList
from mailedu.tui.widgets.exercise_lab import Lab, LabLine
from mailedu.tui.widgets.exercise_lines import Lines
from mailedu.tui.widgets.exercise_round import Sitting

#: Rows that the part under the list is to have, and those of the frame and the heading of the list.
_DETAIL = 9
_FRAME = 3
_TITLES = {Show.STEPS: "What was said", Show.LETTER: "The letter", Show.OCTETS: "The octets"}
#: Which number of a Seen names a row.
_NUMBERS = {Show.PACKETS: "packet", Show.STEPS: "step", Show.LETTER: "line"}


class Beside(Vertical):
    """One of the three."""

    DEFAULT_CSS = """
    Beside #list, Beside #mend {
        height: 1fr; border: solid $line; border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $quiet;
    }
    Beside #list:focus-within, Beside #mend:focus-within { border: solid $accent; }
    Beside Detail { display: none; height: 1fr; }
    Beside Prose { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._sitting: Sitting | None = None
        self._below = False
        self._zoomed = False

    def compose(self) -> ComposeResult:
        with Container(id="list"):
            yield ExhibitList(id="exhibit")
        yield Detail()
        with Container(id="mend"):
            yield Prose(id="text")
        yield Lab()

    @property
    def exhibit(self) -> ExhibitList:
        """The list."""
        return self.query_one(ExhibitList)

    @property
    def text(self) -> Prose:
        """The text to be mended."""
        return self.query_one(Prose)

    @property
    def lab(self) -> Lab:
        """The desk."""
        return self.query_one(Lab)

    @property
    def has_list(self) -> bool:
        """Whether the exhibit is shown."""
        return bool(self.query_one("#list").display)

    def take(self, sitting: Sitting) -> None:
        """Another question."""
        self.text.text = sitting.text
        if sitting.session is not None:
            self.lab.take(sitting.session)

    def place_to_answer(self, sitting: Sitting) -> Widget | None:
        """What gets the keys here to answer; once it is over, to look around. None: nothing here."""
        if sitting.over:
            return self.exhibit if self.has_list else None
        if sitting.session is not None:
            return self.query_one(LabLine)
        if sitting.kind is Kind.REPAIR:
            return self.text
        return self.exhibit if sitting.is_pointed else None

    def show(self, sitting: Sitting, *, below: bool, zoomed: bool) -> bool:
        """What a question has. `below`: there is room for the row under the cursor. False if it has nothing."""
        self._sitting = sitting
        shown = sitting.question.exhibit
        is_repair, is_lab = sitting.kind is Kind.REPAIR, sitting.session is not None
        has_list = bool(shown.rows) and not is_repair and not is_lab
        box, mend = self.query_one("#list"), self.query_one("#mend")
        box.display, mend.display, self.lab.display = has_list, is_repair, is_lab
        self.query_one(Detail).styles.display = None if has_list else "none"
        self.text.read_only = sitting.over
        mend.border_title = Content("As it is now" if sitting.over else "To be mended")
        if is_lab:
            self.lab.show()
        if has_list:
            exhibit = self.exhibit
            exhibit.show(shown)
            exhibit.good = sitting.over and (sitting.is_pointed or (sitting.mark is not None and sitting.mark.right))
            seen = sitting.seen if sitting.mark is not None or sitting.over else None
            exhibit.speak_of(
                getattr(seen, _NUMBERS.get(shown.show, ""), 0) if seen is not None else 0,
                follow=sitting.over or not sitting.is_pointed,
            )
            box.border_title = Content(_title(sitting))
            self._below = below
            self._share()
            self.show_keys(zoomed=zoomed)
            self._show_detail()
        return has_list or is_repair or is_lab

    def on_resize(self, event: Resize) -> None:
        self._share()

    def _share(self) -> None:
        """The list has as many rows as it needs, what is under its cursor the rest, but some rows."""
        if self.has_list and self._sitting is not None:
            most = self.size.height - _DETAIL
            needed = len(self._sitting.question.exhibit.rows) + _FRAME
            box = self.query_one("#list")
            box.styles.height = min(needed, most) if self._below and most > _FRAME + 3 else None

    def show_keys(self, *, zoomed: bool) -> None:
        """What leads into the list, or does something in it; before it the numbers of a packet, where no part tells."""
        self._zoomed = zoomed
        key, does = "tab", "to it"
        if self.exhibit.has_focus:
            one = self._sitting
            answers = one is not None and one.is_pointed and not one.over
            key, does = ("enter", "this one") if answers else ("z", "smaller" if zoomed else "larger")
        keys = Content.assemble((key, "bold $accent"), " ", (does, "$quiet"))
        box, row = self.query_one("#list"), self.exhibit.row
        if not self._below and row is not None and row.packet is not None:
            # No part below tells of it, and the list names ports by their service: here stand the numbers.
            said = Content.assemble(
                (f"{row.n}  ", "$foreground"), header(row.packet, box.size.width - keys.cell_length - 12)
            )
            keys = Content.assemble(said, "   ", keys)
        box.border_subtitle = keys

    def on_lines_moved(self, message: Lines.Moved) -> None:
        self._show_detail()
        self.show_keys(zoomed=self._zoomed)

    def _show_detail(self) -> None:
        one = self.exhibit
        self.query_one(Detail).show(one.exhibit, one.row, one.chosen if one.is_octets else (0, 0))


def _title(sitting: Sitting) -> str:
    shown = sitting.question.exhibit
    if shown.show is not Show.PACKETS or shown.journey is None:
        return _TITLES.get(shown.show, "")
    protocols = {shown.journey.step(row.step).leg.protocol for row in shown.rows}
    what = "POP3 session" if protocols == {"pop3"} else "SMTP session" if len(protocols) == 1 else "The capture"
    return f"{what}, {len(shown.rows)} packets"
