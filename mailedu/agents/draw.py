"""Values that look random and are not: each depends on the seed, its place and its name, and on nothing else.

So an edit changes only what follows from it, and no drawn value shifts because another one was drawn before.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Final

_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@lru_cache(maxsize=65536)
def number(seed: int, place: str, name: str) -> int:
    """64 bits."""
    return random.Random(f"{seed}/{place}/{name}").getrandbits(64)


@lru_cache(maxsize=65536)
def word(seed: int, place: str, name: str, length: int = 10) -> str:
    """Digits and capitals that cannot be mistaken for each other."""
    bits = number(seed, place, name)
    signs = []
    for _ in range(length):
        bits, sign = divmod(bits, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "".join(signs)
