"""Organisations are known by name, by the other names people write, and by email domain."""

import pytest

from tests.support.world import World
from web.services import organisations

LEEDS = "Leeds City Council"


@pytest.fixture
def leeds(world: World) -> World:
    with world.write() as session:
        organisations.add(
            session, 1, LEEDS, short_name="Leeds", other_names=["Leeds CC"], domains=["leeds.example.org"]
        )
    return world


def found(world: World, name: str) -> str | None:
    with world.read() as session:
        known = organisations.find(session, 1, name)
    return known.name if known else None


@pytest.mark.parametrize(
    "name",
    [
        LEEDS,
        "leeds city council",
        "LEEDS  CITY COUNCIL",
        "The Leeds City Council",
        "Leeds City Council.",
        "leeds cc",
    ],
)
def test_a_name_is_known_however_it_is_written(leeds: World, name: str) -> None:
    assert found(leeds, name) == LEEDS


@pytest.mark.parametrize("name", ["Leeds", "Leeds City", "Bradford", "???"])
def test_another_name_is_another_organisation(leeds: World, name: str) -> None:
    assert found(leeds, name) is None


@pytest.mark.parametrize(
    ("one", "other"), [("Arts & Crafts", "arts and crafts"), ("Gŵyl", "gwyl"), ("St. John's", "St Johns")]
)
def test_two_spellings_have_one_key(one: str, other: str) -> None:
    assert organisations.key(one) == organisations.key(other)


def test_a_name_without_letters_is_still_told_apart() -> None:
    assert organisations.key("???") != organisations.key("!!!")


def by_email(world: World, email: str) -> str | None:
    with world.read() as session:
        known = organisations.by_email(session, 1, email)
    return known.name if known else None


@pytest.mark.parametrize("domain", ["leeds.example.org", "LEEDS.example.org", "housing.leeds.example.org"])
def test_an_address_speaks_for_its_organisation(leeds: World, domain: str) -> None:
    assert by_email(leeds, f"amina@{domain}") == LEEDS


@pytest.mark.parametrize("domain", ["example.org", "notleeds.example.org", "gmail.com"])
def test_any_other_address_speaks_for_nobody(leeds: World, domain: str) -> None:
    assert by_email(leeds, f"amina@{domain}") is None


def test_organisations_of_another_programme_are_not_known_here(leeds: World) -> None:
    leeds.start("charities", "Charities Unmentoring")
    with leeds.read() as session:
        assert organisations.find(session, 2, LEEDS) is None


@pytest.mark.usefixtures("both_databases")
def test_a_new_organisation_is_added_once(world: World) -> None:
    with world.write() as session:
        first = organisations.find_or_add(session, 1, "Cyngor Gwynedd")
        second = organisations.find_or_add(session, 1, "cyngor gwynedd")
    assert first.id == second.id


def test_an_organisation_left_empty_is_told_from_the_address(leeds: World) -> None:
    visitor = leeds.visitor().open("/p/councils/join")
    leeds.clock.turn(seconds=30)
    visitor.press("Join Councils Unmentoring", name="Amina", email="amina@leeds.example.org", agree=True)
    leeds.clock.turn(seconds=30)
    page = visitor.open(leeds.link_in(leeds.letter("amina@leeds.example.org"), "/confirm/"))
    assert LEEDS in page.text
