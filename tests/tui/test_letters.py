"""The learner's own letters: kept whole, found again, and no way out of their folder."""

from __future__ import annotations

import os
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.tui import letters

WHEN = datetime(2026, 11, 24, 9, 5, 7)  # noqa: DTZ001 - a file name shows local time


def test_a_letter_is_kept_as_it_is() -> None:
    octets = b"Subject: Dinner\r\n\r\n\x00\xff\n"
    assert letters.read(letters.save(octets, "Dinner")) == octets


def test_the_name_is_made_of_time_and_subject() -> None:
    assert letters.save(b"x", "Dinner at the café!", WHEN) == "2026-11-24-090507-dinner-at-the-cafe.eml"
    assert letters.save(b"x", "夕食", WHEN) == "2026-11-24-090507-letter.eml"


def test_no_letter_is_written_over_another() -> None:
    names = [letters.save(str(n).encode(), "Dinner", WHEN) for n in range(3)]
    assert [letters.read(name) for name in names] == [b"0", b"1", b"2"]


@pytest.mark.law(most=400)
@given(subject=st.text(st.characters(), max_size=300))
def test_any_subject_makes_a_name_that_can_be_read_again(
    tmp_path_factory: pytest.TempPathFactory, subject: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILEDU_HOME", str(tmp_path_factory.mktemp("home")))
        name = letters.save(b"x", subject, WHEN)
        assert letters.read(name) == b"x"
        assert [path.name for path in letters.folder().iterdir()] == [name]


@pytest.mark.parametrize(
    "name", ["../state.eml", "/etc/passwd", "a/../../x.eml", "..\\x.eml", "c:x.eml", ".x.eml", "x.txt", "", "x.eml\0"]
)
def test_a_name_leads_nowhere_else(name: str) -> None:
    (letters.home() / "letters").mkdir(parents=True)
    (letters.home() / "state.eml").write_bytes(b"not a letter")
    for look in (letters.read, letters.size, letters.subject):
        with pytest.raises(letters.LetterError, match="no name of a letter"):
            look(name)


def test_a_letter_that_is_gone_is_told() -> None:
    with pytest.raises(letters.LetterError, match="not there any more"):
        letters.read("gone.eml")


def test_the_newest_comes_first_and_only_so_many() -> None:
    for n, subject in enumerate(("one", "two", "three")):
        name = letters.save(f"Subject: =?utf-8?Q?{subject}_=C3=A9?=\r\n\r\n".encode(), subject)
        os.utime(letters.folder() / name, (n, n))
    assert [(own.subject, own.date) for own in letters.own_letters(2)] == [("three é", 2.0), ("two é", 1.0)]


def test_what_is_no_letter_is_not_listed() -> None:
    assert letters.own_letters() == []
    name = letters.save(b"Hello\r\n")
    (letters.folder() / "notes.txt").write_text("x")
    (letters.folder() / ".hidden.eml").write_text("x")
    (letters.folder() / "empty.eml").touch()
    (letters.folder() / "folder.eml").mkdir()
    assert [(own.name, own.subject) for own in letters.own_letters()] == [(name, "")]


def test_a_folder_that_cannot_be_written_is_told() -> None:
    letters.home().write_text("a file where the folder should be")
    with pytest.raises(letters.LetterError, match="cannot keep the letter"):
        letters.save(b"x", "Dinner")
    assert letters.own_letters() == []


def test_without_a_home_of_ones_own_the_system_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILEDU_HOME")
    assert letters.home().name == "mailedu"
