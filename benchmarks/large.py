"""One letter with a large attachment: time and memory. `python large.py OCTETS` prints a JSON object.

It is a process of its own, so that nothing else counts. Memory is counted by tracemalloc in a second round, for that
makes everything slower.
"""

from __future__ import annotations

import base64
import json
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable
from typing import TypedDict, TypeVar

from mailedu.journey import Edit, Journey, load, play
from mailedu.mime import prepare

T = TypeVar("T")
EDIT = Edit("submit/RCPT.1", (b"RCPT TO:<carol@example.net>",))


class Figures(TypedDict):
    """Seconds, and multiples of the letter's octets."""

    size: int
    prepare: float
    play: float
    edited: float
    held: float
    """Octets of all chunks that a journey holds, each chunk counted once: copies of the letter."""
    peak: float
    """What preparing and playing need at most beside the octets of the file."""


def letter(octets: int) -> bytes:
    """A message of about so many octets, nearly all of them a base64 attachment."""
    head = (
        b"From: Alice <alice@example.com>\r\nTo: Bob <bob@example.net>\r\nSubject: Pictures\r\n"
        b"Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nHere they are.\r\n"
        b"--b\r\nContent-Type: image/jpeg; name=pictures.jpg\r\nContent-Disposition: attachment\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    picture = random.Random(0).randbytes((octets - len(head)) // 78 * 57)
    return head + base64.encodebytes(picture).replace(b"\n", b"\r\n") + b"--b--\r\n"


def measure(octets: int) -> Figures:
    """Prepare and play it, as it is and with an edit; then all of that once more with memory counted."""
    source = letter(octets)
    made, prepared_in = _timed(lambda: _prepare(source))
    scenario = load("alice-to-bob", message=made)
    journey, played_in = _timed(lambda: play(scenario))
    held = _octets(journey)
    _, edited_in = _timed(lambda: play(scenario, [EDIT]))
    source = letter(octets - 78)  # another one, or it would be known
    tracemalloc.start()
    play(load("alice-to-bob", message=_prepare(source)), [EDIT])
    peak = tracemalloc.get_traced_memory()[1]
    size = len(source)
    return Figures(size=size, prepare=prepared_in, play=played_in, edited=edited_in, held=held / size, peak=peak / size)


def _prepare(source: bytes) -> prepare.Prepared:
    return prepare.prepare(source, date=0.0, message_id="<2@example.com>")


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    made = call()
    return made, time.perf_counter() - start


def _octets(journey: Journey) -> int:
    def chunks() -> Iterable[bytes]:
        for step in journey.steps:
            yield from step.octets
        for each in journey.letters.values():
            yield from each.chunks

    return sum(map(len, {id(chunk): chunk for chunk in chunks()}.values()))


if __name__ == "__main__":
    json.dump(measure(int(sys.argv[1])), sys.stdout)
