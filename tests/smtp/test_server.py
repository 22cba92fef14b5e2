"""The server beyond what conversations show: policies that take their time, bounds, time, the end."""

from __future__ import annotations

import pytest

from mailedu.framing import Content
from mailedu.machine import Kind
from mailedu.smtp import Server, State
from mailedu.smtp.replies import Reply, of_texts

from .helpers import UP_TO_DATA, Pair, World, codes, hear, server, told

ENVELOPE = (b"MAIL FROM:<a@example.com>\r\n", b"RCPT TO:<b@example.net>\r\n")


def heard_from(machine: Server) -> bytes:
    return b"".join(machine.to_send())


# A policy that answers later ------------------------------------------------------------------------------------------


def test_what_comes_while_the_policy_thinks_is_kept_unread() -> None:
    world = World(later=True)
    machine = server(world)
    machine.receive(b"HELO a\r\n")
    heard_from(machine)
    group = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nNOOP\r\n"
    events = machine.receive(group)
    assert [e.verb for e in events] == ["MAIL"]
    assert heard_from(machine) == b""
    assert machine.timeout is None
    assert machine.receive(b"NOOP\r\n") == []
    assert world.asked == ["sender"]
    events = machine.answer(machine.voice("SENDER_OK"))
    assert [e.verb for e in events] == ["MAIL", "RCPT"]
    assert heard_from(machine) == b"250 2.1.0 Sender ok\r\n"
    events = machine.answer(machine.voice("NO_SUCH_USER"))
    assert heard_from(machine) == b"550 5.1.1 No such mailbox here\r\n" + b"250 2.0.0 Still here\r\n" * 2
    assert machine.timeout == 300


def test_a_letter_may_be_committed_later() -> None:
    world = World(later=True)
    machine = server(world)
    machine.receive(b"HELO a\r\n" + ENVELOPE[0])
    machine.answer(machine.voice("SENDER_OK"))
    machine.receive(ENVELOPE[1])
    machine.answer(machine.voice("RECIPIENT_OK"))
    machine.receive(b"DATA\r\n")
    heard_from(machine)
    machine.receive(b"text\r\n.\r\nRSET\r\nQUIT\r\n")
    assert heard_from(machine) == b""
    assert [letter for _, letter, _ in world.taken] == [b"text\r\n"]
    machine.answer(machine.voice("ACCEPTED", id="7"))
    assert heard_from(machine) == b"250 2.0.0 Ok, queued as 7\r\n250 2.0.0 Reset\r\n221 2.0.0 Goodbye\r\n"
    assert machine.closed


def test_a_late_answer_that_is_none_leaves_the_session_in_the_letter() -> None:
    world = World()
    machine = server(world)
    hear(machine, *UP_TO_DATA)
    world.later = True
    machine.receive(b"one\r\n.\r\nNOOP\r\n")
    (odd,) = of_texts([b"what?"])
    machine.answer(odd)
    assert heard_from(machine) == b"what?\r\n"
    machine.receive(b".\r\n")
    machine.answer(machine.voice("ACCEPTED", id="2"))
    assert [letter for _, letter, _ in world.taken] == [b"one\r\n", b"NOOP\r\n"]
    assert machine.state.name == "READY"


def test_a_login_may_be_checked_later_and_failures_count() -> None:
    machine = server(World(later=True))
    hear(machine, b"EHLO a")
    for _ in range(2):
        machine.receive(b"AUTH PLAIN AGJvYgB3cm9uZw==\r\n")
        machine.answer(machine.voice("LOGIN_FAILED"))
        assert heard_from(machine).startswith(b"535 ")
    machine.receive(b"AUTH PLAIN AGJvYgB3cm9uZw==\r\n")
    machine.answer(machine.voice("LOGIN_FAILED"))
    assert heard_from(machine).startswith(b"421 ")
    assert machine.closed


def test_an_answer_to_nothing_is_a_mistake_of_the_caller() -> None:
    machine = server()
    with pytest.raises(RuntimeError):
        machine.answer(machine.voice("NOOP"))


def test_an_answer_that_comes_when_the_client_has_gone_is_let_go() -> None:
    machine = server(World(later=True))
    hear(machine, b"EHLO a")
    machine.receive(ENVELOPE[0])
    machine.eof()
    assert machine.answer(machine.voice("SENDER_OK")) == []
    assert machine.to_send() == []


# Bounds ---------------------------------------------------------------------------------------------------------------


def size(machine: Server) -> int:
    """Octets that the machine holds, wherever they are, found without knowing its parts."""
    seen: set[int] = set()
    todo: list[object] = [machine]
    held = 0
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, type) or callable(thing):
            continue
        seen.add(id(thing))
        if isinstance(thing, bytes | bytearray | str):
            held += len(thing)
        elif isinstance(thing, dict):
            todo += [*thing.keys(), *thing.values()]
        elif isinstance(thing, list | tuple | set | frozenset):
            todo += thing
        else:
            names = [name for cls in type(thing).__mro__ for name in getattr(cls, "__slots__", ())]
            todo += [getattr(thing, name, None) for name in names]
            todo += vars(thing).values() if hasattr(thing, "__dict__") else []
    return held


@pytest.mark.parametrize(
    "before",
    [(), (b"EHLO a",), (b"EHLO a", b"AUTH LOGIN"), (b"EHLO a", b"MAIL FROM:<>"), UP_TO_DATA],
    ids=["greeted", "ready", "login", "mail", "data"],
)
@pytest.mark.parametrize("octets", [b"x", b"x\r", b"\0", b"..\r\n", b"ab\n"], ids=repr)
def test_ten_megabytes_of_anything_are_not_kept(before: tuple[bytes, ...], octets: bytes) -> None:
    world = World()
    machine = server(world)
    hear(machine, *before)
    at_first = size(machine)
    chunk = octets * (16_384 // len(octets))
    for _ in range(10_000_000 // len(chunk)):
        machine.receive(chunk)
        machine.to_send()
    assert size(machine) - at_first < 300_000
    assert not world.taken


def test_an_answer_of_a_login_without_end_fails_it_once_it_ends() -> None:
    machine = server()
    hear(machine, b"EHLO a", b"AUTH LOGIN")
    for _ in range(1000):
        assert machine.receive(b"QUFB" * 2500) == []
    assert machine.state.name == "AUTH"
    assert hear(machine, b"") == b"500 5.5.6 Line too long\r\n"
    assert machine.state.name == "READY"


def test_mistakes_are_bounded_and_refusals_are_not() -> None:
    machine = server()
    assert hear(machine, *[b"WHAT"] * 100).count(b"\r\n") == 21
    assert machine.closed
    machine = server()
    heard = hear(machine, b"HELO a", b"MAIL FROM:<>", *[b"RCPT TO:<nobody@example.net>"] * 100)
    assert heard.count(b"550 5.1.1 ") == 100


def test_a_letter_that_was_answered_is_not_kept() -> None:
    world = World()
    machine = server(world)
    hear(machine, *UP_TO_DATA, *[b"x" * 998] * 90, b".")
    assert machine.content.size == 0
    world.taken.clear()
    assert size(machine) < 50_000


def test_chunks_of_a_letter_pass_through_uncopied() -> None:
    seen: list[Content] = []

    class Keeper(World):
        def message(self, server: Server, envelope: object, content: Content, *, must: bool) -> Reply | None:
            seen.append(content)
            return server.voice("ACCEPTED", id="1")

    machine = server(Keeper())
    hear(machine, *UP_TO_DATA)
    chunks = [b"x" * 90 + b"\r\n", b"y" * 70 + b"\r\n"]
    large = [chunk * 100 for chunk in chunks]
    for chunk in large:
        machine.receive(chunk)
    events = machine.receive(b".\r\n")
    assert all(a is b for a, b in zip(seen[0].chunks, large, strict=True))
    assert all(a is b for a, b in zip(events[0].octets, large, strict=True))


# Time and the end -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "verb"),
    [((), "UNKNOWN"), ((b"EHLO a", b"AUTH LOGIN"), "RESPONSE"), (UP_TO_DATA, "END_OF_DATA")],
    ids=["greeted", "login", "data"],
)
def test_421_before_hanging_up(before: tuple[bytes, ...], verb: str) -> None:
    pair = Pair()
    for line in before:
        pair.say(line)
    assert pair.server.timeout == 300
    pair.time_out()
    last = pair.heard_by_client[-1]
    assert (last.kind, last.verb, last.answers, last.reply.code) == (Kind.REPLY, verb, -1, 421)
    assert (pair.server.closed, pair.client.closed) == (True, True)
    assert told(pair.heard_by_client) == told(pair.heard_by_server)


def test_half_a_letter_is_told_of_and_taken_by_nobody() -> None:
    world = World()
    pair = Pair(server(world))
    for line in (*UP_TO_DATA, b"half a"):
        pair.say(line)
    events = pair.server.eof()
    assert [(e.kind, b"".join(e.octets)) for e in events] == [(Kind.DATA, b"half a\r\n")]
    assert told(pair.client.eof()) == told(events)
    assert not world.taken


def test_nothing_is_said_or_heard_after_the_end() -> None:
    machine = server()
    hear(machine, b"QUIT")
    assert machine.receive(b"NOOP\r\n") == []
    assert machine.timed_out() == []
    assert machine.eof() == []
    assert machine.to_send() == []


def test_tls_starts_anew() -> None:
    """RFC 3207 section 4.2: all is forgotten, octets that were sent behind STARTTLS included."""
    pair = Pair()
    pair.say(b"EHLO a")
    pair.say(b"AUTH PLAIN AGJvYgBsb29raW5nLWdsYXNz")
    pair.say(b"MAIL FROM:<a@example.com>")
    pair.server.receive(b"RCPT TO:<b@exam")
    pair.server.tls_started()
    pair.client.tls_started()
    for session in (pair.server.session, pair.client.session):
        assert (session.state, session.user, session.envelope) == (State.CONNECTED, None, None)
        assert (session.hello, session.offered) == ("", {})
    pair.say(b"NOOP")
    assert codes(pair.heard_by_client)[-1] == 250


def test_sessions_facts_are_the_same_on_both_sides() -> None:
    pair = Pair()
    pair.say(b"EHLO client.example.com")
    pair.say(b"AUTH LOGIN")
    pair.say(b"Ym9i")
    pair.say(b"bG9va2luZy1nbGFzcw==")
    pair.say(b"MAIL FROM:<@relay.example:a@example.com> SIZE=5 BODY=8BITMIME")
    pair.say(b"RCPT TO:<b@example.net>")
    pair.say(b"RCPT TO:<nobody@example.net>")
    ours, theirs = pair.server.session, pair.client.session
    assert ours.envelope == theirs.envelope
    assert ours.envelope is not None
    assert ours.envelope.reverse_path == "a@example.com"
    assert ours.envelope.recipients == ("b@example.net",)
    assert dict(ours.envelope.parameters) == {"SIZE": "5", "BODY": "8BITMIME"}
    for name in ("state", "user", "hello", "extended", "offered"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.user == "bob"


def test_other_words_for_a_reply() -> None:
    machine = server(texts={"GREETING": "{domain} ESMTP Sendmail 8.12.11", "BYE": "{domain} closing connection"})
    assert hear(machine) == b"220 mail.example.net ESMTP Sendmail 8.12.11\r\n"
    assert hear(machine, b"QUIT") == b"221 2.0.0 mail.example.net closing connection\r\n"
