"""People and past rounds brought in for a test, in a session that it has open. What is tested of an import
goes by the page or the command.
"""

from datetime import datetime

from sqlmodel import Session

from web.models import Programme
from web.models.imports import Import, ImportKind, ImportState
from web.services.imports import files, uploads
from web.services.imports.takeovers import Statement
from web.settings import DEFAULT_KEY
from web.tokens import Signer

KEY = Signer([DEFAULT_KEY]).suppression_key()  # as a world has it


def import_people(
    session: Session,
    programme: Programme,
    file: str,
    raw: bytes,
    *,
    by: str,
    now: datetime,
    stated: Statement | None = None,
) -> None:
    """Invited; or taken over, by what an owner has `stated`."""
    _take_in(session, programme, ImportKind.PEOPLE, file, raw, by, now, stated)


def import_history(
    session: Session, programme: Programme, file: str, raw: bytes, *, by: str, now: datetime
) -> None:
    _take_in(session, programme, ImportKind.HISTORY, file, raw, by, now)


def _take_in(
    session: Session,
    programme: Programme,
    kind: ImportKind,
    file: str,
    raw: bytes,
    by: str,
    now: datetime,
    stated: Statement | None = None,
) -> None:
    given = files.look(file, raw, whole=True)
    job: Import = uploads.upload(session, programme, kind, given, by=by, now=now)
    uploads.choose(session, job, job.columns, uploads.names(kind, given.sheet, job.columns))
    if job.state is ImportState.ORGANISATIONS:
        uploads.answer_rest_as_new(session, job)
    rows, counts = list(uploads.check(session, job, given.sheet, key=KEY)), dict[str, int]()
    uploads.count_in(counts, rows)
    uploads.keep_rows(session, job.id, rows)
    answers = set[str]()
    uploads.note_answers(answers, given.sheet, job.columns, rows)
    uploads.keep_checked(session, job, counts, answers)
    uploads.confirm(session, job, by=by, now=now, stated=stated)
    while job.state is ImportState.WRITING:
        uploads.write_some(session, job, key=KEY, now=now)
