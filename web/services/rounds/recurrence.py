"""The days on which rounds begin: a rhythm or given dates, with holidays and days off moved out of the way.

A day that is a bank holiday in the programme's region, or one of its days off, gives way to the next working
day that is neither. When there is none within the same week of days, that round does not take place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekdays

from web.models import Rhythm, Schedule
from web.services.common import times

FURTHEST_MOVE = 6  # days: a weekly rhythm never reaches its next day
HORIZON = timedelta(days=3 * 366)
FIFTH = 5


@dataclass(frozen=True)
class Occasion:
    """A day of the rhythm, and when its round begins. `on` is None where no free day was near."""

    planned: date
    on: date | None

    @property
    def moved(self) -> bool:
        return self.on is not None and self.on != self.planned


def coming(schedule: Schedule, after: date, count: int) -> list[Occasion]:
    """The next occasions planned for after a day, those that do not take place among them."""
    return list(islice((one for one in _occasions(schedule, after) if one.planned > after), count))


def following(schedule: Schedule, day: date) -> date | None:
    """The first day after `day` on which a round begins; None when there is no more."""
    later = (one.on for one in _occasions(schedule, day) if one.on and one.on > day)
    # A day that was moved may pass as many that were planned after it as it was moved days.
    return min(islice(later, 1 + FURTHEST_MOVE), default=None)


def planned_by(schedule: Schedule, day: date) -> date | None:
    """The latest day of the rhythm up to `day`, wherever a holiday moved it; None before its first."""
    return max(takewhile(lambda planned: planned <= day, _planned(schedule)), default=None)


def _occasions(schedule: Schedule, around: date) -> Iterator[Occasion]:
    for planned in takewhile(lambda day: day <= around + HORIZON, _planned(schedule)):
        if planned >= around - timedelta(days=FURTHEST_MOVE):
            yield Occasion(planned, _free(schedule, planned))


def _planned(schedule: Schedule) -> Iterator[date]:
    if schedule.rhythm is Rhythm.DATES or schedule.first_on is None:
        return iter(sorted(date.fromisoformat(day) for day in schedule.dates))
    return (moment.date() for moment in _rule(schedule.rhythm, schedule.first_on))


def _rule(rhythm: Rhythm, first: date) -> rrule:
    begins = datetime.combine(first, time())
    if rhythm in (Rhythm.WEEKLY, Rhythm.FORTNIGHTLY):
        return rrule(WEEKLY, dtstart=begins, interval=1 if rhythm is Rhythm.WEEKLY else 2)
    # The second Tuesday of each month. Not every month has a fifth one: the last is meant.
    which = (first.day - 1) // 7 + 1
    day = weekdays[first.weekday()](-1 if which == FIFTH else which)
    return rrule(MONTHLY, dtstart=begins, interval=1 if rhythm is Rhythm.MONTHLY else 3, byweekday=day)


def _free(schedule: Schedule, planned: date) -> date | None:
    if not is_off(schedule, planned):
        return planned
    near = (planned + timedelta(days=step) for step in range(1, FURTHEST_MOVE + 1))
    return next((day for day in near if times.is_weekday(day) and not is_off(schedule, day)), None)


def is_off(schedule: Schedule, day: date) -> bool:
    """Is it a bank holiday in the programme's region, or one of its own days off?"""
    said = day.isoformat()
    own = any(first <= said <= last for first, last in schedule.days_off)
    return own or day in times.bank_holidays(schedule.region)
