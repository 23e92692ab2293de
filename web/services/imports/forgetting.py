"""Files on their way in that are not to be kept: nobody finished them, or somebody in them was erased."""

import re
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session, col

from web.models import Person
from web.models.imports import Import, ImportFile, ImportRow, ImportState
from web.services.common import audit
from web.services.common.traces import Traces
from web.services.imports import headings, uploads

KEEP_FILE = timedelta(days=1)
BETWEEN_CELLS = re.compile(r"[,;\t|]")
SURELY = 2


def forget_old(session: Session, *, now: datetime) -> int:
    """Throw away what nobody finished within a day, and say how many files that were."""
    stale = session.scalars(
        select(Import).where(
            col(Import.created_at) < now - KEEP_FILE,
            col(Import.id).in_(select(col(ImportFile.import_id))),
            col(Import.state).not_in((ImportState.WRITING, ImportState.UNDOING)),
        )
    ).all()
    for job in stale:
        problem = "Nobody finished it within a day, so the file was deleted. Upload it again"
        uploads.abandon(session, job, by=audit.SYSTEM, now=now, problem=problem)
    return len(stale)


def forget_person(session: Session, person: Person, *, now: datetime) -> None:
    """Delete every unfinished file that names somebody who is erased, or is called after them, and whatever
    row led to them. One whose rows look like them is checked again without them.
    """
    traces = Traces.of(person)
    for number in session.scalars(select(col(ImportFile.import_id))).all():
        job, file = session.get_one(Import, number), session.get_one(ImportFile, number)
        # Whom a workbook tells of is not known before the worker has made text of it, seconds later.
        found = (
            file.workbook
            or traces.are_in_name_of(job.file_name)
            or traces.are_in(file.content, _has_headings)
        )
        session.expunge(file)
        if found:
            problem = "Somebody in the file had their details erased, so the file was deleted"
            if job.state in (ImportState.WRITING, ImportState.UNDOING):
                uploads.fail(session, job, problem, now=now)
            else:
                uploads.abandon(session, job, by=audit.SYSTEM, now=now, problem=problem)
        elif job.state in (ImportState.CHECKING, ImportState.READY) and _looks_like(session, job, person):
            uploads.check_again(session, job)
    session.execute(delete(ImportRow).where(col(ImportRow.person_id) == person.id))


def _has_headings(line: str) -> bool:
    """Of columns, and of nobody: somebody may have joined as Email."""
    return sum(headings.surely(cell.strip(' "')) == SURELY for cell in BETWEEN_CELLS.split(line)) > 1


def _looks_like(session: Session, job: Import, person: Person) -> bool:
    """Is one of its rows taken for somebody, or said to be called like them?"""
    said = col(ImportRow.person_id) == person.id
    if person.name:
        said |= col(ImportRow.why).contains(person.name, autoescape=True)
    rows = select(col(ImportRow.number)).where(col(ImportRow.import_id) == job.id, said)
    return session.execute(rows.limit(1)).first() is not None
