"""What can be said instead at a step: which step that is, how its line is edited, and three mistakes worth making.

The mistakes stand in `content/mistakes`. None says what comes of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from mailedu import content
from mailedu.dns.zone import Rcode
from mailedu.explain.texts import Template, template
from mailedu.journey import edit
from mailedu.journey.edit import Edit, EditError, Then
from mailedu.journey.gist import hidden
from mailedu.journey.journey import Journey
from mailedu.journey.seat import editable
from mailedu.journey.step import Kind, Stage, Step
from mailedu.smtp import auth
from mailedu.visible import visible

MISTAKES: Final = 3
#: What is shown in the place of a line where none is said.
DROP: Final = "drop this line"
SILENT: Final = "fall silent"
#: Steps that are looked at, each way, for a name that is said in the same conversation.
_NEAR: Final = 64
_PATH: Final = re.compile(rb"<([^<>\r\n]*)>")


class Mistake(NamedTuple):
    """Something else to say."""

    edit: Edit
    line: str
    """As it is typed; DROP or SILENT where nothing is said."""
    about: str
    """What is tried, in at most 44 cells."""


# Where ----------------------------------------------------------------------------------------------------------------


def target(journey: Journey, n: int) -> Step | None:
    """The step that is edited by who stands at step `n`; None where nothing can be.

    That is the command, field or answer of the DNS at `n`; at a reply the client's next words, or if it says no more
    the command that was answered; at a question to the DNS its answer.
    """
    step = journey.step(n)
    if step.kind is Kind.REPLY:
        following = next((one for one in _onwards(journey, n) if one.kind in (Kind.COMMAND, Kind.DATA)), None)
        return following or (journey.step(step.answers) if step.answers > 0 else None)
    if step.kind is Kind.QUERY:
        return next((one for one in _onwards(journey, n) if one.answers == n), None)
    return step if editable(journey, step) else None


def why_not(journey: Journey, step: Step) -> str:
    """Why nothing can be edited at a step, and what could be instead."""
    if step.leg.stage is not Stage.COMPOSE:
        return "Nothing is said here: go to a command, a reply or a field."
    if journey.scenario.message is not None:
        return "Your own letter stays as it is; commands and replies can be changed."
    return "The fields of this letter can be changed, p goes back to them."


def _onwards(journey: Journey, n: int) -> Iterator[Step]:
    """The steps of the same leg behind step `n`."""
    leg = journey.step(n).leg
    for at in range(n, len(journey)):
        step = journey.steps[at]
        if step.leg is not leg and step.leg != leg:
            return
        yield step


def _backwards(journey: Journey, n: int) -> Iterator[Step]:
    leg = journey.step(n).leg
    for at in range(n - 1, -1, -1):
        step = journey.steps[at]
        if step.leg is not leg and step.leg != leg:
            return
        yield step


# What is typed --------------------------------------------------------------------------------------------------------


def present(step: Step) -> str:
    """The line that can be edited, made visible; empty where it is no line: a letter, an answer of the DNS."""
    if step.kind in (Kind.DATA, Kind.ANSWER) or step.verb == "BODY":
        return ""
    return visible(step.head(edit.MAX_LINE).rstrip(b"\r\n").split(b"\r\n")[0])


def change(step: Step, line: str) -> Edit:
    """The edit that says a typed line at a step. EditError if it cannot be said there."""
    if step.kind is Kind.ANSWER and line.strip().upper() not in Rcode.__members__:
        raise EditError(f"An answer is one of {', '.join(Rcode.__members__)}")
    return edit.make(step.place, (line.strip().upper() if step.kind is Kind.ANSWER else line,))


def drop(step: Step) -> Edit:
    """The edit that leaves out what was planned at a step."""
    return edit.make(step.place, ())


def silence(step: Step) -> Edit:
    """The edit with which nothing more is said from a step on."""
    return edit.make(step.place, (), Then.WAIT)


# Mistakes -------------------------------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    """One table of a file."""

    line: Template | None
    """None: nothing is said."""
    silent: bool
    about: str


def mistakes(journey: Journey, step: Step) -> tuple[Mistake, ...]:
    """Up to three instructive mistakes for what is said at a step; none for a reply."""
    file, key = _file(step)
    if not file:
        return ()
    table = _entries(file)
    found: list[Mistake] = []
    values = _values(journey, step)
    now = step.head(edit.MAX_LINE).rstrip(b"\r\n")
    for entry in (*table.get(key, ()), *table.get("*", ())):
        made = _mistake(entry, step, values)
        if made is None or made.edit.say == (now,) or any(made.edit == one.edit for one in found):
            continue
        found.append(made)
        if len(found) == MISTAKES:
            break
    return tuple(found)


def _file(step: Step) -> tuple[str, str]:
    """The file and the header for a step."""
    if step.kind is Kind.ANSWER:
        return "dns", "ANSWER"
    if step.kind is Kind.ACTION:
        name = step.verb if step.verb == "BODY" else step.head(80).partition(b":")[0].decode("ascii", "replace")
        return "compose", name
    if step.kind not in (Kind.COMMAND, Kind.DATA):
        return "", ""
    # By what was planned: a learner who has misspelt MAIL is offered the other mistakes for MAIL.
    planned = step.place.rpartition("/")[2].partition(".")[0]
    return ("pop3" if step.leg.protocol == "pop3" else "smtp"), planned


def _mistake(entry: _Entry, step: Step, values: Mapping[str, str]) -> Mistake | None:
    if entry.line is None:
        return Mistake(*((silence(step), SILENT) if entry.silent else (drop(step), DROP)), entry.about)
    parts = list(entry.line.parts)
    for at in range(1, len(parts), 2):
        value = values.get(parts[at])
        if value is None:
            return None
        parts[at] = value
    line = "".join(parts)
    try:
        return Mistake(edit.make(step.place, (line,)), line, entry.about)
    except EditError:
        return None


def _values(journey: Journey, step: Step) -> dict[str, str]:
    """What the places of a line are filled with: only what is known here."""
    line = _text(step.head(edit.MAX_LINE).rstrip(b"\r\n"))
    values = {"host": step.leg.actor, "argument": line.partition(" ")[2]}
    if step.kind is Kind.ACTION:
        name, _, value = line.partition(":")
        values |= {"name": name, "value": " ".join(value.split())}
    elif step.verb == "RESPONSE":
        decoded = hidden(step)
        if decoded is not None:
            values |= {"plain": _text(decoded), "mistyped": auth.encode(decoded + b"s").decode("ascii")}
    if step.leg.protocol == "pop3":
        values |= _said(journey, step, {"USER": "user"})
    elif step.kind is Kind.COMMAND:
        values |= {"sender": journey.scenario.sender, "recipient": journey.scenario.first_reader}
        values |= _said(journey, step, {"MAIL": "sender", "RCPT": "recipient"})
        values["domain"] = values["recipient"].rpartition("@")[2]
    return values


def _said(journey: Journey, step: Step, wanted: Mapping[str, str]) -> dict[str, str]:
    """What is named in a conversation by the last command of each verb, or else the next one."""
    found: dict[str, str] = {}
    left = dict(wanted)
    back, on = _backwards(journey, step.n), _onwards(journey, step.n)
    for one in chain(islice(back, _NEAR), islice(on, _NEAR)):
        if one.kind is not Kind.COMMAND or one.verb not in left:
            continue
        octets = one.head(1024).rstrip(b"\r\n")
        path = _PATH.search(octets)
        value = octets.partition(b" ")[2] if one.leg.protocol == "pop3" else path[1] if path else b""
        if value:
            found[left.pop(one.verb)] = _text(value)
    return found


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


@cache
def _entries(file: str) -> Mapping[str, tuple[_Entry, ...]]:
    """The tables of a file. Raises `content.ContentError` at the first thing that is wrong."""
    name = f"mistakes/{file}.toml"
    found: dict[str, tuple[_Entry, ...]] = {}
    for header, tables in content.load(name).items():
        if not isinstance(tables, list):
            raise content.wrong(name, (header,), "a list of tables is wanted: [[...]]")
        found[header] = tuple(_entry(name, (header, at), table) for at, table in enumerate(tables))
    return found


_FIELDS: Final[Mapping[str, type]] = {"line": str, "drop": bool, "silent": bool, "about": str}


def _entry(name: str, path: tuple[str, int], table: Any) -> _Entry:
    if not isinstance(table, dict):
        raise content.wrong(name, path, "a table is wanted")
    for field, value in table.items():
        if not isinstance(value, _FIELDS.get(field, ())):
            raise content.wrong(name, (*path, field), f"known are {', '.join(_FIELDS)}: two texts, two times true")
    if not table.get("about"):
        raise content.wrong(name, path, "lacks about")
    if sum(bool(table.get(field)) for field in ("line", "drop", "silent")) != 1:
        raise content.wrong(name, path, "one of line, drop and silent is wanted")
    try:
        line = template(table["line"]) if "line" in table else None
    except ValueError as error:
        raise content.wrong(name, (*path, "line"), str(error)) from None
    return _Entry(line, bool(table.get("silent")), table["about"])
