"""People and past rounds brought in for a test, in a session that it has open. What is tested of an import
goes by the page or the command.
"""

from datetime import datetime

from sqlmodel import Session

from web.import_tables import Import, ImportKind, ImportState
from web.models import Programme
from web.services import imports


def import_people(
    session: Session, programme: Programme, file: str, raw: bytes, *, by: str, now: datetime
) -> None:
    _take_in(session, programme, ImportKind.PEOPLE, file, raw, by, now)


def import_history(
    session: Session, programme: Programme, file: str, raw: bytes, *, by: str, now: datetime
) -> None:
    _take_in(session, programme, ImportKind.HISTORY, file, raw, by, now)


def _take_in(
    session: Session, programme: Programme, kind: ImportKind, file: str, raw: bytes, by: str, now: datetime
) -> None:
    given = imports.look(file, raw, whole=True)
    job: Import = imports.upload(session, programme, kind, given, by=by, now=now)
    imports.choose(session, job, job.columns, imports.names(kind, given.sheet, job.columns))
    if job.state is ImportState.ORGANISATIONS:
        imports.answer_rest_as_new(session, job)
    rows, counts = list(imports.check(session, job, given.sheet)), dict[str, int]()
    imports.count_in(counts, rows)
    imports.keep_rows(session, job.id, rows)
    imports.keep_checked(session, job, counts)
    imports.confirm(session, job, by=by, now=now)
    while job.state is ImportState.WRITING:
        imports.write_some(session, job, now=now)
