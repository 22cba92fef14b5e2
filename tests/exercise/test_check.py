"""The checker of exercises: each thing that can go wrong is found, with its line and a remedy; the bank is in order."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailedu.exercise import check, form, load
from mailedu.exercise.question import Question

NUMBER = """\
objective = "pop3.numbers"
kind = "number"
unit = "octets"
capture = "figure-21-10"
prompt = "How many octets came back?"
answer = { fact = "pop3.reply_octets", command = "RETR 1" }
see = { fact = "packet.replying", text = "RETR 1" }

[[wrong]]
value = { fact = "pop3.message_size", message = 1 }
misconception = "size-wire"
feedback = "{value} is the letter alone: packet {packet}."

[[wrong]]
value = 8
feedback = "So long is the command."

[[hints]]
text = "Look at RETR."
cost = 0.25

[vary]
password = { from = "passwords", first = "admin11" }

[patch.world.users."admin1@lnxserver.booklab.englab.juniper.net"]
password = "{password}"
"""

CHOICE = """\
objective = "stages.five"
kind = "choice"
prompt = "Which port?"
answer = { fact = "table.value", table = "ports", row = "pop3", column = "port" }

[[choices]]
text = "110"
value = 110

[[choices]]
text = "25"
value = 25
feedback = "That is SMTP."

[[choices]]
text = "143"
value = 143
feedback = "That is IMAP."
"""

LAB = """\
objective = "pop3.delete"
kind = "lab"
scenario = "mailbox-of-three"
talk = "pop3"
prompt = "You are {user}, {password}. Fetch letter 2 and delete only it."
solutions = [
    ["USER {user}", "PASS {password}", "RETR 2", "DELE 2", "QUIT"],
    ["USER {user}", "PASS {password}", "DELE 2", "RSET", "RETR 2", "DELE 2", "QUIT"],
]

[[goals]]
text = "letter 2 fetched"
check = { fact = "pop3.fetched", message = 2 }

[[goals]]
text = "afterwards 1 and 3 are left"
check = { fact = "mailbox.left", equals = [1, 3] }
points = 2

[[mistakes]]
lines = ["USER {user}", "PASS {password}", "RETR 2", "DELE 2", "<close>"]
points = 1
misconception = "dele-now"
feedback = "You hung up. DELE marks; QUIT does it."
"""

NEXT = """\
objective = "smtp.order"
kind = "next"
scenario = "figure-21-6"
edits = [{ place = "submit/MAIL.1", line = "RCPT TO:<bob@example.net>" }]
prompt = "Which code comes back?"
answer = { fact = "smtp.next_code" }
see = "submit/MAIL.1"

[[wrong]]
value = 250
misconception = "mail-anytime"
feedback = "Recipient of what?"
"""


def test_what_is_asked_about_refutes_a_wrong_answer_where_the_file_does_not_say(tmp_path: Path) -> None:
    assert checked(tmp_path, NEXT, 'see = "submit/MAIL.1"', "") == []
    assert checked(tmp_path, NUMBER, 'see = { fact = "packet.replying", text = "RETR 1" }', "") == []


def checked(folder: Path, text: str, old: str = "", new: str = "", id: str = "mine/one") -> list[str]:
    """What is told of a file in which `old` is `new`, without the file's name."""
    assert old in text
    path = folder / f"{id}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(old, new, 1) if old else text, "utf-8")
    found = check.problems(path)
    assert all(one.startswith(str(path)) and "\n" not in one for one in found), found
    return [one.removeprefix(str(path)).lstrip(",: ") for one in found]


@pytest.mark.parametrize("text", [NUMBER, CHOICE, LAB, NEXT])
def test_what_is_in_order_is_told_nothing(tmp_path: Path, text: str) -> None:
    assert checked(tmp_path, text) == []


def test_all_problems_of_form_are_told_at_once(tmp_path: Path) -> None:
    found = checked(tmp_path, NUMBER.replace("unit =", "units =").replace("cost = 0.25", "cost = 7"))
    assert [one.partition(": ")[0] for one in found] == ["line 3", "line 20"]


@pytest.mark.parametrize(
    ("text", "old", "new", "told"),
    [
        # names
        (NUMBER, '"pop3.numbers"', '"pop3.number"',
         "line 1: objective: no objective 'pop3.number'; did you mean pop3.numbers?"),
        (NUMBER, '"size-wire"', '"size-wired"',
         "line 11: wrong.1.misconception: no misconception 'size-wired'; did you mean size"),
        (NUMBER, "pop3.reply_octets", "pop3.reply_octet",
         "line 6: answer: no fact 'pop3.reply_octet'; did you mean pop3.reply_octets?"),
        (NUMBER, "pop3.message_size", "zzz", "line 10: wrong.1.value: no fact 'zzz'; mailedu quiz --facts lists them"),
        (NUMBER, 'command = "RETR 1"', 'comand = "RETR 1"',
         "line 6: answer: pop3.reply_octets takes no 'comand'; it is pop3.reply_oct"),
        (NUMBER, ', command = "RETR 1"', "",
         "line 6: answer: pop3.reply_octets wants command; it is pop3.reply_octets(command: str"),
        (NUMBER, "message = 1 }", 'message = "one" }',
         "line 10: wrong.1.value: pop3.message_size: message is 'one', but a int"),
        (NUMBER, '"packet.replying"', '"packet.reply"',
         "line 7: see: no fact 'packet.reply'; did you mean packet.replying?"),
        (NUMBER, '"figure-21-10"', '"figure-21-11"',
         "line 4: capture: no scenario 'figure-21-11'; did you mean figure-21-10?"),
        (NEXT, '"figure-21-6"', '"figure-6"', "line 3: scenario: no scenario 'figure-6'; did you mean figure-21-6?"),
        (LAB, '"mailbox.left"', '"mailbox.lefft"',
         "line 17: goals.2.check: no fact 'mailbox.lefft'; did you mean mailbox.left?"),
        (LAB, '"dele-now"', '"dele-later"', "line 23: mistakes.1.misconception: no misconception 'dele-later'"),
        # placeholders
        (NUMBER, "came back?", "got {pasword}?", "line 5: prompt: nothing fills in {pasword}; did you mean password?"),
        (NUMBER, "came back?", "got {packet}?",
         "line 5: prompt: nothing fills in {packet}; add it to [vary], or write {{packet}}"),
        (NUMBER, '"{password}"', '"admin11"',
         "line 23: vary.password: nothing uses {password}; use it, or take it away"),
        (LAB, '"QUIT"],\n    ["USER {user}"', '"QUIT"],\n    ["USER {usr}"',
         "line 6: solutions: nothing fills in {usr}"),
        (NUMBER, '"]\npassword = "{password}"', '"]\npassword = "{pass}"', "line 26: patch.world.users.admin1"),
        # teaching
        (NUMBER, "cost = 0.25", 'cost = 0.5\n[[hints]]\ntext = "b"\ncost = 0.5',
         "line 18: hints: together they cost all"),
        (CHOICE, '[[choices]]\ntext = "25"\nvalue = 25\nfeedback = "That is SMTP."\n', "",
         "line 6: choices: 2 are too few; offer 3"),
        (CHOICE, "That is SMTP.", "That is IMAP.", "line 18: choices.3.feedback: it is the same as that of number 2"),
        (CHOICE, 'feedback = "That is SMTP."', "", "line 10: choices.2: feedback: it is missing"),
        (NUMBER, "So long is the command.", "{value} is the letter alone: packet {packet}.",
         "line 16: wrong.2.feedback: it is the same"),
        (NUMBER.replace("pop3.reply_octets\", command = \"RETR 1\"", "pop3.count\""),
         'see = { fact = "packet.replying", text = "RETR 1" }', "",
         "line 14: wrong.2: see: it is missing; name what refutes"),
        (CHOICE, "That is SMTP.", "See packet {packet}.",
         "line 13: choices.2.feedback: it names a packet, step or line, but there is no"),
        (LAB, '    ["USER {user}", "PASS {password}", "DELE 2", "RSET", "RETR 2", "DELE 2", "QUIT"],\n', "",
         "line 6: solutions: one way only"),
        (LAB, LAB[LAB.index("[[mistakes]]") :], "", "no [[mistakes]]; write what learners often type"),
        # trying
        (NUMBER, 'command = "RETR 1"', 'command = "RETR 9"', "line 6: answer: nobody says RETR 9"),
        (NUMBER, "value = 8", 'value = { fact = "pop3.reply_octets", command = "RETR 1" }',
         "wrong: 1128 is the right answer"),
        (NUMBER, "value = 8", "value = 1108", "line 9: wrong: two of them have the same value"),
        (NUMBER, "value = 8", 'value = "eight"',
         "line 15: wrong.2.value: 'eight' is asked again, not marked: how many octets? a number, please"),
        (NUMBER, '"pop3.reply_octets", command = "RETR 1"', '"pop3.user"',
         "line 6: answer: 'admin1' cannot be given as an answer"),
        (NUMBER, '"packet.replying", text = "RETR 1"', '"packet.replying", text = "RETR 9"',
         "line 7: see: it leads nowhere: packet.replying"),
        (NUMBER, "packet {packet}.", "line {line}.",
         "line 7: see: what is said names a {line}, but this leads to packet"),
        (NUMBER, 'net"]\npassword = ', 'net"]\npassward = ',
         "line 26: patch.world.users.admin1@lnxserver.booklab.englab.juniper.net.passward"),
        (NUMBER, "unit =", 'faults = ["no-such"]\nunit =', "line 3: faults: no fault 'no-such'"),
        (CHOICE, "value = 110\n", "value = 111\n", "line 6: choices: none of them has the value 110"),
        (CHOICE, "value = 143\n", "value = 25\n", "line 6: choices: two of them have the same value"),
        (NEXT, '"submit/MAIL.1", line', '"submit/MALI.1", line',
         "line 4: edits.1.place: no step at 'submit/MALI.1'; did you mean submit/MAIL.1"),
        (NEXT, '"RCPT TO:<bob@example.net>"', '"A\\nB"', "line 4: edits: submit/MAIL.1: a line holds no CR, LF or NUL"),
        (NEXT, 'see = "submit/MAIL.1"', 'see = "submit/MAIL.7"',
         "line 7: see: it leads nowhere: submit/MAIL.7; did you mean"),
        (NEXT, 'see = "submit/MAIL.1"', 'see = "submit/MAIL.1"\nuntil = "x"', "line 8: until: no step at 'x'"),
        (NEXT, 'see = "submit/MAIL.1"', 'see = "submit/MAIL.1"\nleg = "sumbit"',
         "line 8: leg: no leg 'sumbit'; did you mean submit?"),
        (LAB, '"RETR 2", "DELE 2", "QUIT"],\n    ', '"RETR 2", "QUIT"],\n    ',
         "line 6: solutions.1: it does not reach “afterwards 1 and 3"),
        (LAB, "points = 1", "points = 2", "line 22: mistakes.1.points: it earns 1, not 2; correct the number"),
        (LAB, '"<close>"', '"QUIT"', "line 21: mistakes.1.lines: it reaches all goals"),
        (LAB, "equals = [1, 3]", "equals = [1, 2, 3]", "line 17: goals.2.check: it is reached before anything is done"),
        (LAB, 'talk = "pop3"', 'talk = "pop3"\nhost = "mx9"', "line 5: host: no host 'mx9' in mailbox-of-three"),
        (LAB, 'talk = "pop3"', 'talk = "pop3"\nfaded = { from = "figure-9", last = 2 }',
         "line 5: faded.from: no scenario 'figure-9'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(tmp_path: Path, text: str, old: str, new: str, told: str) -> None:
    found = checked(tmp_path, text, old, new)
    assert any(one.startswith(told) or (not told.startswith("line") and told in one) for one in found), found


def test_what_is_wrong_only_with_some_seeds_names_the_first(tmp_path: Path) -> None:
    text = NEXT + '\n[vary]\nwhere = ["submit/MAIL.1", "submit/MAIL.9"]\n'
    found = checked(tmp_path, text, '"submit/MAIL.1", line', '"{where}", line')
    assert len(found) == 1
    assert re.fullmatch(r"line 4: edits\.1\.place: no step at 'submit/MAIL\.9'; .*\(seed [1-5]\)", found[0]), found


def test_a_variant_whose_wrong_answer_is_right_is_drawn_anew(tmp_path: Path) -> None:
    text = CHOICE + "\n[vary]\nport = [143, 25]\n"
    assert checked(tmp_path, text, "value = 143", 'value = "{port}"') == []


def test_an_open_match_or_order_wants_three_items(tmp_path: Path) -> None:
    text = CHOICE.replace('kind = "choice"', 'kind = "order"').replace("[[choices]]", "[[items]]")
    two = "".join(f'[[items]]\ntext = "{n}"\n' for n in (110, 25))
    found = checked(tmp_path, text[: text.index("[[items]]")] + two)
    assert found == ["line 6: items: 2 are too few; offer 3 or more, so that guessing does not pay"]


def test_a_file_that_is_no_toml_or_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    assert checked(tmp_path, "kind = ")[0].startswith("line 1: this is no TOML")
    assert check.problems(tmp_path / "none.toml") == [f"{tmp_path / 'none.toml'}: No such file or directory"]


def test_a_set_is_told_which_of_its_exercises_are_missing(tmp_path: Path) -> None:
    checked(tmp_path, NUMBER, id="mine/one")
    found = checked(tmp_path, 'exercises = ["mine/one", "mine/on", "pop3/figure-21-10-port"]\n', id="sets/some")
    assert found == ["exercises: no exercise 'mine/on'; did you mean mine/one?"]
    assert checked(tmp_path, "exercises = 3\n", id="sets/some")[0].startswith("line 1: exercises: a set lists")


@pytest.mark.parametrize("id", load.ids())
def test_the_bank_is_in_order(id: str) -> None:
    topic, name = id.split("/")
    assert check.problems(load.shipped() / topic / f"{name}.toml") == []


@pytest.mark.parametrize("id", load.ids())
def test_the_right_answer_of_the_bank_is_marked_right(id: str) -> None:
    question = Question(load.find(id), 7)
    assert question.mark(check.right_answer(question)).right


# Whatever stands in a file, it is told or it is taken: nothing falls over ---------------------------------------------

VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 200), st.floats(allow_nan=False), st.text("ab{}/.", max_size=5),
        st.sampled_from(["choice", "lab", "number", "pop3", "figure-21-10", "people", "packets", "{user}"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["fact", "text", "value", "from", "range", "place", "check", "lines", "feedback", "first"]),
            inner, max_size=4,
        ),
    ),
    max_leaves=6,
)  # fmt: skip
KEYS = st.sampled_from([one for one in form.keys.KEYS if one not in ("id", "file")])


@pytest.mark.law(most=400)
@settings(max_examples=200)
@given(st.dictionaries(KEYS, VALUES, max_size=8), st.sampled_from([one.value for one in form.Kind]))
def test_no_table_makes_the_reader_fall_over(table: dict[str, object], kind: str) -> None:
    made, problems = form.exercise({"kind": kind} | table, "mine/one", "one.toml")
    assert made is not None or problems
    assert all(problem.why and "\n" not in problem.why for problem in problems)


def toml(value: object) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths to all that stands in a table."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in parts:
        yield (*path, key)
        yield from paths(one, (*path, key))


@pytest.mark.law(most=400)
@settings(max_examples=100)
@given(st.sampled_from([NUMBER, CHOICE, LAB, NEXT]), st.data())
def test_no_file_makes_the_checker_fall_over(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    table = tomllib.loads(text)
    path = data.draw(st.sampled_from(list(paths(table))))
    holder: Any = table
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(VALUES.filter(lambda value: "null" not in json.dumps(value)))
    file = tmp_path_factory.getbasetemp() / "mine.toml"
    file.write_text("\n".join(f"{json.dumps(key)} = {toml(one)}" for key, one in table.items()), "utf-8")
    for problem in check.problems(file):
        assert problem.startswith(str(file))
        assert "\n" not in problem
