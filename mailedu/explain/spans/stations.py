"""What the octets of actions and links hold: fields, parts, lines for people that name hosts, mailboxes, times."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mailedu.explain.model import Key, Reading
from mailedu.explain.spans import letter
from mailedu.explain.spans.scan import Scan
from mailedu.explain.spans.smtp import mailbox
from mailedu.visible import visible

_FIELDS: Final = frozenset("FIELD ADD REMOVE FOLD ENCODE RECEIVED RETURN_PATH".split())
_HOST: Final = re.compile(rb"(?<![\w@.-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}(?![\w@-])")
_ADDRESS: Final = re.compile(rb"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.])|\[[0-9A-Fa-f:.]+\]")
_TIME: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(?:Z|[+-][0-9:]+)?")
_TO: Final = re.compile(rb"^To:[^\r\n]*?([^\s<>@]+@[^\s<>@]+)>?\r?$", re.MULTILINE | re.IGNORECASE)
_EXCHANGER: Final = re.compile(rb"^ *(?P<chosen>\xe2\x96\xba)? *(?P<preference>[0-9]+) +(?P<host>[^\s]+)", re.MULTILINE)
_ATTEMPT: Final = re.compile(rb"attempt (?P<number>[0-9]+) in (?P<wait>[^\r\n]+)")
_KEPT: Final = re.compile(rb": (?P<why>[^\r\n]+)")
_SAID: Final = re.compile(rb"^(?P<host>[^\s:]+): (?P<reply>[2-5][0-5][0-9][^\r\n]*)", re.MULTILINE)
_WAITED: Final = re.compile(rb"waited (?P<wait>[^\r\n:]+)")
_TYPE: Final = re.compile(rb"^ *(?P<type>(?P<top>[A-Za-z-]+)/[^\s;]+)", re.MULTILINE)
_OCTETS: Final = re.compile(rb"([0-9]+) octets")
_NUMBER: Final = re.compile(rb"(?<![\w.:@-])[0-9]+(?![\w.:@-])")


def action(key: Key) -> Reading:
    """A field, a part, or a line that says what was done."""
    scan = Scan(key.octets)
    end = len(key.octets)
    if key.verb in _FIELDS:
        name = letter.field(scan, 0, end)
        if name == "Return-Path" and b"<>" in key.octets:
            name = "null"
        if name:
            scan.labels.append(name)
            return scan.reading()
    read = _VERBS.get(key.verb)
    if read is None:
        _line(scan, end)
    else:
        read(scan, end)
    return scan.reading()


def _part(scan: Scan, end: int) -> None:
    sort = letter.part(scan, 0, end)
    encoding = scan.values.get("encoding", "").lower()
    scan.labels += [f"{sort} {encoding}", sort] if encoding else [sort]


def _body(scan: Scan, end: int) -> None:
    """The empty line that ends the header, and the text below it."""
    start = 2 if scan.octets.startswith(b"\r\n") else 0
    scan.mark(0, start, "empty line")
    scan.mark(start, end, "body")


def _letter(scan: Scan, end: int) -> None:
    letter.message(scan, 0, end)


def _bounce(scan: Scan, end: int) -> None:
    """The header of a report; its To is the reverse-path of what failed, whatever its From says."""
    at, _ = letter.header(scan, 0, end)
    scan.mark(at, end, "empty line")
    to = _TO.search(scan.octets, 0, at)
    if to:
        scan.values["mailbox"] = visible(to[1])


def _whole(about: str) -> Callable[[Scan, int], None]:
    """All of it is one text."""
    return lambda scan, end: scan.mark(0, end, "text", about)


def _tree(scan: Scan, end: int) -> None:
    """A line a part, its type first."""
    for found in _TYPE.finditer(scan.octets, 0, end):
        scan.group(found, "type", "media type", found["top"].decode("ascii").lower(), value="type")
    if scan.values.get("type", "").lower().startswith("multipart/"):
        scan.labels.append("multipart")


def _recipient(scan: Scan, end: int) -> None:
    _line(scan, end)
    if b"no such mailbox" in scan.octets:
        scan.labels.append("missing")


def _route(scan: Scan, end: int) -> None:
    """Exchangers in order, the chosen one marked."""
    for number, found in enumerate(_EXCHANGER.finditer(scan.octets, 0, end)):
        chosen = found["chosen"] is not None
        scan.group(found, "chosen", "chosen")
        scan.group(found, "preference", "preference", value="preference" if chosen else "")
        scan.group(found, "host", "host", value="host" if chosen else "")
        if chosen and number:
            scan.labels.append("fallback")


def _defer(scan: Scan, end: int) -> None:
    """Why this attempt failed, and when the next one is."""
    found = _ATTEMPT.search(scan.octets, 0, end)
    if found:
        scan.group(found, "number", "number", value="number")
        scan.group(found, "wait", "duration", value="wait")
    said = _SAID.search(scan.octets, 0, end)
    if said:
        scan.group(said, "host", "host", value="host")
        scan.group(said, "reply", "text", value="text")
        scan.labels.append("reply")


def _keep(scan: Scan, end: int) -> None:
    """For whom the letter is kept, and why."""
    mailbox(scan, 0, end)
    said = _KEPT.search(scan.octets, 0, end)
    if said:
        scan.group(said, "why", "text", value="text")
        code = said["why"][:3].decode("ascii", "replace")
        if code.isdigit():
            scan.labels.append(code)
        elif said["why"].startswith(b"never named"):
            scan.labels.append("unnamed")


def _expire(scan: Scan, end: int) -> None:
    found = _WAITED.search(scan.octets, 0, end)
    if found:
        scan.group(found, "wait", "duration", value="wait")


def _store(scan: Scan, end: int) -> None:
    mailbox(scan, 0, end)
    found = _OCTETS.search(scan.octets, 0, end)
    if found:
        scan.group(found, 1, "message size", value="octets")


_VERBS: Final[dict[str, Callable[[Scan, int], None]]] = {
    "FILE": _letter,
    "MBOX": _whole("separator"),
    "LINE_ENDS": _whole("line"),
    "BODY": _body,
    "PART": _part,
    "COMPOSED": _letter,
    "BOUNCE": _bounce,
    "RECIPIENT": _recipient,
    "ROUTE": _route,
    "DEFER": _defer,
    "EXPIRE": _expire,
    "KEEP": _keep,
    "STORE": _store,
    "PARSE": _tree,
    "READ": _whole("reading"),
}


def link(key: Key) -> Reading:
    """A connection: what the octets say of host and address."""
    scan = Scan(key.octets)
    _line(scan, len(key.octets))
    return scan.reading()


def _line(scan: Scan, end: int) -> None:
    mailbox(scan, 0, end)
    octets = scan.octets
    for pattern, name, value in (
        (_HOST, "host", "host"),
        (_ADDRESS, "IP address", "address"),
        (_TIME, "time", "time"),
        (_NUMBER, "number", "number"),
    ):
        for found in pattern.finditer(octets, 0, end):
            if value in scan.values and value != "host":
                continue
            if not any(mark.start < found.end() and found.start() < mark.end for mark in scan.marks):
                scan.mark(*found.span(), name, value=value)
