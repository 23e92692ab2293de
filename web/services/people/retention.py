"""Nobody is kept for ever: two years after their last word people are erased, and warned a month before.

A person's last word is the newest thing the audit says they did, under any entry that is theirs by now; who
never did anything is counted from when we first held them.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from notifications import messages, outbox
from web.models import AuditEntry, Person, Programme, Purpose
from web.services.common import audit, contacts, links, programmes, times
from web.services.common.contacts import ids, recipient
from web.services.evidence import nameless
from web.services.people import erasure, participation

KEEP = timedelta(days=730)
NOTICE = timedelta(days=30)
BY = "retention"
AT_ONCE = 500


def warn(session: Session, *, now: datetime) -> int:
    """Tell whoever has been silent for 23 months when they will be erased, once; returns how many.

    At most 500 in one go, so that a first run over an old programme locks nobody out for long.
    """
    since = now - (KEEP - NOTICE)
    wanted = select(Person.id).where(
        col(Person.erased_at).is_(None), col(Person.erase_on).is_(None), Person.created_at < since
    )
    silent = session.exec(wanted.where(~_heard(since)).limit(AT_ONCE)).all()
    for person in contacts.hold(session, *silent):
        if person.erased_at is None and person.erase_on is None:  # still
            _warn(session, person, now)
    return len(silent)


def _warn(session: Session, person: Person, now: datetime) -> None:
    person.erase_on = times.today(now) + NOTICE  # in days: clocks may change meanwhile
    session.add(person)
    sections = participation.sections(session, person)
    if not sections:
        return
    programme = sections[0].programme
    page = links.make(session, Purpose.PAGE, person.id, now=now)
    message = messages.BeforeErasure(programmes.facts(programme), person.erase_on, page)
    # Of no programme: in a break of theirs it would wait, and the day that it names would not.
    outbox.queue(session, message, recipient(person), subject=_warning(person), now=now)


def _warning(person: Person) -> str:
    return f"silent until {person.erase_on}"


def settle(session: Session, *, now: datetime) -> int:
    """Of those whose day has come, keep who has been heard of since the warning, and erase the others. Whose
    warning never went out is kept too, and warned anew.
    """
    wanted = select(Person.id).where(col(Person.erase_on) <= times.today(now)).limit(AT_ONCE)
    due = session.exec(wanted.order_by(Person.id)).all()
    # Held before any of their conversations, as by whoever presses something.
    for person in contacts.hold(session, *due):
        if person.erase_on is None:
            continue  # another worker has just settled them
        kind, subject = messages.BeforeErasure.kind, _warning(person)
        if erased_on(session, person) is None or outbox.never_went(session, kind, subject, person.id):
            # What still waits names a day that is over.
            outbox.cancel(session, kind=kind, subject=subject, person=person.id)
            person.erase_on = None
            session.add(person)
        else:
            erasure.erase(session, person, by=BY, now=now)
    return len(due)


def erased_on(session: Session, person: Person) -> date | None:
    """The day on which silence erases them; None for who was not warned, or has done something since."""
    if person.erase_on is None:
        return None
    warned = times.london(person.erase_on - NOTICE, time(0))
    theirs = col(AuditEntry.actor).in_(ids(session, person))
    done = select(AuditEntry.id).where(theirs, col(AuditEntry.at) > warned)
    return None if session.exec(done).first() else person.erase_on


def warn_anew(session: Session) -> None:
    """Nobody is erased on a day they have been told of: whoever is silent still is warned once more."""
    session.execute(update(Person).where(col(Person.erase_on).is_not(None)).values(erase_on=None))


def stay(session: Session, person: Person, *, now: datetime) -> None:
    """They want their place kept."""
    person.erase_on = None
    session.add(person)
    audit.record(session, person.id, "wants to stay", now=now, subject=person.id)


def forget_organisations(session: Session) -> None:
    """Take the names of organisations that nobody is in any more, whatever left them empty."""
    for programme in session.exec(select(Programme.id)).all():
        nameless.forget(session, programme)


def _heard(since: datetime) -> ColumnElement[bool]:
    entry = aliased(Person)
    done = col(AuditEntry.at) > since
    under_another = exists().where(
        col(entry.merged_into) == Person.id, col(AuditEntry.actor) == entry.id, done
    )
    return exists().where(col(AuditEntry.actor) == Person.id, done) | under_another
