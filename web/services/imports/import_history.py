"""Who met whom in an older scheme: what becomes of each row, and writing the rounds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import count, islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from web.models import Group, GroupMember, Membership, Person, Programme, Round, RoundState
from web.models.folding import folded
from web.models.imports import Import, ImportRow, Outcome
from web.services.common import days, phrases, written_names
from web.services.common.spreadsheets import Sheet
from web.services.imports import headings, meetings
from web.services.imports.headings import LARGEST_GROUP
from web.services.imports.meetings import Meeting
from web.services.imports.pasted import AN_ADDRESS

FIRST_ROWS = 10_000
IN_NUMBERS, MONTHS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?=\2\d{2})"), 12
Found = dict[str, Any]


@dataclass
class KnownByName:
    """Everybody of the programme by id, address and name; a name that several have is nobody's. `bare` names
    are without titles and letters after them.
    """

    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    bare: dict[str, list[str]] = field(default_factory=dict)

    def called(self, typed: str) -> list[str]:
        """Everybody who is named by an id, an address or a name, however it is written."""
        address = AN_ADDRESS.search(typed)
        for said in (typed, typed.casefold(), address[0].casefold() if address else typed):
            if person := self.ids.get(said):
                return [person]
        in_order = folded(written_names.in_order(typed))
        return (
            self.names.get(folded(typed))
            or self.names.get(in_order)
            or self.bare.get(written_names.bare(typed), [])
        )


def known(session: Session, programme: int) -> KnownByName:
    found = KnownByName()
    rows = session.execute(
        select(col(Person.id), col(Person.email_key), col(Membership.name_key))
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(col(Membership.programme_id) == programme, col(Membership.name_key).is_not(None))
    )
    for id_, email, name in rows:
        found.ids[id_] = id_
        if email:
            found.ids[email] = id_
        found.names.setdefault(name, []).append(id_)
        found.bare.setdefault(written_names.bare(name), []).append(id_)
    return found


class _WrongGroup(Exception):
    pass


def check(sheet: Sheet, columns: Mapping[str, int], here: KnownByName) -> Iterator[Found]:
    """What becomes of each group, one after the other: one that counts, one of which too few are known, or a
    mistake. Where several stand in a row they are numbered, and `cells` say which row it was.
    """

    def told() -> Iterator[Meeting]:
        return meetings.read(sheet, columns, lambda words: bool(here.called(words)))

    if not _month_comes_first(told()):
        groups = told
    else:

        def groups() -> Iterator[Meeting]:
            return (_day_first(meeting) for meeting in told())

    by_date = _told_by_date(groups())
    seen: dict[tuple[str, frozenset[str]], int] = {}
    found = (_group(meeting, here, seen, by_date=by_date) for meeting in groups())
    if groups is not told:
        found = (_said_once(place, one) for place, one in enumerate(found))
    if meetings.is_told_by_each(columns):
        once = (one for one in found if one["outcome"] is not Outcome.DOUBLE)
        return (one | {"number": number} for number, one in zip(count(1), once))
    return found


def _said_once(place: int, found: Found) -> Found:
    said = "" if place else "dates are read as month/day/year: they can be nothing else"
    return found | {"why": "; ".join(filter(None, (found["why"], said)))}


def _month_comes_first(groups: Iterator[Meeting]) -> bool:
    """Are the dates those of the United States? Some can be read in no other way, and none in ours alone."""
    found = (IN_NUMBERS.match(group.date or group.round) for group in islice(groups, FIRST_ROWS))
    firsts = [(int(one[1]), int(one[3])) for one in found if one]
    return any(second > MONTHS for _, second in firsts) and all(first <= MONTHS for first, _ in firsts)


def _day_first(meeting: Meeting) -> Meeting:
    round_, date_ = (IN_NUMBERS.sub(r"\3\2\1", told) for told in (meeting.round, meeting.date))
    return replace(meeting, round=round_, date=date_)


def _told_by_date(groups: Iterator[Meeting]) -> bool:
    """Rounds are numbers, or days: whichever most of the first groups say."""
    first = list(islice(groups, FIRST_ROWS))
    numbers = sum(headings.round_number(group.round) is not None for group in first)
    dates = sum(days.day(group.round or group.date) is not None for group in first)
    return dates > numbers or (dates == numbers and any(days.day(group.round) for group in first))


def _group(
    meeting: Meeting,
    here: KnownByName,
    seen: dict[tuple[str, frozenset[str]], int],
    *,
    by_date: bool,
) -> Found:
    number, typed = meeting.row, list(meeting.people)
    found: Found = {"number": number, "cells": {"people": typed, "row": number}, "why": "", "person_id": None}
    try:
        if meeting.is_shifted:
            raise _WrongGroup("row: more cells than the header has columns")
        round_, day = _when(meeting, by_date=by_date)
        people = _people(typed, here)
    except _WrongGroup as wrong:
        return found | {"outcome": Outcome.ERROR, "why": str(wrong)}
    members = [person for person in people if person]
    found["cells"] |= {"round": round_, "day": day and day.isoformat(), "members": members}
    missing = [name for name, person in zip(typed, people, strict=True) if not person]
    why = f"nobody here is {phrases.listing(missing)}" if missing else ""
    if len(members) < 2:
        return found | {"outcome": Outcome.UNKNOWN, "why": why or "a group needs two people"}
    earlier = seen.setdefault((round_, frozenset(members)), number)
    if earlier != number:
        return found | {"outcome": Outcome.DOUBLE, "why": f"is the group of row {earlier}"}
    return found | {"outcome": Outcome.NEW, "why": why}


def _when(meeting: Meeting, *, by_date: bool) -> tuple[str, date | None]:
    """What the round is called in an order that sorts, and its day where one is told."""
    cell = meeting.date or (meeting.round if by_date else "")
    day = days.day(cell) if cell else None
    if cell and day is None:
        raise _WrongGroup(
            f"date: {cell[:20]!r} is no day like 2026-11-21, 21/11/2026, 21 Nov 2026 or 21.11.26, "
            "nor a month like March 2025"
        )
    if by_date:
        if day is None:
            raise _WrongGroup("date: is empty")
        return day.isoformat(), day
    number = headings.round_number(meeting.round)
    if number is None:
        raise _WrongGroup(f"round: {meeting.round[:20]!r} is not a whole number")
    return f"{number:09}", day


def _people(typed: Sequence[str], here: KnownByName) -> list[str | None]:
    if len(typed) > LARGEST_GROUP:
        raise _WrongGroup(f"row: at most {LARGEST_GROUP} people in a group; this has {len(typed)}")
    people = [_person(name, here) for name in typed]
    found = [person for person in people if person]
    if len(set(found)) < len(found) or len({folded(name) for name in typed}) < len(typed):
        raise _WrongGroup("row: somebody is in the group twice")
    return people


def _person(name: str, here: KnownByName) -> str | None:
    called = here.called(name)
    if len(called) > 1:
        raise _WrongGroup(f"row: several people are called {name}; write the email address instead")
    return called[0] if called else None


def write(session: Session, job: Import, *, now: datetime) -> int:
    """Write every round of the file at once, and say how many groups there are. Which rounds they are is kept
    on the import, so that it can be undone.
    """
    rows = session.scalars(
        select(ImportRow)
        .where(col(ImportRow.import_id) == job.id, col(ImportRow.outcome) == Outcome.NEW)
        .order_by(col(ImportRow.number))
    ).all()
    rounds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        rounds.setdefault(row.cells["round"], []).append(row.cells)
    organisation = dict(
        session.execute(
            select(col(Membership.person_id), col(Membership.organisation_id)).where(
                col(Membership.programme_id) == job.programme_id
            )
        ).all()
    )
    made = [
        _write_round(session, job, place, rounds[name], organisation, now)
        for place, name in enumerate(sorted(rounds), start=1)
    ]
    job.counts = job.counts | {"rounds": len(made)}
    return len(rows)


def _write_round(
    session: Session,
    job: Import,
    number: int,
    groups: Sequence[Mapping[str, Any]],
    organisation: Mapping[str, int],
    now: datetime,
) -> int:
    days = [date.fromisoformat(group["day"]) for group in groups if group["day"]]
    day = min(days, default=None)
    round_ = Round(
        programme_id=job.programme_id,
        number=number,
        state=RoundState.IMPORTED,
        seed=0,
        drawn_at=now,
        drawn_by=job.by,
        sent_at=datetime.combine(day, time(12), UTC) if day else now,
        starts_on=day,
    )
    session.add(round_)
    session.flush()
    ids = session.scalars(
        insert(Group).returning(col(Group.id), sort_by_parameter_order=True),
        [
            {"round_id": round_.id, "number": place, "why": "", "repeats": 0, "crossing": 0}
            for place in range(1, len(groups) + 1)
        ],
    ).all()
    session.execute(
        insert(GroupMember),
        [
            {
                "group_id": id_,
                "person_id": person,
                "organisation_id": organisation[person],
                "position": position,
            }
            for id_, group in zip(ids, groups, strict=True)
            for position, person in enumerate(group["members"])
        ],
    )
    return round_.id


def can_begin(session: Session, programme: Programme) -> bool:
    """History comes before the first round."""
    return session.scalars(select(Round).where(col(Round.programme_id) == programme.id)).first() is None


def can_undo(session: Session, job: Import) -> bool:
    """As long as nothing was drawn on top of it."""
    return (
        session.scalars(
            select(Round).where(
                col(Round.programme_id) == job.programme_id, col(Round.state) != RoundState.IMPORTED
            )
        ).first()
        is None
    )


def undo(session: Session, job: Import) -> None:
    """Take the rounds out again, with their groups."""
    session.execute(
        delete(Round).where(
            col(Round.programme_id) == job.programme_id, col(Round.state) == RoundState.IMPORTED
        )
    )
