"""A talk in turns: a line that was typed and what came of it; and what could be typed next. Knows no screen."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from mailedu.explain import Explanation, Key, explain
from mailedu.journey.talk import Said, Talk
from mailedu.machine import Kind
from mailedu.smtp import auth
from mailedu.text import octets

#: What each state of SMTP waits for, on the way to a letter that is sent.
_NEXT: Final = {"CONNECTED": "EHLO", "MAIL": "RCPT", "RCPT": "DATA"}
#: Fields to try, by their names.
_FIELDS: Final = {
    b"from": "From: Alice <alice@example.com>",
    b"to": "To: Bob <bob@example.net>",
    b"subject": "Subject: Hello",
}
_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:|[ \t]")
#: What a question of the login dialogue asks for.
_PASSWORD: Final = b"pass"


class Turn(NamedTuple):
    """A line, and what was said since."""

    line: bytes
    """As it was typed; empty before anything was."""
    is_letter: bool
    """It is a line of the letter."""
    said: tuple[Said, ...]
    prompted: bool = False
    """It answers a question of a login dialogue, in base64."""

    @property
    def replies(self) -> tuple[Said, ...]:
        return tuple(one for one in self.said if one.event.kind is Kind.REPLY)

    @property
    def undone(self) -> bytes | None:
        """What the base64 of a login dialogue says."""
        return auth.decode(self.line) or None if self.prompted and self.line != b"*" else None

    def meanings(self) -> list[tuple[Kind, Explanation]]:
        """What the line means, then its reply. The whole letter is not told again at the dot that ends it."""
        if self.is_letter:
            key = Key("submission", Kind.DATA, "CONTENT", "DATA", self.line + b"\r\n")
            return [(Kind.COMMAND, explain(key))]
        return [(one.event.kind, one.explanation) for one in self.said if one.event.kind is not Kind.DATA]


class Turns:
    """A talk, with its turns."""

    def __init__(self, protocol: str) -> None:
        self._protocol = protocol
        self.talk = Talk(protocol)
        self.turns = [Turn(b"", False, tuple(self.talk.said))]

    def say(self, line: bytes) -> Turn | None:
        """Say a line; None if nobody listens any more."""
        talk = self.talk
        if talk.closed:
            return None
        is_letter, prompted = talk.in_letter and line != b".", talk.in_login
        turn = Turn(line, is_letter, tuple(talk.say(line)), prompted)
        self.turns.append(turn)
        return turn

    def undo(self) -> bytes | None:
        """Take the last line back; returns it, or None if there is none."""
        if len(self.turns) == 1:
            return None
        self.talk = self.talk.without_last()
        return self.turns.pop().line

    def again(self) -> None:
        """A new connection."""
        self.talk = Talk(self._protocol)
        self.turns = [Turn(b"", False, tuple(self.talk.said))]

    # What may come ----------------------------------------------------------------------------------------------------

    @property
    def words(self) -> tuple[str, ...]:
        """The verbs that would be taken now; none within a letter or a login dialogue."""
        talk = self.talk
        return () if talk.in_letter or talk.in_login or talk.closed else talk.may_come_next

    def line_of(self, verb: str) -> str:
        """A whole line that begins with a verb, as it would be taken here."""
        user, talk = self.talk.user, self.talk
        first = next(iter(talk.messages), 1)
        return {
            "EHLO": f"EHLO {talk.seat.name}", "HELO": f"HELO {talk.seat.name}", "AUTH": "AUTH LOGIN",
            "MAIL": f"MAIL FROM:<{user.address}>", "RCPT": "RCPT TO:<bob@example.net>", "VRFY": "VRFY bob",
            "USER": f"USER {user.login}", "PASS": f"PASS {user.password}", "RETR": f"RETR {first}",
            "TOP": f"TOP {first} 5", "DELE": f"DELE {first}",
        }.get(verb, verb)  # fmt: skip

    def natural(self) -> str:
        """What somebody who knows would type next; empty where that is an empty line, or nothing."""
        talk = self.talk
        if talk.closed:
            return ""
        if talk.in_letter:
            return self._letter_line()
        if talk.in_login:
            return octets.base64_of(self.secret())
        return self.line_of(self._read_mail() if talk.is_pop3 else self._send_letter())

    def _send_letter(self) -> str:
        """The verb that leads towards a letter that is sent; what was refused does not count."""
        talk = self.talk
        if talk.state != "READY":
            return _NEXT.get(talk.state, "QUIT")
        if "END_OF_DATA" in talk.accepted:
            return "QUIT"
        return next((verb for verb in ("MAIL", "AUTH") if verb in self.words), "EHLO")

    def _read_mail(self) -> str:
        """The verb that leads towards mail that is read."""
        talk = self.talk
        if talk.state == "AUTHORIZATION":
            return "PASS" if "PASS" in self.words else "USER"
        done = talk.accepted
        if talk.state == "TRANSACTION":
            for verb in ("STAT", "LIST", "RETR", "DELE"):
                if verb not in done and (talk.messages or verb in ("STAT", "LIST")):
                    return verb
            if "RETR" not in done and talk.marked:
                return "RSET"  # all are marked: none could be read
        return "QUIT"

    def _letter_line(self) -> str:
        """The header's fields that are missing, the empty line, a text, the dot."""
        lines = self.letter
        if b"" in lines:
            return "." if lines[-1] else "Hello Bob!"
        if lines and not _FIELD.match(lines[-1]):
            return ""
        named = {field[1].lower() for line in lines if (field := _FIELD.match(line)) and field[1]}
        return next((line for name, line in _FIELDS.items() if name not in named), "")

    @property
    def letter(self) -> list[bytes]:
        """The lines so far of the letter that is being typed."""
        found: list[bytes] = []
        for turn in reversed(self.turns):
            if not turn.is_letter:
                break
            found.append(turn.line)
        return found[::-1]

    def secret(self) -> str:
        """What the server asks for in a login dialogue, before it is made base64."""
        asked = next((turn.replies[-1].key.octets for turn in reversed(self.turns) if turn.replies), b"")
        question = octets.decoded_line(asked) or b""
        user = self.talk.user
        if not question:  # AUTH PLAIN without its argument
            return rf"\0{user.login}\0{user.password}"
        return user.password if _PASSWORD in question.lower() else user.login

    def completion(self, typed: str) -> str:
        """The whole line that `typed` may become; empty if none is known.

        In a login dialogue that is the base64 of what was typed; elsewhere it begins with what was typed.
        """
        natural = self.natural()
        if not typed:
            return natural
        if self.talk.in_login:
            if natural.startswith(typed):
                return natural
            return "" if auth.decode(typed.encode("utf-8", "replace")) else octets.base64_of(typed)
        for line in (natural, *map(self.line_of, self.words)):
            if len(line) > len(typed) and line.lower().startswith(typed.lower()):
                return typed + line[len(typed) :]
        return ""
