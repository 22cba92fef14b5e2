"""Labs and repairs at the prompt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import Call
from .quizzes import asked, told

LOGIN = "USER bob\nPASS looking-glass\n"


@pytest.fixture(autouse=True)
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who has never answered anything."""
    monkeypatch.setenv("MAILEDU_HOME", str(tmp_path / "learner"))


# Labs -----------------------------------------------------------------------------------------------------------------


def test_a_lab_says_what_is_to_be_reached_and_who_listens(mailedu: Call) -> None:
    out = asked(mailedu, "two/lab").out
    assert "To be reached:\n  · letter 2 marked: not yet (1 point)\n  · afterwards 1 and 3 are left: not yet" in out
    said = ":done hands in, :hint hints (for 0.75 points), :help lists the words, :quit leaves."
    assert said in " ".join(out.split())
    assert re.search(r"You sit at \S+, connected to mx1\.example\.net, port 110", " ".join(out.split()))
    assert re.search(r"^S: \+OK .*\n   \w.*\n(   .*\n)*   May come next: USER, CAPA, QUIT\n", out, re.MULTILINE)


def test_each_line_is_answered_and_explained(mailedu: Call) -> None:
    out = asked(mailedu, "two/lab", lines=f"STAT\n{LOGIN}").out
    assert re.search(r"^\[AUTHORIZATION\] C: STAT\nS: -ERR .*\n   [A-Z]", out, re.MULTILINE)
    assert "[TRANSACTION] C: " not in out  # nothing was said there
    assert "May come next: STAT, LIST, UIDL, RETR" in out


def test_goals_are_told_when_they_are_reached_and_when_they_are_lost(mailedu: Call) -> None:
    out = told(mailedu, "two/lab", lines=f"{LOGIN}DELE 2\n:undo\nDELE 2\n:goals\nQUIT\n:done\n")
    assert "✓ letter 2 marked: reached May come next" in out
    assert "Taken back: DELE 2 · letter 2 marked: not reached any more" in out
    assert ":goals To be reached: ✓ letter 2 marked: reached (1 point) · afterwards" in out
    assert "Everything is reached: :done hands in." in out
    assert "✓ Right: 3 points. QUIT carries the marks out." in out


def test_nothing_counts_before_it_is_handed_in(mailedu: Call) -> None:
    out = told(mailedu, "two/lab", lines=f"{LOGIN}DELE 2\nQUIT\n")
    assert out.endswith("Not answered: two/lab.")
    assert "points. Right at the first try" not in out


def test_part_of_the_goals_earns_part_of_the_points_and_the_session_goes_on(mailedu: Call) -> None:
    out = told(mailedu, "two/lab", lines=f"{LOGIN}DELE 2\n:done\nQUIT\n:done\n")
    assert "✗ Not quite. QUIT is what counts. You have 1 of 3 points so far, and keep the better of both." in out
    assert "✓ Right: 1.5 of 3 points." in out
    out = told(mailedu, "two/lab", "--seed", "1", lines=f"{LOGIN}DELE 2\n<close>\n:done\n:done\n")
    assert "✗ Not quite. You hung up." in out
    assert (
        "One way that works: USER bob PASS looking-glass DELE 2 QUIT QUIT carries the marks out. You have 1 of 3" in out
    )


def test_who_hung_up_can_call_again_and_time_can_pass(mailedu: Call) -> None:
    lines = f"{LOGIN}DELE 2\n<close>\nNOOP\n<wait 10m>\n<connect>\n{LOGIN}DELE 2\nQUIT\nNOOP\n:done\n"
    out = told(mailedu, "two/lab", lines=lines)
    assert out.count("Nobody listens any more.") == 2
    assert "✓ Right: 3 points." in out


def test_what_begins_with_a_colon_is_for_mailedu_and_all_else_for_the_server(mailedu: Call) -> None:
    out = told(mailedu, "two/lab", lines="h\nq\n::quit\n:nonsense\n:base64 bob\n?\n:hint\n:show\n:quit\nNOOP\n")
    assert out.count("S: -ERR") == 3
    assert "[AUTHORIZATION] C: h S: -ERR" in out
    assert "No word :nonsense: there are :done, :undo" in out
    assert ":base64 bob Ym9i" in out
    assert ":done hand in; until then nothing counts" in out
    assert "Hint: Log in first. A right answer now brings 2.25 points." in out
    assert "C: NOOP" not in out


def test_there_is_a_way_out_of_every_lab(mailedu: Call) -> None:
    assert "One way that works: USER bob" in told(mailedu, "two/lab", lines=":answer\n")
    out = told(mailedu, "two/lab", "two/quit", lines=f"{LOGIN}:next\nq\n")
    assert "Question 2 of 2, 1 point, two/quit" in out
    assert "There is nothing to take back." in told(mailedu, "two/lab", lines=":undo\n:q\n")


def test_in_a_letter_only_whole_words_are_for_mailedu(mailedu: Call) -> None:
    envelope = "EHLO me\nMAIL FROM:<a@example.com>\nRCPT TO:<bob@example.net>\nDATA\n"
    out = told(mailedu, "two/send", lines=f"{envelope}:p\n:q\n?\n:nonsense\n:undo\n.\n:done\n")
    assert "[DATA] letter: :p [DATA] letter: :q [DATA] letter: ? [DATA] letter: :nonsense" in out
    assert "[DATA] letter: :undo Taken back: :nonsense" in out
    assert "A dot alone on a line ends the letter" in out
    assert "✓ Right: 2 points." in out


def test_any_octets_are_said_to_the_server(mailedu: Call) -> None:
    done = mailedu("quiz", "--exercises", str(Path(__file__).with_name("bank")), "two/lab",
                   typed=b"\xff\xfe\x1b[31m\n\0\nUSER \xe2\x80\xae\n" + b"x" * 100_000 + b"\n:done\n")  # fmt: skip
    assert done.status == 0
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert "✗" in done.out


# Repairs --------------------------------------------------------------------------------------------------------------


def mended(mailedu: Call, *changes: str) -> str:
    return asked(mailedu, "two/repair", lines="".join(f"{one}\n" for one in changes)).out


def test_a_text_is_mended_line_by_line(mailedu: Call) -> None:
    out = mended(mailedu, "1 USER bob", "2 PASS looking-glass", "4 QUIT", "done")
    assert "mend> 2 PASS looking-glass\n    1  USER bob\n    2  PASS looking-glass\n    3  DELE 2\n" in out
    assert "  ✓ letter 2 marked: reached (1 point)\n  ✓ 1 and 3 are left: reached (1 point)\n✓ Right: 2 points." in out


def test_lines_are_put_in_taken_out_and_undone(mailedu: Call) -> None:
    out = mended(mailedu, "-1", "+2 PASS looking-glass", "-4", "+ QUIT", "+1", "+", "u", "u", "p", "done")
    assert "mend> +1\n    1\n    2  USER bob\n" in out
    shown = out.split("mend> p\n")[1].split("mend> done")[0]
    assert re.findall(r"^ +\d  (.*)$", shown, re.MULTILINE) == ["USER bob", "PASS looking-glass", "DELE 2", "QUIT"]
    assert "✓ Right: 2 points." in out
    assert "There is nothing to undo." in mended(mailedu, "u")


def test_a_number_alone_asks_for_the_line(mailedu: Call) -> None:
    out = mended(mailedu, "1", "USER bob", "2", "", "2", "PASS looking-glass", "4", "QUIT", "3 ", "u", "done")
    assert "mend> 1\n  now:  PASS looking-glass\n  new:  USER bob\n    1  USER bob\n" in out
    assert "mend> 2\n  now:  USER bob\n  new:  \nKept as it was.\n" in out
    assert "mend> 3 \n    2  PASS looking-glass\n    3\n" in out
    assert "✓ Right: 2 points." in out


def test_what_is_no_change_is_told(mailedu: Call) -> None:
    out = mended(mailedu, "USER bob", "99 x", "0 x", "-99", "-3 x", "p 4", "p 99", "x" * 2000)
    assert "> USER bob\nThat changes nothing:" in out
    assert out.count("There is no line 99: they go from 1 to 4.") == 2
    assert "> -3 x\n`-3` alone takes line 3 out." in out
    assert "> p 4\n    4  NOOP\n" in out
    assert "There is no line 99.\n" in out
    assert "+OK" not in out


def test_a_part_of_the_repair_earns_a_part(mailedu: Call) -> None:
    out = " ".join(mended(mailedu, "-1", "+2 PASS looking-glass", "done", "4 QUIT", "done").split())
    assert "✗ Not quite. A mark counts at QUIT. You have 1 of 2 points so far, and keep the better of both." in out
    assert "✓ Right: 1 of 2 points." in out


def test_all_may_be_taken_out_and_handed_in(mailedu: Call) -> None:
    out = mended(mailedu, *["-1"] * 5, "p", "done", "s")
    assert "  (nothing)\n" in out
    assert "There is no line 1: the text is empty, `+TEXT` begins it." in out
    assert "One way that works:\n    USER bob\n    PASS looking-glass\n" in out
