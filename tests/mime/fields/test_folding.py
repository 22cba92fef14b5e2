from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.mime.fields.folding import FoldError, fold, fold_line
from mailedu.mime.fields.words import unfold

LINE = st.lists(
    st.sampled_from([b" ", b"\t", b"  ", b", ", b"; ", b"word", b"x" * 40, b"y" * 79, b"z" * 300, b"\xc3\xa9"]),
    min_size=1,
).map(b"".join)


@pytest.mark.law(most=400)
@given(LINE, st.integers(0, 20), st.sampled_from([20, 76, 78]))
def test_unfolding_gives_the_line_back(line: bytes, keep: int, limit: int) -> None:
    try:
        folded = fold_line(line, limit, keep)
    except FoldError:
        return
    assert unfold(folded + b"\r\n") == line
    lines = folded.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    for each in lines[1:]:
        assert each[:1] in (b" ", b"\t")
        assert each.strip(b" \t")


@pytest.mark.law(most=400)
@given(st.lists(st.text("abcdef,;<>@.", min_size=1, max_size=60), min_size=1))
def test_lines_are_short_where_blanks_allow_it(words: list[str]) -> None:
    field = fold("Keywords", " ".join(words))
    for line in field.split(b"\r\n"):
        assert len(line) <= 78


def test_a_list_is_parted_after_its_commas() -> None:
    field = fold("To", ", ".join(f"Guest {n} <guest{n}@example.net>" for n in range(5)))
    for line in field.split(b"\r\n")[:-2]:
        assert line.endswith(b",")


def test_the_name_keeps_company_where_it_can() -> None:
    assert fold("References", f"<{'a' * 60}@b.c> <d@e.f>") == b"References: <%s@b.c>\r\n <d@e.f>\r\n" % (b"a" * 60)
    assert fold("References", f"<{'a' * 70}@b.c>") == b"References:\r\n <%s@b.c>\r\n" % (b"a" * 70)


def test_a_long_word_may_exceed_78_but_not_998() -> None:
    assert fold("X", "w" * 900) == b"X:\r\n " + b"w" * 900 + b"\r\n"
    with pytest.raises(FoldError, match="1,003 octets without a blank"):
        fold("X", "w" * 1000)
    with pytest.raises(FoldError):
        fold_line(b"w" * 1200)
    with pytest.raises(FoldError):
        fold_line(b"w " + b"v" * 1200)


def test_a_large_field_takes_no_long_time() -> None:
    field = fold("X", "word " * 200_000)
    assert max(map(len, field.split(b"\r\n"))) <= 78
