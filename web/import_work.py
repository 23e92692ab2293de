"""The worker's part of an import: checking a file, and writing or taking back people batch by batch."""

from collections.abc import Callable
from datetime import datetime

import structlog

from web.db import Database
from web.import_tables import Import, ImportState
from web.services import imports
from web.services.spreadsheets import BadFile

WRONG = "Something went wrong on our side, and whoever runs the service can read what. Try once more"


def step(database: Database, clock: Callable[[], datetime]) -> int:
    """One batch of the oldest import that waits for a worker; 0 when none does.

    Between two batches messages are sent and pages written: nobody waits for the end of a long import.
    """
    with database.write() as session:
        job = imports.claim(session, now=clock())
        if job is None:
            return 0
        number, checking = job.id, job.state is ImportState.CHECKING
    try:
        return _check(database, number, clock) if checking else _write(database, number, clock)
    except BadFile as error:
        problem = f"{error.without_file}. Put that right in the file, and upload it again"
    except Exception:  # noqa: BLE001  (an import nobody can finish must not stop the messages behind it)
        structlog.get_logger().exception("an import failed", number=number)
        problem = WRONG
    with database.write() as session:
        imports.fail(session, session.get_one(Import, number), problem, now=clock())
    return 1


def _check(database: Database, number: int, clock: Callable[[], datetime]) -> int:
    def progress(done: int) -> None:
        with database.write() as session:
            imports.note_progress(session, number, done, now=clock())

    with database.read() as session:
        checked = imports.check(session, session.get_one(Import, number), progress=progress)
    with database.write() as session:
        imports.keep(session, session.get_one(Import, number), checked)
    return max(len(checked.rows), 1)


def _write(database: Database, number: int, clock: Callable[[], datetime]) -> int:
    with database.write() as session:
        job = session.get_one(Import, number, with_for_update=True)
        if job.state is ImportState.UNDOING:
            return imports.undo_some(session, job, now=clock())
        imports.write_some(session, job, now=clock())
    return 1
