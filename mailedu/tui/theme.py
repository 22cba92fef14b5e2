"""The colours, dark and light. Each has one meaning and a sign beside it; the contrasts are computed in the tests."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = "mailedu-dark"
LIGHT: Final = "mailedu-light"

#: variable -> dark, light. What each means: quiet what may be overlooked; client who speaks; server who answers;
#: accent keys, focus, chosen; changed your version; error refusal; success done; line only lines; band the present row.
COLOURS: Final = {
    "foreground": ("#e3e5ea", "#24272e"),
    "background": ("#0f1420", "#fbfaf7"),
    "surface": ("#161b28", "#f3f2ef"),
    "panel": ("#24282f", "#e6e4e0"),
    "quiet": ("#a0a7b4", "#4f5663"),
    "client": ("#7cc0ff", "#0b559f"),
    "server": ("#ffb86b", "#8a4200"),
    "accent": ("#7fe0c3", "#00594e"),
    "changed": ("#cfa6ff", "#6d2aa8"),
    "error": ("#ff8f8f", "#a81c28"),
    "success": ("#8adba3", "#17623a"),
    "letter-fg": ("#1a1a1a", "#fdf6e3"),
    "letter-bg": ("#f6efdc", "#2a2f3a"),
    "line": ("#646b7c", "#7f889c"),
    "band": ("#363b47", "#d8e2f6"),
}
#: Those that Textual knows by itself; the others are variables of ours.
_TEXTUALS: Final = frozenset(("foreground", "background", "surface", "panel", "accent", "error", "success"))


def _theme(name: str, which: int) -> Theme:
    chosen = {variable: pair[which] for variable, pair in COLOURS.items()}
    own = {variable: colour for variable, colour in chosen.items() if variable not in _TEXTUALS}
    return Theme(
        name=name,
        primary=chosen["accent"],
        secondary=chosen["accent"],
        warning=chosen["server"],
        dark=which == 0,
        variables={
            **own,
            "text": chosen["foreground"],
            "text-muted": chosen["quiet"],
            "text-accent": chosen["accent"],
            "border": chosen["accent"],
            "border-blurred": chosen["line"],
            "block-cursor-foreground": chosen["foreground"],
            "block-cursor-background": chosen["band"],
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-foreground": chosen["foreground"],
            "block-cursor-blurred-background": chosen["band"],
            "block-cursor-blurred-text-style": "bold",
            "block-hover-background": chosen["surface"],
            "input-cursor-background": chosen["foreground"],
            "input-cursor-foreground": chosen["background"],
            "input-selection-background": chosen["band"],
            "scrollbar": chosen["line"],
            "scrollbar-hover": chosen["quiet"],
            "scrollbar-active": chosen["accent"],
            "scrollbar-background": chosen["background"],
            "scrollbar-background-hover": chosen["background"],
            "scrollbar-background-active": chosen["background"],
            "scrollbar-corner-color": chosen["background"],
            "link-color": chosen["accent"],
            "link-background": "transparent",
            "link-style": "none",
        },
        foreground=chosen["foreground"],
        background=chosen["background"],
        surface=chosen["surface"],
        panel=chosen["panel"],
        accent=chosen["accent"],
        error=chosen["error"],
        success=chosen["success"],
    )


THEMES: Final = (_theme(DARK, 0), _theme(LIGHT, 1))


def defaults() -> dict[str, str]:
    """Our variables before a theme is set: style sheets are parsed that early."""
    return {variable: dark for variable, (dark, _) in COLOURS.items() if variable not in _TEXTUALS}
