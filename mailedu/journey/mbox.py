"""All mail of a journey as one mailbox file: each letter as it was stored, even if it was deleted later.

The form is RFC 4155's, with line ends LF; a line that begins with `From `, or with `>`s and then `From `, gets one more
`>` (mboxrd), so that it can be undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from mailedu.agents.effects import Letter, Stored

if TYPE_CHECKING:
    from mailedu.journey.journey import Journey

_FROM: Final = re.compile(rb"^(?=>*From )", re.MULTILINE)
_DAYS: Final = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def mbox(journey: Journey) -> Iterator[bytes]:
    """An entry a letter: what lay in mailboxes when time began, then what came, in order."""
    start = journey.scenario.start
    for mails in journey.scenario.geography.mailboxes.values():
        for mail in mails:
            yield _entry(mail.letter, start)
    for step in journey.steps:
        for effect in step.effects:
            if isinstance(effect, Stored):
                yield _entry(effect.letter, start + step.time)


def _entry(letter: Letter, moment: float) -> bytes:
    text = b"".join(letter.chunks).replace(b"\r\n", b"\n")
    if not text.endswith(b"\n"):
        text += b"\n"
    sender = letter.envelope.reverse_path or "MAILER-DAEMON"
    return b"From %b %b\n%b\n" % (sender.encode(), _ctime(moment), _FROM.sub(b">", text))


def _ctime(moment: float) -> bytes:
    """UTC as ctime writes it, whatever the locale: `Tue Nov 24 09:00:00 2026`."""
    time = datetime.fromtimestamp(moment, UTC)
    return f"{_DAYS[time.weekday()]} {_MONTHS[time.month - 1]} {time.day:2} {time:%H:%M:%S} {time.year}".encode()
