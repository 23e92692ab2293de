"""Two years after their last word people are erased, and are told a month before."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications import pace
from tests.support import importing
from tests.support.world import BY, World
from web.models import Person
from web.services.people import merging
from web.services.people.retention import KEEP, NOTICE

SILENCE = KEEP - NOTICE


@pytest.fixture
def amina(world: World) -> str:
    person = world.join("Amina Yusuf", email="amina@example.org")
    world.clock.now += SILENCE + timedelta(days=1)
    return person


def days_later(world: World, days: int) -> None:
    world.clock.turn(days=days)
    world.worker.sweep()


@pytest.mark.usefixtures("both_databases")
def test_who_has_been_silent_for_long_is_warned_once(world: World, amina: str) -> None:
    for _ in range(3):
        days_later(world, 1)
    assert len(world.inbox(kind="before_erasure")) == 1


@pytest.mark.usefixtures("both_databases")
def test_who_stays_silent_after_the_warning_is_erased_on_the_day_it_named(world: World, amina: str) -> None:
    days_later(world, 0)
    days_later(world, NOTICE.days - 1)
    before = world.person(amina).erased_at
    days_later(world, 1)
    assert (before, world.person(amina).erased_at) == (None, world.now)


def test_who_is_to_be_erased_hears_of_it_in_a_break_too(world: World, amina: str) -> None:
    world.pause()
    days_later(world, 0)
    assert len(world.inbox("amina@example.org", "before_erasure")) == 1


def test_one_press_keeps_them(world: World, amina: str) -> None:
    days_later(world, 0)
    page = world.link_in(world.letter("amina@example.org", "before_erasure"), "/me/")
    world.visitor().open(page).press("Keep my place")
    days_later(world, NOTICE.days + 1)
    assert world.person(amina).name == "Amina Yusuf"


def test_anything_they_do_keeps_them(world: World, amina: str) -> None:
    days_later(world, 0)
    said = world.visitor().open(world.page_of(amina)).press("Skip the next round").text
    days_later(world, NOTICE.days + 1)
    assert "long since we heard" not in said
    assert (world.person(amina).name, world.person(amina).erase_on) == ("Amina Yusuf", None)


def test_what_they_do_in_the_hour_of_the_warning_keeps_them_though_clocks_change_meanwhile(
    world: World, amina: str
) -> None:
    world.clock.now = datetime(2029, 3, 1, 23, 20, tzinfo=UTC)
    world.worker.sweep()
    days_later(world, 0)
    world.clock.turn(minutes=10)
    world.visitor().open(world.page_of(amina)).press("Skip the next round")
    days_later(world, NOTICE.days + 2)
    assert world.person(amina).name == "Amina Yusuf"


def test_who_was_kept_and_falls_silent_again_is_warned_again(world: World, amina: str) -> None:
    days_later(world, 0)
    world.visitor().open(world.page_of(amina)).press("Keep my place")
    days_later(world, SILENCE.days + 1)
    assert world.person(amina).erase_on == (world.now + NOTICE).date()


def test_who_did_something_lately_hears_nothing(world: World, amina: str) -> None:
    world.visitor().open(world.page_of(amina)).press("Skip the next round")
    days_later(world, 1)
    assert world.inbox(kind="before_erasure") == []


def test_opening_a_link_keeps_nobody(world: World, amina: str) -> None:
    days_later(world, 0)
    world.visitor().open(world.page_of(amina))
    days_later(world, NOTICE.days)
    assert world.person(amina).erased_at


def test_who_was_invited_and_never_answered_goes_too(world: World) -> None:

    rows = b"name,organisation,email\nIvy Jones,Brent Council,ivy@example.org\n"
    with world.write() as session:
        importing.import_people(session, world.programme(session), "p.csv", rows, by="a test", now=world.now)
    world.clock.now += SILENCE + timedelta(days=1)
    days_later(world, 0)
    days_later(world, NOTICE.days)
    assert "Ivy" not in str(world.dump()["person"])


def test_who_was_active_under_an_entry_that_became_theirs_is_not_silent(world: World, amina: str) -> None:
    again = world.join("Amina Yusuf", email="amina@home.example")
    with world.write() as session:
        one, other = session.get_one(Person, amina), session.get_one(Person, again)
        merging.merge(session, world.programme(session), one, other, by=BY, now=world.now)
    days_later(world, 1)
    assert world.inbox(kind="before_erasure") == []


def test_nobody_is_erased_whose_warning_never_went_out(world: World, amina: str) -> None:
    with world.write() as session:
        pace.stop(session, "local", "a key has run out", world.now)
    days_later(world, 0)
    days_later(world, NOTICE.days)
    assert world.person(amina).erased_at is None


def test_who_could_not_be_warned_is_warned_once_letters_go_again(world: World, amina: str) -> None:
    with world.write() as session:
        pace.stop(session, "local", "a key has run out", world.now)
    days_later(world, 0)
    days_later(world, NOTICE.days)
    with world.write() as session:
        pace.start_again(session, "local")
    days_later(world, 1)
    assert world.person(amina).erase_on == (world.now + NOTICE - timedelta(days=1)).date()
