"""Where text goes: a terminal, a pipe or a file; with colour or without, in US-ASCII where the locale is not UTF-8.

Whatever is printed passes through `Screen.safe`, so that nothing foreign can steer a terminal even where somebody
forgot to make it visible. No cursor is ever moved: what has been printed stays, and a screen reader reads it line by
line.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from typing import Final, TextIO

from mailedu.visible import clip, visible, width

#: Lines of prose are no longer than this, however wide the terminal.
LONGEST: Final = 88
#: How wide a label is, in cells, with the gap behind it.
LABEL: Final = 10
INDENT: Final = "  "

_SGR: Final = re.compile(r"(\x1b\[[0-9;]*m)")
#: Our own signs, where US-ASCII has to do.
_PLAIN: Final = str.maketrans(
    {
        "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "–": "-", "—": "-", "×": "x", "→": "->", "►": ">", "◄": "<",
        "·": "-", "≠": "!=", "✓": "+", "✗": "x", "✎": "*", "␡": r"\x7f",
        **{chr(0x2400 + n): rf"\x{n:02x}" for n in range(32)},
    }
)  # fmt: skip
#: What a piece of text is for -> its colour, of those of 256 that stand out from black and from white alike.
_COLOURS: Final = {
    "head": "\x1b[1m",
    "title": "\x1b[1m",
    "quiet": "\x1b[38;5;243m",
    "changed": "\x1b[38;5;133m",
    "wrong": "\x1b[38;5;161m",
    "right": "\x1b[38;5;28m",
}
_RESET: Final = "\x1b[0m"


class Screen:
    """A stream and what it can show."""

    def __init__(
        self, stream: TextIO, *, colour: bool = False, ascii_only: bool = False, columns: int = 80, rows: int = 0
    ) -> None:
        """`rows`: of a terminal; 0 where there is room without end."""
        self.stream = stream
        self.colour = colour
        self.ascii_only = ascii_only
        self.columns = max(columns, 40)
        self.rows = rows

    def say(self, text: str = "") -> None:
        """Print one or more lines."""
        self.stream.write(self.safe(text) + "\n")

    def say_all(self, lines: Iterable[str]) -> None:
        """Print lines."""
        for line in lines:
            self.say(line)

    def tell(self, text: str) -> None:
        """Print a message of ours, broken into lines."""
        self.say_all(self.prose(text, ""))

    def ask(self, text: str) -> None:
        """Print a prompt: the cursor stays behind it."""
        self.stream.write(self.safe(text))
        self.stream.flush()

    def safe(self, text: str) -> str:
        """Text as this screen may get it: visible, but for the colours that it shows; in US-ASCII if need be."""
        if not self.colour:
            return self._plain(visible(text, keep_newlines=True))
        parts = _SGR.split(text)
        parts[::2] = (self._plain(visible(part, keep_newlines=True)) for part in parts[::2])
        return "".join(parts)

    def _plain(self, text: str) -> str:
        if not self.ascii_only or text.isascii():
            return text
        return visible(text.translate(_PLAIN), keep_newlines=True, ascii_only=True)

    def paint(self, role: str, text: str) -> str:
        """`text` in the colour of its role, where there are colours."""
        return f"{_COLOURS[role]}{text}{_RESET}" if self.colour and text else text

    def session(self, text: str, protocol: str, *, letter: bool = False) -> str:
        """Lines of a conversation, or of a letter, in the colours of their grammar."""
        if not self.colour:
            return visible(text, keep_newlines=True)
        from mailedu.highlight import ansi

        return ansi(text, protocol, letter=letter)

    # Layout -----------------------------------------------------------------------------------------------------------

    @property
    def measure(self) -> int:
        """Cells that a line of prose may take."""
        return min(self.columns, LONGEST)

    def prose(self, text: str, indent: str = INDENT, first: str | None = None, role: str = "") -> list[str]:
        """A paragraph, broken into lines; none for no text. `first` takes the place of `indent` on the first line."""
        if not text:
            return []
        lines = wrapped(self.safe(text), self.measure - width(indent))
        heads = [indent if first is None else first, *(indent for _ in lines[1:])]
        return [head + (self.paint(role, line) if role else line) for head, line in zip(heads, lines, strict=True)]

    def fact(self, label: str, *texts: str, role: str = "") -> list[str]:
        """A labelled fact; each further text begins a line of its own. Nothing for no text."""
        lines: list[str] = []
        for text in filter(None, texts):
            head = "" if lines else label
            first = INDENT + self.paint("quiet", head) + " " * (LABEL - len(head))
            lines += self.prose(text, " " * (len(INDENT) + LABEL), first, role)
        return lines

    def clip(self, text: str, cells: int) -> str:
        """Visible text, cut to `cells` cells as this screen will show them."""
        return clip(self.safe(text), cells, "..." if self.ascii_only else "…")

    def clipped(self, text: str, indent: str) -> str:
        """A line of visible text, cut at the edge of a terminal, with the number of characters that are left out."""
        room = self.columns - width(indent) if self.rows else LONG_LINE
        if width(text) <= room:
            return indent + text
        kept = clip(text, room - 20, "")
        return f"{indent}{kept} … {len(text) - len(kept):,} more"


#: Without a terminal, lines are cut only from here on.
LONG_LINE: Final = 1000


def wrapped(text: str, cells: int) -> list[str]:
    """Break visible text at blanks into lines of at most `cells` cells; a longer word is broken anywhere."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined) <= cells:
            line = joined
            continue
        if line:
            lines.append(line)
        while width(word) > cells:
            head = clip(word, cells, "") or word[0]
            lines.append(head)
            word = word[len(head) :]
        line = word
    lines.append(line)
    return lines


def screen_of(stream: TextIO) -> Screen:
    """What `stream` can show, as the environment says: NO_COLOR, FORCE_COLOR, TERM, the locale, the terminal's size."""
    terminal = stream.isatty()
    size = shutil.get_terminal_size((80, 24)) if terminal else os.terminal_size((80, 0))
    return Screen(stream, colour=_colour(terminal), ascii_only=_is_ascii(stream), columns=size.columns, rows=size.lines)


def _colour(terminal: bool) -> bool:
    """https://no-color.org: NO_COLOR, if not empty, has the last word."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM", "dumb") != "dumb"


def _is_ascii(stream: TextIO) -> bool:
    """Whether the locale is not UTF-8. In the C locale Python writes UTF-8 nevertheless, so its word does not count."""
    if (stream.encoding or "").lower().replace("-", "") not in ("utf8", "utf8sig"):
        return True
    if os.name == "nt":
        return False
    named = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    if named == "C.UTF-8" and os.environ.get("LANG") in ("C", "POSIX") and not os.environ.get("LC_ALL"):
        return True  # Python has set LC_CTYPE itself (PEP 538).
    return bool(named) and "utf8" not in named.lower().replace("-", "")
