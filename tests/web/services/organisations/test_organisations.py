"""Organisations are known by name, by the other names people write, and by email domain."""

import pytest
from sqlalchemy import select

from tests.support.world import BY, World
from web.models import GroupMember, Role
from web.services.organisations import organisations

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


# What an organiser does about them


def test_two_that_are_one_become_one_and_both_names_are_understood(world: World) -> None:
    person = world.join("Amina", "Leeds CC")
    world.join("Tom", "Leeds City Council")
    visitor = world.organiser().open("/organise/councils/organisations")
    visitor.open(visitor.link("Leeds CC"))
    into = visitor.page.xpath("//select[@name='into']/option[text()='Leeds City Council']/@value")[0]
    visitor.press("Merge them", into=into)
    later = world.join("Lena", "leeds cc")
    names = {world.membership(someone).organisation_id for someone in (person, later)}
    assert (visitor.heading, names) == ("Leeds City Council", {int(into)})


def test_what_happened_stays_with_the_one_that_stays(world: World) -> None:
    world.join("Amina", "Leeds CC")
    world.join("Tom", "Kirklees Council")
    world.round()
    with world.write() as session:
        programme = world.programme(session).id
        gone = organisations.find(session, programme, "Leeds CC")
        kept = organisations.find(session, programme, "Kirklees Council")
        organisations.merge(session, kept, gone, by=BY, now=world.now)
        assert set(session.scalars(select(GroupMember.organisation_id))) == {kept.id}


def test_the_name_it_had_is_still_understood(world: World) -> None:
    with world.write() as session:
        made = organisations.add(session, 1, "Leeds CC")
        organisations.rename(session, made, "Leeds City Council", "Leeds", by=BY, now=world.now)
        found = organisations.find(session, 1, "LEEDS CC")
        assert (found.id, found.name, found.short_name) == (made.id, "Leeds City Council", "Leeds")


@pytest.mark.parametrize(
    ("door", "field", "typed", "told"),
    [
        ("Save its names", "name", "Brent Council", "Brent Council is called that too. Merge the two"),
        ("Save its names", "name", "", "Enter a name"),
        ("Add this name", "other_name", "the BRENT council", "Brent Council is called that. Merge the two"),
        ("Add this domain", "domain", "leeds", "Enter a domain like leeds.example.org"),
        ("Add this domain", "domain", "gmail.com", "Anybody can have an address at gmail.com"),
        ("Add this domain", "domain", "brent.example.org", "brent.example.org belongs to Brent Council"),
    ],
)
def test_what_cannot_be_is_told(world: World, door: str, field: str, typed: str, told: str) -> None:
    with world.write() as session:
        leeds = organisations.add(session, 1, "Leeds City Council").id
        organisations.add(session, 1, "Brent Council", domains=["brent.example.org"])
    visitor = world.organiser().open(f"/organise/councils/organisations/{leeds}")
    visitor.press(door, **{field: typed})
    assert (visitor.status, visitor.mistakes[0].startswith(told)) == (422, True)


def test_a_domain_speaks_for_an_organisation_until_it_is_removed(world: World) -> None:
    with world.write() as session:
        leeds = organisations.add(session, 1, "Leeds City Council").id
    visitor = world.organiser().open(f"/organise/councils/organisations/{leeds}")
    visitor.press("Add this domain", domain="amina@Leeds.Example.ORG")
    with world.read() as session:
        known = organisations.by_email(session, 1, "tom@mail.leeds.example.org")
    visitor.press("Remove leeds.example.org")
    with world.read() as session:
        gone = organisations.by_email(session, 1, "tom@mail.leeds.example.org")
    assert (known and known.id, gone) == (leeds, None)


def test_a_name_that_was_taken_for_the_wrong_one_can_be_taken_back(world: World) -> None:
    with world.write() as session:
        leeds = organisations.add(session, 1, "Leeds City Council", other_names=["Leeds Beckett"]).id
    visitor = world.organiser().open(f"/organise/councils/organisations/{leeds}")
    visitor.press("Remove leeds beckett")
    with world.read() as session:
        assert organisations.find(session, 1, "Leeds Beckett") is None
    assert "leeds beckett" not in visitor.text


def test_a_viewer_sees_no_small_counts(world: World) -> None:
    world.join_many(2, organisation="Leeds City Council")
    visitor = world.organiser("v@councils.example", Role.VIEWER).open("/organise/councils/organisations")
    assert "fewer than 5" in visitor.text
