"""What `play` and `walk` have in common: which journey is meant, and how it is made from what was asked."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import click

from mailedu.content import ContentError
from mailedu.journey import edit as edits
from mailedu.journey import scenario as scenarios
from mailedu.journey.edit import Edit
from mailedu.journey.engine import play
from mailedu.journey.journey import Journey
from mailedu.journey.own_letter import dropped_mbox_line, own_letter
from mailedu.journey.step import Kind, Stage
from mailedu.mime.prepare import MAX_INPUT, InputError
from mailedu.visible import clip, visible

STAGES: Final = tuple(Stage)
_NUMBERED: Final = re.compile(r"(\+?)([0-9]{1,9})(!?)(?==)")
WHO_GETS_IT: Final = "To: name@domain and an empty line on top say who gets it; else Bob"
F = TypeVar("F", bound=Callable[..., Any])


class Asked(NamedTuple):
    """A journey that was asked for, made."""

    journey: Journey
    notes: tuple[str, ...]
    """What the learner should know before it begins, a line each."""
    unreached: tuple[str, ...]
    """Edits that never took place, and what is near, a line each."""


def journey_options(function: F) -> F:
    """The options that say which journey is meant, all but `--stage`."""
    for add in reversed(
        (
            click.argument("scenario", default="alice-to-bob"),
            click.option(
                "--message", metavar="FILE",
                help=f"Send this letter or text; - reads standard input. In a text, {WHO_GETS_IT}.",
            ),
            click.option("--reader", metavar="ADDRESS", help="Whose mail is read in the end."),
            click.option(
                "--edit", "edit", metavar="PLACE=LINE", multiple=True,
                help="Say LINE there instead. +PLACE=LINE says it before, PLACE= drops, PLACE=~ falls silent. A step's "
                "number, as without edits, may stand for its place; ! behind it means the reply.",
            ),
            click.option("--fault", metavar="NAME", multiple=True, help="Switch a fault on (see --list)."),
            click.option("--seed", type=int, default=0, metavar="N", help="Draw other names and numbers."),
            click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list,
                         help="List scenarios and faults."),
        )
    ):  # fmt: skip
        function = add(function)
    return function


def stage_option(about: str) -> Callable[[F], F]:
    """`--stage N`, as a `Stage`."""
    return click.option(
        "--stage", metavar="N", type=click.Choice([str(n) for n, _ in enumerate(STAGES, 1)]),
        callback=lambda _context, _parameter, value: value and STAGES[int(value) - 1],
        help=f"{about}: 1 compose, 2 submit, 3 deliver, 4 process, 5 read.",
    )  # fmt: skip


def make(
    scenario: str, message: str | None, reader: str | None, edit: tuple[str, ...], fault: tuple[str, ...], seed: int
) -> Asked:
    """Make the journey. ClickException, in one line, for what cannot be made."""
    try:
        return _make(scenario, message, reader or "", edit, fault, seed)
    except scenarios.ScenarioError as error:
        if scenario not in scenarios.names() and Path(scenario).is_file():
            raise click.ClickException(f"{scenario} is no scenario; to send that file: --message {scenario}") from None
        raise click.ClickException(str(error)) from None
    except (edits.EditError, ContentError) as error:
        raise click.ClickException(str(error)) from None


def _make(
    name: str, message: str | None, reader: str, edit: tuple[str, ...], fault: tuple[str, ...], seed: int
) -> Asked:
    loaded = scenarios.load(name, fault)
    notes: list[str] = []
    if message is not None:
        octets = read_input(message)
        try:
            letter = own_letter(octets, loaded, seed)
        except InputError as error:
            raise click.ClickException(f"{_called(message)}: {error}") from None
        loaded = scenarios.load(name, fault, letter, reader)
        if dropped := dropped_mbox_line(letter):
            notes.append(f"The line of a mailbox file was taken off: {clip(visible(dropped), 60)}")
        if loaded.note:
            notes.append(loaded.note)
    elif reader:
        loaded = scenarios.load(name, fault, None, reader)
    wanted = tuple(edits.parse(_with_place(one, loaded, seed)) for one in edit)
    journey = play(loaded, wanted, seed)
    return Asked(journey, tuple(notes), tuple(_unreached(one, journey) for one in journey.unused))


def _with_place(text: str, loaded: scenarios.Scenario, seed: int) -> str:
    """An edit as it was written, with the place in it that a step's number stands for."""
    found = _NUMBERED.match(text)
    if found is None:
        return text
    before, number, reply = found.groups()
    journey = play(loaded, (), seed)
    if not 1 <= int(number) <= len(journey):
        raise edits.EditError(f"--edit {clip(visible(text), 60)}: there is no step {number}, only 1 to {len(journey)}")
    place = journey.step(int(number)).place
    if reply and not place.endswith("!"):
        place += "!"
    return f"{before}{place}{text[found.end() :]}"


def _unreached(edit: Edit, journey: Journey) -> str:
    steps = (*journey.steps, *journey.original.steps)
    if any(step.place == edit.place for step in steps):
        return f"nothing is said at {edit.place} that could be changed"
    places = [step.place for step in steps if step.kind in (Kind.COMMAND, Kind.REPLY, Kind.DATA, Kind.ANSWER)]
    places += [step.place for step in steps if step.verb in ("FIELD", "BODY")]
    near = edits.nearest(edit.place, places)
    hint = f"; near it are {', '.join(near)}" if near else ""
    return f"no step came to {edit.place}{hint}"


def read_input(name: str) -> bytes:
    """The octets of a file, or of standard input for `-`; a few more than may be sent at the most."""
    if name == "-":
        if sys.stdin is None:
            raise click.ClickException("there is no standard input")
        if sys.stdin.isatty():
            click.echo("Type or paste the letter; Ctrl+D on a line of its own ends it.", err=True)
        return sys.stdin.buffer.read(MAX_INPUT + 1)
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - Path.open would say the same
            size = os.fstat(file.fileno()).st_size
            if size > MAX_INPUT:
                raise click.ClickException(
                    f"{_called(name)}: {size:,} octets are too many: at most {MAX_INPUT:,} (100 MB) can be sent"
                )
            return file.read(MAX_INPUT + 1)
    except OSError as error:
        raise click.ClickException(f"{_called(name)}: {error.strerror or error}") from None
    except ValueError as error:
        raise click.ClickException(f"{_called(name)}: {error}") from None


def _called(name: str) -> str:
    return "standard input" if name == "-" else visible(name)


def _list(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from mailedu.text.screen import screen_of

        screen = screen_of(sys.stdout)
        screen.say_all(listing())
        ctx.exit()


def listing() -> list[str]:
    """All scenarios, then the faults, each with the scenarios in which it can be switched on."""
    names = scenarios.names()
    lines = ["Scenarios:", *(f"  {name:16}  {scenarios.title_of(name)}" for name in names)]
    faults: dict[tuple[str, str], list[str]] = {}
    for name in names:
        for fault in scenarios.faults_of(name):
            faults.setdefault((fault.name, fault.title), []).append(name)
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for fault_, where in faults.items():
        groups.setdefault(tuple(where), []).append(fault_)
    for group, its in groups.items():
        lines += ["", f"Faults, to be switched on in {group[0]}" + (" and what is built on it:" if group[1:] else ":")]
        lines += [f"  {name:16}  {title}" for name, title in its]
    return lines
