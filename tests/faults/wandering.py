"""Everybody is at it at once: people, organisers, an operator and strangers press whatever their pages show,
texts come in, and the worker goes on. Nobody’s press ends in an error of ours.
"""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from unittest import mock

from sqlalchemy import delete
from sqlmodel import col, select
from structlog.testing import capture_logs

from notifications.messages import Channel
from notifications.replies import Inbound
from tests.faults.trial import Outcome, Trial
from tests.faults.worlds import world_of
from tests.support import filled
from tests.support.together import together
from tests.support.visitor import Visitor
from tests.support.wanderer import Wanderer
from tests.support.world import BY, SLUG, World, links_in
from web.models import Person, Purpose, Role, RoundStory
from web.services.incoming import replies
from web.services.organisers import operators

Hand = Callable[[], str | None]  # does one thing, and says what went wrong on our side by it
PEOPLE, OPERATOR = 5, "operator@wandering.example"
OF_EVERYBODY = ("/", "/start", *(f"/p/{SLUG}/{page}" for page in ("", "join", "learning", "agreements")))
OF_ORGANISERS = ("/organise/", *(f"/organise/{SLUG}/{page}" for page in ("", "people", "rounds", "settings")))
TEXTED = (
    "STOP", "START", "SKIP", "YES", "HELP", "MET. Walk more", "I can't make it", f"JOIN {SLUG}",
    "Amina Yusuf, Leeds City Council", "OBJECT it hurts us", "Tom made me feel unsafe",
)  # fmt: skip
MISTAKES: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "a page that fails": lambda: mock.patch(
        "web.services.people.participation.sections", side_effect=ZeroDivisionError
    )
}


def fault(trial: Trial) -> Outcome:
    clicks = trial.size(20, 3_000)
    with world_of(trial) as world:
        hands = _hands(world, trial.seed)
        with MISTAKES.get(trial.mutant, nullcontext)(), capture_logs() as log:
            told = together(len(hands), lambda number: _uses(hands[number], clicks))
    found = [trouble for each in told for trouble in (each if isinstance(each, list) else [repr(each)])]
    found += [f"in the log: {entry}" for entry in log if entry["log_level"] == "error"]
    first = "".join(f"\n    {trouble}" for trouble in found[:5])
    return Outcome(
        f"{len(hands)} hands at once, {clicks:,} clicks each: {len(found)} errors of ours{first}",
        "none",
        not found,
    )


def _uses(hand: Hand, clicks: int) -> list[str]:
    return [trouble for _ in range(clicks) if (trouble := hand())]


def _hands(world: World, seed: int) -> list[Hand]:
    filled.fill(world)
    with world.write() as session:
        session.execute(delete(RoundStory))  # of figures that are none: no page could show them
        operators.add(session, OPERATOR, by=BY, now=world.now)
        everybody = session.scalars(select(Person.id).where(col(Person.erased_at).is_(None))).all()
    people = random.Random(seed).sample(sorted(everybody), PEOPLE)
    organisers = [world.organiser(f"{role.value}@wandering.example", role) for role in Role]
    doors: list[tuple[Visitor, Callable[[], list[str]]]] = [
        (world.visitor(), lambda: [*OF_EVERYBODY]),
        *((world.visitor(), partial(_doors, world, person)) for person in people),
        *((organiser, lambda: [*OF_ORGANISERS]) for organiser in organisers),
        (world.organiser(OPERATOR), lambda: ["/operate/", *OF_ORGANISERS]),
    ]
    wanderers = [
        Wanderer(visitor, of_theirs, random.Random(f"{seed} {number}"))
        for number, (visitor, of_theirs) in enumerate(doors)
    ]
    numbers = [number for number in (world.person(person).phone for person in everybody) if number]
    texts = partial(_text, world, numbers, random.Random(f"{seed} texts"))
    works = partial(_work, world, random.Random(f"{seed} work"))
    return [*(wanderer.step for wanderer in wanderers), texts, works]


def _doors(world: World, person: str) -> list[str]:
    """Their own page, and what their last letters lead to."""
    address = world.person(person).email
    letters = world.inbox(address)[:6] if address else []
    return [world.door(Purpose.FULL_PAGE, person), *(link for letter in letters for link in links_in(letter))]


def _text(world: World, numbers: list[str], rng: random.Random) -> None:
    with world.write() as session:
        inbound = Inbound(Channel.SMS, str(rng.random()), rng.choice(numbers), rng.choice(TEXTED))
        replies.take(session, inbound, signer=world.worker.signer, now=world.now)


def _work(world: World, rng: random.Random) -> None:
    world.work()
    world.clock.turn(minutes=rng.choice([1, 5, 60, 600]))
