"""Whoever has a capture and tshark, and nothing else, gets full marks in every exercise about packets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mailedu.exercise.model import Call, Kind
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
from mailedu.journey.pcap import capture_file
from tests.exercise.answering import bank
from tests.exercise.solver import Seen, Solver, read

#: Octets of a pcap file before its first packet.
HEADER = 24
ABOUT_PACKETS = [one for one in bank() if one.capture]
FIVE = [one for one in ABOUT_PACKETS if one.id.startswith("pop3/figure-21-10-")]
OTHERS = [one for one in ABOUT_PACKETS if one not in FIVE]


def variants() -> list[Question]:
    """300 of the chapter's five, and 12 of each other one. No seed comes twice: initial sequence numbers follow it."""
    questions = [Question(FIVE[seed % len(FIVE)], seed) for seed in range(300)]
    return questions + [Question(one, 1000 + n) for n, one in enumerate(OTHERS * 12)]


def merged(questions: Sequence[Question], file: Path) -> list[int]:
    """Write the captures of all questions into one file, for tshark takes longest to start. Packets of each."""
    counts = []
    with file.open("wb") as out:
        for n, question in enumerate(questions):
            assert question.journey is not None
            octets = b"".join(capture_file(question.journey, "pcap"))
            out.write(octets if n == 0 else octets[HEADER:])
            counts.append(len(question.journey.packets))
    return counts


def given(question: Question, value: Any) -> Any:
    """A value as an answer of the question's kind: of a choice the text that says it."""
    if question.kind is Kind.CHOICE:
        return next(option.text for option in question.options if option.value == value)
    if question.kind is Kind.ORDER:
        return [one for one in value if one in [item for _, item in question.items]]
    if question.kind is Kind.MATCH:
        return {str(item): value[str(item)] for _, item in question.items}
    return value


def test_there_are_at_least_ten_beside_the_five() -> None:
    assert len(FIVE) == 5
    assert len(OTHERS) >= 10


@pytest.mark.needs("tshark")
def test_with_tshark_alone_all_of_them_earn_full_marks(tmp_path: Path) -> None:
    questions = variants()
    counts = merged(questions, tmp_path / "all.pcap")
    rows = read(tmp_path / "all.pcap")
    assert len(rows) == sum(counts)
    at, missed = 0, []
    for question, count in zip(questions, counts, strict=True):
        packets: list[Seen] = [row._replace(n=row.n - at) for row in rows[at : at + count] if row is not None]
        at += count
        asked = question.exercise.answer
        assert isinstance(asked, Call), f"{question.id}: what can be computed is no literal"
        answer = given(question, Solver(packets).answer(asked.fact, asked.arguments))
        result = Trying(question).answer(answer)
        if result.score != question.points:
            missed.append((question.id, question.seed, answer, question.answer))
    assert missed == []
