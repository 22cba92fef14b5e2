"""Where a key stands in a TOML file, and what the loader says of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailedu import content
from mailedu.content.locate import line_of
from mailedu.explain import texts

TOML = '''# a comment
title = "x"

["RCPT@READY 503"]
what = """
[no header]
why = "no key"
"""
why = "y"

[world.hosts."mx1.example.net"]
down = [["0s", "2h"]]
texts = { GREETING = "hi" }

[[letters]]
from = "a"
[[letters.attachments]]
file = "1"

[[letters]]
from = "b"
[[letters.attachments]]
file = "2"
[[letters.attachments]]
file = "3"

[dotted]
a.b."c d" = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("RCPT@READY 503",), 4),
        (("RCPT@READY 503", "what"), 5),
        (("RCPT@READY 503", "why"), 9),
        (("world", "hosts", "mx1.example.net", "down"), 12),
        (("world", "hosts", "mx1.example.net", "texts", "GREETING"), 13),
        (("world", "hosts", "mx1.example.net", "nothing"), 11),
        (("letters", 0, "from"), 16),
        (("letters", 1, "from"), 21),
        (("letters", 1, "attachments", 0, "file"), 23),
        (("letters", 1, "attachments", 1, "file"), 25),
        (("dotted", "a", "b", "c d"), 28),
        (("nowhere",), 1),
        ((), 1),
    ],
)
def test_the_line_of_a_key(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(TOML, path) == line


@pytest.fixture
def a_broken_file(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Files of the test's own in the place of the package's."""
    files: dict[str, str] = {}
    monkeypatch.setattr(content, "read", lambda name: files[name])
    return files


GOOD = '["X"]\ntitle = "T."\nwhat = "W."\nwhy = "Y."\nrfc = ["RFC 5321"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + '\n["A 1"]\nwhat = "x"\nwhat2 = "y"\n', "line 9: A 1.what2: unknown"),
        (GOOD + '\n["A 1"]\nwhat = "x"\n', "line 7: A 1: lacks title"),
        (GOOD.replace('"W."', "3"), "line 3: X.what: a text is wanted"),
        (GOOD.replace('"W."', '"{Wrong}"'), "line 3: X.what: a brace"),
        (GOOD.replace('["RFC 5321"]', '"RFC 5321"'), "line 5: X.rfc: a list"),
        ('stray = "x"\n' + GOOD, "line 1: stray: stands outside"),
        ("[X\n", "explain/test/broken"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_key(a_broken_file: dict[str, str], text: str, said: str) -> None:
    a_broken_file["explain/test/broken.toml"] = text
    with pytest.raises(content.ContentError) as error:
        texts.texts.__wrapped__("test", "broken")
    assert said in str(error.value)
    assert "explain/test/broken.toml" in str(error.value)


def test_a_file_that_is_not_there_has_no_texts() -> None:
    assert texts.texts("nobody", "nothing") == {}


def test_names_are_listed_in_order() -> None:
    found = content.names("explain/smtp")
    assert found == sorted(found)
    assert "explain/smtp/commands.toml" in found
    assert content.names("no such folder") == []
    assert all(Path(name).suffix == ".toml" for name in found)
