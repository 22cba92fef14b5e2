"""Which octets of a letter mean what: fields, the parts of Received, the headers of MIME parts (RFC 5322, RFC 2045)."""

from __future__ import annotations

import re
from typing import Final

from mailedu.explain.spans.scan import Scan, lines

_NAME: Final = re.compile(rb"(?P<name>[!-9;-~]+)(?P<colon>[ \t]*:)[ \t]*")
_ADDRESS: Final = re.compile(rb"[^\s<>@,;:()\"]+@[^\s<>@,;:()\"]+")
_MESSAGE_ID: Final = re.compile(rb"<[^<>\s]+@[^<>\s]+>")
_PART_OF_RECEIVED: Final = re.compile(
    rb"(?<![^\s(])(?P<word>from|by|via|with|id|for)[ \t\r\n]+(?P<value>[^\s;()]+)", re.IGNORECASE
)
_COMMENT: Final = re.compile(rb"\([^()]*\)")
_TYPE: Final = re.compile(rb"(?P<type>[A-Za-z0-9!#$&^_.+-]+)/(?P<subtype>[A-Za-z0-9!#$&^_.+-]+)")
_ATTRIBUTE: Final = re.compile(rb";\s*(?P<name>[A-Za-z0-9*-]+)\s*=\s*(?P<value>\"(?:[^\"\\]|\\.)*\"|[^\s;]+)")
_ENCODED_WORD: Final = re.compile(rb"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=")
#: Field names as they are usually written.
NAMES: Final = {
    name.lower(): name
    for line in (
        "Date From Sender Reply-To To Cc Bcc Subject Message-ID In-Reply-To References Comments Keywords",
        "Return-Path Received MIME-Version Content-Type Content-Transfer-Encoding Content-Disposition Content-ID",
        "Content-Description User-Agent Auto-Submitted",
        "Resent-Date Resent-From Resent-Sender Resent-To Resent-Cc Resent-Bcc Resent-Message-ID",
    )
    for name in line.split()
}
#: Parts whose content is again fields (RFC 3464 section 2.1, RFC 6522 section 4).
_FIELDS_INSIDE: Final = frozenset({"message/delivery-status", "text/rfc822-headers"})
_ADDRESSES: Final = frozenset("From Sender Reply-To To Cc Bcc Return-Path Resent-From Resent-To".split())


def usual(name: bytes) -> str:
    """A field's name as it is usually written; names are the same in any case (RFC 5322 section 1.2.2)."""
    text = name.decode("ascii", "replace")
    return NAMES.get(text.lower(), text)


def field(scan: Scan, start: int, end: int) -> str:
    """Mark one field, its folds included; returns its usual name, or nothing if it is no field."""
    found = _NAME.match(scan.octets, start, end)
    if found is None:
        return ""
    name = usual(found["name"])
    scan.group(found, "name", "field name", name, value="field")
    scan.group(found, "colon", "colon")
    body, text = found.end(), _without_end(scan.octets, found.end(), end)
    scan.mark(body, text, "field body", name)
    scan.keep("text", b" ".join(scan.octets[body:text].split()))
    if name == "Received":
        _received(scan, body, text)
    elif name.startswith("Content-"):
        _mime(scan, name, body, text)
    elif name in _ADDRESSES:
        for address in _ADDRESS.finditer(scan.octets, body, text):
            scan.mark(*address.span(), "address", value="mailbox")
            scan.keep("domain", address[0].partition(b"@")[2])
    elif name in ("Message-ID", "In-Reply-To", "References"):
        for unique in _MESSAGE_ID.finditer(scan.octets, body, text):
            scan.mark(*unique.span(), "msg-id")
    else:
        for word in _ENCODED_WORD.finditer(scan.octets, body, text):
            scan.mark(*word.span(), "encoded word")
    if text < end:
        scan.mark(text, end, "CRLF")
    return name


def _without_end(octets: bytes, start: int, end: int) -> int:
    while end > start and octets[end - 1 : end] in (b"\r", b"\n"):
        end -= 1
    return end


def _received(scan: Scan, start: int, end: int) -> None:
    """from, by, via, with, id, for, and the time after the semicolon (RFC 5321 section 4.4)."""
    semicolon = scan.octets.rfind(b";", start, end)
    date = semicolon if semicolon >= 0 else end
    for part in _PART_OF_RECEIVED.finditer(scan.octets, start, date):
        word = part["word"].lower().decode()
        scan.mark(*part.span(), "trace part", word)
        if word in ("from", "by", "for", "with", "id"):
            scan.keep(word, part["value"].strip(b"<>"))
    for comment in _COMMENT.finditer(scan.octets, start, date):
        scan.mark(*comment.span(), "comment")
    if semicolon >= 0:
        scan.mark(semicolon, end, "trace part", "date")
        scan.keep("time", b" ".join(scan.octets[semicolon + 1 : end].split()))


def _mime(scan: Scan, name: str, start: int, end: int) -> None:
    found = _TYPE.match(scan.octets, start, end) if name == "Content-Type" else None
    if found:
        scan.mark(*found.span(), "media type", found["type"].lower().decode("ascii", "replace"), value="type")
    elif name == "Content-Transfer-Encoding":
        word = scan.octets[start:end].strip()
        scan.keep("encoding", word)
    for attribute in _ATTRIBUTE.finditer(scan.octets, start, end):
        key = attribute["name"].lower().decode("ascii", "replace").partition("*")[0]
        scan.group(attribute, "value", "MIME parameter", key)
        value = attribute["value"].strip(b'"')
        if key in ("filename", "name"):
            scan.keep("filename", value)
        elif key in ("charset", "boundary"):
            scan.keep(key, value)


def header(scan: Scan, start: int, end: int) -> tuple[int, list[str]]:
    """Mark the fields from `start` on; returns where the header ends (before the empty line) and the names found."""
    begin, names = start, []
    at = start
    for line, text, after in lines(scan.octets[:end], start):
        if text > line and scan.octets[line : line + 1] in (b" ", b"\t") and at > begin:
            at = after
            continue
        if at > begin:
            names.append(field(scan, begin, at))
        begin = at = line
        if text == line or _NAME.match(scan.octets, line, text) is None:
            return line, names
        at = after
    if at > begin:
        names.append(field(scan, begin, at))
    return at, names


def message(scan: Scan, start: int, end: int) -> None:
    """Header, empty line and body of a letter as it travels, doubled dots marked."""
    at, _ = header(scan, start, end)
    if scan.octets[at : at + 2] == b"\r\n" and at + 2 <= end:
        scan.mark(at, at + 2, "empty line")
        at += 2
    scan.mark(at, end, "body")
    stuffed(scan, at, end)


def stuffed(scan: Scan, start: int, end: int) -> None:
    """Mark the first of two dots that open a line: it was added for the journey only."""
    at = start
    while 0 <= at < end:
        if scan.octets.startswith(b"..", at, end):
            scan.mark(at, at + 1, "doubled dot")
        at = scan.octets.find(b"\r\n", at, end)
        at = at + 2 if at >= 0 else -1


def part(scan: Scan, start: int, end: int) -> str:
    """One body part, its delimiter line perhaps before it; returns what sort of part it is."""
    octets = scan.octets
    boundary = b""
    if octets.startswith(b"\r\n--", start):
        # The line end before a delimiter belongs to it (RFC 2046 section 5.1.1).
        scan.mark(start, start + 2, "CRLF")
        start += 2
    if octets.startswith(b"--", start):
        line = octets.find(b"\n", start, end) + 1 or end
        boundary = octets[start : _without_end(octets, start, line)]
        scan.mark(start, start + len(boundary), "delimiter")
        start = line
    at, _names = header(scan, start, end)
    sort = _sort(octets[start:at].lower(), scan.values.get("type", "").lower())
    if octets[at : at + 2] == b"\r\n" and at + 2 <= end:
        scan.mark(at, at + 2, "empty line", "part")
        at += 2
    close = octets.rfind(b"\r\n" + boundary + b"--", at, end) if boundary else -1
    if close >= 0:
        scan.mark(close, _without_end(octets, close, end), "delimiter", "close")
        end = close
    scan.mark(at, end, "body", "part")
    if sort in _FIELDS_INSIDE:
        _fields(scan, at, end)
    return sort


def _fields(scan: Scan, start: int, end: int) -> None:
    """Groups of fields, parted by empty lines."""
    while start < end:
        at, _names = header(scan, start, end)
        if at < end and scan.octets[at : at + 2] == b"\r\n":
            at += 2
        elif at == start:
            return
        start = at


def _sort(head: bytes, media_type: str) -> str:
    if media_type in ("message/delivery-status", "message/rfc822", "text/rfc822-headers"):
        return media_type
    if media_type.startswith("multipart/"):
        return "multipart"
    if b"content-disposition:" in head and b"attachment" in head:
        return "attachment"
    return "text" if not media_type or media_type.startswith("text/") else "attachment"
