"""What a database is asked, and how much it does for it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import Connection, event
from sqlmodel import Session

from web.db import Database
from web.upgrading import WHICH

BEGINNING = ("PRAGMA", "BEGIN", "SET LOCAL", WHICH)

A_STEP = 100  # instructions of SQLite's


@contextmanager
def statements(database: Database, *, writing: bool = False) -> Iterator[list[str]]:
    """Everything it is asked within the block, apart from how transactions begin; with `writing` only what is
    asked in those that write.
    """
    asked: list[str] = []

    def note(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        writes = connection.get_execution_options().get("writing", True)
        if not statement.startswith(BEGINNING) and (writes or not writing):
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def steps_of(session: Session, what: Callable[[], object]) -> int:
    """How much SQLite does for it: the same on every machine."""
    file = session.connection().connection.driver_connection
    assert isinstance(file, sqlite3.Connection)
    counted = count()
    file.set_progress_handler(lambda: next(counted) * 0, A_STEP)
    try:
        what()
    finally:
        file.set_progress_handler(None, 0)
    return next(counted)
