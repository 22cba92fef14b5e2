"""What is highlighted in a list, before it is opened: what happens, in a few lines of its own conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from textual.content import Content
from textual.widget import Widget

from mailedu.text.screen import wrapped
from mailedu.tui.brief import Exchange
from mailedu.visible import clip, visible, width

#: Cells of the ladder: wider ones are hard to follow with the eye.
_WIDEST: Final = 66
#: Cells of the labels `You see`, `Length`, `Book`, `Done`.
_LABEL: Final = 9
#: Seconds between two exchanges that are worth telling.
_LONG: Final = 300


class End(NamedTuple):
    """A machine as the head of a lifeline."""

    title: str
    address: str = ""


class Card(NamedTuple):
    """What is told of an entry."""

    title: str
    about: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """Label and text."""
    exchanges: tuple[Exchange, ...] = ()
    ends: Mapping[str, End] = {}
    """Host name -> how it is called."""
    keys: tuple[tuple[str, str], ...] = ()
    """What can be done with it."""


class Preview(Widget):
    """A card of what is highlighted."""

    DEFAULT_CSS = """
    Preview {
        border: solid $line; border-title-color: $foreground; border-title-style: bold; padding: 0 2;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.card = Card("")

    def show(self, card: Card) -> None:
        """Show a card. Foreign text is made visible here."""
        if card != self.card:
            self.card = card
            self.border_title = Content(clip(visible(card.title), 60))
            self.refresh()

    def render(self) -> Content:
        return Content("\n").join(rows(self.card, self.size.width, self.size.height))


def rows(card: Card, cells: int, height: int) -> list[Content]:
    """The card in rows of at most `cells`; where it is too high, the ladder gives way first."""
    above = [Content(line) for line in wrapped(visible(card.about), cells)]
    below = [Content(""), *_facts(card.facts, cells), Content(""), _keys(card.keys)]
    roomy = height >= len(above) + len(below) + 16
    if roomy:
        above.insert(0, Content(""))
    room = height - len(above) - len(below) - 1
    drawn = next(
        (found for count in range(len(card.exchanges), 0, -1) if len(found := _ladder(card, cells, count)) <= room), []
    )
    return [*above, *([Content(""), *drawn] if drawn else []), *below]


def _facts(facts: Iterable[tuple[str, str]], cells: int) -> Iterator[Content]:
    for label, text in facts:
        for at, line in enumerate(wrapped(visible(text), max(cells - _LABEL, 8))):
            yield Content.assemble(((label if at == 0 else "").ljust(_LABEL), "$quiet"), line)


def _keys(keys: Iterable[tuple[str, str]]) -> Content:
    return Content("   ").join(Content.assemble((key, "bold $accent"), " ", (word, "$quiet")) for key, word in keys)


# The ladder -----------------------------------------------------------------------------------------------------------


def _ladder(card: Card, cells: int, count: int) -> list[Content]:
    """The last `count` exchanges, each with the ends of the lifelines above it where they change."""
    cells = min(cells, _WIDEST)
    addressed = all(_room(card, one, cells) >= 0 for one in card.exchanges)
    drawn: list[Content] = []
    before: Exchange | None = None
    for one in card.exchanges[-count:]:
        if before is None or (before.client, before.server) != (one.client, one.server):
            if before is not None:
                drawn.append(Content(""))
            drawn.append(_ends(card, one, cells, addressed))
        elif one.start - before.start >= _LONG:
            drawn.append(_pause(one.start - before.start, cells))
        drawn += [_said(one, cells), _replied(one, cells)]
        before = one
    return drawn


def _of(card: Card, one: Exchange) -> tuple[End, End]:
    return card.ends.get(one.client, End(one.client)), card.ends.get(one.server, End(one.server))


def _room(card: Card, one: Exchange, cells: int) -> int:
    """Cells that names and addresses leave free; negative if the addresses do not fit."""
    return cells - 6 - sum(width(visible(end.title)) + width(visible(end.address)) for end in _of(card, one))


def _ends(card: Card, one: Exchange, cells: int, addressed: bool) -> Content:
    left, right = _of(card, one)
    most = cells // 2 - 1
    head = Content.assemble((clip(visible(left.title), most), "bold $client"))
    tail = Content.assemble((clip(visible(right.title), most), "bold $server"))
    if addressed:
        head = Content.assemble(head, "  ", (visible(left.address), "$quiet"))
        tail = Content.assemble((visible(right.address), "$quiet"), "  ", tail)
    return Content.assemble(head, " " * (cells - head.cell_length - tail.cell_length), tail)


def _said(one: Exchange, cells: int) -> Content:
    text = clip(", ".join(one.said), cells - 10)
    line = "╌" * (cells - width(text) - 8)
    return Content.assemble("  ", ("│", "$line"), " ", (text, "$client"), " ", (f"{line}►", "$quiet"), ("│", "$line"))


def _replied(one: Exchange, cells: int) -> Content:
    sign = "✗ " if one.refused else ""
    more = f"  {one.times} times" if one.times > 1 else ""
    text = clip(one.reply, cells - 10 - len(sign) - len(more))
    code, _, words = text.partition(" ")
    line = "╌" * (cells - width(sign + text + more) - 8)
    hue = "$error" if one.refused else "$server"
    return Content.assemble(
        "  ", ("│", "$line"), (f"◄{line}", "$quiet"), " ", (sign, hue),
        (code, f"bold {hue}"), (f" {words}" if words else "", hue), (more, "$quiet"), " ", ("│", "$line"),
    )  # fmt: skip


def _pause(seconds: float, cells: int) -> Content:
    hours, minutes = divmod(round(seconds / 60), 60)
    text = f"{f'{hours} h ' if hours else ''}{minutes} min later"
    left = (cells - 4 - width(text)) // 2
    rest = cells - 4 - width(text) - left - 1
    return Content.assemble("  ", ("┊", "$line"), " " * left, (text, "$quiet"), " " * rest, ("┊", "$line"))
