"""What is told around a question, in words: where one is, hints, goals, feedback, and how it went at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from mailedu.exercise.marking import Mark, Met
from mailedu.exercise.model import GRADED_BY_GOALS, Hint
from mailedu.exercise.trying import Trying
from mailedu.text.facts import plural
from mailedu.visible import clip, visible, width

#: What a question's sign may be, and its hue.
SIGNS = {"✓": "$success", "✗": "$error", "►": "bold $accent", "·": "$quiet"}


def points(number: float) -> str:
    """As `1`, `0.5`, `2.25`."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def many(number: float) -> str:
    """As `1 point`, `2.5 points`."""
    return f"{points(number)} point{'' if number == 1 else 's'}"


def row(signs: Sequence[str], at: int, cells: int) -> Content:
    """`✓ ✓ ► · ·   question 3 of 5`. Of many questions without gaps, of very many only those around this one."""
    words = f"question {at + 1} of {len(signs)}"
    short = words.removeprefix("question ")
    if len(signs) + width(short) + 2 <= cells < len(signs) + width(words) + 2:  # so all of them fit
        words = short
    room = cells - width(words) - 2
    gap = " " if 2 * len(signs) <= room else ""
    most = max(min(len(signs), room), 1)
    first = max(0, min(at - most // 2, len(signs) - most))
    pieces: list[str | tuple[str, str]] = []
    for sign in signs[first : first + most]:
        pieces += [(sign, SIGNS[sign]), gap]
    return Content.assemble(*pieces, "  ", (words, "$quiet"))


def prompt(text: str) -> Content:
    """The question: its first paragraph is the question itself, what follows helps to find the answer."""
    first, _, rest = visible(text.strip(), keep_newlines=True).partition("\n\n")
    asked = Content.styled(_joined(first), "bold")
    if not rest:
        return asked
    return Content.assemble(asked, "\n\n", (_joined(rest), "$quiet"))


def _joined(text: str) -> str:
    """Lines that a file was broken into are one; a paragraph that is indented keeps its lines."""
    return "\n\n".join(
        part if part.startswith(" ") else " ".join(part.split()) for part in text.split("\n\n")
    )  # fmt: skip


def hints(taken: Sequence[Hint]) -> Content:
    """What was told on request."""
    return Content("\n").join(
        Content.assemble((f"Hint {n}  " if taken[1:] else "Hint  ", "bold $accent"), visible(hint.text))
        for n, hint in enumerate(taken, 1)
    )


def goals(met: Iterable[Met], cells: int) -> Content:
    """What is to be reached, and what is."""
    lines = []
    for one in met:
        worth = f"  {one.points} {plural('point', one.points)}"
        text = clip(visible(one.text), max(cells - 2 - len(worth), 8))
        sign, hue = ("✓", "bold $success") if one.reached else ("·", "$quiet")
        lines.append(Content.assemble((f"{sign} ", hue), text, (worth, "$quiet")))
    return Content("\n").join(lines)


def feedback(mark: Mark, trying: Trying, gap: str = "\n") -> Content:
    """What is said to an answer: sign and words; the bar beside it is the widget's. `gap`: before what follows."""
    said = visible(mark.feedback.strip(), keep_newlines=True)
    if mark.right:
        full = trying.score >= trying.most
        worth = f"{points(trying.score)} of {many(trying.most)}."
        head = Content.assemble(("✓ Right. ", "bold $success"), said)
        return head if full else Content.assemble(head, gap, (worth, "$quiet"))
    reached = sum(one.points for one in mark.goals if one.reached)
    if mark.goals and reached:
        head = Content.assemble((f"✗ {reached} of {sum(one.points for one in mark.goals)}. ", "bold $error"), said)
    elif said.startswith(("Not ", "Nearly")):
        first, dot, rest = said.partition(":" if said.startswith("Nearly") else ".")
        head = Content.assemble((f"✗ {first}{dot}", "bold $error"), rest)
    else:
        head = Content.assemble(("✗ Not quite. ", "bold $error"), said)
    if not trying.over:
        return Content.assemble(head, gap, (_again(trying), "$quiet"))
    return Content.assemble(head, gap, solved(trying))


def _again(trying: Trying) -> str:
    left = trying.tries_left
    many = "One more try" if left == 1 else f"{left} more tries"
    return f"{many} for half the points." if trying.tries else f"{many}."


def solved(trying: Trying) -> Content:
    """The answer, once no try is left, and why it is that one."""
    question = trying.question
    solution = visible(question.solution.strip(), keep_newlines=True)
    why = visible(question.exercise.why.strip())
    if question.kind in GRADED_BY_GOALS:
        head = Content.assemble(("One way: ", "bold"), "  ".join(solution.split("\n")) if solution else "none is known")
    else:
        head = Content.assemble(("The answer: ", "bold"), solution)
    return Content.assemble(head, f"\n{why}" if why else "")


def given_up(trying: Trying) -> Content:
    """The answer was asked for."""
    return Content.assemble(("· Shown. ", "bold"), solved(trying))


def ended(title: str, lines: Sequence[tuple[str, str, float, float]], cells: int) -> Content:
    """How it went: of each question its sign, its words, its points and the most there are."""
    got, most = sum(line[2] for line in lines), sum(line[3] for line in lines)
    rows = [
        Content.assemble((visible(title), "bold")),
        Content.assemble((f"{points(got)} of {many(most)}", "bold $accent")),
        Content(""),
    ]
    for n, (sign, words, score, full) in enumerate(lines, 1):
        tail = f"{points(score)} of {points(full)}"
        room = max(cells - 8 - len(tail), 8)
        text = clip(visible(" ".join(words.split("\n\n")[0].split())), room)
        gap = " " * (room - width(text))
        rows.append(Content.assemble((f"{sign} ", SIGNS[sign]), (f"{n:>2}  ", "$quiet"), text, gap, f"  {tail}"))
    return Content("\n").join(rows)
