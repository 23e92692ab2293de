"""Somebody's own feed is looked at each day, and only what mentions a programme of theirs is kept."""

from datetime import timedelta

import pytest

from tests.support.gathering import FakeServers, begin_gathering, queued
from tests.support.world import World
from web.models import Handle, HandleKind
from web.services.fetching.errors import Refused
from web.services.fetching.found_posts import FoundPost, FoundPosts
from web.services.gathering import handles, offers

FEED, ENTRY = "https://jo.example/feed.xml", "https://jo.example/vans"


@pytest.fixture
def servers(world: World) -> FakeServers:
    servers = begin_gathering(world)
    world.worker.gather()
    servers.answer = FoundPosts((FoundPost(ENTRY, FEED, "Jo", "Vans", world.now, mentions=("unmentoring",)),))
    return servers


@pytest.fixture
def jo(world: World, servers: FakeServers) -> str:
    jo = world.join("Jo Bloggs", "Brent Council")
    with world.write() as session:
        handles.add(session, world.person(jo), HandleKind.FEED, FEED, now=world.now)
    return jo


def feed(world: World) -> Handle | None:
    with world.read() as session:
        return session.get(Handle, 1)


def test_what_mentions_the_programme_is_kept(world: World, jo: str) -> None:
    world.worker.gather()
    assert queued(world) == [ENTRY]


def test_it_is_offered_to_whose_feed_it_is(world: World, jo: str) -> None:
    world.worker.gather()
    with world.read() as session:
        assert [one.post.url for one in offers.to(session, world.person(jo))] == [ENTRY]


def test_a_feed_is_asked_for_hashtags_and_pages_of_ours(world: World, servers: FakeServers, jo: str) -> None:
    world.worker.gather()
    assert f"{FEED} unmentoring http://127.0.0.1:8000/p/councils" in servers.asked


def test_a_feed_is_looked_at_once_a_day(world: World, servers: FakeServers, jo: str) -> None:
    world.worker.gather()
    world.clock.turn(hours=23)
    world.worker.gather()
    assert len([each for each in servers.asked if each.startswith(FEED)]) == 1


def test_a_feed_that_is_none_is_said(world: World, servers: FakeServers, jo: str) -> None:
    servers.answer = Refused("it is no feed")
    world.worker.gather()
    assert (feed(world).trouble, feed(world).look_at) == ("it is no feed", world.now + timedelta(days=1))


def test_a_feed_taken_back_takes_what_it_brought_along(world: World, jo: str) -> None:
    world.worker.gather()
    with world.write() as session:
        handles.remove(session, world.person(jo), 1, now=world.now)
    assert queued(world) == []


def test_the_feed_of_whoever_left_is_not_looked_at(world: World, servers: FakeServers, jo: str) -> None:
    world.erase(jo)
    world.worker.gather()
    assert [each for each in servers.asked if each.startswith(FEED)] == []
