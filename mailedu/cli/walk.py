"""`mailedu walk`: a journey step by step at a plain prompt, with the keys of the full screen that is to come.

Nothing moves on the screen: a step is printed below the last one. So it is at home in a screen reader, on a slow line,
and in a pipe that a script fills.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

import click

from mailedu.cli.keys import Keys, keys_beside
from mailedu.cli.options import STAGES, WHO_GETS_IT, Asked, journey_options, make, stage_option
from mailedu.journey import mistakes, phrases
from mailedu.journey.edit import Edit, EditError
from mailedu.journey.gist import gist, hidden
from mailedu.journey.mistakes import why_not
from mailedu.journey.seat import Seat, editable
from mailedu.journey.step import Kind, Stage, Step
from mailedu.text.card import card
from mailedu.text.octets import base64_of
from mailedu.text.screen import Screen, screen_of
from mailedu.visible import visible

EXAMPLES: Final = """\
\b
Examples:
  mailedu walk                               a letter from Alice to Bob
  mailedu walk unknown-user                  ... and nobody knows Bob
  mailedu walk --message letter.eml          a letter of your own
  mailedu walk --stage 5                     begin where Bob reads
  printf 'n\\nn\\ny\\n' | mailedu walk         keys from a script"""
BOOK: Final = "“The book” is the textbook chapter this follows; where it errs, that is said."
HELP: Final = (
    ("enter, n", "on to the next step"),
    ("p", "back"),
    ("1 to 5", "to a stage: compose, submit, deliver, process, read"),
    ("42, #3", "to a step"),
    ("e", "say something else at this step, and see what follows"),
    ("g", "guess the next reply"),
    ("o", "the original, or your version again"),
    ("u", "undo your last change"),
    ("x", "explain: every digit, every part"),
    ("y", "bytes"),
    ("s", "state: the way here, and where it leads"),
    ("m", "message as it stands"),
    ("k", "packets of this step"),
    ("l", "mailboxes and queues"),
    ("y all", "the same uncut; so with m, k and l"),
    ("w FILE", "write the whole transcript; w! writes over a file"),
    ("q", "leave"),
)


@click.command("walk", epilog=EXAMPLES)
@journey_options
@stage_option("Begin at a stage")
def command(
    scenario: str,
    message: str | None,
    reader: str | None,
    edit: tuple[str, ...],
    fault: tuple[str, ...],
    stage: Stage | None,
    seed: int,
) -> None:
    """Step through a journey at a plain prompt: enter goes on, ? lists the keys."""
    asked = make(scenario, message, reader, edit, fault, seed)
    screen = screen_of(sys.stdout)
    Walk(asked, screen, keys_beside(message, screen)).run(stage)


class Walk:
    """Where somebody stands in a journey, and what their keys do."""

    def __init__(self, asked: Asked, screen: Screen, keys: Keys) -> None:
        self.seat = Seat(asked.journey)
        self._shown = False
        """The last that was printed is the present step."""
        self._ended = False
        self._asked = asked
        self._screen = screen
        self._keys = keys
        self._actions: dict[str, Callable[[str], bool | None]] = {
            "": self.on, "n": self.on, "p": self.back, "e": self.edit, "g": self.guess, "o": self.other, "u": self.undo,
            "w": self.write, "w!": self.overwrite, "?": self.help, "q": self.leave,
        }  # fmt: skip

    def run(self, stage: Stage | None = None) -> None:
        """From the first step, or that of a stage, until the learner leaves."""
        self._top()
        if stage is not None and not self.seat.to_stage(stage):
            self._screen.tell(f"This journey has no stage {phrases.STAGES[stage]}.")
        self.show()
        while (line := self._keys.read("> ")) is not None:
            if self.press(line):
                return

    def press(self, line: str) -> bool:
        """Do what a line of keys asks for; True to leave."""
        if not self._keys.at_terminal:
            self._screen.say()
        right_above, self._shown = self._shown, False
        key, _, argument = line.strip().partition(" ")
        action = self._actions.get(key)
        if action is not None:
            return bool(action(argument.strip()))
        if key in _PANES:
            self._pane(key, argument.strip() == "all", right_above)
        elif key.lstrip("#").isascii() and key.lstrip("#").isdigit():
            self._jump(key)
        else:
            self._screen.tell(f"No key {visible(key)[:40]!r}; ? lists the keys.")
        return False

    def show(self, above: int = 0) -> None:
        """Print the present step. `above`: lines just printed that belong to it."""
        version = ""
        if self.seat.mine.edits:
            version = "original" if self.seat.is_original else "your version"
        self._screen.say_all(card(self.seat.scene, self._screen, version, above))
        self._shown, self._ended = True, False

    def _top(self) -> None:
        scenario = self.seat.journey.scenario
        screen = self._screen
        screen.say(screen.paint("head", visible(scenario.title)))
        if scenario.message is None and scenario.about:
            screen.tell(scenario.about)
        for name in scenario.active:
            screen.say(f"Fault: {name}. {scenario.faults[name].title}.")
        for note in self._asked.notes:
            screen.tell(f"{note}.")
        for line in self._asked.unreached:
            screen.say_all(screen.prose(f"Not changed: {line}.", "", role="wrong"))
        if scenario.message is not None and any(piece.name == "text" for piece in scenario.message.changes[:1]):
            screen.tell(f"This is plain text. {WHO_GETS_IT}.")
        screen.tell(BOOK)
        screen.say("Enter goes on, p back, e edits, g guesses, ? lists all keys, q leaves.")
        screen.say()

    # Moving -----------------------------------------------------------------------------------------------------------

    def on(self, _: str) -> None:
        """To the next step."""
        if self.seat.on():
            self.show()
            return
        if self._ended:
            self._screen.say("This is the end. p goes back, q leaves.")
            return
        self._ended = True
        self._screen.tell("That was the last step.")
        self._screen.say_all(f"{fact}." for fact in phrases.outcome(self.seat.journey))
        self._screen.say("p goes back, 1 to 5 to a stage, q leaves.")

    def back(self, _: str) -> None:
        """To the step before."""
        if self.seat.back():
            self.show()
        else:
            self._screen.tell("This is the first step.")

    def _jump(self, key: str) -> None:
        number = int(key.lstrip("#")[:9] or 0)
        above = 0
        if key.isdigit() and 1 <= number <= len(STAGES):
            first = self.seat.journey.first_of(STAGES[number - 1])
            if first is None:
                self._screen.tell(f"This journey has no stage {number}.")
                return
            if first != number:
                other = f"; #{number} goes to step {number}" if number <= len(self.seat.journey) else ""
                self._screen.tell(f"Stage {number} begins at step {first}{other}.")
                above = 1
            number = first
        if 1 <= number <= len(self.seat.journey):
            self.seat.go(number)
            self.show(above)
        else:
            self._screen.tell(f"There is no step {number}: the journey has {len(self.seat.journey)}.")

    def leave(self, _: str) -> bool:
        return True

    # Changing ---------------------------------------------------------------------------------------------------------

    def edit(self, _: str) -> None:
        """Ask what is to be said here instead, and play again."""
        step, journey = self.seat.step, self.seat.journey
        if not editable(journey, step):
            elsewhere = step.leg.stage is Stage.COMPOSE and journey.scenario.message is None
            more = " --message FILE sends another text." if elsewhere else ""
            self._screen.tell(f"{why_not(journey, step)}{more}")
            return
        old = gist(step) if step.kind is Kind.ANSWER else visible(step.head(1024).rstrip(b"\r\n").split(b"\r\n")[0])
        what = "the answer’s code, such as NXDOMAIN or SERVFAIL" if step.kind is Kind.ANSWER else "the line"
        self._screen.tell(f"Type {what} to be said instead. Empty keeps it, - drops it, ~ falls silent.")
        is_login = step.kind is Kind.COMMAND and step.verb == "RESPONSE"
        if is_login:
            decoded = hidden(step)
            says = f"base64 for “{visible(decoded)}”" if decoded is not None else "no base64"
            self._screen.tell(f"The present line is {says}. :base64 TEXT makes base64 of TEXT; else it goes as typed.")
        self._screen.say(self._screen.clipped(old, "  now:  "))
        line = self._keys.read("  new:  ", old, echo=True)
        if line is not None and is_login and line.startswith(":base64 "):
            line = base64_of(line.removeprefix(":base64 "))
            self._screen.say(self._screen.clipped(line, "  sent: "))
        if line is None or line in ("", old):
            self._screen.tell("Kept as it was.")
            return
        try:
            changed = self.seat.change(_change(step, line))
        except EditError as error:
            self._screen.tell(f"{error}.")
            return
        if changed:
            self._replayed("Changed.")
        else:
            self._screen.tell("That changes nothing.")

    def undo(self, _: str) -> None:
        """Take the last change back."""
        taken = self.seat.undo()
        if not taken:
            self._screen.tell("There is nothing to undo.")
        else:
            self._replayed(f"Taken back: {visible(taken)}.")

    def _replayed(self, done: str) -> None:
        """Tell what was done, and show where the learner stands now."""
        mine = self.seat.mine
        tail = "o shows the original, u takes it back." if mine.edits else "This is the original again."
        self._screen.tell(f"{done} The journey has {len(mine)} steps now. {tail}")
        self._screen.say()
        self.show(above=2)

    def other(self, _: str) -> None:
        """Look at the original, or at one's own version again."""
        if self.seat.other():
            self.show()
        else:
            self._screen.tell("You have changed nothing yet; e does.")

    # Guessing ---------------------------------------------------------------------------------------------------------

    def guess(self, _: str) -> None:
        """Hide the next reply, ask for its code, and show it."""
        journey = self.seat.journey
        reply = next((s for s in journey.steps[self.seat.n :] if s.kind is Kind.REPLY), None)
        if reply is None:
            self._screen.tell("No reply is left to guess.")
            return
        scene = journey.scene(reply.n)
        asked = journey.step(reply.answers) if reply.answers > 0 else None
        server = visible(scene.peer)
        skips = reply.n > self.seat.n + 1
        lead = f"The next reply is step {reply.n}. " if skips else ""
        if asked is None:
            question = f"{lead}{server} has the word. What will it say first?"
        else:
            asks = f"Step {asked.n} asks" if skips else f"{visible(scene.actor)} says"
            self._screen.say_all(self._screen.prose(f"{lead}{asks}: {gist(asked)}", ""))
            question = f"What does {server} answer?"
        pop3 = scene.leg.protocol == "pop3"
        self._screen.tell(f"{question} Type {'+OK or -ERR' if pop3 else 'the three digits'}; enter just shows it.")
        typed = self._keys.read("  code:  ", echo=True)
        if typed is None:
            return
        self.seat.go(reply.n)
        result = _judged(typed.strip(), visible(reply.head(16)), pop3)
        if result:
            self._screen.say(self._screen.paint("right" if result[0] else "wrong", result[1]))
        self._screen.say()
        self.show(above=2)

    # Showing and saving -----------------------------------------------------------------------------------------------

    def _pane(self, key: str, everything: bool, right_above: bool) -> None:
        from mailedu.text.panes import PANES, parts

        pane = parts if key == "x" and right_above else PANES[key]
        self._screen.say_all(pane(self.seat.scene, self._screen, everything))

    def help(self, _: str) -> None:
        """The keys."""
        for keys, about in HELP:
            self._screen.say_all(self._screen.prose(about, " " * 12, f"  {keys:10}"))
        self._screen.tell(BOOK)

    def write(self, name: str) -> None:
        """Save the transcript in a file that is not there yet."""
        self._write(name, force=False)

    def overwrite(self, name: str) -> None:
        """Save the transcript, whatever the file held."""
        self._write(name, force=True)

    def _write(self, name: str, force: bool) -> None:
        from mailedu.text.transcript import transcript
        from mailedu.text.writing import TakenError, text_file

        if not name:
            self._screen.tell("Name a file: w FILE.")
            return
        try:
            with text_file(name, force) as screen:
                screen.say_all(transcript(self.seat.journey, screen, explain=True))
        except TakenError:
            self._screen.tell(f"{visible(name)} exists already; w! {visible(name)} writes over it.")
            return
        except (OSError, ValueError) as error:
            self._screen.tell(f"{visible(name)}: {getattr(error, 'strerror', None) or error}.")
            return
        self._screen.tell(f"Written to {visible(name)}: {len(self.seat.journey)} steps.")


_PANES: Final = frozenset("xysmkl")


def _change(step: Step, line: str) -> Edit:
    """The edit that a typed line asks for at a step."""
    if line == "-":
        return mistakes.drop(step)
    if line == "~":
        return mistakes.silence(step)
    return mistakes.change(step, line)


def _judged(typed: str, reply: str, pop3: bool) -> tuple[bool, str] | None:
    """Whether a guess was right, and what to say of it; None for no guess."""
    if not typed:
        return None
    code = reply.split(" ")[0].split("-")[0] if not pop3 else reply[:4].strip()
    said = {"+": "+OK", "OK": "+OK", "-": "-ERR", "ERR": "-ERR"}.get(typed.upper(), typed.upper())
    if said == code:
        return True, f"{code}: as you said."
    near = " The first digit is right." if not pop3 and said[:1] == code[:1] else ""
    return False, f"You said {visible(said)[:20]}. It is {code}.{near}"
