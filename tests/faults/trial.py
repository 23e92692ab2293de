"""What every fault is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import SQLModel

from notifications import outbox
from notifications.messages import Channel, Message, Recipient
from notifications.tables import OutboxMessage
from tests.support.databases import say_they_are_current
from tests.support.letters import introduction
from web.db import Database

KEY = b"suppression key"
BEGAN = datetime(2026, 12, 1, 9, tzinfo=UTC)
LETTER = introduction(until=date(9000, 1, 1))  # some send it by the clock on the wall
ROOM = OutboxMessage.__table__.metadata  # type: ignore[attr-defined]
TABLES = (
    "outbox_message",
    "outbox_named",
    "outbox_hold",
    "local_message",
    "suppression",
    "provider_pace",
    "destination",
    "outbox_origin",
    "receipt",
    "reply",
    "inbound_read",
)


@dataclass(frozen=True)
class Trial:
    """An empty database and a folder for the provider's log. `mutant` names the mistake to make, if any."""

    url: str
    folder: Path
    full: bool = False
    seed: int = 1
    mutant: str = ""

    @property
    def log(self) -> Path:
        return self.folder / "provider.log"

    def size(self, short: int, full: int) -> int:
        return full if self.full else short


@dataclass(frozen=True)
class Outcome:
    """The figure as measured, beside what was promised."""

    figure: str
    goal: str
    holds: bool


@dataclass(frozen=True)
class Fault:
    """One row of the faults we survive. Each mutant is a mistake that must make it fail."""

    name: str
    run: Callable[[Trial], Outcome]
    mutants: tuple[str, ...] = ()
    tested_on: tuple[str, ...] = ("sqlite", "postgresql")  # in `make test`; in full it is always both
    minutes: float = 60  # at most, in full
    tests_mutants: bool = True  # in `make test`; not where each starts whole installations


def opened(url: str) -> Database:
    """A database that does not wait for the disk: here processes die, not machines."""
    database = Database(url)
    if database.file:
        event.listen(database.engine, "connect", lambda connection, _: _hurry(connection))
    return database


def _hurry(connection: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


def room(trial: Trial) -> Database:
    """A database with the outbox's tables in it."""
    database = opened(trial.url)
    SQLModel.metadata.create_all(database.engine, [ROOM.tables[name] for name in TABLES])
    say_they_are_current(database.engine)
    return database


def queue(
    database: Database,
    number: int,
    letter: Message = LETTER,
    channel: Channel = Channel.EMAIL,
    now: datetime = BEGAN,
    subject: str = "g",
    domains: int = 1,
) -> None:
    """That many messages, each to somebody else at one of so many domains, due since `now`."""
    orders = [
        outbox.Order(
            letter,
            Recipient(f"{n:08x}", "Amina Shah", channel, f"r{n}@place{n % domains}.example", "+447700900111"),
            subject,
        )
        for n in range(number)
    ]
    with database.write() as session:
        outbox.queue_all(session, orders, now=now)
