"""Bring a database to this version of the program: whole or not at all, one process at a time.

UpgradeError
    UpgradeFailed   the tables are as they were; says why
    NewerDatabase   a later version of the program has had it in hand
    OlderDatabase   it waits for `unmentoring db upgrade`
    EmptyDatabase   there is none yet, or it is another one than was meant
    NarrowDatabase  it has no letters for some people's names
BrokenReferences    rows point to rows that are gone: a migration has lost some
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError

# Alembic is imported where it is used: a worker starts a fifth of a second sooner without it.
if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
# Oldest first, by the files that were there when this process was loaded: newer ones may have come since.
KNOWN = tuple(sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py")))
NEWEST = KNOWN[-1]
WHICH = "SELECT version_num FROM alembic_version"


class UpgradeError(Exception):
    pass


class UpgradeFailed(UpgradeError):
    def __init__(self, cause: Exception) -> None:
        super().__init__(f"the database could not be upgraded and is as it was: {in_a_line(cause)}")


class NewerDatabase(UpgradeError):
    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database is of a newer version of this program (revision {revision}): "
            "install that version, or restore a backup made before it was upgraded"
        )


class BrokenReferences(Exception):
    pass


class OlderDatabase(UpgradeError):
    def __init__(self) -> None:
        super().__init__("the database is of an older version: run `unmentoring db upgrade` first")


class EmptyDatabase(UpgradeError):
    def __init__(self) -> None:
        super().__init__(
            "there is nothing in the database: is DATABASE_URL what the service has? "
            "For a new one run `unmentoring db upgrade` first"
        )


class NarrowDatabase(UpgradeError):
    def __init__(self, encoding: str) -> None:
        super().__init__(
            f"the database's encoding is {encoding}, and names are written in all letters there are: make it "
            "with `createdb --encoding=UTF8 --template=template0`, from a dump if there is something in it"
        )


def upgrade(bind: Engine | Connection, target: str = "head") -> None:
    """Run every migration up to `target` in one transaction: in that of `bind`, where it has begun one.

    Raises:
        UpgradeError: nothing was changed.
    """
    from alembic import command

    try:
        command.upgrade(alembic_config(bind), target)
    except UpgradeError:
        raise
    except Exception as error:  # a migration is a program of its own: whatever it raises, it has failed
        raise UpgradeFailed(error) from error


@contextmanager
def changing_tables(bind: Engine | Connection) -> Iterator[Connection]:
    """A transaction in which tables may be changed. A second one waits until the first has ended.

    Raises:
        NewerDatabase: the tables are of revisions we do not know.
        NarrowDatabase: as a PostgreSQL that was installed under `LC_ALL=C` makes them.
        BrokenReferences: rows point to rows that are gone; nothing is committed.
    """
    with nullcontext(bind) if isinstance(bind, Connection) else _begun(bind) as connection:
        _wait_for_others(connection)
        _refuse_newer(connection)
        _refuse_narrow(connection)
        yield connection
        _check_references(connection)


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, _references_unchecked(connection), connection.begin():
        yield connection


@contextmanager
def _references_unchecked(connection: Connection) -> Iterator[None]:
    # SQLite changes a table by making it anew and dropping the old one. With foreign keys on, the drop
    # deletes its rows first: it fails where another table refers to them, or empties that table where it is
    # told to cascade. The switch does nothing inside a transaction, so it is thrown before there is one.
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()


def _wait_for_others(connection: Connection) -> None:
    """On SQLite the transaction itself is the lock. On PostgreSQL two would make the same tables, and who
    began to write before would end it in tables that are not theirs any more.
    """
    if connection.dialect.name == "postgresql":
        patience = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")  # the other may have 100,000 people to move
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('the tables of unmentoring'))")
        if revisions(connection) not in (set(), {NEWEST}):
            connection.exec_driver_sql("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{patience}'")


def _refuse_newer(connection: Connection) -> None:
    unknown = revisions(connection).difference(KNOWN)
    if unknown:
        raise NewerDatabase(max(unknown))


def _refuse_narrow(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise NarrowDatabase(encoding)


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            pairs = sorted({f"{table} to {parent}" for table, _, parent, _ in broken})
            raise BrokenReferences(f"{len(broken)} references lead nowhere: {', '.join(pairs)}")


def is_current(engine: Engine) -> bool:
    with engine.connect().execution_options(writing=False) as connection:
        return revisions(connection) == {NEWEST}


def must_be_current(engine: Engine) -> None:
    """Do nothing where the tables are this version's.

    Raises:
        UpgradeError: they are of another version.
    """
    with engine.connect().execution_options(writing=False) as connection:
        _refuse_newer(connection)
        _refuse_narrow(connection)
        there = revisions(connection)
    if not there:
        raise EmptyDatabase
    if there != {NEWEST}:
        raise OlderDatabase


def must_be_ours(connection: Connection) -> None:
    """Do nothing where the tables are this version's, and nobody upgrades them before the transaction ends.

    Raises:
        UpgradeError: they are of another version.
    """
    there = set(connection.exec_driver_sql(WHICH).scalars())
    if there.difference(KNOWN):
        raise NewerDatabase(max(there))
    if there != {NEWEST}:
        raise OlderDatabase


def revisions(connection: Connection) -> set[str]:
    """Of the tables that are there; none where they are not ours."""
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.exec_driver_sql(WHICH).scalars())


def alembic_config(bind: Engine | Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["bind"] = bind
    return config


def in_a_line(error: Exception) -> str:
    """What a database says has gone wrong, without what PostgreSQL adds on further lines: the values of the
    row, which are names and addresses.
    """
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return said.splitlines()[0] if said else type(error).__name__
