"""The imports of a programme and the rows of one, looked up for pages and commands."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlmodel import Session, col

from web.models import Programme
from web.models.imports import Import, ImportRow, Outcome
from web.services.imports import import_people

A_PAGE = 50


def every(session: Session, programme: Programme) -> Sequence[Import]:
    """The imports of a programme, newest first."""
    return session.scalars(
        select(Import)
        .where(col(Import.programme_id) == programme.id)
        .order_by(col(Import.id).desc())
        .limit(50)
    ).all()


def one(session: Session, programme: Programme, number: int) -> Import | None:
    found = session.get(Import, number)
    return found if found is not None and found.programme_id == programme.id else None


def remarked(session: Session, job: Import, most: int) -> Sequence[ImportRow]:
    """The first rows of which there is something to say; not those who are simply here."""
    is_said = or_(col(ImportRow.outcome) != Outcome.HERE, col(ImportRow.why).contains(import_people.AS))
    wanted = select(ImportRow).where(col(ImportRow.import_id) == job.id, col(ImportRow.why) != "", is_said)
    return session.scalars(wanted.order_by(col(ImportRow.number)).limit(most)).all()


def wrong(job: Import) -> int:
    """How many rows cannot be taken in, but for those of whom the file itself says that they want no more."""
    return job.counts.get(Outcome.ERROR.value, 0) - job.counts.get("no more", 0)


def first_wrong(session: Session, job: Import) -> ImportRow:
    """The first of them."""
    wanted = select(ImportRow).where(
        col(ImportRow.import_id) == job.id, col(ImportRow.outcome) == Outcome.ERROR
    )
    found = session.scalars(wanted.order_by(col(ImportRow.number)), execution_options={"yield_per": A_PAGE})
    return next(row for row in found if not row.cells.get("wants_no_more"))


def rows(
    session: Session, job: Import, outcome: Outcome | None, page: int, *, remarked_only: bool = False
) -> Sequence[ImportRow]:
    """A page of what will become of the rows, or of those of which there is something to say."""
    wanted = select(ImportRow).where(col(ImportRow.import_id) == job.id)
    if outcome is not None:
        wanted = wanted.where(col(ImportRow.outcome) == outcome)
    if remarked_only:
        wanted = wanted.where(col(ImportRow.why) != "")
    ordered = wanted.order_by(col(ImportRow.number)).offset((page - 1) * A_PAGE).limit(A_PAGE)
    return session.scalars(ordered).all()
