"""What the README claims about speed, in one run: `python benchmarks [--quick]`. Each figure stands beside a peer's.

Everything stays on the loopback interface. `--quick` only shows that it works: its figures mean little.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import grading
import large
import load
import packets
import player
from running import Running, running
from today import hop

import mailedu
from mailedu.journey import load as scenario
from mailedu.journey import play

ALICE, BOB = "alice@example.com", "bob@example.net"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    options.add_argument("--quick", action="store_true", help="small counts, to see that it works")
    quick = options.parse_args().quick
    print(f"mailedu {mailedu.__version__}, Python {platform.python_version()}, {os.cpu_count()} CPUs")
    with running("today") as peer:
        journey(peer, blocks=2 if quick else 20)
        letter(peer, octets=200_000 if quick else 25_000_000)
        answers(peer, learners=2 if quick else 200)
    frames(count=200 if quick else 10_000, rounds=1 if quick else 5)
    server(messages=20 if quick else 1000, rounds=1 if quick else 3)
    screen(quick)


def journey(peer: Running, blocks: int) -> None:
    """The whole way of the letter of alice-to-bob, five stages, beside one hop of the same letter.

    Ten of the one, ten of the other, in turn. The first play behind the hops finds a processor that is busy with other
    things, as one does that follows a key press; it is told apart.
    """
    one = scenario("alice-to-bob")
    journey = play(one)
    steps = len(journey)
    sent = b"".join(journey.by_place["compose/COMPOSED.1"].octets)
    hops: list[float] = []
    plays: list[float] = []
    firsts: list[float] = []
    for _ in range(blocks):
        hops += (_seconds(lambda: hop(peer.ports, sent, ALICE, BOB)) for _ in range(10))
        plays += (_seconds(lambda: play(one)) for _ in range(10))
        firsts.append(plays[-10])
    todays, ours, first = map(statistics.median, (hops, plays, firsts))
    fresh = statistics.median(_seconds(partial(play, one, (), seed)) for seed in range(1, len(plays) + 1))
    print(f"\nA letter of {len(sent)} octets; median of {len(plays)}, interleaved by tens")
    _row("one hop of today's way: smtplib, aiosmtpd, twisted.mail, poplib, email", f"{todays * 1e3:.2f} ms")
    _row(f"play: {steps} steps from the first field to the reader's eyes", f"{ours * 1e3:.2f} ms")
    _row("  a step", f"{ours / steps * 1e6:.1f} us")
    _row("  times faster than the hop", f"{todays / ours:.1f}")
    _row("the first play behind hops, with cold caches", f"{first * 1e3:.2f} ms")
    _row("  times faster than the hop", f"{todays / first:.1f}")
    _row("play with another seed each time: composed, drawn and read anew", f"{fresh * 1e3:.2f} ms")
    _row("  times faster than the hop", f"{todays / fresh:.1f}")


def letter(peer: Running, octets: int) -> None:
    """A letter with a large attachment: time, and memory in multiples of the letter."""
    command = [sys.executable, large.__file__, str(octets)]
    ours: large.Figures = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    sent = large.letter(octets)
    todays = _seconds(lambda: hop(peer.ports, sent, ALICE, BOB))
    tracemalloc.start()
    hop(peer.ports, sent, ALICE, BOB)
    peak = tracemalloc.get_traced_memory()[1] / len(sent)
    tracemalloc.stop()
    print(f"\nA letter of {ours['size'] / 1e6:.0f} MB, nearly all of it an attachment")
    _row("one hop of today's way", f"{todays * 1e3:.0f} ms")
    _row("prepare: a file made a letter", f"{ours['prepare'] * 1e3:.0f} ms")
    _row("play, the first time", f"{ours['play'] * 1e3:.0f} ms")
    _row("play, with an edit", f"{ours['edited'] * 1e3:.0f} ms")
    _row("  times faster than the hop", f"{todays / ours['edited']:.1f}")
    _row("memory at most, in letters: the hop's client", f"{peak:.1f}")
    _row("  prepare and play", f"{ours['peak']:.1f}")
    _row("  copies of the letter that a journey holds", f"{ours['held']:.2f}")


def answers(peer: Running, learners: int) -> None:
    """A class is graded; beside it one hop of a letter, for each answer needs a journey of its own."""
    sent = b"".join(play("alice-to-bob").by_place["compose/COMPOSED.1"].octets)
    hops = [_seconds(lambda: hop(peer.ports, sent, ALICE, BOB)) for _ in range(10)]
    done = grading.graded(learners, 40)
    hops += (_seconds(lambda: hop(peer.ports, sent, ALICE, BOB)) for _ in range(10))
    todays, each = statistics.median(hops), (done.made + done.marked) / done.answers
    print(f"\n{learners} learners with 40 answers each, every one in a variant of their own; {done.right:,} are right")
    _row("questions made: journeys played, answers computed", f"{done.made:.1f} s")
    _row("answers marked", f"{done.marked:.1f} s")
    _row("  an answer, with its question", f"{each * 1e3:.2f} ms")
    _row("one hop of today's way", f"{todays * 1e3:.2f} ms")
    _row("  answers graded in that time", f"{todays / each:.1f}")


def frames(count: int, rounds: int) -> None:
    """Packets as frames, beside dpkt alone."""
    print(f"\n{count:,} packets as frames with their checksums; median of {rounds}, interleaved")
    for name, made in (
        ("of short lines", packets.small(count, rounds)),
        ("of a long letter", packets.full(count, rounds)),
    ):
        _row(f"{name}, {made.octets / made.count:.0f} octets each: dpkt", f"{made.theirs * 1e3:.1f} ms")
        _row("  mailedu", f"{made.ours * 1e3:.1f} ms")
        _row("  times faster than dpkt", f"{made.theirs / made.ours:.1f}")


def server(messages: int, rounds: int) -> None:
    """CPU of the server's process for the same load."""
    print(f"\nCPU of a server that takes {messages} letters, {load.TOGETHER} a connection; best of {rounds}")
    for octets in (1024, 65536):
        used = load.cpu(messages, octets, rounds)
        ours, theirs = used["mailedu"], used["aiosmtpd"]
        _row(f"{octets // 1024} KiB each: aiosmtpd {theirs:.2f} s, mailedu {ours:.2f} s", f"{ours / theirs:.0%}")


def screen(quick: bool) -> None:
    """The full screen at a terminal."""
    presses, rounds, steps, octets = (8, 1, 3000, 200_000) if quick else (150, 5, 10_000, 25_000_000)
    print(f"\nThe full screen through a pty; {presses} presses each")
    for text, figure in player.measure(presses, rounds, steps, octets):
        _row(text, figure)


def _row(text: str, figure: str) -> None:
    print(f"  {text:<72}{figure:>10}")


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
