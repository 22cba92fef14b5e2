"""A letter of the learner's own, made ready for a scenario whose sender, recipient and clock fill what it lacks."""

from __future__ import annotations

from mailedu.agents import draw
from mailedu.journey import form
from mailedu.journey.scenario import Scenario, ScenarioError
from mailedu.journey.step import Stage
from mailedu.mime import prepare


def own_letter(octets: bytes, scenario: Scenario, seed: int = 0) -> prepare.Prepared:
    """The octets of a file as the message that `scenario` is to carry; `scenario.load(name, message=...)` takes it.

    A letter that was filled in on a form (`form.octets_of`) is composed again as it was, field by field. Date is the
    scenario's start, Message-ID is drawn. Raises ScenarioError for a scenario in which no letter is sent, and
    `prepare.InputError` for octets that cannot be sent.
    """
    if Stage.COMPOSE not in scenario.stages or not scenario.sender:
        raise ScenarioError(f"{scenario.name} sends no letter, so it has no use for one of your own")
    letter = scenario.letter
    domain = scenario.sender.rpartition("@")[2]
    recipients = letter.get("to", ())
    filled_in = octets.startswith(form.MARK)
    prepared = prepare.prepare(
        octets.removeprefix(form.MARK),
        sender=letter.get("from", scenario.sender),
        recipient=recipients[0] if recipients else scenario.sender,
        date=scenario.start,
        message_id=f"<{draw.word(seed, 'compose', 'message id')}@{domain}>",
    )
    return form.composed(prepared) if filled_in else prepared


def dropped_mbox_line(message: prepare.Prepared) -> bytes:
    """The `From ` line of a mailbox file that was taken off the letter, without line end; empty if there was none."""
    return next((piece.octets.rstrip(b"\r\n") for piece in message.changes if piece.verb == "MBOX"), b"")
