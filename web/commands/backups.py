"""Backup and restore. What comes back from a backup is quiet at first, and who was erased stays erased. Who
stopped our messages, or asked us not to gather their posts, stays on that list, where the database that is
replaced tells of it.

Beside each backup stands a ledger, `FILE.erased`: the opaque ids of everyone erased until then, and of the
complaints whose words were. A restore replays every ledger it finds beside the backup, so a newer backup's
ledger guards an older backup.

    BackupError         the file cannot be written or is not a backup; says what to do
"""

import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Table, inspect
from sqlalchemy import select as select_columns
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session, col, select

from notifications import bulk, origins, outbox
from notifications.bulk import bunches
from notifications.columns import table_of
from notifications.tables import Suppression
from web import scrubbing, upgrading
from web.commands import archives, at_work
from web.db import Database
from web.models import PassedOver, Person
from web.models.complaints import Complaint
from web.services.agreements import deciding
from web.services.background import last_backup
from web.services.incoming import missed_texts
from web.services.organisers import organiser_sessions
from web.services.people import complaints, erasure, retention
from web.settings import environment_with
from web.upgrading import in_a_line

BY = "the restore"
KEPT_FOR = timedelta(days=30)
ALWAYS_KEPT = 7  # a week's
LEFT = ("", ".erased", ".half", ".half-journal")  # beside each other, behind the name of a backup
ORIGIN_BYTES = 6
MAGIC = b"SQLite format 3\0"
OF_PG_DUMP = b"PGDMP"
OF_ANOTHER = (
    "{}: this is a backup of {}, and this database is none: restore it by another DATABASE_URL to a new one "
    "of its kind, and copy that into an empty one of this kind by `unmentoring db move`"
)
NO_BACKUP = "{}: this is not a backup of an Unmentoring database"
CANNOT_BE_READ = "{}: the backup is damaged, or made by a newer pg_dump. The database is as it was. "
IN_USE = "{}: the service, or something else, has it open: stop that first. The database is as it was"
AT_WORK = (
    "the service, or something else, is at work with the database: stop its pages, its workers and "
    "`unmentoring watch`, and try again in two minutes. The database is as it was"
)
MakeSafe = Callable[[Session], int]
# What people told us to leave off, as digests; each with what a row is known by.
LISTS = {table_of(Suppression): ("channel", "key"), table_of(PassedOver): ("mark",)}


class BackupError(Exception):
    pass


def backup(database: Database, file: Path) -> None:
    """Write the whole database to `file` while the service goes on.

    SQLite is copied page by page in one consistent state; PostgreSQL by its own `pg_dump`.

    Raises:
        BackupError: nothing was written.
        EmptyDatabase: neither; DATABASE_URL may be another than the service's.
    """
    if not file.name:
        raise BackupError("say the name of the file to write")
    if database.file and _is_same(file, database.file):
        raise BackupError(f"{file}: that is the database itself; say the name of another file")
    if not file.parent.is_dir():
        raise BackupError(f"{file.parent}: there is no such folder")
    _must_hold_something(database)
    half = file.with_name(f"{file.name}.half")
    try:
        _copy(database, half)
        with database.read() as session:
            _ledger(file).write_text("".join(f"{person}\n" for person in sorted(_erased(session))), "utf-8")
        half.replace(file)
    except sqlite3.Error as error:
        raise BackupError(f"{file}: {in_a_line(error)}") from error
    finally:
        unlink(half, "", "-journal")


def drop_old(folder: Path, *, now: datetime) -> int:
    """Drop the backups in a folder, `*.backup`, that are older than thirty days, each with its ledger, and
    what a backup that was cut off has left; how many files. Never the newest seven, whatever the clock says:
    a year ahead, all are old. Nor what is no file of ours, as an encrypted copy or a link to the newest.
    """

    def ours(ending: str) -> Iterator[Path]:
        found = folder.glob(f"*.backup{ending}")
        return (file for file in found if file.is_file() and not file.is_symlink())

    def made(file: Path) -> float:
        return file.stat().st_mtime

    kept = sorted(ours(""), key=made)[-ALWAYS_KEPT:]
    spared = {*kept, *map(_ledger, kept)}
    old = [file for ending in LEFT for file in ours(ending) if made(file) < (now - KEPT_FOR).timestamp()]
    dropped = [file for file in old if file not in spared]
    for file in dropped:
        file.unlink()
    return len(dropped)


def note(database: Database, *, by: str, now: datetime) -> None:
    """Have the database know that it was backed up. One of another version, or that takes nothing, has been
    backed up all the same.
    """
    with suppress(upgrading.UpgradeError, DatabaseError):
        database.must_be_current()
        with database.write() as session:
            last_backup.note(session, by=by, now=now)


def _must_hold_something(database: Database) -> None:
    if database.file and not database.file.exists():
        raise upgrading.EmptyDatabase  # looking into it would make it
    with database.read() as session:
        if not upgrading.revisions(session.connection()):
            raise upgrading.EmptyDatabase


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _copy(database: Database, to: Path) -> None:
    if database.file:
        with closing(sqlite3.connect(database.file)) as opened, closing(sqlite3.connect(to)) as copy:
            opened.backup(copy)
    else:
        with _told_in_a_line():
            command = ["pg_dump", "--format=custom", f"--file={to}", database.libpq_url]
            environment = environment_with(database.libpq_environment)
            subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603


@dataclass(frozen=True)
class Restored:
    """`erased` people were erased again. `asked` is False where the database that was replaced could not be
    read, or had nobody in it: whoever was erased since the newest ledger is known to nobody.
    """

    erased: int
    asked: bool


@dataclass
class Replaced:
    """What the database that is replaced knows and the backup may not: `listed` as digests. Not `asked` where
    it cannot be read.
    """

    erased: set[str]
    listed: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    asked: bool = False


def restore(database: Database, file: Path, *, now: datetime) -> Restored:
    """Put a backup in the database's place, with the outbox held.

    Stop the service first. The backup is brought up to date and made safe before it takes the place.

    Raises:
        BackupError: `file` is missing, damaged or no backup, or the service goes on with the database that
            would be replaced; it is as it was.
        UpgradeError: it cannot be brought to this version; so is it then.
    """
    if not file.is_file():
        raise BackupError(f"{file}: there is no such file")
    replaced = Replaced(set(_ledgers_beside(file)))

    def make_safe(session: Session) -> int:
        for table, rows in replaced.listed.items():
            bulk.insert_rows(session, table, rows, once=LISTS[table])
        return _make_safe(session, replaced.erased, now)

    try:
        if database.file:
            with suppress(DatabaseError), database.read() as session:
                _ask(session, replaced)
            database.dispose()  # a connection kept open would go on reading the file that is replaced
            again = _restore_sqlite(database.file, file, make_safe)
        else:
            again = _restore_postgresql(database, file, replaced, make_safe)
        return Restored(again, replaced.asked)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise BackupError(AT_WORK) from error
        raise BackupError(f"{file}: {in_a_line(error)}. The database is as it was") from error
    except (DatabaseError, sqlite3.DatabaseError, psycopg.Error) as error:
        raise BackupError(f"{file}: {in_a_line(error)}. The database is as it was") from error
    except OSError as error:
        # Of two files it is the second that could not be written, as on a full disk.
        where = error.filename2 or error.filename or file
        raise BackupError(f"{where}: {error.strerror}. The database is as it was") from error


def _ask(session: Session, replaced: Replaced) -> None:
    replaced.erased |= _erased(session)
    replaced.asked = session.exec(select(Person.id).limit(1)).first() is not None
    for table in LISTS:
        replaced.listed[table] = [dict(row) for row in session.execute(select_columns(table)).mappings()]


def _restore_sqlite(target: Path, file: Path, make_safe: MakeSafe) -> int:
    """The work is done on a copy beside the database, which then takes its name."""
    with file.open("rb") as opened:
        begins = opened.read(len(MAGIC))
    if begins.startswith(OF_PG_DUMP):
        raise BackupError(OF_ANOTHER.format(file, "a PostgreSQL database"))
    if begins != MAGIC:
        raise BackupError(NO_BACKUP.format(file))
    target.parent.mkdir(parents=True, exist_ok=True)
    _must_be_closed(target)
    half = target.with_name(f"{target.name}.restoring")
    try:
        shutil.copyfile(file, half)
        count = _prepare(half, file, make_safe)
        _must_be_closed(target)  # still
        unlink(target, "-wal", "-shm")
        half.replace(target)
    finally:
        unlink(half, "", "-wal", "-shm", ".lock")
    return count


def _must_be_closed(target: Path) -> None:
    """Whoever has it open would go on with the file that is replaced: what they write would be lost, and what
    waits there would go out. SQLite leaves its WAL only for who is alone, and then all of it is in the file.
    """
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target)) as opened:
            opened.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise BackupError(IN_USE.format(target)) from error
        # What is replaced may be no database any more.


def _prepare(half: Path, file: Path, make_safe: MakeSafe) -> int:
    with closing(sqlite3.connect(half)) as opened:
        if opened.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise BackupError(f"{file}: the backup is damaged. The database is as it was")
    restored = Database(f"sqlite:///{half}")
    try:
        with restored.read() as session:
            _must_be_ours(session.connection(), file)
        restored.upgrade()
        with restored.write() as session:
            count = make_safe(session)
        scrubbing.scrub(restored, largest=None)
    finally:
        restored.dispose()
    close_file(half)
    return count


def close_file(file: Path) -> None:
    """Put what stands in the `-wal` file beside a SQLite file into the file itself."""
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def unlink(file: Path, *endings: str) -> None:
    """Do away with the file and those beside it, by the endings of their names, where they are there."""
    for ending in endings:
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _restore_postgresql(database: Database, file: Path, replaced: Replaced, make_safe: MakeSafe) -> int:
    """All of it in one transaction, in which nobody else writes: whoever erases themselves or stops our
    letters meanwhile would do it in what is replaced.
    """
    with file.open("rb") as opened:
        begins = opened.read(len(MAGIC))
    if begins == MAGIC:
        raise BackupError(OF_ANOTHER.format(file, "a SQLite database"))
    if not begins.startswith(OF_PG_DUMP):
        raise BackupError(NO_BACKUP.format(file))
    database.dispose()
    with database.engine.connect() as connection, connection.begin():
        if at_work.is_busy(connection):
            raise BackupError(AT_WORK)
        archives.shut(connection)
        with suppress(DatabaseError), connection.begin_nested(), Session(connection) as session:
            _ask(session, replaced)
        with _told_in_a_line(CANNOT_BE_READ.format(file)):
            archives.replay(connection, file)
        _must_be_ours(connection, file)
        upgrading.upgrade(connection)
        with Session(connection) as session:
            count = make_safe(session)
            session.flush()
    database.dispose()
    return count


def _must_be_ours(connection: Connection, file: Path) -> None:
    if not upgrading.revisions(connection):
        raise BackupError(NO_BACKUP.format(file))


def _make_safe(session: Session, erased: Iterable[str], now: datetime) -> int:
    # Held before anything else: what was due since the backup may have been sent already.
    outbox.hold(session, reason="restored from a backup", now=now)
    missed_texts.begin_anew(session)  # what was answered since the backup would be answered once more
    origins.begin(session, secrets.token_hex(ORIGIN_BYTES), now)
    organiser_sessions.end_of_everybody(session)
    # Whoever said since that they stay, or objected, is not heard any more: no time is over for them.
    retention.warn_anew(session)
    deciding.leave_time(session, now=now)
    again = 0
    for ids in bunches(erased):
        there = select(Person).where(col(Person.id).in_(ids), col(Person.erased_at).is_(None))
        for person in session.exec(there).all():
            erasure.erase(session, person, by=BY, now=now, farewell=False)
            again += 1
        complaints.erase_again(session, ids, now=now)
    return again


def _erased(session: Session) -> set[str]:
    people = set(session.exec(select(Person.id).where(col(Person.erased_at).is_not(None))))
    # The database may be of an older version, which had no complaints.
    has_complaints = inspect(session.connection()).has_table(table_of(Complaint).name)
    return people | complaints.erased(session) if has_complaints else people


def _ledger(file: Path) -> Path:
    return file.with_name(f"{file.name}.erased")


def _ledgers_beside(file: Path) -> Iterable[str]:
    for ledger in file.parent.glob("*.erased"):
        yield from ledger.read_text("utf-8", errors="replace").split()


@contextmanager
def _told_in_a_line(what: str = "") -> Iterator[None]:
    """`what` failed, and what a program of PostgreSQL's says of it."""
    try:
        yield
    except FileNotFoundError as error:
        raise BackupError(
            f"{error.filename} is not installed; it comes with PostgreSQL's client programs"
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines() or ["no reason given"]
        # Below an error that cannot reach the server stands only a question.
        told = [line for line in said if "error:" in line or "detail:" in line] or said[-1:]
        bare = (line.removeprefix(f"{error.cmd[0]}: ") for line in told)
        raise BackupError(f"{what}{error.cmd[0]}: {'; '.join(bare)}") from error
