"""Databases of past revisions, filled by the code of their time: `tests/past/` says how they were made.

A dump is SQLite's own text: the tables as they were, however they had become so, and the rows. PostgreSQL has
its tables from the migrations up to that revision, as it had them then, and the same rows.
"""

import lzma
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, inspect

from tests.support.databases import database_of_its_own
from web.db import Database

FOLDER = Path(__file__).parents[1] / "past"
# Nine tenths of a dump, and no migration looks at it: the local outbox keeps it for a browser to show.
SHORTEN = "UPDATE local_message SET html = '<p>' || subject || '</p>'"
# The text of 0021 fills SQLite's table of sequences, and has no table left that would make SQLite make it.
SEQUENCES = "CREATE TABLE once (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE once;"
# Tables of a PostgreSQL whose ids are numbers.
COUNTED = """SELECT table_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND column_name = 'id' AND data_type IN ('integer', 'bigint')"""
SQLITE_SAYS = ("SELECT type, name, sql FROM sqlite_master ORDER BY type, name",)
POSTGRESQL_SAYS = (
    """SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
              attgenerated, pg_get_expr(adbin, adrelid)
       FROM pg_attribute
       JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r'
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
       WHERE relnamespace = current_schema()::regnamespace AND attnum > 0 AND NOT attisdropped
       ORDER BY 1, 2""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2""",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1",
)
# What a migration takes away or changes, by table or table.column, and why.
CHANGED: dict[str, str] = {
    "alembic_version": "says which revision it is",
    "import.content": "stands in importfile since 0025",
    "agreementversion.settings": "has the rhythm of our days since 0032",
    "proposalversion.settings": "has the rhythm of our days since 0032",
    "programme.agreement_version": "stands in agreement since 0031",
    "programme.agreement_adopted_on": "stands in agreementversion since 0031",
    "programme.agreement_review_on": "stands in agreementversion since 0031, or 30 days on",
    "programme.agreement_reason": "stands in agreementversion since 0031",
}


@dataclass(frozen=True)
class Rows:
    columns: list[str]
    rows: list[tuple[Any, ...]]


Contents = dict[str, Rows]


def revisions() -> list[str]:
    """Of which there is a dump, oldest first."""
    return sorted(file.name.partition(".")[0] for file in FOLDER.glob("*.sql.xz"))


def dump(file: Path, to: Path) -> None:
    """Write the SQLite database `file` as compressed text. Its own rows of the local outbox are shortened."""
    with closing(sqlite3.connect(file)) as opened:
        opened.execute(SHORTEN)
        said = "".join(f"{line}\n" for line in opened.iterdump())
    to.write_bytes(lzma.compress(said.encode(), preset=9 | lzma.PRESET_EXTREME))


def load(revision: str, file: Path) -> None:
    """Make the SQLite database `file` as it was at that revision."""
    with closing(sqlite3.connect(file)) as made:
        made.executescript(SEQUENCES)
        made.executescript(lzma.decompress((FOLDER / f"{revision}.sql.xz").read_bytes()).decode())


def copy(file: Path, to: Database) -> None:
    """Put the rows of the SQLite database `file` into the empty tables of a PostgreSQL.

    PostgreSQL reads what SQLite has written, but for its moments, which stand there without their zone: UTC.
    """
    with closing(sqlite3.connect(file)) as reading, to.engine.begin() as writing:
        writing.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        for name, _ in inspect(writing).get_sorted_table_and_fkc_names():
            if name and name not in CHANGED:
                _copy_table(name, reading, writing)
        _count_on(writing)


def _copy_table(name: str, reading: sqlite3.Connection, writing: Connection) -> None:
    found = reading.execute(f'SELECT * FROM "{name}"')
    columns, rows = ", ".join(f'"{column[0]}"' for column in found.description), found.fetchall()
    if not rows:
        return
    writing.exec_driver_sql(f'DELETE FROM "{name}"')  # what a migration has put there
    driver: Any = writing.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as into:
        for row in rows:
            into.write_row(row)


@dataclass
class OldTables:
    """Databases on a PostgreSQL with the empty tables of a past revision, to be copied: each is made from the
    one before it. They go with the stack.
    """

    server: str
    stack: ExitStack
    made: list[str] = field(default_factory=list)

    def of(self, revision: str) -> str:
        """The name of the database. Nobody is connected to it."""
        if revision not in self.made:
            before = max((one for one in self.made if one < revision), default=None)
            self._make(revision, f"tables_{before}" if before else "template1")
            self.made.append(revision)
        return f"tables_{revision}"

    def _make(self, revision: str, template: str) -> None:
        new = contextmanager(database_of_its_own)(self.server, f"tables_{revision}", template)
        database = Database(self.stack.enter_context(new))
        database.upgrade(revision)
        database.dispose()


def tables_of(engine: Engine) -> MetaData:
    found = MetaData()
    found.reflect(engine)
    return found


def _count_on(connection: Connection) -> None:
    """Let the next ids come after those that another database gave out."""
    for name in connection.exec_driver_sql(COUNTED).scalars():
        sequence = f"pg_get_serial_sequence('\"{name}\"', 'id')"
        connection.exec_driver_sql(f'SELECT setval({sequence}, max(id)) FROM "{name}"')


def contents(database: Database, like: Contents | None = None) -> Contents:
    """Every row of every table, but for what a migration is meant to change; in the tables and columns of
    `like`, if given.

    Raises:
        KeyError: a table or column of `like` is gone.
    """
    with database.engine.connect() as connection:
        whole = {name: read(connection, name) for name in inspect(connection).get_table_names()}
    wanted = {name: like[name].columns for name in like} if like else _columns(whole)
    return {name: _only(whole[name], columns) for name, columns in wanted.items()}


def read(connection: Connection, table: str) -> Rows:
    """As the database has it: types of ours would be compiled for every table of every revision."""
    found = connection.exec_driver_sql(f'SELECT * FROM "{table}"')
    return Rows(list(found.keys()), [tuple(row) for row in found])


def _columns(whole: Contents) -> dict[str, list[str]]:
    return {
        name: [column for column in table.columns if f"{name}.{column}" not in CHANGED]
        for name, table in whole.items()
        if name not in CHANGED
    }


def _only(table: Rows, columns: list[str]) -> Rows:
    places = {column: place for place, column in enumerate(table.columns)}
    wanted = [places[column] for column in columns]
    return Rows(columns, sorted((tuple(row[place] for place in wanted) for row in table.rows), key=repr))


def described(connection: Connection) -> tuple[str, ...]:
    """All that a database says of its tables: the same for tables that are alike."""
    asked = SQLITE_SAYS if connection.dialect.name == "sqlite" else POSTGRESQL_SAYS
    return tuple(str(row) for question in asked for row in connection.exec_driver_sql(question))
