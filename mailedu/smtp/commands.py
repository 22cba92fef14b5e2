"""What an SMTP server does at each command: a function a verb, order and guards already checked.

Each takes the server and the argument and returns the reply, or None if the policy will answer later.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mailedu.smtp import auth, extensions, grammar
from mailedu.smtp.replies import Reply, reply
from mailedu.smtp.states import Verb

if TYPE_CHECKING:
    from mailedu.smtp.server import Server


def greeting(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 section 3.1: what the server says unasked."""
    return server.voice("GREETING")


def ehlo(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 section 4.1.1.1: the client says which host it is; the server says what it can do."""
    if not argument:
        return server.voice("HELLO_SYNTAX")
    return _offer(server.voice("HELLO"), server.extensions)


@lru_cache(maxsize=256)
def _offer(hello: Reply, extensions: tuple[str, ...]) -> Reply:
    return reply(hello.code, "", hello.text, *extensions)


def helo(server: Server, argument: bytes) -> Reply | None:
    """The old greeting, without extensions."""
    return server.voice("HELLO" if argument else "HELLO_SYNTAX")


def mail(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 section 4.1.1.2; SIZE by RFC 1870 section 6, BODY by RFC 6152 section 3."""
    try:
        path = grammar.path(Verb.MAIL, argument)
    except grammar.PathError as error:
        return server.voice(str(error))
    size = 0
    for keyword, value in path.parameters:
        permitted = extensions.MAIL_PARAMETERS.get(keyword)
        if permitted is None or permitted not in server.session.offered:
            return server.voice("PARAMETER_UNKNOWN")
        if keyword == "SIZE":
            if not (value.isascii() and value.isdigit() and len(value) <= 20):
                return server.voice("PARAMETER_SYNTAX")
            size = int(value)
        elif keyword == "BODY" and value.upper() not in ("7BIT", "8BITMIME"):
            return server.voice("PARAMETER_SYNTAX")
    if server.max_size and size > server.max_size:
        return server.voice("TOO_LARGE", size=size, limit=server.max_size)
    return server.policy.sender(server, path.mailbox, size)


def rcpt(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 section 4.1.1.3."""
    try:
        path = grammar.path(Verb.RCPT, argument)
    except grammar.PathError as error:
        return server.voice(str(error))
    if path.parameters:
        return server.voice("PARAMETER_UNKNOWN")
    envelope = server.session.envelope
    if envelope is not None and len(envelope.recipients) >= server.max_recipients:
        return server.voice("TOO_MANY_RECIPIENTS")
    return server.policy.recipient(server, path.mailbox)


def data(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 section 4.1.1.4: half a yes."""
    return server.voice("SYNTAX" if argument else "START")


def end_of_data(server: Server, argument: bytes) -> Reply | None:
    """The lone dot: look at what came, then the policy decides. A letter already acknowledged is taken as it is."""
    content = server.content
    envelope = server.session.envelope
    if envelope is None or not envelope.recipients:
        return server.voice("NO_RECIPIENTS")
    if not server.must_take:
        if server.max_size and server.content_size > server.max_size:
            return server.voice("TOO_LARGE", size=server.content_size, limit=server.max_size)
        if content.has_bare_line_end():
            return server.voice("BARE_IN_CONTENT")
        if content.has_long_line():
            return server.voice("TEXT_LINE_TOO_LONG")
    return server.policy.message(server, envelope, content, must=server.must_take)


def rset(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 section 4.1.1.5."""
    return server.voice("SYNTAX" if argument else "RESET")


def noop(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 section 4.1.1.9: an argument is allowed and ignored."""
    return server.voice("NOOP")


def vrfy(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 sections 3.5 and 7.3: 252, for an answer would help whoever collects addresses."""
    return server.voice("WILL_NOT_SAY" if argument else "SYNTAX")


def quit_(server: Server, argument: bytes) -> Reply | None:
    """RFC 5321 section 4.1.1.10."""
    return server.voice("SYNTAX" if argument else "BYE")


def login(server: Server, argument: bytes) -> Reply | None:
    """AUTH mechanism [initial-response] (RFC 4954 section 4)."""
    word, _, initial = argument.partition(b" ")
    mechanism = word.decode("ascii", "replace").upper()
    if not mechanism:
        return server.voice("SYNTAX")
    if mechanism not in server.session.offered.get("AUTH", "").upper().split() or mechanism not in auth.MECHANISMS:
        return server.voice("MECHANISM_UNKNOWN")
    response = None
    if initial:
        response = auth.initial_response(initial.strip())
        if response is None:
            return server.voice("LOGIN_GARBLED")
    server.dialogue = auth.MECHANISMS[mechanism](response)
    return _go_on(server, None)


def response(server: Server, argument: bytes) -> Reply | None:
    """A line of the dialogue; `*` gives up (RFC 4954 section 4)."""
    if argument == b"*":
        return server.voice("LOGIN_CANCELLED")
    decoded = auth.decode(argument)
    if decoded is None:
        return server.voice("LOGIN_GARBLED")
    return _go_on(server, decoded)


def _go_on(server: Server, said: bytes | None) -> Reply | None:
    dialogue = server.dialogue
    if dialogue is None:
        return server.voice("LOGIN_GARBLED")
    try:
        challenge = next(dialogue) if said is None else dialogue.send(said)
    except StopIteration as end:
        credentials = end.value
        if credentials is None:
            return server.voice("LOGIN_SYNTAX")
        return server.policy.login(server, credentials.user, credentials.password)
    return server.voice("CHALLENGE", challenge=auth.encode(challenge).decode())


COMMANDS: Final[dict[Verb, Callable[[Server, bytes], Reply | None]]] = {
    Verb.GREETING: greeting,
    Verb.EHLO: ehlo,
    Verb.HELO: helo,
    Verb.AUTH: login,
    Verb.RESPONSE: response,
    Verb.MAIL: mail,
    Verb.RCPT: rcpt,
    Verb.DATA: data,
    Verb.END_OF_DATA: end_of_data,
    Verb.RSET: rset,
    Verb.NOOP: noop,
    Verb.VRFY: vrfy,
    Verb.QUIT: quit_,
}
