"""Readers cannot write; writers stand in line and lose nothing."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from tests.support.databases import OpenDatabase
from web.db import Database, WriterQueue
from web.models import Organiser

ADD_ONE = "UPDATE audithead SET entries = entries + 1 WHERE id = 1"


def add_organiser(session: Session, name: str) -> None:
    from tests.support.world import START

    session.add(Organiser(email=f"{name}@x.example", email_key=f"{name}@x.example", created_at=START))


def compiled_by(database: Database) -> list[tuple[object, object]]:
    """Where a reader's statements and a writer's are kept once they are compiled, and for which dialect."""
    with database.read() as reading, database.write() as writing:
        lines = [session.connection() for session in (reading, writing)]
        return [(line.get_execution_options()["compiled_cache"], line.dialect) for line in lines]


@pytest.mark.usefixtures("both_databases")
def test_no_test_compiles_what_another_has(database_url: str, open_database: OpenDatabase) -> None:
    first, second = open_database(database_url), open_database(database_url)
    found = [one for each in (first, second) for one in compiled_by(each)]
    assert all(cache is found[0][0] and dialect is found[0][1] for cache, dialect in found)
    for each in (first, second):
        each.dispose()


def add_and_fail(session: Session) -> None:
    add_organiser(session, "amina")
    session.flush()
    raise ZeroDivisionError


def start_counting(database: Database) -> None:
    with database.write() as session:
        insert = "INSERT INTO audithead (id, entries, digest) VALUES (1, 0, :nothing)"
        session.execute(text(insert), {"nothing": b""})


def counted(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(text("SELECT entries FROM audithead")).scalar_one())


def count_up(database: Database) -> None:
    """Read, then write what was read plus one: loses counts wherever two writers overlap unguarded."""
    with database.write() as session:
        session.execute(text(ADD_ONE))


def stand_still_while_another_counts(database: Database) -> None:
    with database.write() as session:
        session.execute(text(ADD_ONE))
        count_up(database)
        session.execute(text(ADD_ONE))


def test_a_reader_cannot_write(database: Database) -> None:
    with database.read() as session:
        add_organiser(session, "amina")
        with pytest.raises(DBAPIError):
            session.flush()


def test_a_reader_s_connection_is_good_for_a_writer_afterwards(database: Database) -> None:
    for _ in range(10):
        with database.read() as session:
            session.exec(select(Organiser)).all()
    with database.write() as session:
        add_organiser(session, "amina")
    with database.read() as session:
        assert len(session.exec(select(Organiser)).all()) == 1


def test_a_writer_s_connection_cannot_write_for_a_reader_afterwards(database: Database) -> None:
    with database.write() as session:
        add_organiser(session, "amina")
    with database.read() as session:
        add_organiser(session, "tom")
        with pytest.raises(DBAPIError):
            session.flush()


def test_an_error_takes_everything_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as session:
        add_and_fail(session)
    with database.read() as session:
        assert session.exec(select(Organiser)).all() == []


def test_an_error_lets_the_next_writer_in(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write():
        raise ZeroDivisionError
    with database.write() as session:
        add_organiser(session, "tom")
    with database.read() as session:
        assert len(session.exec(select(Organiser)).all()) == 1


def test_many_threads_lose_no_write(database: Database) -> None:
    start_counting(database)
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: count_up(database), range(160)))
    assert counted(database) == 160


COUNTING = """
import sys
from sqlalchemy import text
from web.db import Database
database = Database(sys.argv[1])
for _ in range(50):
    with database.write() as session:
        session.execute(text(sys.argv[2]))
"""


def test_many_processes_lose_no_write(database: Database, database_url: str) -> None:
    start_counting(database)
    command = [sys.executable, "-W", "ignore", "-c", COUNTING, database_url, ADD_ONE]
    running = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in running] == [0] * 2
    assert counted(database) == 100


def test_a_reader_reads_while_somebody_writes(database: Database) -> None:
    with database.write() as session:
        add_organiser(session, "amina")
        session.flush()
        with database.read() as reader:
            assert reader.exec(select(Organiser)).all() == []


def test_a_reader_reads_of_one_moment(database: Database) -> None:
    """A page asks many times: who stood in its first list would stand in its second as well, or in none."""
    with database.read() as reader:
        assert reader.exec(select(Organiser)).all() == []
        with database.write() as session:
            add_organiser(session, "amina")
        assert reader.exec(select(Organiser)).all() == []
    with database.read() as reader:
        assert len(reader.exec(select(Organiser)).all()) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_writer_that_stands_still_keeps_the_others_waiting_for_a_while_only(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_counting(database)
    monkeypatch.setattr("web.db.FROZEN_SECONDS", 0.2)
    with pytest.raises(DBAPIError):
        stand_still_while_another_counts(database)
    assert counted(database) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_reader_may_compute_for_as_long_as_it_takes(database: Database) -> None:
    with database.read() as session:
        assert session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "0"


def test_one_thread_may_stand_in_line_twice(tmp_path: Path) -> None:
    queue = WriterQueue(tmp_path / "lock")
    with queue, queue:
        held = True
    assert held


def test_another_writer_waits_until_the_line_is_free(tmp_path: Path) -> None:
    """Two queues on one file are two processes to each other."""
    first, second = WriterQueue(tmp_path / "lock"), WriterQueue(tmp_path / "lock")
    order: list[str] = []

    def follow() -> None:
        with second:
            order.append("second")

    with ThreadPoolExecutor(1) as threads:
        with first:
            waiting = threads.submit(follow)
            order.append("first")
        waiting.result()
    assert order == ["first", "second"]


def test_a_new_database_is_not_current_until_upgraded(tmp_path: Path) -> None:
    made = Database(f"sqlite:///{tmp_path / 'new.db'}")
    before = made.is_current()
    made.upgrade()
    after = made.is_current()
    made.dispose()
    assert (before, after) == (False, True)


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    database.upgrade()
    assert database.is_current()


def test_sqlite_keeps_what_it_has_committed_and_no_more(tmp_path: Path) -> None:
    made = Database(f"sqlite:///{tmp_path / 'new.db'}")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with made.engine.connect() as connection:
        given = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    made.dispose()
    assert given == wanted


def known(database: Database) -> int:
    """Of how many tables the planner knows the size."""
    with database.read() as session:
        there = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"
        tables = "SELECT count(DISTINCT tbl) FROM sqlite_stat1"
        return session.scalar(text(tables)) or 0 if session.scalar(text(there)) else 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_planner_is_told_how_large_tables_are(database: Database) -> None:
    with database.write() as session:
        add_organiser(session, "first")
    database.gather_statistics()
    assert known(database)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_is_told_again_when_the_file_has_grown(database: Database) -> None:
    database.gather_statistics()
    before = known(database)
    with database.write() as session:
        for number in range(2_000):
            add_organiser(session, f"organiser {number} " + "x" * 200)
    database.gather_statistics()
    assert known(database) > before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_is_not_told_what_it_knows(database: Database) -> None:
    database.gather_statistics()
    written = database.written
    database.gather_statistics()
    assert database.written == written


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_sees_to_its_sizes_itself(database: Database) -> None:
    database.gather_statistics()
    assert not database.written


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_closed_holds_no_file(database: Database) -> None:
    with database.write() as session:
        add_organiser(session, "amina")
    database.dispose()
    assert open_files(database) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_closed_opens_again(database: Database) -> None:
    database.dispose()
    with database.write() as session:
        add_organiser(session, "amina")
    with database.read() as session:
        assert session.exec(select(Organiser.email)).one() == "amina@x.example"


def open_files(database: Database) -> list[str]:
    """What of it this process has open."""
    found = [one.path for one in psutil.Process().open_files()]
    return [path for path in found if path.startswith(str(database.file))]
