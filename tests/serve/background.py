"""An event loop in a thread of its own, so that blocking clients can talk to our servers. Binds 127.0.0.1 only."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from mailedu.serve.connection import Connection, Hub

T = TypeVar("T")
PATIENCE = 60.0


class Background:
    """`with Background() as background:` runs a loop until the end of the block."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.errors: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._servers: list[tuple[asyncio.Server, Hub]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.wait(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.close()

    def _run(self) -> None:
        self.loop.set_exception_handler(lambda _, context: self.errors.append(context))
        self.loop.run_forever()

    async def _close(self) -> None:
        for server, hub in self._servers:
            server.close()
            hub.abort()
        while any(len(hub) for _, hub in self._servers):  # noqa: ASYNC110 - for the loop's next round, not for time
            await asyncio.sleep(0)

    def wait(self, what: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine that runs in the loop."""
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(what, PATIENCE), self.loop).result(PATIENCE + 1)

    def call(self, what: Callable[[], T]) -> T:
        """The result of a function that is called in the loop."""

        async def calling() -> T:
            return what()

        return self.wait(calling())

    def listen(self, make: Callable[[Connection], Any], hub: Hub | None = None, *, busy: bytes = b"") -> int:
        """Serve what `make` makes; returns the port."""
        hub = hub if hub is not None else Hub()

        async def listening() -> asyncio.Server:
            return await self.loop.create_server(hub.accept(make, busy=busy), "127.0.0.1", 0)

        server = self.wait(listening())
        self._servers.append((server, hub))
        port: int = server.sockets[0].getsockname()[1]
        return port

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds, looked at in the loop."""

        async def holding() -> None:
            while not condition():  # noqa: ASYNC110 - looked at once a round of the loop
                await asyncio.sleep(0)

        self.wait(holding())
