from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.visible import MAX_MARKS, clip, pad, visible, width

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: Any str, with what deceives more often than chance has it; surrogates alone included.
TRICKS = "\x1b\x00\r\n\t\x7f\x9b\x85\u202e\u2066\u200d\u200b\ufeff\u0301\u0489\ufe0f\U000e0041\ud800\udcff\u2028 a#é☺漢"
ANY = st.text(st.one_of(st.sampled_from(TRICKS), st.characters(codec=None)))


def unsafe(text: str) -> list[str]:
    return [hex(ord(character)) for character in text if category(character) in UNSAFE]


@pytest.mark.law(most=400)
@given(st.one_of(ANY, st.binary()))
def test_nothing_unsafe_comes_out(text: str | bytes) -> None:
    assert unsafe(visible(text)) == []
    assert unsafe(visible(text, keep_newlines=True).replace("\n", "")) == []
    plain = visible(text, ascii_only=True)
    assert plain.isascii()
    assert plain.isprintable()


@pytest.mark.law(most=400)
@given(ANY, st.booleans(), st.booleans())
def test_a_second_time_changes_nothing(text: str, keep: bool, ascii_only: bool) -> None:
    once = visible(text, keep_newlines=keep, ascii_only=ascii_only)
    assert visible(once, keep_newlines=keep, ascii_only=ascii_only) == once


@pytest.mark.law(most=400)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_is_left_alone(text: str) -> None:
    assert visible(text) == text
    assert visible(text.encode()) == text
    assert visible(text, ascii_only=True, keep_newlines=True) == text


@pytest.mark.law(most=400)
@given(st.one_of(ANY, st.binary()))
def test_nothing_is_hidden(text: str | bytes) -> None:
    """However little ink a character has, taking it away shows."""
    assert len(visible(text)) >= len(text.decode("utf-8", "ignore") if isinstance(text, bytes) else text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]0;owned\x07", "␛]0;owned␇"),
        ("a\tb\r\nc\x00", "a␉b␍␊c␀"),
        ("\x7f", "␡"),
        ("\x9b31m", r"\u009b31m"),
        (b"\xff\xfe caf\xc3\xa9", r"\xff\xfe café"),
        (b"caf\xc3", r"caf\xc3"),
        (b"\xc2\x9b31m", r"\u009b31m"),
        ("octet \udcff kept as a surrogate", r"octet \xff kept as a surrogate"),
        ("half a pair \ud83d", r"half a pair \ud83d"),
        ("invoice\u202egpj.exe", r"invoice\u202egpj.exe"),
        ("\u2066isolate\u2069 \u200e\u200f\u061c", r"\u2066isolate\u2069 \u200e\u200f\u061c"),
        ("zero\u200bwidth\u200d\u2060\ufeff", r"zero\u200bwidth\u200d\u2060\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("private\ue000, unassigned\u0378", r"private\ue000, unassigned\u0378"),
        ("\u2028\u2029\x85", r"\u2028\u2029\u0085"),
        ("filler\u3164, blank\u2800, selector\U000e0101", r"filler\u3164, blank\u2800, selector\U000e0101"),
        ("Grüße, Жду, 漢字, עברית, ไทย, हिन्दी", "Grüße, Жду, 漢字, עברית, ไทย, हिन्दी"),
        ("no\u00a0break, \u3000 wide", "no\u00a0break, \u3000 wide"),
        ("☺ ❤\ufe0f 1\ufe0f\u20e3 👍🏽", "☺ ❤\ufe0f 1\ufe0f\u20e3 👍🏽"),
        ("a\ufe0f", r"a\ufe0f"),
        ("e\u0301", "e\u0301"),
        ("\u0301a", r"\u0301a"),
        (" \u0301\n\u0301", r" \u0301␊\u0301"),
    ],
)
def test_what_is_shown(text: str | bytes, shown: str) -> None:
    assert visible(text) == shown


def test_accents_in_absurd_number_are_shown_as_escapes() -> None:
    zalgo = "Z" + "\u0335" * 500
    shown = visible(zalgo)
    assert shown == "Z" + "\u0335" * MAX_MARKS + r"\u0335" * (500 - MAX_MARKS)
    assert visible("가" + "\u11a8" * 9).count("\u11a8") == MAX_MARKS


def test_newlines_may_stay() -> None:
    assert visible("one\r\ntwo\nthree\rfour\x1b\n", keep_newlines=True) == "one\ntwo\nthree␍four␛\n"
    assert visible(b"plain\nlines\n", keep_newlines=True) == "plain\nlines\n"


def test_ascii_signs_for_a_terminal_that_has_no_others() -> None:
    assert visible("\x1b[31m café ☺ 👍 \x7f", ascii_only=True) == r"\x1b[31m caf\u00e9 \u263a \U0001f44d \x7f"
    assert visible(b"\xe9", ascii_only=True) == r"\xe9"
    assert visible("é\r\nè", ascii_only=True, keep_newlines=True) == "\\u00e9\n\\u00e8"


def test_width_counts_cells() -> None:
    assert width("plain") == 5
    assert width("漢字") == 4
    assert width("e\u0301te\u0301") == 3
    assert width("👍") == 2


@pytest.mark.law(most=400)
@given(ANY, st.integers(0, 40), st.sampled_from(["…", "...", ""]))
def test_clip_keeps_within_its_cells(text: str, cells: int, ellipsis: str) -> None:
    text = visible(text)
    cut = clip(text, cells, ellipsis)
    assert width(cut) <= cells
    if width(text) <= cells:
        assert cut == text
    else:
        assert text.startswith(cut.removesuffix(ellipsis))
        assert width(pad(cut, 40)) == 40


def test_clip_shows_that_something_is_gone() -> None:
    assert clip("a long line", 6) == "a lon…"
    assert clip("漢字漢字", 6) == "漢字…"
    assert clip("abc", 2, "...") == "ab"
    assert clip("abc", 0) == ""
    assert pad("漢", 4) == "漢  "
    assert pad("longer", 3) == "longer"
