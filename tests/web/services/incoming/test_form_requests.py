"""Open forms: each address is written to now and then, and nothing that somebody asked for is forgotten."""

from dataclasses import replace

import pytest
from sqlmodel import select

from tests.support.world import World
from web.models import Organisation
from web.services.incoming import form_requests
from web.services.people.joining import Details

AMINA = Details("Amina Yusuf", "Leeds City Council", "amina@leeds.example.org")
TOM = Details("Tom Field", "Kirklees Council", "tom@kirklees.example.org")


def ask_for_link(world: World) -> None:
    world.visitor().open("/my-page").press("Send me my link", address=AMINA.email)


def minute_later(world: World) -> list[str]:
    """What Amina has had by then, oldest first."""
    world.clock.turn(minutes=1)
    world.work()
    return [letter.kind for letter in reversed(world.inbox(AMINA.email))]


@pytest.mark.usefixtures("both_databases")
def test_who_joins_two_programmes_within_a_minute_hears_of_both(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    for slug in ("councils", "charities"):
        world.ask(AMINA, slug)
    world.work()
    first = [letter.kind for letter in world.inbox(AMINA.email)]
    assert (first, minute_later(world)) == (["confirm"], ["confirm", "confirm"])


def test_who_looked_for_a_page_first_can_join_within_the_minute(world: World) -> None:
    world.join(email=AMINA.email)
    world.clock.turn(minutes=2)
    world.work()
    world.start("charities", "Charities Unmentoring")
    before = len(world.inbox(AMINA.email))
    ask_for_link(world)
    world.ask(AMINA, "charities")
    world.work()
    assert minute_later(world)[before:] == ["my_link", "confirm"]


def test_a_form_that_is_sent_twice_is_answered_once(world: World) -> None:
    for _ in range(2):
        world.ask(AMINA)
    world.work()
    assert (minute_later(world), minute_later(world)) == (["confirm"], ["confirm"])


def test_who_sent_it_again_while_nobody_answered_hears_once(world: World) -> None:
    world.ask(AMINA)
    world.clock.turn(minutes=30)
    world.ask(AMINA)
    world.work()
    assert (minute_later(world), minute_later(world)) == (["confirm"], ["confirm"])


def test_a_link_that_is_asked_for_twice_is_sent_once(world: World) -> None:
    world.join(email=AMINA.email)
    world.clock.turn(minutes=2)
    world.work()
    before = len(world.inbox(AMINA.email))
    for _ in range(2):
        ask_for_link(world)
    world.work()
    assert minute_later(world)[before:] == ["my_link"]


def test_whoever_was_answered_by_a_clock_a_day_ahead_is_answered_by_the_right_one(world: World) -> None:
    world.join(email=AMINA.email)
    world.clock.turn(days=1)
    ask_for_link(world)
    world.work()
    world.clock.turn(days=-1, minutes=10)
    ask_for_link(world)
    world.work()
    assert len(world.inbox(AMINA.email, "my_link")) == 2


def test_who_puts_a_mistake_right_at_once_is_asked_again(world: World) -> None:
    world.ask(replace(AMINA, organisation="Leads"))
    world.work()
    world.ask(AMINA)
    assert minute_later(world) == ["confirm", "confirm"]
    link = world.link_in(world.letter(AMINA.email), "/confirm/")
    world.visitor().open(link).press("Yes, I am in")
    with world.read() as session:
        named = session.scalars(select(Organisation.name)).all()
    assert named == ["Leeds City Council"]


def test_who_asks_for_very_much_holds_nobody_up(world: World) -> None:
    for number in range(6):
        world.ask(replace(AMINA, organisation=f"Council {number}"))
    world.ask(TOM)
    with world.write() as session:
        done = [form_requests.answer_waiting(session, now=world.now, limit=3) for _ in range(3)]
    world.work()
    assert (done, len(world.inbox(TOM.email))) == ([1, 1, 0], 1)


def test_what_is_more_than_the_hour_s_share_is_closed_in_silence(world: World) -> None:
    for number in range(6):
        world.ask(replace(AMINA, organisation=f"Council {number}"))
    heard = [len(minute_later(world)) for _ in range(5)]
    world.clock.turn(hours=2)
    assert (heard, len(minute_later(world))) == ([1, 2, 3, 3, 3], 3)


def test_whoever_never_asked_hears_of_it_six_times_a_day(world: World) -> None:
    """Somebody types another one's address into form after form: 72 letters a day reached them."""
    for n in range(20):
        world.ask(replace(AMINA, organisation=f"Organisation {n}"))
        world.visitor().open("/my-page").press("Send me my link", address=AMINA.email)
        world.clock.turn(minutes=20)
        world.work()
    assert len(world.inbox(AMINA.email)) == 6


def test_whoever_is_known_gets_their_link_however_often(world: World) -> None:
    world.join(email=AMINA.email)
    for _ in range(10):
        world.clock.turn(minutes=30)
        ask_for_link(world)
        world.work()
    assert [letter.kind for letter in world.inbox(AMINA.email)].count("my_link") == 10
