"""The group of all commands. What a command is for is said here, so that `--help` need not load it."""

from __future__ import annotations

import difflib
import importlib
from typing import Final

import click

import mailedu as package

#: Name -> where it is, and what it is for.
COMMANDS: Final = {
    "walk": ("mailedu.cli.walk", "The same at a plain prompt, also for screen readers."),
    "play": ("mailedu.cli.play", "Print a whole journey: text, JSON lines or a mailbox file."),
    "talk": ("mailedu.cli.talk", "Type the commands of SMTP or POP3 yourself."),
    "quiz": ("mailedu.cli.quiz", "Questions and labs, marked at once and told why."),
}
WELCOME: Final = """\
mailedu lets you watch an email travel, one command at a time.

  mailedu              the full screen, at a terminal: begin here
  mailedu walk         the same at a plain prompt, also for screen readers
  mailedu talk smtp    type the commands yourself, and see what a server says
  mailedu play         the whole journey at once
  mailedu quiz         questions, marked at once and told why
  mailedu --help       all commands, with examples"""
EXAMPLES: Final = """\
\b
Examples:
  mailedu                                   the full screen: choose a journey
  mailedu walk                              a letter from Alice to Bob
  mailedu walk --fault greylisting          the same, and something goes wrong
  mailedu walk --message letter.eml         a letter of your own
  mailedu play --format jsonl | head        for other programs
  mailedu talk pop3                         read Bob's mail by hand
  mailedu quiz chapter-questions            the five questions on Figure 21.10

Nothing leaves this computer: the Internet of these journeys is inside the program."""


class Commands(click.Group):
    """Loads a command when it is called; an unknown one names the nearest."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(COMMANDS)}"
            raise click.ClickException(f"no command {args[0]!r}: {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog=EXAMPLES,
)
@click.version_option(package.__version__, message="mailedu %(version)s")
@click.pass_context
def mailedu(ctx: click.Context) -> None:
    """Watch an email travel, one command at a time.

    Without a command it is the full screen.
    """
    if ctx.invoked_subcommand is None:
        click.echo(WELCOME)
