"""The servers that the benchmarks talk to, in a process of their own: `python servers.py ROLE`.

Prints its ports on one line. Then each line on standard input is answered by the CPU seconds that the process has used.
It ends with its input.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

HOST = "127.0.0.1"
#: Octets of the largest letter.
LIMIT = 104_857_600


async def _listen(factory: Callable[[], asyncio.BaseProtocol]) -> int:
    server = await asyncio.get_running_loop().create_server(factory, HOST, 0)
    port: int = server.sockets[0].getsockname()[1]
    return port


class Taken:
    """A handler of aiosmtpd that takes every letter, and forgets it."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return "250 2.0.0 Ok, queued"


def aiosmtpd() -> None:
    """aiosmtpd as the sink of a load."""
    from aiosmtpd.smtp import SMTP

    _serve(lambda: SMTP(Taken(), hostname="mx.example.net", data_size_limit=LIMIT, enable_SMTPUTF8=False))


def mailedu() -> None:
    """mailedu's machine on a socket as the sink of a load."""
    from mailedu import smtp
    from mailedu.serve.connection import Hub

    class Policy:
        def login(self, server: Any, user: str, password: bytes) -> Any:
            return server.voice("LOGIN_FAILED")

        def sender(self, server: Any, reverse_path: str, size: int) -> Any:
            return server.voice("SENDER_OK")

        def recipient(self, server: Any, mailbox: str) -> Any:
            return server.voice("RECIPIENT_OK")

        def message(self, server: Any, envelope: Any, content: Any, *, must: bool) -> Any:
            return server.voice("ACCEPTED", id="1")

    policy = Policy()
    _serve(Hub().accept(lambda connection: smtp.Server("mx.example.net", policy)))


def _serve(factory: Callable[[], asyncio.BaseProtocol]) -> None:
    async def serve() -> None:
        print(await _listen(factory), flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


def today() -> None:
    """Today's way: aiosmtpd takes a letter, twisted.mail hands it out by POP3; one loop, the mailbox in memory."""
    from twisted.internet import asyncioreactor

    logging.disable(logging.WARNING)  # aiosmtpd warns of itself at each login
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)
    from aiosmtpd.smtp import SMTP, AuthResult
    from twisted.internet import defer, protocol
    from twisted.internet import reactor as installed
    from twisted.mail import pop3

    letters: list[bytes] = []

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            letters.append(envelope.content.replace(b"\r\n", b"\n"))  # twisted sends a CR before each LF
            return "250 2.0.0 Ok, queued"

    class Mailbox(pop3.Mailbox):
        def __init__(self) -> None:
            self.deleted: set[int] = set()

        def listMessages(self, i: int | None = None) -> Any:  # noqa: N802
            return list(map(len, letters)) if i is None else len(letters[i])

        def getMessage(self, i: int) -> io.BytesIO:  # noqa: N802
            return io.BytesIO(letters[i])

        def getUidl(self, i: int) -> bytes:  # noqa: N802
            return b"%d" % i

        def deleteMessage(self, i: int) -> None:  # noqa: N802
            self.deleted.add(i)

        def sync(self) -> None:
            letters[:] = [letter for i, letter in enumerate(letters) if i not in self.deleted]

    class Reading(pop3.POP3):
        def connectionMade(self) -> None:  # noqa: N802
            self.transport.setTcpNoDelay(True)  # else RETR waits 40 ms for an acknowledgement
            super().connectionMade()

        def authenticateUserPASS(self, user: bytes, password: bytes) -> Any:  # noqa: N802
            return defer.succeed((pop3.IMailbox, Mailbox(), lambda: None))

    def make() -> SMTP:
        return SMTP(
            Handler(),
            hostname="mail.example.com",
            data_size_limit=LIMIT,
            enable_SMTPUTF8=False,
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=True),
            loop=loop,
        )

    smtp_port = loop.run_until_complete(_listen(make))
    reactor: Any = installed
    port = reactor.listenTCP(0, protocol.Factory.forProtocol(Reading), interface=HOST)
    print(smtp_port, port.getHost().port, flush=True)
    reactor.run(installSignalHandlers=False)


def _answer() -> None:
    for _ in sys.stdin:
        print(time.process_time(), flush=True)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_answer, daemon=True).start()
    {"today": today, "aiosmtpd": aiosmtpd, "mailedu": mailedu}[sys.argv[1]]()
