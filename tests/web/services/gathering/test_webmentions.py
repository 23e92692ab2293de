"""A site tells us of a page that mentions ours: it is read before it is believed, and again when told."""

import pytest
from sqlmodel import col, func, select

from tests.support.gathering import FakeServers, add_source, begin_gathering, queued
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import SourceKind, Webmention
from web.services.fetching.errors import Gone, Trouble
from web.services.fetching.found_posts import FoundPost
from web.services.gathering import webmentions

PAGE = "https://jo.example/vans"
HERE = "http://127.0.0.1:8000"
TARGET = f"{HERE}/p/councils/"
POST = FoundPost(PAGE, "jo.example", "Jo", "Vans", mentions=(TARGET,))


@pytest.fixture
def servers(world: World) -> FakeServers:
    servers = begin_gathering(world)
    add_source(world, SourceKind.WEBMENTION)
    servers.mentions[PAGE] = POST
    return servers


def tell(world: World, source: str = PAGE, target: str = TARGET) -> int:
    values = {"source": source, "target": target}
    return Visitor(world.app).client.post("/webmention", data=values).status_code


def waiting(world: World) -> int:
    with world.read() as session:
        return session.exec(select(func.count()).where(col(Webmention.look_at).is_not(None))).one()


def test_a_mention_is_accepted_and_read_later(world: World, servers: FakeServers) -> None:
    assert (tell(world), queued(world)) == (202, [])


def test_what_mentions_us_is_kept(world: World, servers: FakeServers) -> None:
    tell(world)
    world.worker.gather()
    assert (queued(world), waiting(world)) == ([PAGE], 0)


def test_what_a_blog_added_to_its_link_is_no_other_page(world: World, servers: FakeServers) -> None:
    assert tell(world, target=f"{TARGET}?ref=jo.ghost.example") == 202


def test_what_does_not_is_not(world: World, servers: FakeServers) -> None:
    servers.mentions[PAGE] = Gone("it does not mention us")
    tell(world)
    world.worker.gather()
    assert (queued(world), waiting(world)) == ([], 0)


def test_told_twice_is_read_once(world: World, servers: FakeServers) -> None:
    tell(world)
    tell(world)
    assert waiting(world) == 1


def test_told_again_it_is_read_again_ten_minutes_later(world: World, servers: FakeServers) -> None:
    for _ in range(3):
        tell(world)
        world.worker.gather()
        world.clock.turn(minutes=4)
    early = servers.asked.count(f"{PAGE} {TARGET}")
    world.worker.gather()
    assert (early, servers.asked.count(f"{PAGE} {TARGET}")) == (1, 2)


def test_what_was_read_is_counted_for_an_hour(world: World, servers: FakeServers) -> None:
    tell(world)
    world.worker.gather()
    world.clock.turn(minutes=60)
    world.worker.sweep()
    with world.read() as session:
        assert session.exec(select(Webmention)).all() == []


@pytest.mark.parametrize("why", ["410", "it does not mention us"])
def test_what_has_gone_for_good_goes_when_we_are_told(world: World, servers: FakeServers, why: str) -> None:
    tell(world)
    world.worker.gather()
    servers.mentions[PAGE] = Gone(why)
    world.clock.turn(minutes=10)
    tell(world)
    world.worker.gather()
    assert queued(world) == []


def test_what_is_only_missing_stays(world: World, servers: FakeServers) -> None:
    tell(world)
    world.worker.gather()
    servers.mentions[PAGE] = Gone("404")
    world.clock.turn(minutes=10)
    tell(world)
    world.worker.gather()
    assert queued(world) == [PAGE]


def test_a_site_in_trouble_is_read_three_times(world: World, servers: FakeServers) -> None:
    servers.mentions[PAGE] = Trouble("502")
    tell(world)
    for _ in range(5):
        world.worker.gather()
        world.clock.turn(hours=2)
    assert [each for each in servers.asked if each.startswith(PAGE)] == [f"{PAGE} {TARGET}"] * 3


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("", TARGET),
        (f"{HERE}/p/councils/learning", TARGET),
        ("ftp://jo.example/", TARGET),
        (PAGE, "https://elsewhere.example/p/councils/"),
        (PAGE, f"{HERE}/"),
        (PAGE, f"{HERE}/p/nobody/"),
        (PAGE, f"{HERE}/p/councils/join"),
        (PAGE, f"{HERE}/me/secret"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, servers: FakeServers, source: str, target: str) -> None:
    assert (tell(world, source, target), waiting(world)) == (400, 0)


def test_nothing_is_taken_before_it_is_agreed(world: World, servers: FakeServers) -> None:
    world.change(gathers=False)
    assert tell(world) == 400


def test_a_host_tells_us_of_a_hundred_pages_an_hour(
    world: World, servers: FakeServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webmentions, "MOST_OF_A_HOST", 2)
    assert [tell(world, f"{PAGE}{n}") for n in range(3)] == [202, 202, 429]


def test_the_wall_says_where_to_tell_us(world: World, servers: FakeServers) -> None:
    told = Visitor(world.app).open("/p/councils/learning").answer.headers["Link"]
    assert told == f'<{HERE}/webmention>; rel="webmention"'


def test_a_programme_that_takes_none_says_nothing(world: World, servers: FakeServers) -> None:
    world.change(gathers=False)
    assert "Link" not in Visitor(world.app).open("/p/councils/").answer.headers


def test_a_flood_of_one_host_leaves_room_for_others(world: World, servers: FakeServers) -> None:
    """The 10,000 of an hour, in short: what one host tells beyond its hundred is refused."""
    answers = [tell(world, f"https://flood.example/{n}") for n in range(150)]
    assert (answers.count(202), answers.count(429), tell(world)) == (100, 50, 202)
