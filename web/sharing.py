"""Keeps true of each person whether others have confirmed the same number, whoever changes a number.

A text to such a number says whom it is for, an answer from it is nobody's, and who share it do not meet.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, event, inspect, select, update
from sqlmodel import col

from web.models import Person


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _note_who_shares(_mapper: Any, connection: Connection, person: Person) -> None:
    known = inspect(person).attrs
    if not (known.phone.history.has_changes() or known.phone_verified_at.history.has_changes()):
        return
    before = connection.scalar(select(col(Person.phone)).where(col(Person.id) == person.id))
    now = person.phone if person.phone_verified_at else None
    person.shares_number = bool(now) and _note(connection, now, person.id, 1)
    if before != now:
        _note(connection, before, person.id, 0)


def _note(connection: Connection, phone: str | None, person: str, more: int) -> bool:
    """Does somebody other than `person` have this number? They share it if there are two with `more`."""
    theirs = _confirmed(phone) & (col(Person.id) != person)
    others = connection.scalars(select(col(Person.id)).where(theirs).limit(2)).all()
    shared = len(others) + more > 1
    connection.execute(update(Person).where(theirs).values(shares_number=shared))
    return bool(others)


def _confirmed(phone: str | None) -> ColumnElement[bool]:
    return (col(Person.phone) == phone) & col(Person.phone_verified_at).is_not(None)
