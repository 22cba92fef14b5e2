"""Variants: what `[vary]` lets differ is drawn by a seed, and filled in wherever the file says `{name}`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from mailedu import content
from mailedu.exercise.model import Exercise

NAMES: Final = "exercise/names.toml"
#: A placeholder; doubled braces around a name keep it as a text, `{{user}}` being `{user}`.
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?"
_PLACEHOLDER: Final = re.compile(rf"\{{\{{({_NAME})\}}\}}|\{{({_NAME})\}}")


@lru_cache(maxsize=1)
def lists() -> Mapping[str, tuple[str, ...]]:
    """The lists that `{ from = ... }` draws from, by name. Raises ContentError."""
    return {name: tuple(words) for name, words in content.load(NAMES).items()}


def draw(exercise: Exercise, seed: int, attempt: int = 0) -> dict[str, Any]:
    """The values of a variant by name, the same for the same seed. Seed 0 is the exercise as it is written.

    A drawn table gives its keys too, as `name.key`. `attempt` counts draws that could not be used.
    """
    values: dict[str, Any] = {}
    for name, way in exercise.vary.items():
        value = first(way) if seed == 0 else _drawn(way, random.Random(f"{seed}/{exercise.id}/{attempt}/{name}"))
        values[name] = value
        if isinstance(value, Mapping):
            values |= {f"{name}.{key}": one for key, one in value.items()}
    return values


def first(way: Any) -> Any:
    """What seed 0 takes: what is called `first`, else the first of the list or the least of the range."""
    if isinstance(way, Mapping):
        if "first" in way:
            return way["first"]
        return way["range"][0] if "range" in way else lists()[way["from"]][0]
    return way[0]


def _drawn(way: Any, chance: random.Random) -> Any:
    if isinstance(way, Mapping):
        if "range" in way:
            least, most = way["range"]
            return chance.randrange(least, most + 1, way.get("step", 1))
        return chance.choice(lists()[way["from"]])
    return chance.choice(way)


def fill(value: Any, values: Mapping[str, Any], *, whole: bool = True) -> Any:
    """`value` with `{name}` replaced in all its texts, keys of tables too. Names that are not given stay.

    A text that is nothing but `{name}` becomes the value in its own type, unless `whole` is False.
    """
    if not values:
        return value
    if isinstance(value, str):
        return _filled(value, values, whole=whole)
    if isinstance(value, Mapping):
        return {
            _filled(key, values, whole=False) if isinstance(key, str) else key: fill(one, values, whole=whole)
            for key, one in value.items()
        }
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(fill(one, values, whole=whole) for one in value))
    if isinstance(value, (list, tuple)):
        return type(value)(fill(one, values, whole=whole) for one in value)
    return value


def _filled(text: str, values: Mapping[str, Any], *, whole: bool) -> Any:
    if "{" not in text:
        return text
    found = _PLACEHOLDER.fullmatch(text)
    if whole and found is not None and found[2] in values:
        return values[found[2]]

    def replaced(found: re.Match[str]) -> str:
        kept, name = found.groups()
        if kept is not None:
            return f"{{{kept}}}" if kept in values else found[0]
        return str(values[name]) if name in values else found[0]

    return _PLACEHOLDER.sub(replaced, text)


def placeholders(value: Any) -> set[str]:
    """The names that `fill` would look for in `value`."""
    return set(_placeholders(value))


def _placeholders(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        for found in _PLACEHOLDER.finditer(value):
            if found[2] is not None:
                yield found[2]
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _placeholders(key)
            yield from _placeholders(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _placeholders(one)
