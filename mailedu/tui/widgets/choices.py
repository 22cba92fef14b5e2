"""A list in groups: headings that cannot be chosen, and at the right edge of each entry a word that tells more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.css.styles import RulesMap
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets.option_list import Option

from mailedu.tui.widgets.marked import Marked
from mailedu.visible import clip, visible, width


class Choice(NamedTuple):
    """An entry. Foreign text is made visible by the list."""

    id: str
    title: str
    tag: str = ""
    done: bool = False


class Group(NamedTuple):
    """Entries under a heading."""

    heading: str
    choices: tuple[Choice, ...]


class _Row(Visual):
    """An entry at any width: the title gives way, its tag stays."""

    def __init__(self, choice: Choice) -> None:
        self._title = visible(choice.title)
        self._tag = visible(choice.tag)
        self._done = choice.done

    def render_strips(self, width_: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        tag = Content.assemble((self._tag, "$quiet"), (" ✓" if self._tag else "✓", "$success") if self._done else "")
        room = width_ - 4 - tag.cell_length - (2 if tag.cell_length else 0)
        title = clip(self._title, room)
        gap = " " * max(width_ - 4 - width(title) - tag.cell_length, 0)
        return Content.assemble("   ", title, gap, tag, " ").render_strips(width_, 1, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return 1


class Choices(Marked):
    """What can be chosen. Where all fits, an empty row parts the groups."""

    DEFAULT_CSS = """
    Choices { height: 1fr; background: $background; }
    """
    MARK_AT = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._groups: tuple[Group, ...] = ()
        self._airy = False

    def fill(self, groups: Sequence[Group]) -> None:
        """Show these groups. What was highlighted stays so, if it is still there; else the first entry is."""
        if tuple(groups) != self._groups:
            self._groups = tuple(groups)
            self._build(self.size.height)

    @property
    def chosen(self) -> str:
        """Id of what is highlighted; empty if nothing is."""
        option = self.highlighted_option
        return option.id or "" if option is not None else ""

    def on_resize(self, event: Resize) -> None:
        if self._fits(event.size.height) != self._airy:
            self._build(event.size.height)

    def _fits(self, height: int) -> bool:
        return sum(len(group.choices) + 2 for group in self._groups) - 1 <= height

    def _build(self, height: int) -> None:
        before = self.chosen
        self._airy = self._fits(height)
        options: list[Option] = []
        for group in self._groups:
            if options and self._airy:
                options.append(Option(Content(""), disabled=True))
            options.append(Option(Content(f" {group.heading}"), disabled=True))
            options += [Option(_Row(choice), id=choice.id) for choice in group.choices]
        self.set_options(options)
        ids = [option.id for option in options]
        if before in ids:
            self.highlighted = ids.index(before)
        else:
            self.action_first()

    def scroll_to_highlight(self, top: bool = False) -> None:
        """Scroll to what is highlighted, and to the heading right above it."""
        super().scroll_to_highlight(top)
        at = self.highlighted
        if at and self.is_mounted and self.options[at - 1].disabled and not top:
            self.scroll_to_region(
                Region(0, at - 1, self.scrollable_content_region.width, 2), force=True, animate=False, immediate=True
            )
