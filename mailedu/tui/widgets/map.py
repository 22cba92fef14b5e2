"""The map of machines and wires, with the letter where it truly is."""

from __future__ import annotations

from typing import Final, Protocol

from textual.events import Click, Resize
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from mailedu.agents.actions import Link
from mailedu.dns import message as dns
from mailedu.journey.phrases import STAGES as WORDS
from mailedu.journey.phrases import kind_of
from mailedu.journey.step import Kind, Leg, Step
from mailedu.tui.view import View
from mailedu.tui.widgets.canvas import Piece, Row
from mailedu.tui.widgets.caption import caption
from mailedu.tui.widgets.chart import Label, Layout, labels, lay_out
from mailedu.tui.widgets.course import SPOKEN, STAGES, Course, Spot
from mailedu.visible import clip, visible, width

#: Seconds that a word takes to the middle of its wire.
SLIDE: Final = 0.25
LETTER: Final = " ✉ "
REPORT: Final = "✉✗ "
_BADGE: Final = "bold $letter-fg on $letter-bg"
_UNDER_WAY: Final = "$letter-bg"
_LINKS: Final = {
    Link.CONNECT: ("TCP", "bold $foreground"),
    Link.REFUSED: ("✗ refused", "bold $error"),
    Link.UNREACHABLE: ("✗ silence", "bold $error"),
    Link.TIMEOUT: ("✗ timeout", "bold $error"),
    Link.CLOSE: ("close", "bold $foreground"),
    Link.RESET: ("✗ reset", "bold $error"),
}
_ROLES: Final = (("ua", "user agent"), ("msa", "MSA"), ("mta", "MTA"), ("dns", "DNS"), ("maa", "mailbox"))


class Told(Protocol):
    """What stands in the last row."""

    def __call__(self, view: View, room: int, *, on_map: bool) -> list[Piece]:
        """At most `room` cells."""


class Map(Widget):
    """Six rows, or two where it is given fewer."""

    SCOPED_CSS = False  # the size is the screen's
    DEFAULT_CSS = """
    Map { height: 2; }
    .-wide Map { height: 6; }
    .-huge Map { height: 6; }
    """
    pos: reactive[float] = reactive(1.0, repaint=False)
    """How far the word on the wire has come to its middle."""

    class StageChosen(Message):
        """A stage was clicked, or the machine or wire where it happens."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, told: Told = caption, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told = told
        self._view: View | None = None
        self._course: Course | None = None
        self._layout: Layout | None = None
        self._laid_out: tuple[object, ...] = ()
        self._rows: list[Row] = []
        self._labels: list[Label] = []

    # Showing ----------------------------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """O(1) in the length of the journey, but for the first view of one."""
        before, self._view = self._view, view
        if self._course is None or self._course.journey is not view.journey:
            self._course = Course(view.journey)
        moved = before is not None and (before.journey, before.n, before.hidden) != (view.journey, view.n, view.hidden)
        if moved and view.step.kind is not Kind.ACTION and self.app.animation_level == "full":
            self.set_reactive(Map.pos, 0.0)
            self.animate("pos", 1.0, duration=SLIDE)
        self._draw()

    def watch_pos(self) -> None:
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def render_line(self, y: int) -> Strip:
        if y < len(self._rows) and self._rows[y].width == self.size.width:
            return self._rows[y].strip(self)
        return Row(self.size.width).strip(self)

    def _draw(self) -> None:
        """Make the rows anew, and repaint those that have changed."""
        before, cells = self._rows, self.size.width
        if self._view is None or self._course is None or not cells or not self._course.machines:
            return
        self._rows = _Drawing(self._view, self._course, self._lay_out(self._view), cells, self.pos, self._told).rows
        self._labels = self._named(self._view)
        if len(before) != len(self._rows):
            self.refresh()
            return
        changed = [y for y, row in enumerate(self._rows) if row != before[y]]
        if changed:
            self.refresh(*(Region(0, y, cells, 1) for y in changed))

    def _lay_out(self, view: View) -> Layout:
        size = (view.journey, self.size.width, self.size.height >= 6, view.addresses)
        if self._layout is None or size != self._laid_out:
            self._laid_out = size
            names = [visible(view.name_of(machine.name)) for machine in view.journey.scenario.machines]
            shorts = [visible(view.name_of(machine.name, short=True)) for machine in view.journey.scenario.machines]
            self._layout = lay_out(names, shorts, self.size.width, wide=size[2])
        return self._layout

    def _named(self, view: View) -> list[Label]:
        assert self._course is not None
        return _stages(self._course, self._lay_out(view), view)

    # Clicking ---------------------------------------------------------------------------------------------------------

    def on_click(self, event: Click) -> None:
        if self._course is None or self._layout is None:
            return
        row = 0 if self._layout.wide else 1
        number = 0
        if event.y == row:
            number = next((label.number for label in self._labels if label.start <= event.x < label.end), 0)
        elif event.y < 5:
            number = self._nearest(self._layout.at(event.x))
        if number:
            self.post_message(self.StageChosen(number))

    def _nearest(self, place: int) -> int:
        """The stage that happens at a place, or right of it, or left."""
        assert self._course is not None
        usual = {place: stage for stage, place in reversed(self._course.usual.items())}
        found = next((usual[one] for one in (place, place + 1, place - 1) if one in usual), None)
        return STAGES.index(found) + 1 if found else 0


def _stages(course: Course, layout: Layout, view: View) -> list[Label]:
    passed = course.passed.at(view.scene.n)
    places = {
        STAGES.index(stage) + 1: passed[stage].place if stage in passed else course.usual[stage]
        for stage in course.stages
    }
    words = {STAGES.index(stage) + 1: WORDS[stage] for stage in course.stages}
    return labels(layout, places, words, STAGES.index(view.step.leg.stage) + 1)


class _Drawing:
    """The rows for one view."""

    def __init__(self, view: View, course: Course, layout: Layout, cells: int, pos: float, told: Told) -> None:
        self.view = view
        self.course = course
        self.layout = layout
        self.pos = pos
        self.leg: Leg = view.step.leg
        self.spot: Spot = course.spot(self.leg)
        self.rows = [Row(cells) for _ in range(6 if layout.wide else 2)]
        holder = view.scene.holder
        self.badge = REPORT if kind_of(holder.letter) == "report" else LETTER
        self.held = self._held()
        self._stage_line(self.rows[0 if layout.wide else 1])
        for place in range(len(layout.starts)):
            if place % 2:
                self._wire(place)
            elif layout.wide:
                self._box(place)
            else:
                self._name(place)
        if layout.wide:
            self._below(self.rows[4])
            here = self.spot.client_here and (self.spot.server_here or not self.leg.peer)
            self.rows[5].put_all(1, told(view, cells - 2, on_map=here), cells - 1)

    # The letter -------------------------------------------------------------------------------------------------------

    def _held(self) -> tuple[int, ...]:
        """The places where the letter is seen: two, while a copy of it is elsewhere."""
        holder, step = self.view.scene.holder, self.view.step
        if not holder.host:
            return ()
        if self._under_way(step):
            return (self.spot.place,)
        place = self.course.place_of(holder.host)
        return (place, self.course.place_of(holder.to)) if holder.how == "fetching" else (place,)

    def _under_way(self, step: Step) -> bool:
        """Whether it is on the wire at this moment: until the reply that takes it, or while it is fetched."""
        holder = self.view.scene.holder
        if holder.how == "sending" and holder.host == self.leg.actor and holder.to == self.leg.peer:
            return step.kind in (Kind.DATA, Kind.COMMAND, Kind.REPLY)
        fetches = holder.how == "fetching" and holder.to == self.leg.actor and step.kind is Kind.REPLY
        return fetches and not self.view.hidden and step.verb == "RETR" and len(step.octets) > 1

    # Rows -------------------------------------------------------------------------------------------------------------

    def _stage_line(self, row: Row) -> None:
        passed = self.course.passed.at(self.view.scene.n)
        for label in _stages(self.course, self.layout, self.view):
            stage = STAGES[label.number - 1]
            one = passed.get(stage)
            mark, look, words = " ", "", "$quiet"
            if stage is self.leg.stage:
                mark, look, words = "►", "bold $accent", "bold $foreground"
            elif one is not None and one.failed and not one.done:
                mark, look = "✗", "bold $error"
            elif one is not None:
                mark, look = "✓", "$success"
            row.put(label.start, mark, look)
            row.put(label.end - len(label.text), label.text, words)

    def _bright(self, place: int) -> bool:
        """Whether the machine has a part in this leg."""
        spot = self.spot
        if spot.place % 2 == 0:
            return place == spot.place and spot.client_here
        name = self.course.machines[place // 2].name
        return name in (self.leg.actor, self.leg.peer)

    def _box(self, place: int) -> None:
        start, end = self.layout.starts[place], self.layout.ends[place]
        frame, look = ("$foreground", "bold $foreground") if self._bright(place) else ("$line", "$quiet")
        line = "─" * (end - start - 2)
        self.rows[1].put(start, f"╭{line}╮", frame)
        self.rows[2].put(start, "│", frame)
        self.rows[2].put(start + 2, self.layout.names[place // 2], look, end - 2)
        self.rows[2].put(end - 1, "│", frame)
        self.rows[3].put(start, f"╰{line}╯", frame)
        if place in self.held:
            self.rows[3].put(end - 6, self.badge, _BADGE)

    def _name(self, place: int) -> None:
        start, end = self.layout.starts[place], self.layout.ends[place]
        look = "bold $foreground" if self._bright(place) else "$quiet"
        self.rows[0].put(start + 1, self.layout.names[place // 2], look, end - 4)
        if place in self.held:
            self.rows[0].put(end - 3, self.badge, _BADGE)

    def _below(self, row: Row) -> None:
        """Roles under machines, protocols under wires: under the present one what is spoken there now."""
        for n, machine in enumerate(self.course.machines):
            start, end = self.layout.starts[2 * n] + 2, self._free_until(2 * n)
            row.put(start, _roles(machine.roles, end - start), "$quiet", end)
        for place, word in {**self.course.spoken, **self._spoken_now()}.items():
            look = "$foreground" if place == self.spot.place and word != self.course.spoken.get(place) else "$quiet"
            row.put(*self._centred(place, word), look)

    def _free_until(self, machine: int) -> int:
        """Where what stands below a machine has to end: a blank before what is always below the next wire."""
        if machine + 1 >= len(self.layout.starts):
            return self.layout.ends[machine]
        start, word = self._centred(machine + 1, self.course.spoken.get(machine + 1, ""))
        return start - 1 if word else self.layout.ends[machine + 1]

    def _centred(self, place: int, word: str) -> tuple[int, str]:
        """The cell at which a word below a wire begins, and as much of it as there is room for."""
        start, end = self.layout.starts[place], self.layout.ends[place]
        word = clip(word, end - start)
        return start + (end - start - width(word)) // 2, word

    def _spoken_now(self) -> dict[int, str]:
        """Who is at the other end, if that is no machine of the map; else what is spoken, if it seldom is."""
        spot, leg = self.spot, self.leg
        if not spot.place % 2 or not leg.peer:
            return {}
        if leg.protocol != "dns" and not (spot.client_here and spot.server_here):
            return {spot.place: visible(self.view.name_of(leg.actor if spot.server_here else leg.peer))}
        said, word = self.course.spoken.get(spot.place, ""), SPOKEN.get(leg.protocol, leg.protocol)
        return {} if word in said else {spot.place: word}

    # Wires ------------------------------------------------------------------------------------------------------------

    def _wire(self, place: int) -> None:
        row = self.rows[2 if self.layout.wide else 0]
        # In two rows a blank parts the wire from the name behind it, which begins with one.
        start, end = self.layout.starts[place], self.layout.ends[place]
        row.fill(start, end, "┄", "$line")
        letter: list[Piece] = [(self.badge, _BADGE)] if place in self.held else []
        if place != self.spot.place or not self.leg.peer or self.view.step.kind is Kind.ACTION:
            if letter:
                row.put_all(start + (end - start - 3) // 2, letter, end)
            return
        # The line stops short of a machine that has no part in this.
        spot = self.spot
        left, right = (spot.client_here, spot.server_here)[:: 1 if spot.client_left else -1]
        short = 2 if end - start >= 10 else 0
        self._arrow(row, start if left else start + short, end if right else end - short, letter)

    def _arrow(self, row: Row, start: int, end: int, letter: list[Piece]) -> None:
        step = self.view.step
        from_client = step.kind not in (Kind.REPLY, Kind.ANSWER)
        to_the_right = self.spot.client_left == from_client
        hue = "$client" if from_client else "$server"
        word, look = ("?", "bold $server") if self.view.hidden else _said(step, hue)
        if step.kind is Kind.LINK or look.endswith("$error"):
            hue = look.removeprefix("bold ")
        under_way = bool(letter) and self._under_way(step)
        line, hue = ("═", _UNDER_WAY) if under_way else ("━", hue)
        row.fill(start, end, line, hue)
        if not (step.kind is Kind.LINK and step.verb == Link.CLOSE):
            if to_the_right:
                end -= 1
                row.put(end, "►", hue)
            else:
                row.put(start, "◄", hue)
                start += 1
        room = end - start - 3 * bool(letter) - (bool(letter) and bool(word))
        if word:
            word = clip(f" {word} " if width(word) + 2 <= room else word, max(room, 0))
        pieces = [*letter, *([(line, hue)] if letter and word else []), (word, look)]
        free = max(end - start - sum(width(text) for text, _ in pieces), 0)
        middle = free // 2 if to_the_right else free - free // 2
        begin = 0 if to_the_right else free
        row.put_all(start + round(begin + (middle - begin) * self.pos), pieces, end)


def _said(step: Step, hue: str) -> tuple[str, str]:
    """The word for the wire, in its look."""
    if step.kind is Kind.LINK:
        return _LINKS[Link(step.verb)]
    if step.kind is Kind.DATA:
        return "", hue
    if step.kind in (Kind.QUERY, Kind.ANSWER):
        return _asked(step, hue)
    # Of several lines the last one counts in SMTP; in POP3 the first, and what follows it is content.
    line = step.octets[0 if step.leg.protocol == "pop3" else -1][:512] if step.octets else b""
    words = line.split(None, 1)
    if step.kind is Kind.COMMAND:
        return clip(visible(words[0] if words else line), 10), f"bold {hue}"
    word = visible(line[:3] if step.leg.protocol != "pop3" else (words[0] if words else b""))
    refused = word[:1] in ("4", "5") or word.upper() == "-ERR"
    return (f"✗ {clip(word, 6)}", "bold $error") if refused else (clip(word, 6), f"bold {hue}")


def _asked(step: Step, hue: str) -> tuple[str, str]:
    message = dns.read(step.octets[0])
    word = visible(message.type)
    if step.kind is Kind.QUERY:
        return f"{word}?", f"bold {hue}"
    return (word, f"bold {hue}") if message.answers else (f"✗ no {word}", "bold $error")


def _roles(roles: tuple[str, ...], room: int) -> str:
    """`user agent`, `MTA and mailbox`, `MSA, MTA, mailbox`; as many as there is room for."""
    words = [word for role, word in _ROLES if role in roles or (role == "maa" and "mda" in roles)]
    every = " and ".join(words) if len(words) == 2 else ", ".join(words)
    shorter = (every, *(", ".join(words[:n]) for n in range(len(words), 0, -1)), *(w.split()[-1] for w in words[:1]))
    return next((one for one in shorter if width(one) <= room), clip(every, max(room, 0)))
