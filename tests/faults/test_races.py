"""Many at once: the same message queued by all, and a STOP while workers send."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlmodel import SQLModel, col

from notifications import delivery, outbox, suppression
from notifications.delivery import Providers
from notifications.messages import Channel
from notifications.outbox import Order
from notifications.providers.base import Accepted, Outgoing
from notifications.suppression import Why
from notifications.tables import OutboxMessage
from tests.faults.kills import ROOM, TABLES
from tests.support.letters import AMINA_BY_TEXT, introduction, links
from web.db import Database

pytestmark = pytest.mark.faults

KEY = b"suppression key"


@pytest.fixture
def database(empty_url):
    opened = Database(empty_url)
    SQLModel.metadata.create_all(opened.engine, [ROOM.tables[name] for name in TABLES])
    yield opened
    opened.dispose()


def at_once(number: int, work: Callable[[], object]) -> list[threading.Thread]:
    ready = threading.Barrier(number)

    def run() -> None:
        ready.wait()
        work()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads


def rows(database, statement, **facts):
    with database.engine.connect() as connection:
        return connection.execute(text(statement), facts).scalar_one()


def test_what_many_queue_at_once_is_queued_once(database):
    def queue():
        now = datetime.now(UTC)
        with database.write() as session:
            outbox.queue(session, introduction(), AMINA_BY_TEXT, subject="one group", now=now)

    for thread in at_once(16, queue):
        thread.join()
    assert rows(database, "SELECT count(*) FROM outbox_message") == 1


@dataclass
class Slow:
    """A provider that takes a moment, and remembers when it was called."""

    calls: list[float] = field(default_factory=list)
    name: str = "slow"

    def send(self, outgoing: Outgoing) -> Accepted:
        self.calls.append(time.time())
        time.sleep(0.005)
        return Accepted(str(outgoing.id))


def queue_texts(database, number):
    now = datetime.now(UTC)
    letter = introduction(until=(now + timedelta(days=30)).date())
    orders = [Order(letter, AMINA_BY_TEXT, subject=str(n)) for n in range(number)]
    with database.write() as session:
        outbox.queue_all(session, orders, now=now)


def test_nothing_starts_after_a_stop_is_committed(database):
    queue_texts(database, 1000)
    slow, workers = Slow(), 3
    providers = Providers(email=slow, sms=slow, key=KEY)
    done = threading.Event()

    def work():
        while not done.is_set():
            delivery.deliver_due(database.write, providers, links, lambda: datetime.now(UTC), 20)

    threads = at_once(workers, work)
    while len(slow.calls) < 30:
        time.sleep(0.01)
    with database.write() as session:
        suppression.suppress(session, Channel.SMS, "+447700900111", Why.STOP, key=KEY, now=datetime.now(UTC))
    stopped, before = datetime.now(UTC), len(slow.calls)
    time.sleep(0.5)
    done.set()
    for thread in threads:
        thread.join()
    with database.read() as session:
        started = session.scalar(select(func.count()).where(col(OutboxMessage.sending_at) > stopped))
    assert (started, len(slow.calls) - before <= workers) == (0, True)
