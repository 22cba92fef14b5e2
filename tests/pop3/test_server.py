"""The server: what RFC 1939 and RFC 2449 ask of it, and what servers are known to get wrong."""

from __future__ import annotations

import tracemalloc

import pytest

from mailedu.framing import Content
from mailedu.machine import Kind, StandIn
from mailedu.pop3 import Maildrop, State, Stored, Verb
from mailedu.pop3.replies import Reply
from mailedu.pop3.server import OFFERS

from .helpers import FIRST, SECOND, THIRD, World, edited, hear, logged_in, server

ALL = len(FIRST) + len(SECOND) + len(THIRD)
REFUSED = b"-ERR "


# Login ----------------------------------------------------------------------------------------------------------------


def test_greets_when_it_is_made() -> None:
    machine = server()
    assert machine.to_send() == [b"+OK POP3 mail.example.net ready\r\n"]
    (greeting,) = machine.receive(b"")
    assert (greeting.kind, greeting.verb, greeting.before, greeting.after, greeting.answers) == (
        Kind.REPLY,
        Verb.GREETING,
        "OPENING",
        "AUTHORIZATION",
        -1,
    )


@pytest.mark.parametrize("name", [b"bob", b"nobody", b"root", "bär".encode()])
def test_user_is_answered_alike_whether_or_not_there_is_one(name: bytes) -> None:
    machine = server()
    hear(machine)
    assert hear(machine, b"USER " + name) == b"+OK Now the password\r\n"


def test_login_locks_and_opens() -> None:
    world = World()
    machine = server(world)
    hear(machine)
    assert hear(machine, b"user bob", b"Pass looking glass").endswith(
        b"+OK Open and locked; messages: 3, octets: %d\r\n" % ALL
    )
    assert (machine.state, machine.session.login, world.facts) == (State.TRANSACTION, "bob", ["locked"])


@pytest.mark.parametrize("password", [b"looking glass", b" looking", b"looking ", b"a  b", b":!\"'\\", b"\xc3\xa4"])
def test_all_behind_the_first_blank_is_the_password(password: bytes) -> None:
    asked: list[tuple[str, bytes]] = []

    class Asked(World):
        def login(self, server: object, user: str, password: bytes) -> Maildrop:
            asked.append((user, password))
            return self.maildrop()

    hear(server(Asked()), b"USER bob", b"PASS " + password)
    assert asked == [("bob", password)]


@pytest.mark.parametrize(
    "lines",
    [
        [b"PASS looking glass"],
        [b"USER bob", b"CAPA", b"PASS looking glass"],
        [b"USER bob", b"NONSENSE", b"PASS looking glass"],
        [b"USER bob", b"PASS wrong", b"PASS looking glass"],
        [b"USER bob", b"USER", b"PASS looking glass"],
    ],
)
def test_pass_needs_a_user_just_before(lines: list[bytes]) -> None:
    machine = server()
    assert hear(machine, *lines).endswith(b"\r\n-ERR PASS comes right after USER\r\n")
    assert machine.state is State.AUTHORIZATION


def test_a_second_user_takes_the_place_of_the_first() -> None:
    machine = server()
    assert hear(machine, b"USER carol", b"USER bob", b"PASS looking glass").count(b"+OK") == 4


def test_wrong_password_and_unknown_user_sound_alike() -> None:
    wrong = hear(server(), b"USER bob", b"PASS wrong")
    assert wrong == hear(server(), b"USER nobody", b"PASS wrong")
    assert wrong.endswith(b"-ERR [AUTH] User name or password is wrong\r\n")


def test_guessing_ends_with_the_third_failure() -> None:
    machine = server()
    hear(machine)
    for _ in range(2):
        hear(machine, b"USER bob", b"PASS guess")
        assert not machine.closed
    said = hear(machine, b"USER bob", b"PASS guess", b"USER bob", b"PASS looking glass")
    assert said == b"+OK Now the password\r\n-ERR [AUTH] Too many failed logins, closing\r\n"
    assert machine.closed
    assert machine.state is State.CLOSED


def test_a_locked_maildrop_is_no_wrong_guess() -> None:
    world = World()
    logged_in(world)
    machine = server(world)
    for _ in range(4):
        assert hear(machine, b"USER bob", b"PASS looking glass").endswith(
            b"-ERR [IN-USE] Another session has the maildrop open\r\n"
        )
    assert not machine.closed
    assert world.facts == ["locked"]


def test_nobody_logs_in_twice() -> None:
    machine = logged_in()
    assert hear(machine, b"USER bob", b"PASS looking glass").count(b"-ERR Not now: you are logged in already") == 2


# The maildrop ---------------------------------------------------------------------------------------------------------


def test_stat_counts_crlf_octets_and_no_stuffed_dots() -> None:
    assert hear(logged_in(), b"STAT") == b"+OK 3 %d\r\n" % ALL


def test_list_and_uidl_of_all() -> None:
    machine = logged_in()
    assert hear(machine, b"LIST") == b"+OK Scan listing follows\r\n1 %d\r\n2 %d\r\n3 %d\r\n.\r\n" % (
        len(FIRST),
        len(SECOND),
        len(THIRD),
    )
    assert hear(machine, b"UIDL") == b"+OK Unique-id listing follows\r\n1 uid-1\r\n2 uid-2\r\n3 uid-3\r\n.\r\n"


def test_list_and_uidl_of_one_have_one_line() -> None:
    machine = logged_in()
    assert hear(machine, b"LIST 2", b"UIDL 2") == b"+OK 2 %d\r\n+OK 2 uid-2\r\n" % len(SECOND)


def test_an_empty_maildrop_lists_nothing() -> None:
    machine = logged_in(World(()))
    assert hear(machine, b"STAT", b"LIST", b"UIDL 1") == (
        b"+OK 0 0\r\n+OK Scan listing follows\r\n.\r\n-ERR No such message, there are 0\r\n"
    )


def test_retr_stuffs_and_leaves_the_message() -> None:
    machine = logged_in()
    expected = b"+OK %d octets\r\nSubject: one\r\n\r\nHello\r\n..hidden\r\n...\r\n.\r\n" % len(FIRST)
    assert hear(machine, b"RETR 1") == expected
    assert hear(machine, b"RETR 1") == expected
    assert hear(machine, b"STAT").startswith(b"+OK 3 ")


def test_retr_of_an_empty_message_is_just_the_dot() -> None:
    assert hear(logged_in(World((b"",))), b"RETR 1") == b"+OK 0 octets\r\n.\r\n"


def test_retr_hands_out_the_chunks_themselves() -> None:
    chunks = (b"Subject: large\r\n\r\n", b"x" * 70_000 + b"\r\n")
    world = World()
    world.messages = {1: Stored("uid", Content(chunks))}
    machine = logged_in(world)
    machine.receive(b"RETR 1\r\n")
    sent = machine.to_send()
    assert sent[1] is chunks[0]
    assert sent[2] is chunks[1]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(0, b""), (1, b"line 0\r\n"), (5, b"".join(b"line %d\r\n" % n for n in range(5)))],
)
def test_top_gives_header_blank_line_and_so_many_lines(lines: int, expected: bytes) -> None:
    said = hear(logged_in(), b"TOP 2 %d" % lines)
    assert said == b"+OK Top of message follows\r\nSubject: two\r\n\r\n" + expected + b".\r\n"


def test_top_with_more_lines_than_there_are_gives_the_whole() -> None:
    assert hear(logged_in(), b"TOP 2 9999999999").endswith(SECOND + b".\r\n")


def test_top_is_stuffed() -> None:
    assert hear(logged_in(), b"TOP 1 2").endswith(b"Hello\r\n..hidden\r\n.\r\n")


@pytest.mark.parametrize("argument", [b"", b"1", b"1 x", b"1 -1", b"1 2 3", b"x 1", "1 ٣".encode(), b"1 1e3"])
def test_top_wants_two_numbers(argument: bytes) -> None:
    assert hear(logged_in(), b"TOP " + argument).startswith(REFUSED)


NO_NUMBERS = [b"0", b"-1", "٣".encode(), b"1x", b"+1", b"1.0", b"0x1", b"1 2", b"4", b"1_0", "¹".encode(), b"9" * 31]


@pytest.mark.parametrize("argument", [*NO_NUMBERS, b"1" + b"0" * 200])
@pytest.mark.parametrize("verb", [b"RETR", b"DELE", b"LIST", b"UIDL", b"TOP"])
def test_what_is_no_number_of_a_message_is_refused(verb: bytes, argument: bytes) -> None:
    world = World()
    machine = logged_in(world)
    line = b"%b %b%b" % (verb, argument, b" 1" if verb == b"TOP" else b"")
    said = hear(machine, line)
    assert said.startswith(REFUSED)
    assert said.count(b"\r\n") == 1
    assert machine.session.marked == set()
    assert machine.state is State.TRANSACTION


@pytest.mark.parametrize("verb", [b"RETR", b"DELE"])
def test_retr_and_dele_want_a_number(verb: bytes) -> None:
    assert hear(logged_in(), verb) == b"-ERR A message-number is wanted\r\n"


# Deleting -------------------------------------------------------------------------------------------------------------


def test_dele_only_marks() -> None:
    world = World()
    machine = logged_in(world)
    assert hear(machine, b"DELE 2") == b"+OK Message 2 marked as deleted\r\n"
    assert sorted(world.messages) == [1, 2, 3]
    assert world.facts == ["locked", ("marked", 2)]


def test_marked_messages_vanish_and_keep_the_others_numbers() -> None:
    machine = logged_in()
    hear(machine, b"DELE 2")
    assert hear(machine, b"STAT") == b"+OK 2 %d\r\n" % (ALL - len(SECOND))
    assert hear(machine, b"LIST").split(b"\r\n")[1:] == [b"1 %d" % len(FIRST), b"3 %d" % len(THIRD), b".", b""]
    assert hear(machine, b"UIDL").split(b"\r\n")[1:] == [b"1 uid-1", b"3 uid-3", b".", b""]


@pytest.mark.parametrize("line", [b"RETR 2", b"TOP 2 0", b"DELE 2", b"LIST 2", b"UIDL 2"])
def test_nothing_refers_to_a_marked_message(line: bytes) -> None:
    machine = logged_in()
    assert hear(machine, b"DELE 2", line).endswith(b"\r\n-ERR Message 2 is marked as deleted\r\n")


def test_rset_takes_the_marks_off() -> None:
    world = World()
    machine = logged_in(world)
    said = hear(machine, b"DELE 3", b"DELE 1", b"RSET", b"STAT", b"QUIT")
    assert b"+OK All marks taken off: 3 messages, %d octets\r\n" % ALL in said
    assert world.facts[-2:] == [("unmarked", (1, 3)), "unlocked"]
    assert len(world.messages) == 3


def test_quit_removes_what_is_marked_and_unlocks() -> None:
    world = World()
    machine = logged_in(world)
    events = [event for line in (b"DELE 3", b"DELE 1", b"QUIT") for event in machine.receive(line + b"\r\n")]
    assert list(world.messages) == [2]
    assert world.facts[-2:] == [("expunged", (1, 3)), "unlocked"]
    assert [(e.before, e.after) for e in events[-2:]] == [("TRANSACTION", "UPDATE"), ("UPDATE", "CLOSED")]
    assert machine.closed


def test_quit_without_marks_asks_for_no_removal() -> None:
    world = World()
    assert hear(logged_in(world), b"RETR 1", b"QUIT").endswith(b"+OK Goodbye\r\n")
    assert world.facts == ["locked", "unlocked"]


def test_quit_tells_when_something_could_not_be_removed() -> None:
    world = World()
    world.fails_to_remove = True
    machine = logged_in(world)
    assert hear(machine, b"DELE 1", b"QUIT").endswith(b"-ERR [SYS/TEMP] Some deleted messages are still there\r\n")
    assert machine.closed
    assert not world.locked


def test_quit_before_login_does_not_enter_update() -> None:
    world = World()
    machine = server(world)
    events = machine.receive(b"QUIT\r\n")
    assert [e.after for e in events] == ["AUTHORIZATION", "AUTHORIZATION", "CLOSED"]
    assert world.facts == []
    assert machine.closed


def test_quit_with_an_argument_is_no_quit() -> None:
    world = World()
    machine = logged_in(world)
    hear(machine, b"DELE 1")
    asked, refused = machine.receive(b"QUIT now\r\n")
    assert (asked.after, refused.after, refused.foreseen) == ("TRANSACTION", "TRANSACTION", True)
    assert len(world.messages) == 3


@pytest.mark.parametrize("end", ["eof", "timed_out"])
def test_a_session_that_ends_without_quit_removes_nothing(end: str) -> None:
    world = World()
    machine = logged_in(world)
    hear(machine, b"DELE 1", b"DELE 2")
    assert getattr(machine, end)() == []
    assert len(world.messages) == 3
    assert world.facts[-1] == "unlocked"
    assert machine.closed
    assert (machine.to_send(), machine.receive(b"QUIT\r\n"), machine.eof()) == ([], [], [])
    assert world.facts.count("unlocked") == 1


def test_half_a_quit_is_none() -> None:
    world = World()
    machine = logged_in(world)
    hear(machine, b"DELE 1")
    machine.receive(b"QUIT")
    machine.eof()
    assert len(world.messages) == 3


def test_the_client_may_be_silent_for_ten_minutes() -> None:
    assert server().timeout == 600
    assert logged_in().timeout == 600


# Order and form of commands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["STAT", "LIST", "RETR 1", "DELE 1", "RSET", "NOOP", "UIDL", "TOP 1 0"])
def test_the_maildrop_is_closed_before_login(verb: str) -> None:
    machine = server()
    assert hear(machine, verb.encode()).endswith(b"\r\n-ERR Not now: log in first, with USER and PASS\r\n")


@pytest.mark.parametrize("line", [b"STAT 1", b"RSET 1", b"NOOP x", b"CAPA x", b"QUIT x"])
def test_commands_without_arguments_take_none(line: bytes) -> None:
    assert hear(logged_in(), line) == b"-ERR That command takes no argument\r\n"


def test_blanks_at_the_end_do_no_harm() -> None:
    assert hear(logged_in(), b"STAT ", b"LIST  1 ").count(b"+OK") == 2


@pytest.mark.parametrize(
    "line", [b"STLS", b"APOP bob x", b"AUTH PLAIN", b"XTND", b"", b" STAT", b"STAT\t", b"GREETING"]
)
def test_what_is_not_known_is_refused_and_not_echoed(line: bytes) -> None:
    machine = logged_in()
    said = hear(machine, line)
    assert said.startswith(REFUSED)
    assert not line or line not in said


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"NOOP\n", b"A line ends in CR LF together"),
        (b"NO\rOP\r\n", b"A line ends in CR LF together"),
        (b"NOOP\r\r\n", b"A line ends in CR LF together"),
        (b"NOOP\0\r\n", b"A command is printable ASCII"),
        (b"USER a\x1b[2Jb\r\n", b"A command is printable ASCII"),
        (b"NOOP" + b" " * 250 + b"\r\n", b"Line too long"),
        (b"QUIT\n", b"A line ends in CR LF together"),
        (b"QUIT\0\r\n", b"A command is printable ASCII"),
        (b"QUIT" + b" " * 5000 + b"\r\n", b"Line too long"),
    ],
)
def test_faulty_lines_are_refused_once(octets: bytes, why: bytes) -> None:
    world = World()
    machine = logged_in(world)
    hear(machine, b"DELE 1")
    machine.receive(octets)
    assert machine.to_send() == [b"-ERR " + why + b"\r\n"]
    assert machine.state is State.TRANSACTION
    assert len(world.messages) == 3
    assert hear(machine, b"NOOP") == b"+OK Still here\r\n"


def test_a_command_may_have_255_octets() -> None:
    machine = server()
    hear(machine)
    assert hear(machine, b"USER " + b"u" * 248) == b"+OK Now the password\r\n"
    assert hear(machine, b"USER " + b"u" * 249) == b"-ERR Line too long\r\n"


@pytest.mark.parametrize("piece", [b"x" * 65536, b"USER x", b"\r", b"\0" * 300])
def test_an_endless_line_is_let_go_as_it_comes(piece: bytes) -> None:
    machine = logged_in()
    tracemalloc.start()
    try:
        for _ in range(200):
            assert machine.receive(piece) == []
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 4096
    machine.receive(b"x\r\nNOOP\r\n")
    assert machine.to_send()[1:] == [b"+OK Still here\r\n"]


def test_nonsense_ends_some_time() -> None:
    machine = server(max_errors=5)
    hear(machine)
    said = hear(machine, *[b"XYZ"] * 7)
    assert said.split(b"\r\n") == [b"-ERR No such command"] * 4 + [b"-ERR Too many errors, closing", b""]
    assert machine.closed


def test_a_session_that_ends_for_nonsense_removes_nothing() -> None:
    world = World()
    machine = logged_in(world, max_errors=3)
    hear(machine, b"DELE 1", b"X", b"X", b"X", b"QUIT")
    assert len(world.messages) == 3
    assert not world.locked


def test_pipelined_commands_are_taken_in_turn() -> None:
    machine = server()
    machine.receive(b"USER bob\r\nPASS looking glass\r\nSTAT\r\nDELE 1\r\nQUIT\r\nSTAT\r\n")
    said = b"".join(machine.to_send()).split(b"\r\n")
    assert [line[:3] for line in said] == [b"+OK"] * 6 + [b""]


# Capabilities ---------------------------------------------------------------------------------------------------------


def test_capa_tells_the_same_in_both_states() -> None:
    machine = server()
    hear(machine)
    before = hear(machine, b"CAPA")
    assert before == b"+OK Capability list follows\r\n" + b"".join(b"%b\r\n" % o.encode() for o in OFFERS) + b".\r\n"
    hear(machine, b"USER bob", b"PASS looking glass")
    assert hear(machine, b"CAPA") == before


@pytest.mark.parametrize(("keyword", "line"), [("TOP", b"TOP 1 0"), ("UIDL", b"UIDL")])
def test_what_is_not_offered_does_not_work(keyword: str, line: bytes) -> None:
    machine = logged_in(offers=[offer for offer in OFFERS if offer != keyword])
    assert keyword.encode() not in hear(machine, b"CAPA")
    assert hear(machine, line) == b"-ERR This server does not offer that command\r\n"


def test_login_in_clear_can_be_switched_off() -> None:
    machine = server(offers=["TOP", "UIDL"])
    assert hear(machine, b"USER bob").endswith(b"-ERR This server does not offer that command\r\n")


# Later answers --------------------------------------------------------------------------------------------------------


def test_input_is_kept_unread_until_the_policy_answers() -> None:
    world = World(later=True)
    machine = server(world)
    hear(machine)
    machine.receive(b"USER bob\r\nPASS looking glass\r\nSTAT\r\n")
    assert machine.to_send() == [b"+OK Now the password\r\n"]
    assert machine.timeout is None
    assert machine.receive(b"QUIT\r\n") == []
    events = machine.answer(world.maildrop())
    assert [(e.kind, e.verb) for e in events] == [
        (Kind.REPLY, "PASS"),
        (Kind.COMMAND, "STAT"),
        (Kind.REPLY, "STAT"),
        (Kind.COMMAND, "QUIT"),
        (Kind.REPLY, "QUIT"),
    ]
    assert machine.closed
    assert world.facts == ["unlocked"]


def test_a_late_refusal() -> None:
    machine = server(World(later=True))
    hear(machine, b"USER bob", b"PASS looking glass")
    machine.answer(machine.voice("IN_USE"))
    assert machine.to_send()[0].startswith(b"-ERR [IN-USE]")
    assert machine.state is State.AUTHORIZATION


def test_a_maildrop_that_opens_after_the_client_has_gone_is_unlocked() -> None:
    world = World(later=True)
    machine = server(world)
    hear(machine, b"USER bob", b"PASS looking glass")
    machine.eof()
    assert world.facts == []
    assert machine.answer(world.maildrop()) == []
    assert world.facts == ["unlocked"]
    assert machine.to_send() == []


def test_a_removal_under_way_ends_before_the_maildrop_is_unlocked() -> None:
    world = World()
    machine = logged_in(world)
    world.later = True
    hear(machine, b"DELE 1", b"QUIT")
    machine.eof()
    assert "unlocked" not in world.facts
    assert machine.answer(True) == []
    assert world.facts[-1] == "unlocked"


def test_a_late_removal_is_told() -> None:
    world = World()
    machine = logged_in(world)
    world.later = True
    hear(machine, b"DELE 1", b"QUIT")
    (event,) = machine.answer(False)
    assert (event.before, event.after) == ("UPDATE", "CLOSED")
    assert machine.to_send()[0].startswith(REFUSED)


def test_an_answer_that_nobody_waits_for_is_a_mistake() -> None:
    with pytest.raises(RuntimeError):
        server().answer(True)


# Edited replies -------------------------------------------------------------------------------------------------------


def test_an_edited_refusal_stands_in_for_the_deed() -> None:
    world = World()
    machine = logged_in(world, stand_in=edited(DELE=[b"-ERR not today"]))
    assert hear(machine, b"DELE 1", b"STAT").startswith(b"-ERR not today\r\n+OK 3 ")
    assert world.facts == ["locked"]


def test_an_edited_yes_does_the_deed_in_other_words() -> None:
    world = World()
    machine = logged_in(world, stand_in=edited(DELE=[b"+OK as you like"]))
    assert hear(machine, b"DELE 1", b"QUIT") == b"+OK as you like\r\n+OK Goodbye\r\n"
    assert sorted(world.messages) == [2, 3]


def test_an_edited_yes_to_what_cannot_be_done_removes_nothing_else() -> None:
    world = World()
    machine = logged_in(world, stand_in=edited(DELE=[b"+OK gone"]))
    hear(machine, b"DELE 99", b"QUIT")
    assert sorted(world.messages) == [1, 2, 3]


def test_an_edited_yes_keeps_the_body_behind_it() -> None:
    machine = logged_in(stand_in=edited(RETR=[b"+OK here"]))
    assert hear(machine, b"RETR 3") == b"+OK here\r\n\r\nno header\r\n.\r\n"


def test_an_edited_yes_where_there_is_no_body_still_ends() -> None:
    machine = logged_in(stand_in=edited(RETR=[b"+OK here"]))
    assert hear(machine, b"RETR 99", b"NOOP") == b"+OK here\r\n.\r\n+OK Still here\r\n"


@pytest.mark.parametrize("ending", [[], [b"."]])
def test_an_edited_reply_may_bring_its_own_body(ending: list[bytes]) -> None:
    machine = logged_in(stand_in=edited(LIST=[b"+OK look", b"7 12", *ending]))
    assert hear(machine, b"LIST") == b"+OK look\r\n7 12\r\n.\r\n"


def test_an_edited_silence_says_and_does_nothing() -> None:
    world = World()
    machine = logged_in(world, stand_in=edited(DELE=[]))
    (event,) = machine.receive(b"DELE 1\r\n")
    assert event.kind is Kind.COMMAND
    assert machine.to_send() == []
    assert world.facts == ["locked"]


def test_an_edited_refusal_of_quit_removes_nothing() -> None:
    world = World()
    machine = logged_in(world, stand_in=edited(QUIT=[b"-ERR some are left"]))
    hear(machine, b"DELE 1", b"QUIT")
    assert len(world.messages) == 3
    assert (machine.state, world.facts[-1]) == (State.CLOSED, "unlocked")


def test_an_edited_silence_to_quit_can_be_asked_again() -> None:
    world = World()
    machine = logged_in(world, stand_in=edited(QUIT=[]))
    assert hear(machine, b"DELE 1", b"QUIT") == b"+OK Message 1 marked as deleted\r\n"
    assert machine.state is State.UPDATE
    assert hear(machine, b"STAT", b"QUIT") == b"-ERR Not now: only QUIT is left\r\n+OK Goodbye\r\n"
    assert len(world.messages) == 2


def test_an_edited_login_opens_nothing_that_was_not_opened() -> None:
    machine = server(stand_in=edited(PASS=[b"+OK come in"]))
    said = hear(machine, b"USER bob", b"PASS wrong", b"STAT", b"LIST", b"QUIT")
    assert said.endswith(b"+OK come in\r\n+OK 0 0\r\n+OK Scan listing follows\r\n.\r\n+OK Goodbye\r\n")


def test_an_edited_greeting_may_refuse() -> None:
    machine = server(stand_in=edited(GREETING=[b"-ERR [SYS/TEMP] closed for today"]))
    assert machine.to_send() == [b"-ERR [SYS/TEMP] closed for today\r\n"]
    assert machine.closed


def test_edited_refusals_of_the_password_end_it_too() -> None:
    machine = server(stand_in=lambda verb: StandIn((b"-ERR [AUTH] no",)) if verb == "PASS" else None)
    hear(machine)
    said = hear(machine, *[b"USER bob", b"PASS looking glass"] * 4)
    assert said == b"+OK Now the password\r\n-ERR [AUTH] no\r\n" * 3
    assert machine.closed


# TLS and words --------------------------------------------------------------------------------------------------------


def test_what_was_said_in_clear_is_forgotten_with_tls() -> None:
    machine = server()
    hear(machine, b"USER bob")
    machine.receive(b"PASS looking")
    machine.tls_started()
    assert hear(machine, b"PASS looking glass").startswith(b"-ERR PASS comes right after USER")


def test_a_host_may_have_its_own_words() -> None:
    texts = {"GREETING": "POP3 {domain} at your service", "OPENED": "Mailbox open, {messages} messages"}
    machine = server(texts=texts)
    assert hear(machine) == b"+OK POP3 mail.example.net at your service\r\n"
    assert hear(machine, b"USER bob", b"PASS looking glass").endswith(b"+OK Mailbox open, 3 messages\r\n")


def test_a_policy_may_say_what_it_likes() -> None:
    class Strange(World):
        def login(self, server: object, user: str, password: bytes) -> Reply:
            return machine.voice("TRY_LATER")

    machine = server(Strange())
    assert hear(machine, b"USER bob", b"PASS x").endswith(
        b"-ERR [SYS/TEMP] The maildrop cannot be opened now, try later\r\n"
    )
