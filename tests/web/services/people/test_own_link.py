"""A forwarded link opens less than a fresh one, which goes to the address on file."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.services.people import own_link


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", email="amina@example.org")


def page(world: World, person: str, *, full: bool = False) -> Visitor:
    return world.visitor().open(world.page_of(person, full=full))


@pytest.mark.parametrize("door", ["details", "phone", "erase", "councils/organisation"])
def test_a_link_from_a_message_does_not_open_what_only_its_owner_may(
    world: World, amina: str, door: str
) -> None:
    assert world.visitor().open(f"{world.page_of(amina)}/{door}").status == 404


def test_a_link_from_a_message_does_not_show_contact_details(world: World, amina: str) -> None:
    assert "amina@example.org" not in page(world, amina).answer.text


def test_a_fresh_link_goes_to_the_address_on_file(world: World, amina: str) -> None:
    page(world, amina).press("Send me a fresh link")
    path = world.link_in(world.letter("amina@example.org", "my_link"), "/me/")
    assert "amina@example.org" in world.visitor().open(path).text


def test_a_fresh_link_is_sent_once_a_minute(world: World, amina: str) -> None:
    visitor = page(world, amina)
    for _ in range(3):
        visitor.press("Send me a fresh link")
    world.work()
    assert len(world.inbox(kind="my_link")) == 1


def test_a_fresh_link_is_sent_three_times_an_hour(world: World, amina: str) -> None:
    visitor = page(world, amina)
    for _ in range(5):
        visitor.press("Send me a fresh link")
        world.clock.turn(minutes=2)
    world.work()
    assert (len(world.inbox(kind="my_link")), "three links this hour" in visitor.text) == (3, True)


def test_a_fresh_link_is_good_for_two_hours(world: World, amina: str) -> None:
    path = world.page_of(amina, full=True)
    world.clock.turn(hours=2)
    assert world.visitor().open(path).status == 410


def test_whoever_asks_again_weeks_later_has_another_link(world: World, amina: str) -> None:
    for _ in range(2):
        world.clock.turn(days=14)
        world.worker.sweep()
        with world.write() as session:
            own_link.ask_for_link(session, "amina@example.org", signer=world.worker.signer, now=world.now)
        world.work()
    assert len(world.inbox("amina@example.org", "my_link")) == 2
