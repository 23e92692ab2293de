"""Whom somebody in a draft could change places with, where a programme mixes by one more thing."""

import numpy as np
import pytest

from matcher import Pot
from tests.support.world import World
from web.models import Membership
from web.services.common import mixing, times
from web.services.rounds import rounds, seating, swap_choices
from web.services.rounds.swap_choices import Effect

PLACES = ["North", "South", "East"]


@pytest.fixture
def drawn(world: World) -> World:
    """Three pairs, each person of an organisation of their own."""
    for number in range(6):
        world.join(organisation=f"Organisation {number}")
    world.draw()
    return world


def effects(world: World, person: str) -> dict[str, Effect]:
    with world.read() as session:
        programme = world.programme(session)
        draft = rounds.draft(session, programme)
        assert draft
        found = swap_choices.of_person(session, programme, draft.number, person, today=times.today(world.now))
    return {choice.person: effect for effect, choices in found.swaps.items() for choice in choices}


def say(world: World, places: dict[str, str]) -> None:
    with world.write() as session:
        mixing.agree(session, world.programme(session), "Place", PLACES)
        for person, place in places.items():
            session.get_one(Membership, (1, person)).mix_choice = place


def test_whoever_would_bring_two_of_one_answer_together_is_offered_last(drawn: World) -> None:
    (a, b), (c, d), (e, f) = drawn.groups()
    say(drawn, {a: "North", b: "South", c: "South", d: "North", e: "East", f: "East"})
    told = effects(drawn, a)
    assert {c: told[c], d: told[d]} == {c: Effect.WORSE, d: Effect.FINE}


def test_answers_change_nothing_where_nobody_is_asked(drawn: World) -> None:
    first = drawn.groups()[0][0]
    assert set(effects(drawn, first).values()) == {Effect.FINE}


def test_one_organisation_costs_more_than_any_number_of_answers() -> None:
    pot = Pot([0, 0, 1, 2], mix=[0, 1, 0, -1])
    costs = seating.cost_of(pot, np.array([0, 0, 0], np.int32), np.array([1, 2, 3], np.int32)).tolist()
    assert costs == [seating.SAME, seating.ALIKE, 0]
