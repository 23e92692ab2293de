"""A new address or number that waits to be confirmed is shown on its owner's page, and can be taken back."""

import pytest

from notifications.messages import Channel
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Person
from web.services.common import phone_numbers
from web.services.people import own_details

AMINA, TYPO, RIGHT = "amina@example.org", "amnia@example.org", "new@example.org"
PHONE, OTHER = "+447700900111", "+447700900112"


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", email=AMINA)


def page(world: World, person: str, *, full: bool = True) -> Visitor:
    return world.visitor().open(world.page_of(person, full=full))


def change(world: World, person: str, **fields: object) -> Visitor:
    return (
        page(world, person)
        .open(f"{world.page_of(person, full=True)}/details")
        .press("Save my details", **fields)
    )


def door(world: World, email: str) -> str:
    return world.link_in(world.letter(email, "new_address"), "/confirm/")


def waits(visitor: Visitor, email: str = TYPO) -> bool:
    return f"write to {email} from now on" in visitor.text


@pytest.mark.usefixtures("both_databases")
def test_whoever_reads_a_mailbox_that_was_taken_back_can_press_nothing(world: World, amina: str) -> None:
    change(world, amina, email=TYPO)
    world.work()
    told = page(world, amina)
    before = waits(told)
    after = waits(told.press(f"Forget {TYPO}"))
    stranger = world.visitor().open(door(world, TYPO))
    assert (before, after) == (True, False)
    assert (stranger.status, stranger.buttons, world.person(amina).email) == (410, [], AMINA)


@pytest.mark.usefixtures("both_databases")
def test_taken_back_before_it_is_written_nothing_is_sent_there(world: World, amina: str) -> None:
    change(world, amina, email=TYPO).press(f"Forget {TYPO}")
    world.clock.turn(minutes=2)
    world.work()
    assert world.inbox(TYPO) == []


def test_it_can_be_asked_for_again_at_once(world: World, amina: str) -> None:
    for _ in range(2):
        change(world, amina, email=RIGHT)
        world.work()
        first = door(world, RIGHT)
        page(world, amina).press(f"Forget {RIGHT}")
        world.clock.turn(seconds=5)
    change(world, amina, email=RIGHT)
    world.work()
    assert world.visitor().open(first).status == 410
    world.visitor().open(door(world, RIGHT)).press("Yes, write here")
    assert world.person(amina).email == RIGHT


def test_a_confirmed_one_waits_no_more(world: World, amina: str) -> None:
    change(world, amina, email=RIGHT)
    world.work()
    world.visitor().open(door(world, RIGHT)).press("Yes, write here")
    assert not waits(page(world, amina), RIGHT)


def test_after_two_days_it_waits_no_more(world: World, amina: str) -> None:
    change(world, amina, email=TYPO)
    world.work()
    world.clock.turn(hours=49)
    assert not waits(page(world, amina))


def test_the_one_that_was_asked_for_last_is_shown(world: World, amina: str) -> None:
    for email in (TYPO, RIGHT):
        change(world, amina, email=email)
        world.work()
    told = page(world, amina)
    assert (waits(told), waits(told, RIGHT)) == (False, True)


def test_an_old_page_takes_no_other_back(world: World, amina: str) -> None:
    change(world, amina, email=TYPO)
    old = page(world, amina)
    change(world, amina, email=RIGHT)
    after = old.press(f"Forget {TYPO}")
    assert ("That page was an old one" in after.text, waits(after, RIGHT)) == (True, True)


def test_a_forwarded_link_tells_of_none(world: World, amina: str) -> None:
    change(world, amina, email=TYPO)
    assert TYPO not in page(world, amina, full=False).text


def test_nobody_else_s_is_shown_or_taken_back(world: World, amina: str) -> None:
    other = world.join("Tom Field", email="tom@example.org")
    change(world, amina, email=TYPO)
    assert TYPO not in page(world, other).text
    with world.write() as session:
        assert not own_details.forget_new_address(session, other, TYPO, now=world.now)
    assert waits(page(world, amina))


# A number


@pytest.mark.usefixtures("both_databases")
def test_a_number_that_is_not_confirmed_can_be_taken_back(world: World, amina: str) -> None:
    change(world, amina, phone=PHONE, channel="sms")
    after = page(world, amina).press("Forget 07700 900111")
    person = world.person(amina)
    assert (person.phone, person.channel, "Forget 07700 900111" in after.buttons) == (
        None,
        Channel.EMAIL,
        False,
    )


@pytest.mark.usefixtures("both_databases")
def test_a_number_in_place_of_the_only_one_can(world: World) -> None:
    texted = world.join("Tom Field", email="tom@example.org", phone=PHONE, channel=Channel.SMS, verified=True)
    with world.write() as session:
        person = session.get_one(Person, texted)
        person.email = person.email_key = None
        person.shares_email, person.shares_phone = False, True
    change(world, texted, phone=OTHER)
    after = page(world, texted).press("Forget 07700 900112")
    assert "07700 900112" not in after.text
    assert (world.person(texted).phone, world.person(texted).phone_verified_at is None) == (PHONE, False)


def test_an_old_page_takes_back_no_number_that_is_confirmed(world: World, amina: str) -> None:
    change(world, amina, phone=PHONE, channel="sms")
    old = page(world, amina)
    with world.write() as session:
        phone_numbers.prove(session, session.get_one(Person, amina), now=world.now)
    after = old.press("Forget 07700 900111")
    assert ("That page was an old one" in after.text, world.person(amina).phone) == (True, PHONE)
