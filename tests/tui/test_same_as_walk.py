"""The full screen and the prompt say the same of each step: who cannot use the one loses nothing with the other."""

from __future__ import annotations

import io
from collections.abc import Iterator

from mailedu.journey import phrases
from mailedu.text.card import card, citations
from mailedu.text.screen import Screen
from mailedu.tui.panes.explain import explained
from mailedu.tui.view import View
from mailedu.tui.widgets.caption import caption
from mailedu.visible import visible
from tests.tui.moments import every_view

CELLS = 240


def facts(view: View) -> Iterator[str]:
    """What has to be told of a step."""
    scene = view.scene
    meaning = scene.explanation
    yield from (meaning.title, meaning.what, meaning.why, meaning.today, meaning.erratum)
    yield citations(meaning.rfc)
    yield from (digit.meaning for digit in meaning.digits)
    if scene.step.after:
        yield scene.step.after
        yield scene.state_words(scene.step.after)
    yield phrases.next_turn(scene)
    holder = phrases.whereabouts(scene)
    yield holder.partition(", which is")[0]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def on_screen(view: View) -> str:
    rows = [row.plain for row in explained(view, CELLS, 300)]
    below_the_map = "".join(text for text, _ in caption(view, 4 * CELLS, on_map=True))
    return squeezed("\n".join((*rows, below_the_map)))


def at_the_prompt(view: View) -> str:
    return squeezed("\n".join(card(view.scene, Screen(io.StringIO(), columns=CELLS))))


def test_both_tell_every_fact_of_every_step() -> None:
    steps = 0
    for view in every_view():
        steps += 1
        seen, printed = on_screen(view), at_the_prompt(view)
        for fact in filter(None, map(squeezed, map(visible, facts(view)))):
            where = (view.journey.scenario.name, view.step.place, fact)
            assert fact in printed, where
            assert fact in seen, where
    assert steps > 200


def test_both_tell_who_is_on_the_envelope_and_what_was_answered() -> None:
    for view in every_view():
        seen, printed = on_screen(view), at_the_prompt(view)
        for named in filter(None, (view.scene.envelope.sender, *view.scene.envelope.recipients)):
            if view.scene.leg.protocol in ("smtp", "submission") and named.address and "Envelope" in printed:
                assert named.address in printed
                assert named.address in seen or "which is not responsible" in seen, (view.step.place, seen)
