"""Whoever gave the handle is told what was found of theirs: in one message a week, and nobody else."""

import pytest
from sqlmodel import select

from tests.support.gathering import HANDLE, SERVER, URL, FakeServers, a_post, begin_gathering, find
from tests.support.world import World
from web.models import GatheredPost, HandleKind, Person
from web.services.gathering import handles, offers

KIND = "post_found"
JO = "jo@brent.gov.uk"


@pytest.fixture
def servers(world: World) -> FakeServers:
    return begin_gathering(world)


@pytest.fixture
def jo(world: World, servers: FakeServers) -> str:
    person = world.join("Jo Bloggs", "Brent Council", email=JO)
    give_handle(world, person)
    return person


def give_handle(world: World, person: str) -> None:
    with world.write() as session:
        handles.add(session, world.person(person), HandleKind.MASTODON, HANDLE, now=world.now)


def told(world: World, person: str) -> int:
    world.worker.work()
    return len(world.inbox(str(world.person(person).email), KIND))


def another(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world, url=f"{URL}8", id="178"))


def test_its_author_is_told(world: World, servers: FakeServers, jo: str) -> None:
    find(world, servers, a_post(world))
    assert told(world, jo) == 1


def test_the_message_names_the_place_and_none_of_its_words(
    world: World, servers: FakeServers, jo: str
) -> None:
    find(world, servers, a_post(world))
    told(world, jo)
    letter = world.letter(JO, KIND).text
    assert (SERVER in letter, "Vans" in letter) == (True, False)


def test_nobody_else_is_told(world: World, servers: FakeServers, jo: str) -> None:
    other = world.join("Jo Other", "Leeds City Council")
    find(world, servers, a_post(world))
    assert told(world, other) == 0


def test_a_second_post_in_a_week_makes_no_second_message(world: World, servers: FakeServers, jo: str) -> None:
    find(world, servers, a_post(world))
    told(world, jo)
    another(world, servers)
    assert told(world, jo) == 1


def test_what_was_found_meanwhile_is_told_a_week_later(world: World, servers: FakeServers, jo: str) -> None:
    find(world, servers, a_post(world))
    told(world, jo)
    another(world, servers)
    world.clock.turn(days=7)
    world.worker.gather()
    assert told(world, jo) == 2


def test_what_is_found_after_the_first_was_forgotten_is_told_as_well(
    world: World, servers: FakeServers, jo: str
) -> None:
    """The newest row's number is given to the next one once it has gone."""
    find(world, servers, a_post(world))
    told(world, jo)
    with world.write() as session:
        session.delete(session.exec(select(GatheredPost)).one())
    world.clock.turn(days=8)
    another(world, servers)
    assert told(world, jo) == 2


def test_nobody_is_told_twice_of_the_same(world: World, servers: FakeServers, jo: str) -> None:
    find(world, servers, a_post(world))
    told(world, jo)
    world.clock.turn(days=8)
    world.worker.gather()
    assert told(world, jo) == 1


def test_what_was_there_before_the_handle_is_on_the_page_alone(world: World, servers: FakeServers) -> None:
    jo = world.join("Jo Bloggs", "Brent Council", email=JO)
    find(world, servers, a_post(world))
    world.clock.turn(minutes=1)
    give_handle(world, jo)
    world.worker.gather()
    with world.read() as session:
        offered = offers.to(session, world.person(jo))
    assert (len(offered), told(world, jo)) == (1, 0)


def test_who_said_no_is_not_told(world: World, servers: FakeServers, jo: str) -> None:
    find(world, servers, a_post(world))
    told(world, jo)
    with world.write() as session:
        person = world.person(jo)
        offers.decline(session, person, offers.one(session, person, 1), now=world.now)
        offers.tell(session, now=world.now)
    world.clock.turn(days=8)
    world.worker.gather()
    assert told(world, jo) == 1


def test_who_cannot_be_reached_is_not_written_to(world: World, servers: FakeServers, jo: str) -> None:
    with world.write() as session:
        session.get_one(Person, jo).unreachable = "address refuses us"
    find(world, servers, a_post(world))
    assert told(world, jo) == 0
