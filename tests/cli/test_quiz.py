"""`mailedu quiz`: question after question at a plain prompt."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from mailedu.exercise.progress import Progress

from .conftest import Call
from .quizzes import answers_to, asked, told


@pytest.fixture(autouse=True)
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody who has never answered anything."""
    monkeypatch.setenv("MAILEDU_HOME", str(tmp_path / "learner"))
    return tmp_path / "learner" / "progress.sqlite3"


def letter(out: str, text: str) -> str:
    """The letter of a choice."""
    found = re.search(rf"^ +([a-j])  {re.escape(text)}$", out, re.MULTILINE)
    assert found
    return found[1]


# One question ---------------------------------------------------------------------------------------------------------


def test_it_is_told_what_is_asked_and_how_it_is_answered(mailedu: Call) -> None:
    out = asked(mailedu, "one/choice").out
    assert out.startswith("One question, Figure 21.10, 1 point, one/choice\n\nWhat takes the message away?\n\n")
    assert re.search(r"^ +\d+  C: DELE 1$", out, re.MULTILINE)
    assert "\nYour answer (a, b or c). h: a hint, for 0.25 points. ?: all keys.\n" in out


def test_a_right_answer_is_told_why(mailedu: Call) -> None:
    right = letter(asked(mailedu, "one/choice").out, "QUIT")
    out = told(mailedu, "one/choice", lines=f"{right}\n")
    assert "✓ Right: 1 point. QUIT carries the marks out." in out
    assert "1 point. Right at the first try, without a hint: 1 of 1." in out


def test_wrong_ones_are_told_why_and_count_half_then_nothing(mailedu: Call) -> None:
    shown = asked(mailedu, "one/choice").out
    quit_, dele, retr = (letter(shown, text) for text in ("QUIT", "DELE", "RETR"))
    out = told(mailedu, "one/choice", lines=f"{dele}\n{quit_}\n")
    assert "✗ Not quite. DELE only marks. One more try, for half the points. v: step 14." in out
    assert "✓ Right: 0.5 of 1 point." in out
    out = told(mailedu, "one/choice", "--seed", "0", lines=f"{retr}\n{dele}\n")
    assert "✗ Not quite. RETR leaves it there." in out
    assert f"✗ Not quite. DELE only marks. The answer: {quit_} QUIT QUIT carries the marks out." in out
    assert "0 of 1 point. Right at the first try" in out


def test_v_shows_the_step_that_refutes_it(mailedu: Call) -> None:
    shown = asked(mailedu, "one/choice").out
    out = told(mailedu, "one/choice", lines=f"v\n{letter(shown, 'RETR')}\nv\n")
    assert "> v Answer first; then v shows what the feedback speaks of." in out
    assert re.search(r"> v Step \d+ of \d+ 5 read .* RETR 1 ", out)


def test_hints_are_given_in_their_order_and_cost_what_was_said(mailedu: Call) -> None:
    right = letter(asked(mailedu, "one/choice").out, "QUIT")
    out = told(mailedu, "one/choice", lines=f"h\nh\nh\n{right}\n")
    assert "h: a hint, for 0.25 points." in out
    assert "> h Hint: What is said last? A right answer now brings 0.75 points." in out
    assert "> h Hint: It begins with Q. A right answer now brings 0.25 points. > h No hint is left." in out
    assert "✓ Right: 0.25 of 1 point." in out
    assert "without a hint: 0 of 1." in out


def test_what_is_no_answer_is_asked_again_and_does_not_count(mailedu: Call) -> None:
    out = asked(mailedu, "one/number", lines="many\n\n12 seconds\n1,108 bytes\n").out
    assert [line[:8] for line in answers_to(out)] == ["That is ", "That is ", "That is ", "✓ Right:"]
    assert "✓ Right: 1 point." in out


@pytest.mark.parametrize(
    ("what", "right", "wrong"),
    [
        ("one/number", "1108", "1128"),
        ("one/order", "b c a", "abc"),
        ("two/encode", "=C3=A9", "=c3=a9"),
        ("two/line", "3", "line 1"),
        ("two/quit", ":=q", "p."),
    ],
)
def test_each_kind_is_answered_by_a_line(mailedu: Call, what: str, right: str, wrong: str) -> None:
    if what == "one/order":
        shown = asked(mailedu, what).out
        right = "".join(letter(shown, text) for text in ("USER", "PASS", "QUIT"))
        wrong = right[::-1]
    first, second = answers_to(asked(mailedu, what, lines=f"{wrong}\n{right}\n").out)
    assert first.startswith("✗ ")
    assert second.startswith("✓ Right: 0.5 of 1 point.")


def test_what_is_to_be_put_in_order_is_never_in_order_already(mailedu: Call) -> None:
    for seed in range(12):
        shown = asked(mailedu, "one/order", "--seed", str(seed)).out
        assert [letter(shown, text) for text in ("USER", "PASS", "QUIT")] != ["a", "b", "c"], seed


def test_several_and_match_show_what_there_is_to_choose(mailedu: Call) -> None:
    shown = asked(mailedu, "one/several").out
    right = "".join(letter(shown, text) for text in ("STAT", "LIST"))
    out = told(mailedu, "one/several", lines=f"{right}{letter(shown, 'DELE')}\n{right}\n")
    assert "✗ Not quite. DELE sets a mark." in out
    assert "✓ Right: 0.5 of 1 point." in out
    shown = asked(mailedu, "one/match").out
    numbers = {port: re.search(rf"^ +(\d)  {port}$", shown, re.MULTILINE) for port in ("110", "25", "587")}
    pairs = ((letter(shown, name), numbers[port]) for name, port in
             (("POP3", "110"), ("SMTP", "25"), ("submission", "587")))  # fmt: skip
    assert "✓ Right: 1 point." in told(mailedu, "one/match", lines=" ".join(f"{a}{n[1]}" for a, n in pairs if n) + "\n")


def test_in_texts_keys_are_small_letters_and_answers_can_be_any(mailedu: Call) -> None:
    assert "✓ Right" in told(mailedu, "two/quit", lines="Q\n")
    assert "✓" not in told(mailedu, "two/quit", "--seed", "1", lines="q\nQ\n")


def test_the_answer_can_be_asked_for(mailedu: Call) -> None:
    out = told(mailedu, "one/number", lines="s\nv\n")
    assert "> s The answer: 1,108 octets You have 0 of 1 point. Done: enter goes on, v shows packet 15" in out
    assert "> v Packet 15, from the server" in out


def test_a_row_of_what_is_asked_about_is_shown_whole(mailedu: Call) -> None:
    out = told(mailedu, "one/number", lines="p 13\np 99\np\n")
    assert "+OK Mailbox scan listing follows 1 1108 ." in out
    assert "> p 99 There is no packet 99 here." in out
    assert out.count("[SYN] Seq=0") == 2


def test_question_mark_tells_all_keys(mailedu: Call) -> None:
    out = told(mailedu, "one/choice", lines="?\n:?\n")
    assert out.count("q leave; what was answered is kept") == 2
    assert "h a hint; what it costs is said before (now 0.25 points)" in out


def test_other_values_are_another_variant(mailedu: Call) -> None:
    out = told(mailedu, "one/number", lines="1108\nr\n")
    assert out.count("How long is the message of") == 2
    assert "With other values, like Figure 21.10, 1 point, one/number" in out
    assert "message of admin1?" in out.split("With other values")[0]
    assert "> r This question has no other values." in told(mailedu, "one/choice", lines="r\n")


# Question after question ----------------------------------------------------------------------------------------------


def test_a_script_needs_no_line_between_two_questions(mailedu: Call) -> None:
    right = letter(asked(mailedu, "one/choice").out, "QUIT")
    for lines in (f"{right}\n1108\n", f"{right}\n\n1108\n", f"{right}\nn\n1108\n"):
        out = told(mailedu, "one/choice", "one/number", "--seed", "0", lines=lines)
        assert "Question 1 of 2, " in out
        assert "Question 2 of 2, " in out
        assert "2 points. Right at the first try, without a hint: 2 of 2." in out


def test_what_stood_beside_the_question_before_is_not_printed_twice(mailedu: Call) -> None:
    out = told(mailedu, "one/number", "one/number", "chapter-questions", lines="1108\n110\n")
    assert out.count("[SYN] Seq=0") == 1
    assert "The packets are those above; p prints them again." in out


def test_a_set_is_introduced_and_its_words_are_those_of_the_file(mailedu: Call) -> None:
    out = told(mailedu, "all-of-one", lines="n\nn\n")
    assert out.startswith("Two of them To be asked one after the other. Question 1 of 2")
    assert "Not answered: one/choice, one/number." in out


def test_topics_objectives_and_ids_with_a_dot_are_asked(mailedu: Call) -> None:
    assert "Question 1 of 5" in told(mailedu, "one")
    assert "one/number" in told(mailedu, "one.number")
    assert "two/encode" in told(mailedu, "mime.encode")
    assert "Question 1 of 6" in told(mailedu, "one", "mime.encode", "one/number")


def test_at_the_end_of_the_lines_it_is_told_what_was_not_answered(mailedu: Call) -> None:
    out = told(mailedu, "one/choice", "one/number")
    assert out.endswith("Not answered: one/choice, one/number.")
    right = letter(asked(mailedu, "one/choice").out, "QUIT")
    out = told(mailedu, "one/choice", "one/number", lines=f"{right}\nq\n")
    assert "1 point. Right at the first try, without a hint: 1 of 1." in out
    assert out.endswith("Not answered: one/number.")


def test_who_comes_back_goes_on_where_they_were(mailedu: Call, learner: Path) -> None:
    shown = asked(mailedu, "one/choice").out
    quit_, dele = letter(shown, "QUIT"), letter(shown, "DELE")
    told(mailedu, "one/choice", "one/number", lines=f"h\n{dele}\n")
    out = told(mailedu, "one/choice", "one/number", lines=f"{quit_}\n")
    assert "you have tried it once already and you have taken 1 hint." in out
    assert "Hint: What is said last?" in out
    assert "✓ Right: 0.25 of 1 point." in out
    out = told(mailedu, "one/choice", "one/number")
    assert out.startswith("1 of these 2 you have answered before; here are the others. `--seed 0` asks all. Question 2")
    told(mailedu, "one/choice", "one/number", lines="1108\n")
    assert "Question 1 of 2" in told(mailedu, "one/choice", "one/number")
    assert [(one.what, one.nth) for one in Progress(learner).tried("one/choice")] == [("hint", 1), ("try", 1),
                                                                                      ("try", 2)]  # fmt: skip


def test_when_all_is_answered_other_values_come(mailedu: Call, learner: Path) -> None:
    told(mailedu, "one/number", lines="1108\n")
    told(mailedu, "one/number", lines="1108\n")
    told(mailedu, "one/number", "--seed", "9", lines="1108\n")
    assert [one.seed for one in Progress(learner).tried()] == [0, 1, 9]


def test_an_answer_that_was_just_seen_is_for_practice(mailedu: Call) -> None:
    told(mailedu, "one/number", lines="s\n")
    out = told(mailedu, "one/number", "--seed", "0", lines="1108\nr\n")
    practice, other = out.split("With other values")
    assert practice.startswith("You have just seen the answer to this one, so it is for practice. One question")
    assert "practice" not in other


def test_without_a_word_the_course_says_what_is_next(mailedu: Call, learner: Path) -> None:
    out = told(mailedu, lines="n\nq\n")
    first, second = re.findall(r"Question \d, .*?, ([a-z0-9-]+/[a-z0-9-]+) ", out)
    assert first != second
    assert "Unit " in out
    assert out.endswith("`mailedu quiz` goes on where you are.")
    told(mailedu, "one/choice", lines="h\n")
    assert told(mailedu).startswith("You were in the middle of it. Question 1, Figure 21.10, 1 point, one/choice ")


def test_at_the_end_it_is_told_what_is_next(mailedu: Call) -> None:
    assert re.search(
        r"Next: [a-z0-9-]+/[a-z0-9-]+ \(.+\)\. `mailedu quiz` goes on", told(mailedu, "two/quit", lines="s\n")
    )


def test_one_that_cannot_be_asked_is_left_out_and_told(mailedu: Call, tmp_path: Path) -> None:
    topic = tmp_path / "mine" / "one"
    topic.mkdir(parents=True)
    lines = ('objective = "x"', 'kind = "number"', 'scenario = "figure-21-10"', 'prompt = "?"')
    for name, answer in (("a", '{ fact = "pop3.message_size", message = 7 }'), ("b", "5")):
        (topic / f"{name}.toml").write_text("\n".join((*lines, f"answer = {answer}")) + "\n")
    done = mailedu("quiz", "--exercises", "mine", "one/a", "one/b", typed="5\n")
    assert done.status == 2
    assert re.fullmatch(r"mailedu: mine/one/a\.toml: .*; it is left out\n", done.err)
    assert "✓ Right: 1 point." in done.out


def test_a_broken_file_does_not_keep_the_others_from_being_asked(mailedu: Call, tmp_path: Path) -> None:
    topic = tmp_path / "mine" / "one"
    topic.mkdir(parents=True)
    (topic / "good.toml").write_text('objective = "x"\nkind = "number"\nprompt = "?"\nanswer = 5\n')
    (topic / "bad.toml").write_text("kind = \n")
    done = mailedu("quiz", "--exercises", "mine", "one/good", typed="5\n")
    assert done.status == 0
    assert done.err == "mailedu: note: mine/one/bad.toml, line 1: this is no TOML: Invalid value\n"
    assert "✓ Right: 1 point." in done.out
    done = mailedu("quiz", "--exercises", "mine")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("mailedu: mine/one/bad.toml, line 1: ")


# The chapter's five ---------------------------------------------------------------------------------------------------

FIVE = {
    "port": (("110", "110/tcp", "port 110"), ("25", "2447")),
    "password": (("admin11", " admin11 "), ("admin1", "secret")),
    "deleted": (("yes", "Yes"), ("no: it was only fetched, and RETR leaves it there.",)),
    "length": (("1108", "1,108 octets"), ("1128", "1", "45")),
    "others": (("0",), ("1", "1108")),
}


def test_the_five_questions_are_answered_at_the_prompt(mailedu: Call) -> None:
    rights = "".join(f"{right[0]}\n" for right, _ in FIVE.values())
    out = told(mailedu, "chapter-questions", lines=rights)
    assert out.count("✓ Right: 1 point.") == 5
    assert "5 points. Right at the first try, without a hint: 5 of 5." in out


@pytest.mark.parametrize("name", FIVE)
def test_each_of_the_five_forgives_and_has_its_own_word_to_each_mistake(mailedu: Call, name: str) -> None:
    rights, wrongs = FIVE[name]
    what = f"pop3/figure-21-10-{name}"
    for right in rights:
        assert "✓ Right: 1 point." in told(mailedu, what, "--seed", "0", lines=f"{right}\n"), right
    said = [told(mailedu, what, "--seed", "0", lines=f"{wrong}\nv\ns\n").split("✗ ")[1] for wrong in wrongs]
    feedback = [one.split(" One more try")[0] for one in said]
    assert len(set(feedback)) == len(wrongs)
    assert all(re.search(r" v: packet \d+\..*> v Packet \d+, from the (client|server)", one) for one in said)


# All that is shipped --------------------------------------------------------------------------------------------------

JUNK = (
    *("", "a", "b c", "cba", "a1 b2 c3 d4", "0", "3", "-1", "+1 x", "1 USER bob", "99999999999", "4-9", "none"),
    *("QUIT", "NOOP", "DATA", ".", "250", "+OK", "<close>", "<connect>", "<wait 10m>", "<wait"),
    *(":=", ":", "::", "::x", ":x", "\x1b[2J\u202e", "é", "x" * 3000, "p all", "p 3", "p", "h", "v", "?", ":?"),
    *(":undo", ":goals", ":hint", ":show", "u", "done", ":done", ":base64"),
)


def test_no_line_makes_any_question_fall_over(mailedu: Call) -> None:
    """Each exercise that is shipped, with lines drawn at random; then its answer is shown, and what it speaks of."""
    ids = [one["id"] for one in json.loads(mailedu("quiz", "--list", "--json").out)]
    assert len(ids) >= 5
    draw = random.Random(1)
    for id in (id for id in ids for _ in range(3)):
        lines = [draw.choice(JUNK) for _ in range(30)]
        done = mailedu("quiz", id, "--seed", str(draw.randrange(6)), typed="\n".join([*lines, ":s", "v", "p", ""]))
        assert (done.status, done.err) == (0, ""), id
        assert "\x1b" not in done.out, id
        assert "\u202e" not in done.out, id
