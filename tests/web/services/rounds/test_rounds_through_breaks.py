"""A round that runs into a break of its programme: people are asked afterwards whether they met, and once."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from tests.support.world import World
from web.models import GroupMember, Membership, Round
from web.services.common import times
from web.services.people import inactivity, participation
from web.services.rounds import dropouts, rounds

BY = "organiser"

# A round sent on 1 December 2026: questions on the 15th and 19th, end on the 22nd.


@pytest.fixture
def running(world: World) -> World:
    world.join_many(2)
    world.round()
    return world


def on(world: World, day: int, hour: int = 10) -> None:
    """Every morning until that day of December (the 32nd is New Year's Day), our sweeps as ever."""
    while True:
        tomorrow = times.today(world.now) + timedelta(days=1)
        if tomorrow > date(2026, 12, 1) + timedelta(days=day - 1):
            break
        world.clock.now = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 10, tzinfo=world.now.tzinfo)
        world.worker.sweep()
    world.clock.now = world.now.replace(hour=hour)


def go_on(world: World) -> None:
    world.go_on()
    world.worker.sweep()


def asked(world: World) -> dict[str, int]:
    """How many were asked whether they met, by day."""
    return dict(Counter(f"{letter.sent_at:%d %b}" for letter in reversed(world.inbox(kind="check_in"))))


def days(world: World) -> tuple[date | None, ...]:
    with world.read() as session:
        found: Round = rounds.by_number(session, world.programme(session), 1)
        return found.check_in_on, found.ask_again_on, found.ends_on


@pytest.mark.usefixtures("both_databases")
def test_who_was_to_be_asked_in_a_break_is_asked_after_it_and_once_more(running: World) -> None:
    on(running, 12)
    running.pause()
    on(running, 35)
    go_on(running)
    on(running, 60)
    # Three days were left, and are left after it.
    assert asked(running) == {"07 Jan": 2, "11 Jan": 2}
    assert days(running) == (date(2027, 1, 7), date(2027, 1, 11), date(2027, 1, 14))


def test_who_was_asked_before_it_is_asked_once_more_after_it(running: World) -> None:
    on(running, 15)
    running.pause()
    on(running, 35)
    go_on(running)
    on(running, 60)
    assert asked(running) == {"15 Dec": 2, "08 Jan": 2}
    assert days(running) == (date(2026, 12, 15), date(2027, 1, 8), date(2027, 1, 11))


def test_a_break_between_two_questions_moves_nothing(running: World) -> None:
    on(running, 15)
    running.pause()
    on(running, 18)
    go_on(running)
    on(running, 30)
    assert asked(running) == {"15 Dec": 2, "19 Dec": 2}
    assert days(running) == (date(2026, 12, 15), date(2026, 12, 19), date(2026, 12, 22))


def test_the_door_stays_open_as_long_as_after_any_question(running: World) -> None:
    on(running, 12)
    running.pause()
    on(running, 90)
    go_on(running)
    on(running, 93)
    letter = running.inbox(kind="check_in")[0]
    running.clock.turn(days=29)
    assert running.visitor().open(running.link_in(letter, "/checkin/")).status == 200


def test_who_is_asked_after_a_break_has_time_to_answer(running: World) -> None:
    """Two rounds in silence pause somebody; a round that ran into a break is no such one before its end."""
    on(running, 31)
    running.round()
    on(running, 40)
    running.pause()
    on(running, 70)
    go_on(running)
    on(running, 78)
    assert running.inbox(kind="paused") == []


def test_whoever_finds_somebody_after_a_break_has_time_to_meet(world: World) -> None:
    world.join_many(4)
    world.round()
    with world.write() as session:
        for number, (gone, _) in enumerate(world.groups(), 1):
            dropouts.cannot_make_it(session, number, gone, now=world.now)
    on(world, 5)
    world.pause()
    on(world, 17)
    go_on(world)
    on(world, 26)
    assert (len(world.inbox(kind="introduction")), asked(world)) == (6, {})
    on(world, 27)
    assert asked(world) == {"27 Dec": 2}


def test_where_a_break_turns_into_the_end_they_are_asked_until_then(running: World) -> None:
    on(running, 12)
    running.pause()
    on(running, 35)
    last = running.announce_the_end()
    running.work()
    on(running, 41)
    assert asked(running) == {"07 Jan": 2, "10 Jan": 2}
    assert days(running)[2] == last == date(2027, 1, 11)


@pytest.fixture
def unheard(world: World) -> World:
    """Sent in the evening, and the programme paused before the introductions have gone out."""
    world.join_many(2)
    world.send(world.draw())
    world.pause()
    return world


@pytest.mark.usefixtures("both_databases")
def test_whoever_was_to_be_introduced_in_a_break_is_introduced_after_it(unheard: World) -> None:
    on(unheard, 60)
    assert unheard.inbox(kind="introduction") == []
    go_on(unheard)
    letters = unheard.inbox(kind="introduction")
    assert len(letters) == 2
    assert all("19 February" in letter.text for letter in letters)  # three weeks, as ever
    assert all("How about" in letter.text and "December" not in letter.text for letter in letters)


def test_a_round_nobody_had_heard_of_has_all_its_days_after_the_break(unheard: World) -> None:
    on(unheard, 60)
    go_on(unheard)
    on(unheard, 90)
    reminded = [f"{letter.sent_at:%d %b}" for letter in unheard.inbox(kind="nudge")]
    assert (reminded, asked(unheard)) == (["03 Feb"], {"12 Feb": 2, "16 Feb": 2})


def leave(world: World, person: str) -> None:
    with world.write() as session:
        membership = session.get_one(Membership, (world.programme(session).id, person))
        participation.leave(session, membership, now=world.now)


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("day", [3, 40])
def test_nobody_is_introduced_to_whoever_left_in_the_break(world: World, day: int) -> None:
    world.join_many(4)
    world.send(world.draw())
    world.pause()
    gone, stays = world.groups()[0]
    on(world, day)
    leave(world, gone)
    on(world, 60)
    go_on(world)
    assert world.inbox(world.person(stays).email, "introduction") == []
    assert "by Saturday 6 February" in world.inbox(world.person(stays).email, "partner_gone")[0].text
    with world.read() as session:
        counts = {one.person_id: one.counts for one in session.exec(select(GroupMember))}
    assert (counts[gone], counts[stays], sum(counts.values())) == (False, False, 2)


def test_whoever_has_no_partner_hears_so_after_a_break_too(world: World) -> None:
    """With the day of the next round as it is by then."""
    world.join_many(2)
    number = world.draw()
    world.join(email="late@example.org")
    world.send(number)
    world.change(next_round_on=date(2026, 12, 20))
    world.pause()
    on(world, 30)
    world.change(next_round_on=date(2027, 1, 19))
    go_on(world)
    letter = world.inbox("late@example.org", "not_this_time")[0]
    assert "Tuesday 19 January" in letter.text


@pytest.mark.parametrize("is_back", [False, True])
def test_whoever_is_paused_for_silence_hears_so_after_a_break_too(running: World, is_back: bool) -> None:
    """Unless they came back in it."""
    on(running, 22)
    running.round()
    running.clock.turn(days=14)
    running.worker.sweep()
    running.work()
    running.clock.turn(days=7)
    running.clock.now = running.now.replace(hour=22)
    with running.write() as session:
        quiet = inactivity.pause(session, 1, now=running.now + timedelta(days=1))
    running.pause()
    assert quiet == 2
    if is_back:
        for person in running.groups()[0]:
            with running.write() as session:
                participation.resume(session, session.get_one(Membership, (1, person)), now=running.now)
    on(running, 80)
    go_on(running)
    assert len(running.inbox(kind="paused")) == (0 if is_back else 2)


def test_where_a_break_turns_into_the_end_nobody_is_promised_a_next_round(world: World) -> None:
    world.join_many(2)
    number = world.draw()
    world.join(email="late@example.org")
    world.send(number)
    world.pause()
    world.announce_the_end()
    world.work()
    assert world.inbox("late@example.org", "not_this_time") == []


@pytest.mark.parametrize("day", [4, 40])
def test_where_a_break_turns_into_the_end_people_are_still_introduced(unheard: World, day: int) -> None:
    on(unheard, day)
    last = unheard.announce_the_end()
    unheard.work()
    letters = unheard.inbox(kind="introduction")
    assert [f"up to {last:%A} {last.day} {last:%B}" in letter.text for letter in letters] == [True, True]
    on(unheard, (last - date(2026, 12, 1)).days)
    assert sum(asked(unheard).values()) == 4


def test_what_is_in_an_introduction_opens_after_a_long_break(unheard: World) -> None:
    """Doors to a conversation are shut after 90 days: they were, before anybody had the letter."""
    unheard.clock.turn(days=91)
    go_on(unheard)
    unheard.clock.turn(days=6)
    unheard.work()
    for kind, doors in (("introduction", ("/conversation/", "/checkin/")), ("nudge", ("/conversation/",))):
        letter = unheard.inbox(kind=kind)[0]
        assert [unheard.visitor().open(unheard.link_in(letter, door)).status for door in doors] == [
            200 for _ in doors
        ]


@pytest.mark.parametrize("day", [3, 40])
def test_nobody_is_introduced_to_whoever_erased_themselves_in_the_break(world: World, day: int) -> None:
    world.join_many(4)
    world.send(world.draw())
    world.pause()
    gone, stays = world.groups()[0]
    name, email = world.person(gone).name, world.person(stays).email
    on(world, day)
    world.erase(gone)
    on(world, 60)
    go_on(world)
    told = world.inbox(email)
    assert [letter.kind for letter in told[:1]] == ["partner_gone"]
    assert not any(name in letter.text for letter in told)
    assert len(world.inbox(kind="introduction")) == 2
