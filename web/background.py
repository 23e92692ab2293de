"""The worker's process: its threads, what wakes them, and how it ends.

What is to be done stands in the database, so a queue only wakes us. Losing a wake-up costs at most a minute,
because a sweep looks by itself; having it twice costs nothing.
"""

import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from huey.api import Huey
from sqlmodel import Session

from notifications import delivery
from web import queues, reporting
from web.clock import utc_now
from web.db import DATABASE_AWAY, Database
from web.services.background import heartbeats
from web.services.common import tallies
from web.settings import Settings
from web.worker import Worker

SWEEP_EVERY = 60  # seconds
LOOK_EVERY = 60  # seconds, for evidence to be counted
FETCH_EVERY = 10  # seconds, for links that people gave
SCRUB_EVERY = 5  # seconds, for what was erased to leave the files
TAKE_OVER_EVERY = 2  # seconds, for what dead workers held, and for what ours could not write down
DRAIN_SECONDS = 22  # for the call in flight: longer than any may take, shorter than whoever stops us waits

log = logging.getLogger(__name__)


class Signals:
    """What tells us to stop. It interrupts nothing, however often it comes: it is waited for.

    A handler, not a mask: libraries start threads of their own, which would take a signal that we mask. What
    is ignored already, as SIGHUP under nohup, is left alone.
    """

    def __init__(self) -> None:
        self._heard, says = os.pipe()
        os.set_blocking(says, False)
        signal.set_wakeup_fd(says, warn_on_full_buffer=False)
        all_ = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        self._heeded = [each for each in all_ if signal.getsignal(each) is not signal.SIG_IGN]
        for each in self._heeded:
            signal.signal(each, lambda _signal, _frame: None)

    def wait(self) -> None:
        os.read(self._heard, 1)

    def ignore(self) -> None:
        """From now on: the process is ending, and a signal that comes meanwhile must not fell it."""
        for each in self._heeded:
            signal.signal(each, signal.SIG_IGN)


def run(settings: Settings, threads: int = 1) -> None:
    """Work until told to stop: `threads` answer and send, others sweep and listen to the queue beside them.

    Told to stop, each finishes what it is at, one call to a provider at the most, and gives back the rest.

    Raises:
        UpgradeError: the tables are not this version's.
    """
    signals = Signals()
    reporting.begin(settings)
    database = Database(settings.database_url)
    database.must_be_current()
    database.dispose()
    process = Process(settings, threads)
    process.start()
    structlog.get_logger().info("worker ready", threads=threads)
    signals.wait()
    process.stop(within=DRAIN_SECONDS)
    signals.ignore()


class Process:
    """The threads of a worker."""

    def __init__(self, settings: Settings, threads: int) -> None:
        self._settings, self._stopping = settings, threading.Event()
        self._name, self._started = secrets.token_hex(6), utc_now()
        self._sent = tallies.Kept()  # by every thread
        self._bells = [threading.Event() for _ in range(threads)]
        self._at_work = [(self._worker(), bell) for bell in self._bells]
        work = [partial(self._work_when_woken, worker, bell) for worker, bell in self._at_work]
        steps: list[Callable[[], None]] = [
            *work,
            partial(self._again, partial(self._sweep, self._worker()), SWEEP_EVERY),
            partial(self._again, self._worker().count_evidence, LOOK_EVERY),
            partial(self._again, self._worker().scrub, SCRUB_EVERY),
            partial(self._again, partial(self._take_over, self._worker()), TAKE_OVER_EVERY),
            partial(queues.serve, self._open_queue, self._stopping),
        ]
        self._team = [threading.Thread(target=step, daemon=True) for step in steps]
        looking = partial(self._again, partial(self._look_outside, self._worker()), FETCH_EVERY)
        self._looking = threading.Thread(target=looking, daemon=True)

    def start(self) -> None:
        self._wake()  # for what is waiting already
        for one in (*self._team, self._looking):
            one.start()

    def stop(self, within: float) -> None:
        """Have every thread finish what it is at. What takes longer than so many seconds is left to the end
        of the process: its transaction is rolled back. A stranger's page is not waited for: another worker
        looks at it.
        """
        self._stopping.set()
        self._wake()
        until = time.monotonic() + within
        for one in self._team:
            one.join(max(until - time.monotonic(), 0))
        leaving = threading.Thread(target=partial(self._try, self._leave), daemon=True)
        leaving.start()
        leaving.join(max(until - time.monotonic(), 1))  # it may have to stand in line

    def _leave(self) -> None:
        with Database(self._settings.database_url).write() as session:
            heartbeats.leave(session, self._name)
            self._sent.write(session)

    def _worker(self) -> Worker:
        made = Worker(self._settings, Database(self._settings.database_url), stopping=self._stopping.is_set)
        made.sent = self._sent
        return made

    def _wake(self) -> None:
        for bell in self._bells:
            bell.set()

    def _work_when_woken(self, worker: Worker, bell: threading.Event) -> None:
        """One of the threads that answer and send: until nothing is left, and again when something may be."""
        while not self._stopping.is_set():
            bell.wait()
            bell.clear()
            self._try(worker.work)
        self._try(worker.write_the_last)

    def _again(self, step: Callable[[], None], every: float) -> None:
        """Do a step again and again in a thread of its own, whether or not the queue can be reached: where it
        takes a minute, no message waits for it, and where messages take an hour, it does not wait for them.
        """
        while not self._stopping.is_set():
            self._try(step)
            self._stopping.wait(every)

    def _sweep(self, worker: Worker) -> None:
        """Heard of when it is done, and between its steps where it takes longer than it should."""
        began = heard = time.monotonic()

        def beat() -> None:
            nonlocal heard
            heard = time.monotonic()
            with worker.database.write() as session:
                self._beat(session, heard - began, worker.clock())

        try:
            worker.keep_up(lambda: beat() if time.monotonic() - heard >= SWEEP_EVERY else None)
        finally:
            self._wake()
        beat()

    def _beat(self, session: Session, seconds: float, now: datetime) -> None:
        heartbeats.beat(session, self._name, started=self._started, seconds=seconds, now=now)
        self._sent.write(session)

    def _look_outside(self, worker: Worker) -> None:
        worker.look_at_links()
        worker.gather()

    def _open_queue(self) -> Huey:
        queue = queues.queue_of(self._settings)
        queues.task(queue, self._wake)
        return queue

    def _take_over(self, worker: Worker) -> None:
        """What a worker held that died is ours when its lease is over. Who could not write down what a
        provider answered tries again as soon as there is a database.
        """
        with worker.database.read() as session:
            left = delivery.is_left(session, worker.clock())
        if left:
            self._wake()
        for one, bell in self._at_work:
            if one.unwritten:
                bell.set()

    def _try(self, step: Callable[[], object]) -> None:
        """Whatever is wrong, the next look is soon."""
        try:
            step()
        except DATABASE_AWAY as error:
            log.warning("the database cannot be used: %s", str(error.orig).partition("\n")[0])
        except Exception as error:
            log.exception("something went wrong in the background: tried again soon")
            reporting.tell(self._settings, error, "the background")
