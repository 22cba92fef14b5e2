"""`mailedu talk`: a person is the client. Each line goes to the server as it was typed, and each reply is explained.

What begins with a colon is for mailedu and not for the server: no command of SMTP or POP3 does. Within a letter a line
may, so there only the words listed are taken; `::` at the start of a line is a colon that is meant for the server.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

import click

from mailedu.cli.keys import Keys
from mailedu.journey.talk import PROTOCOLS, Said, Talk
from mailedu.machine import Kind
from mailedu.smtp import auth
from mailedu.text import octets
from mailedu.text.screen import Screen, screen_of
from mailedu.visible import visible

EXAMPLES: Final = """\
\b
Examples:
  mailedu talk smtp                            hand in a letter as Alice
  mailedu talk pop3                            read Bob's mail
  printf 'EHLO me\\nRCPT TO:<x@y>\\n' | mailedu talk smtp"""
_MARGIN: Final = "   "
OVER: Final = "The conversation is over: :undo a line, :again begins anew, :quit leaves."
#: Lines of a reply that are shown.
_MOST: Final = 40


@click.command("talk", epilog=EXAMPLES)
@click.argument("protocol", type=click.Choice(PROTOCOLS))
def command(protocol: str) -> None:
    """Type the commands of SMTP or POP3 yourself; each reply is explained. No network is used."""
    screen = screen_of(sys.stdout)
    Talking(protocol, screen, Keys(screen)).run()


class Talking:
    """A talk at the prompt."""

    def __init__(self, protocol: str, screen: Screen, keys: Keys) -> None:
        self.talk = Talk(protocol)
        self._protocol = protocol
        self._screen = screen
        self._keys = keys
        self._words: dict[str, Callable[[str], bool | None]] = {
            ":help": self.help, ":undo": self.undo, ":explain": self.explain, ":again": self.again,
            ":base64": self.base64, ":quit": self.leave, ":q": self.leave,
        }  # fmt: skip

    def run(self) -> None:
        """From the greeting until the learner leaves."""
        talk, say = self.talk, self._screen.tell
        say(f"{talk.seat.title} is connected to {talk.server.name}, port {talk.port}. You are the client.")
        say("? shows lines to try. Wrong ones are welcome. :undo takes one back, :quit leaves.")
        self._screen.say()
        self._heard(talk.said)
        while (line := self._keys.read(self._prompt())) is not None:
            if self.type(line):
                return

    def type(self, line: str) -> bool:
        """A line that was typed: said to the server, or a word to mailedu; True to leave."""
        word, _, argument = line.partition(" ")
        if line.strip() == "?" and not self.talk.in_letter:
            self.help("")
            return False
        if self.talk.closed and line.strip().lower() in ("quit", "exit", "q"):
            return True
        if word in self._words:
            return bool(self._words[word](argument))
        if line.startswith("::"):
            line = line[1:]
        elif line.startswith(":") and not self.talk.in_letter:
            self._screen.tell(f"No word {visible(word)[:40]}: there are {', '.join(self._words)}.")
            return False
        self._say(line)
        return False

    def _prompt(self) -> str:
        talk = self.talk
        if talk.in_letter:
            return "[DATA] letter: "
        if talk.in_login:
            return "[AUTH] base64 (:base64 TEXT makes it): "
        return f"[{talk.state}] C: "

    def _say(self, line: str) -> None:
        if self.talk.closed:
            self._screen.tell(OVER)
            return
        octets_ = line.encode("utf-8", "surrogateescape")
        if not self._keys.at_terminal:
            self._screen.say(self._screen.clipped(visible(octets_), self._prompt()))
        self._heard(self.talk.say(octets_))

    def _heard(self, said: list[Said]) -> None:
        """Print what the server said, and what it means."""
        for one in said:
            if one.event.kind is Kind.REPLY:
                self._reply(one)
        if said:
            if self.talk.closed:
                self._screen.say_all(self._screen.prose(OVER, _MARGIN))
            elif self.talk.in_letter:
                hint = "A dot alone on a line ends the letter; :undo takes a line back."
                self._screen.say_all(self._screen.prose(hint, _MARGIN, role="quiet"))
            elif not self.talk.in_login:
                verbs = ", ".join(self.talk.may_come_next)
                self._screen.say_all(self._screen.prose(f"May come next: {verbs}", _MARGIN, role="quiet"))
            self._screen.say()

    def _reply(self, one: Said) -> None:
        screen = self._screen
        protocol = self.talk.protocol
        lines = b"".join(one.event.octets).removesuffix(b"\r\n").split(b"\r\n")
        text = "\n".join(screen.clipped(visible(line), "S: ")[3:] for line in lines[:_MOST])
        before = {"RETR": "RETR 1\n", "TOP": "TOP 1 1\n"}.get(one.event.verb, "CAPA\n") if protocol == "pop3" else ""
        painted = screen.session(before + text, protocol).split("\n")[1 if before else 0 :]
        screen.say_all(f"S: {line}" for line in painted)
        if len(lines) > _MOST:
            screen.say(screen.paint("quiet", f"{_MARGIN}… and {len(lines) - _MOST:,} more lines"))
        decoded = octets.decoded_line(one.event.octets[0]) if protocol != "pop3" else None
        if decoded is not None:
            screen.say(screen.paint("quiet", f"{_MARGIN}which is base64 for “{visible(decoded)}”"))
        explained = one.explanation
        title = visible(explained.title)
        first, *rest = screen.prose(f"{title} {visible(explained.what)} {visible(explained.why)}", _MARGIN)
        screen.say(first.replace(screen.safe(title), screen.paint("title", title), 1))
        screen.say_all(rest)

    # Words to mailedu -------------------------------------------------------------------------------------------------

    def help(self, _: str) -> None:
        """Lines to try, and the words."""
        for line in (*self._examples(), "", *WORDS):
            text = line.lstrip()
            self._screen.say_all(self._screen.prose(text, "  " + " " * (len(line) - len(text))) or [""])
        self._screen.say()

    def _examples(self) -> tuple[str, ...]:
        user, talk = self.talk.user, self.talk
        if talk.is_pop3:
            return (
                "Lines to try, in this order:",
                f"  USER {user.login}",
                f"  PASS {user.password}",
                "  STAT              how many, how large",
                "  LIST              one by one",
                "  RETR 2            the second letter",
                "  DELE 3            marked; RSET takes all marks away",
                "  QUIT              now it counts",
                "Or wrong ones: STAT first, RETR 99, PASS without USER. CAPA, TOP 1 5 and UIDL work too.",
            )
        login, password = (auth.encode(text.encode()).decode("ascii") for text in (user.login, user.password))
        return (
            "Lines to try, in this order:",
            f"  EHLO {talk.seat.name}",
            "  AUTH LOGIN",
            f"  {login:<18}{user.login} in base64",
            f"  {password:<18}{user.password} in base64",
            f"  MAIL FROM:<{user.address}>",
            "  RCPT TO:<bob@example.net>",
            "  DATA",
            "  Subject: Hello    then an empty line, a text, and a dot alone on a line",
            "  QUIT",
            "Or wrong ones: RCPT first, an address without < >, NOOP in the middle of the letter.",
        )

    def undo(self, _: str) -> None:
        """Take the last line back: the others are said again to a new server."""
        if not self.talk.lines:
            self._screen.tell("There is nothing to take back.")
            return
        taken = visible(self.talk.lines[-1])
        self.talk = self.talk.without_last()
        self._screen.say(self._screen.clipped(taken, "Taken back: "))
        self._screen.say()

    def again(self, _: str) -> None:
        """A new connection."""
        self.talk = Talk(self._protocol)
        self._heard(self.talk.said)

    def explain(self, _: str) -> None:
        """All about the last command and its reply."""
        from mailedu.text.panes import explained

        last = max((n for n, one in enumerate(self.talk.said) if one.event.kind is Kind.COMMAND), default=0)
        for one in self.talk.said[last:]:
            line = visible(one.event.octets[0].rstrip(b"\r\n"))
            self._screen.say(self._screen.clipped(line, "S: " if one.event.kind is Kind.REPLY else "C: "))
            self._screen.say_all(explained(one.key, one.explanation, self._screen))
            self._screen.say()

    def base64(self, text: str) -> None:
        r"""A text in base64, for a login; `\0` in it is NUL, as AUTH PLAIN wants it."""
        self._screen.say(f"  {octets.base64_of(text)}")

    def leave(self, _: str) -> bool:
        return True


WORDS: Final = (
    ":undo            take the last line back",
    ":explain         all about the last command and its reply, octet by octet",
    ":base64 TEXT     TEXT in base64, for a login",
    ":again           begin anew",
    ":quit            leave",
    "::TEXT           say :TEXT to the server",
)
