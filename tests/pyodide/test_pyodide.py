"""`play` in Pyodide, Python in a browser, says what it says on CPython: as JupyterLite will, but under Node.

Pyodide gets the packages that this Python has, so what is tested is the installed wheel where that is so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mailedu.journey import scenario

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
#: Where `npm install` may have put Pyodide: .ci/run, or a person in this folder.
HOMES = [folder / "node_modules" / "pyodide" / "pyodide.mjs" for folder in (CHECKOUT / ".venv" / "node", HERE)]
PYODIDE = next((str(home) for home in HOMES if home.is_file()), "")

pytestmark = [
    pytest.mark.needs("node"),
    pytest.mark.skipif(not PYODIDE, reason="needs npm's pyodide: npm install --no-package-lock in tests/pyodide"),
]

#: All that Pyodide is given. Nothing but click is needed beside mailedu to play a journey.
PACKAGES = ("mailedu", "click")
#: What the engine must do without. A browser has no thread, socket or process; the rest would be slow to load.
FORBIDDEN = (
    *("_socket", "_ssl", "_thread", "asyncio", "multiprocessing", "selectors", "signal", "socket", "sqlite3", "ssl"),
    *("subprocess", "threading", "click", "dns", "email", "http", "importlib.metadata", "logging", "pygments"),
)
LETTER = b"""\
From MAILER Thu Jan  1 00:00:00 1970
From: =?utf-8?q?Ren=C3=A9?= <rene@example.com>
To: bob@example.net, Carol <carol@elsewhere.example>, =?utf-8?b?8J+mhQ==?= <eagle@nest.example>
Bcc: dave@example.net
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

.a dot, \xc3\xa9, \xff\x1b[31m, and a line that is too long: %(long)b
From here on, all is well.
--x
Content-Type: application/octet-stream; name*=utf-8''%%e2%%82%%ac.bin
Content-Transfer-Encoding: base64

AAECAwQFBgcICQ==
--x--
""" % {b"long": b"1234567890" * 200}
TEXT = "Grüße aus dem Browser\n.\nohne letztes Zeilenende".encode()

JSONL = ["play", "--format", "jsonl"]
COMMANDS = [
    *([*JSONL, name] for name in scenario.names()),
    *([*JSONL, "--fault", fault.name] for fault in scenario.faults_of("alice-to-bob")),
    [*JSONL, "--message", "letter.eml"],
    [*JSONL, "--message", "letter.eml", "--reader", "carol@elsewhere.example", "--fault", "greylisting", "--seed", "7"],
    [*JSONL, "--message", "text.txt"],
    [*JSONL, "--edit", "submit/RCPT=RCPT TO:<nobody@example.net>", "--edit", "submit/DATA="],
    [*JSONL, "--edit", "deliver/RCPT!=450 4.2.0 Später, bitte", "--edit", "+access/STAT=XYZZY"],
    [*JSONL, "--edit", "mx/ANSWER=NXDOMAIN"],
    [*JSONL, "--stage", "5", "figure-21-10"],
    [*JSONL, "no-such-scenario"],
    ["play", "--format", "mbox", "--message", "letter.eml"],
    ["play", "--explain"],
]


def answer(command: list[str], asked: Any, folder: Path) -> Any:
    """What a program that reads JSON from standard input answers as JSON on the other side."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}  # no one's taste in width or colour
    done = subprocess.run(
        command, input=json.dumps(asked), cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def pyodide(script: str) -> list[str]:
    """The command that runs a script of this folder in Pyodide."""
    folders = [Path(spec.origin).parent for name in PACKAGES if (spec := find_spec(name)) and spec.origin]
    return ["node", str(HERE / "run.mjs"), PYODIDE, str(HERE / script), ".", *map(str, folders)]


def test_a_journey_is_the_same_in_pyodide(tmp_path: Path) -> None:
    (tmp_path / "letter.eml").write_bytes(LETTER)
    (tmp_path / "text.txt").write_bytes(TEXT)
    ours = answer([sys.executable, str(HERE / "commands.py")], COMMANDS, tmp_path)
    theirs = answer(pyodide("commands.py"), COMMANDS, tmp_path)
    for command, here, there in zip(COMMANDS, ours, theirs, strict=True):
        for at, (line, same) in enumerate(zip(here["out"].split("\n"), there["out"].split("\n"), strict=False), 1):
            assert line == same, f"{command}, line {at}"
        assert here == there, command
        if "no-such-scenario" not in command:
            assert here["out"].count("\n") > 10, command


def test_the_engine_needs_no_thread_socket_or_process(tmp_path: Path) -> None:
    found = answer(pyodide("engine.py"), FORBIDDEN, tmp_path)
    assert found["steps"] > 60
    assert "mailedu.journey.engine" in found["loaded"]
    assert not {name for name in found["loaded"] if name in FORBIDDEN or name.partition(".")[0] in FORBIDDEN}
    assert not found["foreign"]
