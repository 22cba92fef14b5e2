"""Conversations as people write them down, line by line: tests, model solutions and transcripts share the form.

    # RFC 5321 section 4.1.4: RCPT is out of order until MAIL has been accepted.
    protocol smtp
    S: 220 *
    C: EHLO client.example
    S: 250-*
    S: 250 *
    C: RCPT TO:<bob@example.net>
    S: 503 5.5.1 *

Before the first line stand comments and keys (`KEYS`). Then `C:` and `S:`, a line that client or server says; `C>` and
`S>`, octets in quotes as they are; `C!` and `S!`, that side closes; `~ 5m`, virtual time passes; `M: bob 2`, bob's
mailbox holds two messages. In what the server says `*` is any text and a line `250-*` any number of lines. ` x 1001`
at the end repeats a line, with `{n}` counting from 1; what the server says right behind it answers each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, NoReturn, TypeAlias

#: What may stand before the first line, and what it means.
KEYS: Final = {
    "protocol": "smtp or pop3",
    "port": "the port of the server",
    "role": "server: the server is tried, the S lines are what it ought to say; client: the other way round",
    "scenario": "the world in which it is spoken",
    "user": "NAME PASSWORD: somebody whom that world knows besides",
}
MAX_COUNT: Final = 1_000_000

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd])", re.ASCII)
_REPEATED: Final = re.compile(r"(.*) x (\d+)", re.ASCII | re.DOTALL)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?: x (\d+))?', re.ASCII)
_ESCAPE: Final = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_ESCAPES: Final = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\", '"': '"'}
_ANY_LINES: Final = re.compile(r"\d{3}-\*", re.ASCII)


class ConversationError(ValueError):
    """A text is no conversation: `file:line: why`."""


class Side(StrEnum):
    """Who speaks."""

    CLIENT = "C"
    SERVER = "S"


class Said(NamedTuple):
    """A line, or octets as they are."""

    line: int
    """Where it stands in the file, from 1."""
    side: Side
    text: str
    """Without CRLF, unless `raw`; then each character is an octet."""
    raw: bool = False
    times: int = 1

    def octets(self) -> Iterator[bytes]:
        """What is said, as often as it is said. `*` stands for itself."""
        for n in range(1, self.times + 1):
            if self.raw:
                yield self.text.encode("latin-1")
            else:
                text = self.text if self.times == 1 else self.text.replace("{n}", str(n))
                yield text.encode() + b"\r\n"


class Closes(NamedTuple):
    """A side closes the connection."""

    line: int
    side: Side


class Passes(NamedTuple):
    """Virtual time goes by and nobody says anything."""

    line: int
    seconds: float


class Holds(NamedTuple):
    """How many messages a mailbox holds now."""

    line: int
    user: str
    messages: int


Turn: TypeAlias = Said | Closes | Passes | Holds


class Conversation(NamedTuple):
    """One file."""

    name: str
    comment: str
    """What the comments before the first line say."""
    protocol: str
    port: int | None
    role: str
    scenario: str
    users: tuple[tuple[str, str], ...]
    """Names and passwords."""
    turns: tuple[Turn, ...]


def duration(text: str) -> float | None:
    """Seconds of `90s`, `5m`, `2h` or `5d`; None for anything else."""
    found = _DURATION.fullmatch(text)
    return float(found[1]) * _SECONDS[found[2]] if found else None


def pattern(said: Sequence[Said]) -> re.Pattern[bytes]:
    """An expression for the octets that make up what a server ought to say."""
    parts: list[bytes] = []
    for one in said:
        if one.raw:
            part = re.escape(one.text.encode("latin-1"))
        elif _ANY_LINES.fullmatch(one.text):
            part = rb"(?:%b[^\r\n]*\r\n)*" % one.text[:4].encode()
        else:
            part = rb"[^\r\n]*".join(re.escape(text.encode()) for text in one.text.split("*")) + rb"\r\n"
        parts.append(part if one.times == 1 else rb"(?:%b){%d}" % (part, one.times))
    return re.compile(b"".join(parts))


def parse(text: str, name: str) -> Conversation:
    """Read a conversation. `name` is the file's, for errors. Raises ConversationError."""
    return _Reader(name).read(text)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._line = 0
        self._comment: list[str] = []
        self._keys: dict[str, str] = {}
        self._users: list[tuple[str, str]] = []
        self._turns: list[Turn] = []

    def read(self, text: str) -> Conversation:
        for self._line, line in enumerate(text.split("\n"), 1):
            self._take(line.removesuffix("\r"))
        if not self._turns:
            self._refuse("nobody says anything")
        port = self._keys.get("port")
        return Conversation(
            self._name,
            "\n".join(self._comment),
            self._keys.get("protocol", "smtp"),
            int(port) if port else None,
            self._keys.get("role", "server"),
            self._keys.get("scenario", ""),
            tuple(self._users),
            tuple(self._turns),
        )

    def _refuse(self, why: str) -> NoReturn:
        raise ConversationError(f"{self._name}:{self._line}: {why}")

    def _take(self, line: str) -> None:
        mark, rest = line[:2], line[2:].removeprefix(" ")
        if line.startswith("#"):
            if not self._turns:
                self._comment.append(line[1:].strip())
        elif not line.strip():
            return
        elif mark in ("C:", "S:"):
            self._turns.append(self._said(Side(mark[0]), rest))
        elif mark in ("C>", "S>"):
            self._turns.append(self._raw(Side(mark[0]), rest.strip()))
        elif mark in ("C!", "S!"):
            if rest.strip():
                self._refuse(f"nothing may follow {mark}")
            self._turns.append(Closes(self._line, Side(mark[0])))
        elif mark[0] == "~":
            self._turns.append(self._passes(line[1:].strip()))
        elif mark == "M:":
            self._turns.append(self._holds(rest))
        else:
            self._key(line)

    def _said(self, side: Side, text: str) -> Said:
        repeated = _REPEATED.fullmatch(text)
        if repeated:
            return Said(self._line, side, repeated[1], times=self._count(repeated[2]))
        return Said(self._line, side, text)

    def _raw(self, side: Side, text: str) -> Said:
        quoted = _QUOTED.fullmatch(text)
        if quoted is None:
            self._refuse(f'after {side}> come octets in quotes: {side}> "NOOP\\r\\n"')
        octets = _ESCAPE.sub(self._unescape, quoted[1].encode().decode("latin-1"))
        return Said(self._line, side, octets, raw=True, times=self._count(quoted[2] or "1"))

    def _unescape(self, found: re.Match[str]) -> str:
        what = found[1]
        if what[0] == "x" and len(what) == 3:
            return chr(int(what[1:], 16))
        if what not in _ESCAPES:
            self._refuse(f'\\{what} is unknown; there are \\r \\n \\t \\0 \\\\ \\" and \\x41')
        return _ESCAPES[what]

    def _count(self, text: str) -> int:
        count = int(text) if len(text) <= 7 else 0
        if not 0 < count <= MAX_COUNT:
            self._refuse(f"a line is repeated 1 to {MAX_COUNT} times")
        return count

    def _passes(self, text: str) -> Passes:
        seconds = duration(text)
        if seconds is None:
            self._refuse("after ~ comes a duration: 90s, 5m, 2h or 5d")
        return Passes(self._line, seconds)

    def _holds(self, text: str) -> Holds:
        user, _, messages = text.strip().rpartition(" ")
        if not user or not (messages.isascii() and messages.isdigit()):
            self._refuse("after M: come a user and a number of messages: M: bob 2")
        return Holds(self._line, user.strip(), int(messages))

    def _key(self, line: str) -> None:
        key, _, value = line.partition(" ")
        value = value.strip()
        if key not in KEYS:
            self._refuse(f"a line begins with C: S: C> S> C! S! ~ M: or #, or is one of {', '.join(KEYS)}")
        if self._turns:
            self._refuse(f"{key} stands before the first line that is said")
        if not value:
            self._refuse(f"{key} wants a value: {KEYS[key]}")
        if key == "user":
            name, _, password = value.partition(" ")
            if not password:
                self._refuse("user wants a name and a password")
            self._users.append((name, password))
            return
        if key in self._keys:
            self._refuse(f"{key} stands there twice")
        allowed = {"protocol": ("smtp", "pop3"), "role": ("server", "client")}.get(key)
        if allowed and value not in allowed:
            self._refuse(f"{key} is {' or '.join(allowed)}")
        if key == "port" and not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
            self._refuse("port is a number from 1 to 65535")
        self._keys[key] = value
