"""What the octets of actions and links hold: fields, parts, lines for people that name hosts, mailboxes, times."""

from __future__ import annotations

import re
from typing import Final

from mailedu.explain.model import Key, Reading
from mailedu.explain.spans import letter
from mailedu.explain.spans.scan import Scan
from mailedu.explain.spans.smtp import mailbox

_FIELDS: Final = frozenset("FIELD ADD REMOVE FOLD RECEIVED RETURN_PATH".split())
_HOST: Final = re.compile(rb"(?<![\w@.-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}(?![\w@-])")
_ADDRESS: Final = re.compile(rb"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.])|\[[0-9A-Fa-f:.]+\]")
_TIME: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(?:Z|[+-][0-9:]+)?")
_NUMBER: Final = re.compile(rb"(?<![\w.:@-])[0-9]+(?![\w.:@-])")


def action(key: Key) -> Reading:
    """A field, a part, or a line that says what was done."""
    scan = Scan(key.octets)
    end = len(key.octets)
    if key.verb in _FIELDS:
        name = letter.field(scan, 0, end)
        if name:
            scan.labels.append(name)
            return scan.reading()
    elif key.verb == "PART":
        scan.labels.append(letter.part(scan, 0, end))
        return scan.reading()
    elif key.verb == "BODY":
        scan.mark(0, end, "body")
        return scan.reading()
    _line(scan, end)
    return scan.reading()


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
        (_ADDRESS, "address", "address"),
        (_TIME, "time", "time"),
        (_NUMBER, "number", "number"),
    ):
        for found in pattern.finditer(octets, 0, end):
            if value in scan.values and value != "host":
                continue
            if not any(mark.start < found.end() and found.start() < mark.end for mark in scan.marks):
                scan.mark(*found.span(), name, value=value)
