"""When half an hour may begin, and which times we suggest."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import icalendar
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.world import World
from web.models import Block
from web.services.common.times import (
    HOURS,
    LONDON,
    STARTS,
    shared_hours,
    suggest,
    suggestable_days,
    working_days,
)

MORNINGS, EVENINGS = [Block.MORNINGS.value], [Block.EVENINGS.value]


@pytest.mark.parametrize("group", [[], [[], []]])
def test_who_has_not_said_is_free_in_office_hours(group: list[list[str]]) -> None:
    assert shared_hours(group) == HOURS


def test_who_has_not_said_goes_along_with_who_has() -> None:
    assert shared_hours([[], EVENINGS]) == STARTS[Block.EVENINGS]


def test_everybody_s_wish_counts() -> None:
    assert shared_hours([MORNINGS + EVENINGS, EVENINGS, [*EVENINGS, Block.LUNCHTIMES.value]]) == (
        time(18),
        time(19),
        time(20),
    )


def test_two_who_share_no_part_of_the_week_share_no_hour() -> None:
    assert shared_hours([MORNINGS, EVENINGS]) == ()


# What we suggest

STARTS_ON = st.dates(date(2026, 1, 1), date(2028, 6, 1))


@given(STARTS_ON, st.integers(14, 42), st.integers(0, 99))
def test_times_are_on_working_days_of_the_window_and_in_order(first: date, days: int, seed: int) -> None:
    last = first + timedelta(days=days)
    slots = suggest(suggestable_days(first, last), HOURS, np.random.default_rng(seed))
    there = [slot.start.astimezone(LONDON) for slot in slots]
    assert {moment.date() for moment in there} <= set(working_days(first + timedelta(days=1), last))
    assert {moment.time() for moment in there} <= set(HOURS)
    assert all(one < other for one, other in pairwise(there))


@given(STARTS_ON, st.integers(0, 99))
def test_there_are_three_in_three_weeks_and_none_too_soon(first: date, seed: int) -> None:
    slots = suggest(suggestable_days(first, first + timedelta(days=21)), HOURS, np.random.default_rng(seed))
    soonest = slots[0].start.astimezone(LONDON).date()
    assert (len(slots), soonest >= first + timedelta(days=3)) == (3, True)


@given(STARTS_ON, st.integers(0, 99))
def test_the_hours_of_three_times_differ(first: date, seed: int) -> None:
    days = suggestable_days(first, first + timedelta(days=21))
    slots = suggest(days, HOURS, np.random.default_rng(seed))
    assert len({slot.start.astimezone(LONDON).time() for slot in slots}) == 3


def test_no_shared_hour_is_no_suggestion() -> None:
    days = suggestable_days(date(2026, 12, 1), date(2026, 12, 22))
    assert suggest(days, (), np.random.default_rng(1)) == ()


def test_a_window_of_a_few_days_still_has_a_time() -> None:
    days = suggestable_days(date(2026, 12, 1), date(2026, 12, 3))
    assert days == [date(2026, 12, 2), date(2026, 12, 3)]


@pytest.mark.parametrize("day", [date(2026, 12, 25), date(2026, 12, 28), date(2027, 3, 17), date(2027, 8, 2)])
def test_a_bank_holiday_anywhere_in_the_country_is_no_working_day(day: date) -> None:
    assert working_days(day, day) == []


# The two nights on which clocks change: 25 October 2026 and 28 March 2027


@pytest.mark.parametrize(
    ("sent", "utc_at_noon"),
    [
        (datetime(2026, 10, 23, 9, tzinfo=UTC), 12),  # talked about in winter, sent in summer
        (datetime(2026, 10, 9, 9, tzinfo=UTC), None),  # a window with days on both sides
        (datetime(2027, 3, 26, 9, tzinfo=UTC), 11),
        (datetime(2027, 3, 12, 9, tzinfo=UTC), None),
    ],
)
def test_around_both_clock_changes_every_time_is_right_to_the_minute(
    world: World, sent: datetime, utc_at_noon: int | None
) -> None:
    world.clock.now = sent
    people = world.join_many(2)
    with world.write() as session:
        for person in people:
            session.merge(world.person(person)).availability = [Block.LUNCHTIMES.value]
    world.round()
    letter = world.letter("person-001@example.org", "introduction")
    event = icalendar.Calendar.from_ical(letter.calendar or b"").walk("VEVENT")[0]
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    there = start.astimezone(LONDON)
    assert (there.time() in STARTS[Block.LUNCHTIMES], end - start) == (True, timedelta(minutes=30))
    assert f"{there:%A} {there.day} {there:%B} at {there:%H:%M}" in letter.text
    if utc_at_noon:
        assert start.hour - there.hour == utc_at_noon - 12
