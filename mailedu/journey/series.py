"""What holds from one step of a journey to the next, as (step number, value) pairs made once: a scene bisects."""

from __future__ import annotations

from bisect import bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")


class Series(Generic[T]):
    """A value that holds from a step on until the next one."""

    __slots__ = ("_numbers", "_values")

    def __init__(self, first: T) -> None:
        self._numbers = [0]
        self._values = [first]

    def add(self, n: int, value: T) -> None:
        """From step `n` on. Numbers do not fall; a second value for a step takes the place of the first."""
        if self._numbers[-1] == n:
            self._values[-1] = value
        else:
            self._numbers.append(n)
            self._values.append(value)

    def at(self, n: int) -> T:
        """The value after step `n`."""
        return self._values[bisect_right(self._numbers, n) - 1]

    @property
    def last(self) -> T:
        return self._values[-1]
