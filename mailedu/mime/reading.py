"""What a person sees of a message: its text, what is enclosed, the outline of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from mailedu.mime.parser import Part

#: Fields that a reader shows above a message that came inside another.
_SHOWN: Final = ("From", "To", "Date", "Subject")
_TAG: Final = re.compile(r"<(/?[a-z][a-z0-9]*)?", re.IGNORECASE)
#: Elements that no reader shows, and tags after which a new line begins.
_HIDDEN: Final = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("head", "script", "style", "title")}
_BREAKS: Final = frozenset(("br", "/p", "/div", "/li", "/tr", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6", "hr"))
_ENTITIES: Final = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": "\u00a0", "amp": "&"}
_ENTITY: Final = re.compile(r"&(?:#([0-9]{1,6})|([a-z]{2,4}));")


class Enclosed(NamedTuple):
    """An attachment as a reader lists it."""

    filename: str
    """As its sender named it, or empty. It may hold anything; no file is ever written under it unseen."""
    type: str
    size: int
    """Decoded octets."""


class Reading(NamedTuple):
    """A message as a person reads it."""

    text: str
    """Lines end in newlines. Foreign: a face makes it visible first."""
    enclosed: tuple[Enclosed, ...]


def reading(message: Part) -> Reading:
    """The text that a reader shows, and what else came with it.

    Of a multipart/alternative the plain text, else the last form that can be read (RFC 2046 section 5.1.4); HTML
    without its tags; a message inside with its From, To, Date and Subject above it. What is an attachment, or no
    text, is listed.
    """
    texts: list[str] = []
    enclosed: list[Enclosed] = []
    _read(message, texts, enclosed)
    return Reading("\n".join(texts), tuple(enclosed))


def _read(part: Part, texts: list[str], enclosed: list[Enclosed]) -> None:
    if part.disposition not in (None, "inline"):
        enclosed.append(Enclosed(part.filename or "", part.type, len(part.decoded())))
    elif part.type == "multipart/alternative" and part.parts:
        _read(_best(part), texts, enclosed)
    elif part.is_multipart and part.parts:
        for each in part.parts:
            _read(each, texts, enclosed)
    elif part.parts:
        carried = part.parts[0]
        above = [f"{name}: {carried.value(name)}\n" for name in _SHOWN if carried.field(name)]
        texts.append("".join(above))
        _read(carried, texts, enclosed)
    elif part.type == "text/html":
        texts.append(_without_tags(part.text()))
    elif part.type.startswith(("text/", "multipart/")):
        texts.append(part.text())
    else:
        enclosed.append(Enclosed(part.filename or "", part.type, len(part.decoded())))


def _best(alternative: Part) -> Part:
    readable = [each for each in alternative.parts if each.is_multipart or each.type.startswith("text/")]
    plain = [each for each in readable if each.type == "text/plain"]
    return (plain or readable or list(alternative.parts))[-1]


def _without_tags(html: str) -> str:
    text = _ENTITY.sub(_entity, "".join(_between_tags(html)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _between_tags(html: str) -> Iterator[str]:
    """What is no tag, comment or hidden element. Reads each character once; what is never closed hides the rest."""
    at = 0
    while True:
        tag = html.find("<", at)
        yield html[at:] if tag < 0 else html[at:tag]
        if tag < 0:
            return
        matched = _TAG.match(html, tag)
        name = (matched[1] or "").lower() if matched else ""
        if html.startswith("<!--", tag):
            at = html.find("-->", tag) + 3
            if at < 3:
                return
            continue
        if name in _HIDDEN:
            closing = _HIDDEN[name].search(html, tag)
            if closing is None:
                return
            tag = closing.start()
        elif name in _BREAKS:
            yield "\n"
        at = html.find(">", tag) + 1
        if not at:
            return


def _entity(found: re.Match[str]) -> str:
    if found[1]:
        code = int(found[1])
        return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else found[0]
    return _ENTITIES.get(found[2], found[0])


# The tree -------------------------------------------------------------------------------------------------------------


def outline(message: Part) -> tuple[str, ...]:
    """The tree of parts, a line for each, two blanks deeper for what is inside: type, name, charset, encoding, size."""
    lines: list[str] = []
    _outline(message, 0, lines)
    return tuple(lines)


def _outline(part: Part, depth: int, lines: list[str]) -> None:
    if part.is_multipart and part.parts:
        count = len(part.parts)
        told = [f"{count} part" if count == 1 else f"{count} parts"]
    elif part.parts:
        told = ["a message"]
    else:
        told = [part.filename or "", part.charset or "", part.encoding, f"{len(part.decoded()):,} octets"]
    lines.append(f"{'  ' * depth}{part.type}  {', '.join(filter(None, told))}")
    for each in part.parts:
        _outline(each, depth + 1, lines)
