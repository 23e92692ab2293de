"""Backup and restore. What comes back from a backup is quiet at first, and who was erased stays erased.

Beside each backup stands a ledger, `FILE.erased`: the opaque ids of everyone erased until then. A restore
replays every ledger it finds beside the backup, so a newer backup's ledger guards an older backup.

    BackupError         the file cannot be written or is not a backup; says what to do
"""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col, select

from notifications import outbox
from web import scrubbing
from web.db import Database
from web.models import Person
from web.services import organiser_sessions, privacy

BY = "the restore"
MAGIC = b"SQLite format 3\0"


class BackupError(Exception):
    pass


def backup(database: Database, file: Path) -> None:
    """Write the whole database to `file` while the service goes on.

    SQLite is copied page by page in one consistent state; PostgreSQL by its own `pg_dump`.
    """
    half = file.with_name(f"{file.name}.half")
    source = database.file
    if source:
        with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(half)) as copy:
            opened.backup(copy)
    else:
        _run("pg_dump", "--format=custom", f"--file={half}", database.libpq_url)
    with database.read() as session:
        _ledger(file).write_text("".join(f"{person}\n" for person in sorted(_erased(session))), "utf-8")
    half.replace(file)


@dataclass(frozen=True)
class Restored:
    """`erased` people were erased again. `asked` is False where the database that was replaced could not be
    read: whoever was erased since the newest ledger is known to nobody.
    """

    erased: int
    asked: bool


def restore(database: Database, file: Path, *, now: datetime) -> Restored:
    """Put a backup in the database's place, with the outbox held.

    Stop the service first. The backup is brought up to date and made safe before it takes the place.

    Raises:
        BackupError: `file` is missing or no backup; the database is as it was.
    """
    if not file.is_file():
        raise BackupError(f"{file}: there is no such file")
    erased, asked = set(_ledgers_beside(file)), False
    with suppress(DatabaseError), database.read() as session:
        erased |= _erased(session)
        asked = True
    database.dispose()  # a connection kept open would go on reading the file that is replaced
    if database.file:
        count = _restore_sqlite(database.file, file, lambda restored: _make_safe(restored, erased, now))
        return Restored(count, asked)
    _run("pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={database.libpq_url}", str(file))
    return Restored(_make_safe(database, erased, now), asked)


def _restore_sqlite(target: Path, file: Path, make_safe: Callable[[Database], int]) -> int:
    with file.open("rb") as opened:
        if opened.read(len(MAGIC)) != MAGIC:
            raise BackupError(f"{file}: this is not a backup of an Unmentoring database")
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(file, half)
    restored = Database(f"sqlite:///{half}")
    try:
        count = make_safe(restored)
        scrubbing.scrub(restored, largest=None)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    finally:
        restored.dispose()
    with closing(sqlite3.connect(half)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
        half.with_name(half.name + leftover).unlink(missing_ok=True)
    half.replace(target)
    half.with_name(f"{half.name}.lock").unlink(missing_ok=True)
    return count


def _make_safe(database: Database, erased: Iterable[str], now: datetime) -> int:
    database.upgrade()
    with database.write() as session:
        # Held before anything else: what was due since the backup may have been sent already.
        outbox.hold(session, reason="restored from a backup", now=now)
        organiser_sessions.end_of_everybody(session)
        again = session.exec(
            select(Person).where(col(Person.id).in_(list(erased)), col(Person.erased_at).is_(None))
        ).all()
        for person in again:
            privacy.erase(session, person, by=BY, now=now, farewell=False)
        return len(again)


def _erased(session: Session) -> set[str]:
    return set(session.exec(select(Person.id).where(col(Person.erased_at).is_not(None))))


def _ledger(file: Path) -> Path:
    return file.with_name(f"{file.name}.erased")


def _ledgers_beside(file: Path) -> Iterable[str]:
    for ledger in file.parent.glob("*.erased"):
        yield from ledger.read_text("utf-8").split()


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (our own words)
    except FileNotFoundError as error:
        raise BackupError(
            f"{command[0]} is not installed; it comes with PostgreSQL's client programs"
        ) from error
    except subprocess.CalledProcessError as error:
        last = error.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise BackupError(f"{command[0]}: {last[0]}") from error
