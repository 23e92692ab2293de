"""What whoever joins while a round goes on is promised, and which round looks for somebody for them."""

from datetime import date

import pytest

from tests.support.world import World
from web.models import Person
from web.services.common import times
from web.services.evidence import counting
from web.services.people import data_export
from web.services.rounds import dropouts, rounds, top_ups


def test_who_joins_while_a_round_goes_on_knows_when_we_look(world: World) -> None:
    world.join_many(2)
    world.round()
    world.join(email="late@example.org")
    assert "we introduce you on Wednesday 9 December" in world.letter("late@example.org", "welcome").text


PROMISE = "If there is somebody in it for you, we introduce you on Wednesday 9 December; otherwise"


def promised(world: World, person: str) -> bool:
    return PROMISE in world.visitor().open(world.page_of(person)).text


def test_the_page_of_who_joins_while_a_round_goes_on_says_so_too(world: World) -> None:
    introduced, _ = world.join_many(2)
    world.round()
    assert (promised(world, world.join()), promised(world, introduced)) == (True, False)


def test_in_a_break_the_page_promises_no_day(world: World) -> None:
    world.join_many(2)
    world.round()
    late = world.join()
    world.pause()
    assert not promised(world, late)
    world.go_on()
    assert promised(world, late)


def test_once_we_have_looked_the_page_promises_nothing_more(world: World) -> None:
    world.join_many(2)
    world.round()
    late = world.join()
    world.clock.turn(days=8)
    world.worker.sweep()
    assert not promised(world, late)


def test_who_joined_between_the_draw_and_its_sending_is_told_and_promised(world: World) -> None:
    world.join_many(2)
    number = world.draw()
    late = world.join(email="late@example.org")
    world.send(number)
    assert (world.letter("late@example.org").kind, promised(world, late)) == ("not_this_time", True)


def late_between_two_rounds(world: World) -> str:
    """A weekly programme: who joins after the first round is in the second, which begins before the first has
    its top-up.
    """
    world.join_many(4)
    world.round()
    late = world.join(email="late@example.org")
    world.clock.turn(days=7)
    world.round()
    return late


@pytest.mark.usefixtures("both_databases")
def test_who_was_in_the_round_after_it_came_late_to_none(world: World) -> None:
    late_between_two_rounds(world)
    world.clock.turn(days=1)
    world.worker.sweep()
    assert world.inbox("late@example.org")[0].kind == "introduction"


def test_whose_partner_went_still_waits_when_the_next_round_has_begun(world: World) -> None:
    late_between_two_rounds(world)
    gone = world.groups()[0][0]
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(gone), gone, now=world.now)
    with world.read() as session:
        programme, today = world.programme(session), times.today(world.now)
        first = rounds.by_number(session, programme, 1)
        assert top_ups.waiting(session, programme, first, today) == 1


@pytest.mark.parametrize(
    ("next_round", "is_promised"), [(date(2026, 12, 9), False), (date(2026, 12, 10), True)]
)
def test_nobody_is_promised_a_top_up_that_comes_after_the_next_round(
    world: World, next_round: date, is_promised: bool
) -> None:
    world.join_many(2)
    world.round()
    world.change(next_round_on=next_round)
    late = world.join(email="late@example.org")
    welcome = world.letter("late@example.org", "welcome").text
    assert ("A round is under way" in welcome, promised(world, late)) == (is_promised, is_promised)


@pytest.mark.usefixtures("both_databases")
def test_whoever_the_top_up_found_somebody_for_is_not_left_out_of_the_round(world: World) -> None:
    """They stood twice in the pot, in the list of who was left out, and in their own file as nobody's."""
    world.join_many(4)
    number = world.draw()
    late = world.join()
    world.send(number)
    gone = world.groups()[0][0]
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(gone), gone, now=world.now)
    world.clock.turn(days=8)
    world.worker.sweep()
    with world.read() as session:
        programme = world.programme(session)
        counted = counting.count(session, programme, now=world.now).rounds[0]
        mine = data_export.everything(session, session.get_one(Person, late))
    assert len(world.partners_of(late)) == 1
    assert (counted.pot, counted.introduced) == (4, 4)
    assert mine["rounds without you"] == []


def test_whoever_waited_in_vain_was_in_the_pot(world: World) -> None:
    """Left alone in time, or come late, they are told that there is nobody; they were in no number."""
    stays, gone = world.join_many(2)
    world.round()
    with world.write() as session:
        dropouts.cannot_make_it(session, 1, gone, now=world.now)
    world.clock.turn(days=8)
    world.worker.sweep()
    with world.read() as session:
        counted = counting.count(session, world.programme(session), now=world.now).rounds[0]
        mine = data_export.everything(session, session.get_one(Person, stays))
    assert (counted.pot, counted.introduced) == (1, 0)
    assert [row["why"] for row in mine["rounds without you"]] == ["nobody could be found for you"]
