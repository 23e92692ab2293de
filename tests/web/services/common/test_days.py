"""Days and months as lists tell them."""

from datetime import date

import pytest

from web.services.common import days


@pytest.mark.parametrize(
    "text",
    ["Nov-26", "November 2026", "Nov 2026", "11/2026", "2026-11", "Tach-26", "2026 November", "Nov '26"],
)
def test_a_month_alone_is_its_first_day(text: str) -> None:
    assert days.day(text) == date(2026, 11, 1)


@pytest.mark.parametrize(
    "text",
    [
        "46347", "46347.5", "21/11/2026 09:12:44", "2026-11-21T09:12:44Z", "Saturday 21st November 2026",
        "Sat, 21 Nov 2026 at 9.12 am", "November 21, 2026", "21-Nov-26", "21 of November 2026",
        "21 Tachwedd 2026",
    ],
)  # fmt: skip
def test_a_day_with_a_time_a_weekday_or_as_excel_counts_it_is_that_day(text: str) -> None:
    assert days.day(text) == date(2026, 11, 21)


@pytest.mark.parametrize(
    "text", ["May", "21 Nov", "Round 3 (May)", "12/2026/3", "32 Nov 2026", "3", "199999"]
)
def test_what_names_no_year_or_no_day_is_none(text: str) -> None:
    assert days.day(text) is None


@pytest.mark.parametrize(
    "text", ["8 December 2026", "8/12/2026", "8 12 2026", "2026-12-08", "Tue 8 Dec 2026"]
)
def test_a_whole_day_is_one(text: str) -> None:
    assert days.whole_day(text) == date(2026, 12, 8)


@pytest.mark.parametrize("text", ["November 2026", "12/2026", "46347", "31 February 2026", "soon", ""])
def test_a_month_alone_or_a_number_is_no_whole_day(text: str) -> None:
    assert days.whole_day(text) is None
