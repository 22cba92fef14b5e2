"""How lines are made for a screen."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.text.card import citations
from mailedu.text.screen import Screen, wrapped
from mailedu.visible import visible, width


def screen(**what: object) -> Screen:
    return Screen(io.StringIO(), **what)  # type: ignore[arg-type]


@pytest.mark.law(most=400)
@given(st.text(), st.integers(min_value=2, max_value=90))
def test_wrapped_lines_fit_and_lose_nothing(text: str, cells: int) -> None:
    shown = visible(text)
    lines = wrapped(shown, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")


@pytest.mark.law(most=400)
@given(st.text())
def test_what_a_screen_gets_is_safe_however_it_came(text: str) -> None:
    plain, coloured = screen(), screen(colour=True)
    assert plain.safe(text) == visible(text, keep_newlines=True)
    assert plain.safe(plain.safe(text)) == plain.safe(text)
    assert screen(ascii_only=True).safe(text).isascii()
    assert coloured.safe(coloured.paint("head", "x") + text).startswith("\x1b[1mx\x1b[0m")


def test_our_signs_have_ascii_forms() -> None:
    assert screen(ascii_only=True).safe("Alice’s “café” → ␛[2J … ►") == 'Alice\'s "caf\\u00e9" -> \\x1b[2J ... >'


def test_facts_are_aligned_and_empty_ones_left_out() -> None:
    assert screen().fact("State", "", "one", "two") == ["  State     one", "            two"]
    assert screen().fact("State", "") == []


def test_a_long_line_is_cut_only_where_it_would_run_over_the_edge() -> None:
    long = "x" * 500
    assert screen().clipped(long, "  ") == "  " + long
    cut = screen(columns=80, rows=24).clipped(long, "  ")
    assert width(cut) <= 80
    assert cut.endswith(f" … {500 - cut.count('x')} more")


def test_sections_of_a_document_stand_together() -> None:
    assert citations(("RFC 5321 4.2.1", "RFC 1870 4", "RFC 5321 4.1")) == "RFC 5321 4.2.1, 4.1; RFC 1870 4"
    assert citations(("RFC 1047",)) == "RFC 1047"
