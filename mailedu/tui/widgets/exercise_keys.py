"""Which keys the footer shows at a question, with what each does there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailedu.exercise.model import Kind
from mailedu.tui.keys import Key
from mailedu.tui.widgets.exercise_round import Round, Sitting


def offers(key: Key, round_: Round, sitting: Sitting | None, *, alone: bool) -> bool:
    """Whether a key has something to do. `alone`: nothing stands beside the question."""
    name = key.action.partition("(")[0]
    if sitting is None:
        if name == "variant":
            return round_.ended
        return name not in ("letter", "digit", "hint", "show_me", "give_up", "undo", "zoom", "enter", "close")
    return {
        "letter": not sitting.over and sitting.picks is not None,
        "digit": not sitting.over and sitting.kind is Kind.MATCH,
        "hint": sitting.trying.hints_left > 0,
        "show_me": sitting.may_be_shown,
        "variant": bool(sitting.question.written.vary),
        "give_up": not sitting.over,
        "undo": sitting.session is not None or sitting.picks is not None,
        "zoom": not alone,
        "enter": not sitting.over and sitting.kind is not Kind.CHOICE,
    }.get(name, True)


def named(keys: Iterable[Key], sitting: Sitting | None) -> Iterator[Key]:
    """These keys with what they do here: how many letters there are, what the next hint costs."""
    for key in keys:
        hint = sitting.trying.next_hint if sitting is not None else None
        if sitting is None and key.action == "variant":
            yield key._replace(word="once more")
        elif sitting is not None and key.action == "letter(0)" and sitting.picks is not None:
            yield key._replace(shown=f"a-{sitting.picks.letters[-1:]}")
        elif key.action == "hint" and hint is not None:
            yield key._replace(word=f"hint −{round(hint.cost * 100)} %")
        else:
            yield key


def while_typing(sitting: Sitting | None) -> Iterator[Key]:
    """While something is typed, letters are letters."""
    is_lab = sitting is not None and sitting.session is not None
    is_repair = sitting is not None and sitting.kind is Kind.REPAIR
    if not is_repair:
        says = sitting is not None and sitting.session is not None and not sitting.session.now.closed
        yield Key("enter", "enter", "enter", "say it" if says else "hand in", "")
    if is_lab or is_repair:
        yield Key("escape", "close", "esc enter", "hand in", "")
    yield Key("escape", "close", "esc", "other keys", "")
    if is_lab:
        yield Key("up", "", "↑", "earlier", "")
    yield Key("tab", "app.focus_next", "tab", "next part", "")
