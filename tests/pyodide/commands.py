"""Runs command lines, read as JSON from standard input, in this one Python; prints of each its status and output.

On CPython and in Pyodide alike, so only what mailedu does can differ.
"""

import io
import json
import sys

from mailedu.cli import run


def result(words: list[str]) -> dict[str, object]:
    """What the command line leaves behind; what it writes is decoded so that no octet is lost."""
    streams = sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdout, sys.stderr = texts = io.TextIOWrapper(out, "utf-8"), io.TextIOWrapper(err, "utf-8")
    try:
        status = run(words)
    finally:
        sys.stdout, sys.stderr = streams
    for text in texts:
        text.flush()
    return {"status": status, "out": out.getvalue().decode("latin-1"), "err": err.getvalue().decode("latin-1")}


print(json.dumps([result(words) for words in json.load(sys.stdin)]))
