"""A mailbox that several people read: nobody in it takes another's place unasked."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.services.people import joining
from web.services.people.joining import Details

MAILBOX = "democratic.services@example.org"
ANN = Details("Ann Lee", "Leeds City Council", MAILBOX)
TOM = Details("Tom Field", "Leeds City Council", MAILBOX)


@pytest.fixture
def asked(world: World) -> Visitor:
    """Both have asked before either confirmed; Ann has pressed her button, and Tom opens his letter."""
    world.ask(ANN)
    world.work()
    world.clock.turn(minutes=5)
    world.ask(TOM)
    world.work()
    # The newest letter is Tom's.
    paths = [world.link_in(letter, "/confirm/") for letter in world.inbox(MAILBOX, "confirm")]
    by_name = {}
    for path in paths:
        page = world.visitor().open(path)
        by_name["Ann" if "Ann Lee" in page.text else "Tom"] = page
    by_name["Ann"].press("Yes, I am in")
    return by_name["Tom"]


def names(world: World) -> list[str]:
    from sqlalchemy import select

    from web.models import Person

    with world.read() as session:
        return sorted(session.scalars(select(Person.name).where(Person.email.is_not(None))))


def test_a_confirmation_never_overwrites_somebody_of_another_name(world: World, asked: Visitor) -> None:
    asked.press("Yes, I am in")
    assert (asked.status, asked.heading, names(world)) == (422, "Who are you?", ["Ann Lee"])


def test_the_mailbox_is_asked_who_reads_it(world: World, asked: Visitor) -> None:
    asked.open(asked.path)
    assert "is the address of Ann Lee here. Somebody asked to join" in asked.text


def test_who_says_that_they_are_the_same_person_has_the_new_details(world: World, asked: Visitor) -> None:
    asked.open(asked.path).press("Update my details")
    assert names(world) == ["Tom Field"]


def test_somebody_else_is_asked_at_an_address_of_their_own(world: World, asked: Visitor) -> None:
    asked.open(asked.path).press("Join as Tom Field", email="tom@example.org")
    letter = world.letter("tom@example.org", "confirm")
    world.visitor().open(world.link_in(letter, "/confirm/")).press("Yes, I am in")
    assert names(world) == ["Ann Lee", "Tom Field"]


@pytest.mark.parametrize("email", ["", "tom", MAILBOX])
def test_somebody_else_needs_another_address(world: World, asked: Visitor, email: str) -> None:
    page = asked.open(asked.path).press("Join as Tom Field", email=email)
    assert (page.status, names(world)) == (422, ["Ann Lee"])


@pytest.mark.parametrize("name", ["Ann L.", "Dr Ann Lee, OBE", "Lee, Ann", "Anne Lee", "ANN LEE"])
def test_the_same_name_written_otherwise_is_the_same_person(world: World, name: str) -> None:
    person = world.join("Ann Lee", email=MAILBOX)
    with world.read() as session:
        assert joining.somebody_else(session, Details(name, "X", MAILBOX)) is None, person


def test_another_name_at_a_known_address_is_somebody_else(world: World) -> None:
    person = world.join("Ann Lee", email=MAILBOX)
    with world.read() as session:
        found = joining.somebody_else(session, TOM)
    assert found is not None and found.id == person  # noqa: PT018
