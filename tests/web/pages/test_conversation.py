"""The page of one conversation."""

from notifications.messages import Channel
from tests.support.world import World
from web.models import Purpose
from web.services.people import erasure


def test_whose_partner_was_erased_is_told_kindly(world: World) -> None:
    world.join_many(2)
    world.round()
    reader, partner = world.groups()[0]
    name = world.person(partner).name
    door = world.door(Purpose.CONVERSATION, reader, world.group_of(reader))
    with world.write() as session:
        erasure.erase(session, session.merge(world.person(partner)), by="a test", now=world.now)
    page = world.visitor().open(door)
    assert (page.heading, name in page.text) == ("Your partner has left", False)


def test_a_number_that_partners_would_see_is_confirmed_first(world: World) -> None:
    details = world.details(phone="+447700900123", shares_phone=True, channel=Channel.EMAIL)
    world.ask(details)
    confirmation = world.link_in(world.letter(details.email, "confirm"), "/confirm/")
    world.visitor().open(confirmation).press("Yes, I am in")
    assert world.letter("+447700900123", "phone_code").segments == 1
