"""The player: map, conversation, panes, track. `n` goes on, and nothing else moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.events import Key as KeyEvent
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Input, Rule

from mailedu.journey import phrases
from mailedu.journey import scenario as scenarios
from mailedu.journey.gist import gist
from mailedu.journey.guess import question
from mailedu.journey.journey import Journey
from mailedu.journey.mistakes import target, why_not
from mailedu.journey.scene import Scene
from mailedu.journey.seat import Seat, as_version
from mailedu.journey.step import Kind
from mailedu.text.facts import subject
from mailedu.tui import keys
from mailedu.tui.panes import PANES, Shows
from mailedu.tui.panes.bytes import BytesPane
from mailedu.tui.panes.explain import ExplainPane
from mailedu.tui.panes.mailbox import MailboxPane
from mailedu.tui.panes.message import MessagePane
from mailedu.tui.panes.packets import PacketsPane
from mailedu.tui.panes.state import StatePane
from mailedu.tui.screens.moving import STAGES, Moving
from mailedu.tui.view import View
from mailedu.tui.widgets.conversation import Conversation
from mailedu.tui.widgets.edit_card import EditCard
from mailedu.tui.widgets.find_line import FindLine
from mailedu.tui.widgets.guess_card import GuessCard
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.ladder import Ladder
from mailedu.tui.widgets.map import Map
from mailedu.tui.widgets.note_card import NoteCard
from mailedu.tui.widgets.pages import pages_of
from mailedu.tui.widgets.tabs import PaneTabs
from mailedu.tui.widgets.title import Title
from mailedu.tui.widgets.track import Track
from mailedu.visible import visible

if TYPE_CHECKING:
    from mailedu.tui.screens.packets import Kept

#: Seconds a step while playing by itself, from slow to quick.
PACES: Final = (4.0, 2.5, 1.5, 0.8, 0.4)
#: Rows under which a card and the pane have no room below each other.
_LOW: Final = 24
#: Rows of a note for which there is room above the pane from `_LOW` on.
_MOST_ROWS: Final = 10
#: Steps whose explanations are searched.
_EXPLAINED: Final = 400
#: What the key bar offers while a reply is hidden, and while a version of one's own is there.
_WHILE_HIDDEN: Final = ("a", "n", "g", "question_mark", "q")
_WHILE_CHANGED: Final = ("n", "p", "o", "u", "e", "g", "question_mark", "q")


class Player(Moving[None]):
    """A journey, step by step."""

    CSS_PATH = "player.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.PLAYER)]
    KEYS = keys.PLAYER
    NAME = "a journey"

    def __init__(
        self, journey: Journey, n: int = 1, pane: str = "explain", *, guessing: bool = False, letter: str = "",
        hidden: bool = False,
    ) -> None:  # fmt: skip
        """`letter`: name of the file among the learner's own letters that it carries; `hidden`: step `n` is."""
        super().__init__()
        self.seat = Seat(as_version(journey), n)
        self.seat.guessing = guessing
        self.seat.hidden = hidden and self.seat.step.kind is Kind.REPLY
        self.pane = pane
        self.letter = letter
        self.guesses: list[bool] = []
        """Right or wrong, in the order of the guesses."""
        self._addresses = False
        self._packets: Kept | None = None
        """How packets were looked at the last time."""
        self._playing: Timer | None = None
        self._shown: View | None = None

    def parts(self) -> ComposeResult:
        yield Title(self.seat.mine.scenario.title)
        yield Map()
        with Container(id="body"):
            yield Conversation()
            with Vertical(id="side"):
                yield Rule()
                yield PaneTabs()
                with ContentSwitcher(initial=self.pane, id="panes"):
                    yield ExplainPane(id="explain")
                    yield BytesPane(id="bytes")
                    yield StatePane(id="state")
                    yield MessagePane(id="message")
                    yield PacketsPane(id="packets")
                    yield MailboxPane(id="mailbox")
                yield MessagePane(id="below")
        yield Track()
        yield FindLine("a word in a step, or in what it means; enter goes there, esc closes")
        yield KeyBar()

    @property
    def _conversation(self) -> Conversation:
        return self.query_one(Conversation)

    def on_mount(self) -> None:
        self.query_one("#below").border_title = " Message "
        self._conversation.ladder.focus()
        self.show()

    def on_unmount(self) -> None:
        self._stop()

    def on_screen_suspend(self) -> None:
        self._stop()

    def on_resize(self, event: Resize) -> None:
        # The parts have their new sizes only after this.
        self.call_after_refresh(self.show)

    # Showing ----------------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What all parts are shown."""
        seat, last = self.seat, self._shown
        changed = seat.mine.is_changed and not seat.is_original
        # The same moment is the same scene, so that a pane knows that it need not scroll back to its top.
        same = last is not None and (last.journey, last.n, last.hidden) == (seat.journey, seat.n, seat.hidden)
        scene = last.scene if last is not None and same else seat.known
        self._shown = View(seat.journey, seat.n, seat.hidden, scene, self._title(), changed, self._addresses)
        return self._shown

    def _title(self) -> str:
        mine = self.seat.mine
        if not mine.is_changed:
            return ""
        if self.seat.is_original:
            return "The original"
        changes = f"{len(mine.edits)} change{'s' if mine.edits[1:] else ''}" if mine.edits else ""
        first = mine.first_difference
        told = first is not None and not self.seat.guessing
        if not mine.edits:
            return f"✎ {f'From step {first}' if told else 'Your version'}: {' and '.join(self._faults())}"
        at = f", at step {first}" if told else ""
        return f"✎ Your version: {' and '.join((changes, *self._faults()))}{at}"

    def _faults(self) -> list[str]:
        """Titles of the faults that were switched on."""
        made = self.seat.mine.scenario
        before = self.seat.mine.compared_with or made
        return [visible(made.faults[name].title) for name in made.active if name not in before.active]

    def _called(self) -> str:
        """What the journey is called: a letter of one's own by its subject."""
        scenario = self.seat.mine.scenario
        if scenario.message is None:
            return scenario.title
        return f"Your letter: {subject(scenario.message.chunks)}"

    def _right(self, view: View) -> str:
        """What stands at the end of the title row."""
        if self.is_wide:
            return _figures(view.journey)
        version = "original · " if self.seat.is_original else "✎ yours · " if view.changed else ""
        return f"{version}step {view.n} of {len(view.journey)}"

    @property
    def is_wide(self) -> bool:
        """The pane stands beside the conversation, not below it."""
        return self.has_class("-wide") or self.has_class("-huge")

    def show(self) -> None:
        """Show the present step everywhere."""
        if not self.is_attached or self.query_one_optional(Track) is None:  # it has been left meanwhile
            return
        view = self.view
        self.query_one(Title).show(self._called(), self._right(view))
        self._ask(view)
        self._make_room()
        for part in (self.query_one(Map), self._conversation, self.query_one(Track)):
            part.show(view)
        self._conversation.frame(
            view.title or "Conversation", is_changed=self.seat.mine.is_changed, is_original=self.seat.is_original
        )
        self.set_class(view.changed, "-changed")
        self.query_one(PaneTabs).current = self.pane
        self._fill(view)
        self._bar()
        self._note(view)

    def _make_room(self) -> None:
        """In a low terminal a card takes the pane's place too."""
        card = self._conversation.card
        high = isinstance(card, NoteCard) and card.rows > _MOST_ROWS
        crowded = card is not None and (self.size.height < _LOW or high) and not self.is_wide
        if crowded != self.has_class("-crowded"):
            self.set_class(crowded, "-crowded")
            self.call_after_refresh(self.show)

    def _fill(self, view: View) -> None:
        """The pane that is open."""
        pane = self.query_one(f"#{self.pane}")
        if isinstance(pane, ExplainPane):
            pane.guesses = self.guesses
        cast("Shows", pane).show(view)
        below = self.query_one("#below", MessagePane)
        self.set_class(self.pane == "message", "-message")
        if self.pane != "message" and self.has_class("-huge") and self.has_class("-high"):
            below.show(view)

    def _bar(self) -> None:
        """The keys that matter now."""
        chosen: Sequence[keys.Key] = [key for key in (*keys.PLAYER, *keys.EVERYWHERE) if key.footer]
        if isinstance(self._conversation.card, EditCard):
            chosen = keys.EDITING
        elif self.seat.hidden:
            chosen = _named(_WHILE_HIDDEN)
        elif self.seat.mine.is_changed:
            other = "yours" if self.seat.is_original else "original"
            chosen = [key._replace(word=other) if key.keys == "o" else key for key in _named(_WHILE_CHANGED)]
        if self.pane == "packets" and chosen is not keys.EDITING:
            chosen = _with_packets(chosen)
        chosen = [key for key in chosen if self.offers(key)]
        self.query_one(KeyBar).show(sorted(chosen, key=lambda key: key.keys == "q"))

    def _note(self, view: View) -> None:
        """Remember where we are."""
        from mailedu.tui.memory import Place

        app = self.mailedu
        seat = self.seat
        place = Place.of(seat.mine, seat.n_of_mine, self.pane, self.letter, seat.guessing, seat.hidden)
        app.memory.note_place(place)
        if seat.ended and not seat.mine.is_changed and view.journey.scenario.message is None:
            app.memory.done.add(view.journey.scenario.name)
        app.remember()

    # Moving -----------------------------------------------------------------------------------------------------------

    def action_on(self) -> None:
        self._stop()
        self._on()

    def _on(self) -> None:
        ended = isinstance(self._conversation.card, NoteCard)
        self._conversation.close()
        if ended or self.seat.on():
            self.show()
        else:
            self._stop()
            self._conversation.open(NoteCard("This is the end", _ending(self.seat.journey)))
            self.show()

    def moved(self, moved: bool, why_not: str = "") -> None:
        self._stop()
        if moved:
            self._conversation.close()
            self.show()
        else:
            self.say(why_not, "✗")

    def on_ladder_chosen(self, message: Ladder.Chosen) -> None:
        self.seat.go(message.n)
        self.moved(True)

    # Playing ----------------------------------------------------------------------------------------------------------

    def action_play(self) -> None:
        """Go on by itself, until a key, a question or the end."""
        if self._playing is not None:
            self._stop()
            return
        self._play()
        self._on()

    @property
    def is_playing(self) -> bool:
        return self._playing is not None

    def _play(self) -> None:
        self._playing = self.set_interval(PACES[self.mailedu.memory.pace % len(PACES)], self._tick)

    def _tick(self) -> None:
        if self.seat.hidden or self._conversation.card is not None:
            self._stop()
        else:
            self._on()

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def on_key(self, event: KeyEvent) -> None:
        super().on_key(event)
        if event.key not in ("space", "plus", "minus", "equals_sign"):
            self._stop()

    def action_pace(self, by: int) -> None:
        memory = self.mailedu.memory
        memory.pace = max(0, min(memory.pace + by, len(PACES) - 1))
        self.say(f"a step every {PACES[memory.pace]:g} s", "►")
        if self._playing is not None:
            self._stop()
            self._play()

    # Panes ------------------------------------------------------------------------------------------------------------

    def action_pane(self, name: str) -> None:
        self._stop()
        if name == self.pane == "packets":
            self._take_packets_apart()
            return
        self.pane = name
        self.query_one("#panes", ContentSwitcher).current = name
        self.query_one(PaneTabs).current = name
        # Shown once it has its size.
        self.call_after_refresh(self._fill, self.view)
        self._bar()
        self._note(self.view)

    def _take_packets_apart(self) -> None:
        """The packets in the ladder's place, each layer by layer; there `k` leads back."""
        from mailedu.tui.screens.packets import Kept, Packets

        def back(kept: Kept | None) -> None:
            if kept is not None:
                self._packets, self._addresses = kept, kept.addresses
            self.moved(True)

        kept = (self._packets or Kept())._replace(addresses=self._addresses)
        packets = Packets(
            self.seat, called=self._called(), figures=_figures(self.seat.journey), kept=kept,
            moved=lambda: self._note(self.view),
        )  # fmt: skip
        self.app.push_screen(packets, back)

    def action_pane_by(self, by: int) -> None:
        names = [pane.name for pane in PANES]
        self.action_pane(names[(names.index(self.pane) + by) % len(names)])

    def on_pane_tabs_chosen(self, message: PaneTabs.Chosen) -> None:
        self.action_pane(message.name)

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")
        self.call_after_refresh(self.show)
        if self.has_class("-zoomed"):
            self.query_one(f"#{self.pane}").focus()
            self.say("z or esc brings the conversation back", "►")
        else:
            self._conversation.ladder.focus()

    def action_addresses(self) -> None:
        self._addresses = not self._addresses
        self.show()

    # Guessing ---------------------------------------------------------------------------------------------------------

    def action_guess(self) -> None:
        """Hide the next reply and ask for it; once more: stop guessing."""
        self._stop()
        if self.seat.guessing:
            self.seat.stop_guessing()
            self._conversation.close()
            self.show()
            self.say("Replies are shown again; g hides them.", "►")
        else:
            self._conversation.close()
            self.moved(self.seat.guess(), "No reply is left to guess.")

    def _ask(self, view: View) -> None:
        """Put the question below the hidden reply."""
        if view.hidden and not isinstance(self._conversation.card, GuessCard):
            card = GuessCard()
            card.ask(question(view.journey, view.n))
            self._conversation.open(card)

    def action_answer(self, index: int) -> None:
        card = self._conversation.card
        if not self.seat.hidden or not isinstance(card, GuessCard):
            return
        asked = question(self.seat.journey, self.seat.n)
        if index >= len(asked.choices):
            return
        self.guesses.append(index == asked.right)
        self.seat.hidden = False
        card.answered(index)
        self.show()

    def on_guess_card_chosen(self, message: GuessCard.Chosen) -> None:
        self.action_answer(message.index)

    # Changing ---------------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Say something else: here, or where the client speaks next."""
        self._stop()
        seat = self.seat
        if isinstance(self._conversation.card, EditCard):
            return
        if seat.hidden:
            self.say("Answer first, a to d, or n just shows it.", "✗")
            return
        if seat.is_original:
            seat.other()
            self.moved(True)
        step = target(seat.journey, seat.n)
        if step is None:
            self.say(why_not(seat.journey, seat.step), "✗")
            return
        if step.n != seat.n:
            seat.go(step.n)
        most = self._conversation.ladder.size.height - 4
        self._conversation.open(EditCard(seat.journey, step, most))
        self.show()

    def on_edit_card_sent(self, message: EditCard.Sent) -> None:
        if not isinstance(self._conversation.card, EditCard):  # enter was pressed twice
            return
        changed = self.seat.change(message.edit)
        self._leave_card()
        if not changed:
            self.say("That changes nothing.", "✗")
        else:
            self.say(f"Changed{self._first_other()}. o shows the original.", "✎")

    def _first_other(self) -> str:
        """Which step is the first that comes out otherwise, and not by the learner's own hand."""
        if self.seat.guessing:
            return ""
        first = pages_of(self.seat.mine).first_other
        return f": step {first} comes out otherwise" if first <= len(self.seat.mine) else ""

    def on_edit_card_faults(self, message: EditCard.Faults) -> None:
        if isinstance(self._conversation.card, EditCard):
            self._with_faults(message.names)

    def _with_faults(self, names: Sequence[str]) -> None:
        """Exactly these faults are switched on from now on."""
        changed = self.seat.with_faults(names)
        self._leave_card()
        on = "; ".join(self._faults())
        if not changed:
            self.say("That changes nothing here.", "✗")
        else:
            self.say(f"{on}{self._first_other()}. o shows the original." if on else "Switched off.", "✎")

    def on_edit_card_closed(self, _: EditCard.Closed) -> None:
        self._leave_card()

    def _leave_card(self) -> None:
        self._conversation.close()
        self._conversation.ladder.focus()
        self.show()

    def action_other(self) -> None:
        self.moved(self.seat.other(), "You have changed nothing yet; e does.")

    def action_undo(self) -> None:
        before = self.seat.mine
        taken = self.seat.undo()
        self.moved(bool(taken), "There is nothing to undo.")
        if taken:
            said = before.edits[-1].say if before.edits and before.edits[-1].place == taken else ()
            again = before.original.by_place.get(taken)
            line = visible(said[0]) if said else taken if again is None else f"“{gist(again)}” is said again"
            self.say(f"Taken back: {line}", "✓")

    # Finding, saving, copying -----------------------------------------------------------------------------------------

    def action_find(self) -> None:
        self._stop()
        self.query_one(FindLine).open()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if message.input.id != "find":
            return
        message.stop()
        word = message.value.strip()
        found = self._next_with(word)
        if found is None:
            message.input.placeholder = f"no step holds {visible(word)}; another word, or esc"
            message.input.value = ""
            return
        self.action_close()
        self.seat.go(found)
        self.moved(True)
        self.say(f"Step {found}. / and enter: the next with {word}.", "✓")

    def _next_with(self, word: str) -> int | None:
        """The next step that holds a word, else the next whose explanation does; after the end from the beginning."""
        wanted = word.lower()
        if not wanted:
            return None
        seat = self.seat
        octets = wanted.encode("utf-8", "surrogateescape")
        order = (*seat.journey.steps[seat.n :], *seat.journey.steps[: seat.n - 1])
        said = (
            step for at, step in enumerate(order)
            if octets in step.head(1024).lower() or (at < _EXPLAINED and wanted in gist(step).lower())
        )  # fmt: skip
        told = (step for step in order[:_EXPLAINED] if wanted in _meaning(seat.journey.scene(step.n)))
        found = next(said, None) or next(told, None)
        return found.n if found is not None else None

    def action_save(self) -> None:
        from mailedu.tui.screens.save import SaveScreen

        self._stop()
        self.app.push_screen(SaveScreen(self.view), self._saved)

    def _saved(self, said: str | None) -> None:
        if said:
            self.say(said, "✓")

    def action_copy(self) -> None:
        step = self.seat.step
        if self.seat.hidden or not step.octets:
            self.say("There is no line here to copy.", "✗")
            return
        line = visible(step.head().rstrip(b"\r\n"), keep_newlines=True)
        self.app.copy_to_clipboard(line)
        self.say(f"Copied: {line.partition(chr(10))[0]}", "✓")

    def offers(self, key: keys.Key) -> bool:
        if key.action in ("other", "undo"):
            return self.seat.mine.is_changed
        if key.action.startswith("stage"):
            return len({leg.stage for leg in self.seat.journey.legs}) > 1
        return not key.action.startswith("answer") or self.seat.hidden

    def places(self) -> Iterable[tuple[str, str, Callable[[], object]]]:
        for number, stage in enumerate(STAGES, 1):
            if self.seat.journey.first_of(stage) is not None:
                yield (
                    f"Stage {phrases.STAGES[stage]}",
                    f"to its first step  ({number})",
                    partial(self.action_stage, number),
                )

        for fault in scenarios.faults_of(self.seat.mine.scenario.name):
            on = fault.name in self.seat.mine.scenario.active
            about = "switch this fault off" if on else "switch this fault on, and see what follows"
            yield f"Fault: {fault.title}", about, partial(self._switch, fault.name)

    def _switch(self, fault: str) -> None:
        active = self.seat.mine.scenario.active
        self._with_faults([one for one in active if one != fault] if fault in active else [*active, fault])

    # Closing ----------------------------------------------------------------------------------------------------------

    def action_close(self) -> None:
        """The top thing: the find line, a card, the large pane."""
        self._stop()
        if self.query_one(FindLine).close():
            self._conversation.ladder.focus()
        elif self.has_class("-zoomed"):
            self.action_zoom()
        elif self.seat.hidden:
            self.action_guess()
        elif self._conversation.card is not None:
            self._conversation.close()
            self.show()

    def action_leave(self) -> None:
        self._stop()
        self.mailedu.memory.save()
        self.mailedu.action_home()


def _figures(journey: Journey) -> str:
    """Which figures of the chapter a journey shows."""
    figures = journey.scenario.figures
    return f"Figure{'s' if figures[1:] else ''} {', '.join(figures)}" if figures else ""


def _ending(journey: Journey) -> list[str]:
    """What became of the letters; of one that was only fetched: where it is now."""
    where = phrases.whereabouts(journey.scene(len(journey)))
    facts = phrases.outcome(journey) or ((f"In the end the letter is {where}",) if where else ("All has been said",))
    return [f"{fact}." for fact in facts]


def _meaning(scene: Scene) -> str:
    explained = scene.explanation
    return f"{explained.title} {explained.what} {explained.why}".lower()


def _named(names: Sequence[str]) -> list[keys.Key]:
    """Keys by the first name of each, in this order."""
    found = {key.keys.partition(",")[0] or key.action: key for key in (*keys.EVERYWHERE, *keys.PLAYER)}
    return [found[name] for name in names]


def _with_packets(chosen: Sequence[keys.Key]) -> list[keys.Key]:
    """The same keys and the one that takes packets apart, for which the stages make room."""
    (key,) = _named(("k",))
    kept = [one for one in chosen if not one.keys.isdigit()]
    return [*kept[:2], key._replace(word="look inside"), *kept[2:]]
