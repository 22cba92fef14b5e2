"""Lines that a person types, or that a script sends: at a terminal with a prompt and editing, else as they come."""

from __future__ import annotations

import sys
from typing import TextIO

from mailedu.text.screen import Screen
from mailedu.visible import visible


class Keys:
    """Where lines come from."""

    def __init__(self, screen: Screen, stream: TextIO | None = None) -> None:
        """`stream`: another one than standard input."""
        self._screen = screen
        self._stream = stream if stream is not None else sys.stdin
        if self._stream is not None and hasattr(self._stream, "reconfigure"):
            self._stream.reconfigure(errors="surrogateescape")
        self.at_terminal = self._stream is not None and self._stream.isatty()
        self._edits = self.at_terminal and self._stream is sys.stdin and screen.stream.isatty() and _has_readline()

    def read(self, prompt: str, old: str = "", *, echo: bool = False) -> str | None:
        """The next line without its end; None when there are no more.

        `old`: a line that the up key brings back. `echo`: print what came, where no terminal does.
        """
        if self._stream is None:
            return None
        if self._edits:
            return self._edited(self._screen.safe(prompt), old)
        if self.at_terminal:
            self._screen.ask(prompt)
        else:
            self._screen.stream.flush()
        line = self._stream.readline()
        if not line:
            if self.at_terminal:
                self._screen.say()
            return None
        line = line.rstrip("\r\n")
        if echo and not self.at_terminal:
            self._screen.say(self._screen.clipped(visible(line), prompt))
        return line

    def _edited(self, prompt: str, old: str) -> str | None:
        import readline

        if old and old == visible(old):
            readline.add_history(old)
        self._screen.stream.flush()
        try:
            return input(prompt)
        except EOFError:
            self._screen.say()
            return None


def _has_readline() -> bool:
    """Whether lines can be edited here; what is typed is remembered only where `old` says so."""
    try:
        import readline
    except ImportError:
        return False
    readline.set_auto_history(False)
    return True


def keys_beside(message: str | None, screen: Screen) -> Keys:
    """The keys. Where the letter came from standard input, they come from the terminal, if there is one."""
    if message != "-" or not screen.stream.isatty():
        return Keys(screen)
    try:
        return Keys(screen, open("/dev/tty", encoding="utf-8"))  # noqa: PTH123 - open as long as we run
    except OSError:
        return Keys(screen)
