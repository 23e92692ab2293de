"""What `pg_dump` wrote, put back on a connection of ours.

`pg_restore` brings its own connection, and what it has begun cannot be taken back when a later step fails. So
it only writes the statements, and we run them as `psql` would: whoever calls decides when they are committed.
"""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import cast

import psycopg
from sqlalchemy import Connection, MetaData, inspect

END_OF_ROWS = b"\\.\n"


def shut(connection: Connection) -> None:
    """Nobody else reads or writes until commit."""
    quoted = connection.dialect.identifier_preparer.quote
    there = ", ".join(quoted(name) for name in sorted(inspect(connection).get_table_names()))
    if there:
        connection.exec_driver_sql(f"LOCK TABLE {there} IN ACCESS EXCLUSIVE MODE")


def replay(connection: Connection, file: Path) -> None:
    """Put every table of the archive in the place of ours.

    Raises:
        FileNotFoundError: there is no `pg_restore`.
        CalledProcessError: it cannot read `file`; what was run before has to be rolled back.
        psycopg.Error: so has it here.
    """
    _make_room(connection)
    cursor = cast(psycopg.Cursor, connection.connection.cursor())
    with cursor, _statements(file) as lines:
        _run(cursor, lines)
    # The archive sets how values are read, and an empty search path.
    connection.exec_driver_sql("RESET ALL")


def _make_room(connection: Connection) -> None:
    """The archive drops the tables it knows, and not those that came later and refer to them."""
    tables = MetaData()
    tables.reflect(connection)
    tables.drop_all(connection)


def _run(cursor: psycopg.Cursor, lines: Iterator[bytes]) -> None:
    statements: list[bytes] = []
    for line in lines:
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            cursor.execute(b"".join(statements))
            statements = []
            _copy(cursor, line, takewhile(END_OF_ROWS.__ne__, lines))
        elif not line.startswith(b"\\"):  # a word to psql alone
            statements.append(line)
    cursor.execute(b"".join(statements))


def _copy(cursor: psycopg.Cursor, statement: bytes, rows: Iterable[bytes]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write(row)


@contextmanager
def _statements(file: Path) -> Iterator[Iterator[bytes]]:
    """What `pg_restore` makes of the archive, line by line."""
    command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--file=-", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
        try:
            yield iter(process.stdout or ())
        except BaseException:
            process.kill()
            raise
        said = process.communicate()[1].decode()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said)
