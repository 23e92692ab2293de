"""Killed before and after every statement, every commit and every call, one after the other.

A run without a kill counts the points; then each is tried on a database of its own, in a process that ends
there and then. What the provider took stands in a file, as it would with the provider.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlmodel import Session, SQLModel

from notifications import delivery, outbox, receipts, reconcile
from notifications.delivery import Providers
from notifications.messages import Channel, Message, Recipient
from notifications.outbox import Order
from notifications.providers.base import Accepted, Outgoing, OutgoingEmail
from notifications.providers.local import Local
from notifications.receipts import Event, What
from tests.faults.kills import FORK
from tests.faults.trial import ROOM, TABLES
from tests.support.letters import everything, introduction, links
from web.db import Database

pytestmark = [
    pytest.mark.faults,
    # The test runner may have threads of its own; the forked process starts none and dies young.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]

BEGAN = datetime(2026, 12, 1, 9, tzinfo=UTC)
KEY = b"suppression key"
KILLED = 9


@dataclass
class Executioner:
    """Counts the points a process passes, and ends it at one of them."""

    at: int | None = None
    passed: int = 0

    def point(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.at:
            os._exit(KILLED)

    @contextmanager
    def watching(self, database: Database) -> Iterator[None]:
        engine = database.engine
        places = [
            (engine, "before_cursor_execute"), (engine, "after_cursor_execute"),
            (engine, "commit"), (Session, "after_commit"),
        ]  # fmt: skip
        for target, name in places:
            event.listen(target, name, self.point)
        try:
            yield
        finally:
            for target, name in places:
                event.remove(target, name, self.point)


@dataclass
class Witness:
    """A provider: the process may end before it takes a letter and after. Its log is a file."""

    log: Path
    executioner: Executioner
    name: str = "witness"

    def send(self, outgoing: Outgoing) -> Accepted:
        return self.take(outgoing.id)

    def take(self, *ids: int) -> Accepted:
        self.executioner.point()
        with self.log.open("a") as log:
            log.writelines(f"{id_}\n" for id_ in ids)
        self.executioner.point()
        return Accepted("taken")


class Together(Witness):
    """The same, for many letters at once."""

    batch_size = 1000

    def alike(self, letter: OutgoingEmail) -> str:
        return letter.kind

    def send_many(self, letters: list[OutgoingEmail]) -> Accepted:
        return self.take(*(letter.id for letter in letters))


@dataclass
class House:
    """A database with letters in it, and whoever carries them."""

    folder: Path
    kind: type[Witness] | None
    now: datetime = BEGAN

    def __post_init__(self) -> None:
        self.log = self.folder / "provider.log"
        self.letters = 2 if self.kind is Together else 1
        self.database = Database(f"sqlite:///{self.folder / 'points.db'}")

    def build(self, letter: Message) -> "House":
        SQLModel.metadata.create_all(self.database.engine, [ROOM.tables[name] for name in TABLES])
        orders = [
            Order(letter, Recipient(f"r{n}", "A", Channel.EMAIL, f"r{n}@example.org"), subject="g")
            for n in range(self.letters)
        ]
        with self.database.write() as session:
            outbox.queue_all(session, orders, now=BEGAN)
        self.log.touch()
        return self

    def providers(self, executioner: Executioner) -> Providers:
        return Providers(email=self.kind(self.log, executioner) if self.kind else Local(), key=KEY)

    def work(self, executioner: Executioner | None = None) -> None:
        providers = self.providers(executioner or Executioner())
        delivery.deliver_due(self.database.write, providers, links, lambda: self.now)

    def work_until_killed(self, at: int) -> None:
        def work() -> None:
            executioner, own = Executioner(at), House(self.folder, self.kind)
            with executioner.watching(own.database):
                own.work(executioner)

        process = FORK.Process(target=work)
        process.start()
        process.join()
        assert process.exitcode == KILLED

    def recover(self, *, evidence: bool) -> None:
        """Another worker carries on for half an hour; what the provider reports comes in after a minute."""
        providers = self.providers(Executioner())
        for minute in (1, 3, 7, 14, 15):
            self.now = BEGAN + timedelta(minutes=minute)
            if minute == 1 and evidence:
                told = [Event("witness", f"e{id_}", What.ACCEPTED, self.now, id_) for id_ in set(self.took())]
                with self.database.write() as session:
                    receipts.take(session, told, key=KEY, now=self.now)
            self.work()
            reconcile.reconcile(self.database.write, providers, links, lambda: self.now)

    def took(self) -> list[int]:
        return [int(line) for line in self.log.read_text().split()]

    def states(self) -> set[str]:
        with self.database.engine.connect() as connection:
            return set(connection.execute(text("SELECT state FROM outbox_message")).scalars())


INTRODUCTION = introduction(until=date(2027, 1, 1))
DIGEST = everything()[15]
HOUSES = {
    "one by one": (Witness, INTRODUCTION),
    "together": (Together, DIGEST),
    "local": (None, INTRODUCTION),
}


def another(tmp_path: Path, name: str, kind: type[Witness] | None) -> House:
    shutil.copytree(tmp_path / "new", tmp_path / name)
    return House(tmp_path / name, kind)


def every_point(tmp_path: Path, kind: type[Witness] | None, letter: Message) -> Iterator[House]:
    """A house for each point at which it can be killed, already killed there."""
    (tmp_path / "new").mkdir()
    House(tmp_path / "new", kind).build(letter).database.dispose()
    house, executioner = another(tmp_path, "counted", kind), Executioner()
    with executioner.watching(house.database):
        house.work(executioner)
    house.database.dispose()
    for at in range(1, executioner.passed + 1):
        killed = another(tmp_path, str(at), kind)
        killed.work_until_killed(at)
        yield killed
        killed.database.dispose()


@pytest.mark.parametrize("how", ["one by one", "together"])
def test_a_kill_at_any_point_sends_every_letter_exactly_once_with_evidence(tmp_path, how):
    for killed in every_point(tmp_path, *HOUSES[how]):
        killed.recover(evidence=True)
        assert (sorted(killed.took()), killed.states()) == (list(range(1, killed.letters + 1)), {"accepted"})


def test_a_kill_at_any_point_loses_no_letter_without_evidence(tmp_path):
    for killed in every_point(tmp_path, *HOUSES["one by one"]):
        killed.recover(evidence=False)
        took = killed.took()
        assert (set(took), len(took) <= 2, killed.states()) == ({1}, True, {"accepted"})


def test_a_kill_at_any_point_delivers_locally_exactly_once(tmp_path):
    for killed in every_point(tmp_path, *HOUSES["local"]):
        killed.recover(evidence=False)
        with killed.database.engine.connect() as connection:
            arrived = connection.execute(text("SELECT count(*) FROM local_message")).scalar_one()
        assert (arrived, killed.states()) == (1, {"accepted"})
