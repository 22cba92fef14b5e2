"""Pygments lexers for SMTP and POP3 sessions, and their colours at a prompt.

They read what tcpflow or telnet leave behind (commands and replies as they travelled), and dialogues whose lines begin
with `C: ` or `S: `, with `# ` comments. A session has state: what follows a 354 is a letter up to its lone dot, what
follows a 334 is the answer to a challenge, and whether a +OK brings more lines depends on the command that it answers.
`pygmentize -l smtp-session FILE` finds the lexers by entry point; the command line imports them by name, for looking
through entry points takes longer than a journey.
"""

from __future__ import annotations

import io
import re
from abc import abstractmethod
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import ClassVar, Final, TypeAlias

from pygments.formatters.terminal256 import Terminal256Formatter
from pygments.lexer import Lexer
from pygments.style import Style
from pygments.token import (
    Comment,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
    _TokenType,
)

from mailedu.visible import visible

Piece: TypeAlias = tuple[_TokenType, str]

LETTER: Final = String.Heredoc
"""A line of a letter's body, or of any multi-line text."""
CODED: Final = String.Other
"""What is base64 in an AUTH dialogue."""

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_PREFIX: Final = re.compile(r"([CS])([:>!])( ?)")
_DIALOGUE: Final = re.compile(r"^[CS](?:[:>] |!)", re.MULTILINE)
_REMARK: Final = re.compile(r"#|~ |M: |[a-z]+ |$")

_WORDS: Final = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<path><[^<>\s]*>)"
    r"|(?P<name>(?i:FROM|TO)(?=:)|[A-Za-z0-9][A-Za-z0-9-]*(?==))"
    r"|(?P<sign>[:=])"
    r"|(?P<number>\d+(?!\S))"
    r"|(?P<word>[^\s:=<]+|<)"
)
_WORD_TOKENS: Final = {
    "space": Whitespace,
    "name": Name.Attribute,
    "sign": Operator,
    "number": Number.Integer,
    "word": Text,
}
_COMMAND: Final = re.compile(r"([A-Za-z0-9]+)(.*)", re.DOTALL)
_AUTH: Final = re.compile(r"(\s*)(\S*)(.*)", re.DOTALL)
_SMTP_REPLY: Final = re.compile(r"([2-5]\d\d)([ -]|$)([245]\.\d{1,3}\.\d{1,3}(?!\S))?(.*)", re.DOTALL)
_POP3_REPLY: Final = re.compile(r"(\+OK|-ERR)(?!\S)([ \t]*)(\[[A-Z0-9/-]+\])?(.*)", re.DOTALL)
_OFFER: Final = re.compile(r"([A-Z0-9][A-Z0-9-]*)([ =].*)?", re.DOTALL)
_FIELD: Final = re.compile(r"([!-9;-~]+)(:)(.*)", re.DOTALL)
_QUOTED: Final = re.compile(r"(\\x[0-9A-Fa-f]{2}|\\.)")


def _words(text: str) -> Iterator[Piece]:
    """Paths, parameters and numbers of a command or of a reply's text."""
    for match in _WORDS.finditer(text):
        if match.lastgroup == "path":
            yield Punctuation, "<"
            if len(match[0]) > 2:
                yield Name.Entity, match[0][1:-1]
            yield Punctuation, ">"
        else:
            yield _WORD_TOKENS[match.lastgroup or "word"], match[0]


class _Session:
    """What a lexer remembers from line to line."""

    def __init__(self, letter: bool) -> None:
        self.letter = letter
        """In a letter, up to its lone dot."""
        self.header = letter
        """Still among its fields."""
        self.listing = False
        """In another multi-line text, up to its lone dot."""
        self.challenge = False
        """The client's next line answers a challenge."""
        self.awaited: deque[str] = deque()
        """POP3: for each command without reply whether that brings a "letter", a "listing", or "" for one line."""

    def begin(self, what: str) -> None:
        self.letter = self.header = what == "letter"
        self.listing = what == "listing"

    def within(self, text: str, end: str) -> Iterator[Piece]:
        """A line of a multi-line text."""
        if text == ".":
            self.begin("")
            yield Keyword, text
        elif text.startswith("."):
            yield String.Escape, "."
            yield (LETTER if self.letter else Text), text[1:]
        elif self.listing:
            yield from _offer(text)
        elif self.header and text and text[0] not in " \t" and (field := _FIELD.fullmatch(text)):
            yield Name.Tag, field[1]
            yield Punctuation, field[2]
            yield LETTER, field[3]
        else:
            self.header = self.header and text != ""
            yield LETTER, text
        yield Whitespace, end


def _offer(text: str) -> Iterator[Piece]:
    """A line that offers an extension or capability, else words."""
    if (offer := _OFFER.fullmatch(text)) and not offer[1].isdigit():
        yield Name.Builtin, offer[1]
        text = offer[2] or ""
    yield from _words(text)


class SessionLexer(Lexer):
    """What the two have in common: lines, who says them, comments. `letter=True` begins within a letter."""

    url = "https://www.rfc-editor.org/rfc/rfc5321"
    version_added = ""
    verbs: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *, letter: bool = False, **options: object) -> None:
        super().__init__(**options)
        self.letter = letter

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """Yield (index, token type, text), which joined are `text` again."""
        session = _Session(self.letter)
        dialogue = not self.letter and _DIALOGUE.search(text) is not None
        at = 0
        for line in _LINE.findall(text):
            for kind, piece in self._line(session, line, dialogue):
                if piece:
                    yield at, kind, piece
                    at += len(piece)

    def _line(self, session: _Session, line: str, dialogue: bool) -> Iterator[Piece]:
        said = line.rstrip("\r\n")
        end = line[len(said) :]
        side = ""
        if dialogue and (prefix := _PREFIX.match(said)):
            side, how, gap = prefix.groups()
            said = said[prefix.end() :]
            yield Generic.Prompt, side + how
            yield Whitespace, gap
            if how != ":":
                for part in _QUOTED.split(said):
                    yield (String.Escape if part.startswith("\\") else String.Double), part
                yield Whitespace, end
                return
        elif dialogue and not (session.letter or session.listing) and _REMARK.match(said):
            yield Comment, said
            yield Whitespace, end
            return
        yield from self._said(session, side, said, end)

    @abstractmethod
    def _said(self, session: _Session, side: str, said: str, end: str) -> Iterator[Piece]:
        """What one line says, without its prefix; `side` is "C", "S", or "" if nobody says who speaks."""

    def _command(self, said: str) -> Iterator[Piece]:
        match = _COMMAND.match(said)
        verb = match[1].upper() if match else ""
        if match is None or verb not in self.verbs:
            yield Name.Other, said
        elif verb == "AUTH":
            yield Keyword, match[1]
            yield from zip((Whitespace, Name.Builtin, CODED), _AUTH.findall(match[2])[0], strict=True)
        else:
            yield Keyword, match[1]
            yield from _words(match[2])


class SmtpSessionLexer(SessionLexer):
    """An SMTP session: commands, replies, and the letter between a 354 and its lone dot (RFC 5321 section 4)."""

    name = "SMTP session"
    aliases: ClassVar[list[str]] = ["smtp-session"]
    verbs = frozenset(
        "HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY EXPN HELP AUTH STARTTLS BDAT TURN ETRN SEND SOML SAML".split()
    )

    def _said(self, session: _Session, side: str, said: str, end: str) -> Iterator[Piece]:
        if session.letter and side != "S":
            yield from session.within(said, end)
            return
        if side != "C" and (reply := _SMTP_REPLY.fullmatch(said)):
            code, sign, enhanced, text = reply.groups()
            session.begin("letter" if code == "354" and sign != "-" else "")
            session.challenge = code == "334"
            yield (Generic.Error if code[0] in "45" else Number.Integer), code
            yield (Operator if sign == "-" else Whitespace), sign
            yield Number.Float, enhanced or ""
            if code == "334":
                yield CODED, text
            elif code == "250" and not enhanced:
                yield from _offer(text)
            else:
                yield from _words(text)
        elif session.challenge and side != "S":
            session.challenge = False
            yield CODED, said
        elif side == "S":
            yield Text, said
        else:
            yield from self._command(said)
        yield Whitespace, end


class Pop3SessionLexer(SessionLexer):
    """A POP3 session: commands, replies, and the lines that follow some of them (RFC 1939 sections 3 and 5)."""

    name = "POP3 session"
    aliases: ClassVar[list[str]] = ["pop3-session"]
    url = "https://www.rfc-editor.org/rfc/rfc1939"
    verbs = frozenset("USER PASS APOP STAT LIST RETR DELE NOOP RSET QUIT TOP UIDL CAPA STLS AUTH UTF8 LANG".split())

    def _said(self, session: _Session, side: str, said: str, end: str) -> Iterator[Piece]:
        if (session.letter or session.listing) and side != "C":
            yield from session.within(said, end)
            return
        if side != "C" and (reply := _POP3_REPLY.fullmatch(said)):
            sign, gap, code, text = reply.groups()
            yield (Generic.Error if sign == "-ERR" else Number.Integer), sign
            yield Whitespace, gap
            yield Number.Float, code or ""
            yield from _words(text)
            follows = session.awaited.popleft() if session.awaited else ""
            if sign == "+OK":
                session.begin(follows)
        elif side != "C" and (said == "+" or said.startswith("+ ")):
            yield Number.Integer, said[:1]
            yield CODED, said[1:]
            session.challenge = True
        elif session.challenge and side != "S":
            session.challenge = False
            yield CODED, said
        elif side == "S":
            yield Text, said
        else:
            verb, _, argument = said.upper().partition(" ")
            if verb in ("RETR", "TOP"):
                session.awaited.append("letter")
            elif verb == "CAPA" or (verb in ("LIST", "UIDL") and not argument.strip()):
                session.awaited.append("listing")
            elif verb:
                session.awaited.append("")
            yield from self._command(said)
        yield Whitespace, end


# Colours at a prompt --------------------------------------------------------------------------------------------------


class SessionStyle(Style):
    """Colours of the 256 that stand out from black and from white alike (at least 4 to 1 on both)."""

    styles: ClassVar[dict[_TokenType, str]] = {
        Comment: "#767676",
        Generic.Prompt: "#767676",
        Keyword: "bold #5f5fff",
        Name.Attribute: "#008787",
        Name.Builtin: "#008787",
        Name.Entity: "#af5faf",
        Name.Tag: "#008787",
        Name.Other: "#d7005f",
        Number: "bold #008700",
        Number.Float: "nobold #008700",
        Generic.Error: "bold #d7005f",
        Operator: "bold #767676",
        Punctuation: "#767676",
        CODED: "#af5f00",
        String.Escape: "bold #af5f00",
        String.Double: "#af5f00",
    }


_LEXERS: Final[dict[str, type[SessionLexer]]] = {
    "smtp": SmtpSessionLexer,
    "submission": SmtpSessionLexer,
    "pop3": Pop3SessionLexer,
}


@cache
def _lexer(protocol: str, letter: bool) -> SessionLexer:
    return _LEXERS[protocol](letter=letter, stripnl=False, ensurenl=False)


@cache
def _formatter() -> Terminal256Formatter[str]:
    return Terminal256Formatter(style=SessionStyle)


def ansi(text: str, protocol: str, *, letter: bool = False) -> str:
    """Colour lines of a session for a terminal of 256 colours; a protocol that we have no lexer for stays as it is.

    `text`: lines with or without `C: ` and `S: `. With `letter` they are a letter's own, up to its lone dot, if any.
    It is made visible here (newlines stay), so no escape but ours comes out, however it came in.
    """
    out = io.StringIO()
    _formatter().format(pieces(text, protocol, letter=letter), out)
    return out.getvalue()


def pieces(text: str, protocol: str, *, letter: bool = False) -> Iterator[Piece]:
    """The same lines as tokens, for a face that has colours of its own. Made visible here too."""
    text = visible(text, keep_newlines=True)
    if protocol not in _LEXERS:
        yield Text, text
        return
    for _, kind, piece in _lexer(protocol, letter).get_tokens_unprocessed(text):
        yield kind, piece
