"""When the database was backed up last, as the audit tells it: a timer that has failed for weeks is told of
before somebody needs what it should have written.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, func, select

from web.models import AuditEntry
from web.services.common import audit

SUBJECT = "backup"
OVERDUE_AFTER = timedelta(days=3)  # backups are made each night


def note(session: Session, *, by: str, now: datetime) -> None:
    audit.record(session, by, "backup made", now=now, subject=SUBJECT)


def last(session: Session) -> datetime | None:
    """None where none was ever made by us: whoever looks after the database may do it another way."""
    return session.exec(select(func.max(AuditEntry.at)).where(AuditEntry.subject == SUBJECT)).one()


def overdue_since(session: Session, now: datetime) -> datetime | None:
    """When the last one was made, if that is too long ago."""
    made = last(session)
    return made if made and now - made > OVERDUE_AFTER else None
