"""A post is claimed from the message that tells of it, and from no older one."""

import pytest

from tests.support.gathering import HANDLE, a_post, begin_gathering, find
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import HandleKind
from web.services.gathering import handles

JO, ASKED = "jo@brent.gov.uk", "Is this about what you learned?"


@pytest.fixture
def old_link(world: World) -> str:
    """Of a message from before the post was found."""
    servers = begin_gathering(world)
    jo = world.join("Jo Bloggs", "Brent Council", email=JO)
    world.join("Bo Baker", "Leeds City Council")
    with world.write() as session:
        handles.add(session, world.person(jo), HandleKind.MASTODON, HANDLE, now=world.now)
    world.round(seed=2)
    link = world.page_of(jo)
    find(world, servers, a_post(world))
    world.work()
    return link


def by_the_message(world: World) -> Visitor:
    visitor = world.visitor().open(world.link_in(world.letter(JO, "post_found"), "/me/"))
    return visitor.open(visitor.link("Vans, not vents."))


def test_it_is_claimed_by_the_link_of_the_message(world: World, old_link: str) -> None:
    page = by_the_message(world).press("Yes, it is mine", showing="with name")
    assert "An organiser looks at it first" in page.text


def test_it_is_left_out_by_the_link_of_the_message(world: World, old_link: str) -> None:
    page = by_the_message(world).press("No, leave it out")
    assert "We do not ask you about it again" in page.text


def test_an_older_message_does_not_tell_of_it(world: World, old_link: str) -> None:
    assert "A post of yours?" not in world.visitor().open(old_link).text


def test_an_older_message_does_not_open_it(world: World, old_link: str) -> None:
    assert world.visitor().open(f"{old_link}/posts/1").status == 404
