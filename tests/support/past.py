"""Databases of past revisions, filled by the code of their time: `tests/past/` says how they were made.

A dump is SQLite's own text: the tables as they were, however they had become so, and the rows. PostgreSQL has
its tables from the migrations up to that revision, as it had them then, and the same rows.
"""

import lzma
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    delete,
    insert,
    select,
    text,
)

from web.db import Database

FOLDER = Path(__file__).parents[1] / "past"
# Nine tenths of a dump, and no migration looks at it: the local outbox keeps it for a browser to show.
SHORTEN = "UPDATE local_message SET html = '<p>' || subject || '</p>'"
# The text of 0021 fills SQLite's table of sequences, and has no table left that would make SQLite make it.
SEQUENCES = "CREATE TABLE once (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE once;"
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
    """Put the rows of the SQLite database `file` into the empty tables of a PostgreSQL."""
    source = create_engine(f"sqlite:///{file}")
    old, new = tables_of(source), tables_of(to.engine)
    with source.connect() as reading, to.engine.begin() as writing:
        for table in new.sorted_tables:
            if table.name in CHANGED:
                continue
            rows = [_in_utc(dict(row)) for row in reading.execute(select(old.tables[table.name])).mappings()]
            if rows:
                writing.execute(delete(table))  # what a migration has put there
                writing.execute(insert(table), rows)
            _count_on(writing, table)
    source.dispose()


def tables_of(engine: Engine) -> MetaData:
    found = MetaData()
    found.reflect(engine)
    return found


def _in_utc(row: dict[str, Any]) -> dict[str, Any]:
    """SQLite keeps moments without their zone, which is UTC."""
    return {
        name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def _count_on(connection: Connection, table: Table) -> None:
    """Let the next id come after those that another database gave out."""
    if "id" in table.c and isinstance(table.c.id.type, Integer):
        sequence = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
        connection.execute(text(f'SELECT setval({sequence}, max(id)) FROM "{table.name}"'))


def contents(database: Database, like: Contents | None = None) -> Contents:
    """Every row of every table, but for what a migration is meant to change; in the tables and columns of
    `like`, if given.

    Raises:
        KeyError: a table or column of `like` is gone.
    """
    tables = tables_of(database.engine).tables
    wanted = {name: like[name].columns for name in like} if like else _columns(tables)
    with database.engine.connect() as connection:
        return {
            name: Rows(columns, sorted(_read(connection, tables[name], columns), key=repr))
            for name, columns in wanted.items()
        }


def _columns(tables: Mapping[str, Table]) -> dict[str, list[str]]:
    return {
        name: [column.name for column in table.c if f"{name}.{column.name}" not in CHANGED]
        for name, table in tables.items()
        if name not in CHANGED
    }


def _read(connection: Connection, table: Table, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    found = connection.execute(select(*(table.c[column] for column in columns)))
    return [tuple(row) for row in found]
