"""A backup of whatever revision comes back whole, or the database stays as it was."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from notifications import outbox
from tests.support import past
from tests.support.databases import database_of_its_own, postgresql_programs
from tests.support.world import dump
from web.commands import backups
from web.db import Database
from web.upgrading import NewerDatabase, UpgradeFailed

NOW = datetime(2027, 1, 2, 9, tzinfo=UTC)
# A restore holds what waits, signs everybody out, gives ids from then on a name of their own, and has texts
# that came meanwhile read once more.
HELD = {"outbox_hold", "outbox_message", "organiser_session", "outbox_origin", "inbound_read"}


@pytest.fixture(autouse=True)
def programs() -> Iterator[None]:
    with postgresql_programs():
        yield


@pytest.fixture
def here(empty_url: str) -> Iterator[Database]:
    """The database that is replaced: up to date, with a programme in it."""
    made = Database(empty_url)
    made.upgrade()
    execute(made, "INSERT INTO outbox_hold VALUES ('7', 'a pause', '2026-12-01 09:00:00')")
    yield made
    made.dispose()


def execute(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement))


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def changed(before: past.Contents, after: past.Contents) -> set[str]:
    return {name for name, rows in before.items() if after[name] != rows}


def is_held(database: Database) -> bool:
    with database.read() as session:
        return "restored from a backup" in [hold.reason for hold in outbox.held(session)]


@pytest.mark.parametrize("revision", past.revisions())
def test_a_file_of_every_past_revision_comes_back_with_every_row(revision: str, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    file, restored = tmp_path / "old.db", Database(f"sqlite:///{tmp_path / 'base' / 'new.db'}")
    past.load(revision, file)
    old = Database(f"sqlite:///{file}")
    before = past.contents(old)
    old.dispose()
    backups.restore(restored, file, now=NOW)
    assert changed(before, past.contents(restored, before)) <= HELD
    assert is_held(restored)
    restored.dispose()
    assert names(tmp_path / "base") <= {"new.db", "new.db.lock"}


@pytest.mark.parametrize("revision", [past.revisions()[0], past.revisions()[-1]])
def test_an_archive_of_a_past_revision_comes_back_with_every_row(
    revision: str, postgresql_server: str, tmp_path: Path
) -> None:
    """In the place of newer tables, which refer to those it brings."""
    file = tmp_path / "old.db"
    past.load(revision, file)
    for url in database_of_its_own(postgresql_server, f"restored_{revision}"):
        database = Database(url)
        database.upgrade(revision)
        past.copy(file, database)
        before = past.contents(database)
        backups.backup(database, tmp_path / "archive")
        database.upgrade()
        backups.restore(database, tmp_path / "archive", now=NOW)
        after = past.contents(database, before)
        database.dispose()
        assert changed(before, after) <= HELD


def stays(database: Database, file: Path, error: type[Exception], words: str) -> None:
    """The restore fails, and nothing has become of the database."""
    before = dump(database)
    with pytest.raises(error, match=words):
        backups.restore(database, file, now=NOW)
    assert dump(database) == before


def test_a_backup_of_a_newer_version_is_refused(here: Database, tmp_path: Path) -> None:
    execute(here, "UPDATE alembic_version SET version_num = '9999'")
    backups.backup(here, tmp_path / "newer")
    execute(here, "DELETE FROM outbox_hold")
    stays(here, tmp_path / "newer", NewerDatabase, "newer version")


def test_a_backup_that_cannot_be_upgraded_is_not_taken(empty_url: str, tmp_path: Path) -> None:
    here = Database(empty_url)
    here.upgrade("0016")
    execute(here, "ALTER TABLE programme ADD COLUMN telling_of DATE")
    backups.backup(here, tmp_path / "odd")
    execute(here, "INSERT INTO outbox_hold VALUES ('7', 'a pause', '2026-12-01 09:00:00')")
    stays(here, tmp_path / "odd", UpgradeFailed, "telling_of")
    here.dispose()


def test_what_is_no_backup_is_refused(here: Database, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear all")
    stays(here, tmp_path / "letter", backups.BackupError, "this is not a backup")


def test_half_a_backup_is_called_damaged(here: Database, tmp_path: Path) -> None:
    whole, half = tmp_path / "whole", tmp_path / "half"
    backups.backup(here, whole)
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    stays(here, half, backups.BackupError, "damaged|malformed")


def test_another_program_s_database_is_refused(old_file: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "songs.db")) as other:
        other.execute("CREATE TABLE song (name)")
    stays(old_file, tmp_path / "songs.db", backups.BackupError, "not a backup")


def test_a_damaged_backup_is_refused(old_file: Database, tmp_path: Path) -> None:
    backups.backup(old_file, tmp_path / "half.db")
    content = (tmp_path / "half.db").read_bytes()
    (tmp_path / "half.db").write_bytes(content[: len(content) // 2])
    stays(old_file, tmp_path / "half.db", backups.BackupError, "malformed|damaged")


def on_a_full_disk(database: Database, *words: str) -> tuple[int, int]:
    """The command's exit code and lines."""
    done = done_on_a_full_disk(database, *words)
    return done.returncode, done.stderr.count("\n")


def done_on_a_full_disk(database: Database, *words: str) -> subprocess.CompletedProcess[str]:
    """`ulimit` refuses to write on as a full disk does."""
    database.dispose()
    told = {"DATABASE_URL": str(database.engine.url), "PATH": os.environ["PATH"]}
    command = f"ulimit -f 100; exec {sys.executable} -B -W ignore -m web.cli {' '.join(words)}"
    return subprocess.run(["sh", "-c", command], env=told, capture_output=True, text=True, check=False)


def test_a_restore_on_a_full_disk_says_one_line_and_leaves_no_file(
    old_file: Database, tmp_path: Path
) -> None:
    backups.backup(old_file, tmp_path / "whole.db")
    before = dump(old_file)
    old_file.dispose()
    files = names(tmp_path / "base")
    said = on_a_full_disk(old_file, "db", "restore", str(tmp_path / "whole.db"))
    assert (said, names(tmp_path / "base")) == ((2, 1), files)
    assert dump(old_file) == before


def test_a_restore_names_the_disk_that_is_full(old_file: Database, tmp_path: Path) -> None:
    """Not the backup, which may lie on one with room."""
    backups.backup(old_file, tmp_path / "whole.db")
    said = done_on_a_full_disk(old_file, "db", "restore", str(tmp_path / "whole.db")).stderr
    full = f"{old_file.file}.restoring: File too large. The database is as it was"
    assert said == f"unmentoring: {full}\n"


def test_a_backup_on_a_full_disk_says_one_line_and_leaves_no_half(old_file: Database, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    said = on_a_full_disk(old_file, "db", "backup", str(tmp_path / "kept" / "monday.db"))
    assert (said, names(tmp_path / "kept") - {"monday.db.erased"}) == ((2, 1), set())
