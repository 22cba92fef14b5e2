"""Reading exercises and sets: what a file says, where files are found, and how it is told what is wrong in one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mailedu.exercise import load
from mailedu.exercise.model import Call, ExerciseError, Kind, Show

GOOD = """\
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
feedback = "{value} is the letter alone."

[[hints]]
text = "Look at RETR."
cost = 0.25

[vary]
user = { from = "people", first = "admin1" }
"""

LAB = """\
objective = "pop3.delete"
kind = "lab"
scenario = "mailbox-of-three"
talk = "pop3"
prompt = "Fetch letter 2."
solutions = [["USER {user}", "PASS {password}", "RETR 2", "QUIT"]]

[[goals]]
text = "fetched"
check = { fact = "pop3.fetched", message = 2 }
points = 3

[[goals]]
text = "kept"
check = [{ fact = "mailbox.left", equals = [1, 2, 3] }, { fact = "pop3.marked", message = 2, equals = false }]

[[mistakes]]
lines = ["USER {user}", "QUIT"]
points = 0
feedback = "No letter came."
"""


def write(folder: Path, text: str, id: str = "mine/one") -> Path:
    path = folder / f"{id}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def why(path: Path) -> str:
    with pytest.raises(ExerciseError) as raised:
        load.read(path)
    return str(raised.value)


# What a file says -----------------------------------------------------------------------------------------------------


def test_a_file_becomes_an_exercise(tmp_path: Path) -> None:
    one = load.read(write(tmp_path, GOOD))
    assert (one.id, one.topic, one.name) == ("mine/one", "mine", "one")
    assert one.kind is Kind.NUMBER
    assert one.answer == Call("pop3.reply_octets", {"command": "RETR 1"})
    assert one.wrong[0].value == Call("pop3.message_size", {"message": 1})
    assert one.hints[0].cost == 0.25
    assert one.vary == {"user": {"from": "people", "first": "admin1"}}


def test_a_capture_is_a_scenario_whose_packets_are_shown(tmp_path: Path) -> None:
    one = load.read(write(tmp_path, GOOD))
    assert (one.scenario, one.capture, one.show) == ("figure-21-10", True, Show.PACKETS)


def test_what_is_shown_can_be_said(tmp_path: Path) -> None:
    assert load.read(write(tmp_path, 'show = "steps"\n' + GOOD)).show is Show.STEPS


def test_a_lab_has_the_points_of_its_goals(tmp_path: Path) -> None:
    one = load.read(write(tmp_path, LAB))
    assert one.points == 4
    assert [check.equals for goal in one.goals for check in goal.checks] == [True, [1, 2, 3], False]
    assert one.goals[1].checks[1].call == Call("pop3.marked", {"message": 2})
    assert one.solutions == (("USER {user}", "PASS {password}", "RETR 2", "QUIT"),)


def test_lines_may_be_one_text(tmp_path: Path) -> None:
    text = LAB.replace('lines = ["USER {user}", "QUIT"]', 'lines = """\nUSER {user}\nQUIT\n"""')
    assert load.read(write(tmp_path, text)).mistakes[0].lines == ("USER {user}", "QUIT")


def test_a_choice_without_a_value_has_its_text_as_value(tmp_path: Path) -> None:
    text = 'objective = "a"\nkind = "choice"\nprompt = "?"\nanswer = "b"\n' + "".join(
        f'[[choices]]\ntext = "{letter}"\n' for letter in "abc"
    )
    assert [one.value for one in load.read(write(tmp_path, text)).choices] == ["a", "b", "c"]


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    first = load.read(path)
    assert load.read(path) is first
    write(tmp_path, GOOD.replace("came back", "came back to the client"))
    assert "to the client" in load.read(path).prompt


def test_windows_line_ends_and_a_byte_order_mark_are_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load.read(path).unit == "octets"


# What is wrong is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('kind = "number"', 'kind = "nomber"', 2, "kind: 'nomber' is no kind; did you mean number?"),
        ('kind = "number"', "kind = 3", 2, "kind: 3 is no kind; it is one of choice"),
        ('kind = "number"\n', "", 0, "the key kind is missing; it is one of choice"),
        ('objective = "pop3.numbers"\n', "", 0, "the key objective is missing"),
        ('objective = "pop3.numbers"', "objective = 3", 1, "objective: 3 is no text; put it in quotes"),
        ('prompt = "How many octets came back?"\n', "", 0, "the key prompt is missing"),
        ('"How many octets came back?"', '""', 5, "prompt: it is empty"),
        ('"How many octets came back?"', '["a"]', 5, "prompt: ['a'] is no text"),
        ('unit = "octets"', "unit = 8", 3, "unit: 8 is no text"),
        ('unit = "octets"', 'units = "octets"', 3, "units: no such key; did you mean unit?"),
        ('unit = "octets"', 'zebra = "octets"', 3, "zebra: no such key; known are kind, objective"),
        ('unit = "octets"', "card = 1", 3, "card: 1 is no true or false"),
        ('unit = "octets"', "exact = true", 3, "exact: a number has none; it belongs to text"),
        ('unit = "octets"', 'points = "2"', 3, "points: '2' is no whole number; write digits"),
        ('unit = "octets"', "points = true", 3, "points: True is no whole number"),
        ('unit = "octets"', "points = 0", 3, "points: 0 is too small; at least 1"),
        ('unit = "octets"', "chapter = 21", 3, "chapter: 21 is no text"),
        ('unit = "octets"', "why = false", 3, "why: False is no text"),
        ('unit = "octets"', 'faults = "wrong-password"', 3, "faults: 'wrong-password' is no list of texts"),
        ('unit = "octets"', "faults = [1]", 3, "faults: [1] is no list of texts"),
        ('unit = "octets"', "patch = 1", 3, "patch: 1 is no table"),
        ('unit = "octets"', 'edits = "submit/RCPT.1"', 3, "edits: 'submit/RCPT.1' is no list of tables"),
        ('unit = "octets"', "edits = [1]", 3, "edits.1: 1 is no table"),
        ('unit = "octets"', 'edits = [{ line = "x" }]', 3, "edits.1: the key place is missing"),
        (
            'unit = "octets"',
            'edits = [{ place = "a", lime = "x" }]',
            3,
            "edits.1.lime: no such key; did you mean line?",
        ),
        ('unit = "octets"', 'edits = [{ place = "a", then = "stop" }]', 3, "edits.1.then: 'stop' is none of go on"),
        ('unit = "octets"', 'edits = [{ place = "a", lines = [1] }]', 3, "edits.1.lines: [1] is no list of texts"),
        ('unit = "octets"', 'show = "packet"', 3, "show: 'packet' is no show; did you mean packets?"),
        ('unit = "octets"', "leg = 1", 3, "leg: 1 is no text"),
        ('unit = "octets"', "at = 1", 3, "at: 1 is no text"),
        ('unit = "octets"', "until = 1", 3, "until: 1 is no text"),
        ('unit = "octets"', "message = 1", 3, "message: 1 is no text"),
        ('unit = "octets"', 'scenario = "figure-21-10"', 4, "capture: the scenario is named twice"),
        ('capture = "figure-21-10"', "capture = 3", 4, "capture: 3 is neither the name of a scenario nor true"),
        ('capture = "figure-21-10"', 'leg = "access"', 4, "leg: it wants a scenario; name one"),
        ('{ fact = "pop3.reply_octets", command = "RETR 1" }', "{ a = 1 }", 6, "answer: a table needs a fact"),
        (
            '{ fact = "pop3.reply_octets", command = "RETR 1" }',
            "{ fact = 1 }",
            6,
            "answer.fact: 1 is no name of a fact",
        ),
        ('answer = { fact = "pop3.reply_octets", command = "RETR 1" }\n', "", 0, "the key answer is missing"),
        ('see = { fact = "packet.replying", text = "RETR 1" }', "see = 3", 7, "see: 3 is no place"),
        ('see = { fact = "packet.replying", text = "RETR 1" }', "see = { a = 1 }", 7, "see: {'a': 1} is no place"),
        ('feedback = "{value} is the letter alone."\n', "", 9, "wrong.1: the key feedback is missing"),
        ("value = { fact", "valve = { fact", 10, "wrong.1.valve: no such key; did you mean value?"),
        ('misconception = "size-wire"', "misconception = 1", 11, "wrong.1.misconception: 1 is no text"),
        ('"{value} is the letter alone."', '" "', 12, "wrong.1.feedback: it is empty"),
        ('text = "Look at RETR."\n', "", 14, "hints.1: the key text is missing"),
        ("cost = 0.25", "", 14, "hints.1: the key cost is missing; a share of the points"),
        ("cost = 0.25", "cost = 1", 16, "hints.1.cost: 1 is no share of the points"),
        ("cost = 0.25", 'cost = "a"', 16, "hints.1.cost: 'a' is no share"),
        ("cost = 0.25", "cost = 0", 16, "hints.1.cost: 0 is no share"),
        ('{ from = "people", first = "admin1" }', "[]", 19, "vary.user: the list is empty"),
        ('{ from = "people", first = "admin1" }', '"bob"', 19, "vary.user: 'bob' cannot be drawn from"),
        (
            '{ from = "people", first = "admin1" }',
            '{ from = "poeple" }',
            19,
            "vary.user.from: no list 'poeple'; there are",
        ),
        ('{ from = "people", first = "admin1" }', '{ from = ["a"] }', 19, "vary.user.from: no list ['a']"),
        ('{ from = "people", first = "admin1" }', "{ range = [3, 1] }", 19, "vary.user.range: [3, 1] is no range"),
        ('{ from = "people", first = "admin1" }', "{ range = [1] }", 19, "vary.user.range: [1] is no range"),
        ('{ from = "people", first = "admin1" }', "{ range = [1, 9], step = 0 }", 19, "vary.user.step: 0 is no step"),
        ('{ from = "people", first = "admin1" }', '{ from = "people", last = 1 }', 19, "vary.user.last: no such key"),
        ('{ from = "people", first = "admin1" }', '{ range = [1, 2], from = "people" }', 19, "cannot be drawn from"),
        ("user = { from", '"the user" = { from', 19, "vary.the user: no name for a placeholder"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_remedy(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    said = why(path)
    where = f", line {line}: " if line else ": "
    assert said.startswith(f"{path}{where}"), said
    assert told in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('talk = "pop3"', 'talk = "imap"', 4, "talk: 'imap' is none of pop3, submission, smtp"),
        ('talk = "pop3"\n', "", 0, "the key talk is missing; pop3, submission or smtp"),
        ('scenario = "mailbox-of-three"\n', "", 0, "the key scenario is missing; it names the world"),
        ('talk = "pop3"', 'talk = "pop3"\npoints = 3', 5, "points: a lab has the points of its goals"),
        ('talk = "pop3"', 'talk = "pop3"\nhost = 3', 5, "host: 3 is no text"),
        ('talk = "pop3"', 'talk = "pop3"\nclient = 3', 5, "client: 3 is no text"),
        ('talk = "pop3"', 'talk = "pop3"\nanswer = 3', 5, "answer: a lab has none"),
        ('talk = "pop3"', 'talk = "pop3"\nstart = "a"', 5, "start: a lab has none; it belongs to repair"),
        ('talk = "pop3"', 'talk = "pop3"\nfaded = 2', 5, "faded: 2 is no table"),
        ('talk = "pop3"', 'talk = "pop3"\nfaded = { from = "a" }', 5, "faded: the key last is missing"),
        ('talk = "pop3"', 'talk = "pop3"\nfaded = { from = "a", last = "b" }', 5, "faded.last: 'b' is no whole number"),
        ('talk = "pop3"', 'talk = "pop3"\nfaded = { from = "a", last = 1, x = 1 }', 5, "faded.x: no such key"),
        ('[["USER {user}", "PASS {password}", "RETR 2", "QUIT"]]', "[]", 6, "solutions: it is no list of ways"),
        ('[["USER {user}", "PASS {password}", "RETR 2", "QUIT"]]', "[[1]]", 6, "solutions.1: [1] is no list of lines"),
        (
            "check = { fact",
            "check = { fakt",
            10,
            "goals.1.check: {'fakt': 'pop3.fetched', 'message': 2} is no condition",
        ),
        ('check = { fact = "pop3.fetched", message = 2 }', "check = []", 10, "goals.1.check: it checks nothing"),
        ("points = 3", "points = 0", 11, "goals.1.points: 0 is too small"),
        ('text = "fetched"\n', "", 8, "goals.1: the key text is missing"),
        ("points = 0", "points = -1", 19, "mistakes.1.points: -1 is too small; at least 0"),
        ("points = 0", "", 17, "mistakes.1: the key points is missing"),
        ('lines = ["USER {user}", "QUIT"]', "lines = 3", 18, "mistakes.1.lines: 3 is no list of texts"),
    ],
)
def test_what_is_wrong_with_a_lab_is_told(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    assert old in LAB
    said = why(write(tmp_path, LAB.replace(old, new, 1)))
    assert f", line {line}: " in said if line else ", line" not in said, said
    assert told in said


@pytest.mark.parametrize(
    ("kind", "missing"), [("choice", "choices"), ("several", "choices"), ("order", "items"), ("match", "items")]
)
def test_a_kind_says_what_it_needs(tmp_path: Path, kind: str, missing: str) -> None:
    text = f'objective = "a"\nkind = "{kind}"\nprompt = "?"\nanswer = ["b"]\n'
    assert f"the key {missing} is missing" in why(write(tmp_path, text))


def test_a_repair_needs_something_to_mend(tmp_path: Path) -> None:
    text = 'objective = "a"\nkind = "repair"\nprompt = "?"\n[[goals]]\ntext = "b"\ncheck = { fact = "c" }\n'
    assert "the key start is missing; it is the text to be mended" in why(write(tmp_path, text))


def test_how_many_more_problems_there_are_is_said(tmp_path: Path) -> None:
    said = why(write(tmp_path, GOOD.replace("octets", "").replace("cost = 0.25", "cost = 2")))
    assert said.endswith(f"more: mailedu quiz --check {tmp_path / 'mine/one.toml'})")


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b'kind = "number', ", line 1: this is no TOML: "),
        (b'kind = "number"\nkind = "text"\n', ", line 2: this is no TOML: "),
        (b'a = "\n', ", line 1: this is no TOML: "),
        (b"[a", ", line 1: this is no TOML: "),
        (b'prompt = "\xe4"', ": octet 10 is no UTF-8; save the file as UTF-8"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, ": "),
        (b"", ": the key "),
    ],
)
def test_what_is_no_toml_is_told_in_one_line(tmp_path: Path, octets: bytes, told: str) -> None:
    path = write(tmp_path, "")
    path.write_bytes(octets)
    said = why(path)
    assert said.startswith(f"{path}{told}"), said
    assert "\n" not in said


def test_a_file_that_is_not_there_and_a_folder_are_told(tmp_path: Path) -> None:
    assert "No such file" in why(tmp_path / "mine/none.toml")
    (tmp_path / "a.toml").mkdir()
    assert str(tmp_path / "a.toml") in why(tmp_path / "a.toml")


# Where they are -------------------------------------------------------------------------------------------------------


def test_the_shipped_exercises_are_found_and_all_can_be_read() -> None:
    ids = load.ids()
    assert "pop3/figure-21-10-port" in ids
    assert [one.id for one in load.everything()] == list(ids)
    assert not [one for one in ids if one.startswith(load.SETS)]


def test_a_dot_is_as_good_as_a_slash() -> None:
    assert load.find("pop3.figure-21-10-port") is load.find("pop3/figure-21-10-port")


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(
        ExerciseError, match="no exercise 'pop3/figure-21-10-prot': did you mean pop3/figure-21-10-port"
    ):
        load.find("pop3/figure-21-10-prot")
    with pytest.raises(ExerciseError, match="mailedu quiz --list names them"):
        load.find("zzzz")


def test_a_word_may_be_an_id_a_topic_a_set_or_an_objective(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "mine/one")
    write(tmp_path, GOOD, "mine/two")
    write(tmp_path, LAB.replace("pop3.delete", "mine.goal"), "other/three")
    write(tmp_path, 'title = "A"\nexercises = ["other.three", "mine/one"]\n', "sets/some")
    own = (tmp_path,)
    assert [one.id for one in load.all_of("mine.two", own)] == ["mine/two"]
    assert [one.id for one in load.all_of("mine", own)] == ["mine/one", "mine/two"]
    assert [one.id for one in load.all_of("mine/", own)] == ["mine/one", "mine/two"]
    assert [one.id for one in load.all_of("some", own)] == ["other/three", "mine/one"]
    assert [one.id for one in load.all_of("mine.goal", own)] == ["other/three"]
    with pytest.raises(
        ExerciseError, match=r"no exercise, topic, set or objective 'mine\.goa': did you mean mine\.goal"
    ):
        load.all_of("mine.goa", own)


def test_ones_own_exercises_come_beside_the_shipped_ones_and_win(tmp_path: Path) -> None:
    shipped = load.find("pop3/figure-21-10-port")
    write(tmp_path, GOOD, "pop3/figure-21-10-port")
    own = (tmp_path,)
    assert load.find("pop3/figure-21-10-port", own).prompt == "How many octets came back?"
    assert load.find("pop3/figure-21-10-port") is shipped
    assert set(load.ids()) == set(load.ids(own))


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match="there is no such folder"):
        load.ids((tmp_path / "none",))
    with pytest.raises(ExerciseError, match="it is a file; name the folder"):
        load.ids((write(tmp_path, GOOD),))


def test_what_is_hidden_is_no_exercise(tmp_path: Path) -> None:
    write(tmp_path, "", ".git/one")
    write(tmp_path, "", "mine/.one")
    write(tmp_path, "", "_drafts/one")
    assert load.ids((tmp_path,)) == load.ids()


def test_shipped_files_are_named_as_in_the_source(tmp_path: Path) -> None:
    assert load.find("pop3/figure-21-10-port").file == "exercises/pop3/figure-21-10-port.toml"


def test_a_copy_of_the_bank_is_a_folder_of_ones_own(tmp_path: Path) -> None:
    shutil.copytree(load.shipped(), tmp_path / "bank")
    own = (tmp_path / "bank",)
    assert load.ids(own) == load.ids()
    assert [one.ids for one in load.sets(own)] == [one.ids for one in load.sets()]


# Sets -----------------------------------------------------------------------------------------------------------------


def test_the_chapters_questions_are_a_set() -> None:
    chapter = next(one for one in load.sets() if one.name == "chapter-questions")
    assert len(chapter.ids) == 5
    assert [one.id for one in load.all_of("chapter-questions")] == list(chapter.ids)


def test_every_set_lists_exercises_that_exist() -> None:
    for one in load.sets():
        assert set(one.ids) <= set(load.ids()), one.name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title = 1\nexercises = ['a/b']\n", ", line 1: title: 1 is no text; put it in quotes"),
        ("exercises = []\n", ", line 1: exercises: a set lists the ids"),
        ("title = 'a'\nexercises = 'a/b'\n", ", line 2: exercises: a set lists the ids"),
        (
            "exercises = ['a/b']\ncolour = 1\n",
            ", line 2: colour: a set has no such key; it has title, about, exercises",
        ),
    ],
)
def test_what_is_wrong_with_a_set_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = write(tmp_path, text, "sets/mine")
    with pytest.raises(ExerciseError) as raised:
        load.sets((tmp_path,))
    assert str(raised.value).startswith(f"{path}{told}")
