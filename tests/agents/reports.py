"""Reports of failure as the standard library reads them."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, Message

from mailedu.journey import Journey


def report(journey: Journey) -> EmailMessage:
    """The first report that came back."""
    found = next(one for one in journey.stored if one.letter.parent)
    message = email.message_from_bytes(b"".join(found.letter.chunks), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def for_programs(journey: Journey) -> list[Message]:
    """The groups of fields in the part for programs: about the report, then one for each recipient."""
    groups = list(report(journey).iter_parts())[1].get_payload()
    assert isinstance(groups, list)
    return [group for group in groups if isinstance(group, Message)]


def status(journey: Journey) -> dict[str, str]:
    """The fields about the first recipient, names in small letters."""
    return {name.lower(): str(value) for name, value in for_programs(journey)[1].items()}
