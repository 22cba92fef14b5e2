"""`mailedu play`: its forms, what they are made from, and where they go."""

from __future__ import annotations

import json
import mailbox
import re
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mailedu.journey import Kind, Stage, load, play
from mailedu.journey.own_letter import own_letter
from mailedu.journey.pcap import capture_file

from .conftest import Call, command, environment

FIELDS = {
    "n": int, "place": str, "time": float, "stage": str, "leg": str, "letter": str, "actor": str, "peer": str,
    "protocol": str, "kind": str, "verb": str, "text": str, "size": int, "answers": int, "edited": bool, "state": dict,
    "packets": list, "explain": dict,
}  # fmt: skip
EXPLAINED = {"title": str, "what": str, "why": str, "rfc": list, "today": str, "erratum": str}
STAGES = ["compose", "submit", "deliver", "process", "access"]
MESSAGE = b"From: Eve <eve@example.com>\nTo: bob@example.net\nSubject: Hi\n\nFrom here\n>From there\n>>From afar\nEnd"


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


# JSON lines -----------------------------------------------------------------------------------------------------------


def test_jsonl_has_the_fields_that_programs_rely_on(process: Call) -> None:
    done = process("play", "--format", "jsonl")
    assert done.status == 0
    assert done.out.isascii()
    for one in objects(done.out):
        assert {key: type(value) for key, value in one.items()} == FIELDS
        assert {key: type(value) for key, value in one["explain"].items()} == EXPLAINED
        assert set(one["state"]) == {"before", "after"}
        assert one["stage"] in STAGES
        assert all(isinstance(number, int) for number in one["packets"])


def test_jsonl_tells_the_journey_step_by_step(mailedu: Call) -> None:
    journey = play()
    told = objects(mailedu("play", "--format", "jsonl").out)
    assert [one["n"] for one in told] == list(range(1, len(journey) + 1))
    for one, step in zip(told, journey.steps, strict=True):
        assert (one["place"], one["kind"], one["verb"], one["answers"]) == (
            step.place, step.kind.value, str(step.verb), step.answers,
        )  # fmt: skip
        assert one["size"] == step.size
        assert one["state"] == {"before": step.before, "after": step.after}
        assert one["time"] == pytest.approx(step.time, abs=1e-6)
        if step.kind is Kind.COMMAND:
            assert one["text"].encode() == step.octets[0].removesuffix(b"\r\n")
    assert [one["packets"] for one in told if one["kind"] == "action"] == [
        [] for one in told if one["kind"] == "action"
    ]
    sent = sorted(number for one in told for number in one["packets"])
    assert sent == [packet.n for packet in journey.packets]


def test_jsonl_text_is_cut_and_its_size_is_not(mailedu: Call, tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_bytes(b"0123456789abcdef\n" * 8192 + b"\xff\x1b")
    for one in objects(mailedu("play", "--format", "jsonl", "--message", "large.txt").out):
        assert len(one["text"]) <= 65_536 * 4
        if one["verb"] == "CONTENT":
            assert one["size"] > 65_536 == len(one["text"].encode())


def test_jsonl_shows_octets_that_are_no_utf8(mailedu: Call) -> None:
    out = mailedu("play", "--format", "jsonl", "--message", "-", typed=b"caf\xe9\n").out
    assert any("caf\\xe9" in one["text"] for one in objects(out))


# Mailbox files --------------------------------------------------------------------------------------------------------


def test_mbox_holds_every_letter_as_it_was_stored(process: Call, tmp_path: Path) -> None:
    (tmp_path / "letter").write_bytes(MESSAGE)
    done = process("play", "--message", "letter", "--format", "mbox", "-o", "out.mbox")
    assert done == (0, "", "")
    octets = (tmp_path / "out.mbox").read_bytes()
    assert b"\r" not in octets
    first, _, rest = octets.partition(b"\n")
    assert re.fullmatch(rb"From eve@example\.com Tue Nov 24 09:00:\d\d 2026", first)
    assert rest.endswith(b"\n\n")
    back = re.sub(rb"^>(>*From )", rb"\1", rest[:-1], flags=re.MULTILINE).replace(b"\n", b"\r\n")
    alice = load("alice-to-bob")
    journey = play(load("alice-to-bob", message=own_letter(MESSAGE, alice)))
    assert back == b"".join(journey.stored[0].letter.chunks)
    assert b"\n>From here\n>>From there\n>>>From afar\nEnd\n" in octets


def letters_of(path: Path) -> list[mailbox.mboxMessage]:
    with closing(mailbox.mbox(path)) as box:
        return list(box)


def test_mbox_is_in_order_with_reports_and_is_read_by_others(mailedu: Call, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("To: bob@example.net, carol@example.net\nSubject: Hi\n\nHello\n")
    assert mailedu("play", "--message", "in", "--format", "mbox", "-o", "two").status == 0
    assert [letter["Subject"] for letter in letters_of(tmp_path / "two")] == ["Hi", "Hi"]
    assert mailedu("play", "unknown-user", "--format", "mbox", "-o", "report").status == 0
    (report,) = letters_of(tmp_path / "report")
    assert report.get_from().startswith("MAILER-DAEMON ")
    assert report.get_content_type() == "multipart/report"


def test_mbox_has_what_lay_there_and_was_deleted(mailedu: Call, tmp_path: Path) -> None:
    assert mailedu("play", "figure-21-10", "--format", "mbox", "-o", "box").status == 0
    (letter,) = letters_of(tmp_path / "box")
    assert len(letter.as_bytes(unixfrom=False).replace(b"\n", b"\r\n")) == 1108


# Text -----------------------------------------------------------------------------------------------------------------


def test_text_is_a_transcript(process: Call) -> None:
    lines = process("play").out.splitlines()
    assert lines[0] == "A letter from Alice to Bob"
    assert next(line for line in lines if re.match(r"[1-5] \w+   ", line)).startswith("1 compose   Alice’s laptop")
    said = [line.split(maxsplit=2)[2] for line in lines if re.match(r" +\d+ +\d+\.\d{3} [CS]: ", line)]
    assert "C: MAIL FROM:<alice@example.com> SIZE=817" in said
    assert "S: +OK Goodbye" in said
    assert any("shall we meet at the café" in line for line in lines)
    assert lines[-1] == "The letter was delivered to bob@example.net."
    assert max(map(len, lines)) <= 100


def test_text_explains_on_request(mailedu: Call) -> None:
    short, long = mailedu("play").out, mailedu("play", "--explain").out
    assert "Marked, not gone." not in short
    assert "Marked, not gone." in long


def test_equal_questions_have_equal_answers(process: Call) -> None:
    one = process("play", "--seed", "7", PYTHONHASHSEED="1", TZ="Pacific/Apia")
    assert one == process("play", "--seed", "7", PYTHONHASHSEED="2", TZ="America/Lima")
    assert one.out != process("play", "--seed", "8").out


# What is played -------------------------------------------------------------------------------------------------------


def test_stage_prints_the_steps_of_one_with_their_numbers(mailedu: Call) -> None:
    every = objects(mailedu("play", "--format", "jsonl").out)
    for number, stage in enumerate(STAGES, 1):
        told = objects(mailedu("play", "--format", "jsonl", "--stage", str(number)).out)
        assert told == [one for one in every if one["stage"] == stage]
    text = mailedu("play", "--stage", "5").out
    assert "USER bob" in text
    assert "MAIL FROM" not in text


def test_faults_and_scenarios_of_their_name_are_the_same_journey(mailedu: Call) -> None:
    for name in ("greylisting", "server-down", "unknown-user", "wrong-password", "too-large"):
        one = objects(mailedu("play", name, "--format", "jsonl").out)
        assert one == objects(mailedu("play", "--fault", name, "--format", "jsonl").out)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("submit/RCPT=RCPT TO:<carol@example.net>", "RCPT TO:<carol@example.net>"),
        ("23=RCPT TO:<carol@example.net>", "RCPT TO:<carol@example.net>"),
        ("23!=550 5.1.1 No", "550 5.1.1 No"),
        ("24=550 5.1.1 No", "550 5.1.1 No"),
        ("+submit/MAIL.1=NOOP a=b", "NOOP a=b"),
        ("+21=NOOP", "NOOP"),
    ],
)
def test_an_edit_is_said_and_marked(mailedu: Call, edit: str, said: str) -> None:
    done = mailedu("play", "--format", "jsonl", "--edit", edit)
    assert done.status == 0
    assert [one["text"] for one in objects(done.out) if one["edited"]] == [said]
    assert "changed by you" in mailedu("play", "--edit", edit).out


def test_edits_by_number_count_in_the_unedited_journey(mailedu: Call) -> None:
    done = mailedu("play", "--format", "jsonl", "--edit", "+21=NOOP", "--edit", "23=RCPT TO:<carol@example.net>")
    assert done.status == 0
    assert [one["text"] for one in objects(done.out) if one["edited"]] == ["NOOP", "RCPT TO:<carol@example.net>"]


def test_a_line_is_dropped_and_a_side_falls_silent(mailedu: Call) -> None:
    dropped = objects(mailedu("play", "--format", "jsonl", "--edit", "submit/MAIL=").out)
    assert not any(one["verb"] == "MAIL" and one["leg"] == "submit" for one in dropped)
    silent = objects(mailedu("play", "--format", "jsonl", "--edit", "submit/MAIL=~").out)
    assert not any(one["verb"] in ("MAIL", "RCPT") and one["leg"] == "submit" for one in silent)


def test_edits_that_are_never_reached_are_named_with_what_is_near(process: Call) -> None:
    done = process("play", "--edit", "submit/RPCT.1=NOOP", "--edit", "submit/LINK.1=x", "--edit", "submit/QUIT=NOOP")
    assert done.status == 2
    assert done.out.startswith("A letter from Alice to Bob\n")
    assert done.err.splitlines() == [
        "mailedu: no step came to submit/RPCT.1; near it are submit/RCPT.1, submit/RCPT.1!, submit/QUIT.1",
        "mailedu: nothing is said at submit/LINK.1 that could be changed",
    ]


def test_a_letter_of_ones_own(process: Call) -> None:
    done = process("play", "--message", "-", typed=b"To: bob@gmail.com\nSubject: x\n\nHello\n")
    assert done.status == 0
    assert done.err == "mailedu: note: gmail.com is played by a simulated host; nothing leaves this computer\n"
    assert "The letter was delivered to bob@gmail.com." in done.out


def test_a_mailbox_line_is_taken_off_and_named(process: Call) -> None:
    letter = b"From bob@x.example Tue Nov 24 09:00:00 2026\nTo: bob@example.net\nSubject: x\n\nHello\n"
    done = process("play", "--message", "-", "--format", "mbox", typed=letter)
    assert "taken off: From bob@x.example Tue Nov 24" in done.err
    assert done.out.count("From ") == 1
    assert done.out.startswith("From alice@example.com ")


def test_the_reader_can_be_another(mailedu: Call) -> None:
    letter = b"To: bob@example.net, carol@example.net\nSubject: x\n\nHello\n"
    out = mailedu("play", "--message", "-", "--reader", "carol@example.net", "--stage", "5", typed=letter).out
    assert "USER carol" in out
    assert "USER bob" not in out


# Where it goes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "jsonl", "mbox"])
def test_a_file_is_written_as_standard_output_would_be(mailedu: Call, tmp_path: Path, form: str) -> None:
    printed = mailedu("play", "--format", form).out
    assert mailedu("play", "--format", form, "-o", "file") == (0, "", "")
    assert (tmp_path / "file").read_bytes() == printed.encode()


def test_a_file_is_never_written_over_unless_asked(process: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    done = process("play", "-o", "file")
    assert done == (2, "", "mailedu: file: exists already; --force writes over it\n")
    assert (tmp_path / "file").read_text() == "precious"
    assert process("play", "-o", "file", "--force").status == 0
    assert (tmp_path / "file").read_text().startswith("A letter")
    assert process("play", "-o", "/dev/null").status == 0


# Captures -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["pcapng", "pcap"])
def test_a_capture_is_the_same_in_a_file_and_in_a_pipe(mailedu: Call, tmp_path: Path, form: str) -> None:
    assert mailedu("play", "figure-21-10", "--format", form, "-o", "packets") == (0, "", "")
    made = b"".join(capture_file(play(load("figure-21-10")), form))
    assert (tmp_path / "packets").read_bytes() == made
    piped = subprocess.run(
        command("play", "figure-21-10", "--format", form), capture_output=True, env=environment(), check=True
    )
    assert (piped.stdout, piped.stderr) == (made, b"")


def test_a_capture_of_a_stage_has_its_packets_alone(mailedu: Call, tmp_path: Path) -> None:
    assert mailedu("play", "--format", "pcap", "--stage", "5", "-o", "packets").status == 0
    assert (tmp_path / "packets").read_bytes() == b"".join(capture_file(play(), "pcap", Stage.ACCESS))


def test_a_capture_is_not_written_over_a_file(mailedu: Call, tmp_path: Path) -> None:
    (tmp_path / "packets").write_text("mine")
    assert "exists already" in mailedu("play", "--format", "pcapng", "-o", "packets").err
    assert (tmp_path / "packets").read_text() == "mine"
