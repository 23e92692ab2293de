"""The calendar file that travels with an introduction.

It holds no link of anybody's: people share their entries with the partner, or keep them in a team's calendar.
METHOD:PUBLISH and no attendees: an invitation would make calendars answer on people's behalf, and show one
partner's address to the other whether ticked or not. The entry's identity is its group, so that a changed
group replaces the old entry and a broken one withdraws it. RFC 5545 and 5546.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Unmentoring//Introductions//EN"


@dataclass(frozen=True)
class Entry:
    """One conversation. Aware moments, or dates for an all-day entry (`end` included)."""

    uid: str
    sequence: int
    title: str
    details: str
    start: datetime | date
    end: datetime | date
    place: str = ""


def uid(group: str, host: str) -> str:
    """The same for every edition of a group's entry, and nobody else's."""
    return f"group-{group}@{host}"


def publish(entry: Entry, now: datetime, *, agreed: bool = False) -> bytes:
    """An entry to add, or to replace an earlier edition of the same entry.

    Until it is `agreed` the hour is a suggestion.
    """
    event = _event(entry, now)
    event.add("status", "CONFIRMED" if agreed else "TENTATIVE")
    return _file("PUBLISH", event)


def withdraw(entry: Entry, now: datetime) -> bytes:
    """Takes the entry out again: this conversation will not happen."""
    event = _event(entry, now)
    event.add("status", "CANCELLED")
    return _file("CANCEL", event)


def _event(entry: Entry, now: datetime) -> "Event":
    from icalendar import Event  # eighty modules, for a process that writes calendars

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", _when(entry.start))
    event.add("dtend", _when(_end(entry)))
    event.add("summary", entry.title)
    event.add("description", entry.details)
    if not isinstance(entry.start, datetime):
        event.add("transp", "TRANSPARENT")  # a whole day is a reminder and must not show as busy
    if entry.place:
        event.add("location", entry.place)
    return event


def _end(entry: Entry) -> datetime | date:
    # An all-day entry ends on the day after its last one (RFC 5545, 3.6.1).
    return entry.end if isinstance(entry.end, datetime) else entry.end + timedelta(days=1)


def _when(moment: datetime | date) -> datetime | date:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _file(method: str, event: "Event") -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
