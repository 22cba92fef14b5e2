"""From a key to an explanation: a chain of ever less special texts, whose last link always exists.

    reply      VERB@STATE code, VERB code enhanced, VERB code label, VERB code *, VERB code, code, then its digits
    the rest   VERB@STATE, VERB label, VERB *, VERB, UNKNOWN

What stands under `*` needs values of the octets; without them the same header without `*` serves.

At each link the more special protocol comes first. A text whose place finds no value does not serve. There is no other
logic.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from mailedu.explain.model import Digit, Explanation, Key, Mark, Reading, Span
from mailedu.explain.spans import read
from mailedu.explain.texts import Text, digits, meanings, texts
from mailedu.machine import Kind

SECTIONS: Final = {
    Kind.LINK: "links",
    Kind.COMMAND: "commands",
    Kind.REPLY: "replies",
    Kind.DATA: "data",
    Kind.QUERY: "queries",
    Kind.ANSWER: "answers",
    Kind.ACTION: "actions",
}
#: Where the texts of a conversation are looked for, in this order; another protocol's are looked for in SMTP's.
_CONVERSATIONS: Final = {"submission": ("submission", "smtp"), "smtp": ("smtp",), "pop3": ("pop3",)}
#: Actions are shared: what one station does, another may.
_STATIONS: Final = ("ua", "queue", "bounce", "process")


@lru_cache(maxsize=1024)
def explain(key: Key) -> Explanation:
    """The explanation of a step; there is always one. Raises `content.ContentError` if a content file is broken."""
    reading = read(key)
    section = SECTIONS[key.kind]
    protocols = _protocols(key)
    values = reading.values
    for header in _chain(key, reading):
        for protocol in protocols:
            text = texts(protocol, section).get(header)
            if text is not None:
                what = text.what.fill(values)
                why = text.why.fill(values)
                if what is not None and why is not None:
                    return _made(text, what, why, reading)
    if key.kind is Kind.REPLY and key.protocol != "pop3":
        return _by_digits(reading)
    raise KeyError(f"content/explain has no text for {key.protocol} {section} {key.verb}")


def _protocols(key: Key) -> tuple[str, ...]:
    kind, protocol = key.kind, key.protocol
    if kind is Kind.ACTION:
        return (protocol, *(station for station in _STATIONS if station != protocol))
    if kind is Kind.QUERY or kind is Kind.ANSWER:
        return ("dns",)
    if kind is Kind.LINK:
        return (*_CONVERSATIONS.get(protocol, ()), "any")
    if kind is Kind.DATA and protocol == "pop3":
        return ("smtp",)
    return _CONVERSATIONS.get(protocol, ("smtp",))


def _chain(key: Key, reading: Reading) -> Iterator[str]:
    verb, code = key.verb, reading.code
    if key.kind is Kind.REPLY:
        yield f"{verb}@{key.state} {code}"
        if reading.enhanced:
            yield f"{verb} {code} {reading.enhanced}"
        for label in reading.labels:
            yield f"{verb} {code} {label}"
        yield f"{verb} {code} *"
        yield f"{verb} {code}"
        yield code or "garbled"
        return
    if key.state:
        yield f"{verb}@{key.state}"
    for label in reading.labels:
        yield f"{verb} {label}"
    yield f"{verb} *"
    yield verb
    yield "UNKNOWN"


def _made(text: Text, what: str, why: str, reading: Reading) -> Explanation:
    return Explanation(
        text.title, what, why, text.rfc, text.today, text.erratum, _digits(reading), _spans(reading), text.key
    )


def _by_digits(reading: Reading) -> Explanation:
    """What a code says that no text knows: its first digit says whether, its second what about."""
    found, _ = digits()
    code = reading.code
    first = found.get(code[:1]) if code else None
    if first is None:
        first = found["none"]
        return _made(first, first.what.fill({}) or "", first.why.fill({}) or "", reading)
    second = found.get(f"x{code[1]}") or found["x"]
    rfc = tuple(dict.fromkeys(first.rfc + second.rfc))
    text = first._replace(rfc=rfc, erratum=second.erratum, key=f"smtp/digits/{code}")
    return _made(text, first.what.fill(reading.values) or "", second.why.fill({}) or "", reading)


def _digits(reading: Reading) -> tuple[Digit, ...]:
    code = reading.code
    if not code.isdigit():
        return ()
    _, meaning = digits()
    return tuple(Digit(digit, n, meaning.get(f"{n}.{digit}") or meaning[str(n)]) for n, digit in enumerate(code, 1))


def _spans(reading: Reading) -> tuple[Span, ...]:
    return tuple(Span(mark.start, mark.end, mark.name, _meaning(mark, reading)) for mark in reading.marks)


def _meaning(mark: Mark, reading: Reading) -> str:
    entries = meanings()[mark.name]
    special = entries.get(mark.about)
    return (special and special.fill(reading.values)) or entries[""].fill(reading.values) or mark.name
