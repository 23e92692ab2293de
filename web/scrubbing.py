"""What was erased leaves SQLite's files as well as its tables.

Three things keep deleted words in a file. A deleted cell stays until it is overwritten: `secure_delete` in
`web.db` sees to that. The `-wal` file holds every page as it was: emptying it takes a moment in which nobody
reads an older state. And when SQLite moves cells from one page to another, it leaves copies behind in the
unused part of the first, which `secure_delete` never comes back to (SQLite 3.40: of 300 people erased among
3,000, two could still be read in the file). Only rewriting the file removes those.

`PRAGMA user_version` says how far that is. It is part of the transaction that erases, and every process sees
it. PostgreSQL has files of its own and a vacuum of its own.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlmodel import Session

from web.db import BUSY_SECONDS, Database

CLEAN, ERASED, REWRITTEN = 0, 1, 2  # the last: but its `-wal` file has not been emptied since
LARGEST = 100 * 1024 * 1024  # bytes; rewriting them took 2.3 s, in which nobody else can write
TWICE = 2  # times the file: it is written anew beside itself, and then through its log
PATIENCE = 0.5  # seconds that readers of an older state are waited for, once something was erased


def want(session: Session) -> None:
    """Have the file rewritten, once this transaction stands."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql(f"PRAGMA user_version = {ERASED}")


def scrub(database: Database, *, largest: int | None = LARGEST) -> bool:
    """Rewrite the file, if something in it was erased, and empty the `-wal` file. Is all of it done?

    A file of more than `largest` bytes, or one that there is no room to rewrite, is not rewritten now, and
    counts as not done: trying it would fill the disk. Costs about 20 ms for
    each MB rewritten. Somebody who reads for long keeps the `-wal` file from being emptied: ask again.
    """
    file = database.file
    if file is None or not file.exists():
        return True
    with database.queue, _opened(file) as connection:
        state = _state(connection)
        if state == ERASED and _may_be_rewritten(file, largest):
            connection.execute("VACUUM")
            state = _note(connection, REWRITTEN)
        emptied = _empty_the_log(connection, PATIENCE if state else 0)
        if state == REWRITTEN and emptied:
            state = _note(connection, CLEAN)
        return emptied and state == CLEAN


def _may_be_rewritten(file: Path, largest: int | None) -> bool:
    size = file.stat().st_size
    return (largest is None or size <= largest) and shutil.disk_usage(file.parent).free >= TWICE * size


def _state(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _note(connection: sqlite3.Connection, state: int) -> int:
    connection.execute(f"PRAGMA user_version = {state}")
    return state


def _empty_the_log(connection: sqlite3.Connection, patience: float) -> bool:
    connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        yield connection
