"""What a database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event

from web.db import Database
from web.upgrading import WHICH

BEGINNING = ("PRAGMA", "BEGIN", "SET LOCAL", WHICH)


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
