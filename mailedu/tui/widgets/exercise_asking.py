"""The question itself: where one is, what is asked, answers offered, hints, goals, and what is said to an answer."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from mailedu.tui.widgets import exercise_told as told
from mailedu.tui.widgets.entry import Entry
from mailedu.tui.widgets.exercise_options import Options
from mailedu.tui.widgets.exercise_round import Round, Sitting
from mailedu.visible import visible


class Asking(VerticalScroll, can_focus=False):
    """What there is of these, below each other."""

    DEFAULT_CSS = """
    Asking { padding: 0 1; scrollbar-size-vertical: 1; }
    Asking Static { height: auto; }
    Asking #answer { height: 1; }
    Asking #label { width: auto; color: $accent; text-style: bold; padding: 0 1 0 0; }
    Asking #line, Asking #given { width: 1fr; }
    Asking #row { text-wrap: nowrap; text-overflow: ellipsis; }
    Asking #feedback { padding: 0 1; border-left: thick $quiet; }
    Asking #feedback.-right { border-left: thick $success; }
    Asking #feedback.-wrong { border-left: thick $error; }
    Asking .-gap { margin-top: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Round, Sitting, bool] | None = None
        self._cells = 0

    def compose(self) -> ComposeResult:
        yield Static(id="row")
        yield Static(id="prompt")
        yield Static(id="how")
        yield Options()
        with Horizontal(id="answer"):
            yield Static("answer", id="label")
            yield Entry(id="line")
            yield Static(id="given", markup=False)
        yield Static(id="goals")
        yield Static(id="hints")
        yield Static(id="feedback")

    def on_mount(self) -> None:
        self.query_one("#label").styles.min_width = 7

    def on_resize(self, event: Resize) -> None:
        """What was cut for another width is made again."""
        if self._shown is not None and event.size.width != self._cells:
            round_, sitting, roomy = self._shown
            self.show(round_, sitting, roomy=roomy)

    @property
    def options(self) -> Options:
        """The answers offered."""
        return self.query_one(Options)

    @property
    def line(self) -> Entry:
        """Where an answer is typed."""
        return self.query_one("#line", Entry)

    def show(self, round_: Round, sitting: Sitting, *, roomy: bool) -> None:
        """The present question of a round. `roomy`: with gaps between its parts."""
        self._shown, self._cells = (round_, sitting, roomy), self.size.width
        cells = max(self.size.width - 4, 20)
        trying = sitting.trying
        where = told.row(round_.signs, round_.at, max(self.size.width - 1, 20))
        if round_.why:
            where = Content.styled(visible(round_.why), "$quiet")
        self._part("#row", where)
        self._part("#prompt", told.prompt(sitting.question.prompt), gap=roomy)
        how = "" if sitting.over else sitting.how
        self._part("#how", Content.styled(how, "$quiet") if how else None, gap=roomy)
        options, answer = self.options, self.query_one("#answer")
        options.display = sitting.picks is not None
        options.set_class(roomy, "-gap")
        if sitting.picks is not None:
            options.show(sitting.picks, over=sitting.over, tried=sitting.tried)
        given = visible(sitting.typed) if sitting.over else ""
        answer.display = sitting.is_typed and (bool(given) or not sitting.over)
        self.line.display = not sitting.over
        self.query_one("#given", Static).display = sitting.over
        self.query_one("#given", Static).update(Content(given))
        answer.set_class(roomy, "-gap")
        goals = sitting.goals
        self._part("#goals", told.goals(goals, cells) if goals else None, gap=roomy)
        self._part("#hints", told.hints(trying.hints_taken) if trying.hints_taken else None, gap=roomy)
        self._feedback(sitting, roomy=roomy)

    def reveal_end(self) -> None:
        """Where the question is longer than its room: what is said to the answer is seen."""
        self.scroll_end(animate=False, force=True)

    def _feedback(self, sitting: Sitting, *, roomy: bool) -> None:
        mark = sitting.mark
        said = None
        if mark is not None:
            said = told.feedback(mark, sitting.trying, "\n\n" if roomy else "\n")
        elif sitting.shown:
            said = told.given_up(sitting.trying)
        self._part("#feedback", said, gap=roomy)
        shown = self.query_one("#feedback")
        shown.set_class(mark is not None and mark.right, "-right")
        shown.set_class(mark is not None and not mark.right, "-wrong")

    def _part(self, which: str, content: Content | None, gap: bool = False) -> None:
        part = self.query_one(which, Static)
        part.display = content is not None
        part.set_class(gap, "-gap")
        if content is not None:
            part.update(content)
