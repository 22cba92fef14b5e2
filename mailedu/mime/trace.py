"""The trace that each hop leaves on a message: Received and Return-Path (RFC 5321 section 4.4)."""

from __future__ import annotations


def received(
    *,
    from_said: str,
    from_seen_name: str,
    from_seen_address: str,
    by: str,
    protocol: str,
    id: str,  # noqa: A002
    recipient: str | None,
    when: float,
    zone: int = 0,
) -> bytes:
    """One folded Received field that ends in CRLF. `when`: seconds since 1970; `zone`: minutes east of UTC."""
    raise NotImplementedError


def return_path(reverse_path: str) -> bytes:
    """The Return-Path field that final delivery puts on top; it ends in CRLF."""
    return b"Return-Path: <%s>\r\n" % reverse_path.encode("utf-8")
