"""Lines, dots and dotted texts: the same result however the octets are cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailedu.framing import GATHER, Content, DottedText, Line, LineBuffer, dot_stuff, dot_unstuff

#: Octets of which accidents are made.
TRICKY = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\r\n.\r\n", b"\x00", b"\xff"])).map(b"".join)
CUTS = st.lists(st.integers(0, 60), max_size=8)


def pieces(octets: bytes, cuts: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(min(cut, len(octets)) for cut in cuts), len(octets)]
    return [octets[a:b] for a, b in pairwise(ends)]


def octet_by_octet(octets: bytes) -> list[bytes]:
    return [bytes((octet,)) for octet in octets]


def text(lines: bytes) -> bytes:
    """Octets made to end in CRLF."""
    return lines if lines.endswith(b"\r\n") or not lines else lines + b"\r\n"


# Dots -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "stuffed"),
    [
        (b"", b""),
        (b".\r\n", b"..\r\n"),
        (b"a\r\n.\r\n.b\r\n..\r\n", b"a\r\n..\r\n..b\r\n...\r\n"),
        (b"a.\r\n .\r\n", b"a.\r\n .\r\n"),
        (b"a\n.b\r\n", b"a\n.b\r\n"),
        (b"\r\r\n.\r\n", b"\r\r\n..\r\n"),
    ],
)
def test_a_dot_that_opens_a_line_is_doubled(plain: bytes, stuffed: bytes) -> None:
    for cut in ([plain], octet_by_octet(plain)):
        assert b"".join(dot_stuff(cut)) == stuffed
    for cut in ([stuffed], octet_by_octet(stuffed)):
        assert b"".join(dot_unstuff(cut)) == plain


@pytest.mark.law
@given(TRICKY, CUTS, CUTS)
def test_stuffing_is_undone_by_unstuffing(octets: bytes, cuts: list[int], others: list[int]) -> None:
    stuffed = b"".join(dot_stuff(pieces(octets, cuts)))
    assert stuffed == b"".join(dot_stuff([octets]))
    assert b"".join(dot_unstuff(pieces(stuffed, others))) == octets
    assert b"\r\n.\r\n" not in b"\r\n" + stuffed


def test_chunks_without_dots_are_the_very_same_objects() -> None:
    chunks = (b"no dot here\r\n" * 400, b"nor here.\r\n" * 400)
    assert all(a is b for a, b in zip(dot_stuff(chunks), chunks, strict=True))
    assert all(a is b for a, b in zip(dot_unstuff(chunks), chunks, strict=True))
    content = Content(chunks)
    assert content.stuffed is content.stuffed
    assert content.stuffed[0] is chunks[0]


# Lines ----------------------------------------------------------------------------------------------------------------


def lines(cut: Iterable[bytes], limit: int = 20) -> tuple[list[Line], bytes]:
    buffer = LineBuffer()
    found = []
    for piece in cut:
        buffer.feed(piece)
        while (line := buffer.line(limit)) is not None:
            found.append(line)
    return found, buffer.rest()


@pytest.mark.parametrize(
    ("octets", "line"),
    [
        (b"NOOP\r\n", Line(b"NOOP", True, True, b"NOOP\r\n")),
        (b"\r\n", Line(b"", True, True, b"\r\n")),
        (b"NOOP\n", Line(b"NOOP", False, True, b"NOOP\n")),
        (b"NO\rOP\r\n", Line(b"NO\rOP", False, True, b"NO\rOP\r\n")),
        (b"NOOP\r\r\n", Line(b"NOOP\r", False, True, b"NOOP\r\r\n")),
        (b"18 octets and CRLF\r\n", Line(b"18 octets and CRLF", True, True, b"18 octets and CRLF\r\n")),
        (b"19 octets and a CRLF\r\n", Line(b"19 octets and a CRLF", True, False, b"19 octets and a CRLF")),
    ],
)
def test_a_line_ends_in_crlf_and_says_what_is_wrong_with_it(octets: bytes, line: Line) -> None:
    assert lines([octets]) == lines(octet_by_octet(octets)) == ([line], b"")


@pytest.mark.law
@given(TRICKY, CUTS)
@example(b"a" * 40 + b"\r\nnext\r\n", [19, 20, 21])
def test_lines_are_the_same_however_they_are_cut(octets: bytes, cuts: list[int]) -> None:
    whole, rest = lines([octets])
    found, left = lines(pieces(octets, cuts))
    assert found == whole
    assert left == rest or len(rest) > 19  # of a line too long some may be gone already
    assert b"".join(line.octets for line in whole if line.whole) in octets or any(not line.whole for line in whole)


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
def test_an_endless_line_is_thrown_away_as_it_comes(size: int) -> None:
    buffer = LineBuffer()
    for _ in range(min(10_000_000 // size, 20_000)):
        buffer.feed(b"x" * size)
        assert buffer.line(512) is None
        assert len(buffer) <= 512
    buffer.feed(b"\r\nNOOP\r\n")
    endless = buffer.line(512)
    assert endless is not None
    assert not endless.whole
    assert len(endless.octets) <= 512
    assert buffer.line(512) == Line(b"NOOP", True, True, b"NOOP\r\n")


def test_many_lines_in_one_chunk_are_read_without_moving_the_rest() -> None:
    buffer = LineBuffer()
    buffer.feed(b"NOOP\r\n" * 200_000)
    assert sum(1 for _ in iter(lambda: buffer.line(512), None)) == 200_000
    assert not buffer


# Dotted texts ---------------------------------------------------------------------------------------------------------


def read(cut: Iterable[bytes], limit: int | None = None) -> tuple[DottedText, bytes]:
    """The text, and what was left behind it."""
    dotted = DottedText(limit)
    left = b""
    for piece in cut:
        taken = dotted.feed(piece)
        left += piece[taken:]
    return dotted, left


ENDS = [
    (b".\r\n", b""),
    (b"text\r\n.\r\n", b"text\r\n"),
    (b"..\r\n...\r\n.x\r\n.\r\n", b".\r\n..\r\nx\r\n"),
    (b"a\n.\nb\n.\r\nc\r\n.\nd\r\n.\r\n", b"a\n.\nb\n.\r\nc\r\n\nd\r\n"),
    (b"a\r.\rb\r\r\n.\r\r\n\r\n.\r\n", b"a\r.\rb\r\r\n\r\r\n\r\n"),
    (b"\r\n.\r\n", b"\r\n"),
    (b"\n.\r\nstill\r\n.\r\n", b"\n.\r\nstill\r\n"),
]


@pytest.mark.parametrize(("octets", "content"), ENDS)
def test_only_crlf_dot_crlf_ends_a_text(octets: bytes, content: bytes) -> None:
    for cut in ([octets + b"QUIT\r\n"], octet_by_octet(octets + b"QUIT\r\n")):
        dotted, left = read(cut)
        assert dotted.ended
        assert left == b"QUIT\r\n"
        assert bytes(dotted.content()) == content
        assert b"".join(dotted.gathered()) + b".\r\n" == octets
        assert dotted.size == len(octets) - 3


@pytest.mark.law
@given(TRICKY, TRICKY, CUTS)
def test_a_dotted_text_is_the_same_however_it_is_cut(octets: bytes, behind: bytes, cuts: list[int]) -> None:
    travelling = b"".join(dot_stuff([text(octets)])) + b".\r\n" + behind
    for cut in (pieces(travelling, cuts), octet_by_octet(travelling)):
        dotted, left = read(cut)
        assert dotted.ended
        assert bytes(dotted.content()) == text(octets)
        assert left == behind


@pytest.mark.law
@given(TRICKY, CUTS, st.integers(1, 40))
@example(b"a\r\n" * 10, [4, 5, 6], 30)
@example(b".\r\n" * 10, [4, 5, 6], 30)
@example(b".\r\n" * 10, [], 29)
def test_what_is_kept_of_a_text_over_the_limit_depends_on_nothing_but_it(
    octets: bytes, cuts: list[int], limit: int
) -> None:
    plain = text(octets)
    travelling = b"".join(dot_stuff([plain])) + b".\r\n"
    for cut in ([travelling], pieces(travelling, cuts), octet_by_octet(travelling)):
        dotted, left = read(cut, limit)
        assert dotted.ended
        assert left == b""
        assert dotted.excess == (len(plain) if len(plain) > limit else 0)
        kept = travelling[:limit] if len(plain) > limit else travelling[:-3]
        assert b"".join(dotted.gathered()) == kept


@pytest.mark.parametrize("cut", [1, 100, GATHER, 65536, 1 << 20])
def test_a_text_without_end_is_bounded_by_its_limit(cut: int) -> None:
    dotted = DottedText(100_000)
    octets = b"..345678\r\n" * (cut // 10 + 1)
    sent = 0
    while sent < (10_000_000 if cut > 1 else 300_000):
        sent += dotted.feed(octets[:cut])
    assert not dotted.ended
    assert sum(map(len, dotted.chunks)) <= 130_000 + cut
    assert sum(map(len, dotted.gathered())) == 100_000
    assert dotted.excess > 100_000


def test_a_text_just_over_the_limit_is_not_taken_for_one_within_it() -> None:
    """The ending dot may come apart from what made the text too large."""
    large = b"x" * 5000 + b"\r\n"
    for cut in ([large, b".\r\n"], [large + b".\r\n"], [large[:-2], b"\r\n.\r\n"], [large, b".", b"\r", b"\n"]):
        assert read(cut, 5001)[0].excess == 5002
        assert read(cut, 5002)[0].excess == 0
        assert bytes(read(cut, 5002)[0].content()) == large


def test_large_chunks_of_a_text_are_the_very_same_objects() -> None:
    chunks = [b"x" * 60_000 + b"\r\n", b"y" * 60_000 + b"\r\n"]
    dotted, _ = read([*chunks, b".\r\n"])
    content = dotted.content()
    assert [a is b for a, b in zip(content.chunks, chunks, strict=True)] == [True, True]
    assert [a is b for a, b in zip(content.stuffed, chunks, strict=True)] == [True, True]


def test_a_slow_sender_costs_no_list_of_single_octets() -> None:
    dotted, _ = read(octet_by_octet(b"x" * 20_000 + b"\r\n.\r\n"))
    assert len(dotted.chunks) <= 6


# Contents -------------------------------------------------------------------------------------------------------------


def every_cut(octets: bytes) -> Iterator[list[bytes]]:
    yield [octets]
    yield octet_by_octet(octets)
    for at in range(len(octets)):
        yield [octets[:at], octets[at:]]


@pytest.mark.parametrize(
    ("octets", "bare"),
    [
        (b"", False),
        (b"a\r\nb\r\n", False),
        (b"\r\n", False),
        (b"a\nb\r\n", True),
        (b"a\rb\r\n", True),
        (b"a\r\r\n", True),
        (b"a\n\r", True),
        (b"a\r\nb", True),
        (b"\n\r\n\r", True),
    ],
)
def test_bare_line_ends_are_found_wherever_chunks_are_cut(octets: bytes, bare: bool) -> None:
    for cut in every_cut(octets):
        assert Content(cut).has_bare_line_end() is bare


@pytest.mark.law
@given(st.lists(st.integers(0, 14), max_size=8), CUTS)
def test_long_lines_are_found_wherever_chunks_are_cut(lengths: list[int], cuts: list[int]) -> None:
    octets = b"".join(b"x" * length + b"\r\n" for length in lengths)
    expected = any(length + 2 > 10 for length in lengths)
    for cut in ([octets], pieces(octets, cuts), octet_by_octet(octets)):
        assert Content(cut).has_long_line(10) is expected


def test_a_line_of_998_octets_is_not_long_and_one_of_999_is() -> None:
    fine, long = b"x" * 998 + b"\r\n", b"x" * 999 + b"\r\n"
    assert not Content((fine * 100,)).has_long_line()
    assert Content((fine * 100 + long + fine * 100,)).has_long_line()
    assert Content((long,)).has_long_line()


def test_size_and_octets_of_a_content() -> None:
    content = Content((b"caf\xc3\xa9\r\n", b".\r\n"))
    assert content.size == len(bytes(content)) == 10
    assert content.has_8bit()
    assert not Content((b"cafe\r\n",)).has_8bit()
    assert b"".join(content.stuffed) == b"caf\xc3\xa9\r\n..\r\n"
