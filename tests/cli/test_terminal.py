"""What reaches a terminal: nothing foreign as it is, no colours where they are not wanted, US-ASCII where need be."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Call, command, environment

HOSTILE = (
    b"From: Eve <eve@evil.example>\n"
    b"X-Evil: \x1b[2J\xe2\x80\xaelive\n"
    b"To: bob@example.net\n"
    b"Subject: \x1b]0;owned\x07 \xc2\x9b31m \xe2\x80\xae \xe2\x80\x8b [/b] &lt; \xff\n\n"
    b"\x1b[31mred\x1b[0m\x08\x08\n\x7f\xc2\x85\xf3\xa0\x80\x81\n"
)
#: Controls, C1, marks of direction and of no width, tags.
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\U000e0000-\U000e007f]")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
KEYS = "".join(f"{key}\n" for key in "xysmkl")


def walked(mailedu_or_process: Call, **env: str) -> str:
    """All that a walk through the hostile letter prints, every pane of every step."""
    keys = (KEYS + "n\n") * 85 + "w hostile.txt\n"
    Path("hostile.eml").write_bytes(HOSTILE)
    done = mailedu_or_process("walk", "--message", "hostile.eml", typed=keys.encode(), **env)
    assert done.status == 0
    return done.out


def test_nothing_foreign_reaches_a_terminal_as_it_is(mailedu: Call, tmp_path: Path) -> None:
    out = walked(mailedu)
    assert "That was the last step." in out
    assert not STEERS.search(out)
    assert "␛]0;owned␇" in out
    assert not STEERS.search((tmp_path / "hostile.txt").read_text(encoding="utf-8"))
    for arguments in (["play"], ["play", "--explain"], ["play", "--format", "jsonl"]):
        done = mailedu(*arguments, "--message", "hostile.eml")
        assert not STEERS.search(done.out + done.err)


def test_nor_where_there_are_colours(mailedu: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = walked(mailedu)
    assert COLOURS.search(out)
    assert not STEERS.search(COLOURS.sub("", out))
    monkeypatch.delenv("FORCE_COLOR")
    plain = walked(mailedu).replace("hostile.txt exists already", "")
    assert len(plain.splitlines()) == len(out.splitlines())


def test_nor_what_is_typed(mailedu: Call) -> None:
    typed = b"23\ne\n\x1b[31m\xe2\x80\xae\xffevil\nn\ng\n\x1b[2J\n\x1b[2J\nw \x1b]0;x\x07/y\n"
    assert not STEERS.search(mailedu("walk", typed=typed).out)
    assert not STEERS.search(mailedu("talk", "smtp", typed=b"\x1b[2J\n:\x1b[2J\nHELO \xe2\x80\xae\n:undo\n").out)


@pytest.mark.parametrize(
    ("env", "arguments"),
    [
        ({"LC_ALL": "C"}, ["play", "--explain", "--message", "letter.txt"]),
        ({"LC_ALL": "POSIX"}, ["talk", "pop3"]),
        ({"LC_ALL": "de_DE.ISO-8859-1"}, ["play", "--list"]),
        ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "C"}, ["walk", "--message", "letter.txt"]),
        ({"PYTHONIOENCODING": "latin-1"}, ["walk", "nonsense"]),
    ],
)
def test_a_locale_that_is_not_utf8_gets_us_ascii(
    process: Call, tmp_path: Path, env: dict[str, str], arguments: list[str]
) -> None:
    (tmp_path / "letter.txt").write_bytes("Grüße – “schön”\n".encode())
    done = process(*arguments, typed=b"18\nx\ns\n24\ns\n78\nRETR 1\n", **env)
    assert done.status == 2 * ("nonsense" in arguments)
    assert (done.out + done.err).isascii()


def test_signs_have_ascii_forms(process: Call) -> None:
    out = process("walk", typed=b"18\ns\n", LC_ALL="C").out
    assert "Alice's laptop" in out
    assert 'which is base64 for "Password:"' in out
    assert "OPENING -> CONNECTED -> READY -> [AUTH]" in out


def test_a_utf8_locale_gets_letters(process: Call) -> None:
    for env in ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "", "LC_CTYPE": "de_DE.utf8"}, {"LC_ALL": "", "LANG": "en_US.UTF-8"}):
        assert "shall we meet at the café" in process("play", **env).out


def test_no_colours_in_a_pipe_nor_where_they_are_not_wanted(process: Call) -> None:
    for arguments in (["walk"], ["talk", "smtp"], ["--help"]):
        assert "\x1b" not in process(*arguments, TERM="xterm-256color").out
    assert "\x1b" not in process("play", FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b[" in process("play", FORCE_COLOR="1").out


# At a terminal --------------------------------------------------------------------------------------------------------


def at_terminal(tmp_path: Path, *arguments: str, keys: str = "", **env: str) -> str:
    """What a terminal of 80 by 24 gets."""
    mine, theirs = pty.openpty()
    wide = {"COLUMNS": "80", "LINES": "24", "TERM": "xterm-256color"}
    child = subprocess.Popen(
        command(*arguments), stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, close_fds=True,
        env=environment(**(wide | env)),
    )  # fmt: skip
    os.close(theirs)
    os.write(mine, keys.encode())
    out = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and select.select([mine], [], [], 30)[0]:
        try:
            out += os.read(mine, 65536)
        except OSError:
            break
    child.wait(30)
    os.close(mine)
    return out.decode()


def test_at_a_terminal_there_are_colours_and_nothing_moves(tmp_path: Path) -> None:
    out = at_terminal(tmp_path, "walk", keys="n\n24\nq\n")
    assert COLOURS.search(out)
    # Of its own it sends colours and nothing else; bracketed paste and a bell are the line editor's.
    assert not re.search(r"\x1b\[(?!\?2004[hl]|[0-9;]*m)", out)
    assert "Step 24 of" in out


def test_at_a_terminal_no_color_is_heeded(tmp_path: Path) -> None:
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        out = at_terminal(tmp_path, "walk", keys="n\nq\n", **env)
        assert not COLOURS.search(out)
        assert "Step 2 of" in out


@pytest.mark.parametrize("form", ["pcapng", "pcap"])
def test_a_terminal_is_spared_a_capture(tmp_path: Path, form: str) -> None:
    out = COLOURS.sub("", at_terminal(tmp_path, "play", "--format", form))
    assert out.startswith(f"mailedu: a {form} file is nothing to read at a terminal; -o packets.{form} writes it")
    assert out.count("\n") == 1


def test_a_step_fits_a_terminal_of_24_rows(tmp_path: Path) -> None:
    out = COLOURS.sub("", at_terminal(tmp_path, "walk", keys="n\n" * 77 + "q\n"))
    cards = re.split(r"^(?=Step )", out.replace("\r\n", "\n"), flags=re.MULTILINE)[1:]
    assert len(cards) > 70
    for one in cards:
        lines = one.rstrip("\n").splitlines()
        assert len(lines) <= 24, one
        assert max(map(len, lines)) <= 80, one
    assert "250 AUTH LOGIN PLAIN" in cards[13]  # where room is scarce the digits of the code share a line
    assert "  Code      2.. Done, .5. The mail system, ..0 Which of these\n" in cards[13]


# In tmux --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    session = Tmux(tmp_path)
    yield session
    session.call("kill-server")


class Tmux:
    """A terminal of 80 by 24, with a server of its own."""

    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / "tmux")
        self._folder = folder

    def call(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", *words], capture_output=True, check=False, timeout=30,
            env=environment(TERM="xterm-256color"), cwd=self._folder,
        )  # fmt: skip
        return done.stdout.decode()

    def start(self, *arguments: str) -> None:
        program = " ".join(command(*arguments))
        self.call("new-session", "-d", "-x", "80", "-y", "24", "-s", "s", f"{program}; echo left with $?; exec sh")

    def screen_with(self, words: str) -> str:
        """The screen once it shows `words`, an expression."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            screen = self.call("capture-pane", "-p", "-t", "s")
            if re.search(words, screen.rstrip()):
                return screen
        raise AssertionError(f"{words!r} did not come up:\n{screen}")

    def keys(self, *keys: str) -> None:
        self.call("send-keys", "-t", "s", *keys)


@pytest.mark.needs("tmux")
def test_a_walk_in_tmux(tmux: Tmux) -> None:
    tmux.start("walk")
    tmux.screen_with("Step 1 of")
    tmux.keys("2", "3", "Enter")
    tmux.screen_with(r"Step 23 of[^>]*<bob@example\.net>[\s\S]*\n>$")
    tmux.keys("e", "Enter")
    tmux.screen_with("new:")
    tmux.keys("Up")
    tmux.screen_with("new:  RCPT TO:<bob@example.net>")
    tmux.keys("C-u")
    tmux.keys("-l", "NOOP")
    tmux.keys("Enter")
    tmux.screen_with("Your change. In the original: RCPT TO:<bob@example.net>")
    tmux.keys("q", "Enter")
    tmux.screen_with("left with 0")


@pytest.mark.needs("tmux")
def test_a_letter_from_a_pipe_leaves_the_keys_to_the_terminal(tmux: Tmux, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Hello from a pipe\n")
    tmux.start("walk", "--message", "-", "<", "letter.txt")
    tmux.screen_with("Step 1 of")
    tmux.keys("n", "Enter")
    tmux.screen_with("Step 2 of")
    tmux.keys("q", "Enter")
    tmux.screen_with("left with 0")


@pytest.mark.needs("tmux")
def test_ctrl_c_and_ctrl_d_in_tmux(tmux: Tmux) -> None:
    tmux.start("talk", "smtp")
    tmux.screen_with(r"\[CONNECTED\] C:")
    tmux.keys("C-c")
    screen = tmux.screen_with("left with 130")
    assert "Traceback" not in screen
    tmux.keys("-l", " ".join(command("walk")))
    tmux.keys("Enter")
    tmux.screen_with("Step 1 of")
    tmux.keys("C-d")
    tmux.keys("-l", "echo and $?")
    tmux.keys("Enter")
    tmux.screen_with("and 0")
