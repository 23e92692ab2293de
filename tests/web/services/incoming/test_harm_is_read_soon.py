"""Whoever tells us that they were not treated well is read the same day, and not by whom it may be about."""

import pytest

from notifications.messages import Channel
from tests.support.by_text import PHONE, text
from tests.support.world import World
from web.models import Role

PRIYA, TOM = "priya@example.org", "tom@example.org"
HARM = [
    "STOP. Tom made me feel unsafe",
    "Met. He asked me for money",
    "Tom was rude and kept asking for my address",
    "Skip. She touched me",
]
NO_HARM = ["STOP", "Met", "STOP. I have moved to France", "Kirklees shares its vans.", "who is this please?"]


def letters(world: World, to: str = PRIYA) -> list[str]:
    return [letter.text for letter in world.inbox(to, "read_soon")]


@pytest.fixture
def read_by_priya(world: World, asked: str) -> str:
    world.appoint(PRIYA)
    return asked


@pytest.mark.usefixtures("both_databases", "read_by_priya")
@pytest.mark.parametrize("said", HARM)
def test_organisers_have_a_letter_at_once(world: World, said: str) -> None:
    text(world, said)
    assert [("not treated well" in letter, said in letter) for letter in letters(world)] == [(True, False)]


@pytest.mark.usefixtures("read_by_priya")
@pytest.mark.parametrize("said", NO_HARM)
def test_of_anything_else_they_have_none(world: World, said: str) -> None:
    text(world, said)
    assert letters(world) == []


@pytest.mark.usefixtures("read_by_priya")
def test_they_have_one_a_day(world: World) -> None:
    text(world, HARM[2])
    text(world, "She was drunk")
    assert len(letters(world)) == 1
    world.clock.turn(days=1)
    text(world, "He threatened me")
    assert len(letters(world)) == 2


@pytest.mark.usefixtures("read_by_priya")
@pytest.mark.parametrize("said", HARM)
def test_an_organiser_whom_it_may_be_about_has_none(world: World, said: str) -> None:
    world.appoint(TOM, Role.ORGANISER)
    text(world, said)
    assert (len(letters(world)), letters(world, TOM)) == (1, [])


@pytest.mark.usefixtures("amina")
def test_by_a_number_of_two_they_have_one(world: World) -> None:
    world.appoint(PRIYA)
    world.join("Bilal Khan", "Leeds Mind", phone=PHONE, channel=Channel.SMS, verified=True)
    text(world, HARM[0])
    assert len(letters(world)) == 1
