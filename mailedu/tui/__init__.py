"""The full screen: a Textual application in which the letter is seen to travel. Needs the extra `tui`."""

from __future__ import annotations

import sys
from typing import Final

MISSING: Final = "the full screen needs Textual: pip install 'mailedu[tui]'; mailedu walk needs nothing more"
LOCALE: Final = "the full screen needs a locale with UTF-8, such as LC_ALL=C.UTF-8; mailedu walk needs nothing more"


class ScreenError(Exception):
    """Why the full screen cannot be shown, in a line."""


def run() -> int:
    """Show the full screen until it is left; returns the exit status. Raises ScreenError if it cannot be shown.

    What goes wrong inside is raised once the terminal is as it was before.
    """
    if (getattr(sys.stderr, "encoding", None) or "").lower().replace("-", "") != "utf8":
        raise ScreenError(LOCALE)  # Textual writes there, and would write names of signs for the signs
    try:
        from mailedu.tui.app import MaileduApp
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("textual", "rich"):
            raise
        raise ScreenError(MISSING) from None
    from mailedu.tui.running import run

    return run(MaileduApp())
