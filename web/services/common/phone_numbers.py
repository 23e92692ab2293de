"""Somebody's mobile number, and whether others have confirmed the same one.

A text to such a number says whom it is for, an answer from it is nobody's, and who share it do not meet. So a
number changes only here, where the others with it, and what waits for them, change too.
"""

from datetime import datetime

from sqlmodel import Session, col, select, update

from notifications import outbox
from notifications.tables import WAITING, OutboxMessage
from web.models import Person
from web.services.common import lines


def give(session: Session, person: Person, phone: str | None, *, verified_at: datetime | None = None) -> None:
    """Somebody's number from now on, if any, and when it was proven to be theirs. The one they have already
    stays as proven as it is.
    """
    if phone == person.phone and not verified_at:
        return
    _change(session, person, phone, verified_at)


def prove(session: Session, person: Person, *, now: datetime) -> None:
    """The number they gave is theirs."""
    _change(session, person, person.phone, now)


def _change(session: Session, person: Person, phone: str | None, verified_at: datetime | None) -> None:
    with session.no_autoflush:  # nothing of theirs is locked before the numbers are
        before = session.scalar(select(Person.phone).where(Person.id == person.id))
        now = phone if verified_at else None
        hold(session, before, now)
        numbers = {number for number in (before, now) if number}
        sharing = select(Person.id).where(col(Person.phone).in_(numbers))
        outbox.hold_all_of(session, [person.id, *session.exec(sharing)])
    person.phone, person.phone_verified_at, person.shares_number = phone, verified_at, False
    session.add(person)
    session.flush()
    for number in numbers:
        _note_who_shares(session, number)


def hold(session: Session, *numbers: str | None) -> None:
    """Nobody begins or ends to have one of these until commit: two who confirm one together must see each
    other. After the people, and before anything else of theirs. SQLite has one writer anyway.
    """
    for number in sorted({number for number in numbers if number}):
        lines.stand(session, number)


def _note_who_shares(session: Session, phone: str) -> None:
    """They share it if there are two. What waits for them says so too."""
    theirs = (col(Person.phone) == phone) & col(Person.phone_verified_at).is_not(None)
    people = session.exec(select(Person.id).where(theirs)).all()
    shared = len(people) > 1
    changed = update(Person).where(col(Person.id).in_(people), col(Person.shares_number) != shared)
    session.execute(changed.values(shares_number=shared))
    waiting = col(OutboxMessage.person).in_(people) & col(OutboxMessage.state).in_(WAITING)
    outbox.change(session, outbox.in_order(waiting).values(shares_number=shared))
