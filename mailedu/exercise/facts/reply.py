"""Facts about a reply that is shown as it is: its lines, and which of them is the last (RFC 5321 section 4.2.1)."""

from __future__ import annotations

import re

from mailedu.exercise.facts import About, FactError, Spot, fact

_LINE = re.compile(rb"([2-5][0-9]{2})([ -]?)")


def _lines(about: About) -> list[tuple[int, bytes, bytes]]:
    """Number, code and sign behind the code of each line. FactError for what is no reply."""
    found = []
    for n, one in enumerate(about.message.rstrip(b"\r\n").split(b"\r\n"), 1):
        match = _LINE.match(one)
        if match is None:
            raise FactError(f"line {n} begins with no code")
        found.append((n, match[1], match[2]))
    return found


@fact("reply.end")
def end(about: About) -> Spot:
    """The line that ends the first reply: behind its code stands no hyphen."""
    for n, _code, sign in _lines(about):
        if sign != b"-":
            return Spot("line", n)
    raise FactError("the reply has no end")


@fact("reply.first")
def first(about: About) -> Spot:
    """The first line of the reply."""
    return Spot("line", _lines(about)[0][0])


@fact("reply.before_end")
def before_end(about: About) -> Spot:
    """The line above the one that ends the reply."""
    last = end(about).first
    if last == 1:
        raise FactError("the reply has one line")
    return Spot("line", last - 1)


@fact("reply.lines")
def lines(about: About) -> int:
    """How many lines the first reply has."""
    return int(end(about).first)
