"""What was said, as a ladder: the client's text at the left lifeline, the server's at the right, a letter on paper."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mailedu.text import octets
from mailedu.tui.widgets.talk_turns import Turn
from mailedu.visible import clip, pad, visible, width

#: Lines of a reply that are shown.
_MOST = 60
#: Octets of a line that are looked at.
_LINE = 1000
_GUTTER = 2


class Line(NamedTuple):
    """A row."""

    turn: int
    side: str
    """client, letter, server, more (a further line of a reply) or closed."""
    text: str
    """Visible."""
    after: str = ""
    block: int = 0
    """Cells of the widest line of the reply."""


class Transcript(ScrollView, can_focus=True):
    """The conversation so far."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; scrollbar-size: 0 0; }
    Transcript .talk--text { color: $foreground; }
    Transcript .talk--client { color: $client; text-style: bold; }
    Transcript .talk--server { color: $server; text-style: bold; }
    Transcript .talk--quiet { color: $quiet; }
    Transcript .talk--line { color: $line; }
    Transcript .talk--accent { color: $accent; text-style: bold; }
    Transcript .talk--error { color: $error; text-style: bold; }
    Transcript .talk--paper { color: $letter-fg; background: $letter-bg; }
    Transcript .talk--band { background: $band; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"talk--{name}" for name in ("text", "client", "server", "quiet", "line", "accent", "error", "paper", "band")
    }

    class Chosen(Message):
        """A turn was clicked."""

        def __init__(self, turn: int) -> None:
            super().__init__()
            self.turn = turn

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: list[Line] = []
        self.present = 0

    def show(self, turns: list[Turn], present: int, closed: bool) -> None:
        """These turns, with the present one marked; what is at the end is seen."""
        kept = [line for line in self.lines if line.turn < len(turns) - 1 and line.side != "closed"]
        first = kept[-1].turn + 1 if kept else 0
        self.lines = kept
        for n in range(first, len(turns)):
            self.lines += _lines(n, turns[n])
        if closed:
            self.lines.append(Line(len(turns) - 1, "closed", "the connection is closed"))
        self.present = present
        self.virtual_size = Size(self.size.width, len(self.lines))
        self._reveal()
        self.refresh()

    def forget(self) -> None:
        """Another conversation follows, or a shorter one."""
        self.lines = []

    @property
    def max_scroll_y(self) -> int:
        """So that the last row can be the last that is seen."""
        return max(0, len(self.lines) - self.size.height)

    @property
    def allow_vertical_scroll(self) -> bool:
        """Without a scrollbar too: it would take a column as soon as the page is full."""
        return self.max_scroll_y > 0

    def on_resize(self) -> None:
        self._reveal()

    def _reveal(self) -> None:
        """Scroll so that the present turn is seen, its end first."""
        rows = [y for y, line in enumerate(self.lines) if line.turn == self.present]
        if not rows:
            return
        top, height = self.scroll_offset.y, self.size.height
        if rows[-1] >= top + height or rows[-1] < top:
            top = rows[-1] - height + 1
        if rows[0] < top:
            top = rows[0] if rows[-1] - rows[0] < height else rows[-1] - height + 1
        self.scroll_to(y=max(top, 0), animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        n = y + self.scroll_offset.y
        cells = self.size.width
        if n >= len(self.lines):
            return self._future(cells)
        line = self.lines[n]
        here = line.turn == self.present
        style = self.get_component_rich_style
        first = n == 0 or self.lines[n - 1].turn != line.turn
        gutter = Segment("► " if here and first else "  ", style("talk--accent", partial=True))
        bar = Segment("│", style("talk--line", partial=True))
        inner = self._inner(line, cells - _GUTTER - 2, here)
        strip = Strip([gutter, bar, *inner, bar])
        strip = strip.adjust_cell_length(cells)
        base = self.rich_style
        return strip.apply_style(base + style("talk--band", partial=True) if here else base)

    def _future(self, cells: int) -> Strip:
        dots = self.get_component_rich_style("talk--line", partial=True)
        segments = [Segment("  "), Segment("┊", dots), Segment(" " * (cells - _GUTTER - 2)), Segment("┊", dots)]
        return Strip(segments).adjust_cell_length(cells).apply_style(self.rich_style)

    def _inner(self, line: Line, room: int, here: bool) -> list[Segment]:
        """What stands between the lifelines, in exactly `room` cells."""

        def style(name: str) -> Style:
            return self.get_component_rich_style(f"talk--{name}", partial=True)

        if line.side == "letter":
            return [Segment(pad(clip(" " + line.text, room), room), style("paper"))]
        if line.side == "closed":
            text = clip(f"╴ {line.text} ╶", room)
            left = (room - width(text)) // 2
            return [Segment(" " * left), Segment(text, style("quiet")), Segment(" " * (room - left - width(text)))]
        dash = "━" if here else "╌"
        arrow = style("client" if line.side == "client" else "server") if here else style("line")
        after = clip(line.after, max(room - 20, 0))
        text = clip(line.text, max(room - 6 - width(after), 1))
        head, blank, rest = text.partition(" ")
        if line.side == "client":
            taken = width(text) + width(after)
            return [
                Segment(" "), Segment(head, style("client")), Segment(blank + rest, style("text")),
                Segment(after, style("quiet")), Segment(" "),
                Segment(dash * max(room - taken - 3, 0) + "►", arrow),
            ]  # fmt: skip
        block = max(min(line.block, room - 6), width(text) + width(after))
        fill = " " * (block - width(text) - width(after))
        before = room - block - 2
        if line.side == "more":
            code = head if head[:3].isdigit() else ""
            return [
                Segment(" " * (before + 1)), Segment(code, style("quiet")), Segment(text[len(code) :], style("text")),
                Segment(fill + " "),
            ]  # fmt: skip
        refused = head[:1] in ("4", "5") or head == "-ERR"
        sign = "✗ " if refused and before > 4 else ""
        return [
            Segment("◄" + dash * max(before - 1 - len(sign), 0), arrow), Segment(" "),
            Segment(sign, style("error")), Segment(head, style("error" if refused else "server")),
            Segment(blank + rest, style("text")), Segment(after, style("quiet")), Segment(fill + " "),
        ]  # fmt: skip

    def on_click(self, event: Click) -> None:
        n = event.get_content_offset_capture(self).y + self.scroll_offset.y
        if 0 <= n < len(self.lines):
            self.post_message(self.Chosen(self.lines[n].turn))


def _lines(n: int, turn: Turn) -> list[Line]:
    """The rows of a turn."""
    out: list[Line] = []
    if n:
        undone = turn.undone
        after = f" “{visible(undone[:_LINE])}”" if undone else ""
        after = after or ("  the end of the letter" if turn.line == b"." and len(turn.said) > 1 else "")
        out.append(Line(n, "letter" if turn.is_letter else "client", visible(turn.line[:_LINE]), after))
    for one in turn.replies:
        first, *rest = b"".join(one.event.octets).removesuffix(b"\r\n").split(b"\r\n")
        asked = octets.decoded_line(first)
        more = [visible(each[:_LINE]) for each in rest[:_MOST]]
        if len(rest) > _MOST:
            more.append(f"… and {len(rest) - _MOST:,} more lines")
        after = f" “{visible(asked)}”" if asked else ""
        text = visible(first[:_LINE])
        block = max(map(width, (text, *more)))
        out.append(Line(n, "server", text, after, block if more else 0))
        out += (Line(n, "more", each, "", block) for each in more)
    return out
