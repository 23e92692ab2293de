"""An upgrade is whole or not at all, and two wait for each other. With people in it: `test_past.py`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.support.world import dump
from web.db import Database, create_engine
from web.upgrading import NewerDatabase, OlderDatabase, UpgradeFailed

COMMAND = (sys.executable, "-W", "ignore", "-m", "web.cli")


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """Nothing in it, and some revisions behind."""
    made = Database(empty_url)
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
    with database.write() as session:
        session.execute(text(statement))


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
