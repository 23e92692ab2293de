"""One database, two kinds of session: readers that cannot write, and writers that queue for one lock."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, event, make_url, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from notifications.errors import DATABASE_AWAY as DATABASE_AWAY
from web import upgrading
from web.endings import WritingSession

BUSY_SECONDS = 10
FROZEN_SECONDS = 60  # longer than any of us computes between two statements of one writing transaction
# Who draws holds one connection to read by and opens another to write: in a pool with an end they would all
# wait for each other. There are never more than two for each thread.
NO_END = -1
DATA_EXCEPTION = "22"  # how SQLSTATEs begin that are about a value
GROWN = 1.25  # times what it was: worth counting anew
ROWS_LOOKED_AT = 400  # of each index


class Database:
    """The engine and the two ways into it.

    `read()` gives a session of one moment, in which nothing can be written; `write()` one that commits when
    its block ends well and rolls back when it does not. Tables of another version than ours are to it as
    those of a database that is away. `written` is another number after each write by this object.
    """

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self.written = 0
        self._counted_at = 1  # pages; the first time they have grown
        self._writes = count(1)
        self.queue = WriterQueue(self.file and self.file.with_name(f"{self.file.name}.lock"))

    @cached_property
    def _reader(self) -> Engine:
        options: dict[str, Any] = {"writing": False}
        if self.engine.dialect.name == "postgresql":
            options |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        return self.engine.execution_options(**options)

    @contextmanager
    def read(self) -> Iterator[Session]:
        # A connection is taken with the first statement: many a page has none.
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        try:
            with (
                self.queue,
                self.engine.connect().execution_options(writing=True) as connection,
                WritingSession(connection, expire_on_commit=False) as session,
            ):
                yield session
                session.commit()
        finally:
            self.written = next(self._writes)

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return _sqlite_file(str(self.engine.url)) if self.engine.dialect.name == "sqlite" else None

    @property
    def libpq_url(self) -> str:
        """The address as PostgreSQL's own programs take it, without the password: see `libpq_environment`."""
        parts = self.engine.url.set(drivername="postgresql")._replace(password=None)
        return parts.render_as_string()

    @property
    def libpq_environment(self) -> dict[str, str]:
        """The password for PostgreSQL's own programs. A command line is there for everybody to read."""
        password = self.engine.url.password
        return {} if password is None else {"PGPASSWORD": str(password)}

    def upgrade(self, target: str = "head") -> None:
        """Bring the tables to this version of the program, or another.

        Raises:
            UpgradeError: nothing was changed.
        """
        with self.queue:
            upgrading.upgrade(self.engine, target)

    def is_current(self) -> bool:
        return upgrading.is_current(self.engine)

    def must_be_current(self) -> None:
        """Do nothing where the tables are this version's.

        Raises:
            UpgradeError: they are of another version.
        """
        if self.file and not self.file.exists():
            raise upgrading.EmptyDatabase  # looking into it would make it
        upgrading.must_be_current(self.engine)

    def gather_statistics(self) -> None:
        """Count anew what SQLite's planner knows of its tables, if the file has grown by a quarter since this
        object last did. Some 20 ms, whatever the size. PostgreSQL sees to that by itself.
        """
        if self.file is None:
            return
        with self.read() as session:
            pages = session.scalar(text("PRAGMA page_count")) or 0
        if pages < GROWN * self._counted_at:
            return
        with self.write() as session:
            line = session.connection()
            line.exec_driver_sql(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
            line.exec_driver_sql("ANALYZE")
            # Some builds keep examples of what stands in columns there: people who were erased among them.
            line.exec_driver_sql("DROP TABLE IF EXISTS sqlite_stat4")
        self._counted_at = pages

    def dispose(self) -> None:
        self.engine.dispose()
        self.queue.close()


class WriterQueue:
    """Writers to one SQLite file stand in line: threads by a mutex, processes by `flock`.

    SQLite's own busy wait polls and starves; in a trial this line gave 3.6 times the writes and a thirtieth
    of the 99th percentile. On PostgreSQL there is no line.
    """

    def __init__(self, file: Path | None) -> None:
        self._mutex = threading.RLock()
        self._file = file
        self._handle: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        if self._file is None:
            return
        self._mutex.acquire()
        self._depth += 1
        if self._depth == 1:
            try:
                self._lock(self._file)
            except OSError as error:
                self._depth -= 1
                self._mutex.release()
                raise OperationalError("standing in line to write", None, error) from error

    def _lock(self, file: Path) -> None:
        if self._handle is None:
            self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        if self._file is None:
            return
        self._depth -= 1
        if self._depth == 0 and self._handle is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)
        self._mutex.release()

    def close(self) -> None:
        """Let go of the file, unless somebody stands in line. It is opened again for whoever comes."""
        if self._mutex.acquire(blocking=False):
            if self._depth == 0 and self._handle is not None:
                os.close(self._handle)
                self._handle = None
            self._mutex.release()


@event.listens_for(WritingSession, "after_begin")
def _refuse_other_tables(_session: Session, transaction: SessionTransaction, line: Connection) -> None:
    """Somebody may have upgraded while this process was at work. In columns it does not know it would leave
    what is true of nobody: a reply that nobody is told to read.
    """
    if transaction.nested:
        return
    try:
        upgrading.must_be_ours(line)
    except (upgrading.UpgradeError, ProgrammingError) as error:  # the latter where there are no tables yet
        raise OperationalError("beginning to write", None, error) from error


def create_engine(url: str) -> Engine:
    """An engine with our habits: SQLite in WAL with full sync and foreign keys, BEGIN written by us.

    What a statement is given stays out of every error, and so out of the log: it is names and addresses.
    """
    if not url.startswith("sqlite"):
        # A host that answers nothing would hold a thread for minutes. What a server that knows ASCII alone
        # says would come as bytes. What the address itself says counts.
        habits = {"connect_timeout": BUSY_SECONDS, "client_encoding": "utf8"}
        ours = {name: value for name, value in habits.items() if name not in make_url(url).query}
        engine = sqlalchemy_engine(
            url, pool_pre_ping=True, hide_parameters=True, connect_args=ours, max_overflow=NO_END
        )
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "handle_error", _forget_what_was_refused)
        return engine
    file = _sqlite_file(url)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # as where a command is given without the service's settings
        why = f"{error.strerror}: is DATABASE_URL what the service has? It leads to {file}"
        raise OSError(error.errno, why, error.filename) from error
    patience = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = sqlalchemy_engine(url, connect_args=patience, hide_parameters=True, max_overflow=NO_END)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "reset", _end_what_is_open)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection, _record) -> None:  # type: ignore[no-untyped-def]
    # As on SQLite: who waits longer than this for somebody else's lock is told to come back.
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    # A process that stands still, or whose machine is gone, would keep what it has locked from all others.
    # Who only reads keeps nothing from anybody, and may take minutes to draw meanwhile.
    if connection.get_execution_options().get("writing", False):
        timeout = f"{round(FROZEN_SECONDS * 1000)}ms"
        connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{timeout}'")


def _forget_what_was_refused(context: ExceptionContext) -> None:
    """PostgreSQL quotes the row it refuses, in a DETAIL, and a value it cannot read in the sentence itself:
    whoever shows the error would show somebody's address.
    """
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    diagnosis = getattr(error, "diag", None)
    if diagnosis is None or not diagnosis.message_primary:
        return  # nothing that the server said
    words = diagnosis.message_primary
    if (diagnosis.sqlstate or "").startswith(DATA_EXCEPTION):
        words = words.partition('"')[0]
    error.args = (words,)
    if wrapped is not None:
        wrapped.args = (f"({type(error).__module__}.{type(error).__name__}) {words}",)


def _prepare_sqlite(connection, _record) -> None:  # type: ignore[no-untyped-def]
    # None stops the driver from opening transactions by itself: see _begin_sqlite.
    connection.isolation_level = None
    # SQLite's own knows only ASCII: nobody would find Élodie by her name.
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _end_what_is_open(connection: Any, _record: object, _state: object) -> None:
    # SQLite leaves a transaction open that it could not commit, and SQLAlchemy takes it for ended. Kept in
    # the pool it would keep everybody else from writing.
    if connection.in_transaction:
        connection.rollback()


def _lower(text: str | None) -> str | None:
    return text if text is None else str(text).lower()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer fails at once under WAL when somebody else wrote meanwhile, so who is
    # going to write says so from the start, and who is not cannot.
    if connection.get_execution_options().get("writing", True):
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")


def _sqlite_file(url: str) -> Path:
    return Path(url.partition(":///")[2])
