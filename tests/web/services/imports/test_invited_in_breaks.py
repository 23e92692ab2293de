"""Whoever is invited or taken over in a break hears of it after it, once, and can answer for a month."""

from datetime import date, timedelta

import pytest

from tests.support import importing
from tests.support.world import World
from web.models.takeovers import LawfulBasis
from web.services.common import times
from web.services.imports.takeovers import Statement
from web.services.people import invitations
from web.services.programmes import programme_settings

BY = "organiser"
FILE = b"name,organisation,email\nAmina Yusuf,Leeds City Council,amina@example.org\n"
STATED = Statement("the council", date(2026, 11, 20), "They asked us to go on.", LawfulBasis.CONSENT)


def bring_in(world: World, stated: Statement | None = None) -> None:
    """In a break, before the letter is out."""
    with world.write() as session:
        programme = world.programme(session)
        programme_settings.pause(session, programme, by=BY, now=world.now)
        importing.import_people(session, programme, "p.csv", FILE, by=BY, now=world.now, stated=stated)
    world.work()


def later(world: World, days: int) -> None:
    for _ in range(days):
        world.clock.turn(days=1)
        world.work()


def go_on(world: World) -> None:
    world.go_on()
    world.work()


def remind(world: World) -> int:
    with world.write() as session:
        return invitations.remind(session, world.programme(session), by=BY, now=world.now)


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("days", [3, 45])
def test_they_hear_of_it_after_it_and_can_say_yes_for_as_long_as_anybody(world: World, days: int) -> None:
    bring_in(world)
    later(world, days)
    go_on(world)
    [letter] = world.inbox(kind="invitation")
    last = times.today(world.now) + timedelta(days=29)
    assert f"{last:%A} {last.day} {last:%B}" in letter.text
    world.clock.turn(days=29)
    page = world.visitor().open(world.link_in(letter, "/confirm/"))
    assert (page.status, page.heading) == (200, "Would you like to take part?")


def test_nobody_is_reminded_of_what_they_have_not_had(world: World) -> None:
    bring_in(world)
    later(world, 10)
    reminded = [remind(world)]
    go_on(world)
    later(world, 4)
    reminded.append(remind(world))
    later(world, 1)
    reminded.append(remind(world))
    world.work()
    assert (reminded, len(world.inbox(kind="invitation"))) == ([0, 0, 1], 2)


def test_whoever_was_taken_over_hears_of_it_after_it(world: World) -> None:
    bring_in(world, STATED)
    later(world, 45)
    go_on(world)
    [letter] = world.inbox(kind="taken_over")
    world.clock.turn(days=29)
    assert world.visitor().open(world.link_in(letter, "/confirm/")).status == 200
