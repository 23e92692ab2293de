"""Which workers have been heard of lately."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, not_
from sqlmodel import Session, col, func, select

from notifications.columns import table_of
from notifications.outbox import insert_on
from web.models import Heartbeat

SILENT_AFTER = timedelta(minutes=3)  # workers sweep every minute
FORGOTTEN_AFTER = timedelta(days=1)


def beat(session: Session, worker: str, *, started: datetime, seconds: float, now: datetime) -> None:
    """A worker has swept, in so many seconds. Those not heard of for a day are forgotten, and those that were
    heard of in days to come, by a clock that was wrong.
    """
    said = {"swept_at": now, "sweep_seconds": seconds}
    first = insert_on(session)(table_of(Heartbeat)).values(worker=worker, started_at=started, **said)
    session.execute(first.on_conflict_do_update(index_elements=["worker"], set_=said))
    known = col(Heartbeat.swept_at).between(now - FORGOTTEN_AFTER, now + FORGOTTEN_AFTER)
    session.execute(delete(Heartbeat).where(not_(known)))


def leave(session: Session, worker: str) -> None:
    """A worker was told to stop, and has."""
    session.execute(delete(Heartbeat).where(col(Heartbeat.worker) == worker))


def last(session: Session, now: datetime) -> datetime | None:
    """When any worker swept last; None where none has been heard of for a day. One that swept later than any
    clock beside ours may say had a clock that was wrong, and tells nothing.
    """
    heard = select(func.max(Heartbeat.swept_at)).where(col(Heartbeat.swept_at) < now + SILENT_AFTER)
    return session.exec(heard).one()


def is_silent(session: Session, now: datetime) -> bool:
    """Has no worker swept for three minutes?"""
    swept = last(session, now)
    return swept is None or now - swept > SILENT_AFTER


def heard_of(session: Session) -> Sequence[Heartbeat]:
    """Every worker of the last day, the latest first."""
    return session.exec(select(Heartbeat).order_by(col(Heartbeat.swept_at).desc())).all()
