"""Explain: every step whole at 80x24, a line with its parts, and a hidden reply betrayed by nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.content import Content

from mailedu.explain import Span
from mailedu.journey import Edit, load, play
from mailedu.journey.scene import Scene
from mailedu.journey.step import Kind
from mailedu.tui import theme
from mailedu.tui.panes.brackets import diagram
from mailedu.tui.panes.explain import ExplainPane, explained
from mailedu.tui.panes.sheet import Sheet, line_of, lines, mark, session
from mailedu.tui.view import View
from mailedu.visible import visible
from tests.tui import look, moments

FIVE_ROWS = (79, 5)
WIDE = (48, 28)


def texts(rows: list[Content]) -> list[str]:
    return [row.plain.rstrip() for row in rows]


def step_of(text: str) -> int:
    journey = play(load("alice-to-bob"))
    return next(step.n for step in journey.steps if step.octets and step.octets[0].startswith(text.encode()))


# Every step -----------------------------------------------------------------------------------------------------------


def test_what_and_why_of_every_step_are_whole_in_five_rows() -> None:
    for view in moments.every_view():
        rows = explained(view, *FIVE_ROWS)
        told = " ".join(texts(rows))
        meaning = view.scene.explanation
        assert len(rows) <= 5, (view.n, told)
        assert meaning.title in told
        assert meaning.what
        assert meaning.what in told
        assert meaning.why
        assert meaning.why in told


def test_every_step_is_explained_within_the_width_of_a_wide_pane() -> None:
    for view in moments.every_view():
        rows = explained(view, *WIDE)
        told = " ".join(" ".join(texts(rows)).split())
        assert all(row.cell_length <= WIDE[0] for row in rows), view.n
        for text in (view.scene.explanation.what, view.scene.explanation.today, view.scene.explanation.erratum):
            assert text in told


def test_the_five_rows_say_how_to_see_more_only_where_there_is_more() -> None:
    for view in moments.every_view():
        told = " ".join(texts(explained(view, *FIVE_ROWS)))
        meaning = view.scene.explanation
        more = meaning.today or meaning.erratum or meaning.digits or meaning.spans
        if "z makes this larger" in told:
            assert more


# A line and its parts -------------------------------------------------------------------------------------------------


def test_a_line_stands_above_the_names_of_its_parts() -> None:
    journey = play(load("alice-to-bob"))
    told = texts(explained(moments.view(journey, step_of("RCPT")), 60, 30))
    at = told.index(r"RCPT TO:<bob@example.net>\r\n")
    assert told[at + 1 : at + 6] == [
        "└┬─┘ └┬┘└───────┬───────┘└┬─┘",
        " │    │         │         end of the line",
        " │    │         forward-path: to whom the letter is to go",
        " │    keyword: the address of a recipient follows",
        " verb: what is asked for",
    ]


def test_brackets_stand_below_wide_characters_too() -> None:
    octets = "To: 日本 x\r\n".encode()
    spans = [Span(0, 2, "field name", ""), Span(4, 10, "field body", ""), Span(11, 12, "rest", "")]
    drawn = texts(diagram(Content("To: 日本 x"), octets, spans, 60))
    assert drawn[:2] == [r"To: 日本 x\r\n", "├┘  └┬─┘ │"]


def test_what_has_no_room_is_not_drawn() -> None:
    octets = b"RCPT TO:<bob@example.net>\r\n"
    spans = [Span(0, 4, "verb", "what is asked for"), Span(8, 25, "forward-path", "")]
    line = Content("RCPT TO:<bob@example.net>")
    assert diagram(line, octets, spans, 29)
    assert not diagram(line, octets, spans, 28)
    assert not diagram(line, octets, [Span(n, n + 1, "x", "") for n in (0, 1, 2, 3, 5, 6)], 60)
    assert not diagram(Content("a"), b"a\r\nb\r\n", spans, 60)


def test_all_lines_of_a_reply_are_shown_with_what_each_offers() -> None:
    journey = play(load("alice-to-bob"))
    told = texts(explained(moments.view(journey, step_of("250-")), *WIDE))
    assert "250-PIPELINING" in told
    assert "250 AUTH LOGIN PLAIN" in told
    assert any(row.startswith("PIPELINING ") and "extension: several commands" in row for row in told)


def test_base64_of_a_login_is_told() -> None:
    journey = play(load("alice-to-bob"))
    told = texts(explained(moments.view(journey, step_of("334")), *WIDE))
    assert "which is base64 for “Username:”" in told


def test_each_digit_of_a_code_stands_at_its_place() -> None:
    journey = play(load("unknown-user"))
    refusal = next(step.n for step in journey.steps if step.octets and step.octets[0].startswith(b"550"))
    told = texts(explained(moments.view(journey, refusal), 78, 30))
    code = next(at for at, row in enumerate(told) if row.startswith("Code "))
    assert [row[9:12] for row in told[code : code + 3]] == ["5..", ".5.", "..0"]


def test_a_new_state_is_told_with_the_one_before() -> None:
    journey = play(load("alice-to-bob"))
    told = texts(explained(moments.view(journey, step_of("250 2.1.0")), *WIDE))
    assert any(row.startswith("State    READY ► MAIL  ") for row in told)


@given(
    st.binary(max_size=60).filter(lambda line: not {*line} & {*b"\r\n\0"}),
    st.sampled_from(("MAIL.1", "RCPT.1", "RCPT.1!")),
)
@settings(max_examples=60, deadline=None)
def test_no_line_however_hostile_breaks_its_row(line: bytes, place: str) -> None:
    journey = play(load("alice-to-bob"), (Edit(f"submit/{place}", (line,)),))
    n = journey.by_place[f"submit/{place}"].n
    for size in (FIVE_ROWS, WIDE):
        for row in explained(moments.view(journey, n, changed=True), *size):
            assert row.cell_length <= size[0]
            assert row.plain == visible(row.plain)


def test_of_a_large_letter_only_the_beginning_is_read() -> None:
    journey = play(load("alice-to-bob"))
    data = next(step for step in journey.steps if step.kind is Kind.DATA)
    beyond = _Untouched(b"x" * 60)
    step = data._replace(octets=(*data.octets, b"x\r\n" * 50_000, *[beyond] * 1_000))
    view = View(journey, data.n, False, Scene(journey, step), "", False)
    told = texts(explained(view, *WIDE))
    assert "Subject: Dinner at the =?utf-8?Q?caf=C3=A9?=" in told
    assert f"… {step.size:,} octets in all" in told


class _Untouched(bytes):
    """Octets that are never looked at."""

    def count(self, *_: object) -> int:
        raise AssertionError("all octets were read")


# The learner's own version --------------------------------------------------------------------------------------------


def own_version() -> tuple[View, View]:
    journey = play(load("alice-to-bob"), (Edit("submit/MAIL.1", (b"RCPT TO:<bob@example.net>",)),))
    n = journey.by_place["submit/MAIL.1"].n
    return moments.view(journey, n, changed=True), moments.view(journey, n + 1, changed=True)


def test_a_change_is_told_as_what_was_and_what_is() -> None:
    mine, answer = own_version()
    told = texts(explained(mine, *WIDE))
    assert told[1] == f"step {mine.n} · your change  ✎"
    assert "- MAIL FROM:<alice@example.com> SIZE=817" in told
    assert "+ RCPT TO:<bob@example.net>" in told
    told = texts(explained(answer, *WIDE))
    assert told[1] == f"step {answer.n} · first that your change altered  ≠"
    assert told.index("+ RCPT TO:<bob@example.net>") < told.index("- 250 2.1.0 Sender ok")
    assert "+ 503 5.5.1 Not now: MAIL first" in told


def test_the_original_shows_no_change() -> None:
    mine, _ = own_version()
    original = mine.journey.original
    assert not any(row.startswith(("+ ", "- ")) for row in texts(explained(moments.view(original, mine.n), *WIDE)))


def test_a_change_is_told_in_five_rows_as_well() -> None:
    mine, _ = own_version()
    rows = texts(explained(mine, *FIVE_ROWS))
    assert rows[1] == "Your change. In the original: MAIL FROM:<alice@example.com> SIZE=817"
    assert len(rows) <= 5


# A hidden reply -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [FIVE_ROWS, WIDE])
def test_a_hidden_reply_is_betrayed_by_nothing(size: tuple[int, int]) -> None:
    journey = play(load("alice-to-bob"))
    for step in journey.steps:
        if step.kind is Kind.REPLY:
            other = b"-ERR other" if step.leg.protocol == "pop3" else b"599 5.9.9 other"
            changed = play(journey.scenario, (Edit(step.place, (other,)),))
            told = texts(explained(moments.view(journey, step.n, hidden=True), *size))
            assert told == texts(explained(moments.view(changed, step.n, hidden=True, changed=True), *size))
            assert told[0].startswith("Your turn: what comes back?")


def test_a_hidden_reply_shows_what_was_asked_and_how_codes_are_read() -> None:
    journey = play(load("alice-to-bob"))
    hidden = moments.view(journey, step_of("RCPT") + 1, hidden=True)
    told = texts(explained(hidden, *WIDE, guesses=[True, True, False]))
    assert told[1] == f"step {hidden.n} · server to client · hidden"
    assert told[told.index("The client just sent") + 1] == "RCPT TO:<bob@example.net>"
    assert any(row.startswith("State    MAIL  ") for row in told)
    assert [row.strip()[:3] for row in told if row.startswith("  ") and ".." in row] == ["2..", "3..", "4..", "5.."]
    assert told[-1] == "Guesses so far  ✓ ✓ ✗  2 of 3"


def test_of_commands_sent_together_the_one_is_asked_whose_turn_it_is() -> None:
    journey = play(load("alice-to-bob"))
    replies = [step for step in journey.steps if step.kind is Kind.REPLY and step.answers > 0]
    piped = [step for step in replies if journey.step(step.n - 1).n != step.answers]
    assert piped, "no commands were sent together"
    for step in replies:
        told = texts(explained(moments.view(journey, step.n, hidden=True), *WIDE))
        asked = journey.step(step.answers)
        if asked.kind is Kind.COMMAND:
            said = asked.octets[0].decode().rstrip()
            assert told[told.index("The client just sent") + 1].startswith(said), step.n


# The sheet, and the pane itself ---------------------------------------------------------------------------------------


def test_a_sheet_gives_each_role_and_token_a_style_and_lets_nothing_foreign_pass() -> None:
    sheet = Sheet(78)
    (line,) = lines([sheet.paint("quiet", "so") + " it is"])
    assert line.plain == "so it is"
    assert [(span.start, span.end, span.style) for span in line.spans] == [(0, 2, "$quiet")]
    reply = line_of(session("550 5.1.1 no SIZE=817", "smtp"))
    assert ("bold $error", "550") in [(span.style, reply.plain[span.start : span.end]) for span in reply.spans]
    assert "bold $server" not in [span.style for span in reply.spans]
    assert line_of("a\x1b]0;x\x07b\x1b[2J").plain == "a␛]0;x␇b␛[2J"
    assert line_of(mark("$quiet", "x") + "y").plain == "xy"


class Alone(App[None]):
    """The pane and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        for one in theme.THEMES:
            self.register_theme(one)
        self.theme = theme.DARK

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults()

    def compose(self) -> ComposeResult:
        yield ExplainPane()


async def test_the_pane_is_laid_out_anew_when_its_size_changes() -> None:
    journey = play(load("alice-to-bob"))
    app = Alone()
    async with app.run_test(size=(79, 5)) as pilot:
        app.query_one(ExplainPane).show(moments.view(journey, step_of("RCPT")))
        await pilot.pause()
        assert "└┬─┘" not in look.text(app)
        await pilot.resize_terminal(60, 30)
        await pilot.pause()
        assert "└┬─┘ └┬┘└───────┬───────┘└┬─┘" in look.text(app)
        await pilot.resize_terminal(79, 5)
        await pilot.pause()
        assert look.rows(app)[0].startswith("The front of the envelope.")


async def test_a_new_step_is_shown_from_its_top() -> None:
    journey = play(load("alice-to-bob"))
    app = Alone()
    async with app.run_test(size=(48, 14)) as pilot:
        pane = app.query_one(ExplainPane)
        pane.show(moments.view(journey, step_of("250-")))
        await pilot.pause()
        pane.focus()
        await pilot.press("down", "down", "down")
        assert pane.scroll_offset.y == 3
        await pilot.press("end", "home", "right", "left")  # the player's
        assert pane.scroll_offset.y == 3
        pane.show(moments.view(journey, step_of("RCPT")))
        await pilot.pause()
        assert look.rows(app)[0].startswith("The front of the envelope.")
