"""A filled database of every past revision comes up to date with every row still there, and can be used."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlmodel import SQLModel, col, select
from structlog.testing import capture_logs

from tests.support import past
from tests.support.databases import BOTH, OpenDatabase, database_of_its_own
from tests.support.world import Clock, World, fresh_app, settings_at
from tools.past import filled
from web.db import Database
from web.http.context import KEY
from web.models import Person, Purpose
from web.services.common import audit
from web.worker import Worker

AFTER = datetime(2027, 1, 2, 9, tzinfo=UTC)  # the day after the stories end
OWNER = "organiser@councils.example"
OF_AN_OWNER = (
    "/", "/rounds", "/rounds/1", "/rounds/2", "/people", "/organisations", "/organisations/1", "/learning",
    "/evidence", "/settings", "/settings/wording", "/schedule", "/reports", "/import", "/organisers",
    "/audit",
)  # fmt: skip
OF_EVERYONE = (
    "/",
    "/join",
    "/how-we-match",
    "/learning",
    "/learning.atom",
    "/dates.ics",
    "/rounds",
    "/rounds/1",
)
MADE = "SELECT sql FROM sqlite_master WHERE name = 'outbox_message'"
Upgraded = tuple[Database, past.Contents, past.Contents]
Differences = dict[tuple[str, ...], list[Any]]  # by what a database says of its tables


@pytest.fixture(scope="module", params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def differences() -> Differences:
    return {}


@pytest.fixture(scope="module")
def old_tables(postgresql_server: str) -> Iterator[past.OldTables]:
    with ExitStack() as stack:
        yield past.OldTables(postgresql_server, stack)


@pytest.fixture(scope="module", params=past.revisions())
def upgraded(
    request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    """A database of a past revision, now up to date, with what was in it before and after."""
    file = tmp_path_factory.mktemp("past") / f"{request.param}.db"
    past.load(request.param, file)
    with _database(request, kind, file) as database:
        before = past.contents(database)
        database.upgrade()
        yield database, before, past.contents(database, before)


@contextmanager
def _database(request: pytest.FixtureRequest, kind: str, file: Path) -> Iterator[Database]:
    open_database: OpenDatabase = request.getfixturevalue("open_database")
    if kind == "sqlite":
        yield from _opened(open_database, f"sqlite:///{file}")
        return
    server = request.getfixturevalue("postgresql_server")
    tables = request.getfixturevalue("old_tables").of(file.stem)
    for url in database_of_its_own(server, f"past_{file.stem}", tables):
        for database in _opened(open_database, url):
            past.copy(file, database)
            yield database


def _opened(open_database: OpenDatabase, url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        database.dispose()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("site")
    return fresh_app(settings_at(f"sqlite:///{folder / 'none.db'}", folder))


@pytest.fixture
def world(upgraded: Upgraded, site: Flask) -> World:
    """The upgraded database, a day later."""
    database, clock = upgraded[0], Clock(AFTER)
    house = site.extensions[KEY]
    site.extensions[KEY] = replace(house, database=database, clock=clock, poke=lambda: None)
    return World(site, Worker(house.settings, database, clock), clock)


def test_the_story_for_the_next_one_gives_every_table_a_row(tmp_path: Path) -> None:
    assert filled(tmp_path / "past.db") == []


def test_every_row_is_still_there(upgraded: Upgraded) -> None:
    _, before, after = upgraded
    assert after == before


def test_the_audit_is_unbroken(upgraded: Upgraded) -> None:
    with upgraded[0].read() as session:
        assert audit.verify(session) > 0


def test_the_tables_are_what_the_models_describe(upgraded: Upgraded, differences: Differences) -> None:
    """Tables that are alike are looked at once: that takes half a second."""
    with upgraded[0].engine.connect() as connection:
        tables = past.described(connection)
        if tables not in differences:
            options = {"compare_type": True, "render_as_batch": True}
            context = MigrationContext.configure(connection, opts=options)
            differences[tables] = compare_metadata(context, SQLModel.metadata)
        assert differences[tables] == []


def test_no_id_of_a_message_is_given_out_twice(upgraded: Upgraded) -> None:
    """PostgreSQL never does; SQLite only where it is told not to."""
    with upgraded[0].engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        made = connection.exec_driver_sql(MADE).scalar_one() if on_sqlite else "AUTOINCREMENT"
    assert "AUTOINCREMENT" in made


def test_an_owner_s_pages_open(world: World) -> None:
    owner = world.organiser(OWNER)
    who = somebody(world)
    pages = [f"/organise/councils{page}" for page in (*OF_AN_OWNER, f"/people/{who}")]
    assert [(owner.open(page).status, owner.path) for page in pages] == [(200, page) for page in pages]


def test_everybody_s_pages_open(world: World) -> None:
    visitor = world.visitor()
    pages = [f"/p/councils{page}" for page in OF_EVERYONE]
    assert [(visitor.open(page).status, visitor.path) for page in pages] == [(200, page) for page in pages]


def test_a_participant_s_pages_open(world: World) -> None:
    who = somebody(world)
    group = world.group_of(who)
    doors = {
        Purpose.FULL_PAGE: None,
        Purpose.CONVERSATION: group,
        Purpose.CHECK_IN: group,
        Purpose.CALENDAR: group,
    }
    found = {door: world.visitor().open(world.door(door, who, about)).status for door, about in doors.items()}
    assert found == dict.fromkeys(doors, 200)


def test_a_sweep_finds_nothing_wrong(world: World) -> None:
    with capture_logs() as said:
        world.worker.sweep()
    assert [line for line in said if line["log_level"] in ("error", "critical")] == []


def somebody(world: World) -> str:
    """In one conversation of the first round, which everybody in it is still there for."""
    groups = world.groups()
    with world.read() as session:
        there = set(session.exec(select(Person.id).where(col(Person.erased_at).is_(None))))
    whole = [group for group in groups if there.issuperset(group)]
    return next(one for group in whole for one in group if sum(one in other for other in groups) == 1)
