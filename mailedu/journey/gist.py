"""A step in one line, as a ladder shows it. Foreign octets are made safe here."""

from __future__ import annotations

from mailedu.agents.actions import Link
from mailedu.dns import message as dns
from mailedu.journey.step import Step
from mailedu.machine import Kind
from mailedu.smtp import auth
from mailedu.visible import visible

_LINKS = {
    Link.CONNECT: "TCP connection",
    Link.REFUSED: "connection refused",
    Link.UNREACHABLE: "no answer",
    Link.TIMEOUT: "no reply; gives up waiting",
    Link.CLOSE: "connection closed",
    Link.RESET: "connection reset",
}


def gist(step: Step) -> str:
    """One line: EHLO's reply is its first line and how many follow, a large letter its size, base64 what it hides."""
    kind = step.kind
    if kind is Kind.LINK:
        return _LINKS[Link(step.verb)]
    if kind is Kind.DATA:
        return f"the letter, {step.size:,} octets"
    if kind in (Kind.QUERY, Kind.ANSWER):
        return _dns(step)
    head = step.head(1024)
    first, _, rest = head.partition(b"\r\n")
    line = visible(first)
    if kind is Kind.ACTION:
        if step.verb in ("COMPOSED", "PART", "BODY", "READ", "FILE"):
            return f"{step.verb.lower()}, {step.size:,} octets"
        if not rest.strip():
            return line
        more = max(0, sum(chunk.count(b"\n") for chunk in step.octets[:64]) - 1)
        return f"{line} +{more} {'line' if more == 1 else 'lines'}"
    if kind is Kind.REPLY and step.leg.protocol == "pop3" and len(step.octets) > 1:
        return f"{line} +{step.size - len(step.octets[0]):,} octets"
    decoded = hidden(step)
    if decoded is not None:
        return f"{line} “{visible(decoded)}”"
    if kind is Kind.REPLY and len(step.octets) > 1:
        more = len(step.octets) - 1
        return f"{visible(step.octets[0].rstrip())} +{more} {'line' if more == 1 else 'lines'}"
    return line


def hidden(step: Step) -> bytes | None:
    """What the base64 of a login dialogue says, or None if this is no such line."""
    if step.leg.protocol == "pop3":
        return None
    line = step.head(1024).rstrip(b"\r\n")
    if step.kind is Kind.COMMAND and step.verb == "RESPONSE" and line != b"*":
        return auth.decode(line) or None
    if step.kind is Kind.REPLY and line.startswith(b"334 "):
        return auth.decode(line[4:]) or None
    return None


def _dns(step: Step) -> str:
    message = dns.read(step.octets[0])
    if step.kind is Kind.QUERY:
        return f"{visible(message.name)} {message.type}?"
    if not message.answers:
        return f"{message.rcode}: {visible(message.name)} has no {message.type}"
    return ", ".join(
        f"{record.type} {record.preference} {visible(record.value)}"
        if record.type == "MX"
        else f"{record.type} {visible(record.value)}"
        for record in message.answers
    )
