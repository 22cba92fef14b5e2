"""What `mailedu walk` prints, in the colours of the full screen: both faces then say the same, in the same words.

The texts of `mailedu.text` are made for a `Screen`. A `Sheet` is one that nobody prints on: it marks styles by SGR
codes of its own, which `Screen.safe` lets pass, and `lines` turns what comes out into Textual's content, whose theme
variables follow the theme by themselves.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from textual.content import Content

from mailedu.text.screen import INDENT, Screen
from mailedu.visible import visible

#: What a piece of text is for -> its style, as `Screen.paint` names it.
ROLES: Final = {
    "head": "bold",
    "title": "bold",
    "quiet": "$quiet",
    "changed": "$changed",
    "wrong": "$error",
    "right": "$success",
}
_CODE: Final = "bold $server"
#: Pygments' names of tokens -> style; what is not named stays as it is.
_TOKENS: Final = {
    "Token.Keyword": "bold $client",
    "Token.Literal.Number.Integer": _CODE,
    "Token.Literal.Number.Float": "$server",
    "Token.Generic.Error": "bold $error",
    "Token.Generic.Prompt": "$quiet",
    "Token.Comment": "$quiet",
    "Token.Operator": "$quiet",
    "Token.Name.Tag": "bold",
    "Token.Literal.String.Escape": "bold",
}
_MARK: Final = re.compile(r"\x1b\[([0-9]*)m")
_END: Final = "\x1b[0m"
#: Number of a code - 1 -> style. Ours are few, so the list never grows beyond them.
_styles: Final[list[str]] = []


def mark(style: str, text: str) -> str:
    """`text`, which is visible, in a style of Textual's such as `bold $client`; to be read by `lines` alone."""
    if not style or not text:
        return text
    if style not in _styles:
        _styles.append(style)
    return f"\x1b[{_styles.index(style) + 1}m{text}{_END}"


class Sheet(Screen):
    """A screen of so many columns on which the texts of `mailedu.text` are laid out. Rows have no end."""

    def __init__(self, columns: int) -> None:
        super().__init__(io.StringIO(), colour=True, columns=columns)

    def paint(self, role: str, text: str) -> str:
        return mark(ROLES[role], text)

    def session(self, text: str, protocol: str, *, letter: bool = False) -> str:
        """Lines of a conversation, or of a letter, in the colours of who speaks and of their grammar."""
        return session(text, protocol, letter=letter)


def session(text: str, protocol: str, *, letter: bool = False) -> str:
    """Marked lines of a session: verbs in the client's hue, codes in the server's, refusals as such. Visible."""
    from mailedu.highlight import pieces

    out: list[str] = []
    begins = True
    for kind, piece in pieces(text, protocol, letter=letter):
        style = _TOKENS.get(str(kind), "")
        if style == _CODE and not begins:  # a number that is no reply code, such as SIZE's
            style = ""
        out.append(mark(style, piece) if "\n" not in piece else piece)
        begins = piece.endswith("\n")
    return "".join(out)


def lines(marked: Iterable[str], indent: str = INDENT) -> list[Content]:
    """Marked lines as content, a row each; `indent`, where a line begins with it, is taken off: panes have their own.

    What is no mark of ours is made visible, so that nothing foreign can steer the terminal from here.
    """
    return [line_of(row.removeprefix(indent)) for text in marked for row in text.split("\n")]


def line_of(marked: str) -> Content:
    """One marked line as content."""
    return Content.assemble(*_pieces(marked))


def content(marked: Iterable[str], indent: str = INDENT) -> Content:
    """All lines as one content, for a `Static`."""
    return Content("\n").join(lines(marked, indent))


def _pieces(marked: str) -> Iterator[tuple[str, str]]:
    style = ""
    for at, part in enumerate(_MARK.split(marked)):
        if at % 2:
            number = int(part or 0)
            style = _styles[number - 1] if 0 < number <= len(_styles) else ""
        elif part:
            yield visible(part), style
