"""Scenario files: how base, faults, message and edits add up, and how what is wrong is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mailedu import content
from mailedu.content import ContentError
from mailedu.journey import ScenarioError, Stage, load, play
from mailedu.journey import scenario as scenarios
from mailedu.journey.edit import parse
from mailedu.journey.own_letter import own_letter
from mailedu.journey.scenario import merge, with_faults

PLAIN = """
title = "Two hosts"

[[machines]]
name = "a.example"
address = "192.0.2.1"
roles = ["ua"]
user = "ann@a.example"

[[machines]]
name = "b.example"
address = "192.0.2.2"
roles = ["msa", "mta", "mda", "maa"]

[world.users."ann@a.example"]
password = "x"
submits_to = "b.example"

[world.users."ben@b.example"]
reads_from = "b.example"

[letter]
from = "ann@a.example"
to = ["ben@b.example"]
subject = "Hi"
text = "Hello"
"""


class Shelf:
    """A folder of scenarios in the place of the shipped ones. What was loaded is kept, so no name serves twice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, text: str) -> None:
        (self.folder / f"{name}.toml").write_text(text, encoding="utf-8")
        scenarios.names.cache_clear()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    class Resources(ModuleType):
        @staticmethod
        def files(_: str) -> Path:
            return tmp_path

    (tmp_path / "scenarios").mkdir()
    monkeypatch.setattr(content, "resources", Resources("resources"))
    made = Shelf(tmp_path / "scenarios")
    made.put("plain", PLAIN)
    yield made
    scenarios.names.cache_clear()


# Merging --------------------------------------------------------------------------------------------------------------


def test_tables_merge_by_key_all_else_replaces_and_false_removes() -> None:
    base = {"a": {"x": 1, "y": [1, 2], "z": {"q": 1}}, "b": 2, "c": 3}
    patch = {"a": {"y": [3], "z": {"r": 2}}, "b": {"new": 1}, "c": False, "d": 4}
    assert merge(base, patch) == {"a": {"x": 1, "y": [3], "z": {"q": 1, "r": 2}}, "b": {"new": 1}, "d": 4}
    assert base == {"a": {"x": 1, "y": [1, 2], "z": {"q": 1}}, "b": 2, "c": 3}


def test_what_is_removed_may_not_be_there() -> None:
    assert merge({"a": 1}, {"b": False}) == {"a": 1}


# What is shipped ------------------------------------------------------------------------------------------------------


def test_the_default_comes_first() -> None:
    assert scenarios.names()[0] == "alice-to-bob"
    assert {"alice-to-bob", "figure-21-6", "figure-21-10"} <= set(scenarios.names())


@pytest.mark.parametrize("name", scenarios.names())
def test_everything_shipped_loads_with_each_of_its_faults(name: str) -> None:
    scenario = load(name)
    assert scenario.title == scenarios.title_of(name)
    assert 1 <= len(scenario.machines) <= 6
    assert scenario.geography.zones.problems() == ()
    for fault in scenarios.faults_of(name):
        assert load(name, [fault.name]).active[-1] == fault.name or fault.name in load(name).active


@pytest.mark.parametrize("fault", [fault.name for fault in scenarios.faults_of("alice-to-bob")])
def test_a_failure_is_a_fault_and_the_scenario_of_that_name_has_it_on(fault: str) -> None:
    assert play(load(fault)).steps == play(load("alice-to-bob", [fault])).steps


def test_a_fault_twice_is_a_fault_once() -> None:
    assert load("greylisting", ["greylisting"]).active == ("greylisting",)
    assert play(load("greylisting", ["greylisting"])).steps == play("greylisting").steps


def test_faults_add_up_in_their_order() -> None:
    both = load("alice-to-bob", ["greylisting", "unknown-user"])
    assert both.active == ("greylisting", "unknown-user")
    assert both.geography.hosts["mx1.example.net"].greylist == 300
    assert len(both.edits) == 1
    assert with_faults(load("alice-to-bob", ["greylisting"]), ["unknown-user"]).active == both.active
    assert with_faults(load("greylisting"), ["unknown-user"]).active == both.active


def test_the_same_scenario_is_loaded_once() -> None:
    assert load("alice-to-bob") is load("alice-to-bob")
    assert load("alice-to-bob", ["greylisting"]) is not load("alice-to-bob")


def test_playing_changes_no_scenario() -> None:
    scenario = load("figure-21-10")
    first = play(scenario)
    assert play(scenario).steps == first.steps
    assert len(scenario.geography.mailboxes[scenario.reader]) == 1


# Names that are none --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "faults", "reader", "words"),
    [
        ("alice-to-bbo", [], "", "no scenario 'alice-to-bbo': did you mean alice-to-bob"),
        ("xyzzy", [], "", "no scenario 'xyzzy': there are alice-to-bob"),
        ("alice-to-bob", ["graylisting"], "", "no fault 'graylisting': did you mean greylisting?"),
        ("alice-to-bob", ["xyzzy"], "", "no fault 'xyzzy': alice-to-bob has unknown-user"),
        ("figure-21-10", ["xyzzy"], "", "no fault 'xyzzy': figure-21-10 has none"),
        (
            "alice-to-bob",
            [],
            "bbo@example.net",
            "no mailbox 'bbo@example.net' in this journey: there are bob@example.net",
        ),
        ("../alice", [], "", "no scenario"),
        ("", [], "", "no scenario"),
    ],
)
def test_a_name_that_is_none_lists_the_nearest(name: str, faults: list[str], reader: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(name, faults, None, reader)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_reader_is_compared_without_case() -> None:
    assert load("alice-to-bob", reader="Carol@Example.NET").reader == "carol@example.net"


# Files that are wrong -------------------------------------------------------------------------------------------------


def line_of(text: str, sign: str) -> int:
    """The last line with that sign in it."""
    return max(n for n, line in enumerate(text.split("\n"), 1) if sign in line)


@pytest.mark.parametrize(
    ("more", "sign", "words"),
    [
        ("[nonsense]\nx = 1\n", "[nonsense]", "nonsense: unknown key (known: title, about"),
        ("[world.userz]\n", "[world.userz]", "world.userz: unknown key"),
        ('[world.users."zoe@b.example"]\npasword = "x"\n', "pasword", "pasword: unknown key (known: login"),
        ('[world.users."zoe@b.example"]\nquota = "much"\n', "quota", "wants octets, not 'much'"),
        ('[world.hosts."b.example"]\ndown = [["0s"]]\n', "down", 'wants spans such as ["0s", "2h"]'),
        ('[world.hosts."b.example"]\ndown = [["0s", "soon"]]\n', "down", "not a duration: 'soon'"),
        ('[world.hosts."b.example"]\ntexts = { GREETING = 1 }\n', "texts", "wants a table of texts"),
        ('[world.policies."b.example"]\ngreylist = "a while"\n', "greylist", "not a duration"),
        ('[[machines]]\nname = "c.example"\nroles = ["mta", "msx"]\n', "roles", "wants one of ua, msa"),
        ('[[machines]]\nname = "c.example"\ncolour = "red"\n', "colour", "machines.2.colour: unknown key"),
        ('[[edits]]\nplace = "submit/RCPT"\nlines = "x"\n', "lines", "wants a list of texts"),
        ('[[edits]]\nplace = "submit/RCPT"\nthen = "later"\n', "then", "wants one of go on, keep, wait"),
        ('[[faults]]\nname = "f"\nwho = "me"\n', "who", "faults.0.who: unknown key"),
        ('[[letter.attachments]]\nfile = "x"\ntipe = "y"\n', "tipe", "unknown key (known: file, type, name)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_line_and_key(shelf: Shelf, more: str, sign: str, words: str) -> None:
    text = PLAIN + more
    shelf.put("wrong", text)
    with pytest.raises(ContentError) as caught:
        load("wrong")
    message = str(caught.value)
    assert message.startswith(f"content/scenarios/wrong.toml, line {line_of(text, sign)}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('title = 5\n', "title: wants text, not 5"),
        ("stages = [6]\n", "stages: wants one of 1, 2, 3, 4, 5, not 6"),
        ('stages = "all"\n', "stages: wants a list of stage numbers"),
        ('start = "today"\n', "start: wants a date and time"),
        ("faults = [1]\n", "faults.0: wants a fault's name, or a table that describes one"),
        ('retries = ["never"]\n', "retries: not a duration"),
        ('give_up = "never"\n', "give_up: not a duration"),
    ],
)  # fmt: skip
def test_a_wrong_value_at_the_top_is_named(shelf: Shelf, more: str, words: str) -> None:
    shelf.put(
        "wrong", more + PLAIN.replace('title = "Two hosts"\n', "" if more.startswith("title") else 'title = "x"\n')
    )
    with pytest.raises(ContentError, match="line 1: "):
        load("wrong")
    with pytest.raises(ContentError) as caught:
        load("wrong")
    assert words in str(caught.value)


def test_a_file_that_is_no_toml_is_named(shelf: Shelf) -> None:
    shelf.put("wrong", "title = \n")
    with pytest.raises(ContentError, match=r"content/scenarios/wrong\.toml"):
        load("wrong")


# What a file may say --------------------------------------------------------------------------------------------------


def test_a_small_scenario_plays(shelf: Shelf) -> None:
    journey = play("plain")
    assert [one.mailbox for one in journey.stored] == ["ben@b.example"]
    assert journey.scenario.start == 1795510800.0  # 2026-11-24T09:00:00Z, if nothing is said
    assert {leg.protocol for leg in journey.legs} == {"ua", "submission", "process", "pop3"}


def test_a_base_is_patched_and_false_removes(shelf: Shelf) -> None:
    shelf.put(
        "patched",
        'base = "plain"\n[letter]\nsubject = false\ntext = "Other"\n[world.users."ben@b.example"]\nquota = 5\n',
    )
    child = load("patched")
    assert child.title == "Two hosts"
    assert "subject" not in child.letter
    assert child.letter["text"] == "Other"
    assert child.geography.users["ben@b.example"].quota == 5
    assert child.geography.users["ben@b.example"].reads_from == ("b.example", 110)


def test_faults_of_a_base_can_be_named_and_more_added(shelf: Shelf) -> None:
    shelf.put("parent", PLAIN + '[[faults]]\nname = "one"\nedits = [{ place = "submit/RCPT!", line = "450 no" }]\n')
    shelf.put(
        "child",
        'base = "parent"\nfaults = ["one", { name = "two", world = { policies."b.example".greylist = "1m" } }]\n',
    )
    assert [fault.name for fault in scenarios.faults_of("child")] == ["one", "two"]
    assert load("child").active == ("one",)
    assert load("child", ["two"]).active == ("one", "two")
    assert play("child").world(10**6).kept == (("letter", ("ben@b.example",)),)
    shelf.put("grandchild", 'base = "child"\nfaults = ["two"]\n')
    assert load("grandchild").active == ("one", "two")


def test_a_scenario_may_hold_edits_which_are_not_the_learners(shelf: Shelf) -> None:
    shelf.put(
        "edited",
        PLAIN.replace(
            "[letter]", '[[edits]]\nplace = "submit/QUIT"\nlines = ["NOOP", "RSET"]\nthen = "keep"\n\n[letter]'
        ),
    )
    journey = play("edited")
    said = [step.octets[0] for step in journey.steps if step.leg.name == "submit" and step.verb in ("NOOP", "RSET")]
    assert said[0] == b"NOOP\r\n"
    assert not any(step.edited for step in journey.steps)
    assert journey.original is journey
    mine = play("edited", [parse("submit/QUIT=VRFY ben")])
    assert mine.by_place["submit/QUIT.1"].octets == (b"VRFY ben\r\n",)


def test_a_scenario_sets_retries_and_when_to_give_up(shelf: Shelf) -> None:
    shelf.put("timed", 'retries = ["1m", "2m"]\ngive_up = "10m"\n' + PLAIN)
    geography = load("timed").geography
    assert (geography.retries, geography.give_up) == ((60.0, 120.0), 600.0)
    plain = load("plain").geography
    assert (plain.retries, plain.give_up) == ((1800.0, 3600.0, 7200.0, 14400.0), 432000.0)


def test_hosts_of_the_world_need_no_place_on_the_map(shelf: Shelf) -> None:
    shelf.put(
        "hosts",
        PLAIN
        + '[world.hosts."c.example"]\naddress = "192.0.2.3"\nroles = ["mta"]\nports = [2525]\ndown = [["1h", "2h"]]\n',
    )
    host = load("hosts").geography.hosts["c.example"]
    assert (host.ports, host.down) == ((2525,), ((3600.0, 7200.0),))
    assert [host.is_up(moment) for moment in (0, 3599, 3600, 7199, 7200)] == [True, True, False, False, True]
    assert [machine.name for machine in load("hosts").machines] == ["a.example", "b.example"]


def test_messages_that_lie_in_a_mailbox_have_crlf(shelf: Shelf) -> None:
    (shelf.folder / "old.eml").write_bytes(b"Subject: old\n\nlf\r\ncrlf\n")
    shelf.put(
        "lying",
        PLAIN.replace(
            'reads_from = "b.example"', 'reads_from = "b.example"\nmessages = [{ file = "old.eml", from = "x@y" }]'
        ).replace('title = "Two hosts"', 'title = "x"\nstages = [5]\nreader = "ben@b.example"'),
    )
    scenario = load("lying")
    mail = scenario.geography.mailboxes["ben@b.example"][0]
    assert b"".join(mail.letter.chunks) == b"Subject: old\r\n\r\nlf\r\ncrlf\r\n"
    assert mail.letter.envelope.reverse_path == "x@y"
    assert {leg.stage for leg in play(scenario).legs} == {Stage.ACCESS}


# A letter of one's own ------------------------------------------------------------------------------------------------


def own(text: str) -> scenarios.Scenario:
    return load("alice-to-bob", (), own_letter(text.encode(), load("alice-to-bob")))


def test_a_world_is_made_for_domains_that_the_scenario_lacks() -> None:
    scenario = own("From: a@example.com\nTo: x@One.example, y@one.example, z@two.example, bob@example.net\n\nhi\n")
    geography = scenario.geography
    assert scenario.note == "one.example, two.example are played by simulated hosts; nothing leaves this computer"
    assert geography.hosts["mx.one.example"].ports == (25, 110)
    assert geography.users["x@one.example"].reads_from == ("mx.one.example", 110)
    addresses = [host.address for host in geography.hosts.values() if host.address]
    assert len(set(addresses)) == len(addresses)
    found = geography.zones.lookup("one.example", "MX").records
    assert [(record.preference, record.value) for record in found] == [(10, "mx.one.example")]
    assert geography.zones.lookup("mx.one.example", "A").records[0].value == geography.hosts["mx.one.example"].address
    assert geography.zones.problems() == ()


def test_many_domains_are_counted_in_the_note() -> None:
    scenario = own("From: a@example.com\nTo: " + ", ".join(f"x@d{n}.example" for n in range(9)) + "\n\nhi\n")
    assert scenario.note == (
        "d0.example, d1.example, d2.example and 6 more are played by simulated hosts; nothing leaves this computer"
    )


def test_the_map_shows_the_readers_machines() -> None:
    scenario = own("From: a@example.com\nTo: x@one.example\n\nhi\n")
    assert [machine.short for machine in scenario.machines] == ["Alice", "ISP A", "one.example", "x"]
    assert [machine.name for machine in own("From: a@example.com\nTo: bob@example.net\n\nhi\n").machines] == [
        machine.name for machine in load("alice-to-bob").machines
    ]
    carol = own("From: a@example.com\nTo: carol@example.net\n\nhi\n")
    assert [machine.short for machine in carol.machines] == ["Alice", "ISP A", "ISP B", "carol"]


@pytest.mark.parametrize("recipient", ["x@mx.one.example", '"a b"@one.example', '"a/b=c"@One.Example', "x@localhost"])
def test_odd_recipients_have_a_world_too(recipient: str) -> None:
    journey = play(own(f"From: a@example.com\nTo: {recipient}\n\nhi\n"))
    world = journey.world(len(journey))
    assert len(world.delivered) + len(world.bounced) + len(world.kept) >= 1
    assert not world.queue


@pytest.mark.parametrize(
    ("recipient", "words"),
    [
        ("x@[192.0.2.7]", "x@[192.0.2.7]: a letter to a bare address is not played here"),
        ("x@" + f"{'a' * 60}." * 4 + "example", " is no domain name"),
    ],
)
def test_a_recipient_for_whom_no_world_can_be_made_is_named(recipient: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        own(f"From: a@example.com\nTo: bob@example.net, {recipient}\n\nhi\n")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_readers_of_one_name_have_legs_of_their_own() -> None:
    journey = play(own("From: a@example.com\nTo: bob@one.example, bob@example.net\n\nhi\n"))
    assert {leg.name for leg in journey.legs if leg.stage is Stage.PROCESS} == {
        "process:bob@one.example", "process:bob@example.net"
    }  # fmt: skip


def test_a_letter_from_and_to_the_same_person() -> None:
    journey = play(own("From: me@gmail.com\nTo: me@gmail.com\n\nhi\n"))
    assert [one.mailbox for one in journey.stored] == ["me@gmail.com"]


def test_a_letter_without_a_sender_of_ours_logs_in_as_alice() -> None:
    journey = play(own("From: president@whitehouse.example\nTo: bob@example.net\n\nhi\n"))
    assert journey.world(len(journey)).logged_in == (("mail.example.com", "alice@example.com"),)
    assert journey.stored[0].letter.envelope.reverse_path == "president@whitehouse.example"


def test_a_scenario_that_sends_no_letter_has_no_use_for_one() -> None:
    with pytest.raises(ScenarioError, match="sends no letter"):
        own_letter(b"hello", load("figure-21-10"))
