"""`mailedu play`: a whole journey at once, as text for people, as JSON lines, mailbox file or capture for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from mailedu.cli import complain
from mailedu.cli.options import journey_options, make, stage_option
from mailedu.journey.journey import Journey
from mailedu.journey.pcap import FORMS as CAPTURES
from mailedu.journey.pcap import capture_file
from mailedu.journey.step import Stage
from mailedu.text.screen import screen_of
from mailedu.text.writing import TakenError, is_free, open_file, text_file

FORMATS: Final = ("text", "jsonl", "mbox", *CAPTURES)
EXAMPLES: Final = """\
\b
Examples:
  mailedu play                                a letter from Alice to Bob
  mailedu play server-down                    ... while Bob's servers sleep
  mailedu play --message letter.eml --explain your own letter, explained
  mailedu play --edit 'submit/RCPT=RCPT TO:<carol@example.net>'
  mailedu play --edit '24!=550 5.1.1 Never heard of him'
  mailedu play --format jsonl -o journey.jsonl
  mailedu play --format pcapng -o packets.pcapng    to open in Wireshark
  mailedu play --stage 5 figure-21-10"""


@click.command("play", epilog=EXAMPLES)
@journey_options
@stage_option("One stage only")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
    help="jsonl: one object a step. mbox: every letter as it was stored. pcapng: the packets, each explained in a "
    "comment; pcap: the packets alone.",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="With text: say what each step means.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE; one that exists is kept, unless --force is given.")
@click.option("--force", is_flag=True, help="Let -o write over a file.")
def command(
    scenario: str,
    message: str | None,
    reader: str | None,
    edit: tuple[str, ...],
    fault: tuple[str, ...],
    stage: Stage | None,
    seed: int,
    form: str,
    explain: bool,
    output: str | None,
    force: bool,
) -> int:
    """Print a whole journey: from the first field that is written to what the reader sees."""
    if stage is not None and form == "mbox":
        raise click.UsageError(
            "--stage goes with text, jsonl, pcapng and pcap: a mailbox file holds letters, not steps"
        )
    if explain and form != "text":
        raise click.UsageError("--explain goes with text; jsonl has the explanations anyway")
    if form in CAPTURES and output is None and sys.stdout.isatty():
        raise click.UsageError(f"a {form} file is nothing to read at a terminal; -o packets.{form} writes it to a file")
    if output is not None:
        _check(output, force)
    asked = make(scenario, message, reader, edit, fault, seed)
    for note in asked.notes:
        complain(f"note: {note}")
    try:
        _write(asked.journey, form, stage, explain, output, force)
    except TakenError:
        raise _taken(output or "") from None
    for line in asked.unreached:
        complain(line)
    return 2 if asked.unreached else 0


def _write(journey: Journey, form: str, stage: Stage | None, explain: bool, output: str | None, force: bool) -> None:
    """Write it to a file, or to standard output."""
    if form == "text":
        from mailedu.text.transcript import transcript

        if output is None:
            screen = screen_of(sys.stdout)
            screen.say_all(transcript(journey, screen, stage=stage, explain=explain))
        else:
            with text_file(output, force) as screen:
                screen.say_all(transcript(journey, screen, stage=stage, explain=explain))
        return
    octets = _octets(journey, form, stage)
    if output is None:
        sys.stdout.buffer.writelines(octets)
        sys.stdout.buffer.flush()
    else:
        with open_file(output, force) as file:
            file.writelines(octets)


def _octets(journey: Journey, form: str, stage: Stage | None) -> Iterator[bytes]:
    """The octets of a file of this form. What it cannot hold is said before any of them are made."""
    if form == "mbox":
        from mailedu.journey.mbox import mbox

        return mbox(journey)
    if form in CAPTURES:
        try:
            return capture_file(journey, form, stage)
        except ValueError as error:
            raise click.ClickException(str(error)) from None
    from mailedu.journey.jsonl import jsonl

    return (line.encode("ascii") + b"\n" for line in jsonl(journey, stage))


def _check(output: str, force: bool) -> None:
    """Refuse a file that must not be written, before anything is done."""
    if Path(output).is_dir():
        raise click.ClickException(f"{output}: is a folder")
    if not is_free(output, force):
        raise _taken(output)


def _taken(output: str) -> click.ClickException:
    return click.ClickException(f"{output}: exists already; --force writes over it")
