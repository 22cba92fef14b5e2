"""Every section of an RFC that is cited exists: in the texts that a learner reads and in the code.

`data/sections.tsv` lists the numbered sections and appendices of the RFCs that the project cites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import mailedu

PACKAGE = Path(mailedu.__file__).parent
SECTIONS = Path(__file__).parent / "data" / "sections.tsv"
#: RFCs that may be cited as a whole: their sections have no numbers.
UNNUMBERED = frozenset("95 155 196 524 561 918 937 974 1047 1081 1225 1342".split())

_NUMBER = r"\d{1,2}(?:\.\d{1,2})*(?![\w%]|[.-]\w)"
_NAME = rf"(?:{_NUMBER}|[A-Z](?:\.\d{{1,2}})*\b)"
_WORD = r"(?:sections?|appendix|appendices|§)"
#: White space, and what a comment has at the start of a line.
_GAP = r"[\s#:]*"
_NAMES = rf"{_NAME}(?:(?:,|,? and|,? or| to){_GAP}{_NAME})*"
_BEHIND = re.compile(rf"\bRFC[ -]?(\d+)\b(?:,?{_GAP}\(?{_WORD}{_GAP}({_NAMES})|[ ]({_NUMBER}))?", re.IGNORECASE)
_BEFORE = re.compile(rf"\b{_WORD}{_GAP}({_NAMES}){_GAP}(?:of|in){_GAP}RFC[ -]?(\d+)", re.IGNORECASE)


@cache
def sections() -> dict[str, frozenset[str]]:
    """RFC -> the names of its sections."""
    found: dict[str, set[str]] = {}
    for row in SECTIONS.read_text("utf-8").splitlines()[1:]:
        rfc, name, _title, _line = row.split("\t")
        found.setdefault(rfc, set()).add(name.upper())
    return {rfc: frozenset(names) for rfc, names in found.items()}


def citations(text: str) -> Iterator[tuple[str, str, int]]:
    """RFC, section (empty for the whole) and line of each citation."""
    for cited in _BEHIND.finditer(text):
        names = re.findall(_NAME, cited[2] or cited[3] or "")
        for name in names or [""]:
            yield cited[1], name, text.count("\n", 0, cited.start()) + 1
    for cited in _BEFORE.finditer(text):
        for name in re.findall(_NAME, cited[1]):
            yield cited[2], name, text.count("\n", 0, cited.start()) + 1


def wrong(text: str) -> list[str]:
    """What is cited and does not exist."""
    known = sections()
    return [
        f"line {line}: RFC {rfc} {name}".rstrip()
        for rfc, name, line in citations(text)
        if (name and name.upper() not in known.get(rfc, ()))
        or (not name and rfc not in known and rfc not in UNNUMBERED)
    ]


FILES = sorted(path for pattern in ("*.py", "*.toml", "*.md") for path in PACKAGE.rglob(pattern))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(PACKAGE)) for path in FILES])
def test_every_section_that_is_cited_exists(path: Path) -> None:
    assert wrong(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RFC 5321 4.1.1.3", []),
        ("RFC 5321 4.1.1.33", ["line 1: RFC 5321 4.1.1.33"]),
        ("RFC 5321 section 9.9", ["line 1: RFC 5321 9.9"]),
        ("RFC 5321 sections 4.4 and 99", ["line 1: RFC 5321 99"]),
        ("RFC 5321\n#: sections 4.4, 4.5 and 9.5", ["line 1: RFC 5321 9.5"]),
        ("sections 3.1 and 3.12 of RFC 5321", ["line 1: RFC 5321 3.12"]),
        ("RFC 5321 appendix D", []),
        ("RFC 5321 appendix Z", ["line 1: RFC 5321 Z"]),
        ("Errors: RFC 99999", ["line 1: RFC 99999"]),
        ("RFC 1047 tells why", []),
        ("RFC 821 in 1982", []),
        ("(RFC 5322 section 3.6, RFC 6409 section 8.12)", ["line 1: RFC 6409 8.12"]),
    ],
)
def test_a_wrong_citation_is_found(text: str, found: list[str]) -> None:
    assert wrong(text) == found


def test_the_texts_cite() -> None:
    """The check looks at something: the explanations alone have hundreds of citations."""
    texts = [path.read_text("utf-8") for path in (PACKAGE / "content" / "explain").rglob("*.toml")]
    assert sum(1 for text in texts for _ in citations(text)) > 500
