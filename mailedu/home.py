"""Where all lies that the learner owns: letters, what is remembered, progress."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder of all that the learner owns: MAILEDU_HOME, or what this system has for such things.

    It need not exist.
    """
    chosen = os.environ.get("MAILEDU_HOME")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_dir

    return Path(user_data_dir("mailedu", appauthor=False))
