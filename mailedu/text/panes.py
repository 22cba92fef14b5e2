"""What the keys x y s m k l print: explanation, bytes, state, message, packets, mailboxes and queues."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from mailedu.agents.actions import Link
from mailedu.explain import Explanation, Key
from mailedu.journey import order, phrases
from mailedu.journey.scene import Scene
from mailedu.journey.step import Kind
from mailedu.text import card, facts
from mailedu.text.facts import Fact, plural
from mailedu.text.screen import Screen
from mailedu.visible import pad, visible

#: Octets that the bytes pane shows unless it is asked for all.
_BYTES: Final = 256
#: Lines of a letter's text that the message pane shows unless it is asked for all.
_LINES: Final = 12
_ROW: Final = 16
#: Cells for the octets of a part.
_PART: Final = 24
_NOT_PRINTABLE: Final = re.compile(rb"[^ -~]")
_FIELD_START: Final = re.compile(rb"\r\n(?![ \t])")


def explain(scene: Scene, screen: Screen, everything: bool) -> list[str]:
    """x: all that is known of the step's meaning."""
    return explained(scene.key, scene.explanation, screen)


def parts(scene: Scene, screen: Screen, everything: bool) -> list[str]:
    """x, right below the step: only what the step does not say itself."""
    return _parts(scene.key, scene.explanation, screen) or ["  No digits, no parts: the step above says all there is."]


def explained(key: Key, explanation: Explanation, screen: Screen) -> list[str]:
    """All that an explanation says: its texts, its digits, and which octets mean what."""
    above = [*card.meaning(explanation, screen), "", *card.sources(explanation, screen)]
    gap = [] if explanation.digits else [""]
    return [*above, *gap, *_parts(key, explanation, screen)]


def _parts(key: Key, explanation: Explanation, screen: Screen) -> list[str]:
    """Digits, and which octets mean what; what comes again, such as the code of each line, is told once."""
    lines = screen.fact("Code", *card.code(explanation, screen))
    binary = key.kind in (Kind.QUERY, Kind.ANSWER)
    rows: dict[tuple[str, str, str], list[int]] = {}
    for span in explanation.spans:
        octets = key.octets[span.start : span.end]
        shown = octets.hex(" ") if binary else visible(octets)
        rows.setdefault((span.name, shown, span.meaning), []).append(span.start)
    if rows:
        lines += [""] if lines else []
        lines.append("  Which octets mean what; each number is where they begin.")
    for (name, shown, meaning), (start, *others) in rows.items():
        first = f"  {start:4}  {pad(screen.clip(shown, _PART), _PART)}  "
        again = f" (again at {_some(others)})" if others else ""
        lines += screen.prose(f"{name}: {visible(meaning)}{again}", " " * (_PART + 10), first)
    return lines


def _some(numbers: list[int], most: int = 8) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return shown + (f" and {len(numbers) - most:,} more" if len(numbers) > most else "")


def octets(scene: Scene, screen: Screen, everything: bool) -> list[str]:
    """y: octets in hexadecimal and as text, sixteen a row."""
    step = scene.step
    if not step.octets:
        return screen.prose("No octets: connections are opened and closed by segments that carry none; k shows them.")
    size = step.size
    head = step.head(size if everything else _BYTES)
    lines = screen.prose(f"{size:,} {plural('octet', size)}, in hexadecimal and as text.")
    lines += screen.prose("A dot in the text stands for an octet that cannot be printed, or for a dot.")
    lines.append("")
    for at in range(0, len(head), _ROW):
        row = head[at : at + _ROW]
        text = _NOT_PRINTABLE.sub(b".", row).decode("ascii")
        lines.append(f"  {at:04x}  {row[:8].hex(' '):23}  {row[8:].hex(' '):23}  {text}")
    if size > len(head):
        lines.append(screen.paint("quiet", f"  … {size - len(head):,} more; `y all` prints them"))
    return lines


def state(scene: Scene, screen: Screen, everything: bool) -> list[str]:
    """s: the states so far, and the present one's row of the table."""
    entered = scene.states_so_far
    if not entered:
        return [f"  {_no_state(scene)}"]
    protocol, now = scene.leg.protocol, entered[-1]
    path = " → ".join((*entered[:-1], f"[{now}]"))
    lines = [*screen.prose(path), "", *screen.fact("Now", f"{now}: {scene.state_words(now)}"), ""]
    moves = order.moves(protocol, now)
    lines += (
        [f"  From {now}, by the command and the class of its reply:"] if moves else ["  From here nothing leads on."]
    )
    for move in moves:
        where = "stays" if move.to == now else f"to {move.to}"
        why = scene.refused_now(move.verb)
        refused = f"refused now: {why}" if why else ""
        lines.append(f"    {move.verb:12} {move.reply:8} {where:16} {refused}".rstrip())
    if any(move.reply == "2yz" for move in moves):
        lines += ["", "  2yz is any reply that begins with 2; 3yz, 4yz and 5yz likewise."]
    wrong = order.out_of_order(protocol, now)
    if wrong:
        lines += ["", *screen.prose(f"Out of order here: {', '.join(wrong)}.")]
    return lines


def _no_state(scene: Scene) -> str:
    step = scene.step
    if step.kind in (Kind.QUERY, Kind.ANSWER):
        return "A question and its answer: the DNS keeps no state between them."
    if step.kind is not Kind.LINK:
        return "Nobody talks here, so there is no state."
    if step.verb == Link.CONNECT:
        return "No greeting yet: the state begins with what the server says first."
    return "No conversation here, so there is no state."


def message(scene: Scene, screen: Screen, everything: bool) -> list[str]:
    """m: the message as it stands, and which lines were put on top on the way."""
    stands = facts.standing(scene)
    if stands is None:
        return screen.prose(facts.no_letter(scene))
    lines = [f"  The message as it stands: {stands.size:,} octets."]
    if stands.now:
        lines += ["", screen.paint("changed", "  Added by this step:"), *_text(b"".join(stands.now), screen)]
    if stands.before:
        lines += ["", "  Added on the way:", *_text(b"".join(stands.before), screen)]
    lines += ["", "  As it was written:"] if stands.is_added_to else [""]
    limit = 1 << 24 if everything else 8192
    text = facts.first_octets(stands.written, limit)
    shown, left = _first_lines(text, 0 if everything else _LINES + len(_FIELD_START.findall(_header(text))))
    lines += _text(shown, screen)
    rest = sum(chunk.count(b"\n") for chunk in stands.written) - shown.count(b"\n") if left or len(text) >= limit else 0
    if rest > 0:
        lines.append(screen.paint("quiet", f"    … {rest:,} more {plural('line', rest)}; `m all` prints them"))
    return lines


def packets(scene: Scene, screen: Screen, everything: bool) -> list[str]:
    """k: the packets of this step."""
    sent = scene.packets
    if not sent:
        return ["  No packet: nothing of this step crosses the network."]
    one = sent[0]
    connection = scene.journey.log.connections[one.connection]
    client, server = connection.client, connection.server
    lines = [
        f"  Client {visible(client.host)} {client.address} port {client.port}",
        f"  Server {visible(server.host)} {server.address} port {server.port}",
        "",
        "    No       Time  From    Flags          Seq    Ack  Window    Len",
    ]
    for packet in sent[: None if everything else 16]:
        side = "client" if packet.source == client else "server"
        if packet.transport == "udp":
            lines.append(f"  {packet.n:4} {packet.time:10.4f}  {side}  UDP{len(packet.payload):39}")
            continue
        lines.append(
            f"  {packet.n:4} {packet.time:10.4f}  {side}  {packet.flags:10} {packet.seq:7} {packet.ack:6}"
            f" {packet.window:7} {len(packet.payload):6}"
        )
    left = len(sent) - 16
    if left > 0 and not everything:
        lines.append(screen.paint("quiet", f"  … {left:,} more; `k all` prints them"))
    return lines


def mailboxes(scene: Scene, screen: Screen, everything: bool) -> list[str]:
    """l: mailboxes, queues, and what became of each recipient so far."""
    told = list(facts.world(scene.world, most=1 << 30 if everything else facts.MOST))
    lines: list[str] = []
    for whats, none in ((("mailbox", "letter"), "  The mailboxes are empty."), (("queue",), "  The queues are empty.")):
        its = [fact for fact in told if fact.what in whats or (fact.what == "more" and fact.where in whats)]
        lines += [line for fact in its for line in _told(fact, scene, screen)] or [none]
    rest = ("kept", "delivered", "bounced", "dropped", "login")
    its = [fact for fact in told if fact.what in rest or (fact.what == "more" and fact.where in rest)]
    return lines + [line for fact in its for line in _told(fact, scene, screen)]


def _told(fact: Fact, scene: Scene, screen: Screen) -> list[str]:
    note = f", {fact.note}" if fact.note else ""
    if fact.what == "mailbox":
        return screen.prose(f"Mailbox {fact.where}: {fact.text}{note}")
    if fact.what == "letter":
        return [f"    {fact.number}  {fact.text}{note}"]
    if fact.what == "queue":
        due = f", due at {phrases.duration(fact.until)}" if fact.until > scene.step.time else ""
        return screen.prose(f"Queue of {fact.where}: {fact.text}{due}")
    if fact.what == "more":
        return [screen.paint("quiet", f"  … {fact.text}; `l all` prints them")]
    return screen.prose(f"{facts.FATES[fact.what]} {fact.where}: {fact.text}")


def _header(text: bytes) -> bytes:
    end = text.find(b"\r\n\r\n")
    return text[: end + 2] if end >= 0 else b""


def _first_lines(text: bytes, most: int) -> tuple[bytes, bool]:
    """The first `most` lines (0: all), and whether some are left."""
    if not most:
        return text, False
    at = 0
    for _ in range(most):
        found = text.find(b"\n", at)
        if found < 0:
            return text, False
        at = found + 1
    return text[:at], at < len(text)


def _text(octets: bytes, screen: Screen) -> list[str]:
    """Lines of a letter."""
    lines = octets.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    text = "\n".join(screen.clipped(visible(line), "    ")[4:] for line in lines)
    painted = screen.session(text, "smtp", letter=True).split("\n")
    return ["    " + line if line else "" for line in painted]


Pane = Callable[[Scene, Screen, bool], list[str]]

PANES: Final[Mapping[str, Pane]] = {
    "x": explain,
    "y": octets,
    "s": state,
    "m": message,
    "k": packets,
    "l": mailboxes,
}
