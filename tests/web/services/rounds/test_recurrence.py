"""The days on which rounds begin: rhythms, holidays, days off."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from web.models import Region, Rhythm, Schedule
from web.services.rounds import recurrence


def schedule(kind: Rhythm, first: date, **other: object) -> Schedule:
    return Schedule(programme_id=1, rhythm=kind, first_on=first, **other)


def days(made: Schedule, after: date, count: int) -> list[str]:
    found = []
    while len(found) < count and (after := recurrence.following(made, after) or date.min) != date.min:
        found.append(f"{after:%a %-d %b}")
    return found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Rhythm.WEEKLY, ["Tue 8 Sep", "Tue 15 Sep", "Tue 22 Sep"]),
        (Rhythm.FORTNIGHTLY, ["Tue 8 Sep", "Tue 22 Sep", "Tue 6 Oct"]),
        (Rhythm.MONTHLY, ["Tue 8 Sep", "Tue 13 Oct", "Tue 10 Nov"]),
        (Rhythm.QUARTERLY, ["Tue 8 Sep", "Tue 8 Dec", "Tue 9 Mar"]),
    ],
)
def test_a_rhythm_keeps_its_day(kind: Rhythm, expected: list[str]) -> None:
    assert days(schedule(kind, date(2026, 9, 8)), date(2026, 9, 1), 3) == expected


def test_the_fifth_of_a_weekday_means_the_last() -> None:
    made = schedule(Rhythm.MONTHLY, date(2026, 9, 29))
    assert days(made, date(2026, 9, 1), 3) == ["Tue 29 Sep", "Tue 27 Oct", "Tue 24 Nov"]


def test_given_dates_come_in_order_and_end() -> None:
    made = Schedule(programme_id=1, rhythm=Rhythm.DATES, dates=["2026-11-03", "2026-09-08"])  # type: ignore[call-arg]
    assert days(made, date(2026, 9, 1), 9) == ["Tue 8 Sep", "Tue 3 Nov"]


def test_a_day_that_others_are_moved_beyond_takes_place_before_them() -> None:
    off = [["2027-02-16", "2027-02-19"]]
    given = ["2027-02-16", "2027-02-18", "2027-02-20"]
    made = Schedule(programme_id=1, rhythm=Rhythm.DATES, dates=given, days_off=off)  # type: ignore[call-arg]
    assert days(made, date(2027, 2, 1), 9) == ["Sat 20 Feb", "Mon 22 Feb"]


def test_a_bank_holiday_gives_way_to_the_next_working_day() -> None:
    made = schedule(Rhythm.WEEKLY, date(2026, 12, 21))
    assert days(made, date(2026, 12, 21), 2) == ["Tue 29 Dec", "Mon 4 Jan"]


@pytest.mark.parametrize(
    ("region", "on"), [(Region.SCOTLAND, "Tue 1 Dec"), (Region.ENGLAND_AND_WALES, "Mon 30 Nov")]
)
def test_holidays_are_those_of_the_region(region: Region, on: str) -> None:
    made = schedule(Rhythm.WEEKLY, date(2026, 11, 30), region=region)
    assert days(made, date(2026, 11, 29), 1) == [on]


def test_a_round_in_the_middle_of_long_days_off_does_not_take_place() -> None:
    off = [["2026-12-19", "2027-01-03"]]
    made = schedule(Rhythm.WEEKLY, date(2026, 12, 15), days_off=off)
    assert [one.on for one in recurrence.coming(made, date(2026, 12, 15), 3)] == [
        None,
        date(2027, 1, 4),
        date(2027, 1, 5),
    ]


def test_no_day_comes_twice_and_all_are_working_days() -> None:
    made = schedule(Rhythm.WEEKLY, date(2026, 1, 5), days_off=[["2026-08-03", "2026-08-05"]])
    found, day = [], date(2026, 1, 1)
    while (day := recurrence.following(made, day) or date.max) < date(2028, 1, 1):
        found.append(day)
    apart = [later - earlier for earlier, later in pairwise(found)]
    assert (min(apart) >= timedelta(days=1), all(day.weekday() < 5 for day in found)) == (True, True)
