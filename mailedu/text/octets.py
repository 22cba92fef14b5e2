"""What was said or done at a step, as lines for a screen: highlighted, and what is long cut, with how much more."""

from __future__ import annotations

from mailedu.journey.gist import gist, hidden
from mailedu.journey.step import Kind, Step
from mailedu.smtp import auth
from mailedu.text.screen import Screen
from mailedu.visible import visible, width

#: Octets of a step that are looked at for its first lines.
_LOOKED_AT = 70_000


def shown(step: Step, screen: Screen, most: int, indent: str = "    ", *, keys: bool = False) -> list[str]:
    """The first `most` lines of a step, each behind `indent`, how many more there are, and which key shows them."""
    if not step.octets:
        return []
    if step.kind in (Kind.QUERY, Kind.ANSWER):
        return [screen.clipped(part, indent) for part in gist(step).split(", ")]
    lines, more = first_lines(step, most)
    shown = coloured(step, [_cut(line, screen, indent) for line in lines], screen)
    out = [indent + line if line else "" for line in shown]
    if more:
        plural = "line" if more == 1 else "lines"
        note = f"… and {more:,} more {plural}, {step.size:,} octets in all{_key(step) if keys else ''}"
        out.append(indent + screen.paint("quiet", note))
    return out


def _key(step: Step) -> str:
    """Which key of `walk` shows all: the letter as it stands, or the octets."""
    letter = step.kind is Kind.DATA or step.verb in ("RETR", "COMPOSED", "PART", "BODY", "FILE")
    return "; `m all` shows them" if letter else "; `y all` shows them"


def undone(step: Step, screen: Screen, indent: str = "    ") -> list[str]:
    """What the base64 of a login dialogue says."""
    decoded = hidden(step)
    return [] if decoded is None else screen.prose(f"which is base64 for “{visible(decoded)}”", indent, role="quiet")


def decoded_line(line: bytes) -> bytes | None:
    """What a 334 asks, undone; None for any other line."""
    line = line.rstrip(b"\r\n")
    return auth.decode(line[4:]) or None if line.startswith(b"334 ") else None


def base64_of(text: str) -> str:
    r"""A typed text in base64, for a login; `\0` in it is NUL, as AUTH PLAIN wants it."""
    return auth.encode(text.encode("utf-8", "surrogateescape").replace(b"\\0", b"\0")).decode("ascii")


def first_lines(step: Step, most: int) -> tuple[list[str], int]:
    """The first `most` lines of a step, made visible, and how many follow. A single one more is shown, not counted."""
    head = step.head(_LOOKED_AT)
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    if lines[-1] == b"" and len(lines) > 1:
        lines.pop()
    total = sum(chunk.count(b"\n") for chunk in step.octets) + (not step.octets[-1].endswith(b"\n"))
    if step.verb == "PART" and not lines[0] and len(lines) > 1:  # the line end before a delimiter is a part of it
        del lines[0]
        total -= 1
    kept = lines if total <= most + 1 else lines[:most]
    return [visible(line) for line in kept], max(0, total - len(kept))


def _cut(line: str, screen: Screen, indent: str) -> str:
    if screen.rows == 0 and width(line) < screen.columns:
        return line
    return screen.clipped(line, indent)[len(indent) :]


def coloured(step: Step, lines: list[str], screen: Screen) -> list[str]:
    """Lines of a step in the colours of their grammar: what came before it decides, so that is put before them."""
    if not screen.colour:
        return lines
    protocol = step.leg.protocol
    text = "\n".join(lines)
    if step.kind is Kind.ACTION:
        if step.verb in _LETTERS:
            return screen.session(text, "smtp", letter=True).split("\n")
        return lines
    before = ""
    if step.verb == "RESPONSE" and step.kind is Kind.COMMAND:
        before = "334 \n"
    elif step.kind is Kind.REPLY and protocol == "pop3":
        before = "RETR 1\n" if step.verb in ("RETR", "TOP") else "CAPA\n" if len(step.octets) > 1 else "NOOP\n"
    letter = step.kind is Kind.DATA or (step.verb == "END_OF_DATA" and step.kind is Kind.COMMAND)
    painted = screen.session(before + text, protocol, letter=letter).split("\n")
    return painted[1:] if before else painted


#: Actions whose octets are fields or text of a letter.
_LETTERS = frozenset("FIELD ADD REMOVE FOLD RECEIVED RETURN_PATH PART COMPOSED FILE ENCODE".split())
