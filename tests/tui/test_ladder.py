"""The conversation ladder: rows, signs, scrolling, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from textual import events
from textual.app import App, ComposeResult

from mailedu.journey import Edit, Journey, Kind, Step, load, play, scenario
from mailedu.journey.seat import Seat
from mailedu.tui import theme
from mailedu.tui.view import View
from mailedu.tui.widgets.ladder import Ladder

WIDTHS = (58, 64, 78, 110)


class Alone(App[None]):
    """A ladder and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        for one in theme.THEMES:
            self.register_theme(one)
        self.theme = theme.DARK
        self.ladder = Ladder()
        self.chosen: list[int] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults()

    def compose(self) -> ComposeResult:
        yield self.ladder

    def on_mount(self) -> None:
        self.ladder.focus()

    def on_ladder_chosen(self, message: Ladder.Chosen) -> None:
        self.chosen.append(message.n)

    def lines(self) -> list[str]:
        """What is seen, a text a row."""
        ladder = self.ladder
        return [ladder.render_line(y).text for y in range(ladder.size.height)]

    def painted(self, y: int) -> list[tuple[str, str]]:
        """A row with its styles."""
        return [(segment.text, str(segment.style)) for segment in self.ladder.render_line(y)]


def view(seat: Seat) -> View:
    changed = bool(seat.mine.edits) and not seat.is_original
    return View(seat.journey, seat.n, seat.hidden, seat.known, "", changed)


@cache
def journey(name: str = "alice-to-bob", *faults: str) -> Journey:
    return play(load(name, faults))


def every_journey() -> Iterator[Journey]:
    seen: list[Journey] = []
    for name in scenario.names():
        for faults in ((), *((fault.name,) for fault in scenario.faults_of(name))):
            made = journey(name, *faults)
            if all(made.steps != other.steps for other in seen):
                seen.append(made)
                yield made


def with_subject(subject: str) -> Journey:
    place = next(step.place for step in journey().steps if step.octets[0].startswith(b"Subject:"))
    return play(load("alice-to-bob"), (Edit(place, (b"Subject: " + subject.encode(),)),))


def step_of(made: Journey, verb: str, kind: Kind = Kind.COMMAND) -> int:
    return next(step.n for step in made.steps if step.verb == verb and step.kind is kind)


def show(app: Alone, made: Journey, n: int) -> None:
    app.ladder.show(view(Seat(made, n)))


@pytest.mark.parametrize("columns", WIDTHS)
async def test_every_row_of_every_journey_fills_its_width(columns: int) -> None:
    app = Alone()
    async with app.run_test(size=(columns, 30)):
        for made in every_journey():
            last = {step.leg: step.n for step in made.steps}
            for step in made.steps:
                show(app, made, step.n)
                present = app.ladder.present_row
                whole = last[step.leg] == step.n
                rows = range(30) if whole else (0, present, present + 1)
                strips = [app.ladder.render_line(y) for y in rows]
                assert {strip.cell_length for strip in strips} == {columns}
                assert {sum(segment.cell_length for segment in strip) for strip in strips} == {columns}
                assert strips[present if whole else 1].text.startswith("►" + str(step.n).rjust(3))


HOSTILE = (
    "\x1b]0;gone\x07\x1b[31mred",
    "\u202egnp.exe\u2066\u200b",
    "晩ご飯は何時ですか" * 9,
    "e" + "\u0301" * 40,
    "👩‍👩‍👧 ✉️ [/b] [@click=app.quit]",
    "ﷺ" * 30,
)


@pytest.mark.parametrize("subject", HOSTILE)
@pytest.mark.parametrize("columns", [58, 64, 110])
async def test_a_hostile_subject_is_one_harmless_row(subject: str, columns: int) -> None:
    made = with_subject(subject)
    n = next(step.n for step in made.steps if step.octets[0].startswith(b"Subject:"))
    app = Alone()
    async with app.run_test(size=(columns, 20)):
        for at in (n, n + 1):
            show(app, made, at)
            strip = app.ladder.render_line(n)
            assert sum(segment.cell_length for segment in strip) == strip.cell_length == columns
            assert all(character.isprintable() for character in strip.text)
            assert "\u202e" not in strip.text


async def test_no_width_is_too_small_to_be_painted() -> None:
    app = Alone()
    made = journey()
    async with app.run_test(size=(57, 6)) as pilot:
        for columns in (57, 30, 12, 3, 1):
            await pilot.resize_terminal(columns, 6)
            for n in (1, 11, 22, 27, 36, len(made)):
                show(app, made, n)
                for y in range(6):
                    assert sum(segment.cell_length for segment in app.ladder.render_line(y)) == columns


@pytest.mark.parametrize("fault", ["", "unknown-user", "greylisting", "server-down"])
async def test_n_changes_the_old_row_the_new_one_and_the_hint(fault: str) -> None:
    made = journey("alice-to-bob", *filter(None, [fault]))
    app = Alone()
    async with app.run_test(size=(78, 40)):
        for n in range(1, len(made)):
            show(app, made, n)
            before, old = [app.painted(y) for y in range(40)], app.ladder.present_row
            show(app, made, n + 1)
            if made.step(n).leg != made.step(n + 1).leg:
                continue
            after = [app.painted(y) for y in range(40)]
            assert app.ladder.present_row == old + 1
            assert {y for y in range(40) if before[y] != after[y]} == {old, old + 1, old + 2}


async def test_what_is_on_the_screen_is_what_a_whole_repaint_would_put_there() -> None:
    app = Alone()
    made = journey()
    async with app.run_test(size=(64, 20)) as pilot:
        for n in (11, 12, 13, 12, 20, 30, 31, 29, 10):
            show(app, made, n)
            await pilot.pause()
            seen = app.export_screenshot()
            app.ladder.refresh()
            await pilot.pause()
            assert app.export_screenshot() == seen


async def test_a_full_pane_scrolls_by_a_row_and_keeps_the_future_free() -> None:
    app = Alone()
    made = journey()
    async with app.run_test(size=(78, 12)):
        first = step_of(made, "CONNECT", Kind.LINK)
        show(app, made, first)
        assert app.ladder.present_row == 1
        show(app, made, first + 8)
        assert app.ladder.present_row == 9
        for n in range(first + 8, first + 20):
            show(app, made, n)
            before = app.lines()
            show(app, made, n + 1)
            after = app.lines()
            assert app.ladder.present_row == 9
            assert after[:8] == before[1:9]
            assert before[11] == after[11]


async def test_room_for_a_card_is_made_by_scrolling_and_given_back() -> None:
    app = Alone()
    made = journey()
    async with app.run_test(size=(78, 12)):
        show(app, made, 20)
        usual = app.ladder.present_row, app.lines()
        app.ladder.reserve = 7
        assert app.ladder.present_row == 4
        app.ladder.reserve = 50
        assert app.ladder.present_row == 0
        app.ladder.reserve = 2
        assert (app.ladder.present_row, app.lines()) == usual


async def test_only_what_has_been_is_shown() -> None:
    app = Alone()
    async with app.run_test(size=(78, 40)):
        show(app, journey(), 15)
        lines = app.lines()
        assert "AUTH LOGIN" in lines[5]
        assert all(line.split() == ["┊", "┊"] for line in lines[7:])


async def test_text_is_at_the_side_of_who_speaks() -> None:
    app = Alone()
    made = journey()
    async with app.run_test(size=(64, 40)):
        show(app, made, 23)
        ladder, lines = app.ladder, app.lines()
        assert (ladder.left_edge, ladder.right_edge) == (7, 60)
        command, reply = lines[ladder.present_row], lines[ladder.present_row - 1]
        assert command[ladder.left_edge :].startswith("│ RCPT TO:<bob@example.net> ━━")
        assert command[: ladder.right_edge + 1].endswith("━━►│")
        assert reply[ladder.left_edge :].startswith("│◄╌╌")
        assert reply[: ladder.right_edge + 1].endswith("╌ 250 2.1.0 Sender ok │")
        assert [line[0] for line in lines].count("►") == 1


async def test_without_room_all_text_is_at_one_edge() -> None:
    app = Alone()
    async with app.run_test(size=(60, 40)):
        show(app, journey(), 24)
        row = app.ladder.present_row
        lines = app.lines()
        assert app.ladder.is_transcript
        assert lines[row - 1].rstrip() == "  23   │ ──► RCPT TO:<bob@example.net>"
        assert lines[row].rstrip() == "► 24   │ ◄━━ 250 2.1.5 Recipient ok"
        assert lines[row + 1].rstrip() == "       ┊     n  the client speaks"


@pytest.mark.parametrize(
    ("faults", "titles"),
    [
        ((), ["1 compose", "2 submit", "3 deliver: queue", "3 deliver: ask DNS", "3 deliver", "4 process", "5 read"]),
        (("greylisting",), ["3 deliver: ask DNS, 2nd attempt", "3 deliver, 2nd attempt"]),
        (("server-down",), ["3 deliver, 2nd attempt", "3 deliver, 3rd attempt", "3 deliver, 4th attempt"]),
        (("unknown-user",), ["3 deliver: the report", "4 process: the report", "5 read: the report"]),
    ],
)
async def test_each_conversation_is_a_page_that_says_what_it_is(faults: tuple[str, ...], titles: list[str]) -> None:
    app = Alone()
    made = journey("alice-to-bob", *faults)
    found: list[str] = []
    async with app.run_test(size=(78, 40)):
        for step in made.steps:
            show(app, made, step.n)
            title = app.lines()[0].strip(" ├─┤")
            if step.n == 1 or step.leg != made.step(step.n - 1).leg:
                assert app.ladder.present_row == 1
                found.append(title)
            assert title == found[-1]
    assert set(titles) <= set(found)
    assert faults or found == titles


@pytest.mark.parametrize(
    ("faults", "verb", "kind", "shown"),
    [
        ((), "CONNECT", Kind.LINK, "│◄━━━━━━━ TCP connection opened · 3 packets ━━━━━━━━►│"),
        ((), "CLOSE", Kind.LINK, "│◄━━━━━━━━━ connection closed · 4 packets ━━━━━━━━━━►│"),
        ((), "EHLO", Kind.REPLY, "│◄━━━━━━━━━━━━━━━━━━━━ 250 mail.example.com +5 lines │"),
        ((), "RESPONSE", Kind.COMMAND, "│ YWxpY2U= “alice” ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━►│"),
        ((), "CONTENT", Kind.DATA, "│ the letter, 818 octets ═══════════════════════════►│"),
        ((), "RETR", Kind.REPLY, "│◄══════════════════ +OK 1198 octets then the letter │"),
        ((), "ROUTE", Kind.ACTION, "■ 10 mx1.example.net  chosen among 2                 │"),
        ((), "MX", Kind.QUERY, "│ example.net MX? ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━►│"),
        (("unknown-user",), "RCPT", Kind.REPLY, "│◄━━━━━━━━━━━━━━━━━ ✗ 550 5.1.1 No such mailbox here │"),
        (("server-down",), "UNREACHABLE", Kind.LINK, "│━━━━━━━━━━━━━ ✗ no answer · 4 packets               │"),
        (("server-down",), "DEFER", Kind.ACTION, "■ attempt 2 in 30 min  mx2.example.net does not answer"),
    ],
)
async def test_one_row_a_step(faults: tuple[str, ...], verb: str, kind: Kind, shown: str) -> None:
    made = journey("alice-to-bob", *faults)
    app = Alone()
    async with app.run_test(size=(64, 40)):
        rows = []
        for step in made.steps:
            if step.kind is kind and (step.verb == verb or kind in (Kind.DATA, Kind.QUERY)):
                show(app, made, step.n)
                rows.append(app.lines()[app.ladder.present_row][app.ladder.left_edge :].rstrip())
        assert shown in rows


def hints(app: Alone, made: Journey) -> dict[int, str]:
    found = {}
    for step in made.steps:
        show(app, made, step.n)
        found[step.n] = app.lines()[app.ladder.present_row + 1].strip(" ┊")
    return found


async def test_the_hint_says_who_is_next_not_what() -> None:
    app = Alone()
    made = journey("alice-to-bob", "unknown-user")
    async with app.run_test(size=(78, 40)):
        said = hints(app, made)
    assert said[1] == "n  Alice’s laptop goes on"
    assert said[step_of(made, "CONNECT", Kind.LINK)] == "n  the server greets"
    assert said[step_of(made, "EHLO")] == "n  the server answers"
    assert said[step_of(made, "EHLO", Kind.REPLY)] == "n  the client speaks"
    assert said[step_of(made, "QUIT", Kind.REPLY)] == "n  both hang up"
    assert said[len(made)] == "m  reads it   end of the journey"
    pipelined = next(s.n for s in made.steps if s.place == "deliver:example.net/MAIL.1")
    assert said[pipelined] == "n  the client goes on"
    assert said[pipelined + 3] == "n  the server goes on"
    does = ("speaks", "goes on", "answers", "greets")
    assert set(said.values()) <= {
        *(f"n  the {side} {what}" for side in ("client", "server") for what in does),
        *(f"n  {host} goes on" for host in ("Alice’s laptop", "mail.example.com", "mx1.example.net", "Bob’s phone")),
        "n  both hang up",
        "m  reads it   end of the journey",
    }  # fmt: skip


async def test_a_hidden_reply_betrays_nothing() -> None:
    app = Alone()
    place = next(step.place for step in journey().steps if step.verb == "RCPT" and step.kind is Kind.REPLY)
    replies = ((), (b"550 5.1.1 No such mailbox here, and that is a long story",), (b"250-one", b"250 two"))
    seen = []
    async with app.run_test(size=(78, 14)):
        for said in replies:
            made = play(load("alice-to-bob"), (Edit(place, said),) if said else ())
            seat = Seat(made, made.by_place[place].n - 1)
            assert seat.guess()
            app.ladder.show(view(seat))
            seen.append([app.painted(y) for y in range(app.ladder.present_row, 14)])
            assert "? ? ?" in app.lines()[app.ladder.present_row]
            seat.on()
            app.ladder.show(view(seat))
            assert "? ? ?" not in app.lines()[app.ladder.present_row]
    assert seen[0] == seen[1] == seen[2]


async def test_the_gutter_shows_what_was_edited_and_what_came_of_it() -> None:
    app = Alone()
    place = next(step.place for step in journey().steps if step.verb == "MAIL")
    seat = Seat(journey())
    assert seat.change(Edit(place, (b"RCPT TO:<bob@example.net>",)))
    n = seat.journey.by_place[place].n
    async with app.run_test(size=(78, 40)):
        seat.go(n + 3)
        app.ladder.show(view(seat))
        row = app.ladder.present_row
        assert [line[5] for line in app.lines()[row - 4 : row + 2]] == [" ", "✎", "≠", "│", "│", " "]
        seat.other()
        app.ladder.show(view(seat))
        assert {line[5] for line in app.lines()[1:]} == {" "}


async def test_an_edit_that_changes_no_answer_has_no_first_difference() -> None:
    app = Alone()
    place = next(step.place for step in journey().steps if step.verb == "QUIT")
    seat = Seat(journey())
    assert seat.change(Edit(place, (b"quit",)))
    seat.go(seat.journey.by_place[place].n + 2)
    async with app.run_test(size=(78, 40)):
        app.ladder.show(view(seat))
        row = app.ladder.present_row
        assert [line[5] for line in app.lines()[row - 2 : row + 1]] == ["✎", " ", " "]


async def test_one_can_look_back_and_the_next_step_comes_into_sight() -> None:
    app = Alone()
    made = journey()
    async with app.run_test(size=(78, 12)) as pilot:
        show(app, made, 30)
        usual = app.ladder.present_row
        await pilot.press("up", "up")
        assert app.ladder.present_row == usual + 2
        await pilot.press("pageup", "pageup")
        assert "2 submit" in app.lines()[0]
        await pilot.press("down")
        assert "2 submit" not in app.lines()[0]
        show(app, made, 31)
        assert app.ladder.present_row == usual
        await pilot.press("pagedown", "down")
        assert app.ladder.present_row == usual
        app.ladder.post_message(
            events.MouseScrollUp(
                app.ladder, x=1, y=1, delta_x=0, delta_y=0, button=0, shift=False, meta=False, ctrl=False
            )
        )
        await pilot.pause()
        assert app.ladder.present_row > usual


async def test_a_resize_keeps_how_far_one_has_looked_back() -> None:
    app = Alone()
    async with app.run_test(size=(78, 12)) as pilot:
        show(app, journey(), 30)
        await pilot.press("up", "up", "up")
        assert app.ladder.present_row == 9 + 3
        await pilot.resize_terminal(110, 16)
        assert app.ladder.present_row == 13 + 3
        await pilot.resize_terminal(78, 12)
        assert app.ladder.present_row == 9 + 3


async def test_keys_of_the_player_pass_through() -> None:
    pressed: list[str] = []

    class Listening(Alone):
        def on_key(self, event: events.Key) -> None:
            pressed.append(event.key)

    app = Listening()
    async with app.run_test(size=(78, 12)) as pilot:
        show(app, journey(), 30)
        row = app.ladder.present_row
        await pilot.press("home", "end", "left", "right", "n", "space")
        assert pressed == ["home", "end", "left", "right", "n", "space"]
        assert app.ladder.present_row == row


async def test_a_click_on_a_row_is_its_step_and_on_the_hint_its_key() -> None:
    pressed: list[str] = []

    class Listening(Alone):
        def on_key(self, event: events.Key) -> None:
            pressed.append(event.key)

    app = Listening()
    async with app.run_test(size=(78, 12)) as pilot:
        show(app, journey(), 30)
        row = app.ladder.present_row
        await pilot.click(app.ladder, offset=(20, 2))
        assert app.chosen == [30 - row + 2]
        await pilot.click(app.ladder, offset=(20, row))
        await pilot.click(app.ladder, offset=(20, row + 2))
        assert (app.chosen, pressed) == ([30 - row + 2], [])
        await pilot.click(app.ladder, offset=(20, row + 1))
        assert pressed == ["n"]


async def test_the_colours_are_those_of_the_theme() -> None:
    app = Alone()
    async with app.run_test(size=(78, 12)) as pilot:
        show(app, journey(), 23)
        for name, which in ((theme.DARK, 0), (theme.LIGHT, 1)):
            app.theme = name
            await pilot.pause()
            row = app.painted(app.ladder.present_row)
            client, band = theme.COLOURS["client"][which], theme.COLOURS["band"][which]
            assert ("RCPT", f"bold {client} on {band}") in row
            assert all(style.endswith(f"on {band}") for _, style in row)
            ground = theme.COLOURS["background"][which]
            assert all(style.endswith(f"on {ground}") for _, style in app.painted(app.ladder.present_row + 1))


class Counting(tuple[Step, ...]):
    """Steps that count how often somebody goes through them all."""

    walks = 0

    def __iter__(self) -> Iterator[Step]:
        Counting.walks += 1
        return super().__iter__()


async def test_a_long_journey_is_gone_through_once() -> None:
    base = journey().steps[10:32]
    steps = (base[k % len(base)]._replace(n=k + 1, place=f"submit/X.{k}") for k in range(10_000))
    made = Journey(journey().scenario, (), 1, Counting(steps), ())
    app = Alone()
    async with app.run_test(size=(110, 40)):
        show(app, made, 1)
        app.lines()
        Counting.walks = 0
        for n in (2, 5_000, 5_001, 10_000, 9_999):
            show(app, made, n)
            assert app.lines()[app.ladder.present_row].startswith("►")
        assert app.ladder.left_edge == 9
        assert Counting.walks == 0
