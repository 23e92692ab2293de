"""What a partner says they learned may be about them: it is kept from an organiser who is that partner."""

import pytest
from sqlmodel import select

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Learning, LearningState, Purpose, Role

BOARD = "/organise/councils/"
HERE = f"{BOARD}learning"
TOM, PRIYA = "tom@example.org", "priya@example.org"
VAGUE = "Not someone I would wish to be left alone with in an office."


@pytest.fixture
def amina(world: World) -> str:
    """She has told us that of Tom, who organises."""
    amina = world.join("Amina Yusuf", "Leeds City Council", email="amina@example.org")
    world.join("Tom Field", "Kirklees Council", email=TOM)
    world.round()
    door = world.door(Purpose.CHECK_IN, amina, world.group_of(amina))
    world.visitor().open(f"{door}?answer=met").press("Tell us", text=VAGUE, showing="without name")
    return amina


@pytest.fixture
def priya(world: World, amina: str) -> Visitor:
    return world.organiser(PRIYA)


@pytest.fixture
def tom(world: World, priya: Visitor) -> Visitor:
    return world.organiser(TOM, Role.ORGANISER)


def state_of(world: World) -> LearningState:
    with world.read() as session:
        return session.exec(select(Learning.state)).one()


@pytest.mark.usefixtures("both_databases")
def test_its_partner_does_not_read_it_and_another_organiser_does(tom: Visitor, priya: Visitor) -> None:
    assert [VAGUE in who.open(HERE).answer.text for who in (tom, priya)] == [False, True]


def test_nor_is_it_counted_for_them(tom: Visitor, priya: Visitor) -> None:
    boards = [who.open(BOARD).answer.text for who in (tom, priya)]
    assert ["1 learning to look at" in text for text in boards] == [False, True]


@pytest.mark.parametrize("deed", ["publish", "decline", "again", "preview"])
def test_nor_can_they_decide_about_it(world: World, tom: Visitor, deed: str) -> None:
    token = tom.token(f"{HERE}/add")
    tom.post(f"{HERE}/1/{deed}", {"csrf_token": token, "l1-text": VAGUE, "l1-version": "1"})
    assert (tom.status, VAGUE in tom.answer.text, state_of(world)) == (404, False, LearningState.WAITING)


def test_nor_is_what_was_not_shown_shown_to_them(tom: Visitor, priya: Visitor) -> None:
    priya.open(HERE).press("Do not show")
    assert [VAGUE in who.open(HERE).answer.text for who in (tom, priya)] == [False, True]


def test_what_is_published_they_read_as_everybody_does(world: World, tom: Visitor, priya: Visitor) -> None:
    priya.open(HERE).press("Publish")
    assert VAGUE in tom.open(HERE).answer.text


def test_where_nobody_else_organises_they_read_it(world: World, amina: str) -> None:
    assert VAGUE in world.organiser(TOM).open(HERE).answer.text


def test_whoever_talked_with_somebody_else_reads_it(world: World, tom: Visitor) -> None:
    world.join_many(2)
    assert VAGUE in world.organiser("sara@example.org", Role.ORGANISER).open(HERE).answer.text
