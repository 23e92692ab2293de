"""Keeps true of each person whether others have confirmed the same number, whoever changes a number.

A text to such a number says whom it is for, an answer from it is nobody's, and who share it do not meet.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, event, func, inspect, select, update
from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlmodel import col

from notifications.tables import WAITING, OutboxMessage
from web.models.people import Person


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _note_who_shares(_mapper: Any, connection: Connection, person: Person) -> None:
    known = inspect(person).attrs
    if not (known.phone.history.has_changes() or known.phone_verified_at.history.has_changes()):
        return
    before = connection.scalar(select(col(Person.phone)).where(col(Person.id) == person.id))
    now = person.phone if person.phone_verified_at else None
    _one_after_another(connection, sorted({number for number in (before, now) if number}))
    if before and before != now:
        _note(connection, person, before, 0)
    person.shares_number = bool(now) and _note(connection, person, now, 1)


def _one_after_another(connection: Connection, numbers: Sequence[str]) -> None:
    """Two who confirm one number together must see each other. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        for number in numbers:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(number))))


def _note(connection: Connection, person: Person, phone: str | None, more: int) -> bool:
    """Are there others with this number? They share it if there are two, `more` counted in."""
    theirs = (col(Person.phone) == phone) & col(Person.phone_verified_at).is_not(None)
    others = connection.scalars(select(col(Person.id)).where(theirs, col(Person.id) != person.id)).all()
    shared = len(others) + more > 1
    if others:
        _change(connection, others, shared)
    session = object_session(person)
    for other in others:
        loaded = session.identity_map.get(identity_key(Person, other)) if session else None
        if loaded is not None:
            set_committed_value(loaded, "shares_number", shared)
    return bool(others)


def _change(connection: Connection, people: Sequence[str], shared: bool) -> None:
    """Of these people, and of what waits for them."""
    changed = update(Person).where(col(Person.id).in_(people), col(Person.shares_number) != shared)
    connection.execute(changed.values(shares_number=shared))
    # In the order of their ids, as whoever delivers them takes them.
    waiting = (
        select(col(OutboxMessage.id))
        .where(col(OutboxMessage.person).in_(people), col(OutboxMessage.state).in_(WAITING))
        .order_by(col(OutboxMessage.id))
        .with_for_update()
    )
    told = update(OutboxMessage).where(col(OutboxMessage.id).in_(waiting))
    connection.execute(told.values(shares_number=shared))
