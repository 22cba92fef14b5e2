"""The user agent of the recipient: fetches by POP3, takes the letter apart, and shows it (Figures 21.9 and 21.10)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mailedu.agents.actions import Action
from mailedu.agents.errand import Agent, Do, NoConnection, Stage, Talk
from mailedu.agents.world import World
from mailedu.framing import GATHER, Content
from mailedu.mime import parser, reading
from mailedu.mime.parser import Part
from mailedu.pop3 import scripts
from mailedu.pop3.scripts import Fetched


def fetch(world: World, address: str, letter: str = "letter", parent: str = "") -> Agent:
    """Stage 5 for the owner of a mailbox."""
    user = world.users[address]
    server, port = user.reads_from
    leg = world.leg(letter, f"access:{world.label(address)}", Stage.ACCESS, user.host, server, "pop3", parent=parent)
    outcome: Fetched | NoConnection = yield Talk(leg, scripts.fetch(user.login, user.password), port)
    if isinstance(outcome, NoConnection):
        return
    for _number, content in outcome.letters:
        small = content.size < _SMALL
        outline, shown = _read_again(content.chunks) if small else _read_large(without_trace(content))
        yield Do(leg, Action.PARSE, outline)
        yield Do(leg, Action.READ, shown)
    if outcome.stage == "QUIT" and not outcome.letters:
        yield Do(leg, Action.NOTHING, ())


def without_trace(content: Content) -> tuple[bytes, ...]:
    """Chunks of the letter as its author's agent sent it, without the fields that hops have put on top."""
    chunks = content.chunks
    small = next((n for n, chunk in enumerate(chunks) if len(chunk) >= GATHER), len(chunks))
    head = b"".join(chunks[:small])
    found = _TRACE.match(head)
    return (head[found.end() :] if found else head, *chunks[small:])


#: Fields that hops put on top (RFC 5321 section 4.4).
_TRACE: Final = re.compile(rb"(?:(?:Return-Path|Received):.*\r\n(?:[ \t].*\r\n)*)+", re.IGNORECASE)


def _read(chunks: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The outline of a letter's parts, and what its reader sees."""
    part = parser.parse(b"".join(chunks))
    outline = tuple(f"{row}\r\n".encode("utf-8", "replace") for row in reading.outline(part))
    return outline, (_shown(part),)


#: A journey is played again at each edit, and mostly the same letter arrives: it is taken apart once.
_read_again = lru_cache(maxsize=64)(_read)
_read_large = lru_cache(maxsize=1)(_read)
_SMALL: Final = 65536


def _shown(part: Part) -> bytes:
    """What the reader sees: author, time and subject, the text, then what came with it, a line each."""
    read = reading.reading(part)
    fields = {field.name.lower(): field.value for field in reversed(part.headers)}
    head = "".join(f"{name}: {fields[name.lower()]}\n" for name in _HEAD if name.lower() in fields)
    files = "".join(f"[{one.filename or 'attachment'}, {one.type}, {one.size:,} octets]\n" for one in read.enclosed)
    text = read.text if not read.text or read.text.endswith("\n") else read.text + "\n"
    return "\n".join(piece for piece in (head, text, files) if piece).encode("utf-8", "replace")


#: What mail programs show of a header.
_HEAD: Final = ("From", "To", "Cc", "Date", "Subject")
