"""Which octets of a POP3 conversation mean what (RFC 1939 sections 3, 5 and 7; RFC 2449 section 8)."""

from __future__ import annotations

import re
from typing import Final

from mailedu.explain.model import Key, Reading
from mailedu.explain.spans import letter
from mailedu.explain.spans.scan import Scan, lines, undress
from mailedu.explain.spans.smtp import question

_WORD: Final = re.compile(rb"[^\s]+")
_STATUS: Final = re.compile(
    rb"(?P<sign>\+OK|-ERR|\+)(?:[ ]+(?P<bracket>\[(?P<response>[A-Za-z0-9/-]+)\]))?[ ]*(?P<text>.*)",
    re.DOTALL | re.IGNORECASE,
)
_TWO: Final = re.compile(rb"(?P<a>[0-9]+)[ ]+(?P<b>[^\s]+)(?P<rest>.*)", re.DOTALL)
_NUMBER: Final = re.compile(rb"(?<![\w.])[0-9]+(?![\w.])")
_HOST: Final = re.compile(rb"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_STAMP: Final = re.compile(rb"<[^<>\s]+@[^<>\s]+>")
#: Verb -> the names of its arguments, and the places in texts that they fill.
_ARGUMENTS: Final = {
    "USER": (("user name", "user"),),
    "PASS": (("password", "password"),),
    "APOP": (("user name", "user"), ("digest", "")),
    "AUTH": (("mechanism", "mechanism"), ("response", "")),
    "RETR": (("message number", "number"),),
    "DELE": (("message number", "number"),),
    "LIST": (("message number", "number"),),
    "UIDL": (("message number", "number"),),
    "TOP": (("message number", "number"), ("line count", "lines")),
}
_LISTINGS: Final = frozenset({"LIST", "UIDL", "CAPA"})


def command(key: Key) -> Reading:
    """A command line, or a line of an AUTH dialogue."""
    octets = key.octets
    scan = Scan(octets)
    end = octets.find(b"\n") + 1 or len(octets)
    scan.line_end(0, end)
    text = len(octets[:end].rstrip(b"\r\n"))
    word = _WORD.match(octets, 0, text)
    if word is None:
        return scan.reading()
    if key.verb == "RESPONSE":
        _response(scan, text, key.prompt)
        return scan.reading()
    scan.mark(0, word.end(), "verb", word[0].upper().decode("ascii", "replace"))
    scan.keep("keyword", word[0])
    arguments = _ARGUMENTS.get(key.verb, ())
    at = word.end()
    for number, (name, value) in enumerate(arguments):
        found = _WORD.search(octets, at, text)
        if found is None:
            break
        # A name or a password may hold blanks: what is last runs to the end of the line (RFC 1939 section 7, PASS).
        stop = text if number == len(arguments) - 1 else found.end()
        scan.mark(found.start(), stop, name, value=value)
        at = stop
    else:
        rest = _WORD.search(octets, at, text)
        if rest:
            scan.mark(rest.start(), text, "argument", value="text")
    if key.verb in ("LIST", "UIDL") and "number" in scan.values:
        scan.labels.append("one")
    elif key.verb == "UNKNOWN":
        scan.labels.append(word[0].upper().decode("ascii", "replace"))
    return scan.reading()


def _response(scan: Scan, end: int, prompt: bytes) -> None:
    line = scan.octets[:end]
    if line == b"*":
        scan.mark(0, 1, "response", "cancel")
        scan.labels.append("cancel")
        return
    decoded = undress(line)
    asked = question(prompt[2:]) if prompt.startswith(b"+ ") else ""
    scan.mark(0, end, "response", asked if decoded is not None else "garbled")
    if decoded is not None:
        scan.keep("decoded", decoded.replace(b"\0", b" "))


def reply(key: Key) -> Reading:
    """The status line, and what follows it in a multi-line response."""
    octets = key.octets
    scan = Scan(octets)
    every = list(lines(octets))
    found = _STATUS.match(octets, every[0][0], every[0][1]) if every else None
    if found is None:
        scan.mark(0, every[0][1] if every else 0, "text")
        return scan.reading()
    scan.code = found["sign"].decode().upper()
    scan.keep("code", scan.code.encode())
    scan.group(found, "sign", "status", scan.code)
    if found["response"]:
        scan.enhanced = found["response"].decode().upper()
        scan.group(found, "bracket", "response code", scan.enhanced)
        scan.keep("enhanced", found["response"])
    _status_text(scan, key.verb, *found.span("text"))
    scan.line_end(every[0][0], every[0][2])
    if len(every) > 1:
        _rest(scan, key.verb, every[1:])
    return scan.reading()


def _status_text(scan: Scan, verb: str, start: int, end: int) -> None:
    """What follows +OK: words for people, but for the numbers that RFC 1939 section 5 fixes."""
    words = scan.octets[start:end]
    two = _TWO.match(scan.octets, start, end) if verb in ("STAT", "LIST", "UIDL") and scan.code == "+OK" else None
    if two and verb == "STAT":
        scan.group(two, "a", "message count", value="messages")
        scan.group(two, "b", "mailbox size", value="octets")
        scan.mark(*two.span("rest"), "text")
        if two["a"].strip(b"0") == b"":
            scan.labels.append("empty")
        return
    if two and verb in ("LIST", "UIDL") and _one_line(scan):
        scan.labels.append("one")
        _listing(scan, verb, two)
        return
    scan.mark(start, end, "text", value="text")
    number = _NUMBER.search(words)
    if number:
        scan.keep("octets" if verb == "RETR" else "messages" if verb == "PASS" else "number", number[0])
    if verb == "GREETING":
        stamp = _STAMP.search(scan.octets, start, end)
        if stamp:
            scan.mark(*stamp.span(), "timestamp")
            scan.labels.append("APOP")
        if host := _HOST.search(words):
            scan.labels.append(host[0].decode())


def _one_line(scan: Scan) -> bool:
    return scan.octets.find(b"\n") in (-1, len(scan.octets) - 1)


def _listing(scan: Scan, verb: str, found: re.Match[bytes]) -> None:
    scan.group(found, "a", "message number", value="number")
    if verb == "LIST":
        scan.group(found, "b", "message size", value="octets")
    else:
        scan.group(found, "b", "unique-id", value="id")
    scan.mark(*found.span("rest"), "text")


def _rest(scan: Scan, verb: str, rest: list[tuple[int, int, int]]) -> None:
    start, text, end = rest[-1]
    over = scan.octets[start:end] == b".\r\n"
    if over:
        scan.mark(start, text, "final dot")
        rest = rest[:-1]
    if verb in _LISTINGS:
        scan.keep("count", str(len(rest)).encode())
        if over and not rest:
            scan.labels.append("empty")
        for start, text, _ in rest:
            if verb == "CAPA":
                _capability(scan, start, text)
            elif found := _TWO.match(scan.octets, start, text):
                _listing(scan, verb, found)
    elif rest:
        letter.message(scan, rest[0][0], rest[-1][2])


def _capability(scan: Scan, start: int, end: int) -> None:
    found = _WORD.match(scan.octets, start, end)
    if found:
        scan.mark(*found.span(), "capability", found[0].upper().decode("ascii", "replace"))
        scan.mark(min(found.end() + 1, end), end, "capability argument")
