"""The command `mailedu`. Each command has a file of its own, which is loaded when it is called.

Without a command it is the full screen, or a welcome where there is no terminal to show it.

Errors are one line on standard error, with exit status 2 for what was asked wrongly, and never a traceback
(MAILEDU_DEBUG=1 shows it). A reader that stops listening and Ctrl+C end quietly.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

#: Exit status: asked wrongly; a fault of ours; the reader of a pipe has gone (128 + SIGPIPE); Ctrl+C (128 + SIGINT).
USAGE, OURS, PIPE, INTERRUPTED = 2, 1, 141, 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line and exit."""
    status = run(arguments)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who still presses Ctrl+C sees no traceback of Python's own end
    sys.exit(status)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit status."""
    try:
        status = _run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        _silence()
        if sys.stderr is not None and sys.stderr.isatty():
            print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _silence()
        return PIPE
    except Exception as error:  # no traceback ever reaches a user
        if os.environ.get("MAILEDU_DEBUG"):
            raise
        _silence()
        if isinstance(error, OSError):
            complain(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
            return USAGE
        complain(f"this should not have happened: {type(error).__name__}: {error} (MAILEDU_DEBUG=1 shows where)")
        return OURS


def _run(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given and at_a_terminal():
        return _full_screen()  # before the commands are loaded, for the first picture is waited for
    import click

    from mailedu.cli.commands import mailedu

    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - stands for a closed descriptor
    try:
        # Not `mailedu.main(...)`, which has ways of its own with Ctrl+C and with readers that stop.
        with mailedu.make_context("mailedu", given) as context:
            result = mailedu.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else "mailedu"
        complain(f"{error.format_message().rstrip('.')}; {command} --help says what there is")
        return USAGE
    except click.ClickException as error:
        complain(error.format_message())
        return USAGE
    return result if isinstance(result, int) else 0


def at_a_terminal() -> bool:
    """Whether somebody sits there, at a terminal that can show more than line after line."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return os.environ.get("TERM") != "dumb" and all(stream is not None and stream.isatty() for stream in streams)


def _full_screen() -> int:
    from mailedu import tui

    try:
        return tui.run()
    except tui.ScreenError as error:
        complain(str(error))
        return USAGE


def complain(message: str) -> None:
    """Say on standard error, in one line, what is wrong."""
    if sys.stderr is not None:
        from mailedu.text.screen import screen_of

        screen = screen_of(sys.stderr)
        screen.say(f"mailedu: {' '.join(message.split())}")


def _silence() -> None:
    """Let nothing more be written when Python flushes its streams at the end."""
    try:
        descriptor = sys.stdout.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, descriptor)
        os.close(null)
    except (AttributeError, OSError, ValueError):
        pass
