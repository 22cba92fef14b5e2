"""Map, ends, track and title: the letter where it truly is, and nothing that moves at `n`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widget import Widget

from mailedu.journey import Edit, Journey, Kind, load, play
from mailedu.journey.scenario import Machine
from mailedu.tui.widgets.ends import Ends
from mailedu.tui.widgets.map import Map
from mailedu.tui.widgets.title import Title
from mailedu.tui.widgets.track import Track

from .moments import journeys
from .parts import Parts, rows, view_of

PLAIN = play("alice-to-bob")
WIDTHS = (60, 80, 112, 120, 160)


async def shown(part: Widget, journey: Journey, n: int, columns: int = 120, **more: bool) -> list[str]:
    """What a part paints at step `n`."""
    async with Parts(part).run_test(size=(columns, 10)) as pilot:
        part.show(view_of(journey, n, **more))  # type: ignore[attr-defined]
        await pilot.pause()
        return rows(part)


def at(place: str) -> int:
    return PLAIN.by_place[place].n


@pytest.mark.parametrize("columns", WIDTHS)
async def test_every_step_of_every_journey_fits_every_width(columns: int) -> None:
    parts = (Map(), Ends(), Track())
    async with Parts(*parts).run_test(size=(columns, 10)) as pilot:
        for journey in journeys():
            for n in range(1, len(journey) + 1, 3):
                for part in parts:
                    part.show(view_of(journey, n, hidden=journey.step(n).kind is Kind.REPLY and n % 2 == 0))
                await pilot.pause(0)
                for part in parts:
                    assert any(row.strip() for row in rows(part)), (journey.scenario.name, n)


async def test_the_letter_stays_with_alice_until_250_takes_it_over() -> None:
    for place, host in (
        ("submit/RCPT.1!", "Alice’s laptop"),
        ("submit/DATA.1!", "Alice’s laptop"),
        ("submit/END_OF_DATA.1!", "mail.example.com"),
        ("deliver:example.net/RCPT.1!", "mail.example.com"),
        ("deliver:example.net/END_OF_DATA.1!", "mx1.example.net"),
        ("access:bob/STAT.1!", "mx1.example.net"),
    ):
        seen = await shown(Map(), PLAIN, at(place))
        badge = next(row for row in seen[:5] if "✉" in row).index("✉")
        names = {name: seen[2].index(name) for name in ("Alice’s laptop", "mail.example.com", "mx1.example.net")}
        assert names[host] <= badge <= names[host] + len(host) + 1, (place, seen)


async def test_content_is_on_the_wire() -> None:
    seen = await shown(Map(), PLAIN, at("submit/CONTENT.1"))
    wire = seen[2]
    assert "═" in wire
    assert wire.index("Alice’s laptop") < wire.index("✉") < wire.index("mail.example.com")
    assert "which is not responsible for it yet" in seen[5]


async def test_the_wire_has_the_verb_the_code_and_who_speaks() -> None:
    assert "━━ RCPT ━" in (await shown(Map(), PLAIN, at("submit/RCPT.1")))[2]
    answered = (await shown(Map(), PLAIN, at("submit/RCPT.1!")))[2]
    assert "◄━" in answered
    assert " 250 " in answered
    assert " MX? " in (await shown(Map(), PLAIN, at("mx:example.net/QUERY.1")))[2]


async def test_a_refusal_has_its_sign() -> None:
    journey = play(load("alice-to-bob", ("unknown-user",)))
    n = next(step.n for step in journey.steps if step.octets and step.octets[0].startswith(b"550 "))
    assert "✗ 550" in (await shown(Map(), journey, n))[2]


async def test_a_report_of_failure_is_told_from_a_letter() -> None:
    journey = play(load("alice-to-bob", ("unknown-user",)))
    n = next(step.n for step in journey.steps if step.leg.letter.startswith("bounce"))
    seen = await shown(Map(), journey, n + 2)
    assert "✉✗" in "".join(seen[:5])
    assert "report of failure" in seen[5]


async def test_a_hidden_reply_is_a_question_mark() -> None:
    seen = []
    for reply in (b"250 2.1.5 Recipient ok", b"451 4.7.1 Not now"):
        journey = play("alice-to-bob", [Edit("submit/RCPT.1!", (reply,))])
        seen.append(await shown(Map(), journey, at("submit/RCPT.1!"), hidden=True))
    assert seen[0] == seen[1]
    assert " ? " in seen[0][2]


async def test_narrow_it_is_two_rows_whose_names_never_move() -> None:
    names, part = set(), Map()
    async with Parts(part).run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        for n in range(1, len(PLAIN) + 1):
            part.show(view_of(PLAIN, n))
            first, _ = rows(part)
            names.add(tuple(first.index(name) for name in ("Alice", "ISP A", "ISP B", "Bob")))
    assert len(names) == 1


async def test_stages_are_done_now_or_to_come() -> None:
    stages = (await shown(Map(), PLAIN, at("submit/RCPT.1")))[0]
    assert "✓ 1 compose" in stages
    assert "► 2 submit" in stages
    assert " 3 deliver" in stages
    assert "✓ 3" not in stages


async def test_the_ends_say_who_is_client_and_who_is_server() -> None:
    (seen,) = await shown(Ends(), PLAIN, at("submit/RCPT.1"), 64)
    assert "Alice’s laptop client" in seen
    assert seen.rstrip().endswith("mail.example.com server")
    (alone,) = await shown(Ends(), PLAIN, 1, 64)
    assert "Alice’s laptop" in alone
    assert "server" not in alone


async def test_the_track_has_the_stages_and_the_place_and_does_not_shift() -> None:
    ends = set()
    for n in range(1, len(PLAIN) + 1, 7):
        (seen,) = await shown(Track(), PLAIN, n)
        assert f"step {n} of 78".split() == seen.split()[:4]
        assert "●" in seen
        ends.add(tuple(seen.index(digit, 16) for digit in "1" if digit in seen[16:]))
    assert len(ends) == 1
    (seen,) = await shown(Track(), PLAIN, 23)
    assert seen.index("2", 16) < seen.index("●") < seen.index("3", 16)


@pytest.mark.parametrize("columns", [40, 80, 160])
async def test_the_title_fits_with_wide_characters_too(columns: int) -> None:
    part = Title("")
    async with Parts(part).run_test(size=(columns, 4)) as pilot:
        part.show("寿司 " * 30, "step 1 of 2")
        await pilot.pause()
        (seen,) = rows(part)
        assert "寿司" in seen
        assert "step 1 of 2" in seen


async def test_at_n_within_a_leg_only_wire_letter_and_caption_change() -> None:
    for name, faults in (("alice-to-bob", ()), ("alice-to-bob", ("server-down",)), ("figure-21-10", ())):
        journey, part = play(load(name, faults)), Map()
        async with Parts(part).run_test(size=(120, 10)) as pilot:
            await pilot.pause()
            before: list[str] = []
            for step in journey.steps:
                part.show(view_of(journey, step.n))
                now = rows(part)
                names = [(now[2].index(m.title), len(m.title)) for m in journey.scenario.machines]
                if before and step.leg == journey.step(step.n - 1).leg:
                    assert (now[0], now[1], now[4]) == (before[0], before[1], before[4]), step.place
                    for at_cell, long in names:
                        assert now[2][at_cell : at_cell + long] == before[2][at_cell : at_cell + long], step.place
                    if journey.holders.at(step.n) == journey.holders.at(step.n - 1) and "═" not in now[2] + before[2]:
                        assert now[3] == before[3], step.place
                before = now


async def test_a_stage_that_failed_is_not_called_done() -> None:
    assert "✗ 2 submit" in (await shown(Map(), play("wrong-password"), len(play("wrong-password"))))[0]


async def test_the_line_stops_short_of_a_machine_that_is_not_asked() -> None:
    assert "►┄┄│ mx1.example.net" in (await shown(Map(), PLAIN, at("mx:example.net/QUERY.1")))[2]
    assert "►│ mx1.example.net" in (await shown(Map(), PLAIN, at("deliver:example.net/EHLO.1")))[2]


async def test_the_caption_says_until_when_a_letter_waits_and_what_is_locked() -> None:
    journey = play(load("alice-to-bob", ("greylisting",)))
    waits = next(step.n for step in journey.steps if step.verb == "DEFER")
    assert "For bob@example.net: waits until 30 min" in (await shown(Map(), journey, waits))[5]
    assert "The mailbox is locked" in (await shown(Map(), PLAIN, at("access:bob/STAT.1")))[5]


@pytest.mark.parametrize("columns", WIDTHS)
async def test_six_machines_with_long_names_have_room(columns: int) -> None:
    base = load("alice-to-bob")
    strange = Machine("far.example", "日本語の長い名前のサーバー", "日本語", ("mta",))
    relay = Machine("relay.example.com", "a relay with quite a long name", "relay", ("mta",))
    journey = play(replace(base, machines=(*base.machines[:2], relay, strange, *base.machines[2:]), drafts={}))
    for n in (1, at("submit/RCPT.1"), at("deliver:example.net/RCPT.1"), len(journey)):
        seen = await shown(Map(), journey, n, columns)
        assert all(digit in seen[0 if columns >= 112 else 1] for digit in "12345")
        assert sum("┄" in row for row in seen) == 1


async def test_a_machine_and_a_wire_are_their_stage() -> None:
    for columns, row, words in ((120, 2, ("Alice’s", "mail.", "mx1.", "Bob’s")), (80, 0, ("Alice", "ISP A", "ISP B"))):
        chosen: list[int] = []

        class Listening(Parts):
            def on_map_stage_chosen(self, message: Map.StageChosen, chosen: list[int] = chosen) -> None:
                chosen.append(message.number)

        part = Map()
        async with Listening(part).run_test(size=(columns, 10)) as pilot:
            await pilot.pause()
            part.show(view_of(PLAIN, 1))
            line = rows(part)[row]
            for word in words:
                await pilot.click(part, offset=(line.index(word) + 1, row))
            await pilot.click(part, offset=(line.index("┄") + 3, row))
            await pilot.pause()
        assert chosen == [1, 3, 4, 5, 2] if columns == 120 else [1, 3, 4, 2], chosen


async def test_a_word_slides_to_the_middle_of_its_wire_and_the_next_key_ends_it() -> None:
    part = Map()
    app = Parts(part)
    async with app.run_test(size=(120, 10)) as pilot:
        await pilot.pause()
        app.animation_level = "none"
        part.show(view_of(PLAIN, at("submit/RCPT.1") - 1))
        part.show(view_of(PLAIN, at("submit/RCPT.1")))
        still = rows(part)[2]
        app.animation_level = "full"
        part.show(view_of(PLAIN, at("submit/RCPT.1") - 1))
        part.show(view_of(PLAIN, at("submit/RCPT.1")))
        assert rows(part)[2].index("RCPT") < still.index("RCPT")
        await pilot.wait_for_animation()
        assert rows(part)[2] == still
        part.show(view_of(PLAIN, at("submit/MAIL.1")))
        part.show(view_of(PLAIN, 1))
        assert "MAIL" not in rows(part)[2]


async def test_names_give_way_to_addresses() -> None:
    seen = await shown(Map(), PLAIN, at("submit/RCPT.1"), addresses=True)
    address = PLAIN.scenario.geography.hosts["mail.example.com"].address
    assert address in seen[2]
    assert "mail.example.com" not in "".join(seen)
