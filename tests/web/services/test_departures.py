"""When somebody is erased in the middle of a round, nobody who stays is left without a word."""

import pytest

from tests.support.world import World
from web.models import Purpose
from web.services import privacy

pytestmark = pytest.mark.usefixtures("both_databases")


def erase(world: World, person: str) -> None:
    with world.write() as session:
        privacy.erase(session, session.merge(world.person(person)), by="a test", now=world.now)
    world.work()


def test_the_one_who_stays_is_told_and_comes_first_next_time(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, stays = world.groups()[0]
    erase(world, gone)
    assert world.letter(str(world.person(stays).email)).kind == "partner_gone"
    assert world.membership(stays).let_down


def test_two_who_stay_of_a_three_are_introduced_anew(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, other = world.groups()[0]
    erase(world, gone)
    letter = world.letter(str(world.person(one).email), "introduction")
    assert world.person(other).name in letter.text
    assert "There is a change" in letter.text


def test_they_are_asked_once_for_all_whether_they_met(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, _ = world.groups()[0]
    erase(world, gone)
    world.clock.turn(days=14, hours=1)
    world.work()
    assert len(world.inbox(str(world.person(one).email), "check_in")) == 1


def test_their_page_shows_the_conversation_as_it_is_now(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, other = world.groups()[0]
    erase(world, gone)
    page = world.visitor().open(world.door(Purpose.CONVERSATION, one, world.group_of(one)))
    assert world.person(other).name in page.text


def test_whom_they_never_knew_erased_before_the_introduction_arrived(world: World) -> None:
    world.join_many(2)
    world.send(world.draw())
    gone, stays = world.groups()[0]
    erase(world, gone)
    newest = world.inbox(str(world.person(stays).email))[0]
    assert newest.kind == "partner_gone"
