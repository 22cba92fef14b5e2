"""An application in a terminal. Whatever ends it, a key, a signal or a fault of ours, leaves the terminal as it was.

A terminal that is closed sends SIGHUP, and from then on each write to it fails. Textual writes in a thread, which such
a failure ends; who then writes to that thread waits forever. So the terminal gives way to the null device first.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from rich.console import Console
from textual.app import App

#: Seconds in which a closed terminal lets us end of ourselves.
PATIENCE: Final = 2.0
_HANGUP: Final = 1
#: Each row that is painted leaves cycles. To look for them takes the longer the more has been made since, and a key
#: waits for it: so it is done often; but among all objects of a long journey, which takes two frames, hardly ever.
_COLLECT: Final = (700, 10, 3_000)


def run(app: App[Any]) -> int:
    """Run it to its end; returns the exit status: 128 and the signal's number if a signal ended it."""
    said = io.StringIO()
    app.error_console = Console(file=said)  # where Textual would print a traceback
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    ended_by = asyncio.run(_run(app))
    if ended_by:
        return 128 + ended_by
    fault = getattr(app, "_exception", None)
    if isinstance(fault, Exception):
        raise fault
    if said.getvalue().strip():
        raise RuntimeError(said.getvalue().strip().splitlines()[-1])
    return app.return_code or 0


async def _run(app: App[Any]) -> int:
    """Returns the number of the signal that ended it, or 0."""
    loop = asyncio.get_running_loop()
    ended_by = 0
    ends: list[asyncio.Task[None]] = []

    def leave(number: int) -> None:
        nonlocal ended_by
        if ended_by:
            return
        ended_by = number
        if number == _HANGUP:
            _hang_up()
        ends.append(loop.create_task(app.action_quit()))

    for name in ("SIGHUP", "SIGTERM", "SIGINT"):
        number = getattr(signal, name, None)
        if number is not None:
            with contextlib.suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(number, leave, int(number))
    _watch(lambda: loop.call_soon_threadsafe(leave, _HANGUP))
    await app.run_async()
    return ended_by


def _watch(closed: Callable[[], object]) -> None:
    """Have `closed` called when the terminal goes, even if no signal tells of it. Costs nothing until then."""
    if not hasattr(select, "poll") or sys.__stdin__ is None:
        return
    terminal = select.poll()
    terminal.register(sys.__stdin__.fileno(), 0)

    def wait() -> None:
        if any(event & select.POLLHUP for _, event in terminal.poll()):
            _hang_up()
            with contextlib.suppress(RuntimeError):  # the loop is closed: the end has come already
                closed()

    threading.Thread(target=wait, name="mailedu-terminal", daemon=True).start()


def _hang_up() -> None:
    """Let nothing more be said to a terminal that is gone, and make sure that the process ends."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    last = threading.Timer(PATIENCE, os._exit, (128 + _HANGUP,))
    last.daemon = True
    last.start()
