"""The trace that each hop leaves on a message: Received and Return-Path (RFC 5321 section 4.4), written and read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from mailedu.mime.fields.charsets import readable
from mailedu.mime.fields.dates import Date, format_date, parse_date
from mailedu.mime.fields.folding import SHOULD, FoldError, fold_line
from mailedu.mime.fields.words import unfold

# Writing --------------------------------------------------------------------------------------------------------------


def received(
    *,
    from_said: str,
    from_seen_name: str,
    from_seen_address: str,
    by: str,
    protocol: str,
    id: str,
    recipient: str | None,
    when: float,
    zone: int | None = 0,
) -> bytes:
    """The Received field that a host puts on top of a message that it has taken: folded, with its CRLF.

    `from_said`: what the client called itself in EHLO; `from_seen_name` and `from_seen_address`: what the server saw,
    the name empty if the address has none; `protocol`: SMTP, ESMTP, ESMTPA (RFC 3848); `recipient`: only if there was
    just one, so that nobody reads of the others; `when`: seconds since 1970; `zone`: minutes east of UTC.
    """
    literal = f"[IPv6:{from_seen_address}]" if ":" in from_seen_address else f"[{from_seen_address}]"
    seen = f"{from_seen_name} {literal}" if from_seen_name else literal
    last = f" for <{recipient}>;" if recipient else ""
    by_line = f" by {by} with {protocol} id {id}{'' if last else ';'}"
    date = f" {format_date(when, zone)}"
    lines = [f"Received: from {from_said} ({seen})", by_line]
    if last and len(last) + len(date) <= SHOULD:
        lines.append(last + date)
    else:
        lines += [last, date] if last else [date]
    return b"\r\n".join(_folded(line) for line in lines) + b"\r\n"


def _folded(line: str) -> bytes:
    octets = line.encode("utf-8", "replace")
    try:
        return fold_line(octets)
    except FoldError:
        return octets  # nothing that SMTP takes is so long


def return_path(reverse_path: str) -> bytes:
    """The Return-Path field that final delivery puts on top, with its CRLF; `reverse_path` is empty for a bounce."""
    return b"Return-Path: <%s>\r\n" % reverse_path.encode("utf-8", "replace")


# Reading --------------------------------------------------------------------------------------------------------------


class Received(NamedTuple):
    """A Received field, as far as it can be understood; what it does not say is empty."""

    from_said: str
    """The name that the client gave itself."""
    from_seen_name: str
    from_seen_address: str
    """The address that the server saw, without brackets."""
    by: str
    protocol: str
    """After `with`."""
    id: str
    recipient: str
    """After `for`, without angle brackets."""
    date: Date | None
    comments: tuple[str, ...]
    """All that stood in parentheses, in order."""


_CLAUSES: Final = frozenset(("from", "by", "via", "with", "id", "for"))
_LEXEME: Final = re.compile(r'[ \t\r\n]+|"(?:[^"\\]|\\.)*+"?|<[^>]*>?|[^ \t\r\n()"<]+|.', re.DOTALL)
_PAREN: Final = re.compile(r"\\.|[()]", re.DOTALL)
_SEEN: Final = re.compile(r"(?:(?P<name>[^\s\[\]]+)\s+)?\[(?:IPv6:)?(?P<address>[^\]\s]+)\]", re.IGNORECASE)
_MAX_FIELD: Final = 65_536


def parse_received(body: bytes | str) -> Received:
    """Read the body of a Received field, folded or not. Never raises: hosts write many things here."""
    text = readable(unfold(body)) if isinstance(body, bytes) else body
    text = text[:_MAX_FIELD].replace("\r", "").replace("\n", "")
    clauses: dict[str, list[str]] = {}
    comments: list[str] = []
    seen = ""
    clause = ""
    stamp = ""
    for kind, lexeme, end in _lexemes(text):
        if kind == "comment":
            comments.append(lexeme)
            if clause == "from" and not seen:
                seen = lexeme
        elif lexeme.lower() in _CLAUSES and lexeme.lower() not in clauses:
            clause = lexeme.lower()
            clauses[clause] = []
        else:
            ends = lexeme.endswith(";")
            clauses.setdefault(clause, []).append(lexeme.rstrip(";"))
            if ends:
                stamp = text[end:]
                break
    matched = _SEEN.search(seen)
    said = _first(clauses, "from")
    return Received(
        said,
        (matched["name"] or "") if matched else "",
        matched["address"] if matched else "",
        _first(clauses, "by"),
        " ".join(clauses.get("with", ())).strip(),
        _first(clauses, "id").strip("<>"),
        _first(clauses, "for").strip("<>"),
        parse_date(stamp),
        tuple(comments),
    )


def _first(clauses: dict[str, list[str]], name: str) -> str:
    words = clauses.get(name)
    return words[0] if words else ""


def _lexemes(text: str) -> Iterator[tuple[str, str, int]]:
    """Each word or comment: which it is, its text, where it ends."""
    at, size = 0, len(text)
    while at < size:
        if text[at] == "(":
            end = _end_of_comment(text, at + 1)
            yield "comment", " ".join(text[at + 1 : end - 1].split()), end
            at = end
            continue
        found = _LEXEME.match(text, at)
        assert found is not None
        at = found.end()
        if not found[0].isspace():
            yield "word", found[0], at


def _end_of_comment(text: str, at: int) -> int:
    depth = 1
    for paren in _PAREN.finditer(text, at):
        depth += (paren[0] == "(") - (paren[0] == ")")
        if not depth:
            return paren.end()
    return len(text) + 1
