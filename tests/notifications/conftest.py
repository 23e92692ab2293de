"""What tests of messages share: two databases with our tables, a clock to turn, a provider in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from notifications import delivery, outbox
from notifications.delivery import Providers, Report
from notifications.messages import Message, Recipient
from notifications.providers.base import Accepted, Outgoing
from notifications.providers.local import Local
from notifications.tables import OutboxMessage
from notifications.unwritten import Unwritten
from tests.support import moves
from tests.support.databases import OpenDatabase, say_they_are_current
from tests.support.letters import AMINA, NOW, introduction, links
from web.db import Database, create_engine

TABLES = [
    SQLModel.metadata.tables[name]
    for name in (
        "outbox_message", "outbox_named", "outbox_hold", "local_message", "suppression", "provider_pace",
        "destination", "outbox_origin", "receipt", "reply", "inbound_read",
    )
]  # fmt: skip


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with this room's tables, copied for each test."""
    file = tmp_path_factory.mktemp("room") / "outbox.db"
    made = Database(f"sqlite:///{file}")
    SQLModel.metadata.create_all(made.engine, TABLES)
    say_they_are_current(made.engine)
    moves.refuse_others(made)
    made.dispose()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, room: Path, open_database: OpenDatabase
) -> Iterator[Database]:
    """An empty database with this room's tables: each test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        file = tmp_path / "outbox.db"
        file.write_bytes(room.read_bytes())
        opened = open_database(f"sqlite:///{file}")
        yield opened
        opened.dispose()
        return
    server = request.getfixturevalue("postgresql_server")
    yield from _on_postgresql(server, f"room_{tmp_path.name}", open_database)


def _on_postgresql(server: str, schema: str, open_database: OpenDatabase) -> Iterator[Database]:
    """A schema of its own: quicker to make and drop than a database."""
    admin = create_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    url = admin.url.update_query_dict({"options": f"-csearch_path={schema}"})
    opened = open_database(url.render_as_string(hide_password=False))
    SQLModel.metadata.create_all(opened.engine, TABLES)
    say_they_are_current(opened.engine)
    moves.refuse_others(opened)
    yield opened
    opened.dispose()
    with admin.connect() as connection:
        connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
    admin.dispose()


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Memory:
    """A provider that remembers what it was given. `answers` are raised in turn, before it takes anything."""

    answers: list[Exception] = field(default_factory=list)
    always: Exception | None = None
    took: list[Outgoing] = field(default_factory=list)
    calls: int = 0
    name: str = "memory"

    def send(self, outgoing: Outgoing) -> Accepted:
        self.calls += 1
        if self.always:
            raise self.always
        if self.answers:
            raise self.answers.pop(0)
        self.took.append(outgoing)
        return Accepted(f"m{len(self.took)}")


@pytest.fixture
def memory() -> Memory:
    return Memory()


@dataclass
class Post:
    """An outbox and a worker for it."""

    database: Database
    clock: Clock
    providers: Providers
    unwritten: Unwritten = field(default_factory=Unwritten)

    def queue(self, message: Message | None = None, to: Recipient = AMINA, **how: object) -> int | None:
        how.setdefault("subject", "round 1")
        with self.database.write() as session:
            return outbox.queue(session, message or introduction(), to, now=self.clock.now, **how)  # type: ignore[arg-type]

    def work(self, limit: int = 100) -> Report:
        return delivery.deliver_due(
            self.database.write,
            self.providers,
            links,
            self.clock,
            limit,
            sleep=self._pass_time,
            unwritten=self.unwritten,
        )

    def _pass_time(self, seconds: float) -> None:
        self.clock.turn(seconds=seconds)

    def row(self, message_id: int | None = 1) -> OutboxMessage:
        with self.database.read() as session:
            row = session.get(OutboxMessage, message_id)
            assert row is not None
            return row

    def state(self, message_id: int | None = 1) -> str:
        return self.row(message_id).state


@pytest.fixture
def post(database: Database, clock: Clock, memory: Memory) -> Post:
    """Messages go to a provider in memory."""
    return Post(database, clock, Providers(email=memory, sms=memory, key=b"suppression key"))


@pytest.fixture
def local_post(database: Database, clock: Clock) -> Post:
    """Messages go to the local provider."""
    return Post(database, clock, Providers(email=Local(), sms=Local(), key=b"suppression key"))
