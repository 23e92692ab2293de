"""An organiser's first page: what needs them, what happens next, how the last round went."""

from datetime import date, timedelta

from tests.support.world import World
from web.models import Person
from web.services import dashboards
from web.services.dashboards import Board


def board(world: World, *, may_organise: bool = True) -> Board:
    with world.read() as session:
        return dashboards.of_programme(
            session, world.programme(session), now=world.now, may_organise=may_organise
        )


def test_the_days_of_a_running_round_and_the_next_one_come_in_order(world: World) -> None:
    world.join_many(4)
    world.round()
    world.change(next_round_on=date(2026, 12, 7))
    coming = board(world).coming
    assert [each.what for each in coming][:2] == ["Who writes first is reminded", "The next round begins"]
    assert [each.on for each in coming] == sorted(each.on for each in coming)


def test_days_that_are_over_are_not_said(world: World) -> None:
    world.join_many(4)
    world.round()
    world.clock.turn(days=60)
    assert board(world).coming == []


def test_somebody_we_cannot_reach_needs_an_organiser(world: World) -> None:
    silent = world.join()
    with world.write() as session:
        session.get_one(Person, silent).unreachable = "the address bounced"
    waiting = board(world).waiting
    assert [(each.what, each.page) for each in waiting] == [
        ("1 person we cannot reach", "people?showing=unreachable")
    ]


def test_an_agreement_that_is_due_for_a_review_is_said(world: World) -> None:
    world.change(agreement_review_on=world.now.date() - timedelta(days=1))
    assert [each.what for each in board(world).waiting] == ["How you match is due for a review"]


def test_who_only_looks_is_asked_for_nothing(world: World) -> None:
    world.change(agreement_review_on=world.now.date())
    assert board(world, may_organise=False).waiting == []


def test_who_filled_in_the_form_and_did_not_confirm_is_counted(world: World) -> None:
    world.join()
    world.ask(world.details(email="late@example.org"))
    world.work()
    assert board(world).unconfirmed == 1


def test_the_last_round_is_told_in_people(world: World) -> None:
    world.join_many(5)
    world.round()
    last = board(world).last
    assert last
    assert (last.groups, last.people, last.answered, last.met) == (2, 5, 0, 0)


def test_a_programme_of_one_person_is_told_what_to_do(world: World) -> None:
    world.join()
    page = world.organiser()
    assert "One person is in so far; a round needs two." in page.text
    assert not [button for button in page.buttons if button.startswith("Draw")]
