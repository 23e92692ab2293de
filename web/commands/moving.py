"""Move everything into another database: from SQLite to PostgreSQL, or back.

The one that is left is only read. The other is filled in one transaction, or under another name, and what is
in it is compared with what was read before it counts.

MovingError         nothing was moved: the target is not empty, a worker is at work, or something else came
                    than went
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel

from notifications.columns import table_of
from notifications.tables import OutboxMessage
from web import models, upgrading
from web.commands import at_work
from web.commands.backups import close_file, unlink
from web.db import Database
from web.services.common import audit
from web.upgrading import in_a_line

AT_ONCE = 5_000  # rows in memory
MODULUS = 1 << 256
# On SQLite ids of these are never given out twice, though their rows go: elsewhere sequences see to that.
NEVER_TWICE = (OutboxMessage,)
Progress = Callable[[str], None]


class MovingError(Exception):
    pass


@dataclass(frozen=True)
class Contents:
    """Of a table: how many rows, and the sum of their digests, in whatever order they came."""

    rows: int = 0
    digest: int = 0

    def plus(self, rows: list[Row[Any]]) -> "Contents":
        total = self.digest
        for row in rows:
            total += int.from_bytes(hashlib.sha256(repr(_plain(row)).encode()).digest(), "big")
        return Contents(self.rows + len(rows), total % MODULUS)


@dataclass(frozen=True)
class Moved:
    rows: int
    tables: int
    audit_entries: int


def move(source: Database, to: str, *, now: datetime, progress: Progress = lambda _table: None) -> Moved:
    """Copy every row, the numbers that ids go on from, and the audit's chain. About 50 µs of processor a row.

    Raises:
        MovingError: nothing was moved.
        UpgradeError: the source is not of this version.
    """
    source.must_be_current()
    _must_be_idle(source, now)
    try:
        with _filled(to) as target, _reading(source) as reading:
            return _copy_all(reading, target, progress)
    except (SQLAlchemyError, OSError) as error:
        raise MovingError(f"nothing was moved: {in_a_line(error)}") from error


def _must_be_idle(source: Database, now: datetime) -> None:
    if at_work.is_at_work(source, now):
        raise MovingError(
            "stop the service first, its pages, workers and `unmentoring watch`, and try again in two minutes"
        )


@contextmanager
def _reading(source: Database) -> Iterator[Connection]:
    """All of it as it is at one moment. On SQLite nobody writes meanwhile."""
    options: dict[str, Any] = {"writing": False}
    if source.file is None:
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with source.queue, source.engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def _filled(url: str) -> Iterator[Connection]:
    """An empty database with our tables. It counts when the block ends well."""
    file = Path(url.partition(":///")[2]) if url.startswith("sqlite:///") else None
    if file is None:
        with _opened(url) as target, target.engine.connect() as connection, connection.begin():
            _must_be_empty(connection)
            upgrading.upgrade(connection)
            yield connection
        return
    if file.exists():
        raise MovingError(f"{file} is there already: say the name of a new file")
    half = file.with_name(f"{file.name}.moving")
    unlink(half, "", "-wal", "-shm", ".lock")  # of one that was killed
    try:
        with _opened(f"sqlite:///{half}") as target:
            target.upgrade()
            with target.engine.connect() as connection, connection.begin():
                yield connection
        close_file(half)
        half.rename(file)
    finally:
        unlink(half, "", "-wal", "-shm", ".lock")


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


def _must_be_empty(connection: Connection) -> None:
    ours = {*_tables_by_name(), "alembic_version"}
    there = sorted(ours & set(inspect(connection).get_table_names()))
    if there:
        raise MovingError(f"the target is not empty: it has a table {there[0]!r}")


def _copy_all(source: Connection, target: Connection, progress: Progress) -> Moved:
    tables = list(_tables_by_name().values())
    for table in reversed(tables):
        target.execute(delete(table))  # what a migration has put there
    total = 0
    for table in tables:
        went = _copy(source, target, table)
        came = _contents(target, table)
        if went != came:
            raise MovingError(
                f"{table.name}: what came is not what went ({went.rows} and {came.rows} of them)"
            )
        _go_on_from(source, target, table)
        total += went.rows
        progress(table.name)
    with Session(target) as session:
        entries = audit.verify(session)
    return Moved(total, len(tables), entries)


def _tables_by_name() -> dict[str, Table]:
    """Every table of ours, those that others lead to first."""
    assert models  # noqa: S101  (which has registered them)
    return {table.name: table for table in SQLModel.metadata.sorted_tables}


def _copy(source: Connection, target: Connection, table: Table) -> Contents:
    contents, adding, names = Contents(), insert(table), table.c.keys()
    for rows in _in_parts(source, table):
        target.execute(adding, [dict(zip(names, row, strict=True)) for row in rows])
        contents = contents.plus(rows)
    return contents


def _contents(connection: Connection, table: Table) -> Contents:
    contents = Contents()
    for rows in _in_parts(connection, table):
        contents = contents.plus(rows)
    return contents


def _in_parts(connection: Connection, table: Table) -> Iterator[list[Row[Any]]]:
    found = connection.execute(select(table), execution_options={"yield_per": AT_ONCE})
    for part in found.partitions():
        yield list(part)


def _plain(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(value.value if isinstance(value, Enum) else value for value in row)


def _go_on_from(source: Connection, target: Connection, table: Table) -> None:
    """Ids that were given out are not given out again."""
    if "id" not in table.c or table.c.id.type.python_type is not int:
        return
    last = _last_id(source, table)
    if target.dialect.name == "postgresql":
        sequence = target.exec_driver_sql(
            "SELECT pg_get_serial_sequence(%s, 'id')", (f'"{table.name}"',)
        ).scalar()
        if sequence and last:
            target.exec_driver_sql("SELECT setval(%s, %s)", (sequence, last))
    elif table in map(table_of, NEVER_TWICE):
        target.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
        target.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, last))


def _last_id(source: Connection, table: Table) -> int:
    """The largest id that was ever given out, as far as the database knows."""
    largest = source.execute(select(func.max(table.c.id))).scalar() or 0
    if source.dialect.name == "postgresql":
        name = source.exec_driver_sql(
            "SELECT pg_get_serial_sequence(%s, 'id')", (f'"{table.name}"',)
        ).scalar()
        if name is None:
            return int(largest)
        given = source.exec_driver_sql(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608
        return max(int(largest), int(given.scalar_one()))
    if table not in map(table_of, NEVER_TWICE):
        return int(largest)
    kept = source.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).scalar()
    return max(int(largest), int(kept or 0))
