"""What a step means: its line with the names of its parts, what, why, where it leads, where it is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from textual.content import Content

from mailedu.agents.actions import Action
from mailedu.explain import Explanation
from mailedu.journey import phrases
from mailedu.journey.gist import gist
from mailedu.journey.scene import Scene
from mailedu.journey.step import Kind, Step
from mailedu.text import card, octets
from mailedu.text.screen import wrapped
from mailedu.tui.panes import brackets
from mailedu.tui.panes.page import Page
from mailedu.tui.panes.sheet import Sheet, line_of, lines, mark
from mailedu.tui.view import View
from mailedu.visible import clip, pad, visible, width

#: Cells of a label, with the gap behind it.
LABEL: Final = 9
#: Rows from which on there is room for more than the meaning.
ROOMY: Final = 12
#: Lines of a step's octets that are shown: of a letter its beginning, of the rest all.
_LINES, _LETTER_LINES = 200, 8
_LETTERS: Final = frozenset((Action.COMPOSED, Action.PART, Action.BODY, Action.FILE, "RETR", "TOP"))
#: Octets from which on nobody wants to know how many lines follow.
_COUNTED: Final = 100_000
#: Kinds whose octets are no line of text.
_NOT_A_LINE: Final = frozenset((Kind.DATA, Kind.QUERY, Kind.ANSWER))
#: Cells for the octets of a part, where parts are told in a list.
_VALUE: Final = 20
_CODES: Final = {
    "smtp": (
        ("2..", "done"),
        ("3..", "go on, I need more"),
        ("4..", "not now, try later"),
        ("5..", "no, and it will stay no"),
    ),
    "pop3": (("+OK", "yes, done"), ("-ERR", "no, and nothing is changed")),
}
#: Guesses that are shown, the last ones.
_GUESSES: Final = 20

Rows = list[Content]
BLANK: Final = Content("")


class ExplainPane(Page):
    """The pane explain."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.guesses: list[bool] = []
        """Whether each guess so far was right; the player sets it."""

    def rows(self, view: View, width: int, height: int) -> Sequence[Content]:
        return explained(view, width, height, self.guesses)


def explained(view: View, cells: int, height: int, guesses: Sequence[bool] = ()) -> Rows:
    """The pane as rows of at most `cells` cells; where `height` is too small for all, the rest is below it."""
    if view.hidden:
        return _hidden(view, cells, height, guesses)
    if height < ROOMY:
        return _short(view, cells, height)
    drawn = _drawn(view.scene, cells)
    said = _said(view.scene, cells, drawn)
    roomy = _whole(view, cells, said, gap=True)
    rows = roomy if len(roomy) <= height else _whole(view, cells, said, gap=False)
    parts = [] if drawn else _parts(view.scene, cells)
    return [*rows, BLANK, *parts] if parts else rows


# All of it ------------------------------------------------------------------------------------------------------------


def _whole(view: View, cells: int, said: Rows, *, gap: bool) -> Rows:
    scene, meaning = view.scene, view.scene.explanation
    changes = _changes(view, cells)
    first, last = (said, []) if gap or not changes else ([], said)  # the change shows the line already
    groups = [
        [*_prose(mark("bold", visible(meaning.title)), cells), *_about(view, cells)],
        changes,
        first,
        _fact("What", visible(meaning.what), cells),
        _fact("Why", visible(meaning.why), cells),
        _code(meaning, cells),
        [*_state(scene, cells), *_fact("Then", phrases.next_turn(scene), cells)],
        _fact("Written", card.citations(meaning.rfc), cells),
        _fact("Today", visible(meaning.today), cells),
        _fact("The book", visible(meaning.erratum), cells),
        [BLANK, *last] if last else [],
    ]
    rows: Rows = []
    for at, group in enumerate(groups):
        if group:
            rows += [BLANK, *group] if at and (gap or at < 4) else group
    return rows


def _about(view: View, cells: int) -> Rows:
    """`step 22 · client to server · 25 octets + CRLF`, or what the learner's edits have made of it."""
    step = view.scene.step
    words = [f"step {step.n}", _who(view, step)]
    style = "$quiet"
    if view.changed and step.edited:
        words, style = [f"step {step.n}", "your change  ✎"], "$changed"
    elif view.changed and _is_first_altered(view):
        words, style = [f"step {step.n}", "first that your change altered  ≠"], "$changed"
    elif step.octets:
        words.append(_size(step))
    return [line_of(mark(style, row)) for row in wrapped(" · ".join(filter(None, words)), cells)]


def _who(view: View, step: Step) -> str:
    if step.kind in (Kind.REPLY, Kind.ANSWER):
        return "server to client"
    if step.kind is Kind.ACTION:
        return f"on {visible(view.name_of(step.leg.actor))}"
    return "client and server" if step.kind is Kind.LINK else "client to server"


def _size(step: Step) -> str:
    size = step.size
    ended = step.kind in (Kind.COMMAND, Kind.REPLY) and len(step.octets) == 1 and step.octets[0].endswith(b"\r\n")
    count = size - 2 if ended else size
    return f"{count:,} octet{'' if count == 1 else 's'}{' + CRLF' if ended else ''}"


def _said(scene: Scene, cells: int, drawn: Rows) -> Rows:
    """The line with its parts below it, or all lines; then what their base64 says."""
    step = scene.step
    if not step.octets:
        return []
    sheet = Sheet(cells)
    rows = drawn
    if not rows:
        shown = lines(_first_lines(step, sheet), "")
        rows = [row for line in shown for row in (line.wrap(cells) if line else [BLANK])]
    undone = lines(octets.undone(step, sheet, ""), "")
    return [*rows, BLANK, *undone] if undone else rows


def _first_lines(step: Step, sheet: Sheet) -> list[str]:
    """The lines of a step, marked; of a letter the first. Those of a large one are not even counted."""
    most = _LETTER_LINES if step.kind is Kind.DATA or step.verb in _LETTERS else _LINES
    if step.size <= _COUNTED:
        return octets.shown(step, sheet, most, "")
    head = step._replace(octets=(step.head(),))
    told = octets.coloured(step, octets.first_lines(head, most)[0], sheet)
    return [*told, mark("$quiet", f"… {step.size:,} octets in all")]


def _drawn(scene: Scene, cells: int) -> Rows:
    """The line with its parts below it; nothing if there is more than a line, or no room."""
    step = scene.step
    if not step.octets or step.kind in _NOT_A_LINE or step.size > len(scene.key.octets):
        return []
    line = lines(octets.shown(step, Sheet(cells), 1, ""), "")[0]
    return brackets.diagram(line, scene.key.octets, scene.explanation.spans, cells)


def _code(meaning: Explanation, cells: int) -> Rows:
    """The digits of a code, each at its place: `2..  Done`."""
    rows: Rows = []
    for digit in meaning.digits:
        hue = "$error" if meaning.digits[0].digit in "45" else "$server"
        dots = "." * (digit.position - 1), "." * (3 - digit.position)
        placed = mark("$quiet", dots[0]) + mark(f"bold {hue}", digit.digit) + mark("$quiet", dots[1])
        rows += _fact("" if rows else "Code", visible(digit.meaning), cells, placed + "  ", 5)
    return rows


def _state(scene: Scene, cells: int) -> Rows:
    """The state after this step, where it came from if it is new, and what it means."""
    before, after = scene.step.before, scene.step.after
    if not after:
        return []
    came = f"{before} ► " if before and before != after else ""
    head = mark("$quiet", came) + mark("bold", after) + "  "
    return _fact("State", scene.state_words(after), cells, head, width(came) + width(after) + 2)


def _parts(scene: Scene, cells: int) -> Rows:
    """Which octets mean what, where that is too much for a drawing; what comes again is told once."""
    key = scene.key
    binary = key.kind in (Kind.QUERY, Kind.ANSWER)
    found: dict[tuple[str, str, str], None] = {}
    for span in scene.explanation.spans:
        part = key.octets[span.start : span.end]
        if span.name not in brackets.SEPARATORS and (binary or part.strip()):
            found.setdefault((part.hex(" ") if binary else visible(part), span.name, visible(span.meaning)))
    if not found:
        return []
    room = min(_VALUE, cells // 3, max(width(value) for value, _, _ in found))
    rows: Rows = [line_of(mark("$quiet", "The parts"))]
    for value, name, meaning in found:
        head = pad(clip(value, room), room) + "  "
        text = wrapped(f"{name}: {meaning}" if meaning else name, max(cells - width(head), 12))
        for at, row in enumerate(text):
            named = row.startswith(name) and at == 0
            rest = mark("$quiet", row[len(name) :]) if named else mark("$quiet", row)
            rows.append(line_of((" " * width(head) if at else head) + (name if named else "") + rest))
    return rows


# What the learner's edits changed -------------------------------------------------------------------------------------


def _is_first_altered(view: View) -> bool:
    """Whether this is the first step that is another one by itself, not by the learner's hand."""
    first, journey = view.journey.first_difference, view.journey
    if first is None or view.n < first:
        return False
    altered = next((step for step in journey.steps[first - 1 : view.n] if not step.edited), None)
    if altered is None or altered.n != view.n:
        return False
    original = view.scene.original
    return original is None or not altered.same(original)


def _told(view: View, cells: int) -> str:
    """What the learner's edits have to do with this step, in words; empty if nothing."""
    if not view.changed:
        return ""
    return " ".join(line.plain.strip() for line in lines(card.changes(view.scene, Sheet(cells))))


def _changes(view: View, cells: int) -> Rows:
    """`- was` and `+ is` of this step, and of the command that it answers; else what is other in words."""
    scene, told = view.scene, _told(view, cells)
    if not told:
        return []
    rows: Rows = []
    step, original = scene.step, scene.original
    asked = scene.journey.step(step.answers) if step.answers > 0 else None
    if asked is not None and asked.edited:
        rows += [*_was_is(f"you sent, step {asked.n}", asked, scene.journey.scene(asked.n).original, cells), BLANK]
    if original is not None and original.octets != step.octets and not told.startswith("Your change:"):
        if step.kind is Kind.REPLY:
            who = "you let the server answer" if step.edited else "the server answered"
        else:
            who = "you sent" if step.edited else "the client sent" if step.kind is Kind.COMMAND else "now it is"
        return rows + _was_is(f"{who}, step {step.n}", step, original, cells)
    return rows + [line_of(mark("$changed", row)) for row in wrapped(told, cells)]


def _was_is(head: str, step: Step, original: Step | None, cells: int) -> Rows:
    was = f"- {gist(original)}" if original is not None else ""
    return [
        line_of(mark("$quiet", head)),
        *(line_of(mark("$quiet", row)) for row in (wrapped(was, cells) if was else ())),
        *(line_of(mark("bold $changed", row)) for row in wrapped(f"+ {gist(step)}", cells)),
    ]


# Five rows ------------------------------------------------------------------------------------------------------------


def _short(view: View, cells: int, height: int) -> Rows:
    """Title, what, why; then state and source, and how to see more, as far as there is room for them."""
    scene, meaning = view.scene, view.scene.explanation
    step = scene.step
    title = _prose(mark("bold", visible(meaning.title)), cells)
    body = [*_prose(visible(meaning.what), cells), *_prose(visible(meaning.why), cells)]
    told = _told(view, cells)
    free = height - len(title) - len(body)
    if told and free > 0:
        title = [*title, line_of(mark("$changed", told)).truncate(cells, ellipsis=True)]
        free -= 1
    state = f"{mark('$quiet', 'State')} {mark('bold', step.after)}" if step.after else ""
    written = mark("$quiet", card.citations(meaning.rfc))
    row = line_of("   ".join(filter(None, (state, written))))
    rows = [*title, *body]
    if free <= 0:
        return rows
    more = Content.assemble(("z", "bold $accent"), (" makes this larger", "$quiet")) if _has_more(scene) else BLANK
    if free > 1:
        return [*rows, row.truncate(cells, ellipsis=True), *([more] if more else [])]
    room = cells - more.cell_length - 3
    if more and room >= width(f"State {step.after}"):
        row = row.truncate(room, ellipsis=True)
        return [*rows, Content.assemble(row, " " * (cells - row.cell_length - more.cell_length), more)]
    return [*rows, row.truncate(cells, ellipsis=True)]


def _has_more(scene: Scene) -> bool:
    meaning = scene.explanation
    return bool(meaning.today or meaning.erratum or meaning.digits or meaning.spans)


# A reply that is to be guessed ----------------------------------------------------------------------------------------


def _hidden(view: View, cells: int, height: int, guesses: Sequence[bool]) -> Rows:
    """Whose turn it is, what is known, and how codes are read. Nothing here looks at the hidden step's octets."""
    scene, leg = view.scene, view.journey.step(view.n).leg
    asked = _asked(view)
    if asked is not None:
        sent = [line_of(mark("$quiet", "The client just sent")), *_line(asked, cells)]
    else:
        sent = [line_of(mark("$quiet", "The client has just opened the connection"))]
    inside = scene.leg == leg
    entered = scene.step.after if inside else ""
    words = scene.state_words(entered) if entered else "none yet: it begins with the greeting"
    state = mark("bold", entered) + "  " if entered else ""
    known = [
        *_fact("State", words, cells, state, width(entered) + 2 if entered else 0),
        *_fact("Login", _login(view), cells),
    ]
    codes = _CODES["pop3" if leg.protocol == "pop3" else "smtp"]
    title = line_of(mark("bold", "Your turn: what comes back?"))
    about = line_of(mark("$quiet", f"step {view.n} · server to client · hidden"))
    score = _score(guesses)
    if height < ROOMY:
        shorter = "  ".join(f"{mark('bold', code)} {words.split(',')[0]}" for code, words in codes)
        first = Content.assemble(title, "   ", about) if title.cell_length + about.cell_length + 3 <= cells else title
        rows = [first, *sent[-1:], *known, line_of(shorter).truncate(cells), *score]
        return rows[:height]
    groups = [
        [title, about],
        sent,
        [line_of(mark("$quiet", "What you know")), *known],
        [line_of(mark("$quiet", "How to read a code")),
         *(line_of(f"  {mark('bold', code)}{' ' * (6 - len(code))}{words}") for code, words in codes)],
        score,
    ]  # fmt: skip
    return list(chain.from_iterable([BLANK, *group] if at else group for at, group in enumerate(filter(None, groups))))


def _asked(view: View) -> Step | None:
    """The command that waits longest for its answer: replies come in the order of the commands."""
    leg = view.scene.leg
    last = view.n - 1
    while last > 0 and view.journey.step(last).leg == leg and view.journey.step(last).answers < 0:
        last -= 1
    answered = view.journey.step(last).answers if last > 0 and view.journey.step(last).leg == leg else last
    steps = map(view.journey.step, range(max(answered, 0) + 1, view.n))
    return next((step for step in steps if step.kind is Kind.COMMAND and step.leg == leg), None)


def _line(step: Step, cells: int) -> Rows:
    sheet = Sheet(cells)
    shown = lines([*octets.shown(step, sheet, 1, ""), *octets.undone(step, sheet, "")], "")
    return [line.truncate(cells, ellipsis=True) for line in shown]


def _login(view: View) -> str:
    leg = view.scene.leg
    if leg.protocol != "submission":
        return ""
    user = next((user for host, user in view.scene.world.logged_in if host == leg.peer), "")
    if user:
        return f"{visible(user)}, whose mail to anybody is taken here"
    return "nobody yet, and this server wants one" if view.journey.wants_login(leg) else ""


def _score(guesses: Sequence[bool]) -> Rows:
    if not guesses:
        return []
    signs = [mark("$success", "✓") if right else mark("$error", "✗") for right in guesses[-_GUESSES:]]
    count = f"{sum(guesses)} of {len(guesses)}"
    return [line_of(f"{mark('$quiet', 'Guesses so far')}  {' '.join(signs)}  {count}")]


# Rows -----------------------------------------------------------------------------------------------------------------


def _prose(text: str, cells: int) -> Rows:
    """A paragraph of visible text, which may be marked as a whole; none for no text."""
    if not text:
        return []
    return list(line_of(text).wrap(max(cells, 1)))


def _fact(label: str, text: str, cells: int, head: str = "", head_cells: int = 0) -> Rows:
    """A labelled fact, its text in a column; none for no text. `head` is marked, and stands before the text."""
    if not text and not head:
        return []
    column = LABEL + (head_cells if head_cells <= 6 else 0)  # the rest of a text goes below a short head's text
    first_indent = LABEL + head_cells
    filled = wrapped("\0" * (first_indent - column) + text if head_cells > 6 else text, max(cells - column, 8))
    rows: Iterable[str] = (row.replace("\0", "") for row in filled)
    begin = mark("$quiet", label) + " " * (LABEL - width(label)) + head
    return [line_of((" " * column if at else begin) + row) for at, row in enumerate(rows)]
