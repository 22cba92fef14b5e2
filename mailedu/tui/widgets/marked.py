"""A list in which ► stands at what is highlighted: a band alone would be a colour alone."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import OptionList


class Marked(OptionList):
    """Entries of one row each, which leave the cells of the mark blank."""

    DEFAULT_CSS = """
    Marked {
        border: none; padding: 0; background: transparent; scrollbar-size-vertical: 1;
        text-wrap: nowrap; text-overflow: ellipsis;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option-disabled { color: $quiet; text-style: bold; }
        & > .option-list--option-highlighted { background: $band; text-style: bold; }
        & > .marked--here { color: $accent; background: $band; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"marked--here"}
    #: Column of the mark.
    MARK_AT: ClassVar[int] = 0

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if self.highlighted is None or self.scroll_offset.y + y != self.highlighted:  # every row is one line high
            return strip
        style = self.get_visual_style("option-list--option", "option-list--option-highlighted", "marked--here")
        mark = Strip([Segment("►", style.rich_style)], 1)
        return Strip.join([strip.crop(0, self.MARK_AT), mark, strip.crop(self.MARK_AT + 1)])
