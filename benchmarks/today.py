"""Today's way of one letter, from the octets to the reader's eyes: smtplib, aiosmtpd, twisted.mail, poplib, email."""

from __future__ import annotations

import email
import email.policy
import poplib
import smtplib

from servers import HOST

# A line of a large letter may come from anybody; poplib's own limit is for malicious servers.
poplib._MAXLINE = 1 << 20  # type: ignore[attr-defined]


def hop(ports: tuple[int, ...], letter: bytes, sender: str, recipient: str) -> str:
    """Send it, fetch it, take it apart; returns the text. It logs in at both servers, as Alice and Bob do."""
    with smtplib.SMTP(HOST, ports[0], local_hostname="laptop.example.com") as client:
        client.login("alice", "wonderland")
        client.sendmail(sender, [recipient], letter)
    box = poplib.POP3(HOST, ports[1])
    box.user("bob")
    box.pass_("looking-glass")
    box.stat()
    box.list()
    lines = box.retr(1)[1]
    box.dele(1)
    box.quit()
    message = email.message_from_bytes(b"\r\n".join(lines), policy=email.policy.default)
    body = message.get_body(("plain",))
    for part in message.iter_attachments():
        part.get_payload(decode=True)
    return str(body.get_content()) if body is not None else ""
