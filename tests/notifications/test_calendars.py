from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from notifications import calendars
from notifications.calendars import Entry

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LUNCH = Entry(
    uid=calendars.uid("g7", "unm.example"), sequence=0, title="Talk with Tom Field", details="07700 900123",
    start=datetime(2026, 12, 8, 12, 30, tzinfo=UTC), end=datetime(2026, 12, 8, 13, tzinfo=UTC),
)  # fmt: skip


def read(file):
    calendar = Calendar.from_ical(file)
    return calendar, calendar.walk("VEVENT")[0]


def test_an_entry_is_published_and_invites_nobody():
    calendar, event = read(calendars.publish(LUNCH, NOW))
    assert (calendar["METHOD"], "ATTENDEE" in event, "ORGANIZER" in event) == ("PUBLISH", False, False)


def test_a_withdrawn_entry_is_the_same_entry_cancelled():
    calendar, event = read(calendars.withdraw(replace(LUNCH, sequence=1), NOW))
    facts = (calendar["METHOD"], event["STATUS"], event["UID"], event["SEQUENCE"])
    assert facts == ("CANCEL", "CANCELLED", LUNCH.uid, 1)


def test_an_hour_keeps_its_hour():
    assert read(calendars.publish(LUNCH, NOW))[1].decoded("DTSTART") == LUNCH.start


def test_an_all_day_entry_ends_after_its_last_day_and_blocks_nobody():
    day = replace(LUNCH, start=date(2026, 12, 24), end=date(2026, 12, 24))
    event = read(calendars.publish(day, NOW))[1]
    assert (event.decoded("DTEND"), event["TRANSP"]) == (
        date(2026, 12, 24) + timedelta(days=1),
        "TRANSPARENT",
    )


def test_lines_end_and_fold_as_the_standard_asks():
    lines = calendars.publish(replace(LUNCH, details="Ŵ" * 300), NOW).split(b"\r\n")
    assert (max(map(len, lines)) <= 75, any(b"\n" in line for line in lines)) == (True, False)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60))
def test_whatever_a_name_holds_comes_back_as_it_was(name):
    title = f"Talk with {name}"
    assert str(read(calendars.publish(replace(LUNCH, title=title), NOW))[1]["SUMMARY"]) == title
