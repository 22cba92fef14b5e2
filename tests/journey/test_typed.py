"""Sessions that somebody types: a server of the scenario answers each line, and the world goes on from there."""

from __future__ import annotations

import itertools
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.explain import explain
from mailedu.journey import Journey, Kind, ScenarioError, Step, load, play
from mailedu.journey.scenario import patched
from mailedu.journey.typed import (
    MAX_LINES,
    TALKS,
    Desk,
    TypedJourney,
    client_lines,
    desk_of,
    play_typed,
    typed_steps,
)

BOB, CAROL = "bob@example.net", "carol@example.net"
READER = "admin1@lnxserver.booklab.englab.juniper.net"
LOGIN = ("EHLO laptop.example.com", "AUTH LOGIN", b64encode(b"alice").decode(), b64encode(b"wonderland").decode())
FROM, TO = "MAIL FROM:<alice@example.com>", f"RCPT TO:<{BOB}>"
LETTER = ("DATA", "Subject: Hi", "", "..dots", ".")


def typed(talk: str, *lines: str, scenario: str = "alice-to-bob", faults: tuple[str, ...] = ()) -> TypedJourney:
    found = load(scenario, faults)
    return play_typed(found, desk_of(found, talk), [line.encode() for line in lines])


def replies(journey: Journey) -> list[str]:
    """The first words of what the typed conversations' servers said."""
    return [step.head(80).split()[0].decode() for step in typed_steps(journey) if step.kind is Kind.REPLY]


def box(journey: Journey, address: str) -> int:
    """How many letters lie there in the end."""
    found = journey.world(len(journey)).boxes.get(address)
    return len(found.letters) if found else 0


# What is typed is answered --------------------------------------------------------------------------------------------


def test_nothing_typed_is_a_greeting_and_a_hanging_up() -> None:
    journey = typed("pop3")
    assert [step.verb for step in journey.steps] == ["CONNECT", "GREETING", "CLOSE"]
    assert [step.verb for step in typed_steps(journey)] == ["CONNECT", "GREETING"]
    assert journey.now.state == "AUTHORIZATION"
    assert "USER" in journey.now.may_come_next


def test_a_letter_that_was_handed_in_is_delivered_and_stays_in_the_mailbox() -> None:
    journey = typed("submission", *LOGIN, FROM, TO, f"RCPT TO:<{CAROL}>", *LETTER, "QUIT")
    assert replies(journey)[-3:] == ["354", "250", "221"]
    assert (box(journey, BOB), box(journey, CAROL)) == (1, 1)
    lying = journey.world(len(journey)).boxes[BOB].letters[0]
    assert b"".join(lying.letter.content) == b"Subject: Hi\r\n\r\n.dots\r\n"
    assert journey.now.closed


def test_readers_fetch_only_if_they_are_to() -> None:
    found = load("alice-to-bob")
    lines = [line.encode() for line in (*LOGIN, FROM, TO, *LETTER)]
    assert box(play_typed(found, desk_of(found, "submission"), lines), BOB) == 1
    assert box(play_typed(found, desk_of(found, "submission"), lines, reading=True), BOB) == 0


def test_a_letter_to_nobody_comes_back_to_its_sender() -> None:
    journey = typed("submission", *LOGIN, FROM, "RCPT TO:<nobody@example.net>", *LETTER, "QUIT")
    assert journey.world(len(journey)).bounced == (("letter", "nobody@example.net"),)
    assert box(journey, "alice@example.com") == 1


def test_a_letter_without_its_dot_was_never_sent() -> None:
    journey = typed("submission", *LOGIN, FROM, TO, *LETTER[:-1])
    assert journey.now.in_letter
    assert box(journey, BOB) == 0
    assert [step.verb for step in typed_steps(journey)][-2:] == ["DATA", "DATA"]


def test_a_login_is_asked_for_line_by_line() -> None:
    assert typed("submission", *LOGIN[:2]).now.in_login
    assert typed("submission", *LOGIN).by_place["submit/RESPONSE.2!"].after == "READY"


def test_what_is_out_of_order_is_refused() -> None:
    assert replies(typed("smtp", "EHLO mail.example.com", TO, "RUBBISH")) == [
        "220",
        "250-mx1.example.net",
        "503",
        "500",
    ]


def test_deleted_is_what_quit_followed() -> None:
    mine = ("USER admin1", "PASS admin11", "DELE 1")
    assert box(typed("pop3", *mine, scenario="figure-21-10"), READER) == 1
    assert box(typed("pop3", *mine, "<close>", scenario="figure-21-10"), READER) == 1
    assert box(typed("pop3", *mine, "RSET", "QUIT", scenario="figure-21-10"), READER) == 1
    assert box(typed("pop3", *mine, "QUIT", scenario="figure-21-10"), READER) == 0


def test_faults_of_the_scenario_hold_here_too() -> None:
    hello = "EHLO mail.example.com"
    assert replies(typed("smtp", hello, FROM, TO, faults=("greylisting",)))[-1] == "451"
    assert replies(typed("smtp", hello, FROM, TO))[-1] == "250"
    down = typed("smtp", hello, faults=("server-down",))
    assert [step.verb for step in typed_steps(down)] == ["UNREACHABLE"]
    assert down.now.closed


def test_a_reply_that_an_edit_of_the_scenario_gives_is_given_here() -> None:
    refusing = patched("alice-to-bob", {"edits": [{"place": "submit/MAIL.1!", "line": "451 4.3.0 Not now"}]})
    said = [line.encode() for line in (*LOGIN, FROM)]
    assert replies(play_typed(refusing, desk_of(refusing, "submission"), said))[-1] == "451"


# Deeds ----------------------------------------------------------------------------------------------------------------


def test_who_waits_long_enough_is_taken_at_the_second_call() -> None:
    call = ("EHLO mail.example.com", FROM, TO)
    soon = typed("smtp", *call, "QUIT", "<wait 1m>", "<connect>", *call, faults=("greylisting",))
    late = typed("smtp", *call, "QUIT", "<wait 6m>", "<connect>", *call, faults=("greylisting",))
    assert (replies(soon)[-1], replies(late)[-1]) == ("451", "250")
    assert [leg.name for leg in late.typed_legs] == ["deliver:mx1.example.net", "deliver:mx1.example.net#2"]


def test_a_server_loses_patience_though_time_passes_in_pieces() -> None:
    assert not typed("submission", "EHLO x", "<wait 4m>", "NOOP", "<wait 4m>").now.closed
    journey = typed("submission", "EHLO x", "<wait 4m>", "<wait 4m>", "NOOP")
    assert replies(journey)[-1] == "421"
    assert journey.now.closed
    assert journey.by_place["submit/CLOSING.1!"].time == pytest.approx(300, abs=1)


def test_after_the_end_nothing_is_said_until_somebody_calls_again() -> None:
    once = typed("pop3", "QUIT", "NOOP", "CAPA")
    assert [step.verb for step in once.steps] == ["CONNECT", "GREETING", "QUIT", "QUIT", "CLOSE"]
    assert replies(typed("pop3", "QUIT", "NOOP", "<Connect>", "CAPA")) == ["+OK", "+OK", "+OK", "+OK"]


def test_to_call_again_is_to_hang_up_first() -> None:
    journey = typed("pop3", "USER bob", "<connect>")
    assert [step.verb for step in typed_steps(journey)][-3:] == ["CLOSE", "CONNECT", "GREETING"]


def test_what_only_looks_like_a_deed_is_said() -> None:
    assert replies(typed("pop3", "<wait forever>", "<closed>")) == ["+OK", "-ERR", "-ERR"]


def test_the_server_stops_listening_to_who_never_stops() -> None:
    journey = typed("submission", "EHLO x", *["NOOP"] * (MAX_LINES + 50))
    assert journey.now.closed
    assert replies(journey)[-1] == "421"
    assert len(typed_steps(journey)) < 2 * MAX_LINES + 10


# Desks ----------------------------------------------------------------------------------------------------------------


def test_desks_are_found_in_the_scenario() -> None:
    found = load("alice-to-bob")
    assert desk_of(found, "pop3") == Desk("pop3", "phone.example.net", "mx1.example.net", 110, BOB)
    assert desk_of(found, "submission") == Desk(
        "submission", "laptop.example.com", "mail.example.com", 587, "alice@example.com"
    )
    assert desk_of(found, "smtp") == Desk("smtp", "mail.example.com", "mx1.example.net", 25, "")
    assert desk_of(found, "smtp", host="mail.example.com", client="mx1.example.net").server == "mail.example.com"
    assert desk_of(load("figure-21-6"), "submission").port == 25


def test_a_desk_that_is_none_is_told() -> None:
    with pytest.raises(ScenarioError, match="pop3, submission or smtp"):
        desk_of(load("alice-to-bob"), "imap")
    with pytest.raises(ScenarioError, match=r"mx1\.example\.net"):
        desk_of(load("alice-to-bob"), "smtp", host="mx1.example.com")


def test_a_worked_session_can_be_typed_again() -> None:
    worked = play("figure-21-10")
    lines = client_lines(worked, "pop3")
    assert lines[0] == "USER admin1"
    assert lines[-1] == "QUIT"
    assert lines == client_lines(worked, "access:admin1")
    again = typed("pop3", *lines, scenario="figure-21-10")
    talked = [step for step in worked.steps if step.kind is not Kind.ACTION]
    assert [step.octets for step in typed_steps(again)] == [step.octets for step in talked]


def test_a_worked_letter_can_be_typed_again() -> None:
    lines = client_lines(play("alice-to-bob"), "submission")
    assert "... or was it line 14? The menu is attached." in lines
    assert box(typed("submission", *lines), BOB) == 1


# Laws -----------------------------------------------------------------------------------------------------------------

law = pytest.mark.law

_LINES = st.one_of(
    st.sampled_from(
        [
            line.encode()
            for line in (*LOGIN, FROM, TO, *LETTER, "RSET", "NOOP", "QUIT", "EHLO x", "AUTH PLAIN", "BDAT 3")
        ]
        + [b"USER bob", b"PASS looking-glass", b"STAT", b"LIST", b"RETR 1", b"DELE 1", b"TOP 1 1", b"UIDL", b"STLS"]
        + [b"<close>", b"<connect>", b"<wait 4m>", b"<wait 2h>", b"USER admin1", b"PASS admin11", b"STARTTLS", b"*"]
    ),
    st.binary(max_size=40),
    st.just(b"x" * 2000),
)
_SESSIONS = st.tuples(
    st.sampled_from(["alice-to-bob", "figure-21-10", "figure-21-6", "greylisting", "unknown-user"]),
    st.sampled_from(TALKS),
    st.lists(_LINES, max_size=25),
)


def _play(made: tuple[str, str, list[bytes]]) -> TypedJourney | None:
    name, talk, lines = made
    found = load(name)
    try:
        desk = desk_of(found, talk)
    except ScenarioError:
        return None
    return play_typed(found, desk, lines)


@law
@given(_SESSIONS)
def test_whatever_is_typed_makes_a_journey(made: tuple[str, str, list[bytes]]) -> None:
    journey = _play(made)
    if journey is None:
        return
    steps = journey.steps
    assert [step.n for step in steps] == list(range(1, len(steps) + 1))
    assert all(one.time <= other.time for one, other in itertools.pairwise(steps))
    assert len({step.place for step in steps}) == len(steps)
    assert not journey.is_changed
    for step in steps:
        scene = journey.scene(step.n)
        assert explain(scene.key).what, step.place
        assert scene.gist or not step.head().strip()
        assert scene.holder is not None
    assert journey.packets
    assert journey.now.closed == (not journey.now.state)


@law
@given(_SESSIONS, st.data())
def test_one_line_more_changes_nothing_before_it(made: tuple[str, str, list[bytes]], data: st.DataObject) -> None:
    whole = _play(made)
    if whole is None:
        return
    name, talk, lines = made
    part = _play((name, talk, lines[: data.draw(st.integers(0, len(lines)))]))
    assert part is not None
    before: tuple[Step, ...] = typed_steps(part)
    assert before == typed_steps(whole)[: len(before)]
