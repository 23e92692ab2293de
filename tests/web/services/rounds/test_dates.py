"""The days of a round: in an order that makes sense, and movable while it runs."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.support.world import World
from web.models import Answer
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.rounds import dates, rounds
from web.services.rounds.introductions import Window

# A round sent on 1 December 2026: nudge on the 6th, cut-off on the 8th, questions on the 15th and 19th, end
# on the 22nd.


@pytest.fixture
def running(world: World) -> World:
    world.join_many(2)
    world.round()
    return world


def move(world: World, **days: date) -> int:
    with world.write() as session:
        programme = world.programme(session)
        round_ = rounds.by_number(session, programme, 1)
        window = replace(Window.of_round(round_), **days)
        return dates.move(session, programme, round_, window, by="a test", now=world.now)


def heard(world: World, kind: str, until: int) -> dict[int, int]:
    """How many messages of a kind went out on which day of December, looking every morning."""
    found: Counter[int] = Counter()
    for day in range(2, until + 1):
        world.clock.now = datetime(2026, 12, day, 9, tzinfo=world.now.tzinfo)
        before = len(world.inbox(kind=kind))
        world.work()
        found[day] += len(world.inbox(kind=kind)) - before
    return {day: count for day, count in found.items() if count}


def test_who_writes_first_is_reminded_once(running: World) -> None:
    assert heard(running, "nudge", 31) == {6: 1}


@pytest.mark.parametrize(
    ("answer", "nudged"), [(Answer.MET, 0), (Answer.BOOKED, 0), (Answer.NOT_YET, 1), (Answer.NO_REPLY, 1)]
)
def test_a_date_either_of_them_reports_spares_the_reminder(
    running: World, answer: Answer, nudged: int
) -> None:
    with running.write() as session:
        for person in running.groups()[0]:
            talk = conversations.conversation(session, 1, person)
            if not talk.reader_moves_first:
                conversations.check_in(session, talk, Said(answer), now=running.now)
    assert heard(running, "nudge", 10) == ({6: 1} if nudged else {})


def test_who_says_themselves_that_they_cannot_is_not_reminded(running: World) -> None:
    with running.write() as session:
        for person in running.groups()[0]:
            talk = conversations.conversation(session, 1, person)
            if talk.reader_moves_first:
                conversations.check_in(session, talk, Said(Answer.COULD_NOT), now=running.now)
    assert heard(running, "nudge", 10) == {}


@pytest.mark.usefixtures("both_databases")
def test_what_is_unsent_moves_with_its_day_and_goes_once(running: World) -> None:
    moved = move(running, check_in_on=date(2026, 12, 17), ask_again_on=date(2026, 12, 20))
    assert (moved >= 4, heard(running, "check_in", 31)) == (True, {17: 2, 20: 2})


def test_a_nudge_moves_and_says_the_new_end(running: World) -> None:
    move(running, nudge_on=date(2026, 12, 9), ends_on=date(2026, 12, 30))
    assert heard(running, "nudge", 12) == {9: 1}
    text = running.inbox(kind="nudge")[0].text
    assert "up to Wednesday 30 December" in text


def test_a_nudge_has_the_way_out_until_the_cut_off(running: World) -> None:
    heard(running, "nudge", 6)
    letter = running.inbox(kind="nudge")[0]
    door = letter.text.split("I can’t make this round:")[1].split()[0]
    assert running.visitor().open(door).status == 200


def test_the_door_to_a_question_put_off_for_long_stays_open(running: World) -> None:
    move(running, check_in_on=date(2027, 2, 1), ask_again_on=date(2027, 2, 5), ends_on=date(2027, 2, 9))
    running.clock.now = datetime(2027, 2, 5, 9, tzinfo=running.now.tzinfo)
    running.work()
    letter = running.inbox(kind="check_in")[0]
    assert running.visitor().open(running.link_in(letter, "/checkin/")).status == 200


def test_what_was_asked_already_is_not_asked_anew(running: World) -> None:
    heard(running, "check_in", 15)
    with pytest.raises(dates.BadDates) as refused:
        move(running, check_in_on=date(2026, 12, 18))
    assert refused.value.mistakes == {"check_in_on": dates.OVER}


@pytest.mark.parametrize(
    "days",
    [
        {"check_in_on": date(2026, 12, 23), "ask_again_on": date(2026, 12, 24)},
        {"ask_again_on": date(2026, 12, 14)},
        {"cut_off_on": date(2026, 12, 16)},
        {"ends_on": date(2026, 11, 30)},
        {"nudge_on": date(2026, 12, 1)},
    ],
)
def test_days_in_no_order_are_refused(running: World, days: dict[str, date]) -> None:
    before = running.dump()
    with pytest.raises(dates.BadDates):
        move(running, **days)
    assert running.dump() == before
