"""Questions in the full screen: each kind answered, what is said to it, and that nothing says the answer before."""

from __future__ import annotations

import os
import random
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from mailedu.exercise import load
from mailedu.exercise.model import Exercise
from mailedu.exercise.progress import Progress
from mailedu.exercise.question import Question
from mailedu.exercise.trying import Trying
from mailedu.tui import entries, keys
from mailedu.tui.app import MaileduApp
from mailedu.tui.memory import Memory, Place
from mailedu.tui.screens.exercise import ExerciseScreen
from mailedu.tui.screens.exercise_player import ShownPlayer
from mailedu.tui.screens.help import HelpScreen
from mailedu.tui.screens.home import Home
from mailedu.tui.widgets import exercise_told as told_
from mailedu.tui.widgets.choices import Choices
from mailedu.tui.widgets.entry import Prose
from mailedu.tui.widgets.exercise_exhibit import ExhibitList
from mailedu.tui.widgets.exercise_options import Options
from mailedu.tui.widgets.exercise_round import Round, Sitting
from mailedu.tui.widgets.exercise_rounds import answered, rounds
from mailedu.tui.widgets.keybar import KeyBar

from .look import rows, text

SIZES = [(80, 24), (120, 40)]
HOSTILE = "\\u001b]0;mine\\u0007 [/b] \\u202e文字"

CHOICE = """
objective = "pop3.delete"
chapter = "Questions, 3; Figure 21.10"
kind = "choice"
capture = "figure-21-10"
prompt = "Is the message still there?"
answer = { fact = "pop3.fate", message = 1 }
why = "QUIT carried the mark out."
see = { fact = "packet.carrying", text = "DELE 1" }

[[choices]]
text = "No, it is marked and gone"
value = "deleted"

[[choices]]
text = "No, it went at once"
value = "x"
feedback = "DELE only marks: packet {packet}."
misconception = "dele-now"

[[choices]]
text = "Yes, it stays"
value = "y"
feedback = "Look at packet {packet}."

[[hints]]
text = "Follow the commands."
cost = 0.25
"""
SEVERAL = """
objective = "pop3.delete"
kind = "several"
scenario = "figure-21-10"
show = "steps"
prompt = "Which of them did the client say?"
answer = ["STAT", "LIST"]
why = "Both are in the list."

[[choices]]
text = "the one that counts"
value = "STAT"
feedback = "It did count."

[[choices]]
text = "the one that lists"
value = "LIST"
feedback = "It did list."

[[choices]]
text = "the one that shows the top"
value = "TOP"
feedback = "It showed no top."
"""
NUMBER = """
objective = "pop3.numbers"
kind = "number"
unit = "octets"
capture = "figure-21-10"
prompt = "How long was the reply to `RETR 1`?"
answer = { fact = "pop3.reply_octets", command = "RETR 1" }
why = "A line, the letter, a dot."
see = { fact = "packet.carrying", text = "RETR 1" }

[[wrong]]
value = { fact = "pop3.message_size", message = 1 }
feedback = "{value} is the letter alone."

[[hints]]
text = "There are three parts."
cost = 0.5

[vary]
n = { range = [1, 9], first = 1 }
"""
TEXT = """
objective = "pop3.capture"
kind = "text"
capture = "figure-21-10"
prompt = "What is the password?"
answer = { fact = "pop3.password" }
"""
ORDER = """
objective = "pop3.delete"
kind = "order"
prompt = "In which order?"
answer = ["USER", "PASS", "QUIT"]

[[items]]
text = "say who you are"
value = "USER"

[[items]]
text = "prove it"
value = "PASS"

[[items]]
text = "leave"
value = "QUIT"
"""
MATCH = """
objective = "pop3.delete"
kind = "match"
prompt = "What belongs together?"
answer = { USER = "names who reads", PASS = "proves it", DELE = "marks a message" }

[[items]]
text = "USER"
value = "USER"

[[items]]
text = "PASS"
value = "PASS"

[[items]]
text = "DELE"
value = "DELE"
"""
SENT_ELSEWHERE = """
objective = "pop3.capture"
kind = "point"
capture = "figure-21-10"
prompt = "In which packet is the password?"
answer = { fact = "packet.carrying", text = "PASS admin11" }
see = { fact = "packet.carrying", text = "USER admin1" }
"""
POINT = """
objective = "pop3.capture"
kind = "point"
capture = "figure-21-10"
prompt = "Where does the client say who it is?"
answer = { fact = "packet.carrying", text = "USER admin1" }
"""
OCTETS = """
objective = "address.halves"
kind = "point"
scenario = "alice-to-bob"
show = "octets"
at = "submit/RCPT.1"
prompt = "Point at the domain."
answer = { fact = "address.octets", address = "bob@example.net", half = "domain" }
"""
NEXT = """
objective = "pop3.delete"
kind = "next"
scenario = "figure-21-10"
show = "steps"
at = "access:admin1/DELE.1"
prompt = "What does the server say?"
answer = "+OK"
why = "The message is there."
see = "access:admin1/DELE.1!"

[[wrong]]
value = "-ERR"
feedback = "Is there such a message?"
"""
DECODE = """
objective = "auth.means"
kind = "decode"
prompt = "What is `aGk=`?"
answer = "hi"
"""
REPAIR = """
objective = "pop3.delete"
kind = "repair"
scenario = "mailbox-of-three"
talk = "pop3"
prompt = "Letter 2 is to be gone. Mend the session."
start = "USER bob\\nPASS looking-glass\\nDELE 2\\n"
solutions = ["USER bob\\nPASS looking-glass\\nDELE 2\\nQUIT\\n"]

[[goals]]
text = "two letters left"
check = { fact = "mailbox.left", equals = [1, 3] }
points = 2
feedback = "Who carries the mark out?"
"""
LAB = """
objective = "pop3.delete"
kind = "lab"
scenario = "mailbox-of-three"
talk = "pop3"
prompt = "You are bob, looking-glass. Delete letter 2 and no other."
why = "DELE marks, QUIT carries it out."
solutions = [["USER bob", "PASS looking-glass", "DELE 2", "QUIT"]]

[[goals]]
text = "letter 2 marked"
check = { fact = "pop3.marked", message = 2 }
points = 1

[[goals]]
text = "1 and 3 are left"
check = { fact = "mailbox.left", equals = [1, 3] }
points = 2
feedback = "Only QUIT carries it out."
"""
KINDS = {
    "choice": CHOICE, "several": SEVERAL, "number": NUMBER, "text": TEXT, "order": ORDER, "match": MATCH,
    "point": POINT, "elsewhere": SENT_ELSEWHERE, "octets": OCTETS, "next": NEXT,
    "decode": DECODE, "repair": REPAIR, "lab": LAB,
}  # fmt: skip


def exercise(folder: Path, name: str, source: str = "") -> Exercise:
    path = folder / f"{name}.toml"
    path.write_text(source or KINDS[name], "utf-8")
    return load.read(path, f"made/{name}")


@asynccontextmanager
async def asking(folder: Path, *names: str, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """These questions, above Home."""
    app = MaileduApp(Memory())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        made = [exercise(folder, name) for name in names]
        await app.push_screen(ExerciseScreen(Round("Some questions", made, Progress())))
        await pilot.pause()
        yield pilot


def screen(pilot: Pilot[None]) -> ExerciseScreen:
    found = pilot.app.screen
    assert isinstance(found, ExerciseScreen)
    return found


def sitting(pilot: Pilot[None]) -> Sitting:
    found = screen(pilot).sitting
    assert found is not None
    return found


def letter(pilot: Pilot[None], right: bool) -> str:
    return next(one.letter for one in sitting(pilot).question.options if one.right is right)


async def line(pilot: Pilot[None], typed: str, which: str = "#line") -> None:
    found = screen(pilot).query_one(which, Input)
    assert found.has_focus
    found.value = typed
    await pilot.press("enter")
    await pilot.pause()


def told(pilot: Pilot[None]) -> str:
    """What stands on the screen, as running text: no line breaks, no bar."""
    return " ".join(text(pilot.app).replace("█", " ").split())


def said(pilot: Pilot[None]) -> str:
    return screen(pilot).query_one(KeyBar).said


async def leave_the_line(pilot: Pilot[None]) -> None:
    """So that letters are keys."""
    if isinstance(pilot.app.focused, (Input, TextArea)):
        await pilot.press("escape")
        await pilot.pause()


# Each kind ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_answers_and_what_is_said_stands_there_at_once(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, "choice", size=size) as pilot:
        await pilot.press(letter(pilot, right=False))
        await pilot.pause()
        seen = text(pilot.app)
        assert "✗ Not quite." in seen
        assert "One more try for half the points." in seen
        assert any("◆ 16" in row and "DELE 1" in row for row in rows(pilot.app))
        await pilot.press(letter(pilot, right=True))
        await pilot.pause()
        seen = text(pilot.app)
        assert "✓ Right. QUIT carried the mark out." in told(pilot)
        assert "0.5 of 1 point" in seen


async def test_a_second_wrong_answer_shows_the_solution(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice") as pilot:
        wrong = [one.letter for one in sitting(pilot).question.options if not one.right]
        await pilot.press(wrong[0])
        await pilot.pause()
        assert "The answer" not in text(pilot.app)
        await pilot.press(wrong[1])
        await pilot.pause()
        assert "The answer: " in text(pilot.app)
        assert "QUIT carried the mark out." in text(pilot.app)
        assert any("is marked and gone  ✓" in row for row in rows(pilot.app))
        assert sitting(pilot).trying.score == 0


async def test_a_choice_can_be_walked_to_and_clicked(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice", "choice") as pilot:
        right = "abc".index(letter(pilot, right=True))
        await pilot.press(*["down"] * (right + 1), "enter")
        assert sitting(pilot).over
        assert sitting(pilot).trying.score == 1
        await pilot.press("r")
        assert "no other variant" in said(pilot)
    async with asking(tmp_path, "several") as pilot:
        assert await pilot.click(Options, offset=(6, 0))
        await pilot.pause()
        assert "[x]" in text(pilot.app)


async def test_several_are_chosen_and_handed_in(tmp_path: Path) -> None:
    async with asking(tmp_path, "several") as pilot:
        options = sitting(pilot).question.options
        await pilot.press(*(one.letter for one in options))
        assert text(pilot.app).count("[x]") == 3
        await pilot.press("enter")
        await pilot.pause()
        assert "✗ Not quite. It showed no top." in text(pilot.app)
        await pilot.press(next(one.letter for one in options if not one.right), "enter")
        await pilot.pause()
        assert "✓ Right." in text(pilot.app)


async def test_a_number_is_typed_and_a_word_is_asked_again(tmp_path: Path) -> None:
    async with asking(tmp_path, "number") as pilot:
        await line(pilot, "many")
        assert said(pilot) == "How many octets? a number, please"
        assert not sitting(pilot).trying.tries
        await line(pilot, "1108")
        assert "1,108 is the letter alone." in text(pilot.app)
        await line(pilot, "1,128 octets")
        assert "✓ Right." in text(pilot.app)
        assert sitting(pilot).trying.score == 0.5


@pytest.mark.parametrize(
    ("name", "wrong", "right"), [("text", "admin1", "admin11"), ("decode", "HI", "hi"), ("next", "-ERR", "+OK")]
)
async def test_what_is_typed_is_marked(tmp_path: Path, name: str, wrong: str, right: str) -> None:
    async with asking(tmp_path, name) as pilot:
        await line(pilot, wrong)
        assert "✗" in text(pilot.app)
        assert not sitting(pilot).over
        await line(pilot, right)
        assert "✓ Right." in text(pilot.app)


async def test_letters_are_put_in_order(tmp_path: Path) -> None:
    async with asking(tmp_path, "order") as pilot:
        found = {value: "abc"[n] for n, (_, value) in enumerate(sitting(pilot).question.items)}
        await pilot.press(found["USER"], "enter")
        assert "2 to go" in said(pilot)
        assert not sitting(pilot).trying.tries
        await pilot.press(found["QUIT"], found["PASS"], "enter")
        await pilot.pause()
        assert "then something else comes, not “leave”" in told(pilot)
        await pilot.press("u", "backspace", found["PASS"], found["QUIT"], "enter")
        await pilot.pause()
        assert "✓ Right." in text(pilot.app)


async def test_pairs_are_found(tmp_path: Path) -> None:
    async with asking(tmp_path, "match") as pilot:
        question = sitting(pilot).question
        pairs = [str(question.partners.index(question.answer[value]) + 1) for _, value in question.items]
        await pilot.press("a", pairs[1], "b", pairs[0], "c", pairs[2], "enter")
        await pilot.pause()
        assert "1 of 3 fit" in text(pilot.app)
        await pilot.press("u", "u", "u", "a", *pairs, "enter")  # the cursor goes on by itself
        await pilot.pause()
        assert "✓ Right." in text(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_one_points_with_the_cursor(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, "point", size=size) as pilot:
        assert screen(pilot).query_one(ExhibitList).has_focus
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "✗ Not that one." in text(pilot.app)
        await pilot.press("home", *["down"] * 4, "enter")
        await pilot.pause()
        assert "✓ Right." in text(pilot.app)


def _gutters(pilot: Pilot[None]) -> dict[str, str]:
    """Of the rows of packets that have a sign in front: ►, ◆ or ►◆, by the number of the packet."""
    found = (re.search(r"(►◆|►|◆) +(\d+)  +\d\.\d", row) for row in rows(pilot.app))
    return {one[2]: one[1] for one in found if one is not None}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("second", ["8", "9"])
async def test_the_mark_of_a_hint_never_moves_the_cursor_that_answers(
    tmp_path: Path, size: tuple[int, int], second: str
) -> None:
    async with asking(tmp_path, "elsewhere", size=size) as pilot:
        assert _gutters(pilot) == {"1": "►"}  # the cursor is seen at once
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        exhibit = screen(pilot).query_one(ExhibitList)
        hinted = exhibit.spoken_of
        assert "PASS" not in exhibit.exhibit.rows[hinted].text
        assert exhibit.cursor == 2
        assert _gutters(pilot)["3"] == "►"
        await pilot.press("home", *["down"] * hinted)
        await pilot.pause()
        assert "►◆" in _gutters(pilot).values()  # both are seen
        await pilot.press("home", *["down"] * (int(second) - 1), "enter")
        await pilot.pause()
        assert sitting(pilot).over
        right = exhibit.exhibit.rows[exhibit.spoken_of]
        assert "PASS admin11" in right.text  # the answer, however it was answered
        assert exhibit.row is right
        await pilot.press("v")
        await pilot.pause()
        player = pilot.app.screen
        assert isinstance(player, ShownPlayer)
        assert player.seat.step.octets == (b"PASS admin11\r\n",)


@pytest.mark.parametrize("size", SIZES)
async def test_octets_are_pointed_at_with_the_cursor_or_typed(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, "octets", size=size) as pilot:
        await pilot.press("home", *["right"] * 13, "space", *["right"] * 9, "enter")
        await pilot.pause()
        assert "✗" in text(pilot.app)
        await pilot.press("space", *["left"] * 9)
        await pilot.press("space", *["right"] * 10)
        await pilot.pause()
        assert screen(pilot).query_one(ExhibitList).chosen == (13, 24)
        await pilot.press("tab")
        await line(pilot, "example.net")
        assert sitting(pilot).over
        assert "✓ Right." in text(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_text_is_mended(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, "repair", size=size) as pilot:
        assert "· two letters left" in text(pilot.app)
        assert screen(pilot).query_one(Prose).has_focus
        await pilot.press("escape", "enter")
        await pilot.pause()
        assert "✗ Not quite. Who carries the mark out?" in told(pilot)
        screen(pilot).query_one(Prose).text += "\nQUIT"
        await pilot.press("escape", "enter")
        await pilot.pause()
        assert sitting(pilot).trying.right
        assert "✓ two letters left" in text(pilot.app)
        assert "✓ Right." in text(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_session_is_typed_taken_back_and_handed_in(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, "lab", size=size) as pilot:
        for typed in ("USER bob", "PASS looking-glass", "DELE 2", "DELE 3"):
            await line(pilot, typed, "#speak")
        assert "✓ letter 2 marked" in text(pilot.app)
        assert "· 1 and 3 are left" in text(pilot.app)
        assert "RFC 1939" in text(pilot.app)  # each line is explained
        await line(pilot, "?", "#speak")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        await pilot.press("escape", "u")
        await pilot.pause()
        assert "Taken back: DELE 3" in said(pilot)
        await pilot.press("escape", "enter")
        await pilot.pause()
        assert "✗ 1 of 3. Only QUIT carries it out." in told(pilot)
        assert sitting(pilot).trying.score == 1
        await pilot.press("escape", "enter")
        assert "Nothing has changed" in said(pilot)
        assert sitting(pilot).trying.tries == 1
        await pilot.press("escape")
        await line(pilot, "QUIT", "#speak")
        assert "All that was asked for is reached" in said(pilot)
        await line(pilot, "", "#speak")
        assert "✓ Right." in text(pilot.app)
        assert sitting(pilot).trying.score == 1.5


async def test_a_letter_of_a_lab_is_typed_line_by_line(tmp_path: Path) -> None:
    source = """
objective = "smtp.dialogue"
kind = "lab"
scenario = "alice-to-bob"
talk = "smtp"
prompt = "Hand a letter for Bob to his server."
solutions = [["EHLO x", "MAIL FROM:<a@example.com>", "RCPT TO:<bob@example.net>", "DATA", "", "hi", ".", "QUIT"]]

[[goals]]
text = "delivered"
check = { fact = "mailbox.owners", message = 1, equals = ["bob"] }
"""
    KINDS["smtp-lab"] = source
    async with asking(tmp_path, "smtp-lab", size=(120, 40)) as pilot:
        for typed in (
            "EHLO laptop",
            "MAIL FROM:<alice@example.com>",
            "RCPT TO:<bob@example.net>",
            "DATA",
            "Subject: x",
        ):
            await line(pilot, typed, "#speak")
        assert "letter:" in text(pilot.app)
        await line(pilot, "", "#speak")
        await line(pilot, "Hello", "#speak")
        assert [turn.is_letter for turn in sitting(pilot).session.turns[-3:]] == [True] * 3  # type: ignore[union-attr]
        await line(pilot, ".", "#speak")
        assert "✓ delivered" in text(pilot.app)
    del KINDS["smtp-lab"]


# What is not betrayed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_no_answer_is_told_before_it_is_given(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, *KINDS, size=size) as pilot:
        for name in KINDS:
            question, seen = sitting(pilot).question, text(pilot.app)
            assert question.exercise.name == name
            assert "◆" not in seen, name
            assert "The answer" not in seen, name
            assert question.exercise.why not in seen or not question.exercise.why, name
            assert "✓" not in "\n".join(rows(pilot.app)[1:]), name
            if name in ("number", "decode"):
                assert str(question.answer) not in seen.split()
            await leave_the_line(pilot)
            if name != "lab":
                await pilot.press("v")
                await pilot.pause()
                assert isinstance(pilot.app.screen, ExerciseScreen), name
            await pilot.press("n")
            await pilot.pause()
        assert screen(pilot).round.ended


async def test_the_reply_that_is_asked_for_is_shown_nowhere(tmp_path: Path) -> None:
    async with asking(tmp_path, "next", size=(120, 40)) as pilot:
        reply = "Message deleted"
        assert reply not in text(pilot.app)
        await line(pilot, "-ERR")
        assert reply not in text(pilot.app)
        await pilot.press("escape", "v")
        assert isinstance(pilot.app.screen, ExerciseScreen)
        await pilot.press("z", "end")
        assert reply not in text(pilot.app)
        await pilot.press("escape")
        await line(pilot, "+OK")
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ShownPlayer)


# The keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_player_shows_it_and_comes_back_to_all_as_it_was(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, "number", size=size) as pilot:
        place = Place("alice-to-bob", n=7, total=78)
        pilot.app.memory.place = place  # type: ignore[attr-defined]
        await line(pilot, "1108")
        screen(pilot).query_one("#line", Input).value = "112"
        before = text(pilot.app)
        for way in ("escape", "q"):
            await pilot.press("escape", "v")
            await pilot.pause()
            player = pilot.app.screen
            assert isinstance(player, ShownPlayer)
            assert player.seat.step.octets == (b"RETR 1\r\n",)
            assert "q back to the question" in rows(pilot.app)[-1]
            await pilot.press("n", "m", way)
            await pilot.pause()
            screen(pilot).query_one("#line", Input).focus()
            await pilot.pause()
        assert text(pilot.app).split() == before.replace("►", "").split() or "112" in text(pilot.app)
        assert sitting(pilot).trying.tries == 1
        assert pilot.app.memory.place == place  # type: ignore[attr-defined]


async def test_a_hint_costs_what_it_said(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice") as pilot:
        assert "h hint −25 %" in text(pilot.app)
        await pilot.press("h")
        await pilot.pause()
        assert "Hint  Follow the commands." in text(pilot.app)
        assert "h hint" not in text(pilot.app)
        await pilot.press("h")
        assert "no further hint" in said(pilot)
        await pilot.press(letter(pilot, right=True))
        await pilot.pause()
        assert "0.75 of 1 point" in text(pilot.app)


async def test_the_answer_can_be_asked_for(tmp_path: Path) -> None:
    async with asking(tmp_path, "number") as pilot:
        await screen(pilot).run_action("screen.give_up")
        await pilot.pause()
        assert "The answer: 1,128 octets" in text(pilot.app)
        assert sitting(pilot).over
        assert sitting(pilot).trying.score == 0


async def test_r_makes_another_variant(tmp_path: Path) -> None:
    async with asking(tmp_path, "number") as pilot:
        await line(pilot, "1128")
        await pilot.press("r")
        await pilot.pause()
        assert not sitting(pilot).over
        assert sitting(pilot).question.seed == 1
        assert screen(pilot).query_one("#line", Input).value == ""


async def test_the_keys_fit_at_80_columns(tmp_path: Path) -> None:
    async with asking(tmp_path, *KINDS) as pilot:
        for name in KINDS:
            for _ in range(2):
                bar = screen(pilot).query_one(KeyBar)
                assert not bar.said
                for one in bar.keys:
                    assert f"{one.shown} {one.word}" in text(pilot.app).splitlines()[-1], name
                await leave_the_line(pilot)
            await pilot.press("n")
            await pilot.pause()


def test_all_keys_of_the_footer_fit_together() -> None:
    """Where letters answer there is no `enter`, where a line or a cursor does there are no letters."""
    footer = [key for key in (*keys.EXERCISE, *keys.EVERYWHERE) if key.footer]
    words = [f"{key.shown} {'hint −25 %' if key.action == 'hint' else key.word}" for key in footer]
    for left_out in ("enter", "a-d"):
        assert len("  ".join(word for word in words if not word.startswith(left_out))) + 2 <= 80


async def test_help_and_palette_know_the_keys(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice", size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)
        assert "a hint, and what it costs" in text(pilot.app)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("colon", *"show the answer")
        await pilot.pause(0.3)
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert "The answer: " in text(pilot.app)


async def test_a_key_that_is_clicked_is_that_key(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice", "order") as pilot:
        at = text(pilot.app).splitlines()[-1].index("n next")
        assert await pilot.click(KeyBar, offset=(at, 0))
        await pilot.pause()
        assert "question 2 of 2" in text(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_capture_is_looked_at_packet_by_packet(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, "choice", size=size) as pilot:
        await pilot.press("tab", "home", *["down"] * 4)
        await pilot.pause()
        if size[0] < 100:
            assert "55 53 45 52" not in text(pilot.app)
            await pilot.press("z")
            await pilot.pause()
        assert "55 53 45 52" in text(pilot.app)
        await pilot.press(letter(pilot, right=True))
        assert sitting(pilot).over  # letters answer from there too


# Rounds ---------------------------------------------------------------------------------------------------------------


async def test_at_the_end_stand_the_points_and_what_is_next(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice", "order", "number") as pilot:
        await pilot.press(letter(pilot, right=True), "n", "n")
        await line(pilot, "1128")
        await pilot.press("n")
        await pilot.pause()
        seen = text(pilot.app)
        assert "2 of 3 points" in seen
        assert "✓  1  Is the message still there?" in seen
        assert "·  2  In which order?" in seen
        assert "n goes to the first that is open" in seen
        assert "r once more" in seen
        await pilot.press("n")
        await pilot.pause()
        assert "question 2 of 3" in text(pilot.app)
        await pilot.press("p", "p")
        assert "This is the first question." in said(pilot)
        await pilot.press("n", "n", "escape", "n", "r")
        await pilot.pause()
        assert "question 1 of 3" in text(pilot.app)
        assert "0 of 3 points" in text(pilot.app)
        assert screen(pilot).round.seeds == [0, 0, 1]


async def test_who_leaves_in_the_middle_goes_on_there(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice", "number") as pilot:
        await pilot.press(letter(pilot, right=True), "n")
        await line(pilot, "1108")
        await pilot.press("escape", "h", "escape", "q")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Home)
    async with asking(tmp_path, "choice", "number") as pilot:
        seen = text(pilot.app)
        assert "✓ ►" in seen
        assert "question 2 of 2" in seen
        assert "1 of 2 points" in seen
        assert "1,108 is the letter alone." in seen
        assert "Hint  There are three parts." in seen
        await line(pilot, "1128")
        assert sitting(pilot).trying.score == 0  # the second try, and a hint for a half


async def test_a_set_that_is_finished_shows_how_each_was_answered(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice", "number", "order") as pilot:
        await pilot.press(letter(pilot, right=True), "n")
        await line(pilot, "1128")
        await pilot.press("n")
        await screen(pilot).run_action("screen.give_up")
        await pilot.press("q")
    async with asking(tmp_path, "choice", "number", "order") as pilot:
        assert "1.5 of 3" not in text(pilot.app)
        assert "2 of 3 points" in text(pilot.app)
        assert pilot.app.focused is None  # no hidden line takes the letters
        assert "n next" in rows(pilot.app)[-1]
        await pilot.press("p")
        await pilot.pause()
        assert "✓ ✓ ►" in text(pilot.app)
        assert "· Shown. The answer: " in told(pilot)
        await pilot.press("p")
        await pilot.pause()
        assert "✓ ► ✗" in text(pilot.app)
        assert "answer 1128" in told(pilot)
        assert "✓ Right." in text(pilot.app)
        await pilot.press("p")
        await pilot.pause()
        assert "question 1 of 3" in text(pilot.app)
        assert any("is marked and gone  ✓" in row for row in rows(pilot.app))
        tried = Progress().tried()
        await pilot.press("n", "r")  # the other variant is asked
        await pilot.pause()
        assert screen(pilot).query_one("#line", Input).has_focus
        assert Progress().tried() == tried  # to look at it is no try


def test_of_a_round_those_are_counted_that_were_answered_right() -> None:
    known = "pop3/figure-21-10-length"
    offer = next(one for one in rounds() if known in one.ids and len(one.ids) > 1)
    other = next(one for one in offer.ids if one != known)
    progress = Progress()
    right, wrong = (Trying(Question(load.find(id)), progress) for id in (known, other))
    right.answer(right.question.answer)
    assert right.right
    wrong.give_up()
    assert answered(progress)[offer.name] == (f"1 of {len(offer.ids)}", False)


async def test_a_variant_that_was_answered_is_the_one_that_is_shown_again(tmp_path: Path) -> None:
    async with asking(tmp_path, "number") as pilot:
        await pilot.press("escape", "r")
        await line(pilot, "1128")
        await pilot.press("q")
    async with asking(tmp_path, "number") as pilot:
        await pilot.press("p")
        await pilot.pause()
        assert sitting(pilot).question.seed == 1
        assert sitting(pilot).over


async def test_what_is_typed_after_a_wrong_try_takes_the_place_of_the_old_answer(tmp_path: Path) -> None:
    async with asking(tmp_path, "text", "text") as pilot:
        await pilot.press(*"admin1", "enter")
        await pilot.pause()
        assert "✗" in text(pilot.app)
        await pilot.press(*"admin11")
        assert screen(pilot).query_one("#line", Input).value == "admin11"
        await pilot.press("enter")
        await pilot.pause()
        assert sitting(pilot).trying.right
        await pilot.press("n")  # it is over: a letter is a key again
        await pilot.pause()
        assert "question 2 of 2" in text(pilot.app)


async def test_the_bar_says_how_to_type_again_and_how_to_take_a_letter_back(tmp_path: Path) -> None:
    async with asking(tmp_path, "number", "repair", "lab", "order") as pilot:
        for name in ("number", "repair", "lab"):
            await pilot.press("escape")
            await pilot.pause()
            assert "esc type" in rows(pilot.app)[-1], name
            assert ("enter hand in" in rows(pilot.app)[-1]) is (name != "number")
            await pilot.press("escape")
            await pilot.pause()
            assert isinstance(pilot.app.focused, (Input, TextArea))
            await pilot.press("escape", "n")
            await pilot.pause()
        assert "backspace takes one back" in told(pilot)
        await pilot.press("a")
        assert "backspace undo" in rows(pilot.app)[-1]
        await pilot.press("backspace")
        assert "backspace undo" not in rows(pilot.app)[-1]


async def test_of_a_lab_one_wording_tells_how_to_hand_in(tmp_path: Path) -> None:
    async with asking(tmp_path, "lab") as pilot:
        bar = rows(pilot.app)[-1]
        assert bar.count("esc") == 1
        assert "enter say it" in bar
        assert "esc, then enter hand in" in bar


@pytest.mark.parametrize("cells", [40, 50, 74, 113])
@pytest.mark.parametrize("many", [1, 5, 31, 90])
def test_the_row_of_questions_is_never_longer_than_its_room(cells: int, many: int) -> None:
    for at in (0, many // 2, many - 1):
        signs = ["✓"] * many
        signs[at] = "►"
        row = told_.row(signs, at, cells).plain
        assert len(row) <= cells
        assert row.count("►") == 1
        if many + len(f"  {many} of {many}") <= cells:
            assert row.count("✓") == many - 1  # all are there


@pytest.mark.parametrize("size", [*SIZES, (100, 30)])
async def test_of_many_questions_the_row_stays_one_row(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, *["choice"] * 31, size=size) as pilot:
        await pilot.press(*["n"] * 8)
        await pilot.pause()
        assert any("►" in row and " 9 of 31" in row for row in rows(pilot.app)), text(pilot.app)


async def test_in_two_columns_the_list_has_the_room_that_it_needs(tmp_path: Path) -> None:
    async with asking(tmp_path, "choice", size=(120, 40)) as pilot:
        seen = text(pilot.app)
        exhibit = screen(pilot).query_one(ExhibitList)
        assert exhibit.max_scroll_y == 0, seen
        packets = [row[46:] for row in rows(pilot.app) if re.search(r" \d+  +\d\.\d{6}  (client|server) ", row)]
        assert len(packets) == len(exhibit.exhibit.rows)  # who speaks leaves the room to what is said


async def test_going_to_and_fro_keeps_what_was_begun(tmp_path: Path) -> None:
    async with asking(tmp_path, "several", "number", "repair", "lab") as pilot:
        await pilot.press("a", "n")
        screen(pilot).query_one("#line", Input).value = "11"
        await pilot.press("escape", "n")
        await pilot.press("X", "escape", "n")
        await line(pilot, "USER bob", "#speak")
        await pilot.press("escape", "p")
        await pilot.pause()
        assert "XUSER" in text(pilot.app)
        await pilot.press("escape", "p")
        await pilot.pause()
        assert screen(pilot).query_one("#line", Input).value == "11"
        await pilot.press("escape", "p")
        await pilot.pause()
        assert text(pilot.app).count("[x]") == 1
        await pilot.press("n", "escape", "n", "escape", "n")
        await pilot.pause()
        assert "USER bob" in text(pilot.app)


async def test_a_resize_keeps_all(tmp_path: Path) -> None:
    async with asking(tmp_path, *KINDS) as pilot:
        for name in KINDS:
            await pilot.press("down", "a" if name in ("several", "order") else "tab")
            await pilot.pause()
            before, focused = text(pilot.app), pilot.app.focused
            for size in ((120, 40), (60, 16), (40, 10), (80, 24)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
            assert text(pilot.app) == before, name
            assert pilot.app.focused is focused, name
            await leave_the_line(pilot)
            await pilot.press("n")
            await pilot.pause()


async def test_what_strangers_wrote_is_made_visible(tmp_path: Path) -> None:
    source = CHOICE.replace("Is the message still there?", f"Is it {HOSTILE} there?").replace(
        "Yes, it stays", f"Yes {HOSTILE}"
    )
    KINDS["hostile"] = source.replace("Follow the commands.", f"Hint {HOSTILE}")
    async with asking(tmp_path, "hostile") as pilot:
        await pilot.press("h")
        await pilot.pause()
        seen = text(pilot.app)
        assert "\x1b" not in seen
        assert "\u202e" not in seen
        assert seen.count("[/b]") == 3
        assert seen.count("mine") == 3
    del KINDS["hostile"]


async def test_a_question_that_cannot_be_made_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    KINDS["broken"] = CHOICE.replace("figure-21-10", "no-such-scenario")
    async with asking(tmp_path, "order", "broken", "number") as pilot:
        await pilot.press("n")
        await pilot.pause()
        assert "no-such-scenario" in text(pilot.app)
        await pilot.press("n")
        await pilot.pause()
        assert "How long was the reply" in text(pilot.app)
    del KINDS["broken"]


# What is shipped ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_five_questions_of_the_chapter_are_answered_from_home(size: tuple[int, int]) -> None:
    """From the first screen to the points, with nothing but what the screen shows."""
    app = MaileduApp(Memory())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert entries.QUESTIONS in text(app)
        choices = app.screen.query_one(Choices)
        choices.highlighted = choices.get_option_index("quiz:set:chapter-questions")
        await pilot.press("enter")
        await pilot.pause()
        for n in range(5):
            assert f"question {n + 1} of 5" in text(app)
            one = sitting(pilot)
            if one.picks is not None:
                await pilot.press(letter(pilot, right=True))
            else:
                await line(pilot, str(one.question.answer))
            await pilot.pause()
            assert "✓ Right." in text(app)
            await pilot.press("n")
            await pilot.pause()
        assert "5 of 5 points" in text(app)
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, Home)
        await pilot.pause()
        assert any("Questions for readers" in row and "5 of 5 ✓" in row for row in rows(app))


async def test_where_no_part_tells_of_a_packet_its_numbers_stand_in_the_frame_of_the_list() -> None:
    """The list names the port pop3, as the figure does; the question asks for its number."""
    app = MaileduApp(Memory())
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_questions("set:chapter-questions")
        await pilot.pause()
        assert "to 110" not in text(app)
        await line(pilot, "25")
        await pilot.pause()
        assert "look at packet 1" in " ".join(text(app).split())
        assert "TCP  2447 to 110 [SYN], Seq=0" in text(app)


async def test_the_course_goes_on_question_by_question() -> None:
    app = MaileduApp(Memory())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.open_questions("next")
        await pilot.pause()
        seen: set[str] = set()
        for _ in range(3):
            seen.add(f"{sitting(pilot).question.id}/{sitting(pilot).question.seed}")
            assert "nit " in rows(app)[1]
            await screen(pilot).run_action("screen.give_up")
            await screen(pilot).run_action("screen.next")
            await pilot.pause()
        assert len(seen) == 3


async def test_what_does_not_exist_is_told_and_nothing_is_opened() -> None:
    app = MaileduApp(Memory())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.open_questions("nothing/such")
        await pilot.pause()
        assert isinstance(app.screen, Home)
        assert "nothing/such" in app.screen.query_one(KeyBar).said


FOREIGN = b"something else " * 100


@pytest.fixture
def foreign_progress() -> Iterator[Path]:
    """A file in the place of the progress, which is none; it has to stay as it is."""
    file = Path(os.environ["MAILEDU_HOME"]) / "progress.sqlite3"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(FOREIGN)
    yield file
    assert file.read_bytes() == FOREIGN


@pytest.mark.usefixtures("foreign_progress")
async def test_a_progress_file_that_is_none_is_told_and_left_as_it_is() -> None:
    app = MaileduApp(Memory())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "progress.sqlite3" in app.screen.query_one(KeyBar).said
        app.open_questions("set:chapter-questions")
        await pilot.pause()
        assert isinstance(app.screen, Home)
        assert "progress.sqlite3" in app.screen.query_one(KeyBar).said


async def test_every_exercise_can_be_shown_and_its_first_question_fits_at_80() -> None:
    app = MaileduApp(Memory())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        shown = ExerciseScreen(Round("All", load.everything(), Progress()))
        await app.push_screen(shown)
        for n, one in enumerate(shown.round.exercises):
            await pilot.pause()
            assert f"question {n + 1} of {len(shown.round.exercises)}" in text(app), one.id
            asking_ = shown.query_one("#asking")
            assert asking_.max_scroll_y == 0, f"{one.id}: the question does not fit beside what it is about"
            shown.action_next()
        await pilot.pause()
        assert shown.round.ended


@pytest.mark.parametrize("seed", range(3))
async def test_random_keys_never_crash(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)
    pressed = [
        *"abcdefghnpruvz123", "enter", "escape", "tab", "shift+tab", "up", "down", "left", "right", "home", "end",
        "space", "backspace", "pageup", "pagedown", "question_mark",
    ]  # fmt: skip
    async with asking(tmp_path, *KINDS, size=drawn.choice([*SIZES, (60, 16), (160, 50)])) as pilot:
        for _ in range(100):
            await pilot.press(drawn.choice(pressed))
            if drawn.random() < 0.03:
                await pilot.resize_terminal(*drawn.choice([(80, 24), (61, 17), (120, 40), (150, 48)]))
            if isinstance(pilot.app.screen, Home):
                made = [exercise(tmp_path, name) for name in KINDS]
                await pilot.app.push_screen(ExerciseScreen(Round("Again", made, Progress())))
        await pilot.pause()
        assert pilot.app.is_running


def test_the_answer_of_a_choice_is_its_letter_whatever_the_order(tmp_path: Path) -> None:
    made = exercise(tmp_path, "choice")
    for seed in range(6):
        question: Any = Question(made, seed)
        assert question.mark(next(one.letter for one in question.options if one.right)).right
