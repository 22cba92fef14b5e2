"""mailedu: watch an email travel, one command at a time, and prove that you understood it.

    >>> import mailedu
    >>> journey = mailedu.play("alice-to-bob")

What stands here is loaded when first asked for, so that importing the engine loads no face.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mailedu.journey.engine import play as play

#: A literal, read by the build too: looking it up in the installed metadata would load the `email` package.
__version__ = "0.1.0"

#: Name -> the module that has it. No name here may be that of a submodule: the import of one would replace the other.
_HOMES: Final = {"play": "mailedu.journey.engine"}

__all__ = ["__version__", "play"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
