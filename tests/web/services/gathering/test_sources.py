"""Servers are asked seldom, only where a programme agreed and named them, and what they say is kept once."""

from datetime import timedelta

import pytest

from tests.support.gathering import (
    A_QUARTER,
    HANDLE,
    SERVER,
    URL,
    FakeServers,
    a_post,
    add_source,
    begin_gathering,
    find,
    first_post,
    queued,
    source,
)
from tests.support.world import BY, World
from web.models import SourceKind
from web.services.fetching.errors import Later, Refused, Trouble
from web.services.fetching.found_posts import FoundPosts
from web.services.gathering import posts, sources


@pytest.fixture
def servers(world: World) -> FakeServers:
    return begin_gathering(world)


def test_what_is_found_waits_for_the_organisers(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    assert queued(world) == [URL]


def test_the_next_look_begins_where_the_last_one_ended(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    find(world, servers)
    assert servers.asked == [f"{SERVER} #unmentoring", f"{SERVER} #unmentoring 17"]


def test_a_post_found_again_is_one(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    find(world, servers, a_post(world))
    assert queued(world) == [URL]


def test_a_post_that_reads_otherwise_is_kept_as_it_reads_now(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    find(world, servers, a_post(world, words="Vents."))
    assert first_post(world).words == "Vents."


def test_a_post_that_is_suddenly_somebody_elses_stays_whose_it_was(
    world: World, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    find(world, servers, a_post(world, handle="mallory@example.social"))
    assert first_post(world).handle == HANDLE


def test_nothing_is_looked_for_before_it_is_agreed(world: World, servers: FakeServers) -> None:
    world.change(gathers=False)
    find(world, servers, a_post(world))
    assert servers.asked == []


def test_nothing_is_looked_for_a_fortnight_after_the_last_round(world: World, servers: FakeServers) -> None:
    world.clock.turn(days=21 + 15)
    find(world, servers, a_post(world))
    assert servers.asked == []


def test_what_was_posted_before_the_round_is_not_about_it(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world, posted_at=world.now - timedelta(days=2)))
    assert queued(world) == []


def test_a_server_is_asked_once_in_a_quarter_of_an_hour(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    world.clock.turn(minutes=14)
    world.worker.gather()
    assert len(servers.asked) == 1


def test_two_programmes_do_not_ask_a_server_at_once(world: World, servers: FakeServers) -> None:
    with world.write() as session:
        here = world.programme(session)
        sources.add(session, here, SourceKind.MASTODON, server=SERVER, hashtag="other", by=BY, now=world.now)
    find(world, servers, a_post(world))
    assert len(servers.asked) == 1


def test_a_server_that_says_when_is_not_asked_before(world: World, servers: FakeServers) -> None:
    servers.answer = Later("it asks us to come back later", 3600)
    world.worker.gather()
    world.clock.turn(minutes=59)
    world.worker.gather()
    assert len(servers.asked) == 1


def test_a_server_for_members_only_is_asked_again_tomorrow(world: World, servers: FakeServers) -> None:
    servers.answer = Refused("it shows its posts only to people who are signed in there")
    world.worker.gather()
    assert source(world).look_at == world.now + timedelta(days=1)


def test_why_a_server_shows_nothing_is_said(world: World, servers: FakeServers) -> None:
    servers.answer = Refused("it shows its posts only to people who are signed in there")
    world.worker.gather()
    assert "signed in" in source(world).trouble


def test_a_server_that_shows_nothing_at_all_is_asked_again_tomorrow(
    world: World, servers: FakeServers
) -> None:
    world.worker.gather()
    assert (source(world).result, source(world).look_at) == (sources.EMPTY, world.now + timedelta(days=1))


def test_a_server_in_trouble_is_asked_later_and_later(world: World, servers: FakeServers) -> None:
    servers.answer = Trouble("502")
    world.worker.gather()
    world.clock.turn(minutes=15)
    world.worker.gather()
    assert source(world).look_at == world.now + 4 * A_QUARTER


def test_what_a_look_came_to_is_said(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world), passed_over=2, is_full=True)
    assert source(world).result == (
        "1 post, 1 of them new; 2 passed over, not for everybody or without sense; "
        "a look takes 40 at the most, and there may be more"
    )


def test_where_nobody_reads_them_no_more_are_gathered(
    world: World, servers: FakeServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posts, "MOST_WAITING", 1)
    find(world, servers, a_post(world), a_post(world, url=f"{URL}8"), newest="18")
    assert (queued(world), source(world).since) == ([], "")


def test_a_look_whose_worker_died_is_anothers(world: World, servers: FakeServers) -> None:
    with world.write() as session:
        sources.claim(session, now=world.now)
    world.clock.turn(minutes=15)
    servers.answer = FoundPosts((a_post(world),), "17")
    world.worker.gather()
    assert queued(world) == [URL]


def test_of_two_workers_one_asks(world: World, servers: FakeServers) -> None:
    with world.write() as session:
        both = [sources.claim(session, now=world.now) for _ in range(2)]
    assert [due is not None for due in both] == [True, False]


@pytest.mark.parametrize(
    "server", ["", "localhost", "127.0.0.1", "10.0.0.1", "a b.example", "example.social:22", "x" * 260]
)
def test_what_is_no_server_is_refused(world: World, servers: FakeServers, server: str) -> None:
    with pytest.raises(sources.BadSource, match="name of a server"):
        add_source(world, server=server)


def test_a_place_is_named_once(world: World, servers: FakeServers) -> None:
    with pytest.raises(sources.BadSource, match="already"):
        add_source(world, server=f"https://{SERVER.upper()}/tags/x")


def test_bluesky_is_asked_too(world: World, servers: FakeServers) -> None:
    add_source(world, SourceKind.BLUESKY)
    find(world, servers, a_post(world))
    assert "bluesky #unmentoring" in servers.asked
