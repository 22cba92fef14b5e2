"""A scene costs the same at step 10 and at step 9,990: what is looked up is what a walk would find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, SupportsIndex

import pytest

from mailedu import pop3, smtp
from mailedu.agents.actions import Action
from mailedu.agents.effects import Letter
from mailedu.journey import Journey, Kind, Stage, Step, load, order, phrases, play
from mailedu.journey.edit import parse
from mailedu.journey.own_letter import own_letter
from mailedu.journey.scene import Scene
from mailedu.pop3 import states as pop3_states
from mailedu.smtp import states as smtp_states

from .plays import FAULTS, SCENARIOS

NET = "deliver:example.net"
#: Edits that make conversations which the shipped scenarios have not: refusals, resets, second letters, nonsense.
EDITS = (
    "submit/AUTH!=235 2.7.0 in", "submit/EHLO!=250 hello", "submit/RCPT!=550 5.1.1 no", "submit/QUIT=MAIL FROM:<>",
    "submit/MAIL=RSET", "+submit/DATA=EHLO laptop.example.com", "submit/AUTH=", "submit/RESPONSE.2=*",
    f"+{NET}/RCPT=RCPT TO:<zoe@example.net>", f"+{NET}/DATA=RSET", f"+{NET}/DATA=NOOP",
    f"{NET}/MAIL!=421 4.4.2 closing", "+access:bob/QUIT=RSET", "access:bob/RETR=TOP 1 0", "access:bob/PASS=PASS wrong",
    "+access:bob/USER=CAPA",
)  # fmt: skip


def journeys() -> Iterator[Journey]:
    for name in SCENARIOS:
        yield play(name)
        for fault in FAULTS[name]:
            yield play(load(name, (fault,)))
    for edit in EDITS:
        yield play(edits=[parse(edit)])


@pytest.fixture(scope="module", params=[pytest.param(1, id="forward"), pytest.param(-1, id="backward")])
def scenes(request: pytest.FixtureRequest) -> list[Scene]:
    """All scenes of all journeys, in the order in which they are looked at."""
    return [
        journey.scene(n)
        for journey in journeys()
        for n in list(range(1, len(journey) + 1))[:: request.param]
    ]  # fmt: skip


def ladder(scene: Scene) -> list[Step]:
    return [step for step in scene.journey.steps[: scene.n] if step.leg.name == scene.leg.name]


def listener(scene: Scene) -> smtp.Client | pop3.Client:
    """Somebody who has heard the conversation from its beginning."""
    if scene.leg.protocol == "pop3":
        made: smtp.Client | pop3.Client = pop3.Client()
    else:
        made = smtp.Client()
        made.session.wants_login = scene.leg.protocol == "submission" and scene.journey.wants_login(scene.leg)
    for step in ladder(scene):
        if step.kind is Kind.COMMAND:
            made.follow(step.octets[0])
        elif step.kind is Kind.REPLY:
            made.receive(
                b"".join(step.octets) + (b".\r\n" if isinstance(made, pop3.Client) and step.octets[1:] else b"")
            )
    return made


def test_the_conversation_is_every_step_of_it(scenes: list[Scene]) -> None:
    for scene in scenes:
        assert list(scene.ladder) == ladder(scene)


def test_what_may_come_next_and_what_is_refused_are_as_a_listener_says(scenes: list[Scene]) -> None:
    talked = 0
    for scene in scenes:
        session = listener(scene).session
        pop = isinstance(session, pop3.Session)
        for verb in pop3_states.GUARDS if pop else smtp_states.GUARDS:
            assert scene.refused_now(verb.value) == order.objection(session, verb.value), scene.step.place
        if scene.may_come_next:
            talked += 1
            may = pop3_states.may_come_next(session) if pop else smtp_states.may_come_next(session)  # type: ignore[arg-type]
            assert scene.may_come_next == tuple(may), scene.step.place
    assert talked > len(scenes) / 3


def test_the_states_are_those_of_the_steps(scenes: list[Scene]) -> None:
    for scene in scenes:
        entered: list[str] = []
        for step in ladder(scene):
            for state in (step.before, step.after):
                if step.after and state != (entered or [""])[-1] and (state == step.after or not entered):
                    entered.append(state)
        assert list(scene.states_so_far) == entered, scene.step.place


def test_the_letter_is_what_was_last_said_of_it(scenes: list[Scene]) -> None:
    for scene in scenes:
        found: Letter | None = None
        for step in scene.journey.steps[: scene.n]:
            letters = [
                v for effect in step.effects for v in effect if isinstance(v, Letter) and v.id == scene.leg.letter
            ]
            found = letters[-1] if letters else found
            adds = step.verb in (Action.RECEIVED, Action.RETURN_PATH) and step.leg.letter == scene.leg.letter
            if found is not None and adds and step.octets[0] not in found.added:
                found = found._replace(added=(step.octets[0], *found.added))
        assert scene.letter == found, scene.step.place


def test_what_is_written_so_far_is_every_piece_of_it(scenes: list[Scene]) -> None:
    own = (Action.FIELD, Action.BODY, Action.PART, Action.FILE, Action.BOUNCE)
    for scene in scenes:
        if scene.letter is None or scene.leg.protocol == "bounce":
            pieces = [chunk for step in ladder(scene) if step.verb in own for chunk in step.octets]
            assert list(scene.standing) == pieces, scene.step.place


def test_the_line_of_a_login_knows_what_was_asked(scenes: list[Scene]) -> None:
    asked = 0
    for scene in scenes:
        if scene.step.verb == "RESPONSE" and scene.step.kind is Kind.COMMAND:
            asked += 1
            replies = [step for step in ladder(scene)[:-1] if step.kind is Kind.REPLY]
            assert scene.key.prompt == replies[-1].head(512)
    assert asked


def test_the_first_step_of_a_stage_is_the_first(scenes: list[Scene]) -> None:
    for journey in {id(scene.journey): scene.journey for scene in scenes}.values():
        for stage in Stage:
            assert journey.first_of(stage) == next((s.n for s in journey.steps if s.leg.stage is stage), None)
        assert journey.legs == tuple(dict.fromkeys(step.leg for step in journey.steps))


# Work -----------------------------------------------------------------------------------------------------------------


class Counted(tuple[Step, ...]):
    """Steps that count how many of them are looked at."""

    looked = 0

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        got = super().__getitem__(index)
        self.looked += len(got) if isinstance(index, slice) else 1
        return got

    def __iter__(self) -> Iterator[Step]:
        for step in super().__iter__():
            self.looked += 1
            yield step


def everything(scene: Scene) -> None:
    """All that a face shows, but for the packets, which are made when somebody looks at them."""
    _ = scene.gist, scene.holder, scene.envelope, scene.world, scene.explanation, scene.may_come_next, scene.letter
    _ = scene.standing, scene.added, scene.just_added, scene.who_is_next, scene.original, scene.differs
    _ = scene.states_so_far, scene.refused_now("MAIL" if scene.leg.protocol != "pop3" else "PASS")
    _ = phrases.who(scene), phrases.whereabouts(scene), phrases.envelope(scene), phrases.state(scene)
    _ = phrases.next_turn(scene)


@pytest.mark.parametrize("recipients", [1, 40, 1000])
def test_no_step_looks_at_more_than_a_few_others(recipients: int) -> None:
    to = ", ".join(f"somebody{n}@example.net" for n in range(recipients))
    letter = own_letter(f"To: {to}\nSubject: To many\n\nHello.\n".encode(), load("alice-to-bob"))
    played = play(load("alice-to-bob", message=letter))
    steps = Counted(played.steps)
    journey = Journey(played.scenario, (), 0, steps, ())
    everything(journey.scene(len(steps)))
    for n in range(1, len(steps) + 1):
        journey.listener(steps[n - 1].leg).session(n)
    for n in (*range(1, len(steps) + 1), *range(len(steps), 0, -1)):
        before = steps.looked
        everything(journey.scene(n))
        assert steps.looked - before < 60, journey.step(n).place


def test_a_conversation_is_listened_to_once() -> None:
    """However often one goes to and fro, each step is heard once, and none that lies ahead."""
    played = play()
    steps = Counted(played.steps)
    journey = Journey(played.scenario, (), 0, steps, ())
    submit = journey.by_place["submit/MAIL.1!"]
    listened = journey.listener(submit.leg)
    first = journey.leg_starts["submit"]
    before = steps.looked
    for n in (submit.n, first, submit.n, first + 3, submit.n):
        listened.session(n)
    assert steps.looked - before == submit.n - first + 1


def test_an_envelope_of_many_is_not_copied_step_by_step() -> None:
    to = ", ".join(f"somebody{n}@example.net" for n in range(200))
    journey = play(load("alice-to-bob", message=own_letter(f"To: {to}\n\nHello.\n".encode(), load("alice-to-bob"))))
    ends = [step.n for step in journey.steps if step.leg.name == "submit" and step.verb == "RCPT"]
    one, last = journey.envelopes.at(ends[0]).recipients, journey.envelopes.at(ends[-1]).recipients
    assert (len(one), len(last)) == (1, 200)
    assert (one[0].answer, last[0].answer) == ("asked", "accepted")
    assert one == (("somebody0@example.net", "asked"),)
    assert [named.address for named in last[:2]] == ["somebody0@example.net", "somebody1@example.net"]
    assert last[-1].address == "somebody199@example.net"
    assert phrases.envelope(journey.scene(ends[-1]))[-1] == "and 196 more"
