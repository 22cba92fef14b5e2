"""One question at the prompt: it is shown, answered by a line, and what follows is said below.

A letter alone is a key (`h` a hint, `q` leaves ...), anything else an answer. `:=` in front makes an answer of what
would be a key; a colon in front makes a key of what would be a line to a server (`quiz_desk`).
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Final

from mailedu.cli import quiz_show as show
from mailedu.cli.keys import Keys
from mailedu.exercise.exhibit import Exhibit
from mailedu.exercise.marking import Again, Seen
from mailedu.exercise.model import Hint, Kind
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
from mailedu.text.screen import Screen
from mailedu.visible import visible


class Leave(Enum):
    """How a round was left."""

    ON = "on"
    OTHER = "other"
    """The same exercise is wanted with other values."""
    QUIT = "quit"
    END = "end"
    """No more lines come."""


#: Key -> what it does, as `?` tells it.
KEYS: Final = (
    ("h", "a hint; what it costs is said before"),
    ("v", "show me: the packet, step or line that was spoken of"),
    ("p", "print again what is asked about; p all, p 12 (one row, whole)"),
    ("s", "show the answer, for no points"),
    ("n", "the next question; this one stays unanswered"),
    ("r", "the same question with other values"),
    ("q", "leave; what was answered is kept"),
    (":=TEXT", "answer TEXT, even if it is one of these letters"),
)
_BARE: Final = frozenset("hvpsnrq?")
#: Kinds in which a capital letter may be the answer: only small ones are keys there.
_TEXTS: Final = frozenset((Kind.TEXT, Kind.DECODE, Kind.ENCODE))


class Lines:
    """The lines that come, with a place for one that was read too early."""

    def __init__(self, screen: Screen, keys: Keys) -> None:
        self._screen = screen
        self._keys = keys
        self._early: deque[str] = deque()

    @property
    def at_terminal(self) -> bool:
        return self._keys.at_terminal

    def read(self, prompt: str, old: str = "", *, echo: bool = True) -> str | None:
        """The next line; None when there are no more. `echo`: repeat it where no terminal does."""
        line = self._early.popleft() if self._early else self._keys.read(prompt, old)
        if line is not None and echo:
            self.echo(prompt, line)
        return line

    def echo(self, prompt: str, line: str) -> None:
        """Repeat a line where no terminal does."""
        if not self.at_terminal:
            self._screen.say(self._screen.clipped(visible(line), prompt))

    def keep(self, line: str) -> None:
        """Give a line back: it was meant for what comes next."""
        self._early.append(line)


class Round:
    """One person at one question, at the prompt."""

    prompt = "> "

    def __init__(self, trying: Trying, screen: Screen, lines: Lines, before: Exhibit | None = None) -> None:
        """`before`: what stood beside the question before, and need not be printed again."""
        self.trying = trying
        self.screen = screen
        self.lines = lines
        self._before = before
        self._seen: Seen | None = None

    @property
    def question(self) -> Question:
        return self.trying.question

    def run(self, place: str) -> Leave:
        """Ask until it is over and the learner goes on, or leaves. `place`: as `Question 3 of 5`."""
        self.show(place)
        while (line := self.lines.read(self.prompt, echo=not self.trying.over)) is not None:
            leave = self._after(line) if self.trying.over else self.type(line)
            if notice := self._notice():
                self.screen.tell(f"Note: {notice}.")
            if leave is not None:
                return leave
        return Leave.END

    def _notice(self) -> str:
        return visible(self.trying.progress.notice()) if self.trying.progress is not None else ""

    # What is shown ----------------------------------------------------------------------------------------------------

    def show(self, place: str) -> None:
        """The whole question."""
        exercise, screen = self.question.exercise, self.screen
        words = [place, visible(exercise.chapter)] if exercise.chapter else [place]
        words += [show.points(self.trying.most), visible(exercise.id)]
        screen.say_all(screen.prose(", ".join(words), "", role="head"))
        if self.trying.tries or self.trying.hints_taken:
            self._resumed()
        screen.say()
        asked = show.prompt(self.question, screen)
        screen.say_all(asked)
        screen.say()
        shown = self._shown()
        self._blocks(shown)
        answers = show.offered(self.question, screen)
        if screen.rows and len(shown) + len(answers) > screen.rows - len(asked) - 4:
            screen.say_all(asked)  # at a terminal they have gone past the upper edge
            screen.say()
        self._blocks(answers)
        self.call()

    def _blocks(self, lines: list[str]) -> None:
        self.screen.say_all(lines)
        if lines:
            self.screen.say()

    def _shown(self) -> list[str]:
        shown = self.question.exhibit
        if not shown.rows:
            return []
        if self._before is not None and self._before.show is shown.show and self._before.rows == shown.rows:
            return self.screen.prose(f"The {_plural(shown.what)} are those above; p prints them again.")
        return show.exhibit(shown, self.screen)

    def _resumed(self) -> None:
        done = []
        if self.trying.tries:
            done.append("you have tried it once already")
        if taken := len(self.trying.hints_taken):
            done.append(f"you have taken {taken} hint{'s' * (taken > 1)}")
        worth = show.points(self.trying.worth)
        self.screen.tell(f"Here {' and '.join(done)}. A right answer now brings {worth}.")
        for hint in self.trying.hints_taken:
            self._tell_hint(hint)

    def _tell_hint(self, hint: Hint) -> None:
        self.screen.say_all(self.screen.prose(f"Hint: {visible(' '.join(hint.text.split()))}", "  ", ""))

    def call(self) -> None:
        """How it is answered, and the keys that help."""
        words = [f"Your answer ({visible(self.question.how)})."]
        if cost := self._cost():
            words.append(f"h: a hint, {cost}.")
        words.append("?: all keys.")
        self.screen.say_all(self.screen.prose(" ".join(words), "", role="quiet"))

    def _cost(self) -> str:
        """What the next hint costs; empty if there is none."""
        hint = self.trying.next_hint
        if hint is None:
            return ""
        return f"for {show.points(hint.cost * self.trying.most)}" if hint.cost else "free"

    def _hint_word(self, key: str) -> str:
        """As `h hints (for 0.5 points), `, for a list of keys; empty if there is no hint."""
        return f"{key} hints ({self._cost()}), " if self._cost() else ""

    # What is typed ----------------------------------------------------------------------------------------------------

    def type(self, line: str) -> Leave | None:
        """A line while it goes on: a key or an answer."""
        key, argument = self.key_of(line)
        if key:
            return self.press(key, argument)
        self.take(line.strip()[2:] if line.strip().startswith(":=") else line)
        return None

    def key_of(self, line: str) -> tuple[str, str]:
        """The key that a line is, with what stands behind it; nothing if it is an answer."""
        word, _, argument = line.strip().partition(" ")
        argument = argument.strip()
        if word.startswith(":") and word[1:].lower() in _BARE:
            return word[1:].lower(), argument
        key = word if self.question.kind in _TEXTS else word.lower()
        if key == "p" and (not argument or argument == "all" or argument.isdecimal()):
            return key, argument
        if argument or key not in _BARE or key in (option.letter for option in self.question.options):
            return "", ""
        return key, ""

    def press(self, key: str, argument: str = "") -> Leave | None:
        """Do what a key asks for."""
        match key:
            case "q":
                return Leave.QUIT
            case "n":
                return Leave.ON
            case "r":
                return self._other()
            case "h":
                self.hint()
            case "v":
                self.show_me()
            case "p":
                self.print(argument)
            case "s":
                self.give_up()
            case _:
                self.help()
        return None

    def take(self, text: str) -> None:
        """An answer."""
        try:
            value = self.question.read(text)
        except Again as again:
            self.again(again)
            return
        self.hand_in(value)

    def again(self, again: Again) -> None:
        """What was typed is no answer: say so, and ask again."""
        self.screen.tell(f"That is no answer yet, so it does not count: {visible(str(again))}.")

    def hand_in(self, value: object) -> None:
        """Have an answer marked, and say what there is to say."""
        trying, screen = self.trying, self.screen
        try:
            result = trying.answer(value)
        except Again as again:
            self.again(again)
            return
        self._seen = result.mark.see
        earned = show.earned(result.score, trying.most)
        screen.say_all(show.verdict(result.mark, screen, earned))
        if result.over:
            if not result.mark.right:
                screen.say_all(show.answer(self.question, screen))
                screen.say(f"You have {earned}.")
            self._over()
            return
        so_far = f"You have {earned} so far, and keep the better of both. " if result.score else ""
        more = "One more try, for half the points."
        look = f" v: {visible(self._seen.words)}." if self._seen is not None else ""
        screen.tell(so_far + more + look + (f" h: a hint, {self._cost()}." if self._cost() else ""))

    def _over(self) -> None:
        words = ["Done: enter goes on"]
        if self._seen is not None:
            words.append(f"v shows {visible(self._seen.words)}")
        if self.question.written.vary:
            words.append("r asks it with other values")
        self.screen.say_all(self.screen.prose(f"{', '.join(words)}, q leaves.", "", role="quiet"))

    def _after(self, line: str) -> Leave | None:
        """A line when it is over. What is no key is meant for the next question, where it comes from a script."""
        if not line.strip():
            return Leave.ON
        key, argument = self.key_of(line)
        if not key and not self.lines.at_terminal:
            self.lines.keep(line)
            return Leave.ON
        self.lines.echo(self.prompt, line)
        if not key or key in ("h", "s"):
            self._over()
            return None
        return self.press(key, argument)

    # What keys do -----------------------------------------------------------------------------------------------------

    def hint(self) -> None:
        """The next hint."""
        taken = self.trying.hint()
        if taken is None:
            left = "No hint is left." if self.question.hints else "There is no hint for this one."
            self.screen.say(left)
            return
        self._tell_hint(taken)
        self.screen.say(f"A right answer now brings {show.points(self.trying.worth)}.")

    def show_me(self) -> None:
        """What the feedback speaks of."""
        lines = show.see(self.question, self._seen, self.screen) if self._seen is not None else []
        if lines:
            self.screen.say_all(lines)
        elif self.trying.tries:
            self.screen.say("There is nothing to be shown to that answer.")
        else:
            self.screen.say("Answer first; then v shows what the feedback speaks of.")

    def print(self, argument: str = "") -> None:
        """What is asked about, again: the exhibit, or one row of it, whole."""
        shown, screen = self.question.exhibit, self.screen
        if argument.isdecimal():
            lines = show.one_row(shown, int(argument[:9]), screen)
            screen.say_all(lines or [f"There is no {shown.what or 'row'} {argument[:9]} here."])
            return
        screen.say_all(show.prompt(self.question, screen))
        screen.say()
        self._blocks(show.exhibit(shown, screen, argument == "all"))
        self._blocks(show.offered(self.question, screen))

    def give_up(self) -> None:
        """The answer."""
        score = self.trying.give_up()
        self._seen = self.question.seen_answer
        self.screen.say_all(show.answer(self.question, self.screen))
        self.screen.say(f"You have {show.earned(score, self.trying.most)}.")
        self._over()

    def _other(self) -> Leave | None:
        if self.question.written.vary:
            return Leave.OTHER
        self.screen.say("This question has no other values.")
        return None

    def help(self) -> None:
        """The keys."""
        screen = self.screen
        screen.tell(f"Type an answer ({visible(self.question.how)}), or a key:")
        for key, about in KEYS:
            if key == "h" and self._cost():
                about += f" (now {self._cost().removeprefix('for ')})"
            screen.say_all(screen.prose(about, " " * 10, f"  {key:8}"))


def _plural(what: str) -> str:
    return what if what.endswith("s") else f"{what}s"
