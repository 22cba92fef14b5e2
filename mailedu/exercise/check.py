"""Whether an exercise is in order: its form, the names in it, and some variants tried: answers, goals, ways, mistakes.

For who writes exercises: `mailedu quiz --check FILE` prints what `problems` finds.
"""

from __future__ import annotations

import difflib
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from mailedu.exercise import course, form, load, variants
from mailedu.exercise.facts import Parameter, Spot, facts
from mailedu.exercise.form import Problem
from mailedu.exercise.kinds import lab, repair
from mailedu.exercise.marking import Again
from mailedu.exercise.model import CHOOSING, GRADED_BY_GOALS, Call, Exercise, ExerciseError, Kind, Show, calls
from mailedu.exercise.question import IMPLIED, Question
from mailedu.journey import scenario
from mailedu.journey.edit import EditError
from mailedu.journey.engine import play
from mailedu.journey.scenario import PatchError, ScenarioError, patched

#: Variants that are tried.
SEEDS: Final = range(6)
#: So many answers have to be offered: with two, who guesses until it is right earns three quarters.
LEAST: Final = 3
#: A lab is to have so many ways: only then it shows that any valid way counts.
WAYS: Final = 2
#: What feedback may name.
SEEN: Final = ("packet", "step", "line")
_IN_FEEDBACK: Final = ("value", *SEEN)


def problems(path: Path, own: Sequence[Path] = ()) -> list[str]:
    """All that is wrong with a file, a line each: file, line, key, why and what to do. Empty: it is in order.

    `own`: folders whose exercises a set may list, beside those shipped. A file in a folder `sets` is a set.
    """
    if path.resolve().parent.name == load.SETS:
        return _of_set(path, own)
    try:
        made, found, text = load.form_of(path)
    except ExerciseError as error:
        return [str(error)]
    if made is not None:
        found = [*found, *_names(made), *_teaching(made)]
        if not found:
            found = list(_tried(made))
    lines = [load.in_line(str(path), text, *one) for one in dict.fromkeys(found)]
    return lines


def _of_set(path: Path, own: Sequence[Path]) -> list[str]:
    try:
        one = load.read_set(path)
        folder = path.resolve().parent.parent
        known = load.ids((*own, folder))
    except ExerciseError as error:
        return [str(error)]
    return [f"{path}: exercises: no exercise {id!r}; {_hint(id, known)}" for id in one.ids if id not in known]


# Names: does everything exist that the file speaks of? ----------------------------------------------------------------


def _names(one: Exercise) -> Iterator[Problem]:
    if one.objective and one.objective not in course.objectives():
        yield Problem(("objective",), f"no objective {one.objective!r}; {_hint(one.objective, course.objectives())}")
    for path, id in _misconceptions(one):
        if id not in course.misconceptions():
            yield Problem((*path, "misconception"), f"no misconception {id!r}; {_hint(id, course.misconceptions())}")
    for path, call in calls(one):
        yield from _call(path, call)
    scenarios = {("scenario",): one.scenario} | ({("faded", "from"): one.faded.scenario} if one.faded else {})
    for at, name in scenarios.items():
        if name and name not in scenario.names() and not variants.placeholders(name):
            key = ("capture",) if at == ("scenario",) and one.capture else at
            yield Problem(key, f"no scenario {name!r}; {_hint(name, scenario.names())}")
    yield from _placeholders(one)


def _misconceptions(one: Exercise) -> Iterator[tuple[form.Path, str]]:
    for key in ("choices", "wrong", "mistakes"):
        for n, element in enumerate(getattr(one, key)):
            if element.misconception:
                yield (key, n), element.misconception


def _call(path: form.Path, call: Call) -> Iterator[Problem]:
    known = facts().get(call.fact)
    if known is None:
        yield Problem(path, f"no fact {call.fact!r}; {_hint(call.fact, facts(), 'mailedu quiz --facts lists them')}")
        return
    parameters = {one.name: one for one in known.parameters}
    for name, value in call.arguments.items():
        if name not in parameters:
            yield Problem(path, f"{known.name} takes no {name!r}; it is {known.signature}")
        elif not _fits(value, parameters[name]):
            wanted = getattr(parameters[name].type, "__name__", "value")
            yield Problem(path, f"{known.name}: {name} is {value!r}, but a {wanted} is wanted; it is {known.signature}")
    for parameter in known.parameters:
        if parameter.required and parameter.name not in call.arguments:
            yield Problem(path, f"{known.name} wants {parameter.name}; it is {known.signature}")


def _fits(value: Any, parameter: Parameter) -> bool:
    """Whether an argument has its type. A text to be filled in may become anything."""
    wanted = typing.get_origin(parameter.type) or parameter.type
    if variants.placeholders(value) or not isinstance(wanted, type) or wanted is object:
        return True
    if wanted is int or wanted is float:
        return isinstance(value, (int, float) if wanted is float else int) and not isinstance(value, bool)
    if wanted is not str and isinstance(value, str):
        return False
    return isinstance(value, wanted)


def _placeholders(one: Exercise) -> Iterator[Problem]:
    """Names in braces that nobody fills in."""
    drawn = {*one.vary, *(f"{name}.{key}" for name, way in one.vary.items() for key in _keys_of(way))}
    known = drawn | (set(IMPLIED) if one.talk else set())
    used: set[str] = set()
    for field in fields(one):
        if field.name in ("id", "file", "vary"):
            continue
        for path, value in _parts((field.name,), getattr(one, field.name)):
            names = variants.placeholders(value)
            used |= names
            allowed = known | (set(_IN_FEEDBACK) if path[-1] == "feedback" else set())
            for name in sorted(names - allowed):
                hint = _hint(name, allowed, f"add it to [vary], or write {{{{{name}}}}}")
                yield Problem(path, f"nothing fills in {{{name}}}; {hint}")
    for name in one.vary:
        if name not in {found.partition(".")[0] for found in used}:
            yield Problem(("vary", name), f"nothing uses {{{name}}}; use it, or take it away")


def _keys_of(way: Any) -> set[str]:
    return {key for one in way if isinstance(one, Mapping) for key in one} if isinstance(way, list) else set()


def _parts(path: form.Path, value: Any) -> Iterator[tuple[form.Path, Any]]:
    """The parts of what stands at a key, with the paths of their keys, as deep as tables go."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield path, str(key)
            yield from _parts((*path, str(key)), one)
    elif isinstance(value, tuple) and value and all(hasattr(one, "_fields") for one in value):
        for n, one in enumerate(value):
            yield from (((*path, n, name), getattr(one, name)) for name in one._fields)
    else:
        yield path, value


# Teaching: is everything there that helps? ----------------------------------------------------------------------------


def _teaching(one: Exercise) -> Iterator[Problem]:
    if sum(hint.cost for hint in one.hints) >= 1:
        yield Problem(("hints",), "together they cost all of the points; let their costs sum up to less than 1")
    for key in ("choices", "items"):
        count = len(getattr(one, key))
        if 0 < count < LEAST:
            yield Problem((key,), f"{count} are too few; offer {LEAST} or more, so that guessing does not pay")
    if one.kind is Kind.LAB and len(one.solutions) < WAYS:
        yield Problem(("solutions",), f"one way only; write {WAYS} or more, so that it is seen that each counts")
    if one.kind is Kind.LAB and not one.mistakes:
        yield Problem((), "no [[mistakes]]; write what learners often type instead, and what it still earns")
    seen: dict[str, int] = {}
    for key in ("choices", "wrong", "mistakes"):
        for n, element in enumerate(getattr(one, key)):
            if not element.feedback:
                continue
            if element.feedback in seen:
                why = f"it is the same as that of number {seen[element.feedback] + 1}; say what this one overlooks"
                yield Problem((key, n, "feedback"), why)
            seen.setdefault(element.feedback, n)


# Trying: every variant is made, answered, and answered wrong ----------------------------------------------------------


def _tried(one: Exercise) -> Iterator[Problem]:
    told: set[tuple[form.Path, str]] = set()
    for seed in SEEDS:
        for problem in _variant(one, seed):
            key = problem.path, problem.why.partition(":")[0]
            if key not in told:
                told.add(key)
                yield problem._replace(why=f"{problem.why} (seed {seed})") if seed else problem


def _variant(one: Exercise, seed: int) -> Iterator[Problem]:
    try:
        misplaced = list(_misplaced(one, seed))
        if misplaced:
            yield from misplaced
            return
        question = Question(one, seed)
        question.exhibit  # noqa: B018 - it is made when first asked for
        question.given  # noqa: B018
    except PatchError as error:
        yield Problem(("patch", *error.path), error.why)
        return
    except ScenarioError as error:
        key = next((key for key, word in _WORDS if f"no {word}" in str(error)), "scenario")
        yield Problem((key,), f"{error}; correct the name")
        return
    except (EditError, ExerciseError) as error:
        why = str(error).removeprefix(f"{one.file}: ")
        key, colon, rest = why.partition(": ")
        is_edit = isinstance(error, EditError)
        known = bool(colon) and key in {field.name for field in fields(one)} and not is_edit
        yield Problem(("edits",) if is_edit else (key,) if known else ("answer",), rest if known else why)
        return
    yield from _places(question)
    yield from _goals(question) if question.kind in GRADED_BY_GOALS else _answers(question)


#: What a scenario misses, and the key that names it.
_WORDS: Final = (("faults", "fault"), ("talk", "talk"), ("host", "host"), ("talk", "two hosts"))


def _misplaced(written: Exercise, seed: int) -> Iterator[Problem]:
    """Edits at places that the journey lacks: they would change nothing. Raises as `patched` does."""
    if not written.edits or written.talk:
        return
    values = variants.draw(written, seed)
    name, patch, faults, edits = variants.fill((written.scenario, written.patch, written.faults, written.edits), values)
    plain = play(patched(name, patch, faults), (), seed)
    for n, edit in enumerate(edits):
        if edit["place"] not in plain.by_place:
            yield Problem(("edits", n, "place"), _no_place(edit["place"], plain.by_place))


def _places(question: Question) -> Iterator[Problem]:
    """Places, and legs, that the journey lacks."""
    one = question.exercise
    if question.journey is None or one.talk:
        return
    legs = [leg.name for leg in question.journey.legs]
    if one.leg and not any(fnmatchcase(leg, one.leg) for leg in legs):
        yield Problem(("leg",), f"no leg {one.leg!r}; {_hint(one.leg, legs)}")
    for key, place in (("at", one.at), ("until", one.until)):
        if place and not _is_there(place, question.journey.by_place):
            yield Problem((key,), _no_place(place, question.journey.by_place))


def _is_there(place: str, places: Iterable[str]) -> bool:
    return any(one == place or fnmatchcase(one, place) for one in places)


def _no_place(place: str, places: Iterable[str]) -> str:
    return f"no step at {place!r}; {_hint(place, places, 'mailedu play --format jsonl names the places')}"


def _answers(question: Question) -> Iterator[Problem]:
    one = question.exercise
    try:
        right = question.mark(right_answer(question))
    except (Again, ExerciseError, LookupError, TypeError, ValueError, StopIteration) as error:
        yield Problem(("answer",), f"{question.answer!r} cannot be given as an answer: {error}; does another kind fit?")
        return
    if not right.right:
        yield Problem(("answer",), f"{question.answer!r} is marked as wrong; another kind, or another fact, fits")
    if one.kind is Kind.POINT and 0 < len(question.exhibit.rows) < LEAST and one.show is not Show.OCTETS:
        yield Problem(("show",), f"there is too little to point at; show {LEAST} rows or more")
    if one.see:
        yield from _leads(question, ("see",), one.see, one.why)
    for path, element in _wrongs(question):
        yield from _wrong(question, path, element)


def _wrongs(question: Question) -> Iterator[tuple[form.Path, Any]]:
    """Wrong answers as this variant offers them; with several, of right ones too: somebody may leave them."""
    one = question.exercise
    rights = {option.text for option in question.options if option.right and one.kind is Kind.CHOICE}
    yield from ((("choices", n), choice) for n, choice in enumerate(one.choices) if choice.text not in rights)
    yield from ((("wrong", n), wrong) for n, wrong in enumerate(one.wrong))


def _wrong(question: Question, path: form.Path, element: Any) -> Iterator[Problem]:
    one = question.exercise
    if not element.feedback:
        yield Problem(path, "feedback: it is missing; say what who answers this has overlooked")
        return
    where = element.see or one.see
    if where:
        key = (*path, "see") if element.see else ("see",)
        yield from _leads(question, key, where, element.feedback)
    elif one.scenario or one.message:
        yield Problem(path, 'see: it is missing; name what refutes it, as see = "fetch/RETR.1" or see = { fact = ... }')
    elif variants.placeholders(element.feedback) & set(SEEN):
        yield Problem((*path, "feedback"), "it names a packet, step or line, but there is no see; add one")
    if path[0] == "wrong" and one.kind not in CHOOSING:
        yield from _is_told(question, path, element)


def _is_told(question: Question, path: form.Path, element: Any) -> Iterator[Problem]:
    """Whether who gives a typical wrong answer hears what was written for it."""
    known = question.known[int(path[1])]
    value = known.value
    if question.kind is Kind.MATCH:
        return
    try:
        mark = question.mark(_said(value))
    except Again as again:
        yield Problem((*path, "value"), f"{_said(value)!r} is asked again, not marked: {again}; give it the right kind")
        return
    if mark.right:
        yield Problem((*path, "value"), f"{_said(value)!r} is marked as right; take another value")


def _leads(question: Question, path: form.Path, see: Any, said: str) -> Iterator[Problem]:
    """Whether `see` leads somewhere, and what is said can be filled in."""
    seen = question.seen(see)
    named = variants.placeholders(said) & set(SEEN)
    if seen is None:
        if named or question.seed == 0:
            call = see.fact if isinstance(see, Call) else see
            places = question.journey.by_place if question.journey is not None else ()
            hint = _hint(str(call), places, "name a place or a fact that every variant has")
            yield Problem(path, f"it leads nowhere: {call}; {hint}")
        return
    for name in sorted(named):
        if not getattr(seen, name):
            yield Problem(path, f"what is said names a {{{name}}}, but this leads to {seen.words}; name that instead")


def right_answer(question: Question) -> Any:
    """The right answer as a file of answers holds it: what `question.mark` takes for full marks."""
    answer = question.answer
    if question.kind is Kind.CHOICE:
        return next(option.letter for option in question.options if option.right)
    if question.kind is Kind.SEVERAL:
        return [option.letter for option in question.options if option.right]
    if question.kind is Kind.ORDER:
        values = [value for _, value in question.items]
        return [one for one in answer if one in values]
    if question.kind is Kind.MATCH:
        return {str(value): answer[str(value)] for _, value in question.items}
    if question.kind in GRADED_BY_GOALS:
        first = question.exercise.solutions[0]
        return first if isinstance(first, str) else list(first)
    return _said(answer[0] if question.kind is Kind.TEXT and isinstance(answer, list) else answer)


def _said(value: Any) -> Any:
    """A value as somebody answers it: of what is pointed at its number, of octets the first and the one behind."""
    if isinstance(value, Spot):
        return [value.first, value.last] if value.what == "octets" else value.first
    return value


def _goals(question: Question) -> Iterator[Problem]:
    one = question.exercise
    graded: Callable[[Any], Sequence[Any]] = lambda answer: (  # noqa: E731 - two graders, one name
        lab.goals(question, answer)
        if question.kind is Kind.LAB
        else repair.goals(question, answer if isinstance(answer, str) else "\n".join(answer) + "\n")
    )
    start: Any = () if question.kind is Kind.LAB else one.start
    for n, met in enumerate(graded(start)):
        if met.reached:
            yield Problem(("goals", n, "check"), "it is reached before anything is done; ask for more")
    for n, way in enumerate(one.solutions):
        missed = [f"“{met.text}”" for met in graded(way) if not met.reached]
        if missed:
            yield Problem(("solutions", n), f"it does not reach {', '.join(missed)}; correct it, or the goal")
    for n, mistake in enumerate(one.mistakes):
        met_goals = graded(mistake.lines)
        earned = sum(met.points for met in met_goals if met.reached)
        if all(met.reached for met in met_goals):
            yield Problem(("mistakes", n, "lines"), "it reaches all goals, so it is no mistake; it is another solution")
        elif earned != mistake.points:
            yield Problem(("mistakes", n, "points"), f"it earns {earned}, not {mistake.points}; correct the number")


def _hint(name: str, known: Iterable[str], else_: str = "") -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return else_ or f"there are {', '.join(names[:12])}{' ...' if len(names) > 12 else ''}"
