"""Times of day as people in the United Kingdom keep them. Inside, everything is UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from govuk_bank_holidays.bank_holidays import BankHolidays

from notifications.messages import Slot

LONDON = ZoneInfo("Europe/London")
LENGTH = timedelta(minutes=30)
# When most people in offices can get away for half an hour.
HOURS = (time(10, 0), time(11, 0), time(12, 30), time(14, 0), time(15, 0), time(16, 0))
FRIDAY = 4


def london(day: date, at: time) -> datetime:
    """The moment a clock in London shows `at` on `day`, in UTC."""
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def today(now: datetime) -> date:
    return now.astimezone(LONDON).date()


def working_days(first: date, last: date) -> list[date]:
    """Weekdays from `first` to `last` that are no bank holiday anywhere in the UK."""
    # The library ships the published list; asking the network at sending time would add a way to fail.
    holidays = {row["date"] for row in BankHolidays(use_cached_holidays=True).get_holidays()}
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in days if day.weekday() <= FRIDAY and day not in holidays]


def suggestable_days(first: date, last: date) -> list[date]:
    """Working days early enough in a window to leave room for a second try, late enough to be arranged."""
    return working_days(first + timedelta(days=3), first + (last - first) // 2 + timedelta(days=3))


def suggest(days: list[date], rng: np.random.Generator) -> tuple[Slot, ...]:
    """Two half hours on different days of `days` at different times of day."""
    chosen = sorted(rng.choice(len(days), min(2, len(days)), replace=False))
    hours = rng.choice(len(HOURS), len(chosen), replace=False)
    starts = (london(days[day], HOURS[hour]) for day, hour in zip(chosen, hours, strict=True))
    return tuple(Slot(start, start + LENGTH) for start in starts)
