"""A participant's own page: skip, pause, rest, say when they are free, leave, come back."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Membership, Person, Standing
from web.services.common import times
from web.services.people import participation
from web.services.people.participation import BadPause
from web.services.rounds import pots

PHONE = "+447700900111"


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", email="amina@example.org")


def mine(session: Session, person: str) -> Membership:
    return session.get_one(Membership, (1, person))


def act(world: World, person: str, step: str, *values: object) -> None:
    with world.write() as session:
        getattr(participation, step)(session, mine(session, person), *values, now=world.now)


def page(world: World, person: str, *, full: bool = False) -> Visitor:
    return world.visitor().open(world.page_of(person, full=full))


def in_the_pot(world: World) -> list[str]:
    with world.read() as session:
        return list(pots.gather(session, world.programme(session), times.today(world.now)).people)


# Skip and pause


@pytest.mark.usefixtures("both_databases")
def test_who_skips_is_not_in_the_pot(world: World, amina: str) -> None:
    page(world, amina).press("Skip the next round")
    assert in_the_pot(world) == []


def test_who_skipped_a_round_is_in_again_after_it(world: World, amina: str) -> None:
    world.join_many(4)
    act(world, amina, "skip_next", True)
    world.round()
    assert amina in in_the_pot(world)


def test_who_skips_and_thinks_again_is_in(world: World, amina: str) -> None:
    page(world, amina).press("Skip the next round").press("I am in again")
    assert in_the_pot(world) == [amina]


@pytest.mark.usefixtures("both_databases")
def test_who_is_paused_is_in_again_on_the_day_they_named(world: World, amina: str) -> None:
    act(world, amina, "pause", date(2026, 12, 10))
    found = []
    for day in (9, 10):
        world.clock.now = datetime(2026, 12, day, 12, tzinfo=UTC)
        found.append(in_the_pot(world) == [amina])
    assert found == [False, True]


@pytest.mark.parametrize("until", [date(2026, 11, 30), date(2026, 12, 1), date(2029, 1, 1), date.max])
def test_a_pause_must_end_between_tomorrow_and_two_years(world: World, amina: str, until: date) -> None:
    with pytest.raises(BadPause):
        act(world, amina, "pause", until)


def test_tomorrow_is_tomorrow_in_london(world: World, amina: str) -> None:
    world.clock.now = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July
    with pytest.raises(BadPause):
        act(world, amina, "pause", date(2027, 7, 1))


@pytest.mark.parametrize(
    "day", ["31 2 2027", "", "x y z", "1 1 99999", "0 0 0", "² 1 2027", "1 1 2026", "7 1 2029"]
)
def test_a_day_that_is_none_is_asked_for_again(world: World, amina: str, day: str) -> None:
    assert page(world, amina).press("Pause until that day", until=day.split()).status == 422


def test_pausing_says_until_when(world: World, amina: str) -> None:
    visitor = page(world, amina).press("Pause until that day", until=["7", "1", "2027"])
    assert "7 January 2027" in visitor.text


def test_who_is_paused_may_come_back_at_once(world: World, amina: str) -> None:
    page(world, amina).press("Pause until that day", until=["7", "1", "2027"]).press("I am in again")
    assert in_the_pot(world) == [amina]


# How often, and when


def test_how_often_is_one_choice_away(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina) + "/councils/how-often")
    visitor.press("Save how often", every="3")
    assert "You take part in every third round" in visitor.text


def test_who_rests_is_told_that_the_next_round_is_without_them(world: World, amina: str) -> None:
    world.join()
    world.visitor().open(world.page_of(amina) + "/councils/how-often").press("Save how often", every="2")
    world.round()
    assert "so the next one is without you" in page(world, amina).text


def test_who_rests_and_comes_back_from_a_skip_is_promised_no_round(world: World, amina: str) -> None:
    world.join()
    world.round()
    act(world, amina, "set_how_often", 2)
    act(world, amina, "skip_next", True)
    said = page(world, amina).press("I am in again").text
    assert ("Welcome back" in said, "You are in the next round" in said) == (True, False)


@pytest.mark.parametrize(("until", "is_in"), [(date(2026, 12, 8), True), (date(2026, 12, 9), False)])
def test_a_pause_that_ends_before_the_next_round_keeps_nobody_out(
    world: World, amina: str, until: date, is_in: bool
) -> None:
    act(world, amina, "pause", until)
    world.change(next_round_on=date(2026, 12, 8))
    assert is_in_next(world, amina) == is_in


def test_whom_we_cannot_reach_is_in_no_next_round(world: World, amina: str) -> None:
    with world.write() as session:
        session.get_one(Person, amina).unreachable = "you sent STOP"
    assert not is_in_next(world, amina)


def is_in_next(world: World, person: str) -> bool:
    with world.read() as session:
        return participation.is_in_next(session, mine(session, person), times.today(world.now))


def test_how_often_in_one_programme_says_nothing_about_another(world: World, amina: str) -> None:
    world.start("charities", "Charities Unmentoring")
    world.clock.turn(hours=2)
    world.join("Amina Yusuf", email="amina@example.org", slug="charities")
    act(world, amina, "set_how_often", 3)
    assert world.membership(amina, "charities").every == 1


def test_when_somebody_is_free_is_kept_as_they_ticked_it(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina) + "/free-times")
    visitor.press("Save my times", blocks=["lunchtimes", "evenings"])
    assert "Weekday lunchtimes and weekday evenings" in visitor.text


def test_ticking_no_time_is_no_wish(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina) + "/free-times")
    visitor.press("Save my times", blocks=["mornings"])
    visitor.open(world.page_of(amina) + "/free-times").press("Save my times", blocks=False)
    assert world.person(amina).availability == []


@pytest.mark.parametrize(
    ("door", "field", "value"),
    [
        ("free-times", "blocks", "nights"),
        ("councils/how-often", "every", "0"),
        ("councils/how-often", "every", "x"),
    ],
)
def test_what_is_not_on_the_list_is_asked_for_again(
    world: World, amina: str, door: str, field: str, value: str
) -> None:
    address = f"{world.page_of(amina)}/{door}"
    visitor = world.visitor()
    token = visitor.token(address)
    assert visitor.post(address, {field: value, "csrf_token": token}).status_code == 422


# Leave and come back


@pytest.mark.usefixtures("both_databases")
def test_who_leaves_is_in_no_pot_and_hears_so_once(world: World, amina: str) -> None:
    act(world, amina, "leave")
    act(world, amina, "leave")
    world.work()
    assert (in_the_pot(world), len(world.inbox(kind="left"))) == ([], 1)


def test_who_left_comes_back_with_one_button(world: World, amina: str) -> None:
    act(world, amina, "leave")
    page(world, amina).press("Join again")
    assert in_the_pot(world) == [amina]


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.INVITED])
def test_leaving_and_coming_back_is_no_way_around(world: World, amina: str, standing: Standing) -> None:
    with world.write() as session:
        mine(session, amina).standing = standing
    act(world, amina, "leave")
    act(world, amina, "resume")
    assert world.membership(amina).standing is standing


@pytest.mark.parametrize("standing", [Standing.LEFT, Standing.SUSPENDED])
@pytest.mark.parametrize(
    ("button", "fields"),
    [("Skip the next round", {}), ("Pause until that day", {"until": ["8", "12", "2026"]})],
)
def test_a_page_from_before_somebody_was_out_skips_and_pauses_nothing(
    world: World, amina: str, standing: Standing, button: str, fields: dict[str, list[str]]
) -> None:
    old = page(world, amina)
    with world.write() as session:
        mine(session, amina).standing = standing
    said = old.press(button, **fields).text
    row = world.membership(amina)
    assert ("nothing has changed" in said, row.skips_next, row.paused_until) == (True, False, None)


@pytest.mark.parametrize("path", ["", "/councils/leave"])
def test_whoever_is_suspended_hears_of_no_other_standing(world: World, amina: str, path: str) -> None:
    act(world, amina, "skip_next", True)
    old = world.visitor().open(world.page_of(amina) + path)
    with world.write() as session:
        mine(session, amina).standing = Standing.SUSPENDED
    said = old.press("Leave Councils Unmentoring" if path else "I am in again").text
    assert ("You have left" in said, "Welcome back" in said) == (False, False)


def test_leaving_one_programme_leaves_the_other_alone(world: World, amina: str) -> None:
    world.start("charities", "Charities Unmentoring")
    world.clock.turn(hours=2)
    world.join("Amina Yusuf", email="amina@example.org", slug="charities")
    act(world, amina, "leave")
    assert world.membership(amina, "charities").standing is Standing.ACTIVE
