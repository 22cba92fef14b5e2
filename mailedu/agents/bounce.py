"""A report that a letter could not be delivered: `multipart/report` from the null reverse-path (RFC 6522, RFC 3464).

Nobody answers a report with a report: it leaves from `<>`, and a letter from `<>` that fails is dropped (RFC 5321
section 4.5.5).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

from mailedu.agents.actions import Action
from mailedu.agents.effects import Bounced, Dropped, Letter
from mailedu.agents.errand import Do, Errand, Stage
from mailedu.agents.world import World
from mailedu.mime.fields import dates
from mailedu.smtp.replies import Reply
from mailedu.smtp.session import Envelope


class Failure(NamedTuple):
    """Why one recipient will not have the letter."""

    recipient: str
    remote: str
    """The host that said so; empty if none did."""
    text: str
    status: str
    """Enhanced status code (RFC 3463)."""
    reply: Reply | None = None


def report(
    world: World, host: str, letter: Letter, failures: Sequence[Failure], parent: str
) -> Generator[Errand, Any, Letter | None]:
    """Write the report at `host` to the letter's reverse-path and return it; None if that is null and it is dropped."""
    failed = tuple(failure.recipient for failure in failures)
    where = failed[0].rpartition("@")[2].lower()
    leg = world.leg(letter.id, f"bounce:{where}", Stage.DELIVER, host, "", "bounce", parent=parent)
    to = letter.envelope.reverse_path
    if not to:
        rows = tuple(f"{f.recipient}: {f.text}\r\n".encode() for f in failures)
        yield Do(leg, Action.DROP, rows, (Dropped(host, letter.id, failed),))
        return None
    world.bounces += 1
    header, parts = _message(world, host, letter, failures, leg.name)
    bounce = Letter(f"bounce{world.bounces}", (), (header, *parts), Envelope("", (to,)), letter.id)
    yield Do(leg, Action.BOUNCE, (header,))
    for part in parts[:-1]:
        yield Do(leg, Action.PART, (part,))
    yield Do(leg, Action.PART, (parts[-1],), (Bounced(host, letter.id, failed, bounce),))
    return bounce


def _message(
    world: World, host: str, letter: Letter, failures: Sequence[Failure], place: str
) -> tuple[bytes, tuple[bytes, bytes, bytes]]:
    """The header of the report and its three parts: for people, for programs, and the header of what failed."""
    boundary = f"=_{world.word(place, 'boundary', 12)}"
    moment = world.clock.start + world.clock.now
    header = (
        f"From: Mail delivery <MAILER-DAEMON@{host}>\r\n"
        f"To: {letter.envelope.reverse_path}\r\n"
        "Subject: Undelivered: your letter came back\r\n"
        f"Date: {dates.format_date(moment)}\r\n"
        f"Message-ID: <{world.word(place, 'message id')}@{host}>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"\r\n'
        "\r\n"
    )
    people = "".join(f"  {f.recipient}\r\n    {_said(f)}\r\n" for f in failures)
    words = (
        f"--{boundary}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"This is {host}. Your letter could not be delivered to:\r\n\r\n{people}\r\n"
        "It will not be tried again.\r\n\r\n"
    )
    status = "".join(
        f"\r\nFinal-Recipient: rfc822; {f.recipient}\r\nAction: failed\r\nStatus: {f.status or '5.0.0'}\r\n"
        + (f"Remote-MTA: dns; {f.remote}\r\n" if f.remote else "")
        + (f"Diagnostic-Code: smtp; {_one_line(f.text)}\r\n" if f.reply is not None else "")
        for f in failures
    )
    machine = f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; {host}\r\n{status}\r\n"
    start = b"".join(letter.chunks[:64])
    end = start.find(b"\r\n\r\n")
    original = start[: end + 2] if end >= 0 else start[:65536].rpartition(b"\r\n")[0] + b"\r\n"
    returned = (
        f"--{boundary}\r\nContent-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
        + original
        + f"\r\n--{boundary}--\r\n".encode()
    )
    return header.encode(), (_encode(words), _encode(machine), returned)


def _said(failure: Failure) -> str:
    return f"{failure.remote} said: {_one_line(failure.text)}" if failure.remote else _one_line(failure.text)


def _one_line(text: str) -> str:
    """A reply's words may come from anybody; in a report they are one line of bounded length."""
    return " ".join(text.split())[:400]


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
