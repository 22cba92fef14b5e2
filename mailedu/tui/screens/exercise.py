"""Questions: one beside what it is about; a key answers, what is said to it stands there at once, `v` shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.widgets import Input, Static, TextArea

from mailedu.exercise.kinds import lab, repair
from mailedu.exercise.kinds.point import wanted
from mailedu.exercise.marking import Again, Mark
from mailedu.exercise.model import GRADED_BY_GOALS, ExerciseError, Kind, Show
from mailedu.exercise.progress import Progress
from mailedu.tui import keys
from mailedu.tui.keys import Key
from mailedu.tui.screens.room import Room
from mailedu.tui.widgets import exercise_told as told
from mailedu.tui.widgets.entry import Entry, Prose
from mailedu.tui.widgets.exercise_detail import Detail
from mailedu.tui.widgets.exercise_exhibit import ExhibitList
from mailedu.tui.widgets.exercise_lab import Lab, LabLine
from mailedu.tui.widgets.exercise_lines import Lines
from mailedu.tui.widgets.exercise_options import Options
from mailedu.tui.widgets.exercise_round import Round, Sitting
from mailedu.tui.widgets.exercise_rounds import round_of
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.title import Title
from mailedu.visible import visible

#: Kinds that are answered by typing a line.
_TYPED: Final = frozenset((Kind.NUMBER, Kind.TEXT, Kind.NEXT, Kind.DECODE, Kind.ENCODE))
#: Rows that the part under the list is to have, and those of the frame and the heading of the list.
_DETAIL: Final = 9
_FRAME: Final = 3
_TITLES: Final = {Show.STEPS: "What was said", Show.LETTER: "The letter", Show.OCTETS: "The octets"}


class ExerciseScreen(Room[None]):
    """A round of questions."""

    DEFAULT_CSS = """
    ExerciseScreen #body { height: 1fr; layout: vertical; }
    ExerciseScreen #asking { height: auto; max-height: 62%; padding: 0 1; scrollbar-size-vertical: 1; }
    ExerciseScreen #asking Static { height: auto; }
    ExerciseScreen #answer { height: 1; }
    ExerciseScreen #label { width: auto; color: $accent; text-style: bold; padding: 0 1 0 0; min-width: 6; }
    ExerciseScreen #line { width: 1fr; }
    ExerciseScreen #feedback { padding: 0 1; border-left: thick $quiet; }
    ExerciseScreen #feedback.-right { border-left: thick $success; }
    ExerciseScreen #feedback.-wrong { border-left: thick $error; }
    ExerciseScreen #right { height: 1fr; min-height: 5; }
    ExerciseScreen #list {
        height: 1fr; border: solid $line; border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $quiet;
    }
    ExerciseScreen #list:focus-within { border: solid $accent; }
    ExerciseScreen Detail { display: none; height: 1fr; }
    ExerciseScreen #mend {
        height: 1fr; border: solid $line; border-title-color: $foreground; border-title-style: bold;
    }
    ExerciseScreen #mend:focus-within { border: solid $accent; }
    ExerciseScreen Prose { height: 1fr; }
    ExerciseScreen #ended { display: none; height: 1fr; padding: 1 2; }
    ExerciseScreen.-ended #ended { display: block; }
    ExerciseScreen.-ended #body { display: none; }
    ExerciseScreen.-alone #right { display: none; }
    ExerciseScreen.-alone #asking { height: 1fr; max-height: 100%; }
    ExerciseScreen.-zoomed #asking { display: none; }
    ExerciseScreen.-zoomed Detail { display: block; }
    ExerciseScreen .-gap { margin-top: 1; }

    ExerciseScreen.-wide #body, ExerciseScreen.-huge #body { layout: horizontal; }
    ExerciseScreen.-wide #asking, ExerciseScreen.-huge #asking {
        width: 46; height: 1fr; max-height: 100%; padding: 0 1 0 2;
    }
    ExerciseScreen.-huge #asking { width: 60; }
    ExerciseScreen.-wide #right, ExerciseScreen.-huge #right { width: 1fr; margin: 0 1 0 1; }
    ExerciseScreen.-wide Detail, ExerciseScreen.-huge Detail { display: block; }
    ExerciseScreen.-wide.-alone #asking, ExerciseScreen.-huge.-alone #asking { width: 76; }
    ExerciseScreen.-tall Title, ExerciseScreen.-high Title { margin: 1 0; padding: 0 1; }
    """
    KEYS = keys.EXERCISE
    NAME = "questions"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.EXERCISE)]

    def __init__(self, round_: Round) -> None:
        super().__init__()
        self.round = round_
        self._sitting: Sitting | None = None
        self._fault = ""
        """Why the present question cannot be asked."""

    def parts(self) -> ComposeResult:
        yield Title(self.round.title)
        with Container(id="body"):
            with VerticalScroll(id="asking", can_focus=False):
                yield Static(id="row")
                yield Static(id="prompt", classes="-gap")
                yield Static(id="how")
                yield Options()
                with Horizontal(id="answer"):
                    yield Static("answer", id="label")
                    yield Entry(id="line")
                yield Static(id="goals")
                yield Static(id="hints")
                yield Static(id="feedback")
            with Vertical(id="right"):
                with Container(id="list"):
                    yield ExhibitList(id="exhibit")
                yield Detail()
                with Container(id="mend"):
                    yield Prose(id="text")
                yield Lab()
        with VerticalScroll(id="ended"):
            yield Static(id="report")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#label").styles.min_width = 7
        self._take_up()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.show)

    # The question -----------------------------------------------------------------------------------------------------

    @property
    def sitting(self) -> Sitting | None:
        """The present question; None at the end, or if it cannot be asked."""
        return self._sitting

    def _take_up(self) -> None:
        """Show the question that is now the present one, and give the keys to what answers it."""
        self._sitting, self._fault = None, ""
        if not self.round.ended:
            try:
                self._sitting = self.round.sitting()
            except ValueError as error:  # of the exercise, or of the scenario that it names
                self._fault = str(error)
        self.remove_class("-zoomed")
        sitting = self._sitting
        if sitting is not None:
            self.query_one("#line", Entry).value = sitting.typed
            self.query_one(Prose).text = sitting.text
            if sitting.session is not None:
                self.query_one(Lab).take(sitting.session)
        self.show()
        self._focus_answer()
        self.query_one("#asking").scroll_home(animate=False)
        notice = self.round.progress.notice() if self.round.progress is not None else ""
        if self._fault or notice:
            self.say(self._fault or notice, "✗", "$error")

    @property
    def _pointing(self) -> bool:
        """Whether the cursor in the exhibit can answer."""
        sitting = self._sitting
        if sitting is None or sitting.kind is not Kind.POINT:
            return False
        shown, what = sitting.question.exhibit, wanted(sitting.question).what
        return shown.what == what or (what == "step" and shown.show is Show.PACKETS)

    @property
    def _is_typed(self) -> bool:
        sitting = self._sitting
        if sitting is None:
            return False
        return sitting.kind in _TYPED or (
            sitting.kind is Kind.POINT and (not self._pointing or sitting.question.exhibit.show is Show.OCTETS)
        )

    def _focus_answer(self) -> None:
        """The keys go where the answer is given; once it is over, to what can be looked at."""
        sitting = self._sitting
        exhibit = self.query_one(ExhibitList)
        if sitting is None:
            self.set_focus(None)
        elif sitting.over:
            self.set_focus(exhibit if exhibit.exhibit.rows and sitting.session is None else None)
        elif sitting.picks is not None:
            self.query_one(Options).focus()
        elif sitting.session is not None:
            self.query_one(LabLine).focus()
        elif sitting.kind is Kind.REPAIR:
            self.query_one(Prose).focus()
        elif self._pointing:
            exhibit.focus()
        else:
            self.query_one("#line", Entry).focus()

    # Showing ----------------------------------------------------------------------------------------------------------

    @property
    def is_wide(self) -> bool:
        """The exhibit stands beside the question, not below it."""
        return self.has_class("-wide") or self.has_class("-huge")

    def show(self) -> None:
        """Show the present question as it stands."""
        if not self.is_attached or self.query_one_optional(KeyBar) is None:  # it has been left meanwhile
            return
        round_, sitting = self.round, self._sitting
        self.set_class(round_.ended or bool(self._fault), "-ended")
        points = f"{told.points(round_.points)} of {told.many(round_.most)}"
        chapter = "" if round_.ended else visible(round_.exercise.chapter.rpartition(";")[2].strip())
        if len(f"mailedu  {round_.title}  {chapter}   {points}") + 3 > self.size.width:
            chapter = ""
        self.query_one(Title).show(round_.title, f"{chapter}   {points}" if chapter else points)
        if sitting is None:
            self._show_end()
        else:
            self._show_question(sitting)
            self._show_right(sitting)
        self._show_keys()

    def _show_question(self, sitting: Sitting) -> None:
        question, trying = sitting.question, sitting.trying
        roomy = self.is_wide
        cells = max(self.query_one("#asking").size.width - 4, 20)
        where = told.row(self.round.signs, self.round.at, cells)
        if self.round.why:
            where = Content.styled(visible(self.round.why), "$quiet")
        self._static("#row", where)
        self._static("#prompt", told.prompt(question.prompt), gap=roomy)
        ways = "" if sitting.over or sitting.kind is Kind.CHOICE else self._how(sitting)
        self._static("#how", Content.styled(ways, "$quiet") if ways else None, gap=roomy)
        options = self.query_one(Options)
        options.display = sitting.picks is not None
        options.set_class(roomy, "-gap")
        if sitting.picks is not None:
            options.show(sitting.picks, over=sitting.over, tried=sitting.tried)
        answer = self.query_one("#answer")
        answer.display = self._is_typed and not sitting.over
        answer.set_class(roomy, "-gap")
        goals = self._goals(sitting)
        self._static("#goals", told.goals(goals, cells) if goals else None, gap=roomy)
        self._static("#hints", told.hints(trying.hints_taken) if trying.hints_taken else None, gap=roomy)
        self._show_feedback(sitting, roomy)

    def _how(self, sitting: Sitting) -> str:
        if sitting.session is not None or sitting.kind is Kind.REPAIR:
            return ""
        if sitting.kind is Kind.SEVERAL:
            return "All that are right: letters choose, enter hands in."
        if sitting.kind is Kind.ORDER:
            return "Type the letters, first to last; enter hands in."
        if sitting.kind is Kind.MATCH:
            return "A letter, then its number; enter hands in."
        if self._pointing and self._is_typed:
            return "Choose with ← → and space, or type it; enter hands in."
        if self._pointing:
            return "↑ and ↓ to it, then enter."
        return f"{_sentence(sitting.question.how)}."

    def _goals(self, sitting: Sitting) -> Sequence[Any]:
        """What is reached: of a lab by what was typed so far, of a repair when it was handed in last."""
        if sitting.session is not None:
            return lab.goals(sitting.question, sitting.session.lines)
        if sitting.kind is Kind.REPAIR:
            if sitting.mark is not None and sitting.mark.goals:
                return sitting.mark.goals
            return repair.goals(sitting.question, sitting.question.exercise.start)
        return ()

    def _show_feedback(self, sitting: Sitting, roomy: bool) -> None:
        mark = sitting.mark
        right = mark is not None and mark.right
        said = None
        if mark is not None:
            said = told.feedback(mark, sitting.trying, "\n\n" if roomy else "\n")
        elif sitting.shown:
            said = told.given_up(sitting.trying)
        shown = self.query_one("#feedback", Static)
        self._static("#feedback", said, gap=roomy)
        shown.set_class(right, "-right")
        shown.set_class(mark is not None and not right, "-wrong")

    def _static(self, which: str, content: Content | None, gap: bool = False) -> None:
        part = self.query_one(which, Static)
        part.display = content is not None
        part.set_class(gap, "-gap")
        if content is not None:
            part.update(content)

    def _show_right(self, sitting: Sitting) -> None:
        """What stands beside the question: the exhibit, the text to be mended, or the session."""
        question = sitting.question
        shown = question.exhibit
        is_repair, is_lab = sitting.kind is Kind.REPAIR, sitting.session is not None
        has_list = bool(shown.rows) and not is_repair and not is_lab
        self.set_class(not (has_list or is_repair or is_lab), "-alone")
        box = self.query_one("#list")
        box.display = has_list
        self.query_one(Detail).styles.display = None if has_list else "none"
        mend = self.query_one("#mend")
        mend.display = is_repair
        self.query_one(Prose).read_only = sitting.over
        self.query_one(Lab).display = is_lab
        if has_list:
            exhibit = self.query_one(ExhibitList)
            exhibit.show(shown)
            exhibit.good = sitting.over and sitting.mark is not None and sitting.mark.right
            seen = sitting.seen if sitting.mark is not None or sitting.over else None
            numbers = {Show.PACKETS: "packet", Show.STEPS: "step", Show.LETTER: "line"}
            exhibit.speak_of(getattr(seen, numbers.get(shown.show, ""), 0) if seen is not None else 0)
            box.border_title = Content(self._box_title(sitting))
            self._share_room(len(shown.rows))
            self._show_subtitle()
            self._show_detail()
        elif is_repair:
            mend.border_title = Content("To be mended" if not sitting.over else "As it is now")
        elif is_lab:
            self.query_one(Lab).show()

    def _share_room(self, rows: int) -> None:
        """Beside the question the list is as high as it need be, if the row under the cursor has room below it."""
        box = self.query_one("#list")
        height = self.query_one("#right").size.height
        most = height - _DETAIL
        box.styles.height = min(rows + _FRAME, most) if self.is_wide and most > _FRAME + 3 else None

    def _box_title(self, sitting: Sitting) -> str:
        shown = sitting.question.exhibit
        if shown.show is not Show.PACKETS or shown.journey is None:
            return _TITLES.get(shown.show, "")
        protocols = {shown.journey.step(row.step).leg.protocol for row in shown.rows}
        what = "POP3 session" if protocols == {"pop3"} else "SMTP session" if len(protocols) == 1 else "The capture"
        return f"{what}, {len(shown.rows)} packets"

    def _show_subtitle(self) -> None:
        exhibit, box = self.query_one(ExhibitList), self.query_one("#list")
        key, does = ("tab", "to it")
        if exhibit.has_focus:
            sitting = self._sitting
            answers = self._pointing and sitting is not None and not sitting.over
            key, does = (
                ("enter", "this one") if answers else ("z", "smaller" if self.has_class("-zoomed") else "larger")
            )
        box.border_subtitle = Content.assemble((key, "bold $accent"), " ", (does, "$quiet"))

    def _show_detail(self) -> None:
        exhibit = self.query_one(ExhibitList)
        self.query_one(Detail).show(exhibit.exhibit, exhibit.row, exhibit.chosen if exhibit.is_octets else (0, 0))

    def _show_end(self) -> None:
        report = self.query_one("#report", Static)
        if self._fault:
            report.update(Content.assemble(("✗ ", "bold $error"), visible(self._fault)))
            return
        cells = min(max(self.size.width - 6, 20), 88)
        content = told.ended(self.round.title, self.round.report(), cells)
        following = self._following()
        content = Content.assemble(content, "\n\n", ("Next  ", "$quiet"), following or "That is all for today.")
        report.update(content)

    def _following(self) -> str:
        """What comes next, in words; empty: nothing."""
        if self.round.next_open() < len(self.round.exercises):
            return "n goes to the first that is open."
        try:
            following = round_of("next", self.round.progress)
        except ExerciseError:
            return ""
        return f"{visible(following.why)}. n begins."

    # Keys -------------------------------------------------------------------------------------------------------------

    @property
    def _typing(self) -> bool:
        return isinstance(self.focused, (Input, TextArea))

    def offers(self, key: Key) -> bool:
        sitting = self._sitting
        name = key.action.partition("(")[0]
        if sitting is None:
            if name == "variant":
                return self.round.ended
            return name not in ("letter", "digit", "hint", "show_me", "give_up", "undo", "zoom", "enter", "close")
        return {
            "letter": not sitting.over and sitting.picks is not None,
            "hint": sitting.trying.hints_left > 0,
            "show_me": sitting.may_be_shown,
            "variant": bool(sitting.question.written.vary),
            "give_up": not sitting.over,
            "undo": sitting.session is not None or sitting.picks is not None,
            "zoom": not self.has_class("-alone"),
            "enter": not sitting.over and sitting.kind is not Kind.CHOICE,
        }.get(name, True)

    def _show_keys(self) -> None:
        chosen = [self._named(key) for key in (*self.KEYS, *keys.EVERYWHERE) if key.footer and self.offers(key)]
        if self._typing:
            chosen = list(self._typing_keys())
        self.query_one(KeyBar).show(sorted(chosen, key=lambda key: key.keys == "q"))

    def _named(self, key: Key) -> Key:
        """A key with what it does here."""
        sitting = self._sitting
        if sitting is None:
            return key._replace(word="once more") if key.action == "variant" else key
        if key.action == "letter(0)" and sitting.picks is not None:
            return key._replace(shown=f"a-{sitting.picks.letters[-1:]}")
        hint = sitting.trying.next_hint
        if key.action == "hint" and hint is not None:
            return key._replace(word=f"hint −{round(hint.cost * 100)} %")
        if key.action == "enter":
            word = "hand in" if sitting.kind is not Kind.CHOICE else ""
            return key._replace(word=word or "answer")
        return key

    def _typing_keys(self) -> Iterable[Key]:
        """While something is typed, letters are letters."""
        sitting = self._sitting
        word = "hand in"
        if sitting is not None and sitting.session is not None:
            word = "hand in" if sitting.session.now.closed else "say it"
        if sitting is not None and sitting.kind is not Kind.REPAIR:
            yield Key("enter", "enter", "enter", word, "")
        if sitting is not None and (sitting.kind is Kind.REPAIR or sitting.session is not None):
            yield Key("escape", "close", "esc enter", "hand in", "")
        yield Key("escape", "close", "esc", "other keys", "")
        if sitting is not None and sitting.session is not None:
            yield Key("up", "", "↑", "earlier", "")
        yield Key("tab", "app.focus_next", "tab", "next part", "")

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._show_keys()
        self._show_subtitle()

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        self.call_after_refresh(self._after_blur)

    def _after_blur(self) -> None:
        if self.is_attached and self.query_one_optional(KeyBar) is not None:
            self._show_keys()
            self._show_subtitle()

    # Answering --------------------------------------------------------------------------------------------------------

    def action_letter(self, at: int) -> None:
        sitting = self._sitting
        if sitting is None or sitting.picks is None or at >= len(sitting.picks.texts):
            return
        if sitting.over:
            self.say("This one is answered; n goes on.", "✓")
            return
        if sitting.picks.press(at):
            self._answer(sitting.picks.answer)
            return
        self.query_one(Options).go(at)
        self.show()

    def on_options_picked(self, message: Options.Picked) -> None:
        self.action_letter(message.at)

    def action_digit(self, number: int) -> None:
        """Of a match: the partner of the item under the cursor, which then goes on to the next without one."""
        sitting, options = self._sitting, self.query_one(Options)
        if sitting is None or sitting.picks is None or sitting.over or sitting.kind is not Kind.MATCH:
            return
        at = options.cursor if options.cursor >= 0 else max(sitting.picks.unmatched(), 0)
        if sitting.picks.match(at, number - 1):
            following = sitting.picks.unmatched(at)
            options.go(following if following >= 0 else at)
            self.show()

    def action_enter(self) -> None:
        """Hand in what was picked, mended or typed; within a line the key is the line's own."""
        sitting = self._sitting
        if sitting is None or sitting.over:
            self.say("n goes on.", "►")
            return
        if sitting.picks is not None:
            options = self.query_one(Options)
            if sitting.kind is Kind.CHOICE and options.cursor >= 0 and options.has_focus:
                self.action_letter(options.cursor)
            elif sitting.picks.lacks:
                self.say(_sentence(sitting.picks.lacks), "►")
            else:
                self._answer(sitting.picks.answer)
        elif sitting.session is not None:
            self._hand_in(sitting)
        elif sitting.kind is Kind.REPAIR:
            self._answer(self.query_one(Prose).text)
        elif not self._typing:
            self.query_one("#line", Entry).focus()

    def on_lines_taken(self, message: Lines.Taken) -> None:
        """Enter in the exhibit: that row is meant, where one is to point; else it is enter as anywhere."""
        sitting, exhibit = self._sitting, self.query_one(ExhibitList)
        if sitting is None:
            return
        if not self._pointing or sitting.over:
            self.action_enter()
            return
        row = exhibit.row
        if exhibit.is_octets:
            self._answer(list(exhibit.chosen))
        elif row is not None:
            self._answer(row.step if wanted(sitting.question).what == "step" else row.n)

    def on_lines_moved(self, message: Lines.Moved) -> None:
        self._show_detail()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        sitting = self._sitting
        if sitting is None:
            return
        if message.input.id == "speak":
            self._speak(sitting, message.value)
            return
        if sitting.over:
            return
        try:
            value = sitting.question.read(message.value)
        except Again as again:
            self.say(_sentence(str(again)), "►")
            return
        self._answer(value)

    def on_input_changed(self, message: Input.Changed) -> None:
        if self._sitting is not None and message.input.id == "line":
            self._sitting.typed = message.value

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        if self._sitting is not None and self._sitting.kind is Kind.REPAIR:
            self._sitting.text = message.text_area.text

    def _answer(self, value: Any) -> Mark | None:
        """Hand an answer in, and show what became of it."""
        sitting = self._sitting
        if sitting is None or sitting.over:
            return None
        if sitting.kind in GRADED_BY_GOALS and sitting.trying.tries and value == sitting.trying.answers[-1]:
            self.say("Nothing has changed since you handed it in.", "►")
            return None
        try:
            mark = sitting.answer(value)
        except Again as again:
            self.say(_sentence(str(again)), "►")
            return None
        except ExerciseError as error:
            self.say(str(error), "✗", "$error")
            return None
        self.show()
        if mark.right or not sitting.trying.tries_left or sitting.kind in GRADED_BY_GOALS:
            self._focus_answer()
        self.call_after_refresh(self._reveal_feedback)
        return mark

    def _reveal_feedback(self) -> None:
        self.query_one("#asking").scroll_end(animate=False, force=True)

    # Labs -------------------------------------------------------------------------------------------------------------

    def _speak(self, sitting: Sitting, line: str) -> None:
        session = sitting.session
        if session is None:
            return
        now = session.now
        if line.strip() == "?" and not now.in_letter:
            self.query_one(LabLine).value = ""
            self.mailedu.action_keys()
            return
        if not line and not (now.in_letter or now.in_login):
            if now.closed and not sitting.over:
                self._hand_in(sitting)
            else:
                self.say("esc, then enter hands in what you did.", "►")
            return
        if now.closed and line.strip() != "<connect>":
            self.say("The conversation is over: enter hands it in; esc, then u takes a line back.", "►")
            return
        self.query_one(LabLine).value = ""
        session.say(line)
        self.query_one(Lab).at_end()
        self.show()
        if not sitting.over and all(one.reached for one in self._goals(sitting)):
            way = "enter hands it in." if session.now.closed else "esc, then enter hands it in."
            self.say(f"All that was asked for is reached; {way}", "✓", "$success")

    def on_lab_line_pasted(self, message: LabLine.Pasted) -> None:
        if self._sitting is not None:
            for line in message.lines:
                self._speak(self._sitting, line)

    def _hand_in(self, sitting: Sitting) -> None:
        if sitting.session is None:
            return
        if not sitting.session.lines:
            self.say("Nothing has been typed yet.", "►")
            self.query_one(LabLine).focus()
            return
        self._answer(list(sitting.session.lines))

    def action_undo(self) -> None:
        """Of a lab the last line, of letters the last pick."""
        sitting = self._sitting
        if sitting is None or sitting.over:
            return
        if sitting.session is not None:
            taken = sitting.session.undo()
            self.query_one(Lab).at_end()
            self.show()
            self.say(f"Taken back: {visible(taken)}" if taken is not None else "There is nothing to take back.", "✓")
            self.query_one(LabLine).focus()
        elif sitting.picks is not None and sitting.kind is not Kind.CHOICE and sitting.picks.back():
            self.show()

    # The other keys ---------------------------------------------------------------------------------------------------

    def action_hint(self) -> None:
        sitting = self._sitting
        if sitting is None:
            return
        try:
            hint = sitting.trying.hint()
        except ExerciseError as error:
            self.say(str(error), "✗", "$error")
            return
        if hint is None:
            why = "This one is answered." if sitting.over else "There is no further hint."
            self.say(why, "✗")
            return
        self.show()
        self.call_after_refresh(self._reveal_feedback)
        if self._is_typed or sitting.session is not None or sitting.kind is Kind.REPAIR:
            self._focus_answer()

    def action_give_up(self) -> None:
        """Show the answer; that ends the question."""
        sitting = self._sitting
        if sitting is None or sitting.over:
            return
        try:
            sitting.trying.give_up()
        except ExerciseError as error:
            self.say(str(error), "✗", "$error")
            return
        sitting.shown, sitting.mark = True, None
        self.show()
        self._focus_answer()
        self.call_after_refresh(self._reveal_feedback)

    def action_show_me(self) -> None:
        """The player, at the step that is spoken of; esc and q come back."""
        sitting = self._sitting
        if sitting is None or not sitting.may_be_shown:
            why = "Answer first; then this shows what the answer speaks of."
            self.say("There is no step to be shown." if sitting is None or sitting.over else why, "✗")
            return
        from mailedu.tui.screens.exercise_player import ShownPlayer

        session, seen, journey = sitting.session, sitting.seen, sitting.question.journey
        if session is not None:
            steps = session.journey.typed_steps
            self.app.push_screen(ShownPlayer(session.journey, steps[-1].n if steps else 1))
        elif seen is not None and journey is not None:
            pane = "packets" if seen.packet else "explain"
            self.app.push_screen(ShownPlayer(journey, seen.step, pane))

    def action_next(self) -> None:
        sitting = self._sitting
        if self.round.ended or (self.round.why and sitting is not None and sitting.over):
            self._go_on()
        elif self.round.go(1):
            self._take_up()

    def _go_on(self) -> None:
        """From how it went: to what is open, or to what the course has next."""
        first = self.round.next_open()
        if first < len(self.round.exercises):
            self.round.at = first
        else:
            try:
                self.round = round_of("next", self.round.progress)
            except ExerciseError as error:
                self.say(str(error), "✗")
                return
        self._take_up()

    def action_back(self) -> None:
        if self.round.go(-1):
            self._take_up()
        else:
            self.say("This is the first question.", "✗")

    def action_variant(self) -> None:
        """The same question with other values; at the end all of them once more."""
        if self.round.ended:
            self.round.all_anew()
        elif not self.round.anew():
            self.say("This question has no other variant.", "✗")
            return
        self._take_up()

    def action_zoom(self) -> None:
        """The exhibit in all the room, and back."""
        if self._sitting is None or self.has_class("-alone"):
            return
        self.toggle_class("-zoomed")
        if self.has_class("-zoomed") and self.query_one("#list").display:
            self.query_one(ExhibitList).focus()
        self.call_after_refresh(self.show)

    def action_close(self) -> None:
        """From the line to the other keys; from the large exhibit to the question."""
        sitting = self._sitting
        if self.has_class("-zoomed"):
            self.action_zoom()
            self._focus_answer()
        elif self._typing:
            lab_ = sitting is not None and sitting.session is not None
            if lab_:
                self.query_one(Lab).transcript.focus()
            elif self.query_one("#list").display:
                self.query_one(ExhibitList).focus()
            else:
                self.set_focus(None)
        else:
            self._focus_answer()

    def action_leave(self) -> None:
        self.mailedu.action_home()

    def places(self) -> Iterable[tuple[str, str, Callable[[], object]]]:
        for n in range(len(self.round.exercises)):
            yield f"Question {n + 1}", f"to question {n + 1} of this round", partial(self._go_to, n)

    def _go_to(self, n: int) -> None:
        self.round.at = n
        self._take_up()


def _sentence(words: str) -> str:
    """With a capital at its beginning."""
    return f"{words[:1].upper()}{words[1:]}"


def open_round(name: str, progress: Progress | None = None) -> ExerciseScreen:
    """The screen for an entry of Home. Raises ExerciseError, one line, where there is nothing to be asked."""
    made = round_of(name, progress if progress is not None else Progress())
    if not made.exercises:
        raise ExerciseError("there are no questions here yet")
    return ExerciseScreen(made)
