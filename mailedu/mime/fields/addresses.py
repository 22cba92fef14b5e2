"""Addresses in header fields: mailboxes, groups, comments, quoted names (RFC 5322 sections 3.4 and 4.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from mailedu.mime.fields.charsets import readable
from mailedu.mime.fields.words import decode_words, encoded_words

#: Octets that SMTP carries (RFC 5321 section 4.5.3.1), and a label that DNS takes (RFC 1035 section 2.3.4).
MAX_LOCAL_PART, MAX_DOMAIN, MAX_LABEL = 64, 255, 63
#: An address that is to be named in an error is cut to so many characters.
_SHOWN: Final = 60

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.ASCII)
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)
_LITERAL: Final = re.compile(r"\[[\x21-\x5a\x5e-\x7e]+\]", re.ASCII)
_TOKEN: Final = re.compile(
    r'(?P<blank>[ \t\r\n]+)|(?P<quoted>"(?:[^"\\]|\\.)*+"?)|(?P<literal>\[(?:[^\[\]\\]|\\.)*+\]?)'
    r'|(?P<atom>[^ \t\r\n()<>\[\]:;@\\,."]+)|(?P<special>.)',
    re.DOTALL,
)
_PAREN: Final = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_PLAIN_NAME: Final = re.compile(rf"{_ATOM}(?: {_ATOM})*", re.ASCII)


class Mailbox(NamedTuple):
    """Whom mail is from or for."""

    name: str
    """The display name, decoded; often empty."""
    address: str
    """The addr-spec, `local-part@domain`, as it may stand in an envelope."""


class AddressError(ValueError):
    """An address that cannot be read: which one, in which field, and why, in one line."""

    def __init__(self, piece: str, reason: str, field: str = "") -> None:
        """`piece`: the address as it was written."""
        self.piece, self.reason, self.field = piece, reason, field
        shown = repr(piece if len(piece) <= _SHOWN else piece[: _SHOWN - 1] + "…")
        super().__init__(f"{shown} in {field}: {reason}" if field else f"{shown}: {reason}")


class _Token(NamedTuple):
    kind: str
    """blank, comment, open (a comment that is not closed), quoted, literal, atom, special"""
    text: str
    start: int


class _Address(NamedTuple):
    """The tokens of one address, not yet understood."""

    words: list[_Token]
    angle: list[_Token] | None
    comment: str


# Reading --------------------------------------------------------------------------------------------------------------


def addresses(value: str | bytes, field: str = "") -> tuple[Mailbox, ...]:
    """The mailboxes that an address list names, members of groups among them, in order.

    `value`: the body of To, From and the like, folded or not, without its last line end; `field`: its name, for the
    error. Names are decoded. Local part and domain are checked as SMTP will (RFC 5321 section 4.1.2): AddressError
    names the first that fails. Empty members, routes and blanks around dots, which are obsolete, are taken.
    """
    return _addresses(readable(value) if isinstance(value, bytes) else value, field)


@lru_cache(maxsize=2048)
def _addresses(text: str, field: str) -> tuple[Mailbox, ...]:
    found: list[Mailbox] = []
    words: list[_Token] = []
    angle: list[_Token] | None = None
    comment = ""
    in_angle = in_group = False
    start = 0

    def fail(reason: str, end: int) -> AddressError:
        return AddressError(" ".join(text[start:end].split()), reason, field)

    for token in _tokens(text):
        kind, mark, at = token
        if kind == "comment":
            comment = mark
        elif kind == "open":
            raise fail("a ( without its )", len(text))
        elif kind != "special" or mark in "@.\\":
            (angle if in_angle and angle is not None else words).append(token)
        elif mark == "<":
            if angle is not None:
                raise fail("a second <", len(text))
            angle, in_angle = [], True
        elif mark == ">":
            if not in_angle:
                raise fail("a > without its <", len(text))
            in_angle = False
            words.append(token)
        elif in_angle:
            if mark not in ",:" or angle is None:
                raise fail("no > at the end", at)
            angle.append(token)
        elif mark == ":":
            if in_group or angle is not None or any(word.text == "@" for word in words):
                raise fail("a colon in it", len(text))
            in_group, words, comment, start = True, [], "", at + 1
        elif mark in ",;":
            if mark == ";" and not in_group:
                raise fail("a semicolon outside a group", len(text))
            found.extend(_mailbox(_Address(words, angle, comment), text[start:at], field))
            words, angle, comment, start = [], None, "", at + 1
            in_group = in_group and mark == ","
        else:
            raise fail(f"{mark} may not stand there", len(text))
    if in_angle:
        raise fail("no > at the end", len(text))
    # QUIRK: the semicolon that ends a group may be missing at the very end.
    found.extend(_mailbox(_Address(words, angle, comment), text[start:], field))
    return tuple(found)


def _tokens(text: str) -> Iterator[_Token]:
    at, size = 0, len(text)
    while at < size:
        if text[at] == "(":
            end = _end_of_comment(text, at + 1)
            yield _Token("comment" if end <= size else "open", text[at + 1 : end - 1], at)
            at = end
            continue
        matched = _TOKEN.match(text, at)
        assert matched is not None
        assert matched.lastgroup is not None
        yield _Token(matched.lastgroup, matched[0], at)
        at = matched.end()


def _end_of_comment(text: str, at: int) -> int:
    depth = 1
    for paren in _PAREN.finditer(text, at):
        depth += (paren[0] == "(") - (paren[0] == ")")
        if not depth:
            return paren.end()
    return len(text) + 1


def _mailbox(parts: _Address, source: str, field: str) -> Iterator[Mailbox]:
    """The mailbox of one address; nothing where nothing stands (an empty member of a list)."""
    words, angle, comment = parts
    piece = " ".join(source.split())
    if angle is None:
        if all(word.kind == "blank" for word in words):
            return
        # QUIRK: `bob@example.net (Bob)`, older than display names, means a name.
        yield Mailbox(decode_words(" ".join(comment.split())), _addr_spec(words, piece, field))
        return
    phrase, after = words, False  # QUIRK: an @ in a name needs quotes; without them it is taken all the same
    for place, word in enumerate(words):
        if word.text == ">" and word.kind == "special":
            phrase, after = words[:place], any(later.kind != "blank" for later in words[place + 1 :])
            break
    if after:
        raise AddressError(piece, "text after the >", field)
    if any(word.kind == "special" and word.text == ":" for word in angle):
        angle = angle[max(place for place, word in enumerate(angle) if word.text == ":") + 1 :]  # a route, ignored
    yield Mailbox(_phrase(phrase) or decode_words(" ".join(comment.split())), _addr_spec(angle, piece, field))


def _phrase(words: list[_Token]) -> str:
    """A display name: encoded words decoded, quotes taken off."""
    out: list[str] = []
    run = ""
    for word in words:
        if word.kind == "quoted":
            out += (decode_words(run), _unquoted(word.text))
            run = ""
        else:
            run += " " if word.kind == "blank" else word.text
    out.append(decode_words(run))
    return "".join(out).strip(" ")


def _unquoted(text: str) -> str:
    inner = text[1:-1] if len(text) > 1 and text[-1] == '"' else text[1:]
    return _ESCAPE.sub(r"\1", inner.replace("\r", "").replace("\n", "")) if "\\" in inner or "\n" in inner else inner


def _addr_spec(words: list[_Token], piece: str, field: str) -> str:
    """Local part and domain put together, blanks around dots gone; AddressError if SMTP would refuse them."""
    ats = [place for place, word in enumerate(words) if word.text == "@" and word.kind == "special"]
    if len(ats) > 1:
        raise AddressError(piece, "more than one @", field)
    local = _dotted(words[: ats[0]] if ats else words, piece, field)
    domain = _dotted(words[ats[0] + 1 :], piece, field) if ats else []
    if ats and not local:
        raise AddressError(piece, "nothing before the @", field)
    if not domain:
        raise AddressError(piece, "no domain", field)
    address = f"{_local_part(local)}@{''.join(word.text for word in domain)}"
    reason = why_not(address)
    if reason:
        raise AddressError(piece, reason, field)
    return address


def _dotted(words: list[_Token], piece: str, field: str) -> list[_Token]:
    """Words and the dots between them, blanks dropped; two words need a dot between them."""
    kept = [word for word in words if word.kind != "blank"]
    for word, following in pairwise(kept):
        if word.text != "." and following.text != ".":
            raise AddressError(piece, "a blank in it" if following.kind == "atom" else "not one word", field)
    return kept


def _local_part(words: list[_Token]) -> str:
    if all(word.kind != "quoted" for word in words):
        return "".join(word.text for word in words)
    text = "".join(_unquoted(word.text) if word.kind == "quoted" else word.text for word in words)
    # The form with the least quoting (RFC 5321 section 4.1.2).
    return text if _DOT_ATOM.fullmatch(text) else _quoted(text)


# Checking -------------------------------------------------------------------------------------------------------------


def is_address(text: str) -> bool:
    """True for a bare addr-spec that an envelope may hold."""
    return not why_not(text)


@lru_cache(maxsize=4096)
def why_not(address: str) -> str:
    """Why a bare addr-spec may not stand in an envelope, in a few words; empty if it may.

    RFC 5321 sections 4.1.2 and 4.5.3.1. Addresses outside US-ASCII need SMTPUTF8 (RFC 6531).
    """
    if not address.isascii():
        return "not US-ASCII, which needs SMTPUTF8"
    if not address.isprintable():
        return "a control character in it"
    local, at, domain = address.rpartition("@")
    if not at or not domain:
        return "no domain"
    if not local:
        return "nothing before the @"
    if local[0] == '"':
        if len(local) < 3 or not re.fullmatch(r'"(?:[^"\\]|\\.)*+"', local):
            return "a quote that is not closed" if len(local) != 2 else "nothing before the @"
    elif not _DOT_ATOM.fullmatch(local):
        return _why_no_dot_atom(local)
    if len(local) > MAX_LOCAL_PART:
        return f"more than {MAX_LOCAL_PART} octets before the @"
    if len(domain) > MAX_DOMAIN:
        return f"a domain of more than {MAX_DOMAIN} octets"
    if domain[0] == "[":
        return "" if _LITERAL.fullmatch(domain) else "no address between its brackets"
    for label in domain.split("."):
        if not label:
            return "a dot too many"
        if len(label) > MAX_LABEL:
            return f"a name of more than {MAX_LABEL} octets in the domain"
        if not _LABEL.fullmatch(label):
            return f"{label!r} is no name for a host"
    return ""


def _why_no_dot_atom(local: str) -> str:
    if local[0] == "." or local[-1] == "." or ".." in local:
        return "a dot too many"
    if "@" in local:
        return "more than one @"
    return "a blank in it" if " " in local else "a character that needs quotes"


# Writing --------------------------------------------------------------------------------------------------------------


def format_mailbox(mailbox: Mailbox) -> str:
    """`Name <address>` in US-ASCII: the name bare, quoted or as encoded words, whichever it needs."""
    name, address = mailbox
    if not name:
        return address
    if _PLAIN_NAME.fullmatch(name) and "=?" not in name:
        return f"{name} <{address}>"
    if name.isascii() and name.isprintable():
        return f"{_quoted(name)} <{address}>"
    return f"{' '.join(encoded_words(name))} <{address}>"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
