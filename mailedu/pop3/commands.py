"""What a POP3 server does at each command: a function a verb, order and guards already checked.

Each takes the server and the argument and returns the reply, or None if the policy will answer later; what it
then answers goes through `FINISH`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from mailedu.framing import Content
from mailedu.pop3 import maildrop
from mailedu.pop3.grammar import number as read_number
from mailedu.pop3.maildrop import Maildrop
from mailedu.pop3.replies import Reply
from mailedu.pop3.states import Verb

if TYPE_CHECKING:
    from mailedu.pop3.server import Server


def greeting(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 4: what the server says unasked."""
    return server.voice("GREETING")


def user(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 7. Yes to anybody: whoever guesses learns nothing about names (section 13)."""
    return server.voice("USER_OK" if argument else "USER_SYNTAX")


def pass_(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 7. All that follows the first blank is the password."""
    if not argument:
        return server.voice("PASS_SYNTAX")
    answer = server.policy.login(server, server.session.user, argument)
    return None if answer is None else opened(server, answer)


def opened(server: Server, answer: Maildrop | Reply) -> Reply:
    """The policy has locked the maildrop, or says why not (RFC 1939 section 4)."""
    if isinstance(answer, Reply):
        return answer
    server.open(answer)
    messages, octets = server.left()
    return server.voice("OPENED", messages=messages, octets=octets)


def stat(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 5: how many messages, how many octets; marked ones do not count."""
    if argument:
        return server.voice("SYNTAX")
    messages, octets = server.left()
    return server.voice("STAT", messages=messages, octets=octets)


def list_(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 5: the scan listing, of one message or of all that are not marked."""
    if argument:
        n = _find(server, argument)
        if isinstance(n, Reply):
            return n
        return server.voice("LIST_ONE", number=n, octets=server.maildrop.messages[n - 1].size)
    marked = server.session.marked
    messages = enumerate(server.maildrop.messages, 1)
    return _listing(server, "LIST", [b"%d %d\r\n" % (n, each.size) for n, each in messages if n not in marked])


def uidl(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 7: names of messages that last longer than a session."""
    if argument:
        n = _find(server, argument)
        if isinstance(n, Reply):
            return n
        return server.voice("UIDL_ONE", number=n, uid=server.maildrop.messages[n - 1].uid)
    marked = server.session.marked
    messages = enumerate(server.maildrop.messages, 1)
    return _listing(server, "UIDL", [b"%d %b\r\n" % (n, each.uid.encode()) for n, each in messages if n not in marked])


def retr(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 5: the message, and it stays where it is."""
    n = _find(server, argument)
    if isinstance(n, Reply):
        return n
    message = server.maildrop.messages[n - 1]
    return server.voice("RETR", number=n, octets=message.size).with_body(message.content)


def top(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 7: header and first lines of the body."""
    which, blank, how_many = argument.partition(b" ")
    lines = read_number(how_many)
    if not blank or lines is None:
        return server.voice("TOP_SYNTAX")
    n = _find(server, which)
    if isinstance(n, Reply):
        return n
    body = maildrop.top(server.maildrop.messages[n - 1].content, lines)
    return server.voice("TOP", number=n).with_body(body)


def dele(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 5: a mark, no more. The session keeps it once +OK has been said."""
    n = _find(server, argument)
    if isinstance(n, Reply):
        return n
    server.policy.marked(server, server.maildrop, n)
    return server.voice("DELE", number=n)


def rset(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 5: all marks are taken off."""
    if argument:
        return server.voice("SYNTAX")
    numbers = server.marked()
    if numbers:
        server.policy.unmarked(server, server.maildrop, numbers)
    return server.voice("RESET", messages=len(server.maildrop.messages), octets=server.octets)


def noop(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 5."""
    return server.voice("SYNTAX" if argument else "NOOP")


def capa(server: Server, argument: bytes) -> Reply | None:
    """RFC 2449 section 5: what this server can do, the same before and after the login."""
    if argument:
        return server.voice("SYNTAX")
    return _listing(server, "CAPA", [b"%b\r\n" % line.encode() for line in server.offers])


def quit_(server: Server, argument: bytes) -> Reply | None:
    """RFC 1939 section 6: after a login the marked messages go, before the reply says so. Without one nothing does."""
    if argument:
        return server.voice("SYNTAX")
    numbers = server.marked()
    if not numbers:
        return server.voice("BYE", messages=len(server.maildrop.messages))
    gone = server.policy.expunge(server, server.maildrop, numbers)
    return None if gone is None else removed(server, gone)


def removed(server: Server, gone: bool) -> Reply:
    """The policy has removed the marked messages, or could not (RFC 1939 section 6)."""
    return server.voice("BYE" if gone else "NOT_REMOVED", messages=server.left()[0])


def _find(server: Server, argument: bytes) -> int | Reply:
    """The message-number, or what is wrong with it."""
    n = read_number(argument)
    if n is None:
        return server.voice("NUMBER_WANTED")
    messages = len(server.maildrop.messages)
    if not 0 < n <= messages:
        return server.voice("NO_SUCH_MESSAGE", messages=messages)
    return server.voice("MARKED", number=n) if n in server.session.marked else n


def _listing(server: Server, name: str, lines: list[bytes]) -> Reply:
    """Nothing to stuff: these lines begin with a digit or a letter."""
    text = b"".join(lines)
    chunks = (text,) if text else ()
    messages, octets = server.left()
    return server.voice(name, messages=messages, octets=octets).with_body(Content(chunks, chunks))


COMMANDS: Final[Mapping[Verb, Callable[[Server, bytes], Reply | None]]] = {
    Verb.GREETING: greeting,
    Verb.USER: user,
    Verb.PASS: pass_,
    Verb.STAT: stat,
    Verb.LIST: list_,
    Verb.UIDL: uidl,
    Verb.RETR: retr,
    Verb.TOP: top,
    Verb.DELE: dele,
    Verb.RSET: rset,
    Verb.NOOP: noop,
    Verb.CAPA: capa,
    Verb.QUIT: quit_,
}

#: What becomes of the policy's late answer.
FINISH: Final[Mapping[Verb, Callable[[Server, Any], Reply]]] = {Verb.PASS: opened, Verb.QUIT: removed}
