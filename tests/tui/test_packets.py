"""Packets: the list so far, one of them layer by layer, its octets. Asserted through keys, clicks and what is seen."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from mailedu.journey import Edit, Journey, Kind, load, play
from mailedu.journey import scenario as scenarios
from mailedu.journey.own_letter import own_letter
from mailedu.network.segments import Packet
from mailedu.tui.app import MaileduApp
from mailedu.tui.memory import Memory
from mailedu.tui.screens.packets import Packets
from mailedu.tui.screens.player import Player
from mailedu.tui.widgets.keybar import KeyBar
from mailedu.tui.widgets.packet_bytes import PacketBytes
from mailedu.tui.widgets.packet_fields import PacketFields
from mailedu.tui.widgets.packet_filter import FilterError, read
from mailedu.tui.widgets.packet_list import PacketList
from tests.tui.look import Cell, cells, rows, text

NARROW, WIDE, HUGE = (80, 24), (120, 40), (160, 50)
SIZES = (NARROW, WIDE, HUGE)
PLAIN = play("alice-to-bob")
RCPT = PLAIN.by_place["submit/RCPT.1"].n
ACCENT = "#7fe0c3"


@asynccontextmanager
async def packets(
    journey: Journey = PLAIN, n: int = RCPT, size: tuple[int, int] = WIDE, keys: str = ""
) -> AsyncIterator[tuple[Pilot[None], Packets]]:
    """The screen, open at a step; `keys` are pressed in the player before, parted by blanks."""
    app = MaileduApp(Memory())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.open_journey(journey, n, "packets")
        await press(pilot, *keys.split(), "k")
        screen = app.screen
        assert isinstance(screen, Packets)
        yield pilot, screen


async def press(pilot: Pilot[None], *names: str) -> None:
    for name in names:
        await pilot.press(name)
    await pilot.pause()
    await pilot.pause()


async def type_filter(pilot: Pilot[None], typed: str) -> None:
    entry = pilot.app.screen.query_one("#find")
    await press(pilot, "slash")
    entry.value = typed  # type: ignore[attr-defined]
    await press(pilot, "enter")


def listed(screen: Packets) -> list[int]:
    """Numbers of the packets of the list."""
    return [packet.n for packet in screen.query_one(PacketList).packets]


def chosen(screen: Packets) -> Packet:
    packet = screen.query_one(PacketList).chosen
    assert packet is not None
    return packet


def lit(screen: Packets) -> list[int]:
    """The octets that are reversed, as they are painted in hexadecimal."""
    part = screen.query_one(PacketBytes)
    found = []
    for y in range(part.content_size.height):
        at = 0
        row: list[int] = []
        for segment in part.render_line(y):
            if segment.style is not None and segment.style.reverse and 6 <= at < part.per_row * 3 + 6:
                row += [int(octet, 16) for octet in segment.text.split()]
            at += segment.cell_length
        found += row
    return found


# There and back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["k", "escape", "q"])
async def test_k_opens_it_from_the_pane_and_k_esc_and_q_lead_back_to_the_ladder(key: str) -> None:
    app = MaileduApp(Memory())
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        app.open_journey(PLAIN, RCPT)
        await press(pilot, "k")
        assert isinstance(app.screen, Player)
        assert app.screen.pane == "packets"
        assert "k look inside" in rows(app)[-1]
        await press(pilot, "k")
        assert isinstance(app.screen, Packets)
        assert "k ladder" in rows(app)[-1]
        await press(pilot, "n", "n", key)
        assert isinstance(app.screen, Player)
        assert app.screen.seat.n == RCPT + 2
        assert f"► {RCPT + 2}" in text(app)


async def test_a_click_on_its_key_opens_it() -> None:
    async with packets() as (pilot, _):
        await press(pilot, "escape")
        await pilot.click("KeyBar", offset=(rows(pilot.app)[-1].index("look inside"), 0))
        await press(pilot)
        assert isinstance(pilot.app.screen, Packets)


async def test_the_place_is_kept_while_packets_are_looked_at() -> None:
    async with packets() as (pilot, screen):
        await press(pilot, "n")
        place = screen.mailedu.memory.place
        assert place is not None
        assert (place.n, place.pane) == (RCPT + 1, "packets")


@pytest.mark.parametrize("size", SIZES)
async def test_map_and_title_stay_and_its_key_bar_fits(size: tuple[int, int]) -> None:
    async with packets(size=size) as (pilot, screen):
        seen = text(pilot.app)
        assert "RCPT" in rows(pilot.app)[1] + rows(pilot.app)[4]
        assert "2 submit" in seen
        assert ("step 23 of 78" in seen) == (RCPT == 23)
        line = rows(pilot.app)[-1]
        assert all(f"{key.shown} {key.word}" in line for key in screen.query_one(KeyBar).keys)


async def test_every_key_of_it_is_in_its_help_and_in_the_palette() -> None:
    async with packets() as (pilot, screen):
        await press(pilot, "question_mark")
        assert "Keys: packets" in text(pilot.app)
        assert "only the conversation of" in text(pilot.app)
        await press(pilot, "escape", "colon", *"follow")
        for _ in range(4):
            await pilot.pause()
        await press(pilot, "enter")
        assert len(set(listed(screen))) == len(listed(screen))
        assert "follow: this conversation" in text(pilot.app)


# The list -------------------------------------------------------------------------------------------------------------


async def test_the_list_grows_with_n_and_never_holds_what_is_still_to_come() -> None:
    async with packets(n=1) as (pilot, screen):
        before: list[int] = []
        for n in range(1, 25):
            assert listed(screen) == [packet.n for packet in PLAIN.packets if packet.step <= n]
            assert len(listed(screen)) >= len(before)
            before = listed(screen)
            await press(pilot, "n")
        await press(pilot, "p")
        assert listed(screen) == before[: len(listed(screen))]


async def test_the_cursor_is_on_what_the_step_says_and_the_sign_at_all_that_it_sent() -> None:
    async with packets(n=PLAIN.by_place["submit/LINK.1"].n) as (pilot, screen):
        assert chosen(screen).flags == "SYN"
        assert sum("►    " in row or "► " in row[:9] for row in rows(pilot.app)[9:20]) == 3
        for _ in range(4):
            await press(pilot, "n")
            step = screen.seat.step
            assert (chosen(screen).step, chosen(screen).payload) == (step.n, b"".join(step.octets))


async def test_up_and_down_choose_and_enter_goes_to_the_step() -> None:
    async with packets() as (pilot, screen):
        was = chosen(screen)
        await press(pilot, "up", "up")
        assert chosen(screen).n == was.n - 2
        assert screen.seat.n == RCPT
        assert f"Packet {was.n - 2}, layer by layer" in text(pilot.app)
        await press(pilot, "enter")
        assert screen.seat.n == PLAIN.packets[was.n - 3].step
        assert chosen(screen).n == was.n - 2


async def test_the_cursor_is_always_seen() -> None:
    draw = random.Random(0)
    async with packets(n=len(PLAIN), size=NARROW) as (pilot, screen):
        part = screen.query_one(PacketList)
        for _ in range(25):
            await press(pilot, draw.choice(["up", "down", "pageup", "pagedown", "n", "p"]))
            painted = [part.render_line(y).text for y in range(part.content_size.height)]
            assert painted[0].split()[:2] == ["No", "Time"]
            assert sum(line.startswith("▌") for line in painted) == 1


async def test_a_step_that_sends_nothing_says_so_and_the_packets_before_it_stay() -> None:
    n = next(step.n for step in PLAIN.steps if step.kind is Kind.ACTION and step.n > RCPT)
    async with packets(n=n, size=NARROW) as (pilot, screen):
        assert listed(screen) == [packet.n for packet in PLAIN.packets if packet.step <= n]
        assert "nothing of this step crosses the network" in text(pilot.app)
    async with packets(n=1) as (pilot, _):
        assert "nothing of this step crosses the network" in text(pilot.app)
        assert "0 so far" in text(pilot.app)


async def test_a_click_on_a_packet_chooses_it() -> None:
    async with packets() as (pilot, screen):
        y = next(y for y, row in enumerate(rows(pilot.app)) if "334 VXNlcm5hbWU6" in row)
        await pilot.click(offset=(60, y))
        await press(pilot)
        assert chosen(screen).payload == b"334 VXNlcm5hbWU6\r\n"


async def test_hosts_by_address_there_and_back_on_the_ladder() -> None:
    async with packets() as (pilot, _):
        assert "Alice’s laptop ──► mail.example.com" in text(pilot.app)
        await press(pilot, "i")
        assert "198.51.100.5 " in text(pilot.app)
        assert "Alice’s laptop" not in text(pilot.app)
        await press(pilot, "k")
        assert "│ Alice’s laptop │" not in text(pilot.app)
        await press(pilot, "i")
        assert "│ Alice’s laptop │" in text(pilot.app)


# Fields and octets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_a_chosen_field_lights_its_octets_and_is_named_with_what_it_is_in(size: tuple[int, int]) -> None:
    async with packets(size=size) as (pilot, screen):
        octets = PLAIN.frames.frame(chosen(screen))
        assert screen.query_one(PacketBytes).octets == octets
        await press(pilot, "tab")
        assert isinstance(screen.focused, PacketFields)
        await press(pilot, "pagedown")
        met = set()
        for _ in range(20):
            part = screen.query_one(PacketFields).chosen_field or screen.query_one(PacketFields).chosen_layer
            assert part is not None
            shown = list(octets[part.start : part.end])
            assert lit(screen) == shown or (len(lit(screen)) < len(shown) and size == NARROW)
            assert part.name in text(pilot.app)
            met.add(part.name)
            await press(pilot, "up")
        assert {"SMTP", "TCP", "IPv4", "Ethernet"} <= met
        assert len(met) > 8


async def test_a_chosen_octet_lights_its_field_and_opens_what_it_is_in() -> None:
    async with packets() as (pilot, screen):
        await press(pilot, "tab", "tab")
        assert isinstance(screen.focused, PacketBytes)
        fields, octets = screen.query_one(PacketFields), screen.query_one(PacketBytes)
        made = PLAIN.frames.layers(chosen(screen))
        for at in (*range(0, len(octets.octets), 3), len(octets.octets) - 1):
            octets.choose(at)
            await press(pilot)
            part = fields.chosen_field or fields.chosen_layer
            assert part is not None
            assert part.start <= at < part.end
            inner = [field for layer in made for field in layer.fields if field.start <= at < field.end]
            assert not inner or part.end - part.start == min(field.end - field.start for field in inner)
            assert any(line.startswith("▌") and part.name in line for line in _painted(fields))
        await press(pilot, "left", "up")
        assert octets.cursor == len(octets.octets) - 2 - 16
        await press(pilot, "right", "down")
        assert octets.cursor == len(octets.octets) - 1
        assert screen.seat.n == RCPT


def _painted(part: PacketFields | PacketList) -> list[str]:
    return [part.render_line(y).text for y in range(part.content_size.height)]


async def test_a_click_on_an_octet_or_a_field_chooses_it() -> None:
    async with packets() as (pilot, screen):
        for wanted in ("▸ TCP", "Destination port"):
            y = next(y for y, row in enumerate(rows(pilot.app)) if wanted in row)
            await pilot.click(offset=(rows(pilot.app)[y].index(wanted), y))
            await press(pilot)
        field = screen.query_one(PacketFields).chosen_field
        assert field is not None
        assert field.name == "Destination port"
        y = next(y for y, row in enumerate(rows(pilot.app)) if "0030  " in row)
        x = rows(pilot.app)[y].index("52 43")
        for column in (x, x + 1, rows(pilot.app)[y].rindex("RCPT")):
            await press(pilot, "p", "n")
            await pilot.click(offset=(column, y))
            await press(pilot)
            assert screen.query_one(PacketBytes).cursor == 0x36
        assert "52, which is 82, as text R" in text(pilot.app)


async def test_the_layer_of_what_is_chosen_is_bright_and_the_others_are_quiet() -> None:
    async with packets() as (pilot, screen):
        await press(pilot, "tab", "down", "down")
        grid = cells(pilot.app)
        y = next(y for y, row in enumerate(rows(pilot.app)) if "0000  " in row)
        x = rows(pilot.app)[y].index("0000  ") + 6
        assert "#a0a7b4" in grid[y][x].style  # of Ethernet
        octet = next(at for at in range(54, 80) if at not in range(*screen.query_one(PacketBytes).lit))
        nth = octet % 16
        assert "#e3e5ea" in grid[y + octet // 16][x + nth * 3 + (nth > 7)].style


async def test_layers_open_and_close_and_stay_so() -> None:
    async with packets() as (pilot, screen):
        assert "Source address" not in text(pilot.app)
        await press(pilot, "tab", *["pageup"] * 3, "down", "enter")
        assert "▾ IPv4" in text(pilot.app)
        await press(pilot, "p", "n")
        assert "▾ IPv4" in text(pilot.app)
        await press(pilot, "space")
        assert "▸ IPv4" in text(pilot.app)
        y = next(y for y, row in enumerate(rows(pilot.app)) if "▸ Ethernet" in row)
        await pilot.click(offset=(rows(pilot.app)[y].index("▸"), y))
        await press(pilot)
        assert "▾ Ethernet" in text(pilot.app)
        assert screen.query_one(PacketFields).chosen_layer == PLAIN.frames.layers(chosen(screen))[0]


async def test_the_same_field_stays_chosen_from_packet_to_packet() -> None:
    async with packets() as (pilot, screen):
        for wanted in ("▸ TCP", "Acknowledgment"):
            y = next(y for y, row in enumerate(rows(pilot.app)) if wanted in row)
            await pilot.click(offset=(rows(pilot.app)[y].index(wanted), y))
            await press(pilot)
        for _ in range(3):
            await press(pilot, "n")
            field = screen.query_one(PacketFields).chosen_field
            assert field is not None
            assert field.name.startswith("Acknowledgment")
            assert lit(screen) == list(PLAIN.frames.frame(chosen(screen))[field.start : field.end])


async def test_a_value_that_is_cut_in_the_list_of_fields_is_whole_below_the_octets() -> None:
    async with packets() as (pilot, screen):
        for wanted in ("▸ TCP", "Sequence number"):
            y = next(y for y, row in enumerate(rows(pilot.app)) if wanted in row)
            await pilot.click(offset=(rows(pilot.app)[y].index(wanted), y))
            await press(pilot)
        field = screen.query_one(PacketFields).chosen_field
        assert field is not None
        assert field.name == "Sequence number"
        assert any(field.value in row[43:] for row in rows(pilot.app))


async def test_narrow_rows_have_eight_octets_and_wide_ones_sixteen() -> None:
    for size, per_row in ((NARROW, 8), ((60, 16), 8), (WIDE, 16), (HUGE, 16)):
        async with packets(size=size) as (_, screen):
            assert screen.query_one(PacketBytes).per_row == per_row


async def test_what_is_lit_is_a_sign_and_no_colour_alone() -> None:
    async with packets() as (_, screen):
        assert bytes(lit(screen)) == chosen(screen).payload
        assert sum(line.startswith("▌") for line in _painted(screen.query_one(PacketFields))) == 1


# Which packets --------------------------------------------------------------------------------------------------------


def _such(typed: str, journey: Journey = PLAIN) -> list[Packet]:
    fits = read(typed, journey)
    assert fits is not None
    return [packet for packet in journey.packets if fits(packet, journey.step(packet.step))]


@pytest.mark.parametrize(
    ("typed", "holds"),
    [
        ("port=110", lambda p: 110 in (p.source.port, p.target.port)),
        ("port!=110", lambda p: 110 not in (p.source.port, p.target.port)),
        ("flags=SYN", lambda p: "SYN" in p.flags),
        ("flags=syn,ack", lambda p: p.flags == "SYN, ACK"),
        ("flags=FIN flags=ACK", lambda p: "FIN" in p.flags and "ACK" in p.flags),
        ("!flags=ACK", lambda p: "ACK" not in p.flags),
        ("verb=RCPT from=client", lambda p: p.payload.startswith(b"RCPT")),
        ("verb=rcpt code=250", lambda p: PLAIN.step(p.step).verb == "RCPT" and p.payload.startswith(b"250")),
        ("code=334", lambda p: p.payload.startswith(b"334")),
        ("code=+OK", lambda p: p.payload.startswith(b"+OK")),
        ("from=server", lambda p: p.source.host == PLAIN.step(p.step).leg.peer),
        ("from=client", lambda p: p.source.host == PLAIN.step(p.step).leg.actor),
        ("to=198.51.100.5", lambda p: p.target.address == "198.51.100.5"),
        ('host="Alice’s laptop"', lambda p: "198.51.100.5" in (p.source.address, p.target.address)),
        ("proto=dns", lambda p: p.transport == "udp"),
        ("proto=POP3", lambda p: p.payload and 110 in (p.source.port, p.target.port)),
        ("len>100", lambda p: len(p.payload) > 100),
        ("len<=0", lambda p: not p.payload),
        ("no=7", lambda p: p.n == 7),
        (f"step>={RCPT} step<30", lambda p: RCPT <= p.step < 30),
        ("ack=1 seq=1", lambda p: "ACK" in p.flags and (p.ack, p.seq) == (1, 1)),
        ("bob@example.net", lambda p: b"bob@example.net" in p.payload),
        ("RCPT BOB", lambda p: b"RCPT" in p.payload and b"bob" in p.payload.lower()),
        ('"rcpt to"', lambda p: b"RCPT TO" in p.payload),
        ('"SIZE="', lambda p: b"SIZE=" in p.payload),
        ("MX?", lambda p: p.transport == "udp" and b"\x00\x0f" in p.payload and PLAIN.step(p.step).kind is Kind.QUERY),
    ],
)  # fmt: skip
def test_a_filter_leaves_those_that_it_asks_for(typed: str, holds: object) -> None:
    wanted = [packet.n for packet in PLAIN.packets if holds(packet)]  # type: ignore[operator]
    assert 0 < len(wanted) < len(PLAIN.packets)
    assert [packet.n for packet in _such(typed)] == wanted


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("port=pop3", "port is a number: port=110, not pop3"),
        ("port=", "port= what? Write port=110"),
        ("size=18422", 'no field “size”: put "size=18422" in quotes'),
        ("flags=SIN", "flags are SYN, ACK, PSH, FIN, RST, not sin"),
        ("verb<RCPT", "verb is a word: verb=RCPT"),
        ('"rcpt to', "a quotation mark is open"),
        ('a"b"', "a quotation mark is open"),
        ("len=99999999999999999999", "len is a number"),
        ("\x1b]0;x=1", "no field"),
    ],
)
async def test_a_wrong_filter_is_told_in_one_line_with_the_remedy(typed: str, told: str) -> None:
    if "\x1b" not in typed:
        with pytest.raises(FilterError) as caught:
            read(typed, PLAIN)
        assert told in str(caught.value)
        assert "\n" not in str(caught.value)
    async with packets(size=NARROW) as (pilot, screen):
        before = listed(screen)
        await type_filter(pilot, typed)
        seen = rows(pilot.app)
        assert any("✗" in row for row in seen) or "\x1b" in typed
        assert any(told[:20] in row for row in seen) or "\x1b" in typed
        assert not any(ord(sign) < 32 for row in seen for sign in row)
        assert listed(screen) == before or "\x1b" in typed
        await press(pilot, "escape")
        assert not any("✗" in row for row in rows(pilot.app))


async def test_a_filter_stays_while_one_goes_on_and_an_empty_one_takes_it_away() -> None:
    async with packets() as (pilot, screen):
        await type_filter(pilot, "flags=SYN")
        assert listed(screen) == [packet.n for packet in _such("flags=SYN") if packet.step <= RCPT]
        assert f"2 of {chosen(screen).n and len([p for p in PLAIN.packets if p.step <= RCPT])} so far" in text(
            pilot.app
        )
        assert "filter: flags=SYN" in text(pilot.app)
        await press(pilot, "end")
        assert listed(screen) == [packet.n for packet in _such("flags=SYN")]
        await type_filter(pilot, "")
        assert listed(screen) == [packet.n for packet in PLAIN.packets]
        assert "filter: none" in text(pilot.app)


async def test_where_nothing_fits_it_is_said() -> None:
    async with packets(size=NARROW) as (pilot, screen):
        await type_filter(pilot, "port=110")
        assert not listed(screen)
        assert "No packet so far fits the filter." in text(pilot.app)
        await press(pilot, "up", "down", "enter", "tab", "up", "enter", "tab", "right", "down")
        await press(pilot, "5", "n")
        assert listed(screen)


async def test_esc_closes_the_line_and_keeps_the_filter_that_there_was() -> None:
    async with packets() as (pilot, screen):
        await type_filter(pilot, "verb=RCPT")
        await press(pilot, "slash", *"xyz", "escape")
        assert isinstance(pilot.app.screen, Packets)
        assert "filter: verb=RCPT" in text(pilot.app)
        assert [packet.payload[:4] for packet in screen.query_one(PacketList).packets] == [b"RCPT"]


async def test_f_follows_one_conversation_and_goes_with_the_journey_into_the_next() -> None:
    n = PLAIN.by_place["mx:example.net/QUERY.1"].n
    async with packets(n=n) as (pilot, screen):
        every = listed(screen)
        await press(pilot, "f")
        assert listed(screen) == [packet.n for packet in PLAIN.packets if packet.step == n]
        await press(pilot, "f")
        assert listed(screen) == every
        await press(pilot, "pageup", "pageup", "pageup", "f")
        assert {PLAIN.step(PLAIN.packets[one - 1].step).leg.name for one in listed(screen)} == {"submit"}
        await press(pilot, "n")
        assert {PLAIN.packets[one - 1].step for one in listed(screen)} == {n, n + 1}


async def test_filter_and_what_is_followed_are_kept_while_one_looks_at_the_ladder() -> None:
    async with packets() as (pilot, screen):
        await type_filter(pilot, "from=client len>0")
        await press(pilot, "f")
        before = listed(screen)
        await press(pilot, "k", "k")
        again = pilot.app.screen
        assert isinstance(again, Packets)
        assert again is not screen
        assert listed(again) == before
        assert "filter: from=client len>0" in text(pilot.app)


async def test_f_where_no_packet_is_asks_to_choose_one() -> None:
    async with packets(n=1) as (pilot, _):
        await press(pilot, "f")
        assert "Choose a packet first" in rows(pilot.app)[-1]


# Guessing -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_hidden_reply_is_betrayed_by_nothing_here(size: tuple[int, int]) -> None:
    """Two journeys that differ in the reply alone look the same while it is hidden, whatever is pressed."""
    seen: list[list[list[list[tuple[str, str]]]]] = []
    for reply in (b"250 2.1.5 Recipient ok", b"550 5.1.1 No such mailbox here, and much longer than the other"):
        journey = play(replace(load("alice-to-bob"), edits=(Edit("submit/RCPT.1!", (reply,)),)))
        async with packets(journey, size=size, keys="g") as (pilot, screen):
            assert screen.seat.hidden
            assert "? ? ?" in text(pilot.app)
            assert "n just shows it" in " ".join(text(pilot.app).split())
            pictures = []
            for keys in ("", "up", "down", "f", "i", "tab", "tab", "z", "z", "w", "escape"):
                await press(pilot, *keys.split())
                grid = cells(pilot.app)
                track = screen.query_one("Track").region
                for y in range(track.y, track.bottom):
                    grid[y] = [Cell("", "", "")] * size[0]
                for x in range(size[0] - 20, size[0]):  # how many steps there will be is no secret
                    grid[0][x] = Cell("", "", "")
                pictures.append([[(cell.character, cell.background) for cell in row] for row in grid])
            await type_filter(pilot, "code=550")
            assert not listed(screen)
            seen.append(pictures)
            await type_filter(pilot, "")
            await press(pilot, "n")
            assert not screen.seat.hidden
            assert reply.decode()[:8] in text(pilot.app)
            assert chosen(screen).payload == reply + b"\r\n"
    assert seen[0] == seen[1]


async def test_the_question_is_there_again_on_the_ladder() -> None:
    async with packets(keys="g") as (pilot, _):
        await press(pilot, "k")
        assert "What will the server answer?" in text(pilot.app)


# Sizes ----------------------------------------------------------------------------------------------------------------


async def test_choice_filter_and_large_part_survive_another_size_and_back() -> None:
    async with packets(size=HUGE) as (pilot, screen):
        await type_filter(pilot, "len>0")
        await press(pilot, "up", "up", "tab", "up", "up")
        before, packet = rows(pilot.app), chosen(screen)
        await pilot.resize_terminal(*NARROW)
        await press(pilot)
        assert chosen(screen) == packet
        assert "filter: len>0" in text(pilot.app)
        await pilot.resize_terminal(*HUGE)
        await press(pilot)
        assert rows(pilot.app) == before


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_z_gives_one_part_all_the_room(size: tuple[int, int]) -> None:
    async with packets(size=size) as (pilot, screen):
        for part in (PacketList, PacketFields, PacketBytes):
            small = screen.query_one(part).content_size
            await press(pilot, "z")
            assert isinstance(screen.focused, part)
            large = screen.query_one(part).content_size
            assert large.width * large.height > small.width * small.height
            assert [one for one in (PacketList, PacketFields, PacketBytes) if screen.query_one(one).region] == [part]
            await press(pilot, "escape")
            assert screen.query_one(part).content_size == small
            await press(pilot, "tab")


async def test_any_key_at_any_size_never_crashes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # keys may well save something
    draw = random.Random(1)
    names = (
        *"nnnnppfizwxyg12345k", "slash", "question_mark", "space", "enter", "escape", "tab", "tab", "shift+tab",
        "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "backspace",
    )  # fmt: skip
    async with packets(keys="g") as (pilot, _):
        for count in range(250):
            if draw.random() < 0.05:
                await pilot.resize_terminal(draw.randint(1, 170), draw.randint(1, 60))
            pilot.app.simulate_key(draw.choice(names))
            if count % 3 == 0:
                await pilot.pause()
        await pilot.resize_terminal(*WIDE)
        await press(pilot, *["escape"] * 4)
        assert isinstance(pilot.app.screen, Player)


@pytest.mark.parametrize("size", SIZES)
async def test_every_packet_of_every_journey_can_be_taken_apart(size: tuple[int, int]) -> None:
    met: set[object] = set()
    every = [play(name) for name in scenarios.names()]
    async with packets(every[0], 1, size) as (_, screen):
        for journey in every[SIZES.index(size) :: len(SIZES)]:
            screen.seat = type(screen.seat)(journey, len(journey))
            screen.show()
            part = screen.query_one(PacketList)
            for at, packet in enumerate(part.packets):
                step = journey.step(packet.step)
                if (alike := (packet.flags, step.leg.protocol, step.kind, step.verb)) in met:
                    continue
                met.add(alike)
                part.choose(at)
                screen.on_packet_list_chosen(PacketList.Chosen())
                assert f"Packet {packet.n}" in str(screen.query_one(PacketFields).border_title)
                shown = screen.query_one(PacketBytes)
                assert shown.octets == journey.frames.frame(packet)
                assert all(line.rstrip() for line in _painted(screen.query_one(PacketFields))[:3])
    assert len(met) > 20


# Long letters, and strangers ------------------------------------------------------------------------------------------


async def test_packets_of_a_long_letter_are_counted_beside_and_only_rows_that_are_seen_are_made() -> None:
    letter = b"To: bob@example.net\r\nSubject: long\r\n\r\n" + (b"x" * 76 + b"\r\n") * 40_000
    journey = play(load("alice-to-bob", message=own_letter(letter, load("alice-to-bob"))))
    async with packets(journey, journey.by_place["submit/END_OF_DATA.1"].n) as (pilot, screen):
        await pilot.app.workers.wait_for_complete()
        await press(pilot)
        assert len(listed(screen)) > 3000
        assert chosen(screen).payload == b".\r\n"
        await type_filter(pilot, "verb=DATA")
        assert [packet.payload for packet in screen.query_one(PacketList).packets][:1] == [b"DATA\r\n"]


async def test_a_strangers_letter_steers_no_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J [/b][red] \u202egnp.exe 寿司 \u200b [@click=app.quit]x"
    octets = f"From: Alice <alice@example.com>\nTo: bob@example.net\nSubject: {hostile}\n\n{hostile}\n".encode()
    journey = play(load("alice-to-bob", (), own_letter(octets, load("alice-to-bob"))))
    for size in (NARROW, WIDE):
        async with packets(journey, journey.by_place["submit/DATA.1"].n, size) as (pilot, screen):
            await press(pilot, "n", "n", "tab")
            for _ in range(12):
                seen = text(pilot.app)
                assert not any(ord(sign) < 32 and sign != "\n" for sign in seen)
                assert not set(seen) & {"\u202e", "\u200b", "\x1b", "\x07"}
                await press(pilot, "down")
            await press(pilot, "escape")
            assert not screen.is_attached
