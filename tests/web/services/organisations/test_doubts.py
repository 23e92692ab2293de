"""Organisations that may be one stand before an organiser until they say what they are."""

import pytest
from sqlalchemy import select

from tests.support.visitor import Visitor
from tests.support.world import BY, SLUG, World
from web.models import Organisation
from web.services.organisations import doubts, organisations

JOIN = "Join Councils Unmentoring"
DOUBT = "Leeds CC and Leeds City Council may be one"
FORM = {"name": "Amina Yusuf", "email": "amina@example.org", "agree": "y", "shares": ["email"]}


@pytest.fixture
def two(world: World) -> World:
    """The short name was there first."""
    world.join("Amina Yusuf", "Leeds CC")
    world.join("Tom Field", "Leeds City Council")
    return world


def said(world: World) -> list[tuple[str, str, str]]:
    with world.read() as session:
        found = doubts.of_programme(session, world.programme(session).id)
        return [(one.other.name, one.kept.name, one.why) for one in found]


def names(world: World) -> set[str]:
    with world.read() as session:
        return set(session.scalars(select(Organisation.name)))


def test_two_that_may_be_one_stand_on_the_first_page(two: World) -> None:
    assert DOUBT in two.organiser().open(f"/organise/{SLUG}/").text


def test_one_press_makes_them_one(two: World) -> None:
    visitor = two.organiser().open(f"/organise/{SLUG}/organisations")
    visitor.press("One: Leeds City Council")
    assert (names(two), said(two)) == ({"Leeds City Council"}, [])


def test_who_says_that_they_are_two_is_not_asked_again(two: World) -> None:
    two.organiser().open(f"/organise/{SLUG}/organisations").press("They are two")
    assert (len(names(two)), said(two)) == (2, [])


@pytest.mark.usefixtures("both_databases")
def test_two_that_are_told_apart_can_still_be_merged(world: World) -> None:
    world.join("Amina Yusuf", "Leeds CC")
    world.join("Tom Field", "Leeds City Council")
    with world.write() as session:
        one, other = session.scalars(select(Organisation).order_by(Organisation.id)).all()
        doubts.keep_apart(session, one, other, by=BY, now=world.now)
        doubts.keep_apart(session, other, one, by=BY, now=world.now)
    with world.write() as session:
        one, other = session.scalars(select(Organisation).order_by(Organisation.id)).all()
        organisations.merge(session, other, one, by=BY, now=world.now)
    assert names(world) == {"Leeds City Council"}


def test_people_with_the_domain_of_another_organisation_are_told(world: World) -> None:
    with world.write() as session:
        here = world.programme(session).id
        organisations.add(session, here, "Leeds City Council", domains=["leeds.example.org"])
    world.join("Amina Yusuf", "Housing Team North", email="amina@leeds.example.org")
    assert said(world) == [
        (
            "Housing Team North",
            "Leeds City Council",
            "people of both have addresses at leeds.example.org",
        )
    ]


def test_a_viewer_is_not_asked(two: World) -> None:
    from web.models import Role

    page = two.organiser("viewer@example.org", Role.VIEWER).open(f"/organise/{SLUG}/organisations")
    assert "They are two" not in page.buttons


# Who joins


def send(world: World, organisation: str, **other: object) -> Visitor:
    visitor = world.visitor().open(f"/p/{SLUG}/join")
    world.clock.turn(minutes=1)
    return visitor.press(JOIN, **FORM | {"organisation": organisation} | other)


def answer(world: World, asked: Visitor, organisation: str) -> Visitor:
    world.clock.turn(minutes=1)
    return asked.press(JOIN, organisation_is=organisation)


def test_who_joins_under_a_likely_spelling_is_asked(world: World) -> None:
    world.join("Tom Field", "Leeds City Council")
    page = send(world, "Leeds CC")
    assert (page.status, page.mistakes) == (422, ["Say whether it is one that we know"])
    assert "Is this Leeds City Council? You wrote “Leeds CC”." in page.text


def test_who_says_yes_is_from_there(world: World) -> None:
    world.join("Tom Field", "Leeds City Council")
    answer(world, send(world, "Leeds CC"), "Leeds City Council")
    world.work()
    letter = world.letter("amina@example.org")
    world.visitor().open(world.link_in(letter, "/confirm/")).press("Yes, I am in")
    assert names(world) == {"Leeds City Council"}


def test_who_says_no_is_from_another(world: World) -> None:
    world.join("Tom Field", "Leeds City Council")
    assert answer(world, send(world, "Leeds CC"), "=").heading == "Check your messages"


def test_who_writes_another_official_name_is_asked_nothing(world: World) -> None:
    world.join("Tom Field", "Cardiff Council")
    assert send(world, "Cyngor Caerdydd").heading == "Check your messages"


def test_who_has_the_domain_of_an_organisation_is_asked(world: World) -> None:
    with world.write() as session:
        here = world.programme(session).id
        organisations.add(session, here, "Leeds City Council", domains=["example.org"])
    assert "Is this Leeds City Council?" in send(world, "Housing North").text


# A draft


def test_a_draft_crosses_unless_two_that_look_alike_are_one(two: World) -> None:
    two.draw()
    page = two.organiser().open(f"/organise/{SLUG}/rounds/1").text
    assert "crosses organisations, unless Leeds CC and Leeds City Council are one." in page


def test_a_draft_says_nothing_of_two_that_do_not_meet(world: World) -> None:
    with world.write() as session:
        organisations.add(session, world.programme(session).id, "Leeds CC")
    world.join("Tom Field", "Leeds City Council")
    world.join("Bo Ray", "Mind")
    world.draw()
    assert "unless" not in world.organiser().open(f"/organise/{SLUG}/rounds/1").text


def test_seven_spellings_of_one_council_in_a_file_are_one_or_asked_about(world: World) -> None:
    import io

    spelt = ("Leeds City Council", "Leeds CC", "leeds city council", "City of Leeds", "Leeds", "LCC", "Leds")
    rows = "".join(f"P{n},{name},p{n}@leeds.example.org\n" for n, name in enumerate(spelt))
    visitor = world.organiser().open(f"/organise/{SLUG}/import")
    file = (io.BytesIO(f"name,organisation,email\n{rows}".encode()), "p.csv")
    visitor.press("Upload the file", kind="people", file=file).press("See what will happen")
    assert "5 organisations look like one that is known" in visitor.text
