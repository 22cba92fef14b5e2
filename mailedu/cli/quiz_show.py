"""A question as lines: what stands beside it, the answers offered, and what is said to an answer.

Nothing is told by place or colour alone: a screen reader hears the same line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mailedu.content import ContentError
from mailedu.exercise.exhibit import Exhibit, Row
from mailedu.exercise.facts import FactError
from mailedu.exercise.kinds import match, order
from mailedu.exercise.marking import Mark, Met, Seen
from mailedu.exercise.model import Exercise, ExerciseError, Kind, Show
from mailedu.exercise.question import Question
from mailedu.journey.edit import EditError
from mailedu.journey.journey import Journey
from mailedu.journey.scenario import ScenarioError
from mailedu.journey.step import Kind as Said
from mailedu.network.segments import Packet
from mailedu.text import octets
from mailedu.text.card import card
from mailedu.text.screen import Screen
from mailedu.visible import clip, pad, visible, width

#: Rows of an exhibit, and lines of one row, that are shown unless all are asked for.
MOST: Final = 60
_MOST_LINES: Final = 40
#: A terminal of fewer columns gets rows without time and length, and eight octets a row.
_NARROW: Final = 72
#: Lines of a letter that stand around one that is looked at.
_AROUND: Final = 2
_SIGNS: Final = {Said.COMMAND: "C: ", Said.DATA: "C: ", Said.REPLY: "S: "}


def points(number: float) -> str:
    """As `1 point`, `0.75 points`."""
    return f"{amount(number)} point{'' if number == 1 else 's'}"


def amount(number: float) -> str:
    """A number of points without needless zeros, two decimals at the most."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def earned(score: float, most: float) -> str:
    """As `1 point`, `0.5 of 1 point`."""
    return points(score) if score == most else f"{amount(score)} of {points(most)}"


def made(exercise: Exercise, seed: int) -> Question:
    """The question, with all that is shown of it. Raises ExerciseError, one line, for whatever is wrong with it."""
    try:
        question = Question(exercise, seed)
        question.exhibit  # noqa: B018 - played now, so that nothing is wrong later
    except ExerciseError:
        raise
    except (ContentError, ScenarioError, EditError, FactError) as error:
        raise ExerciseError(f"{exercise.file}: {error}") from None
    return question


# The question ---------------------------------------------------------------------------------------------------------


def prompt(question: Question, screen: Screen) -> list[str]:
    """What is asked. An empty line parts paragraphs; lines that begin with a blank stay lines of their own."""
    lines: list[str] = []
    for paragraph in visible(question.prompt.strip(), keep_newlines=True).split("\n\n"):
        lines += [""] if lines else []
        text = ""
        for line in paragraph.split("\n"):
            if line.startswith(" "):
                lines += screen.prose(text, "", role="title") + list(_whole("  ", line, screen))
                text = ""
            else:
                text = f"{text} {line}".strip()
        lines += screen.prose(text, "", role="title")
    return lines


def offered(question: Question, screen: Screen) -> list[str]:
    """The answers to choose from, the items to put in order or to match."""
    if question.options:
        return _lettered(((one.letter, one.text) for one in question.options), screen)
    if not question.items:
        return []
    letters = match.LETTERS if question.kind is Kind.MATCH else order.LETTERS
    lines = _lettered(zip(letters, (text for text, _ in question.items), strict=False), screen)
    if question.kind is Kind.MATCH:
        partners = ((str(n), text) for n, text in enumerate(question.partners, 1))
        lines += ["", *_lettered(partners, screen)]
    return lines


def _lettered(rows: Iterable[tuple[str, str]], screen: Screen) -> list[str]:
    return [line for name, text in rows for line in screen.prose(visible(text), "      ", f"  {name:>2}  ")]


# What stands beside it ------------------------------------------------------------------------------------------------


def exhibit(shown: Exhibit, screen: Screen, everything: bool = False) -> list[str]:
    """The rows, below what their columns mean."""
    rows = shown.rows if everything else shown.rows[:MOST]
    if not rows:
        return []
    lines = list(_rows(shown, rows, screen))
    left = len(shown.rows) - len(rows)
    if left:
        lines.append(screen.paint("quiet", f"  … {left:,} more; `p all` prints them"))
    return lines


def _rows(shown: Exhibit, rows: Sequence[Row], screen: Screen) -> Iterator[str]:
    if shown.show is Show.PACKETS:
        yield from _packets(rows, screen)
    elif shown.show is Show.STEPS:
        yield from _steps(shown, rows, screen)
    elif shown.show is Show.OCTETS:
        yield from _octets(shown, rows, screen)
    else:
        for row in rows:
            yield from _whole(f"{row.n:5}  ", row.text, screen)


def _packets(rows: Sequence[Row], screen: Screen) -> Iterator[str]:
    packets = [row.packet for row in rows if row.packet is not None]
    hosts = {frozenset((one.source.host, one.target.host)) for one in packets}
    narrow = screen.columns < _NARROW
    if len(hosts) == 1:
        first = next(row for row in rows if row.packet is not None)
        assert first.packet is not None
        ends = (first.packet.target, first.packet.source) if first.from_server else first.packet[3:5]
        yield from screen.prose(f"The client is {_host(ends[0])}, the server {_host(ends[1])}.")
        names = {True: "server", False: "client"}
        who = [names[row.from_server] for row in rows]
    else:
        who = [visible(row.packet.source.host) if row.packet is not None else "" for row in rows]
    room = min(max(map(width, who)), screen.columns // 3)
    yield screen.paint("quiet", f"   No  {pad('From', room)}  Info" if narrow else
                       f"   No       Time  {pad('From', room)}   Len  Info")  # fmt: skip
    yield from _packet_rows(rows, who, room, narrow, screen)
    if len(rows) > 1:
        n = rows[0].n
        yield from screen.prose(f"p {n} shows packet {n} whole, with all its numbers.", role="quiet")


def _packet_rows(rows: Sequence[Row], who: Sequence[str], room: int, narrow: bool, screen: Screen) -> Iterator[str]:
    for row, name in zip(rows, who, strict=True):
        packet = row.packet
        cells = pad(clip(name, room), room)
        if packet is None or narrow:
            head = f"{row.n:5}  {cells}  "
        else:
            head = f"{row.n:5} {packet.time:10.6f}  {cells} {len(packet.payload):5}  "
        yield from _whole(head, row.text, screen)


def _host(end: object) -> str:
    host, address = getattr(end, "host", ""), getattr(end, "address", "")
    return f"{visible(str(host))} ({address})"


def _steps(shown: Exhibit, rows: Sequence[Row], screen: Screen) -> Iterator[str]:
    from mailedu.text.transcript import heading

    journey, leg = shown.journey, None
    for row in rows:
        sign = "   "
        if journey is not None:
            step = journey.step(row.step)
            sign = _SIGNS.get(step.kind, sign)
            if step.leg != leg:
                leg = step.leg
                yield from screen.prose(heading(journey.scene(row.step)), "  ", role="quiet")
        yield from _whole(f"{row.n:5}  {sign}", row.text, screen)


def _octets(shown: Exhibit, rows: Sequence[Row], screen: Screen) -> Iterator[str]:
    yield from screen.prose("Each number is the offset of the first octet in its row, counted from 0.")
    a_row = 8 if screen.columns < _NARROW + 8 else 16
    end = min(rows[-1].n + 16, len(shown.octets))
    for start in range(rows[0].n, end, a_row):
        part = shown.octets[start : min(start + a_row, end)]
        text = "".join(chr(one) if 32 <= one < 127 else "·" for one in part)
        yield f"{start:6}  {part.hex(' '):{3 * a_row - 1}}  {text}"


def _whole(head: str, text: str, screen: Screen) -> Iterator[str]:
    """A row of which nothing may be missing: at a terminal it goes on below, blanks and all."""
    text = screen.safe(text)
    room = max(10, screen.columns - width(head)) if screen.rows else 0
    while room and width(text) > room:
        part = clip(text, room, "") or text[0]
        yield head + part
        head, text = " " * width(head), text[len(part) :]
    yield (head + text).rstrip() if not text else head + text


def numbered(n: int, line: str, screen: Screen) -> list[str]:
    """A line of a text behind its number, whole."""
    return list(_whole(f"{n:5}  ", visible(line), screen))


def one_row(shown: Exhibit, n: int, screen: Screen) -> list[str]:
    """All of a row: what a packet or a step carries, line by line. Nothing if there is no such row."""
    row = shown.row(n)
    if row is None:
        return []
    if row.packet is not None:
        return _packet(row.packet, row, screen)
    if shown.show is Show.STEPS and shown.journey is not None:
        step = shown.journey.step(row.step)
        said = octets.shown(step, screen, _MOST_LINES, "    ") + octets.undone(step, screen)
        return [*_whole(f"{n:5}  ", row.text, screen), *said]
    return list(_rows(shown, [row], screen))


def _packet(packet: Packet, row: Row, screen: Screen) -> list[str]:
    who = "server" if row.from_server else "client"
    ports = f"ports {packet.source.port} to {packet.target.port}"
    facts = [f"Packet {packet.n}, from the {who} at {packet.time:.6f} s", ports]
    if packet.transport == "tcp":
        facts += [f"flags {packet.flags}", f"Seq {packet.seq}"]
        facts += [f"Ack {packet.ack}"] if "ACK" in packet.flags else []
        facts += [f"window {packet.window}"]
    facts.append(f"{len(packet.payload):,} octets carried" if packet.payload else "nothing carried")
    lines = screen.prose(", ".join(facts) + ".")
    if packet.transport == "tcp" and packet.payload:
        text = packet.payload.removesuffix(b"\r\n").split(b"\r\n")
        for line in text[:_MOST_LINES]:
            lines += _whole("    ", visible(line), screen)
        if len(text) > _MOST_LINES:
            lines.append(screen.paint("quiet", f"    … and {len(text) - _MOST_LINES:,} more lines"))
    return lines


# What is said to an answer --------------------------------------------------------------------------------------------


def verdict(mark: Mark, screen: Screen, worth: str) -> list[str]:
    """Right or not, and why. `worth`: the points of a right answer, as they are to be told."""
    goals = [line for one in mark.goals for line in goal(one, screen, is_marked=True)]
    if mark.right:
        said = f"✓ Right: {worth}." + (f" {mark.feedback.strip()}" if mark.feedback.strip() else "")
        return [*goals, *screen.prose(visible(" ".join(said.split())), "  ", "", role="right")]
    feedback = " ".join(mark.feedback.split()) or "Not so."
    soft = "" if feedback.startswith(("Not", "Nearly")) else "Not quite. "
    return [*goals, *screen.prose(visible(f"✗ {soft}{feedback}"), "  ", "", role="wrong")]


def goal(met: Met, screen: Screen, *, is_marked: bool = False) -> list[str]:
    """A goal, and whether it is reached. `is_marked`: it was handed in, so a goal not reached is a mistake."""
    sign, word = ("✓", "reached") if met.reached else ("✗", "not reached") if is_marked else ("·", "not yet")
    return screen.prose(f"{visible(met.text)}: {word} ({points(met.points)})", "    ", f"  {sign} ")


def answer(question: Question, screen: Screen) -> list[str]:
    """The right answer, and why it is."""
    solution = [visible(line) for line in question.solution.split("\n")]
    if solution == [""]:
        lines = []
    elif len(solution) == 1:
        lines = screen.prose(f"The answer: {solution[0]}", "  ", "")
    else:
        lines = ["One way that works:" if question.kind in (Kind.LAB, Kind.REPAIR) else "The answer:"]
        lines += [part for line in solution for part in _whole("    ", line, screen)]
    return lines + screen.prose(visible(" ".join(question.exercise.why.split())), "")


def see(question: Question, seen: Seen, screen: Screen) -> list[str]:
    """What `v` shows: the packet, the step's card, or the lines of the letter."""
    lines: list[str] = []
    journey: Journey | None = question.journey
    if seen.line:
        rows = question.exhibit.rows
        for row in rows[max(0, seen.line - 1 - _AROUND) : seen.line + _AROUND]:
            sign = "►" if row.n == seen.line else " "
            lines += _whole(f"{sign}{row.n:4}  ", row.text, screen)
    if journey is None:
        return lines
    if seen.packet:
        packet = journey.packets[seen.packet - 1]
        from_server = packet.step > 0 and packet.source.host == journey.step(packet.step).leg.peer
        lines += [*_packet(packet, Row(packet.n, "", packet.step, from_server, packet), screen), ""]
    if seen.step:
        lines += card(journey.scene(seen.step), screen, above=len(lines), keys=False)
    return lines
