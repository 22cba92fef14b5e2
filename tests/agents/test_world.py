"""The world's own rules: names of legs, whose mailbox an address means, what is drawn."""

from __future__ import annotations

import pytest

from mailedu import smtp
from mailedu.agents import draw
from mailedu.agents.effects import Letter
from mailedu.agents.errand import Stage
from mailedu.agents.policy import MAX_HOPS, MailPolicy
from mailedu.agents.world import World
from mailedu.journey import load
from mailedu.machine import Content
from mailedu.network.clock import Clock
from mailedu.smtp.session import Envelope

BOB = "bob@example.net"


@pytest.fixture
def world() -> World:
    scenario = load("alice-to-bob")
    return World(scenario.geography, Clock(scenario.start), 0)


def test_a_second_leg_of_one_name_is_numbered(world: World) -> None:
    names = [world.leg("letter", "mx:a.example", Stage.DELIVER, "one").name for _ in range(3)]
    assert names == ["mx:a.example", "mx:a.example#2", "mx:a.example#3"]


def test_a_relay_has_its_own_and_a_second_letter_its_prefix(world: World) -> None:
    def name(letter: str, actor: str) -> str:
        return world.leg(letter, "queue", Stage.DELIVER, actor).name

    assert name("letter", "one.example") == "queue"
    assert name("letter", "two.example") == "queue@two.example"
    assert name("letter", "two.example") == "queue@two.example#2"
    assert name("letter", "one.example") == "queue#2"
    assert name("bounce1", "two.example") == "bounce1.queue"
    assert name("bounce1", "one.example") == "bounce1.queue@one.example"


def test_what_no_place_can_hold_is_replaced(world: World) -> None:
    assert world.leg("letter", 'process:"a b/c=d#e!f"', Stage.PROCESS, "x").name == 'process:"a_b_c_d_e_f"'
    assert world.leg("letter", "process:\u00e9\n*", Stage.PROCESS, "x").name == "process:___"


def test_addresses_are_compared_without_case_and_no_further(world: World) -> None:
    assert world.user("BOB@Example.NET") is world.users[BOB]
    assert world.user("b.ob@example.net") is None
    assert world.user("bob") is None
    assert world.mailbox("mx1.example.net", "Bob@example.net") == BOB
    assert world.mailbox("mx1.example.net", "zoe@example.net") is None
    assert world.mailbox("mx1.example.net", "PostMaster@Example.Net") == "postmaster@example.net"
    assert world.mailbox("mx1.example.net", "postmaster") == "postmaster@mx1.example.net"


@pytest.mark.parametrize(
    ("host", "address", "final"),
    [
        ("mx1.example.net", BOB, True), ("mx1.example.net", "zoe@example.net", True),
        ("mx2.example.net", BOB, False), ("mx1.example.net", "alice@example.com", False),
        ("mail.example.com", "alice@EXAMPLE.com", True), ("mx1.example.net", "postmaster", True),
        ("mx1.example.net", "bob@sub.example.net", False), ("mx1.example.net", "bob@", False),
    ],
)  # fmt: skip
def test_where_a_letter_is_at_its_end(world: World, host: str, address: str, final: bool) -> None:
    assert world.is_final(host, address) is final


def test_exchangers_are_known_by_the_dns(world: World) -> None:
    assert world.exchanges_for("mx2.example.net", "example.net")
    assert not world.exchanges_for("mail.example.com", "example.net")
    assert not world.exchanges_for("mx2.example.net", "a..b")


def test_uids_are_never_given_twice(world: World) -> None:
    box = world.box(BOB)
    first = box.next_uid()
    box.mails.clear()
    assert (first, box.next_uid()) == ("0001", "0002")


def test_a_letter_that_goes_round_in_circles_is_refused_unless_it_was_acknowledged(world: World) -> None:
    """RFC 5321 section 6.3: at least a hundred hops are taken."""
    host, client = world.hosts["mx1.example.net"], world.hosts["mail.example.com"]
    envelope = Envelope("alice@example.com", (BOB,))
    for hops, must, code in ((MAX_HOPS, False, 250), (MAX_HOPS + 1, False, 554), (MAX_HOPS + 1, True, 250)):
        letter = Letter("letter", (b"Received: x\r\n",) * hops, (b"Subject: x\r\n\r\n",), envelope)
        policy = MailPolicy(world, host, client, "deliver:example.net", letter)
        server = smtp.Server(host.name, policy)
        made = policy.message(server, envelope, Content(letter.chunks), must=must)
        assert made is not None
        assert made.code == code
        assert bool(policy.accepted) is (code == 250)


def test_what_is_drawn_depends_on_seed_place_and_name_alone() -> None:
    one = draw.word(0, "submit/END_OF_DATA.1", "queue id")
    assert one == draw.word(0, "submit/END_OF_DATA.1", "queue id")
    others = {
        draw.word(1, "submit/END_OF_DATA.1", "queue id"),
        draw.word(0, "submit/END_OF_DATA.2", "queue id"),
        draw.word(0, "submit/END_OF_DATA.1", "boundary"),
    }
    assert one not in others
    assert len(others) == 3
    assert len(draw.word(0, "x", "y", 12)) == 12
    assert not set("".join(draw.word(n, "x", "y") for n in range(200))) & set("IOilo")
