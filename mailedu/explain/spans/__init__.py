"""Which octets mean what: a grammar a kind and protocol. Total: any octets give a reading, and nothing raises."""

from __future__ import annotations

from mailedu.explain.model import Key, Reading
from mailedu.explain.spans import dns, pop3, smtp, stations
from mailedu.machine import Kind


def read(key: Key) -> Reading:
    """What the grammar of the key's kind and protocol finds in its octets."""
    kind = key.kind
    if kind is Kind.ACTION:
        return stations.action(key)
    if kind is Kind.LINK:
        return stations.link(key)
    if kind is Kind.QUERY or kind is Kind.ANSWER:
        return dns.message(key)
    if kind is Kind.DATA:
        return smtp.content(key)
    if key.protocol == "pop3":
        return pop3.command(key) if kind is Kind.COMMAND else pop3.reply(key)
    return smtp.command(key) if kind is Kind.COMMAND else smtp.reply(key)
