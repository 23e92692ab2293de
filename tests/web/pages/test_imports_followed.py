"""Two organisations become one while a file of their people is on its way in."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.visitor import Visitor
from tests.support.world import World
from tests.web.pages.test_imports import PEOPLE, person, upload, work
from web.models import Organisation
from web.services.organisations import organisations

pytestmark = pytest.mark.usefixtures("both_databases")


@pytest.fixture
def known(world: World) -> World:
    world.join("Known Already", "Leeds City Council", email="known@example.org")
    return world


def merge(world: World) -> None:
    """Leeds City Council goes."""
    with world.write() as session:
        kept = organisations.add(session, 1, "Leeds and district")
        gone = session.scalars(select(Organisation).where(Organisation.name == "Leeds City Council")).one()
        page, into = f"/organise/councils/organisations/{gone.id}", kept.id
    world.organiser().open(page).press("Merge them", into=str(into))


def up_to_organisations(world: World) -> Visitor:
    return upload(world, PEOPLE).press("See what will happen")


def up_to_checking(world: World) -> Visitor:
    return up_to_organisations(world).press("Go on")


def up_to_the_last_yes(world: World) -> Visitor:
    return work(world, up_to_checking(world))


@pytest.mark.parametrize("so_far", [up_to_organisations, up_to_checking, up_to_the_last_yes])
def test_whoever_the_file_has_in_the_one_that_goes_is_invited_in_the_other(
    known: World, so_far: Callable[[World], Visitor]
) -> None:
    visitor = so_far(known)
    merge(known)
    visitor.open(visitor.path)
    if so_far is up_to_organisations:
        visitor.press("Go on")
    work(known, visitor)
    work(known, visitor.press("Invite 3 people"))
    invited = known.membership(person(known, "amina@example.org"))
    with known.read() as session:
        assert session.get_one(Organisation, invited.organisation_id).name == "Leeds and district"
