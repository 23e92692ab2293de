"""Databases that refuse every move from state to state which the code does not name, and tell those made."""

from sqlalchemy import inspect, text

from notifications import receipts, tables
from notifications.tables import State
from web.db import Database
from web.models import imports

Move = tuple[str, str]

ON_SQLITE = (
    """CREATE TRIGGER {table}_moves BEFORE UPDATE OF state ON "{table}"
    WHEN OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ({named})
    BEGIN SELECT RAISE(ABORT, 'a move of {table} that NEXT does not name'); END""",
)
ON_POSTGRESQL = (
    """CREATE FUNCTION {table}_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.state || ' ' || NEW.state NOT IN ({named}) THEN
    RAISE EXCEPTION USING MESSAGE = 'a move of {table} that NEXT does not name: '
    || OLD.state || ' ' || NEW.state; END IF;
    RETURN NEW; END $$""",
    """CREATE TRIGGER {table}_moves BEFORE UPDATE OF state ON "{table}" FOR EACH ROW
    WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION {table}_moves()""",
)
RECORDER = (
    "CREATE TABLE made (before TEXT, after TEXT, UNIQUE (before, after))",
    """CREATE TRIGGER {table}_made AFTER UPDATE OF state ON "{table}" WHEN OLD.state <> NEW.state
    BEGIN INSERT OR IGNORE INTO made VALUES (OLD.state, NEW.state); END""",
)


def of_ours() -> set[Move]:
    """What becomes of a message by what we do."""
    return {(before.value, after.value) for before, all_ in tables.NEXT.items() for after in all_}


def of_reports() -> set[Move]:
    """A provider's report raises a message to its own state from any below. Of a held one there are reports
    where a backup was restored.
    """
    rank = {State.HELD: 0} | receipts.RANK
    reported = set(receipts.MOVES.values())
    return {
        (before.value, after.value) for before in rank for after in reported if rank[before] < rank[after]
    }


def of_imports() -> set[Move]:
    return {(before.value, after.value) for before, all_ in imports.NEXT.items() for after in all_}


def refuse_others(database: Database) -> None:
    """From now on, in each of the two tables that this database has."""
    statements = ON_SQLITE if database.engine.dialect.name == "sqlite" else ON_POSTGRESQL
    with database.write() as session:
        tables_here = inspect(connection := session.connection()).get_table_names()
        for table, moves in (("outbox_message", of_ours() | of_reports()), ("import", of_imports())):
            if table in tables_here:
                named = ", ".join(f"'{before} {after}'" for before, after in sorted(moves))
                for statement in statements:
                    connection.exec_driver_sql(statement.format(table=table, named=named))


def record(database: Database, table: str) -> None:
    """Remember from now on which moves are made: SQLite only."""
    with database.write() as session:
        for statement in RECORDER:
            session.connection().exec_driver_sql(statement.format(table=table))


def made(database: Database) -> set[Move]:
    with database.read() as session:
        return {(before, after) for before, after in session.execute(text("SELECT before, after FROM made"))}
