"""Map, ends, track and title: the letter where it truly is, and nothing that moves at `n`."""

from __future__ import annotations

import pytest
from textual.widget import Widget

from mailedu.journey import Edit, Journey, Kind, load, play
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
    names = set()
    for n in range(1, len(PLAIN) + 1):
        first, _ = await shown(Map(), PLAIN, n, 80)
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
