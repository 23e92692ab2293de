"""Days as people write them. Days come before months, as in the UK; a month alone is its first day."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from notifications.lazy_patterns import lazy_pattern

LONGEST = 40  # letters; "Wednesday, 30th September 2026 at 09:12:44" is about the longest there is
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ion ionawr", "feb february chwe chwefror", "mar march maw mawrth",
            "apr april ebr ebrill", "may mai", "jun june meh mehefin", "jul july gor gorff gorffennaf",
            "aug august awst", "sep sept september medi", "oct october hyd hydref",
            "nov november tach tachwedd", "dec december rhag rhagfyr",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? +)?"
TIME = (
    r"(?:(?:,? +(?:at +)?|t)\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?"
    r" *(?:[ap]m|z|[+-]\d\d:?\d\d|gmt|utc|bst)?)?"
)
NAMED = rf"(?P<name>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
YEAR, NUMBER, DAY = r"'?(?P<year>\d{4}|\d{2})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
STYLES = tuple(
    lazy_pattern(WEEKDAY + style + TIME)
    for style in (
        rf"(?P<year>\d{{4}})([-/.]){NUMBER}\2{DAY}",
        rf"{DAY}([-/. ]){NUMBER}\2{YEAR}",
        rf"{DAY}(?: of)?[-/., ]*{NAMED}[-/., ]*{YEAR}",
        rf"{NAMED} +{DAY},? +(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[-/. ]+{NAMED}(?:[-/. ]+{DAY})?",
        rf"{NAMED}[-/., ]*{YEAR}",
        rf"{NUMBER}[-/.](?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[-/.]{NUMBER}",
    )
)
# How Excel counts days; it takes 1900 for a leap year, so the count begins a day early.
SERIAL, FIRST_SERIAL = lazy_pattern(r"([2-7]\d{4})(?:\.\d+)?"), date(1899, 12, 30)


@lru_cache(maxsize=1000)
def day(text: str) -> date | None:
    """2026-11-21, 21/11/2026, 21 Nov 2026, 21.11.26, Nov-26, November 2026, 46347 as Excel counts days, any
    of them with a weekday or a time, and their like; None for anything else.
    """
    if serial := SERIAL.fullmatch(text.strip()):
        return FIRST_SERIAL + timedelta(days=int(serial[1]))
    return next((found for match in _read(text) if (found := _date(match))), None)


def whole_day(text: str) -> date | None:
    """As `day`, where somebody is asked for one: a month alone, or a number, is none."""
    return next(
        (found for match in _read(text) if match.groupdict().get("day") and (found := _date(match))), None
    )


def stretch(text: str) -> tuple[date, date]:
    """First and last of the days from one to another, "19 December 2026 to 3 January 2027", or of one day.

    Raises:
        ValueError: it says no days.
    """
    ends = [whole_day(part) for part in re.split(r"\s+to\s+", text.strip())]
    first, last = ends[0], ends[-1]
    if first is None or last is None or len(ends) > 2:
        raise ValueError(f"“{text}” is not a day like 8 December 2026")
    if last < first:
        raise ValueError(f"“{text}” ends before it begins")
    return first, last


def _read(text: str) -> Iterator[re.Match[str]]:
    """How it can be understood; one with a month alone has no `day`."""
    said = " ".join(text.casefold().split())
    if any(letter.isdigit() for letter in said) and len(said) <= LONGEST:
        yield from filter(None, (style.fullmatch(said) for style in STYLES))


def _date(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    year = int(parts["year"])
    month = MONTHS[parts["name"]] if parts.get("name") else int(parts["month"])
    try:
        return date(year if year > 99 else 2000 + year, month, int(parts.get("day") or 1))
    except ValueError:
        return None
