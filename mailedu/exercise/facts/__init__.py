"""Facts: named functions from a journey, a capture or a message to a value. Nothing that can be computed is a literal.

A fact is a function `(about: About, **arguments) -> value` under `@fact`; its annotations say which arguments there
are, its docstring says what it is, in the words that `mailedu quiz --facts` prints.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_type_hints

from mailedu.exercise.model import Call, plain

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey

#: The modules of this package that hold facts.
MODULES: Final = (
    "auth", "coding", "letter", "mailbox", "mime", "packets", "pop3", "queue", "reply", "smtp", "steps", "table",
)  # fmt: skip


class FactError(ValueError):
    """A fact that does not exist, arguments that it does not take, or a journey in which it has no value: one line."""


class Spot(NamedTuple):
    """Something that one can point at."""

    what: str
    """`step`, `packet`, `line` or `octets`."""
    first: int
    """From 1; of octets the offset of the first, from 0."""
    last: int = 0
    """Of octets: the offset behind the last."""


@dataclass(frozen=True)
class About:
    """What facts are asked about: a question's journey, as far as it has one, and what else it shows."""

    journey: Journey | None = None
    message: bytes = b""
    """The raw message that is shown or being mended."""
    at: str = ""
    """The place that the question is about."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What was drawn for this variant."""

    @property
    def played(self) -> Journey:
        """The journey. FactError if the exercise has no scenario."""
        if self.journey is None:
            raise FactError("this fact wants a journey: give the exercise a scenario")
        return self.journey


class Parameter(NamedTuple):
    """An argument that a fact takes."""

    name: str
    type: type
    default: Any
    """`inspect.Parameter.empty`: it must be given."""

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


class Fact(NamedTuple):
    """A named function."""

    name: str
    about: str
    parameters: tuple[Parameter, ...]
    returns: str
    function: Callable[..., Any]

    @property
    def signature(self) -> str:
        """As `pop3.reply_octets(command: str) -> int`."""
        shown = ", ".join(
            f"{one.name}: {one.type.__name__}" + ("" if one.required else f" = {one.default!r}")
            for one in self.parameters
        )
        return f"{self.name}({shown}) -> {self.returns}"


_FACTS: Final[dict[str, Fact]] = {}


def fact(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a fact."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(function)
        parameters = tuple(
            Parameter(one.name, hints.get(one.name, str), one.default)
            for one in list(inspect.signature(function).parameters.values())[1:]
        )
        returns = getattr(hints.get("return"), "__name__", str(hints.get("return", "")))
        about = " ".join((function.__doc__ or "").split())
        if name in _FACTS:
            raise AssertionError(f"two facts are called {name}")
        _FACTS[name] = Fact(name, about, parameters, returns, function)
        return function

    return register


@lru_cache(maxsize=1)
def facts() -> Mapping[str, Fact]:
    """All facts by name, in alphabetical order."""
    for module in MODULES:
        importlib.import_module(f"{__name__}.{module}")
    return dict(sorted(_FACTS.items()))


def ask(call: Call, about: About) -> Any:
    """The value of a fact, as `model.plain` has it; a Spot stays one. FactError if it has none."""
    found = facts().get(call.fact)
    if found is None:
        raise FactError(f"no fact {call.fact!r} (mailedu quiz --facts lists them)")
    try:
        value = found.function(about, **call.arguments)
    except TypeError as error:
        raise FactError(f"{found.signature}: {error}") from None
    except (LookupError, AttributeError) as error:
        raise FactError(f"{found.name} has no value here: {error}") from None
    return value if isinstance(value, Spot) else plain(value)
