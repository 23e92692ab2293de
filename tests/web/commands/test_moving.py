"""Everything comes along into another database, or nothing does; what is left is as it was."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, inspect, select
from sqlmodel import Session

from notifications import outbox
from notifications.messages import Channel, Recipient
from notifications.tables import OutboxMessage
from tests.support import filled, past
from tests.support.databases import database_of_its_own
from tests.support.letters import introduction
from tests.support.world import World
from web.cli import main
from web.commands import moving
from web.commands.moving import Contents, MovingError
from web.db import Database
from web.models import Person
from web.services.background import heartbeats
from web.services.common import audit

LATER = timedelta(days=1)


@pytest.fixture
def postgresql(postgresql_server: str, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    with contextmanager(database_of_its_own)(postgresql_server, f"to_{tmp_path.name}") as url:
        yield url


def move(world: World, to: str, **how: object) -> moving.Moved:
    return moving.move(world.database, to, now=world.now + LATER, **how)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()


def everything(url: str) -> past.Contents:
    with opened(url) as database:
        return past.contents(database)


def test_every_row_goes_to_postgresql_and_back(world: World, postgresql: str, tmp_path: Path) -> None:
    filled.fill(world)
    move(world, postgresql)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    with opened(postgresql) as there:
        moving.move(there, back, now=world.now + LATER)
    assert everything(back) == everything(str(world.database.engine.url))


def test_the_audit_s_chain_comes_along_unbroken(world: World, postgresql: str) -> None:
    filled.fill(world)
    done = move(world, postgresql)
    with opened(postgresql) as there, there.read() as session:
        assert done.audit_entries == audit.verify(session) > 10


@pytest.mark.parametrize("back", [False, True])
def test_no_id_of_a_message_is_given_out_twice(
    world: World, postgresql: str, tmp_path: Path, back: bool
) -> None:
    """Not even that of one that is gone."""
    to = Recipient("0" * 20, "Ann", Channel.EMAIL, "ann@example.org")
    with world.write() as session:
        first = outbox.queue(session, introduction(), to, subject="1", now=world.now)
        session.execute(delete(OutboxMessage))
    move(world, postgresql)
    at = postgresql
    if back:
        at = f"sqlite:///{tmp_path / 'back.db'}"
        with opened(postgresql) as there:
            moving.move(there, at, now=world.now + LATER)
    with opened(at) as there, there.write() as session:
        assert outbox.queue(session, introduction(), to, subject="2", now=world.now) > first


def test_a_target_that_is_not_empty_is_refused(world: World, postgresql: str) -> None:
    with opened(postgresql) as there:
        there.upgrade("0003")
    with pytest.raises(MovingError, match="the target is not empty"):
        move(world, postgresql)


def test_what_stands_beside_our_tables_is_left_alone(world: World, postgresql: str) -> None:
    """The queue may live in the same database."""
    with opened(postgresql) as there, there.engine.begin() as line:
        line.exec_driver_sql("CREATE TABLE huey_task (id serial)")
    assert move(world, postgresql).rows > 0


def test_a_file_that_is_there_is_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "there.db"
    file.write_text("mine")
    with pytest.raises(MovingError, match="there already"):
        move(world, f"sqlite:///{file}")


def test_while_a_worker_is_at_work_nothing_is_moved(world: World, postgresql: str) -> None:
    with world.write() as session:
        heartbeats.beat(session, "one", started=world.now, seconds=0.1, now=world.now)
    with pytest.raises(MovingError, match="stop the service first"):
        moving.move(world.database, postgresql, now=world.now)


def test_a_worker_at_work_is_seen_beside_one_whose_clock_ran_ahead(world: World, postgresql: str) -> None:
    with world.write() as session:
        for name, now in (("one", world.now), ("two", world.now + timedelta(hours=2))):
            heartbeats.beat(session, name, started=now, seconds=0.1, now=now)
    with pytest.raises(MovingError, match="stop the service first"):
        moving.move(world.database, postgresql, now=world.now)


class Stopped(Exception):
    """In the middle."""


def test_stopped_in_the_middle_the_target_is_empty_and_the_source_as_it_was(
    world: World, postgresql: str, tmp_path: Path
) -> None:
    filled.fill(world)
    before = world.dump()

    def stop(table: str) -> None:
        if table == "round":
            raise Stopped

    for to in (postgresql, f"sqlite:///{tmp_path / 'to.db'}"):
        with pytest.raises(Stopped):
            move(world, to, progress=stop)
    with opened(postgresql) as there:
        left = inspect(there.engine).get_table_names()
    assert (left, [file.name for file in tmp_path.glob("to.db*")], world.dump() == before) == ([], [], True)


def test_killed_in_the_middle_it_is_done_by_the_next(world: World, tmp_path: Path) -> None:
    world.join_many(200)
    before, to = world.dump(), tmp_path / "to.db"
    variables = os.environ | {"DATABASE_URL": str(world.database.engine.url)}
    command = [sys.executable, "-m", "web.cli", "db", "move", f"sqlite:///{to}"]
    with subprocess.Popen(command, env=variables) as process:
        while not list(tmp_path.glob("to.db.moving*")):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    killed = to.exists(), world.dump() == before
    move(world, f"sqlite:///{to}")
    with opened(f"sqlite:///{to}") as there, Session(there.engine) as session:
        people = session.scalar(select(func.count()).select_from(Person))
    assert (killed, people) == ((False, True), 200)


def test_rows_are_compared_in_whatever_order_they_come() -> None:
    one, other = Contents().plus([(1, "a"), (2, "b")]), Contents().plus([(2, "b")]).plus([(1, "a")])
    assert one == other != Contents().plus([(1, "a"), (2, "c")])


@pytest.mark.parametrize("to", ["mysql://u:secret@h/d", "nowhere", "sqlite:nowhere.db"])
def test_an_address_of_no_database_of_ours_is_said_without_it(
    world: World, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(world.database.engine.url))
    done = CliRunner().invoke(main, ["db", "move", to])
    assert (done.exit_code, "expected sqlite:///FILE" in done.output, to in done.output) == (2, True, False)


def test_the_command_says_what_came_and_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(world.database.engine.url))
    done = CliRunner().invoke(main, ["db", "move", f"sqlite:///{tmp_path / 'to.db'}"])
    assert (done.exit_code, "each compared" in done.output) == (0, True)
