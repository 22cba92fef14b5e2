"""A scenario: the world, the letter and the network of a journey, read from TOML and patched by faults.

Order: its base, the base's faults that it names, a patch (`patched`), faults switched on, the message, edits. Tables
merge by key, all else replaces, `false` removes.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from mailedu import content
from mailedu.agents import draw
from mailedu.agents.effects import Letter
from mailedu.agents.errand import Stage
from mailedu.agents.user_agent import Task
from mailedu.agents.world import Geography
from mailedu.journey import edit as edits_
from mailedu.journey import schema
from mailedu.journey.edit import Edit, Plans, Then
from mailedu.journey.geography import geography_of, unplayable
from mailedu.mime import compose, prepare
from mailedu.network.profile import Profile
from mailedu.smtp.session import Envelope

FOLDER: Final = "scenarios"
STAGES: Final = tuple(Stage)


class ScenarioError(ValueError):
    """A scenario, fault or reader that does not exist, in one line."""


class PatchError(ScenarioError):
    """Something is wrong with a patch; `path` leads to it (tables, then key), for whoever knows the file."""

    def __init__(self, path: tuple[str | int, ...], why: str) -> None:
        where = ".".join(map(str, path))
        super().__init__(f"{where}: {why}" if where else why)
        self.path = path
        self.why = why


class Patch:
    """What a scenario is changed by, in the form of a scenario file. Equal ones make one scenario, not two."""

    __slots__ = ("key", "table")

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self.key = json.dumps(table, default=repr)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Patch) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        return bool(self.table)


NO_PATCH: Final = Patch({})


class Fault(NamedTuple):
    """A named patch of a scenario that a learner can switch on."""

    name: str
    title: str
    world: Mapping[str, Any]
    edits: tuple[Edit, ...]


class Machine(NamedTuple):
    """A machine as the map draws it."""

    name: str
    title: str
    short: str
    roles: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Scenario:
    """Everything that a journey depends on, besides edits and seed. Immutable; made by `load`."""

    name: str
    title: str
    about: str
    figures: tuple[str, ...]
    start: float
    """When virtual time begins, seconds since 1970."""
    stages: frozenset[Stage]
    machines: tuple[Machine, ...]
    geography: Geography
    profile: Profile
    faults: Mapping[str, Fault]
    """All that can be switched on, by name."""
    active: tuple[str, ...]
    """Names of those that are."""
    edits: tuple[Edit, ...]
    letter: Mapping[str, Any]
    sender: str
    """Address of the user whose account the letter is sent with."""
    reader: str = ""
    """Address of the mailbox whose owner reads; empty: that of the first recipient to whom it is delivered."""
    message: prepare.Prepared | None = None
    """A letter of the learner's own."""
    see: str = ""
    """What there is to be seen in it, in a line or two."""
    tag: str = ""
    """A word or two by which a list tells it from others; empty: none is needed."""
    note: str = ""
    """What has been made up for a letter of the learner's own, in one line."""
    patch: Patch = NO_PATCH
    """What it was changed by, beside its faults."""
    drafts: dict[int, tuple[Letter, tuple[compose.Piece, ...]]] = field(default_factory=dict, repr=False)

    @property
    def first_reader(self) -> str:
        """Who looks for mail if none came: the first recipient that has a mailbox."""
        recipients = self.message.recipients if self.message else self._draft(0)[0].envelope.recipients
        return next((r.lower() for r in recipients if r.lower() in self.geography.users), self._any_reader())

    def _any_reader(self) -> str:
        if self.stages == {Stage.ACCESS}:
            return next(iter(self.geography.mailboxes), "")
        return ""

    def task(self, seed: int, plans: Plans) -> Task:
        """The letter to be sent, composed or prepared. Edits of `compose/FIELD` and `compose/BODY` change the text."""
        letter, pieces = self._draft(seed)
        if plans and self.message is None:
            pieces = _edited(pieces, plans)
            chunks = tuple(piece.octets for piece in pieces)
            if chunks != tuple(piece.octets for piece in self._draft(seed)[1]):
                letter = letter._replace(content=chunks)
        return Task(letter, pieces, self.sender)

    def _draft(self, seed: int) -> tuple[Letter, tuple[compose.Piece, ...]]:
        made = self.drafts.get(seed)
        if made is None:
            made = self.drafts[seed] = self._compose(seed)
        return made

    def _compose(self, seed: int) -> tuple[Letter, tuple[compose.Piece, ...]]:
        if self.message is not None:
            prepared = self.message
            envelope = Envelope(prepared.reverse_path, prepared.recipients)
            return Letter("letter", (), prepared.chunks, envelope), prepared.changes
        table = self.letter
        domain = self.sender.rpartition("@")[2]
        draft = compose.Draft(
            table.get("from", self.sender),
            tuple(table.get("to", ())),
            tuple(table.get("cc", ())),
            tuple(table.get("bcc", ())),
            table.get("subject", ""),
            table.get("text", ""),
            tuple(_attachment(one) for one in table.get("attachments", ())),
        )
        made = compose.compose(
            draft,
            date=self.start,
            message_id=f"<{draw.word(seed, 'compose', 'message id')}@{domain}>",
            boundary=f"=_{draw.word(seed, 'compose', 'boundary', 12)}",
        )
        return Letter("letter", (), made.chunks, Envelope(made.reverse_path, made.recipients)), made.pieces


def _attachment(table: Mapping[str, Any]) -> compose.Attachment:
    file = table["file"]
    return compose.Attachment(
        table.get("name", file.rpartition("/")[2]), table["type"], content.octets(f"{FOLDER}/{file}")
    )


def _edited(pieces: Sequence[compose.Piece], plans: Plans) -> tuple[compose.Piece, ...]:
    """The pieces of a composed letter with other fields or another text."""
    out: list[compose.Piece] = []
    counts: dict[str, int] = {}
    for piece in pieces:
        counts[piece.verb] = counts.get(piece.verb, 0) + 1
        plan = plans.at(f"compose/{piece.verb}.{counts[piece.verb]}") if piece.verb in ("FIELD", "BODY") else None
        if plan is None:
            out.append(piece)
            continue
        ends_header = piece.verb == "FIELD" and piece.octets.endswith(b"\r\n\r\n")
        kept = plan.then is Then.KEEP
        lines = [line + b"\r\n" for line in plan.say]
        if kept:
            out.extend(compose.Piece(piece.verb, _name(line), line) for line in lines)
            out.append(piece)
        elif lines:
            lines[-1] += b"\r\n" if ends_header else b""
            out.extend(compose.Piece(piece.verb, _name(line), line) for line in lines)
        elif ends_header:
            last = out.pop() if out else compose.Piece("FIELD", "", b"")
            out.append(last._replace(octets=last.octets + b"\r\n"))
    return tuple(out)


def _name(line: bytes) -> str:
    return line.partition(b":")[0].decode("ascii", "replace")


# Loading --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """All scenarios; the default comes first."""
    found = [name.rpartition("/")[2].removesuffix(".toml") for name in content.names(FOLDER)]
    return tuple(sorted(found, key=lambda name: (name != "alice-to-bob", name)))


@lru_cache(maxsize=64)
def _table(name: str) -> dict[str, Any]:
    """A scenario's table with its base merged in. ScenarioError for an unknown name, ContentError for a bad file."""
    if name not in names():
        close = difflib.get_close_matches(name, names(), n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(names())}"
        raise ScenarioError(f"no scenario {name!r}: {hint}")
    file = f"{FOLDER}/{name}.toml"
    table = content.load(file)
    schema.check(file, table)
    base = table.pop("base", None)
    return _child(_table(base) if base else {}, table)


def _child(base: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """A table merged over its base. Its faults are added to the base's: those it describes, and those it names."""
    faults = table.get("faults", [])
    merged = merge(base, {key: value for key, value in table.items() if key not in ("faults", "base")})
    merged["faults"] = [*base.get("faults", []), *(fault for fault in faults if isinstance(fault, dict))]
    merged["active"] = [*base.get("active", []), *(fault for fault in faults if isinstance(fault, str))]
    return merged


def _patched_table(name: str, patch: Patch) -> dict[str, Any]:
    """As `_table`, with a patch over it; its edits come behind the scenario's own."""
    table = _table(name)
    if not patch:
        return table
    merged = _child(table, patch.table)
    if "edits" in patch.table:
        merged["edits"] = [*table.get("edits", ()), *patch.table["edits"]]
    return merged


def merge(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merge by key, all else replaces, `false` removes. Neither argument is changed."""
    merged = dict(base)
    for key, value in patch.items():
        if value is False:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def title_of(name: str) -> str:
    """What a scenario is called, without building it."""
    return str(_table(name).get("title", name))


def faults_of(name: str) -> tuple[Fault, ...]:
    """The faults that can be switched on in a scenario."""
    return tuple(_fault(fault) for fault in _table(name)["faults"])


def load(name: str, faults: Iterable[str] = (), message: prepare.Prepared | None = None, reader: str = "") -> Scenario:
    """A scenario by name, with faults switched on, perhaps a letter of one's own, and who is to read it.

    Raises ScenarioError for a name that is none, ContentError for what is wrong in the file.
    """
    try:
        return _load(name, tuple(faults), message, reader, NO_PATCH)
    except schema.MisfitError as misfit:
        raise content.wrong(f"{FOLDER}/{name}.toml", misfit.path, misfit.why) from None


def patched(name: str, patch: Mapping[str, Any], faults: Iterable[str] = ()) -> Scenario:
    """A scenario changed by `patch`, a table in the form of a scenario file, as a child file would change its base.

    Its `edits` are added behind the scenario's own. Raises ScenarioError for a name that is none, and PatchError, with
    the place in the patch, for what is wrong in it.
    """
    if not patch:
        return load(name, faults)
    try:
        schema.check_table(patch)
    except schema.MisfitError as misfit:
        raise PatchError(misfit.path, misfit.why) from None
    if "base" in patch:
        raise PatchError(("base",), "a patch has no base: it is laid over the scenario that is named beside it")
    try:
        made = _load(name, tuple(faults), None, "", Patch(patch))
        if made.stages & {Stage.COMPOSE, Stage.SUBMIT}:
            made.task(0, Plans((), ()))
    except schema.MisfitError as misfit:
        raise PatchError(misfit.path, misfit.why) from None
    except FileNotFoundError as error:
        raise PatchError((), f"there is no file {str(error.filename).rpartition('scenarios/')[2]}") from None
    except (ScenarioError, content.ContentError):
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PatchError((), f"no world can be made of it: {error}") from None
    return made


@lru_cache(maxsize=128)
def _load(name: str, faults: tuple[str, ...], message: prepare.Prepared | None, reader: str, patch: Patch) -> Scenario:
    table = _patched_table(name, patch)
    known = {fault.name: fault for fault in (_fault(one) for one in table["faults"])}
    active = tuple(dict.fromkeys((*table["active"], *faults)))
    world: dict[str, Any] = table.get("world", {})
    edits = _edits(table.get("edits", ()))
    for one in active:
        if one not in known:
            close = difflib.get_close_matches(one, known, n=3, cutoff=0.4)
            hint = f"did you mean {' or '.join(close)}?" if close else f"{name} has {', '.join(known) or 'none'}"
            raise ScenarioError(f"no fault {one!r}: {hint}")
        world = merge(world, known[one].world)
        edits = (*edits, *known[one].edits)
    moment = table.get("start", datetime(2026, 11, 24, 9, tzinfo=UTC))
    start = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    machines = [dict(machine) for machine in table.get("machines", ())]
    sender = next((machine["user"] for machine in machines if machine.get("user")), "")
    if message is not None and (why := unplayable(message)):
        raise ScenarioError(why)
    built = geography_of(world, machines, table, sender, message, reader, start)
    stages = frozenset(STAGES[n - 1] for n in table.get("stages", (1, 2, 3, 4, 5)))
    reader = reader or table.get("reader", "")
    if reader and reader.lower() not in built.geography.users:
        close = difflib.get_close_matches(reader, built.geography.users, n=3, cutoff=0.4)
        raise ScenarioError(
            f"no mailbox {reader!r} in this journey: there are {', '.join(close or built.geography.users)}"
        )
    return Scenario(
        name=name,
        title=table.get("title", name),
        about=table.get("about", ""),
        see=table.get("see", ""),
        tag=table.get("tag", ""),
        figures=tuple(table.get("figures", ())),
        start=start,
        stages=stages,
        machines=tuple(
            Machine(m["name"], m.get("title", m["name"]), m.get("short", m["name"]), tuple(m.get("roles", ())))
            for m in built.machines
        ),
        geography=built.geography,
        profile=Profile.from_table(table.get("tcp", {})),
        faults=known,
        active=active,
        edits=edits,
        letter=table.get("letter", {}),
        sender=sender.lower(),
        reader=reader.lower(),
        message=message,
        note=built.note,
        patch=patch,
    )


def with_faults(scenario: Scenario, faults: Iterable[str]) -> Scenario:
    """The same scenario and letter with these faults on top of its own."""
    own = _patched_table(scenario.name, scenario.patch)["active"]
    more = tuple(dict.fromkeys(fault for fault in (*scenario.active, *faults) if fault not in own))
    return _load(scenario.name, more, scenario.message, scenario.reader, scenario.patch)


def bare(scenario: Scenario) -> Scenario:
    """The same scenario, patch and letter with no other faults than it has of itself."""
    return _load(scenario.name, (), scenario.message, scenario.reader, scenario.patch)


def _fault(table: Mapping[str, Any]) -> Fault:
    return Fault(
        table["name"], table.get("title", table["name"]), table.get("world", {}), _edits(table.get("edits", ()))
    )


def _edits(tables: Iterable[Mapping[str, Any]]) -> tuple[Edit, ...]:
    return tuple(
        edits_.make(
            table["place"],
            table.get("lines", [table["line"]] if "line" in table else []),
            Then(table.get("then", "go on")),
        )
        for table in tables
    )


__all__ = [
    "Fault",
    "Machine",
    "PatchError",
    "Scenario",
    "ScenarioError",
    "bare",
    "faults_of",
    "load",
    "merge",
    "names",
    "patched",
    "replace",
    "title_of",
]
