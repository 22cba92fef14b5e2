"""What goes wrong is said in one clear line on standard error, with exit status 2; and every end is quiet."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from mailedu import cli
from mailedu.cli import play

from .conftest import Call, command, ctrl_c_works, environment

WRONG = {
    "no command pla": (["pla"], "no command 'pla': did you mean play?"),
    "no command at all like it": (["zzz"], "no command 'zzz': there are walk, play, talk"),
    "no option": (["play", "--fromat", "x"], "--format"),
    "no form": (["play", "--format", "jsnol"], "'jsnol' is not one of 'text', 'jsonl', 'mbox'"),
    "no scenario": (["play", "alice-to-bop"], "no scenario 'alice-to-bop': did you mean alice-to-bob?"),
    "no fault": (["walk", "--fault", "server-dwn"], "no fault 'server-dwn': did you mean server-down?"),
    "no reader": (["play", "--reader", "bop@example.net"], "no mailbox 'bop@example.net'"),
    "no edit": (["play", "--edit", "hello"], "write PLACE=LINE"),
    "no place": (["play", "--edit", "RCPT=x"], "is no place"),
    "no step": (["play", "--edit", "999=NOOP"], "there is no step 999, only 1 to"),
    "no stage": (["play", "--stage", "6"], "'6' is not one of"),
    "no file": (["play", "--message", "none.eml"], "none.eml: No such file or directory"),
    "no letter": (["play", "--message", "."], ".: Is a directory"),
    "no octets": (["play", "--message", "-"], "standard input: there is nothing to send: no octets"),
    "no letter is sent": (["play", "figure-21-10", "--message", "-"], "figure-21-10 sends no letter"),
    "no folder": (["play", "-o", "none/file"], "none/file: No such file or directory"),
    "a folder": (["play", "-o", "."], ".: is a folder"),
    "no protocol": (["talk", "imap"], "'imap' is not one of 'smtp', 'pop3'"),
    "no protocol named": (["talk"], "Missing argument"),
    "stage of a mailbox": (["play", "--stage", "2", "--format", "mbox"], "--stage goes with text, jsonl, pcapng"),
}
LETTERS = {
    "NUL": (b"To: bob@example.net\nSubject: x\n\na\0b\n", "NUL"),
    "no recipient": (b"Subject: x\n\nHello\n", "no recipient"),
    "no address": (b"To: bob@@example.net\nSubject: x\n\nHello\n", "bob@@example.net"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_one_line(mailedu: Call, name: str) -> None:
    arguments, words = WRONG[name]
    done = mailedu(*arguments)
    assert done.status == 2
    assert not done.out
    assert words in done.err
    assert done.err.startswith("mailedu: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_that_cannot_be_sent_is_one_line(mailedu: Call, tmp_path: Path, name: str) -> None:
    octets, words = LETTERS[name]
    (tmp_path / "letter.eml").write_bytes(octets)
    for command_ in ("play", "walk"):
        done = mailedu(command_, "--message", "letter.eml")
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("mailedu: letter.eml: ")
        assert words in done.err
        assert done.err.count("\n") == 1


def test_an_endless_letter_is_refused(process: Call) -> None:
    done = process("play", "--message", "/dev/zero")
    assert (done.status, done.out) == (2, "")
    assert "are too many: at most 104,857,600" in done.err


def test_a_file_that_is_too_large_is_not_even_read(mailedu: Call, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(3_000_000_000)
    assert "large: 3,000,000,000 octets are too many" in mailedu("play", "--message", "large").err


def test_a_file_in_the_place_of_a_scenario_is_recognised(mailedu: Call, tmp_path: Path) -> None:
    (tmp_path / "letter.eml").write_text("Hello")
    assert mailedu("play", "letter.eml").err == (
        "mailedu: letter.eml is no scenario; to send that file: --message letter.eml\n"
    )


@pytest.mark.parametrize("name", ["\x1b[2J", "a\nb", "\u202eevil", "\udcff"])
def test_a_hostile_name_does_not_reach_the_terminal(mailedu: Call, name: str) -> None:
    for arguments in (
        ["play", name],
        ["play", "--fault", name],
        ["play", "--message", name],
        [name],
        ["play", "--edit", f"{name}=x"],
    ):
        done = mailedu(*arguments)
        assert done.status == 2
        assert done.err.count("\n") == 1
        assert done.err.rstrip("\n").isprintable()


def test_a_fault_of_ours_is_one_line_too(mailedu: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("\x1b[31mboo")

    monkeypatch.setattr(play, "make", broken)
    done = mailedu("play")
    assert done.status == 1
    assert done.err == "mailedu: this should not have happened: RuntimeError: ␛[31mboo (MAILEDU_DEBUG=1 shows where)\n"
    monkeypatch.setenv("MAILEDU_DEBUG", "1")
    with pytest.raises(RuntimeError, match="boo"):
        cli.run(["play"])


# Ends -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["play"], ["play", "--format", "jsonl"], ["walk", "server-down"]])
def test_a_reader_who_stops_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    """As `| head -1` does: the pipe is closed after the first line."""
    child = subprocess.Popen(
        command(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
        env=environment(),
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    try:
        child.stdin.write(b"n\n" * 5000)
        child.stdin.close()
    except BrokenPipeError:
        pass
    assert child.stderr.read() == b""
    child.stderr.close()
    assert child.wait(30) == 141


def test_ctrl_c_ends_quietly(tmp_path: Path) -> None:
    for arguments in (["walk"], ["talk", "smtp"], ["play", "--message", "-"]):
        child = subprocess.Popen(
            command(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
            env=environment(), preexec_fn=ctrl_c_works,
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stderr is not None
        if arguments[0] != "play":
            child.stdout.readline()  # it is there, and will soon be waiting for a key
        else:
            _until_it_reads(child.pid)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
        assert err == b"", arguments
        assert child.returncode == 130, arguments


def _until_it_reads(pid: int) -> None:
    """Wait until a process waits for its standard input, where the system tells; else a while."""
    deadline = time.monotonic() + 20
    place = Path(f"/proc/{pid}/wchan")
    while time.monotonic() < deadline and "pipe" not in (place.read_text() if place.exists() else "pipe"):
        os.sched_yield()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("play"),
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=environment(),
            timeout=60,
            check=False,
        )
    assert done.stderr.decode() == "mailedu: No space left on device\n"
    assert done.returncode == 2


def test_without_any_streams_it_ends_all_the_same(tmp_path: Path) -> None:
    for arguments in ("play", "walk", "play --message -"):
        line = " ".join(command()) + f" {arguments} <&- >&- 2>&-"
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment(), timeout=60, check=False)
        assert done.returncode in (0, 2), arguments
