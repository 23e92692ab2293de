"""What was erased is in no file of SQLite's, though readers go on and pages were split before."""

import shutil
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from tests.support.canary import erase_crowd, make_crowd, words_of
from tests.support.world import World
from web import scrubbing
from web.db import Database

PEOPLE, ERASED = 1_500, 300


@pytest.fixture
def database(world: World) -> Database:
    return world.database


def told(database: Database, numbers: Iterator[int] | range) -> int:
    """How many of these people any of the files still tells of."""
    assert database.file
    files = b"".join(file.read_bytes() for file in database.file.parent.glob(f"{database.file.name}*"))
    return sum(any(word.encode() in files for word in words_of(number).values()) for number in numbers)


def test_nobody_erased_is_told_of_by_a_page_that_was_split(database: Database) -> None:
    with database.write() as session:
        ids = make_crowd(session, PEOPLE)
    with database.write() as session:
        erase_crowd(session, ids[:ERASED])
    scrubbing.scrub(database)
    assert (told(database, range(ERASED)), told(database, range(ERASED, PEOPLE))) == (0, PEOPLE - ERASED)


def test_a_reader_of_the_state_before_keeps_the_log_until_it_is_done(database: Database) -> None:
    with database.write() as session:
        ids = make_crowd(session, 1)
    with database.read() as reading:
        reading.execute(text("SELECT count(*) FROM person")).scalar_one()
        with database.write() as session:
            erase_crowd(session, ids[:1])
        meanwhile = scrubbing.scrub(database), told(database, range(1))
    assert (meanwhile, scrubbing.scrub(database), told(database, range(1))) == ((False, 1), True, 0)


def test_a_file_that_waits_has_lost_nearly_all_of_it_at_once(database: Database) -> None:
    with database.write() as session:
        ids = make_crowd(session, PEOPLE)
    with database.write() as session:
        erase_crowd(session, ids[:ERASED])
    scrubbing.scrub(database, largest=1)
    assert told(database, range(ERASED)) < ERASED / 20


def test_a_large_file_waits_for_the_night(world: World, database: Database) -> None:
    with database.write() as session:
        erase_crowd(session, [])
    by_day = scrubbing.scrub(database, largest=1)
    assert (by_day, scrubbing.scrub(database, largest=None)) == (False, True)


def test_a_disk_without_room_to_rewrite_the_file_is_not_filled(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        erase_crowd(session, make_crowd(session, 1))
    assert database.file
    room = SimpleNamespace(free=2 * database.file.stat().st_size - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: room)
    assert not scrubbing.scrub(database)


def test_an_erasure_that_was_rolled_back_rewrites_nothing(database: Database) -> None:
    with database.write() as session:
        erase_crowd(session, [])
        session.rollback()
    assert scrubbing.scrub(database, largest=1)


@pytest.mark.usefixtures("both_databases")
def test_a_sweep_leaves_nothing_to_be_scrubbed(world: World) -> None:
    with world.write() as session:
        scrubbing.want(session)
    world.worker.sweep()
    assert scrubbing.scrub(world.database, largest=1)
