"""Whom somebody would rather not meet: honoured in every draw, told to nobody."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Person
from web.services.people import erasure
from web.services.rounds import never_pairs


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", email="amina@example.org")


@pytest.fixture
def tom(world: World) -> str:
    return world.join("Tom Field", email="tom@example.org")


def never(world: World, slug: str | None = None) -> set[tuple[str, str]]:
    with world.read() as session:
        return never_pairs.never_pairs(session, world.programme(session, slug))


def wishing(world: World, person: str) -> Visitor:
    return world.visitor().open(world.page_of(person, full=True) + "/rather-not")


def pair(*people: str) -> tuple[str, ...]:
    return tuple(sorted(people))


@pytest.mark.usefixtures("both_databases")
def test_somebody_they_were_introduced_to_is_never_met_again(world: World, amina: str, tom: str) -> None:
    world.round()
    wishing(world, amina).press("Add to my list", other=tom)
    assert never(world) == {pair(amina, tom)}


@pytest.mark.usefixtures("both_databases")
def test_whoever_has_the_address_they_typed_is_never_met(world: World, amina: str, tom: str) -> None:
    wishing(world, amina).press("Add to my list", email="Tom@Example.org")
    assert never(world) == {pair(amina, tom)}


def test_who_joins_later_with_that_address_is_never_met(world: World, amina: str) -> None:
    wishing(world, amina).press("Add to my list", email="late@example.org")
    late = world.join(email="late@example.org")
    assert never(world) == {pair(amina, late)}


def test_who_moves_to_another_address_stays_meant(world: World, amina: str, tom: str) -> None:
    wishing(world, amina).press("Add to my list", email="tom@example.org")
    with world.write() as session:
        session.get_one(Person, tom).email_key = "moved@example.org"
    assert never(world) == {pair(amina, tom)}


def test_the_page_is_the_same_whether_or_not_the_address_is_known(world: World, amina: str, tom: str) -> None:
    pages = []
    for email in ("tom@example.org", "nobody@example.org"):
        visitor = wishing(world, amina).press("Add to my list", email=email)
        pages.append(visitor.text.replace(email, "them"))
        visitor.press(f"Remove {email}")
    assert pages[0] == pages[1]


def test_they_are_put_together_no_more(world: World, amina: str, tom: str) -> None:
    wishing(world, amina).press("Add to my list", email="tom@example.org")
    world.join_many(4)
    for seed in range(3):
        world.round(seed)
        world.clock.turn(days=28)
    assert all(world.partners_of(amina, number) != [tom] for number in (1, 2, 3))


def test_a_wish_taken_back_is_gone(world: World, amina: str, tom: str) -> None:
    wishing(world, amina).press("Add to my list", email="tom@example.org").press("Remove tom@example.org")
    assert never(world) == set()


def test_one_side_taking_back_their_wish_leaves_the_other_s(world: World, amina: str, tom: str) -> None:
    wishing(world, tom).press("Add to my list", email="amina@example.org")
    wishing(world, amina).press("Add to my list", email="tom@example.org").press("Remove tom@example.org")
    assert never(world) == {pair(amina, tom)}


def test_a_wish_of_somebody_else_s_cannot_be_taken_back(world: World, amina: str, tom: str) -> None:
    wishing(world, tom).press("Add to my list", email="amina@example.org")
    visitor = wishing(world, amina)
    token = visitor.token(visitor.path)
    visitor.post(f"{visitor.path}/1/remove", {"csrf_token": token})
    assert never(world) == {pair(amina, tom)}


def test_nobody_is_told(world: World, amina: str, tom: str) -> None:
    world.work()
    before = len(world.inbox())
    wishing(world, amina).press("Add to my list", email="tom@example.org")
    world.work()
    page = world.visitor().open(world.page_of(tom, full=True) + "/rather-not")
    assert (len(world.inbox()), "amina" in page.text.casefold()) == (before, False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose somebody, or enter an email address"),
        ({"email": "amina@example.org"}, "That is your own address"),
        ({"email": "tom@"}, "Enter an email address like name@example.org"),
    ],
)
def test_what_cannot_be_a_wish_is_said(world: World, amina: str, fields: dict[str, str], said: str) -> None:
    assert wishing(world, amina).press("Add to my list", **fields).mistakes == [said]


def test_only_people_they_were_introduced_to_can_be_chosen(world: World, amina: str, tom: str) -> None:
    visitor = wishing(world, amina)
    token = visitor.token(visitor.path)
    answer = visitor.post(visitor.path, {"csrf_token": token, "other": tom, "email": ""})
    assert (answer.status_code, never(world)) == (422, set())


@pytest.mark.usefixtures("both_databases")
def test_erasing_somebody_erases_the_wishes_about_them(world: World, amina: str, tom: str) -> None:
    world.round()
    wishing(world, amina).press("Add to my list", other=tom)
    wishing(world, amina).press("Add to my list", email="tom@example.org")
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, tom), by="a test", now=world.now)
    assert world.dump()["rathernot"] == []
