"""Which worker goes on with an import: claimed in its row, kept by being heard of, taken over otherwise.

Lost            another worker has taken an import over, or somebody has thrown it away
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from web.models.imports import Import, ImportState
from web.services.common import leases

LEASE = timedelta(minutes=2)
LEASED = (ImportState.READING, ImportState.MATCHING, ImportState.CHECKING)
WORKING = (*LEASED, ImportState.WRITING, ImportState.UNDOING)


class Lost(Exception):
    pass


@dataclass(frozen=True)
class Claim:
    """An import that a worker has to go on with. Except for writing, it is its own `until` then."""

    number: int
    state: ImportState
    until: datetime | None


def claim(session: Session, *, now: datetime, only: int | None = None) -> Claim | None:
    """The oldest import that a worker has to read or check, because somebody waits for that at a page; else
    the oldest that is to be written. What is read or checked is this worker's then, until two minutes after
    it was last heard of; of writing, each batch is anybody's.
    """
    free = leases.is_over(col(Import.busy_until), now)
    wanted, writing = (
        select(Import).where(col(Import.state).in_(WORKING), free),
        col(Import.state).not_in(LEASED),
    )
    if only is not None:
        wanted = wanted.where(col(Import.id) == only)
    job = session.scalars(
        wanted.order_by(writing, col(Import.id)).limit(1).with_for_update(skip_locked=True)
    ).first()
    if job is None:
        return None
    if job.state in LEASED:
        job.busy_until = now + LEASE
        session.add(job)
    return Claim(job.id, job.state, job.busy_until)


def renew(session: Session, mine: Claim, done: int, *, now: datetime) -> Claim:
    """So much of it is done, and it stays this worker's.

    Raises:
        Lost
    """
    renewed = session.execute(
        update(Import)
        .where(
            col(Import.id) == mine.number,
            col(Import.state) == mine.state,
            col(Import.busy_until) == mine.until,
        )
        .values(done=done, busy_until=now + LEASE)
    )
    if not renewed.rowcount:  # type: ignore[attr-defined]
        raise Lost
    return replace(mine, until=now + LEASE)
