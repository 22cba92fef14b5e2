"""Talk: the keyboard is the client. Each line goes to the server as it was typed, and is explained with its reply."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.events import DescendantFocus, Paste
from textual.suggester import Suggester
from textual.widgets import Input, Rule, Static

from mailedu.tui import keys
from mailedu.tui.keys import Key
from mailedu.tui.screens.room import Room
from mailedu.tui.widgets.entry import Entry
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.talk_explain import TalkExplain
from mailedu.tui.widgets.talk_transcript import Transcript
from mailedu.tui.widgets.talk_turns import Turns
from mailedu.tui.widgets.title import Title
from mailedu.visible import clip, visible, width

#: Cells of the title's row around its two texts.
_AROUND: Final = 13


class Speak(Entry):
    """The line that is typed; → takes what is offered."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(id="speak")
        self.turns = turns

    def action_cursor_right(self, select: bool = False) -> None:
        offered = self.turns.completion(self.value) if self.cursor_at_end and not select else ""
        if offered:
            self.value = offered
            self.cursor_position = len(offered)
        else:
            super().action_cursor_right(select)

    def _on_paste(self, event: Paste) -> None:
        """Of several lines that are pasted each is said, but the last, which may be wanted otherwise."""
        *whole, last = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if not whole:
            super()._on_paste(event)
            return
        event.prevent_default()
        event.stop()
        whole[0] = self.value[: self.cursor_position] + whole[0]
        rest = self.value[self.cursor_position :]
        screen = self.screen
        assert isinstance(screen, TalkScreen)
        for line in whole:
            screen.speak(line)
        self.value = last + rest
        self.cursor_position = len(last)


class _Next(Suggester):
    """Completes a line as it may be said now."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._turns = turns

    async def get_suggestion(self, value: str) -> str | None:
        offered = self._turns.completion(value)
        return offered if offered.startswith(value) else None


class TalkScreen(Room[None]):
    """A conversation with a server, typed."""

    DEFAULT_CSS = """
    TalkScreen #body { height: 1fr; layout: vertical; }
    TalkScreen #conversation { height: 1fr; layout: vertical; }
    TalkScreen #ends { height: 1; }
    TalkScreen #rule { margin: 0; color: $line; }
    TalkScreen #words { height: 1; padding: 0 1; }
    TalkScreen #line { height: 1; }
    TalkScreen #prompt { width: auto; padding: 0 1; color: $client; text-style: bold; }
    TalkScreen.-wide #body, TalkScreen.-huge #body { layout: horizontal; }
    TalkScreen.-wide #conversation, TalkScreen.-huge #conversation {
        width: 68; margin-left: 1; border: solid $line; border-title-color: $foreground; border-title-style: bold;
    }
    TalkScreen.-huge #conversation { width: 84; }
    TalkScreen.-wide #conversation:focus-within, TalkScreen.-huge #conversation:focus-within { border: solid $accent; }
    TalkScreen.-wide #rule, TalkScreen.-huge #rule { display: none; }
    TalkScreen.-wide TalkExplain, TalkScreen.-huge TalkExplain { padding: 1 1 0 2; }
    TalkScreen.-tall Title, TalkScreen.-tall #line { margin-bottom: 1; }
    """
    KEYS = keys.TALK
    NAME = "talk"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.TALK)]

    def __init__(self, protocol: str) -> None:
        """`protocol`: `smtp` or `pop3`."""
        super().__init__()
        self._turns = Turns(protocol)
        self._present = 0
        self._recalled = 0
        """How many lines back the arrow up has gone."""

    def parts(self) -> ComposeResult:
        yield Title(self._heading())
        with Container(id="body"):
            with Container(id="conversation"):
                yield Static(id="ends", markup=False)
                yield Transcript()
            yield Rule(id="rule")
            yield TalkExplain()
        yield Static(id="words", markup=False)
        with Horizontal(id="line"):
            yield Static(id="prompt", markup=False)
            speak = Speak(self._turns)
            speak.suggester = _Next(self._turns)
            yield speak
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#conversation").border_title = "Conversation"
        self.query_one(Speak).focus()
        self.call_after_refresh(self.show)

    def on_resize(self) -> None:
        self.call_after_refresh(self.show)

    # Showing ----------------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Show the conversation as it stands."""
        if not self.is_mounted:
            return
        turns, talk = self._turns, self._turns.talk
        self._present = min(self._present, len(turns.turns) - 1)
        self._show_title()
        self.query_one("#ends", Static).update(self._ends())
        self.query_one(Transcript).show(turns.turns, self._present, talk.closed)
        self.query_one(TalkExplain).show(turns.turns[self._present])
        self.query_one("#prompt", Static).update(self._prompt())
        speak = self.query_one(Speak)
        speak.placeholder = self._hint()
        self._show_words()
        self._show_keys()

    def _heading(self) -> str:
        talk = self._turns.talk
        return f"Talk {'POP3' if talk.is_pop3 else 'SMTP'} as {talk.seat.title}"

    def _show_title(self) -> None:
        """What is done, and the state; in little room the state without its name, which the prompt has too."""
        talk, name = self._turns.talk, visible(self._heading())
        room = self.size.width - _AROUND
        words = f"{talk.state}: {talk.state_words}"
        if width(name) + width(words) > room:
            words = talk.state_words
        if width(name) + width(words) > room:
            name = name.partition(" as ")[0]
        self.query_one(Title).show(name, words)

    def _ends(self) -> Content:
        talk = self._turns.talk
        cells = self.query_one("#ends").size.width
        left, right = visible(talk.seat.title), f"{visible(talk.server.name)} port {talk.port}"
        gap = max(cells - 3 - width(left) - 7 - width(right) - 7 - 1, 1)
        return Content.assemble(
            "   ", (left, "bold $client"), (" client", "$quiet"), " " * gap,
            (right, "bold $server"), (" server", "$quiet"),
        )  # fmt: skip

    def _prompt(self) -> str:
        talk = self._turns.talk
        if talk.closed:
            return "closed"
        return "letter:" if talk.in_letter else "base64:" if talk.in_login else f"{talk.state} C:"

    def _hint(self) -> str:
        talk = self._turns.talk
        if talk.closed:
            return "enter begins anew; esc, then u takes the last line back"
        natural = self._turns.natural()
        if talk.in_letter and not natural:
            return "an empty line: just enter"
        return natural

    def _show_words(self) -> None:
        turns, talk = self._turns, self._turns.talk
        speak = self.query_one(Speak)
        cells = self.size.width - 2
        line = Content("")
        if talk.closed:
            line = Content.assemble(("The conversation is over. ", "bold"), ("enter begins anew", "$quiet"))
        elif talk.in_letter:
            line = Content.styled(self._about_letter(), "$quiet")
        elif talk.in_login:
            offered = turns.completion(speak.value)
            plain = turns.secret() if offered == turns.natural() else speak.value
            if offered:
                shown = clip(visible(plain), max(cells - 40, 8))
                line = Content.assemble(
                    ("→", "bold $accent"), (" makes it base64: ", "$quiet"),
                    (clip(visible(offered), max(cells - 30 - width(shown), 8)), "$client"),
                    (f" is “{shown}”", "$quiet"),
                )  # fmt: skip
            else:
                line = Content.styled("The server wants base64 here.", "$quiet")
        else:
            pieces = [Content.styled("may come", "$quiet")]
            for verb in turns.words:
                piece = Content.styled(verb, "bold $client")
                pieces.append(piece.stylize(f"@click=screen.fill('{verb}')"))
            line = Content("  ").join(pieces)
        self.query_one("#words", Static).update(line)

    def _about_letter(self) -> str:
        if b"" in self._turns.letter:
            return "A line of the text. A dot alone on a line ends the letter."
        if not self._turns.natural():
            return "An empty line ends the header; what follows it is the text."
        return "A line of the header. An empty line ends it, and the text follows."

    # Speaking ---------------------------------------------------------------------------------------------------------

    def speak(self, line: str) -> None:
        """Say a line to the server; to a closed connection: begin anew."""
        if self._turns.talk.closed:
            self.action_again()
            return
        self._turns.say(line.encode("utf-8", "surrogateescape"))
        self._present = len(self._turns.turns) - 1
        self._recalled = 0
        self.show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        line = event.value
        if line.strip() == "?" and not self._turns.talk.in_letter:
            self.query_one(Speak).value = ""
            self.mailedu.action_keys()
            return
        self.query_one(Speak).value = ""
        self.speak(line)

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._turns.talk.in_login:
            self._show_words()

    @property
    def _typing(self) -> bool:
        return isinstance(self.focused, Speak)

    # Keys -------------------------------------------------------------------------------------------------------------

    def offers(self, key: Key) -> bool:
        if key.shown in ("u", "r", "q", "?"):
            return not self._typing
        return self._typing or key.action != "take"

    def _show_keys(self) -> None:
        shown = [key for key in (*self.KEYS, *keys.EVERYWHERE) if key.footer and self.offers(key)]
        if self._typing:
            over = self._turns.talk.closed
            shown = [key._replace(word="anew" if over else "say it") if key.action == "enter" else key for key in shown]
        else:
            words = {"older": "look back", "stop": "leave"}
            shown = [key._replace(word=words.get(key.action, key.word)) for key in shown if key.shown != "q"]
        self.query_one(KeyBar).show(shown)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._show_keys()

    def action_enter(self) -> None:
        """Back to typing; within the line the key is the line's own."""
        self.query_one(Speak).focus()

    def action_take(self) -> None:
        speak = self.query_one(Speak)
        speak.focus()
        speak.value = self._turns.completion(speak.value) or speak.value
        speak.cursor_position = len(speak.value)

    def action_fill(self, verb: str) -> None:
        """A word that was clicked."""
        speak = self.query_one(Speak)
        speak.value = self._turns.line_of(verb)
        speak.cursor_position = len(speak.value)
        speak.focus()

    def action_older(self) -> None:
        if self._typing:
            self._recall(1)
        else:
            self._look(-1)

    def action_newer(self) -> None:
        if self._typing:
            self._recall(-1)
        else:
            self._look(1)

    def _recall(self, by: int) -> None:
        lines = self._turns.talk.lines
        self._recalled = max(0, min(self._recalled + by, len(lines)))
        speak = self.query_one(Speak)
        speak.value = lines[-self._recalled].decode("utf-8", "surrogateescape") if self._recalled else ""
        speak.cursor_position = len(speak.value)

    def _look(self, by: int) -> None:
        self._present = max(0, min(self._present + by, len(self._turns.turns) - 1))
        self.show()

    def on_transcript_chosen(self, message: Transcript.Chosen) -> None:
        self._present = message.turn
        self.show()

    def action_undo(self) -> None:
        taken = self._turns.undo()
        if taken is None:
            self.say("there is nothing to take back")
            return
        self._present = len(self._turns.turns) - 1
        self.query_one(Transcript).forget()
        self.show()
        self.say(f"taken back: {visible(taken)}", "✓")

    def action_again(self) -> None:
        self._turns.again()
        self._present = self._recalled = 0
        self.query_one(Transcript).forget()
        self.show()
        self.query_one(Speak).focus()

    def action_stop(self) -> None:
        """From the line to the keys; from there away."""
        if self._typing:
            self.query_one(Transcript).focus()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        self.dismiss(None)
