"""What changes along a journey: who holds the letter, its envelope, mailboxes; and what a scene tells at one step."""

from __future__ import annotations

import pytest

from mailedu.journey import Journey, Kind, Stage, load, play, scenario
from mailedu.journey.edit import Then, make, parse
from mailedu.journey.scene import Scene
from mailedu.journey.series import Series

from .worlds import other

BOB = "bob@example.net"
PLAIN = play()


def scene(place: str, *edits: str, journey: Journey | None = None) -> Scene:
    journey = journey or play(edits=[parse(edit) for edit in edits])
    return journey.scene(journey.by_place[place].n)


def test_a_series_is_looked_up_by_step() -> None:
    series = Series("a")
    series.add(3, "b")
    series.add(5, "c")
    series.add(5, "d")
    assert [series.at(n) for n in range(7)] == ["a", "a", "a", "b", "b", "d", "d"]
    assert series.last == "d"


# Who holds the letter -------------------------------------------------------------------------------------------------


def test_the_letter_moves_at_the_250_and_not_before() -> None:
    told: list[tuple[str, str, str]] = []
    for n in range(1, len(PLAIN) + 1):
        holder = PLAIN.scene(n).holder
        if not told or told[-1] != (holder.host, holder.how, holder.to):
            told.append((holder.host, holder.how, holder.to))
    assert told == [
        ("laptop.example.com", "writing", ""),
        ("laptop.example.com", "holding", ""),
        ("laptop.example.com", "sending", "mail.example.com"),
        ("mail.example.com", "queued", ""),
        ("mail.example.com", "sending", "mx1.example.net"),
        ("mx1.example.net", "queued", ""),
        ("mx1.example.net", "mailbox", BOB),
        ("mx1.example.net", "fetching", "phone.example.net"),
        ("phone.example.net", "fetched", ""),
    ]
    assert scene("submit/END_OF_DATA.1").holder.host == "laptop.example.com"
    assert scene("submit/END_OF_DATA.1!").holder.host == "mail.example.com"


def test_a_refused_letter_goes_back_to_who_had_it() -> None:
    refused = scene("deliver:example.net/END_OF_DATA.1!", "deliver:example.net/END_OF_DATA!=451 4.3.0 no")
    assert (refused.holder.host, refused.holder.how) == ("mail.example.com", "queued")


def test_a_report_has_a_holder_of_its_own() -> None:
    journey = play("unknown-user")
    last = journey.scene(len(journey)).holder
    assert last.letter == "bounce1"
    assert last.host == "laptop.example.com"
    begun = journey.scene(journey.by_place["bounce:example.net/PART.3"].n).holder
    assert (begun.letter, begun.host, begun.how) == ("bounce1", "mail.example.com", "queued")


# The envelope ---------------------------------------------------------------------------------------------------------


def envelope(place: str, *edits: str) -> tuple[str, ...]:
    made = scene(place, *edits).envelope
    sender = (f"{made.sender.address} {made.sender.answer}",) if made.sender else ()
    return (*sender, *(f"{one.address} {one.answer}" for one in made.recipients))


def test_the_envelope_grows_command_by_command() -> None:
    assert envelope("submit/EHLO.1!") == ()
    assert envelope("submit/MAIL.1") == ("alice@example.com asked",)
    assert envelope("submit/MAIL.1!") == ("alice@example.com accepted",)
    assert envelope("submit/RCPT.1") == ("alice@example.com accepted", f"{BOB} asked")
    assert envelope("submit/RCPT.1!") == ("alice@example.com accepted", f"{BOB} accepted")
    assert envelope("submit/END_OF_DATA.1!") == ("alice@example.com accepted", f"{BOB} accepted")
    assert envelope("queue/QUEUE.1") == ()


def test_in_a_pipelined_group_answers_find_their_commands() -> None:
    group = "deliver:example.net"
    edits = (f"+{group}/RCPT=RCPT TO:<zoe@example.net>",)
    assert envelope(f"{group}/DATA.1", *edits) == ("alice@example.com asked", "zoe@example.net asked", f"{BOB} asked")
    assert envelope(f"{group}/DATA.1!", *edits) == (
        "alice@example.com accepted", "zoe@example.net refused", f"{BOB} accepted"
    )  # fmt: skip


def test_what_ends_a_transaction_empties_the_envelope() -> None:
    for line in ("RSET", "EHLO laptop.example.com"):
        assert envelope("submit/DATA.1+1!", f"+submit/DATA={line}") == ()
    assert envelope("submit/DATA.1+1!", "+submit/DATA=NOOP")


def test_a_second_mail_within_a_transaction_changes_nothing() -> None:
    made = envelope("submit/RCPT.1!", "+submit/RCPT=MAIL FROM:<carol@example.net>")
    assert made == ("alice@example.com accepted", f"{BOB} accepted")


def test_a_mail_after_a_refused_one_counts() -> None:
    made = envelope("submit/MAIL.1!", "+submit/MAIL=MAIL FROM:<alice@example.com> SIZE=99999999999")
    assert made == ("alice@example.com accepted",)


def test_a_second_letter_on_the_same_connection_has_its_own_envelope() -> None:
    journey = play(edits=[make("submit/QUIT", ["MAIL FROM:<>", "RCPT TO:<carol@example.net>"])])
    made = journey.envelopes.at(journey.by_place["submit/QUIT.1+1!"].n)
    assert made.sender is not None
    assert made.sender.address == ""
    assert [one.address for one in made.recipients] == ["carol@example.net"]


# The world ------------------------------------------------------------------------------------------------------------


def test_the_queue_and_the_mailbox_over_time() -> None:
    def queue(place: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(entry.host, entry.recipients) for entry in scene(place).world.queue]

    assert queue("submit/END_OF_DATA.1") == []
    assert queue("submit/END_OF_DATA.1!") == [("mail.example.com", (BOB,))]
    assert queue("deliver:example.net/END_OF_DATA.1!") == [("mx1.example.net", (BOB,))]
    assert queue("process:bob/STORE.1") == []

    def box(place: str) -> list[tuple[str, bool]]:
        return [(one.uid, one.marked) for one in scene(place).world.boxes.get(BOB, ([],))[0]]

    assert box("process:bob/STORE.1") == [("0001", False)]
    assert box("access:bob/DELE.1!") == [("0001", True)]
    assert box("access:bob/QUIT.1") == [("0001", True)]
    assert box("access:bob/QUIT.1!") == []


def test_a_deferred_letter_waits_until_its_next_attempt() -> None:
    journey = play("greylisting")
    deferred = journey.by_place["queue:example.net/DEFER.1"]
    entry = journey.world(deferred.n).queue[0]
    assert (entry.host, entry.recipients) == ("mail.example.com", (BOB,))
    assert entry.until == pytest.approx(deferred.time + 1800)


def test_rset_takes_the_marks_off() -> None:
    journey = play(edits=[parse("+access:bob/QUIT=RSET")])
    last = journey.world(len(journey))
    assert [one.marked for one in last.boxes[BOB].letters] == [False]


# A scene --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "has", "has_not"),
    [
        ("submit/GREETING.1!", {"EHLO", "HELO", "QUIT", "NOOP"}, {"MAIL", "RCPT", "DATA", "AUTH", "VRFY"}),
        ("submit/EHLO.1!", {"AUTH", "EHLO"}, {"MAIL", "RCPT", "DATA", "VRFY"}),
        ("submit/AUTH.1!", {"RESPONSE"}, {"MAIL", "QUIT"}),
        ("submit/RESPONSE.2!", {"MAIL", "VRFY"}, {"AUTH", "RCPT", "DATA"}),
        ("submit/MAIL.1!", {"RCPT", "RSET"}, {"MAIL", "DATA", "AUTH"}),
        ("submit/RCPT.1!", {"RCPT", "DATA"}, {"MAIL"}),
        ("submit/DATA.1!", {"END_OF_DATA"}, {"QUIT", "RSET"}),
        ("submit/CONTENT.1", {"END_OF_DATA"}, {"QUIT"}),
        ("submit/END_OF_DATA.1!", {"MAIL", "QUIT"}, {"DATA"}),
        ("submit/QUIT.1!", set(), {"MAIL", "QUIT"}),
        ("deliver:example.net/EHLO.1!", {"MAIL"}, {"AUTH", "RCPT"}),
        ("access:bob/GREETING.1!", {"USER", "QUIT", "CAPA"}, {"PASS", "STAT", "RETR"}),
        ("access:bob/USER.1!", {"USER", "PASS", "QUIT"}, {"STAT"}),
        ("access:bob/PASS.1!", {"STAT", "LIST", "RETR", "DELE", "QUIT", "RSET"}, {"USER", "PASS"}),
        ("access:bob/RETR.1!", {"DELE", "QUIT"}, {"PASS"}),
        ("access:bob/QUIT.1!", set(), {"QUIT"}),
        ("queue/QUEUE.1", set(), {"MAIL"}),
        ("compose/FIELD.1", set(), {"MAIL"}),
        ("mx:example.net/ANSWER.1", set(), {"MAIL"}),
    ],
)
def test_what_may_come_next_is_the_row_less_the_guards(place: str, has: set[str], has_not: set[str]) -> None:
    may = set(scene(place, journey=PLAIN).may_come_next)
    assert has <= may
    assert not has_not & may
    assert has or not may


def test_what_may_come_next_follows_an_edit() -> None:
    assert "MAIL" in scene("submit/AUTH.1!", "submit/AUTH!=235 2.7.0 in").may_come_next
    assert "AUTH" not in scene("submit/EHLO.1!", "submit/EHLO!=250 hello").may_come_next
    assert "DATA" not in scene("submit/RCPT.1!", "submit/RCPT!=550 5.1.1 no").may_come_next


def test_every_command_that_may_come_next_is_taken_by_the_server() -> None:
    """The table is one for all: what a scene says may come, the server does not call out of order."""
    sensible = {
        "EHLO": "EHLO x.example", "HELO": "HELO x.example", "MAIL": "MAIL FROM:<alice@example.com>",
        "RCPT": "RCPT TO:<carol@example.net>", "VRFY": "VRFY bob", "AUTH": "AUTH LOGIN",
    }  # fmt: skip
    for place in ("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"):
        before = PLAIN.scene(PLAIN.by_place[f"submit/{place}.1"].n - 1)
        for verb in {"EHLO", "HELO", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "VRFY", "QUIT"}:
            line = sensible.get(verb, verb)
            journey = play(edits=[parse(f"+submit/{place}={line}")])
            code = journey.by_place[f"submit/{place}.1+1!"].octets[0][:3]
            refused = code in (b"503", b"530", b"502")
            assert refused == (verb not in before.may_come_next), f"{verb} before {place}: {code!r}"


def test_the_ladder_is_this_leg_up_to_here() -> None:
    found = scene("submit/EHLO.1!", journey=PLAIN)
    assert [step.place for step in found.ladder] == [
        "submit/LINK.1", "submit/GREETING.1!", "submit/EHLO.1", "submit/EHLO.1!"
    ]  # fmt: skip


def test_the_letter_of_a_scene_has_the_fields_that_hops_put_on_top() -> None:
    def added(place: str) -> int:
        letter = scene(place, journey=PLAIN).letter
        return -1 if letter is None else len(letter.added)

    assert added("compose/FIELD.3") == -1
    assert added("compose/COMPOSED.1") == 0
    assert added("queue/RECEIVED.1") == 1
    assert added("deliver:example.net/END_OF_DATA.1!") == 1
    assert added("process:bob/RECEIVED.1") == 2
    assert added("process:bob/RETURN_PATH.1") == 3
    assert added("process:bob/STORE.1") == 3
    assert added("access:bob/RETR.1!") == 3
    assert scene("queue/RECEIVED.1", journey=PLAIN).just_added.startswith(b"Received: from laptop.example.com")
    assert scene("queue/QUEUE.1", journey=PLAIN).just_added == b""


def test_titles_are_as_people_call_them() -> None:
    found = scene("submit/EHLO.1", journey=PLAIN)
    assert (found.actor, found.peer) == ("Alice’s laptop", "mail.example.com")
    assert scene("compose/FIELD.1", journey=PLAIN).peer == ""


def test_packets_of_a_scene_are_those_of_its_step() -> None:
    for n in range(1, len(PLAIN) + 1):
        found = PLAIN.scene(n)
        assert all(packet.step == n for packet in found.packets)
        sent = b"".join(packet.payload for packet in found.packets)
        wire = found.step.kind not in (Kind.ACTION, Kind.LINK)
        assert sent == (b"".join(found.step.octets) if wire else b"")


def test_steps_and_stages_are_an_index() -> None:
    assert PLAIN.step(1).place == "compose/FIELD.1"
    for n in (0, -1, len(PLAIN) + 1):
        with pytest.raises(IndexError, match="there is no step"):
            PLAIN.step(n)
    stages = [PLAIN.first_of(stage) for stage in Stage]
    assert stages == sorted(n for n in stages if n is not None)
    assert play(load("figure-21-10")).first_of(Stage.SUBMIT) is None


def test_every_leg_has_a_stage_of_its_letter_and_a_bounce_runs_three_to_five_again() -> None:
    journey = play("unknown-user")
    stages = [leg.stage for leg in journey.legs if leg.letter == "bounce1"]
    assert stages == [Stage.PROCESS, Stage.ACCESS]
    assert [leg.stage for leg in PLAIN.legs] == sorted((leg.stage for leg in PLAIN.legs), key=list(Stage).index)


def test_a_journey_of_some_stages_has_only_these() -> None:
    assert {leg.stage for leg in play("figure-21-6").legs} == {Stage.SUBMIT}
    assert {leg.stage for leg in play("figure-21-10").legs} == {Stage.ACCESS}


@pytest.mark.parametrize("name", scenario.names())
def test_what_is_shipped_has_no_unforeseen_step_and_no_edit_of_the_learner(name: str) -> None:
    journey = play(name)
    assert all(step.foreseen for step in journey.steps)
    assert not any(step.edited for step in journey.steps)
    assert journey.original is journey
    assert journey.first_difference is None


def test_who_reads_a_copy_is_the_first_to_have_one() -> None:
    journey = play(other(letter={"to": ["carol@example.net"], "cc": [BOB]}))
    assert [leg.name for leg in journey.legs if leg.stage is Stage.ACCESS] == ["access:carol"]


def test_a_recipient_who_was_never_named_is_kept_and_the_letter_is_where_it_was_taken() -> None:
    """A learner's other name in RCPT: the copy for that name travels, and nobody says that nothing was accepted."""
    journey = play("alice-to-bob", [make("submit/RCPT.1", ["RCPT TO:<carol@example.net>"])])
    keep = journey.by_place["submit/KEEP.1"]
    scene = journey.scene(keep.n)
    assert keep.octets == (b"bob@example.net: never named to the server\r\n",)
    assert scene.explanation.key == "ua/actions/KEEP unnamed"
    assert (scene.holder.host, scene.holder.how) == ("mail.example.com", "queued")


def test_an_envelope_asked_for_behind_a_pipelined_ehlo_is_kept() -> None:
    """The reply to EHLO clears what came before it, not what the same group asks for behind it."""
    journey = play("alice-to-bob", [make("deliver:example.net/MAIL.1", ["EHLO laptop.example.com"], Then.KEEP)])
    end = journey.by_place["deliver:example.net/END_OF_DATA.1!"]
    assert [tuple(named) for named in journey.envelopes.at(end.n).recipients] == [("bob@example.net", "accepted")]
