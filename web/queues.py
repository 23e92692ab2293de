"""The queue that wakes workers: a SQLite file, PostgreSQL or Redis. It may be away, and come back.

What is to be done stands in the database, so nothing in the queue is ever missed for longer than a minute.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from web.settings import Settings

if TYPE_CHECKING:
    from huey.api import Huey, TaskWrapper
    from redis import ConnectionPool

ANSWERS_WITHIN = 2  # seconds; longer than the one for which a worker listens to an empty queue
WAKE_EVERY = 1.0  # seconds
LOOK_AGAIN = 5.0  # seconds after which a queue that was away is asked again
NAP = 0.5  # seconds between two looks at a queue that cannot be listened to

log = logging.getLogger(__name__)


def queue_of(settings: Settings) -> "Huey":
    """The queue named by QUEUE_URL. All three carry the same task.

    Raises whatever its driver does when it is away.
    """
    # Loaded where it is needed: with each of its kinds come all of that kind's modules.
    from huey import RedisHuey, SqliteHuey

    scheme = urlsplit(settings.queue).scheme.partition("+")[0]
    if scheme == "sqlite":
        return SqliteHuey("unmentoring", filename=settings.queue.partition(":///")[2], strict_fifo=True)
    if scheme in ("postgresql", "postgres"):
        return _postgresql_queue(settings.queue.replace("+psycopg", ""))
    return RedisHuey("unmentoring", connection_pool=_line_to_redis(settings.queue))


def _line_to_redis(address: str) -> "ConnectionPool":
    from redis import ConnectionPool

    patience = {"socket_connect_timeout": ANSWERS_WITHIN, "socket_timeout": ANSWERS_WITHIN}
    return ConnectionPool.from_url(address, **patience)


def _postgresql_queue(dsn: str) -> "Huey":
    """Whoever comes first makes its tables: IF NOT EXISTS alone fails for one of two who come together."""
    import psycopg
    from huey import PostgresHuey
    from psycopg.conninfo import make_conninfo

    milliseconds = ANSWERS_WITHIN * 1000
    dsn = make_conninfo(dsn, connect_timeout=ANSWERS_WITHIN, tcp_user_timeout=milliseconds)
    with psycopg.connect(dsn, autocommit=True) as line:
        line.execute("SELECT pg_advisory_lock(hashtext('the tables of the queue'))")
        return PostgresHuey("unmentoring", dsn=dsn)


def ask_queue(address: str) -> None:
    """Raises whatever the kind of queue raises when it cannot be reached within a few seconds."""
    kind = urlsplit(address).scheme
    if kind == "sqlite":
        with closing(sqlite3.connect(f"file:{address.partition(':///')[2]}?mode=rw", uri=True)) as line:
            line.execute("SELECT count(*) FROM task")
    elif kind.startswith("postgres"):
        import psycopg

        with psycopg.connect(address.replace("+psycopg", ""), connect_timeout=ANSWERS_WITHIN) as line:
            line.execute("SELECT count(*) FROM huey_task")
    else:
        from redis import Redis

        with Redis(connection_pool=_line_to_redis(address)) as line:
            line.ping()


def task(queue: "Huey", work: Callable[[], object]) -> "TaskWrapper":
    """Register the one task that the queue carries, and return it: to call it wakes a worker."""

    @queue.task(name="work")  # type: ignore[untyped-decorator]
    def work_() -> None:
        work()

    return work_


class Waker:
    """What a web process calls when there is something to do. The queue is opened when it is first needed: a
    process starts while it is away.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._wake: TaskWrapper | None = None
        self._asks_again = clock()

    def __call__(self) -> None:
        """Never fails: a lost wake-up costs a minute at most, a page that failed for it the work itself. And
        asks no queue that was away a moment ago: nobody's form waits for it.
        """
        if self._clock() < self._asks_again:
            return
        try:
            self._opened()()
        except Exception as error:  # noqa: BLE001  (three kinds of queue, each with errors of its own)
            _say_away(error)
            self.close()
            self._asks_again = self._clock() + LOOK_AGAIN

    def close(self) -> None:
        """It opens again when it is next needed."""
        if self._wake:
            self._wake.huey.storage.close()
        self._wake = None

    def _opened(self) -> "TaskWrapper":
        self._wake = self._wake or task(queue_of(self._settings), _is_done_elsewhere)
        return self._wake

    def queue_answers(self) -> bool:
        """Would a wake-up be heard? Asked on a line of its own, so that one lost long ago does not count."""
        try:
            self._opened()
            ask_queue(self._settings.queue)
        except Exception:  # noqa: BLE001  (as above)
            return False
        return True

    def depth(self) -> int | None:
        """How many wake-ups nobody has taken yet; None while the queue is away."""
        try:
            waiting: int = self._opened().huey.pending_count()
        except Exception:  # noqa: BLE001  (as above)
            self.close()
            return None
        return waiting


class Bell:
    """Has a worker woken from a thread beside the pages: nobody's answer waits for a queue. However often it
    is rung, it wakes once each `every` seconds, and once more after it was rung last.
    """

    def __init__(self, wake: Callable[[], None], every: float = WAKE_EVERY) -> None:
        self._wake, self._every = wake, every
        self._rung, self._starting = Event(), Lock()
        self._process: int | None = None

    def __call__(self) -> None:
        self._rung.set()
        # A thread does not come along into a process that is forked.
        if self._process != os.getpid():
            with self._starting:
                if self._process != os.getpid():
                    self._process = os.getpid()
                    Thread(target=self._go_on_waking, name="bell", daemon=True).start()

    def _go_on_waking(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            self._wake()
            time.sleep(self._every)


def _is_done_elsewhere() -> None:
    """A worker does what a web process only asks for."""


def serve(open_queue: "Callable[[], Huey]", stopping: Event, look_again: float = LOOK_AGAIN) -> None:
    """Do what is queued until told to stop. While the queue is away, look for it every few seconds."""
    away = False
    while not stopping.is_set():
        try:
            queue = open_queue()
            with closing(queue.storage):
                _do_next(queue)
                if away:
                    log.info("the queue is back")
                away = False
                while not stopping.is_set():
                    if not _do_next(queue) and not queue.storage.blocking:
                        stopping.wait(NAP)
        except Exception as error:  # noqa: BLE001  (as above)
            _say_away(error)
            away = True
            stopping.wait(look_again)


def _do_next(queue: "Huey") -> bool:
    """Take a task and do it. What goes wrong in it, the queue says itself."""
    task = queue.dequeue()
    if task:
        queue.execute(task)
    return task is not None


def _say_away(error: Exception) -> None:
    words = str(error).partition("\n")[0]
    log.warning("the queue cannot be reached: %s: %s", type(error).__name__, words)
