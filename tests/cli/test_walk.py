"""`mailedu walk`: what a step shows, and every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailedu.journey import Stage, play

from .conftest import Call

STEPS = len(play())


def heads(out: str) -> list[int]:
    """The numbers of the steps that were shown."""
    return [int(number) for number in re.findall(r"^Step (\d+) of \d+ ", out, re.MULTILINE)]


def typed(*lines: str) -> str:
    return "".join(line + "\n" for line in lines)


# Steps ----------------------------------------------------------------------------------------------------------------


def test_a_command_shows_all_that_matters(mailedu: Call) -> None:
    out = mailedu("walk", typed="23\nq\n").out.rsplit("Step 23", 1)[1]
    assert out.startswith(
        f" of {STEPS}   2 submit   0.140 s\n"
        "Alice’s laptop says to mail.example.com:\n\n    RCPT TO:<bob@example.net>\n\n"
        "  The front of the envelope.\n  "
    )
    for fact in (
        "  See       RFC 5321 4.1.1.3",
        "  Parts     verb RCPT, keyword TO:, forward-path <bob@example.net>",
        "  State     MAIL, as before: sender named, no recipient yet",
        "  Next      the server answers",
        "  Letter    on Alice’s laptop",
        "  Envelope  from alice@example.com, accepted",
        "            to bob@example.net, not yet answered",
    ):
        assert fact in out


def test_a_reply_shows_its_digits_and_where_it_leads(mailedu: Call) -> None:
    out = mailedu("walk", typed="29\n").out.rsplit("Step 29", 1)[1]
    assert "mail.example.com answers Alice’s laptop:" in out
    assert "  Code      2..  Done" in out
    assert "            .5.  The mail system: mailboxes, room, rules.  ..0  Which of these.\n" in out
    assert "  State     DATA before, now READY: " in out
    assert "  Next      the client may say MAIL, " in out
    assert "  Letter    in the queue of mail.example.com, which is responsible for it" in out


def test_base64_is_undone(mailedu: Call) -> None:
    assert "d29uZGVybGFuZA==\n    which is base64 for “wonderland”\n" in mailedu("walk", typed="19\n").out


def test_what_is_long_is_cut_with_how_much_more(mailedu: Call, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("x" * 900 + "\n" + "line\n" * 500)
    out = mailedu("walk", "--message", "long.txt", "--stage", "5", typed="n\n" * 40).out
    assert re.search(r"… and \d+ more lines, [\d,]+ octets in all", out)


def test_every_step_can_be_walked_and_none_lacks_a_title(mailedu: Call) -> None:
    done = mailedu("walk", typed="n\n" * (STEPS + 1))
    assert done.status == 0
    assert heads(done.out) == list(range(1, STEPS + 1))
    assert "That was the last step.\nThe letter was delivered to bob@example.net.\n" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_the_end_is_told_once_in_full(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed(str(STEPS), "", "", "p", "n", "")).out
    assert out.count("That was the last step.") == 2  # again after somebody went back
    assert out.count("This is the end. p goes back, q leaves.\n") == 1


@pytest.mark.parametrize(
    "name", ["figure-21-6", "figure-21-10", "unknown-user", "server-down", "greylisting", "too-large"]
)
def test_every_scenario_can_be_walked(mailedu: Call, name: str) -> None:
    steps = len(play(name))
    done = mailedu("walk", name, typed="\n" * steps)
    assert heads(done.out) == list(range(1, steps + 1))
    cards = re.split(r"^(?=Step )", done.out.split("That was the last step.")[0], flags=re.MULTILINE)[1:]
    assert max(len(card.splitlines()) for card in cards[:-1]) <= 25  # 24 and an empty line


def test_a_letter_is_cut_to_fit_a_screen_and_the_key_for_all_is_named(mailedu: Call) -> None:
    octets = mailedu("walk", typed="27\n").out.rsplit("Step 27", 1)[1].split("\n\n")[1].splitlines()
    assert len(octets) == 6
    assert octets[-1] == "    … and 23 more lines, 818 octets in all; `m all` shows them"
    assert "    --=_" in mailedu("walk", typed="#8\n").out.rsplit("Step 8", 1)[1].split("\n\n")[1]


def test_a_report_of_failure_is_called_one(mailedu: Call) -> None:
    out = mailedu("walk", "unknown-user", typed="n\n" * 120).out
    assert re.search(r"^Step \d+ of \d+   4 process   the report of failure   ", out, re.MULTILINE)
    assert "  Report    in the queue of mail.example.com" in out


def test_who_gets_a_plain_text_is_told_and_what_the_book_is(mailedu: Call) -> None:
    hint = "This is plain text. To: name@domain and an empty line on top say who gets it;\nelse Bob.\n"
    assert hint in mailedu("walk", "--message", "-", typed="Hello\n").out
    own = mailedu("walk", "--message", "-", typed="To: carol@example.org\n\nHello\n").out
    assert "plain text" not in own.split("\nStep 1 ")[0]
    for keys, times in (("", 1), ("?\n", 2)):
        assert mailedu("walk", typed=keys).out.count("“The book” is the textbook chapter") == times


def test_faults_and_notes_stand_at_the_top(mailedu: Call) -> None:
    letter = "From a@b.example Tue Nov 24 09:00:00 2026\nTo: bob@gmail.com\nSubject: x\n\nHello\n"
    done = mailedu("walk", "--fault", "greylisting", "--message", "-", typed=letter)
    top = done.out.split("\nStep 1 ")[0]
    assert "Fault: greylisting. Bob’s server says: not now." in top
    assert "The line of a mailbox file was taken off: From a@b.example Tue Nov 24 09:00:00" in top
    assert "gmail.com is played by a simulated host; nothing leaves this computer." in top
    assert "gmail.com" not in done.err


# Moving ---------------------------------------------------------------------------------------------------------------


def test_the_end_of_input_and_q_leave(mailedu: Call) -> None:
    assert heads(mailedu("walk").out) == [1]
    assert heads(mailedu("walk", typed="q\nn\nn\n").out) == [1]
    assert mailedu("walk", typed="n").status == mailedu("walk", typed="q").status == 0


def test_on_and_back(mailedu: Call) -> None:
    assert heads(mailedu("walk", typed=typed("", "n", " n ", "p", "p", "p", "p")).out) == [1, 2, 3, 4, 3, 2, 1]
    assert "This is the first step." in mailedu("walk", typed="p\n").out


def test_digits_are_stages_and_other_numbers_are_steps(mailedu: Call) -> None:
    journey = play()
    done = mailedu("walk", typed=typed("5", "1", "4", "3", "2", "42", "#3", "0", "500"))
    first = [journey.first_of(stage) for stage in Stage]
    assert heads(done.out) == [1, first[4], first[0], first[3], first[2], first[1], 42, 3]
    assert done.out.count("There is no step ") == 2
    assert f"Stage 3 begins at step {first[2]}; #3 goes to step 3.\nStep {first[2]} of " in done.out
    assert "Stage 1 begins" not in done.out  # it is step 1
    assert heads(mailedu("walk", "--stage", "3").out) == [first[2]]
    assert "This journey has no stage 1." in mailedu("walk", "figure-21-10", typed="1\n").out


def test_an_unknown_key_gets_one_line(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("q!", "\x1b[A", "nn")).out
    assert out.count("? lists the keys.") == 3
    assert "\x1b" not in out


def test_the_keys_are_listed(mailedu: Call) -> None:
    out = mailedu("walk", typed="?\n").out
    assert "y all" in out
    for key in "p e g o u x y s m k l q".split():
        assert re.search(rf"^  {key} +\w", out, re.MULTILINE)


# Changing -------------------------------------------------------------------------------------------------------------


def test_an_edited_command_is_said_and_marked_in_words(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("23", "e", "RCPT TO:<nobody@example.com>", "n", "n")).out
    assert "    RCPT TO:<nobody@example.com>\n    Your change. In the original: RCPT TO:<bob@example.net>\n" in out
    assert "   your version\n" in out
    assert re.search(r"    550 5\.1\.1 [^\n]*\n    In the original it was: 250 2\.1\.5 ", out)


def test_empty_keeps_a_dash_drops_a_tilde_falls_silent(mailedu: Call) -> None:
    assert "Kept as it was." in mailedu("walk", typed=typed("23", "e", "")).out
    dropped = mailedu("walk", typed=typed("21", "e", "-", "n", "n")).out
    assert "    503 5.5.1 " in dropped
    silent = mailedu("walk", typed=typed("21", "e", "~", "n", "n", "n")).out
    assert "5 min " in silent


@pytest.mark.parametrize(
    ("step", "sign", "said"),
    [
        (28, "-", "the lone dot is not sent. Next comes: 421 "),
        (28, "~", "the lone dot is not sent, nor anything after it. Next comes: 421 "),
        (23, "-", "“RCPT TO:<bob@example.net>” is not sent. Next comes: DATA\n"),
        (27, "-", "the letter is not sent. Next comes: .\n"),
        (24, "-", "“250 2.1.5 Recipient ok” is not said. This comes instead.\n"),
        (36, "~", "is not said, nor anything after it. Next comes: the DNS did not answer"),
        ("#4", "-", "is not written. This comes instead.\n"),
    ],
)
def test_what_was_dropped_is_told_where_it_is_missed(mailedu: Call, step: int | str, sign: str, said: str) -> None:
    out = mailedu("walk", typed=typed(str(step), "e", sign)).out
    seen = " ".join(out.rsplit("Your change: ", 1)[1].split())
    assert said.strip() in seen
    again = mailedu("walk", typed=typed(str(step), "e", sign, "n", "n", "n", "p", "p", "p", "u")).out
    assert again.count("Your change: ") == 2  # at this step alone
    assert max(map(len, out.splitlines())) <= 80


def test_what_was_dropped_and_then_said_after_all_is_not_told_as_dropped(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("24", "e", "-", "e", "550 No")).out.rsplit("Step 24 of", 1)[1]
    assert "Your change. In the original: 250 2.1.5 Recipient ok" in out
    assert "This comes instead" not in out


def test_at_a_line_of_a_login_base64_is_made(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("19", "e", ":base64 looking-glass")).out
    assert "The present line is base64 for “wonderland”. :base64 TEXT makes" in out
    assert "  sent: bG9va2luZy1nbGFzcw==\n" in out
    assert "    which is base64 for “looking-glass”\n" in out
    assert "    501 " in mailedu("walk", typed=typed("19", "e", "alice", "n")).out
    assert "base64" not in mailedu("walk", typed=typed("23", "e", ":base64 x")).out.split("Type the line")[1][:100]


def test_a_reply_is_edited_at_its_own_step(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("24", "e", "550 5.1.1 Who?", "n")).out
    assert "    550 5.1.1 Who?\n    Your change. In the original: 250 2.1.5 Recipient ok\n" in out


def test_a_field_is_edited_where_it_is_written(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("#4", "e", "Subject: Supper", "m")).out
    assert "    Subject: Supper\n    Your change. In the original: Subject: Dinner" in out
    assert out.rindex("Subject: Supper") > out.rindex("The message as it stands")


def test_an_answer_of_the_dns_is_edited_by_its_code(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("36", "e", "NXDOMAIN")).out
    assert "NXDOMAIN: example.net has no MX" in out


def test_where_nothing_is_said_nothing_can_be_changed(mailedu: Call) -> None:
    for step in ("11", "33", "59"):
        assert "Nothing is said here: go to" in mailedu("walk", typed=typed(step, "e", "q")).out


def test_where_a_letter_is_written_it_is_told_what_can_be_changed(mailedu: Call, tmp_path: Path) -> None:
    for step in ("#8", "10"):
        assert "--message FILE" in mailedu("walk", typed=typed(step, "e", "q")).out
    (tmp_path / "own.txt").write_text("Hello\n")
    assert "Your own letter stays as it is" in mailedu("walk", "--message", "own.txt", typed=typed("e", "q")).out


def test_a_line_that_cannot_be_said_is_refused_in_one_line(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("23", "e", "x" * 70000, "e", "a\0b")).out
    assert "a line may have 65536 octets" in out
    assert "holds no CR, LF or NUL" in out


def test_undo_takes_one_change_back_after_the_other(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("23", "e", "NOOP", "15", "e", "RSET", "u", "u", "u")).out
    assert "Taken back: submit/AUTH.1." in out
    assert "Taken back: submit/RCPT.1." in out
    assert f"The journey has {STEPS} steps now. This is the original\nagain." in out
    assert "There is nothing to undo." in out


def test_o_shows_the_original_and_ones_own_again(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("o", "24", "e", "550 No", "o", "o")).out
    assert "You have changed nothing yet" in out
    *_, original, mine = re.split(r"^(?=Step )", out, flags=re.MULTILINE)
    assert original.startswith(f"Step 24 of {STEPS} ")
    assert "   original\n" in original
    assert "250 2.1.5 Recipient ok" in original
    assert "   your version\n" in mine
    assert "550 No" in mine


def test_edits_of_the_command_line_that_were_never_reached_are_told(mailedu: Call) -> None:
    out = mailedu("walk", "--edit", "submit/RPCT=x").out
    assert "Not changed: no step came to submit/RPCT.1; near it are submit/RCPT.1" in out


# Guessing -------------------------------------------------------------------------------------------------------------


def test_a_guess_hides_the_reply_until_it_is_made(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("23", "g")).out
    assert "Alice’s laptop says: RCPT TO:<bob@example.net>\nWhat does mail.example.com answer?" in out
    assert "250 2.1.5" not in out
    assert "250: as you said." in mailedu("walk", typed=typed("23", "g", "250")).out


@pytest.mark.parametrize(
    ("guess", "said"),
    [("550", "You said 550. It is 250.\n"), ("251", "You said 251. It is 250. The first digit is right.\n"), ("", "")],
)
def test_a_wrong_guess_is_told_and_the_reply_shown(mailedu: Call, guess: str, said: str) -> None:
    out = mailedu("walk", typed=typed("23", "g", guess)).out
    assert said in out
    assert heads(out)[-1] == 24
    assert "250 2.1.5 Recipient ok" in out
    assert ("You said" in out) is bool(said)


def test_a_guess_that_skips_steps_says_so(mailedu: Call) -> None:
    out = mailedu("walk", typed=typed("24", "g", "354")).out
    assert "The next reply is step 26. Step 25 asks: DATA\nWhat does mail.example.com answer?" in out
    assert "The next reply is step 12. mail.example.com has the word." in mailedu("walk", typed=typed("g")).out
    assert "The next reply" not in mailedu("walk", typed=typed("11", "g")).out


@pytest.mark.parametrize("guess", ["+OK", "+ok", "+", "ok"])
def test_a_guess_of_pop3_is_a_sign(mailedu: Call, guess: str) -> None:
    out = mailedu("walk", "--stage", "5", typed=typed("g", guess)).out
    assert "+OK or -ERR" in out
    assert "+OK: as you said." in out


def test_at_the_end_there_is_nothing_left_to_guess(mailedu: Call) -> None:
    assert "No reply is left to guess." in mailedu("walk", typed=typed(str(STEPS), "g")).out


# Panes and transcripts ------------------------------------------------------------------------------------------------


def pane(mailedu: Call, step: int, keys: str) -> str:
    """What a key prints at a step."""
    out = mailedu("walk", typed=typed(str(step), keys)).out
    return out.rsplit(f"Step {step} of ", 1)[1].split("\n\n", 1)[1]


def test_x_explains_every_digit_and_part(mailedu: Call) -> None:
    out = pane(mailedu, 24, "x")
    for line in (
        r"  Code      2\.\.  ",
        r"            \.5\.  .*  \.\.0  ",
        r"     4  2\.1\.5 +enhanced code: ",
    ):
        assert re.search(f"^{line}", out, re.MULTILINE), line


def test_x_right_below_the_step_does_not_say_it_again(mailedu: Call) -> None:
    out = pane(mailedu, 24, "x")
    assert out.count("Accepted to be passed on.") == out.count("RFC 6409 3.2") == 1
    later = mailedu("walk", typed=typed("24", "y", "x")).out.rsplit("Step 24 of ", 1)[1]
    assert later.count("Accepted to be passed on.") == later.count("RFC 6409 3.2") == 2
    assert "No digits, no parts" in pane(mailedu, 11, "x")


def test_x_says_where_the_same_part_comes_again(mailedu: Call) -> None:
    assert re.search(r"code: the reply in three digits: done \(again\s+at 22, 38, 57, 71, 96\)", pane(mailedu, 14, "x"))
    assert "(again at 49)" in pane(mailedu, 36, "x")  # the second record's owner is the same pointer


def test_y_shows_octets_as_hexadecimal_and_text(mailedu: Call) -> None:
    assert "  0010  65 6e 74 20 6f 6b 0d 0a                           ent ok..\n" in pane(mailedu, 24, "y")
    assert re.search(r"… [\d,]+ more; `y all` prints them", pane(mailedu, 27, "y"))
    assert "… " not in pane(mailedu, 27, "y all").split("in hexadecimal")[1]


def test_s_shows_the_way_here_and_the_row_of_the_table(mailedu: Call) -> None:
    out = pane(mailedu, 24, "s")
    assert "OPENING → CONNECTED → READY → AUTH → READY → MAIL → [RCPT]" in out
    assert re.search(r"^    DATA +3yz +to DATA$", out, re.MULTILINE)
    assert re.search(r"^    NOOP +2yz +stays$", out, re.MULTILINE)
    assert "Out of order here: AUTH, MAIL." in out
    assert "  2yz is any reply that begins with 2" in out
    assert re.search(r"^    MAIL .* refused now: login wanted$", pane(mailedu, 14, "s"), re.MULTILINE)
    assert re.search(r"^    AUTH .* refused now: logged in already$", pane(mailedu, 20, "s"), re.MULTILINE)
    assert "Nobody talks here" in pane(mailedu, 1, "s")
    assert "No greeting yet" in pane(mailedu, 11, "s")
    assert "2yz" not in pane(mailedu, 65, "s")


def test_m_marks_what_this_hop_added(mailedu: Call) -> None:
    out = pane(mailedu, 58, "m")
    now, before, written = re.split(r"  Added on the way:|  As it was written:", out)
    assert "Added by this step:\n    Return-Path: <alice@example.com>\n" in now
    assert before.count("Received: from ") == 2
    assert "Subject: Dinner" in written
    assert "`m all` prints them" in written
    assert "more line" not in pane(mailedu, 58, "m all").split("As it was written")[1]


def test_k_shows_the_packets_of_this_step(mailedu: Call) -> None:
    out = pane(mailedu, 11, "k")
    assert re.search(r" 1 +0\.0000  client  SYN +0 +0 +\d+ +0\n +2 +0\.0100  server  SYN, ACK ", out)
    assert "Server mail.example.com 198.51.100.25 port 587" in out
    assert re.search(r"client  UDP +\d+$", pane(mailedu, 35, "k"), re.MULTILINE)
    assert "No packet" in pane(mailedu, 1, "k")


def test_l_shows_mailboxes_and_queues(mailedu: Call) -> None:
    assert "Queue of mail.example.com: letter for bob@example.net" in pane(mailedu, 40, "l")
    out = pane(mailedu, 73, "l")
    assert "Mailbox bob@example.net: 1 letter, open and locked by its reader" in out
    assert ", marked as deleted" in out
    assert "Mailbox bob@example.net: no letters" in pane(mailedu, 78, "l")


def test_w_saves_the_transcript_and_never_writes_over_a_file(mailedu: Call, tmp_path: Path) -> None:
    out = mailedu("walk", typed=typed("w one.txt", "w one.txt", "w", "w none/x", "w .")).out
    assert f"Written to one.txt: {STEPS} steps." in out
    assert "one.txt exists already; w! one.txt writes over it." in out
    assert "Name a file: w FILE." in out
    assert "none/x: No such file or directory." in out
    saved = (tmp_path / "one.txt").read_text(encoding="utf-8")
    assert saved == mailedu("play", "--explain").out
    mailedu("walk", typed=typed("23", "e", "NOOP", "w! one.txt"))
    assert "changed by you; in the original: RCPT TO:<bob@example.net>" in (tmp_path / "one.txt").read_text()
