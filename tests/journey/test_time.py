"""Nothing hangs: silence on either side fires the nearest timeout, and virtual time jumps there."""

from __future__ import annotations

import pytest

from mailedu.journey import Edit, Journey, Kind, Step, Then, load, play
from mailedu.journey.edit import make, parse
from mailedu.journey.gist import gist

from .plays import steps_of


def edited(*edits: str, name: str = "alice-to-bob", faults: tuple[str, ...] = ()) -> Journey:
    journey = play(load(name, faults), [parse(edit) for edit in edits])
    assert not journey.unused
    return journey


def said(journey: Journey, leg: str) -> list[str]:
    """Place by place, the first line of each step of a leg."""
    return [f"{step.place.partition('/')[2]} {gist(step)}" for step in steps_of(journey, leg)]


def waited(journey: Journey, place: str) -> float:
    """Seconds that passed before the step at `place`."""
    step = journey.by_place[place]
    return step.time - journey.steps[step.n - 2].time


def fates(journey: Journey) -> tuple[object, ...]:
    world = journey.world(len(journey))
    return world.delivered, world.bounced, world.kept


DELIVERED = ((("letter", "bob@example.net"),), (), ())
KEPT = ((), (), (("letter", ("bob@example.net",)),))


def test_a_dropped_dot_ends_in_421_after_five_minutes_and_the_queue_tries_again() -> None:
    journey = edited("deliver:example.net/END_OF_DATA=")
    legs = [leg.name for leg in journey.legs]
    assert "deliver:example.net#2" in legs
    last = steps_of(journey, "deliver:example.net")[-2]
    assert last.octets == (b"421 4.4.2 mx1.example.net Timed out, closing\r\n",)
    assert last.place == "deliver:example.net/END_OF_DATA.1!"
    assert (last.verb, last.before, last.after, last.answers) == ("END_OF_DATA", "DATA", "CLOSED", -1)
    assert waited(journey, last.place) == pytest.approx(300, abs=1)
    retry = journey.by_place["deliver:example.net#2/LINK.1"]
    assert retry.time - last.time == pytest.approx(1800, abs=2)
    assert fates(journey) == DELIVERED


def test_a_dropped_dot_of_the_user_agent_leaves_the_letter_with_alice() -> None:
    journey = edited("submit/END_OF_DATA=")
    assert said(journey, "submit")[-3:] == [
        "END_OF_DATA.1! 421 4.4.2 mail.example.com Timed out, closing", "LINK.2 connection closed",
        "KEEP.1 bob@example.net: 421 4.4.2 mail.example.com Timed out, closing",
    ]  # fmt: skip
    assert fates(journey) == KEPT


def test_what_came_before_a_dropped_dot_is_told_as_content() -> None:
    journey = edited("submit/END_OF_DATA=")
    content = journey.by_place["submit/CONTENT.1"]
    assert content.kind is Kind.DATA
    assert content.octets == journey.original.by_place["submit/CONTENT.1"].octets


def test_a_dropped_data_makes_the_client_lose_patience_after_two_minutes() -> None:
    journey = edited("submit/DATA=")
    assert said(journey, "submit")[-4:] == [
        "RCPT.1! 250 2.1.5 Recipient ok",
        "LINK.2 no reply; gives up waiting",
        "LINK.3 connection closed",
        "KEEP.1 bob@example.net: no answer",
    ]
    assert journey.by_place["submit/LINK.2"].verb == "TIMEOUT"
    assert waited(journey, "submit/LINK.2") == pytest.approx(120, abs=1)
    assert fates(journey) == KEPT


def test_a_dropped_data_in_a_pipelined_group() -> None:
    journey = edited("deliver:example.net/DATA=")
    assert said(journey, "deliver:example.net")[-4:] == [
        "MAIL.1! 250 2.1.0 Sender ok", "RCPT.1! 250 2.1.5 Recipient ok", "LINK.2 no reply; gives up waiting",
        "LINK.3 connection closed",
    ]  # fmt: skip
    assert waited(journey, "deliver:example.net/LINK.2") == pytest.approx(120, abs=1)
    assert fates(journey) == DELIVERED


@pytest.mark.parametrize(
    ("place", "seconds", "who"),
    [
        ("submit/GREETING.1!", 300, "GREETING.1!"),
        ("submit/EHLO.1!", 300, "EHLO.1!"),
        ("submit/MAIL.1!", 300, "MAIL.1!"),
        ("submit/DATA.1!", 120, "LINK.2"),
        ("submit/END_OF_DATA.1!", 300, "END_OF_DATA.1!"),
        ("access:bob/STAT.1!", 300, "LINK.2"),
        ("access:bob/QUIT.1!", 300, "LINK.2"),
    ],
)
def test_a_silent_server_is_given_up_by_the_client_or_gives_up_itself(place: str, seconds: float, who: str) -> None:
    """The client's patience is that of RFC 5321 section 4.5.3.2; the server's own timer runs too, and may be first."""
    journey = edited(f"{place}=")
    leg = place.partition("/")[0]
    found = journey.by_place[f"{leg}/{who}"]
    assert found.verb == "TIMEOUT" or found.octets[0].startswith(b"421 ")
    assert waited(journey, found.place) == pytest.approx(seconds, abs=1)


@pytest.mark.parametrize("place", [step.place for step in play().steps if step.kind in (Kind.COMMAND, Kind.DATA)])
def test_a_client_that_falls_silent_anywhere_ends_by_a_timeout(place: str) -> None:
    journey = edited(f"{place}=~")
    steps = steps_of(journey, place.partition("/")[0])
    # SMTP servers say 421 before they hang up; POP3 has no such word (RFC 1939 section 3).
    assert any(
        step.verb in ("TIMEOUT", "CLOSE") if step.leg.protocol == "pop3" else step.head(4) == b"421 " for step in steps
    )
    assert journey.steps[-1].time >= 300


def test_a_421_has_the_place_of_the_reply_that_was_awaited() -> None:
    journey = edited("submit/MAIL.1!=")
    step = journey.by_place["submit/MAIL.1!"]
    assert step.octets == (b"421 4.4.2 mail.example.com Timed out, closing\r\n",)
    assert step.answers == journey.by_place["submit/MAIL.1"].n
    assert not step.edited


def test_an_unasked_421_after_a_reply_has_a_place_of_its_own() -> None:
    journey = play(edits=[make("submit/MAIL!", ["250 2.1.0 ok", "421 4.3.2 going down"])])
    last = journey.by_place["submit/CLOSING.1!"]
    assert (last.octets, last.answers, last.after) == ((b"421 4.3.2 going down\r\n",), -1, "CLOSED")
    assert fates(journey) == KEPT


def test_half_a_reply_is_told_and_time_goes_on() -> None:
    journey = edited("submit/DATA.1!=354-go")
    step = journey.by_place["submit/DATA.1!"]
    assert (step.octets, step.before, step.after) == ((b"354-go\r\n",), "RCPT", "RCPT")
    assert waited(journey, "submit/LINK.2") == pytest.approx(120, abs=1)


def test_a_dropped_line_is_taken_as_said() -> None:
    """The script goes on as if all were well; the server, who heard nothing, says what it thinks of it."""
    journey = edited("submit/MAIL=")
    assert said(journey, "submit")[-5:] == [
        "RCPT.1! 503 5.5.1 Not now: MAIL first", "QUIT.1 QUIT", "QUIT.1! 221 2.0.0 Goodbye",
        "LINK.2 connection closed", "KEEP.1 bob@example.net: 503 5.5.1 Not now: MAIL first",
    ]  # fmt: skip


def test_a_dropped_quit_is_no_timeout() -> None:
    journey = edited("submit/QUIT=")
    assert said(journey, "submit")[-2:] == [
        "END_OF_DATA.1! 250 2.0.0 Ok, queued as AN514VYGKM",
        "LINK.2 connection closed",
    ]
    assert fates(journey) == DELIVERED


def test_a_late_answer_does_not_serve_for_a_dropped_dot() -> None:
    """Two replies to DATA: the second answers nothing, and what is waited for later is not it."""
    journey = play(edits=[make("submit/DATA!", ["354 go", "250 2.0.0 taken"]), parse("submit/END_OF_DATA=")])
    assert fates(journey) == KEPT


# Pipelining -----------------------------------------------------------------------------------------------------------

GROUP = "deliver:example.net"


def verbs(steps: list[Step]) -> list[str]:
    return [step.place.partition("/")[2] for step in steps if step.kind in (Kind.COMMAND, Kind.REPLY)]


def test_a_group_is_said_at_once_and_then_answered() -> None:
    steps = steps_of(play(), GROUP)
    assert verbs(steps)[3:9] == ["MAIL.1", "RCPT.1", "DATA.1", "MAIL.1!", "RCPT.1!", "DATA.1!"]
    assert len({step.time for step in steps if step.place.endswith(("/MAIL.1", "/RCPT.1", "/DATA.1"))}) == 1


def test_an_insertion_is_said_within_the_group() -> None:
    journey = edited(f"+{GROUP}/RCPT=NOOP")
    assert verbs(steps_of(journey, GROUP))[3:11] == [
        "MAIL.1", "RCPT.1+1", "RCPT.1", "DATA.1", "MAIL.1!", "RCPT.1+1!", "RCPT.1!", "DATA.1!"
    ]  # fmt: skip
    assert fates(journey) == DELIVERED


def test_the_group_goes_on_though_the_sender_was_refused() -> None:
    journey = edited(f"{GROUP}/MAIL!=550 5.7.1 not you")
    assert said(journey, GROUP)[6:10] == [
        "DATA.1 DATA", "MAIL.1! 550 5.7.1 not you", "RCPT.1! 503 5.5.1 Not now: MAIL first",
        "DATA.1! 503 5.5.1 Not now: MAIL first",
    ]  # fmt: skip
    world = journey.world(len(journey))
    assert world.bounced == (("letter", "bob@example.net"),)


def test_a_354_without_recipients_is_ended_at_once() -> None:
    """RFC 2920 section 3.1: the client has to send the dot, and the server's answer to it is no."""
    journey = edited(f"{GROUP}/RCPT!=550 5.1.1 none", f"{GROUP}/DATA!=354 go on")
    assert verbs(steps_of(journey, GROUP))[9:13] == ["END_OF_DATA.1", "END_OF_DATA.1!", "QUIT.1", "QUIT.1!"]
    assert journey.by_place[f"{GROUP}/END_OF_DATA.1!"].octets[0].startswith(b"554 5.5.1")
    assert journey.world(len(journey)).bounced == (("letter", "bob@example.net"),)


def test_what_is_said_behind_an_unanswered_data_is_told_after_its_reply() -> None:
    journey = edited(f"+{GROUP}/RCPT=DATA")
    steps = steps_of(journey, GROUP)
    assert [step.time for step in steps] == sorted(step.time for step in steps)
    assert fates(journey) == DELIVERED


def test_one_edit_may_say_the_whole_session() -> None:
    lines = ["EHLO laptop.example.com", "AUTH PLAIN AGFsaWNlAHdvbmRlcmxhbmQ=", "MAIL FROM:<alice@example.com>",
             "RCPT TO:<carol@example.net>", "DATA", "Subject: typed", "", "Hello.", "."]  # fmt: skip
    journey = play(edits=[make("submit/EHLO", lines, Then.WAIT)])
    assert [one.recipient for one in journey.stored] == ["carol@example.net"]
    assert b"".join(journey.stored[0].letter.content) == b"Subject: typed\r\n\r\nHello.\r\n"
    # Nobody named Bob, so his copy is still Alice's.
    assert journey.world(len(journey)).kept == (("letter", ("bob@example.net",)),)


def test_an_edit_of_every_line_of_the_content_keeps_one_place_each() -> None:
    journey = play(edits=[Edit("submit/CONTENT.1", (b".", b"one", b"two"))])
    places = [step.place for step in journey.steps]
    assert len(places) == len(set(places))
    assert journey.by_place["submit/CONTENT.1!"].octets[0].startswith(b"250")
