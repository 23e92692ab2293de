"""Background work. The queue only wakes us: what is to be done stands in the database.

Losing a wake-up costs at most a minute, because a sweep looks by itself; having it twice costs nothing,
because every message and every request is claimed in the database before anything is done.
"""

import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from urllib.parse import urlsplit

import psycopg
import structlog
from huey import PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.api import Huey, TaskWrapper
from huey.consumer import Consumer
from redis import Redis

from notifications import delivery, outbox, receipts, reconcile, replies
from notifications.render import Links
from notifications.sending import never
from web import import_work, scrubbing
from web.carriers import providers_of
from web.db import Database
from web.house import signer_of, utc_now
from web.services import (
    alerts,
    closings,
    errands,
    evidence,
    imports,
    joining,
    links,
    reach,
    requests,
    retention,
    schedule,
    silence,
    times,
    topups,
)
from web.services.rounds import SEED_BITS, StaleDraft
from web.settings import Settings
from web.tokens import Signer

KEEP_BODIES = timedelta(days=90)
KEEP_EVENTS = timedelta(days=30)
LOOK_BACK = timedelta(hours=1)  # sweeps come every minute; this forgives an hour without a worker
AT_A_TIME = 500
DRAIN_SECONDS = 20  # what is being sent when told to stop is finished first
LOOK_EVERY = 60  # seconds, for evidence to be counted
SCRUB_EVERY = 5  # seconds, for what was erased to leave the files
NIGHT = ("02:00", "05:00")  # when a large file may be rewritten
SOON = 0.5  # seconds after a dead worker's lease, by anybody's clock
ANSWERS_WITHIN = 5  # seconds, a queue that is there
LONGEST_NAP = 1.0  # seconds between two looks at an idle queue


@dataclass
class Worker:
    """Everything one pass of background work needs."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime] = utc_now
    stopping: Callable[[], bool] = never
    signer: Signer = field(init=False)
    providers: delivery.Providers = field(init=False)
    address: Links = field(init=False)
    retained_on: date | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.signer = signer_of(self.settings)
        self.providers = providers_of(self.settings, self.signer)
        self.address = links.address_maker(self.signer, self.settings.public_url)

    def work(self) -> int:
        """Answer what was asked and send what is due until nothing is left. How many things were done."""
        done = 0
        while not self.stopping() and (step := self._step()):
            done += step
        return done

    def _step(self) -> int:
        return self._answer() + self._deliver() + self._import() + self._errands() + self._tell_of_an_end()

    def sweep(self) -> None:
        """What time alone brings about: evidence looked for, retention, and whatever a lost wake-up left."""
        now = self.clock()
        with self.database.write() as session:
            joining.forget_unconfirmed(session, now=now)
            imports.forget_old(session, now=now)
            outbox.blank_older_than(session, now - KEEP_BODIES)
            replies.forget_older_than(session, now - KEEP_BODIES)
            receipts.forget_older_than(session, now - KEEP_EVENTS)
            receipts.link(session, key=self.providers.key, now=now)
            reach.refresh(session, key=self.providers.key, since=now - LOOK_BACK, now=now)
        self._retain(now)
        self._close(now)
        self.scrub()
        self._keep_the_calendar()
        self._alert()
        reconcile.reconcile(self.database.write, self.providers, self.address, self.clock)
        reconcile.poll(self.database.write, self.providers, self.clock)
        self.work()

    def _retain(self, now: datetime) -> None:
        """Once a day and worker; twice would change nothing."""
        if self.retained_on == now.date():
            return
        for step in (retention.settle, retention.warn):
            more = True
            while more:
                with self.database.write() as session:
                    more = step(session, now=now) == retention.AT_ONCE
        self.retained_on = now.date()

    def _close(self, now: datetime) -> None:
        """End the programmes whose last day is over, and erase who takes part in no other."""
        with self.database.read() as session:
            over = [(one.id, evidence.count(session, one, now=now)) for one in closings.due(session, now=now)]
        for programme, counted in over:
            with self._alone(programme), self.database.write() as session:
                closings.close(session, programme, counted, now=now)
        with self.database.read() as session:
            full = closings.to_be_emptied(session)
        for programme in full:
            more = True
            while more and not self.stopping():
                more = False
                with self._alone(programme), self.database.write() as session:
                    more = closings.erase_some(session, programme, now=now) == closings.AT_ONCE

    def _keep_the_calendar(self) -> None:
        """What days bring about, programme by programme: one in trouble does not stop the others."""
        now = self.clock()
        with self.database.read() as session:
            heads_ups = schedule.heads_up_due(session, now=now)
            due = schedule.due(session, now=now)
            waiting = topups.due(session, now=now)
            ended = silence.due(session, now=now)
        for programme in heads_ups:
            with self._alone(programme), self.database.write() as session:
                schedule.heads_up(session, programme, now=now)
        for programme in ended:
            with self._alone(programme), self.database.write() as session:
                silence.pause(session, programme, now=now)
        for round_ in waiting:
            with self._alone(round_.programme_id), self.database.write() as session:
                topups.run_by_itself(session, round_.id, now=now)
        for programme in due:
            with self._alone(programme):
                self._begin_round(programme, now)

    def _begin_round(self, programme: int, now: datetime) -> None:
        with self.database.read() as session:
            ready = schedule.prepare(session, programme, seed=secrets.randbits(SEED_BITS), now=now)
        if ready:
            with self.database.write() as session:
                schedule.fire(session, ready, now=now)

    @contextmanager
    def _alone(self, programme: int) -> Iterator[None]:
        log = structlog.get_logger().bind(programme=programme)
        try:
            yield
        except StaleDraft:
            log.info("people changed while a round was drawn: the next sweep draws again")
        except Exception:
            log.exception("the calendar of a programme is in trouble")

    def _alert(self) -> None:
        settings = self.settings
        if settings.alert_email:
            with self.database.write() as session:
                alerts.look(
                    session,
                    settings.alert_email,
                    sms_provider=settings.sms_provider,
                    sms_cap=settings.sms_daily_cap,
                    now=self.clock(),
                )

    def scrub(self) -> None:
        """What was erased leaves the files: at once, or in the night where rewriting them takes long."""
        is_night = NIGHT[0] <= times.clock(self.clock()) < NIGHT[1]
        scrubbing.scrub(self.database, largest=None if is_night else scrubbing.LARGEST)

    def count_evidence(self) -> None:
        """Where it takes too long for a page, each hour. Nobody is kept from writing meanwhile."""
        with self.database.read() as session:
            large = evidence.due(session, now=self.clock())
        for programme in large:
            if self.stopping():
                return
            with self.database.write() as session:
                mine = evidence.claim(session, programme.id, now=self.clock())
            if mine:
                with self.database.read() as session:
                    found = evidence.count(session, programme, now=self.clock())
                with self.database.write() as session:
                    evidence.keep(session, programme.id, found)

    def _answer(self) -> int:
        with self.database.write() as session:
            return requests.answer_waiting(session, now=self.clock(), limit=AT_A_TIME)

    def _import(self) -> int:
        return import_work.step(self.database, self.clock)

    def _tell_of_an_end(self) -> int:
        with self.database.read() as session:
            programme = closings.to_be_told(session)
        if programme is None:
            return 0
        with self.database.write() as session:
            return closings.tell_some(session, programme, now=self.clock()) + 1

    def _errands(self) -> int:
        return errands.run_waiting(self.database.read, self.database.write, self.clock)

    def _deliver(self) -> int:
        report = delivery.deliver_due(
            self.database.write,
            self.providers,
            self.address,
            self.clock,
            limit=AT_A_TIME,
            stopping=self.stopping,
        )
        return report.taken


def queue_of(settings: Settings) -> Huey:
    """The queue named by QUEUE_URL: a SQLite file, PostgreSQL or Redis. All carry the same two tasks."""
    scheme = urlsplit(settings.queue).scheme.partition("+")[0]
    if scheme == "sqlite":
        return SqliteHuey("unmentoring", filename=settings.queue.partition(":///")[2], strict_fifo=True)
    if scheme in ("postgresql", "postgres"):
        return _postgresql_queue(settings.queue.replace("+psycopg", ""))
    return RedisHuey("unmentoring", url=settings.queue)


def ask_queue(address: str) -> None:
    """Raises whatever the kind of queue raises when it cannot be reached within a few seconds."""
    kind = urlsplit(address).scheme
    if kind == "sqlite":
        with closing(sqlite3.connect(f"file:{address.partition(':///')[2]}?mode=rw", uri=True)) as line:
            line.execute("SELECT count(*) FROM task")
    elif kind.startswith("postgres"):
        with psycopg.connect(address.replace("+psycopg", ""), connect_timeout=ANSWERS_WITHIN) as line:
            line.execute("SELECT count(*) FROM huey_task")
    else:
        with Redis.from_url(
            address, socket_connect_timeout=ANSWERS_WITHIN, socket_timeout=ANSWERS_WITHIN
        ) as line:
            line.ping()


def _postgresql_queue(dsn: str) -> Huey:
    """Whoever comes first makes its tables: IF NOT EXISTS alone fails for one of two who come together."""
    with psycopg.connect(dsn, autocommit=True) as line:
        line.execute("SELECT pg_advisory_lock(hashtext('the tables of the queue'))")
        return PostgresHuey("unmentoring", dsn=dsn)


def tasks(queue: Huey, settings: Settings, stopping: Callable[[], bool] = never) -> TaskWrapper:
    """Register the tasks on `queue` and return the one that wakes a worker."""

    @cache  # one database for all tasks of a worker; never opened by a process that only wakes others
    def worker() -> Worker:
        return Worker(settings, Database(settings.database_url), stopping=stopping)

    @queue.task(name="work")
    def work() -> None:
        worker().work()

    @queue.periodic_task(crontab(), name="sweep")
    def sweep() -> None:
        worker().sweep()

    return work


class Waker:
    """What a web process calls when there is something to do. The queue is opened when it is first needed: a
    process starts while it is away.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self) -> None:
        # A lost wake-up costs a minute at most; a page that failed for it would cost the work itself.
        try:
            self._wake()
        except Exception:  # noqa: BLE001  (three kinds of queue, each with errors of its own)
            structlog.get_logger().warning("the queue cannot be reached", exc_info=True)

    @cached_property
    def _wake(self) -> TaskWrapper:
        return tasks(queue_of(self._settings), self._settings)

    def queue_answers(self) -> bool:
        """Would a wake-up be heard? Asked on a line of its own, so that one lost long ago does not count."""
        try:
            self._wake  # noqa: B018  (opens it)
            ask_queue(self._settings.queue)
        except Exception:  # noqa: BLE001  (as above)
            return False
        return True


def run(settings: Settings, threads: int = 1) -> None:
    """Serve the queue until told to stop; first do what was left over.

    Raises:
        UpgradeError: the tables are not this version's.
    """
    database = Database(settings.database_url)
    database.must_be_current()
    queue = queue_of(settings)
    consumer = Consumer(
        queue,
        workers=threads,
        max_delay=LONGEST_NAP,
        graceful_signal="TERM",
        shutdown_timeout=DRAIN_SECONDS,
    )
    stopping = consumer.stop_flag
    wake = tasks(queue, settings, stopping.is_set)
    Worker(settings, database).sweep()
    # What a worker held that died a moment ago is ours only when its lease is over.
    with database.read() as session:
        for until in delivery.claims_end(session):
            wake.schedule(delay=max((until - utc_now()).total_seconds(), 0) + SOON)
    _beside(settings, stopping, "evidence", Worker.count_evidence, every=LOOK_EVERY)
    _beside(settings, stopping, "scrubbing", Worker.scrub, every=SCRUB_EVERY)
    structlog.get_logger().info("worker ready", threads=threads)
    consumer.run()


def _beside(
    settings: Settings, stopping: threading.Event, name: str, step: Callable[[Worker], None], *, every: float
) -> None:
    """Do a step again and again in a thread of its own: where it takes a minute, no message waits for it, and
    where messages take an hour, it does not wait for them.
    """

    def go_on() -> None:
        worker = Worker(settings, Database(settings.database_url), stopping=stopping.is_set)
        while not stopping.is_set():
            try:
                step(worker)
            except Exception:  # noqa: BLE001  (the next look is soon)
                structlog.get_logger().exception(
                    "work beside the messages failed: tried again soon", what=name
                )
            stopping.wait(every)

    threading.Thread(target=go_on, name=name, daemon=True).start()
