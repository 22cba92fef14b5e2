"""`mailedu quiz`: exercises at a plain prompt, from a file of answers, or as a list; a checker for who writes them.

Nothing moves on the screen: it is at home in a screen reader, without colours, and in a pipe that a script fills.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import click

from mailedu.content import ContentError
from mailedu.exercise import load
from mailedu.exercise.model import Exercise, ExerciseError
from mailedu.exercise.progress import Progress, ProgressError
from mailedu.journey.scenario import ScenarioError
from mailedu.text.screen import screen_of
from mailedu.visible import visible

EXAMPLES: Final = """\
\b
Examples:
  mailedu quiz                          what the course has next for you
  mailedu quiz chapter-questions        the chapter's five, on Figure 21.10
  mailedu quiz pop3                     all about POP3
  mailedu quiz pop3/reply-octets        one, by its name
  mailedu quiz pop3.delete --seed 7     one objective, with other values
  mailedu quiz --list                   all there are, and what you have done
  mailedu quiz --answers answers.json   answered from a file
  mailedu quiz --check mine.toml        is this exercise of mine in order?"""


@click.command("quiz", epilog=EXAMPLES)
@click.argument("what", nargs=-1, metavar="[TOPIC|ID|SET|OBJECTIVE]...")
@click.option("--seed", type=int, metavar="N", help="Other names and numbers; 0 is as written.")
@click.option("--list", "listing", is_flag=True, help="List exercises, with what you have done.")
@click.option("--answers", metavar="FILE", help="Answer from a file of JSON; - reads standard input. A first try each.")
@click.option("--json", "as_json", is_flag=True, help="With --list, --answers or --facts: for other programs.")
@click.option("--check", metavar="FILE", multiple=True, help="Say what is wrong with an exercise, or all in a folder.")
@click.option("--facts", is_flag=True, help="List the facts that an exercise may ask for.")
@click.option("--exercises", metavar="DIR", multiple=True, help="A folder of exercises of your own, beside ours.")
def command(
    what: tuple[str, ...],
    seed: int | None,
    listing: bool,
    answers: str | None,
    as_json: bool,
    check: tuple[str, ...],
    facts: bool,
    exercises: tuple[str, ...],
) -> int:
    """Answer questions and do labs; each answer is marked at once, and told why."""
    _only_one({"--list": listing, "--answers": answers is not None, "--check": bool(check), "--facts": facts})
    if as_json and not (listing or facts or answers is not None):
        raise click.UsageError("--json goes with --list, --answers or --facts")
    own = tuple(map(Path, exercises))
    try:
        if check:
            return _check((*check, *what), own)
        if facts:
            return _facts(as_json)
        if listing:
            return _list(what, as_json, own)
        if answers is not None:
            return _answers(answers, what, seed, as_json, own)
        return _ask(what, seed, own)
    except (ExerciseError, ContentError, ScenarioError) as error:
        raise click.ClickException(visible(str(error))) from None


def _only_one(asked: dict[str, bool]) -> None:
    given = [name for name, is_given in asked.items() if is_given]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]} do not go together")


def _chosen(what: tuple[str, ...], own: tuple[Path, ...]) -> list[Exercise]:
    """The exercises that the words mean, each once, in the order of the words."""
    return list({one.id: one for word in what for one in load.all_of(word, own)}.values())


def _print(value: Any) -> None:
    screen_of(sys.stdout).stream.write(json.dumps(value, indent=1) + "\n")


def _ask(what: tuple[str, ...], seed: int | None, own: tuple[Path, ...]) -> int:
    from mailedu.cli import complain
    from mailedu.cli.keys import Keys
    from mailedu.cli.quiz_ask import Quiz

    screen = screen_of(sys.stdout)
    chosen = _chosen(what, own)
    if what and not chosen:
        raise click.ClickException(f"nothing of {visible(' '.join(what))} can be asked")
    try:
        bank, sets = load.everything(own), load.sets(own)
    except ExerciseError as error:
        if not chosen:
            raise
        complain(f"note: {visible(str(error))}")  # another file than those that are asked
        bank, sets = tuple(chosen), ()
    quiz = Quiz(Progress(), bank, screen, Keys(screen))
    named = next((one for one in sets if what == (one.name,)), None)
    if named is not None:
        screen.say_all(screen.prose(visible(named.title), "", role="head"))
        screen.say_all(screen.prose(visible(named.about), ""))
        screen.say()
    if chosen:
        quiz.these(chosen, seed)
    elif seed is not None:
        raise click.UsageError("--seed wants something that is asked: a topic, an id, a set or an objective")
    else:
        quiz.course()
    return quiz.status


def _answers(name: str, what: tuple[str, ...], seed: int | None, as_json: bool, own: tuple[Path, ...]) -> int:
    from mailedu.cli import complain, quiz_answers

    called = "standard input" if name == "-" else name
    read = quiz_answers.read(quiz_answers.octets_of(name), called)
    chosen = _chosen(what, own)
    progress: Progress | None = Progress()
    try:
        graded = quiz_answers.grade(read, called, chosen, seed, own, progress)
    except ProgressError as error:
        # What was answered is marked all the same: only the learner's own record is left out.
        complain(f"note: not kept: {visible(str(error))}")
        progress = None
        graded = quiz_answers.grade(read, called, chosen, seed, own, None)
    if progress is not None and (notice := progress.notice()):
        complain(f"note: {visible(notice)}")
    if as_json:
        _print([one.as_json for one in graded])
    else:
        screen = screen_of(sys.stdout)
        screen.say_all(quiz_answers.table(graded, screen))
    return 0


def _list(what: tuple[str, ...], as_json: bool, own: tuple[Path, ...]) -> int:
    from mailedu.cli import quiz_list

    exercises = _chosen(what, own) if what else list(load.everything(own))
    if as_json:
        _print(quiz_list.as_json(exercises))
        return 0
    screen = screen_of(sys.stdout)
    sets = () if what else load.sets(own)
    lines = quiz_list.listing(exercises, sets, Progress(), screen)
    screen.say_all(lines or ["There are no exercises here."])
    return 0


def _facts(as_json: bool) -> int:
    from mailedu.cli import quiz_list

    if as_json:
        _print(quiz_list.facts_as_json())
    else:
        screen = screen_of(sys.stdout)
        screen.say_all(quiz_list.all_facts(screen))
    return 0


def _check(names: tuple[str, ...], own: tuple[Path, ...]) -> int:
    from mailedu.cli.quiz_list import checked, files_of

    screen = screen_of(sys.stdout)
    files = files_of(names)
    if not files:
        raise click.ClickException(f"{visible(', '.join(names))}: there is no exercise (*.toml) below it")
    found = 0
    for path in files:
        for problem in checked(path, own):
            screen.say(visible(" ".join(problem.split())))
            found += 1
    total = f"{len(files)} file{'s' * (len(files) > 1)}"
    if found:
        screen.say(f"{total}: {found} problem{'s' * (found > 1)}.")
        return 2
    screen.say(f"{total}: no problem.")
    return 0
