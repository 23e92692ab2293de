"""What is too large for a page is asked for once, done by a worker, and not lost with it."""

from datetime import timedelta

import pytest

from tests.support.world import BY, World
from web.models import RoundState
from web.models.jobs import Errand, Work
from web.services.background import jobs
from web.services.learning import digests
from web.services.rounds import rounds


def ask(world: World, work: Work = Work.DRAW, version: int | None = None, number: int | None = None) -> None:
    with world.write() as session:
        programme = world.programme(session)
        jobs.ask(session, programme, work, version, number=number, by=BY, now=world.now)


def errand(world: World) -> Errand | None:
    with world.read() as session:
        return jobs.current(session, world.programme(session))


def version(world: World) -> int | None:
    with world.read() as session:
        found = rounds.draft(session, world.programme(session))
        return found.version if found else None


@pytest.mark.usefixtures("both_databases")
def test_two_presses_are_one_draw(world: World) -> None:
    world.join_many(4)
    ask(world)
    ask(world)
    world.work()
    assert (version(world), errand(world)) == (1, None)


@pytest.mark.usefixtures("both_databases")
def test_a_worker_sends_a_round_once(world: World) -> None:
    world.join_many(4)
    number = world.draw()
    ask(world, Work.SEND, 1)
    world.work()
    world.work()
    with world.read() as session:
        state = rounds.by_number(session, world.programme(session), number).state
    assert (state, len(world.inbox(kind="introduction"))) == (RoundState.SENT, 4)


def test_a_draft_that_changed_meanwhile_is_not_sent_and_the_page_says_why(world: World) -> None:
    world.join_many(4)
    world.draw()
    ask(world, Work.SEND, 1)
    world.draw(seed=2)
    world.work()
    stopped = errand(world)
    assert stopped
    assert "This round is no longer as it was on your page" in stopped.trouble
    assert "Nothing was sent" in world.organiser().open("/organise/councils/rounds").text


@pytest.mark.parametrize("work", [Work.DRAW, Work.SEND])
def test_the_draft_after_the_one_that_was_shown_is_left_as_it_is(world: World, work: Work) -> None:
    world.join_many(4)
    world.round()
    world.draw()
    ask(world, work, 1, number=1)
    world.work()
    stopped = errand(world)
    assert stopped
    assert ("Somebody threw this draft away or sent it" in stopped.trouble, version(world)) == (True, 1)


def test_a_draw_that_was_pressed_again_later_is_no_trouble(world: World) -> None:
    world.join_many(4)
    for _ in range(2):
        ask(world)
        world.work()
    assert (version(world), errand(world)) == (1, None)


def test_after_trouble_one_can_ask_again(world: World) -> None:
    ask(world)
    world.work()
    stopped = errand(world)
    world.join_many(4)
    ask(world)
    world.work()
    assert (stopped and stopped.trouble, version(world)) == ("Nobody is in the pot, and a round needs two", 1)


def test_what_a_dead_worker_left_is_begun_again_in_time(world: World) -> None:
    world.join_many(4)
    ask(world)
    with world.write() as session:
        session.get_one(Errand, 1).begun_at = world.now
    world.work()
    before = version(world)
    world.clock.turn(seconds=jobs.PATIENCE.total_seconds() + timedelta(seconds=1).total_seconds())
    world.work()
    assert (before, version(world)) == (None, 1)


def test_the_page_says_how_far_it_is_and_offers_no_second_draw(world: World) -> None:
    world.join_many(4)
    ask(world)
    page = world.organiser().open("/organise/councils/rounds")
    assert "Drawing a round for 4 people, 0 per cent: waiting for a worker" in page.text
    assert "Draw a round" not in page.buttons


# The digest of a round


def ask_for_digest(world: World) -> bool:
    with world.write() as session:
        found = digests.ready(session, world.programme(session), now=world.now)
        assert found
        return jobs.ask_for_digest(session, world.programme(session), found, by=BY, now=world.now)


@pytest.mark.usefixtures("both_databases")
def test_a_digest_broken_off_in_the_middle_still_reaches_everybody_once(world: World) -> None:
    people = world.join_many(4)
    world.round()
    world.clock.turn(days=40)
    with world.write() as session:
        digests.send_some(session, world.programme(session), 1, now=world.now, most=1)
    ask_for_digest(world)
    world.work()
    addresses = sorted(world.person(one).email or "" for one in people)
    assert sorted(one.to for one in world.inbox(kind="digest")) == addresses
    assert errand(world) is None


def test_the_page_says_in_per_cent_how_far_a_digest_is(world: World) -> None:
    world.join_many(4)
    world.round()
    world.clock.turn(days=40)
    ask_for_digest(world)
    with world.write() as session:
        session.get_one(Errand, 1).done = 1
    page = world.organiser().open("/organise/councils/rounds").text
    assert "Sending the digest of round 1 to 4 people, 25 per cent" in page


def test_one_thing_is_done_for_a_programme_at_a_time(world: World) -> None:
    world.join_many(4)
    world.round()
    world.clock.turn(days=40)
    ask(world)
    assert not ask_for_digest(world)


@pytest.mark.parametrize(("many", "said"), [(3, True), (100, False)])
def test_whoever_draws_meanwhile_reads_that_nothing_was_drawn(
    world: World, monkeypatch: pytest.MonkeyPatch, many: int, said: bool
) -> None:
    monkeypatch.setattr(jobs, "LARGE", many)
    world.join_many(4)
    world.round()
    world.clock.turn(days=40)
    page = world.organiser().open("/organise/councils/rounds")
    assert ask_for_digest(world)
    page.press("Draw a round")
    assert ("Nothing was drawn: something else is being done" in page.text) is said
