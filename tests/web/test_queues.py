"""A queue may be away, and come back: SQLite, PostgreSQL and Redis."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from huey.api import Huey
from sqlalchemy import create_engine, make_url, text

from notifications.sending import never
from tests.support.redis_server import RedisServer
from tests.support.world import settings_at
from web import queues
from web.settings import Settings

AT_MOST = 20  # seconds that anything here may take
SOON = 0.05


@dataclass
class Trouble:
    """A queue that is away until it is told to come."""

    url: str
    come: Callable[[], object]


def sqlite_away(folder: Path) -> Trouble:
    missing = folder / "not there yet"
    return Trouble(f"sqlite:///{missing / 'queue.db'}", missing.mkdir)


def postgresql_away(server: str, name: str) -> Trouble:
    def come() -> None:
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        admin.dispose()

    return Trouble(make_url(server).set(database=name).render_as_string(hide_password=False), come)


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def trouble(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trouble]:
    if request.param == "postgresql":
        yield postgresql_away(request.getfixturevalue("postgresql_server"), f"queue_{tmp_path.name}")
    elif request.param == "sqlite":
        yield sqlite_away(tmp_path)
    else:
        server = RedisServer(tmp_path)
        yield Trouble(server.url, server.come)
        server.go()


@pytest.fixture
def settings(trouble: Trouble, tmp_path: Path) -> Settings:
    return settings_at(f"sqlite:///{tmp_path / 'u.db'}", tmp_path).model_copy(
        update={"queue_url": trouble.url}
    )


@dataclass
class Serving:
    """A thread that serves the queue, as a worker's does."""

    settings: Settings
    done: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    looked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Serving":
        self.thread = threading.Thread(target=queues.serve, args=(self.open, self.stopping, SOON))
        self.thread.start()
        return self

    def open(self) -> Huey:
        self.looked.release()
        queue = queues.queue_of(self.settings)
        queues.task(queue, self.done.release)
        return queue

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.thread.join()


def wake(settings: Settings) -> None:
    """As a web process does."""
    queue = queues.queue_of(settings)
    with closing(queue.storage):
        queues.task(queue, never)()


def test_a_queue_that_comes_back_is_served_again(trouble: Trouble, settings: Settings) -> None:
    with Serving(settings) as serving:
        for _ in range(3):
            assert serving.looked.acquire(timeout=AT_MOST)
        trouble.come()
        wake(settings)
        assert serving.done.acquire(timeout=AT_MOST)


def test_a_queue_that_stays_away_is_told_of_without_its_stack(
    trouble: Trouble, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with Serving(settings) as serving:
        for _ in range(3):
            assert serving.looked.acquire(timeout=AT_MOST)
    said = [record for record in caplog.records if record.name == "web.queues"]
    assert (len(said) >= 2, {record.levelno for record in said}, {record.exc_info for record in said}) == (
        True,
        {logging.WARNING},
        {None},
    )


def test_whoever_wakes_asks_a_queue_that_was_away_again_only_some_seconds_later(
    trouble: Trouble, settings: Settings
) -> None:
    now = [0.0]
    wake = queues.Waker(settings, lambda: now[0])
    wake()
    trouble.come()
    wake()
    with closing(queues.queue_of(settings).storage) as queue:
        too_soon = queue.queue_size()
        now[0] = queues.LOOK_AGAIN
        wake()
        assert (too_soon, queue.queue_size()) == (0, 1)
    wake.close()


@dataclass
class Counted:
    """A wake-up that takes until it is let go."""

    times: int = 0
    began: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        self.times += 1
        self.began.set()
        assert self.may_end.wait(AT_MOST)


def test_nobody_waits_for_a_queue_that_does_not_answer() -> None:
    slow = Counted()
    ring = queues.Bell(slow, every=0)
    ring()
    assert (slow.began.wait(AT_MOST), slow.may_end.is_set()) == (True, False)
    slow.may_end.set()


def test_what_is_rung_for_meanwhile_is_one_more_waking() -> None:
    slow = Counted()
    ring = queues.Bell(slow, every=0)
    ring()
    assert slow.began.wait(AT_MOST)
    slow.began.clear()
    for _ in range(50):
        ring()
    slow.may_end.set()
    assert (slow.began.wait(AT_MOST), slow.times) == (True, 2)
