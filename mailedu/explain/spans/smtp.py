"""Which octets of an SMTP conversation mean what (RFC 5321 sections 4.1.2 and 4.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mailedu.explain.model import Key, Reading
from mailedu.explain.spans.scan import Scan, lines, undress

_PATH: Final = re.compile(rb"(?P<keyword>(?:FROM|TO):)[ \t]*(?P<path><(?P<inner>[^<>]*)>?|[^ <>]+)", re.IGNORECASE)
_MAILBOX: Final = re.compile(rb'(?P<local>"(?:[^"\\]|\\.)*"|[^@<>\s"]+)@(?P<domain>\[[^\]\s]*\]|[^@<>\s\[\]:,;()"]+)')
_PARAMETER: Final = re.compile(rb"(?P<keyword>[A-Za-z0-9-]+)(?:=(?P<value>[^\s=]+))?")
_WORD: Final = re.compile(rb"[^\s]+")
_REPLY: Final = re.compile(
    rb"(?P<code>[0-9]{3})(?P<sign>[ -]?)(?P<enhanced>[245]\.[0-9]{1,3}\.[0-9]{1,3}(?=[ ]|$))?(?P<text>.*)", re.DOTALL
)
_NUMBERS: Final = re.compile(rb"(?<![\w.:\[-])[0-9]+(?![\w.:\]-]*[A-Za-z:])")
_QUEUED: Final = re.compile(
    rb"queued as (?P<id>[^\s.,;]+)|(?P<sendmail>[A-Za-z0-9]{14})(?= Message accepted)", re.IGNORECASE
)
#: Parameters whose value may stand in a text.
_VALUES: Final = {b"SIZE": "size", b"BODY": "body", b"AUTH": "auth"}


def command(key: Key) -> Reading:
    """A command line, a line of an AUTH dialogue, or the lone dot."""
    octets = key.octets
    scan = Scan(octets)
    end = octets.find(b"\n") + 1 or len(octets)
    scan.line_end(0, end)
    text = len(octets[:end].rstrip(b"\r\n"))
    if key.verb == "END_OF_DATA":
        scan.mark(0, text, "lone dot")
    elif key.verb == "RESPONSE":
        _response(scan, octets[:text], key.prompt)
    else:
        word = _WORD.match(octets, 0, text)
        if word:
            scan.mark(0, word.end(), "verb", word[0].upper().decode("ascii", "replace"))
            scan.keep("keyword", word[0])
            _ARGUMENTS.get(key.verb, _argument)(scan, word.end(), text)
            if key.verb == "UNKNOWN":
                scan.labels.append(word[0].upper().decode("ascii", "replace"))
                if word[0].endswith(b":"):
                    scan.labels.append("field")
    return scan.reading()


def _argument(scan: Scan, start: int, end: int) -> None:
    """An argument that has no parts of its own."""
    start = _after_blanks(scan.octets, start, end)
    scan.mark(start, end, "argument", value="text")


def _after_blanks(octets: bytes, start: int, end: int) -> int:
    while start < end and octets[start : start + 1] in (b" ", b"\t"):
        start += 1
    return start


def _host(scan: Scan, start: int, end: int) -> None:
    start = _after_blanks(scan.octets, start, end)
    scan.mark(start, end, "client name", "literal" if scan.octets[start : start + 1] == b"[" else "", value="host")


def _path(scan: Scan, start: int, end: int) -> None:
    start = _after_blanks(scan.octets, start, end)
    found = _PATH.match(scan.octets, start, end)
    if found is None:
        scan.mark(start, end, "argument", value="text")
        return
    sender = found["keyword"][:1].upper() == b"F"
    scan.group(found, "keyword", "keyword", "FROM" if sender else "TO")
    inner = found["inner"] if found["inner"] is not None else found["path"]
    null = sender and not inner
    scan.group(found, "path", "reverse-path" if sender else "forward-path", "null" if null else "")
    if null:
        scan.labels.append("<>")
    elif inner.lower() == b"postmaster":
        scan.labels.append("postmaster")
    mailbox(scan, *found.span("path"))
    for parameter in _PARAMETER.finditer(scan.octets, found.end(), end):
        keyword = parameter["keyword"].upper()
        scan.mark(*parameter.span(), "parameter", keyword.decode("ascii"))
        if keyword in _VALUES and parameter["value"]:
            scan.keep(_VALUES[keyword], parameter["value"])


def mailbox(scan: Scan, start: int, end: int) -> None:
    """Mark local part and domain of the first mailbox there (RFC 5321 section 2.3.11)."""
    found = _MAILBOX.search(scan.octets, start, end)
    if found:
        scan.keep("mailbox", found[0])
        scan.group(found, "local", "local part", value="user")
        scan.group(found, "domain", "domain", value="domain")


def _auth(scan: Scan, start: int, end: int) -> None:
    words = list(_WORD.finditer(scan.octets, start, end))
    if not words:
        return
    mechanism = words[0][0].upper().decode("ascii", "replace")
    scan.mark(*words[0].span(), "mechanism", mechanism, value="mechanism")
    if len(words) > 1:
        scan.mark(*words[1].span(), "response", "initial")
        decoded = undress(words[1][0])
        if decoded is not None:
            _credentials(scan, decoded)
            scan.labels.append(f"{mechanism} initial")
    scan.labels.append(mechanism)


def _credentials(scan: Scan, decoded: bytes) -> None:
    """Keep what base64 hid; PLAIN's three parts singly (RFC 4616 section 2)."""
    parts = decoded.split(b"\0")
    if len(parts) == 3:
        scan.keep("user", parts[1])
        scan.keep("password", parts[2])
    scan.keep("decoded", decoded.replace(b"\0", b" "))


def question(line: bytes) -> str:
    """What a 334 asks for: `user name`, `password`, or nothing that is known."""
    asked = undress(line.strip())
    word = (asked or b"").lower()
    return "user name" if word.startswith(b"user") else "password" if word.startswith(b"pass") else ""


def _response(scan: Scan, line: bytes, prompt: bytes) -> None:
    if line == b"*":
        scan.mark(0, 1, "response", "cancel")
        scan.labels.append("cancel")
        return
    if not line:
        return
    decoded = undress(line)
    if decoded is None:
        scan.mark(0, len(line), "response", "garbled")
        scan.labels.append("garbled")
        return
    asked = question(prompt[4:]) if prompt.startswith(b"334") else ""
    _credentials(scan, decoded)
    scan.mark(0, len(line), "response", asked)
    if asked:
        scan.labels.append(asked)
    elif "password" in scan.values:
        scan.labels.append("PLAIN")


_ARGUMENTS: Final[dict[str, Callable[[Scan, int, int], None]]] = {
    "EHLO": _host,
    "HELO": _host,
    "MAIL": _path,
    "RCPT": _path,
    "AUTH": _auth,
}


def reply(key: Key) -> Reading:
    """A reply of one line or many. The last line's code counts (RFC 5321 section 4.2.1)."""
    scan = Scan(key.octets)
    hello = key.verb == "EHLO"
    for number, (start, text, end) in enumerate(lines(key.octets)):
        found = _REPLY.match(key.octets, start, text)
        if found is None:
            scan.mark(start, text, "text")
            continue
        scan.code = found["code"].decode()
        scan.group(found, "code", "code", scan.code[:1])
        scan.group(found, "sign", "hyphen" if found["sign"] == b"-" else "blank")
        if found["enhanced"] and found["enhanced"][:1] == found["code"][:1]:
            scan.enhanced = found["enhanced"].decode()
            scan.group(found, "enhanced", "enhanced code", scan.enhanced.partition(".")[2], value="enhanced")
        words = found.start("text") if scan.enhanced else found.start("enhanced") if found["enhanced"] else -1
        _words(scan, words if words >= 0 else found.start("text"), text, hello, number)
        scan.line_end(start, end)
    scan.keep("code", scan.code.encode())
    return scan.reading()


def _words(scan: Scan, start: int, end: int, hello: bool, number: int) -> None:
    """What follows the codes: words for people, but for EHLO's lines and 334's question."""
    start = _after_blanks(scan.octets, start, end)
    words = scan.octets[start:end]
    if hello and scan.code == "250":
        if number:
            _offer(scan, start, end)
        else:
            found = _WORD.match(scan.octets, start, end)
            if found:
                scan.mark(*found.span(), "server name", value="host")
                scan.mark(_after_blanks(scan.octets, found.end(), end), end, "text")
        return
    if scan.code == "334":
        asked = undress(words)
        scan.mark(start, end, "challenge", question(words))
        if asked:
            scan.keep("decoded", asked)
        if question(words):
            scan.labels.append(question(words))
        elif not words:
            scan.labels.append("empty")
        return
    scan.mark(start, end, "text", value="text")
    found = _MAILBOX.search(scan.octets, start, end)
    if found:
        scan.keep("mailbox", found[0])
        scan.keep("domain", found["domain"])
    if scan.code == "220":
        found = _WORD.match(scan.octets, start, end)
        if found:
            scan.keep("host", found[0])
    numbers = _NUMBERS.findall(words)
    if numbers:
        scan.keep("number", numbers[0])
    if len(numbers) > 1:
        scan.keep("octets", numbers[0])
        scan.keep("limit", numbers[1])
    queued = _QUEUED.search(words)
    if queued:
        scan.keep("id", queued["id"] or queued["sendmail"])


def _offer(scan: Scan, start: int, end: int) -> None:
    """One extension of an EHLO reply: its keyword and what is said with it (RFC 5321 section 4.1.1.1)."""
    found = _WORD.match(scan.octets, start, end)
    if found is None:
        return
    keyword = found[0].upper().decode("ascii", "replace")
    scan.mark(*found.span(), "extension", keyword)
    rest = _after_blanks(scan.octets, found.end(), end)
    scan.mark(rest, end, "extension argument", keyword)
    if keyword == "SIZE" and rest < end:
        scan.keep("size", scan.octets[rest:end])


def content(key: Key) -> Reading:
    """The letter as it travels: header, empty line, body, and the dots that are not of it (RFC 5321 section 4.5.2)."""
    from mailedu.explain.spans.letter import message

    scan = Scan(key.octets)
    message(scan, 0, len(key.octets))
    return scan.reading()
