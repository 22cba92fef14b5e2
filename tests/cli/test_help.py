"""What somebody finds who has just installed it."""

from __future__ import annotations

import os
import re

import pytest

import mailedu as package
from mailedu.cli.commands import COMMANDS

from .conftest import Call


def test_alone_it_names_where_to_begin(process: Call) -> None:
    done = process()
    assert done.status == 0
    assert "mailedu walk" in done.out
    assert not done.err


def test_version(process: Call) -> None:
    assert process("--version").out == f"mailedu {package.__version__}\n"


def test_the_first_step_is_there_at_once(process: Call) -> None:
    """Within a second; by the clock of the processor, for other tests run beside this one."""
    process("walk")
    before = os.times()
    assert "Step 1 of" in process("walk").out
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent < 1.0


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_examples_that_work(name: str, mailedu: Call) -> None:
    done = mailedu(name, "--help")
    assert done.status == 0
    assert "Examples:" in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines())
    options = set(re.findall(r"(?<![\w-])--[a-z]+", done.out.split("Examples:")[1]))
    assert options <= set(re.findall(r"(?<![\w-])--[a-z]+", done.out.split("Examples:")[0]))


def test_help_names_commands_that_work_and_no_others(mailedu: Call) -> None:
    done = mailedu("--help")
    section = done.out.split("Commands:")[1].split("Examples:")[0]
    assert re.findall(r"^  ([a-z]+) ", section, re.MULTILINE) == list(COMMANDS)


def test_list_names_scenarios_and_faults(mailedu: Call) -> None:
    out = mailedu("play", "--list").out
    assert out == mailedu("walk", "--list").out
    for name in ("alice-to-bob", "figure-21-6", "figure-21-10", "greylisting", "server-down"):
        assert re.search(rf"^  {name} +\S", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        ((), ""),
        (("--help",), ""),
        *(((name, "--help"), "") for name in COMMANDS),
        (("walk", "--list"), ""),
        (("walk",), "?\n"),
        (("talk", "smtp"), "?\n:help\n:nonsense\nQUIT\nNOOP\n"),
        (("talk", "pop3"), "?\n:help\n:nonsense\nQUIT\nNOOP\n"),
    ],
)
def test_no_help_is_wider_than_80_columns(mailedu: Call, arguments: tuple[str, ...], typed: str) -> None:
    done = mailedu(*arguments, typed=typed)
    assert done.status == 0
    assert [line for line in done.out.splitlines() if len(line) > 80] == []
