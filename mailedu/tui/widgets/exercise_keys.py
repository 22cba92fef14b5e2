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
        "enter": not sitting.over and sitting.kind is not Kind.CHOICE and (sitting.is_pointed or not sitting.is_typed),
    }.get(name, True)


def named(keys: Iterable[Key], sitting: Sitting | None) -> Iterator[Key]:
    """These keys with what they do here: how many letters there are, what the next hint costs, how to type again."""
    if sitting is not None and not sitting.over and writes(sitting):
        yield Key("escape", "close", "esc", "type", "")
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
        if key.action == "enter" and sitting is not None and sitting.picks is not None and sitting.picks.is_begun:
            yield Key("backspace", "undo", "backspace", "undo", "")


def writes(sitting: Sitting) -> bool:
    """Whether it is answered by typing, and by nothing else."""
    return sitting.session is not None or sitting.kind is Kind.REPAIR or (sitting.is_typed and not sitting.is_pointed)


def while_typing(sitting: Sitting | None) -> Iterator[Key]:
    """While something is typed, letters are letters. One key leads out; where enter does not hand in, it says so."""
    is_lab = sitting is not None and sitting.session is not None
    is_repair = sitting is not None and sitting.kind is Kind.REPAIR
    says = sitting is not None and sitting.session is not None and not sitting.session.now.closed
    if not is_repair:
        yield Key("enter", "enter", "enter", "say it" if says else "hand in", "")
    if says or is_repair:
        yield Key("escape", "close", "esc, then enter", "hand in", "")
    else:
        yield Key("escape", "close", "esc", "other keys", "")
    if is_lab:
        yield Key("up", "", "↑", "earlier", "")
    yield Key("tab", "app.focus_next", "tab", "next part", "")
