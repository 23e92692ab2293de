"""What was found and nobody claims is dropped, forgotten, or gone: and then it is not gathered again."""

import pytest

from tests.support.gathering import (
    HANDLE,
    URL,
    FakeServers,
    a_post,
    begin_gathering,
    find,
    first_post,
    queued,
)
from tests.support.world import BY, World
from web.services.fetching.card import Card
from web.services.fetching.errors import Gone, Refused
from web.services.gathering import posts


@pytest.fixture
def servers(world: World) -> FakeServers:
    servers = begin_gathering(world)
    servers.pages[URL] = Card(title="Jo", sentence="Vans, not vents.")
    find(world, servers, a_post(world))
    return servers


def drop(world: World) -> None:
    with world.write() as session:
        posts.drop(session, world.programme(session), 1, key=world.worker.providers.key, by=BY, now=world.now)


def erase(world: World, what: str) -> int:
    with world.write() as session:
        return posts.erase(session, what, key=world.worker.providers.key, by=BY, now=world.now)


def test_what_is_dropped_does_not_come_back(world: World, servers: FakeServers) -> None:
    drop(world)
    find(world, servers, a_post(world))
    assert queued(world) == []


def test_what_was_dropped_cannot_be_asked_for(world: World, servers: FakeServers) -> None:
    drop(world)
    with world.write() as session, pytest.raises(posts.NoSuchPost):
        posts.ask(session, world.programme(session), 1, by=BY, now=world.now)


def test_what_nobody_claims_is_forgotten_in_30_days(world: World, servers: FakeServers) -> None:
    world.clock.turn(days=31)
    world.worker.sweep()
    assert queued(world) == []


def test_what_is_younger_stays(world: World, servers: FakeServers) -> None:
    world.clock.turn(days=29)
    world.worker.sweep()
    assert queued(world) == [URL]


def look_after(world: World, **time: float) -> None:
    world.clock.turn(**time)
    world.worker.gather()


def test_what_is_gone_there_twice_is_gone_here(world: World, servers: FakeServers) -> None:
    servers.pages[URL] = Gone("404")
    look_after(world, days=8)
    look_after(world, days=1)
    assert queued(world) == []


def test_what_is_missing_once_stays(world: World, servers: FakeServers) -> None:
    servers.pages[URL] = Gone("404")
    look_after(world, days=8)
    servers.pages[URL] = Card(title="Jo")
    look_after(world, days=1)
    look_after(world, days=8)
    assert queued(world) == [URL]


def test_a_site_that_refuses_us_has_not_taken_it_away(world: World, servers: FakeServers) -> None:
    servers.pages[URL] = Refused("its site answers 403")
    look_after(world, days=8)
    look_after(world, days=8)
    assert queued(world) == [URL]


@pytest.mark.parametrize("what", [HANDLE, f"@{HANDLE.upper()}", URL, f" {URL} "])
def test_a_handle_or_an_address_is_erased_on_request(world: World, servers: FakeServers, what: str) -> None:
    assert (erase(world, what), queued(world)) == (1, [])


def test_whoever_asked_us_not_to_is_not_gathered_again(world: World, servers: FakeServers) -> None:
    erase(world, HANDLE)
    find(world, servers, a_post(world, url=f"{URL}8"))
    assert queued(world) == []


def test_what_is_erased_by_its_address_does_not_come_back(world: World, servers: FakeServers) -> None:
    erase(world, URL)
    find(world, servers, a_post(world))
    assert queued(world) == []


def test_a_link_of_ours_in_a_post_is_not_kept(world: World, servers: FakeServers) -> None:
    link = world.page_of(world.join("Jo Jones", "Brent Council"))
    find(world, servers, a_post(world, words=f"See {link}"))
    assert "/me/" not in first_post(world).words
