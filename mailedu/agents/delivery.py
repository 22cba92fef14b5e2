"""Final delivery: the mailbox is found, the trace completed, the letter put away (RFC 5321 section 4.4)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from mailedu.agents.actions import Action
from mailedu.agents.bounce import Failure
from mailedu.agents.effects import Letter, Stored
from mailedu.agents.errand import Do, Errand, Stage
from mailedu.agents.world import Mail, World
from mailedu.mime import trace


def deliver_here(
    world: World, host: str, letter: Letter, recipients: tuple[str, ...], field: bytes, parent: str
) -> Generator[Errand, Any, list[Failure]]:
    """Stage 4: a copy for each recipient's mailbox at `host`. Returns for whom there is none.

    `field`: the Received field that this host has put on top, to be shown with the first copy; empty if shown already.
    """
    failures: list[Failure] = []
    for recipient in recipients:
        mailbox = world.mailbox(host, recipient)
        leg = world.leg(
            letter.id, f"process:{world.label(mailbox or recipient)}", Stage.PROCESS, host, "", "process", parent=parent
        )
        if mailbox is None:
            # Only an edited reply can have let it in; what was acknowledged is not lost without a word.
            failures.append(Failure(recipient, host, "no such mailbox", "5.1.1"))
            yield Do(leg, Action.RECIPIENT, (f"{recipient}: no such mailbox\r\n".encode(),))
            continue
        yield Do(leg, Action.RECIPIENT, (f"{recipient}: a mailbox of this host\r\n".encode(),))
        if field:
            yield Do(leg, Action.RECEIVED, (field,))
            field = b""
        return_path = trace.return_path(letter.envelope.reverse_path)
        yield Do(leg, Action.RETURN_PATH, (return_path,))
        box = world.box(mailbox)
        uid = box.next_uid()
        copy = letter.with_field(return_path)
        box.mails.append(Mail(uid, copy))
        row = f"{mailbox}: letter {len(box.mails)}, {copy.size} octets\r\n".encode()
        yield Do(leg, Action.STORE, (row,), (Stored(mailbox, copy, uid, recipient),))
    return failures
