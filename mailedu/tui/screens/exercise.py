"""Questions: one beside what it is about; a key answers, what is said to it stands there at once, `v` shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.widgets import Input, Static, TextArea

from mailedu.exercise.kinds.point import wanted
from mailedu.exercise.marking import Again
from mailedu.exercise.model import GRADED_BY_GOALS, ExerciseError, Kind
from mailedu.exercise.progress import Progress
from mailedu.tui import keys
from mailedu.tui.keys import Key
from mailedu.tui.memory import Left
from mailedu.tui.screens.room import Room
from mailedu.tui.widgets import exercise_keys as bar
from mailedu.tui.widgets import exercise_told as told
from mailedu.tui.widgets.exercise_asking import Asking
from mailedu.tui.widgets.exercise_beside import Beside
from mailedu.tui.widgets.exercise_lab import LabLine
from mailedu.tui.widgets.exercise_lines import Lines
from mailedu.tui.widgets.exercise_options import Options
from mailedu.tui.widgets.exercise_round import Round, Sitting
from mailedu.tui.widgets.exercise_rounds import round_of
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.title import Title
from mailedu.visible import visible


class ExerciseScreen(Room[None]):
    """A round of questions."""

    CSS_PATH = "exercise.tcss"
    KEYS = keys.EXERCISE
    NAME = "questions"
    AUTO_FOCUS = ""  # where how it went is shown, letters are keys
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.EXERCISE)]

    def __init__(self, round_: Round, name: str = "") -> None:
        """`name`: by which the round can be opened again; without one nothing of it is remembered."""
        super().__init__()
        self.round = round_
        self._opened_as = name
        self._sitting: Sitting | None = None
        self._fault = ""
        """Why the present question cannot be asked."""

    def parts(self) -> ComposeResult:
        yield Title(self.round.title)
        with Container(id="body"):
            yield Asking(id="asking")
            yield Beside()
        with VerticalScroll(id="ended"):
            yield Static(id="report")
        yield KeyBar()

    def on_mount(self) -> None:
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
            self._asking.line.value = sitting.typed
            self._beside.take(sitting)
        self.show()
        self._focus_answer()
        self._asking.scroll_home(animate=False)
        notice = self.round.progress.notice() if self.round.progress is not None else ""
        if self._fault or notice:
            self.say(self._fault or notice, "✗", "$error")

    def _focus_answer(self) -> None:
        """The keys go where the answer is given; once it is over, to what can be looked at."""
        sitting = self._sitting
        if sitting is None:
            self.set_focus(None)
            return
        place = self._beside.place_to_answer(sitting)
        if place is None and not sitting.over:
            place = self._asking.line if sitting.picks is None else self._asking.options
        self.set_focus(place)

    @property
    def _asking(self) -> Asking:
        return self.query_one(Asking)

    @property
    def _beside(self) -> Beside:
        return self.query_one(Beside)

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
        chapter = "" if sitting is None else visible(sitting.question.exercise.chapter.rpartition(";")[2].strip())
        if len(f"mailedu  {round_.title}  {chapter}   {points}") + 3 > self.size.width:
            chapter = ""
        self.query_one(Title).show(round_.title, f"{chapter}   {points}" if chapter else points)
        if sitting is None:
            self._show_end()
        else:
            self._asking.show(round_, sitting, roomy=self.is_wide)
            there = self._beside.show(sitting, below=self.is_wide, zoomed=self.has_class("-zoomed"))
            self.set_class(not there, "-alone")
        self._show_keys()
        self._note()

    def _note(self) -> None:
        """Remember which question this is, for the next time; none once all were gone through."""
        memory, sitting = self.mailedu.memory, self._sitting
        if not self._opened_as or self._fault:
            return
        left = None
        if sitting is not None:
            lines = tuple(sitting.session.lines) if sitting.session is not None else ()
            at = self.round.at
            left = Left(self._opened_as, at, self.round.exercise.id, self.round.seeds[at], lines)
        if left != memory.question:
            memory.question = left
            self.mailedu.remember()

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
        return bar.offers(key, self.round, self._sitting, alone=self.has_class("-alone"))

    def _show_keys(self) -> None:
        chosen = [key for key in (*self.KEYS, *keys.EVERYWHERE) if key.footer and self.offers(key)]
        shown = bar.while_typing(self._sitting) if self._typing else bar.named(chosen, self._sitting)
        self.query_one(KeyBar).show(sorted(shown, key=lambda key: key.keys == "q"))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._after_blur()

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        self.call_after_refresh(self._after_blur)

    def _after_blur(self) -> None:
        if self.is_attached and self.query_one_optional(KeyBar) is not None:
            self._show_keys()
            self._beside.show_keys(zoomed=self.has_class("-zoomed"))

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
        self._asking.options.go(at)
        self.show()

    def on_options_picked(self, message: Options.Picked) -> None:
        self.action_letter(message.at)

    def action_digit(self, number: int) -> None:
        """Of a match: the partner of the item under the cursor, which then goes on to the next without one."""
        sitting, options = self._sitting, self._asking.options
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
            options = self._asking.options
            if sitting.kind is Kind.CHOICE and options.cursor >= 0 and options.has_focus:
                self.action_letter(options.cursor)
            elif sitting.picks.lacks:
                self.say(_sentence(sitting.picks.lacks), "►")
            else:
                self._answer(sitting.picks.answer)
        elif sitting.session is not None:
            self._hand_in(sitting)
        elif sitting.kind is Kind.REPAIR:
            self._answer(self._beside.text.text)
        elif not self._typing:
            self._asking.line.focus()

    def on_lines_taken(self, message: Lines.Taken) -> None:
        """Enter in the exhibit: that row is meant, where one is to point; else it is enter as anywhere."""
        sitting, exhibit = self._sitting, self._beside.exhibit
        if sitting is None:
            return
        if not sitting.is_pointed or sitting.over:
            self.action_enter()
            return
        row = exhibit.row
        if exhibit.is_octets:
            self._answer(list(exhibit.chosen))
        elif row is not None:
            self._answer(row.step if wanted(sitting.question).what == "step" else row.n)

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

    def _answer(self, value: Any) -> None:
        """Hand an answer in, and show what became of it."""
        sitting = self._sitting
        if sitting is None or sitting.over:
            return
        if sitting.kind in GRADED_BY_GOALS and sitting.trying.tries and value == sitting.trying.answers[-1]:
            self.say("Nothing has changed since you handed it in.", "►")
            return
        try:
            mark = sitting.answer(value)
        except Again as again:
            self.say(_sentence(str(again)), "►")
            return
        except ExerciseError as error:
            self.say(str(error), "✗", "$error")
            return
        self.show()
        if sitting.is_typed and sitting.trying.tries_left:
            self._asking.line.select_all()  # so that what is typed now takes its place
        if mark.right or not sitting.trying.tries_left or sitting.kind in GRADED_BY_GOALS:
            self._focus_answer()
        self.call_after_refresh(self._asking.reveal_end)

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
        self._beside.lab.at_end()
        self.show()
        if not sitting.over and all(one.reached for one in sitting.goals):
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
            self._beside.lab.at_end()
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
        self.call_after_refresh(self._asking.reveal_end)
        if sitting.is_typed or sitting.session is not None or sitting.kind is Kind.REPAIR:
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
        self.call_after_refresh(self._asking.reveal_end)

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
            self._opened_as = "next"
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
        if self.has_class("-zoomed") and self._beside.has_list:
            self._beside.exhibit.focus()
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
                self._beside.lab.transcript.focus()
            elif self._beside.has_list:
                self._beside.exhibit.focus()
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


def open_round(name: str, progress: Progress | None = None, left: Left | None = None) -> ExerciseScreen:
    """The screen for an entry of Home, at the question that was `left`. Raises ExerciseError, one line, where there is
    nothing to be asked.
    """
    made = round_of(name, progress if progress is not None else Progress())
    if not made.exercises:
        raise ExerciseError("there are no questions here yet")
    if left is not None:
        _go_back(made, left)
    return ExerciseScreen(made, name)


def _go_back(made: Round, left: Left) -> None:
    """To the question that was left, in its variant, with the lines of its lab; what of it is none any more is not."""
    ids = [one.id for one in made.exercises]
    if left.exercise not in ids:
        return
    made.at = left.place_in(ids)
    made.seeds[made.at] = left.seed
    try:
        sitting = made.sitting()
    except ValueError:  # told when it is taken up
        return
    if sitting.session is not None and not sitting.over:
        sitting.session.again()
        for line in left.lines:
            sitting.session.say(line)
