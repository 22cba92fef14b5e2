"""A server of servers.py while it runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class Running:
    """Its ports, and the CPU time that it takes."""

    def __init__(self, asks: IO[str], hears: IO[str]) -> None:
        self._asks, self._hears = asks, hears
        self.ports = tuple(map(int, hears.readline().split()))
        if not self.ports:
            raise SystemExit("a server did not start; its reason stands above")

    def cpu(self) -> float:
        """CPU seconds so far."""
        print(file=self._asks, flush=True)
        return float(self._hears.readline())


@contextmanager
def running(role: str) -> Iterator[Running]:
    """Start the server of that role, and end it."""
    command = [sys.executable, str(Path(__file__).with_name("servers.py")), role]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Running(process.stdin, process.stdout)
        finally:
            process.stdin.close()
            process.wait(timeout=10)
