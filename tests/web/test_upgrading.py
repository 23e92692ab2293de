"""An upgrade is whole or not at all, and two wait for each other. With people in it: `test_past.py`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.support.databases import schema_of_its_own
from tests.support.world import dump
from web.db import DATABASE_AWAY, Database, create_engine
from web.upgrading import NEWEST, WHICH, NewerDatabase, OlderDatabase, UpgradeFailed

COMMAND = (sys.executable, "-W", "ignore", "-m", "web.cli")


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """Nothing in it, and some revisions behind."""
    made = Database(empty_url)
    made.upgrade("0016")
    yield made
    made.dispose()


@pytest.fixture
def old_schema(postgresql_server: str, tmp_path: Path) -> Iterator[Database]:
    """The same, on PostgreSQL alone."""
    with contextmanager(schema_of_its_own)(postgresql_server, f"old_{tmp_path.name}") as url:
        made = Database(url)
        made.upgrade("0016")
        yield made
        made.dispose()


def start(url: str, folder: Path, *words: str) -> subprocess.Popen[str]:
    # Only what a command needs of the environment: what it is told here is all it is told.
    told = {"DATABASE_URL": url, "QUEUE_URL": f"sqlite:///{folder / 'queue.db'}", "PATH": os.environ["PATH"]}
    return subprocess.Popen(
        [*COMMAND, *words], env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(database: Database, folder: Path, *words: str) -> tuple[int, str]:
    """Its exit code, and what it said on standard error."""
    database.dispose()
    url = database.engine.url.render_as_string(hide_password=False)
    process = start(url, folder, *words)
    said = process.communicate()[1]
    return process.returncode, said


def execute(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement))


def in_the_way(database: Database) -> None:
    """A column that a later migration is going to add: that one fails."""
    execute(database, "ALTER TABLE programme ADD COLUMN telling_of DATE")


def from_the_future(database: Database) -> None:
    execute(database, "UPDATE alembic_version SET version_num = '9999'")


def test_an_upgrade_that_fails_changes_nothing(old: Database) -> None:
    in_the_way(old)
    before = dump(old)
    with pytest.raises(UpgradeFailed, match=r"is as it was: .*telling_of"):
        old.upgrade()
    assert dump(old) == before


@pytest.mark.parametrize("words", [("db", "upgrade"), ("serve", "--port", "1")])
def test_an_upgrade_that_fails_says_one_line(
    old_file: Database, tmp_path: Path, words: tuple[str, ...]
) -> None:
    in_the_way(old_file)
    code, said = run(old_file, tmp_path, *words)
    assert (code, said.count("\n"), "could not be upgraded" in said) == (2, 1, True), said


@pytest.mark.parametrize("words", [("db", "upgrade"), ("serve", "--port", "1"), ("worker",)])
def test_a_command_that_finds_a_newer_database_says_one_line(
    old_file: Database, tmp_path: Path, words: tuple[str, ...]
) -> None:
    from_the_future(old_file)
    code, said = run(old_file, tmp_path, *words)
    assert (code, said.count("\n"), "newer version" in said) == (2, 1, True), said


@pytest.fixture(params=["SQL_ASCII", "LATIN1"])
def narrow(request: pytest.FixtureRequest, postgresql_server: str) -> Iterator[Database]:
    """As a PostgreSQL makes one that was installed under `LC_ALL=C`, or in an old language."""
    admin = create_engine(postgresql_server).execution_options(isolation_level="AUTOCOMMIT")
    made, name = f"ENCODING '{request.param}' LC_COLLATE 'C' LC_CTYPE 'C'", f"narrow_{request.param}".lower()
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 {made}"))
    opened = Database(admin.url.set(database=name).render_as_string(hide_password=False))
    yield opened
    opened.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_a_database_without_letters_for_every_name_is_refused_in_a_line(
    narrow: Database, tmp_path: Path
) -> None:
    """“O’Neill” as phones write it is in no such database."""
    with narrow.read() as session:
        encoding = session.execute(text("SHOW server_encoding")).scalar_one()
    code, said = run(narrow, tmp_path, "db", "upgrade")
    assert (code, said.count("\n"), f"the database's encoding is {encoding}" in said) == (2, 1, True)


def test_a_newer_database_is_left_alone(old: Database) -> None:
    from_the_future(old)
    before = dump(old)
    with pytest.raises(NewerDatabase):
        old.upgrade()
    assert dump(old) == before


def test_a_worker_waits_for_the_upgrade_of_an_older_database(old: Database) -> None:
    with pytest.raises(OlderDatabase, match="db upgrade"):
        old.must_be_current()


def test_a_failed_upgrade_leaves_no_file(old_file: Database, tmp_path: Path) -> None:
    in_the_way(old_file)
    run(old_file, tmp_path, "db", "upgrade")
    assert sorted(file.name for file in (tmp_path / "base").iterdir()) == ["old.db", "old.db.lock"]


def test_references_are_checked_again_after_an_upgrade(old: Database) -> None:
    old.upgrade()
    with pytest.raises(IntegrityError):
        execute(old, "INSERT INTO outbox_named VALUES (7, 'nobody')")


def test_a_row_that_points_nowhere_stops_an_upgrade(old_file: Database) -> None:
    with old_file.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("INSERT INTO outbox_named VALUES (7, 'nobody')")
        cursor.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(UpgradeFailed, match="outbox_named to outbox_message"):
        old_file.upgrade()


def test_of_two_upgrades_at_once_one_waits(empty_url: str, tmp_path: Path) -> None:
    both = [start(empty_url, tmp_path, "db", "upgrade") for _ in range(2)]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said


def try_to_write(database: Database) -> None:
    with database.write() as session:
        session.execute(text("DELETE FROM outbox_hold"))


def test_who_is_at_work_while_others_upgrade_writes_no_more(database: Database) -> None:
    """An old process leaves empty what it does not know: a reply that nobody would be told to read."""
    from_the_future(database)
    with pytest.raises(DATABASE_AWAY, match="newer version of this program"):
        try_to_write(database)


def test_nor_where_the_first_thing_may_be_given_up(database: Database) -> None:
    from_the_future(database)
    with (
        pytest.raises(DATABASE_AWAY, match="newer version of this program"),
        database.write() as session,
        session.begin_nested(),
    ):
        session.execute(text("DELETE FROM outbox_hold"))


def test_who_began_before_an_upgrade_writes_once_it_is_done(old: Database) -> None:
    with pytest.raises(DATABASE_AWAY, match="db upgrade"):
        try_to_write(old)
    old.upgrade()
    with old.write() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == NEWEST


WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'alembic_version'::regclass AND NOT granted"


def test_an_upgrade_waits_for_who_writes(old_schema: Database) -> None:
    """On SQLite all writers stand in one line."""
    with ThreadPoolExecutor(1) as threads, old_schema.engine.connect() as looking:
        with old_schema.engine.begin() as old_process:
            revision = old_process.scalar(text(WHICH))
            upgrading = threads.submit(old_schema.upgrade)
            while not upgrading.done() and not looking.scalar(text(WAITING)):
                pass
            assert (upgrading.done(), old_process.scalar(text(WHICH))) == (False, revision)
        looking.rollback()
        upgrading.result()
    assert old_schema.is_current()
