"""Labs and repairs at the prompt: lines that a real server answers, a text that is mended line by line.

In a lab what begins with a colon is for mailedu, as in `mailedu talk`; everything else goes to the server as it was
typed, and each reply is explained. Nothing counts before `:done`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from mailedu.cli import quiz_show as show
from mailedu.cli.quiz_round import Leave, Lines, Round
from mailedu.exercise.exhibit import Exhibit
from mailedu.exercise.kinds import lab
from mailedu.exercise.marking import Again
from mailedu.exercise.trying import Trying
from mailedu.journey.gist import gist
from mailedu.journey.step import Kind, Step
from mailedu.journey.typed import TypedJourney
from mailedu.text import octets
from mailedu.text.screen import Screen
from mailedu.visible import visible

#: Lines of a reply that are shown.
_MOST: Final = 40
_MOST_GIVEN: Final = 6
"""... that the learner has not asked for."""
_MARGIN: Final = "   "
#: Word -> the key that it is, of those that every question has.
_KEYS: Final = {
    ":hint": "h", ":show": "v", ":answer": "s", ":next": "n", ":other": "r", ":quit": "q", ":help": "?",
    ":h": "h", ":v": "v", ":s": "s", ":n": "n", ":r": "r", ":q": "q", ":?": "?", ":p": "p",
}  # fmt: skip
_LAB_WORDS: Final = (
    (":done", "hand in; until then nothing counts"),
    (":undo", "take the last line back"),
    (":goals", "what is to be reached, and what is"),
    (":hint", "a hint; what it costs is said before"),
    (":base64 TEXT", "TEXT in base64, for a login"),
    ("<close>", "hang up without a word; <connect> calls again"),
    ("<wait 10m>", "let ten minutes pass"),
    (":answer", "show a way that works, for no more points"),
    (":next", "the next question;  :other  the same with other values"),
    (":quit", "leave"),
    ("::TEXT", "say :TEXT to the server"),
)
_REPAIR_WORDS: Final = (
    ("12 TEXT", "line 12 is TEXT from now on;  12  alone asks for it, and the up key brings the old one back"),
    ("+12 TEXT", "TEXT is put before line 12;  +TEXT  behind the last line"),
    ("-12", "line 12 is taken out"),
    ("p", "print it again"),
    ("u", "undo the last change"),
    ("done", "hand in; until then nothing counts"),
    ("h  s  n  r  q", "a hint, the answer, the next question, other values, leave"),
)
_CHANGE: Final = re.compile(r"\s*(\+|-)?(\d{1,6})(?: (.*)|\s*)", re.DOTALL)


class Lab(Round):
    """Typing at a server until the goals are reached."""

    def __init__(self, trying: Trying, screen: Screen, lines: Lines, before: Exhibit | None = None) -> None:
        super().__init__(trying, screen, lines, before)
        self._typed: list[str] = []
        self._journey = self._play()
        self._reached = self._goals()
        self._change_prompt()

    def _play(self) -> TypedJourney:
        journey = self.question.typed(self._typed)
        assert isinstance(journey, TypedJourney)
        return journey

    def _goals(self) -> tuple[bool, ...]:
        return tuple(one.reached for one in lab.goals(self.question, self._typed))

    def _change_prompt(self) -> None:
        now = self._journey.now
        if self.trying.over:
            self.prompt = "> "
        elif now.in_letter:
            self.prompt = "[DATA] letter: "
        elif now.in_login:
            self.prompt = "[AUTH] base64 (:base64 TEXT makes it): "
        else:
            self.prompt = f"[{now.state or 'closed'}] C: "

    def call(self) -> None:
        """The goals, who sits where, and what was said already."""
        screen, desk = self.screen, self._journey.desk
        self.goals()
        screen.say()
        screen.tell(
            f"You sit at {visible(desk.client)}, connected to {visible(desk.server)}, port {desk.port}: type its "
            "commands. Wrong ones are welcome, :undo takes them back. :done hands in, "
            f"{self._hint_word(':hint')}:help lists the words, :quit leaves."
        )
        if self.question.given:
            screen.tell("The first lines were typed for you.")
        screen.say()
        for step in self._journey.typed_steps:
            self._step(step, explained=step.kind is Kind.REPLY and not self.question.given)
        self._next()

    def key_of(self, line: str) -> tuple[str, str]:
        """Keys are words with a colon; when it is over letters alone, too."""
        word, _, argument = line.strip().partition(" ")
        if word in _KEYS and (len(word) > 2 or not self._journey.now.in_letter):  # a letter may have a line `:p`
            return _KEYS[word], argument.strip()
        if self.trying.over:
            return super().key_of(line)
        return ("?", "") if line.strip() == "?" and not self._journey.now.in_letter else ("", "")

    def type(self, line: str) -> Leave | None:
        """A word to mailedu, or a line to the server."""
        key, argument = self.key_of(line)
        if key:
            return self.press(key, argument)
        word, _, argument = line.partition(" ")
        match word.strip():
            case ":done":
                self.take("")
            case ":undo":
                self._undo()
            case ":goals":
                self.goals()
            case ":base64":
                self.screen.say(f"  {octets.base64_of(argument)}")
            case other if other.startswith(":") and not other.startswith("::") and not self._journey.now.in_letter:
                words = ", ".join(name.split(" ")[0] for name, _ in _LAB_WORDS if name.startswith(":"))
                self.screen.tell(f"No word {visible(other)[:40]}: there are {words}.")
            case _:
                self._say(line[1:] if line.startswith("::") else line)
        return None

    def take(self, text: str) -> None:
        """Hand in what was typed."""
        self.hand_in(list(self._typed))
        self._change_prompt()

    def give_up(self) -> None:
        """Show a way."""
        super().give_up()
        self._change_prompt()

    def goals(self) -> None:
        """What is to be reached, and what is."""
        self.screen.say("To be reached:")
        for met in lab.goals(self.question, self._typed):
            self.screen.say_all(show.goal(met, self.screen))

    def _say(self, line: str) -> None:
        if self._journey.now.closed and line.strip().lower() not in ("<connect>",) and not line.startswith("<wait "):
            self.screen.tell("Nobody listens any more. :done hands in, :undo takes a line back, <connect> calls again.")
            return
        if len(self._typed) >= lab.MOST_LINES:
            self.screen.tell(f"These are {lab.MOST_LINES} lines: more than any session needs. :undo, or :done.")
            return
        before = self._journey.typed_steps
        self._typed.append(line)
        self._journey = self._play()
        for step in self._journey.typed_steps[len(before) :]:
            self._step(step, explained=True)
        self._tell_reached()
        self._next()

    def _step(self, step: Step, explained: bool) -> None:
        """What the server said, and what it means in a line; what the learner said only where it was given."""
        screen = self.screen
        if step.kind is Kind.LINK:
            screen.say(screen.paint("quiet", f"{_MARGIN}({gist(step)})"))
        elif step.kind is Kind.REPLY:
            most = _MOST if explained else _MOST_GIVEN
            screen.say_all(line or "S:" for line in octets.shown(step, screen, most, "S: "))
            screen.say_all(octets.undone(step, screen, _MARGIN))
            if explained:
                meaning = self._journey.scene(step.n).explanation
                screen.say_all(screen.prose(visible(f"{meaning.title} {meaning.what}"), _MARGIN, role="quiet"))
        elif not explained:
            screen.say_all(line or "C:" for line in octets.shown(step, screen, _MOST, "C: "))

    def _tell_reached(self) -> None:
        """Goals that this line has reached, or lost."""
        met = lab.goals(self.question, self._typed)
        for goal, before in zip(met, self._reached, strict=True):
            if goal.reached != before:
                sign, state = ("✓", "reached") if goal.reached else ("·", "not reached any more")
                self.screen.say_all(self.screen.prose(f"{sign} {visible(goal.text)}: {state}", "  ", ""))
        if all(one.reached for one in met) and not all(self._reached):
            self.screen.say("Everything is reached: :done hands in.")
        self._reached = tuple(one.reached for one in met)

    def _next(self) -> None:
        """What may come next."""
        now = self._journey.now
        if now.closed:
            self.screen.tell(
                "The conversation is over: :done hands in, :undo takes a line back, <connect> calls again."
            )
        elif now.in_letter:
            if self._typed and self._typed[-1].strip().upper() == "DATA":
                hint = "A dot alone on a line ends the letter; :undo takes a line back."
                self.screen.say_all(self.screen.prose(hint, _MARGIN, role="quiet"))
        elif now.may_come_next and not now.in_login:
            verbs = f"May come next: {', '.join(now.may_come_next)}"
            self.screen.say_all(self.screen.prose(verbs, _MARGIN, role="quiet"))
        self._change_prompt()

    def _undo(self) -> None:
        if not self._typed:
            self.screen.tell("There is nothing to take back.")
            return
        taken = self._typed.pop()
        self._journey = self._play()
        self.screen.say(self.screen.clipped(visible(taken), "Taken back: "))
        self._tell_reached()
        self._next()

    def print(self, argument: str = "") -> None:
        """What was said so far."""
        self.screen.say_all(show.prompt(self.question, self.screen))
        for step in self._journey.typed_steps:
            self._step(step, explained=False)

    def help(self) -> None:
        """The words."""
        for word, about in _LAB_WORDS:
            self.screen.say_all(self.screen.prose(about, " " * 16, f"  {word:14}"))


class Repair(Round):
    """Mending a text line by line."""

    prompt = "mend> "

    def __init__(self, trying: Trying, screen: Screen, lines: Lines, before: Exhibit | None = None) -> None:
        super().__init__(trying, screen, lines, before)
        self._versions: list[tuple[str, ...]] = [tuple(self.question.exercise.start.splitlines())]

    @property
    def _text(self) -> tuple[str, ...]:
        return self._versions[-1]

    def call(self) -> None:
        """What is broken, and how it is mended."""
        self._print()
        self.screen.say("To be reached:")
        for goal in self.question.exercise.goals:
            worth = f"{visible(goal.text)} ({show.points(goal.points)})"
            self.screen.say_all(self.screen.prose(worth, "    ", "  - "))
        self.screen.say()
        self.screen.tell(
            "`3 TEXT` replaces line 3, `+3 TEXT` puts a line before it, `-3` takes it out. u undoes, done hands in, "
            f"{self._hint_word('h')}? lists all."
        )

    def _print(self) -> None:
        for n, line in enumerate(self._text, 1):
            self._line(n, line)
        if not self._text:
            self.screen.say("  (nothing)")
        self.screen.say()

    def _line(self, n: int, line: str) -> None:
        self.screen.say_all(show.numbered(n, line, self.screen))

    def type(self, line: str) -> Leave | None:
        """A change, a word, or a key."""
        word = line.strip().lower()
        if word in ("done", ":done"):
            self.take("")
            return None
        if word in ("u", "undo", ":undo"):
            self._undo()
            return None
        key, argument = self.key_of(line)
        if key:
            return self.press(key, argument)
        self._change(line)
        return None

    def take(self, text: str) -> None:
        """Hand in the text as it is now."""
        self.hand_in("\n".join(self._text) + "\n")

    def again(self, again: Again) -> None:
        self.screen.tell(f"That cannot be handed in: {visible(str(again))}.")

    def _change(self, line: str) -> None:
        text, found = list(self._text), _CHANGE.fullmatch(line)
        if found is None:
            if line.lstrip().startswith("+"):
                text.append(line.lstrip()[1:].removeprefix(" "))
                self._changed(text, len(text))
                return
            self.screen.tell("That changes nothing: `3 TEXT`, `+3 TEXT`, `-3`, u, done; ? lists all.")
            return
        sign, n, new = found[1] or "", int(found[2]), found[3] or ""
        last = len(text) + (sign == "+")
        if not 1 <= n <= last:
            where = f"they go from 1 to {last}" if last else "the text is empty, `+TEXT` begins it"
            self.screen.tell(f"There is no line {n}: {where}.")
            return
        if sign == "-":
            if new:
                self.screen.tell(f"`-{n}` alone takes line {n} out.")
                return
            del text[n - 1]
        elif sign == "+":
            text.insert(n - 1, new)
        elif found[3] is None:
            self._edit(text, n)
            return
        else:
            text[n - 1] = new
        self._changed(text, n)

    def _edit(self, text: list[str], n: int) -> None:
        """Ask for a line; nothing typed leaves it as it is."""
        old = text[n - 1]
        self.screen.say(self.screen.clipped(visible(old), "  now:  "))
        line = self.lines.read("  new:  ", old)
        if not line or line == old:
            self.screen.tell("Kept as it was.")
            return
        text[n - 1] = line
        self._changed(text, n)

    def _changed(self, text: Sequence[str], n: int) -> None:
        """Keep a new version, and show what stands around the change."""
        self._versions.append(tuple(text))
        for at in range(max(1, n - 1), min(len(text), n + 1) + 1):
            self._line(at, text[at - 1])

    def _undo(self) -> None:
        if len(self._versions) == 1:
            self.screen.say("There is nothing to undo.")
            return
        self._versions.pop()
        self._print()

    def print(self, argument: str = "") -> None:
        """The text as it is now."""
        if argument.isdecimal():
            n = int(argument[:6])
            if 1 <= n <= len(self._text):
                self._line(n, self._text[n - 1])
            else:
                self.screen.say(f"There is no line {n}.")
            return
        self.screen.say_all(show.prompt(self.question, self.screen))
        self._print()

    def help(self) -> None:
        """The words."""
        for word, about in _REPAIR_WORDS:
            self.screen.say_all(self.screen.prose(about, " " * 17, f"  {word:15}"))
