"""Bytes: every octet of a step, however many, and the names of its parts below them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import SupportsIndex, overload

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from mailedu.explain import Span
from mailedu.journey import Edit, load, play
from mailedu.journey.step import Kind
from mailedu.tui.panes.bytes import Dump, dumped
from tests.tui import moments


def texts(rows: Sequence[Content]) -> list[str]:
    return [row.plain.rstrip() for row in rows]


def read(rows: Sequence[Content], per_row: int) -> bytes:
    """The octets that the rows of a dump without names show."""
    found = b""
    for row in texts(rows)[1:]:
        found += bytes.fromhex(row.partition("  ")[2][: per_row * 3 + 1])
    return found


def test_octets_stand_in_hexadecimal_and_as_text_with_the_names_of_their_parts() -> None:
    journey = play(load("alice-to-bob"))
    n = journey.by_place["submit/RCPT.1"].n
    assert texts(dumped(moments.view(journey, n), 78)) == [
        "27 octets, in hexadecimal and as text",
        "0000  52 43 50 54 20 54 4f 3a  3c 62 6f 62 40 65 78 61  RCPT TO:<bob@exa",
        "      verb           keyword   forward-path",
        "0010  6d 70 6c 65 2e 6e 65 74  3e 0d 0a                 mple.net>··",
        "                                  CRLF",
    ]


def test_eight_octets_stand_in_a_row_where_sixteen_have_no_room() -> None:
    journey = play(load("alice-to-bob"))
    view = moments.view(journey, journey.by_place["submit/QUIT.1"].n)
    assert texts(dumped(view, 48))[1] == "0000  51 55 49 54 0d 0a         QUIT··"
    assert texts(dumped(view, 76))[1] == "0000  51 55 49 54 0d 0a                                 QUIT··"


@given(st.lists(st.binary(max_size=40)), st.sampled_from((48, 78)))
def test_every_octet_is_shown_however_they_are_cut_into_chunks(chunks: list[bytes], cells: int) -> None:
    dump = Dump(chunks, (), b"", cells)
    assert read(dump, dump.per_row) == b"".join(chunks)
    assert len(texts(dump)) == len(dump)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_names_are_put_below_the_octets_and_take_none_away(octets: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(octets)), max_size=9)))
    spans = [Span(start, end, f"part {start}", "") for start, end in pairwise(cuts)]
    told = texts(Dump([octets], spans, octets, 78))
    plain = texts(Dump([octets], (), b"", 78))
    assert [row for row in told if row in plain] == plain


def test_every_step_fits_its_pane_and_is_never_empty() -> None:
    for view in moments.every_view():
        for cells in (48, 58, 78):
            rows = dumped(view, cells)
            assert rows
            assert texts(rows)[0]
            assert all(row.cell_length <= cells for row in rows), view.n


def test_a_step_without_octets_says_why() -> None:
    journey = play(load("alice-to-bob"))
    connect = next(step.n for step in journey.steps if step.kind is Kind.LINK)
    assert "No octets: connections are opened and closed" in " ".join(texts(dumped(moments.view(journey, connect), 78)))


class _Chunk(bytes):
    """Octets that may be looked at only in small pieces."""

    @overload
    def __getitem__(self, at: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, at: slice, /) -> bytes: ...
    def __getitem__(self, at: SupportsIndex | slice, /) -> int | bytes:
        found = super().__getitem__(at)
        assert isinstance(found, int) or len(found) <= 16
        return found


def test_of_a_large_letter_only_the_rows_that_are_seen_are_read() -> None:
    chunks = [_Chunk(b"0123456789abcdef" * 4096)] * 400
    dump = Dump(chunks, (), b"", 78)
    assert dump.size == 400 * 65_536
    assert len(dump) == 1 + dump.size // 16
    assert dump[-1].plain == "18ffff0  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef"[:78]
    assert dump[1 + 65_536 // 16].plain.startswith("0010000  30 31")


@pytest.mark.parametrize("cells", [48, 78])
def test_a_hidden_reply_is_betrayed_by_nothing(cells: int) -> None:
    journey = play(load("alice-to-bob"))
    for step in journey.steps:
        if step.kind is Kind.REPLY:
            other = b"-ERR other" if step.leg.protocol == "pop3" else b"599 5.9.9 other"
            changed = play(journey.scenario, (Edit(step.place, (other,)),))
            told = texts(dumped(moments.view(journey, step.n, hidden=True), cells))
            assert told == texts(dumped(moments.view(changed, step.n, hidden=True), cells))
            assert f"step {step.n} is hidden" in " ".join(told)
