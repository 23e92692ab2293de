"""Times of day as people in the United Kingdom keep them. Inside, everything is UTC."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from notifications.messages import Slot
from web.models import Block, Region

# A type alone: what only reads a clock need not load numpy.
if TYPE_CHECKING:
    import numpy as np

LONDON = ZoneInfo("Europe/London")
HOLIDAYS_AHEAD = timedelta(days=270)  # a year's rounds are planned some months ahead
LENGTH = timedelta(minutes=30)
# When most people in offices can get away for half an hour.
HOURS = (time(10, 0), time(11, 0), time(12, 30), time(14, 0), time(15, 0), time(16, 0))
# When half an hour may begin in the parts of a weekday that people can choose from.
STARTS = {
    Block.MORNINGS: (time(9, 30), time(10, 0), time(11, 0)),
    Block.LUNCHTIMES: (time(12, 0), time(12, 30), time(13, 0)),
    Block.AFTERNOONS: (time(14, 0), time(15, 0), time(16, 0)),
    Block.EVENINGS: (time(18, 0), time(19, 0), time(20, 0)),
}
FRIDAY = 4
MOST_SLOTS = 3


def london(day: date, at: time) -> datetime:
    """The moment a clock in London shows `at` on `day`, in UTC."""
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def clock(now: datetime) -> str:
    """12:30, as a clock in London shows it."""
    return f"{now.astimezone(LONDON):%H:%M}"


def today(now: datetime) -> date:
    return now.astimezone(LONDON).date()


def working_days(first: date, last: date) -> list[date]:
    """Weekdays from `first` to `last` that are no bank holiday anywhere in the UK."""
    holidays = bank_holidays(Region.ALL)
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in days if is_weekday(day) and day not in holidays]


def is_weekday(day: date) -> bool:
    return day.weekday() <= FRIDAY


@cache
def bank_holidays(region: Region) -> frozenset[date]:
    """Those of a region, or of any, as far ahead as they are published: about two years."""
    # It brings a web client along, which a page that shows no dates need not wait for.
    from govuk_bank_holidays.bank_holidays import BankHolidays

    # The library ships the published list; asking the network at sending time would add a way to fail.
    published = BankHolidays(use_cached_holidays=True)
    # Asked for none in particular it gives those that every region shares.
    regions = BankHolidays.ALL_DIVISIONS if region is Region.ALL else (region.value,)
    return frozenset(row["date"] for each in regions for row in published.get_holidays(division=each))


def holidays_end_on(today: date) -> date | None:
    """The last bank holiday that is known, where it is near: what comes after it is not kept free."""
    last = max(bank_holidays(Region.ALL))
    return last if last < today + HOLIDAYS_AHEAD else None


def suggestable_days(first: date, last: date) -> list[date]:
    """Working days early enough in a window to leave room for a second try, late enough to be arranged.

    In a window too short for that: those from the next day to the last.
    """
    early, middle = first + timedelta(days=3), first + (last - first) // 2 + timedelta(days=3)
    return working_days(early, min(middle, last)) or working_days(first + timedelta(days=1), last)


def shared_hours(availabilities: Iterable[Collection[str]]) -> tuple[time, ...]:
    """The hours of a weekday that suit everyone in a group; none where they share no part of it.

    Who has not said when they are free has no wish; where nobody has, it is office hours.
    """
    wishes = [set(wish) for wish in availabilities if wish]
    if not wishes:
        return HOURS
    return tuple(
        hour for block, hours in STARTS.items() if all(block in wish for wish in wishes) for hour in hours
    )


def suggest(days: Sequence[date], hours: Sequence[time], rng: "np.random.Generator") -> tuple[Slot, ...]:
    """Up to three half hours, one in each third of `days`, as different in their hour as `hours` allow."""
    count = min(MOST_SLOTS, len(days)) if hours else 0
    edges = [part * len(days) // count for part in range(count + 1)] if count else []
    order = rng.permutation(len(hours))
    starts = [
        london(days[int(rng.integers(first, last))], hours[order[part % len(hours)]])
        for part, (first, last) in enumerate(pairwise(edges))
    ]
    return tuple(Slot(start, start + LENGTH) for start in starts)
